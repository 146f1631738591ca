//! The app in headless Chromium, on an assessment of 10,000 edits: a key on the screen, a colleague's key on my screen, the first screen
//! after the passphrase, and how much the browser loads.
//!
//! The app is the program `kith` as a release is built, in a process of its own, and Chromium is driven by `client/ui/tests/bench.mjs`,
//! which says there what each figure spans. Nineteen colleagues are real engines with stores of their own in this process; one writes in
//! the summary, which is open on my screen, the others each in an entry of their own. Everybody types [`KEYS_A_SECOND`] keys, and each
//! writes through a real relay. Time runs from the moment at which the colleague's key was due to the frame in which it stands in my box.

use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command as Process, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use kith::engine::Engine;
use kith_assessment::{Command, EntryId};
use kith_group::DocumentId;
use kith_tests::processes::PASSPHRASE;
use kith_tests::replay::{Relay, let_in, new_assessment, profile, until_same};
use serde::Deserialize;

use super::Figure;
use super::dealt::Keystroke;
use super::open::program;
use super::record::{new_entry, splice};
use crate::cargo::root;

/// Edits in the assessment before anything is measured, and in how many entries.
const EDITS: usize = 10_000;
const ENTRIES: usize = 40;
/// Everybody who writes, and me.
const PEOPLE: usize = 20;
/// How fast everybody types.
const KEYS_A_SECOND: f64 = 6.2;
/// How long what is counted lasts.
const COUNTED: Duration = Duration::from_secs(30);
const SUMMARY: &str = "analysis/summary";

/// What the script measured, in milliseconds but for `payload` (bytes, gzipped).
#[derive(Deserialize)]
struct Measured {
    key: Vec<f64>,
    first: Vec<f64>,
    payload: f64,
    /// When each of the colleague's keys stood in the box: Unix milliseconds.
    seen: Vec<f64>,
}

pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let program = program()?;
    let folder = tempfile::tempdir()?;
    let relay = Relay::start_without_pauses(&folder.path().join("relay"))?;
    eprintln!("app: {PEOPLE} people come in and {EDITS} edits are made; this takes some minutes");
    let (document, Team { me, colleagues, entries }) = gather(folder.path(), &relay.url())?;
    me.stop()?;
    let mut app = App::open(&program, &folder.path().join("0"))?;
    let mut screen = Screen::start(&app.address, document)?;
    screen.wait_for("ready")?;
    let due = write(&colleagues, &entries, document)?;
    let Measured { key, first, payload, seen } = screen.done(due.len())?;
    app.end()?;
    for engine in colleagues {
        engine.stop()?;
    }
    ensure!(seen.len() == due.len(), "{} of the colleague's {} keys came up", seen.len(), due.len());
    let mine: Vec<f64> = due.iter().zip(&seen).map(|(due, seen)| seen - due).collect();
    let figure = |what: &str, unit, ours, target| Figure { what: what.to_owned(), unit, floor: None, ours, target };
    Ok(vec![
        figure("app: key to screen in one field, 10,000 edits, p95", "ms", p95(key), 16.0),
        figure("app: a colleague's key on my screen, 20 writers, p95", "ms", p95(mine), 250.0),
        figure("app: first screen of it after the passphrase was right, p95", "ms", p95(first), 300.0),
        figure("app: what the browser loads, gzipped", "kB", payload / 1000.0, 250.0),
    ])
}

fn p95(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get((numbers.len().saturating_sub(1) as f64 * 0.95).round() as usize).copied().unwrap_or(f64::NAN)
}

struct Team {
    me: Engine,
    colleagues: Vec<Engine>,
    entries: Vec<EntryId>,
}

/// Everybody comes in to an assessment in which all edits were made.
fn gather(folder: &Path, url: &str) -> anyhow::Result<(DocumentId, Team)> {
    let me = profile(&folder.join("0/profile"), "Person 0", "agency 0", "worker", url)?;
    let document = new_assessment(&me, url)?;
    let mut entries = Vec::new();
    for _ in 0..ENTRIES {
        entries.push(me.command(document, new_entry())?.id.context("an entry without an id")?);
    }
    for part in (0..EDITS).collect::<Vec<_>>().chunks(100) {
        let keys: Vec<Command> =
            part.iter().filter_map(|edit| Some(splice(*entries.get(edit % ENTRIES)?, &letter(edit / ENTRIES)))).collect();
        me.step(move |work| keys.iter().try_for_each(|key| work.command(&document, key).map(drop)))?;
    }
    me.connect(url)?;
    let mut colleagues = Vec::new();
    for number in 1..PEOPLE {
        let name = format!("Person {number}");
        let engine = profile(&folder.join(format!("{number}/profile")), &name, &format!("agency {number}"), "worker", url)?;
        let_in(&me, &engine, &document, "contributor", &name)?;
        engine.connect_all()?;
        colleagues.push(engine);
    }
    let all: Vec<&Engine> = std::iter::once(&me).chain(&colleagues).collect();
    until_same(&all, document)?;
    Ok((document, Team { me, colleagues, entries }))
}

