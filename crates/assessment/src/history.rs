//! Who did what, and when, in plain words.
//!
//! Each change carries a short code for its words as Automerge's message ("add:kq3…:worry:2.3"): an author's claim, like the time.
//! Nothing of a message is shown but words of our own and names from the document. Who wrote is read from the change's actor,
//! which signatures prove elsewhere.

use std::collections::HashMap;

use automerge::{Automerge, ChangeHash, ChangeMetadata, ObjType, ROOT, ReadDoc};
use serde::{Deserialize, Serialize};

use crate::entry::places;
use crate::framework::Framework;
use crate::ids::{DeviceId, device_of_actor};
use crate::people::{Owners, People};
use crate::read::{objects, text_scalar};
use crate::schema::framework;
use crate::view::Who;
use crate::vocabulary::{Kind, Whose};

/// Typing pauses up to this long, in seconds, still make one line of history.
const ONE_SITTING: i64 = 600;

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct HistoryLine {
    /// When it was done (for typing: when it ended), by its author's clock.
    pub when: i64,
    /// When it began: typing in one text is one line.
    pub since: i64,
    /// Who did it.
    pub who: Who,
    /// What, in words that follow the name: "added a worry under 2.3 Agreement among adults".
    pub what: String,
    /// The hash of the (last) change, in hexadecimal.
    pub change: String,
    /// How many changes.
    pub changes: usize,
}

/// The whole history, newest last; a change never stands before one that it builds on.
pub fn history(doc: &Automerge) -> Vec<HistoryLine> {
    history_with(doc, None)
}

