//! Whether parents and young people were asked, and on what legal ground each agency works (R7 to R9; sample-and-words 1.6 and 5).
//!
//! Three things, never one tick: *lawful basis*, once per assessment and agency; *agreement to the work*, per strand; *openness*: that
//! people know of it. Not asking needs a reason, somebody who agreed to it, and a day to look again: now, or as a task.

use automerge::transaction::Transaction;
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::limits::{self, NAME_LIMIT, WHY_LIMIT};
use crate::record::Record;
use crate::view::{Mark, NewerField};
use crate::vocabulary::AskedAll;
use crate::write::{Written, day, known, line, sentences, settle, standing_map};

/// "Have parents and the young people been asked?" One can go on with any answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct SetAskedAll {
    /// All, some, not yet, decided not to.
    pub answer: AskedAll,
    /// Why somebody is not asked yet: about the situation, never about a person who could be known by it (R9).
    pub why: Option<String>,
    /// Who agreed to that.
    pub reviewer: Option<String>,
    /// When to look at it again.
    pub look_again: Option<String>,
}

/// On what legal ground an agency works here: from its settings, once (R7). It is not anybody's consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct SetLawfulBasis {
    /// Which agency.
    pub agency: String,
    /// In words: "public task, Children Act 1989 sections 17 and 47".
    pub basis: String,
}

/// An agency's legal ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct LawfulBasis {
    /// Which agency.
    pub agency: String,
    /// In words.
    pub basis: String,
}

/// How things stand with asking, over the whole assessment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct OpennessView {
    /// Whether they were asked; `None`: nobody has said.
    pub answer: Option<AskedAll>,
    /// When somebody said so, by their clock.
    pub since: Option<i64>,
    /// Why somebody is not asked yet.
    pub why: Option<String>,
    /// Who agreed to that.
    pub reviewer: Option<String>,
    /// When to look at it again.
    pub look_again: Option<String>,
    /// What not asking still needs (R9): "why", "who agreed to it", "when to look at it again".
    pub still_needs: Vec<String>,
    /// Legal grounds, by agency.
    pub lawful_basis: Vec<LawfulBasis>,
}

pub(crate) fn set_asked(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &SetAskedAll) -> Result<Written, Refusal> {
    known(given.answer.is_known(), "answer", given.answer.as_str(), AskedAll::CHOICES)?;
    let map = standing_map(tx, "openness")?;
    settle(tx, &map, "asked-all", given.answer.as_str().into())?;
    settle(tx, &map, "asked-at", ctx.now.into())?;
    sentences(tx, &map, "why", "reason", given.why.as_deref())?;
    line(tx, &map, "reviewer", "name of who agreed to it", given.reviewer.as_deref())?;
    day(tx, &map, "look-again", given.look_again.as_deref())?;
    Ok((None, "openness".to_owned()))
}

pub(crate) fn set_basis(tx: &mut Transaction<'_>, given: &SetLawfulBasis) -> Result<Written, Refusal> {
    let agency = limits::line("agency", &given.agency, NAME_LIMIT)?;
    let basis = limits::prose("lawful basis", &given.basis, WHY_LIMIT)?;
    let map = standing_map(tx, "lawful")?;
    settle(tx, &map, &agency, basis.as_str().into())?;
    Ok((None, "lawful".to_owned()))
}

fn label(key: &str) -> Option<&'static str> {
    match key {
        "asked-all" => Some("whether parents and young people were asked"),
        "why" => Some("why somebody is not asked yet"),
        "reviewer" => Some("who agreed to not asking"),
        "look-again" => Some("when to look again at not asking"),
        // Two people who answered at once: their times are no question to anybody.
        _ => None,
    }
}

pub(crate) fn openness(reader: &Reader<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> OpennessView {
    let mut view = OpennessView::default();
    if let Some(record) = Record::standing(reader, "openness") {
        let (two_versions, unknown) = record.two_versions_and_newer(&label);
        marks.extend(two_versions.into_iter().map(Mark::TwoVersions));
        newer.extend(unknown.into_iter().filter(|field| field.field != "openness/asked-at"));
        view.answer = record.choice("asked-all");
        view.since = record.number("asked-at");
        view.why = record.word("why");
        view.reviewer = record.word("reviewer");
        view.look_again = record.word("look-again");
    }
    if view.answer == Some(AskedAll::DecidedNot) {
        let needs = [
            (view.why.is_none(), "why"),
            (view.reviewer.is_none(), "who agreed to it"),
            (view.look_again.is_none(), "when to look at it again"),
        ];
        view.still_needs = needs.into_iter().filter(|(missing, _)| *missing).map(|(_, words)| words.to_owned()).collect();
    }
    if let Some(record) = Record::standing(reader, "lawful") {
        let (two_versions, _) = record.two_versions_and_newer(&|_| Some("an agency's lawful basis"));
        marks.extend(two_versions.into_iter().map(Mark::TwoVersions));
        let agencies = crate::read::entries(reader.doc, &record.object).into_iter().map(|item| item.key);
        let said = agencies.filter_map(|agency| record.word(&agency).map(|basis| LawfulBasis { agency, basis }));
        view.lawful_basis = said.collect();
    }
    view
}
