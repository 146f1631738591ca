//! One entry, and one differing view, as a person sees them.

use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};

use crate::command::Secret;
use crate::digest;
use crate::framework::Framework;
use crate::ids::{DeviceId, EntryId, InviteId};
use crate::people::People;
use crate::read::{self, Chosen, Held, author, described, entries, integer, objects, scalars, shown, text_scalar};
use crate::schema::ENTRY_KEYS;
use crate::view::{DifferingView, EntryView, NewerField, Provenance, Retired, TwoVersions, Who};
use crate::vocabulary::{Agreed, Basis, Heard, Kind};

/// How far back to look for an author's own words under somebody else's.
const FURTHEST_BACK: usize = 100;

/// A document with the people who write in it.
pub(crate) struct Reader<'a> {
    pub(crate) doc: &'a Automerge,
    pub(crate) people: &'a People,
}

impl Reader<'_> {
    /// An entry from its object, without its differing views.
    pub(crate) fn entry(&self, id: &str, object: &ObjId) -> EntryView {
        let doc = self.doc;
        let mut view = EntryView {
            id: id.to_owned(),
            dimension: String::new(),
            kind: Kind::NotKnown,
            text: String::new(),
            other_texts: Vec::new(),
            by: self.people.who(author(object)),
            at: None,
            framework: String::new(),
            provenance: Provenance::default(),
            retired: None,
            edited_apart: Vec::new(),
            two_versions: Vec::new(),
            differing: Vec::new(),
            look_again: None,
            together: None,
            rests_on: Vec::new(),
            newer: Vec::new(),
        };
        for item in entries(doc, object) {
            let field = format!("entries/{id}/{}", item.key);
            let word = || item.scalar().map(shown).filter(|word| !word.is_empty());
            match item.key.as_str() {
                "dimension" => view.dimension = word().unwrap_or_default(),
                "kind" => view.kind = Kind::from(word().unwrap_or_default().as_str()),
                "at" => view.at = item.scalar().and_then(integer),
                "framework" => view.framework = word().unwrap_or_default(),
                "said-by" => view.provenance.said_by = word(),
                "heard" => view.provenance.first_hand_or_passed_on = word().map(|word| Heard::from(word.as_str())),
                "basis" => view.provenance.basis = word().map(|word| Basis::from(word.as_str())),
                "date" => view.provenance.date = word(),
                "look-again" => view.look_again = word(),
                "agreed" => view.provenance.agreed = word().map(|word| Agreed::from(word.as_str())),
                "text" => {
                    let mut texts: Vec<String> = match item.conflict {
                        false => {
                            matches!(item.value, Chosen::Object(ObjType::Text)).then(|| item.id.clone()).into_iter().collect()
                        }
                        true => objects(doc, object, "text", ObjType::Text),
                    }
                    .iter()
                    .filter_map(|text| doc.text(text).ok())
                    .collect();
                    view.text = texts.pop().unwrap_or_default();
                    view.other_texts = texts;
                    if !matches!(item.value, Chosen::Object(ObjType::Text)) {
                        view.newer.push(NewerField { field: field.clone(), value: described(doc, &item.id, &item.value) });
                    }
                }
                "edited" if item.conflict => view.edited_apart = self.edited_apart(object, "edited"),
                "retired" => view.retired = self.retired(object),
                "together" => view.together = self.together(object),
                _ => {}
            }
            if let Some(strand) = item.key.strip_prefix("strand.") {
                let gone = item.scalar().is_none_or(|value| *value == ScalarValue::Null);
                if !gone || item.conflict {
                    view.rests_on.push(strand.to_owned());
                }
                continue;
            }
            if !ENTRY_KEYS.contains(&item.key.as_str()) {
                view.newer.push(NewerField { field: field.clone(), value: described(doc, &item.id, &item.value) });
            }
            if item.conflict && !matches!(item.key.as_str(), "edited" | "retired-saw" | "together" | "text" | "at") {
                self.two_versions(object, &item.key, &field, label(&item.key), &mut view.two_versions);
            }
        }
        self.newer_words(&mut view);
        view
    }

    /// Words that a newer version chose are also listed, so that they are seen for what they are.
    fn newer_words(&self, view: &mut EntryView) {
        let provenance = &view.provenance;
        let words = [
            ("kind", (!view.kind.is_known()).then(|| view.kind.as_str())),
            ("heard", provenance.first_hand_or_passed_on.as_ref().filter(|word| !word.is_known()).map(Heard::as_str)),
            ("basis", provenance.basis.as_ref().filter(|word| !word.is_known()).map(Basis::as_str)),
            ("agreed", provenance.agreed.as_ref().filter(|word| !word.is_known()).map(Agreed::as_str)),
        ];
        let found = words.into_iter().filter_map(|(key, word)| {
            word.map(|word| NewerField { field: format!("entries/{}/{key}", view.id), value: word.to_owned() })
        });
        let found: Vec<NewerField> = found.collect();
        view.newer.extend(found);
    }

    /// Taken back only if everybody who spoke last says so: of a retirement and a restoring made apart, the restoring is believed
    /// until somebody chooses, since what is shown cannot be lost.
    pub(crate) fn retired(&self, object: &ObjId) -> Option<Retired> {
        let held = scalars(self.doc, object, "retired");
        if held.is_empty() || held.iter().any(|held| held.value == ScalarValue::Null) {
            return None;
        }
        let last = held.last()?;
        let now = digest::of_entry(self.doc, object);
        let edited_since = scalars(self.doc, object, "retired-saw").iter().all(|held| held.value != now);
        Some(Retired { why: last.shown(), by: self.people.who(last.by), edited_since })
    }

    /// Who set a mark apart: nobody unless two devices did.
    pub(crate) fn edited_apart(&self, object: &ObjId, key: &str) -> Vec<Who> {
        let marks = scalars(self.doc, object, key);
        let mut devices: Vec<DeviceId> = marks.iter().filter_map(|held| held.by).collect();
        devices.sort_unstable();
        devices.dedup();
        if devices.len() < 2 {
            return Vec::new();
        }
        devices.into_iter().map(|device| self.people.who(Some(device))).collect()
    }

    /// Adds a field's versions, if they differ.
    pub(crate) fn two_versions(&self, object: &ObjId, key: &str, field: &str, label: &str, found: &mut Vec<TwoVersions>) {
        let held = scalars(self.doc, object, key);
        if held.len() < 2 {
            return;
        }
        let mut values = self.people.versions(&held);
        if values.len() < 2 {
            return;
        }
        for version in &mut values {
            version.words = match (key, version.value.parse()) {
                ("holder", Ok(person)) => self.people.by_id(person).name,
                _ => in_words(key, &version.value),
            };
        }
        found.push(TwoVersions { field: field.to_owned(), label: label.to_owned(), values });
    }

    /// A differing view from its object, without answers.
    pub(crate) fn differing(&self, id: &str, object: &ObjId) -> DifferingView {
        let doc = self.doc;
        let author = author(object);
        let held = scalars(doc, object, "text");
        let (own, others): (Vec<Held>, Vec<Held>) = held.into_iter().partition(|held| self.same_person(held.by, author));
        let text =
            own.last().map(Held::shown).or_else(|| others.last().and_then(|held| self.own_words(object, "text", held, author)));
        let mut two_versions = Vec::new();
        let values = self.people.versions(&own);
        if values.len() > 1 {
            let label = "a differing view".to_owned();
            two_versions.push(TwoVersions { field: format!("differing/{id}/text"), label, values });
        }
        let withdrawn = scalars(doc, object, "withdrawn").into_iter().rev().find(|held| self.same_person(held.by, author));
        DifferingView {
            id: id.to_owned(),
            about: read::scalar(doc, object, "about").as_ref().map(shown).unwrap_or_default(),
            text: text.unwrap_or_default(),
            for_families: self.own(object, "for-families").0,
            by: self.people.who(author),
            at: read::number(doc, object, "at"),
            withdrawn: withdrawn.map(|held| held.shown()),
            two_versions,
            changed_by_others: others.iter().map(|held| self.people.who(held.by)).collect(),
            answers: Vec::new(),
        }
    }

    /// A field that only its object's author may set: their own last word, and who else wrote there against the rule.
    pub(crate) fn own(&self, object: &ObjId, key: &str) -> (Option<String>, Vec<Who>) {
        let author = author(object);
        let held = scalars(self.doc, object, key);
        let (own, others): (Vec<Held>, Vec<Held>) = held.into_iter().partition(|held| self.same_person(held.by, author));
        let word = own.last().map(Held::shown);
        let word = word.or_else(|| others.last().and_then(|held| self.own_words(object, key, held, author)));
        (word.filter(|word| !word.is_empty()), others.iter().map(|held| self.people.who(held.by)).collect())
    }

    pub(crate) fn same_person(&self, device: Option<DeviceId>, author: Option<DeviceId>) -> bool {
        let person = |device: Option<DeviceId>| device.and_then(|device| self.people.person(&device));
        device == author || (person(device).is_some() && person(device) == person(author))
    }

    /// An author's own last words, from before somebody else changed them.
    fn own_words(&self, object: &ObjId, key: &str, held: &Held, author: Option<DeviceId>) -> Option<String> {
        let mut change = self.doc.hash_for_opid(&held.id)?;
        for _ in 0..FURTHEST_BACK {
            let before = self.doc.get_change_meta_by_hash(&change)?.deps;
            let values = self.doc.get_all_at(object, key, &before).ok()?;
            let own = values.iter().rev().find(|(_, id)| self.same_person(read::author(id), author));
            if let Some((value, _)) = own {
                return value.as_scalar().map(shown);
            }
            change = self.doc.hash_for_opid(&values.last()?.1)?;
        }
        None
    }
}

