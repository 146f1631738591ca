//! `arrived`: what young people and families sent by links. One person reads first, covers and adds.

use std::path::Path;

use kith_assessment::nudge::{Checker, Lists};
use kith_assessment::{
    AnswerTakeOut, ArrivedAttachment, ArrivedOnSummary, ArrivedOther, ArrivedView, EntryId, KeepArrived, NoteArrived,
    VersionView, answer_stands_on, covered, covers, day_of,
};
use kith_group::DocumentId;

use super::{Answer, FileWanted, caseload, find};
use crate::cli::Arrived;
use crate::engine::{Engine, OnAnswer, ToAdd};
use crate::failure::Failure;
use crate::json::{
    AddTo, ArrivedShown, CoveringShown, ItemShown, OnAnswerShown, OnPartShown, OnSummaryShown, SoundWritten, WordsJoined,
};
use crate::terminal::{short, visible, visible_line};

/// What arrived in a record: what is not read yet first, oldest first.
pub(crate) fn all_arrived(engine: &Engine, record: &str) -> Result<ArrivedShown, Failure> {
    let record = find::record(engine, record)?.id;
    let mut arrived = engine.look(move |work| work.record_now(&record))?.arrived;
    arrived.sort_by(|a, b| (!a.waits(), &a.came, &a.item).cmp(&(!b.waits(), &b.came, &b.item)));
    Ok(ArrivedShown { record: record.to_string(), arrived })
}

/// The record and the item that somebody means.
pub(crate) fn found(engine: &Engine, record: &str, item: &str) -> Result<(DocumentId, EntryId), Failure> {
    let record = find::record(engine, record)?.id;
    let view = engine.look(move |work| work.record_now(&record))?;
    let wanted = item.trim().to_ascii_lowercase();
    let mut named = view.arrived.iter().filter(|one| one.item.starts_with(&wanted));
    let (Some(one), None, 4..) = (named.next(), named.next(), wanted.len()) else {
        return Err(Failure::refused(
            "unknown-entry",
            "Nothing that arrived has that id, or more than one. `kith arrived` lists it",
        ));
    };
    let id = one.item.parse().map_err(|_| Failure::refused("store-newer", "This cannot be read here. Update Kith"))?;
    Ok((record, id))
}

/// What would be covered, by the hints' rules with the names of my caseload.
fn covering(checker: &Checker, question: &str, said: &str) -> CoveringShown {
    let side = answer_stands_on(question).map(str::to_owned);
    let (found, not_looked) = match covers(checker, said) {
        Ok(found) => (found, None),
        Err(why) => (Vec::new(), Some(why.to_string())),
    };
    let sure: Vec<_> = found.iter().filter(|cover| cover.sure).cloned().collect();
    let covered = covered(said, &sure);
    CoveringShown { question: question.to_owned(), said: said.to_owned(), covers: found, covered, not_looked, side }
}

