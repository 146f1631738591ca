//! Private drafts: what is typed and not added or updated yet. They stay on this computer, saved as typed; colleagues see nothing.
//!
//! A draft carries what it began from, so that updating joins it with what came meanwhile. Each keeping makes a new revision: a
//! page that stands on an older one is told, and nothing of either is lost.

use std::collections::BTreeMap;

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, put};
use kith_assessment::{AssessmentView, Heads, Line, TEXT_LIMIT, lines};
use kith_group::DocumentId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::api::{Here, with_engine};
use super::house::House;
use super::news::News;
use crate::engine::{DRAFT, Engine};
use crate::failure::Failure;
use crate::verbs::{self, Manner};

/// The longest name of a draft's place, in bytes.
const LONGEST_FIELD: usize = 80;
/// How many choices a draft may hold beside its text, and how long each may be.
const CHOICES: usize = 12;
const LONGEST_CHOICE: usize = 2_000;
/// How much of a draft a list shows, in characters.
const BEGINNING: usize = 80;
/// Rows of this version begin with it.
const VERSION: u8 = 1;
/// An assessment that is not open yet has no document: its drafts stand under one that none can have, and pages call it so.
const NEW: DocumentId = DocumentId([0; 16]);
const NEW_NAME: &str = "new";

/// What is typed and not added yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub(crate) struct Draft {
    /// As typed.
    pub(crate) text: String,
    /// What it began from, if it changes something that is there.
    #[serde(default)]
    pub(crate) base: Option<Heads>,
    /// What is chosen beside it: the kind of entry, its place, who said it.
    #[serde(default)]
    pub(crate) choices: BTreeMap<String, String>,
    /// Counts how often it was kept.
    pub(crate) revision: u32,
}

/// Keeps a draft.
#[derive(Deserialize, TS)]
pub(crate) struct ToKeepDraft {
    /// Its place on the pages.
    field: String,
    /// As typed. Empty: there is no draft any more.
    text: String,
    #[serde(default)]
    #[ts(optional)]
    base: Option<Heads>,
    #[serde(default)]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    choices: BTreeMap<String, String>,
    /// The revision that the page stands on; 0 for none.
    known: u32,
}

/// A draft is on the disk.
#[derive(Serialize, TS)]
pub(crate) struct DraftKept {
    /// Where the page stands now.
    revision: u32,
}

/// A text to change, and what a draft of it begins from.
#[derive(Serialize, TS)]
pub(crate) struct Begun {
    /// As it stands now.
    text: String,
    /// The document's heads.
    base: Heads,
}

/// Every draft on this computer.
#[derive(Serialize, TS)]
pub(crate) struct MyDrafts {
    drafts: Vec<MyDraft>,
}

/// One of them, for the list.
#[derive(Serialize, TS)]
pub(crate) struct MyDraft {
    assessment: String,
    /// The assessment's name.
    title: Option<String>,
    /// What it is a draft of, in words.
    what: String,
    /// Its first words.
    beginning: String,
    /// The page of the assessment on which it stands: "overview", "sides/1".
    page: String,
}

#[derive(Deserialize)]
struct OfField {
    field: String,
}

pub(super) fn routes() -> Router<std::sync::Arc<super::api::Shared>> {
    Router::new()
        .route("/drafts", get(list))
        .route("/drafts/new", get(of_a_new_one))
        .route("/assessments/{id}/drafts", put(keep))
        .route("/assessments/{id}/begin", get(begin))
}

async fn list(State(shared): Here) -> Response {
    with_engine(shared, |engine, house| Ok(MyDrafts { drafts: mine(engine, &house.manner)? })).await
}

/// What was typed on "Why this group?" of an assessment that is not open yet.
async fn of_a_new_one(State(shared): Here) -> Response {
    with_engine(shared, |engine, _| of(engine, NEW)).await
}

async fn keep(State(shared): Here, Path(id): Path<String>, Json(draft): Json<ToKeepDraft>) -> Response {
    with_engine(shared, move |engine, house| keep_draft(engine, house, &id, draft)).await
}

async fn begin(State(shared): Here, Path(id): Path<String>, Query(of): Query<OfField>) -> Response {
    with_engine(shared, move |engine, _| begun(engine, &id, of.field)).await
}

fn key(document: &DocumentId, field: &str) -> Vec<u8> {
    [document.0.as_slice(), field.as_bytes()].concat()
}

