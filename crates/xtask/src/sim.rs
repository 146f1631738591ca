//! `cargo xtask sim`: seeded stories of many clients and a relay, each played twice; a seed that fails prints how to play it again.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::bail;
use kith_tests::simulation::{Outcome, many};

/// What to play.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many seeds at most.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Begin no further seed after this many seconds.
    #[arg(long, default_value_t = 3_600)]
    seconds: u64,
    /// Print a line for each seed.
    #[arg(long)]
    verbose: bool,
}

impl Arguments {
    /// What runs on every change: as many seeds as fit.
    pub(crate) fn within(seconds: u64) -> Self {
        Self { seeds: u64::MAX / 2, from: 0, seconds, verbose: false }
    }
}

/// Plays the seeds.
///
/// # Errors
/// Names the seeds that did not hold and how to play each again.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let told = |outcome: &Outcome, took: Duration| {
        let seed = outcome.plan.seed;
        if arguments.verbose {
            println!(
                "seed {seed}: {} people, {} edits, {} records, {} crashes, {} cuts, {} s",
                outcome.plan.people,
                outcome.edits,
                outcome.records,
                outcome.crashes,
                outcome.cuts,
                took.as_secs()
            );
        }
        if !outcome.problems.is_empty() {
            println!("seed {seed} DOES NOT HOLD; again with: cargo xtask sim --from {seed} --seeds 1 --verbose");
            for problem in outcome.problems.iter().take(if arguments.verbose { usize::MAX } else { 5 }) {
                println!("    {problem}");
            }
        }
    };
    let summary = many(arguments.from, arguments.seeds, Duration::from_secs(arguments.seconds), threads, &told);
    println!(
        "{} seeds from {}, each twice with the same trace: {:.0} simulated hours in {:.0} s ({:.0} times real time); \
         {} events, {} edits acknowledged, {} machines stopped, {} lines cut",
        summary.seeds,
        arguments.from,
        summary.virtual_ms as f64 / 3_600_000.0,
        summary.took.as_secs_f64(),
        summary.ratio(),
        summary.steps,
        summary.edits,
        summary.crashes,
        summary.cuts
    );
    if !summary.failed.is_empty() {
        let seeds: Vec<String> = summary.failed.iter().map(|(seed, _)| seed.to_string()).collect();
        bail!("seeds that do not hold: {}", seeds.join(", "));
    }
    Ok(())
}
