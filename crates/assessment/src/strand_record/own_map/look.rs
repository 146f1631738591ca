//! A young person's own map as its readers see it.

use serde::{Deserialize, Serialize};

use super::MAPS;
use crate::entry::Reader;
use crate::picture::TakenBack;
use crate::record::{Kept, Record};
use crate::view::{Mark, NewerField};
use crate::vocabulary::{Direction, MapPurpose, Strength, TieKind};

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
    /// From whom, in words: "the young person".
    pub from_words: String,
    /// To whom or what, in words.
    pub to_words: String,
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
    /// Friends stand on it by name, by a decision of the agency; `None`: by initials.
    pub names: Option<MapNames>,
    /// When it was closed, if so.
    pub closed: Option<String>,
    /// Why.
    pub closed_why: Option<String>,
    /// What was taken off it.
    pub taken_back: Vec<TakenBack>,
}

/// Names stand on a map (R34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct MapNames {
    /// The reference of the impact assessment.
    pub reference: String,
    /// Who signed it off.
    pub signed_off_by: String,
    /// What stands above the map as long as it is so.
    pub banner: String,
}

impl MapTie {
    /// "friendship, strong, both ways".
    pub fn words(&self) -> String {
        let strength = self.strength.as_ref().map_or("strength not known", Strength::words);
        let way = self.direction.as_ref().map(Direction::words);
        [Some(self.tie_kind.words()), Some(strength), way].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// "The young person and K", or "… to K" where somebody said which way.
    pub fn ends_words(&self) -> String {
        let between = if self.direction == Some(Direction::OneWay) { "to" } else { "and" };
        format!("{} {between} {}", self.from_words, self.to_words)
    }
}

impl OwnMapView {
    /// Whether it is to be looked at again on a day ("YYYY-MM-DD").
    pub fn is_due(&self, today: &str) -> bool {
        self.closed.is_none() && !self.review.is_empty() && self.review.as_str() <= today
    }
}

/// What the young person is called on their own map.
const ME: &str = "the young person";

fn names(record: &Record<'_>) -> Option<MapNames> {
    let (reference, signed_off_by) = (record.word("names-reference")?, record.word("names-signed-off").unwrap_or_default());
    let banner = format!(
        "Names may stand on this map: the agency has decided so (reference {reference}, signed off by {signed_off_by}). They stay on it."
    );
    Some(MapNames { reference, signed_off_by, banner })
}

fn label(key: &str) -> Option<&'static str> {
    match key {
        "purpose" => Some("what a map is for"),
        "owner" => Some("who keeps a map"),
        "review" => Some("when to look at a map again"),
        "names-reference" | "names-signed-off" => Some("whether names stand on a map"),
        "closed" | "closed-why" => Some("whether a map is closed"),
        "map" | "what" | "name" | "from" | "to" | "tie-kind" | "strength" | "direction" | "said-by" | "date" | "ended" => {
            Some("a young person's own map")
        }
        _ => None,
    }
}

/// Every own map of a strand record, oldest first, and those that were taken away.
pub(crate) fn own_maps(
    reader: &Reader<'_>,
    marks: &mut Vec<Mark>,
    newer: &mut Vec<NewerField>,
) -> (Vec<OwnMapView>, Vec<TakenBack>) {
    let (mut maps, mut gone): (Vec<OwnMapView>, Vec<TakenBack>) = Default::default();
    for record in Record::all(reader, "maps") {
        let kept = record.kept(label);
        let purpose: MapPurpose = record.choice("purpose").unwrap_or_default();
        if let Some(taken) = taken_back(&kept, || format!("a map made {}", purpose.words())) {
            gone.push(taken);
            continue;
        }
        kept.collect(marks, newer, "a young person's own map");
        maps.push(OwnMapView {
            kept,
            purpose,
            owner: record.word("owner").unwrap_or_default(),
            review: record.word("review").unwrap_or_default(),
            actions: Vec::new(),
            things: Vec::new(),
            ties: Vec::new(),
            names: names(&record),
            closed: record.word("closed"),
            closed_why: record.word("closed-why"),
            taken_back: Vec::new(),
        });
    }
    for path in MAPS.iter().skip(1) {
        for record in Record::all(reader, path) {
            let of = record.word("map");
            // What stood on a map that was taken away is shown nowhere either.
            let Some(map) = maps.iter_mut().find(|map| Some(&map.kept.id) == of.as_ref()) else { continue };
            put(map, path, &record, marks, newer);
        }
    }
    (maps, gone)
}

fn taken_back(kept: &Kept, what: impl FnOnce() -> String) -> Option<TakenBack> {
    let retired = kept.retired.as_ref().filter(|_| kept.is_gone())?;
    Some(TakenBack { id: kept.id.clone(), what: what(), why: retired.why.clone() })
}

fn put(map: &mut OwnMapView, path: &str, record: &Record<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) {
    let kept = record.kept(label);
    let word = |key: &str| record.word(key).unwrap_or_default();
    let called = |id: Option<&String>| match id {
        None => ME.to_owned(),
        Some(id) => {
            let thing = map.things.iter().find(|thing| thing.kept.id == *id);
            thing.map_or_else(|| "something that was taken off".to_owned(), |thing| thing.name.clone())
        }
    };
    let (from, to) = (record.word("from"), word("to"));
    let (from_words, to_words) = (called(from.as_ref()), called(Some(&to)));
    let what = || match path {
        "map-ties" => format!("a tie: {from_words} and {to_words}"),
        _ => word("name"),
    };
    if let Some(taken) = taken_back(&kept, what) {
        map.taken_back.push(taken);
        return;
    }
    kept.collect(marks, newer, "a young person's own map");
    match path {
        "map-actions" => map.actions.push(word("what")),
        "map-things" => map.things.push(MapThing { kept, what: word("what"), name: word("name"), ended: record.word("ended") }),
        _ => map.ties.push(MapTie {
            kept,
            from,
            to,
            tie_kind: record.choice("tie-kind").unwrap_or_default(),
            strength: record.choice("strength"),
            direction: record.choice("direction"),
            from_words,
            to_words,
            said_by: word("said-by"),
            date: word("date"),
            ended: record.word("ended"),
        }),
    }
}
