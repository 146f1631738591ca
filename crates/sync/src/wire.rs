//! What a client and a relay say to each other: one version byte, then one CBOR value (`docs/protocol.md` has worked examples).
//!
//! Every message is an array `[number, [fields...]]`; numbers are never reused and fields are only ever added at the end.
//! Text never travels here: a relay cannot hold words that no message can carry.

use kith_group::{BlobId, DeviceId, Digest, DocumentId, InviteId, PublicKey, RelayId, RequestId, Signature};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// The version of this protocol: the first byte of every frame.
pub const VERSION: u8 = 1;

/// The longest frame either side accepts, in bytes: an admission of forty members with its tail fits.
pub const MAX_FRAME: usize = 3 << 20;

/// How many bytes of records one [`ServerMessage::Records`] frame carries at most (a single larger record travels alone).
pub const MAX_RECORDS_BYTES: usize = 128 << 10;

/// The longest chunk of a sealed blob, in bytes (protocol 4).
pub const MAX_CHUNK: usize = (64 << 10) + 64;

/// Why bytes are not a message of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Longer than [`MAX_FRAME`].
    #[error("the message is too long ({0} bytes)")]
    TooLong(usize),
    /// Another version of Kith speaks on the other side.
    #[error("the other side speaks version {theirs} of the protocol, this side version {VERSION}; update the older one")]
    OtherVersion {
        /// The version byte received.
        theirs: u8,
    },
    /// Not a message.
    #[error("the message could not be read")]
    Malformed,
}

/// How a new enrolment key earns its place at a relay.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Credential {
    /// The relay is open (loopback only).
    #[n(0)]
    Open,
    /// An agency's token, as `kith-relay token new` printed it.
    #[n(1)]
    Token(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// The voucher in an invitation's link: works once (protocol 9).
    #[n(2)]
    Voucher {
        /// The invitation.
        #[n(0)]
        invite: InviteId,
        /// Sixteen bytes whose digest the relay knows.
        #[cbor(n(1), with = "minicbor::bytes")]
        voucher: Vec<u8>,
    },
}

/// What comes with a commit that admits devices (protocol 5): one atomic request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Admission {
    /// The MLS Welcome, one for all.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub welcome: Vec<u8>,
    /// The admission pack: the snapshot's key and the tail since it, sealed under the new epoch.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub pack: Vec<u8>,
    /// The snapshot's sealed blob, uploaded before.
    #[n(2)]
    pub blob: BlobId,
    /// Which requests this answers; their makers are handed the Welcome.
    #[n(3)]
    pub requests: Vec<RequestId>,
}

