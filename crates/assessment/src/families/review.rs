//! The review before a version goes to families (R17): one decision for each distinct name, and for each kind of anything else, that the
//! rules for hints still find in it. What is decided is either other words in every part, which their author confirms by deciding, or that
//! the words stay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::twin::{ConfirmTwin, PlainPart};
use super::version::FamilyVersion;
use crate::nudge::{Checker, Finding, Kind, Words};
use crate::view::AssessmentView;

/// Something that is decided once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Distinct {
    /// What the decision is called: a name, or a kind. It stays on this computer.
    pub key: String,
    /// What it is, in words: "a name from your caseload".
    pub what: String,
    /// The kind's word: "caseload-name".
    pub kind: String,
    /// The words, as they stand.
    pub words: Vec<String>,
    /// In which parts, by heading.
    pub places: Vec<String>,
    /// Why, in a sentence.
    pub reason: String,
    /// Words that fit in their place, where some do.
    pub instead: Option<String>,
}

/// What the rules find in a version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct VersionHints {
    /// What has to be decided, each once.
    pub found: Vec<Distinct>,
    /// Parts that were not looked at, with why. Somebody's own words are never checked, and not listed.
    pub not_looked_at: Vec<String>,
}

fn key_of(finding: &Finding) -> String {
    match (finding.kind, finding.identifier) {
        (Kind::CaseloadName | Kind::PossibleName, _) => format!("name {}", finding.key.0),
        (Kind::Identifier, Some(identifier)) => format!("identifier {}", identifier.as_str()),
        (kind, _) => kind.as_str().to_owned(),
    }
}

/// What the rules find in a version, each name and each kind once.
pub fn version_hints(version: &FamilyVersion, checker: &Checker) -> VersionHints {
    let mut hints = VersionHints::default();
    let mut found: BTreeMap<String, Distinct> = BTreeMap::new();
    let own = |part: &str| part.starts_with("words/");
    let parts = version.parts.iter().filter(|part| !own(&part.part)).map(|part| (part.heading.clone(), part.text.clone()));
    let actions = version.actions.iter().map(|action| ("What we will do".to_owned(), format!("{}\n{}", action.what, action.why)));
    for (heading, text) in parts.chain(actions) {
        let findings = match checker.check(&text, Words::Professional) {
            Ok(findings) => findings,
            Err(why) => {
                hints.not_looked_at.push(format!("{heading}: {why}"));
                continue;
            }
        };
        for finding in findings {
            let words = crate::nudge::words_of(&text, finding.start, finding.end);
            let one = found.entry(key_of(&finding)).or_insert_with(|| Distinct {
                key: key_of(&finding),
                what: finding.kind.words().to_owned(),
                kind: finding.kind.as_str().to_owned(),
                words: Vec::new(),
                places: Vec::new(),
                reason: finding.reason.clone(),
                instead: finding.instead.clone(),
            });
            // One press puts one thing in the place of all: only where the same fits everywhere.
            if one.instead != finding.instead {
                one.instead = None;
            }
            for (list, new) in [(&mut one.words, words), (&mut one.places, heading.clone())] {
                if !list.contains(&new) {
                    list.push(new);
                }
            }
        }
    }
    hints.found = found.into_values().collect();
    hints
}

/// Other words in the place of what was found, in every part where it stands: new plain words for each.
pub fn say_instead(view: &AssessmentView, checker: &Checker, key: &str, instead: &str) -> Vec<ConfirmTwin> {
    let changed = |part: &PlainPart| {
        let text = &part.twin.as_ref()?.text;
        let mut findings = checker.check(text, Words::Professional).ok()?;
        findings.retain(|finding| key_of(finding) == key);
        let mut units: Vec<u16> = text.encode_utf16().collect();
        for finding in findings.iter().rev() {
            units.splice(finding.start..finding.end.min(units.len()), instead.encode_utf16());
        }
        let new = String::from_utf16(&units).ok()?;
        (!findings.is_empty() && new != *text).then(|| ConfirmTwin { part: part.part.clone(), text: new })
    };
    view.families.parts.iter().filter_map(changed).collect()
}
