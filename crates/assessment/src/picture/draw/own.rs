//! A young person's own map, drawn by the same rules: nobody in the middle, sizes from words alone, one line for each tie.

use super::super::look::listed;
use super::lines::{self, Tied};
use super::{Drawing, Sheet, counted, legend, nothing, shapes};
use crate::dates::long_day;
use crate::strand_record::{MapTie, OwnMapView};

/// What the young person themselves is called on it.
const ME: &str = "young-person";

/// The drawing of an own map as it stands on `today` ("YYYY-MM-DD"). What is no longer so stands in its table alone.
pub fn draw_own_map(map: &OwnMapView, today: &str) -> Drawing {
    let mut drawing = nothing(Sheet::Ties, "Who and what matters to this young person");
    let is_so = |ended: Option<&String>| ended.is_none_or(|ended| ended.as_str() > today);
    let mut parts = vec![shapes::on_circle(ME, "me", "The young person".to_owned(), "", None)];
    for thing in map.things.iter().filter(|thing| is_so(thing.ended.as_ref())) {
        let (what, caption) = match thing.what.as_str() {
            "adult" => ("adult", "adult"),
            "place" => ("place", "place"),
            _ => ("friend", "friend"),
        };
        parts.push(shapes::on_circle(&thing.kept.id, what, thing.name.clone(), caption, None));
    }
    let ties = map.ties.iter().filter(|tie| is_so(tie.ended.as_ref())).map(tied);
    drawing.empty = parts.len() == 1;
    let things = parts.len() - 1;
    lines::on_a_circle(&mut drawing, parts, &ties.collect::<Vec<_>>());
    drawing.description = format!(
        "The young person, with {} and {}. The table has everything, also what is no longer so.",
        counted(things, "friend, adult or place", "friends, adults and places"),
        counted(drawing.curves.len(), "tie", "ties")
    );
    legend::finish(&mut drawing, &[legend::WIDER_IS_STRONGER], false, &notes(map, today));
    drawing
}

fn tied(tie: &MapTie) -> Tied {
    Tied {
        id: tie.kept.id.clone(),
        kind: tie.tie_kind.clone(),
        from: tie.from.clone().unwrap_or_else(|| ME.to_owned()),
        to: tie.to.clone(),
        strength: tie.strength.clone(),
        direction: tie.direction.clone(),
        ends: tie.ends_words(),
        words: tie.words(),
        said_by: tie.said_by.clone(),
        state: "",
    }
}

fn notes(map: &OwnMapView, today: &str) -> Vec<String> {
    let kept = map.things.iter().map(|one| &one.kept).chain(map.ties.iter().map(|one| &one.kept));
    let mut names: Vec<String> = kept.map(|kept| kept.by.name.clone()).collect();
    names.sort();
    names.dedup();
    let by = if names.is_empty() { "nobody yet".to_owned() } else { listed(&names) };
    let mut notes = vec![
        format!("As it stands on {}. Source: who said what is in the table; written down by {by}.", long_day(today)),
        format!("Made {}. Kept by {}; to be looked at again on {}.", map.purpose.words(), map.owner, long_day(&map.review)),
        "It stays in this young person's own record: in no assessment and in no summary.".to_owned(),
    ];
    notes.extend(map.names.as_ref().map(|names| names.banner.clone()));
    notes
}
