//! `cargo xtask bench`: figures beside the floor that was measured in the same run, with the machine that they were taken on.
//!
//! A figure that was not reached is printed as such; nothing here fails because of time.

mod app;
mod dealt;
mod guest;
mod joining;
mod meeting;
mod open;
mod record;
mod remote;
mod room;
mod save;
mod tap;
mod wire;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;
use serde::Serialize;

use crate::machine::Machine;
use crate::tables::Table;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
    /// Only this group of figures: `save`, `open`, `remote`, `wire`, `meeting`, `joining`, `app` or `guest`.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Play a part for the bench that started this program.
    #[arg(long, hide = true, requires = "folder")]
    part: Option<meeting::Part>,
    /// That part's folder.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
}

/// One figure; `floor`, `ours` and `target` are in `unit`, except that a target with a floor is a ratio to it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    what: String,
    unit: &'static str,
    floor: Option<f64>,
    ours: f64,
    target: f64,
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.ours / floor)
    }

    fn reached(&self) -> bool {
        self.ratio().unwrap_or(self.ours) <= self.target
    }
}

/// A group of figures: its name for `--only`, and what measures it.
type Group = (&'static str, fn() -> anyhow::Result<Vec<Figure>>);

const GROUPS: [Group; 8] = [
    ("save", save::measure),
    ("open", open::measure),
    ("remote", remote::measure),
    ("wire", wire::measure),
    ("meeting", meeting::measure),
    ("joining", joining::measure),
    ("app", app::measure),
    ("guest", guest::measure),
];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // What is measured of the guests' page is in the browser: it has the same bytes in either build.
    if cfg!(debug_assertions) && arguments.only.as_deref() != Some("guest") {
        bail!("figures of an unoptimised build mean nothing: cargo run --release -p xtask -- bench");
    }
    if let (Some(part), Some(folder)) = (arguments.part, &arguments.folder) {
        return part.play(folder.clone());
    }
    let wanted = |name: &str| arguments.only.as_deref().is_none_or(|only| only == name);
    if !GROUPS.iter().any(|(name, _)| wanted(name)) {
        bail!("there is no such group of figures: {}", GROUPS.map(|(name, _)| name).join(", "));
    }
    let mut figures = Vec::new();
    for (_, measure) in GROUPS.iter().filter(|(name, _)| wanted(name)) {
        figures.extend(measure()?);
    }
    let machine = Machine::this();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned();
    if arguments.json {
        println!("{}", serde_json::json!({ "machine": machine, "load": load, "figures": figures }));
        return Ok(());
    }
    let mut table = Table::new(["what", ">floor", ">ours", "unit", ">ratio", ">target", "reached"]);
    for figure in &figures {
        let shown = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.2}"));
        table.row([
            figure.what.clone(),
            shown(figure.floor),
            shown(Some(figure.ours)),
            figure.unit.to_owned(),
            shown(figure.ratio()),
            format!("{}{}", figure.target, if figure.floor.is_some() { " x" } else { "" }),
            if figure.reached() { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    println!("{table}\n{machine}; load {load}");
    Ok(())
}

/// The middle of some measurements; 0 if there are none.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

/// Milliseconds since.
pub(crate) fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}
