//! Meetings about the group (R40; practice 2.5 and 7): what kind it was, when, who was there, and notes that everybody writes together,
//! letter by letter ("meetings/{id}/notes"). When they are as agreed somebody says so; from then on they change only after somebody has
//! opened them again, with a reason. Notes are for those who write here: readers and families never have them.
//!
//! A letter that was typed when the notes were being closed is kept, whoever typed it. Notes that somebody wrote in since say so.

use std::collections::BTreeMap;

use automerge::transaction::Transaction;
use automerge::{ObjId, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::dates::{self, long_day};
use crate::digest;
use crate::entry::Reader;
use crate::ids::{EntryId, PersonId};
use crate::limits::{self, WHY_LIMIT};
use crate::people::People;
use crate::read::{self, objects, scalars};
use crate::record::{Kept, Record};
use crate::view::{Answered, Mark, NewerField, Who};
use crate::vocabulary::MeetingKind;
use crate::write::{Written, day, fresh_at, known, new_text, object_at, real_day, refer, settle, short, unrefer};

/// Where meetings stand in the document.
pub(crate) const PATH: &str = "meetings";
/// Why closed notes are not edited.
const CLOSED: &str = "these notes are as agreed. Open them again, with a reason, then change them";

/// Notes a meeting. Its notes are a text of their own, in which several can write at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddMeeting {
    /// What kind.
    pub kind: MeetingKind,
    /// Its day; today if not given. A day to come is fine: notes can be prepared.
    pub date: Option<String>,
    /// Who of those who write here was there.
    pub there: Vec<PersonId>,
    /// Who else, by role: "station manager, bus company".
    pub others: Vec<String>,
    /// What is written already; may be empty.
    pub notes: String,
}

/// Changes what is said of a meeting. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateMeeting {
    /// Which.
    pub id: EntryId,
    /// What kind.
    #[serde(default)]
    pub kind: Option<MeetingKind>,
    /// Its day.
    #[serde(default)]
    pub date: Option<String>,
    /// Who was there too.
    #[serde(default)]
    pub there: Vec<PersonId>,
    /// Who was not after all.
    #[serde(default)]
    pub not_there: Vec<PersonId>,
    /// Who else was there too, by role.
    #[serde(default)]
    pub others: Vec<String>,
    /// Who else was not after all.
    #[serde(default)]
    pub not_others: Vec<String>,
}

/// The notes are as agreed: who says so, and on which day, is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct AgreeNotes {
    /// Of which meeting.
    pub id: EntryId,
}

/// Opens notes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct ReopenNotes {
    /// Of which meeting.
    pub id: EntryId,
    /// Why.
    pub why: String,
}

/// Who was there of one agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AgencyThere {
    /// The agency; empty for whoever has not said which is theirs.
    pub agency: String,
    /// Who, by name.
    pub people: Vec<Who>,
}

/// Notes that are as agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct NotesAgreed {
    /// Since when.
    pub date: String,
    /// Who said so.
    pub by: Who,
    /// Somebody wrote in them, or changed what is said of the meeting, without knowing or since.
    pub written_since: bool,
}

/// One meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct MeetingView {
    /// Who noted it, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// What kind.
    pub kind: MeetingKind,
    /// Its day.
    pub date: Option<String>,
    /// "Review, 5 May 2026".
    pub title: String,
    /// Who was there of those who write here, by agency.
    pub there: Vec<AgencyThere>,
    /// Who else, by role.
    pub others: Vec<String>,
    /// The notes.
    pub notes: Answered,
    /// Whether they are as agreed. Closed by one and opened again by another apart, they are open until somebody chooses.
    pub agreed: Option<NotesAgreed>,
    /// Why they were opened again, if they were.
    pub reopened_why: Option<String>,
}

/// Meetings, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct MeetingsView {
    /// What stands.
    pub held: Vec<MeetingView>,
    /// What was taken back.
    pub taken_back: Vec<MeetingView>,
}

impl MeetingView {
    /// Who was there, in one line: "children's social care (Priya Marsh); police, by role".
    pub fn who_was_there(&self) -> String {
        let agencies = self.there.iter().map(|one| {
            let names: Vec<&str> = one.people.iter().map(|who| who.name.as_str()).collect();
            if one.agency.is_empty() { names.join(", ") } else { format!("{} ({})", one.agency, names.join(", ")) }
        });
        agencies.chain(self.others.iter().cloned()).collect::<Vec<_>>().join("; ")
    }
}

