//! Writing together, letter by letter: what an editor typed goes in at the heads on which it stands, what others wrote comes back as
//! splices from there; and where people are.
//!
//! An editor asks one thing at a time. What it typed goes through the same command as on the command line (`splice-text`), so it is on the
//! disk when the answer leaves. An answer can be lost; then the editor asks the same again, and what it typed is not done twice.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kith_assessment::{Command, Heads, Refusal, Splice, splices_since, text_of};
use kith_group::DocumentId;

use super::api::{Here, with_engine};
use super::house::House;
use super::news::News;
use super::shapes::{ToBeHere, ToHide, ToType, TypedOn};
use crate::engine::{Engine, EngineError};
use crate::failure::Failure;
use crate::verbs;

/// How many editors are remembered. A page has one or two open.
const SITTINGS: usize = 64;
/// The longest name of an editor, in bytes.
const LONGEST_SITTING: usize = 64;
/// The most splices in one question: more comes from no hand.
const MOST_SPLICES: usize = 1_000;
/// How long presence rests at least between two words of it in one assessment.
const PACE: Duration = Duration::from_secs(2);

/// An editor's last turn.
struct Turn {
    sitting: String,
    turn: u64,
    stood: Heads,
}

/// What is remembered of those who write together; in memory only.
#[derive(Default)]
pub(super) struct Live {
    turns: Mutex<VecDeque<Turn>>,
    said: Mutex<BTreeMap<DocumentId, Instant>>,
}

impl Live {
    /// Where an editor stood after a turn that was done already.
    fn done(&self, sitting: &str, turn: u64) -> Option<Heads> {
        let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.iter().find(|last| last.sitting == sitting && last.turn == turn).map(|last| last.stood.clone())
    }

    fn remember(&self, sitting: String, turn: u64, stood: Heads) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|last| last.sitting != sitting);
        if turns.len() >= SITTINGS {
            turns.pop_front();
        }
        turns.push_back(Turn { sitting, turn, stood });
    }

    /// Whether it is time again for a word of presence.
    fn may_say(&self, document: DocumentId) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let due = said.get(&document).is_none_or(|last| last.elapsed() >= PACE);
        if due {
            said.insert(document, Instant::now());
        }
        due
    }
}

/// What an editor typed, and what others wrote.
pub(super) async fn typing(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToType>) -> Response {
    let here = std::sync::Arc::clone(&shared);
    with_engine(shared, move |engine, house| exchange(engine, house, &here.live, &id, asked)).await
}

fn exchange(engine: &Engine, house: &House, live: &Live, id: &str, asked: ToType) -> Result<TypedOn, Failure> {
    let ToType { field, sitting, turn, heads, splices } = asked;
    if sitting.len() > LONGEST_SITTING || splices.len() > MOST_SPLICES {
        return Err(Failure::usage("That is more than an editor asks at once"));
    }
    let document = verbs::document(engine, id)?;
    let again = live.done(&sitting, turn);
    let wrote = again.is_none() && !splices.is_empty();
    let (stands, todo) = match again {
        Some(stood) => (Some(stood), Vec::new()),
        None => (heads, splices),
    };
    let of = field.clone();
    let (stood, typed) = engine.step(move |work| {
        let mut stands = stands;
        for Splice { at, delete, insert } in todo {
            let heads = stands.clone().or_else(|| Some(Heads::default()));
            let command = Command::SpliceText { field: of.clone(), heads, at, delete, insert };
            match work.command(&document, &command) {
                Ok(done) => stands = Some(Heads(vec![done.hash])),
                Err(EngineError::Refused(Refusal::UnknownHeads)) => return Ok((None, opened(work.read(&document)?, &of)?)),
                Err(error) => return Err(error),
            }
        }
        let doc = work.read(&document)?;
        let Some(stood) = stands else { return Ok((None, opened(doc, &of)?)) };
        match splices_since(doc, &of, &stood.0) {
            Ok(splices) => Ok((Some(stood), TypedOn { heads: Heads(doc.get_heads()), splices, text: None })),
            Err(Refusal::UnknownHeads) => Ok((None, opened(doc, &of)?)),
            Err(refusal) => Err(refusal.into()),
        }
    })?;
    if wrote && let Some(stood) = stood {
        live.remember(sitting, turn, stood);
        // Other pages of this person have the text open too, perhaps.
        house.tell(News::Changed {
            assessment: document.to_string(),
            texts: Vec::new(),
            whole: vec![field],
            from: Heads::default(),
            to: typed.heads.clone(),
            more: false,
        });
    }
    Ok(typed)
}

/// The whole text, for an editor that opens or has lost its place.
fn opened(doc: &automerge::Automerge, field: &str) -> Result<TypedOn, Refusal> {
    Ok(TypedOn { heads: Heads(doc.get_heads()), splices: Vec::new(), text: Some(text_of(doc, field)?) })
}

/// Where somebody is: told to colleagues who are connected, if the person wants that, and not more often than it helps.
pub(super) async fn be_here(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToBeHere>) -> Response {
    let here = std::sync::Arc::clone(&shared);
    with_engine(shared, move |engine, _| {
        let document = verbs::document(engine, &id)?;
        let place = asked.place.unwrap_or_default();
        // A farewell does not wait.
        if place.is_empty() || here.live.may_say(document) {
            engine.step(move |work| if work.is_hidden()? { Ok(()) } else { work.say_here(&document, &place) })?;
        }
        Ok(serde_json::json!({}))
    })
    .await
}

/// Whether to be seen. Whoever hides has left, for the others.
pub(super) async fn hide(State(shared): Here, Json(asked): Json<ToHide>) -> Response {
    with_engine(shared, move |engine, house| {
        engine.step(move |work| {
            if asked.hidden {
                for document in work.documents() {
                    work.say_here(&document.id, "")?;
                }
            }
            work.set_hidden(asked.hidden)
        })?;
        house.tell(News::Look);
        Ok(serde_json::json!({}))
    })
    .await
}
