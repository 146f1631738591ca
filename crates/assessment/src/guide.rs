//! Help that teaches the framework in place: each side with its dimensions, their questions, and one good example of each from the
//! sample; and words for telling parents and young people what this is (sample-and-words 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::framework::Framework;
use crate::sample::sample_larch;
use crate::vocabulary::Kind;

const ASKING: &str = include_str!("../words/asking-1.json");

/// The guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Guide {
    /// The framework's version.
    pub framework: String,
    /// Its sides.
    pub sides: Vec<GuideSide>,
    /// Words for asking: what this is, taking part, what is not asked.
    pub asking: Vec<WordsToSay>,
}

/// One page of it: a side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuideSide {
    /// "1".
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its dimensions.
    pub dimensions: Vec<GuideDimension>,
}

/// One dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuideDimension {
    /// "1.6".
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Questions that help to write.
    pub prompts: Vec<String>,
    /// An entry of the made-up sample.
    pub example: Option<GuideExample>,
}

/// A good example, from the made-up sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuideExample {
    /// What it is.
    pub kind: Kind,
    /// Its words.
    pub text: String,
}

/// Words that somebody can read out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct WordsToSay {
    /// "Taking part".
    pub title: String,
    /// The words.
    pub words: String,
    /// What can be answered.
    pub answers: Vec<String>,
}

/// The guide to the framework that ships with Kith.
pub fn guide() -> Guide {
    let framework = Framework::peer_default();
    let mut examples: BTreeMap<String, GuideExample> = BTreeMap::new();
    for (dimension, kind, text) in sample_larch().texts() {
        let example = GuideExample { kind, text };
        match examples.get(&dimension) {
            // Strengths are written first (R28), so a strength teaches where there is one.
            Some(standing) if standing.kind == Kind::Strength || example.kind != Kind::Strength => {}
            _ => {
                examples.insert(dimension, example);
            }
        }
    }
    let sides = framework.sides().iter().map(|side| GuideSide {
        id: side.id.clone(),
        title: side.title.clone(),
        dimensions: side
            .dimensions
            .iter()
            .map(|one| GuideDimension {
                id: one.id.clone(),
                title: one.title.clone(),
                prompts: one.prompts.clone(),
                example: examples.get(&one.id).cloned(),
            })
            .collect(),
    });
    Guide {
        framework: framework.version().to_owned(),
        sides: sides.collect(),
        asking: serde_json::from_str(ASKING).unwrap_or_default(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_has_questions_and_a_good_example_and_there_are_words_for_asking() {
        let guide = guide();
        assert_eq!(guide.sides.len(), 3);
        for dimension in guide.sides.iter().flat_map(|side| &side.dimensions) {
            assert!(!dimension.prompts.is_empty(), "{}", dimension.id);
            assert!(dimension.example.is_some(), "{}", dimension.id);
        }
        let care = guide.sides[0].dimensions.iter().find(|one| one.id == "1.6").unwrap();
        assert_eq!(care.example.as_ref().unwrap().kind, Kind::Strength);
        assert_eq!(guide.asking.len(), 3);
    }

    #[test]
    fn no_example_calls_for_a_hint() {
        use crate::nudge::{Checker, Lists, Words};
        let checker = Checker::new(Lists::shipped(), &[]);
        for example in guide().sides.iter().flat_map(|side| &side.dimensions).filter_map(|one| one.example.clone()) {
            assert_eq!(checker.check(&example.text, Words::Professional).unwrap(), [], "{}", example.text);
        }
    }
}
