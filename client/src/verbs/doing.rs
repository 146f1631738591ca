//! `do`: any command of practice, as JSON.

use automerge::Automerge;
use kith_assessment::{Command, FindError, StrandCommand};
use kith_group::DocumentId;
use serde_json::Value;

use super::{Answer, find, writing};
use crate::engine::Engine;
use crate::failure::Failure;

/// Keys of commands whose values are ids, or lists of them.
const IDS: [&str; 26] = [
    "id",
    "about",
    "voice",
    "strand",
    "goal",
    "answer",
    "strands",
    "not_strands",
    "goals",
    "not_goals",
    "findings",
    "not_findings",
    "where_used",
    "not_used_in",
    "to",
    "from",
    "entry",
    "action",
    "view",
    "field",
    "place",
    "said_by",
    "trusted_by",
    "not_trusted_by",
    "members",
    "next_to",
];

/// Reads one command, completes the ids in it, and does it.
pub(super) fn command(engine: &Engine, id: &str, json: &str) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    let document = found.id;
    if found.is_summary() {
        return Err(Failure::refused(
            "may-not-write",
            "This is the summary: it is read here, and written by `kith publish` and `kith heard` of a lead. Nothing was changed",
        ));
    }
    if found.is_record() {
        return in_record(engine, document, json);
    }
    let mut value: Value = serde_json::from_str(json).map_err(|error| not_a_command(&error))?;
    let value = engine.look(move |work| {
        let doc = work.read(&document)?;
        Ok(complete(&mut value, doc).map(|()| value))
    })??;
    let command: Command = serde_json::from_value(value).map_err(|error| not_a_command(&error))?;
    let by_verbs = matches!(
        command,
        Command::RecordInvite { .. }
            | Command::UseInvite { .. }
            | Command::StopInvite { .. }
            | Command::ConfirmPerson { .. }
            | Command::IntroduceMyself { .. }
            | Command::SetSummary { .. }
            | Command::StateSummaryDevice { .. }
    );
    if by_verbs {
        return Err(Failure::refused(
            "not-a-command",
            "Who is in the team is decided with `kith invite`, `kith admit` and `kith setup`, not with `kith do`",
        ));
    }
    let done = engine.command(document, command)?;
    Ok(writing::written(document, done.id.map(|id| id.to_string())))
}

/// The same in a strand record.
fn in_record(engine: &Engine, record: DocumentId, json: &str) -> Result<Answer, Failure> {
    let mut value: Value = serde_json::from_str(json).map_err(|error| not_a_command(&error))?;
    let view = engine.look(move |work| work.record_now(&record))?;
    let joined = view.joined.iter().map(|one| &one.kept.id);
    let ids: Vec<&String> =
        joined.chain(view.not_asked.iter().map(|one| &one.kept.id)).chain(view.words.iter().map(|one| &one.kept.id)).collect();
    if let Some(Value::String(id)) = value.get_mut("id")
        && id.len() < 26
    {
        *id = find::by_id(id, ids, |one| (*one).clone(), "entry", "kith record")?.clone();
    }
    let command: StrandCommand = serde_json::from_value(value).map_err(|error| not_a_command(&error))?;
    let done = engine.step(move |work| work.record_command(&record, &command))?;
    Ok(writing::written(record, done.id.map(|id| id.to_string())))
}

fn not_a_command(error: &serde_json::Error) -> Failure {
    Failure::refused(
        "not-a-command",
        format!("The input is not a command that Kith knows ({error}). Nothing was changed; docs/cli.md lists the commands"),
    )
}

/// Puts whole ids where only their beginnings are given.
fn complete(value: &mut Value, doc: &Automerge) -> Result<(), Failure> {
    let Value::Object(fields) = value else { return Ok(()) };
    for (key, value) in fields.iter_mut().filter(|(key, _)| IDS.contains(&key.as_str())) {
        match value {
            Value::String(text) if key == "field" => *text = field(text, doc)?,
            Value::String(text) => *text = whole(text, doc)?,
            Value::Array(values) => {
                for value in values {
                    if let Value::String(text) = value {
                        *text = whole(text, doc)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// An id from its beginning; what cannot be one (a dimension, "weighting") stays as it is.
fn whole(text: &str, doc: &Automerge) -> Result<String, Failure> {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte));
    if !(4..26).contains(&text.len()) || !letters || text == "weighting" {
        return Ok(text.to_owned());
    }
    match kith_assessment::find(doc, text) {
        Ok(id) => Ok(id.to_string()),
        Err(FindError::None(_)) => Ok(text.to_owned()),
        Err(error) => Err(error.into()),
    }
}

/// The field of a text: the part after its collection is an id.
fn field(text: &str, doc: &Automerge) -> Result<String, Failure> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split('/') {
        let is_id =
            parts.last().is_some_and(|last| ["entries", "goals", "responses", "answers", "meetings"].contains(&last.as_str()));
        parts.push(if is_id { whole(part, doc)? } else { part.to_owned() });
    }
    Ok(parts.join("/"))
}
