//! What was said on the holder's own computer, with the holder beside them ("write together").
//!
//! It stands among what arrived and is read, covered, added and answered like all of that. Two things differ: it came by no link, and
//! whoever wrote it down was there, so that it is read from the beginning.

use std::collections::BTreeMap;

use automerge::transaction::{Transactable, Transaction};
use serde::{Deserialize, Serialize};

use super::StrandCommand;
use super::arrived::{Arrived, ArrivedAnswer, ArrivedAttachment};
use super::taken_in::{self, PART, TakeInWhole};
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
/// As many voice notes and drawings as come by a link at once.
const ATTACHED: usize = 16;

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
    /// Voice notes and drawings, as if they had come by a link.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<ArrivedAttachment>,
    /// What it is called, if recordings came before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<EntryId>,
}

/// What a program does to keep it under the name `item`, in order: each is one change. `sounds` are the recordings of the voice notes,
/// by the number of the attachment. Refused as [`StrandCommand::SaidTogether`] is.
pub fn to_say_together(
    item: EntryId,
    given: SaidTogether,
    sounds: &BTreeMap<usize, Vec<u8>>,
) -> Result<Vec<StrandCommand>, Refusal> {
    let given = SaidTogether { item: Some(item), ..given };
    let mut commands = taken_in::to_take_in(item, checked(item, &given)?, sounds);
    // What comes last says that all is here. What came by a link waits to be read; this does not.
    commands = commands
        .into_iter()
        .map(|command| match command {
            StrandCommand::TakeIn(_) => StrandCommand::SaidTogether(given.clone()),
            StrandCommand::TakeInWhole(whole) => StrandCommand::SaidTogetherWhole(whole),
            part => part,
        })
        .collect();
    Ok(commands)
}

pub(super) fn write(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &SaidTogether) -> Result<Written, Refusal> {
    let item = given.item.unwrap_or_else(|| {
        let mut bytes = [0; 16];
        (ctx.random)(&mut bytes);
        EntryId(bytes)
    });
    let arrived = checked(item, given)?;
    let json = serde_json::to_string(&arrived).map_err(|_| Refusal::Document("what was said".to_owned()))?;
    if json.len() > PART {
        return Err(Refusal::TooMuchAtOnce { bytes: json.len(), limit: PART });
    }
    keep(tx, ctx, item, &arrived, json.as_str().into())
}

/// All parts are here of what is too long for one change.
pub(super) fn whole(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &TakeInWhole) -> Result<Written, Refusal> {
    let arrived = taken_in::of_parts(tx, given)?;
    let whose = arrived.together.clone().ok_or(Refusal::Rule("this was not said on this computer"))?;
    let Arrived { language, answers, attached, .. } = arrived.clone();
    if checked(given.item, &SaidTogether { whose, language, answers, attached, item: Some(given.item) })? != arrived {
        return Err(Refusal::Rule("this is not as it is written down when it is said on this computer"));
    }
    keep(tx, ctx, given.item, &arrived, i64::from(given.parts).into())
}

fn keep(
    tx: &mut Transaction<'_>,
    ctx: &mut Context<'_>,
    item: EntryId,
    arrived: &Arrived,
    value: automerge::ScalarValue,
) -> Result<Written, Refusal> {
    let map = standing_map(tx, "arrived")?;
    if !taken_in::has_its_sounds(tx, &map, &item.to_string(), arrived) {
        return Err(Refusal::Rule("a recording of this is not here yet: it comes before the rest"));
    }
    taken_in::put(tx, ctx, item, value)?;
    let notes = standing_map(tx, "arrived-notes")?;
    tx.put(&notes, format!("{item} read"), dates::day(ctx.now))?;
    Ok((Some(item), "said together".to_owned()))
}

/// As it stands in the record, if it may.
fn checked(item: EntryId, given: &SaidTogether) -> Result<Arrived, Refusal> {
    known(given.whose.is_known(), "person who said it", given.whose.as_str(), Whose::CHOICES)?;
    let language = limits::line("language", &given.language, NAME_LIMIT)?;
    if given.attached.is_empty() && !given.answers.iter().any(says_something) {
        return Err(Refusal::Rule(
            "nothing was said yet, so there is nothing to keep. That is fine: leave it, or say something first",
        ));
    }
    if given.answers.len() > ANSWERS || given.attached.len() > ATTACHED {
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
    for attached in &given.attached {
        let (ArrivedAttachment::Voice { question, .. } | ArrivedAttachment::Drawing { question, .. }) = attached;
        limits::line("question", question, NAME_LIMIT)?;
    }
    limits::at_once(given.answers.iter().map(|answer| answer.words.as_str()))?;
    Ok(Arrived {
        // It came by no link; its own name stands there, so that nothing else is ever taken for its link.
        link: item,
        language,
        replaces: None,
        withdraws: false,
        answers: given.answers.clone(),
        other: None,
        attached: given.attached.clone(),
        code: None,
        together: Some(given.whose.clone()),
    })
}

fn says_something(answer: &ArrivedAnswer) -> bool {
    !answer.skipped && (!answer.choices.is_empty() || !answer.words.trim().is_empty())
}
