//! The parts of practice on that page: summary, weighting, voices and what was done with them, plan, who sees what the same way, and how
//! long it holds. A differing view stands beside what it differs from, in its author's words (R44).

use kith_assessment::{ActionView, AssessmentView, GoalView, Measured, VoiceView};
use maud::{Markup, html};

use super::differing;
use crate::terminal::listed;

/// "2026-05-05" as "5 May 2026"; anything else as it is.
fn day(date: &str) -> String {
    date.parse::<jiff::civil::Date>().map_or_else(|_| date.to_owned(), |date| date.strftime("%-d %B %Y").to_string())
}

pub(super) fn summary(view: &AssessmentView) -> Markup {
    html! {
        @if !view.summary.text.trim().is_empty() {
            h2 { "Summary" }
            p dir="auto" style="white-space: pre-line" { (view.summary.text) }
        }
        @for reply in &view.families.replies {
            blockquote {
                p.source {
                    "A reply by " bdi { (reply.whose) }
                    @if let Some(on) = &reply.shared_on { ", on the version of " (day(on)) }
                }
                @for part in &reply.parts { p dir="auto" { (part.line()) } }
                @if !reply.missed.trim().is_empty() { p dir="auto" { strong { "What did we miss? " } "\u{201c}" (reply.missed) "\u{201d}" } }
                @if !reply.reply.trim().is_empty() { p dir="auto" { "\u{201c}" (reply.reply) "\u{201d}" } }
            }
        }
    }
}

pub(super) fn weighting(view: &AssessmentView) -> Markup {
    let weighting = &view.weighting;
    let title = |id: &str| view.sides.iter().find(|side| side.id == id).map_or(id.to_owned(), |side| side.title.clone());
    html! {
        @if !weighting.is_empty() {
            h2 { "What must change first" }
            dl { @for placed in &weighting.places { dt { (placed.turn.words()) } dd { (title(&placed.side)) } } }
            p dir="auto" { (weighting.reason.text) }
            @if !weighting.took_part.is_empty() {
                p.source { "Talked over" @if let Some(date) = &weighting.date { " on " (day(date)) } " by " (listed(&weighting.took_part)) "." }
            }
            p.source {
                @match &weighting.young_people {
                    Some(words) => { "Young people" @if let Some(date) = &weighting.young_people_asked { ", " (day(date)) } ": \u{201c}" bdi { (words) } "\u{201d}" }
                    None => { "Young people: not yet asked what they think of it." }
                }
            }
            @for one in &weighting.differing { (differing(one)) }
        }
    }
}

