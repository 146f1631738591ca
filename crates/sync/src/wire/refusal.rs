//! How a relay says no.

use kith_group::{BlobId, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, RequestId};
use minicbor::{Decode, Encode};

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
    /// A commit of mine. Its epoch says which: on a slow line the answer to one may come after the next was sent.
    #[n(3)]
    Commit {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The epoch that the commit would have ended.
        #[n(1)]
        epoch: u64,
    },
    /// An invitation.
    #[n(4)]
    Invite(#[n(0)] InviteId),
    /// A request to join.
    #[n(5)]
    Request(#[n(0)] RequestId),
    /// A blob.
    #[n(6)]
    Blob(#[n(0)] BlobId),
    /// A guest's link, or the window for reading again by it.
    #[n(7)]
    GuestLink(#[n(0)] GuestLinkId),
    /// A guest's item.
    #[n(8)]
    GuestItem(#[n(0)] GuestItemId),
    /// A code for a guest to type.
    #[n(9)]
    GuestCode(#[n(0)] GuestCodeId),
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
