//! An assessment as one HTML page: to print, to read on any screen, to send as a file. No script, nothing from elsewhere.

use jiff::tz::TimeZone;
use kith_assessment::{Agreed, Answered, AssessmentView, Basis, DifferingView, DimensionView, EntryView, Heard, SideView, Who};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::terminal::{listed, moment};

mod picture;
mod practice;

/// Readable on paper and on a narrow screen; each entry stays on one sheet.
const STYLE: &str = "
:root { font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: 0 } h2 { margin-top: 2.5rem; border-bottom: 2px solid } h3 { margin-bottom: .25rem }
.about, .source, footer { color: #444; font-size: .9rem }
.entry { margin: .75rem 0; padding-left: 1rem; border-left: .3rem solid #767676; break-inside: avoid }
.entry.strength { border-color: #00703c } .entry.worry { border-color: #b35900 }
.entry p, .differing p { margin: .2rem 0; white-space: pre-line; overflow-wrap: anywhere }
.differing { margin: .5rem 0 .5rem 1rem; padding: .3rem .8rem; border: 1px solid #767676 }
.look { padding: .5rem 1rem; border: 2px solid #111 }
blockquote { margin: .75rem 0; padding-left: 1rem; border-left: .3rem solid #1d70b8; break-inside: avoid; white-space: pre-line }
.action { margin: 1rem 0; break-inside: avoid } .action p { margin: .2rem 0; white-space: pre-line; overflow-wrap: anywhere }
table { border-collapse: collapse; margin: .5rem 0 } th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0 }
dt { font-weight: bold; margin-top: .5rem } dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere }
figure { margin: 1rem 0; break-inside: avoid } svg.kith-picture { width: 100%; height: auto }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 } caption { text-align: left; font-weight: bold }
th, td { border: 1px solid #767676; padding: .3rem .5rem; text-align: left; vertical-align: top } td p { margin: 0 }
@media print { body { margin: 0; max-width: none } h2 { break-after: avoid } h3 { break-after: avoid } }
@page { margin: 2cm }
";

/// The page. `now` is when it was made, in Unix seconds.
pub(super) fn page(view: &AssessmentView, now: i64, zone: &TimeZone) -> String {
    let title = view.title.as_deref().unwrap_or("An assessment without a name");
    let retired: Vec<&EntryView> = view.retired().collect();
    let today = jiff::Timestamp::from_second(now)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned_datetime(zone.clone())
        .date()
        .to_string();
    let markup = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                // The name of an assessment is not for a list of open windows (design: the tab says "Kith").
                title { "Kith" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 dir="auto" { (title) }
                p.about {
                    (view.framework_title)
                    @if let Some(agency) = &view.purpose.lead_agency { ", led by " bdi { (agency) } }
                    ". Printed " (moment(now, zone)) "."
                }
                @if !view.marks.is_empty() {
                    p.look { (view.marks.len()) " things in it wait for somebody to look: Kith lists them." }
                }
                (purpose(view))
                (practice::summary(view))
                @for side in &view.sides { (side_part(side, zone)) }
                (practice::weighting(view))
                (practice::voices(view))
                (picture::picture(view, &today))
                (practice::plan(view))
                (practice::meetings(view))
                (practice::agreement(view))
                (practice::life(view))
                @if !view.elsewhere.is_empty() {
                    h2 { "Written where this framework has no place" }
                    @for one in &view.elsewhere { (entry(one, zone)) }
                }
                @if !view.loose_views.is_empty() {
                    h2 { "Differing views on something that is not here" }
                    @for one in &view.loose_views { (differing(one)) }
                }
                @if !retired.is_empty() {
                    h2 { "Taken back" }
                    @for one in &retired { (entry(one, zone)) }
                }
                h2 { "Who writes here" }
                ul {
                    @for person in &view.people {
                        li {
                            bdi { (person.name.as_deref().unwrap_or("somebody who has not said who they are")) }
                            @for more in [&person.role, &person.agency].into_iter().flatten() { ", " bdi { (more) } }
                        }
                    }
                }
                footer { p { "Written with Kith. It is about a group of friends, not about one person. This file is not encrypted: keep it safe." } }
            }
        }
    };
    markup.into_string()
}

fn purpose(view: &AssessmentView) -> Markup {
    let purpose = &view.purpose;
    let answers: [(&str, &Answered); 5] = [
        ("Why now", &purpose.why_now),
        ("What should be better", &purpose.better),
        ("How we find out", &purpose.find_out),
        ("What could go wrong because we looked", &purpose.could_go_wrong),
        ("What asks less of them", &purpose.less_intrusive),
    ];
    html! {
        h2 { "Why this group" }
        @if purpose.better.text.trim().is_empty() { p { strong { (purpose.head) } } }
        dl {
            @if let Some(trigger) = &purpose.trigger { dt { "What made us look" } dd { (trigger.words()) } }
            @for (question, answer) in answers {
                @if !answer.text.trim().is_empty() { dt { (question) } dd dir="auto" { (answer.text) } }
            }
        }
        @if !purpose.not_yet_written.is_empty() { p.about { "Not yet written: " (listed(&purpose.not_yet_written)) "." } }
    }
}

fn side_part(side: &SideView, zone: &TimeZone) -> Markup {
    let written = |dimension: &&DimensionView| !dimension.entries.is_empty() || dimension.state.is_some();
    let missing: Vec<String> = side.dimensions.iter().filter(|one| !written(one)).map(|one| one.id.clone()).collect();
    html! {
        h2 { (side.id) " " (side.title) }
        p.about {
            "Young people's view: " (side.young_people.words()) ". Parents' and carers' view: " (side.parents.words()) "."
        }
        @for dimension in side.dimensions.iter().filter(written) {
            h3 { (dimension.id) " " (dimension.title) }
            @if let Some(state) = &dimension.state { p.about { (state.words()) } }
            @for one in &dimension.entries { (entry(one, zone)) }
        }
        @if !side.entries.is_empty() {
            h3 { "Under the side as a whole" }
            @for one in &side.entries { (entry(one, zone)) }
        }
        @if side.empty { p { "Nothing written yet." } }
        @else if !missing.is_empty() { p.about { "Not written: " (missing.join(", ")) ". That is fine." } }
    }
}

fn entry(entry: &EntryView, zone: &TimeZone) -> Markup {
    html! {
        div class=(format!("entry {}", class(entry.kind.as_str()))) {
            p dir="auto" { strong { (entry.kind.words()) ". " } (entry.text) }
            @for other in &entry.other_texts { p dir="auto" { "also: " (other) } }
            p.source { (source(entry, zone)) }
            @if let Some(retired) = &entry.retired {
                p.source { "Taken back by " bdi { (retired.by.name) } ": " bdi { (retired.why) } }
            }
            @if !entry.edited_apart.is_empty() { p.source { "Edited apart by " (names(&entry.edited_apart)) "." } }
            @for two in &entry.two_versions {
                p.source {
                    "Two versions of " (two.label) ": "
                    @for (number, version) in two.values.iter().enumerate() {
                        @if number > 0 { " / " }
                        bdi { (version.words) } " (" (names(&version.by)) ")"
                    }
                }
            }
            @for view in &entry.differing { (differing(view)) }
        }
    }
}

/// Only our own words become a class.
fn class(kind: &str) -> &'static str {
    match kind {
        "strength" => "strength",
        "worry" => "worry",
        _ => "not-known",
    }
}

fn differing(view: &DifferingView) -> Markup {
    html! {
        div.differing {
            p dir="auto" { strong { "Differing view. " } (view.text) }
            @if let Some(words) = &view.for_families { p.source { "Families read: " bdi { (words) } } }
            p.source { bdi { (view.by.name) } @if let Some(why) = &view.withdrawn { ". Withdrawn: " bdi { (why) } } }
            @for answer in &view.answers { (differing(answer)) }
        }
    }
}

fn source(entry: &EntryView, zone: &TimeZone) -> Markup {
    let provenance = &entry.provenance;
    let how: Vec<&str> = [
        provenance.basis.as_ref().map(Basis::words),
        provenance.first_hand_or_passed_on.as_ref().map(Heard::words),
        provenance.agreed.as_ref().map(Agreed::words),
    ]
    .into_iter()
    .flatten()
    .collect();
    html! {
        @if let Some(said_by) = &provenance.said_by { bdi { (said_by) } ", written by " }
        bdi { (entry.by.name) }
        @if !how.is_empty() { " · " (how.join(", ")) }
        @if let Some(date) = &provenance.date { " · " (date) }
        @else if let Some(at) = entry.at { " · " (moment(at, zone)) }
    }
}

fn names(who: &[Who]) -> String {
    let mut names: Vec<String> = who.iter().map(|who| who.name.clone()).collect();
    names.dedup();
    listed(&names)
}
