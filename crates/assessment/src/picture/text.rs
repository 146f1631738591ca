//! The picture for a terminal: the summary, and every row of the table.

use super::look::{PictureView, TieView};
use super::summary::{ends_words, how_words, tie_words};
use crate::dates::long_day;
use crate::page::{Page, short};
use crate::vocabulary::Agreed;

/// "said by A and B · agreed · 6 November 2026  [k3v9qa]", and whether it has ended.
fn source(said_by: &str, agreed: Option<&str>, since: &str, (ended, why): (Option<&str>, Option<&str>), id: &str) -> String {
    let mut parts = vec![format!("said by {said_by}")];
    parts.extend(agreed.map(str::to_owned));
    parts.push(long_day(since));
    if let Some(day) = ended {
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        parts.push(format!("no longer so since {}{why}", long_day(day)));
    }
    format!("{}  [{}]", parts.join(" \u{b7} "), short(id))
}

pub(crate) fn picture_text(page: &mut Page, view: &PictureView) {
    page.heading("Picture: the group in its places");
    if view.is_empty() {
        page.line(2, "Nothing is in the picture yet. Begin with a place: how is it there, and who says so?");
    }
    for sentence in &view.summary {
        page.hanging(2, "- ", sentence);
    }
    if !view.words.text.trim().is_empty() {
        page.hanging(2, "In our words: ", &view.words.text);
    }
    section(page, "Places", view.places.is_empty());
    for place in &view.places {
        let column = page.hanging(4, "", &format!("{} ({}): {}", place.name, place.place_kind.words(), place.how_words()));
        let said = place.now.last().map_or(place.said_by.as_str(), |said| said.said_by.as_str());
        let since = place.now.last().map_or(place.since.as_str(), |said| said.date.as_str());
        let ended = (place.ended.as_deref(), place.ended_why.as_deref());
        page.hanging(column + 2, "", &source(said, None, since, ended, &place.kept.id));
        for before in &place.before {
            let words = format!("{}: {}, said by {}", long_day(&before.date), how_words(&[before]), before.said_by);
            page.hanging(column + 2, "Before, ", &words);
        }
        if place.not_shared {
            page.line(column + 2, "Not in shared versions.");
        }
        for conduct in &place.conduct {
            page.hanging(column + 2, "Worry: ", &format!("{}, {}", conduct.who, conduct.what));
            let agreed = conduct.agreed.as_ref().map(Agreed::words);
            let ended = (conduct.ended.as_deref(), conduct.ended_why.as_deref());
            page.hanging(column + 4, "", &source(&conduct.said_by, agreed, &conduct.since, ended, &conduct.kept.id));
        }
    }
    section(page, "Adults, by role", view.adults.is_empty());
    for adult in &view.adults {
        let trusted =
            adult.trusted_by.as_ref().map_or_else(|| "not known who trusts them".to_owned(), |who| format!("trusted by {who}"));
        let at = adult.place_name.as_ref().map(|place| format!(", at {place}")).unwrap_or_default();
        page.hanging(4, "", &format!("{}: {trusted}{at}", adult.role));
        let ended = (adult.ended.as_deref(), adult.ended_why.as_deref());
        page.hanging(6, "", &source(&adult.said_by, None, &adult.since, ended, &adult.kept.id));
    }
    section(page, "Parts of the group", view.parts.is_empty());
    for part in &view.parts {
        let members: Vec<String> = part.members.iter().map(|young| young.label.clone()).collect();
        let members = if members.is_empty() { String::new() } else { format!(": {}", super::look::listed(&members)) };
        let note = part.note.as_ref().map(|note| format!(", {note}")).unwrap_or_default();
        page.hanging(4, "", &format!("{}{note}{members}", part.name));
        let ended = (part.ended.as_deref(), part.ended_why.as_deref());
        page.hanging(6, "", &source(&part.said_by, None, &part.since, ended, &part.kept.id));
    }
    section(page, "Ties", view.ties.is_empty());
    view.ties.iter().for_each(|tie| tie_text(page, tie));
    section(page, "Taken back", view.taken_back.is_empty());
    for gone in &view.taken_back {
        page.hanging(4, "", &format!("{} ({})  [{}]", gone.what, gone.why, short(&gone.id)));
    }
}

fn section(page: &mut Page, title: &str, empty: bool) {
    if !empty {
        page.gap();
        page.line(2, title);
    }
}

fn tie_text(page: &mut Page, tie: &TieView) {
    page.hanging(4, "", &format!("{}: {}", ends_words(tie), tie_words(tie)));
    let agreed = tie.agreed.as_ref().map_or(Agreed::NotAsked.words(), Agreed::words);
    let ended = (tie.ended.as_deref(), tie.ended_why.as_deref());
    page.hanging(6, "", &source(&tie.said_by, Some(agreed), &tie.since, ended, &tie.kept.id));
    if let Some(why) = &tie.not_drawn {
        page.hanging(6, "Not drawn: ", &format!("{why}."));
    }
}