/// What a kind of meeting is for, in a sentence for whoever prepares it (practice 2.5 and 7).
pub fn about_meeting(kind: &MeetingKind) -> &'static str {
    match kind {
        MeetingKind::Strategy => {
            "When a child may be in danger of significant harm: what the danger is now, who does what at once, and why. What concerns one \
             child alone stands in that child's own file."
        }
        MeetingKind::ContextConference => {
            "About places and the adults in them, with those who can change them. Not about individuals: no names and no labels."
        }
        MeetingKind::PeerGroupConference => {
            "About this group, with the agencies that know it: what is good, what must change first, and who does what."
        }
        MeetingKind::Review => "Is it still true? What has changed for the young people, and what comes next.",
        MeetingKind::Newer(_) => "",
    }
}

pub(crate) fn add(
    tx: &mut Transaction<'_>,
    ctx: &mut Context<'_>,
    people: &People,
    given: &AddMeeting,
) -> Result<Written, Refusal> {
    known(given.kind.is_known(), "kind of meeting", given.kind.as_str(), MeetingKind::CHOICES)?;
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));
    real_day(&date)?;
    refuse_strangers(people, &given.there)?;
    let (id, object) = fresh_at(tx, ctx, PATH)?;
    settle(tx, &object, "meeting-kind", given.kind.as_str().into())?;
    day(tx, &object, "date", Some(&date))?;
    refer(tx, &object, "there", &ids(&given.there))?;
    refer(tx, &object, "other", &given.others)?;
    new_text(tx, &object, "notes", "notes", &given.notes)?;
    Ok((Some(id), format!("meeting:{}", given.kind)))
}

pub(crate) fn update(tx: &mut Transaction<'_>, people: &People, given: &UpdateMeeting) -> Result<Written, Refusal> {
    let object = object_at(tx, PATH, "meeting", &given.id)?;
    refuse_closed(tx, &object)?;
    refuse_strangers(people, &given.there)?;
    if let Some(kind) = &given.kind {
        known(kind.is_known(), "kind of meeting", kind.as_str(), MeetingKind::CHOICES)?;
        settle(tx, &object, "meeting-kind", kind.as_str().into())?;
    }
    if let Some(date) = &given.date {
        settle(tx, &object, "date", real_day(date)?.into())?;
    }
    refer(tx, &object, "there", &ids(&given.there))?;
    unrefer(tx, &object, "there", &ids(&given.not_there))?;
    refer(tx, &object, "other", &given.others)?;
    unrefer(tx, &object, "other", &given.not_others)?;
    Ok((Some(given.id), format!("meeting-edit:{}", short(&given.id))))
}

pub(crate) fn agree(tx: &mut Transaction<'_>, ctx: &Context<'_>, AgreeNotes { id }: &AgreeNotes) -> Result<Written, Refusal> {
    let object = object_at(tx, PATH, "meeting", id)?;
    let notes = objects(tx, &object, "notes", automerge::ObjType::Text).pop();
    let notes = notes.and_then(|text| tx.text(&text).ok()).unwrap_or_default();
    if notes.trim().is_empty() {
        return Err(Refusal::Rule("there are no notes yet: write them, then say that they are as agreed"));
    }
    let saw = digest::of_meeting(tx, &object);
    let seen = scalars(tx, &object, "closed-saw").iter().any(|held| held.value == saw);
    if seen && is_closed(tx, &object) {
        return Err(Refusal::AlreadySo("somebody has said already that these notes are as agreed"));
    }
    settle(tx, &object, "closed", dates::day(ctx.now).as_str().into())?;
    settle(tx, &object, "closed-saw", saw)?;
    Ok((Some(*id), format!("notes-agreed:{}", short(id))))
}

pub(crate) fn reopen(tx: &mut Transaction<'_>, ReopenNotes { id, why }: &ReopenNotes) -> Result<Written, Refusal> {
    let object = object_at(tx, PATH, "meeting", id)?;
    let why = limits::prose("reason", why, WHY_LIMIT)?;
    if scalars(tx, &object, "closed").iter().all(|held| held.value == ScalarValue::Null) {
        return Err(Refusal::AlreadySo("these notes are open: write in them"));
    }
    settle(tx, &object, "closed", ScalarValue::Null)?;
    settle(tx, &object, "closed-why", why.as_str().into())?;
    Ok((Some(*id), format!("notes-open:{}", short(id))))
}

