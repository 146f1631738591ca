//! Writing into the document: what every command shares.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue};

use crate::command::{Context, Refusal};
use crate::ids::{EntryId, PersonId};
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT};
use crate::people::People;
use crate::read::{self, objects, scalars};
use crate::schema::standing;
use crate::{dates, prose};

/// How long a typing session's mark holds before the next splice sets a new one, in seconds. A mark costs some fifteen bytes.
const MARK_HOLDS: i64 = 5;
/// By how much two people's clocks may differ, in seconds.
const CLOCKS_DIFFER: i64 = 60;

/// What a command wrote: the id that it made or changed, and the words' code for history.
pub(crate) type Written = (Option<EntryId>, String);

/// Sets a mark of editing. Its value is unlike all that stand there: setting an equal one would only delete the others, and an
/// edit made apart from that deletion would go unseen.
pub(crate) fn mark(tx: &mut Transaction<'_>, map: &ObjId, key: &str, now: i64) -> Result<(), Refusal> {
    let standing: Vec<i64> = scalars(tx, map, key).iter().filter_map(|held| read::integer(&held.value)).collect();
    let mut value = now;
    while standing.contains(&value) {
        value = value.wrapping_add(1);
    }
    tx.put(map, key, value)?;
    Ok(())
}

/// Sets a scalar and settles two versions of it. Where Automerge would only delete the losers (the winner equals the new value) a
/// fresh value is written all the same: else a choice that somebody else makes apart would silently win over this one.
pub(crate) fn settle(tx: &mut Transaction<'_>, map: &ObjId, key: &str, value: ScalarValue) -> Result<(), Refusal> {
    let standing = scalars(tx, map, key);
    if standing.len() > 1 && standing.last().is_some_and(|winner| winner.value == value) {
        let other = if value == ScalarValue::Null { ScalarValue::Boolean(false) } else { ScalarValue::Null };
        tx.put(map, key, other)?;
    }
    tx.put(map, key, value)?;
    Ok(())
}

/// Turns the text at a key into `new` by few splices; whether anything differed.
pub(crate) fn rewrite(tx: &mut Transaction<'_>, map: &ObjId, key: &str, new: &str) -> Result<bool, Refusal> {
    let text = objects(tx, map, key, ObjType::Text).pop().ok_or_else(|| Refusal::Document(key.to_owned()))?;
    let splices = prose::splices(&tx.text(&text)?, new);
    limits::at_once(splices.iter().map(|splice| splice.insert.as_str()))?;
    for splice in &splices {
        tx.splice_text(&text, splice.at, splice.delete.cast_signed(), &splice.insert)?;
    }
    Ok(!splices.is_empty())
}

/// An object under a fresh random id.
pub(crate) fn fresh(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, collection: &str) -> Result<(EntryId, ObjId), Refusal> {
    let map = root_map(tx, collection)?;
    let mut bytes = [0; 16];
    (ctx.random)(&mut bytes);
    let id = EntryId(bytes);
    if tx.get(&map, id.to_string())?.is_some() {
        return Err(Refusal::Document("randomness: an id came up twice".to_owned()));
    }
    Ok((id, tx.put_object(&map, id.to_string(), ObjType::Map)?))
}

/// The object of an id in a collection: of several, the one that the view shows first.
pub(crate) fn object(doc: &impl ReadDoc, collection: &str, id: &EntryId) -> Option<ObjId> {
    let maps = objects(doc, &ROOT, collection, ObjType::Map);
    maps.iter().find_map(|map| objects(doc, map, &id.to_string(), ObjType::Map).pop())
}

pub(crate) fn root_map(tx: &Transaction<'_>, key: &str) -> Result<ObjId, Refusal> {
    standing(tx, &ROOT, key, ObjType::Map).ok_or_else(|| Refusal::Document(key.to_owned()))
}

pub(crate) fn under(tx: &Transaction<'_>, collection: &str, key: &str) -> Result<ObjId, Refusal> {
    let map = root_map(tx, collection)?;
    match standing(tx, &map, key, ObjType::Map) {
        Some(object) => Ok(object),
        None => Err(unknown_place(key, &tx.keys(&map).collect::<Vec<_>>().join(", "))),
    }
}

pub(crate) fn place(tx: &Transaction<'_>, dimension: &str) -> Result<(), Refusal> {
    let mut known = Vec::new();
    for collection in ["dimensions", "sides"] {
        let map = root_map(tx, collection)?;
        if !objects(tx, &map, dimension, ObjType::Map).is_empty() {
            return Ok(());
        }
        known.extend(tx.keys(&map));
    }
    known.sort();
    Err(unknown_place(dimension, &known.join(", ")))
}

