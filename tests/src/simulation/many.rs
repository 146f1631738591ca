//! Many seeds, on all cores, each played twice.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Outcome, Plan, run};

/// What became of many seeds.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// How many seeds were played (each twice).
    pub seeds: u64,
    /// Simulated time of all runs, in milliseconds.
    pub virtual_ms: i64,
    /// Events that happened in all runs.
    pub steps: u64,
    /// Edits that were acknowledged, in one run of each seed.
    pub edits: u64,
    /// Machines that stopped and lines that were cut, in one run of each seed.
    pub crashes: u64,
    /// Lines that were cut, in one run of each seed.
    pub cuts: u64,
    /// Seeds with what did not hold.
    pub failed: Vec<(u64, Vec<String>)>,
    /// How long it took.
    pub took: Duration,
}

impl Summary {
    /// Simulated hours per hour of the clock on the wall.
    pub fn ratio(&self) -> f64 {
        self.virtual_ms as f64 / 1000.0 / self.took.as_secs_f64().max(0.001)
    }
}

/// Plays seeds from `from` on until `seeds` are done or the time is up. `told` hears of each seed as it ends.
pub fn many(from: u64, seeds: u64, within: Duration, threads: usize, told: &(dyn Fn(&Outcome, Duration) + Sync)) -> Summary {
    let begin = Instant::now();
    let next = AtomicU64::new(from);
    let summary = Mutex::new(Summary::default());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from.saturating_add(seeds) || begin.elapsed() >= within {
                        return;
                    }
                    let started = Instant::now();
                    let plan = Plan::new(seed);
                    let mut outcome = run(&plan);
                    let again = run(&plan);
                    if outcome.trace != again.trace {
                        outcome.problems.push("two runs of this seed went differently".into());
                    }
                    told(&outcome, started.elapsed());
                    let mut summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
                    summary.seeds += 1;
                    summary.virtual_ms += outcome.virtual_ms + again.virtual_ms;
                    summary.steps += outcome.steps + again.steps;
                    summary.edits += outcome.edits as u64;
                    summary.crashes += outcome.crashes;
                    summary.cuts += outcome.cuts;
                    if !outcome.problems.is_empty() {
                        summary.failed.push((seed, outcome.problems));
                    }
                }
            });
        }
    });
    let mut summary = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.took = begin.elapsed();
    summary.failed.sort();
    summary
}
