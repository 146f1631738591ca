//! `show` and `history`.

use jiff::tz::TimeZone;
use kith_assessment::{AssessmentView, HistoryLine, Part, history_with, part_text, plain_text, stale, tasks};

use super::{Answer, Manner, find};
use crate::engine::{Engine, EngineError};
use crate::failure::Failure;
use crate::json::{HistoryShown, PartShown, Shown};
use crate::store::StoreError;
use crate::terminal::{moment, visible_line};

/// The stored view at once if it is current; else the document is loaded, and it says so.
pub(super) fn show(engine: &Engine, id: &str, manner: &Manner) -> Result<Answer, Failure> {
    let found = find::readable(engine, id)?;
    if found.is_summary() {
        return super::publishing::show(engine, &found, manner);
    }
    let shown = shown(engine, id, manner)?;
    let Shown { view, newer, standing, .. } = &shown;
    let newer = *newer;
    let mut text = plain_text(view);
    if let Some(words) = &standing.words {
        text = format!("{words}\n\n{text}");
    }
    let note = (newer > 0).then(|| match newer {
        1 => "1 change was newer than the stored view; it is shown.".to_owned(),
        many => format!("{many} changes were newer than the stored view; they are shown."),
    });
    Ok(Answer::new(&shown, text).notes(note))
}

/// One part of it, as it stands today.
pub(super) fn part(engine: &Engine, id: &str, part: &str, manner: &Manner) -> Result<Answer, Failure> {
    let found = find::assessment(engine, id)?;
    let document = found.id;
    let (view, _) = view(engine, document)?;
    let me = engine.look(move |work| Ok(work.core().identity(&document).map(|me| me.person.0.into())))?;
    let today = today(engine, manner);
    let known: Part = serde_json::from_value(part.into()).map_err(|_| Failure::usage(format!("There is no part \"{part}\"")))?;
    let text = part_text(&view, known, me.as_ref(), &today);
    let value = match known {
        Part::Voices => serde_json::to_value(&view.voices),
        Part::Weighting => serde_json::to_value(&view.weighting),
        Part::Picture => serde_json::to_value(&view.picture),
        Part::Plan => serde_json::to_value(&view.planned),
        Part::Meetings => serde_json::to_value(&view.meetings),
        Part::Disagreement => serde_json::to_value(&view.positions),
        Part::Families => serde_json::to_value(&view.families),
        Part::Strands => serde_json::to_value(&view.strands),
        Part::Tasks => serde_json::to_value(tasks(&view, me.as_ref(), &today)),
        Part::Life => serde_json::to_value(stale(&view, &today)),
        Part::CaseNotes => serde_json::to_value(&text),
    };
    let value = value.unwrap_or_default();
    Ok(Answer::new(&PartShown { assessment: document.to_string(), part: part.to_owned(), today, value }, text))
}

/// The day on which this is, here: "YYYY-MM-DD".
pub(crate) fn today(engine: &Engine, manner: &Manner) -> String {
    let now = jiff::Timestamp::from_second(engine.clock().now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    now.to_zoned_datetime(manner.zone.clone()).date().to_string()
}

/// An assessment as a person sees it now.
pub(crate) fn shown(engine: &Engine, id: &str, manner: &Manner) -> Result<Shown, Failure> {
    let found = find::assessment(engine, id)?;
    let document = found.id;
    let (view, newer) = view(engine, document)?;
    let standing = find::standing(&found.summary.standing, &manner.zone);
    Ok(Shown { assessment: document.to_string(), standing, newer, view })
}

/// The view, and how many changes the stored one lacked.
pub(super) fn view(engine: &Engine, document: kith_group::DocumentId) -> Result<(AssessmentView, u64), Failure> {
    let stored = engine.look(move |work| {
        Ok(work.stored_view(&document)?.map(|(row, newer)| {
            let view = if newer == 0 { serde_json::from_slice::<AssessmentView>(&row.json).ok() } else { None };
            (view, newer)
        }))
    })?;
    match stored {
        Some((Some(view), 0)) => Ok((view, 0)),
        other => {
            let newer = other.map_or(0, |(_, newer)| newer);
            match engine.step(move |work| work.store_view(&document)) {
                Ok(view) => Ok((view, newer)),
                // A full disk keeps nobody from reading.
                Err(EngineError::Store(StoreError::DiskFull | StoreError::ReadOnly(_))) => Ok((engine.view(document)?, newer)),
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// Who did what, and when.
pub(super) fn history(engine: &Engine, id: &str, manner: &Manner) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    let document = found.id;
    let lines = engine.look(move |work| {
        let owners = work.owners(&document);
        Ok(history_with(work.read(&document)?, Some(&owners)))
    })?;
    let mut text = lines.iter().map(|line| history_line(line, &manner.zone)).collect::<Vec<_>>().join("\n");
    if let Some(words) = find::standing(&found.summary.standing, &manner.zone).words {
        text = format!("{words}\n\n{text}");
    }
    Ok(Answer::new(&HistoryShown { assessment: document.to_string(), lines }, text))
}

/// "5 May 2026, 10:09  Nadia Sorrell, school added a worry under 2.3 …", by the author's clock, in this computer's zone.
fn history_line(line: &HistoryLine, zone: &TimeZone) -> String {
    let agency = line.who.agency.as_deref().map(|agency| format!(", {}", visible_line(agency))).unwrap_or_default();
    let many = match line.changes {
        0 | 1 => String::new(),
        many => format!(" ({many} changes since {})", moment(line.since, zone)),
    };
    format!("{}  {}{agency} {}{many}", moment(line.when, zone), visible_line(&line.who.name), visible_line(&line.what))
}
