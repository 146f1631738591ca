//! A young person's own map (R32; practice 3.1): who and what matters to one young person, for one of two purposes, with an owner, a
//! day to look at it again and at least one action. It lives in their strand record. No command of the working document takes it,
//! or any part of it: what stands here can only be said again there, by those who describe it.
//!
//! ```text
//! maps/{random id}/         purpose, owner, review, names-reference, names-signed-off, closed, closed-why, at
//! map-actions/{random id}/  map, what, at
//! map-things/{random id}/   map, what, name, ended, at
//! map-ties/{random id}/     map, from, to, tie-kind, strength, direction, said-by, date, ended, at
//! ```
//!
//! Friends stand on it by initials. An agency may have decided otherwise (R34): then a map can say so, with the reference of the
//! impact assessment and who signed it off, and names may be put on that map from then on. The shared picture never takes a name.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT, WHY_LIMIT};
use crate::vocabulary::{Direction, MapPurpose, Strength, TieKind};
use crate::write::{Written, find_at, fresh_at, known, object_at, real_day, settle};
use crate::{dates, digest, read};

mod look;

pub(super) use look::own_maps;
pub use look::{MapNames, MapThing, MapTie, OwnMapView};

/// Standing maps of own maps.
pub(crate) const MAPS: [&str; 4] = ["maps", "map-actions", "map-things", "map-ties"];

/// What can be put on an own map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum OnMap {
    /// A friend, by initials or a symbol that the young person chose.
    Friend,
    /// An adult, by role.
    Adult,
    /// A place.
    Place,
}

impl OnMap {
    fn as_str(self) -> &'static str {
        match self {
            Self::Friend => "friend",
            Self::Adult => "adult",
            Self::Place => "place",
        }
    }
}

/// Begins an own map. Without a purpose, an owner, a day to look again and an action there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct BeginMap {
    /// One of two.
    pub purpose: MapPurpose,
    /// Who keeps it.
    pub owner: String,
    /// When to look at it again.
    pub review: String,
    /// What is done with it first.
    pub action: String,
}

/// Changes who keeps a map, or when to look at it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateMap {
    /// Which.
    pub id: EntryId,
    /// Who keeps it.
    #[serde(default)]
    pub owner: Option<String>,
    /// When to look at it again.
    #[serde(default)]
    pub review: Option<String>,
}

/// Adds an action to a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct AddMapAction {
    /// Which map.
    pub map: EntryId,
    /// What is done.
    pub action: String,
}

/// Puts a friend, an adult or a place on a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PutOnMap {
    /// Which map.
    pub map: EntryId,
    /// What it is.
    pub what: OnMap,
    /// Initials of a friend ("K", "K.A."), the role of an adult, a short name of a place.
    pub name: String,
}

/// Draws a tie on a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TieOnMap {
    /// Which map.
    pub map: EntryId,
    /// From what on it; `None`: from the young person.
    #[serde(default)]
    pub from: Option<EntryId>,
    /// To what on it.
    pub to: EntryId,
    /// What kind.
    pub kind: TieKind,
    /// How strong, if somebody said so.
    #[serde(default)]
    pub strength: Option<Strength>,
    /// Which way, if somebody said so.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// Who said so.
    pub said_by: String,
    /// When; today if not given.
    #[serde(default)]
    pub date: Option<String>,
}

/// Something on a map is no longer so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct EndOnMap {
    /// Which thing or tie.
    pub id: EntryId,
    /// Since when; today if not given.
    #[serde(default)]
    pub date: Option<String>,
}

/// What an agency decided about names on a young person's own map (R34). It is off unless somebody sets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NamesOnMaps {
    /// The reference of the data protection impact assessment that covers it.
    pub reference: String,
    /// Who signed it off.
    pub signed_off_by: String,
}

impl NamesOnMaps {
    /// What the agency decided, or why no name may stand on a map.
    pub fn decided(agency: Option<Self>) -> Result<Self, Refusal> {
        agency.ok_or(Refusal::Rule(
            "names stand on a young person's own map only where their agency has decided so. It is off: Settings says how to set it",
        ))
    }

