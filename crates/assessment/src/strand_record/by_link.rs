//! Links for a young person or their family, and what arrived by them (R48, R50): one person reads first.
//!
//! What arrived stands under the guest's own id for it as one value that every device writes alike, so that devices of the holder and
//! the stand-in that take it in apart have it once. What is done about it (read, kept as words, not added) stands beside it.
//!
//! ```text
//! guest-links/{random id}/   name, secret, key, origin, language, expires, adult, in-person, agreed-by, stopped, at
//! arrived/                   {item}: what was sent, as JSON (Arrived)
//! arrived-notes/             {item} came: day      {item} read: day      {item} not-added: reason      {item} beside: version
//! words/{random id}/         … arrived, question     (as any words that are kept)
//! ```

use std::collections::BTreeMap;

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ObjType, ROOT, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::dates;
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT, WHY_LIMIT};
use crate::read::{entries, number, scalars, text_scalar};
use crate::record::{Kept, Record};
use crate::view::{Mark, NewerField};
use crate::vocabulary::{Agreed, Whose};
use crate::write::{Written, fresh_at, object_at, settle, standing_map};

use super::arrived::{Arrived, ArrivedAnswer, ArrivedAttachment, ArrivedOther};

/// Standing maps of links and what arrived.
pub(crate) const MAPS: [&str; 3] = ["guest-links", "arrived", "arrived-notes"];

/// The longest that a link may work, in seconds: a quarter of a year. Then somebody asks again whether it is still right.
const LONGEST: i64 = 92 * 24 * 60 * 60;

/// A secret in text. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct LinkSecret(pub String);

impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Keeps a link that was made. Two things are asked first: whether it is safe to send it to this phone, and who agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct MakeGuestLink {
    /// What it is called here: "B's link".
    pub name: String,
    /// The link's secret.
    pub secret: LinkSecret,
    /// The key that opens what comes by it.
    pub key: LinkSecret,
    /// Where the page is.
    pub origin: String,
    /// The language to begin with.
    pub language: String,
    /// Unix seconds after which it opens nothing.
    #[ts(type = "number")]
    pub expires: i64,
    /// For a parent or carer.
    #[serde(default)]
    pub adult: bool,
    /// The young person's own answer to "Is it safe to send to this phone?". `None`: it is shown in person, and not sent.
    #[serde(default)]
    pub safe_to_send: Option<bool>,
    /// Who agreed that they take part.
    pub agreed_by: String,
}

/// Stops a link for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct StopGuestLink {
    /// Which.
    pub id: EntryId,
}

/// Takes in what arrived. Again is refused as done already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakeIn {
    /// The guest's own id for it.
    pub item: EntryId,
    /// What it is.
    pub arrived: Arrived,
}

/// Notes that it was read, or why it is not added: the reason is told to whoever said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NoteArrived {
    /// Which.
    pub item: EntryId,
    /// Why it is not added; without it, only that it was read.
    #[serde(default)]
    pub not_added: Option<String>,
}

/// Notes that a reply to the summary stands beside the version that they read, for the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NoteBeside {
    /// Which.
    pub item: EntryId,
    /// Beside which version.
    pub version: EntryId,
}

/// Keeps one answer of what arrived as words: as said, or with names covered. Who may see it was chosen by whoever said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct KeepArrived {
    /// Which.
    pub item: EntryId,
    /// The answer to which question.
    pub question: String,
    /// The words with "[a name, covered]" in place of what identifies; as they were said if not given.
    #[serde(default)]
    pub words: Option<String>,
}

