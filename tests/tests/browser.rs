//! The app in a real browser: two programs, a relay and headless Chromium walk the first ten minutes
//! (client/ui/tests/journey.mjs, which drives the browser).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kith_tests::processes::{Practitioner, Relay};
use serde_json::Value;

/// An app in its own process. Killed when dropped.
struct App {
    child: Child,
    address: String,
}

impl App {
    fn open(folder: &Path) -> Self {
        let practitioner = Practitioner::new(folder);
        let mut command = practitioner.command(&["--json", "open", "--no-browser"]);
        // A person types the passphrase on the page.
        let mut child = command.env_remove("KITH_PASSPHRASE").stdout(Stdio::piped()).spawn().unwrap();
        let mut text = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !text.trim_end().ends_with('}') {
            assert!(out.read_line(&mut text).unwrap() > 0, "kith open ended: {text}");
        }
        let said: Value = serde_json::from_str(&text).unwrap();
        let Some(address) = said["address"].as_str() else { panic!("kith open said {said}") };
        Self { child, address: address.to_owned() }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn two_people_write_their_first_assessment_together() {
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
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let (priya, nadia) = (App::open(&folder.path().join("priya")), App::open(&folder.path().join("nadia")));
    let walked = Command::new("node")
        .arg(ui.join("tests/journey.mjs"))
        .env("KITH_CHROMIUM", chromium)
        .env("KITH_PRIYA", &priya.address)
        .env("KITH_NADIA", &nadia.address)
        .env("KITH_RELAY", &relay.url)
        .status()
        .expect("this test needs Node.js: install Debian's package `nodejs`");
    assert!(walked.success(), "the journey stopped: its last lines say where");
}
