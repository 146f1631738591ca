//! Hints while somebody writes (R10, R11). The rules are `kith_assessment::nudge`; here are the names of the caseload, what was
//! chosen on this computer, and the review before sharing. No word of it goes into a document or to a relay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use kith_assessment::nudge::{CaseloadName, Checker, Choice, Finding, Kind, Lists, Moves, WordKey, Words, review, shown};
use kith_assessment::{Command, HintCount, HintReviewView, NoteHintReview};
use kith_group::DocumentId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::api::{Here, with_engine};
use super::house::House;
use super::news::News;
use super::shapes::CommandDone;
use crate::engine::{Engine, HINT};
use crate::failure::{Failure, sentence};
use crate::verbs;

/// Rows of this version hold it.
const VERSION: u8 = 1;
const WORD: &[u8] = b"word ";
const COUNT: &[u8] = b"count ";
/// The longest word that somebody can keep, in bytes.
const LONGEST_WORD: usize = 400;

/// A text to look at.
#[derive(Deserialize, TS)]
pub(crate) struct ToCheck {
    text: String,
    /// Where people type, in UTF-16 code units: none when nobody does, two where a colleague writes in the same text.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<usize>>")]
    typed_at: Vec<usize>,
    /// Who said it, if not the writer: a young person's or parent's own words are not checked.
    #[serde(default)]
    #[ts(optional)]
    said_by: Option<String>,
    /// Words that were kept on this page before there is an assessment to keep them in.
    #[serde(default)]
    #[ts(optional, type = "Array<string>")]
    kept: Vec<WordKey>,
}

/// What was found.
#[derive(Serialize, TS)]
pub(crate) struct HintsShown {
    hints: Vec<HintShown>,
    /// Why nothing was checked, if nothing was: no hint is not the same as nothing found.
    not_checked: Option<String>,
    /// Nothing was checked because these are somebody's own words: that is as it should be.
    own_words: bool,
}

/// One quiet mark.
#[derive(Serialize, TS)]
pub(crate) struct HintShown {
    kind: &'static str,
    /// In UTF-16 code units.
    start: usize,
    end: usize,
    reason: String,
    suggestion: String,
    /// Words to put in its place by one press.
    instead: Option<String>,
    /// How it can be put into my caseload instead, if it leads to one person.
    moves: Option<MovesShown>,
    /// What the choice is kept by.
    #[ts(type = "string")]
    key: WordKey,
}

/// What becomes of a word that is put into my caseload instead.
#[derive(Serialize, TS)]
pub(crate) struct MovesShown {
    /// Under what it is kept in a strand record; none: it stands there already.
    kept_as: Option<&'static str>,
    /// What stays in the text.
    leaves: &'static str,
}

/// What somebody chose: one press, no reason asked.
#[derive(Deserialize, TS)]
pub(crate) struct ToChoose {
    #[ts(type = "string")]
    key: WordKey,
    #[ts(type = "string")]
    kind: Kind,
    #[ts(type = "\"reworded\" | \"moved\" | \"kept\"")]
    choice: Choice,
}

/// The review before sharing.
#[derive(Serialize, TS)]
pub(crate) struct ReviewShown {
    found: Vec<ReviewFinding>,
    /// Places that were not looked at, with why.
    not_looked_at: Vec<String>,
    /// What will be recorded: counts, no words.
    counts: Vec<CountShown>,
    /// Reviews that were made before.
    before: Vec<HintReviewView>,
}

/// Something that stands in the shared texts.
#[derive(Serialize, TS)]
pub(crate) struct ReviewFinding {
    field: String,
    place: String,
    /// The side on which it stands.
    side: Option<String>,
    /// What it is, in words.
    what: &'static str,
    /// The words, on this screen only.
    words: String,
    reason: String,
    kept: bool,
    kind: &'static str,
    #[ts(type = "string")]
    key: WordKey,
}

/// How many of a kind got which answer, in words.
#[derive(Serialize, TS)]
pub(crate) struct CountShown {
    what: &'static str,
    choice: &'static str,
    count: u32,
}

pub(super) fn routes() -> Router<Arc<super::api::Shared>> {
    Router::new()
        .route("/hints", post(check_before))
        .route("/assessments/{id}/hints", post(check))
        .route("/assessments/{id}/hint-choices", post(choose))
        .route("/assessments/{id}/review", get(look_through).post(record))
}

