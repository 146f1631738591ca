//! Another program on this computer reads: a case management system that shows an assessment beside its own records. A person lets it in
//! by an opaque token, made in *Settings* and stopped there; it reads and never writes, and what it gets is what the person sees.
//!
//! Every rule of the door holds for it too. The document for whoever writes such a program ([`openapi`]) is made from the same table as
//! the routes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use kith_assessment::{AssessmentView, Overview, overview};
use serde::Serialize;
use serde_json::{Map, Value, json};
use ts_rs::TS;

use super::api::{Here, Shared, blocking, failed};
use super::door::refusal;
use super::house::{Standing, locked};
use super::schema;
use super::settings::digest_of;
use super::types::declarations;
use crate::cli::Verb;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::json::{HistoryShown, Listed, Refused, StandingShown};
use crate::verbs::{self, Manner};

/// Wrong tokens before whoever tries has to wait.
const FREE_TRIES: u32 = 3;
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// An assessment, for another program to read.
#[derive(Serialize, TS)]
pub(crate) struct AssessmentRead {
    /// Its id.
    pub(crate) assessment: String,
    /// How this computer stands in it.
    pub(crate) standing: StandingShown,
    /// All that its reader sees.
    pub(crate) view: AssessmentView,
    /// The triangle, at a glance.
    pub(crate) overview: Overview,
}

/// Text to paste into a case file.
#[derive(Serialize, TS)]
pub(crate) struct CaseNotes {
    /// The assessment.
    pub(crate) assessment: String,
    /// Purpose, themes and plan, as plain text.
    pub(crate) text: String,
}

/// A call: where, what it is for, the type of its answer, and what it does.
struct Call {
    path: &'static str,
    what: &'static str,
    answers: &'static str,
    does: fn(&Engine, &Manner, &str) -> Result<Value, Failure>,
}

const CALLS: [Call; 4] = [
    Call {
        path: "/assessments",
        what: "The assessments that this person is in, and their requests to be let into others",
        answers: "Listed",
        does: |engine, manner, _| Ok(verbs::run(engine, &Verb::List, manner)?.value),
    },
    Call { path: "/assessments/{id}", what: "An assessment as this person sees it", answers: "AssessmentRead", does: read },
    Call {
        path: "/assessments/{id}/history",
        what: "Who did what in it, and when, newest last",
        answers: "HistoryShown",
        does: |engine, manner, id| Ok(verbs::run(engine, &Verb::History { id: id.to_owned() }, manner)?.value),
    },
    Call {
        path: "/assessments/{id}/case-notes",
        what: "Purpose, themes and plan as plain text, to paste into a case file",
        answers: "CaseNotes",
        does: case_notes,
    },
];

fn value(shown: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(shown).map_err(|error| Failure::refused("stopped", error.to_string()))
}

fn read(engine: &Engine, manner: &Manner, id: &str) -> Result<Value, Failure> {
    let shown = verbs::shown(engine, id, manner)?;
    let overview = overview(&shown.view);
    value(&AssessmentRead { assessment: shown.assessment, standing: shown.standing, view: shown.view, overview })
}

fn case_notes(engine: &Engine, manner: &Manner, id: &str) -> Result<Value, Failure> {
    let part = verbs::run(engine, &Verb::Show { id: id.to_owned(), part: Some("case-notes".to_owned()) }, manner)?.value;
    let text = |field: &str| part[field].as_str().unwrap_or_default().to_owned();
    value(&CaseNotes { assessment: text("assessment"), text: text("value") })
}

/// Wrong tokens, counted.
#[derive(Debug, Default)]
pub(super) struct Tries {
    wrong: u32,
    next: Option<Instant>,
}

impl Tries {
    /// A wrong token came; whether it has to hear that it must wait.
    fn wrong(&mut self, now: Instant) -> bool {
        if self.next.is_some_and(|next| now < next) {
            return true;
        }
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong >= FREE_TRIES {
            let doubled = Duration::from_secs(1 << (self.wrong - FREE_TRIES).min(6));
            self.next = Some(now + doubled.min(LONGEST_WAIT));
        }
        false
    }
}

/// The calls. A method that only people may use is refused to a program that was let in, and to nobody else is anything said.
pub(super) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let mut router = Router::new().route("/openapi.json", get(|| async { Json(openapi()) }));
    for call in &CALLS {
        let does = call.does;
        router = if call.path.contains("{id}") {
            router.route(call.path, get(move |here: Here, Path(id): Path<String>| answered(here, does, id)))
        } else {
            router.route(call.path, get(move |here: Here| answered(here, does, String::new())))
        };
    }
    router
        .fallback(|| async { refusal(StatusCode::NOT_FOUND, "no-such-call", "There is no such call.") })
        .layer(from_fn_with_state(Arc::clone(shared), let_in_only))
}

async fn answered(State(shared): Here, does: fn(&Engine, &Manner, &str) -> Result<Value, Failure>, id: String) -> Response {
    let done = blocking(move || does(&shared.house.engine()?, &shared.house.manner, &id));
    match done.await {
        Ok(value) => Json(value).into_response(),
        Err(failure) => failed(&failure),
    }
}

