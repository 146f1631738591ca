//! An assessment as lines that a person could point to, each with the page on which it stands: what is searched, and what is compared
//! between two moments. Young people are in it by their words alone, never as strands (R4).

use serde::{Deserialize, Serialize};

use crate::dates::long_day;
use crate::meetings::MeetingView;
use crate::picture::PictureView;
use crate::plan::{ActionView, GoalView, Measured};
use crate::view::{Answered, AssessmentView, DifferingView, EntryView, SideView};
use crate::voices::VoiceView;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Line {
    /// What it is, the same at every moment: "entries/{id}/text".
    pub field: String,
    /// The page on which it stands: "sides/1", "sides/weighting", "voices", "picture", "plan", "meetings", "why", "look-again".
    pub page: String,
    /// What to bring into view there: an id; empty for the page itself.
    pub at: String,
    /// What it is, in words: "Strength, 1.6 Care and protection in the group".
    pub label: String,
    /// What stands there.
    pub text: String,
    /// Whether somebody's own words stand there, rather than a choice or a day.
    pub words: bool,
}

struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, place: (&str, &str), field: String, label: &str, text: &str, words: bool) {
        if !text.trim().is_empty() {
            let (page, at) = place;
            let (page, at, label, text) = (page.to_owned(), at.to_owned(), label.to_owned(), text.to_owned());
            self.0.push(Line { field, page, at, label, text, words });
        }
    }

    fn words(&mut self, place: (&str, &str), field: String, label: &str, text: &str) {
        self.add(place, field, label, text, true);
    }

    fn choice(&mut self, place: (&str, &str), field: String, label: &str, text: Option<&str>) {
        self.add(place, field, label, text.unwrap_or_default(), false);
    }

    fn day(&mut self, place: (&str, &str), field: String, label: &str, day: Option<&str>) {
        self.add(place, field, label, &day.map(long_day).unwrap_or_default(), false);
    }
}

/// Every line of an assessment, in the order of its pages.
pub fn lines(view: &AssessmentView) -> Vec<Line> {
    let mut all = Lines(Vec::new());
    purpose(&mut all, view);
    for side in &view.sides {
        side_lines(&mut all, side);
    }
    view.elsewhere.iter().for_each(|one| entry(&mut all, "sides/1", "written where this framework has no place", one));
    weighting(&mut all, view);
    view.voices.iter().for_each(|one| voice(&mut all, one));
    picture(&mut all, &view.picture);
    for (number, one) in view.planned.goals.iter().enumerate() {
        goal(&mut all, number + 1, one);
    }
    view.planned.actions.iter().for_each(|one| action(&mut all, one));
    view.meetings.held.iter().for_each(|one| meeting(&mut all, one));
    positions(&mut all, view);
    life(&mut all, view);
    all.0
}

fn purpose(all: &mut Lines, view: &AssessmentView) {
    let place = ("why", "");
    all.words(place, "title".to_owned(), "The name of the assessment", view.title.as_deref().unwrap_or_default());
    let purpose = &view.purpose;
    all.choice(
        place,
        "purpose/trigger".to_owned(),
        "What made us look",
        purpose.trigger.as_ref().map(crate::vocabulary::Trigger::words),
    );
    let answers: [(&str, &str, &Answered); 5] = [
        ("why-now", "Why now", &purpose.why_now),
        ("better", "What should be better", &purpose.better),
        ("find-out", "How we find out", &purpose.find_out),
        ("go-wrong", "What could go wrong because we looked", &purpose.could_go_wrong),
        ("less-intrusive", "What asks less of them", &purpose.less_intrusive),
    ];
    for (key, label, answer) in answers {
        all.words(place, format!("purpose/{key}"), label, &answer.text);
    }
    all.words(place, "purpose/lead-agency".to_owned(), "Leading", purpose.lead_agency.as_deref().unwrap_or_default());
}

fn side_lines(all: &mut Lines, side: &SideView) {
    let page = format!("sides/{}", side.id);
    for dimension in &side.dimensions {
        let place = format!("{} {}", dimension.id, dimension.title);
        dimension.entries.iter().for_each(|one| entry(all, &page, &place, one));
    }
    side.entries.iter().for_each(|one| entry(all, &page, &side.title, one));
    let asked = [
        ("young-people", "Young people\u{2019}s view", &side.young_people),
        ("parents", "Parents\u{2019} and carers\u{2019} view", &side.parents),
    ];
    for (key, whose, answer) in asked {
        let label = format!("{whose} of {}", side.title);
        all.choice(("voices", &side.id), format!("sides/{}/asked-{key}", side.id), &label, Some(answer.words()));
    }
}

fn entry(all: &mut Lines, page: &str, where_it_is: &str, entry: &EntryView) {
    let place = (page, entry.id.as_str());
    let field = |key: &str| format!("entries/{}/{key}", entry.id);
    let label = format!("{}, {where_it_is}", entry.kind.words());
    all.words(place, field("text"), &label, &entry.text);
    all.choice(place, field("kind"), &format!("What this is: \u{201c}{}\u{201d}", start(&entry.text)), Some(entry.kind.words()));
    all.choice(
        place,
        field("dimension"),
        &format!("Where this stands: \u{201c}{}\u{201d}", start(&entry.text)),
        Some(where_it_is),
    );
    let said_by = entry.provenance.said_by.as_deref();
    all.words(place, field("said-by"), &format!("Who said it, {where_it_is}"), said_by.unwrap_or_default());
    entry.differing.iter().for_each(|one| differing(all, place, where_it_is, one));
}