/// One of what arrived, with what is needed to read it first.
pub(crate) fn item_shown(engine: &Engine, record: DocumentId, item: EntryId) -> Result<ItemShown, Failure> {
    let checker = Checker::new(Lists::shipped(), &caseload::names(engine)?);
    let wanted = item.to_string();
    let (view, on_answers, replied_to, titles) = engine.look(move |work| {
        let (titles, view) = (find::all(work)?, work.record(&record)?);
        let replied_to = match view.arrived.iter().find(|one| one.item == item.to_string()) {
            Some(ArrivedView { read: Some(_), other: Some(ArrivedOther::OnSummary(on)), .. }) => {
                Some((on.clone(), work.version_replied_to(&record, on)?))
            }
            _ => None,
        };
        Ok((view, work.on_answers(&record, &item)?, replied_to, titles))
    })?;
    let on_summary = replied_to.map(|(on, version)| on_summary(&checker, &on, version.as_ref()));
    let out_of = |of: &EntryId, question: &str| {
        let arrived = view.arrived.iter().find(|one| one.item == of.to_string())?;
        let answer = arrived.answers.iter().find(|one| one.answer.question == question)?;
        answer.out.clone().or(arrived.out.clone())
    };
    let on_answers = on_answers.into_iter().map(|OnAnswer { on, said, of: (of, question), answer }| OnAnswerShown {
        covering: covering(&checker, &on.point, &on.why),
        out: out_of(&of, &question),
        answer: answer.as_ref().map(|(_, answer)| answer.text.text.clone()),
        outcome: answer.as_ref().map(|(_, answer)| answer.outcome.clone()),
        added: answer.and_then(|(_, answer)| answer.fair_words),
        item: of.to_string(),
        question,
        said,
        on,
    });
    let on_answers = on_answers.collect();
    let add_to = view.joined.iter().filter(|joined| joined.detached.is_none()).filter_map(|joined| {
        let here = titles.iter().find(|found| found.id.to_string() == joined.assessment)?;
        Some(AddTo { assessment: joined.assessment.clone(), title: here.title.clone(), label: joined.label.clone() })
    });
    let add_to = add_to.collect();
    let arrived = view.arrived.into_iter().find(|one| one.item == wanted);
    let arrived = arrived.ok_or_else(|| Failure::refused("unknown-entry", "That did not arrive here"))?;
    let answers = arrived.answers.iter().filter(|one| !one.answer.skipped && !one.said.is_empty());
    let covering = answers.map(|one| covering(&checker, &one.answer.question, &one.said)).collect();
    Ok(ItemShown { record: record.to_string(), arrived, covering, on_answers, on_summary, add_to })
}

/// A reply, with the headings of the version that they read, and what would be covered in each text.
fn on_summary(checker: &Checker, on: &ArrivedOnSummary, read: Option<&(DocumentId, VersionView)>) -> OnSummaryShown {
    let version = read.map(|(_, version)| version);
    let heading = |part: &str| version.and_then(|version| version.content.heading(part)).unwrap_or_else(|| part.to_owned());
    let text = |name: &str, said: &str| (!said.trim().is_empty()).then(|| covering(checker, name, said));
    let parts = on.parts.iter().map(|one| OnPartShown {
        heading: heading(&one.part),
        right_words: one.right.words().to_owned(),
        why: text(&one.part, &one.why),
        part: one.part.clone(),
    });
    OnSummaryShown {
        assessment: read.map(|(assessment, _)| assessment.to_string()),
        shared_on: version.and_then(|version| version.kept.at).map(day_of),
        taken_back: version.is_some_and(|version| version.taken_back.is_some()),
        parts: parts.collect(),
        missed: text("missed", &on.missed),
        reply: text("reply", &on.reply),
        other_families: on.other_families,
    }
}

/// A voice note: how it is coded, and the recording.
pub(crate) fn sound(engine: &Engine, record: &str, item: &str, attachment: usize) -> Result<(String, Vec<u8>), Failure> {
    let (record, item) = found(engine, record, item)?;
    let sound = engine.look(move |work| {
        let read = work.record_now(&record)?.arrived.iter().any(|one| one.item == item.to_string() && one.read.is_some());
        Ok(if read { kith_assessment::arrived_sound(work.read(&record)?, &item, attachment) } else { None })
    })?;
    sound.ok_or_else(|| Failure::refused("unknown-entry", "There is no such voice note, or nobody has read what it came with"))
}

/// Adds an answer to an assessment.
pub(crate) fn add(engine: &Engine, asked: ToAdd) -> Result<WordsJoined, Failure> {
    let (record, assessment) = (asked.record.to_string(), asked.assessment.to_string());
    let voice = engine.step(move |work| work.add_arrived(&asked))?;
    Ok(WordsJoined { record, assessment, voice: voice.to_string() })
}

