//! What waits for somebody, computed from the assessment as it stands (sample-and-words 2, "My work"). Nothing is stored: a task is
//! gone when what it asks for is there. The order is that of the page, never a computed importance.

use serde::{Deserialize, Serialize};

use crate::dates::{self, long_day};
use crate::ids::{EntryId, PersonId};
use crate::life::stale;
use crate::lines::{Line, lines, place_of};
use crate::strand_record::HeardWaits;
use crate::view::{AssessmentView, Mark};
use crate::vocabulary::AskedAll;
use crate::voices::{VoiceView, first_words};
use crate::working_days;

/// Working days in which to ask parents and young people, after somebody said "not yet" (sample-and-words 1.6).
const ASK_WITHIN: u32 = 5;

/// Working days in which what somebody said is answered (R50; our proposal). After that it stands first on the team's screens.
pub const ANSWER_WITHIN: u32 = 10;

/// For whom a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum ForWhom {
    /// Everybody who writes here.
    Everybody,
    /// The leads.
    Leads,
    /// Whoever holds the strand.
    Holder,
    /// The agency that owns the action. All agencies in the plan see it (R39).
    Owner,
}

/// Where a task stands on the page *My work*; the order is that of the page (sample-and-words 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// What young people and parents said waits for an answer.
    Heard,
    /// Somebody waits to be let in.
    LetIn,
    /// Two versions to choose from, or texts written apart.
    TwoVersions,
    /// A day has come.
    Overdue,
    /// Agreements to ask for or to look at again.
    Agreement,
    /// Parts that may be out of date.
    OutOfDate,
}

impl Group {
    /// Its heading.
    pub fn words(self) -> &'static str {
        match self {
            Self::Heard => "What young people and parents said",
            Self::LetIn => "Someone waits to be let in",
            Self::TwoVersions => "Two versions to choose from",
            Self::Overdue => "Days that have come",
            Self::Agreement => "Agreement",
            Self::OutOfDate => "May be out of date",
        }
    }

    pub(crate) fn of(kind: &str) -> Self {
        match kind {
            "heard-not-read" | "heard-waits" | "asks-to-take-out" | "asks-to-read" | "voice-not-answered" | "answer-not-told" => {
                Self::Heard
            }
            "two-versions"
            | "edited-apart"
            | "retired-and-edited"
            | "agreed-and-edited"
            | "rests-on-one-taken-out"
            | "label-twice" => Self::TwoVersions,
            "talk-first" | "ask-later" | "no-links" | "decide-after-no" | "agreement-review" | "agreement-differs" | "ask"
            | "ask-again" | "not-asked-reason" | "not-asked-review" | "competence-review" => Self::Agreement,
            "stale" | "review" | "measure" | "map-review" => Self::OutOfDate,
            _ => Self::Overdue,
        }
    }
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Task {
    /// "voice-not-answered", "two-versions", "overdue-action", …: what a screen opens.
    pub kind: String,
    /// Where it stands in the list.
    pub group: Group,
    /// What to do, in one sentence.
    pub what: String,
    /// By when, if there is a day.
    pub due: Option<String>,
    /// Whether that day has passed.
    pub overdue: bool,
    /// For whom.
    pub for_whom: ForWhom,
    /// Whether it is mine: my agency's action, my strand, everybody's. Leads' tasks count as theirs only where roles are known.
    pub mine: bool,
    /// What it is about: an id, a field, a side.
    pub about: String,
    /// The page on which it is done, as `Line::page`.
    pub page: String,
    /// What to bring into view there; empty for the page itself.
    pub at: String,
}

impl Task {
    /// Whether it is for somebody who reads their own list: theirs, or the leads' where they lead.
    pub fn is_for(&self, leads: bool) -> bool {
        self.mine || (leads && self.for_whom == ForWhom::Leads)
    }
}

struct List<'a> {
    today: &'a str,
    lines: Vec<Line>,
    tasks: Vec<Task>,
}

