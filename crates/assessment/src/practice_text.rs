//! The parts of practice as text: voices, weighting, plan, disagreement, strands, agreement, tasks; and the copy for case notes.

use serde::{Deserialize, Serialize};

use crate::dates::long_day;
use crate::families::ReplyView;
use crate::ids::PersonId;
use crate::life::stale;
use crate::page::{Page, name, names, short};
use crate::picture::{anything_written, picture_text};
use crate::plan::{ActionView, GoalView, Measured};
use crate::strands::StrandView;
use crate::tasks::tasks;
use crate::view::{AssessmentView, DifferingView};
use crate::vocabulary::{Agreed, Kind, Outcome, Position};
use crate::voices::VoiceView;

/// A part of an assessment that can be shown by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What young people and parents said, and what was done with it.
    Voices,
    /// Summary, and which side must change first.
    Weighting,
    /// The group in its places: the summary and the table.
    Picture,
    /// Goals and actions.
    Plan,
    /// Meetings and their notes.
    Meetings,
    /// Differing views, and who sees what the same way.
    Disagreement,
    /// Young people by label, and agreement.
    Strands,
    /// Plain words and versions for young people and families, and what they reply.
    Families,
    /// What waits.
    Tasks,
    /// What may be out of date, when to look again, whether it is closed.
    Life,
    /// Purpose, themes and plan, to paste into a case file.
    CaseNotes,
}

/// One part as text, on a day ("YYYY-MM-DD"). `me` matters to tasks only.
pub fn part_text(view: &AssessmentView, part: Part, me: Option<&PersonId>, today: &str) -> String {
    let mut page = Page::default();
    match part {
        Part::Voices => voices(&mut page, view),
        Part::Weighting => weighting(&mut page, view),
        Part::Picture => picture_text(&mut page, &view.picture),
        Part::Plan => plan(&mut page, view, Some(today)),
        Part::Meetings => meetings(&mut page, view),
        Part::Disagreement => disagreement(&mut page, view),
        Part::Strands => strands(&mut page, view),
        Part::Families => families(&mut page, view),
        Part::Tasks => tasks_text(&mut page, view, me, today),
        Part::Life => life(&mut page, view, Some(today)),
        Part::CaseNotes => return case_notes(view, None, today),
    }
    page.text
}

/// Every part that somebody has written something of, below the sides.
pub(crate) fn written_parts(page: &mut Page, view: &AssessmentView) {
    if !view.voices.is_empty() {
        voices(page, view);
    }
    if !view.weighting.is_empty() || !view.summary.text.trim().is_empty() {
        weighting(page, view);
    }
    if !view.families.versions.is_empty() || !view.families.replies.is_empty() {
        families(page, view);
    }
    if anything_written(&view.picture) {
        picture_text(page, &view.picture);
    }
    if !view.planned.goals.is_empty() || !view.planned.actions.is_empty() {
        plan(page, view, None);
    }
    if !view.meetings.held.is_empty() {
        meetings(page, view);
    }
    if !view.positions.is_empty() {
        disagreement(page, view);
    }
    if !view.strands.is_empty() || view.openness.answer.is_some() || !view.openness.lawful_basis.is_empty() {
        strands(page, view);
    }
    if view.life.review.is_some()
        || view.life.closed.is_some()
        || !view.life.still_true.is_empty()
        || !view.life.shared.is_empty()
    {
        life(page, view, None);
    }
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    let first: String = characters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}", characters.as_str())
}

fn voices(page: &mut Page, view: &AssessmentView) {
    page.heading("Voices");
    for side in &view.sides {
        let here: Vec<&VoiceView> = view.voices.iter().filter(|voice| voice.side == side.id).collect();
        page.gap();
        page.line(2, &format!("{} {}", side.id, side.title));
        if here.is_empty() {
            let words = format!("Young people: {}. Parents and carers: {}.", side.young_people.words(), side.parents.words());
            page.line(4, &words);
        }
        here.into_iter().for_each(|one| voice(page, one));
    }
}

