//! Anything written under a fresh id, read in one way: who, when, its words, what two people set at once, what is newer.

use automerge::{ObjId, ObjType, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::dates::long_day;
use crate::entry::Reader;
use crate::read::{Chosen, Entry, author, described, entries, integer, objects, scalars, shown};
use crate::view::{Answered, Mark, NewerField, Retired, TwoVersions, Who};
use crate::vocabulary::{
    AfterNo, Agreement, AskedAll, Direction, Fair, MapPurpose, MeetingKind, Outcome, PlaceKind, Position, Status, StillTrue,
    Strength, TheirWords, TieKind, Told, Turn,
};
use crate::write::standing_map;

/// What every view of something written has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Who wrote it first.
    pub by: Who,
    /// When, by their clock.
    pub at: Option<i64>,
    /// Whether it was taken back.
    pub retired: Option<Retired>,
    /// Fields with two versions.
    pub two_versions: Vec<TwoVersions>,
    /// What a newer version wrote in it.
    pub newer: Vec<NewerField>,
}

impl Kept {
    /// Taken back, and nobody edited it without knowing or since.
    pub fn is_gone(&self) -> bool {
        self.retired.as_ref().is_some_and(|retired| !retired.edited_since)
    }

    pub(crate) fn collect(&self, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>, label: &str) {
        marks.extend(self.two_versions.iter().cloned().map(Mark::TwoVersions));
        newer.extend(self.newer.iter().cloned());
        if let Some(retired) = self.retired.as_ref().filter(|retired| retired.edited_since) {
            let (why, by) = (retired.why.clone(), retired.by.clone());
            marks.push(Mark::RetiredAndEdited { id: self.id.clone(), label: label.to_owned(), why, by });
        }
    }
}

/// A map of the document with its items, and the path by which commands name it.
pub(crate) struct Record<'r> {
    pub(crate) reader: &'r Reader<'r>,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) object: ObjId,
    items: Vec<Entry>,
}

/// Keys that are never a question to anybody.
fn is_plumbing(key: &str) -> bool {
    key == "at" || key == "retired-saw" || key.starts_with("edited")
}

impl<'r> Record<'r> {
    /// A standing map, such as "analysis".
    pub(crate) fn standing(reader: &'r Reader<'r>, path: &str) -> Option<Self> {
        let object = standing_map(reader.doc, path).ok()?;
        Some(Self::of(reader, path.to_owned(), String::new(), object))
    }

    fn of(reader: &'r Reader<'r>, path: String, id: String, object: ObjId) -> Self {
        let items = entries(reader.doc, &object);
        Self { reader, path, id, object, items }
    }

    /// Every object at a path, oldest first by their writers' clocks; where several stand at one id, each of them.
    pub(crate) fn all(reader: &'r Reader<'r>, path: &str) -> Vec<Self> {
        let mut all = Self::as_written(reader, path);
        // Of one second, in the order in which they were written.
        all.sort_by_key(|record| record.number("at"));
        all
    }

    /// Every object at a path in the order in which they were written, whatever the clocks say: whoever wrote one had seen those before
    /// it, or wrote apart. For where the newest is the one that counts.
    pub(crate) fn as_written(reader: &'r Reader<'r>, path: &str) -> Vec<Self> {
        let Ok(map) = standing_map(reader.doc, path) else { return Vec::new() };
        let mut all = Vec::new();
        for item in entries(reader.doc, &map) {
            for object in objects(reader.doc, &map, &item.key, ObjType::Map) {
                all.push(Self::of(reader, format!("{path}/{}", item.key), item.key.clone(), object));
            }
        }
        all.sort_by(|a, b| a.object.cmp(&b.object));
        all
    }

    fn item(&self, key: &str) -> Option<&Entry> {
        self.items.iter().find(|item| item.key == key)
    }

    /// A scalar as a person reads it, unless it is empty.
    pub(crate) fn word(&self, key: &str) -> Option<String> {
        self.item(key)?.scalar().map(shown).filter(|word| !word.is_empty())
    }

    /// Every scalar at a key, where two people may have set one each.
    pub(crate) fn words(&self, key: &str) -> Vec<String> {
        scalars(self.reader.doc, &self.object, key).iter().map(crate::read::Held::shown).collect()
    }

    /// A choice.
    pub(crate) fn choice<T: for<'a> From<&'a str>>(&self, key: &str) -> Option<T> {
        self.word(key).map(|word| T::from(word.as_str()))
    }