/// Refuses to replace a text of a meeting whose notes are as agreed. Typing is not refused: a letter on its way is not lost.
pub(crate) fn refuse_closed(doc: &impl ReadDoc, meeting: &ObjId) -> Result<(), Refusal> {
    if is_closed(doc, meeting) { Err(Refusal::Rule(CLOSED)) } else { Ok(()) }
}

/// Closed by one and opened again by another apart, they are open.
fn is_closed(doc: &impl ReadDoc, meeting: &ObjId) -> bool {
    let held = scalars(doc, meeting, "closed");
    !held.is_empty() && held.iter().all(|held| held.value != ScalarValue::Null)
}

fn refuse_strangers(people: &People, given: &[PersonId]) -> Result<(), Refusal> {
    match given.iter().find(|person| !people.knows(person)) {
        Some(stranger) => Err(Refusal::Unknown { what: "colleague", id: stranger.to_string() }),
        None => Ok(()),
    }
}

fn ids(people: &[PersonId]) -> Vec<String> {
    people.iter().map(ToString::to_string).collect()
}

fn label(key: &str) -> Option<&'static str> {
    match key {
        "meeting-kind" => Some("what kind of meeting it was"),
        "date" => Some("the day of a meeting"),
        "notes" => Some("the notes of a meeting"),
        "closed" => Some("whether notes are as agreed"),
        "closed-saw" => Some(""),
        "closed-why" => Some("why notes were opened again"),
        key if key.starts_with("there.") || key.starts_with("other.") => Some("who was at a meeting"),
        _ => None,
    }
}

pub(crate) fn meetings(reader: &Reader<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> MeetingsView {
    let mut all = MeetingsView::default();
    for record in Record::all(reader, PATH) {
        let meeting = meeting(&record, marks, newer);
        if meeting.kept.is_gone() { all.taken_back.push(meeting) } else { all.held.push(meeting) }
    }
    for list in [&mut all.held, &mut all.taken_back] {
        list.sort_by(|a, b| (&b.date, b.kept.at, &b.kept.id).cmp(&(&a.date, a.kept.at, &a.kept.id)));
    }
    all
}

fn meeting(record: &Record<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> MeetingView {
    let mut kept = record.kept(label);
    // What the notes looked like when they were closed, nobody has to choose.
    kept.two_versions.retain(|two| !two.field.ends_with("/closed-saw"));
    let kind: MeetingKind = record.choice("meeting-kind").unwrap_or_default();
    let date = record.word("date");
    let day = date.as_deref().map(long_day).unwrap_or_default();
    let title = [kind.words(), &day].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    kept.collect(marks, newer, &title);
    let notes = record.marked_prose("notes", &format!("the notes of a meeting: {title}"), marks);
    let agreed = agreed(record);
    if let Some(agreed) = agreed.as_ref().filter(|agreed| agreed.written_since && !kept.is_gone()) {
        marks.push(Mark::AgreedAndEdited { id: kept.id.clone(), label: title.clone(), by: agreed.by.clone() });
    }
    MeetingView {
        there: by_agency(record),
        others: record.set("other"),
        reopened_why: record.word("closed-why").filter(|_| agreed.is_none()),
        kept,
        kind,
        date,
        title,
        notes,
        agreed,
    }
}

fn agreed(record: &Record<'_>) -> Option<NotesAgreed> {
    let doc = record.reader.doc;
    let held = scalars(doc, &record.object, "closed");
    let closed = held.last().filter(|_| held.iter().all(|held| held.value != ScalarValue::Null))?;
    let now = digest::of_meeting(doc, &record.object);
    let written_since = scalars(doc, &record.object, "closed-saw").iter().all(|held| held.value != now);
    Some(NotesAgreed { date: read::shown(&closed.value), by: record.reader.people.who(closed.by), written_since })
}

fn by_agency(record: &Record<'_>) -> Vec<AgencyThere> {
    let mut agencies: BTreeMap<String, Vec<Who>> = BTreeMap::new();
    for person in record.set("there").iter().filter_map(|person| person.parse().ok()) {
        let who = record.reader.people.by_id(person);
        agencies.entry(who.agency.clone().unwrap_or_default()).or_default().push(who);
    }
    let mut there: Vec<AgencyThere> = agencies.into_iter().map(|(agency, people)| AgencyThere { agency, people }).collect();
    there.iter_mut().for_each(|one| one.people.sort_by(|a, b| a.name.cmp(&b.name)));
    there
}
