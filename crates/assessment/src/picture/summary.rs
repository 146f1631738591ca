//! The picture in sentences, by rule: how many, which parts, which ties go both ways, who has an adult to go to, what changed. People
//! write their own words beside them. Nobody leads, follows or stands in a middle here: no sentence compares young people.

use serde::{Deserialize, Serialize};

use super::look::{EndView, PictureView, PlaceView, SaidOfPlace, TieView, listed};
use super::{FRIEND, GROUP};
use crate::dates::long_day;
use crate::vocabulary::{Direction, PlaceIs, Strength};

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PictureChange {
    /// What it is about.
    pub id: String,
    /// "place", "adult", "part", "tie" or "conduct".
    pub what: String,
    /// "added", "ended" or "changed".
    pub change: String,
    /// In a sentence: "New: the hall by the station."
    pub words: String,
}

/// What changed between two moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PictureThenAndNow {
    /// The earlier day.
    pub then: String,
    /// The later day.
    pub now: String,
    /// What changed: places, adults, parts, ties, conduct.
    pub changes: Vec<PictureChange>,
}

/// Since when and until when a thing is so.
pub(super) trait Lasts {
    fn since(&self) -> &str;
    fn until(&self) -> Option<&str>;

    /// Whether it is so on a day.
    fn is_so_on(&self, day: &str) -> bool {
        self.since() <= day && self.until().is_none_or(|ended| ended > day)
    }
}

macro_rules! lasts {
    ($($view:ty),+) => {
        $(impl Lasts for $view {
            fn since(&self) -> &str {
                &self.since
            }
            fn until(&self) -> Option<&str> {
                self.ended.as_deref()
            }
        })+
    };
}

lasts!(PlaceView, TieView, super::look::AdultView, super::look::PartView, super::look::ConductView);

/// A day after every real one: what is so now.
pub(super) const NOW: &str = "9999-12-31";

/// Every day on which something in the picture changed, oldest first.
pub(super) fn moments(view: &PictureView) -> Vec<String> {
    let mut days: Vec<String> = Vec::new();
    let mut add = |thing: &dyn Lasts| {
        days.push(thing.since().to_owned());
        days.extend(thing.until().map(str::to_owned));
    };
    view.places.iter().for_each(|place| add(place));
    view.places.iter().flat_map(|place| &place.conduct).for_each(|conduct| add(conduct));
    view.adults.iter().for_each(|adult| add(adult));
    view.parts.iter().for_each(|part| add(part));
    view.ties.iter().for_each(|tie| add(tie));
    days.extend(view.places.iter().flat_map(|place| place.before.iter().chain(&place.now)).map(|said| said.date.clone()));
    days.retain(|day| !day.is_empty());
    days.sort();
    days.dedup();
    days
}

/// How a place was said to be, up to a day: all that was said on the last day on which anybody said so. Who said something else
/// later on that day has said that.
pub(super) fn said_by_then<'p>(place: &'p PlaceView, day: &str) -> Vec<&'p SaidOfPlace> {
    let all: Vec<&SaidOfPlace> = place.before.iter().chain(&place.now).filter(|said| said.date.as_str() <= day).collect();
    let last = all.iter().map(|said| said.date.as_str()).max().unwrap_or_default();
    let on_last: Vec<&SaidOfPlace> = all.into_iter().filter(|said| said.date == last).collect();
    let again = |index: usize, one: &SaidOfPlace| on_last.iter().skip(index + 1).any(|later| later.said_by == one.said_by);
    on_last.iter().enumerate().filter(|(index, one)| !again(*index, one)).map(|(_, one)| *one).collect()
}

/// "OK, Thursdays"; both, where they differ.
pub(super) fn how_words(said: &[&SaidOfPlace]) -> String {
    let mut words: Vec<String> = said
        .iter()
        .map(|said| match &said.times {
            Some(times) => format!("{}, {times}", said.how.words()),
            None => said.how.words().to_owned(),
        })
        .collect();
    words.dedup();
    if words.is_empty() { PlaceIs::NotKnown.words().to_owned() } else { words.join("; also said: ") }
}

/// "friendship, strong, both ways".
pub(super) fn tie_words(tie: &TieView) -> String {
    let strength = tie.strength.as_ref().map_or("strength not known", Strength::words);
    let mut parts = vec![tie.tie_kind.words().to_owned(), strength.to_owned()];
    parts.extend(tie.direction.as_ref().map(|way| way.words().to_owned()));
    parts.extend(tie.note.clone());
    parts.join(", ")
}

