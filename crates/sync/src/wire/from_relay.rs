//! What a relay says.

use kith_group::{BlobId, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, RelayId, RequestId};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::{About, Reason, WireError, decode, encode};

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
        /// Whether these are all that wait: whatever else this lead knew of has been answered.
        #[n(2)]
        all: Option<bool>,
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
    /// A guest's link is registered.
    #[n(20)]
    GuestLinkStored {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
    },
    /// A guest's link is stopped.
    #[n(21)]
    GuestLinkStopped {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
    },
    /// What guests sent.
    #[n(22)]
    GuestItems {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// In order of link and item.
        #[n(1)]
        items: Vec<GuestItem>,
        /// Whether there is more after the last of these.
        #[n(2)]
        more: bool,
    },
    /// The relay has forgotten an item.
    #[n(23)]
    GuestItemDropped {
        /// The item.
        #[n(0)]
        item: GuestItemId,
    },
    /// The window for reading again is open.
    #[n(24)]
    GuestReadingStored {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
    },
    /// The window is closed, and what lay in it is deleted. Also the answer to who would renew a window that is not open any more.
    #[n(25)]
    GuestReadingClosed {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
    },
    /// The code can be typed.
    #[n(26)]
    GuestCodeStored {
        /// The code.
        #[n(0)]
        code: GuestCodeId,
    },
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

/// What a guest sent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct GuestItem {
    /// The link by which it came.
    #[n(0)]
    pub link: GuestLinkId,
    /// The item.
    #[n(1)]
    pub item: GuestItemId,
    /// Sealed to those who made the link.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
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