pub(super) fn arrived(engine: &Engine, asked: &Arrived) -> Result<Answer, Failure> {
    let Some(item) = &asked.item else {
        let shown = all_arrived(engine, &asked.record)?;
        let lines: Vec<String> = shown.arrived.iter().map(line).collect();
        let none = "Nothing has come by a link yet.".to_owned();
        return Ok(Answer::new(&shown, if lines.is_empty() { none } else { lines.join("\n") }));
    };
    let (record, item) = found(engine, &asked.record, item)?;
    if asked.read {
        engine.step(move |work| work.read_arrived(&record, &item))?;
    }
    if let Some(question) = &asked.add {
        let assessment = find::assessment(engine, asked.to.as_deref().unwrap_or_default())?.id;
        let words = Some(match &asked.words {
            Some(words) => words.clone(),
            None => covered_by_rule(engine, record, item, question)?,
        });
        let (question, side, about) = (question.clone(), asked.side.clone().unwrap_or_default(), asked.about.clone());
        let shown = add(engine, ToAdd { record, item, question, words, assessment, side, about })?;
        return Ok(Answer::new(&shown, "Added. The team sees it under their label; the original stays in the record."));
    }
    if let (Some(number), Some(to)) = (asked.sound, &asked.file) {
        return voice_note(engine, (record, item), number, to);
    }
    if let Some(question) = &asked.keep {
        let words = match &asked.words {
            Some(words) => words.clone(),
            None => covered_by_rule(engine, record, item, question)?,
        };
        let keep = KeepArrived { item, question: question.clone(), words: Some(words) };
        engine.step(move |work| work.keep_arrived(&record, keep))?;
    }
    if let Some(why) = &asked.not_added {
        let note = NoteArrived { item, question: asked.question.clone(), not_added: Some(why.clone()) };
        engine.step(move |work| work.not_added(&record, note))?;
    }
    if let Some((done, words)) =
        asked.taken_out.as_ref().map(|words| (true, words)).or(asked.stays.as_ref().map(|words| (false, words)))
    {
        let answer = AnswerTakeOut { item, question: asked.question.clone(), done, words: words.clone() };
        engine.step(move |work| work.answer_take_out(&record, answer))?;
    }
    let shown = item_shown(engine, record, item)?;
    let text = text(&shown);
    Ok(Answer::new(&shown, text))
}

fn covered_by_rule(engine: &Engine, record: DocumentId, item: EntryId, question: &str) -> Result<String, Failure> {
    let shown = item_shown(engine, record, item)?;
    let on_answers = shown.on_answers.into_iter().map(|one| one.covering);
    let mut all = shown.covering.into_iter().chain(on_answers);
    let found = all.find(|one| one.question == question);
    let found = found.ok_or_else(|| {
        Failure::refused(
            "unknown-entry",
            "There is no answer to that question, or it is not read yet: `kith arrived RECORD ITEM --read`",
        )
    })?;
    match found.not_looked {
        Some(why) => Err(Failure::refused("not-checked", format!("Nothing was covered: {why}. Say the words with --words"))),
        None => Ok(found.covered),
    }
}

/// Writes a voice note to a file.
fn voice_note(engine: &Engine, (record, item): (DocumentId, EntryId), number: usize, to: &Path) -> Result<Answer, Failure> {
    let view = engine.look(move |work| work.record_now(&record))?;
    let wanted = item.to_string();
    let attached = view.arrived.into_iter().find(|one| one.item == wanted).map(|one| one.attached).unwrap_or_default();
    let mut notes = attached.iter().enumerate().filter(|(_, one)| matches!(one, ArrivedAttachment::Voice { .. }));
    let attachment = notes.nth(number.saturating_sub(1)).map_or(usize::MAX, |(attachment, _)| attachment);
    let (media, bytes) = sound(engine, &record.to_string(), &wanted, attachment)?;
    let file = to.display().to_string();
    let shown = SoundWritten { record: record.to_string(), item: wanted, file: file.clone(), media, bytes: bytes.len() };
    let mut answer = Answer::new(&shown, format!("Written to {file} ({} bytes).", bytes.len()))
        .note("The file is not encrypted: listen to it, then delete it.");
    answer.file = Some(FileWanted { path: to.to_owned(), replace: false, length: bytes.len() });
    answer.bytes = bytes;
    Ok(answer)
}

