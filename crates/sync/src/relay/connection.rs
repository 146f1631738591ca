//! What the relay remembers of one connection. All of it is bounded and none of it is a queue of records.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kith_group::{BlobId, DeviceId, Digest, DocumentId, PublicKey, RequestId};

use super::config::Limits;

/// One connection.
pub(super) struct Connection {
    /// Its challenge.
    pub(super) nonce: Digest,
    /// Since when, in Unix milliseconds.
    pub(super) opened_ms: i64,
    /// Who signed in.
    pub(super) enrolment: Option<PublicKey>,
    /// Documents for which it proved a device.
    pub(super) documents: BTreeMap<DocumentId, Attached>,
    /// Requests that it watches.
    pub(super) watches: BTreeSet<RequestId>,
    /// Blobs being sent to it, a chunk at a time, after everything else.
    pub(super) reads: VecDeque<BlobRead>,
    /// Bytes sent and not yet taken by the socket.
    pub(super) in_flight: usize,
    /// Documents that have something to send once there is room, in turn.
    pub(super) behind: VecDeque<DocumentId>,
    /// How many frames it may send now.
    pub(super) allowance: Allowance,
    /// Appends of its that wait for the end of a hold: how many and how many bytes.
    pub(super) held: (usize, usize),
}

impl Connection {
    pub(super) fn new(nonce: Digest, now_ms: i64, limits: &Limits) -> Self {
        Self {
            nonce,
            opened_ms: now_ms,
            enrolment: None,
            documents: BTreeMap::new(),
            watches: BTreeSet::new(),
            reads: VecDeque::new(),
            in_flight: 0,
            behind: VecDeque::new(),
            allowance: Allowance::full(Rate::frames(limits), now_ms),
            held: (0, 0),
        }
    }

    /// Remembers that `document` has something for it that does not fit now.
    pub(super) fn mark_behind(&mut self, document: DocumentId) {
        if !self.behind.contains(&document) {
            self.behind.push_back(document);
        }
    }
}

/// A document for which a connection proved a device.
pub(super) struct Attached {
    /// The device.
    pub(super) device: DeviceId,
    /// The last record sent to it, once it has asked: the reader *is* this number.
    pub(super) cursor: Option<u64>,
    /// Whether it was told that catch-up is over.
    pub(super) live: bool,
    /// Whether it is a lead's who wants to hear of requests.
    pub(super) requests: bool,
    /// Whether it wants to hear of what guests send.
    pub(super) guests: bool,
    /// Receipts were passed over while its window was full: send all again.
    pub(super) receipts_due: bool,
    /// Requests were passed over while its window was full: send all again.
    pub(super) requests_due: bool,
    /// Answers that must come after the records before them.
    pub(super) deferred: VecDeque<Deferred>,
}

impl Attached {
    pub(super) fn new(device: DeviceId) -> Self {
        Self {
            device,
            cursor: None,
            live: false,
            requests: false,
            guests: false,
            receipts_due: false,
            requests_due: false,
            deferred: VecDeque::new(),
        }
    }
}

/// An answer that is only true once the reader has the log up to here.
pub(super) enum Deferred {
    /// That record is sealed under an epoch that is over; the commit comes first.
    Stale {
        /// Which.
        k: u64,
    },
    /// Another commit was first; it comes first here, too.
    EpochTaken {
        /// The epoch that both would have ended.
        epoch: u64,
    },
    /// The log has grown since the admission was built.
    Moved {
        /// The epoch that the refused commit would have ended.
        epoch: u64,
    },
    /// The hold is yours.
    Held,
}

/// A blob on its way to a reader.
pub(super) struct BlobRead {
    pub(super) document: DocumentId,
    pub(super) blob: BlobId,
    pub(super) next: u32,
    pub(super) total: u32,
}

/// One, in an [`Allowance`].
const ONE: i64 = 60_000;

/// How often something may be done.
#[derive(Clone, Copy)]
pub(super) struct Rate {
    /// For long.
    pub(super) per_minute: u32,
    /// At once.
    pub(super) at_once: u32,
}

impl Rate {
    /// Of a connection's frames.
    pub(super) fn frames(limits: &Limits) -> Self {
        Self { per_minute: limits.frames_per_second.saturating_mul(60), at_once: limits.frames_at_once }
    }

    /// Of what comes by one guest's link.
    pub(super) fn guest(limits: &Limits) -> Self {
        Self { per_minute: limits.guest_per_minute, at_once: limits.guest_at_once }
    }

    /// Of codes that are tried.
    pub(super) fn codes(limits: &Limits) -> Self {
        Self { per_minute: limits.codes_per_minute, at_once: limits.codes_at_once }
    }

    fn most(self) -> i64 {
        i64::from(self.at_once).saturating_mul(ONE)
    }
}

/// A token bucket, in parts of which sixty thousand are one: so a millisecond is a whole number of them at any rate a minute.
pub(super) struct Allowance {
    parts: i64,
    refilled_ms: i64,
}

impl Allowance {
    pub(super) fn full(rate: Rate, now_ms: i64) -> Self {
        Self { parts: rate.most(), refilled_ms: now_ms }
    }

    /// Takes one, if there is one. A clock that went back refills nothing.
    pub(super) fn take(&mut self, rate: Rate, now_ms: i64) -> bool {
        self.refill(rate, now_ms);
        let enough = self.parts >= ONE;
        if enough {
            self.parts -= ONE;
        }
        enough
    }

    /// Whether nothing was taken that has not come back: then it need not be remembered.
    pub(super) fn is_full(&mut self, rate: Rate, now_ms: i64) -> bool {
        self.refill(rate, now_ms);
        self.parts >= rate.most()
    }

    fn refill(&mut self, rate: Rate, now_ms: i64) {
        let elapsed = now_ms.saturating_sub(self.refilled_ms).max(0);
        self.refilled_ms = now_ms;
        let refill = elapsed.saturating_mul(i64::from(rate.per_minute));
        self.parts = self.parts.saturating_add(refill).min(rate.most());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_runs_out_and_comes_back_with_time() {
        let limits = Limits { frames_per_second: 40, frames_at_once: 3, ..Limits::default() };
        let rate = Rate::frames(&limits);
        let mut allowance = Allowance::full(rate, 0);
        assert!((0..3).all(|_| allowance.take(rate, 0)));
        assert!(!allowance.take(rate, 24));
        assert!(allowance.take(rate, 25));
        assert!(!allowance.take(rate, 25));
        assert!(!allowance.take(rate, -1_000_000));
        assert!(!allowance.is_full(rate, -1_000_000 + 74));
        assert!(allowance.is_full(rate, -1_000_000 + 75));
    }

    #[test]
    fn forty_frames_a_second_are_allowed_for_ever() {
        let limits = Limits::default();
        let rate = Rate::frames(&limits);
        let mut allowance = Allowance::full(rate, 0);
        assert!((0..100_000).all(|tick| allowance.take(rate, tick * 25)));
    }
}
