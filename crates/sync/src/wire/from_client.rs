//! What a client says.

use kith_group::{
    BlobId, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, PublicKey, RequestId, Signature,
};
use minicbor::{Decode, Encode};

use super::{WireError, decode, encode};

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
        /// At most [`super::MAX_CHUNK`] sealed bytes.
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
    /// Answered by [`ServerMessage::Pong`](super::ServerMessage::Pong) with the same number.
    #[n(18)]
    Ping {
        /// Any number.
        #[n(0)]
        number: u64,
    },
    /// Who may write in the document: registers a guest's link, or replaces its card and expiry. A stopped link stays stopped.
    #[n(19)]
    PutGuestLink {
        /// The document that takes in what comes by it.
        #[n(0)]
        document: DocumentId,
        /// The link.
        #[n(1)]
        link: GuestLinkId,
        /// `kith_group::token_verifier` of its token. The first one stands.
        #[n(2)]
        verifier: Digest,
        /// Unix seconds after which it opens nothing.
        #[n(3)]
        expires: i64,
        /// `kith_group::seal_card`.
        #[cbor(n(4), with = "minicbor::bytes")]
        card: Vec<u8>,
    },
    /// Who may write in the document: stops a guest's link for good. What came by it before can still be fetched.
    #[n(20)]
    StopGuestLink {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The link.
        #[n(1)]
        link: GuestLinkId,
    },
    /// Who may write in the document: what guests sent and nobody has dropped yet, in order of link and item.
    #[n(21)]
    GuestItems {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The last one of the answer before.
        #[n(1)]
        after: Option<(GuestLinkId, GuestItemId)>,
    },
    /// Who may write in the document: this item is taken in, the relay may forget it.
    #[n(22)]
    DropGuestItem {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The link by which it came.
        #[n(1)]
        link: GuestLinkId,
        /// The item.
        #[n(2)]
        item: GuestItemId,
    },
    /// Who may write in the document: opens a window in which link and code word together are handed these sealed bytes.
    #[n(23)]
    PutGuestReading {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The link.
        #[n(1)]
        link: GuestLinkId,
        /// The digest of a token that only link and code word give.
        #[n(2)]
        verifier: Digest,
        /// Unix seconds at which the window closes: at most a day from now.
        #[n(3)]
        until: i64,
        /// `kith_group::seal_reading`.
        #[cbor(n(4), with = "minicbor::bytes")]
        sealed: Vec<u8>,
        /// In the place of what lies in this very window, with the tries that are left; if that is closed, nothing is opened.
        #[n(5)]
        renews: bool,
    },
    /// Who may write in the document: closes the window.
    #[n(24)]
    CloseGuestReading {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The link.
        #[n(1)]
        link: GuestLinkId,
    },
    /// Who may write in the document: whoever types this code within a quarter of an hour is handed these sealed bytes, once. In place
    /// of the link's code before.
    #[n(25)]
    PutGuestCode {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The link that the code opens.
        #[n(1)]
        link: GuestLinkId,
        /// What follows from the code.
        #[n(2)]
        code: GuestCodeId,
        /// Unix seconds at which it ends. The relay ends it a quarter of an hour from now if that is earlier.
        #[n(3)]
        until: i64,
        /// `kith_group::seal_code`.
        #[cbor(n(4), with = "minicbor::bytes")]
        sealed: Vec<u8>,
    },
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