fn letter(at: usize) -> Keystroke {
    let insert = char::from(b'a' + u8::try_from(at % 26).unwrap_or(0)).to_string();
    Keystroke { field: 0, at: 0, delete: 0, insert }
}

/// Everybody types; returns when each key of the one in the summary was due, in Unix milliseconds.
fn write(colleagues: &[Engine], entries: &[EntryId], document: DocumentId) -> anyhow::Result<Vec<f64>> {
    let (summary, others) = colleagues.split_first().context("nobody is there")?;
    let ended = Arc::new(AtomicBool::new(false));
    let typing: Vec<_> = others
        .iter()
        .cloned()
        .zip(entries.iter().copied())
        .enumerate()
        .map(|(number, (engine, entry))| {
            let ended = Arc::clone(&ended);
            thread::spawn(move || -> anyhow::Result<()> {
                thread::sleep(pause().mul_f64(number as f64 / PEOPLE as f64));
                let mut next = Instant::now();
                for at in 0.. {
                    if ended.load(Ordering::Relaxed) {
                        break;
                    }
                    engine.command(document, splice(entry, &letter(at)))?;
                    next += pause();
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                }
                Ok(())
            })
        })
        .collect();
    let mut due = Vec::new();
    let began = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH)?);
    let keys = (COUNTED.as_secs_f64() * KEYS_A_SECOND) as usize;
    for key in 0..keys {
        let at = pause().mul_f64(key as f64);
        thread::sleep((began.0 + at).saturating_duration_since(Instant::now()));
        if began.0.elapsed() > COUNTED * 2 {
            eprintln!("app: this machine is too busy: only {key} of {keys} keys were typed");
            break;
        }
        due.push((began.1 + at).as_secs_f64() * 1e3);
        let command = Command::SpliceText { field: SUMMARY.into(), heads: None, at: key, delete: 0, insert: "k".into() };
        summary.command(document, command)?;
    }
    ended.store(true, Ordering::Relaxed);
    for one in typing {
        one.join().map_err(|_| anyhow::anyhow!("somebody who typed stopped"))??;
    }
    Ok(due)
}

fn pause() -> Duration {
    Duration::from_secs_f64(1.0 / KEYS_A_SECOND)
}

/// The app, ended by Ctrl-C's signal or, when the bench failed, without one.
struct App {
    process: Child,
    address: String,
}

impl App {
    fn open(program: &Path, folder: &Path) -> anyhow::Result<Self> {
        let mut process = Process::new(program)
            .args(["--json", "open", "--no-browser", "--profile"])
            .arg(folder.join("profile"))
            .env_remove("KITH_PASSPHRASE")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut text = String::new();
        let mut out = BufReader::new(process.stdout.take().context("the app has no output")?);
        while !text.trim_end().ends_with('}') {
            ensure!(out.read_line(&mut text)? > 0, "the app ended: {text}");
        }
        let said: serde_json::Value = serde_json::from_str(&text)?;
        let address = said["address"].as_str().context("the app gave no address")?.to_owned();
        Ok(Self { process, address })
    }

    fn end(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The script that drives Chromium.
struct Screen {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<std::process::ChildStdout>,
}

impl Screen {
    fn start(address: &str, document: DocumentId) -> anyhow::Result<Self> {
        let script: PathBuf = root().join("client/ui/tests/bench.mjs");
        let mut process = Process::new("node")
            .arg(script)
            .env("KITH_ADDRESS", address)
            .env("KITH_ASSESSMENT", document.to_string())
            .env("KITH_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bench of the app needs Node.js")?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().context("the script has no output")?);
        Ok(Self { process, input, output })
    }

    fn wait_for(&mut self, word: &str) -> anyhow::Result<()> {
        let mut line = String::new();
        ensure!(self.output.read_line(&mut line)? > 0 && line.trim() == word, "the script said {line:?}");
        Ok(())
    }

    /// Everything was typed: waits until the screen shows all of it.
    fn done(&mut self, keys: usize) -> anyhow::Result<Measured> {
        if let Some(mut input) = self.input.take() {
            writeln!(input, "{keys}")?;
        }
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let status = self.process.wait()?;
        ensure!(status.success(), "the script did not end well ({status})");
        serde_json::from_str(&line).with_context(|| format!("the script said {line:?}"))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
