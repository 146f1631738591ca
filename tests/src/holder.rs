//! Somebody who leads an assessment and holds one young person, with a tap on the line between their program and the relay: where what a
//! guest says and reads is tested.
//!
//! Everything here is for tests: what does not go as it must ends the test with a sentence.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;

use crate::phone::Phone;
use crate::processes::{Practitioner, Relay};
use crate::search::Needles;
use crate::tap::Tap;

/// Whom Priya holds.
pub const NAME: &str = "Keziah Ansah-Rowe";

/// Priya leads Larch and holds one young person in it.
#[derive(Debug)]
pub struct Holder {
    /// All profiles are below it, and the relay's own folder.
    pub folder: tempfile::TempDir,
    /// The relay.
    pub relay: Relay,
    /// What everybody's programs and phones speak to in its place.
    pub tap: Tap,
    /// The social worker.
    pub priya: Practitioner,
    /// The assessment.
    pub larch: String,
    /// The young person's record.
    pub record: String,
    /// Their entry in the assessment.
    pub strand: String,
}

impl Holder {
    /// All of it, begun.
    ///
    /// # Panics
    /// If anything fails.
    #[expect(clippy::new_without_default, reason = "it starts a process")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"));
        let tap = Tap::before(relay.address());
        let home = folder.path().join("priya");
        let priya = Practitioner::set_up(&home, "Priya Marsh", "children's social care", "social worker", &tap.url());
        let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
        let attached = priya.json(&["attach", &larch, "--name", NAME, "--phone", "01632 960001"]);
        let text = |name: &str| attached[name].as_str().unwrap().to_owned();
        Self { record: text("record"), strand: text("strand"), folder, relay, tap, priya, larch }
    }

    /// Somebody with a profile of their own.
    pub fn somebody(&self, name: &str, agency: &str, role: &str) -> Practitioner {
        Practitioner::set_up(&self.folder.path().join(name.replace(' ', "-")), name, agency, role, &self.tap.url())
    }

    /// Colin, the team manager of Priya's agency.
    pub fn colin(&self) -> Practitioner {
        self.somebody("Colin Ashdown", "children's social care", "team manager")
    }

    /// Makes a link of this name; `options` are those of `kith link`. What it said, and a phone that has it.
    pub fn link(&self, name: &str, options: &[&str]) -> (Value, Phone) {
        let made = self.priya.json(&[&["link", &self.record, "--name", name, "--agreed-by", "Keziah, 5 May"], options].concat());
        let phone = Phone::with(&made, self.tap.address());
        (made, phone)
    }

    /// What came by a link into the record, as somebody sees it.
    pub fn arrived(&self, person: &Practitioner) -> Vec<Value> {
        person.json(&["record", &self.record])["view"]["arrived"].as_array().unwrap().clone()
    }

    /// Nothing of this stands in what the relay keeps or logs, in any file of a profile, or in anything that has gone over the line.
    ///
    /// # Panics
    /// If it does.
    pub fn nowhere(&self, words: &[&str]) {
        let needles = Needles::of(words);
        needles.nowhere_in(self.folder.path(), "while all run");
        let heard = self.tap.heard();
        assert!(heard.bodies.len() + heard.frames.len() > 2, "the traffic went through the tap");
        heard.nothing_of(&needles, "while all run");
    }
}
