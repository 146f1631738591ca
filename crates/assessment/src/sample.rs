//! The sample assessment "Larch": invented people and places, dated from the day on which it is opened, so that it never ages.

use serde::Deserialize;

use crate::command::Command;
use crate::dates;
use crate::vocabulary::{Agreed, Answer, Basis, Heard, Kind, Trigger, Whose};

const LARCH: &str = include_str!("../samples/larch.json");

const DAY: i64 = 86_400;

/// A made-up assessment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sample {
    /// Its name.
    pub title: String,
    /// Who is in it.
    pub people: Vec<SamplePerson>,
    purpose: SamplePurpose,
    entries: Vec<SampleEntry>,
    asked: Vec<SampleAsked>,
}

/// Somebody in a sample.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SamplePerson {
    /// Their name.
    pub name: String,
    /// Their agency.
    pub agency: String,
    /// Their role.
    pub role: String,
    /// "lead", "contributor" or "reader".
    pub may: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct SamplePurpose {
    by: String,
    day: i64,
    trigger: Trigger,
    why_now: String,
    better: String,
    find_out: String,
    could_go_wrong: String,
    less_intrusive: String,
    lead_agency: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct SampleEntry {
    dimension: String,
    kind: Kind,
    by: String,
    day: i64,
    text: String,
    #[serde(default)]
    said_by: Option<String>,
    #[serde(default)]
    heard: Option<Heard>,
    #[serde(default)]
    basis: Option<Basis>,
    #[serde(default)]
    agreed: Option<Agreed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct SampleAsked {
    side: String,
    whose: Whose,
    by: String,
    day: i64,
}

/// Something that one of its people does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleStep {
    /// Who, by name: one of [`Sample::people`].
    pub by: String,
    /// When, Unix seconds.
    pub when: i64,
    /// What.
    pub command: Command,
}

impl Sample {
    /// Everything that its people do, oldest first, counted from a day (Unix seconds of its start, or of the present moment).
    /// Titles, purpose and entries; each person introduces themselves at joining, which is not among these steps.
    pub fn steps(&self, start: i64) -> Vec<SampleStep> {
        let purpose = &self.purpose;
        let when = |day: i64| start + day * DAY;
        let mut steps = vec![
            SampleStep {
                by: purpose.by.clone(),
                when: when(purpose.day),
                command: Command::SetTitle { title: self.title.clone() },
            },
            SampleStep {
                by: purpose.by.clone(),
                when: when(purpose.day),
                command: Command::AnswerPurpose {
                    trigger: Some(purpose.trigger.clone()),
                    why_now: Some(purpose.why_now.clone()),
                    better: Some(purpose.better.clone()),
                    find_out: Some(purpose.find_out.clone()),
                    could_go_wrong: Some(purpose.could_go_wrong.clone()),
                    less_intrusive: Some(purpose.less_intrusive.clone()),
                    lead_agency: Some(purpose.lead_agency.clone()),
                },
            },
        ];
        for asked in &self.asked {
            let command = Command::SetAsked { side: asked.side.clone(), whose: asked.whose.clone(), answer: Answer::Asked };
            steps.push(SampleStep { by: asked.by.clone(), when: when(asked.day), command });
        }
        for entry in &self.entries {
            let command = Command::AddEntry {
                dimension: entry.dimension.clone(),
                kind: entry.kind.clone(),
                text: entry.text.clone(),
                said_by: entry.said_by.clone(),
                first_hand_or_passed_on: entry.heard.clone(),
                basis: entry.basis.clone(),
                date: Some(dates::day(when(entry.day))),
                agreed: entry.agreed.clone(),
            };
            steps.push(SampleStep { by: entry.by.clone(), when: when(entry.day), command });
        }
        steps.sort_by_key(|step| step.when);
        steps
    }
}

/// The sample assessment Larch: its purpose and its entries on all three sides.
#[allow(clippy::expect_used)] // A constant of this crate, read by a test.
pub fn sample_larch() -> Sample {
    serde_json::from_str(LARCH).expect("the sample that ships with Kith is well formed")
}
