//! What a relay goes by: who may enrol, and how much anybody may take.

/// How a new enrolment key earns its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// Anybody's does. For relays on loopback only.
    Open,
    /// By an agency's token, or by the voucher in an invitation.
    Token,
}

/// Limits. They bound what one connection, document or account can make the relay hold or do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes sent on one connection and not yet taken by its socket, beyond which nothing is pumped to it: a reader is a cursor,
    /// never a queue.
    pub window: usize,
    /// Bytes beyond the window that answers may still take; a connection that asks on without reading is closed.
    pub answers: usize,
    /// Frames a second that a connection may send for long.
    pub frames_per_second: u32,
    /// Frames that it may send at once.
    pub frames_at_once: u32,
    /// Appends that one connection may have waiting during a hold.
    pub held_appends: usize,
    /// Bytes of those.
    pub held_bytes: usize,
    /// Blob reads under way on one connection.
    pub blob_reads: usize,
    /// Requests that one connection may watch, and documents that it may prove itself to.
    pub per_connection: usize,
    /// Groups kept in memory over all documents.
    pub cached_groups: usize,
    /// Bytes of one document's log.
    pub log_bytes: u64,
    /// Blobs of one document.
    pub blobs: u64,
    /// A document's invitations that can still be used.
    pub open_invites: u64,
    /// Documents of one account.
    pub documents: u64,
    /// Enrolments of one account, by the vouchers of its invitations.
    pub enrolments: u64,
    /// Milliseconds in which a connection must sign in.
    pub sign_in_ms: i64,
    /// Guests' links of one document that are not stopped.
    pub guest_links: u64,
    /// Items that came by one link and wait to be taken in.
    pub guest_items: u64,
    /// Bytes of all items that wait for one document.
    pub guest_bytes: u64,
    /// What may come by one link a minute for long.
    pub guest_per_minute: u32,
    /// What may come by one link at once.
    pub guest_at_once: u32,
    /// Codes that may be tried a minute for long, by all guests together.
    pub codes_per_minute: u32,
    /// Codes that may be tried at once.
    pub codes_at_once: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            window: 512 << 10,
            answers: 4 << 20,
            frames_per_second: 2_000,
            frames_at_once: 10_000,
            held_appends: 64,
            held_bytes: 512 << 10,
            blob_reads: 4,
            per_connection: 1_024,
            cached_groups: 1_024,
            log_bytes: 4 << 30,
            blobs: 10_000,
            open_invites: 256,
            documents: 10_000,
            enrolments: 1_000,
            sign_in_ms: 30_000,
            guest_links: 256,
            guest_items: 200,
            guest_bytes: 32 << 20,
            guest_per_minute: 6,
            guest_at_once: 20,
            codes_per_minute: 120,
            codes_at_once: 60,
        }
    }
}

/// What a relay goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayConfig {
    /// How new keys enrol.
    pub enrolment: Enrolment,
    /// How much anybody may take.
    pub limits: Limits,
    /// How long a hold lasts, in milliseconds (protocol 5).
    pub hold_ms: i64,
    /// How long after a hold the next one on the same document may begin, in milliseconds (protocol 5).
    pub hold_every_ms: i64,
    /// How far commits other than removals must be apart, in milliseconds (protocol 5).
    pub commit_every_ms: i64,
}

impl RelayConfig {
    /// The protocol's figures.
    pub fn new(enrolment: Enrolment) -> Self {
        Self { enrolment, limits: Limits::default(), hold_ms: 2_000, hold_every_ms: 10_000, commit_every_ms: 1_000 }
    }
}

/// The longest sealed request to join, in bytes: a request of 16 KiB and what sealing adds.
pub const MAX_REQUEST: usize = (16 << 10) + 256;

/// How many wrong code words a window for reading again survives, and how long it may be open, in seconds (protocol 14).
pub const CODE_TRIES: u8 = 5;
/// See [`CODE_TRIES`].
pub const MAX_WINDOW: i64 = 24 * 60 * 60;

/// The longest sealed presence, in bytes.
pub const MAX_PRESENCE: usize = 1 << 10;

/// The longest GroupInfo that opens a log, in bytes: one member's takes about 400.
pub const MAX_GROUP_INFO: usize = 64 << 10;

/// The most chunks that a blob may have: a snapshot of 32 MiB in chunks of nearly 64 KiB.
pub const MAX_CHUNKS: u32 = 520;

/// The most that one admission's commit, Welcome and pack may take together, in bytes, so that they fit into one frame again.
pub const MAX_ADMISSION: usize = crate::wire::MAX_FRAME - 4_096;
