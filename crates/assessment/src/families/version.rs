//! A version for one audience: put together from confirmed plain words, kept as it was shared, and taken back if it has to be.

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ReadDoc};
use serde::{Deserialize, Serialize};

use super::audience::VersionFor;
use super::draft::{names_one, safe_places};
use super::guest::{GuestSummary, guest_summary};
use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::limits::{self, WHY_LIMIT};
use crate::record::{Kept, Record};
use crate::strands::{Known, StrandView};
use crate::view::{AssessmentView, DifferingView, Mark, NewerField, Who};
use crate::vocabulary::KitchenTable;
use crate::write::{Written, fresh_at, known, object_at, settle, short, standing_map};

/// Shares a version with an audience (R17). Only what was looked at is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PublishVersion {
    /// For whom.
    pub for_whom: VersionFor,
    /// Parts that are not in it: "side/1", "action/{id}", "words/{id}".
    #[serde(default)]
    pub leave_out: Vec<String>,
    /// "Would anyone be in danger if this lay on the kitchen table?", as a person answered it.
    pub kitchen_table: KitchenTable,
    /// The digest of what was looked at ([`FamilyPreview::digest`]).
    pub seen: String,
}

/// Takes a version back. It stays listed; no phone is given it from now on, and none older in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakeBackVersion {
    /// Which.
    pub id: EntryId,
    /// Why.
    pub why: String,
}

/// What an audience reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct FamilyVersion {
    /// For whom.
    pub for_whom: VersionFor,
    /// The parts, in their order.
    pub parts: Vec<FamilyPart>,
    /// What is going to be done.
    pub actions: Vec<FamilyAction>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct FamilyPart {
    /// "summary", "side/1", "words/{id}".
    pub part: String,
    /// Its heading.
    pub heading: String,
    /// Its text.
    pub text: String,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct FamilyAction {
    /// "action/{id}".
    pub part: String,
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What would be shared, before it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct FamilyPreview {
    /// For whom, in words.
    pub for_words: String,
    /// What they would read, as their page shows it.
    pub guest: GuestSummary,
    /// What would be kept.
    pub version: FamilyVersion,
    /// Its digest.
    pub digest: String,
    /// What stands against sharing it now, each in a sentence; empty: nothing.
    pub waits: Vec<String>,
    /// What is not in it, and why: nobody has to do anything.
    pub not_in_it: Vec<String>,
}

/// A version that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct VersionTakenBack {
    /// Why.
    pub why: String,
    /// By whom.
    pub by: Who,
}

/// A version that was shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct VersionView {
    /// Who shared it and said that nobody would be in danger; when.
    #[serde(flatten)]
    pub kept: Kept,
    /// For whom, in words.
    pub for_words: String,
    /// What.
    pub content: FamilyVersion,
    /// Its digest.
    pub digest: String,
    /// What was answered about the kitchen table.
    pub kitchen_table: KitchenTable,
    /// It is what this audience reads now.
    pub stands: bool,
    /// It was taken back.
    pub taken_back: Option<VersionTakenBack>,
}

/// What an audience would read if it were shared now, and what stands against that.
pub fn preview_version(view: &AssessmentView, for_whom: &VersionFor, leave_out: &[String]) -> Result<FamilyPreview, Refusal> {
    if let Some(strand) = for_whom.strand()
        && !view.strands.iter().any(|one| one.kept.id == strand.to_string())
    {
        return Err(Refusal::Unknown { what: "strand", id: strand.to_string() });
    }
    let (mut waits, mut not_in_it) = (Vec::new(), Vec::new());
    if let Some(why) = &view.purpose.no_version_for_families {
        waits.push(format!("{}.", capital(why)));
    }
    let (parts, actions) = (plain_parts(view, leave_out, &mut waits), plain_actions(view, leave_out));
    let mut parts = parts;
    parts.extend(where_adults_differ(view, leave_out, &mut not_in_it));
    parts.extend(own_words(view, for_whom, leave_out, &mut not_in_it));
    let version = FamilyVersion { for_whom: for_whom.clone(), parts, actions };
    let safe = safe_places(view);
    for (heading, text) in version.texts() {
        if names_one(&text, &safe) {
            waits.push(format!(
                "\u{201c}{heading}\u{201d} names a place that is not in shared versions: say it without the place, or leave it out."
            ));
        }
    }
    if version.parts.is_empty() && version.actions.is_empty() {
        waits.push("There is nothing in it yet: confirm the plain words of a part first.".to_owned());
    }
    let digest = version.digest();
    let guest = guest_summary(view, &version, "", "");
    Ok(FamilyPreview { for_words: for_whom.words(&view.strands), guest, version, digest, waits, not_in_it })
}