/// A program that was let in, or nobody. It puts off no lock: only people do.
async fn let_in_only(State(shared): Here, request: Request, next: Next) -> Response {
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let token = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")),
        _ => None,
    };
    if token.is_some_and(|token| shared.house.knows_program(&digest_of(token))) {
        return if shared.house.standing() == Standing::Open { next.run(request).await } else { failed(&locked()) };
    }
    if shared.tries().wrong(Instant::now()) {
        return failed(&Failure::refused("wait", "Wait a minute, then try again"));
    }
    refusal(StatusCode::UNAUTHORIZED, "not-let-in", "This program was not let in. Make a token for it in Kith, under Settings.")
}

/// The document for whoever writes a program that reads here, in OpenAPI 3.1: its calls and every type in their answers.
pub fn openapi() -> Value {
    let mut paths = Map::new();
    paths.insert("/openapi.json".to_owned(), described("This document", &json!({ "type": "object" }), false));
    for call in &CALLS {
        let answer = json!({ "$ref": format!("#/components/schemas/{}", call.answers) });
        paths.insert(call.path.to_owned(), described(call.what, &answer, call.path.contains("{id}")));
    }
    let types = declarations(|all| {
        all.add::<Listed>();
        all.add::<AssessmentRead>();
        all.add::<HistoryShown>();
        all.add::<CaseNotes>();
        all.add::<Refused>();
    });
    let schemas: Map<String, Value> = types.iter().map(|(name, declared)| (name.clone(), schema::of(declared))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kith on this computer",
            "version": "1",
            "summary": "Another program on the same computer reads what a practitioner sees in Kith",
            "description": "Read only. The practitioner opens Kith, makes a token for your program under Settings, and can stop it there. While Kith \
                            is locked every call answers 423; when it is not open nothing answers. The port is any that is free, unless Kith is \
                            opened with --port. Fields are only added; a word that you do not know is one of a newer Kith: show it as it is.",
        },
        "servers": [{ "url": "http://127.0.0.1:{port}/api/connect", "variables": { "port": { "default": "4481" } } }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "As Settings shows it, once." } },
            "schemas": schemas,
        },
    })
}

fn described(what: &str, answer: &Value, one: bool) -> Value {
    let says = |why: &str| json!({ "description": why, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Refused" } } } });
    let mut get = json!({
        "summary": what,
        "responses": {
            "200": { "description": "Done", "content": { "application/json": { "schema": answer } } },
            "401": says("The token is missing, wrong, or was stopped"),
            "422": says("Refused, with a sentence that says why: there is no such assessment here, or it cannot be read"),
            "423": says("Kith is locked: the practitioner opens it with their passphrase"),
            "429": says("Wrong tokens came too often: wait a minute"),
        },
    });
    if one {
        get["parameters"] = json!([{
            "name": "id", "in": "path", "required": true, "schema": { "type": "string" },
            "description": "The assessment's id, as the list gives it",
        }]);
    }
    json!({ "get": get })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_the_document_names_is_in_it() {
        let document = openapi();
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name} is named and not described");
        }
        assert!(schemas.contains_key("EntryView") && document["paths"].as_object().unwrap().len() == CALLS.len() + 1);
    }

    #[test]
    fn what_is_read_is_as_the_document_says() {
        use crate::engine::{Person, Profile};
        let folder = tempfile::tempdir().unwrap();
        let person = Person { name: "Priya Marsh".into(), agency: "social care".into(), role: "social worker".into() };
        let cost = crate::store::KeyCost::TESTS;
        let profile = Profile::create(&folder.path().join("profile"), "otter lantern maple spoon", &person, None, cost).unwrap();
        let engine = Engine::start(profile).unwrap();
        let manner = Manner { zone: jiff::tz::TimeZone::UTC };
        let made = verbs::run(
            &engine,
            &Verb::New { title: "Larch".into(), trigger: "over-time".into(), purpose: "Evenings without fear.".into() },
            &manner,
        );
        let id = made.unwrap().value["assessment"].as_str().unwrap().to_owned();
        let write = Verb::Write(crate::cli::Write {
            id: id.clone(),
            dimension: "1.6".into(),
            kind: "strength".into(),
            text: "They wait for each other.".into(),
            said_by: None,
            basis: None,
            passed_on: false,
            date: None,
            agreed: None,
        });
        verbs::run(&engine, &write, &manner).unwrap();
        let document = openapi();
        let schemas = &document["components"]["schemas"];
        for call in &CALLS {
            let answer = (call.does)(&engine, &manner, &id).unwrap();
            assert_eq!(schema::differs(&answer, &schemas[call.answers], schemas), None, "{}", call.path);
        }
        let mut other = read(&engine, &manner, &id).unwrap();
        assert!(other["view"]["sides"][0]["dimensions"].to_string().contains("They wait"));
        other["view"]["sides"] = json!("three");
        assert!(schema::differs(&other, &schemas["AssessmentRead"], schemas).is_some());
        engine.stop().unwrap();
    }

    #[test]
    fn wrong_tokens_have_to_wait_ever_longer() {
        let (mut tries, now) = (Tries::default(), Instant::now());
        assert!((0..FREE_TRIES).all(|_| !tries.wrong(now)));
        assert!(tries.wrong(now), "the fourth at once");
        assert!(!tries.wrong(now + Duration::from_secs(1)));
        assert!(tries.wrong(now + Duration::from_secs(2)), "the next wait is longer");
    }
}
