//! Who is connected for a document, and what waits for the end of a hold.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;
use kith_group::RecordHead;

use super::ConnId;

/// A document that somebody is connected for.
#[derive(Default)]
pub(super) struct Room {
    /// Everybody who proved a device for it.
    pub(super) present: BTreeSet<ConnId>,
    /// The hold, if it is held.
    pub(super) hold: Option<Hold>,
    /// When the last hold began.
    pub(super) held_ms: Option<i64>,
    /// Appends that wait for the end of the hold, in order of arrival.
    pub(super) waiting: VecDeque<HeldAppend>,
    /// Records appended since the last flush, the last of them at the head: the live readers' next frame.
    pub(super) fresh: VecDeque<(u64, Bytes)>,
}

/// A lead builds an admission; other appends wait.
pub(super) struct Hold {
    /// Whose it is.
    pub(super) by: ConnId,
    /// Until when, in Unix milliseconds.
    pub(super) until_ms: i64,
}

/// An append that waits.
pub(super) struct HeldAppend {
    pub(super) conn: ConnId,
    pub(super) head: RecordHead,
    pub(super) bytes: Bytes,
}
