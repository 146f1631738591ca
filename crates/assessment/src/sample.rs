//! The sample assessment "Larch": invented people and places, dated from the day on which it is opened, so that it never ages.

use std::collections::BTreeMap;

use automerge::Automerge;
use serde::Deserialize;
use serde_json::Value;

use crate::command::Command;
use crate::dates;
use crate::families::preview_version;
use crate::ids::EntryId;
use crate::strand_record::StrandCommand;
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
    #[serde(default)]
    rest: Vec<SampleAct>,
    #[serde(default)]
    apart: Vec<SampleAct>,
    #[serde(default)]
    strand_records: Vec<SampleRecord>,
}

/// Something that one of its people does later, to what was made before: `$name` stands for what an earlier act made, `$entry 3.4
/// Two of the` for an entry by its place and first words, `$person Priya Marsh` for one of its people, `d-18` for a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SampleAct {
    /// Who, by name.
    #[serde(default)]
    pub by: String,
    /// Days from the day on which the sample is opened.
    pub day: i64,
    /// What it makes, by which later acts call it.
    #[serde(default)]
    pub makes: Option<String>,
    command: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct SampleRecord {
    by: String,
    strand: String,
    commands: Vec<SampleAct>,
}

/// One holder's strand record in a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleStrand {
    /// Its holder, by name.
    pub by: String,
    /// The label in the assessment.
    pub label: String,
    /// What they write in it, and when (Unix seconds).
    pub commands: Vec<(i64, StrandCommand)>,
}

impl SampleAct {
    /// When, in Unix seconds, counted from a day. `place` keeps the acts of one day in their order.
    pub fn when(&self, start: i64, place: usize) -> i64 {
        start + self.day * DAY + i64::try_from(place).unwrap_or_default().min(500) * 60
    }

    /// The command, with ids of what is there and days counted from `start`.
    pub fn command(&self, doc: &Automerge, made: &BTreeMap<String, EntryId>, start: i64) -> Result<Command, String> {
        let mut value = self.command.clone();
        resolve(&mut value, start, &|name| match name.strip_prefix("entry ") {
            Some(entry) => {
                let (dimension, words) = entry.split_once(' ')?;
                let view = crate::view(doc);
                let found = view.entries().find(|entry| entry.dimension == dimension && entry.text.starts_with(words));
                found.map(|entry| entry.id.clone())
            }
            None => match name.strip_prefix("person ") {
                Some(person) => {
                    let view = crate::view(doc);
                    view.people.into_iter().find(|one| one.name.as_deref() == Some(person)).map(|one| one.person)
                }
                None => made.get(name).map(ToString::to_string),
            },
        })?;
        let mut command = serde_json::from_value(value).map_err(|error| format!("{}: {error}", self.command))?;
        // Whoever shares a version in a sample has looked at it as it reads then.
        if let Command::PublishVersion(publish) = &mut command {
            let preview = preview_version(&crate::view(doc), &publish.for_whom, &publish.leave_out);
            publish.seen = preview.map_err(|refusal| refusal.to_string())?.digest;
        }
        Ok(command)
    }
}

fn resolve(value: &mut Value, start: i64, id: &dyn Fn(&str) -> Option<String>) -> Result<(), String> {
    match value {
        Value::String(text) => {
            // "$hall", or a part of something: "action/$hall".
            if let Some((of, name)) = text.split_once('$').filter(|(of, _)| of.is_empty() || of.ends_with('/')) {
                let found = id(name).ok_or_else(|| format!("the sample has nothing called \"{name}\""))?;
                *text = format!("{of}{found}");
            } else if let Some(day) = text.strip_prefix('d').and_then(|days| days.parse::<i64>().ok()) {
                *text = dates::day(start + day * DAY);
            }
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| resolve(value, start, id)),
        Value::Object(fields) => fields.values_mut().try_for_each(|value| resolve(value, start, id)),
        _ => Ok(()),
    }
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

impl Sample {
    /// What its people do after [`Sample::steps`], oldest first: asking, strands, voices, weighting, plan, differing views, answers.
    pub fn rest(&self) -> &[SampleAct] {
        &self.rest
    }

    /// What two of its people do apart, at the end: each on a copy of their own, so that two versions wait for a choice.
    pub fn apart(&self) -> &[SampleAct] {
        &self.apart
    }

    /// Its entries: where, what, their words.
    pub(crate) fn texts(self) -> impl Iterator<Item = (String, Kind, String)> {
        self.entries.into_iter().map(|entry| (entry.dimension, entry.kind, entry.text))
    }

    /// What stands only in each holder's caseload, never in the assessment.
    pub fn strand_records(&self, start: i64) -> Result<Vec<SampleStrand>, String> {
        let records = self.strand_records.iter().map(|record| {
            let commands = record.commands.iter().enumerate().map(|(place, act)| {
                let mut value = act.command.clone();
                resolve(&mut value, start, &|_| None)?;
                let command = serde_json::from_value(value).map_err(|error| format!("{}: {error}", act.command))?;
                Ok((act.when(start, place), command))
            });
            let commands = commands.collect::<Result<_, String>>()?;
            Ok(SampleStrand { by: record.by.clone(), label: record.strand.clone(), commands })
        });
        records.collect()
    }
}

/// The sample assessment Larch, every part of it.
#[allow(clippy::expect_used)] // A constant of this crate, read by a test.
pub fn sample_larch() -> Sample {
    serde_json::from_str(LARCH).expect("the sample that ships with Kith is well formed")
}