impl FamilyVersion {
    /// Headings and texts, actions too.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        let parts = self.parts.iter().map(|part| (part.heading.clone(), part.text.clone()));
        let actions =
            self.actions.iter().map(|action| ("What we will do".to_owned(), format!("{}\n{}", action.what, action.why)));
        parts.chain(actions).collect()
    }

    /// What a part or an action is called where somebody says whether it is right: its heading, or what is going to be done.
    pub fn heading(&self, part: &str) -> Option<String> {
        let mut actions = self.actions.iter().filter(|one| one.part == part);
        let action = actions.next().map(|one| format!("What we will do: {}", one.what.trim_end_matches('.')));
        action.or_else(|| self.parts.iter().find(|one| one.part == part).map(|one| one.heading.clone()))
    }

    fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn digest(&self) -> String {
        super::digest(&self.json())
    }
}

fn plain_parts(view: &AssessmentView, leave_out: &[String], waits: &mut Vec<String>) -> Vec<FamilyPart> {
    let mut parts = Vec::new();
    for part in view.families.parts.iter().filter(|part| !leave_out.contains(&part.part)) {
        match &part.twin {
            None => waits.push(format!("{}: nobody has confirmed plain words for it yet.", part.place)),
            Some(twin) if twin.out_of_date => {
                waits.push(format!("{}: it reads otherwise now; look at its plain words again.", part.place));
            }
            Some(twin) if !part.part.starts_with("action/") => {
                parts.push(FamilyPart { part: part.part.clone(), heading: part.heading.clone(), text: twin.text.clone() });
            }
            Some(_) => {}
        }
    }
    parts
}

fn plain_actions(view: &AssessmentView, leave_out: &[String]) -> Vec<FamilyAction> {
    let parts = view.families.parts.iter().filter(|part| part.part.starts_with("action/") && !leave_out.contains(&part.part));
    let actions = parts.filter_map(|part| {
        let twin = part.twin.as_ref().filter(|twin| !twin.out_of_date)?;
        let (what, why) = twin.text.split_once('\n').unwrap_or((twin.text.as_str(), ""));
        Some(FamilyAction { part: part.part.clone(), what: what.trim().to_owned(), why: why.trim().to_owned() })
    });
    actions.collect()
}

/// That adults differ and on what, in words that each author confirmed (R44); not whose they are.
fn where_adults_differ(view: &AssessmentView, leave_out: &[String], not_in_it: &mut Vec<String>) -> Option<FamilyPart> {
    if leave_out.iter().any(|part| part == "differ") {
        return None;
    }
    let entries = view.entries().flat_map(|entry| &entry.differing);
    let goals = view.planned.goals.iter().flat_map(|goal| &goal.differing);
    let actions = view.planned.actions.iter().flat_map(|action| &action.differing);
    let all = entries.chain(goals).chain(actions).chain(&view.weighting.differing);
    let mut words = Vec::new();
    for one in all.filter(|one: &&DifferingView| one.withdrawn.is_none()) {
        match &one.for_families {
            Some(confirmed) => words.push(confirmed.trim().to_owned()),
            None => not_in_it
                .push(format!("{} sees something differently, and has not said what families may read of it.", one.by.name)),
        }
    }
    let (part, heading) = ("differ".to_owned(), "Where the adults do not agree".to_owned());
    (!words.is_empty()).then(|| FamilyPart { part, heading, text: words.join("\n") })
}

/// This audience's own words, and those of others who agreed that this audience reads them. Nobody's else.
fn own_words(view: &AssessmentView, for_whom: &VersionFor, leave_out: &[String], not_in_it: &mut Vec<String>) -> Vec<FamilyPart> {
    let mut parts = Vec::new();
    let mut others = 0;
    for voice in view.voices.iter().filter(|voice| voice.withdrawn.is_none() && !voice.words.trim().is_empty()) {
        let own = for_whom.is_own(voice);
        if !own && !for_whom.may_read(voice) {
            others += 1;
            continue;
        }
        let (part, heading) = (format!("words/{}", voice.kept.id), if own { "What you said" } else { "What somebody else said" });
        if !leave_out.contains(&part) {
            parts.push(FamilyPart { part, heading: heading.to_owned(), text: format!("\u{201c}{}\u{201d}", voice.words.trim()) });
        }
    }
    if others > 0 {
        not_in_it.push("Words of people who have not agreed that they read them.".to_owned());
    }
    parts
}