fn voice(page: &mut Page, voice: &VoiceView) {
    let words = match &voice.withdrawn {
        Some(why) => format!("(taken out: {why})"),
        None => format!("\u{201c}{}\u{201d}", voice.words),
    };
    let column = page.hanging(4, &format!("{}  ", capital(&voice.speaker)), &words);
    let date = voice.date.as_deref().map(long_day).unwrap_or_default();
    let agreed = if voice.agreed == Agreed::Agreed { "agreed to be written" } else { voice.agreed.words() };
    page.hanging(column, "", &format!("{} \u{b7} {agreed} \u{b7} {date}  [{}]", voice.how, short(&voice.kept.id)));
    for answer in &voice.answers {
        // Where it was used, the sentence says so itself.
        let outcome = if answer.outcome == Outcome::Used { String::new() } else { format!("{}. ", answer.outcome.words()) };
        page.hanging(column, "What we did: ", &format!("{outcome}{}", answer.text.text));
        match (&answer.fair, &answer.told) {
            (Some(fair), _) => {
                let why = answer.fair_words.as_ref().map(|words| format!(" \u{201c}{words}\u{201d}")).unwrap_or_default();
                page.hanging(column, "Is that fair? ", &format!("{}.{why}", fair.words()));
            }
            (None, Some(told)) => page.line(column, &format!("Told on {}.", long_day(told))),
            (None, None) => page.line(column, "Not told yet."),
        }
    }
    if voice.answers.is_empty() && voice.withdrawn.is_none() {
        page.line(column, "Not yet answered.");
    }
}

fn weighting(page: &mut Page, view: &AssessmentView) {
    if !view.summary.text.trim().is_empty() {
        page.heading("Summary");
        page.hanging(2, "", &view.summary.text);
    }
    let weighting = &view.weighting;
    page.heading("What must change first");
    for placed in &weighting.places {
        let title = view.sides.iter().find(|side| side.id == placed.side).map_or(placed.side.as_str(), |side| &side.title);
        page.hanging(2, &format!("{}  ", capital(placed.turn.words())), title);
    }
    if weighting.is_empty() {
        page.line(2, "Not written yet.");
    }
    page.hanging(2, "", &weighting.reason.text);
    if !weighting.took_part.is_empty() {
        let date = weighting.date.as_deref().map(|date| format!(" on {}", long_day(date))).unwrap_or_default();
        page.hanging(2, "", &format!("Talked over{date} by {}.", weighting.took_part.join(", ")));
    }
    match (&weighting.young_people, &weighting.young_people_asked) {
        (Some(words), asked) => {
            let asked = asked.as_deref().map(|date| format!(", {}", long_day(date))).unwrap_or_default();
            page.hanging(2, &format!("Young people{asked}: "), &format!("\u{201c}{words}\u{201d}"));
        }
        (None, _) => page.line(2, "Young people: not yet asked what they think of it."),
    }
    weighting.differing.iter().for_each(|view| differing(page, 2, view));
}

fn plan(page: &mut Page, view: &AssessmentView, today: Option<&str>) {
    page.heading("Goals");
    for hint in &view.planned.hints {
        page.hanging(2, "Hint: ", &hint.words);
    }
    for (number, one) in view.planned.goals.iter().enumerate() {
        page.gap();
        goal(page, number + 1, one);
    }
    page.heading("Actions");
    for one in &view.planned.actions {
        page.gap();
        action(page, one, today);
    }
}

fn goal(page: &mut Page, number: usize, goal: &GoalView) {
    let column = page.hanging(2, &format!("{number}. "), &goal.text.text);
    let from: Vec<&str> = goal.findings.iter().map(|finding| finding.label.as_str()).collect();
    if !from.is_empty() {
        page.hanging(column, "From ", &from.join(", "));
    }
    if !goal.measure.text.trim().is_empty() {
        page.hanging(column, "How we will know: ", &goal.measure.text);
    }
    let mut reading = |label: &str, one: &Measured| {
        let date = one.date.as_deref().map(|date| format!(" ({})", long_day(date))).unwrap_or_default();
        page.hanging(column, &format!("{label}{date}: "), &one.value);
    };
    if let Some(then) = &goal.then {
        reading("Then", then);
    }
    if let Some(now) = goal.now.last() {
        reading("Now", now);
    }
    if let Some(date) = &goal.ask_again {
        page.line(column, &format!("Ask again on {}.", long_day(date)));
    }
    goal.hints.iter().for_each(|hint| {
        page.hanging(column, "Hint: ", &hint.words);
    });
    goal.differing.iter().for_each(|view| differing(page, column, view));
    page.line(column, &format!("[{}]", short(&goal.kept.id)));
}