/// Places, adults and parts of the picture, and its words. Ties between young people are not lines: they stand in its table alone.
fn picture(all: &mut Lines, view: &PictureView) {
    for one in view.places.iter().filter(|one| one.ended.is_none()) {
        let (place, field) = (("picture", one.kept.id.as_str()), |key: &str| format!("picture/places/{}/{key}", one.kept.id));
        all.words(place, field("name"), "A place in the picture", &one.name);
        all.choice(place, field("how"), &format!("How it is at {}", one.name), Some(&one.how_words()));
        for conduct in one.conduct.iter().filter(|conduct| conduct.ended.is_none()) {
            let label = format!("What people do at {}", one.name);
            let text = format!("{}: {}", conduct.who, conduct.what);
            all.words(place, format!("picture/conduct/{}/what", conduct.kept.id), &label, &text);
        }
    }
    for one in view.adults.iter().filter(|one| one.ended.is_none()) {
        let place = ("picture", one.kept.id.as_str());
        all.words(place, format!("picture/adults/{}/role", one.kept.id), "A trusted adult in the picture", &one.role);
    }
    for one in view.parts.iter().filter(|one| one.ended.is_none()) {
        let place = ("picture", one.kept.id.as_str());
        all.words(place, format!("picture/parts/{}/name", one.kept.id), "A part of the group in the picture", &one.name);
    }
    all.words(("picture", ""), "picture/words".to_owned(), "The picture in words", &view.words.text);
}

fn start(text: &str) -> String {
    crate::voices::first_words(text)
}

fn differing(all: &mut Lines, place: (&str, &str), about: &str, view: &DifferingView) {
    if view.withdrawn.is_none() {
        all.words(
            place,
            format!("differing/{}/text", view.id),
            &format!("{} sees it differently, {about}", view.by.name),
            &view.text,
        );
        let families = view.for_families.as_deref().unwrap_or_default();
        let label = format!("What families read of how {} sees it, {about}", view.by.name);
        all.words(place, format!("differing/{}/for-families", view.id), &label, families);
    }
    view.answers.iter().for_each(|one| differing(all, place, about, one));
}

fn weighting(all: &mut Lines, view: &AssessmentView) {
    all.words(("sides/summary", ""), "analysis/summary".to_owned(), "Summary", &view.summary.text);
    let place = ("sides/weighting", "");
    let weighting = &view.weighting;
    for side in &view.sides {
        let turn = weighting.places.iter().find(|placed| placed.side == side.id).map(|placed| placed.turn.words());
        let label = format!("When this must change: {}", side.title);
        all.choice(place, format!("analysis/weighting.place.{}", side.id), &label, turn);
    }
    all.words(place, "analysis/weighting".to_owned(), "Why that side must change first", &weighting.reason.text);
    all.day(place, "analysis/weighting.date".to_owned(), "When the weighting was talked over", weighting.date.as_deref());
    all.words(
        place,
        "analysis/weighting.took-part".to_owned(),
        "Who took part in the weighting",
        &weighting.took_part.join(", "),
    );
    let young_people = weighting.young_people.as_deref().unwrap_or_default();
    all.words(place, "analysis/weighting.young-people".to_owned(), "What young people think of the weighting", young_people);
    weighting.differing.iter().for_each(|one| differing(all, place, "the weighting", one));
}

fn voice(all: &mut Lines, voice: &VoiceView) {
    let place = ("voices", voice.kept.id.as_str());
    all.words(place, format!("voices/{}/words", voice.kept.id), &format!("What {} said", voice.speaker), &voice.words);
    if voice.withdrawn.is_some() {
        return;
    }
    for answer in &voice.answers {
        let field = |key: &str| format!("answers/{}/{key}", answer.kept.id);
        let label = format!("What we did with what {} said", voice.speaker);
        all.words(place, field("text"), &label, &answer.text.text);
        let fair = answer.fair.as_ref().map(crate::vocabulary::Fair::words);
        all.choice(place, field("fair"), &format!("Is that fair, as {} says it", voice.speaker), fair);
        let words = answer.fair_words.as_deref().unwrap_or_default();
        all.words(place, field("fair-words"), &format!("Why, as {} says it", voice.speaker), words);
    }
}

