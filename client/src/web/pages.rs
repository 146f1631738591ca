//! What the pages that show the practice ask beside the view: *My work*, *Find*, what changed since I last looked, history by sitting,
//! then and now, a copy for case notes. Each is a function of `kith-assessment` on the documents of this profile.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use kith_assessment::{
    ForWhom, Group, Task, ThenAndNow, case_notes, history_since, history_with, search, sittings, tasks, then_and_now,
};

use super::api::{Here, Shared, with_engine};
use super::shapes::{FindShown, FoundIn, SinceShown, TimelineShown, ToCompare, ToCopy, ToFind, WorkGroup, WorkShown, WorkTask};
use crate::engine::Engine;
use crate::failure::Failure;
use crate::verbs::{self, Manner};

/// The longest words to look for, in characters.
const LONGEST_WORDS: usize = 200;

/// The calls of these pages.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/work", get(work))
        .route("/find", post(find))
        .route("/assessments/{id}/since", get(since))
        .route("/assessments/{id}/looked", post(looked))
        .route("/assessments/{id}/timeline", get(timeline))
        .route("/assessments/{id}/then", post(then))
        .route("/assessments/{id}/case-notes", post(notes))
}

async fn work(State(shared): Here) -> Response {
    with_engine(shared, |engine, house| my_work(engine, &house.manner)).await
}

async fn find(State(shared): Here, Json(asked): Json<ToFind>) -> Response {
    with_engine(shared, move |engine, house| find_words(engine, &asked.words, &house.manner)).await
}

async fn since(State(shared): Here, Path(id): Path<String>) -> Response {
    with_engine(shared, move |engine, _| since_last_look(engine, &id)).await
}

async fn looked(State(shared): Here, Path(id): Path<String>) -> Response {
    with_engine(shared, move |engine, _| {
        let document = verbs::document(engine, &id)?;
        engine.step(move |work| work.put_looked(&document))?;
        Ok(serde_json::json!({}))
    })
    .await
}

async fn timeline(State(shared): Here, Path(id): Path<String>) -> Response {
    with_engine(shared, move |engine, _| {
        let document = verbs::document(engine, &id)?;
        let sittings = engine.look(move |work| {
            let owners = work.owners(&document);
            Ok(sittings(history_with(work.read(&document)?, Some(&owners))))
        })?;
        Ok(TimelineShown { sittings })
    })
    .await
}

async fn then(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToCompare>) -> Response {
    with_engine(shared, move |engine, _| compare(engine, &id, asked)).await
}

async fn notes(State(shared): Here, Path(id): Path<String>, Json(asked): Json<ToCopy>) -> Response {
    with_engine(shared, move |engine, house| {
        let shown = verbs::shown(engine, &id, &house.manner)?;
        let text = case_notes(&shown.view, asked.strand.as_deref(), &verbs::today(engine, &house.manner));
        Ok(serde_json::json!({ "text": text }))
    })
    .await
}

/// What waits for me in every assessment that I am still in, by the groups of the page.
fn my_work(engine: &Engine, manner: &Manner) -> Result<WorkShown, Failure> {
    let today = verbs::today(engine, manner);
    let mut all: Vec<WorkTask> = Vec::new();
    // In a summary nothing waits for whoever reads it.
    for one in verbs::all_listed(engine, manner)?.assessments.into_iter().filter(|one| one.role.is_some() && !one.summary) {
        let shown = verbs::shown(engine, &one.assessment, manner)?;
        let document = verbs::document(engine, &one.assessment)?;
        let (me, waits) = engine.look(move |work| {
            let me = work.core().identity(&document).map(|me| me.person.0.into());
            Ok((me, !work.core().waiting(work.rows(), &document)?.is_empty()))
        })?;
        let leads = one.role.as_deref() == Some("lead");
        let mine = tasks(&shown.view, me.as_ref(), &today).into_iter().filter(|task| task.is_for(leads));
        let tasks = mine.chain((waits && leads).then(let_in));
        let title = shown.view.title.clone();
        all.extend(tasks.map(|task| WorkTask { assessment: Some(one.assessment.clone()), title: title.clone(), task }));
    }
    // What waits in my caseload stands here too: it is this person's own page, on their own computer.
    let caseload = verbs::caseload_now(engine, manner)?;
    let mut own: Vec<Task> = caseload.tasks;
    for person in caseload.people {
        let record = verbs::find_record(engine, &person.record)?.id;
        if engine.look(move |work| Ok(!work.core().waiting(work.rows(), &record)?.is_empty()))? {
            own.push(Task { page: "caseload".to_owned(), at: person.record.clone(), ..let_in() });
        }
        own.extend(person.tasks);
    }
    all.extend(own.into_iter().map(|task| WorkTask { assessment: None, title: None, task }));
    // Stable: within a group, by assessment and in the order in which each gives them.
    all.sort_by_key(|one| one.task.group);
    let mut groups: Vec<WorkGroup> = Vec::new();
    for one in all {
        let group = one.task.group;
        match groups.last_mut() {
            Some(last) if last.group == group => last.tasks.push(one),
            _ => groups.push(WorkGroup { group, words: group.words(), tasks: vec![one] }),
        }
    }
    Ok(WorkShown { groups })
}

/// Somebody waits to be let in: the group knows that, the document does not.
fn let_in() -> Task {
    Task {
        kind: "let-in".to_owned(),
        group: Group::LetIn,
        what: "Compare four words, then let them in or say no".to_owned(),
        due: None,
        overdue: false,
        for_whom: ForWhom::Leads,
        mine: true,
        about: String::new(),
        page: "team".to_owned(),
        at: String::new(),
    }
}

fn find_words(engine: &Engine, words: &str, manner: &Manner) -> Result<FindShown, Failure> {
    if words.trim().is_empty() {
        return Err(Failure::refused("refused", "Write a word or two to look for"));
    }
    if words.chars().count() > LONGEST_WORDS {
        return Err(Failure::refused("too-long", "That is too much to look for at once. Write a word or two"));
    }
    let mut assessments = Vec::new();
    for one in verbs::all_listed(engine, manner)?.assessments.into_iter().filter(|one| !one.summary) {
        let view = verbs::shown(engine, &one.assessment, manner)?.view;
        let found = search(&view, words);
        if !found.is_empty() {
            assessments.push(FoundIn { assessment: one.assessment, title: view.title, found });
        }
    }
    Ok(FindShown { assessments })
}

/// What others did since I last looked. The first look has nothing to compare with, and is where the next one begins.
fn since_last_look(engine: &Engine, id: &str) -> Result<SinceShown, Failure> {
    let document = verbs::document(engine, id)?;
    Ok(engine.step(move |work| {
        let Some((at, heads)) = work.looked(&document)? else {
            work.put_looked(&document)?;
            return Ok(SinceShown { since: None, lines: Vec::new() });
        };
        let (owners, me) = (work.owners(&document), work.core().identity(&document).map(|me| me.person.0.into()));
        let lines = history_since(work.read(&document)?, Some(&owners), &heads, me.as_ref());
        Ok(SinceShown { since: Some(at), lines })
    })?)
}

fn compare(engine: &Engine, id: &str, asked: ToCompare) -> Result<ThenAndNow, Failure> {
    let document = verbs::document(engine, id)?;
    let told = engine.look(move |work| {
        let owners = work.owners(&document);
        Ok(then_and_now(work.read(&document)?, Some(&owners), &asked.then, asked.now.as_deref()))
    })?;
    told.ok_or_else(|| {
        Failure::refused("unknown-moment", "That moment is not in this assessment. Open History again and choose another")
    })
}
