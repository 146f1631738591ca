//! `caseload`, `record`, `danger`, `told`, and hints with the caseload's names: what the strand records on this computer say.

use kith_assessment::nudge::CaseloadName;
use kith_assessment::{
    Caseload, Command, HeldAs, HeldAssessment, HeldRecord, InDanger, NoteShared, PersonId, StrandCommand, StrandRecordView, Task,
    caseload_names, copy_text, tell_by,
};
use kith_group::DocumentId;
use kith_sync::client::Standing;
use serde::{Deserialize, Serialize};

use super::{Answer, Manner, find, records_text, today};
use crate::cli::{Danger, Told};
use crate::engine::{ASKED_TO_TELL, Engine, EngineError, Work};
use crate::failure::Failure;
use crate::json::{CopyShown, NameShown, RecordShown, ToldShown};

/// Names were shown, or text was copied, for somebody in danger.
#[derive(Debug, Serialize, Deserialize)]
struct Pressed {
    /// Unix seconds.
    at: i64,
    /// "names" or "copy".
    what: String,
}

/// A strand record with who I am and who else is in it.
struct Mine {
    id: String,
    view: StrandRecordView,
    me: Option<PersonId>,
    members: Vec<PersonId>,
}

/// Strand records of which this device is a member: one that was handed over is nobody's caseload here any more.
fn mine(work: &mut Work<'_>) -> Result<Vec<Mine>, EngineError> {
    let mut all = Vec::new();
    for found in find::all_records(work)? {
        if matches!(found.summary.standing, Standing::Removed { .. }) {
            continue;
        }
        let members = work.core().members(&found.id).iter().map(|member| PersonId(member.person.0)).collect();
        let me = work.core().identity(&found.id).map(|me| PersonId(me.person.0));
        all.push(Mine { id: found.id.to_string(), view: work.record_now(&found.id)?, me, members });
    }
    Ok(all)
}

type Held = Vec<(String, kith_assessment::AssessmentView, Option<PersonId>)>;

fn assessments(work: &mut Work<'_>) -> Result<Held, EngineError> {
    let mut all = Vec::new();
    for found in find::all(work)? {
        if matches!(found.summary.standing, Standing::Removed { .. }) {
            continue;
        }
        let me = work.core().identity(&found.id).map(|me| PersonId(me.person.0));
        all.push((found.id.to_string(), work.view_now(&found.id)?, me));
    }
    Ok(all)
}

fn held(all: &Held) -> Vec<HeldAssessment<'_>> {
    all.iter().map(|(assessment, view, me)| HeldAssessment { assessment, view, me: me.as_ref() }).collect()
}

fn computed(work: &mut Work<'_>, today: &str) -> Result<(Caseload, Held), EngineError> {
    let (records, all) = (mine(work)?, assessments(work)?);
    let records: Vec<HeldRecord<'_>> = records
        .iter()
        .map(|one| HeldRecord { record: &one.id, view: &one.view, me: one.me.as_ref(), members: &one.members })
        .collect();
    let mut caseload = kith_assessment::caseload(&records, &held(&all), today);
    caseload.tasks = asked_to_tell(work, today)?;
    Ok((caseload, all))
}

/// My caseload now.
pub(crate) fn caseload_now(engine: &Engine, manner: &Manner) -> Result<Caseload, Failure> {
    let today = today(engine, manner);
    Ok(engine.look(move |work| computed(work, &today).map(|(caseload, _)| caseload))?)
}

pub(super) fn caseload(engine: &Engine, manner: &Manner) -> Result<Answer, Failure> {
    let caseload = caseload_now(engine, manner)?;
    Ok(Answer::new(&caseload, records_text::caseload(&caseload)))
}

/// Names of my caseload, for hints while I write.
pub(crate) fn names(engine: &Engine) -> Result<Vec<CaseloadName>, Failure> {
    Ok(engine.look(|work| Ok(caseload_names(mine(work)?.iter().map(|one| &one.view))))?)
}

/// The same, for the page.
pub(crate) fn names_shown(engine: &Engine) -> Result<Vec<NameShown>, Failure> {
    Ok(names(engine)?.into_iter().map(|CaseloadName { full, also }| NameShown { full, also }).collect())
}

/// Hints on a text, with the names of my caseload.
pub(super) fn nudge(engine: &Engine, text: &str) -> Result<Answer, Failure> {
    crate::hints::checked(text, &names(engine)?)
}

/// A strand record as its holder sees it.
pub(crate) fn record_shown(engine: &Engine, id: &str, manner: &Manner) -> Result<RecordShown, Failure> {
    let found = find::record(engine, id)?;
    let document = found.id;
    let (view, me) = engine
        .look(move |work| Ok((work.record_now(&document)?, work.core().identity(&document).map(|me| me.person.to_string()))))?;
    Ok(RecordShown { record: document.to_string(), standing: find::standing(&found.summary.standing, &manner.zone), me, view })
}

