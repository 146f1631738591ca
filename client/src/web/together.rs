//! "Write together": a young person or a parent writes on this computer, with the holder beside them, and sees nothing else of Kith.
//!
//! While it lasts, this is a state of the program and not of a page: every call but the few here is refused, for every page and after
//! every reload, and no news is told. It ends by the passphrase, or with the lock, which needs the passphrase too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use kith_assessment::Whose;
use kith_group::DocumentId;

use super::api::{Here, Shared, answer};
use super::door::refusal;
use super::news::News;
use super::shapes::{CommandDone, ToKeepSaid, ToWriteTogether, TogetherShown};
use crate::engine::Sitting;
use crate::failure::Failure;
use crate::verbs;

/// What may still be asked.
const STILL: [&str; 5] = ["/state", "/together/said", "/lock", "/here", "/events"];

/// Whether somebody writes here together with the holder, and in whose record.
#[derive(Debug, Default)]
pub(super) struct Together(Mutex<Option<Now>>);

#[derive(Debug, Clone)]
struct Now {
    record: DocumentId,
    whose: Whose,
    sitting: Sitting,
    kept: bool,
}

impl Together {
    fn now(&self) -> MutexGuard<'_, Option<Now>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_on(&self) -> bool {
        self.now().is_some()
    }

    /// The holder showed that it is them; whether somebody was writing.
    pub(super) fn end(&self) -> bool {
        self.now().take().is_some()
    }

    /// What a page may know.
    pub(super) fn shown(&self) -> Option<TogetherShown> {
        self.now().as_ref().map(|now| TogetherShown {
            holder: now.sitting.holder.clone(),
            role: now.sitting.role.clone(),
            stand_in: now.sitting.stand_in.clone(),
            team: now.sitting.team.line.clone(),
            police: now.sitting.team.police,
            adult: now.whose == Whose::Parents,
            kept: now.kept,
        })
    }

    /// Turns a call away that asks for anything else.
    pub(super) fn turned_away(&self, path: &str) -> Option<Response> {
        if !self.is_on() || STILL.contains(&path) {
            return None;
        }
        let message = "Somebody writes here together with the holder. Type your passphrase to go on; what was kept is safe.";
        Some(refusal(StatusCode::LOCKED, "together", message))
    }
}

/// The calls.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/together", post(begin)).route("/together/said", post(said))
}

async fn begin(State(shared): Here, Json(asked): Json<ToWriteTogether>) -> Response {
    answer(move || {
        let house = &shared.house;
        if house.is_example() {
            return Err(Failure::refused(
                "example",
                "In the made-up example there is no passphrase to leave this screen with. Start your own, then write together",
            ));
        }
        let engine = house.engine()?;
        let record = verbs::find_record(&engine, &asked.record)?.id;
        let sitting = engine.look(move |work| work.sitting(&record))?;
        *house.together.now() = Some(Now { record, whose: asked.whose, sitting, kept: false });
        house.tell(News::Together);
        Ok(serde_json::json!({}))
    })
    .await
}

async fn said(State(shared): Here, Json(asked): Json<ToKeepSaid>) -> Response {
    answer(move || {
        let now = shared.house.together.now().clone();
        let Some(Now { record, whose, kept: false, .. }) = now else {
            return Err(Failure::refused("kept", "This is kept already. Give the computer back"));
        };
        let item = shared.house.engine()?.step(move |work| work.said_together(&record, whose, asked.language, asked.answers))?;
        if let Some(now) = shared.house.together.now().as_mut() {
            now.kept = true;
        }
        Ok(CommandDone { id: Some(item.to_string()), hash: None })
    })
    .await
}