/// From a client.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ClientMessage {
    /// Proves the enrolment key over this connection's challenge; a new key brings its credential.
    #[n(0)]
    SignIn {
        /// The enrolment key: one per profile and relay, never a member's leaf key.
        #[n(0)]
        enrolment: PublicKey,
        /// Over `kith_group::sign_in_message`.
        #[n(1)]
        signature: Signature,
        /// Only needed the first time.
        #[n(2)]
        credential: Option<Credential>,
    },
    /// Opens a log for a new document. Idempotent for identical bytes.
    #[n(1)]
    Create {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The group's GroupInfo with its ratchet tree (one member: the creator).
        #[cbor(n(1), with = "minicbor::bytes")]
        group_info: Vec<u8>,
    },
    /// Proves a leaf key over this connection's challenge: needed once per document and connection.
    #[n(2)]
    Prove {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The member device.
        #[n(1)]
        device: DeviceId,
        /// Over `kith_group::subscribe_message`.
        #[n(2)]
        signature: Signature,
    },
    /// "I have this log up to `from`": the answer is the records after it, then live ones. Needs [`ClientMessage::Prove`].
    #[n(3)]
    CatchUp {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The last sequence number held; 0 for none.
        #[n(1)]
        from: u64,
    },
    /// Appends a change, snapshot, guest or generation record. Its head names document, sender and `k`.
    #[n(4)]
    Append {
        /// The record as it is stored and chained.
        #[cbor(n(0), with = "minicbor::bytes")]
        record: Vec<u8>,
    },
    /// Appends a commit record, consuming the epoch; with an admission when it adds devices. Resent byte for byte after a cut.
    #[n(5)]
    Commit {
        /// The commit record as it is stored and chained.
        #[cbor(n(0), with = "minicbor::bytes")]
        record: Vec<u8>,
        /// What those admitted need.
        #[n(1)]
        admission: Option<Admission>,
    },
    /// Leads only: hold other appends for at most two seconds while an admission is built (protocol 5).
    #[n(6)]
    Hold {
        /// The document.
        #[n(0)]
        document: DocumentId,
    },
    /// Gives a hold up early.
    #[n(7)]
    Release {
        /// The document.
        #[n(0)]
        document: DocumentId,
    },
    /// One chunk of a sealed blob. Chunks may be resent; a blob is complete when all are there.
    #[n(8)]
    PutBlob {
        /// The document whose member stores it.
        #[n(0)]
        document: DocumentId,
        /// The blob.
        #[n(1)]
        blob: BlobId,
        /// This chunk's place, from 0.
        #[n(2)]
        index: u32,
        /// How many chunks the blob has.
        #[n(3)]
        total: u32,
        /// At most [`MAX_CHUNK`] sealed bytes.
        #[cbor(n(4), with = "minicbor::bytes")]
        bytes: Vec<u8>,
    },
    /// Asks for all chunks of a blob from `index` on: for members, and for those whose admission names it.
    #[n(9)]
    ReadBlob {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The blob.
        #[n(1)]
        blob: BlobId,
        /// The first chunk wanted.
        #[n(2)]
        index: u32,
    },
    /// My latest signed receipt for a document; the relay keeps the latest of each device and passes it on.
    #[n(10)]
    Receipt {
        /// `kith_group::Receipt`, encoded.
        #[cbor(n(0), with = "minicbor::bytes")]
        receipt: Vec<u8>,
    },
    /// Leads only: registers an invitation and its voucher.
    #[n(11)]
    PutInvite {
        /// The document it leads to.
        #[n(0)]
        document: DocumentId,
        /// The invitation.
        #[n(1)]
        invite: InviteId,
        /// `kith_group::voucher_digest` of the voucher in the link.
        #[n(2)]
        voucher: Digest,
        /// Unix seconds after which nobody can use it.
        #[n(3)]
        expires: i64,
    },
    /// Asks to join: sealed for those who hold the link's secret. Idempotent for identical bytes; one per invitation.
    #[n(12)]
    Request {
        /// The invitation.
        #[n(0)]
        invite: InviteId,
        /// The request.
        #[n(1)]
        request: RequestId,
        /// `kith_group::seal_request`.
        #[cbor(n(2), with = "minicbor::bytes")]
        sealed: Vec<u8>,
    },
    /// Leads only: the requests that wait for this document; later ones are pushed while the connection lasts.
    #[n(13)]
    Requests {
        /// The document.
        #[n(0)]
        document: DocumentId,
    },
    /// Leads only: reveals the nonce for the four words. The first one stands.
    #[n(14)]
    Reveal {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The request.
        #[n(1)]
        request: RequestId,
        /// 32 bytes.
        #[n(2)]
        nonce: Digest,
    },
    /// Leads only: says no.
    #[n(15)]
    Decline {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The request.
        #[n(1)]
        request: RequestId,
    },
    /// From the maker of a request: how does it stand? Changes are pushed while the connection lasts.
    #[n(16)]
    Watch {
        /// The request; it must have been made with this connection's enrolment key.
        #[n(0)]
        request: RequestId,
    },
    /// Passed on to members who are connected now; never kept.
    #[n(17)]
    Presence {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// Sealed bytes, at most 1 KiB.
        #[cbor(n(1), with = "minicbor::bytes")]
        sealed: Vec<u8>,
    },
    /// Answered by [`ServerMessage::Pong`] with the same number.
    #[n(18)]
    Ping {
        /// Any number.
        #[n(0)]
        number: u64,
    },
}

/// One waiting request, for leads.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct WaitingRequest {
    /// The request.
    #[n(0)]
    pub request: RequestId,
    /// The invitation that it uses.
    #[n(1)]
    pub invite: InviteId,
    /// Sealed for those who hold the link's secret.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
    /// The nonce, if a lead has revealed one.
    #[n(3)]
    pub nonce: Option<Digest>,
}

/// How a request to join stands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum RequestState {
    /// No lead has looked yet.
    #[n(0)]
    Waiting,
    /// A lead has looked: the four words can be computed.
    #[n(1)]
    Revealed {
        /// The lead's nonce.
        #[n(0)]
        nonce: Digest,
    },
    /// A lead said no.
    #[n(2)]
    Declined,
    /// Admitted.
    #[n(3)]
    Admitted {
        /// The sequence number of the commit that admitted: the joiner's cursor.
        #[n(0)]
        seq: u64,
        /// That commit record, as stored.
        #[cbor(n(1), with = "minicbor::bytes")]
        record: Vec<u8>,
        /// The MLS Welcome.
        #[cbor(n(2), with = "minicbor::bytes")]
        welcome: Vec<u8>,
        /// The admission pack.
        #[cbor(n(3), with = "minicbor::bytes")]
        pack: Vec<u8>,
        /// The snapshot's blob.
        #[n(4)]
        blob: BlobId,
    },
    /// The relay does not know it (expired, withdrawn, or made with another enrolment key).
    #[n(4)]
    Unknown,
}

