//! What goes into the relay's state machine and what comes out of it.

use bytes::Bytes;

/// One connection, numbered by the driver; a number is never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayEvent {
    /// A client connected.
    Opened(ConnId),
    /// A client sent a frame.
    Frame(ConnId, Bytes),
    /// The connection's socket took bytes that were sent to it before.
    Drained {
        /// The connection.
        conn: ConnId,
        /// How many bytes of frames it took since the last report.
        bytes: usize,
    },
    /// A connection is gone. Also follows a close that the relay asked for.
    Closed(ConnId),
    /// Time passed: a few times a second is enough (holds, sign-in deadlines).
    Tick,
    /// The relay stops: everybody is told and closed.
    Stop,
}

/// What is to be done, **after** the transaction in which it was decided is durable and in the order in which it was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelayEffects {
    /// Frames to send, in order for each connection. One frame for many is encoded once and shared.
    pub send: Vec<(ConnId, Bytes)>,
    /// Connections to close once what was sent to them before is out.
    pub close: Vec<ConnId>,
    /// What was done, for metrics. Holds no ids.
    pub counts: RelayCounts,
}

impl RelayEffects {
    /// Adds what came later.
    pub fn extend(&mut self, later: Self) {
        self.send.extend(later.send);
        self.close.extend(later.close);
        self.counts.add(&later.counts);
    }
}

/// How often things were done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelayCounts {
    /// Frames received.
    pub frames: u64,
    /// Records appended, commits apart.
    pub appended: u64,
    /// Commits accepted.
    pub commits: u64,
    /// Records that were there already.
    pub repeated: u64,
    /// Records sealed under an epoch that is over.
    pub stale: u64,
    /// Refusals of any kind.
    pub refused: u64,
    /// Records sent, once for each reader.
    pub delivered: u64,
    /// Presence messages passed on, once for each reader.
    pub presence: u64,
    /// Bytes sent.
    pub bytes_sent: u64,
}

impl RelayCounts {
    fn add(&mut self, later: &Self) {
        self.frames += later.frames;
        self.appended += later.appended;
        self.commits += later.commits;
        self.repeated += later.repeated;
        self.stale += later.stale;
        self.refused += later.refused;
        self.delivered += later.delivered;
        self.presence += later.presence;
        self.bytes_sent += later.bytes_sent;
    }
}
