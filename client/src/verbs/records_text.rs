//! Strand records as text.

use kith_assessment::{Agreement, AgreementView, Caseload, InDanger, OwnMapView, StrandRecordView, Task};

use super::caseload::held_as;
use crate::terminal::{listed, short, visible_line};

fn name_of(name: Option<&String>, known_as: Option<&String>) -> String {
    let name = visible_line(name.map_or("(no name)", String::as_str));
    known_as.map_or_else(|| name.clone(), |known_as| format!("{name} (\"{}\")", visible_line(known_as)))
}

fn task(task: &Task) -> String {
    let due = task.due.as_deref().map(|due| format!(" (by {due})")).unwrap_or_default();
    format!("        Waits: {}{due}\n", visible_line(&task.what))
}

/// My caseload.
pub(super) fn caseload(caseload: &Caseload) -> String {
    let mut text = String::new();
    for person in &caseload.people {
        let name = name_of(person.name.as_ref(), person.known_as.as_ref());
        text.push_str(&format!("{}  {name}, {}\n", short(&person.record), held_as(person.held_as)));
        for place in person.places.iter().filter(|place| place.detached.is_none()) {
            let title = visible_line(place.title.as_deref().unwrap_or("an assessment that is not on this computer"));
            let sees = place.colleagues_see.as_ref().map_or("not yet asked", Agreement::words);
            text.push_str(&format!("        {} in {title}; colleagues see: {sees}\n", visible_line(&place.label)));
        }
        if !person.also_read_by.is_empty() {
            text.push_str(&format!("        Also read by {}\n", visible_line(&listed(&person.also_read_by))));
        }
        for words in &person.words {
            text.push_str(&format!(
                "        Words not yet joined ({}): \"{}\"\n",
                short(&words.kept.id),
                visible_line(&words.words)
            ));
        }
        person.tasks.iter().for_each(|one| text.push_str(&task(one)));
    }
    for held in &caseload.without_record {
        let title = visible_line(held.title.as_deref().unwrap_or("(no name)"));
        let label = visible_line(&held.label);
        text.push_str(&format!(
            "{label} in {title} has no strand record: `kith attach {title} --strand {label} --name …` makes one.\n"
        ));
    }
    caseload.tasks.iter().for_each(|one| text.push_str(task(one).trim_start()));
    if text.is_empty() {
        text = "Nobody yet. `kith attach` attaches a young person to an assessment.".to_owned();
    }
    text.trim_end().to_owned()
}

