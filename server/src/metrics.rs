//! Numbers for Prometheus. Nothing here has a label: no person, document or agency can be told from it.

use std::time::Duration;

use kith_sync::relay::RelayCounts;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// All of them.
pub(crate) struct Metrics {
    registry: Registry,
    frames: Counter,
    appended: Counter,
    commits: Counter,
    repeated: Counter,
    stale: Counter,
    refused: Counter,
    delivered: Counter,
    presence: Counter,
    bytes_sent: Counter,
    batches: Histogram,
    commit_seconds: Histogram,
    connections: Gauge,
    documents: Gauge,
    groups: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("kith_relay"),
            frames: Counter::default(),
            appended: Counter::default(),
            commits: Counter::default(),
            repeated: Counter::default(),
            stale: Counter::default(),
            refused: Counter::default(),
            delivered: Counter::default(),
            presence: Counter::default(),
            bytes_sent: Counter::default(),
            batches: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            commit_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 14)),
            connections: Gauge::default(),
            documents: Gauge::default(),
            groups: Gauge::default(),
        };
        metrics.register()
    }

    fn register(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("frames_received", "Frames received", self.frames.clone());
        registry.register("records_appended", "Records appended, commits apart", self.appended.clone());
        registry.register("commits", "Commits accepted", self.commits.clone());
        registry.register("records_repeated", "Records that were there already", self.repeated.clone());
        registry.register("records_stale", "Records sealed under an epoch that is over", self.stale.clone());
        registry.register("refusals", "Refusals of any kind", self.refused.clone());
        registry.register("records_delivered", "Records sent, once for each reader", self.delivered.clone());
        registry.register("presence_delivered", "Presence passed on, once for each reader", self.presence.clone());
        registry.register("bytes_sent", "Bytes of frames sent", self.bytes_sent.clone());
        registry.register("batch_events", "Events in one transaction", self.batches.clone());
        registry.register("commit_seconds", "How long a transaction took to reach the disk", self.commit_seconds.clone());
        registry.register("connections", "Connections open", self.connections.clone());
        registry.register("documents_open", "Documents that somebody is connected for", self.documents.clone());
        registry.register("groups_cached", "Groups in memory", self.groups.clone());
        self
    }

    /// A batch is on the disk.
    pub(crate) fn batch(&self, events: usize, commit: Duration, counts: &RelayCounts) {
        self.batches.observe(f64::from(u32::try_from(events).unwrap_or(u32::MAX)));
        self.commit_seconds.observe(commit.as_secs_f64());
        self.frames.inc_by(counts.frames);
        self.appended.inc_by(counts.appended);
        self.commits.inc_by(counts.commits);
        self.repeated.inc_by(counts.repeated);
        self.stale.inc_by(counts.stale);
        self.refused.inc_by(counts.refused);
        self.delivered.inc_by(counts.delivered);
        self.presence.inc_by(counts.presence);
        self.bytes_sent.inc_by(counts.bytes_sent);
    }

    /// How much is open now.
    pub(crate) fn open(&self, connections: usize, documents: usize, groups: usize) {
        let gauge = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.connections.set(gauge(connections));
        self.documents.set(gauge(documents));
        self.groups.set(gauge(groups));
    }

    /// In the OpenMetrics text format.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
