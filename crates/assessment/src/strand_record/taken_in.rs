//! Taking in what arrived by a link: once, whatever device does it, and however long it is.
//!
//! What arrived stands under the guest's own id for it as one value that every device writes alike, so that devices of the holder and
//! the stand-in that take it in apart have it once. A change fits into one record of the log, so recordings and what is long come in
//! parts, each a change of its own; the item is there when all of it is.
//!
//! ```text
//! arrived/         {item}: what was sent, as JSON (Arrived); or how many parts of it there are
//!                  {item} said.{number}: a part of the JSON      {item} sound{attachment}.{number}: a part of a recording
//! arrived-notes/   {item} came: the day on which a device took it in
//! ```

use std::collections::BTreeMap;

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ObjId, ReadDoc, ScalarValue};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal, Secret};
use crate::dates;
use crate::ids::EntryId;
use crate::read::{entries, integer, scalar};
use crate::write::{Written, standing_map};

use super::StrandCommand;
use super::arrived::{Arrived, ArrivedAttachment};

/// The most of an item that one change holds, in bytes: with all that stands around it, it fits into a record (protocol "Smaller").
pub(super) const PART: usize = 32 * 1024;
/// No item has more parts: a relay keeps none of more than 512 KiB.
const MOST_PARTS: usize = 64;

/// Takes in what arrived. Again is refused as done already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakeIn {
    /// The guest's own id for it.
    pub item: EntryId,
    /// What it is.
    pub arrived: Arrived,
}

/// Takes in a part of what arrived, before the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakeInPart {
    /// The guest's own id for it.
    pub item: EntryId,
    /// "said", "sound0".
    pub of: String,
    /// Which part, from 0.
    pub number: u32,
    /// In base 64.
    pub bytes: String,
}

/// Says that all parts are here of something that is too long for one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakeInWhole {
    /// The guest's own id for it.
    pub item: EntryId,
    /// How many.
    pub parts: u32,
}

/// What a device does to take in an item, in order: each is one change. `sounds` are the recordings of its voice notes, by the number
/// of the attachment.
pub fn to_take_in(item: EntryId, arrived: Arrived, sounds: &BTreeMap<usize, Vec<u8>>) -> Vec<StrandCommand> {
    let mut commands = Vec::new();
    let mut part = |of: &str, bytes: &[u8]| {
        let parts = bytes.chunks(PART).zip(0_u32..).map(|(bytes, number)| {
            let (of, bytes) = (of.to_owned(), BASE64.encode(bytes));
            StrandCommand::TakeInPart(TakeInPart { item, of, number, bytes })
        });
        let before = commands.len();
        commands.extend(parts);
        u32::try_from(commands.len() - before).unwrap_or(u32::MAX)
    };
    for (attachment, sound) in sounds {
        part(&format!("sound{attachment}"), sound);
    }
    let json = serde_json::to_vec(&arrived).unwrap_or_default();
    if json.len() > PART {
        let parts = part("said", &json);
        commands.push(StrandCommand::TakeInWhole(TakeInWhole { item, parts }));
    } else {
        commands.push(StrandCommand::TakeIn(TakeIn { item, arrived }));
    }
    commands
}

const HERE_ALREADY: Refusal = Refusal::AlreadySo("this has been taken in already");

pub(super) fn take_in(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &TakeIn) -> Result<Written, Refusal> {
    let json = serde_json::to_string(&given.arrived).map_err(|_| Refusal::Document("what arrived".to_owned()))?;
    if json.len() > PART {
        return Err(Refusal::TooMuchAtOnce { bytes: json.len(), limit: PART });
    }
    put(tx, ctx, given.item, json.as_str().into())
}

pub(super) fn whole(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &TakeInWhole) -> Result<Written, Refusal> {
    parts_of(tx, given)?;
    put(tx, ctx, given.item, i64::from(given.parts).into())
}

fn parts_of(tx: &Transaction<'_>, given: &TakeInWhole) -> Result<Vec<u8>, Refusal> {
    let map = standing_map(tx, "arrived")?;
    let whole = joined_up(tx, &map, &given.item.to_string(), "said", given.parts.into());
    whole.ok_or(Refusal::Rule("parts of this are not here yet: each comes before the whole"))
}

/// What parts hold that are not an item yet.
pub(super) fn of_parts(tx: &Transaction<'_>, given: &TakeInWhole) -> Result<Arrived, Refusal> {
    serde_json::from_slice(&parts_of(tx, given)?).map_err(|_| Refusal::Rule("the parts of this are not one whole"))
}

pub(super) fn put(tx: &mut Transaction<'_>, ctx: &Context<'_>, item: EntryId, value: ScalarValue) -> Result<Written, Refusal> {
    let (map, notes, key) = (standing_map(tx, "arrived")?, standing_map(tx, "arrived-notes")?, item.to_string());
    if tx.get(&map, &key)?.is_some() {
        return Err(HERE_ALREADY);
    }
    tx.put(&map, key, value)?;
    tx.put(&notes, format!("{item} came"), dates::day(ctx.now))?;
    Ok((Some(item), "arrived".to_owned()))
}