/// A field of an entry, in words.
fn label(key: &str) -> &str {
    match key {
        "dimension" => "where an entry stands",
        "kind" => "what an entry is",
        "said-by" => "who said it",
        "heard" => "first-hand or passed on",
        "date" => "when it was",
        "agreed" => "whether they agreed",
        "look-again" => "when to look again",
        "retired" => "whether an entry is taken back",
        other => other,
    }
}

/// A value of a field as a person reads it.
fn in_words(key: &str, value: &str) -> String {
    match key {
        "kind" => Kind::from(value).words().to_owned(),
        "heard" => Heard::from(value).words().to_owned(),
        "basis" => Basis::from(value).words().to_owned(),
        "agreed" => Agreed::from(value).words().to_owned(),
        "trigger" => crate::Trigger::from(value).words().to_owned(),
        "state" => crate::Answer::from(value).words().to_owned(),
        _ if key.starts_with("asked-") => crate::Answer::from(value).words().to_owned(),
        "retired" if value.is_empty() => "kept".to_owned(),
        "retired" => format!("taken back: {value}"),
        "said-by" if value.is_empty() => "whoever wrote it".to_owned(),
        _ => crate::record::in_words(key, value),
    }
}

/// A place in words: "1.6 Care and protection in the group".
pub(crate) fn places(framework: Option<&Framework>, id: &str) -> String {
    match framework.and_then(|framework| framework.place(id)) {
        Some(title) => format!("{id} {title}"),
        None => id.to_owned(),
    }
}

