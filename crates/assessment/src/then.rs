//! Then and now: an assessment as it stood at an earlier moment, and what was added, changed and taken back since (issue of trust:
//! nobody's work changes in silence). What a young person asked to have taken out is not in "then" either (R4).

use std::collections::HashSet;

use automerge::{Automerge, ChangeHash};
use serde::{Deserialize, Serialize};

use crate::entry::Reader;
use crate::history::{HistoryLine, history_with, in_order};
use crate::ids::PersonId;
use crate::lines::{Line, lines};
use crate::look::view_with;
use crate::people::{Owners, People};
use crate::view::{AssessmentView, Who};
use crate::voices::VoiceView;

/// A pause longer than this, in seconds, begins another sitting.
const ONE_SITTING: i64 = 1_800;

/// What one person did without a longer pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Sitting {
    /// Who.
    pub who: Who,
    /// When it began, by their clock.
    pub since: i64,
    /// When it ended.
    pub until: i64,
    /// The moment before it: the last change of whoever was there before; `None` at the very beginning.
    pub before: Option<String>,
    /// The moment after it: its last change.
    pub after: String,
    /// What was done, oldest first.
    pub lines: Vec<HistoryLine>,
}

/// History by sitting and person, newest last.
pub fn sittings(lines: Vec<HistoryLine>) -> Vec<Sitting> {
    let mut all: Vec<Sitting> = Vec::new();
    for line in lines {
        let same = |sitting: &Sitting| {
            let person = match (&sitting.who.person, &line.who.person) {
                (Some(a), Some(b)) => a == b,
                _ => sitting.who.device == line.who.device,
            };
            person && line.since.saturating_sub(sitting.until) <= ONE_SITTING
        };
        match all.last_mut() {
            Some(sitting) if same(sitting) => {
                sitting.until = sitting.until.max(line.when);
                sitting.after.clone_from(&line.change);
                sitting.lines.push(line);
            }
            last => {
                let before = last.map(|sitting| sitting.after.clone());
                let (who, since, until, after) = (line.who.clone(), line.since, line.when, line.change.clone());
                all.push(Sitting { who, since, until, before, after, lines: vec![line] });
            }
        }
    }
    all
}

/// What others did since the document had these heads: what a person has not looked at yet.
pub fn history_since(doc: &Automerge, owners: Option<&Owners>, heads: &[ChangeHash], me: Option<&PersonId>) -> Vec<HistoryLine> {
    let known: Vec<ChangeHash> = heads.iter().copied().filter(|hash| doc.get_change_meta_by_hash(hash).is_some()).collect();
    let new: HashSet<String> = doc.get_changes_meta(&known).iter().map(|change| change.hash.to_string()).collect();
    if new.is_empty() {
        return Vec::new();
    }
    let me = me.map(ToString::to_string);
    let lines = history_with(doc, owners).into_iter();
    lines.filter(|line| new.contains(&line.change) && (me.is_none() || line.who.person != me)).collect()
}

/// The assessment as it stood when a change had been made: that change and all that stands before it in the history. `None`: there is no
/// such change here.
pub fn view_at(doc: &Automerge, owners: Option<&Owners>, change: &str) -> Option<AssessmentView> {
    let present = view_with(doc, owners);
    before_or_at(doc, owners, change, &present)
}

// The whole document is rebuilt: a second at 100,000 edits, for something that a person asks for now and then and no view shows in part.
#[allow(clippy::disallowed_methods)]
fn before_or_at(doc: &Automerge, owners: Option<&Owners>, change: &str, present: &AssessmentView) -> Option<AssessmentView> {
    let earlier = doc.fork_at(&heads_at(doc, change)?).ok()?;
    let mut view = view_with(&earlier, owners);
    let still = |voice: &VoiceView| present.voices.iter().find(|one| one.kept.id == voice.kept.id && one.withdrawn.is_none());
    view.voices = view.voices.into_iter().filter_map(|voice| still(&voice).map(|now| as_now(voice, now))).collect();
    view.picture = picture_as_now(doc, &earlier, owners);
    let attached: HashSet<&str> = present.strands.iter().map(|strand| strand.kept.id.as_str()).collect();
    view.strands.retain(|strand| attached.contains(strand.kept.id.as_str()));
    let entries = view.sides.iter_mut().flat_map(|side| {
        side.dimensions.iter_mut().flat_map(|one| one.entries.iter_mut().chain(&mut one.retired)).chain(&mut side.entries)
    });
    entries.for_each(|entry| entry.rests_on.retain(|id| attached.contains(id.as_str())));
    Some(view)
}