/// "A and B", or "A to B" where somebody said which way.
pub(super) fn ends_words(tie: &TieView) -> String {
    let between = if tie.direction == Some(Direction::OneWay) { "to" } else { "and" };
    format!("{} {between} {}", tie.from.words, tie.to.words)
}

/// What is so on one day and not on the other.
pub fn picture_then_and_now(view: &PictureView, then: &str, now: &str) -> PictureThenAndNow {
    let (then, now) = if then <= now { (then, now) } else { (now, then) };
    let mut changes = Vec::new();
    let mut compare = |what: &str, id: &str, words: String, thing: &dyn Lasts| {
        let (change, start) = match (thing.is_so_on(then), thing.is_so_on(now)) {
            (false, true) => ("added", "New"),
            (true, false) => ("ended", "No longer"),
            _ => return,
        };
        let words = format!("{start}: {words}.");
        changes.push(PictureChange { id: id.to_owned(), what: what.to_owned(), change: change.to_owned(), words });
    };
    for place in &view.places {
        compare("place", &place.kept.id, place.name.clone(), place);
    }
    for adult in &view.adults {
        compare("adult", &adult.kept.id, adult.role.clone(), adult);
    }
    for part in &view.parts {
        compare("part", &part.kept.id, part.name.clone(), part);
    }
    for tie in &view.ties {
        compare("tie", &tie.kept.id, format!("{} ({})", ends_words(tie), tie_words(tie)), tie);
    }
    for place in &view.places {
        for conduct in &place.conduct {
            compare("conduct", &conduct.kept.id, format!("{}, {}: {}", place.name, conduct.who, conduct.what), conduct);
        }
    }
    let both = view.places.iter().filter(|place| place.is_so_on(then) && place.is_so_on(now));
    for place in both {
        let (before, after) = (how_words(&said_by_then(place, then)), how_words(&said_by_then(place, now)));
        if before != after {
            let words = format!("{}: then {before}; now {after}.", place.name);
            changes.push(PictureChange {
                id: place.kept.id.clone(),
                what: "place".to_owned(),
                change: "changed".to_owned(),
                words,
            });
        }
    }
    PictureThenAndNow { then: then.to_owned(), now: now.to_owned(), changes }
}

/// The picture as it stands now, in sentences.
pub(super) fn written_summary(view: &PictureView) -> Vec<String> {
    let mut sentences = Vec::new();
    if view.is_empty() {
        return sentences;
    }
    who(view, &mut sentences);
    ties(view, &mut sentences);
    trusted(view, &mut sentences);
    places(view, &mut sentences);
    let days = moments(view);
    if let [.., before, last] = days.as_slice() {
        let changes = picture_then_and_now(view, before, NOW).changes;
        if !changes.is_empty() {
            let words: Vec<&str> = changes.iter().map(|change| change.words.as_str()).collect();
            sentences.push(format!("Changed by {}. {}", long_day(last), words.join(" ")));
        }
    }
    sentences
}

fn who(view: &PictureView, sentences: &mut Vec<String>) {
    let mut people: Vec<String> = view.young.iter().map(|young| young.label.clone()).collect();
    let parts = || view.parts.iter().filter(|part| part.ended.is_none());
    people.extend(parts().filter(|part| part.one).map(|part| part.name.clone()));
    match people.len() {
        0 => {}
        1 => sentences.push(format!("One young person is named here: {}.", listed(&people))),
        many => sentences.push(format!("{many} young people are named here: {}.", listed(&people))),
    }
    match view.paused {
        0 => {}
        1 => sentences.push("One more is not drawn until their holder and a lead have decided.".to_owned()),
        many => sentences.push(format!("{many} more are not drawn until their holders and a lead have decided.")),
    }
    let named: Vec<String> = parts()
        .filter(|part| !part.one)
        .map(|part| part.note.as_ref().map_or_else(|| part.name.clone(), |note| format!("{} ({note})", part.name)))
        .collect();
    if !named.is_empty() {
        sentences.push(format!("Parts of the group: {}.", named.join("; ")));
    }
}

