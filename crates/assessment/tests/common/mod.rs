//! People, clocks and documents for tests.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::needless_pass_by_value)]

pub mod record;

use automerge::Automerge;
use kith_assessment::{Command, Context, Done, EntryId, Framework, Kind, Refusal, apply, genesis};

/// A person at one device, with a clock that the test sets and randomness that a seed determines.
pub struct Writer {
    pub person: [u8; 16],
    pub device: [u8; 16],
    pub now: i64,
    pub doc: Automerge,
    counter: u64,
}

pub const START: i64 = 1_777_975_740; // 5 May 2026, 10:09 UTC

impl Writer {
    /// Begins an assessment.
    pub fn begin(number: u8) -> Self {
        let mut nothing = |_: &mut [u8]| {};
        let (person, device) = ([number; 16], [number | 0x80; 16]);
        let ctx = Context { person, device, now: START, random: &mut nothing };
        let (doc, _) = genesis(&Framework::peer_default(), [0xaa; 16], &ctx);
        Self { person, device, now: START, doc, counter: 0 }
    }

    /// Somebody else with a copy of the document.
    pub fn copy(&self, number: u8) -> Self {
        let doc = kith_assessment::open(&self.doc.save()).unwrap();
        Self { person: [number; 16], device: [number | 0x80; 16], now: self.now, doc, counter: 0 }
    }

    pub fn try_to(&mut self, command: &Command) -> Result<Done, Refusal> {
        let (device, mut counter) = (self.device, self.counter);
        let mut random = |bytes: &mut [u8]| {
            counter += 1;
            for (index, byte) in bytes.iter_mut().enumerate() {
                let mixed = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(index as u32 * 7) as u8;
                *byte = mixed ^ device[index % 16].wrapping_mul(index as u8 | 1);
            }
        };
        let mut ctx = Context { person: self.person, device: self.device, now: self.now, random: &mut random };
        let done = apply(&mut self.doc, command, &mut ctx);
        self.counter = counter;
        done
    }

    pub fn does(&mut self, command: Command) -> Done {
        self.try_to(&command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"))
    }

    pub fn introduces(&mut self, name: &str, agency: &str) {
        self.does(Command::IntroduceMyself { name: name.into(), agency: agency.into(), role: "worker".into() });
    }

    pub fn adds(&mut self, dimension: &str, kind: Kind, text: &str) -> EntryId {
        self.does(add(dimension, kind, text)).id.unwrap()
    }

    pub fn takes_from(&mut self, other: &mut Self) {
        self.doc.merge(&mut other.doc).unwrap();
    }

    pub fn view(&self) -> kith_assessment::AssessmentView {
        kith_assessment::view(&self.doc)
    }
}

pub fn exchange(a: &mut Writer, b: &mut Writer) {
    a.takes_from(b);
    b.takes_from(a);
    assert_eq!(a.view(), b.view());
}

pub fn add(dimension: &str, kind: Kind, text: &str) -> Command {
    Command::AddEntry {
        dimension: dimension.into(),
        kind,
        text: text.into(),
        said_by: None,
        first_hand_or_passed_on: None,
        basis: None,
        date: None,
        agreed: None,
    }
}
