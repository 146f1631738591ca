//! Developer commands. `cargo xtask` lists them; `cargo xtask test` is everything that must hold before a change is kept.
//!
//! Each command is a module with a `run`; to add one, add its module and one line to [`Command`].

#![allow(clippy::print_stdout, clippy::print_stderr)] // Commands for people at a terminal: printing is what they do.

mod bench;
mod cargo;
mod demo;
mod eval_nudges;
mod images;
mod licences;
mod machine;
mod pages;
mod sim;
mod story;
mod tables;
mod test;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer commands of Kith.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Figures, each beside its floor. Needs an optimised build: `cargo run --release -p xtask -- bench`.
    Bench(bench::Arguments),
    /// Opens the app on the sample assessment: a relay and three people who write in Larch, each with an app of their own.
    Demo(demo::Arguments),
    /// What the hints find and what they mark wrongly, from a seeded set of texts. Time is only said of an optimised build.
    EvalNudges(eval_nudges::Arguments),
    /// Takes the pictures of README and the guide (docs/images) of the sample assessment. Needs Chromium.
    Images,
    /// Format, lints, tests, documentation, licences: all that must hold, with what ran and how long it took.
    Test(test::Arguments),
    /// Seeded stories of many clients and a relay on failing machines and lines, each played twice.
    Sim(sim::Arguments),
    /// Three people, one relay, one assessment; then two recordings of people who wrote at once: told and proved, for real.
    Story(story::Arguments),
    /// Writes the TypeScript types of the app's page, and docs/openapi.json, from the Rust views, commands and API.
    Types,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::EvalNudges(arguments) => eval_nudges::run(&arguments),
        Command::Images => images::run(),
        Command::Test(arguments) => test::run(&arguments),
        Command::Sim(arguments) => sim::run(&arguments),
        Command::Story(arguments) => story::run(&arguments),
        Command::Types => ui::write_types(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}