/// What it is, without what was said.
fn kind(one: &ArrivedView) -> String {
    match &one.other {
        None => {
            let many = |count: usize, one: &str, more: &str| match count {
                0 => None,
                1 => Some(format!("1 {one}")),
                count => Some(format!("{count} {more}")),
            };
            let parts = [
                many(one.holds.answers, "answer", "answers"),
                many(one.holds.voice_notes, "voice note", "voice notes"),
                many(one.holds.drawings, "drawing", "drawings"),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        Some(ArrivedOther::WantsToRead) => "asks to read what there is for them".to_owned(),
        Some(ArrivedOther::OnPoints { .. }) => "about the team's answers".to_owned(),
        Some(ArrivedOther::OnSummary(_)) => "about the summary".to_owned(),
        Some(ArrivedOther::OnAgreement(_)) => "about agreement".to_owned(),
        Some(ArrivedOther::Circle(_)) => "their own circle".to_owned(),
    }
}

fn line(one: &ArrivedView) -> String {
    let stands = match (&one.read, one.taken_back) {
        (None, true) => "taken back before anybody had read it".to_owned(),
        (None, false) => "not read yet".to_owned(),
        (Some(day), _) if one.asks_out => format!("read on {day}; they ask to have it taken out"),
        (Some(day), _) => format!("read on {day}"),
    };
    let came = one.came.as_deref().unwrap_or("?");
    format!("{}  {came}, {}, {stands}", short(&one.item), kind(one))
}

/// What somebody says of the summary; what is covered is said where anything is.
fn reply_text(on: &OnSummaryShown) -> String {
    let mut text = String::new();
    let mut said = |what: &str, covering: Option<&CoveringShown>| match covering {
        Some(one) => {
            text.push_str(&format!("{what}: {}\n", visible(&one.said)));
            if one.covered != one.said {
                text.push_str(&format!("    With what may identify covered: {}\n", visible(&one.covered)));
            }
        }
        None => text.push_str(&format!("{what}\n")),
    };
    for part in &on.parts {
        let what = format!("{} ({}): {}", visible_line(&part.heading), visible_line(&part.part), part.right_words);
        said(&what, part.why.as_ref());
    }
    for (what, covering) in [("What did we miss?", &on.missed), ("Their reply", &on.reply)] {
        if covering.is_some() {
            said(what, covering.as_ref());
        }
    }
    let who = if on.other_families { "They agree that other families read it too." } else { "Other families do not read it." };
    text.push_str(&format!("{who}\n"));
    text
}

fn text(shown: &ItemShown) -> String {
    let mut text = format!("{}\n", line(&shown.arrived));
    for one in shown.arrived.answers.iter().filter(|one| !one.answer.skipped) {
        let who = if one.answer.team { "for the team" } else { "for you" };
        text.push_str(&format!("{} ({who}): {}\n", visible_line(&one.answer.question), visible(&one.said)));
        if let Some(kept) = &one.kept {
            let done = if one.voice.is_some() { "Added" } else { "Kept here" };
            text.push_str(&format!("    {done}: {}\n", visible(kept)));
        }
        if let Some(why) = &one.not_added {
            text.push_str(&format!("    Not added: {}\n", visible_line(why)));
        }
    }
    for one in shown.covering.iter().filter(|one| one.covered != one.said) {
        text.push_str(&format!("{}, with what may identify covered: {}\n", visible_line(&one.question), visible(&one.covered)));
    }
    for one in &shown.on_answers {
        let fair = one.on.fair.as_ref().map_or("did not say whether it is fair", |fair| fair.words());
        let out = if one.on.take_out { "; they ask to have it taken out" } else { "" };
        text.push_str(&format!("About \"{}\": {fair}{out}. {}\n", visible_line(&one.said), visible(&one.on.why)));
    }
    if let Some(on) = &shown.on_summary {
        text.push_str(&reply_text(on));
        if shown.arrived.beside.is_some() {
            text.push_str("It stands beside the version that they read.\n");
        }
    }
    if let Some(why) = &shown.arrived.not_added {
        text.push_str(&format!("Not added: {}\n", visible_line(why)));
    }
    if let Some(out) = &shown.arrived.out {
        let done = if out.done { "Taken out" } else { "It stays" };
        text.push_str(&format!("{done}: {}\n", visible_line(&out.words)));
    }
    if shown.arrived.waits() {
        text.push_str("`--read` reads it; until then they can change it or take it back.\n");
    }
    text.trim_end().to_owned()
}