/// The Automerge Text of an entry, for a typing session; of several, the one that is shown first.
pub fn text_object(doc: &Automerge, id: &EntryId) -> Option<ObjId> {
    let entry = crate::write::object(doc, "entries", id)?;
    objects(doc, &entry, "text", ObjType::Text).pop()
}

/// An entry's text as it stands.
pub fn entry_text(doc: &Automerge, id: &EntryId) -> Option<String> {
    doc.text(text_object(doc, id)?).ok()
}

/// Why the beginning of an id does not name one entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// None begins so.
    #[error("no entry here has an id that begins with \"{0}\". `kith show` lists them")]
    None(String),
    /// Several begin so.
    #[error("{count} entries have an id that begins with \"{start}\". Give more of it")]
    Several {
        /// What was given.
        start: String,
        /// How many.
        count: usize,
    },
}

/// The entry, view, voice, answer, goal, action, meeting or strand whose id begins with some letters, as `kith show` prints them.
pub fn find(doc: &Automerge, start: &str) -> Result<EntryId, FindError> {
    let start = start.trim().to_ascii_lowercase();
    let mut found: Vec<EntryId> = Vec::new();
    let gone = crate::strands::left_no_trace(doc);
    for path in ["entries", "differing", "voices", "answers", "plan/goals", "plan/responses", "strands", "meetings"]
        .into_iter()
        .chain(crate::picture::NAMED)
    {
        let Ok(map) = crate::write::standing_map(doc, path) else { continue };
        let keys = doc.keys(&map).filter(|key| key.starts_with(&start) && !gone.iter().any(|gone| key.starts_with(gone)));
        found.extend(keys.filter_map(|key| key.parse::<EntryId>().ok()));
    }
    found.dedup();
    match found.as_slice() {
        [only] => Ok(*only),
        [] => Err(FindError::None(start.chars().take(40).collect())),
        several => Err(FindError::Several { start: start.chars().take(40).collect(), count: several.len() }),
    }
}

/// An invitation with its secret, for the lead who lets its holder in. Never part of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Its id.
    pub invite: InviteId,
    /// The link's secret.
    pub secret: Secret,
    /// What its holder may become.
    pub role: String,
    /// Until when, Unix seconds.
    pub expires: i64,
    /// For whom it is meant.
    pub for_whom: Option<String>,
    /// Whether somebody used it.
    pub used: bool,
    /// Whether it was stopped.
    pub stopped: bool,
}

/// Every invitation that the document holds, with secrets, by id.
pub fn invites(doc: &Automerge) -> Vec<Invite> {
    let mut found = Vec::new();
    for map in objects(doc, &ROOT, "invites", ObjType::Map) {
        for key in doc.keys(&map) {
            let Ok(invite) = key.parse::<InviteId>() else { continue };
            for object in objects(doc, &map, &key, ObjType::Map) {
                let Some(ScalarValue::Bytes(secret)) = read::scalar(doc, &object, "secret") else { continue };
                let Ok(secret) = secret.try_into().map(Secret) else { continue };
                found.push(Invite {
                    invite,
                    secret,
                    role: text_scalar(doc, &object, "role").unwrap_or_default(),
                    expires: read::number(doc, &object, "expires").unwrap_or_default(),
                    for_whom: text_scalar(doc, &object, "for"),
                    used: !scalars(doc, &object, "used").is_empty(),
                    stopped: !scalars(doc, &object, "stopped").is_empty(),
                });
            }
        }
    }
    found
}
