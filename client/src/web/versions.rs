//! Calls about versions for young people and families: what they would read, deciding on what was found, sharing, taking back; and a reply
//! that is set beside the text.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};

use super::api::{Shared, with_engine};
use super::news::News;
use super::shapes::{
    LevelShown, SaidInstead, ToMeasure, ToPreviewVersion, ToSayInstead, ToSetBeside, ToShareVersion, ToTakeBackVersion,
};
use crate::verbs::{self, ToShare};

type Here = State<Arc<Shared>>;

/// The calls.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/assessments/{id}/versions", post(share))
        .route("/assessments/{id}/versions/preview", post(preview))
        .route("/assessments/{id}/versions/say-instead", post(say))
        .route("/assessments/{id}/versions/{version}/take-back", post(take_back))
        .route("/reading-level", post(level))
        .route("/records/{id}/arrived/{item}/reply", post(reply))
}

/// How hard a text is to read, while somebody writes it: a hint, never a gate.
async fn level(Json(asked): Json<ToMeasure>) -> Response {
    Json(LevelShown { level: kith_assessment::reading_level(&asked.text) }).into_response()
}

async fn preview(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToPreviewVersion>) -> Response {
    with_engine(shared, move |engine, _| {
        let assessment = verbs::document(engine, &id)?;
        verbs::review(engine, assessment, &asked.for_whom, &asked.leave_out)
    })
    .await
}

async fn share(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToShareVersion>) -> Response {
    with_engine(shared, move |engine, house| {
        let assessment = verbs::document(engine, &id)?;
        let ToShareVersion { publish, keep } = asked;
        let shared = verbs::share(engine, assessment, &ToShare { publish, keep, why: None })?;
        house.tell(News::all_of(assessment.to_string()));
        Ok(shared)
    })
    .await
}

async fn say(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToSayInstead>) -> Response {
    with_engine(shared, move |engine, house| {
        let assessment = verbs::document(engine, &id)?;
        let parts = verbs::say(engine, assessment, &asked.key, &asked.instead)?;
        house.tell(News::all_of(assessment.to_string()));
        Ok(SaidInstead { parts })
    })
    .await
}

async fn take_back(
    State(shared): Here,
    Path((id, version)): Path<(String, String)>,
    Json(asked): Json<ToTakeBackVersion>,
) -> Response {
    with_engine(shared, move |engine, house| {
        let assessment = verbs::document(engine, &id)?;
        verbs::take_back(engine, assessment, &version, &asked.why)?;
        house.tell(News::all_of(assessment.to_string()));
        Ok(serde_json::json!({}))
    })
    .await
}

async fn reply(State(shared): Here, Path((id, item)): Path<(String, String)>, Json(asked): Json<ToSetBeside>) -> Response {
    with_engine(shared, move |engine, house| {
        let ToSetBeside { reply, missed, whys } = asked;
        let shown = verbs::set_beside(engine, &id, &item, reply, missed, whys)?;
        house.tell(News::Look);
        Ok(shown)
    })
    .await
}
