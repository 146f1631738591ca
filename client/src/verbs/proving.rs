//! `verify`: who wrote what, proved.

use super::{Answer, find};
use crate::engine::Engine;
use crate::failure::Failure;
use crate::json::{AuthorShown, ProblemShown, Verified};
use crate::terminal::{short, visible_line};

pub(super) fn verify(engine: &Engine, id: &str) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    let document = found.id;
    let report = engine.look(move |work| work.verify(&document))?;
    let people = engine.look(move |work| work.people(&document))?;
    let authors: Vec<AuthorShown> = report
        .authors
        .iter()
        .map(|author| AuthorShown {
            device: author.device.to_string(),
            person: author.person.to_string(),
            name: find::name_of(&people, &author.person),
            changes: author.changes,
            held: author.held,
        })
        .collect();
    let problems: Vec<ProblemShown> = report
        .problems
        .iter()
        .map(|problem| ProblemShown {
            text: problem.text.clone(),
            record: problem.seq,
            device: problem.device.map(|device| device.to_string()),
        })
        .collect();
    let mut text = String::new();
    for author in authors.iter().filter(|author| author.changes > 0 || !author.held) {
        let (name, device) = (visible_line(&author.name), short(&author.device));
        let verdict = if author.held { "signed, every one" } else { "NOT all signed" };
        text.push_str(&format!("{:>7} {} by {name} (computer {device}): {verdict}\n", author.changes, changes(author.changes)));
    }
    for problem in &problems {
        let place = problem.record.map(|record| format!("record {record}: ")).unwrap_or_default();
        let whose = problem.device.as_deref().map(|device| format!(" (computer {})", short(device))).unwrap_or_default();
        text.push_str(&format!("Does not hold: {place}{}{whose}\n", visible_line(&problem.text)));
    }
    for note in &report.notes {
        text.push_str(&format!("Cannot be checked from here: {}\n", visible_line(note)));
    }
    text.push_str(&match (report.ok, report.records) {
        (true, 0) => "Everything holds. Nothing has been sent yet.".to_owned(),
        (true, records) => format!("Everything holds: {records} records, each in its place."),
        (false, _) => "Not everything holds. Keep this list, and show it to the leads and your IT team.".to_owned(),
    });
    let shown = Verified {
        assessment: document.to_string(),
        ok: report.ok,
        records: report.records,
        authors,
        problems,
        notes: report.notes,
    };
    Ok(Answer { exit: u8::from(!report.ok), ..Answer::new(&shown, text) })
}

fn changes(how_many: u64) -> &'static str {
    if how_many == 1 { "change" } else { "changes" }
}
