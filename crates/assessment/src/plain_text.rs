//! An assessment, and its history, as text for a terminal.
//!
//! Words follow the screens: never "sync", "merge", "conflict" or "node". Text may come from anybody, so control characters are
//! shown as U+FFFD; marks of direction stay as typed.

use crate::dates::{long_day, moment};
use crate::history::HistoryLine;
use crate::page::{Page, name, names, short};
use crate::practice_text::{differing, written_parts};
use crate::view::{Answered, AssessmentView, DimensionView, EntryView, Mark, PersonView, PurposeView, SideView, TwoVersions};
use crate::vocabulary::{Answer, Basis, Heard, Kind};

/// The whole assessment as text.
pub fn plain_text(view: &AssessmentView) -> String {
    let mut page = Page::default();
    let title = view.title.as_deref().unwrap_or("An assessment without a name");
    page.line(0, title);
    page.rule('=', title);
    let mut about = format!("{}, written under {}", view.framework_title, view.framework);
    if let Some(agency) = &view.purpose.lead_agency {
        about = format!("Led by {agency}. {about}");
    }
    page.line(0, &about);
    if view.schema > crate::schema::SCHEMA {
        page.line(0, "A newer version of Kith has written in this assessment. Everything is kept; update Kith to see all of it.");
    }
    if view.purpose.better.text.trim().is_empty() {
        page.line(0, &view.purpose.head);
    }
    marks(&mut page, view);
    purpose(&mut page, &view.purpose);
    for side in &view.sides {
        side_text(&mut page, side);
    }
    written_parts(&mut page, view);
    if !view.elsewhere.is_empty() {
        page.heading("Written where this framework has no place");
        view.elsewhere.iter().for_each(|entry| entry_text(&mut page, 2, entry, true));
    }
    if !view.loose_views.is_empty() {
        page.heading("Differing views on something that is not here");
        view.loose_views.iter().for_each(|view| differing(&mut page, 2, view));
    }
    let retired: Vec<&EntryView> = view.retired().collect();
    if !retired.is_empty() {
        page.heading("Taken back");
        retired.into_iter().for_each(|entry| entry_text(&mut page, 2, entry, true));
    }
    if !view.newer.is_empty() {
        page.heading("Written by a newer Kith, kept as it is");
        for field in &view.newer {
            page.hanging(2, &format!("{}: ", field.field), &field.value);
        }
    }
    if !view.people.is_empty() {
        page.heading("Who writes here");
        view.people.iter().for_each(|person| person_text(&mut page, person));
    }
    page.text
}

/// History as text, newest last.
pub fn history_text(lines: &[HistoryLine]) -> String {
    let mut page = Page::default();
    for line in lines {
        let many =
            if line.changes > 1 { format!(" ({} changes since {})", line.changes, moment(line.since)) } else { String::new() };
        page.hanging(0, &format!("{}  ", moment(line.when)), &format!("{} {}{many}", name(&line.who), line.what));
    }
    page.text
}

fn marks(page: &mut Page, view: &AssessmentView) {
    let waiting: Vec<&Mark> = view.marks.iter().filter(|mark| !matches!(mark, Mark::NotYetAsked { .. })).collect();
    if waiting.is_empty() {
        return;
    }
    page.heading("Please look");
    for mark in waiting {
        match mark {
            Mark::TwoVersions(versions) => two_versions(page, versions),
            Mark::EditedApart { label, by, .. } => {
                page.hanging(
                    2,
                    "- ",
                    &format!("{} edited this apart, and it was put together: {label}. Read it once.", names(by)),
                );
            }
            Mark::RetiredAndEdited { id, label, why, by } => {
                let id = short(id);
                let words = format!(
                    "{} took back [{id}] under {label} ({why}), and somebody edited it. Restore it, or take it back again.",
                    by.name
                );
                page.hanging(2, "- ", &words);
            }
            Mark::AgreedAndEdited { id, label, by } => {
                let id = short(id);
                let words = format!(
                    "{} said that the notes of [{id}] are as agreed ({label}), and somebody wrote in them. Read them, then agree again or open them.",
                    by.name
                );
                page.hanging(2, "- ", &words);
            }
            Mark::OnlyWorries { label, .. } => {
                page.hanging(2, "- ", &format!("{label} has worries and no strength yet. What is good, or protects?"));
            }
            Mark::NotTheirOwn { by, .. } => {
                page.hanging(2, "- ", &format!("A name was written by somebody else ({}); it is not shown.", names(by)));
            }
            Mark::ViewChangedByOthers { id, by } => {
                let words = format!(
                    "{} changed a differing view [{}] of somebody else. Its author's words are shown.",
                    names(by),
                    short(id)
                );
                page.hanging(2, "- ", &words);
            }
            Mark::WordsChangedByOthers { by, .. } => {
                let words = format!("{} wrote over what somebody said. The words that were written down are shown.", names(by));
                page.hanging(2, "- ", &words);
            }
            Mark::LabelTwice { id, label } => {
                let words = format!("Two young people were given the label {label}. Give one of them [{}] another.", short(id));
                page.hanging(2, "- ", &words);
            }
            Mark::RestsOnOneTakenOut { id, label } => {
                let words = format!(
                    "[{}] under {label} rested on one young person, who was taken out. Keep it as a theme, or take it back.",
                    short(id)
                );
                page.hanging(2, "- ", &words);
            }
            Mark::InviteUsedTwice { .. } => {
                page.hanging(2, "- ", "An invitation for one person was used by two. Check who is in the team.");
            }
            Mark::NotYetAsked { .. } => {}
        }
    }
}