pub(super) fn part(tx: &mut Transaction<'_>, given: &TakeInPart) -> Result<Written, Refusal> {
    let map = standing_map(tx, "arrived")?;
    let known = given.of == "said" || given.of.strip_prefix("sound").is_some_and(|of| of.parse::<u8>().is_ok());
    let bytes = BASE64.decode(given.bytes.as_bytes()).ok().filter(|bytes| (1..=PART).contains(&bytes.len()));
    let (Some(bytes), true) = (bytes, known && (given.number as usize) < MOST_PARTS) else {
        return Err(Refusal::Rule("that is no part of anything that arrives by a link"));
    };
    let key = format!("{} {}.{}", given.item, given.of, given.number);
    if tx.get(&map, &key)?.is_some() {
        return Err(HERE_ALREADY);
    }
    tx.put(&map, key, ScalarValue::Bytes(bytes))?;
    Ok((Some(given.item), "arrived".to_owned()))
}

/// Parts put together, if that many are here.
fn joined_up(doc: &impl ReadDoc, map: &ObjId, item: &str, of: &str, parts: i64) -> Option<Vec<u8>> {
    let parts = usize::try_from(parts).ok().filter(|parts| (1..=MOST_PARTS).contains(parts))?;
    let mut whole = Vec::new();
    for number in 0..parts {
        match scalar(doc, map, &format!("{item} {of}.{number}"))? {
            ScalarValue::Bytes(bytes) => whole.extend(bytes),
            _ => return None,
        }
    }
    Some(whole)
}

fn sound_of(doc: &impl ReadDoc, map: &ObjId, item: &str, attachment: usize, bytes: u32) -> Option<Vec<u8>> {
    let parts = i64::from(bytes).saturating_add(PART as i64 - 1) / PART as i64;
    if parts == 0 {
        return Some(Vec::new());
    }
    joined_up(doc, map, item, &format!("sound{attachment}"), parts).filter(|sound| sound.len() == bytes as usize)
}

/// What is here of an item, whole or without its recordings.
pub(super) fn of(doc: &impl ReadDoc, map: &ObjId, item: &str) -> Option<Arrived> {
    let value = scalar(doc, map, item)?;
    match integer(&value) {
        Some(parts) => serde_json::from_slice(&joined_up(doc, map, item, "said", parts)?).ok(),
        None => match value {
            ScalarValue::Str(json) => serde_json::from_str(&json).ok(),
            _ => None,
        },
    }
}

pub(super) fn has_its_sounds(doc: &impl ReadDoc, map: &ObjId, item: &str, arrived: &Arrived) -> bool {
    arrived.attached.iter().enumerate().all(|(number, attached)| match attached {
        ArrivedAttachment::Voice { bytes, .. } => sound_of(doc, map, item, number, *bytes).is_some(),
        ArrivedAttachment::Drawing { .. } => true,
    })
}

/// What arrived under an id, if all of it is here.
pub fn arrived(doc: &Automerge, item: &EntryId) -> Option<Arrived> {
    let map = standing_map(doc, "arrived").ok()?;
    let item = item.to_string();
    of(doc, &map, &item).filter(|arrived| has_its_sounds(doc, &map, &item, arrived))
}

/// How a voice note is coded, and the recording.
pub fn arrived_sound(doc: &Automerge, item: &EntryId, attachment: usize) -> Option<(String, Vec<u8>)> {
    let map = standing_map(doc, "arrived").ok()?;
    let item = item.to_string();
    match of(doc, &map, &item)?.attached.into_iter().nth(attachment)? {
        ArrivedAttachment::Voice { media, bytes, .. } => Some((media, sound_of(doc, &map, &item, attachment, bytes)?)),
        ArrivedAttachment::Drawing { .. } => None,
    }
}

/// Everything that is here, by the guests' own ids, and in which order it came into the record: the same on every device that has the
/// same record.
pub(super) fn all(doc: &impl ReadDoc, map: &ObjId) -> BTreeMap<String, (u64, Arrived)> {
    let here = entries(doc, map).into_iter().filter(|entry| entry.key.parse::<EntryId>().is_ok());
    let all = here.filter_map(|entry| {
        let order = match &entry.id {
            ObjId::Id(counter, ..) => *counter,
            ObjId::Root => 0,
        };
        Some((order, of(doc, map, &entry.key)?, entry.key))
    });
    all.map(|(order, arrived, item)| (item, (order, arrived))).collect()
}

/// The code words that came by a link, first chosen first: what the relay is to know of each, and the key for what its guest reads.
pub fn code_words(doc: &Automerge, link: &EntryId) -> Vec<(String, Secret)> {
    let Ok(map) = standing_map(doc, "arrived") else { return Vec::new() };
    let mut all: Vec<(u64, String, (String, Secret))> = all(doc, &map)
        .into_iter()
        .filter(|(_, (_, arrived))| arrived.link == *link)
        .filter_map(|(item, (order, arrived))| Some((order, item, arrived.code?)))
        .collect();
    all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut words: Vec<(String, Secret)> = Vec::new();
    for (_, _, code) in all {
        if words.iter().all(|known| known.0 != code.0) {
            words.push(code);
        }
    }
    words
}
