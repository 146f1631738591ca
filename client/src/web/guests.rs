//! Calls about links for young people and families, and about what arrives by them: made and stopped, read first, covered, added or not,
//! answered, opened to be read again. The square code of a link is drawn as an invitation's ([`super::settings`]).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use kith_assessment::{AnswerTakeOut, EntryId, KeepArrived, NoteArrived};
use kith_group::{DocumentId, Rights};
use serde::Deserialize;
use ts_rs::TS;

use super::api::{Here, Shared, answer, blocking, failed, verb, with_engine};
use super::news::News;
use crate::cli::{Settings, Verb, Window};
use crate::engine::{Engine, ToAdd, ToLink, Work};
use crate::failure::Failure;
use crate::verbs::{self, label};

/// A link to be made.
#[derive(Deserialize, TS)]
pub(crate) struct ToMakeLink {
    /// What it is called in the record.
    pub(crate) name: String,
    /// For how many seconds it works.
    #[ts(type = "number")]
    pub(crate) seconds: i64,
    /// The language to begin with.
    pub(crate) language: String,
    /// For a parent or carer.
    #[serde(default)]
    pub(crate) adult: bool,
    /// The young person's own answer to "Is it safe to send to this phone?"; not given: it is shown in person.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) safe_to_send: Option<bool>,
    /// Who agreed that they take part.
    pub(crate) agreed_by: String,
    /// They can say something by it.
    pub(crate) say: bool,
    /// They can see the shared summary by it.
    #[serde(default)]
    pub(crate) summary: bool,
    /// They can answer what agreement asks.
    #[serde(default)]
    pub(crate) agree: bool,
}

/// Opens the window of a link.
#[derive(Deserialize, TS)]
pub(crate) struct ToOpenWindow {
    /// Which code word counts, where another came since the first: "first" or "newest".
    #[serde(default)]
    #[ts(optional, type = "\"first\" | \"newest\"")]
    pub(crate) code: Option<String>,
}

/// Adds an answer to an assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToAddArrived {
    /// The answer to which question; of what they say of the team's answers, the point.
    pub(crate) question: String,
    /// Their words with "[a name, covered]" where something is covered.
    pub(crate) words: String,
    /// Into which assessment.
    pub(crate) assessment: String,
    /// On which side it stands.
    pub(crate) side: String,
    /// Dimensions or entries that it is about.
    #[serde(default)]
    pub(crate) about: Vec<String>,
}

/// Keeps an answer in the record only.
#[derive(Deserialize, TS)]
pub(crate) struct ToKeepArrived {
    /// The answer to which question.
    pub(crate) question: String,
    /// Their words with "[a name, covered]" where something is covered; as they were said if not given.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) words: Option<String>,
}

/// Says why it is not added.
#[derive(Deserialize, TS)]
pub(crate) struct ToSayWhyNot {
    /// The answer to one question only.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) question: Option<String>,
    /// Why; they are told.
    pub(crate) why: String,
}

/// Answers somebody who asked to have it taken out.
#[derive(Deserialize, TS)]
pub(crate) struct ToAnswerTakeOut {
    /// The answer to one question only.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) question: Option<String>,
    /// It is taken out.
    pub(crate) done: bool,
    /// What they are told.
    pub(crate) words: String,
}

/// Sets what an area says on its guests' pages in one language.
#[derive(Deserialize, TS)]
pub(crate) struct ToSetArea {
    #[serde(default)]
    #[ts(optional)]
    pub(crate) danger: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) helpline: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) complain: Option<String>,
    /// Who checked them: the area's lead.
    pub(crate) checked_by: String,
}

/// The calls.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/records/{id}/links", get(|here: Here, Path(record)| verb(here, Verb::Links { record })).post(make))
        .route("/records/{id}/links/{link}/stop", post(stop))
        .route("/records/{id}/links/{link}/code", post(code))
        .route("/records/{id}/links/{link}/window", post(open))
        .route("/records/{id}/links/{link}/window/close", post(close))
        .route("/records/{id}/reading/{link}", get(reading))
        .route("/records/{id}/arrived", get(all_arrived))
        .route("/records/{id}/arrived/{item}", get(item))
        .route("/records/{id}/arrived/{item}/read", post(read))
        .route("/records/{id}/arrived/{item}/add", post(add))
        .route("/records/{id}/arrived/{item}/keep", post(keep))
        .route("/records/{id}/arrived/{item}/not-added", post(not_added))
        .route("/records/{id}/arrived/{item}/take-out", post(take_out))
        .route("/records/{id}/arrived/{item}/sound/{attachment}", get(sound))
        .route("/settings/area/{language}", get(area).post(set_area))
}

async fn make(State(shared): Here, Path(record): Path<String>, Json(asked): Json<ToMakeLink>) -> Response {
    with_engine(shared, move |engine, house| {
        if house.is_example() || house.is_offline() {
            return Err(needs_a_relay(house.is_example()));
        }
        let found = verbs::find_record(engine, &record)?;
        let wanted = ToLink {
            record: found.id,
            name: label("name of the link", &asked.name)?,
            seconds: asked.seconds,
            language: asked.language,
            adult: asked.adult,
            safe_to_send: asked.safe_to_send,
            agreed_by: label("name of who agreed", &asked.agreed_by)?,
            may: Rights { say: asked.say, summary: asked.summary, agree: asked.agree },
        };
        let made = verbs::made_link(engine, &found, wanted)?;
        house.tell(News::Look);
        Ok(made)
    })
    .await
}