fn two_versions(page: &mut Page, versions: &TwoVersions) {
    page.hanging(2, "- ", &format!("Two versions of {} ({}). Choose one:", versions.label, versions.field));
    for version in &versions.values {
        page.hanging(6, "", &format!("\"{}\" by {}", version.words, names(&version.by)));
    }
}

fn purpose(page: &mut Page, purpose: &PurposeView) {
    page.heading("Why this group");
    let mut question = |label: &str, answer: &Answered| {
        if !answer.text.trim().is_empty() {
            page.line(2, label);
            page.hanging(4, "", &answer.text);
        }
    };
    if let Some(trigger) = &purpose.trigger {
        question("Why now", &Answered { text: format!("{}.", trigger.words()), edited_apart: Vec::new() });
    }
    question(if purpose.trigger.is_some() { "In words" } else { "Why now" }, &purpose.why_now);
    question("What should be better", &purpose.better);
    question("How we find out", &purpose.find_out);
    question("What could go wrong because we looked", &purpose.could_go_wrong);
    question("What asks less of them", &purpose.less_intrusive);
    if !purpose.not_yet_written.is_empty() {
        page.hanging(2, "Not yet written: ", &format!("{}.", purpose.not_yet_written.join("; ")));
    }
}

fn side_text(page: &mut Page, side: &SideView) {
    page.heading(&format!("{} {}", side.id, side.title));
    let words =
        format!("Young people's view: {}. Parents' and carers' view: {}.", side.young_people.words(), side.parents.words());
    page.hanging(2, "", &words);
    let mut not_written = Vec::new();
    for dimension in &side.dimensions {
        if dimension.entries.is_empty() && dimension.state.as_ref().is_none_or(|state| *state == Answer::NotYetAsked) {
            not_written.push(dimension.id.as_str());
        } else {
            dimension_text(page, dimension);
        }
    }
    if !side.entries.is_empty() {
        page.gap();
        page.line(2, "Under the side as a whole");
        side.entries.iter().for_each(|entry| entry_text(page, 4, entry, false));
    }
    if side.empty {
        page.line(2, "Nothing written yet.");
    } else if !not_written.is_empty() {
        page.gap();
        page.hanging(2, "", &format!("Not written: {}. That is fine.", not_written.join(", ")));
    }
}

fn dimension_text(page: &mut Page, dimension: &DimensionView) {
    page.gap();
    page.line(2, &format!("{} {}", dimension.id, dimension.title));
    if let Some(state) = &dimension.state {
        page.line(4, &format!("({})", state.words()));
    }
    dimension.entries.iter().for_each(|entry| entry_text(page, 4, entry, false));
}

fn entry_text(page: &mut Page, indent: usize, entry: &EntryView, with_place: bool) {
    let place = if with_place { format!(" under {}", entry.dimension) } else { String::new() };
    let label = match &entry.kind {
        Kind::Newer(word) => format!("({word}){place}  "),
        kind => format!("{}{place}  ", kind.words()),
    };
    // One column for the text, so that a page of entries can be read down.
    let label = if with_place { label } else { format!("{label:<11}") };
    let text = if entry.text.is_empty() { "(no text)" } else { entry.text.as_str() };
    let column = page.hanging(indent, &label, text);
    for other in &entry.other_texts {
        page.hanging(column, "also: ", other);
    }
    page.hanging(column, "", &format!("{}  [{}]", source(entry), short(&entry.id)));
    if let Some(date) = &entry.look_again {
        page.line(column, &format!("To be looked at again by {}.", long_day(date)));
    }
    if let Some(retired) = &entry.retired {
        page.hanging(column, "", &format!("Taken back by {}: {}", retired.by.name, retired.why));
    }
    if !entry.edited_apart.is_empty() {
        page.hanging(column, "", &format!("Edited apart by {}: read it once.", names(&entry.edited_apart)));
    }
    entry.differing.iter().for_each(|view| differing(page, column, view));
}

/// "Delroy Finch · observation, first-hand · 2 November 2026", as in the sample.
fn source(entry: &EntryView) -> String {
    let provenance = &entry.provenance;
    let mut parts = Vec::new();
    match &provenance.said_by {
        Some(words) => parts.push(format!("{words}, written by {}", entry.by.name)),
        None => parts.push(entry.by.name.clone()),
    }
    let basis = provenance.basis.as_ref().map(Basis::words);
    let heard = provenance.first_hand_or_passed_on.as_ref().map(Heard::words);
    let agreed = provenance.agreed.as_ref().map(crate::Agreed::words);
    let how: Vec<&str> = [basis, heard, agreed].into_iter().flatten().collect();
    if !how.is_empty() {
        parts.push(how.join(", "));
    }
    match (&provenance.date, entry.at) {
        (Some(date), _) => parts.push(long_day(date)),
        (None, Some(at)) => parts.push(moment(at)),
        (None, None) => {}
    }
    parts.join(" · ")
}

fn person_text(page: &mut Page, person: &PersonView) {
    let own = match &person.name {
        Some(name) => name.clone(),
        None if !person.written_by_somebody_else.is_empty() => "(a name that somebody else wrote)".to_owned(),
        None => "(has not said who they are)".to_owned(),
    };
    let rest: Vec<&str> = [&person.role, &person.agency].into_iter().flatten().map(String::as_str).collect();
    let rest = if rest.is_empty() { String::new() } else { format!(", {}", rest.join(", ")) };
    let checked = person.confirmed.as_ref().map(|checked| {
        if Some(&checked.name) == person.name.as_ref() && Some(&checked.agency) == person.agency.as_ref() {
            format!(" (checked by {})", checked.by.name)
        } else {
            format!(" (checked by {} as {}, {})", checked.by.name, checked.name, checked.agency)
        }
    });
    page.hanging(2, "- ", &format!("{own}{rest}{}", checked.unwrap_or_default()));
}
