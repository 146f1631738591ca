//! What became of hints, at the review before sharing (R10): how many of each kind were kept, reworded or moved; by whom, and when.
//! Never a word of them: those stay on the machine of whoever wrote.
//!
//! One review is one scalar under a random key of the standing map "life", so that two people's reviews stand beside each other.

use automerge::ReadDoc;
use automerge::transaction::{Transactable, Transaction};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::nudge::{Choice, Kind};
use crate::read::{objects, scalars};
use crate::view::Who;
use crate::write::{Written, standing_map};

/// How the keys of reviews begin.
pub(crate) const PREFIX: &str = "hints.";

/// How many hints of one kind got one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct HintCount {
    /// "caseload-name", "identifier", …
    pub kind: String,
    /// "reworded", "moved", "kept" or "open".
    pub choice: String,
    /// How many.
    pub count: u32,
}

/// Records a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NoteHintReview {
    /// Counts. None at all: nothing was found.
    pub counts: Vec<HintCount>,
}

/// A review that somebody made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct HintReviewView {
    /// By whom.
    pub by: Who,
    /// When, by their clock.
    pub at: i64,
    /// Counts.
    pub counts: Vec<HintCount>,
}

fn is_known(count: &HintCount) -> bool {
    Kind::ALL.iter().any(|kind| kind.as_str() == count.kind) && Choice::ALL.iter().any(|choice| choice.as_str() == count.choice)
}

pub(crate) fn note(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &NoteHintReview) -> Result<Written, Refusal> {
    let mut counts = given.counts.clone();
    if let Some(unknown) = counts.iter().find(|count| !is_known(count)) {
        let given = format!("{}, {}", unknown.kind, unknown.choice).chars().take(40).collect();
        let known = Kind::ALL.map(Kind::as_str).join(", ");
        return Err(Refusal::UnknownChoice { what: "kind of hint and what became of it", given, known });
    }
    counts.retain(|count| count.count > 0);
    counts.sort_by(|a, b| (&a.kind, &a.choice).cmp(&(&b.kind, &b.choice)));
    if counts.windows(2).any(|two| matches!(two, [a, b] if (&a.kind, &a.choice) == (&b.kind, &b.choice))) {
        return Err(Refusal::Rule("each kind of hint is counted once for each answer"));
    }
    let mut id = [0; 16];
    (ctx.random)(&mut id);
    let counts = counts.iter().map(|one| format!("{}:{}:{}", one.kind, one.choice, one.count));
    let words: Vec<String> = std::iter::once(ctx.now.to_string()).chain(counts).collect();
    let map = standing_map(tx, "life")?;
    tx.put(&map, format!("{PREFIX}{}", EntryId(id)), words.join(" "))?;
    Ok((None, "hints".to_owned()))
}

/// Every review, oldest first. What cannot be read is left out: a newer Kith may write more.
pub(crate) fn reviews(reader: &Reader<'_>) -> Vec<HintReviewView> {
    let mut reviews = Vec::new();
    for map in objects(reader.doc, &automerge::ROOT, "life", automerge::ObjType::Map) {
        for key in reader.doc.keys(&map).filter(|key| key.starts_with(PREFIX)) {
            let Some(held) = scalars(reader.doc, &map, &key).pop() else { continue };
            let text = held.shown();
            let mut words = text.split(' ');
            let Some(at) = words.next().and_then(|at| at.parse().ok()) else { continue };
            let counts = words.filter_map(|word| {
                let mut parts = word.split(':');
                let (kind, choice) = (parts.next()?.to_owned(), parts.next()?.to_owned());
                let count = HintCount { kind, choice, count: parts.next()?.parse().ok()? };
                is_known(&count).then_some(count)
            });
            reviews.push(HintReviewView { by: reader.people.who(held.by), at, counts: counts.collect() });
        }
    }
    reviews.sort_by_key(|review| review.at);
    reviews
}