/// The picture of then with those alone who may be drawn now: who was taken out since, or is paused after a no, is not in it (R4).
fn picture_as_now(doc: &Automerge, earlier: &Automerge, owners: Option<&Owners>) -> crate::picture::PictureView {
    let (mut marks, mut newer) = (Vec::new(), Vec::new());
    let known = {
        let people = People::of(doc, owners);
        crate::strands::all(&Reader { doc, people: &people }, &mut marks, &mut newer)
    };
    let people = People::of(earlier, owners);
    crate::picture::picture(&Reader { doc: earlier, people: &people }, &known, &mut marks, &mut newer)
}

/// Whoever spoke is called what they are called now.
fn as_now(voice: VoiceView, now: &VoiceView) -> VoiceView {
    VoiceView { speaker: now.speaker.clone(), strand: now.strand.clone(), ..voice }
}

/// Where the document stood after a change, with everything that the history shows before it.
fn heads_at(doc: &Automerge, change: &str) -> Option<Vec<ChangeHash>> {
    let changes = doc.get_changes_meta(&[]);
    let mut heads: HashSet<ChangeHash> = HashSet::new();
    for index in in_order(&changes) {
        let here = changes.get(index)?;
        here.deps.iter().for_each(|before| {
            heads.remove(before);
        });
        heads.insert(here.hash);
        if here.hash.to_string() == change {
            let mut heads: Vec<ChangeHash> = heads.into_iter().collect();
            heads.sort_unstable();
            return Some(heads);
        }
    }
    None
}

/// One line that reads otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Changed {
    /// As it reads at the later moment.
    pub line: Line,
    /// What stood there at the earlier moment.
    pub before: String,
    /// Whether this text can be put back as it was: it is one that people edit, and it still stands.
    pub can_put_back: bool,
}

/// What differs between two moments.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct ThenAndNow {
    /// What was not there.
    pub added: Vec<Line>,
    /// What read otherwise.
    pub changed: Vec<Changed>,
    /// What is there no longer.
    pub taken_back: Vec<Line>,
}

/// What was added, changed and taken back between two moments. `now`: `None` for the present. `None`: there is no such moment here.
pub fn then_and_now(doc: &Automerge, owners: Option<&Owners>, then: &str, now: Option<&str>) -> Option<ThenAndNow> {
    let present = view_with(doc, owners);
    let earlier = lines(&before_or_at(doc, owners, then, &present)?);
    let later = match now {
        Some(change) => lines(&before_or_at(doc, owners, change, &present)?),
        None => lines(&present),
    };
    let stands: HashSet<String> = lines(&present).into_iter().map(|line| line.field).collect();
    let find = |all: &[Line], field: &str| all.iter().find(|line| line.field == field).cloned();
    let mut told = ThenAndNow::default();
    for line in &later {
        match find(&earlier, &line.field) {
            None => told.added.push(line.clone()),
            Some(before) if before.text != line.text => {
                let can_put_back = stands.contains(&line.field) && crate::texts::text_object_at(doc, &line.field).is_some();
                told.changed.push(Changed { line: line.clone(), before: before.text, can_put_back });
            }
            Some(_) => {}
        }
    }
    told.taken_back = earlier.into_iter().filter(|line| find(&later, &line.field).is_none()).collect();
    // What came or went as a whole is told by its own words; how it was filed is not told beside.
    let whole = |all: &[Line], line: &Line| {
        line.words || !all.iter().any(|other| other.words && other.at == line.at && !line.at.is_empty())
    };
    for all in [&mut told.added, &mut told.taken_back] {
        let before = all.clone();
        all.retain(|line| whole(&before, line));
    }
    Some(told)
}
