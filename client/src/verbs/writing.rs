//! `new`, `write`, `edit`, `retire`, `unretire`, `differ`.

use kith_assessment::{Agreed, Basis, Command, EntryId, Heard, Kind, Refusal, TEXT_LIMIT, Trigger};
use kith_group::DocumentId;

use super::{Answer, find};
use crate::cli;
use crate::engine::{Engine, EngineError, Work};
use crate::failure::Failure;
use crate::json::{Continued, Made, Written};
use crate::terminal::short;

/// How much of a long text goes into one change, in UTF-16 code units: at five bytes each at the worst (letters of one and of three
/// bytes in turn), it stays below `kith_assessment::INSERT_LIMIT`.
const PIECE: usize = 11_000;

/// Starts an assessment: the working document, its title and purpose, and who I am; one step.
pub(super) fn new(engine: &Engine, title: &str, trigger: &str, purpose: &str) -> Result<Answer, Failure> {
    let purpose = Command::AnswerPurpose {
        trigger: Some(Trigger::from(trigger)),
        why_now: None,
        better: Some(purpose.to_owned()),
        find_out: None,
        could_go_wrong: None,
        less_intrusive: None,
        lead_agency: None,
    };
    begin(engine, title, &purpose)
}

/// Goes on from my copy of an assessment that cannot be used any more (protocol 9).
pub(super) fn go_on(engine: &Engine, id: &str, why: &str) -> Result<Answer, Failure> {
    if why.trim().is_empty() {
        return Err(Failure::refused("empty", "Say why it cannot go on as it is, in a few words: --why. Nothing was changed"));
    }
    let from = find::assessment(engine, id)?.id;
    let because = why.to_owned();
    let (new, title) = engine.step(move |work| {
        let me = work.continue_assessment(&from, &because)?;
        let view = work.store_view(&me.document)?;
        Ok((me.document, view.title.unwrap_or_default()))
    })?;
    let shown = Continued { assessment: new.to_string(), title, from: from.to_string() };
    let text = new.to_string();
    Ok(Answer::new(&shown, text).note(
        "You lead it, and nobody else is in it yet: ask colleagues in with `kith invite`. Everything that was written is in it, under the \
         names of who wrote it. The old one is as it was.",
    ))
}

/// The same with whatever was answered of the purpose; who answered nothing yet must act first. My agency leads unless another
/// was named.
pub(crate) fn begin(engine: &Engine, title: &str, purpose: &Command) -> Result<Answer, Failure> {
    let set_title = Command::SetTitle { title: title.to_owned() };
    let (purpose, answered) = (purpose.clone(), purpose != &Command::nothing_of_the_purpose());
    let names_agency = matches!(&purpose, Command::AnswerPurpose { lead_agency: Some(_), .. });
    let (id, title) = engine.step(move |work| {
        let relay = work.profile()?.relay;
        let me = work.create_assessment(relay.as_deref())?;
        work.command(&me.document, &set_title)?;
        if answered {
            work.command(&me.document, &purpose)?;
        }
        if !names_agency {
            let mut lead = Command::nothing_of_the_purpose();
            if let Command::AnswerPurpose { lead_agency, .. } = &mut lead {
                *lead_agency = Some(work.profile()?.agency);
            }
            work.command(&me.document, &lead)?;
        }
        let view = work.store_view(&me.document)?;
        Ok((me.document, view.title.unwrap_or_default()))
    })?;
    Ok(Answer::new(&Made { assessment: id.to_string(), title }, id.to_string()))
}

/// Adds an entry. More than one change can hold is added in parts, in the same step.
pub(super) fn write(engine: &Engine, asked: &cli::Write) -> Result<Answer, Failure> {
    let cli::Write { id, dimension, kind, text, said_by, basis, passed_on, date, agreed } = asked;
    let document = find::assessment(engine, id)?.id;
    let command = Command::AddEntry {
        dimension: dimension.clone(),
        kind: Kind::from(kind.as_str()),
        text: text.clone(),
        said_by: said_by.clone(),
        first_hand_or_passed_on: passed_on.then_some(Heard::PassedOn),
        basis: basis.as_deref().map(Basis::from),
        date: date.clone(),
        agreed: agreed.as_deref().map(Agreed::from),
    };
    let entry = add_entry(engine, document, command)?;
    Ok(written(document, entry.map(|entry| entry.to_string())))
}

