//! Opening a stored assessment of 260,000 edits (`record.rs`): how long until it can be read, and until it can be written in.
//!
//! *Readable* is `kith --json show` as a person starts it, the whole process with printing, and the same verb in this process
//! from the closed profile on. The stored view is current; where it is not, `show` says how many changes are newer. *Editable*
//! is from [`Engine::start`] to the first keystroke on the disk, beside Automerge's own load of the same document's saved bytes
//! and nothing else. Each is the median of several, taken in turn with its floor. The profile's passphrase is made cheap to
//! derive ([`KeyCost::TESTS`](kith::store::KeyCost::TESTS)), so its derivation is no part of any figure.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use automerge::{Automerge, LoadOptions, TextEncoding};
use kith::cli::Verb;
use kith::engine::{Engine, Profile};
use kith::verbs::{self, Manner};
use kith_assessment::{Command, EntryId};
use kith_group::DocumentId;

use super::dealt::Keystroke;
use super::record::{Record, emptied, in_one_text, new_entry, splice};
use super::room::PASSPHRASE;
use super::{Figure, median, ms};
use crate::cargo::cargo;

/// How often each is measured.
const TIMES: usize = 9;

/// Keystrokes of a day offline, typed one at a time and not sent.
const OFFLINE: usize = 10_000;

/// How many of them share a transaction of the store, which changes nothing that is opened later.
const TOGETHER: usize = 50;

pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let Some(Record { room, document, entries, .. }) = Record::typed(folder.path(), 0)? else { return Ok(Vec::new()) };
    drop(room);
    let profile = folder.path().join("author");
    let entry = *entries.first().context("a record without entries")?;

    // The program has been closed in order once: the view is stored.
    show(&profile, document)?;
    let mut figures = readable(&profile, document)?;
    figures.push(editable(&profile, document, entry, "260,000 edits")?);

    let engine = Engine::start(Profile::open(&profile, PASSPHRASE)?)?;
    let entry = engine.command(document, new_entry())?.id.context("an entry without an id")?;
    engine.command(document, emptied(entry))?;
    let strokes = in_one_text()?.context("the recording is gone")?;
    for strokes in strokes.get(..OFFLINE).unwrap_or_default().chunks(TOGETHER) {
        let commands: Vec<Command> = strokes.iter().map(|stroke| splice(entry, stroke)).collect();
        engine.step(move |work| commands.iter().try_for_each(|command| work.command(&document, command).map(drop)))?;
    }
    engine.stop()?;
    figures.push(editable(&profile, document, entry, "and 10,000 of a day offline, unsent")?);
    Ok(figures)
}

/// `show` from a closed profile to its answer: what it lacked, and how long it took in milliseconds.
fn show(profile: &Path, document: DocumentId) -> anyhow::Result<(u64, f64)> {
    let began = Instant::now();
    let engine = Engine::start(Profile::open(profile, PASSPHRASE)?)?;
    let answer = verbs::run(&engine, &Verb::Show { id: document.to_string(), part: None }, &Manner::of_this_computer())?;
    let took = ms(began);
    engine.stop()?;
    Ok((answer.value["newer"].as_u64().context("an answer without a count")?, took))
}

fn readable(profile: &Path, document: DocumentId) -> anyhow::Result<Vec<Figure>> {
    let program = program()?;
    let (mut bare, mut whole, mut within) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        bare.push(run(Process::new(&program).arg("--version"))?.1);
        let mut command = Process::new(&program);
        command
            .args(["--json", "--profile"])
            .arg(profile)
            .args(["show", &document.to_string()])
            .env("KITH_PASSPHRASE", PASSPHRASE);
        let (said, took) = run(&mut command)?;
        let said: serde_json::Value = serde_json::from_slice(&said)?;
        ensure!(said["newer"] == 0, "the stored view was not current");
        whole.push(took);
        let (newer, took) = show(profile, document)?;
        ensure!(newer == 0, "the stored view was not current");
        within.push(took);
    }
    let what = format!("open: readable, `kith --json show` as a process ({:.1} ms of it any process of kith)", median(bare));
    let figure = |what: &str, ours| Figure { what: what.to_owned(), unit: "ms", floor: None, ours, target: 50.0 };
    Ok(vec![figure(&what, median(whole)), figure("open: readable, in this process from the closed profile", median(within))])
}

fn editable(profile: &Path, document: DocumentId, entry: EntryId, of: &str) -> anyhow::Result<Figure> {
    let engine = Engine::start(Profile::open(profile, PASSPHRASE)?)?;
    let saved = engine.look(move |work| Ok(work.read(&document)?.save()))?;
    engine.stop()?;
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let began = Instant::now();
        let raw = Automerge::load_with_options(&saved, LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit))?;
        floor.push(ms(began));
        drop(raw);
        let keystroke = Keystroke { field: 0, at: 0, delete: 0, insert: "k".to_owned() };
        let profile = Profile::open(profile, PASSPHRASE)?;
        let began = Instant::now();
        let engine = Engine::start(profile)?;
        engine.command(document, splice(entry, &keystroke))?;
        ours.push(ms(began));
        engine.stop()?;
    }
    let what = format!("open: editable, from the start to the first keystroke saved; {of}");
    Ok(Figure { what, unit: "ms", floor: Some(median(floor)), ours: median(ours), target: 1.3 })
}

/// The program, built as a release is and laid beside this one.
pub(super) fn program() -> anyhow::Result<PathBuf> {
    let built = cargo(&["build", "--quiet", "--release", "--package", "kith", "--bin", "kith"]).status()?;
    ensure!(built.success(), "the program `kith` was not built");
    let program = std::env::current_exe()?.with_file_name(format!("kith{}", std::env::consts::EXE_SUFFIX));
    ensure!(program.is_file(), "{} is not there: run this by cargo", program.display());
    Ok(program)
}

/// Runs a program to its end: what it printed, and how long it took in milliseconds.
fn run(command: &mut Process) -> anyhow::Result<(Vec<u8>, f64)> {
    let began = Instant::now();
    let output = command.output()?;
    let took = ms(began);
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok((output.stdout, took))
}
