//! What a relay keeps, as one trait that every engine implements in the same way (`conformance` is the suite).
//!
//! The trait is semantic: it speaks of logs, requests and enrolments, never of tables. It is synchronous, one call to
//! [`super::RelayCore::handle`] makes all of its calls inside one transaction of the engine, and the engine may batch several
//! such calls into that transaction (group commit). Nothing in it assumes that this process is the only writer: a log grows by
//! compare-and-append on its whole [`Head`], so that an engine over PostgreSQL can answer [`Appended::Conflict`] when another
//! relay was first. Live fan-out stays outside of the engine.
//!
//! Nothing here can hold a person's name: ids are random or derived from keys, and all longer bytes arrive sealed.

use bytes::Bytes;
use kith_group::{
    BlobId, ChainHash, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, PublicKey, RelayId,
    RequestId,
};

/// Why the engine could not do what was asked. The transaction must be rolled back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room left.
    #[error("the disk is full")]
    DiskFull,
    /// The file or folder cannot be written.
    #[error("the relay's store can only be read")]
    ReadOnly,
    /// What was read back is not what can have been written.
    #[error("the relay's store is damaged: {0}")]
    Damaged(String),
    /// Anything else that the engine said. Holds no content of rows.
    #[error("the relay's store failed: {0}")]
    Failed(String),
}

/// The end of a log: what the next append is conditional on (protocol 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The MLS group's current generation.
    pub generation: u32,
    /// That group's current epoch.
    pub epoch: u64,
    /// The last record's number; 0 for an empty log.
    pub seq: u64,
    /// The chain at that record.
    pub hash: ChainHash,
}

/// A document as the relay sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Where its log ends.
    pub head: Head,
    /// Digest of the GroupInfo that created it: creation is idempotent for the same bytes.
    pub creation: Digest,
    /// The account that it counts against.
    pub account: PublicKey,
    /// When the last commit was accepted, in Unix milliseconds; `i64::MIN` before the first.
    pub committed_ms: i64,
    /// Bytes of all records ever appended.
    pub bytes: u64,
}

/// Which kind of place in the log a record takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The `k`-th record of its sender (protocol 3): unique, without gaps.
    Numbered {
        /// The number.
        k: u64,
    },
    /// A commit: it consumes the epoch of the expected head. Unique per (generation, epoch).
    Commit,
}

/// A record about to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// Who sends it.
    pub sender: DeviceId,
    /// What makes it unique.
    pub place: Place,
    /// The record as it is stored and chained.
    pub bytes: Bytes,
    /// When the relay received it, in Unix milliseconds.
    pub received_ms: i64,
}

/// What came of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The log now ends at the new head.
    Stored,
    /// The log did not end at the expected head; nothing was changed.
    Conflict,
}

/// A device that was removed from a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedRow {
    /// Its leaf key, so that it can still prove who it is.
    pub public: PublicKey,
    /// The commit that removed it: the last record that it may read.
    pub seq: u64,
}

/// A device's latest receipt (protocol 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The device.
    pub device: DeviceId,
    /// The `seen` in it: never goes back.
    pub seq: u64,
    /// The signed receipt.
    pub bytes: Bytes,
}

/// An invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteRow {
    /// The document it leads to.
    pub document: DocumentId,
    /// Digest of the voucher in its link.
    pub voucher: Digest,
    /// Unix seconds after which nobody can use it.
    pub expires: i64,
    /// The inviter's account, against which an enrolment by it counts.
    pub account: PublicKey,
    /// The one enrolment key that has used it.
    pub used_by: Option<PublicKey>,
}

/// What the leads have decided about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing yet.
    Waiting,
    /// No.
    Declined,
    /// Yes, by the commit at this place in the log.
    Admitted {
        /// The commit's number.
        seq: u64,
    },
}

/// A request to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// The request.
    pub request: RequestId,
    /// The invitation that it uses up.
    pub invite: InviteId,
    /// The document.
    pub document: DocumentId,
    /// Who made it: the only one who may watch it.
    pub enrolment: PublicKey,
    /// Sealed for those who hold the link's secret.
    pub sealed: Bytes,
    /// The nonce that a lead has revealed.
    pub nonce: Option<Digest>,
    /// How it stands.
    pub decision: Decision,
}

/// What came with a commit that admits (protocol 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionRow {
    /// The MLS Welcome.
    pub welcome: Bytes,
    /// The sealed admission pack.
    pub pack: Bytes,
    /// The snapshot's blob.
    pub blob: BlobId,
}

/// A sealed blob's progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobRow {
    /// How many chunks it has.
    pub total: u32,
    /// How many of them are stored.
    pub stored: u32,
}

/// A guest's link. When and from where it is used is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLinkRow {
    /// The document that takes in what comes by it.
    pub document: DocumentId,
    /// Digest of its token.
    pub verifier: Digest,
    /// Unix seconds after which it opens nothing.
    pub expires: i64,
    /// The sealed card; `None` once the link is stopped.
    pub card: Option<Bytes>,
}

