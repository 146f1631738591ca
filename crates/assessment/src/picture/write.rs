//! Doing what can be done to the picture.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ReadDoc, ScalarValue};
use sha2::{Digest, Sha256};

use super::{
    AddAdult, AddConduct, AddPart, AddPlace, AddTie, EndInPicture, FRIEND, GROUP, GoesOnInPicture, MoveInPicture, NAMED,
    SayOfPlace, UpdateAdult, UpdateConduct, UpdatePart, UpdatePlace, UpdateTie,
};
use crate::command::{Context, Refusal};
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT};
use crate::vocabulary::{Agreed, Direction, PlaceIs, PlaceKind, Strength, TieKind};
use crate::write::{Written, find_at, fresh_at, known, line, object_at, real_day, refer, settle, short, standing_map, unrefer};
use crate::{dates, read, strands};

/// The longest name of a place, a part or an adult's role, in UTF-16 code units: it must stand in a picture.
const NAME_IN_PICTURE: usize = 60;

/// Turns round the picture: 0 to this. Halved some forty times before neighbours would touch.
const WHOLE_TURN: i64 = 1 << 48;

/// The object of anything in the picture.
pub(crate) fn object_of(doc: &impl ReadDoc, id: &EntryId) -> Option<ObjId> {
    NAMED.iter().find_map(|path| find_at(doc, path, id))
}

fn thing(tx: &Transaction<'_>, id: &EntryId) -> Result<ObjId, Refusal> {
    object_of(tx, id).ok_or_else(|| Refusal::Unknown { what: "place, adult, part or tie", id: id.to_string() })
}

fn name(what: &'static str, given: &str) -> Result<String, Refusal> {
    limits::line(what, given, NAME_IN_PICTURE)
}

fn ids(ids: &[EntryId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// Young people: strands that are neither paused nor taken out, the group, or a friend without a strand.
fn young(tx: &Transaction<'_>, given: &[String]) -> Result<(), Refusal> {
    for one in given.iter().filter(|one| ![GROUP, FRIEND].contains(&one.as_str())) {
        let unknown = || Refusal::Unknown { what: "strand", id: one.chars().take(40).collect() };
        strands::refuse_not_drawn(tx, &one.parse().map_err(|_| unknown())?)?;
    }
    Ok(())
}

fn members(tx: &Transaction<'_>, given: &[EntryId]) -> Result<(), Refusal> {
    given.iter().try_for_each(|strand| strands::refuse_not_drawn(tx, strand))
}

/// Who said something, and when (R33: the source is part of the notation).
struct Source<'c> {
    said_by: &'c [String],
    words: Option<&'c str>,
    date: Option<&'c String>,
}

impl Source<'_> {
    fn check(&self, tx: &Transaction<'_>) -> Result<(), Refusal> {
        young(tx, self.said_by)?;
        let nobody = self.said_by.is_empty() && self.words.unwrap_or_default().trim().is_empty();
        if nobody {
            return Err(Refusal::Rule("say who said so: a label, the group, a friend, or an adult by role"));
        }
        self.date.map_or(Ok(()), |date| real_day(date).map(|_| ()))
    }

    /// Who said so, and the day under `key`.
    fn put(&self, tx: &mut Transaction<'_>, ctx: &Context<'_>, object: &ObjId, key: &str) -> Result<(), Refusal> {
        refer(tx, object, "said", self.said_by)?;
        line(tx, object, "said-words", "\"who said so\"", self.words)?;
        let date = self.date.cloned().unwrap_or_else(|| dates::day(ctx.now));
        tx.put(object, key, date)?;
        Ok(())
    }
}

fn choice(
    tx: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    what: &'static str,
    (word, is_known, choices): (&str, bool, &[&str]),
) -> Result<(), Refusal> {
    known(is_known, what, word, choices)?;
    settle(tx, object, key, word.into())
}

