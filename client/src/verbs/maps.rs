//! `map`, `maps`, `names-on-maps`: a young person's own map, which lives in their strand record and nowhere else (R32, R34).

use kith_assessment::{
    BeginMap, MapPurpose, NamesOnMaps, OwnMapView, SetNamesOnMap, StrandCommand, StrandRecordView, draw_own_map,
};

use super::{Answer, Manner, find, records_text, today};
use crate::cli;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::json::{MapMade, MapShown, MapsShown, NamesOnMapsShown};
use crate::terminal::short;

pub(super) fn begin(engine: &Engine, asked: &cli::BeginMap) -> Result<Answer, Failure> {
    let record = find::record(engine, &asked.record)?.id;
    let profile = engine.look(|work| work.profile())?;
    let command = StrandCommand::BeginMap(BeginMap {
        purpose: MapPurpose::from(asked.purpose.as_str()),
        owner: asked.owner.clone().unwrap_or(profile.name),
        review: asked.review.clone(),
        action: asked.action.clone(),
    });
    let done = engine.step(move |work| work.record_command(&record, &command))?;
    let map = done.id.map(|id| id.to_string()).unwrap_or_default();
    let text = format!(
        "{map}\nBegun. It stays in their record. `kith do {}` puts friends, adults, places and ties on it.",
        short(&record.to_string())
    );
    Ok(Answer::new(&MapMade { record: record.to_string(), map }, text))
}

pub(super) fn maps(engine: &Engine, record: &str, manner: &Manner) -> Result<Answer, Failure> {
    let document = find::record(engine, record)?.id;
    let (view, names_on_maps) = engine.look(move |work| Ok((work.record_now(&document)?, work.names_on_maps()?)))?;
    let StrandRecordView { maps, maps_taken_away, name, known_as, .. } = view;
    let today = today(engine, manner);
    let text = match maps.is_empty() {
        true => "No map of their own yet. `kith map` begins one.".to_owned(),
        false => maps.iter().map(|map| as_text(map, &today)).collect::<Vec<_>>().join("\n\n"),
    };
    let maps = maps.into_iter().map(|map| MapShown { drawing: draw_own_map(&map, &today), due: map.is_due(&today), map });
    let shown = MapsShown {
        record: document.to_string(),
        name: known_as.or(name),
        maps: maps.collect(),
        taken_away: maps_taken_away,
        names_on_maps,
        today,
    };
    Ok(Answer::new(&shown, text))
}

fn as_text(map: &OwnMapView, today: &str) -> String {
    let mut text = format!("{}  {}", short(&map.kept.id), records_text::map(map));
    if map.is_due(today) {
        text.push_str("\n  It is to be looked at again now.");
    }
    text
}

/// What the agency decided about names on own maps.
pub(crate) fn names_now(engine: &Engine) -> Result<Option<NamesOnMaps>, Failure> {
    Ok(engine.look(|work| work.names_on_maps())?)
}

/// Sets it, for maps from now on; a map that says that names may stand on it goes on saying so.
pub(crate) fn set_names(engine: &Engine, policy: Option<NamesOnMaps>) -> Result<(), Failure> {
    Ok(engine.step(move |work| work.set_names_on_maps(policy.as_ref()))?)
}

pub(super) fn names(engine: &Engine, asked: &cli::NamesOnMaps) -> Result<Answer, Failure> {
    match (&asked.reference, &asked.signed_off_by, asked.off) {
        (Some(reference), Some(signed_off_by), _) => {
            let policy = NamesOnMaps { reference: reference.clone(), signed_off_by: signed_off_by.clone() };
            set_names(engine, Some(policy))?;
        }
        (_, _, true) => set_names(engine, None)?,
        _ => {}
    }
    let names_on_maps = names_now(engine)?;
    let text = match &names_on_maps {
        None => "Off: friends stand on a young person's own map by initials.".to_owned(),
        Some(NamesOnMaps { reference, signed_off_by }) => format!(
            "On: names may stand on a young person's own map (reference {reference}, signed off by {signed_off_by}). Each map says so for \
             itself, and keeps who allowed it. It never applies to what is shared."
        ),
    };
    Ok(Answer::new(&NamesOnMapsShown { names_on_maps }, text))
}

/// Allows names on one map, by what the agency decided; or initials alone again.
pub(crate) fn names_on_map(engine: &Engine, record: &str, map: &str, allow: bool) -> Result<(), Failure> {
    let record = find::record(engine, record)?.id;
    let id = map.parse().map_err(|_| Failure::refused("unknown-entry", "There is no such map. Nothing was changed"))?;
    engine.step(move |work| {
        let policy = if allow { Some(NamesOnMaps::decided(work.names_on_maps()?)?) } else { None };
        work.record_command(&record, &StrandCommand::SetNamesOnMap(SetNamesOnMap { id, policy }))
    })?;
    Ok(())
}
