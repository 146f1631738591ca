//! The triangle at a glance: of each side the newest strengths and worries in full, and what nobody knows or has asked yet.

use serde::{Deserialize, Serialize};

use crate::view::{AssessmentView, EntryView, SideView};
use crate::vocabulary::{Answer, Kind, Turn, Whose};

/// How many entries of a kind are shown of each side.
const NEWEST: usize = 2;

/// The first page of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Overview {
    /// The three sides.
    pub sides: Vec<SideAtAGlance>,
    /// How many entries there are; none: the page begins with what is good (R28).
    pub entries: usize,
    /// Where to write when somebody has not said where: the dimension of care within the group, if the framework has it.
    pub first_dimension: Option<String>,
}

/// One side at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SideAtAGlance {
    /// "1".
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The newest strengths, newest first.
    pub strengths: Vec<EntryView>,
    /// The newest worries, newest first.
    pub worries: Vec<EntryView>,
    /// The newest of what is not known.
    pub not_known: Vec<EntryView>,
    /// What young people said here last, in their own words (R29).
    pub quotation: Option<Quotation>,
    /// When this side must change: first, next, then (R35).
    pub turn: Option<Turn>,
    /// How many more entries the side has.
    pub more: usize,
    /// Whether nothing stands here.
    pub empty: bool,
    /// Views that nobody has asked for yet, in words; asked and blank are different things (R30).
    pub not_yet_asked: Vec<String>,
}

/// Somebody's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Quotation {
    /// Which voice.
    pub voice: String,
    /// Their words.
    pub words: String,
    /// Who: "A", "a friend". Never a name.
    pub speaker: String,
}

/// The first page, from the whole view.
pub fn overview(view: &AssessmentView) -> Overview {
    let first = view.sides.first();
    let cares = first.and_then(|side| side.dimensions.iter().find(|dimension| dimension.id == "1.6"));
    Overview {
        sides: view.sides.iter().map(|side| at_a_glance(view, side)).collect(),
        entries: view.entries().count(),
        first_dimension: cares.map(|dimension| dimension.id.clone()).or_else(|| first.map(|side| side.id.clone())),
    }
}

fn at_a_glance(view: &AssessmentView, side: &SideView) -> SideAtAGlance {
    let all: Vec<&EntryView> = side.dimensions.iter().flat_map(|dimension| &dimension.entries).chain(&side.entries).collect();
    let newest = |kind: Kind| {
        let mut of_kind: Vec<&EntryView> = all.iter().filter(|entry| entry.kind == kind).copied().collect();
        of_kind.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        of_kind.into_iter().take(NEWEST).cloned().collect::<Vec<_>>()
    };
    let (strengths, worries, not_known) = (newest(Kind::Strength), newest(Kind::Worry), newest(Kind::NotKnown));
    let asked = [("Young people\u{2019}s view", &side.young_people), ("Parents\u{2019} and carers\u{2019} view", &side.parents)];
    let not_yet_asked = asked.into_iter().filter(|(_, answer)| **answer == Answer::NotYetAsked);
    SideAtAGlance {
        id: side.id.clone(),
        title: side.title.clone(),
        more: all.len() - strengths.len() - worries.len() - not_known.len(),
        strengths,
        worries,
        not_known,
        quotation: quotation(view, &side.id),
        turn: view.weighting.places.iter().find(|placed| placed.side == side.id).map(|placed| placed.turn.clone()),
        empty: side.empty,
        not_yet_asked: not_yet_asked.map(|(words, answer)| format!("{words}: {}", answer.words())).collect(),
    }
}

/// The newest of what young people said on a side; of two said on one day, the one that was written down later.
fn quotation(view: &AssessmentView, side: &str) -> Option<Quotation> {
    let here =
        view.voices.iter().filter(|voice| voice.side == side && voice.whose == Whose::YoungPeople && voice.withdrawn.is_none());
    let newest = here.max_by(|a, b| (&a.date, a.kept.at, &a.kept.id).cmp(&(&b.date, b.kept.at, &b.kept.id)))?;
    Some(Quotation { voice: newest.kept.id.clone(), words: newest.words.clone(), speaker: newest.speaker.clone() })
}