macro_rules! put_choice {
    ($tx:expr, $object:expr, $key:literal, $what:literal, $kind:ident, $given:expr) => {
        match $given {
            Some(given) => choice($tx, $object, $key, $what, (given.as_str(), given.is_known(), $kind::CHOICES)),
            None => Ok(()),
        }
    };
}

pub(crate) fn add_place(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &AddPlace) -> Result<Written, Refusal> {
    let name = name("name of the place", &given.name)?;
    known(given.kind.is_known(), "kind of place", given.kind.as_str(), PlaceKind::CHOICES)?;
    let source = Source { said_by: &given.said_by, words: given.said_by_words.as_deref(), date: given.date.as_ref() };
    source.check(tx)?;
    let (id, object) = fresh_at(tx, ctx, "picture/places")?;
    tx.put(&object, "name", name)?;
    tx.put(&object, "place-kind", given.kind.as_str())?;
    // A home is somebody's: no shared version shows it unless a person says that it may.
    let home = matches!(given.kind, PlaceKind::Home | PlaceKind::FriendsHome);
    tx.put(&object, "not-shared", given.not_shared.unwrap_or(home))?;
    source.put(tx, ctx, &object, "since")?;
    let how = given.how.clone().unwrap_or(PlaceIs::NotKnown);
    said_of(tx, ctx, &id, &how, given.times.as_deref(), &source)?;
    Ok((Some(id), format!("pic-place:{}", short(&id))))
}

fn said_of(
    tx: &mut Transaction<'_>,
    ctx: &mut Context<'_>,
    place: &EntryId,
    how: &PlaceIs,
    times: Option<&str>,
    source: &Source<'_>,
) -> Result<(), Refusal> {
    let (_, said) = fresh_at(tx, ctx, "picture/said")?;
    tx.put(&said, "place", ScalarValue::Bytes(place.0.to_vec()))?;
    put_choice!(tx, &said, "how", "way a place is", PlaceIs, Some(how))?;
    line(tx, &said, "times", "time", times)?;
    source.put(tx, ctx, &said, "date")
}

fn place_of(tx: &Transaction<'_>, place: Option<&EntryId>) -> Result<EntryId, Refusal> {
    let place = place.ok_or(Refusal::Rule("say which place it is about"))?;
    object_at(tx, "picture/places", "place", place)?;
    Ok(*place)
}

pub(crate) fn say_of_place(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &SayOfPlace) -> Result<Written, Refusal> {
    let place = place_of(tx, given.place.as_ref())?;
    known(given.how.is_known(), "way a place is", given.how.as_str(), PlaceIs::CHOICES)?;
    let source = Source { said_by: &given.said_by, words: given.said_by_words.as_deref(), date: given.date.as_ref() };
    source.check(tx)?;
    said_of(tx, ctx, &place, &given.how, given.times.as_deref(), &source)?;
    Ok((Some(place), format!("pic-said:{}", short(&place))))
}

pub(crate) fn update_place(tx: &mut Transaction<'_>, given: &UpdatePlace) -> Result<Written, Refusal> {
    let object = object_at(tx, "picture/places", "place", &given.id)?;
    if let Some(words) = &given.name {
        settle(tx, &object, "name", name("name of the place", words)?.as_str().into())?;
    }
    put_choice!(tx, &object, "place-kind", "kind of place", PlaceKind, &given.kind)?;
    if let Some(not_shared) = given.not_shared {
        settle(tx, &object, "not-shared", not_shared.into())?;
    }
    Ok((Some(given.id), format!("pic-edit:{}", short(&given.id))))
}

pub(crate) fn add_conduct(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &AddConduct) -> Result<Written, Refusal> {
    let place = place_of(tx, given.place.as_ref())?;
    let who = name("role of those who do it", &given.who)?;
    let what = limits::line("text of what they do", &given.what, NAME_LIMIT)?;
    let source = Source { said_by: &given.said_by, words: given.said_by_words.as_deref(), date: given.date.as_ref() };
    source.check(tx)?;
    let (id, object) = fresh_at(tx, ctx, "picture/conduct")?;
    tx.put(&object, "place", ScalarValue::Bytes(place.0.to_vec()))?;
    tx.put(&object, "who", who)?;
    tx.put(&object, "what", what)?;
    put_choice!(tx, &object, "agreed", "agreement", Agreed, &given.agreed)?;
    source.put(tx, ctx, &object, "since")?;
    Ok((Some(id), format!("pic-conduct:{}", short(&id))))
}