pub(crate) fn unknown_place(given: &str, known: &str) -> Refusal {
    Refusal::UnknownDimension { given: given.chars().take(40).collect(), known: known.to_owned() }
}

pub(crate) fn known(is_known: bool, what: &'static str, given: &str, choices: &[&str]) -> Result<(), Refusal> {
    if is_known {
        return Ok(());
    }
    Err(Refusal::UnknownChoice { what, given: given.chars().take(40).collect(), known: choices.join(", ") })
}

/// Enough of an id to find it again in history.
pub(crate) fn short(id: &EntryId) -> String {
    id.to_string().chars().take(6).collect()
}

/// Refuses a splice after which a text of this length would be over its limit.
pub(crate) fn room_for(length: usize, delete: usize, insert: &str) -> Result<(), Refusal> {
    let added = limits::units(insert);
    let after = (length + added).saturating_sub(delete.min(length));
    if after > TEXT_LIMIT && added > delete {
        return Err(Refusal::TooLong { what: "text", length: after, limit: TEXT_LIMIT });
    }
    Ok(())
}

/// A mark that stands alone holds for a few seconds, whoever set it: people who type in one text at the same time, and see each other do
/// so, do not edit apart. Clocks differ, so one that seems to come from the next minute holds too.
pub(crate) fn typing_mark(tx: &mut Transaction<'_>, ctx: &Context<'_>, map: &ObjId, key: &str) -> Result<(), Refusal> {
    if let [only] = scalars(tx, map, key).as_slice() {
        let age = read::integer(&only.value).map_or(i64::MAX, |time| ctx.now.saturating_sub(time));
        if (-CLOCKS_DIFFER..MARK_HOLDS).contains(&age) {
            return Ok(());
        }
    }
    mark(tx, map, key, ctx.now)
}

fn words(
    tx: &mut Transaction<'_>,
    map: &ObjId,
    key: &str,
    given: Option<&str>,
    checked: impl FnOnce(&str) -> Result<String, Refusal>,
) -> Result<(), Refusal> {
    match given {
        None => Ok(()),
        Some("") => settle(tx, map, key, ScalarValue::Null),
        Some(given) => settle(tx, map, key, checked(given)?.as_str().into()),
    }
}

/// Sets one line, if it is given; an empty one takes it away.
pub(crate) fn line(
    tx: &mut Transaction<'_>,
    map: &ObjId,
    key: &str,
    what: &'static str,
    given: Option<&str>,
) -> Result<(), Refusal> {
    words(tx, map, key, given, |words| limits::line(what, words, NAME_LIMIT))
}

/// Sets some sentences that are kept as one value, if they are given; empty ones take it away.
pub(crate) fn sentences(
    tx: &mut Transaction<'_>,
    map: &ObjId,
    key: &str,
    what: &'static str,
    given: Option<&str>,
) -> Result<(), Refusal> {
    words(tx, map, key, given, |words| limits::prose(what, words, limits::WHY_LIMIT))
}

/// Sets a day, if it is given; an empty one takes it away.
pub(crate) fn day(tx: &mut Transaction<'_>, map: &ObjId, key: &str, given: Option<&str>) -> Result<(), Refusal> {
    match given {
        None => Ok(()),
        Some("") => settle(tx, map, key, ScalarValue::Null),
        Some(date) => settle(tx, map, key, real_day(date)?.into()),
    }
}

/// Refuses what is not a day.
pub(crate) fn real_day(date: &str) -> Result<&str, Refusal> {
    if dates::is_day(date) { Ok(date) } else { Err(Refusal::NotADate(date.chars().take(40).collect())) }
}

/// Makes a Text under a fresh object. Every Text of an object is made with it, also an empty one (protocol 6).
pub(crate) fn new_text(tx: &mut Transaction<'_>, map: &ObjId, key: &str, what: &'static str, words: &str) -> Result<(), Refusal> {
    let words = limits::fragment(what, words, TEXT_LIMIT)?;
    limits::at_once(std::iter::once(words.as_str()))?;
    let text = tx.put_object(map, key, ObjType::Text)?;
    tx.splice_text(&text, 0, 0, &words)?;
    Ok(())
}

/// Rewrites a Text, if that is asked for, and marks it as edited under "edited-{key}".
pub(crate) fn text(
    tx: &mut Transaction<'_>,
    map: &ObjId,
    key: &str,
    what: &'static str,
    given: Option<&str>,
    now: i64,
) -> Result<(), Refusal> {
    let Some(words) = given else { return Ok(()) };
    let words = limits::fragment(what, words, TEXT_LIMIT)?;
    if rewrite(tx, map, key, &words)? {
        mark(tx, map, &format!("edited-{key}"), now)?;
    }
    Ok(())
}