/// What a guest sent, until a device of the document has taken it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestItemRow {
    /// The link by which it came.
    pub link: GuestLinkId,
    /// Chosen by the guest; unique within the link.
    pub item: GuestItemId,
    /// Sealed to those who made the link.
    pub sealed: Bytes,
}

/// What link and code word together may read, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestReadingRow {
    /// Digest of the token that both give.
    pub verifier: Digest,
    /// Unix seconds at which the window closes.
    pub until: i64,
    /// How many wrong code words it still survives.
    pub tries: u8,
    /// Sealed for the guest.
    pub sealed: Bytes,
}

/// What a typed code opens, until it was handed out or a quarter of an hour is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestCodeRow {
    /// What follows from the code.
    pub code: GuestCodeId,
    /// Unix seconds at which it ends.
    pub until: i64,
    /// The link's secret, sealed under a key that only the code gives.
    pub sealed: Bytes,
}

/// What a relay keeps. Reads see the writes of the same open transaction.
pub trait RelayStore {
    /// This relay's id: random, made once with the store.
    fn relay_id(&self) -> Result<RelayId, StoreError>;

    /// A document, if its log exists.
    fn document(&self, document: &DocumentId) -> Result<Option<DocumentRow>, StoreError>;

    /// Opens an empty log with the group's public state. `false`, and nothing done, if the log exists.
    fn create_document(&mut self, document: &DocumentId, row: &DocumentRow, group: &[u8]) -> Result<bool, StoreError>;