fn read(bytes: &[u8]) -> Option<Draft> {
    match bytes.split_first() {
        Some((&VERSION, json)) => serde_json::from_slice(json).ok(),
        _ => None,
    }
}

/// The drafts in a document, by their places.
pub(super) fn of(engine: &Engine, document: DocumentId) -> Result<BTreeMap<String, Draft>, Failure> {
    let rows = engine.look(move |work| Ok(work.rows().scan_rows(DRAFT, &document.0, &[], usize::MAX)?))?;
    let drafts = rows.into_iter().filter_map(|(key, value)| {
        let field = String::from_utf8(key.get(document.0.len()..)?.to_vec()).ok()?;
        Some((field, read(&value)?))
    });
    Ok(drafts.collect())
}

fn keep_draft(engine: &Engine, house: &House, id: &str, given: ToKeepDraft) -> Result<DraftKept, Failure> {
    let ToKeepDraft { field, text, base, choices, known } = given;
    let too_many = choices.len() > CHOICES || choices.iter().any(|(key, value)| key.len() + value.len() > LONGEST_CHOICE);
    if field.is_empty() || field.len() > LONGEST_FIELD || too_many {
        return Err(Failure::usage("A draft belongs to a place, with few and short choices beside it"));
    }
    if text.chars().map(char::len_utf16).sum::<usize>() > 2 * TEXT_LIMIT {
        return Err(Failure::refused(
            "too-long",
            "This draft is longer than an entry may be. It is not saved: shorten it, or add it in parts",
        ));
    }
    let document = if id == NEW_NAME { NEW } else { verbs::document(engine, id)? };
    let row = key(&document, &field);
    let kept = engine.step(move |work| {
        let standing = work.rows().row(DRAFT, &row)?.and_then(|bytes| read(&bytes));
        if text.is_empty() {
            if standing.is_some() {
                work.delete(DRAFT, &row)?;
            }
            return Ok(Ok(None));
        }
        // Another page kept something that this one has not seen. A draft that was taken away is nothing to lose.
        if let Some(other) = standing.as_ref().filter(|other| other.revision != known && other.text != text) {
            return Ok(Err(other.clone()));
        }
        let revision = standing.map_or(0, |standing| standing.revision).max(known).wrapping_add(1);
        let draft = Draft { text, base, choices, revision };
        let json = serde_json::to_vec(&draft).map_err(|_| crate::engine::EngineError::Unreadable("a draft"))?;
        work.put(DRAFT, &row, &[&[VERSION], json.as_slice()].concat())?;
        Ok(Ok(Some(draft)))
    })?;
    let Ok(draft) = kept else {
        return Err(Failure::refused(
            "draft-elsewhere",
            "You wrote something else here in another window. Both are kept: choose which goes on",
        ));
    };
    let revision = draft.as_ref().map_or(0, |draft| draft.revision);
    let assessment = if document == NEW { NEW_NAME.to_owned() } else { document.to_string() };
    house.tell(News::Draft { assessment, field, draft });
    Ok(DraftKept { revision })
}

/// A text as it stands, and the heads at which it does: a draft that begins so loses nobody's words when it is updated.
fn begun(engine: &Engine, id: &str, field: String) -> Result<Begun, Failure> {
    let document = verbs::document(engine, id)?;
    let begun = engine.look(move |work| {
        use automerge::ReadDoc as _;
        let doc = work.read(&document)?;
        let text = kith_assessment::text_object_at(doc, &field).and_then(|object| doc.text(&object).ok());
        Ok(text.map(|text| Begun { text, base: Heads(doc.get_heads()) }))
    })?;
    begun.ok_or_else(|| Failure::refused("unknown-entry", "There is no such text here"))
}

