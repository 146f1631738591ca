//! What was said on the holder's own computer, with the holder beside them ("write together").
//!
//! It stands among what arrived and is read, covered, added and answered like all of that. Two things differ: it came by no link, and
//! whoever wrote it down was there, so that it is read from the beginning.

use automerge::transaction::{Transactable, Transaction};
use serde::{Deserialize, Serialize};

use super::arrived::{Arrived, ArrivedAnswer};
use super::taken_in::{self, PART};
use crate::command::{Context, Refusal};
use crate::dates;
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT};
use crate::vocabulary::Whose;
use crate::write::{Written, known, standing_map};

/// How words that were said so were obtained.
pub(super) const HOW: &str = "write together";

/// More questions than there are on the page.
const ANSWERS: usize = 32;
/// More cards than there are to one question: ten places with four marks each.
const CHOICES: usize = 40;

/// Keeps what they said. Who can see each answer is their own choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct SaidTogether {
    /// A young person, or a parent or carer.
    pub whose: Whose,
    /// The language in which it was said.
    pub language: String,
    /// What was said to each question.
    pub answers: Vec<ArrivedAnswer>,
}

pub(super) fn write(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &SaidTogether) -> Result<Written, Refusal> {
    known(given.whose.is_known(), "person who said it", given.whose.as_str(), Whose::CHOICES)?;
    let language = limits::line("language", &given.language, NAME_LIMIT)?;
    if !given.answers.iter().any(says_something) {
        return Err(Refusal::Rule(
            "nothing was said yet, so there is nothing to keep. That is fine: leave it, or say something first",
        ));
    }
    if given.answers.len() > ANSWERS {
        return Err(Refusal::Rule("that is more than the page asks: keep it in two goes"));
    }
    for answer in &given.answers {
        limits::line("question", &answer.question, NAME_LIMIT)?;
        if answer.choices.len() > CHOICES {
            return Err(Refusal::Rule("those are more cards than there are: press fewer"));
        }
        for choice in &answer.choices {
            limits::line("card", &choice.code, NAME_LIMIT)?;
            limits::line("card", &choice.words, NAME_LIMIT)?;
        }
        if !answer.words.is_empty() {
            limits::prose("text of what they said", &answer.words, TEXT_LIMIT / 5)?;
        }
    }
    limits::at_once(given.answers.iter().map(|answer| answer.words.as_str()))?;
    let mut bytes = [0; 16];
    (ctx.random)(&mut bytes);
    let item = EntryId(bytes);
    let arrived = Arrived {
        // It came by no link; its own name stands there, so that nothing else is ever taken for its link.
        link: item,
        language,
        replaces: None,
        withdraws: false,
        answers: given.answers.clone(),
        other: None,
        attached: Vec::new(),
        code: None,
        together: Some(given.whose.clone()),
    };
    let json = serde_json::to_string(&arrived).map_err(|_| Refusal::Document("what was said".to_owned()))?;
    if json.len() > PART {
        return Err(Refusal::TooMuchAtOnce { bytes: json.len(), limit: PART });
    }
    taken_in::put(tx, ctx, item, json.as_str().into())?;
    let notes = standing_map(tx, "arrived-notes")?;
    tx.put(&notes, format!("{item} read"), dates::day(ctx.now))?;
    Ok((Some(item), "said together".to_owned()))
}

fn says_something(answer: &ArrivedAnswer) -> bool {
    !answer.skipped && (!answer.choices.is_empty() || !answer.words.trim().is_empty())
}