    /// The same with blanks trimmed, if both are said.
    pub fn checked(&self) -> Result<Self, Refusal> {
        Ok(Self {
            reference: limits::line("reference of the impact assessment (DPIA)", &self.reference, NAME_LIMIT)?,
            signed_off_by: limits::line("name of who signed it off", &self.signed_off_by, NAME_LIMIT)?,
        })
    }
}

/// Allows names on one map from now on, by the agency's decision; without one, friends are put on it by initials again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct SetNamesOnMap {
    /// Which map.
    pub id: EntryId,
    /// What the agency decided; nothing: no names.
    #[serde(default)]
    pub policy: Option<NamesOnMaps>,
}

impl SetNamesOnMap {
    /// Refuses names that the agency whose computer this is has not decided on (R34).
    pub fn refuse_without(&self, agency: Option<&NamesOnMaps>) -> Result<(), Refusal> {
        let Some(given) = &self.policy else { return Ok(()) };
        if *given == NamesOnMaps::decided(agency.cloned())? {
            return Ok(());
        }
        Err(Refusal::Rule("that is not what your agency decided about names on maps: Settings has it"))
    }
}

/// Ends a map: it has done its work. It stays in the record, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct CloseMap {
    /// Which.
    pub id: EntryId,
    /// Why.
    pub why: String,
}

/// Goes on with a map that was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct ReopenMap {
    /// Which.
    pub id: EntryId,
    /// When to look at it again.
    pub review: String,
}

/// Takes away a whole map, or something on one that should not be there. It is shown nowhere any more, but for the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakeOffMap {
    /// Which map, friend, adult, place or tie.
    pub id: EntryId,
    /// Why.
    pub why: String,
}

/// Puts it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PutBackOnMap {
    /// Which.
    pub id: EntryId,
}

pub(super) fn begin(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &BeginMap) -> Result<Written, Refusal> {
    known(given.purpose.is_known(), "purpose of a young person's own map", given.purpose.as_str(), MapPurpose::CHOICES)?;
    let owner = limits::line("name of who keeps the map", &given.owner, NAME_LIMIT)?;
    let action = limits::line("action: what is done with the map", &given.action, NAME_LIMIT)?;
    let review = real_day(&given.review)?;
    let (id, object) = fresh_at(tx, ctx, "maps")?;
    tx.put(&object, "purpose", given.purpose.as_str())?;
    tx.put(&object, "owner", owner)?;
    tx.put(&object, "review", review)?;
    put_action(tx, ctx, &id, &action)?;
    Ok((Some(id), "map".to_owned()))
}

fn put_action(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, map: &EntryId, action: &str) -> Result<(), Refusal> {
    let (_, object) = fresh_at(tx, ctx, "map-actions")?;
    tx.put(&object, "map", ScalarValue::Bytes(map.0.to_vec()))?;
    tx.put(&object, "what", action)?;
    Ok(())
}

/// A map that can be changed.
fn open_map(tx: &Transaction<'_>, id: &EntryId) -> Result<ObjId, Refusal> {
    let object = object_at(tx, "maps", "map", id)?;
    let says = |key: &str| read::scalars(tx, &object, key).pop().is_some_and(|held| held.value != ScalarValue::Null);
    if says("retired") {
        return Err(Refusal::Rule("this map was taken away: put it back first"));
    }
    if says("closed") {
        return Err(Refusal::Rule("this map is closed: open it again first, with a day to look at it again"));
    }
    Ok(object)
}

pub(super) fn update(tx: &mut Transaction<'_>, given: &UpdateMap) -> Result<Written, Refusal> {
    let object = open_map(tx, &given.id)?;
    // A map without an owner or a day is none: neither can be taken away.
    if let Some(owner) = &given.owner {
        settle(tx, &object, "owner", limits::line("name of who keeps the map", owner, NAME_LIMIT)?.as_str().into())?;
    }
    if let Some(review) = &given.review {
        settle(tx, &object, "review", real_day(review)?.into())?;
    }
    Ok((Some(given.id), "map".to_owned()))
}