/// A link, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuestLinkView {
    /// Who made it, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// What it is called here.
    pub name: String,
    /// The language to begin with.
    pub language: String,
    /// Unix seconds after which it opens nothing.
    #[ts(type = "number | null")]
    pub expires: Option<i64>,
    /// For a parent or carer.
    pub adult: bool,
    /// Shown in person, and not sent.
    pub in_person: bool,
    /// Who agreed that they take part.
    pub agreed_by: Option<String>,
    /// Since when it is stopped.
    pub stopped: Option<String>,
}

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedView {
    /// The guest's own id for it.
    pub item: String,
    /// The link by which it came.
    pub link: String,
    /// What it replaces or takes back, of the same link.
    #[serde(default)]
    pub replaces: Option<String>,
    /// The language in which it was said.
    pub language: String,
    /// What was said. Empty if it was taken back or changed before anybody had read it.
    pub answers: Vec<ArrivedAnswer>,
    /// Something other than answers to the questions.
    pub other: Option<ArrivedOther>,
    /// Voice notes and drawings. They stay in this record.
    pub attached: Vec<ArrivedAttachment>,
    /// The day on which it was taken in. What a guest sends carries no time.
    #[serde(default)]
    pub came: Option<String>,
    /// The day on which it was first read.
    pub read: Option<String>,
    /// Why it is not added.
    pub not_added: Option<String>,
    /// Words that were kept of it.
    pub kept_as: Vec<String>,
    /// It is a reply, and stands beside this version of the summary.
    #[serde(default)]
    pub beside: Option<String>,
    /// Whoever said it has taken it back, or said something else in its place.
    pub taken_back: bool,
    /// They chose a code word, and can read an answer with it.
    pub code_word: bool,
}

impl ArrivedView {
    /// Whether somebody still has to read it.
    pub fn waits(&self) -> bool {
        self.read.is_none() && !self.taken_back
    }
}

/// What a device needs to serve a link. Not for any screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLinkKeys {
    /// The link, in the record.
    pub id: EntryId,
    /// Its secret.
    pub secret: LinkSecret,
    /// The key that opens what comes by it.
    pub key: LinkSecret,
    /// Where the page is.
    pub origin: String,
    /// Until when, in Unix seconds.
    pub expires: i64,
    /// Whether it is stopped.
    pub stopped: bool,
}

/// The links of a strand record, with their secrets.
pub fn guest_link_keys(doc: &Automerge) -> Vec<GuestLinkKeys> {
    let Ok(map) = standing_map(doc, "guest-links") else { return Vec::new() };
    let links = entries(doc, &map).into_iter().filter_map(|item| {
        let word = |key: &str| text_scalar(doc, &item.id, key);
        Some(GuestLinkKeys {
            id: item.key.parse().ok()?,
            secret: LinkSecret(word("secret")?),
            key: LinkSecret(word("key")?),
            origin: word("origin")?,
            expires: number(doc, &item.id, "expires")?,
            stopped: word("stopped").is_some(),
        })
    });
    links.collect()
}

/// What arrived under an id, if anything did.
pub fn arrived(doc: &Automerge, item: &EntryId) -> Option<Arrived> {
    let map = standing_map(doc, "arrived").ok()?;
    serde_json::from_str(&text_scalar(doc, &map, &item.to_string())?).ok()
}

/// The day by which the holder reads what is sent at `now` (Unix seconds): the next working day. The page says so, and says it when
/// that is over.
pub fn read_by(now: i64) -> String {
    crate::working_days::after(&dates::day(now), 1)
}

pub(super) fn genesis(tx: &mut Transaction<'_>) -> Result<(), automerge::AutomergeError> {
    for key in MAPS {
        tx.put_object(ROOT, key, ObjType::Map)?;
    }
    Ok(())
}

pub(super) fn make(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &MakeGuestLink) -> Result<Written, Refusal> {
    let name = limits::line("name of the link", &given.name, NAME_LIMIT)?;
    let agreed_by = limits::line("name of who agreed that they take part", &given.agreed_by, NAME_LIMIT)?;
    if given.safe_to_send == Some(false) {
        return Err(Refusal::Rule("it is not safe to send a link to this phone: show it in person instead, or write together"));
    }
    if given.expires <= ctx.now || given.expires > ctx.now.saturating_add(LONGEST) {
        return Err(Refusal::Rule("a link works for at least a moment and at most three months: choose another day"));
    }
    let (id, object) = fresh_at(tx, ctx, "guest-links")?;
    let fields = [
        ("name", name.as_str()),
        ("secret", &given.secret.0),
        ("key", &given.key.0),
        ("origin", &given.origin),
        ("language", &given.language),
        ("agreed-by", &agreed_by),
    ];
    for (key, value) in fields {
        tx.put(&object, key, value)?;
    }
    tx.put(&object, "expires", given.expires)?;
    tx.put(&object, "adult", given.adult)?;
    tx.put(&object, "in-person", given.safe_to_send.is_none())?;
    Ok((Some(id), "link made".to_owned()))
}