    /// A whole number.
    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        self.item(key)?.scalar().and_then(integer)
    }

    /// Whether anybody said yes.
    pub(crate) fn any_yes(&self, key: &str) -> bool {
        scalars(self.reader.doc, &self.object, key).iter().any(|held| held.value == ScalarValue::Boolean(true))
    }

    /// A Text, with who edited it apart.
    pub(crate) fn prose(&self, key: &str) -> Answered {
        let texts = objects(self.reader.doc, &self.object, key, ObjType::Text);
        let texts: Vec<String> = texts.iter().filter_map(|text| self.reader.doc.text(text).ok()).collect();
        let edited_apart = self.reader.edited_apart(&self.object, &format!("edited-{key}"));
        Answered { text: texts.join("\n\n"), edited_apart }
    }

    /// The same, and a mark if two people edited it apart.
    pub(crate) fn marked_prose(&self, key: &str, label: &str, marks: &mut Vec<Mark>) -> Answered {
        let prose = self.prose(key);
        if !prose.edited_apart.is_empty() {
            let field = format!("{}/{key}", self.path);
            marks.push(Mark::EditedApart { field, label: label.to_owned(), by: prose.edited_apart.clone() });
        }
        prose
    }

    /// What is in a set of references ("side.1"). Put in and taken out apart, it is in: what is shown cannot be lost.
    pub(crate) fn set(&self, name: &str) -> Vec<String> {
        let inside = self.items.iter().filter_map(|item| {
            let one = item.key.strip_prefix(name)?.strip_prefix('.')?;
            let present = match item.conflict {
                true => scalars(self.reader.doc, &self.object, &item.key).iter().any(|held| held.value != ScalarValue::Null),
                false => item.scalar().is_some_and(|value| *value != ScalarValue::Null),
            };
            present.then(|| one.to_owned())
        });
        inside.collect()
    }

    /// What is known of it, whatever it is. `label` says in words what a key holds; `None`: this version does not know the key.
    pub(crate) fn kept(&self, label: impl Fn(&str) -> Option<&'static str>) -> Kept {
        let (two_versions, newer) = self.two_versions_and_newer(&label);
        Kept {
            id: self.id.clone(),
            by: self.reader.people.who(author(&self.object)),
            at: self.number("at"),
            retired: self.reader.retired(&self.object),
            two_versions,
            newer,
        }
    }

    /// Fields that two people set at once, and fields that this version does not know.
    pub(crate) fn two_versions_and_newer(
        &self,
        label: &impl Fn(&str) -> Option<&'static str>,
    ) -> (Vec<TwoVersions>, Vec<NewerField>) {
        let (mut two_versions, mut newer) = (Vec::new(), Vec::new());
        for item in &self.items {
            if is_plumbing(&item.key) {
                continue;
            }
            let field = format!("{}/{}", self.path, item.key);
            let known = match item.key.as_str() {
                "retired" => Some("whether this is taken back"),
                key => label(key),
            };
            match known {
                Some(words) if item.conflict && !matches!(item.value, Chosen::Object(_)) => {
                    self.reader.two_versions(&self.object, &item.key, &field, words, &mut two_versions);
                }
                Some(_) => {}
                None => newer.push(NewerField { value: described(self.reader.doc, &item.id, &item.value), field }),
            }
        }
        (two_versions, newer)
    }
}

/// A value as a person reads it, by the key at which it stands.
pub(crate) fn in_words(key: &str, value: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    let words = match key {
        "outcome" => Outcome::from(value).words().to_owned(),
        "fair" => Fair::from(value).words().to_owned(),
        "status" => Status::from(value).words().to_owned(),
        "position" => Position::from(value).words().to_owned(),
        "agreement" => Agreement::from(value).words().to_owned(),
        "after-no" => AfterNo::from(value).words().to_owned(),
        "their-words" => TheirWords::from(value).words().to_owned(),
        "asked-all" => AskedAll::from(value).words().to_owned(),
        "families" => Told::from(value).words().to_owned(),
        "place-kind" => PlaceKind::from(value).words().to_owned(),
        "tie-kind" => TieKind::from(value).words().to_owned(),
        "strength" => Strength::from(value).words().to_owned(),
        "direction" => Direction::from(value).words().to_owned(),
        "closed" if value.is_empty() => "open".to_owned(),
        "closed" => format!("as agreed on {}", long_day(value)),
        "meeting-kind" => MeetingKind::from(value).words().to_owned(),
        "purpose" => MapPurpose::from(value).words().to_owned(),
        "ended" if value.is_empty() => "goes on".to_owned(),
        "ended" => format!("no longer since {}", long_day(value)),
        "due" | "ask-again" | "review" | "decide-by" | "then-date" | "status-date" | "apart-review" | "told" | "look-again" => {
            long_day(value)
        }
        _ if key.starts_with("weighting.place.") => Turn::from(value).words().to_owned(),
        _ if key.starts_with("still-true.") => StillTrue::from(value).words().to_owned(),
        _ if last == "date" => long_day(value),
        _ => value.to_owned(),
    };
    if words.is_empty() { "nothing".to_owned() } else { words }
}