/// The same, with the group's own knowledge of which device is whose.
pub fn history_with(doc: &Automerge, owners: Option<&Owners>) -> Vec<HistoryLine> {
    let people = People::of(doc, owners);
    let teller = Teller { doc, framework: framework(doc), ids: ids(doc) };
    let hidden = crate::strands::left_no_trace(doc);
    let changes = doc.get_changes_meta(&[]);
    // Two people who type at once make two lines, not one for each turn; a line stands where its last change does.
    let mut lines: Vec<(usize, HistoryLine)> = Vec::new();
    let mut sittings: HashMap<(Option<DeviceId>, &str), usize> = HashMap::new();
    for (position, index) in in_order(&changes).into_iter().enumerate() {
        let Some(change) = changes.get(index) else { continue };
        let device = device_of_actor(change.actor.to_bytes());
        let message = change.message.as_deref().unwrap_or_default();
        // Whoever was taken out leaves no line (R4).
        if message.split(':').nth(1).is_some_and(|id| hidden.iter().any(|hidden| hidden == id)) {
            continue;
        }
        if message.starts_with("s:") {
            let open = sittings.get(&(device, message)).and_then(|line| lines.get_mut(*line));
            if let Some((place, line)) = open
                && (0..=ONE_SITTING).contains(&change.timestamp.saturating_sub(line.when))
            {
                line.when = change.timestamp;
                line.change = change.hash.to_string();
                line.changes += 1;
                *place = position;
                continue;
            }
            sittings.insert((device, message), lines.len());
        }
        let line = HistoryLine {
            when: change.timestamp,
            since: change.timestamp,
            who: people.who(device),
            what: teller.words(message, &people),
            change: change.hash.to_string(),
            changes: 1,
        };
        lines.push((position, line));
    }
    lines.sort_by_key(|(position, _)| *position);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Places of changes in the order of claimed times, but never before what a change builds on, and alike on every device.
pub(crate) fn in_order(changes: &[ChangeMetadata<'_>]) -> Vec<usize> {
    let mut places: HashMap<ChangeHash, (i64, u64)> = HashMap::with_capacity(changes.len());
    let mut order: Vec<(i64, u64, ChangeHash, usize)> = Vec::with_capacity(changes.len());
    for (index, change) in changes.iter().enumerate() {
        let below = change.deps.iter().filter_map(|dependency| places.get(dependency));
        let (time, depth) = below.fold((change.timestamp, 0), |(time, depth), (t, d)| (time.max(*t), depth.max(d + 1)));
        places.insert(change.hash, (time, depth));
        order.push((time, depth, change.hash, index));
    }
    order.sort_unstable();
    order.into_iter().map(|(_, _, _, index)| index).collect()
}

fn ids(doc: &Automerge) -> Vec<String> {
    objects(doc, &ROOT, "entries", ObjType::Map).iter().flat_map(|map| doc.keys(map)).collect()
}

struct Teller<'a> {
    doc: &'a Automerge,
    framework: Option<Framework>,
    ids: Vec<String>,
}

impl Teller<'_> {
    fn words(&self, message: &str, people: &People) -> String {
        let mut parts = message.split(':');
        let code = parts.next().unwrap_or_default();
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
        let entry = || self.entry(first);
        match code {
            // Only an assessment has a framework.
            "begin" if self.framework.is_none() => "began this document".to_owned(),
            "begin" => "started the assessment".to_owned(),
            "title" => "gave the assessment its name".to_owned(),
            "purpose" => "wrote why this group".to_owned(),
            "me" => "said who they are".to_owned(),
            "confirm" => format!("checked who {} is", self.person(first, people)),
            "add" => {
                let place = self.place(third.unwrap_or_default());
                format!("added {}{place}", Kind::from(second).in_a_sentence())
            }
            "edit" => format!("edited {}", entry()),
            "s" if first == "picture/turns" => "moved things in the picture".to_owned(),
            "s" if first.contains('/') => format!("wrote in {}", self.text(first)),
            "s" => format!("wrote in {}", entry()),
            "text" => format!("edited {}", self.text(first)),
            "text-look" => format!("looked at {}, which had been edited apart", self.text(first)),
            "kind" => format!("made {} {}", entry(), Kind::from(second).in_a_sentence()),
            "move" => match self.framework.as_ref().and_then(|framework| framework.place(second)) {
                Some(title) => format!("moved an entry to {second} {title}"),
                None => "moved an entry".to_owned(),
            },
            "source" => format!("changed who said {}, or how it is known", entry()),
            "choose" => "chose between two versions".to_owned(),
            "look" => format!("looked at {}, which had been edited apart", entry()),
            "together" => format!("invited others to write in {}", entry()),
            "together-end" => format!("ended the writing together in {}", entry()),
            "retire" => format!("took back {}", entry()),
            "restore" => format!("restored {}", entry()),
            "differ" => format!("set a differing view beside {}", self.thing(first)),
            "differ-weighting" => "set a differing view beside the weighting".to_owned(),
            "differ-families" => "said what families may read of their differing view".to_owned(),
            "position" => "said how they see something".to_owned(),
            "voice" => {
                let whose = if Whose::from(second) == Whose::Parents { "a parent or carer" } else { "a young person" };
                format!("wrote down what {whose} said{}", self.place(third.unwrap_or_default()))
            }
            "voice-tie" => "tied somebody's words to what they are about".to_owned(),
            "voice-back" => "took out what somebody had said".to_owned(),
            "answer" => "answered what somebody had said".to_owned(),
            "answer-edit" => "changed an answer to what somebody had said".to_owned(),
            "fair" => "told somebody what was done with what they said".to_owned(),
            "weighting" => "wrote which side must change first".to_owned(),
            "goal" => "set a goal".to_owned(),
            "goal-edit" => "changed what a goal is tied to".to_owned(),
            "measure" => "noted what a goal's measure gives now".to_owned(),
            "action" => "added an action".to_owned(),
            "action-edit" => format!("changed {}", self.thing(first)),
            "plan-back" => "took back a part of the plan".to_owned(),
            "plan-restore" => "put back a part of the plan".to_owned(),
            "strand-attach" => format!("attached {}", self.strand(first)),
            "strand-over" => format!("gave {} to its next holder", self.strand(first)),
            "strand-label" => format!("gave {} another label", self.strand(first)),
            "strand-agreement" => format!("noted how things stand with agreement for {}", self.strand(first)),
            "strand-heard" => format!("noted how much waits to be read for {}", self.strand(first)),
            "strand-decide" => format!("noted what was decided for {}", self.strand(first)),
            "rests" => format!("noted on whom {} rests", entry()),
            "theme" => format!("kept {} as a theme", entry()),
            "openness" => "noted whether parents and young people were asked".to_owned(),
            "lawful" => "noted an agency's lawful basis".to_owned(),
            "act-today" => "opened it because someone must act today".to_owned(),
            "hints" => "looked through the hints before sharing".to_owned(),
            "review" => "set the day to look at the whole again".to_owned(),
            "still-true" => format!("said whether it is still true{}", self.place(first)),
            "look-again" => format!("set a day to look at {} again", entry()),
            "pic-place" => "put a place into the picture".to_owned(),
            "pic-said" => "wrote down how a place is, as somebody says it".to_owned(),
            "pic-conduct" => "wrote down what people do at a place".to_owned(),
            "pic-adult" => "put a trusted adult into the picture, by role".to_owned(),
            "pic-part" => "named a part of the group in the picture".to_owned(),
            "pic-tie" => "wrote down a tie in the picture".to_owned(),
            "pic-edit" => "changed something in the picture".to_owned(),
            "pic-end" => "noted that something in the picture is no longer so".to_owned(),
            "pic-on" => "noted that something in the picture goes on".to_owned(),
            "pic-back" => "took back something in the picture".to_owned(),
            "pic-restore" => "put back something in the picture".to_owned(),
            "meeting" => format!("noted a meeting: {}", crate::MeetingKind::from(first).words()),
            "meeting-edit" => "changed what is said of a meeting".to_owned(),
            "meeting-plan-back" => "took back a meeting".to_owned(),
            "meeting-plan-restore" => "put back a meeting".to_owned(),
            "notes-agreed" => "said that the notes of a meeting are as agreed".to_owned(),
            "notes-open" => "opened the notes of a meeting again".to_owned(),
            "close" => "closed the assessment".to_owned(),
            "reopen" => "opened the assessment again".to_owned(),
            "summary" => "began the summary for readers".to_owned(),
            "summary-device" => "asked to be let in to the summary".to_owned(),
            "publish" => "shared the summary and plan with readers".to_owned(),
            "said" => "wrote down what a reader said".to_owned(),
            "twin" => "confirmed plain words for families".to_owned(),
            "version" => "shared a version with young people or a family".to_owned(),
            "version-back" => "took back a version for young people or a family".to_owned(),
            "reply" => "set a reply beside the summary".to_owned(),
            "voice-readers" => "noted who else may read somebody's words".to_owned(),
            "beside" => "noted that a reply stands beside the summary".to_owned(),
            "shared" => "noted what was shared outside, with whom and why".to_owned(),
            "person" => "wrote who this is".to_owned(),
            "reference" => "kept what another system calls them".to_owned(),
            "stand-in" => "said who stands in".to_owned(),
            "holder" => "said who holds this record".to_owned(),
            "attached" => "noted that they take part in an assessment".to_owned(),
            "detached" => "noted that they were taken out of an assessment, and why".to_owned(),
            "agreement" => "noted what somebody said when asked".to_owned(),
            "competence" => "judged whether they can make a decision".to_owned(),
            "not-asked" => "noted that somebody is not asked yet".to_owned(),
            "words" => "kept words that have not joined an assessment".to_owned(),
            "map" => "drew on the young person's own map".to_owned(),
            "map-names" => "allowed names on the young person's own map, by the agency's decision".to_owned(),
            "map-no-names" => "allowed no more names on the young person's own map".to_owned(),
            "map-close" => "closed the young person's own map".to_owned(),
            "map-reopen" => "opened the young person's own map again".to_owned(),
            "map-back" => "took something off the young person's own map".to_owned(),
            "map-restore" => "put something back on the young person's own map".to_owned(),
            "joined" => "noted that words joined an assessment".to_owned(),
            "differ-edit" => "changed their differing view".to_owned(),
            "differ-back" => "withdrew their differing view".to_owned(),
            "asked" => format!("noted whether people were asked{}", self.place(first)),
            "dimension" => format!("noted how things stand{}", self.place(first)),
            "invite" => "made an invitation".to_owned(),
            "admit" => format!("let in {}", self.person(first, people)),
            "stop" => "stopped an invitation".to_owned(),
            _ => "changed something newer".to_owned(),
        }
    }

    fn person(&self, id: &str, people: &People) -> String {
        id.parse().map(|id| people.by_id(id).name).unwrap_or_else(|_| "somebody".to_owned())
    }

    /// " under 2.3 Agreement among adults", or nothing if the framework has no such place.
    fn place(&self, id: &str) -> String {
        match self.framework.as_ref().and_then(|framework| framework.place(id)) {
            Some(_) => format!(" under {}", places(self.framework.as_ref(), id)),
            None => String::new(),
        }
    }

    /// A text by its field: "the summary", "a goal".
    fn text(&self, field: &str) -> String {
        let words = match field.split('/').collect::<Vec<_>>().as_slice() {
            ["analysis", "summary"] => "the summary",
            ["analysis", "weighting"] => "the reason of the weighting",
            ["analysis", _] => "the analysis",
            ["purpose", _] => "why this group",
            ["plan", "goals", _, "measure"] => "how you will know about a goal",
            ["plan", "goals", ..] => "a goal",
            ["plan", "responses", _, "why"] => "why an action is done",
            ["plan", "responses", _, "lost"] => "what would be lost",
            ["plan", "responses", ..] => "an action",
            ["picture", ..] => "the words beside the picture",
            ["meetings", ..] => "the notes of a meeting",
            ["answers", ..] => "an answer to what somebody had said",
            ["entries", id, ..] => return self.entry(id),
            _ => "a text",
        };
        words.to_owned()
    }

    /// An entry, goal or action by the start of its id.
    fn thing(&self, start: &str) -> String {
        let stands = |path: &str| {
            let map = crate::write::standing_map(self.doc, path).ok();
            !start.is_empty() && map.is_some_and(|map| self.doc.keys(&map).any(|id| id.starts_with(start)))
        };
        if stands("plan/goals") {
            return "a goal".to_owned();
        }
        if stands("plan/responses") {
            return "an action".to_owned();
        }
        if stands("differing") {
            return "a differing view".to_owned();
        }
        self.entry(start)
    }

    /// A strand by the start of its id: "A". Those that were taken out have no line.
    fn strand(&self, start: &str) -> String {
        let map = crate::write::standing_map(self.doc, "strands").ok();
        let found = map.and_then(|map| self.doc.keys(&map).find(|id| !start.is_empty() && id.starts_with(start)));
        let object = found.and_then(|id| id.parse().ok()).and_then(|id| crate::write::find_at(self.doc, "strands", &id));
        object.and_then(|object| text_scalar(self.doc, &object, "label")).unwrap_or_else(|| "a young person".to_owned())
    }

    /// An entry by the start of its id, as it stands now: "the worry under 2.3 Agreement among adults".
    fn entry(&self, start: &str) -> String {
        let found = self.ids.iter().find(|id| !start.is_empty() && id.starts_with(start)).and_then(|id| id.parse().ok());
        let Some(object) = found.and_then(|id| crate::write::object(self.doc, "entries", &id)) else {
            return "an entry".to_owned();
        };
        let kind = Kind::from(text_scalar(self.doc, &object, "kind").unwrap_or_default().as_str());
        let noun = match kind {
            Kind::Strength => "the strength",
            Kind::Worry => "the worry",
            Kind::NotKnown => "what is not known",
            Kind::Newer(_) => "an entry",
        };
        format!("{noun}{}", self.place(&text_scalar(self.doc, &object, "dimension").unwrap_or_default()))
    }
}