fn action(page: &mut Page, action: &ActionView, today: Option<&str>) {
    let column = page.hanging(2, "- ", &action.what.text);
    page.hanging(column, "Why: ", &action.why.text);
    let mut parts = Vec::new();
    if !action.sides.is_empty() {
        parts.push(format!("side {}", action.sides.join(", ")));
    }
    parts.push(action.owner.clone().unwrap_or_else(|| "nobody yet".to_owned()));
    parts.extend(action.person.clone());
    let dues = action.kept.two_versions.iter().find(|versions| versions.field.ends_with("/due"));
    match (dues, &action.due) {
        (Some(two), _) => {
            let two: Vec<String> = two.values.iter().map(|one| format!("{} ({})", one.words, names(&one.by))).collect();
            parts.push(format!("due: two versions, {}", two.join(" or ")));
        }
        (None, Some(due)) => parts.push(format!("due {}", long_day(due))),
        (None, None) => {}
    }
    let since = action.status_date.as_deref().map(|date| format!(", {}", long_day(date))).unwrap_or_default();
    let note = action.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    let late = today.is_some_and(|today| action.is_overdue(today));
    parts.push(format!("{}{note}{since}{}", action.status.words(), if late { " (overdue)" } else { "" }));
    page.hanging(column, "", &format!("{}  [{}]", parts.join(" \u{b7} "), short(&action.kept.id)));
    if let Some(words) = &action.young_people {
        page.hanging(column, "Young people: ", &format!("\u{201c}{words}\u{201d}"));
    }
    if action.keeps_apart {
        page.hanging(column, "Keeps friends apart. What would be lost: ", &action.lost.text);
        let review = action.apart_review.as_deref().map(long_day).unwrap_or_else(|| "no day set".to_owned());
        let why = action.apart_why.as_deref().unwrap_or("no reason written");
        page.hanging(column, "", &format!("All the same: {why}. To be looked at again: {review}."));
    }
    action.hints.iter().for_each(|hint| {
        page.hanging(column, "Hint: ", &hint.words);
    });
    action.differing.iter().for_each(|view| differing(page, column, view));
}

pub(crate) fn differing(page: &mut Page, indent: usize, view: &DifferingView) {
    let column = page.hanging(indent, "Differing view  ", &view.text);
    page.hanging(column, "", &format!("{}  [{}]", name(&view.by), short(&view.id)));
    if let Some(words) = &view.for_families {
        page.hanging(column, "Families read: ", words);
    }
    if let Some(why) = &view.withdrawn {
        page.hanging(column, "", &format!("Withdrawn by its author: {why}"));
    }
    view.answers.iter().for_each(|answer| differing(page, column, answer));
}

fn meetings(page: &mut Page, view: &AssessmentView) {
    page.heading("Meetings");
    for meeting in &view.meetings.held {
        page.gap();
        page.line(2, &format!("{}  [{}]", meeting.title, short(&meeting.kept.id)));
        let there = meeting.who_was_there();
        page.hanging(4, "There: ", if there.is_empty() { "nobody noted yet" } else { &there });
        page.hanging(4, "", if meeting.notes.text.trim().is_empty() { "No notes yet." } else { &meeting.notes.text });
        match (&meeting.agreed, &meeting.reopened_why) {
            (Some(agreed), _) => {
                let since = if agreed.written_since { " Somebody wrote in them since." } else { "" };
                let words = format!("As agreed: {}, {}.{since}", name(&agreed.by), long_day(&agreed.date));
                page.hanging(4, "", &words);
            }
            (None, Some(why)) => {
                page.hanging(4, "Opened again: ", why);
            }
            (None, None) => page.line(4, "Not agreed yet."),
        }
    }
    if view.meetings.held.is_empty() {
        page.line(2, "No meeting is noted yet.");
    }
}

fn disagreement(page: &mut Page, view: &AssessmentView) {
    page.heading("Who sees what the same way");
    for subject in &view.positions {
        page.gap();
        page.line(2, &capital(&subject.label));
        for person in &subject.positions {
            let before = person.before.last().filter(|before| before.position != person.now.position);
            let then = match before.map(|before| &before.position) {
                Some(Position::Same) => " (before: the same way)",
                Some(Position::Differently) => " (before: differently)",
                Some(_) => " (before: not sure)",
                None => "",
            };
            page.hanging(4, "", &format!("{} {}{then}.", name(&person.who), person.now.position.words()));
        }
    }
    if view.positions.is_empty() {
        page.line(2, "Nobody has said yet how they see something.");
    }
}

fn strand_line(strand: &StrandView) -> String {
    let phone = strand.phone.as_ref().map(|phone| format!(", {phone}")).unwrap_or_default();
    let agreement = strand.agreement.as_ref().map_or("not yet asked", |agreement| agreement.words());
    let review = strand.review.as_deref().map(|date| format!(", look again on {}", long_day(date))).unwrap_or_default();
    format!("held by {}{phone}. Agreement: {agreement}{review}.", name(&strand.holder))
}