pub(crate) fn update_conduct(tx: &mut Transaction<'_>, given: &UpdateConduct) -> Result<Written, Refusal> {
    let object = object_at(tx, "picture/conduct", "conduct", &given.id)?;
    if let Some(words) = &given.who {
        settle(tx, &object, "who", name("role of those who do it", words)?.as_str().into())?;
    }
    if let Some(words) = &given.what {
        settle(tx, &object, "what", limits::line("text of what they do", words, NAME_LIMIT)?.as_str().into())?;
    }
    put_choice!(tx, &object, "agreed", "agreement", Agreed, &given.agreed)?;
    Ok((Some(given.id), format!("pic-edit:{}", short(&given.id))))
}

pub(crate) fn add_adult(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &AddAdult) -> Result<Written, Refusal> {
    let role = name("role of the adult", &given.role)?;
    young(tx, &given.trusted_by)?;
    let place = given.place.as_ref().map(|place| place_of(tx, Some(place))).transpose()?;
    let source = Source { said_by: &given.said_by, words: given.said_by_words.as_deref(), date: given.date.as_ref() };
    source.check(tx)?;
    let (id, object) = fresh_at(tx, ctx, "picture/adults")?;
    tx.put(&object, "role", role)?;
    refer(tx, &object, "trusted", &given.trusted_by)?;
    if let Some(place) = place {
        tx.put(&object, "place", ScalarValue::Bytes(place.0.to_vec()))?;
    }
    source.put(tx, ctx, &object, "since")?;
    Ok((Some(id), format!("pic-adult:{}", short(&id))))
}

pub(crate) fn update_adult(tx: &mut Transaction<'_>, given: &UpdateAdult) -> Result<Written, Refusal> {
    let object = object_at(tx, "picture/adults", "adult", &given.id)?;
    young(tx, &given.trusted_by)?;
    if let Some(words) = &given.role {
        settle(tx, &object, "role", name("role of the adult", words)?.as_str().into())?;
    }
    refer(tx, &object, "trusted", &given.trusted_by)?;
    unrefer(tx, &object, "trusted", &given.not_trusted_by)?;
    if let Some(place) = &given.place {
        let place = place_of(tx, Some(place))?;
        settle(tx, &object, "place", ScalarValue::Bytes(place.0.to_vec()))?;
    }
    Ok((Some(given.id), format!("pic-edit:{}", short(&given.id))))
}

pub(crate) fn add_part(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &AddPart) -> Result<Written, Refusal> {
    let name = name("name of this part of the group", &given.name)?;
    members(tx, &given.members)?;
    if given.one && !given.members.is_empty() {
        return Err(Refusal::Rule("one young person without a strand has no strands in it: name a part of the group instead"));
    }
    let source = Source { said_by: &given.said_by, words: given.said_by_words.as_deref(), date: given.date.as_ref() };
    source.check(tx)?;
    let (id, object) = fresh_at(tx, ctx, "picture/parts")?;
    tx.put(&object, "name", name)?;
    tx.put(&object, "one", given.one)?;
    line(tx, &object, "note", "note", given.note.as_deref())?;
    refer(tx, &object, "member", &ids(&given.members))?;
    source.put(tx, ctx, &object, "since")?;
    Ok((Some(id), format!("pic-part:{}", short(&id))))
}

