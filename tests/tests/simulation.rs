//! Seeded stories of many clients and a relay, a few on every `cargo test`. `cargo xtask test` plays what fits in minutes,
//! `cargo xtask sim` as many as you like; `KITH_SEED=n` plays one here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.

use std::time::Duration;

use kith_tests::simulation::many;

#[test]
fn a_first_handful_of_seeds_holds() {
    let from = std::env::var("KITH_SEED").ok().and_then(|seed| seed.parse().ok());
    let (from, seeds) = from.map_or((0, 12), |from| (from, 1));
    let summary = many(from, seeds, Duration::from_secs(3_600), 2, &|outcome, took| {
        println!(
            "seed {} {:?} steps {} records {} crashes {} cuts {} edits {} {:?} {:?}",
            outcome.plan.seed,
            took,
            outcome.steps,
            outcome.records,
            outcome.crashes,
            outcome.cuts,
            outcome.edits,
            outcome.problems,
            outcome.plan
        );
    });
    assert!(summary.failed.is_empty(), "{:#?}", summary.failed);
}