pub(super) fn add_action(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &AddMapAction) -> Result<Written, Refusal> {
    open_map(tx, &given.map)?;
    let action = limits::line("action", &given.action, NAME_LIMIT)?;
    put_action(tx, ctx, &given.map, &action)?;
    Ok((Some(given.map), "map".to_owned()))
}

/// Initials: up to three letters, with or without points; or one symbol that the young person chose.
fn is_initials(name: &str) -> bool {
    let letters: Vec<char> = name.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
    let all_capital = letters.iter().all(|c| c.is_uppercase() || !c.is_alphabetic());
    (1..=3).contains(&letters.len()) && (all_capital || letters.len() == 1)
}

pub(super) fn put_on(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &PutOnMap) -> Result<Written, Refusal> {
    let map = open_map(tx, &given.map)?;
    let name = limits::line("name on the map", &given.name, 60)?;
    let names = read::text_scalar(tx, &map, "names-reference").is_some();
    if given.what == OnMap::Friend && !names && !is_initials(&name) {
        return Err(Refusal::Rule("a friend stands on the map by initials, such as K or K.A., or by one symbol: never by name"));
    }
    let (id, object) = fresh_at(tx, ctx, "map-things")?;
    tx.put(&object, "map", ScalarValue::Bytes(given.map.0.to_vec()))?;
    tx.put(&object, "what", given.what.as_str())?;
    tx.put(&object, "name", name)?;
    Ok((Some(id), "map".to_owned()))
}

pub(super) fn tie(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &TieOnMap) -> Result<Written, Refusal> {
    open_map(tx, &given.map)?;
    known(given.kind.is_known(), "kind of tie", given.kind.as_str(), TieKind::CHOICES)?;
    for end in given.from.iter().chain([&given.to]) {
        let thing = object_at(tx, "map-things", "friend, adult or place on this map", end)?;
        if read::bytes16(tx, &thing, "map") != Some(given.map.0) {
            return Err(Refusal::Unknown { what: "friend, adult or place on this map", id: end.to_string() });
        }
    }
    if let Some(strength) = &given.strength {
        known(strength.is_known(), "strength", strength.as_str(), Strength::CHOICES)?;
    }
    if let Some(direction) = &given.direction {
        known(direction.is_known(), "direction", direction.as_str(), Direction::CHOICES)?;
    }
    let said_by = limits::line("\"who said so\"", &given.said_by, NAME_LIMIT)?;
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));
    real_day(&date)?;
    let (id, object) = fresh_at(tx, ctx, "map-ties")?;
    tx.put(&object, "map", ScalarValue::Bytes(given.map.0.to_vec()))?;
    let words = [
        ("from", given.from.as_ref().map(ToString::to_string)),
        ("to", Some(given.to.to_string())),
        ("tie-kind", Some(given.kind.as_str().to_owned())),
        ("strength", given.strength.as_ref().map(|strength| strength.as_str().to_owned())),
        ("direction", given.direction.as_ref().map(|direction| direction.as_str().to_owned())),
        ("said-by", Some(said_by)),
        ("date", Some(date)),
    ];
    for (key, word) in words {
        if let Some(word) = word {
            tx.put(&object, key, word)?;
        }
    }
    Ok((Some(id), "map".to_owned()))
}

pub(super) fn end(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &EndOnMap) -> Result<Written, Refusal> {
    let found = ["map-things", "map-ties"].iter().find_map(|path| find_at(tx, path, &given.id));
    let object = found.ok_or_else(|| Refusal::Unknown { what: "friend, adult, place or tie", id: given.id.to_string() })?;
    refuse_closed(tx, &object)?;
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));
    settle(tx, &object, "ended", real_day(&date)?.into())?;
    Ok((Some(given.id), "map".to_owned()))
}

/// Refuses to change something on a map that is closed or taken away.
fn refuse_closed(tx: &Transaction<'_>, object: &ObjId) -> Result<(), Refusal> {
    match read::bytes16(tx, object, "map") {
        Some(map) => open_map(tx, &EntryId(map)).map(|_| ()),
        None => Ok(()),
    }
}