pub(crate) fn update_part(tx: &mut Transaction<'_>, given: &UpdatePart) -> Result<Written, Refusal> {
    let object = object_at(tx, "picture/parts", "part of the group", &given.id)?;
    members(tx, &given.members)?;
    if let Some(words) = &given.name {
        settle(tx, &object, "name", name("name of this part of the group", words)?.as_str().into())?;
    }
    line(tx, &object, "note", "note", given.note.as_deref())?;
    refer(tx, &object, "member", &ids(&given.members))?;
    unrefer(tx, &object, "member", &ids(&given.not_members))?;
    Ok((Some(given.id), format!("pic-edit:{}", short(&given.id))))
}

/// An end of a tie: the group, a young person, a part of the group, or an adult by role. A place is none, and neither is anybody
/// who causes harm: they have no object that could be named here.
fn tie_end(tx: &Transaction<'_>, given: &str) -> Result<(), Refusal> {
    if given == GROUP {
        return Ok(());
    }
    let unknown =
        || Refusal::Unknown { what: "young person, part or adult in the picture", id: given.chars().take(40).collect() };
    let id: EntryId = given.parse().map_err(|_| unknown())?;
    if find_at(tx, "strands", &id).is_some() {
        return strands::refuse_not_drawn(tx, &id);
    }
    let known = ["picture/parts", "picture/adults"].iter().any(|path| find_at(tx, path, &id).is_some());
    if known { Ok(()) } else { Err(unknown()) }
}

pub(crate) fn add_tie(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &AddTie) -> Result<Written, Refusal> {
    known(given.kind.is_known(), "kind of tie", given.kind.as_str(), TieKind::CHOICES)?;
    tie_end(tx, &given.from)?;
    tie_end(tx, &given.to)?;
    if given.from == given.to {
        return Err(Refusal::Rule("a tie is between two: choose another young person, part or adult for its other end"));
    }
    let source = Source { said_by: &given.said_by, words: given.said_by_words.as_deref(), date: given.date.as_ref() };
    source.check(tx)?;
    let (id, object) = fresh_at(tx, ctx, "picture/ties")?;
    tx.put(&object, "tie-kind", given.kind.as_str())?;
    tx.put(&object, "from", given.from.as_str())?;
    tx.put(&object, "to", given.to.as_str())?;
    put_choice!(tx, &object, "strength", "strength", Strength, &given.strength)?;
    put_choice!(tx, &object, "direction", "direction", Direction, &given.direction)?;
    put_choice!(tx, &object, "agreed", "agreement", Agreed, &given.agreed)?;
    line(tx, &object, "note", "note", given.note.as_deref())?;
    source.put(tx, ctx, &object, "since")?;
    Ok((Some(id), format!("pic-tie:{}", short(&id))))
}

pub(crate) fn update_tie(tx: &mut Transaction<'_>, given: &UpdateTie) -> Result<Written, Refusal> {
    let object = object_at(tx, "picture/ties", "tie", &given.id)?;
    for end in ["from", "to"] {
        tie_end(tx, &read::text_scalar(tx, &object, end).unwrap_or_default())?;
    }
    young(tx, &given.said_by)?;
    put_choice!(tx, &object, "tie-kind", "kind of tie", TieKind, &given.kind)?;
    put_choice!(tx, &object, "strength", "strength", Strength, &given.strength)?;
    put_choice!(tx, &object, "direction", "direction", Direction, &given.direction)?;
    put_choice!(tx, &object, "agreed", "agreement", Agreed, &given.agreed)?;
    refer(tx, &object, "said", &given.said_by)?;
    unrefer(tx, &object, "said", &given.not_said_by)?;
    line(tx, &object, "note", "note", given.note.as_deref())?;
    Ok((Some(given.id), format!("pic-edit:{}", short(&given.id))))
}

pub(crate) fn end(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &EndInPicture) -> Result<Written, Refusal> {
    let object = thing(tx, &given.id)?;
    let (today, since) = (dates::day(ctx.now), read::text_scalar(tx, &object, "since").unwrap_or_default());
    let date = given.date.clone().unwrap_or_else(|| today.clone().max(since.clone()));
    real_day(&date)?;
    if date > today.max(since.clone()) {
        return Err(Refusal::Rule("that day has not come: say that it has ended when it has"));
    }
    if date < since {
        return Err(Refusal::Rule("it cannot have ended before it began: choose a later day"));
    }
    settle(tx, &object, "ended", date.as_str().into())?;
    line(tx, &object, "ended-why", "reason", given.why.as_deref())?;
    Ok((Some(given.id), format!("pic-end:{}", short(&given.id))))
}