/// Adds to a set of references: one key each, so that what two people add apart is all there.
pub(crate) fn refer(tx: &mut Transaction<'_>, map: &ObjId, set: &str, to: &[String]) -> Result<(), Refusal> {
    for one in to {
        let one = limits::line("reference", one, NAME_LIMIT)?;
        settle(tx, map, &format!("{set}.{one}"), true.into())?;
    }
    Ok(())
}

/// Takes out of a set of references.
pub(crate) fn unrefer(tx: &mut Transaction<'_>, map: &ObjId, set: &str, to: &[String]) -> Result<(), Refusal> {
    for one in to {
        let key = format!("{set}.{one}");
        if tx.get(map, key.as_str())?.is_some() {
            settle(tx, map, &key, ScalarValue::Null)?;
        }
    }
    Ok(())
}

/// The sides that are given: each must be one of the framework's.
pub(crate) fn sides(tx: &Transaction<'_>, given: &[String]) -> Result<(), Refusal> {
    for side in given {
        under(tx, "sides", side)?;
    }
    Ok(())
}

/// A standing map below another: "plan", "goals".
pub(crate) fn standing_map(doc: &impl ReadDoc, path: &str) -> Result<ObjId, Refusal> {
    let mut map = ROOT;
    for key in path.split('/') {
        map = standing(doc, &map, key, ObjType::Map).ok_or_else(|| Refusal::Document(path.to_owned()))?;
    }
    Ok(map)
}

/// A fresh object at a path such as "plan/goals", with when it was made.
pub(crate) fn fresh_at(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, path: &str) -> Result<(EntryId, ObjId), Refusal> {
    let map = standing_map(tx, path)?;
    let mut bytes = [0; 16];
    (ctx.random)(&mut bytes);
    let id = EntryId(bytes);
    if tx.get(&map, id.to_string())?.is_some() {
        return Err(Refusal::Document("randomness: an id came up twice".to_owned()));
    }
    let object = tx.put_object(&map, id.to_string(), ObjType::Map)?;
    tx.put(&object, "at", ctx.now)?;
    Ok((id, object))
}

/// An object under an id that follows from what it is, with when it was made; refused if there is one.
pub(crate) fn object_under(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    path: &str,
    id: &EntryId,
    there_already: &'static str,
) -> Result<ObjId, Refusal> {
    let map = standing_map(tx, path)?;
    if tx.get(&map, id.to_string())?.is_some() {
        return Err(Refusal::AlreadySo(there_already));
    }
    let object = tx.put_object(&map, id.to_string(), ObjType::Map)?;
    tx.put(&object, "at", ctx.now)?;
    Ok(object)
}

/// The object of an id at a path, or a refusal that says what there is none of.
pub(crate) fn object_at(doc: &impl ReadDoc, path: &str, what: &'static str, id: &EntryId) -> Result<ObjId, Refusal> {
    find_at(doc, path, id).ok_or_else(|| Refusal::Unknown { what, id: id.to_string() })
}

/// The same, or nothing.
pub(crate) fn find_at(doc: &impl ReadDoc, path: &str, id: &EntryId) -> Option<ObjId> {
    let map = standing_map(doc, path).ok()?;
    objects(doc, &map, &id.to_string(), ObjType::Map).pop()
}

/// Something that a goal, an action or a voice points to: a dimension, a side, or the id of something written here.
pub(crate) fn refuse_unknown_finding(tx: &Transaction<'_>, given: &[String]) -> Result<(), Refusal> {
    for one in given {
        match one.parse::<EntryId>() {
            Ok(id) => {
                let paths = ["entries", "voices", "plan/goals", "plan/responses"];
                if !paths.iter().any(|path| find_at(tx, path, &id).is_some()) {
                    return Err(Refusal::Unknown { what: "entry", id: id.to_string() });
                }
            }
            Err(_) => place(tx, one)?,
        }
    }
    Ok(())
}

/// Refuses what is somebody else's words.
pub(crate) fn refuse_not_mine(ctx: &Context<'_>, people: &People, object: &ObjId) -> Result<(), Refusal> {
    let author = read::author(object);
    let me = Some(PersonId(ctx.person));
    let mine = author.is_some_and(|device| device.0 == ctx.device || people.person(&device) == me);
    if mine { Ok(()) } else { Err(Refusal::NotYours { author: people.who(author).name }) }
}
