//! Links for a young person or their family (R48): made, stopped, and the window in which link and code word read together.
//!
//! That a link was made, used and stopped is recorded; that its page was opened is known to nobody.
//!
//! ```text
//! guest-links/{random id}/   name, secret, key, origin, language, expires, adult, in-person, agreed-by, say, summary, agree,
//!                            stopped, window, at
//! ```

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ObjType, ROOT, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal, Secret};
use crate::dates;
use crate::entry::Reader;
use crate::ids::{EntryId, from_base32, to_base32};
use crate::limits::{self, NAME_LIMIT};
use crate::read::{entries, number, scalar, text_scalar};
use crate::record::{Kept, Record};
use crate::view::{Mark, NewerField};
use crate::write::{Written, fresh_at, object_at, settle, standing_map};

use super::reading_first::ArrivedView;

/// Standing maps of links and what arrived.
pub(crate) const MAPS: [&str; 3] = ["guest-links", "arrived", "arrived-notes"];

/// The longest that a link may work, in seconds: a quarter of a year. Then somebody asks again whether it is still right.
const LONGEST: i64 = 92 * 24 * 60 * 60;

/// The longest that a window for reading is open, in seconds: a day.
pub const WINDOW: i64 = 24 * 60 * 60;

fn yes() -> bool {
    true
}

/// Keeps a link that was made. Two things are asked first: whether it is safe to send it to this phone, and who agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct MakeGuestLink {
    /// What it is called here: "B's link".
    pub name: String,
    /// The link's secret.
    pub secret: Secret,
    /// The key that opens what comes by it.
    pub key: Secret,
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
    /// They can say something by it.
    #[serde(default = "yes")]
    pub say: bool,
    /// They can see the shared summary by it, with a code word.
    #[serde(default)]
    pub summary: bool,
    /// They can answer what agreement asks by it.
    #[serde(default)]
    pub agree: bool,
}

/// Stops a link for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct StopGuestLink {
    /// Which.
    pub id: EntryId,
}

/// Notes that the window was opened in which link and code word read together, or that it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NoteWindow {
    /// Which link.
    pub id: EntryId,
    /// Until when, in Unix seconds; `None`: it is closed.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub until: Option<i64>,
}

/// Whether somebody who has the link can read anything with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum CodeWordIs {
    /// None was chosen: answers are told in person.
    #[default]
    NotChosen,
    /// One was chosen.
    Chosen,
    /// Another one than the first came since. Whoever finds a link could choose one: ask the young person, in person.
    AnotherCame,
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
    /// They can say something by it.
    pub say: bool,
    /// They can see the shared summary by it.
    pub summary: bool,
    /// They can answer what agreement asks by it.
    pub agree: bool,
    /// Since when it is stopped.
    pub stopped: Option<String>,
    /// How much came by it. That its page was opened is known to nobody.
    pub used: usize,
    /// Until when the window is open in which link and code word read together, in Unix seconds, as it was opened from here.
    #[ts(type = "number | null")]
    pub window: Option<i64>,
    /// Whether there is a code word.
    pub code_word: CodeWordIs,
}

/// What a device needs to serve a link. Not for any screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLinkKeys {
    /// The link, in the record.
    pub id: EntryId,
    /// Its secret.
    pub secret: Secret,
    /// The key that opens what comes by it.
    pub key: Secret,
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
        let secret = |key: &str| from_base32(&word(key)?)?.try_into().ok().map(Secret);
        Some(GuestLinkKeys {
            id: item.key.parse().ok()?,
            secret: secret("secret")?,
            key: secret("key")?,
            origin: word("origin")?,
            expires: number(doc, &item.id, "expires")?,
            stopped: word("stopped").is_some(),
        })
    });
    links.collect()
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
    if !(given.say || given.summary || given.agree) {
        return Err(Refusal::Rule("say what the link is for: to say something, to see the summary, to answer about agreement"));
    }
    let (id, object) = fresh_at(tx, ctx, "guest-links")?;
    let (secret, key) = (to_base32(&given.secret.0), to_base32(&given.key.0));
    let fields = [
        ("name", name.as_str()),
        ("secret", &secret),
        ("key", &key),
        ("origin", &given.origin),
        ("language", &given.language),
        ("agreed-by", &agreed_by),
    ];
    for (key, value) in fields {
        tx.put(&object, key, value)?;
    }
    tx.put(&object, "expires", given.expires)?;
    let flags = [
        ("adult", given.adult),
        ("in-person", given.safe_to_send.is_none()),
        ("say", given.say),
        ("summary", given.summary),
        ("agree", given.agree),
    ];
    for (key, value) in flags {
        tx.put(&object, key, value)?;
    }
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

