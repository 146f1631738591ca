//! The review before sharing (R10): every hint that the shared texts still call for, with its place, for one person to look through.

use std::collections::BTreeSet;

use super::finding::{Finding, WordKey};
use super::{Checker, NotChecked, Words};
use crate::view::{AssessmentView, EntryView};

/// A finding in the assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// Where it stands: "entries/{id}/text", "purpose/better".
    pub field: String,
    /// The same, in words: "1.6 Care within the group".
    pub place: String,
    /// The side, if it stands on one.
    pub side: Option<String>,
    /// What was found.
    pub finding: Finding,
    /// The words.
    pub words: String,
    /// Whether somebody chose on this machine to keep them.
    pub kept: bool,
}

/// A text that was not looked at, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotLookedAt {
    /// Where, in words.
    pub place: String,
    /// Why.
    pub why: NotChecked,
}

/// What the review found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Review {
    /// In the order of the pages.
    pub found: Vec<Reviewed>,
    /// Texts that are too long to check. Somebody's own words are never checked, and not listed.
    pub not_looked_at: Vec<NotLookedAt>,
}

struct Text<'v> {
    field: String,
    place: String,
    side: Option<&'v str>,
    text: &'v str,
    words: Words,
}

/// Looks through every text that professionals wrote and that is shared.
pub fn review(view: &AssessmentView, checker: &Checker, kept: &BTreeSet<WordKey>) -> Review {
    let mut review = Review::default();
    for text in texts(view) {
        match checker.check(text.text, text.words) {
            Ok(found) => review.found.extend(found.into_iter().map(|finding| Reviewed {
                field: text.field.clone(),
                place: text.place.clone(),
                side: text.side.map(str::to_owned),
                words: words_of(text.text, finding.start, finding.end),
                kept: kept.contains(&finding.key),
                finding,
            })),
            Err(NotChecked::OwnWords) => {}
            Err(why) => review.not_looked_at.push(NotLookedAt { place: text.place, why }),
        }
    }
    review
}

/// The words between two places that are counted in UTF-16 code units.
pub(crate) fn words_of(text: &str, start: usize, end: usize) -> String {
    let mut at = 0;
    let within = text.chars().filter(|character| {
        let here = (start..end).contains(&at);
        at += character.len_utf16();
        here
    });
    within.collect()
}

fn texts(view: &AssessmentView) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    let mut plain = |field: String, place: String, text| {
        texts.push(Text { field, place, side: None, text, words: Words::Professional });
    };
    let purpose = &view.purpose;
    for (key, answered) in [
        ("why-now", &purpose.why_now),
        ("better", &purpose.better),
        ("find-out", &purpose.find_out),
        ("go-wrong", &purpose.could_go_wrong),
        ("less-intrusive", &purpose.less_intrusive),
    ] {
        plain(format!("purpose/{key}"), "Why this group".to_owned(), answered.text.as_str());
    }
    plain("analysis/summary".to_owned(), "Summary".to_owned(), view.summary.text.as_str());
    for goal in &view.planned.goals {
        let field = |key: &str| format!("plan/goals/{}/{key}", goal.kept.id);
        plain(field("text"), "A goal".to_owned(), goal.text.text.as_str());
        plain(field("measure"), "How a goal is measured".to_owned(), goal.measure.text.as_str());
    }
    for action in &view.planned.actions {
        let field = |key: &str| format!("plan/responses/{}/{key}", action.kept.id);
        plain(field("what"), "An action".to_owned(), action.what.text.as_str());
        plain(field("why"), "Why an action".to_owned(), action.why.text.as_str());
    }
    for side in &view.sides {
        for dimension in &side.dimensions {
            let place = format!("{} {}", dimension.id, dimension.title);
            texts.extend(dimension.entries.iter().flat_map(|entry| of_entry(entry, &place, Some(side.id.as_str()))));
        }
        texts.extend(side.entries.iter().flat_map(|entry| of_entry(entry, &side.title, Some(side.id.as_str()))));
    }
    texts.extend(view.elsewhere.iter().flat_map(|entry| of_entry(entry, &entry.dimension, None)));
    texts.retain(|text| !text.text.trim().is_empty());
    texts
}

/// An entry and the differing views beside it.
fn of_entry<'v>(entry: &'v EntryView, place: &str, side: Option<&'v str>) -> Vec<Text<'v>> {
    let words = Words::said_by(entry.provenance.said_by.as_deref());
    let own = Text { field: format!("entries/{}/text", entry.id), place: place.to_owned(), side, text: &entry.text, words };
    let views = entry.differing.iter().filter(|view| view.withdrawn.is_none()).map(|view| Text {
        field: format!("differing/{}/text", view.id),
        place: format!("A differing view on {place}"),
        side,
        text: &view.text,
        words: Words::Professional,
    });
    std::iter::once(own).chain(views).collect()
}
