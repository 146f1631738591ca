//! Which hints are shown while somebody writes: at most one quiet mark in a paragraph, never on the word that is being typed, never
//! twice for one word (R10).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Identifier, Kind, WordKey};

/// What somebody did about a hint: one press, no reason asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Said in other words.
    Reworded,
    /// Moved to the practitioner's own caseload.
    Moved,
    /// Left as it is.
    Kept,
    /// Nobody has said anything about it yet.
    Open,
}

impl Choice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Reworded, Self::Moved, Self::Kept, Self::Open];

    /// The word in JSON and in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reworded => "reworded",
            Self::Moved => "moved",
            Self::Kept => "kept",
            Self::Open => "open",
        }
    }

    /// What to show a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reworded => "said in other words",
            Self::Moved => "put in the caseload instead",
            Self::Kept => "kept",
            Self::Open => "left as it is",
        }
    }
}

/// What the review before sharing records of a hint: without the words (R10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// What kind of hint it was.
    pub kind: Kind,
    /// Which identifier, if it was one.
    pub identifier: Option<Identifier>,
    /// What was done.
    pub choice: Choice,
}

impl Decision {
    /// What is recorded of a finding.
    pub fn on(finding: &Finding, choice: Choice) -> Self {
        Self { kind: finding.kind, identifier: finding.identifier, choice }
    }
}

/// The findings to mark in a text, in the order of the text.
///
/// `typed_at` are the places where somebody types, in UTF-16 code units; several write in one text. A finding that one of them touches waits. `kept`
/// are words that somebody chose to keep in this assessment on this machine. In each paragraph (line) the most important remains.
pub fn shown<'f>(text: &str, findings: &'f [Finding], typed_at: &[usize], kept: &BTreeSet<WordKey>) -> Vec<&'f Finding> {
    let mut line_ends = Vec::new();
    let mut unit = 0;
    for character in text.chars() {
        if matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}') {
            line_ends.push(unit);
        }
        unit += character.len_utf16();
    }
    let mut seen = BTreeSet::new();
    let mut best: Vec<(usize, &Finding)> = Vec::new();
    let mut ordered: Vec<&Finding> = findings.iter().collect();
    ordered.sort_by_key(|finding| (finding.start, finding.end));
    for finding in ordered {
        let typed = typed_at.iter().any(|at| (finding.start..=finding.end).contains(at));
        if kept.contains(&finding.key) || !seen.insert(finding.key.clone()) || typed {
            continue;
        }
        let paragraph = line_ends.partition_point(|end| *end < finding.start);
        match best.last_mut() {
            Some((same, standing)) if *same == paragraph => {
                if finding.kind < standing.kind {
                    *standing = finding;
                }
            }
            _ => best.push((paragraph, finding)),
        }
    }
    best.into_iter().map(|(_, finding)| finding).collect()
}