pub(super) fn window(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &NoteWindow) -> Result<Written, Refusal> {
    let object = object_at(tx, "guest-links", "link", &given.id)?;
    let Some(until) = given.until else {
        if number(tx, &object, "window").is_none_or(|until| until <= ctx.now) {
            return Err(Refusal::AlreadySo("nothing can be read by this link now"));
        }
        settle(tx, &object, "window", ScalarValue::Null)?;
        return Ok((Some(given.id), "window closed".to_owned()));
    };
    if text_scalar(tx, &object, "stopped").is_some() || number(tx, &object, "expires").is_none_or(|end| end <= ctx.now) {
        return Err(Refusal::Rule("this link opens nothing any more: make another one"));
    }
    if until <= ctx.now || until > ctx.now.saturating_add(WINDOW) {
        return Err(Refusal::Rule("a window is open for a day at most"));
    }
    settle(tx, &object, "window", until.into())?;
    Ok((Some(given.id), "window opened".to_owned()))
}

/// Whether a link is for a parent or carer.
pub(super) fn is_for_adult(tx: &Transaction<'_>, link: &EntryId) -> Result<bool, Refusal> {
    let link = object_at(tx, "guest-links", "link", link)?;
    Ok(scalar(tx, &link, "adult") == Some(ScalarValue::Boolean(true)))
}

/// Links, with how much came by each.
pub(super) fn view(
    reader: &Reader<'_>,
    arrived: &[ArrivedView],
    marks: &mut Vec<Mark>,
    newer: &mut Vec<NewerField>,
) -> Vec<GuestLinkView> {
    const FIELDS: [&str; 14] = [
        "name",
        "secret",
        "key",
        "origin",
        "language",
        "expires",
        "adult",
        "in-person",
        "agreed-by",
        "stopped",
        "say",
        "summary",
        "agree",
        "window",
    ];
    let doc = reader.doc;
    let flag = |record: &Record<'_>, key: &str| scalar(doc, &record.object, key) == Some(ScalarValue::Boolean(true));
    let links = Record::all(reader, "guest-links").into_iter().map(|record| {
        let kept = record.kept(|key| FIELDS.contains(&key).then_some("a link"));
        kept.collect(marks, newer, "a link");
        let came = || arrived.iter().filter(|one| one.link == record.id);
        let mut codes: Vec<&str> = came().filter_map(|one| one.code.as_deref()).collect();
        codes.sort_unstable();
        codes.dedup();
        let stopped = record.word("stopped");
        GuestLinkView {
            name: record.word("name").unwrap_or_default(),
            language: record.word("language").unwrap_or_default(),
            expires: number(doc, &record.object, "expires"),
            adult: flag(&record, "adult"),
            in_person: flag(&record, "in-person"),
            agreed_by: record.word("agreed-by"),
            // Links that were made before there were rights are for saying something.
            say: scalar(doc, &record.object, "say").is_none_or(|say| say == ScalarValue::Boolean(true)),
            summary: flag(&record, "summary"),
            agree: flag(&record, "agree"),
            used: came().count(),
            window: number(doc, &record.object, "window").filter(|_| stopped.is_none()),
            stopped,
            code_word: match codes.as_slice() {
                [] => CodeWordIs::NotChosen,
                [_] => CodeWordIs::Chosen,
                _ => CodeWordIs::AnotherCame,
            },
            kept,
        }
    });
    links.collect()
}