pub(super) fn stop(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &StopGuestLink) -> Result<Written, Refusal> {
    let object = object_at(tx, "guest-links", "link", &given.id)?;
    if text_scalar(tx, &object, "stopped").is_some() {
        return Err(Refusal::AlreadySo("this link is stopped already"));
    }
    settle(tx, &object, "stopped", dates::day(ctx.now).as_str().into())?;
    Ok((Some(given.id), "link stopped".to_owned()))
}

pub(super) fn take_in(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &TakeIn) -> Result<Written, Refusal> {
    let map = standing_map(tx, "arrived")?;
    let key = given.item.to_string();
    if tx.get(&map, &key)?.is_some() {
        return Err(Refusal::AlreadySo("this has been taken in already"));
    }
    let json = serde_json::to_string(&given.arrived).map_err(|_| Refusal::Document("what arrived".to_owned()))?;
    tx.put(&map, &key, json)?;
    let notes = standing_map(tx, "arrived-notes")?;
    tx.put(&notes, format!("{key} came"), dates::day(ctx.now))?;
    Ok((Some(given.item), "arrived".to_owned()))
}

pub(super) fn note(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &NoteArrived) -> Result<Written, Refusal> {
    find(tx, &given.item)?;
    let notes = standing_map(tx, "arrived-notes")?;
    let read = format!("{} read", given.item);
    let is_read = text_scalar(tx, &notes, &read).is_some();
    if let Some(why) = &given.not_added {
        let why = limits::prose("reason, which they will be told", why, WHY_LIMIT)?;
        settle(tx, &notes, &format!("{} not-added", given.item), why.as_str().into())?;
    } else if is_read {
        return Err(Refusal::AlreadySo("this has been read already"));
    }
    if !is_read {
        tx.put(&notes, read, dates::day(ctx.now))?;
    }
    Ok((Some(given.item), "read".to_owned()))
}

/// Notes that a reply stands beside a version of the summary, in an assessment.
pub(super) fn note_beside(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &NoteBeside) -> Result<Written, Refusal> {
    let arrived = find(tx, &given.item)?;
    if !matches!(arrived.other, Some(ArrivedOther::OnSummary(_))) {
        return Err(Refusal::Rule("this is no reply to the summary"));
    }
    let notes = standing_map(tx, "arrived-notes")?;
    if text_scalar(tx, &notes, &format!("{} read", given.item)).is_none() {
        tx.put(&notes, format!("{} read", given.item), dates::day(ctx.now))?;
    }
    settle(tx, &notes, &format!("{} beside", given.item), given.version.to_string().as_str().into())?;
    Ok((Some(given.item), "beside".to_owned()))
}

pub(super) fn keep(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &KeepArrived) -> Result<Written, Refusal> {
    let arrived = find(tx, &given.item)?;
    let notes = standing_map(tx, "arrived-notes")?;
    if text_scalar(tx, &notes, &format!("{} read", given.item)).is_none() {
        return Err(Refusal::Rule("read it first: what was taken back before anybody read it is not kept"));
    }
    let answer = arrived.answers.iter().find(|answer| answer.question == given.question && !answer.skipped);
    let answer = answer.ok_or_else(|| Refusal::Unknown { what: "answer in what arrived", id: given.question.clone() })?;
    let words = given.words.clone().unwrap_or_else(|| as_said(answer));
    let words = limits::prose("text of what they said", &words, TEXT_LIMIT / 5)?;
    limits::at_once(std::iter::once(words.as_str()))?;
    let link = object_at(tx, "guest-links", "link", &arrived.link)?;
    let adult = crate::read::scalar(tx, &link, "adult") == Some(ScalarValue::Boolean(true));
    let whose = if adult { Whose::Parents } else { Whose::YoungPeople };
    let agreed = if answer.team { Agreed::Agreed } else { Agreed::NotAgreed };
    let (item, today) = (given.item.to_string(), dates::day(ctx.now));
    let fields = [
        ("whose", whose.as_str()),
        ("words", &words),
        ("how", "link"),
        ("agreed", agreed.as_str()),
        ("date", &today),
        ("arrived", &item),
        ("question", &given.question),
    ];
    let id = super::record(tx, ctx, "words", &fields)?;
    Ok((Some(id), "words kept".to_owned()))
}