pub(crate) fn publish(
    tx: &mut Transaction<'_>,
    ctx: &mut Context<'_>,
    view: &AssessmentView,
    given: &PublishVersion,
) -> Result<Written, Refusal> {
    known(given.kitchen_table.is_known(), "answer", given.kitchen_table.as_str(), KitchenTable::CHOICES)?;
    let preview = preview_version(view, &given.for_whom, &given.leave_out)?;
    if !preview.waits.is_empty() {
        return Err(Refusal::NotForFamiliesYet(preview.waits.join(" ")));
    }
    if given.kitchen_table != KitchenTable::Nobody {
        return Err(Refusal::Rule(
            "somebody could be in danger if this lay on the kitchen table: it is not shared. Change the words, or tell them in person",
        ));
    }
    if preview.digest != given.seen {
        return Err(Refusal::Rule("it reads otherwise now than what you looked at: look at it again, then share it"));
    }
    let content = preview.version.json();
    limits::at_once(std::iter::once(content.as_str()))?;
    let (id, object) = fresh_at(tx, ctx, "families/versions")?;
    let fields = [
        ("for", given.for_whom.code()),
        ("content", content),
        ("digest", preview.digest),
        ("kitchen-table", given.kitchen_table.as_str().to_owned()),
    ];
    for (key, value) in fields {
        tx.put(&object, key, value)?;
    }
    Ok((Some(id), format!("version:{}", short(&id))))
}

pub(crate) fn take_back(tx: &mut Transaction<'_>, given: &TakeBackVersion) -> Result<Written, Refusal> {
    let object = object_at(tx, "families/versions", "version", &given.id)?;
    let why = limits::prose("reason", &given.why, WHY_LIMIT)?;
    if tx.get(&object, "taken-back")?.is_some() {
        return Err(Refusal::AlreadySo("this version has been taken back already"));
    }
    settle(tx, &object, "taken-back", why.as_str().into())?;
    Ok((Some(given.id), format!("version-back:{}", short(&given.id))))
}

/// Every version, in the order in which they were written; not those for young people who were taken out.
pub(super) fn all(reader: &Reader<'_>, known: &[Known], marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<VersionView> {
    const FIELDS: [&str; 5] = ["for", "content", "digest", "kitchen-table", "taken-back"];
    let here: Vec<StrandView> = known.iter().filter(|strand| !strand.detached).map(|strand| strand.view.clone()).collect();
    let mut versions = Vec::new();
    for record in Record::as_written(reader, "families/versions") {
        let mut kept = record.kept(|key| FIELDS.contains(&key).then_some("a version for families"));
        // Two people who take it back apart have two reasons: nobody has to choose.
        kept.two_versions.clear();
        let own = |key: &str| reader.own(&record.object, key).0;
        // What is not a version of ours (a newer Kith's, or damaged) is left out.
        let content = own("content").and_then(|json| serde_json::from_str::<FamilyVersion>(&json).ok());
        let Some(content) = content.filter(|content| own("for").as_deref() == Some(content.for_whom.code().as_str())) else {
            continue;
        };
        let gone = |strand: &EntryId| !here.iter().any(|one| one.kept.id == strand.to_string());
        if content.for_whom.strand().is_some_and(gone) {
            continue;
        }
        kept.collect(marks, newer, "a version for families");
        let back = crate::read::scalars(reader.doc, &record.object, "taken-back").into_iter().next();
        let taken_back = back.map(|held| VersionTakenBack { why: held.shown(), by: reader.people.who(held.by) });
        versions.push(VersionView {
            kept,
            for_words: content.for_whom.words(&here),
            digest: content.digest(),
            content,
            kitchen_table: own("kitchen-table").map(|word| KitchenTable::from(word.as_str())).unwrap_or_default(),
            stands: false,
            taken_back,
        });
    }
    for index in 0..versions.len() {
        let stands = versions.get(index).is_some_and(|one| {
            let later = versions.iter().skip(index + 1).any(|other| other.content.for_whom == one.content.for_whom);
            one.taken_back.is_none() && !later
        });
        if let Some(one) = versions.get_mut(index) {
            one.stands = stands;
        }
    }
    versions
}

/// The beginnings of ids of versions for young people who were taken out: history has no line of them (R4).
pub(crate) fn gone(doc: &Automerge, strands: &[String]) -> Vec<String> {
    let Ok(map) = standing_map(doc, "families/versions") else { return Vec::new() };
    let of_them = |id: &String| {
        let objects = crate::read::objects(doc, &map, id, automerge::ObjType::Map);
        let codes = objects.iter().filter_map(|object| crate::read::text_scalar(doc, object, "for"));
        let mut whom = codes.filter_map(|code| VersionFor::from_code(&code));
        whom.any(|whom| whom.strand().is_some_and(|strand| strands.contains(&strand.to_string())))
    };
    doc.keys(&map).filter(of_them).map(|id| id.chars().take(6).collect()).collect()
}

pub(super) fn capital(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
