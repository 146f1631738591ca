//! A computer with the `kith` program, for tests: one profile folder, no network but what a test makes.

// Each test file uses its own part of this.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing
)]

pub mod web;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub const PASSPHRASE: &str = "otter lantern maple spoon";

/// What a run of the program gave.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The value that `--json` printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// It was done.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// It was refused with this code, one sentence on stderr, and nothing that a person should not see.
    #[track_caller]
    pub fn refused(self, code: &str) -> Self {
        assert_eq!(self.code, 1, "{self:?}");
        assert_eq!(self.json()["error"]["code"], code, "{self:?}");
        for word in ["panicked", "RUST_BACKTRACE", "Error(", "rusqlite", "ERROR"] {
            assert!(!self.err.contains(word), "{word} in {}", self.err);
        }
        assert!(self.err.trim().ends_with(['.', '!', '?']), "{}", self.err);
        self
    }
}

pub struct Home {
    pub folder: TempDir,
    pub profile: PathBuf,
}

impl Home {
    /// A computer without a profile.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("profile");
        Self { folder, profile }
    }

    /// A computer with Priya's profile.
    pub fn of_priya() -> Self {
        let home = Self::bare();
        home.setup(&[]).done();
        home
    }

    pub fn setup(&self, more: &[&str]) -> Run {
        let mut arguments =
            vec!["setup", "--name", "Priya Marsh", "--agency", "children's social care", "--role", "social worker"];
        arguments.extend(more);
        self.json(&arguments)
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
        command
            .env_clear()
            .env("KITH_PASSPHRASE", PASSPHRASE)
            .env("KITH_INSECURE_TEST_KEYS", "1")
            .env("TZ", "UTC")
            .current_dir(self.folder.path())
            .arg("--profile")
            .arg(&self.profile)
            .stdin(Stdio::null());
        command
    }

    /// Runs with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Run {
        run(self.command().arg("--json").args(arguments))
    }

    /// Runs as a person would.
    pub fn text(&self, arguments: &[&str]) -> Run {
        run(self.command().args(arguments))
    }

    /// Runs with text on the input.
    pub fn with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut command = self.command();
        let mut child = command
            .arg("--json")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let run = ended(child);
        writer.join().unwrap();
        run
    }

    /// Starts an assessment called Larch and gives its id.
    pub fn larch(&self) -> String {
        let made =
            self.json(&["new", "--title", "Larch", "--trigger", "over-time", "--purpose", "Evenings without fear."]).done();
        made.json()["assessment"].as_str().unwrap().to_owned()
    }

    /// Writes an entry and gives its id.
    pub fn entry(&self, text: &str) -> String {
        let run = self.json(&["write", "Larch", "--dimension", "1.6", "--as", "strength", "--text", text]).done();
        run.json()["entry"].as_str().unwrap().to_owned()
    }

    /// Every byte of every file of the profile but the lock.
    pub fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        contents(&self.profile)
    }
}

pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(listed) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = listed
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_none_or(|extension| extension != "lock"))
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

pub fn run(command: &mut Command) -> Run {
    ended(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

pub fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().expect("the program was killed"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Says on the test's output why something was not tried.
pub fn not_tried(why: &str) {
    eprintln!("NOT TRIED: {why}");
}