fn goal(all: &mut Lines, number: usize, goal: &GoalView) {
    let place = ("plan", goal.kept.id.as_str());
    let field = |key: &str| format!("plan/goals/{}/{key}", goal.kept.id);
    all.words(place, field("text"), &format!("Goal {number}"), &goal.text.text);
    all.words(place, field("measure"), &format!("How we will know about goal {number}"), &goal.measure.text);
    let mut measured = |key: &str, label: &str, one: &Measured| {
        let date = one.date.as_deref().map(|date| format!(", {}", long_day(date))).unwrap_or_default();
        all.words(place, field(key), &format!("{label}, goal {number}{date}"), &one.value);
    };
    if let Some(then) = &goal.then {
        measured("then", "Then", then);
    }
    for (count, now) in goal.now.iter().enumerate() {
        measured(&format!("now.{count}"), "Now", now);
    }
    all.day(place, field("ask-again"), &format!("When to ask again about goal {number}"), goal.ask_again.as_deref());
    goal.differing.iter().for_each(|one| differing(all, place, &format!("goal {number}"), one));
}

fn action(all: &mut Lines, action: &ActionView) {
    let place = ("plan", action.kept.id.as_str());
    let field = |key: &str| format!("plan/responses/{}/{key}", action.kept.id);
    let about = format!("the action \u{201c}{}\u{201d}", start(&action.what.text));
    all.words(place, field("what"), "Action", &action.what.text);
    for (key, label, text) in [
        ("why", "Why", Some(&action.why.text)),
        ("owner", "Who does it", action.owner.as_ref()),
        ("person", "Who in it", action.person.as_ref()),
        ("note", "How it stands, in words", action.note.as_ref()),
        ("young-people", "What young people think", action.young_people.as_ref()),
        ("lost", "What would be lost", Some(&action.lost.text)),
        ("apart-why", "Why friends are kept apart", action.apart_why.as_ref()),
    ] {
        all.words(place, field(key), &format!("{label}: {about}"), text.map(String::as_str).unwrap_or_default());
    }
    all.choice(place, field("status"), &format!("How it stands: {about}"), Some(action.status.words()));
    all.day(place, field("due"), &format!("Due: {about}"), action.due.as_deref());
    all.day(
        place,
        field("apart-review"),
        &format!("When to look at keeping apart again: {about}"),
        action.apart_review.as_deref(),
    );
    action.differing.iter().for_each(|one| differing(all, place, &about, one));
}

fn meeting(all: &mut Lines, meeting: &MeetingView) {
    let place = ("meetings", meeting.kept.id.as_str());
    let field = |key: &str| format!("meetings/{}/{key}", meeting.kept.id);
    all.words(place, field("notes"), &format!("Notes: {}", meeting.title), &meeting.notes.text);
    all.choice(place, field("meeting-kind"), "What kind of meeting it was", Some(meeting.kind.words()));
    all.day(place, field("date"), "The day of a meeting", meeting.date.as_deref());
    all.words(place, field("there"), &format!("Who was there: {}", meeting.title), &meeting.who_was_there());
    let agreed = meeting.agreed.as_ref().map(|agreed| format!("as agreed, {}", agreed.by.name));
    all.choice(place, field("closed"), &format!("How the notes stand: {}", meeting.title), agreed.as_deref());
    let why = meeting.reopened_why.as_deref().unwrap_or_default();
    all.words(place, field("closed-why"), &format!("Why the notes were opened again: {}", meeting.title), why);
}

fn positions(all: &mut Lines, view: &AssessmentView) {
    for subject in &view.positions {
        for person in &subject.positions {
            let who = person.who.person.as_ref().or(person.who.device.as_ref()).cloned().unwrap_or_default();
            let label = format!("How {} sees {}", person.who.name, subject.label);
            let field = format!("positions/{}/{who}", subject.about);
            all.choice(("sides/agreement", &subject.about), field, &label, Some(person.now.position.words()));
        }
    }
}

fn life(all: &mut Lines, view: &AssessmentView) {
    let place = ("look-again", "");
    let life = &view.life;
    all.day(place, "life/review".to_owned(), "When to look at the whole again", life.review.as_deref());
    for looked in &life.still_true {
        let title = view.sides.iter().find(|side| side.id == looked.side).map_or(looked.side.as_str(), |side| &side.title);
        let label = format!("Still true? {title}");
        all.choice(place, format!("life/still-true.{}", looked.side), &label, Some(looked.answer.words()));
    }
    if let Some(closed) = &life.closed {
        all.day(place, "life/closed".to_owned(), "Closed", Some(&closed.date));
        for (key, label, words) in [
            ("outcomes", "What has changed for the young people", &closed.outcomes),
            ("kept", "What is kept", &closed.kept),
            ("kept-why", "Why it is kept", &closed.kept_why),
            ("next-owner", "Who looks after it", &closed.next_owner),
        ] {
            all.words(place, format!("life/{key}"), label, words.as_deref().unwrap_or_default());
        }
    }
    all.words(place, "life/reopened-why".to_owned(), "Why it was opened again", life.reopened_why.as_deref().unwrap_or_default());
}

/// The page on which something stands, and what to bring into view there: of an id, or of a field that holds one.
pub(crate) fn place_of(lines: &[Line], about: &str) -> Option<(String, String)> {
    let names = |line: &&Line| !line.at.is_empty() && about.split('/').any(|part| part == line.at);
    let found = lines.iter().find(|line| line.field == about).or_else(|| lines.iter().find(names))?;
    Some((found.page.clone(), found.at.clone()))
}