fn ties(view: &PictureView, sentences: &mut Vec<String>) {
    let now = || view.ties.iter().filter(|tie| tie.ended.is_none());
    let of = |direction: Option<Direction>| {
        let some = now().filter(move |tie| tie.not_drawn.is_none() && tie.direction == direction);
        some.map(|tie| {
            let strength = tie.strength.as_ref().map_or("strength not known", Strength::words);
            format!("{} ({}, {strength})", ends_words(tie), tie.tie_kind.words())
        })
        .collect::<Vec<_>>()
    };
    let kinds = [
        ("Both ways", of(Some(Direction::Both))),
        ("One way", of(Some(Direction::OneWay))),
        ("Which way is not known", of(None)),
    ];
    for (words, ties) in kinds {
        if !ties.is_empty() {
            sentences.push(format!("{words}: {}.", ties.join("; ")));
        }
    }
    match now().filter(|tie| tie.not_drawn.is_some()).count() {
        0 => {}
        1 => sentences.push("One tie is in the table and not drawn.".to_owned()),
        many => sentences.push(format!("{many} ties are in the table and not drawn.")),
    }
}

/// Who has an adult to go to, by role. Of whom it is not known, that is what is said.
fn trusted(view: &PictureView, sentences: &mut Vec<String>) {
    let adults = || view.adults.iter().filter(|adult| adult.ended.is_none());
    let of = |id: &str| -> Vec<String> {
        adults().filter(|adult| adult.trusted_by_ids.iter().any(|one| one == id)).map(|adult| adult.role.clone()).collect()
    };
    let mut linked: Vec<String> = Vec::new();
    let mut not_known: Vec<String> = Vec::new();
    let group: Vec<String> = of(GROUP);
    if !group.is_empty() {
        linked.push(format!("the group ({})", listed(&group)));
    }
    for young in &view.young {
        let own: Vec<String> = of(&young.id);
        if !own.is_empty() {
            linked.push(format!("{} ({})", young.label, listed(&own)));
        } else if group.is_empty() {
            not_known.push(young.label.clone());
        }
    }
    let friend: Vec<String> = of(FRIEND);
    if !friend.is_empty() {
        linked.push(format!("a friend ({})", listed(&friend)));
    }
    if !linked.is_empty() {
        sentences.push(format!("Linked to a trusted adult: {}.", linked.join("; ")));
    }
    if !not_known.is_empty() {
        sentences.push(format!("Whom they would go to is not known yet for {}. Ask, gently.", listed(&not_known)));
    }
    let others: Vec<String> = adults().filter(|adult| adult.trusted_by.is_none()).map(|adult| adult.role.clone()).collect();
    if !others.is_empty() {
        sentences.push(format!("Adults of whom it is not known who trusts them: {}.", listed(&others)));
    }
}

fn places(view: &PictureView, sentences: &mut Vec<String>) {
    let now: Vec<&PlaceView> = view.places.iter().filter(|place| place.ended.is_none()).collect();
    let is = |place: &PlaceView, how: &PlaceIs| {
        let only = place.now.iter().all(|said| said.how == *how);
        only && (!place.now.is_empty() || *how == PlaceIs::NotKnown)
    };
    for (how, words) in [
        (PlaceIs::Ok, "OK"),
        (PlaceIs::Depends, "It depends"),
        (PlaceIs::NotOk, "Not OK"),
        (PlaceIs::NotKnown, "Nobody knows yet how it is"),
    ] {
        let here = now.iter().filter(|place| is(place, &how)).map(|place| {
            let times = place.now.iter().find_map(|said| said.times.as_ref());
            times.map_or_else(|| place.name.clone(), |times| format!("{} ({times})", place.name))
        });
        let here: Vec<String> = here.collect();
        if !here.is_empty() {
            sentences.push(format!("{words}: {}.", here.join("; ")));
        }
    }
    for place in &now {
        let differ = place.now.iter().any(|said| Some(&said.how) != place.now.first().map(|first| &first.how));
        if differ {
            let said = place.now.iter().map(|said| format!("{} ({})", said.how.words(), said.said_by)).collect::<Vec<_>>();
            sentences.push(format!("Of {} it is said differently: {}.", place.name, said.join("; ")));
        }
        for conduct in place.conduct.iter().filter(|conduct| conduct.ended.is_none()) {
            sentences.push(format!("At {}: {}, {}.", place.name, conduct.who, conduct.what));
        }
    }
}

/// An end as a word for a node.
pub(super) fn capital(end: &EndView) -> String {
    let mut letters = end.words.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
