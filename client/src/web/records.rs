//! Calls about strand records: my caseload, what a holder does in one act, and "Someone in danger now". Members, requests, links,
//! admission and removal of a record are the calls of an assessment, with the record's id.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use kith_assessment::{Refusal, StrandCommand};

use super::api::{Shared, verb, with_engine};
use super::news::News;
use super::shapes::{
    CommandDone, ReferenceKept, ToAttach, ToCopyInDanger, ToDetach, ToHandOver, ToJoinWords, ToKeepReference, ToNameOnMap,
    ToNoteAgreement, ToTell,
};
use crate::cli::{Attach, Detach, HandOver, JoinWords, Told, Verb};
use crate::engine::{Engine, EngineError};
use crate::failure::Failure;
use crate::verbs;

type Here = State<Arc<Shared>>;

/// The calls.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/caseload", get(|here: Here| verb(here, Verb::Caseload)))
        .route("/caseload/names", get(names))
        .route("/assessments/{id}/attach", post(attach))
        .route("/records/{id}", get(|here: Here, Path(id)| verb(here, Verb::Record { id })))
        .route("/records/{id}/commands", post(command))
        .route("/records/{id}/history", get(|here: Here, Path(id)| verb(here, Verb::History { id })))
        .route("/records/{id}/references", post(reference))
        .route("/records/{id}/maps", get(|here: Here, Path(record)| verb(here, Verb::Maps { record })))
        .route("/records/{id}/map-names", post(map_names))
        .route("/records/{id}/detach", post(detach))
        .route("/records/{id}/hand-over", post(hand_over))
        .route("/records/{id}/agreement", post(agreement))
        .route("/records/{id}/join-words", post(join_words))
        .route("/danger", get(danger))
        .route("/danger/names", post(names_in_danger))
        .route("/danger/copy", post(copy))
        .route("/told", post(told))
}

/// For hints while a person writes; they go no further than the page.
async fn names(State(shared): Here) -> Response {
    with_engine(shared, |engine, _| verbs::names_shown(engine)).await
}

async fn attach(here: Here, Path(id): Path<String>, Json(asked): Json<ToAttach>) -> Response {
    let ToAttach { name, known_as, phone, label, person, strand } = asked;
    verb(here, Verb::Attach(Attach { id, name, known_as, phone, label, person, strand })).await
}

async fn command(State(shared): Here, Path(id): Path<String>, Json(command): Json<StrandCommand>) -> Response {
    with_engine(shared, move |engine, house| {
        let (assessment, done) = in_record(engine, &id, command)?;
        house.tell(News::all_of(assessment));
        Ok(done)
    })
    .await
}

fn in_record(engine: &Engine, id: &str, command: StrandCommand) -> Result<(String, CommandDone), Failure> {
    let record = verbs::find_record(engine, id)?.id;
    let done = engine.step(move |work| work.record_command(&record, &command))?;
    Ok((record.to_string(), CommandDone { id: done.id.map(|id| id.to_string()), hash: None }))
}

/// Keeps what was taken out of a text, or takes it out of the record again. What is so already is no refusal: nothing changes.
async fn reference(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToKeepReference>) -> Response {
    with_engine(shared, move |engine, house| {
        let record = verbs::find_record(engine, &id)?.id;
        let ToKeepReference { system, value, take_out } = asked;
        let command = match take_out {
            true => StrandCommand::DropReference { system, value },
            false => StrandCommand::KeepReference { system, value },
        };
        let changed = match engine.step(move |work| work.record_command(&record, &command)) {
            Ok(_) => true,
            Err(EngineError::Refused(Refusal::AlreadySo(_))) => false,
            Err(error) => return Err(error.into()),
        };
        house.tell(News::all_of(record.to_string()));
        Ok(ReferenceKept { changed })
    })
    .await
}

async fn map_names(State(shared): Here, Path(record): Path<String>, Json(asked): Json<ToNameOnMap>) -> Response {
    with_engine(shared, move |engine, house| {
        verbs::names_on_map(engine, &record, &asked.map, asked.allow)?;
        house.tell(News::Look);
        Ok(serde_json::json!({}))
    })
    .await
}

async fn detach(here: Here, Path(record): Path<String>, Json(asked): Json<ToDetach>) -> Response {
    let ToDetach { assessment, why, their_words, date } = asked;
    let their_words = their_words.as_str().to_owned();
    verb(here, Verb::Detach(Detach { record, id: assessment, why, their_words, date })).await
}

async fn hand_over(here: Here, Path(record): Path<String>, Json(asked): Json<ToHandOver>) -> Response {
    let ToHandOver { to, phone, why, stay } = asked;
    verb(here, Verb::HandOver(HandOver { record, to, phone, why, stay })).await
}

async fn agreement(State(shared): Here, Path(record): Path<String>, Json(asked): Json<ToNoteAgreement>) -> Response {
    with_engine(shared, move |engine, house| {
        let noted = verbs::note_agreement(engine, &record, asked.said, asked.show, asked.review)?;
        house.tell(News::Look);
        Ok(noted.value)
    })
    .await
}

async fn join_words(here: Here, Path(record): Path<String>, Json(asked): Json<ToJoinWords>) -> Response {
    let ToJoinWords { words, assessment, side, about } = asked;
    verb(here, Verb::JoinWords(JoinWords { record, words, id: assessment, side, about })).await
}

async fn danger(State(shared): Here) -> Response {
    with_engine(shared, |engine, house| verbs::danger_now(engine, false, &house.manner)).await
}

async fn names_in_danger(State(shared): Here) -> Response {
    with_engine(shared, |engine, house| verbs::danger_now(engine, true, &house.manner)).await
}

async fn copy(State(shared): Here, Json(asked): Json<ToCopyInDanger>) -> Response {
    with_engine(shared, move |engine, _| verbs::copy_now(engine, &asked.assessment)).await
}

async fn told(here: Here, Json(asked): Json<ToTell>) -> Response {
    let ToTell { id, what, with, why } = asked;
    let nothing = id.is_none();
    verb(here, Verb::Told(Told { id, what, with, why, nothing })).await
}