impl List<'_> {
    fn add(&mut self, kind: &str, what: String, due: Option<&str>, (for_whom, mine): (ForWhom, bool), about: &str) {
        let overdue = due.is_some_and(|due| due < self.today);
        let (page, at) = self.place(kind, about);
        let (group, kind, due, about) = (Group::of(kind), kind.to_owned(), due.map(str::to_owned), about.to_owned());
        self.tasks.push(Task { kind, group, what, due, overdue, for_whom, mine, about, page, at });
    }

    /// Where somebody does it: where what it is about stands, or the page that is for such tasks.
    fn place(&self, kind: &str, about: &str) -> (String, String) {
        let page = match kind {
            "two-versions" => "versions",
            "purpose" => "why",
            "review" => "look-again",
            // A side as a whole is looked at on the page that asks whether it is still true.
            "stale" if about.parse::<EntryId>().is_err() => "look-again",
            "decide-after-no" | "agreement-review" | "label-twice" | "heard-waits" => "team",
            "ask" | "not-asked-reason" | "not-asked-review" => "asked",
            _ => match place_of(&self.lines, about) {
                Some(place) => return place,
                None => "look-again",
            },
        };
        (page.to_owned(), String::new())
    }

    /// Whether a day has come.
    fn is_due(&self, day: Option<&str>) -> bool {
        day.is_some_and(|day| day <= self.today)
    }
}

/// What waits on a day ("YYYY-MM-DD"), in the order of the page *My work*. `me` says whose eyes read it.
pub fn tasks(view: &AssessmentView, me: Option<&PersonId>, today: &str) -> Vec<Task> {
    let mut list = List { today, lines: lines(view), tasks: Vec::new() };
    if view.life.closed.is_some() {
        return list.tasks;
    }
    let all = (ForWhom::Everybody, true);
    let leads = (ForWhom::Leads, false);
    let me = me.map(ToString::to_string);
    let my = view.people.iter().find(|person| Some(&person.person) == me.as_ref());
    if let Some(since) = view.purpose.act_today.filter(|_| !view.purpose.not_yet_written.is_empty()) {
        let due = working_days::after(&dates::day(since), 1);
        let what = format!("Write why this group: {}", view.purpose.not_yet_written.join("; "));
        list.add("purpose", what, Some(&due), leads, "purpose");
    }
    heard(view, &mut list);
    for voice in view.voices.iter().filter(|voice| voice.withdrawn.is_none()) {
        if !voice.is_answered() {
            let what = format!("Say what was done with what {} said: \"{}\"", voice.speaker, first_words(&voice.words));
            list.add("voice-not-answered", what, answer_by(voice).as_deref(), all, &voice.kept.id);
        } else if voice.answers.iter().all(|answer| answer.told.is_none()) {
            let what = format!("Tell {} what was done with what they said", voice.speaker);
            list.add("answer-not-told", what, None, all, &voice.kept.id);
        }
    }
    marks(view, me.as_deref(), &mut list);
    for action in view.planned.actions.iter().filter(|action| action.is_overdue(today)) {
        let owner = action.owner.as_deref().unwrap_or("nobody yet");
        let agency = my.and_then(|my| my.agency.as_deref());
        let mine = agency.is_some_and(|agency| owner.to_lowercase().contains(&agency.to_lowercase()))
            || (action.person.is_some() && action.person == my.and_then(|my| my.name.clone()));
        let what = format!("{} ({owner})", first_words(&action.what.text));
        list.add("overdue-action", what, action.due.as_deref(), (ForWhom::Owner, mine), &action.kept.id);
    }
    for action in view.planned.actions.iter().filter(|action| action.keeps_apart) {
        if list.is_due(action.apart_review.as_deref()) {
            let what = format!("Look again at keeping friends apart: {}", first_words(&action.what.text));
            list.add("apart-review", what, action.apart_review.as_deref(), all, &action.kept.id);
        }
    }
    strands(view, me.as_deref(), &mut list);
    openness(view, &mut list);
    for (number, goal) in view.planned.goals.iter().enumerate() {
        if list.is_due(goal.ask_again.as_deref()) {
            let what = format!("Ask again about goal {}: {}", number + 1, first_words(&goal.measure.text));
            list.add("measure", what, goal.ask_again.as_deref(), all, &goal.kept.id);
        }
    }
    if list.is_due(view.life.review.as_deref()) {
        let what = "Look at the whole assessment again: is each side still true?".to_owned();
        list.add("review", what, view.life.review.as_deref(), leads, "life");
    }
    for part in stale(view, today) {
        list.add("stale", part.words, None, all, &part.part);
    }
    list.tasks.sort_by_key(|task| task.group);
    list.tasks
}

