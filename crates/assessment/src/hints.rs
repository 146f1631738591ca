//! Hints about a plan: questions, never blocks (R36, R37, R38; practice 9). The phrases are a data file with a version.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

const PHRASES: &str = include_str!("../words/plan-hints-1.json");

/// How many goals are few: a hint beyond that, never a block (R36; the number is our proposal).
pub const FEW_GOALS: usize = 5;

#[derive(Debug, Default, Deserialize)]
struct Phrases {
    version: String,
    child_alone: Vec<String>,
    effort: Vec<String>,
    keeps_apart: Vec<String>,
    negative: Vec<String>,
}

static LIST: LazyLock<Phrases> = LazyLock::new(|| serde_json::from_str(PHRASES).unwrap_or_default());

/// The version of the list of phrases.
pub fn hints_version() -> &'static str {
    &LIST.version
}

/// A question about a goal or an action. It blocks nothing and is counted nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Hint {
    /// What kind: "child-alone", "effort", "keeps-apart", "negative", "no-finding", "no-measure", "many-goals".
    pub kind: String,
    /// The question, in one sentence.
    pub words: String,
    /// The phrase that made it, if one did.
    pub phrase: Option<String>,
}

fn hint(kind: &str, words: &str, phrase: Option<&str>) -> Hint {
    Hint { kind: kind.to_owned(), words: words.to_owned(), phrase: phrase.map(str::to_owned) }
}

/// The first phrase of a list that stands in a text as whole words.
fn found<'l>(list: &'l [String], text: &str) -> Option<&'l str> {
    let text = text.to_lowercase();
    let letter = |c: char| c.is_alphanumeric();
    list.iter().map(String::as_str).find(|phrase| {
        text.match_indices(phrase).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + phrase.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(letter) && !after.is_some_and(letter)
        })
    })
}

/// Hints about a goal: its text, its measure, whether it is tied to a finding (R36, R37).
pub(crate) fn of_goal(text: &str, measure: &str, findings: usize) -> Vec<Hint> {
    let mut hints = Vec::new();
    if let Some(phrase) = found(&LIST.child_alone, text) {
        hints.push(hint(
            "child-alone",
            "This asks a child alone to change. What would the adults or the place do?",
            Some(phrase),
        ));
    }
    if let Some(phrase) = found(&LIST.negative, text) {
        hints.push(hint("negative", "Can it say what there will be, instead of what there will not be?", Some(phrase)));
    }
    if let Some(phrase) = found(&LIST.effort, measure) {
        hints.push(hint("effort", "This counts what we do. How will the friends notice a difference?", Some(phrase)));
    }
    if measure.trim().is_empty() {
        hints.push(hint("no-measure", "How will you know, and how will you ask again?", None));
    }
    if findings == 0 {
        hints.push(hint("no-finding", "Which finding does it come from?", None));
    }
    hints
}

/// Hints about an action: what is done, on which sides, and whether it would keep friends apart (R36, R38).
pub(crate) fn of_action(what: &str, sides: &[String], keeps_apart: bool) -> Vec<Hint> {
    let mut hints = Vec::new();
    let phrase = found(&LIST.child_alone, what);
    // Side 1 is the group itself: an action there alone asks the young people to change, and nobody else.
    if phrase.is_some() || (!sides.is_empty() && sides.iter().all(|side| side == "1")) {
        hints.push(hint("child-alone", "This aims at the young people alone. What would the adults or the place do?", phrase));
    }
    if let Some(phrase) = found(&LIST.effort, what) {
        hints.push(hint("effort", "This is something that we do. What will be different for the friends?", Some(phrase)));
    }
    if !keeps_apart && let Some(phrase) = found(&LIST.keeps_apart, what) {
        let words = "Would this keep friends apart? Then say what would be lost, why, and when to look again.";
        hints.push(hint("keeps-apart", words, Some(phrase)));
    }
    hints
}

/// A hint about how many goals there are (R36).
pub(crate) fn of_goals(goals: usize) -> Vec<Hint> {
    if goals <= FEW_GOALS {
        return Vec::new();
    }
    let words = format!("There are {goals} goals. Which few matter most? The others can wait.");
    vec![Hint { kind: "many-goals".to_owned(), words, phrase: None }]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_well_formed_and_its_phrases_are_found_as_whole_words() {
        assert_eq!(hints_version(), "plan-hints-1");
        let lists = [&LIST.child_alone, &LIST.effort, &LIST.keeps_apart, &LIST.negative];
        assert!(lists.iter().all(|list| !list.is_empty() && list.iter().all(|phrase| *phrase == phrase.to_lowercase())));
        assert_eq!(found(&LIST.negative, "They STOP going."), Some("stop"));
        assert_eq!(found(&LIST.negative, "Unstoppable, priceless"), None);
        assert_eq!(found(&LIST.effort, "Leaflets made"), Some("leaflets"));
    }

    #[test]
    fn a_goal_about_places_and_adults_gets_no_hint() {
        let goal = "There is a warm, free place near the station, where the friends are welcome.";
        assert_eq!(of_goal(goal, "The friends mark the same map again.", 2), []);
        assert_eq!(of_action("Light on the canal path", &["3".to_owned()], false), []);
    }
}