fn strands(page: &mut Page, view: &AssessmentView) {
    page.heading("Young people by label, and agreement");
    for strand in &view.strands {
        let column =
            page.hanging(2, &format!("{}  ", strand.label), &format!("{}  [{}]", strand_line(strand), short(&strand.kept.id)));
        if strand.paused {
            let by = strand.decide_by.as_deref().map(|date| format!(" by {}", long_day(date))).unwrap_or_default();
            let words = format!("Nothing new is written under {} until its holder and a lead decide{by}.", strand.label);
            page.hanging(column, "", &format!("{words} No safety step waits."));
        }
        if let Some(decision) = &strand.after_no {
            let because = strand.because.as_ref().map(|because| format!(", because {because}")).unwrap_or_default();
            page.hanging(column, "", &format!("After a no: {}{because}.", decision.words()));
        }
    }
    let openness = &view.openness;
    if let Some(answer) = &openness.answer {
        page.hanging(2, "Have parents and the young people been asked? ", &format!("{}.", capital(answer.words())));
    }
    if let Some(why) = &openness.why {
        let reviewer = openness.reviewer.as_ref().map(|who| format!(", agreed by {who}")).unwrap_or_default();
        let again = openness.look_again.as_deref().map(|date| format!(", look again on {}", long_day(date))).unwrap_or_default();
        page.hanging(2, "Not asked yet: ", &format!("{why}{reviewer}{again}."));
    }
    for basis in &openness.lawful_basis {
        page.hanging(2, &format!("Lawful basis, {}: ", basis.agency), &basis.basis);
    }
}

fn tasks_text(page: &mut Page, view: &AssessmentView, me: Option<&PersonId>, today: &str) {
    page.heading("What waits");
    let tasks = tasks(view, me, today);
    for task in &tasks {
        let due = match (&task.due, task.overdue) {
            (Some(due), true) => format!(" \u{b7} was due {}", long_day(due)),
            (Some(due), false) => format!(" \u{b7} by {}", long_day(due)),
            (None, _) => String::new(),
        };
        page.hanging(2, "- ", &format!("{}{due}", task.what));
    }
    if tasks.is_empty() {
        page.line(2, "Nothing.");
    }
}

fn life(page: &mut Page, view: &AssessmentView, today: Option<&str>) {
    page.heading("How long it holds");
    let life = &view.life;
    if let Some(closed) = &life.closed {
        page.hanging(2, "", &format!("Closed on {} by {}.", long_day(&closed.date), name(&closed.by)));
        for (label, words) in [
            ("What has changed: ", &closed.outcomes),
            ("What is kept: ", &closed.kept),
            ("Why: ", &closed.kept_why),
            ("Who looks after it: ", &closed.next_owner),
        ] {
            if let Some(words) = words {
                page.hanging(4, label, words);
            }
        }
        if let Some(families) = &closed.families {
            let why = closed.families_why.as_ref().map(|why| format!(", because {why}")).unwrap_or_default();
            page.hanging(4, "Families: ", &format!("{}{why}.", families.words()));
        }
    } else if let Some(why) = &life.reopened_why {
        page.hanging(2, "Opened again: ", why);
    }
    if let Some(date) = &life.review {
        page.line(2, &format!("To be looked at again on {}.", long_day(date)));
    }
    for looked in &life.still_true {
        let title = view.sides.iter().find(|side| side.id == looked.side).map_or(looked.side.as_str(), |side| &side.title);
        let when = looked.date.as_deref().map(|date| format!(", {}", long_day(date))).unwrap_or_default();
        page.line(2, &format!("{title}: {}{when}.", looked.answer.words()));
    }
    for one in &life.shared {
        let when = one.date.as_deref().map(|date| format!(", {}", long_day(date))).unwrap_or_default();
        let words = format!("{}, with {}. Why: {} ({}{when})", one.what, one.with, one.why, name(&one.kept.by));
        page.hanging(2, "Shared outside: ", &words);
    }
    for part in today.map(|today| stale(view, today)).unwrap_or_default() {
        page.hanging(2, "- ", &format!("{}.", part.words));
    }
}

/// Replies of young people and families: they stand beside the summary wherever it goes among professionals (R17).
fn replies<'v>(page: &mut Page, replies: impl Iterator<Item = &'v ReplyView>) {
    for reply in replies {
        let on = reply.shared_on.as_deref().map(|day| format!(", on the version of {}", long_day(day))).unwrap_or_default();
        page.hanging(2, "Reply: ", &format!("{}{on}.", capital(&reply.whose)));
        for part in &reply.parts {
            page.hanging(4, "- ", &part.line());
        }
        for (label, text) in [("What did we miss? ", &reply.missed), ("", &reply.reply)] {
            if !text.trim().is_empty() {
                page.hanging(4, label, &format!("\u{201c}{text}\u{201d}"));
            }
        }
    }
}