/// Before there is an assessment: why this group, in the first run.
async fn check_before(State(shared): Here, Json(asked): Json<ToCheck>) -> Response {
    with_engine(shared, move |engine, house| {
        let checker = house.hints()?.checker(verbs::names(engine)?, Vec::new());
        let kept = asked.kept.iter().cloned().collect();
        Ok(hints(&checker, &asked, &kept))
    })
    .await
}

async fn check(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToCheck>) -> Response {
    with_engine(shared, move |engine, house| {
        let document = verbs::document(engine, &id)?;
        Ok(hints(&*checker(engine, house, document)?, &asked, &kept(engine, document)?))
    })
    .await
}

async fn choose(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToChoose>) -> Response {
    with_engine(shared, move |engine, _| chosen(engine, &id, &asked).map(|()| serde_json::json!({}))).await
}

async fn look_through(State(shared): Here, Path(id): Path<String>) -> Response {
    with_engine(shared, move |engine, house| Ok(reviewed(engine, house, &id)?.1)).await
}

async fn record(State(shared): Here, Path(id): Path<String>) -> Response {
    with_engine(shared, move |engine, house| {
        let (assessment, done) = recorded(engine, house, &id)?;
        house.tell(News::all_of(assessment));
        Ok(done)
    })
    .await
}

/// The rules with the names of this profile's caseload. Making them takes milliseconds, so they are made anew only when names change.
#[derive(Debug, Default)]
pub(super) struct HintCache(Mutex<Option<Made>>);

#[derive(Debug)]
struct Made {
    caseload: Vec<CaseloadName>,
    colleagues: Vec<String>,
    checker: Arc<Checker>,
}

impl HintCache {
    fn checker(&self, caseload: Vec<CaseloadName>, colleagues: Vec<String>) -> Arc<Checker> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.as_ref().filter(|made| made.caseload == caseload && made.colleagues == colleagues) {
            return Arc::clone(&made.checker);
        }
        let checker = Arc::new(Checker::new(Lists::shipped(), &caseload).with_colleagues(&colleagues));
        *made = Some(Made { caseload, colleagues, checker: Arc::clone(&checker) });
        checker
    }
}

fn checker(engine: &Engine, house: &House, document: DocumentId) -> Result<Arc<Checker>, Failure> {
    let colleagues = engine.look(move |work| Ok(kith_assessment::colleagues(work.read(&document)?)))?;
    Ok(house.hints()?.checker(verbs::names(engine)?, colleagues))
}

fn row(document: &DocumentId, kind: &[u8], rest: &[u8]) -> Vec<u8> {
    [document.0.as_slice(), kind, rest].concat()
}

fn word_bytes(key: &WordKey) -> Option<Vec<u8>> {
    let text: String = serde_json::from_value(serde_json::to_value(key).ok()?).ok()?;
    (!text.is_empty() && text.len() <= LONGEST_WORD).then(|| text.into_bytes())
}

/// Words that somebody chose to keep in this assessment on this computer.
fn kept(engine: &Engine, document: DocumentId) -> Result<BTreeSet<WordKey>, Failure> {
    let prefix = row(&document, WORD, &[]);
    let length = prefix.len();
    let rows = engine.look(move |work| Ok(work.rows().scan_rows(HINT, &prefix, &[], usize::MAX)?))?;
    let words = rows.into_iter().filter_map(|(key, _)| {
        let text = String::from_utf8(key.get(length..)?.to_vec()).ok()?;
        serde_json::from_value(text.into()).ok()
    });
    Ok(words.collect())
}

fn hints(checker: &Checker, asked: &ToCheck, kept: &BTreeSet<WordKey>) -> HintsShown {
    let words = Words::said_by(asked.said_by.as_deref());
    if words == Words::Own {
        return HintsShown { hints: Vec::new(), not_checked: None, own_words: true };
    }
    let found = match checker.check(&asked.text, words) {
        Ok(found) => found,
        Err(why) => return HintsShown { hints: Vec::new(), not_checked: Some(sentence(&why.to_string())), own_words: false },
    };
    let marks = shown(&asked.text, &found, &asked.typed_at, kept).into_iter().map(|finding: &Finding| HintShown {
        kind: finding.kind.as_str(),
        start: finding.start,
        end: finding.end,
        reason: finding.reason.clone(),
        suggestion: finding.suggestion.clone(),
        instead: finding.instead.clone(),
        moves: finding.moves().map(|Moves { kept_as, leaves }| MovesShown { kept_as, leaves }),
        key: finding.key.clone(),
    });
    HintsShown { hints: marks.collect(), not_checked: None, own_words: false }
}