pub(super) fn record(engine: &Engine, id: &str, manner: &Manner) -> Result<Answer, Failure> {
    let shown = record_shown(engine, id, manner)?;
    let here = engine.look(find::all)?;
    let title = |id: &str| here.iter().find(|found| found.id.to_string() == id).and_then(|found| found.title.clone());
    let mut text = records_text::record(&shown.view, &title);
    if let Some(words) = &shown.standing.words {
        text = format!("{words}\n\n{text}");
    }
    Ok(Answer::new(&shown, text))
}

/// What waits since names were shown: it is asked on the next working day, and not before.
fn asked_to_tell(work: &Work<'_>, today: &str) -> Result<Vec<Task>, EngineError> {
    let rows = work.rows().scan_rows(ASKED_TO_TELL, &[], &[], usize::MAX)?;
    let pressed = rows.into_iter().filter_map(|(key, value)| {
        let pressed: Pressed = serde_json::from_slice(&value).ok()?;
        let day = jiff::Timestamp::from_second(pressed.at).ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string();
        let due = tell_by(&day);
        (due.as_str() <= today).then(|| kith_assessment::task_to_tell(due, today, data_encoding::HEXLOWER.encode(&key)))
    });
    Ok(pressed.collect())
}

fn press(engine: &Engine, what: &str) -> Result<(), Failure> {
    let at_ms = engine.clock().now_ms();
    let pressed = Pressed { at: at_ms.div_euclid(1000), what: what.to_owned() };
    let value = serde_json::to_vec(&pressed).map_err(|_| EngineError::Unreadable("what was pressed"))?;
    Ok(engine.step(move |work| work.put(ASKED_TO_TELL, &at_ms.to_be_bytes(), &value))?)
}

/// Whom to ring. With names, that they were shown is kept here, so that one line can be asked for tomorrow. Nothing about that may
/// stand in the way: a disk that is full keeps nobody from the names.
pub(crate) fn danger_now(engine: &Engine, names: bool, manner: &Manner) -> Result<InDanger, Failure> {
    let today = today(engine, manner);
    if names {
        let _ = press(engine, "names");
    }
    let shown = engine.look(move |work| {
        let (caseload, all) = computed(work, &today)?;
        let phone = work.profile()?.phone;
        Ok(kith_assessment::in_danger(&caseload, &held(&all), phone.as_deref(), names))
    })?;
    Ok(shown)
}

/// What is known of an assessment, as plain text.
pub(crate) fn copy_now(engine: &Engine, id: &str) -> Result<CopyShown, Failure> {
    let document = find::assessment(engine, id)?.id;
    let _ = press(engine, "copy");
    let text = engine.look(move |work| Ok(copy_text(&work.view_now(&document)?)))?;
    Ok(CopyShown { assessment: document.to_string(), text })
}

pub(super) fn danger(engine: &Engine, asked: &Danger, manner: &Manner) -> Result<Answer, Failure> {
    if let Some(id) = &asked.copy {
        let shown = copy_now(engine, id)?;
        return Ok(Answer::new(&shown, shown.text.clone()));
    }
    let shown = danger_now(engine, asked.names, manner)?;
    Ok(Answer::new(&shown, records_text::danger(&shown, asked.names)))
}

/// Notes what was shared, where colleagues of that document read it; with that, nothing more is asked.
pub(super) fn told(engine: &Engine, asked: &Told) -> Result<Answer, Failure> {
    let noted_in: Option<(DocumentId, bool)> = match (&asked.id, asked.nothing) {
        (Some(id), false) => Some(find::either(engine, id).map(|found| (found.id, found.is_record()))?),
        _ => None,
    };
    let word = |given: &Option<String>| given.clone().unwrap_or_default();
    let note = NoteShared { what: word(&asked.what), with: word(&asked.with), why: word(&asked.why), date: None };
    engine.step(move |work| {
        match noted_in {
            Some((record, true)) => work.record_command(&record, &StrandCommand::NoteShared(note)).map(drop)?,
            Some((assessment, false)) => work.command(&assessment, &Command::NoteShared(note)).map(drop)?,
            None => {}
        }
        for (key, _) in work.rows().scan_rows(ASKED_TO_TELL, &[], &[], usize::MAX)? {
            work.delete(ASKED_TO_TELL, &key)?;
        }
        Ok(())
    })?;
    let shown = ToldShown { noted_in: noted_in.map(|(id, _)| id.to_string()) };
    let text =
        if noted_in.is_some() { "Noted. `kith sync` sends it." } else { "Noted on this computer that nothing was shared." };
    Ok(Answer::new(&shown, text))
}

/// "you hold", "you stand in", "you held".
pub(super) fn held_as(held_as: HeldAs) -> &'static str {
    match held_as {
        HeldAs::Holder => "you hold",
        HeldAs::StandIn => "you stand in",
        HeldAs::WasHolder => "you held, until you are taken out",
    }
}
