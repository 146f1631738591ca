//! "Write together": a young person or a parent writes on this computer, with the holder beside them, and sees nothing else of Kith.
//!
//! While it lasts, this is a state of the program and not of a page: every call but the few here is refused, for every page and after
//! every reload, and no news is told. It ends by the passphrase, or with the lock, which needs the passphrase too.
//!
//! What is typed and not kept is part of that state, so that a reload or a browser that ended does not lose it: in this program's memory
//! and nowhere else, gone when it is kept, when they stop, and when the holder leaves.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64;
use kith_assessment::Whose;
use kith_group::{Attachment, DocumentId, Drawing, DrawnMark};

use super::api::{Here, Shared, answer};
use super::door::refusal;
use super::news::News;
use super::shapes::{
    CommandDone, ToKeepSaid, ToWriteTogether, TogetherShown, TypedAnswer, TypedTogether, UnwordedTogether, VoiceTogether,
};
use crate::engine::Sitting;
use crate::failure::Failure;
use crate::verbs;

/// What may still be asked.
const STILL: [&str; 6] = ["/state", "/together/said", "/together/typed", "/lock", "/here", "/events"];
/// More questions than there are on the page.
const QUESTIONS: usize = 32;

/// Whether somebody writes here together with the holder, and in whose record.
#[derive(Default)]
pub(super) struct Together(Mutex<Option<Now>>);

struct Now {
    record: DocumentId,
    whose: Whose,
    sitting: Sitting,
    kept: bool,
    typed: TypedTogether,
}

impl std::fmt::Debug for Together {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_on() { "Together(on)" } else { "Together(off)" })
    }
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

    /// Something was typed and is not kept.
    pub(super) fn holds_typed(&self) -> bool {
        self.now().as_ref().is_some_and(|now| now.typed.answers.iter().any(TypedAnswer::says_something))
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
    Router::new()
        .route("/together", post(begin))
        .route("/together/said", post(said))
        .route("/together/typed", get(typed).put(hold_typed))
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
        *house.together.now() = Some(Now { record, whose: asked.whose, sitting, kept: false, typed: TypedTogether::default() });
        house.tell(News::Together);
        Ok(serde_json::json!({}))
    })
    .await
}

async fn said(State(shared): Here, Json(asked): Json<ToKeepSaid>) -> Response {
    answer(move || {
        let together = &shared.house.together;
        let of = together.now().as_ref().filter(|now| !now.kept).map(|now| (now.record, now.whose.clone()));
        let (record, whose) = of.ok_or_else(|| Failure::refused("kept", "This is kept already. Give the computer back"))?;
        let attached: Option<Vec<_>> = asked.attached.into_iter().map(attachments).collect();
        let attached =
            attached.ok_or_else(|| Failure::usage("A voice note could not be read. Throw it away, and say it again"))?;
        let attached = attached.into_iter().flatten().collect();
        let item = shared
            .house
            .engine()?
            .step(move |work| work.said_together(&record, whose, asked.language, asked.answers, attached))?;
        if let Some(now) = together.now().as_mut() {
            now.kept = true;
            now.typed = TypedTogether::default();
        }
        Ok(CommandDone { id: Some(item.to_string()), hash: None })
    })
    .await
}

/// In the form in which it would have come by a link.
fn attachments(asked: UnwordedTogether) -> Option<Vec<Attachment>> {
    let UnwordedTogether { question, voice, drawing } = asked;
    let mut all = Vec::new();
    if let Some(VoiceTogether { media, seconds, sound }) = voice {
        let sound = BASE64.decode(sound.as_bytes()).ok()?;
        all.push(Attachment::Voice { question: question.clone(), media, seconds, sound });
    }
    if let Some(drawn) = drawing {
        let marks = drawn.marks.into_iter().map(|mark| DrawnMark { x: mark.x, y: mark.y, sign: mark.sign, words: mark.words });
        let drawing = Drawing { marks: marks.collect(), lines: drawn.lines, words: drawn.words };
        all.push(Attachment::Drawing { question, drawing });
    }
    Some(all)
}

async fn typed(State(shared): Here) -> Json<TypedTogether> {
    Json(shared.house.together.now().as_ref().map(|now| now.typed.clone()).unwrap_or_default())
}

/// Holds what was typed: of each question what came last.
async fn hold_typed(State(shared): Here, Json(asked): Json<TypedTogether>) -> Response {
    answer(move || {
        let mut now = shared.house.together.now();
        // A page that is late: what it has is kept, or was left.
        let Some(now) = now.as_mut().filter(|now| !now.kept) else { return Ok(serde_json::json!({})) };
        let held = &mut now.typed;
        (held.language, held.screen, held.step) = (asked.language, asked.screen, asked.step);
        for answer in asked.answers {
            let room = held.answers.len() < QUESTIONS;
            match held.answers.iter_mut().find(|one| one.question == answer.question) {
                Some(one) => *one = answer,
                None if room => held.answers.push(answer),
                None => return Err(Failure::usage("That is more than the page asks")),
            }
        }
        Ok(serde_json::json!({}))
    })
    .await
}