/// Cards and own words as one text.
fn as_said(answer: &ArrivedAnswer) -> String {
    let cards: Vec<&str> = answer.choices.iter().map(|choice| choice.words.as_str()).collect();
    [cards.join(". "), answer.words.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(". ")
}

fn find(tx: &Transaction<'_>, item: &EntryId) -> Result<Arrived, Refusal> {
    let map = standing_map(tx, "arrived")?;
    text_scalar(tx, &map, &item.to_string())
        .and_then(|json| serde_json::from_str(&json).ok())
        .ok_or_else(|| Refusal::Unknown { what: "item that arrived", id: item.to_string() })
}

/// Links and what arrived, for whoever holds the record.
pub(super) fn view(
    reader: &Reader<'_>,
    marks: &mut Vec<Mark>,
    newer: &mut Vec<NewerField>,
) -> (Vec<GuestLinkView>, Vec<ArrivedView>) {
    const FIELDS: [&str; 10] =
        ["name", "secret", "key", "origin", "language", "expires", "adult", "in-person", "agreed-by", "stopped"];
    let doc = reader.doc;
    let flag = |record: &Record<'_>, key: &str| crate::read::scalar(doc, &record.object, key) == Some(ScalarValue::Boolean(true));
    let links = Record::all(reader, "guest-links").into_iter().map(|record| {
        let kept = record.kept(|key| FIELDS.contains(&key).then_some("a link"));
        kept.collect(marks, newer, "a link");
        GuestLinkView {
            kept,
            name: record.word("name").unwrap_or_default(),
            language: record.word("language").unwrap_or_default(),
            expires: number(doc, &record.object, "expires"),
            adult: flag(&record, "adult"),
            in_person: flag(&record, "in-person"),
            agreed_by: record.word("agreed-by"),
            stopped: record.word("stopped"),
        }
    });
    let links = links.collect();
    (links, all_arrived(doc))
}

fn all_arrived(doc: &Automerge) -> Vec<ArrivedView> {
    let (Ok(map), Ok(notes)) = (standing_map(doc, "arrived"), standing_map(doc, "arrived-notes")) else { return Vec::new() };
    let all: BTreeMap<String, Arrived> = entries(doc, &map)
        .into_iter()
        .filter_map(|item| Some((item.key.clone(), serde_json::from_str(&text_scalar(doc, &map, &item.key)?).ok()?)))
        .collect();
    let mut kept: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in standing_map(doc, "words").map(|words| entries(doc, &words)).unwrap_or_default() {
        if let Some(of) = text_scalar(doc, &item.id, "arrived") {
            kept.entry(of).or_default().push(item.key);
        }
    }
    let views = all.iter().filter(|(_, arrived)| !arrived.withdraws).map(|(item, arrived)| {
        let taken_back = all
            .values()
            .any(|other| other.link == arrived.link && other.replaces.is_some_and(|replaces| replaces.to_string() == *item));
        let read = text_scalar(doc, &notes, &format!("{item} read"));
        // Whoever takes something back before it was read is not read.
        let shown = read.is_some() || !taken_back;
        ArrivedView {
            item: item.clone(),
            link: arrived.link.to_string(),
            replaces: arrived.replaces.map(|item| item.to_string()),
            language: arrived.language.clone(),
            answers: if shown { arrived.answers.clone() } else { Vec::new() },
            other: arrived.other.clone().filter(|_| shown),
            attached: if shown { arrived.attached.clone() } else { Vec::new() },
            // Two devices that took it in apart: the earlier day.
            came: scalars(doc, &notes, &format!("{item} came")).iter().map(crate::read::Held::shown).min(),
            beside: text_scalar(doc, &notes, &format!("{item} beside")),
            not_added: text_scalar(doc, &notes, &format!("{item} not-added")),
            kept_as: kept.remove(item).unwrap_or_default(),
            code_word: arrived.code.is_some(),
            read,
            taken_back,
        }
    });
    views.collect()
}
