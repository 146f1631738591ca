//! Calls about summaries: what readers would see, sharing it, what readers said, and who is offered to read or to write.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use super::api::{Shared, verb};
use super::shapes::{ToNoteHeard, ToOffer, ToPublish};
use crate::cli::{self, ForFamilies, Verb};

type Here = State<Arc<Shared>>;

/// The calls.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/assessments/{id}/publish", get(preview).post(publish))
        .route("/assessments/{id}/heard", post(heard))
        .route("/summaries/{id}", get(|here: Here, Path(id)| verb(here, Verb::Show { id, part: None })))
        .route("/by-default", post(by_default))
}

async fn preview(here: Here, Path(id): Path<String>) -> Response {
    verb(here, Verb::Publish { id, preview: true, why: None, families: ForFamilies::default() }).await
}

async fn publish(here: Here, Path(id): Path<String>, Json(asked): Json<ToPublish>) -> Response {
    verb(here, Verb::Publish { id, preview: false, why: asked.why, families: ForFamilies::default() }).await
}

async fn heard(here: Here, Path(id): Path<String>, Json(asked): Json<ToNoteHeard>) -> Response {
    let ToNoteHeard { from, agency, text } = asked;
    verb(here, Verb::Heard(cli::Heard { id, from, agency, text })).await
}

/// "write", "read-as-police", "read-as-neighbour".
async fn by_default(Json(asked): Json<ToOffer>) -> Response {
    Json(kith_assessment::by_default(&asked.agency, &asked.role)).into_response()
}