pub(super) fn set_names(tx: &mut Transaction<'_>, given: &SetNamesOnMap) -> Result<Written, Refusal> {
    let object = open_map(tx, &given.id)?;
    let policy = given.policy.as_ref().map(NamesOnMaps::checked).transpose()?;
    let code = if policy.is_some() { "map-names" } else { "map-no-names" };
    let word = |word: Option<String>| word.map_or(ScalarValue::Null, |word| word.as_str().into());
    settle(tx, &object, "names-reference", word(policy.as_ref().map(|policy| policy.reference.clone())))?;
    settle(tx, &object, "names-signed-off", word(policy.map(|policy| policy.signed_off_by)))?;
    Ok((Some(given.id), code.to_owned()))
}

pub(super) fn close(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &CloseMap) -> Result<Written, Refusal> {
    let object = open_map(tx, &given.id)?;
    let why = limits::prose("reason", &given.why, WHY_LIMIT)?;
    settle(tx, &object, "closed", dates::day(ctx.now).as_str().into())?;
    settle(tx, &object, "closed-why", why.as_str().into())?;
    Ok((Some(given.id), "map-close".to_owned()))
}

pub(super) fn reopen(tx: &mut Transaction<'_>, given: &ReopenMap) -> Result<Written, Refusal> {
    let object = object_at(tx, "maps", "map", &given.id)?;
    let review = real_day(&given.review)?;
    if read::text_scalar(tx, &object, "closed").is_none() {
        return Err(Refusal::AlreadySo("this map is open"));
    }
    settle(tx, &object, "closed", ScalarValue::Null)?;
    settle(tx, &object, "closed-why", ScalarValue::Null)?;
    settle(tx, &object, "review", review.into())?;
    Ok((Some(given.id), "map-reopen".to_owned()))
}

/// A whole map, or something on one.
fn thing(tx: &Transaction<'_>, id: &EntryId) -> Result<ObjId, Refusal> {
    let found = ["maps", "map-things", "map-ties"].iter().find_map(|path| find_at(tx, path, id));
    found.ok_or_else(|| Refusal::Unknown { what: "map, friend, adult, place or tie", id: id.to_string() })
}

pub(super) fn take_off(tx: &mut Transaction<'_>, given: &TakeOffMap) -> Result<Written, Refusal> {
    let why = limits::prose("reason", &given.why, WHY_LIMIT)?;
    let object = thing(tx, &given.id)?;
    refuse_closed(tx, &object)?;
    let saw = digest::of_entry(tx, &object);
    settle(tx, &object, "retired", why.as_str().into())?;
    settle(tx, &object, "retired-saw", saw)?;
    Ok((Some(given.id), "map-back".to_owned()))
}

pub(super) fn put_back(tx: &mut Transaction<'_>, given: &PutBackOnMap) -> Result<Written, Refusal> {
    let object = thing(tx, &given.id)?;
    refuse_closed(tx, &object)?;
    if read::scalars(tx, &object, "retired").iter().all(|held| held.value == ScalarValue::Null) {
        return Err(Refusal::AlreadySo("this was not taken away"));
    }
    settle(tx, &object, "retired", ScalarValue::Null)?;
    Ok((Some(given.id), "map-restore".to_owned()))
}

/// Makes the standing maps, in the genesis change.
pub(super) fn genesis(tx: &mut Transaction<'_>) -> Result<(), automerge::AutomergeError> {
    for key in MAPS {
        tx.put_object(automerge::ROOT, key, ObjType::Map)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_friend_is_known_by_initials_or_one_symbol_alone() {
        for good in ["K", "K.A.", "KA", "k", "\u{2605}", "Ś", "A B"] {
            assert!(is_initials(good), "{good}");
        }
        for name in ["Keziah", "Ka", "kez", "KEZI", "", ".", "K A R D"] {
            assert!(!is_initials(name), "{name}");
        }
    }
}