/// What a refusal is about, so that the client can find what it had asked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum About {
    /// The connection itself: it closes after this.
    #[n(0)]
    Connection,
    /// A document as a whole.
    #[n(1)]
    Document(#[n(0)] DocumentId),
    /// A record with this `k` of mine.
    #[n(2)]
    Record {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// Its number among my records.
        #[n(1)]
        k: u64,
    },
    /// A commit of mine.
    #[n(3)]
    Commit(#[n(0)] DocumentId),
    /// An invitation.
    #[n(4)]
    Invite(#[n(0)] InviteId),
    /// A request to join.
    #[n(5)]
    Request(#[n(0)] RequestId),
    /// A blob.
    #[n(6)]
    Blob(#[n(0)] BlobId),
}

/// Why the relay said no. The client has the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Reason {
    /// The message could not be read, or came before sign-in.
    #[n(0)]
    Malformed,
    /// The signature does not hold.
    #[n(1)]
    BadSignature,
    /// This enrolment key is not known and brought no credential that works.
    #[n(2)]
    NotEnrolled,
    /// The token or voucher was used up.
    #[n(3)]
    CredentialUsed,
    /// The invitation's time is over.
    #[n(4)]
    Expired,
    /// The relay does not hold this document, invitation, request or blob, or will not say.
    #[n(5)]
    Unknown,
    /// The device is not a member.
    #[n(6)]
    NotMember,
    /// The role may not do this, or the commit is not lawful.
    #[n(7)]
    NotAllowed,
    /// Too large.
    #[n(8)]
    TooLarge,
    /// Quota or rate exhausted; try later.
    #[n(9)]
    Later,
    /// `k` does not follow the last one accepted.
    #[n(10)]
    Gap,
    /// Another commit took this epoch first.
    #[n(11)]
    EpochTaken,
    /// A document with this id exists with other bytes.
    #[n(12)]
    Taken,
    /// The relay failed to store; nothing was kept.
    #[n(13)]
    StoreFailed,
    /// The relay is stopping.
    #[n(14)]
    Stopping,
    /// The log has grown since this admission was built: what it covers is no longer everything before it (protocol 5).
    #[n(15)]
    Moved,
}

/// From a relay.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ServerMessage {
    /// The first frame of every connection.
    #[n(0)]
    Challenge {
        /// The relay.
        #[n(0)]
        relay: RelayId,
        /// Fresh for this connection.
        #[n(1)]
        nonce: Digest,
    },
    /// The enrolment key is accepted.
    #[n(1)]
    SignedIn,
    /// The log exists.
    #[n(2)]
    Created {
        /// The document.
        #[n(0)]
        document: DocumentId,
    },
    /// The leaf key is accepted; how the log stands.
    #[n(3)]
    Proved {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// Its current generation.
        #[n(1)]
        generation: u32,
        /// Its current epoch.
        #[n(2)]
        epoch: u64,
        /// The last sequence number.
        #[n(3)]
        head: u64,
        /// The highest `k` that it ever accepted from this device (notes 6.7: a rolled-back store knows less).
        #[n(4)]
        k: u64,
    },
    /// Consecutive records, the first numbered `first`.
    #[n(4)]
    Records {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// Sequence number of the first.
        #[n(1)]
        first: u64,
        /// As stored.
        #[n(2)]
        records: Vec<ByteVec>,
    },
    /// Catch-up is over: everything up to `head` was sent; live records follow.
    #[n(5)]
    Live {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The last sequence number sent.
        #[n(1)]
        head: u64,
    },
    /// A record of mine is stored and synced to disk.
    #[n(6)]
    Accepted {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// Its number among my records.
        #[n(1)]
        k: u64,
        /// Its place in the log.
        #[n(2)]
        seq: u64,
    },
    /// A record of mine was sealed under an epoch that is over: seal it again. The commit comes before this.
    #[n(7)]
    Stale {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// Its number among my records.
        #[n(1)]
        k: u64,
        /// The generation now.
        #[n(2)]
        generation: u32,
        /// The epoch now.
        #[n(3)]
        epoch: u64,
    },
    /// No, and why.
    #[n(8)]
    Refused {
        /// What was asked.
        #[n(0)]
        about: About,
        /// Why.
        #[n(1)]
        reason: Reason,
        /// With [`Reason::Gap`]: the `k` expected next.
        #[n(2)]
        expected: Option<u64>,
    },
    /// The hold is yours: everything up to `head` was sent before this.
    #[n(9)]
    Held {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The last sequence number.
        #[n(1)]
        head: u64,
        /// Milliseconds that are left.
        #[n(2)]
        left: u32,
    },
    /// A chunk is stored and synced.
    #[n(10)]
    BlobStored {
        /// The blob.
        #[n(0)]
        blob: BlobId,
        /// The chunk.
        #[n(1)]
        index: u32,
    },
    /// A chunk that was asked for.
    #[n(11)]
    BlobChunk {
        /// The blob.
        #[n(0)]
        blob: BlobId,
        /// Its place.
        #[n(1)]
        index: u32,
        /// How many there are.
        #[n(2)]
        total: u32,
        /// Sealed bytes.
        #[cbor(n(3), with = "minicbor::bytes")]
        bytes: Vec<u8>,
    },
    /// Others' latest receipts.
    #[n(12)]
    Receipts {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// Encoded `kith_group::Receipt`s.
        #[n(1)]
        receipts: Vec<ByteVec>,
    },
    /// The invitation is registered.
    #[n(13)]
    InviteStored {
        /// The invitation.
        #[n(0)]
        invite: InviteId,
    },
    /// Requests that wait, for leads.
    #[n(14)]
    Requests {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// All that wait now, or one that is new.
        #[n(1)]
        waiting: Vec<WaitingRequest>,
    },
    /// How my request stands.
    #[n(15)]
    Request {
        /// The request.
        #[n(0)]
        request: RequestId,
        /// Its state.
        #[n(1)]
        state: RequestState,
    },
    /// A member is here, or says something that is not kept.
    #[n(16)]
    Presence {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The member's device.
        #[n(1)]
        device: DeviceId,
        /// Sealed bytes.
        #[cbor(n(2), with = "minicbor::bytes")]
        sealed: Vec<u8>,
    },
    /// Answer to a ping.
    #[n(17)]
    Pong {
        /// Its number.
        #[n(0)]
        number: u64,
    },
    /// This device was removed: here is the commit that did it, and nothing newer.
    #[n(18)]
    Removed {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The commit's place in the log.
        #[n(1)]
        seq: u64,
        /// The commit record as stored.
        #[cbor(n(2), with = "minicbor::bytes")]
        record: Vec<u8>,
    },
    /// A decision of a lead on a request is stored (reveal or decline).
    #[n(19)]
    Decided {
        /// The request.
        #[n(0)]
        request: RequestId,
    },
}

/// Writes a message as a frame.
fn encode<T: Encode<()>>(message: &T) -> Vec<u8> {
    let mut frame = vec![VERSION];
    // Writing to a Vec cannot fail (its error type is uninhabited); no message has a fallible encoder.
    if let Err(never) = minicbor::encode(message, &mut frame) {
        debug_assert!(false, "encoding a message failed: {never}");
    }
    frame
}

/// Reads a frame that must hold exactly one message.
fn decode<'b, T: Decode<'b, ()>>(frame: &'b [u8]) -> Result<T, WireError> {
    if frame.len() > MAX_FRAME {
        return Err(WireError::TooLong(frame.len()));
    }
    let (&version, rest) = frame.split_first().ok_or(WireError::Malformed)?;
    if version != VERSION {
        return Err(WireError::OtherVersion { theirs: version });
    }
    let mut decoder = minicbor::Decoder::new(rest);
    let message = decoder.decode().map_err(|_| WireError::Malformed)?;
    if decoder.position() != rest.len() {
        return Err(WireError::Malformed);
    }
    Ok(message)
}

impl ClientMessage {
    /// As a frame.
    pub fn to_frame(&self) -> Vec<u8> {
        encode(self)
    }

    /// From a frame. Never panics, never allocates more than the frame's own length allows.
    pub fn from_frame(frame: &[u8]) -> Result<Self, WireError> {
        decode(frame)
    }
}

impl ServerMessage {
    /// As a frame.
    pub fn to_frame(&self) -> Vec<u8> {
        encode(self)
    }

    /// From a frame. Never panics, never allocates more than the frame's own length allows.
    pub fn from_frame(frame: &[u8]) -> Result<Self, WireError> {
        decode(frame)
    }
}
