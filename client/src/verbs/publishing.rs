//! `publish`, `heard`, and a summary as its readers see it.

use kith_assessment::{SummaryCommand, SummaryView, summary_text, to_publish};

use super::{Answer, Manner, find, writing};
use crate::engine::Engine;
use crate::failure::Failure;
use crate::json::{PublishedShown, SummaryShown};

/// Shares the summary and the plan as they stand, or shows what would be shared.
pub(super) fn publish(engine: &Engine, id: &str, preview: bool, why: Option<&str>) -> Result<Answer, Failure> {
    let assessment = find::assessment(engine, id)?.id;
    if preview {
        let (content, summary) =
            engine.look(move |work| Ok((to_publish(&work.view_now(&assessment)?)?, work.summary_of(&assessment)?)))?;
        let text = as_text(&content);
        let summary = summary.map(|summary| summary.to_string());
        let shown = PublishedShown { assessment: assessment.to_string(), summary, shared: false, content };
        return Ok(Answer::new(&shown, text).note("Nothing was shared. `kith publish` without --preview shares exactly this."));
    }
    let why = why.map(str::to_owned);
    let (summary, content) = engine.step(move |work| work.publish(&assessment, why.as_deref()))?;
    let shown = PublishedShown { assessment: assessment.to_string(), summary: Some(summary.to_string()), shared: true, content };
    Ok(Answer::new(
        &shown,
        "Shared with readers as it stands now. `kith sync` sends it; later changes are not shared by themselves.",
    ))
}

/// The text of what would be shared.
fn as_text(content: &kith_assessment::Published) -> String {
    let lines = [
        vec![content.title.clone(), format!("What should be better: {}", content.better), content.summary.clone()],
        content.weighting.clone(),
        content.goals.iter().map(|goal| format!("Goal: {}", goal.text)).collect(),
        content.actions.iter().map(|action| format!("Action: {} ({})", action.what, action.status.words())).collect(),
        content.positions.iter().map(|one| format!("Seen differently: {} ({})", one.about, one.agency)).collect(),
    ];
    lines.concat().into_iter().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// Writes down what a reader said.
pub(super) fn heard(engine: &Engine, id: &str, from: &str, agency: Option<&str>, text: &str) -> Result<Answer, Failure> {
    let assessment = find::assessment(engine, id)?.id;
    let (from, agency, text) = (from.to_owned(), agency.map(str::to_owned), text.to_owned());
    let said = SummaryCommand::NoteSaid { from, agency, text, date: None };
    let done = engine.step(move |work| {
        let summary = work.ensure_summary(&assessment)?;
        work.summary_command(&summary, &said)
    })?;
    Ok(writing::written(assessment, done.id.map(|id| id.to_string())))
}

/// A summary as its readers see it.
pub(super) fn show(engine: &Engine, found: &find::Found, manner: &Manner) -> Result<Answer, Failure> {
    let document = found.id;
    let view: SummaryView = engine.look(move |work| work.summary_view(&document))?;
    let standing = find::standing(&found.summary.standing, &manner.zone);
    let mut text = summary_text(&view);
    if let Some(words) = &standing.words {
        text = format!("{words}\n\n{text}");
    }
    Ok(Answer::new(&SummaryShown { assessment: document.to_string(), standing, summary: view }, text))
}