fn chosen(engine: &Engine, id: &str, asked: &ToChoose) -> Result<(), Failure> {
    let document = verbs::document(engine, id)?;
    let word = word_bytes(&asked.key).ok_or_else(|| Failure::usage("That is no word of a hint"))?;
    let (kind, choice) = (asked.kind, asked.choice);
    Ok(engine.step(move |work| match choice {
        Choice::Kept => work.put(HINT, &row(&document, WORD, &word), &[VERSION]),
        // Until the next review it is remembered how often, and no word.
        Choice::Reworded | Choice::Moved => {
            let key = row(&document, COUNT, format!("{} {}", kind.as_str(), choice.as_str()).as_bytes());
            let before = work.rows().row(HINT, &key)?.and_then(|bytes| count(&bytes)).unwrap_or_default();
            work.put(HINT, &key, &[&[VERSION], before.saturating_add(1).to_be_bytes().as_slice()].concat())
        }
        Choice::Open => Ok(()),
    })?)
}

fn count(bytes: &[u8]) -> Option<u32> {
    match bytes.split_first() {
        Some((&VERSION, count)) => Some(u32::from_be_bytes(count.try_into().ok()?)),
        _ => None,
    }
}

/// What was reworded or moved since the last review, by kind.
fn counted(engine: &Engine, document: DocumentId) -> Result<BTreeMap<(Kind, Choice), u32>, Failure> {
    let prefix = row(&document, COUNT, &[]);
    let length = prefix.len();
    let rows = engine.look(move |work| Ok(work.rows().scan_rows(HINT, &prefix, &[], usize::MAX)?))?;
    let counts = rows.into_iter().filter_map(|(key, value)| {
        let text = String::from_utf8(key.get(length..)?.to_vec()).ok()?;
        let (kind, choice) = text.split_once(' ')?;
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
        let choice = Choice::ALL.into_iter().find(|known| known.as_str() == choice)?;
        Some(((kind, choice), count(&value)?))
    });
    Ok(counts.collect())
}

type Counts = BTreeMap<(Kind, Choice), u32>;

fn reviewed(engine: &Engine, house: &House, id: &str) -> Result<(Counts, ReviewShown), Failure> {
    let document = verbs::document(engine, id)?;
    let view = verbs::shown(engine, id, &house.manner)?.view;
    let checker = checker(engine, house, document)?;
    let review = review(&view, &checker, &kept(engine, document)?);
    let mut counts = counted(engine, document)?;
    for one in &review.found {
        let choice = if one.kept { Choice::Kept } else { Choice::Open };
        *counts.entry((one.finding.kind, choice)).or_default() += 1;
    }
    let found = review.found.into_iter().map(|one| ReviewFinding {
        field: one.field,
        place: one.place,
        side: one.side,
        what: one.finding.kind.words(),
        words: one.words,
        reason: one.finding.reason,
        kept: one.kept,
        kind: one.finding.kind.as_str(),
        key: one.finding.key,
    });
    let shown_counts =
        counts.iter().map(|((kind, choice), count)| CountShown { what: kind.words(), choice: choice.words(), count: *count });
    let shown = ReviewShown {
        found: found.collect(),
        not_looked_at: review.not_looked_at.into_iter().map(|one| format!("{}: {}", one.place, one.why)).collect(),
        counts: shown_counts.collect(),
        before: view.hint_reviews,
    };
    Ok((counts, shown))
}

/// Writes the counts into the document, and begins to count anew.
fn recorded(engine: &Engine, house: &House, id: &str) -> Result<(String, CommandDone), Failure> {
    let document = verbs::document(engine, id)?;
    let (counts, _) = reviewed(engine, house, id)?;
    let counts = counts.into_iter().map(|((kind, choice), count)| HintCount {
        kind: kind.as_str().to_owned(),
        choice: choice.as_str().to_owned(),
        count,
    });
    let command = Command::NoteHintReview(NoteHintReview { counts: counts.collect() });
    let prefix = row(&document, COUNT, &[]);
    let done = engine.step(move |work| {
        for (key, _) in work.rows().scan_rows(HINT, &prefix, &[], usize::MAX)? {
            work.delete(HINT, &key)?;
        }
        work.command(&document, &command)
    })?;
    Ok((document.to_string(), CommandDone { id: None, hash: Some(done.hash.to_string()) }))
}