/// Plain words, and the versions that were shared with young people and families.
fn families(page: &mut Page, view: &AssessmentView) {
    page.heading("For young people and families");
    for part in &view.families.parts {
        let state = match &part.twin {
            None => "no plain words yet".to_owned(),
            Some(twin) if twin.out_of_date => format!("plain words by {}; it reads otherwise now", name(&twin.by)),
            Some(twin) => format!("plain words by {}", name(&twin.by)),
        };
        page.hanging(2, &format!("{} ({}): ", part.place, part.part), &format!("{state}."));
        if let Some(twin) = &part.twin {
            page.hanging(4, "", &twin.text);
        }
        if let Some(level) = part.level.as_ref().or(part.draft_level.as_ref()) {
            page.hanging(4, "", &level.words);
        }
    }
    for version in &view.families.versions {
        let on = version.kept.at.map(|at| long_day(&crate::dates::day(at))).unwrap_or_default();
        let state = match &version.taken_back {
            Some(back) => format!("taken back by {}: {}", name(&back.by), back.why),
            None if version.stands => "what they read now".to_owned(),
            None => "an earlier one".to_owned(),
        };
        let by = name(&version.kept.by);
        page.hanging(
            2,
            "- ",
            &format!("For {}, shared by {by} on {on}; {state}. [{}]", version.for_words, short(&version.kept.id)),
        );
    }
    replies(page, view.families.replies.iter());
}

/// Plain text for a young person's own case file or a panel: purpose, themes, plan, and one's own strand if it is named by its id.
/// No history, no ids, nothing of other young people (R18, R19).
pub fn case_notes(view: &AssessmentView, strand: Option<&str>, today: &str) -> String {
    let mut page = Page::default();
    let title = view.title.as_deref().unwrap_or("A peer assessment");
    page.line(0, &format!("{title}: copied on {}", long_day(today)));
    page.heading("Why this group");
    page.hanging(2, "", &view.purpose.head);
    if let Some(agency) = &view.purpose.lead_agency {
        page.line(2, &format!("Led by {agency}."));
    }
    for side in view.sides.iter().filter(|side| !side.empty) {
        page.heading(&side.title);
        for dimension in &side.dimensions {
            for entry in dimension.entries.iter().filter(|entry| entry.retired.is_none()) {
                let label = if matches!(entry.kind, Kind::Newer(_)) { "Also" } else { entry.kind.words() };
                page.hanging(2, &format!("{label}: "), &entry.text);
            }
        }
        for entry in side.entries.iter().filter(|entry| entry.retired.is_none()) {
            page.hanging(2, &format!("{}: ", entry.kind.words()), &entry.text);
        }
    }
    if !view.summary.text.trim().is_empty() {
        page.heading("Summary");
        page.hanging(2, "", &view.summary.text);
        // Of other young people nothing is in a case file; without a strand, nobody's.
        replies(&mut page, view.families.replies.iter().filter(|reply| strand.is_some() && reply.strand.as_deref() == strand));
    }
    page.heading("Plan");
    for (number, goal) in view.planned.goals.iter().enumerate() {
        page.hanging(2, &format!("Goal {}: ", number + 1), &goal.text.text);
    }
    for action in &view.planned.actions {
        let owner = action.owner.as_deref().unwrap_or("nobody yet");
        let due = action.due.as_deref().map(|due| format!(", due {}", long_day(due))).unwrap_or_default();
        let what = action.what.text.trim_end_matches('.');
        let words = format!("{what}. Why: {} ({owner}{due}, {})", action.why.text, action.status.words());
        page.hanging(2, "Action: ", &words);
    }
    if let Some(strand) = view.strands.iter().find(|one| Some(one.kept.id.as_str()) == strand) {
        page.heading(&format!("{} in this assessment", strand.label));
        page.hanging(2, "", &capital(&strand_line(strand)));
        for voice in view.voices.iter().filter(|voice| voice.strand.as_deref() == Some(strand.kept.id.as_str())) {
            page.hanging(2, &format!("{}: ", capital(&voice.speaker)), &format!("\u{201c}{}\u{201d}", voice.words));
            for answer in &voice.answers {
                page.hanging(4, "What we did: ", &answer.text.text);
            }
        }
    }
    page.text
}