/// By when what somebody said is to be answered.
fn answer_by(voice: &VoiceView) -> Option<String> {
    voice.date.as_deref().map(|date| working_days::after(date, ANSWER_WITHIN))
}

/// What came by a link and that nobody has read in time: leads see how much and since when, never what.
fn heard(view: &AssessmentView, list: &mut List<'_>) {
    let late = view.strands.iter().filter(|strand| strand.heard_waits.is_late(list.today));
    let mut late: Vec<_> = late.collect();
    late.sort_by(|a, b| a.heard_waits.since.cmp(&b.heard_waits.since));
    for strand in late {
        let HeardWaits { count, since } = &strand.heard_waits;
        let since = since.as_deref().map(long_day).unwrap_or_default();
        let things = if *count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
        let what = format!("{things} from {} for {} to read, since {since}: ask them", strand.label, strand.holder.name);
        let due = strand.heard_waits.due();
        list.add("heard-waits", what, due.as_deref(), (ForWhom::Leads, false), &strand.kept.id);
    }
}

fn marks(view: &AssessmentView, me: Option<&str>, list: &mut List<'_>) {
    let all = (ForWhom::Everybody, true);
    for mark in &view.marks {
        match mark {
            Mark::TwoVersions(two) => {
                let words: Vec<String> = two.values.iter().map(|version| format!("\"{}\"", version.words)).collect();
                let what = format!("Choose between two versions of {}: {}", two.label, words.join(" or "));
                list.add("two-versions", what, None, all, &two.field);
            }
            Mark::EditedApart { field, label, .. } => {
                list.add("edited-apart", format!("Read once what two people wrote apart: {label}"), None, all, field);
            }
            Mark::RetiredAndEdited { id, label, .. } => {
                let what = format!("Restore it, or take it back again: {label} was edited after it was taken back");
                list.add("retired-and-edited", what, None, all, id);
            }
            Mark::AgreedAndEdited { id, label, .. } => {
                let what = format!("Read the notes once: somebody wrote in them after they were as agreed: {label}");
                list.add("agreed-and-edited", what, None, all, id);
            }
            Mark::RestsOnOneTakenOut { id, label } => {
                let what = format!("Does this stand as a theme? It rested on one young person who was taken out: {label}");
                list.add("rests-on-one-taken-out", what, None, (ForWhom::Leads, false), id);
            }
            Mark::LabelTwice { id, label } => {
                let what = format!("Give one of two young people with the label {label} another label");
                let strand = view.strands.iter().find(|strand| strand.kept.id == *id);
                let mine = me.is_some() && strand.is_some_and(|strand| strand.holder.person.as_deref() == me);
                list.add("label-twice", what, None, (ForWhom::Holder, mine), id);
            }
            _ => {}
        }
    }
}

fn strands(view: &AssessmentView, me: Option<&str>, list: &mut List<'_>) {
    for strand in &view.strands {
        let mine = me.is_some() && strand.holder.person.as_deref() == me;
        if strand.paused {
            let what = format!("Decide with a lead how to go on with {} after a no", strand.label);
            list.add("decide-after-no", what, strand.decide_by.as_deref(), (ForWhom::Holder, mine), &strand.kept.id);
        }
        if list.is_due(strand.review.as_deref()) {
            let what = format!("Look at agreement again with {}", strand.label);
            list.add("agreement-review", what, strand.review.as_deref(), (ForWhom::Holder, mine), &strand.kept.id);
        }
    }
}

fn openness(view: &AssessmentView, list: &mut List<'_>) {
    let openness = &view.openness;
    let leads = (ForWhom::Leads, false);
    if matches!(openness.answer, Some(AskedAll::NotYet | AskedAll::Some)) {
        let due = openness.since.map(|since| working_days::after(&dates::day(since), ASK_WITHIN));
        list.add("ask", "Ask, and say what this is: words you can use".to_owned(), due.as_deref(), leads, "openness");
    }
    if !openness.still_needs.is_empty() {
        let what = format!("Somebody is not asked yet. Say: {}", openness.still_needs.join(", "));
        list.add("not-asked-reason", what, None, leads, "openness");
    }
    if list.is_due(openness.look_again.as_deref()) {
        let since = openness.look_again.as_deref().map(long_day).unwrap_or_default();
        let what = format!("Look again at not asking somebody: that was to be by {since}");
        list.add("not-asked-review", what, openness.look_again.as_deref(), leads, "openness");
    }
}
