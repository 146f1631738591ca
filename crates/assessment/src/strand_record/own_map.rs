//! A young person's own map (R32; practice 3.1): who and what matters to one young person, for one of two purposes, with an owner, a
//! day to look at it again and at least one action. It lives in their strand record. No command of the working document takes it,
//! or any part of it: what stands here can only be said again there, by those who describe it.
//!
//! ```text
//! maps/{random id}/         purpose, owner, review, at
//! map-actions/{random id}/  map, what, at
//! map-things/{random id}/   map, what, name, ended, at
//! map-ties/{random id}/     map, from, to, tie-kind, strength, direction, said-by, date, ended, at
//! ```

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjType, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::dates;
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT};
use crate::record::{Kept, Record};
use crate::view::{Mark, NewerField};
use crate::vocabulary::{Direction, MapPurpose, Strength, TieKind};
use crate::write::{Written, find_at, fresh_at, known, object_at, real_day, settle};

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

/// Something on an own map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct MapThing {
    /// Who put it there, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// "friend", "adult" or "place".
    pub what: String,
    /// Initials, role or short name.
    pub name: String,
    /// Since when it is no longer so.
    pub ended: Option<String>,
}

/// A tie on an own map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct MapTie {
    /// Who wrote it down, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// From what on the map, by id; `None`: from the young person.
    pub from: Option<String>,
    /// To what, by id.
    pub to: String,
    /// What kind.
    pub tie_kind: TieKind,
    /// How strong; `None`: not known.
    pub strength: Option<Strength>,
    /// Which way; `None`: nobody said so.
    pub direction: Option<Direction>,
    /// Who said so.
    pub said_by: String,
    /// When.
    pub date: String,
    /// Since when it is no longer so.
    pub ended: Option<String>,
}

/// A young person's own map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct OwnMapView {
    /// Who began it, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// One of two.
    pub purpose: MapPurpose,
    /// Who keeps it.
    pub owner: String,
    /// When to look at it again.
    pub review: String,
    /// What is done with it.
    pub actions: Vec<String>,
    /// Who and what is on it.
    pub things: Vec<MapThing>,
    /// Ties.
    pub ties: Vec<MapTie>,
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

pub(super) fn update(tx: &mut Transaction<'_>, given: &UpdateMap) -> Result<Written, Refusal> {
    let object = object_at(tx, "maps", "map", &given.id)?;
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
    object_at(tx, "maps", "map", &given.map)?;
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
    object_at(tx, "maps", "map", &given.map)?;
    let name = limits::line("name on the map", &given.name, 60)?;
    if given.what == OnMap::Friend && !is_initials(&name) {
        return Err(Refusal::Rule("a friend stands on the map by initials, such as K or K.A., or by one symbol: never by name"));
    }
    let (id, object) = fresh_at(tx, ctx, "map-things")?;
    tx.put(&object, "map", ScalarValue::Bytes(given.map.0.to_vec()))?;
    tx.put(&object, "what", given.what.as_str())?;
    tx.put(&object, "name", name)?;
    Ok((Some(id), "map".to_owned()))
}

pub(super) fn tie(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &TieOnMap) -> Result<Written, Refusal> {
    object_at(tx, "maps", "map", &given.map)?;
    known(given.kind.is_known(), "kind of tie", given.kind.as_str(), TieKind::CHOICES)?;
    for end in given.from.iter().chain([&given.to]) {
        let thing = object_at(tx, "map-things", "friend, adult or place on this map", end)?;
        if crate::read::bytes16(tx, &thing, "map") != Some(given.map.0) {
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
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));
    settle(tx, &object, "ended", real_day(&date)?.into())?;
    Ok((Some(given.id), "map".to_owned()))
}

fn label(key: &str) -> Option<&'static str> {
    match key {
        "purpose" => Some("what a map is for"),
        "owner" => Some("who keeps a map"),
        "review" => Some("when to look at a map again"),
        "map" | "what" | "name" | "from" | "to" | "tie-kind" | "strength" | "direction" | "said-by" | "date" | "ended" => {
            Some("a young person's own map")
        }
        _ => None,
    }
}

/// Every own map of a strand record, oldest first.
pub(super) fn own_maps(reader: &Reader<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<OwnMapView> {
    let mut kept = |record: &Record<'_>| {
        let kept = record.kept(label);
        kept.collect(marks, newer, "a young person's own map");
        kept
    };
    let mut maps: Vec<OwnMapView> = Vec::new();
    for record in Record::all(reader, "maps") {
        maps.push(OwnMapView {
            kept: kept(&record),
            purpose: record.choice("purpose").unwrap_or_default(),
            owner: record.word("owner").unwrap_or_default(),
            review: record.word("review").unwrap_or_default(),
            actions: Vec::new(),
            things: Vec::new(),
            ties: Vec::new(),
        });
    }
    for path in MAPS.iter().skip(1) {
        for record in Record::all(reader, path) {
            let kept = kept(&record);
            let of = record.word("map");
            let Some(map) = maps.iter_mut().find(|map| Some(&map.kept.id) == of.as_ref()) else { continue };
            let word = |key: &str| record.word(key).unwrap_or_default();
            match *path {
                "map-actions" => map.actions.push(word("what")),
                "map-things" => {
                    map.things.push(MapThing { kept, what: word("what"), name: word("name"), ended: record.word("ended") });
                }
                _ => map.ties.push(MapTie {
                    kept,
                    from: record.word("from"),
                    to: word("to"),
                    tie_kind: record.choice("tie-kind").unwrap_or_default(),
                    strength: record.choice("strength"),
                    direction: record.choice("direction"),
                    said_by: word("said-by"),
                    date: word("date"),
                    ended: record.word("ended"),
                }),
            }
        }
    }
    maps
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
