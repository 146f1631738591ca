//! `cargo xtask test`: everything that must hold. All steps run, also after one that failed; the end says which did not hold.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use clap::ValueEnum;

use crate::cargo::cargo;
use crate::machine::Machine;
use crate::tables::Table;
use crate::{demo, licences, pages, sim, story, ui};

/// How long the simulation begins new seeds, in seconds.
const SIMULATION_SECONDS: u64 = 240;

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps, in the usual order.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
}

/// One thing that must hold. The order is the order in which they run: what fails soonest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Every file is as rustfmt writes it.
    Format,
    /// Licences and sources of dependencies are those that deny.toml allows.
    Licences,
    /// No lint of rustc or clippy warns, in any target.
    Lints,
    /// The page's types are those of the Rust crates, and the page holds together (svelte-check).
    Ui,
    /// Every test of every crate passes, in the browser too.
    Tests,
    /// The demo starts: every app answers. The story holds, to its end.
    Demo,
    /// As many seeds of the simulation as fit in four minutes hold.
    Simulation,
    /// The crates' documentation builds without a warning.
    Rustdoc,
    /// README and docs/ say what is true of links, verbs, options and messages.
    Pages,
}

impl Step {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Format => expect(&mut cargo(&["fmt", "--all", "--check"])),
            Self::Licences => licences::check(),
            Self::Lints => {
                expect(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]))
            }
            Self::Ui => ui::check(),
            Self::Tests => {
                ui::has_browser().and_then(|()| expect(&mut cargo(&["test", "--workspace", "--locked", "--no-fail-fast"])))
            }
            Self::Demo => demo::check().and_then(|()| story::run(&story::Arguments::fast())),
            Self::Simulation => sim::run(&sim::Arguments::within(SIMULATION_SECONDS)),
            Self::Rustdoc => {
                let mut rustdoc = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
                expect(rustdoc.env("RUSTDOCFLAGS", "--deny warnings"))
            }
            Self::Pages => pages::check(),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Runs the steps that were asked for, or all.
///
/// # Errors
/// Names the steps that do not hold.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    println!("{}", Machine::this());
    let all = Step::value_variants().iter().copied();
    let steps: Vec<Step> = all.filter(|step| arguments.only.is_empty() || arguments.only.contains(step)).collect();
    let mut table = Table::new(["step", "outcome", ">seconds"]);
    let mut failed = Vec::new();
    let start = Instant::now();
    for step in steps {
        println!("\n== {}", step.name());
        let start = Instant::now();
        let outcome = step.run();
        if let Err(error) = &outcome {
            println!("{error:#}");
            failed.push(step.name());
        }
        let word = if outcome.is_ok() { "holds" } else { "DOES NOT HOLD" };
        println!("== {} {word} ({} s)", step.name(), seconds(start.elapsed()));
        table.row([step.name(), word.into(), seconds(start.elapsed())]);
    }
    table.row(["together".into(), String::new(), seconds(start.elapsed())]);
    println!("\n{table}");
    if !failed.is_empty() {
        bail!("does not hold: {}", failed.join(", "));
    }
    Ok(())
}

fn expect(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status()?;
    ensure!(status.success(), "cargo says no ({status})");
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}
