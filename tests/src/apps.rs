//! The app as people open it: `kith open` in a process of its own, and scripts that drive a real Chromium (client/ui/tests).
//!
//! Everything here is for tests: what does not go as it must ends the test with a sentence.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::processes::Practitioner;

/// An app in its own process. Killed when dropped.
#[derive(Debug)]
pub struct App {
    child: Child,
    /// Its address with a way in that works once, for a minute.
    pub address: String,
}

impl App {
    /// Opens the app of the person whose folder this is. They type their passphrase on the page, as people do.
    pub fn open(folder: &Path) -> Self {
        Self::start(folder, false)
    }

    /// Opens the app with the passphrase given, as a script can.
    pub fn open_unlocked(folder: &Path) -> Self {
        Self::start(folder, true)
    }

    fn start(folder: &Path, unlocked: bool) -> Self {
        let practitioner = Practitioner::new(folder);
        let mut command = practitioner.command(&["--json", "open", "--no-browser"]);
        if !unlocked {
            command.env_remove("KITH_PASSPHRASE");
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut text = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !text.trim_end().ends_with('}') {
            assert!(out.read_line(&mut text).unwrap() > 0, "kith open ended: {text}");
        }
        let said: Value = serde_json::from_str(&text).unwrap();
        let Some(address) = said["address"].as_str() else { panic!("kith open said {said}") };
        Self { child, address: address.to_owned() }
    }

    /// Its process, for a script that ends it without warning.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script of client/ui/tests, which drives the browser, with these variables.
///
/// # Panics
/// If the browser or Node.js is missing, or the script says that something does not hold.
pub fn walk(script: &str, variables: &[(&str, &str)]) {
    let chromium = std::env::var_os("KITH_CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    assert!(
        chromium.exists(),
        "this test needs Chromium: install Debian's package `chromium`, or name a program with KITH_CHROMIUM"
    );
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/ui");
    assert!(
        ui.join("node_modules/playwright-core").is_dir(),
        "this test needs Node.js 20.19 or newer with npm when Kith is built"
    );
    let walked = Command::new("node")
        .arg(ui.join("tests").join(script))
        .env("KITH_CHROMIUM", chromium)
        .envs(variables.iter().copied())
        .status()
        .expect("this test needs Node.js: install Debian's package `nodejs`");
    assert!(walked.success(), "{script} stopped: its last lines say where");
}
