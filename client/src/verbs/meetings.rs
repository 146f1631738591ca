//! `meeting` and `notes`.

use kith_assessment::{AddMeeting, AgreeNotes, Command, MeetingKind, PersonId, PersonView, ReopenNotes};

use super::{Answer, find, writing};
use crate::cli::{NoteMeeting, Notes};
use crate::engine::Engine;
use crate::failure::Failure;

pub(super) fn meeting(engine: &Engine, asked: &NoteMeeting) -> Result<Answer, Failure> {
    let document = find::assessment(engine, &asked.id)?.id;
    let people = engine.look(move |work| work.people(&document))?;
    let there = asked.there.iter().map(|who| one_of(who, &people)).collect::<Result<Vec<PersonId>, Failure>>()?;
    let command = Command::AddMeeting(AddMeeting {
        kind: MeetingKind::from(asked.kind.as_str()),
        date: asked.date.clone(),
        there,
        others: asked.other.clone(),
        notes: asked.notes.clone().unwrap_or_default(),
    });
    let done = engine.command(document, command)?;
    Ok(writing::written(document, done.id.map(|id| id.to_string())))
}

pub(super) fn notes(engine: &Engine, asked: &Notes) -> Result<Answer, Failure> {
    let document = find::assessment(engine, &asked.id)?.id;
    let view = engine.view(document)?;
    let all = view.meetings.held.iter().map(|meeting| meeting.kept.id.clone()).collect();
    let id = find::by_id(&asked.meeting, all, String::clone, "meeting", "kith show --part meetings")?;
    let id = id.parse().map_err(|_| Failure::usage("That is not the id of a meeting"))?;
    let command = match (&asked.text, &asked.reopen) {
        (Some(text), _) => Command::EditText { field: format!("meetings/{id}/notes"), text: text.clone() },
        (None, Some(why)) => Command::ReopenNotes(ReopenNotes { id, why: why.clone() }),
        (None, None) => Command::AgreeNotes(AgreeNotes { id }),
    };
    engine.command(document, command)?;
    Ok(writing::written(document, Some(id.to_string())))
}

/// Whoever writes here, or wrote here, by name or by the beginning of their id.
fn one_of(given: &str, people: &[PersonView]) -> Result<PersonId, Failure> {
    let named = |person: &&PersonView| {
        let confirmed = person.confirmed.as_ref().map(|confirmed| confirmed.name.as_str());
        [person.name.as_deref(), confirmed].into_iter().flatten().any(|name| name.to_lowercase() == given.trim().to_lowercase())
    };
    let by_name: Vec<&PersonView> = people.iter().filter(named).collect();
    let person = match by_name.as_slice() {
        [only] => only.person.clone(),
        _ => {
            find::by_id(given, people.iter().collect(), |person| person.person.clone(), "member", "kith members")?.person.clone()
        }
    };
    person.parse().map_err(|_| Failure::usage("That is not the id of a person"))
}
