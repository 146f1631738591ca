//! Who sees what the same way (R44; webinar on lack of agreement among adults): positions beside differing views, then and now.
//! Nothing is averaged, counted or ranked: each person's own word stands.

use std::collections::BTreeMap;

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjType, ROOT, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::limits::{self, TEXT_LIMIT};
use crate::people::People;
use crate::read::objects;
use crate::record::Record;
use crate::view::{DifferingView, Mark, NewerField, Who};
use crate::vocabulary::Position;
use crate::write::{Written, find_at, fresh_at, known, object_at, refuse_not_mine, settle, short};

/// What a differing view on the weighting is about.
pub(crate) const WEIGHTING: &str = "weighting";

/// Says how I see something: an entry, a goal, an action, or the weighting. Saying it again keeps what I said before as "then".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakePosition {
    /// An entry's, goal's or action's id, or "weighting".
    pub about: String,
    /// The same way, differently, not sure.
    pub position: Position,
}

/// Sets my differing view beside the weighting. Only I can change it (R44).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct DifferOnWeighting {
    /// In my words.
    pub text: String,
}

/// Confirms what families may read of my differing view: that adults differ and on what (R44). Only its author can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct ConfirmForFamilies {
    /// Which differing view.
    pub id: EntryId,
    /// In words that families can read; empty: nothing yet.
    pub words: String,
}

/// How somebody saw something on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Seen {
    /// How.
    pub position: Position,
    /// When they said so, by their clock.
    pub at: Option<i64>,
}

/// One person's position, now and before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PersonPosition {
    /// Who.
    pub who: Who,
    /// Now.
    pub now: Seen,
    /// Before, oldest first.
    pub before: Vec<Seen>,
}

/// Something on which people said how they see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Subject {
    /// An id, or "weighting".
    pub about: String,
    /// What it is, in words.
    pub label: String,
    /// Everybody who said so, by name.
    pub positions: Vec<PersonPosition>,
}

/// Refuses what nobody can have a view on.
pub(crate) fn refuse_no_subject(doc: &impl ReadDoc, about: &EntryId) -> Result<(), Refusal> {
    let paths = ["entries", "differing", "plan/goals", "plan/responses"];
    if paths.iter().any(|path| find_at(doc, path, about).is_some()) {
        return Ok(());
    }
    Err(Refusal::Unknown { what: "entry", id: about.to_string() })
}

pub(crate) fn take(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &TakePosition) -> Result<Written, Refusal> {
    known(given.position.is_known(), "way of seeing it", given.position.as_str(), Position::CHOICES)?;
    if given.about != WEIGHTING {
        let unknown = || Refusal::Unknown { what: "entry", id: given.about.chars().take(40).collect() };
        let id = given.about.parse::<EntryId>().map_err(|_| unknown())?;
        refuse_no_subject(tx, &id)?;
    }
    let (id, object) = fresh_at(tx, ctx, "positions")?;
    tx.put(&object, "about", given.about.as_str())?;
    tx.put(&object, "position", given.position.as_str())?;
    Ok((Some(id), "position".to_owned()))
}

pub(crate) fn differ(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &DifferOnWeighting) -> Result<Written, Refusal> {
    let text = limits::prose("differing view", &given.text, TEXT_LIMIT / 5)?;
    limits::at_once(std::iter::once(text.as_str()))?;
    let (id, object) = fresh_at(tx, ctx, "differing")?;
    tx.put(&object, "about", WEIGHTING)?;
    tx.put(&object, "text", text)?;
    Ok((Some(id), "differ-weighting".to_owned()))
}

pub(crate) fn confirm(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    people: &People,
    given: &ConfirmForFamilies,
) -> Result<Written, Refusal> {
    let view = object_at(tx, "differing", "differing view", &given.id)?;
    refuse_not_mine(ctx, people, &view)?;
    let words = match given.words.trim() {
        "" => ScalarValue::Null,
        words => limits::prose("statement for families", words, limits::WHY_LIMIT)?.as_str().into(),
    };
    settle(tx, &view, "for-families", words)?;
    Ok((Some(given.id), format!("differ-families:{}", short(&given.id))))
}

fn label(key: &str) -> Option<&'static str> {
    matches!(key, "about" | "position").then_some("how somebody sees something")
}

/// Everything on which people said how they see it, with what their differing views say. `name` gives a thing's words.
pub(crate) fn subjects(
    reader: &Reader<'_>,
    differing: &[DifferingView],
    name: impl Fn(&str) -> String,
    marks: &mut Vec<Mark>,
    newer: &mut Vec<NewerField>,
) -> Vec<Subject> {
    let mut said: Vec<(String, Who, Seen)> = Vec::new();
    for record in Record::all(reader, "positions") {
        let kept = record.kept(label);
        kept.collect(marks, newer, "how somebody sees something");
        let position = reader.own(&record.object, "position").0.map(|word| Position::from(word.as_str()));
        let about = reader.own(&record.object, "about").0.unwrap_or_default();
        said.push((about, kept.by, Seen { position: position.unwrap_or_default(), at: kept.at }));
    }
    // Whoever set a differing view there sees it differently from then on; withdrawing it says nothing about now.
    for view in differing.iter().filter(|view| view.withdrawn.is_none() && !view.about.is_empty()) {
        let is_answer = differing.iter().any(|other| other.id == view.about);
        if !is_answer {
            let seen = Seen { position: Position::Differently, at: view.at };
            said.push((view.about.clone(), view.by.clone(), seen));
        }
    }
    said.sort_by_key(|(_, _, seen)| seen.at);
    let mut subjects: BTreeMap<String, Vec<PersonPosition>> = BTreeMap::new();
    for (about, who, seen) in said {
        let people = subjects.entry(about).or_default();
        let same = |other: &PersonPosition| match (&other.who.person, &who.person) {
            (Some(a), Some(b)) => a == b,
            _ => other.who.device == who.device,
        };
        match people.iter_mut().find(|other| same(other)) {
            Some(person) => person.before.push(std::mem::replace(&mut person.now, seen)),
            None => people.push(PersonPosition { who, now: seen, before: Vec::new() }),
        }
    }
    let subjects = subjects.into_iter().map(|(about, mut positions)| {
        positions.sort_by(|a, b| (&a.who.name, &a.who.device).cmp(&(&b.who.name, &b.who.device)));
        Subject { label: name(&about), about, positions }
    });
    subjects.collect()
}

/// Every differing view of the document, answers too, oldest first.
pub(crate) fn all_differing(reader: &Reader<'_>) -> Vec<DifferingView> {
    let mut all = Vec::new();
    for map in objects(reader.doc, &ROOT, "differing", ObjType::Map) {
        for item in crate::read::entries(reader.doc, &map) {
            for object in objects(reader.doc, &map, &item.key, ObjType::Map) {
                all.push(reader.differing(&item.key, &object));
            }
        }
    }
    all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    all
}