/// One record. `title` names an assessment by its id, if it is on this computer.
pub(super) fn record(view: &StrandRecordView, title: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = format!("{}\n", name_of(view.name.as_ref(), view.known_as.as_ref()));
    let mut line = |what: &str, words: &str| text.push_str(&format!("{what}: {}\n", visible_line(words)));
    if let Some(born) = &view.born {
        line("Born", born);
    }
    if let Some(holder) = &view.holder {
        line("Held by", &holder.name);
    }
    if let Some(stand_in) = &view.stand_in {
        line(
            "Stands in",
            &[Some(stand_in), view.stand_in_phone.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(", "),
        );
    }
    for reference in &view.references {
        line(&visible_line(&reference.system), &reference.value);
    }
    for joined in &view.joined {
        let since = joined.attached.as_deref().unwrap_or("?");
        match (&joined.detached, &joined.detached_why) {
            (Some(out), why) => {
                line(&joined.label, &format!("{since} to {out}: {}", why.as_deref().unwrap_or_default()));
            }
            (None, _) => {
                let place = title(&joined.assessment).unwrap_or_else(|| "an assessment that is not on this computer".to_owned());
                line(&joined.label, &format!("since {since}, in {place}"));
            }
        }
    }
    for one in view.agreements.iter().filter(|one| !one.since_then_otherwise) {
        text.push_str(&format!("{}\n", answered(one)));
    }
    let mut line = |what: &str, words: &str| text.push_str(&format!("{what}: {}\n", visible_line(words)));
    if let Some(words) = &view.after_a_no {
        line("After a no", words);
    }
    for one in &view.not_asked {
        line("Not asked yet", &format!("{}: {}", one.who.words(), one.why.as_deref().unwrap_or("no reason is written yet")));
    }
    for one in &view.competence {
        line("Can decide", &format!("{}: {}, because {}", one.decision, one.judged.words(), one.reason));
    }
    for one in &view.words {
        let joined = if one.voice.is_some() { "joined" } else { "not yet joined" };
        line(&format!("Words {} ({joined})", short(&one.kept.id)), &one.words);
    }
    for one in &view.arrived {
        let stands =
            one.read.as_deref().map_or("not read yet: `kith arrived` reads it".to_owned(), |day| format!("read on {day}"));
        let back = if one.taken_back { "they have taken it back" } else { "" };
        line(&format!("Heard by a link {} ({stands})", short(&one.item)), back);
        for answer in one.answers.iter().filter(|answer| !answer.answer.skipped) {
            let who = if answer.answer.team { "for the team" } else { "for you" };
            line(&format!("  {} ({who})", visible_line(&answer.answer.question)), &answer.said);
        }
    }
    for one in &view.shared {
        line("Shared", &format!("{}, with {}, because {}", one.what, one.with, one.why));
    }
    text.trim_end().to_owned()
}

/// One line of the ledger: "Asked about taking part: mother no; by link, 2026-05-05".
pub(super) fn answered(one: &AgreementView) -> String {
    let who = one.relation.as_deref().unwrap_or_else(|| one.who.words());
    let but = one.not_to.as_deref().map(|words| format!(" (not: {words})")).unwrap_or_default();
    let (how, date) = (one.how.as_deref().unwrap_or_default(), one.date.as_deref().unwrap_or_default());
    visible_line(&format!("Asked about {}: {who} {}{but}; {how}, {date}", one.about.words(), one.said.words()))
}

/// Whom to ring.
pub(super) fn danger(shown: &InDanger, names: bool) -> String {
    let mut text = String::new();
    for (number, step) in shown.steps.iter().enumerate() {
        text.push_str(&format!("{}. {}\n", number + 1, visible_line(step)));
    }
    for person in &shown.people {
        let places = person.places.iter().map(|place| format!("{} in {}", place.label, place.title.as_deref().unwrap_or("?")));
        let places = places.collect::<Vec<_>>().join(", ");
        text.push_str(&format!("{}: {}\n", name_of(person.name.as_ref(), person.known_as.as_ref()), visible_line(&places)));
    }
    for holder in shown.holders.iter().filter(|holder| !holder.mine) {
        let title = holder.title.as_deref().unwrap_or("(no name)");
        let agency = holder.agency.as_deref().map(|agency| format!(", {agency}")).unwrap_or_default();
        let phone = holder.phone.as_deref().unwrap_or("no telephone is kept here");
        let line = format!("Who holds {} in {title}? {}{agency}: {phone}", holder.label, holder.holder);
        text.push_str(&format!("{}\n", visible_line(&line)));
    }
    if !names {
        text.push_str("Real names of people you hold: kith danger --names. All that is known, as text: kith danger --copy ID.\n");
    }
    text.trim_end().to_owned()
}

/// A young person's own map.
pub(super) fn map(map: &OwnMapView) -> String {
    let mut text = format!("Own map, {}\n", map.purpose.words());
    let mut line = |words: String| text.push_str(&format!("  {}\n", visible_line(&words)));
    line(format!("Kept by {}; to be looked at again on {}.", map.owner, map.review));
    if let (Some(closed), why) = (&map.closed, map.closed_why.as_deref().unwrap_or_default()) {
        line(format!("Closed on {closed}: {why}"));
    }
    if let Some(names) = &map.names {
        line(names.banner.clone());
    }
    for action in &map.actions {
        line(format!("To do: {action}"));
    }
    let no_longer = |ended: &Option<String>| ended.as_ref().map(|day| format!(", no longer since {day}")).unwrap_or_default();
    for thing in &map.things {
        line(format!("{}  {}: {}{}", short(&thing.kept.id), thing.what, thing.name, no_longer(&thing.ended)));
    }
    for tie in &map.ties {
        let said = format!("said by {}, {}", tie.said_by, tie.date);
        line(format!("{}  {}: {}; {said}{}", short(&tie.kept.id), tie.ends_words(), tie.words(), no_longer(&tie.ended)));
    }
    text.trim_end().to_owned()
}