/// Does a command that adds an entry, in parts if its text needs that; the entry's id.
pub(crate) fn add_entry(engine: &Engine, document: DocumentId, mut command: Command) -> Result<Option<EntryId>, Failure> {
    let mut rest = Vec::new();
    if let Command::AddEntry { text, .. } = &mut command {
        let parts = parts(text)?;
        if let Some((first, more)) = parts.split_first() {
            text.clone_from(first);
            rest.extend_from_slice(more);
        }
    }
    Ok(engine.step(move |work| {
        let done = work.command(&document, &command)?;
        if let Some(entry) = done.id {
            append(work, &document, entry, &rest)?;
        }
        Ok(done.id)
    })?)
}

fn append(work: &mut Work<'_>, document: &DocumentId, entry: EntryId, rest: &[String]) -> Result<(), EngineError> {
    for part in rest {
        let at = kith_assessment::entry_text(work.read(document)?, &entry).map_or(0, |text| text.encode_utf16().count());
        work.command(document, &Command::SpliceEntry { id: entry, heads: None, at, delete: 0, insert: part.clone() })?;
    }
    Ok(())
}

/// A text in pieces that one change can hold, cut between characters. What is longer than an entry may be is refused before
/// anything is stored; the sentence is the document's own.
fn parts(text: &str) -> Result<Vec<String>, Failure> {
    // As the document stores it, so that no piece ends between the two characters of one line end.
    let text = text.replace("\r\n", "\n");
    let length = text.chars().map(char::len_utf16).sum::<usize>();
    if length > TEXT_LIMIT {
        return Err(Refusal::TooLong { what: "text", length, limit: TEXT_LIMIT }.into());
    }
    let mut parts = vec![String::new()];
    let mut filled = 0;
    for character in text.chars() {
        if filled + character.len_utf16() > PIECE {
            parts.push(String::new());
            filled = 0;
        }
        filled += character.len_utf16();
        if let Some(last) = parts.last_mut() {
            last.push(character);
        }
    }
    Ok(parts)
}

/// Replaces an entry's text; only what differs is touched.
pub(super) fn edit(engine: &Engine, id: &str, entry: &str, text: &str) -> Result<Answer, Failure> {
    let document = find::assessment(engine, id)?.id;
    if text.chars().map(char::len_utf16).sum::<usize>() > TEXT_LIMIT {
        // Said at once, before 10 MB are compared with anything.
        parts(text)?;
    }
    let text = text.to_owned();
    on_entry(engine, document, entry, move |id| Command::EditEntry { id, text })
}

pub(super) fn retire(engine: &Engine, id: &str, entry: &str, why: &str) -> Result<Answer, Failure> {
    let document = find::assessment(engine, id)?.id;
    let why = why.to_owned();
    on_entry(engine, document, entry, move |id| Command::RetireEntry { id, why })
}

pub(super) fn unretire(engine: &Engine, id: &str, entry: &str) -> Result<Answer, Failure> {
    let document = find::assessment(engine, id)?.id;
    on_entry(engine, document, entry, |id| Command::RestoreEntry { id })
}

pub(super) fn differ(engine: &Engine, id: &str, entry: &str, text: &str) -> Result<Answer, Failure> {
    let document = find::assessment(engine, id)?.id;
    let text = text.to_owned();
    on_entry(engine, document, entry, move |about| Command::AddDifferingView { about, text })
}

fn on_entry(
    engine: &Engine,
    document: DocumentId,
    entry: &str,
    command: impl FnOnce(EntryId) -> Command,
) -> Result<Answer, Failure> {
    let start = entry.trim().to_owned();
    if start.len() < 4 {
        return Err(Failure::refused(
            "unknown-entry",
            "Give at least four letters of the entry's id. `kith show` lists entries, with ids",
        ));
    }
    let id = engine.look(move |work| Ok(kith_assessment::find(work.read(&document)?, &start)))??;
    let command = command(id);
    let done = engine.command(document, command)?;
    Ok(written(document, done.id.or(Some(id)).map(|id| id.to_string())))
}

pub(super) fn written(document: DocumentId, entry: Option<String>) -> Answer {
    let text = match &entry {
        Some(entry) => format!("Saved on this computer as {}. `kith sync` sends it.", short(entry)),
        None => "Saved on this computer. `kith sync` sends it.".to_owned(),
    };
    Answer::new(&Written { assessment: document.to_string(), entry, saved: true }, text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_loses_nothing() {
        let text = "😀é".repeat(PIECE);
        let short_enough: String = text.chars().take(TEXT_LIMIT / 2).collect();
        let parts = parts(&short_enough).unwrap();
        assert!(parts.len() > 1 && parts.iter().all(|part| part.encode_utf16().count() <= PIECE));
        assert_eq!(parts.concat(), short_enough);
        assert_eq!(super::parts("").unwrap(), [""]);
    }

    #[test]
    fn ten_megabytes_are_refused_at_once() {
        assert_eq!(parts(&"a".repeat(10 << 20)).unwrap_err().code, "too-long");
    }
}