    /// The group's public state (`kith_group::RelayGroup`).
    fn group(&self, document: &DocumentId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Replaces the group's public state.
    fn replace_group(&mut self, document: &DocumentId, group: &[u8]) -> Result<(), StoreError>;

    /// Appends `record` and moves the head from `expected` to `next`, which must be one `seq` further, or changes nothing.
    /// Raises the sender's mark for [`Place::Numbered`]; sets the time of the last commit for [`Place::Commit`].
    fn append(&mut self, document: &DocumentId, expected: &Head, next: &Head, record: &NewRecord)
    -> Result<Appended, StoreError>;

    /// Consecutive records after `after`, in order: as many as fit into `limit` bytes, but at least one if there is any.
    fn records(&self, document: &DocumentId, after: u64, limit: usize) -> Result<Vec<Bytes>, StoreError>;

    /// The highest `k` ever accepted from `sender`; 0 for none. Outlives the records themselves.
    fn mark(&self, document: &DocumentId, sender: &DeviceId) -> Result<u64, StoreError>;

    /// Where the `k`-th record of `sender` is stored, unless it was pruned or never came.
    fn numbered(&self, document: &DocumentId, sender: &DeviceId, k: u64) -> Result<Option<u64>, StoreError>;

    /// The commit that consumed `epoch` of `generation`: its number and its bytes.
    fn commit_at(&self, document: &DocumentId, generation: u32, epoch: u64) -> Result<Option<(u64, Bytes)>, StoreError>;

    /// Remembers, or with `None` forgets, that a device was removed.
    fn put_removed(&mut self, document: &DocumentId, device: &DeviceId, row: Option<&RemovedRow>) -> Result<(), StoreError>;

    /// Whether and when a device was removed.
    fn removed(&self, document: &DocumentId, device: &DeviceId) -> Result<Option<RemovedRow>, StoreError>;

    /// Keeps a device's receipt in place of the one before.
    fn put_receipt(&mut self, document: &DocumentId, row: &ReceiptRow) -> Result<(), StoreError>;

    /// Every device's latest receipt, in order of device.
    fn receipts(&self, document: &DocumentId) -> Result<Vec<ReceiptRow>, StoreError>;

    /// Sets an invitation.
    fn put_invite(&mut self, invite: &InviteId, row: &InviteRow) -> Result<(), StoreError>;

    /// An invitation.
    fn invite(&self, invite: &InviteId) -> Result<Option<InviteRow>, StoreError>;

    /// How many of a document's invitations could still be used at `now` (Unix seconds).
    fn open_invites(&self, document: &DocumentId, now: i64) -> Result<u64, StoreError>;

    /// Sets a request.
    fn put_request(&mut self, row: &RequestRow) -> Result<(), StoreError>;

    /// A request.
    fn request(&self, request: &RequestId) -> Result<Option<RequestRow>, StoreError>;

    /// The one request that uses an invitation.
    fn request_of(&self, invite: &InviteId) -> Result<Option<RequestRow>, StoreError>;

    /// A document's requests that wait, in order of id.
    fn waiting(&self, document: &DocumentId) -> Result<Vec<RequestRow>, StoreError>;

    /// Whether a request of `enrolment` was admitted with a commit that names `blob`.
    fn may_read_blob(&self, document: &DocumentId, blob: &BlobId, enrolment: &PublicKey) -> Result<bool, StoreError>;

    /// Keeps what came with the commit at `seq`.
    fn put_admission(&mut self, document: &DocumentId, seq: u64, row: &AdmissionRow) -> Result<(), StoreError>;

    /// What came with the commit at `seq`.
    fn admission(&self, document: &DocumentId, seq: u64) -> Result<Option<AdmissionRow>, StoreError>;

    /// Announces a blob of `total` chunks, if it is new.
    fn create_blob(&mut self, document: &DocumentId, blob: &BlobId, total: u32) -> Result<(), StoreError>;

    /// A blob's progress.
    fn blob(&self, document: &DocumentId, blob: &BlobId) -> Result<Option<BlobRow>, StoreError>;

    /// How many blobs a document has, finished or not.
    fn blobs(&self, document: &DocumentId) -> Result<u64, StoreError>;

    /// Stores a chunk of an announced blob that is not there yet.
    fn put_chunk(&mut self, document: &DocumentId, blob: &BlobId, index: u32, bytes: &[u8]) -> Result<(), StoreError>;

    /// A chunk.
    fn chunk(&self, document: &DocumentId, blob: &BlobId, index: u32) -> Result<Option<Bytes>, StoreError>;

    /// Accepts an enrolment key for good, counted against `account` (itself, unless a voucher brought it).
    fn put_enrolment(&mut self, enrolment: &PublicKey, account: &PublicKey) -> Result<(), StoreError>;

    /// The account of an enrolment key, if it is known.
    fn account(&self, enrolment: &PublicKey) -> Result<Option<PublicKey>, StoreError>;

    /// How many enrolments, and how many documents, count against an account.
    fn usage(&self, account: &PublicKey) -> Result<(u64, u64), StoreError>;

    /// Sets how many devices may still enrol with the token of this digest.
    fn put_token(&mut self, token: &Digest, devices_left: u32) -> Result<(), StoreError>;

    /// How many devices may still enrol with the token of this digest, if it is known.
    fn token(&self, token: &Digest) -> Result<Option<u32>, StoreError>;

    /// Sets a guest's link.
    fn put_guest_link(&mut self, link: &GuestLinkId, row: &GuestLinkRow) -> Result<(), StoreError>;

    /// A guest's link.
    fn guest_link(&self, link: &GuestLinkId) -> Result<Option<GuestLinkRow>, StoreError>;

    /// How many of a document's guests' links are not stopped and not expired at `now` (Unix seconds).
    fn open_guest_links(&self, document: &DocumentId, now: i64) -> Result<u64, StoreError>;

    /// Keeps an item of a link that is there.
    fn put_guest_item(&mut self, row: &GuestItemRow) -> Result<(), StoreError>;

    /// An item's sealed bytes.
    fn guest_item(&self, link: &GuestLinkId, item: &GuestItemId) -> Result<Option<Bytes>, StoreError>;

    /// A document's items after `after`, in order of link and item: as many as fit into `limit` bytes, but at least one if there
    /// is any.
    fn guest_items(
        &self,
        document: &DocumentId,
        after: Option<&(GuestLinkId, GuestItemId)>,
        limit: usize,
    ) -> Result<Vec<GuestItemRow>, StoreError>;

    /// How many items of a link wait, and how many bytes wait for its whole document.
    fn guest_waiting(&self, link: &GuestLinkId) -> Result<(u64, u64), StoreError>;

    /// Forgets an item.
    fn drop_guest_item(&mut self, link: &GuestLinkId, item: &GuestItemId) -> Result<(), StoreError>;

    /// Sets, or with `None` deletes, what may be read again by a link.
    fn put_guest_reading(&mut self, link: &GuestLinkId, row: Option<&GuestReadingRow>) -> Result<(), StoreError>;

    /// What may be read again by a link.
    fn guest_reading(&self, link: &GuestLinkId) -> Result<Option<GuestReadingRow>, StoreError>;

    /// Deletes every reading whose window closed at or before `now` (Unix seconds).
    fn close_guest_readings(&mut self, now: i64) -> Result<(), StoreError>;

    /// Sets a link's code in place of the one before, or takes it away.
    fn put_guest_code(&mut self, link: &GuestLinkId, row: Option<&GuestCodeRow>) -> Result<(), StoreError>;

    /// The link that a code opens, and what is kept for it.
    fn guest_code(&self, code: &GuestCodeId) -> Result<Option<(GuestLinkId, GuestCodeRow)>, StoreError>;

    /// Deletes codes that have ended at `now` (Unix seconds).
    fn drop_guest_codes(&mut self, now: i64) -> Result<(), StoreError>;
}

/// An engine: a store whose transactions somebody opens and ends.
pub trait RelayEngine: RelayStore {
    /// Opens a transaction. One at a time.
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Ends it. After `Ok` everything in it survives a crash of machine and process.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Abandons it: the store is as before [`RelayEngine::begin`]. Without an open transaction nothing happens.
    fn rollback(&mut self) -> Result<(), StoreError>;
}