/// What colleagues said together. Not in any version for families: this page is for those who write here.
pub(super) fn meetings(view: &AssessmentView) -> Markup {
    html! {
        @if !view.meetings.held.is_empty() {
            h2 { "Meetings" }
            @for one in &view.meetings.held {
                div.action {
                    h3 { (one.title) }
                    @let there = one.who_was_there();
                    p.source { "There: " @if there.is_empty() { "nobody noted yet" } @else { bdi { (there) } } "." }
                    @if one.notes.text.trim().is_empty() { p { "No notes yet." } } @else { p dir="auto" { (one.notes.text) } }
                    p.source {
                        @match (&one.agreed, &one.reopened_why) {
                            (Some(agreed), _) => {
                                "As agreed: " bdi { (agreed.by.name) } ", " (day(&agreed.date)) "."
                                @if agreed.written_since { " Somebody wrote in them since." }
                            }
                            (None, Some(why)) => { "Opened again: " bdi { (why) } }
                            (None, None) => { "Not agreed yet." }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn voices(view: &AssessmentView) -> Markup {
    html! {
        h2 { "What young people and parents said" }
        @for side in &view.sides {
            @let here: Vec<&VoiceView> = view.voices.iter().filter(|voice| voice.side == side.id && voice.withdrawn.is_none()).collect();
            h3 { (side.id) " " (side.title) }
            p.about {
                "Young people's view: " (side.young_people.words()) ". Parents' and carers' view: " (side.parents.words()) "."
            }
            @for one in here { (voice(one)) }
        }
    }
}

fn voice(voice: &VoiceView) -> Markup {
    html! {
        blockquote {
            p dir="auto" { "\u{201c}" (voice.words) "\u{201d}" }
            p.source {
                bdi { (voice.speaker) } " · " bdi { (voice.how) } " · " (voice.agreed.words())
                @if let Some(date) = &voice.date { " · " (day(date)) }
            }
            @for answer in &voice.answers {
                p dir="auto" { strong { "What we did: " } (answer.outcome.words()) ". " (answer.text.text) }
                @match (&answer.fair, &answer.told) {
                    (Some(fair), _) => {
                        p.source { "Is that fair? " (fair.words()) "." @if let Some(words) = &answer.fair_words { " \u{201c}" bdi { (words) } "\u{201d}" } }
                    }
                    (None, Some(told)) => { p.source { "Told on " (day(told)) "." } }
                    (None, None) => { p.source { "Not told yet." } }
                }
            }
            @if voice.answers.is_empty() { p.source { "Not yet answered." } }
        }
    }
}

pub(super) fn plan(view: &AssessmentView) -> Markup {
    let planned = &view.planned;
    let mut owners: Vec<&str> = planned.actions.iter().map(owner).collect();
    owners.sort_unstable();
    owners.dedup();
    html! {
        @if !planned.goals.is_empty() || !planned.actions.is_empty() {
            h2 { "Plan" }
            @for (number, one) in planned.goals.iter().enumerate() { (goal(number + 1, one)) }
            @for agency in owners {
                h3 { bdi { (agency) } }
                @for one in planned.actions.iter().filter(|one| owner(one) == agency) { (action(one)) }
            }
        }
    }
}

fn owner(action: &ActionView) -> &str {
    action.owner.as_deref().unwrap_or("Nobody yet")
}

fn goal(number: usize, goal: &GoalView) -> Markup {
    let from: Vec<String> = goal.findings.iter().map(|finding| finding.label.clone()).collect();
    let reading = |label: &str, one: &Measured| {
        html! { tr { th { (label) @if let Some(date) = &one.date { ", " (day(date)) } } td dir="auto" { (one.value) } } }
    };
    html! {
        div.action {
            h3 dir="auto" { "Goal " (number) ". " (goal.text.text) }
            @if !from.is_empty() { p.source { "From " (from.join(", ")) "." } }
            @if !goal.measure.text.trim().is_empty() { p dir="auto" { strong { "How we will know: " } (goal.measure.text) } }
            @if goal.then.is_some() || !goal.now.is_empty() {
                table {
                    @if let Some(then) = &goal.then { (reading("Then", then)) }
                    @for now in &goal.now { (reading("Now", now)) }
                }
            }
            @if let Some(date) = &goal.ask_again { p.source { "Ask again on " (day(date)) "." } }
            @for one in &goal.differing { (differing(one)) }
        }
    }
}

fn action(action: &ActionView) -> Markup {
    let two = action.kept.two_versions.iter().find(|two| two.field.ends_with("/due"));
    html! {
        div.action {
            p dir="auto" { strong { (action.what.text) } }
            p dir="auto" { "Why: " (action.why.text) }
            p.source {
                @if !action.sides.is_empty() { "Side " (action.sides.join(", ")) " · " }
                @if let Some(person) = &action.person { bdi { (person) } " · " }
                @match (two, &action.due) {
                    (Some(two), _) => {
                        "due: two versions, "
                        @for (number, version) in two.values.iter().enumerate() {
                            @if number > 0 { " or " }
                            (version.words) " (" (super::names(&version.by)) ")"
                        }
                        " · "
                    }
                    (None, Some(due)) => { "due " (day(due)) " · " }
                    (None, None) => {}
                }
                (action.status.words())
                @if let Some(note) = &action.note { ": " bdi { (note) } }
                @if let Some(date) = &action.status_date { ", " (day(date)) }
            }
            @if let Some(words) = &action.young_people { p.source { "Young people: \u{201c}" bdi { (words) } "\u{201d}" } }
            @if action.keeps_apart {
                p.source {
                    "This keeps friends apart. What would be lost: " bdi { (action.lost.text) }
                    ". All the same: " bdi { (action.apart_why.as_deref().unwrap_or("no reason written")) }
                    ". To be looked at again: " (action.apart_review.as_deref().map_or_else(|| "no day set".to_owned(), day)) "."
                }
            }
            @for one in &action.differing { (differing(one)) }
        }
    }
}

pub(super) fn agreement(view: &AssessmentView) -> Markup {
    html! {
        @if !view.positions.is_empty() {
            h2 { "Who sees what the same way" }
            @for subject in &view.positions {
                h3 { (subject.label) }
                ul {
                    @for person in &subject.positions {
                        li {
                            bdi { (person.who.name) } " " (person.now.position.words())
                            @if let Some(before) = person.before.iter().rev().find(|before| before.position != person.now.position) {
                                " (before: " (before.position.words()) ")"
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn life(view: &AssessmentView) -> Markup {
    let life = &view.life;
    html! {
        @if let Some(closed) = &life.closed {
            h2 { "Closed" }
            p { "Closed on " (day(&closed.date)) " by " bdi { (closed.by.name) } "." }
            dl {
                @for (label, words) in [
                    ("What has changed for the young people", &closed.outcomes), ("What is kept", &closed.kept),
                    ("Why it is kept", &closed.kept_why), ("Who looks after it", &closed.next_owner),
                ] {
                    @if let Some(words) = words { dt { (label) } dd dir="auto" { (words) } }
                }
            }
        } @else if let Some(date) = &life.review {
            p.about { "To be looked at again on " (day(date)) "." }
        }
    }
}