pub(crate) fn goes_on(tx: &mut Transaction<'_>, GoesOnInPicture { id }: &GoesOnInPicture) -> Result<Written, Refusal> {
    let object = thing(tx, id)?;
    if read::scalars(tx, &object, "ended").iter().all(|held| held.value == ScalarValue::Null) {
        return Err(Refusal::AlreadySo("this has not ended"));
    }
    settle(tx, &object, "ended", ScalarValue::Null)?;
    Ok((Some(*id), format!("pic-on:{}", short(id))))
}

/// Where something stands round the picture unless somebody put it elsewhere: by its id, so that it is alike for everybody and
/// says nothing of anybody.
pub(super) fn turn_of(id: &str) -> i64 {
    let hash = Sha256::digest(id.as_bytes());
    hash.iter().take(6).fold(0, |turn, byte| turn << 8 | i64::from(*byte))
}

/// The turn that was set, or the one of the id.
pub(super) fn turn(doc: &impl ReadDoc, id: &str) -> i64 {
    let set = standing_map(doc, "picture/turns").ok().and_then(|map| read::number(doc, &map, id));
    set.filter(|turn| (0..WHOLE_TURN).contains(turn)).unwrap_or_else(|| turn_of(id))
}

pub(crate) fn move_next_to(tx: &mut Transaction<'_>, given: &MoveInPicture) -> Result<Written, Refusal> {
    let MoveInPicture { id, next_to } = given;
    let mut all: Vec<(i64, String)> = Vec::new();
    for path in ["strands", "picture/places", "picture/adults", "picture/parts"] {
        all.extend(tx.keys(standing_map(tx, path)?).map(|key| (turn(tx, &key), key)));
    }
    for one in [id, next_to] {
        if find_at(tx, "strands", one).is_some() {
            strands::attached(tx, one)?;
        } else if !all.iter().any(|(_, key)| *key == one.to_string()) {
            return Err(Refusal::Unknown { what: "place, adult, part or strand", id: one.to_string() });
        }
    }
    let (id, next_to) = (id.to_string(), next_to.to_string());
    if id == next_to {
        return Err(Refusal::Rule("something cannot stand next to itself"));
    }
    all.retain(|(_, key)| *key != id);
    all.sort();
    let turns = standing_map(tx, "picture/turns")?;
    let after = all.iter().position(|(_, key)| *key == next_to).unwrap_or_default();
    let room = |all: &[(i64, String)]| {
        let from = all.get(after).map_or(0, |(turn, _)| *turn);
        let to = all.get(after + 1).map_or(WHOLE_TURN, |(turn, _)| *turn);
        (to - from > 1).then(|| from + (to - from) / 2)
    };
    let between = match room(&all) {
        Some(turn) => turn,
        None => {
            // Neighbours touch: everything keeps its order and gets room again.
            let step = WHOLE_TURN / i64::try_from(all.len() + 1).unwrap_or(i64::MAX);
            for (place, (turn, key)) in (1..).zip(&mut all) {
                *turn = step * place;
                tx.put(&turns, key.as_str(), *turn)?;
            }
            room(&all).ok_or_else(|| Refusal::Document("the order of the picture".to_owned()))?
        }
    };
    tx.put(&turns, id.as_str(), between)?;
    Ok((Some(given.id), "s:picture/turns".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_the_same_for_everybody_and_within_the_whole() {
        assert_eq!(turn_of("group"), turn_of("group"));
        for id in ["group", "", "aaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert!((0..WHOLE_TURN).contains(&turn_of(id)), "{id}");
        }
    }
}