fn needs_a_relay(example: bool) -> Failure {
    match example {
        true => Failure::refused(
            "example",
            "This is a made-up example: nobody can be sent a link, and nothing goes anywhere. Leave it and start your own",
        ),
        false => Failure::refused("offline", "You are working offline. Connect again in Settings, then do this"),
    }
}

async fn stop(here: Here, Path((record, link)): Path<(String, String)>) -> Response {
    verb(here, Verb::Unlink { record, link }).await
}

async fn code(here: Here, Path((record, link)): Path<(String, String)>) -> Response {
    verb(here, Verb::Code { record, link }).await
}

async fn open(here: Here, Path((record, link)): Path<(String, String)>, Json(asked): Json<ToOpenWindow>) -> Response {
    verb(here, Verb::Window(Window { record, link, close: false, preview: false, code: asked.code })).await
}

async fn close(here: Here, Path((record, link)): Path<(String, String)>) -> Response {
    verb(here, Verb::Window(Window { record, link, close: true, preview: false, code: None })).await
}

async fn reading(State(shared): Here, Path((record, link)): Path<(String, String)>) -> Response {
    with_engine(shared, move |engine, _| {
        let record = verbs::find_record(engine, &record)?.id;
        let link = verbs::link_named(engine, record, &link)?;
        verbs::reading_shown(engine, record, link)
    })
    .await
}

async fn all_arrived(State(shared): Here, Path(record): Path<String>) -> Response {
    with_engine(shared, move |engine, _| verbs::all_arrived(engine, &record)).await
}

async fn item(State(shared): Here, Path((record, item)): Path<(String, String)>) -> Response {
    with_engine(shared, move |engine, _| {
        let (record, item) = verbs::find_arrived(engine, &record, &item)?;
        verbs::item_shown(engine, record, item)
    })
    .await
}

/// Does something with one of what arrived; the answer is how it stands then.
async fn with_item(
    shared: Arc<Shared>,
    (record, item): (String, String),
    f: impl FnOnce(&mut Work<'_>, &DocumentId, EntryId) -> Result<(), crate::engine::EngineError> + Send + 'static,
) -> Response {
    with_engine(shared, move |engine, house| {
        let (record, item) = verbs::find_arrived(engine, &record, &item)?;
        engine.step(move |work| f(work, &record, item))?;
        house.tell(News::Look);
        verbs::item_shown(engine, record, item)
    })
    .await
}

async fn read(State(shared): Here, Path(of): Path<(String, String)>) -> Response {
    with_item(shared, of, |work, record, item| work.read_arrived(record, &item)).await
}

async fn add(State(shared): Here, Path((record, item)): Path<(String, String)>, Json(asked): Json<ToAddArrived>) -> Response {
    with_engine(shared, move |engine, house| {
        let added = add_to(engine, &record, &item, asked)?;
        house.tell(News::all_of(added.assessment.clone()));
        house.tell(News::Look);
        Ok(added)
    })
    .await
}

fn add_to(engine: &Engine, record: &str, item: &str, asked: ToAddArrived) -> Result<crate::json::WordsJoined, Failure> {
    let (record, item) = verbs::find_arrived(engine, record, item)?;
    let assessment = verbs::document(engine, &asked.assessment)?;
    let ToAddArrived { question, words, side, about, .. } = asked;
    verbs::add_arrived(engine, ToAdd { record, item, question, words: Some(words), assessment, side, about })
}

async fn keep(State(shared): Here, Path(of): Path<(String, String)>, Json(asked): Json<ToKeepArrived>) -> Response {
    let ToKeepArrived { question, words } = asked;
    with_item(shared, of, |work, record, item| work.keep_arrived(record, KeepArrived { item, question, words }).map(drop)).await
}

async fn not_added(State(shared): Here, Path(of): Path<(String, String)>, Json(asked): Json<ToSayWhyNot>) -> Response {
    let ToSayWhyNot { question, why } = asked;
    let note = move |item| NoteArrived { item, question, not_added: Some(why) };
    with_item(shared, of, |work, record, item| work.not_added(record, note(item))).await
}

async fn take_out(State(shared): Here, Path(of): Path<(String, String)>, Json(asked): Json<ToAnswerTakeOut>) -> Response {
    let ToAnswerTakeOut { question, done, words } = asked;
    let answer = move |item| AnswerTakeOut { item, question, done, words };
    with_item(shared, of, |work, record, item| work.answer_take_out(record, answer(item))).await
}

/// A voice note, to be played and kept nowhere.
async fn sound(State(shared): Here, Path((record, item, attachment)): Path<(String, String, usize)>) -> Response {
    match blocking(move || verbs::sound(&shared.house.engine()?, &record, &item, attachment)).await {
        Ok((media, sound)) => {
            // Only what a page may play is ever taken in (`kith_group`), and a browser takes it for nothing else.
            let headers = [(header::CONTENT_TYPE, media), (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned())];
            (headers, sound).into_response()
        }
        Err(failure) => failed(&failure),
    }
}

async fn area(State(shared): Here, Path(language): Path<String>) -> Response {
    answer(move || verbs::area_shown(&shared.house.engine()?, &language)).await
}

async fn set_area(here: Here, Path(language): Path<String>, Json(asked): Json<ToSetArea>) -> Response {
    if !["en", "cy", "ar"].contains(&language.as_str()) {
        return failed(&Failure::usage("There is no page in that language yet"));
    }
    let ToSetArea { danger, helpline, complain, checked_by } = asked;
    verb(here, Verb::Settings(Settings { language, danger, helpline, complain, checked_by: Some(checked_by) })).await
}