fn mine(engine: &Engine, manner: &Manner) -> Result<Vec<MyDraft>, Failure> {
    let documents = engine.look(|work| {
        let documents = work.documents().into_iter().filter(|one| one.kind == kith_group::DocumentKind::WORKING);
        Ok(documents.map(|one| one.id).collect::<Vec<_>>())
    })?;
    let mut mine = Vec::new();
    // One line for all that is typed of it.
    if let Some(draft) = of(engine, NEW)?.into_values().find(|draft| !draft.text.trim().is_empty()) {
        let (assessment, what) = (NEW_NAME.to_owned(), "Why this group, of an assessment that is not open yet".to_owned());
        mine.push(MyDraft { assessment, title: None, what, beginning: beginning(&draft), page: String::new() });
    }
    for document in documents {
        let drafts = of(engine, document)?;
        if drafts.is_empty() {
            continue;
        }
        let assessment = document.to_string();
        let shown = verbs::shown(engine, &assessment, manner)?;
        for (field, draft) in drafts {
            let (what, page) = place(&shown.view, &field, &draft);
            let beginning = beginning(&draft);
            mine.push(MyDraft { assessment: assessment.clone(), title: shown.view.title.clone(), what, beginning, page });
        }
    }
    Ok(mine)
}

fn beginning(draft: &Draft) -> String {
    let beginning: String = draft.text.chars().take(BEGINNING).collect();
    if beginning.len() < draft.text.len() { format!("{beginning} …") } else { beginning }
}

/// What a draft is of, and on which page it goes on.
fn place(view: &AssessmentView, field: &str, draft: &Draft) -> (String, String) {
    let of_dimension = |id: &str| {
        view.sides.iter().find_map(|side| {
            let own = (side.id == id).then(|| side.title.clone());
            let title = own.or_else(|| {
                side.dimensions.iter().find(|dimension| dimension.id == id).map(|one| format!("{} {}", one.id, one.title))
            })?;
            Some((title, format!("sides/{}", side.id)))
        })
    };
    let overview = || "overview".to_owned();
    match field.split_once(' ') {
        Some(("edit", id)) => {
            let entry = view.entries().find(|entry| entry.id == id);
            match entry.and_then(|entry| of_dimension(&entry.dimension)) {
                Some((title, page)) => (format!("A change under {title}"), page),
                None => ("A change of an entry that is not here any more".to_owned(), overview()),
            }
        }
        Some(("write", rest)) => {
            let place = draft.choices.get("dimension").map(String::as_str).or_else(|| rest.split(' ').next_back());
            let on = rest.split(' ').next_back().and_then(of_dimension).map_or_else(overview, |(_, page)| page);
            match place.and_then(of_dimension) {
                Some((title, _)) => (format!("A new entry under {title}"), on),
                None => ("A new entry".to_owned(), on),
            }
        }
        Some((what, of)) => place_on_other_pages(view, what, of),
        None => ("Why this group".to_owned(), overview()),
    }
}

/// The same of what is begun on the pages of the practice.
fn place_on_other_pages(view: &AssessmentView, what: &str, of: &str) -> (String, String) {
    let all = || lines(view).into_iter();
    let at = |line: Line| if line.at.is_empty() { line.page } else { format!("{}/{}", line.page, line.at) };
    let (words, page) = match what {
        "voice" => ("What somebody said".to_owned(), Some("voices".to_owned())),
        "answer-voice" => ("An answer to what somebody said".to_owned(), Some(format!("voices/{of}"))),
        "goal" => ("A new goal".to_owned(), Some("plan".to_owned())),
        "action" => ("A new action".to_owned(), Some("plan".to_owned())),
        "close" => ("Closing the assessment".to_owned(), Some("look-again".to_owned())),
        "text" => match all().find(|line| line.field == of) {
            Some(line) => (format!("A change: {}", line.label), Some(at(line))),
            None => ("A change of a text".to_owned(), None),
        },
        "view" | "answer" | "differ" if of == "weighting" => ("A differing view".to_owned(), Some("sides/weighting".to_owned())),
        "view" | "answer" | "differ" => {
            let beside = all().find(|line| line.at == of || line.field.split('/').any(|part| part == of));
            ("A differing view".to_owned(), beside.map(at))
        }
        _ => ("Why this group".to_owned(), Some("why".to_owned())),
    };
    (words, page.unwrap_or_else(|| "overview".to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_draft_is_frozen_and_what_is_newer_is_left_alone() {
        let draft = Draft { text: "Half a thought".into(), base: None, choices: BTreeMap::new(), revision: 3 };
        let bytes = [&[VERSION], serde_json::to_vec(&draft).unwrap().as_slice()].concat();
        assert_eq!(&bytes[1..], br#"{"text":"Half a thought","base":null,"choices":{},"revision":3}"#);
        assert_eq!(read(&bytes), Some(draft));
        assert_eq!(read(b"\x02{}"), None);
    }
}
