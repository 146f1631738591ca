//! What somebody reads who has a link and its code word: who read what they said, and what was done with each thing (R50). Made from
//! the strand record and the assessments on this computer, sealed for them alone, and at the relay for a day at most.

use std::str::FromStr as _;

use kith_assessment::{
    AnswerSays, ArrivedOther, ArrivedView, CodeWordIs, EntryId, HeardWaits, NoteArrived, NoteWindow, Outcome, Refusal, Secret,
    StrandCommand, StrandRecordView, WINDOW, answer_says, code_words, day_of, point_name,
};
use kith_group::{CodeWord, Digest, DocumentId, GuestLink, Point, Reading, SystemRandom, seal_reading};
use kith_sync::client::{Intent, IntentId};
use minicbor::{Decode, Encode};

use super::EngineError;
use super::guests::{digest, opened};
use super::hearing::once;
use super::hearing::voice_in;
use super::kept::OPENED;
use super::work::Work;

/// The most points that a reading holds.
const MOST_POINTS: usize = 64;
/// As much of what they had said as it takes to know it again, in characters.
const KNOWN_AGAIN: usize = 240;
/// A window ends this long before a whole day is over, in seconds: clocks differ, and the relay refuses a longer one.
const CLOCKS_DIFFER: i64 = 10 * 60;

/// A window that was opened from this computer ([`OPENED`]).
#[derive(Encode, Decode)]
#[cbor(array)]
struct OpenedRow {
    /// The code word that opens it.
    #[n(0)]
    verifier: Digest,
    /// Until when, in Unix seconds.
    #[n(1)]
    until: i64,
    /// The digest of what was put into it last.
    #[cbor(n(2), with = "minicbor::bytes")]
    holds: Vec<u8>,
    /// By which wish.
    #[n(3)]
    wanted: u64,
}

/// Which code word opens a window, where more than one came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichCode {
    /// The one that was chosen first.
    First,
    /// The one that came last: they said so themselves, in person.
    Newest,
}

/// A window that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOpened {
    /// Until when, in Unix seconds.
    pub until: i64,
    /// It is open once this is done.
    pub wanted: IntentId,
}

impl Work<'_> {
    /// Exactly what somebody with this link and its code word would read now.
    pub fn reading(&mut self, record: &DocumentId, link: &EntryId) -> Result<Reading, EngineError> {
        let view = self.record(record)?;
        let id = link.to_string();
        let made = view.links.iter().find(|one| one.kept.id == id);
        let made = made.ok_or_else(|| Refusal::Unknown { what: "link", id: id.clone() })?;
        let language = made.language.clone();
        let (sees_summary, answers_agreement) = (made.summary, made.agree);
        let waits = by_link(&view, &id);
        let read = said_by(&view, &id).filter_map(|one| one.read.clone()).max();
        let mut points = self.points(&view, &id, &language)?;
        // What was said last matters most.
        points.drain(..points.len().saturating_sub(MOST_POINTS));
        Ok(Reading {
            read_on: read.filter(|_| waits.count == 0),
            late: waits.is_late(&day_of(self.now())),
            points,
            summary: if sees_summary { self.summary_for_link(record, link)? } else { None },
            agreed: if answers_agreement { self.agreed_by_link(record, link)? } else { Vec::new() },
        })
    }

    /// One point for each thing that was said and may be answered: in the order in which it came.
    fn points(&mut self, view: &StrandRecordView, link: &str, language: &str) -> Result<Vec<Point>, EngineError> {
        let places = self.places_of(view)?;
        let mut items: Vec<_> = view.arrived.iter().filter(|one| one.link == link && one.read.is_some()).collect();
        items.sort_by(|a, b| (&a.came, &a.item).cmp(&(&b.came, &b.item)));
        let mut points = Vec::new();
        for (arrived, heard) in items.iter().flat_map(|one| one.answers.iter().map(move |answer| (one, answer))) {
            let voice = voice_in(&places, &heard.contribution).map(|(_, voice)| voice);
            let refused = heard.not_added.as_ref().or(arrived.not_added.as_ref());
            let out = heard.out.as_ref().or(arrived.out.as_ref());
            let said = |which| answer_says(which, language).to_owned();
            let (outcome, words, answer) = match (out, voice, refused) {
                (Some(out), _, _) => (Outcome::NotUsed, out.words.clone(), None),
                (None, Some(voice), _) if voice.withdrawn.is_some() => (Outcome::NotUsed, said(AnswerSays::TakenOut), None),
                (None, Some(voice), _) => match voice.answers.last() {
                    Some(answer) => (answer.outcome.clone(), answer.text.text.clone(), Some(answer.kept.id.as_str())),
                    None => (Outcome::NotYet, said(AnswerSays::TeamHasIt), None),
                },
                (None, None, Some(why)) => (Outcome::NotUsed, why.clone(), None),
                // What was said to the holder alone, or skipped, is nothing for the team to answer.
                _ if !heard.answer.team || heard.said.is_empty() => continue,
                _ => (Outcome::NotYet, said(AnswerSays::Read), None),
            };
            points.push(Point {
                said: shortened(&heard.said),
                outcome: in_the_format(&outcome),
                words,
                id: point_name(&heard.contribution, answer),
            });
        }
        Ok(points)
    }

    /// Opens the window for a day: link and code word together read what [`Work::reading`] says now.
    pub fn open_window(
        &mut self,
        record: &DocumentId,
        link: &EntryId,
        which: Option<WhichCode>,
    ) -> Result<WindowOpened, EngineError> {
        let (guest, code) = self.link_and_code(record, link, which)?;
        let reading = self.reading(record, link)?;
        let until = self.now().saturating_add(WINDOW - CLOCKS_DIFFER);
        let holds = digest(&reading);
        let sealed = sealed(&guest, &code, reading)?;
        // Opened anew within one second its end is the same; what lies in it may not be.
        once(self.record_command(record, &StrandCommand::NoteWindow(NoteWindow { id: *link, until: Some(until) })))?;
        self.note_answered_requests(record, link)?;
        let put = Intent::PutGuestReading { link: guest.id(), verifier: code.verifier, until, sealed, renews: false };
        let wanted = self.intend(record, put)?;
        let row = OpenedRow { verifier: code.verifier, until, holds, wanted: wanted.0 };
        self.put(OPENED, &opened_key(record, link), &minicbor::to_vec(&row).unwrap_or_default())?;
        Ok(WindowOpened { until, wanted })
    }

    /// Whoever asked for the window by this link has it: nobody has to read that they asked.
    fn note_answered_requests(&mut self, record: &DocumentId, link: &EntryId) -> Result<(), EngineError> {
        let (view, link) = (self.record(record)?, link.to_string());
        let asked = view.arrived.iter().filter(|one| one.link == link && one.waits());
        for one in asked.filter(|one| matches!(one.other, Some(ArrivedOther::WantsToRead))) {
            let item = one.item.parse().map_err(|_| EngineError::Unreadable("what arrived"))?;
            let note = NoteArrived { item, question: None, not_added: None };
            once(self.record_command(record, &StrandCommand::NoteArrived(note)))?;
        }
        self.tend_record(record)
    }

    /// Puts what is true now into every open window that this computer opened and that says something else, in one record or in all;
    /// returns in how many. Their ends stay, and so do the tries that are left.
    pub fn renew_windows(&mut self, of: Option<&DocumentId>) -> Result<usize, EngineError> {
        let within = of.map_or(&[][..], |record| &record.0[..]);
        let mut renewed = 0;
        for (key, value) in self.rows().scan_rows(OPENED, within, within, usize::MAX)? {
            let ids = key.split_first_chunk::<16>().and_then(|(record, link)| Some((*record, *link.first_chunk::<16>()?)));
            let (Some((record, link)), Ok(row)) = (ids, minicbor::decode::<OpenedRow>(&value)) else { continue };
            let (record, link) = (DocumentId(record), EntryId(link));
            match self.renew_window(&record, &link, &row) {
                Ok(Renewed::Yes) => renewed += 1,
                Ok(Renewed::Same) => {}
                // Closed, over, stopped, opened anew from elsewhere, or nothing that can be read here any more.
                Ok(Renewed::Over) | Err(EngineError::Refused(_)) => self.delete(OPENED, &key)?,
                Err(error) => return Err(error),
            }
        }
        Ok(renewed)
    }

    fn renew_window(&mut self, record: &DocumentId, link: &EntryId, row: &OpenedRow) -> Result<Renewed, EngineError> {
        if row.until <= self.now() || self.summary(record).is_none() {
            return Ok(Renewed::Over);
        }
        // One after the other: what changes while a relay cannot be reached goes in one piece.
        if self.is_wanted(record, IntentId(row.wanted))? {
            return Ok(Renewed::Same);
        }
        let view = self.record_now(record)?;
        let open = view.links.iter().any(|one| one.kept.id == link.to_string() && one.window == Some(row.until));
        let code = code_words(self.read(record)?, link)
            .iter()
            .map(code_word)
            .find(|code| code.as_ref().is_ok_and(|code| code.verifier == row.verifier));
        let (true, Some(code)) = (open, code) else { return Ok(Renewed::Over) };
        let (guest, code, reading) = (self.guest_link(record, link)?, code?, self.reading(record, link)?);
        let holds = digest(&reading);
        if holds == row.holds {
            return Ok(Renewed::Same);
        }
        let (verifier, until) = (row.verifier, row.until);
        let sealed = sealed(&guest, &code, reading)?;
        let put = Intent::PutGuestReading { link: guest.id(), verifier, until, sealed, renews: true };
        let wanted = self.intend(record, put)?.0;
        let row = OpenedRow { verifier, until, holds, wanted };
        self.put(OPENED, &opened_key(record, link), &minicbor::to_vec(&row).unwrap_or_default())?;
        Ok(Renewed::Yes)
    }

    /// Closes it, here and at the relay.
    pub fn close_window(&mut self, record: &DocumentId, link: &EntryId) -> Result<IntentId, EngineError> {
        self.record_command(record, &StrandCommand::NoteWindow(NoteWindow { id: *link, until: None }))?;
        let keys = self.link_keys(record)?.into_iter().find(|keys| keys.id == *link);
        let (guest, _) = keys.as_ref().map(opened).ok_or(EngineError::Unreadable("a link"))?;
        self.intend(record, Intent::CloseGuestReading { link: guest.id() })
    }

    /// The link and the code word for which a window is opened.
    fn link_and_code(
        &mut self,
        record: &DocumentId,
        link: &EntryId,
        which: Option<WhichCode>,
    ) -> Result<(GuestLink, CodeWord), EngineError> {
        let guest = self.guest_link(record, link)?;
        let codes = code_words(self.read(record)?, link);
        let is = self.record(record)?.links.into_iter().find(|one| one.kept.id == link.to_string()).map(|one| one.code_word);
        let code = match (is.unwrap_or_default(), which) {
            (CodeWordIs::AnotherCame, None) => {
                return Err(Refusal::Rule(
                    "another code word came by this link since the first, and whoever finds a link can choose one. Ask them in person which is theirs, then say the first or the newest",
                )
                .into());
            }
            (_, Some(WhichCode::Newest)) => codes.last(),
            _ => codes.first(),
        };
        let code = code.ok_or(Refusal::Rule(
            "no code word was chosen by this link, so nothing can be read by it: tell them in person, or ask them to choose one",
        ))?;
        Ok((guest, code_word(code)?))
    }
}

/// What became of a window.
enum Renewed {
    Yes,
    Same,
    Over,
}

fn opened_key(record: &DocumentId, link: &EntryId) -> Vec<u8> {
    [record.0.as_slice(), &link.0].concat()
}

/// What was said by one link. To ask for a window is not to have said something.
fn said_by<'v>(view: &'v StrandRecordView, link: &'v str) -> impl Iterator<Item = &'v ArrivedView> {
    view.arrived.iter().filter(move |one| one.link == link && !matches!(one.other, Some(ArrivedOther::WantsToRead)))
}

/// How much of what was said by one link waits.
fn by_link(view: &StrandRecordView, link: &str) -> HeardWaits {
    let waiting: Vec<_> = said_by(view, link).filter(|one| one.waits()).collect();
    HeardWaits { count: waiting.len(), since: waiting.iter().filter_map(|one| one.came.clone()).min() }
}

fn code_word((verifier, key): &(String, Secret)) -> Result<CodeWord, EngineError> {
    let verifier = Digest::from_str(verifier).map_err(|_| EngineError::Unreadable("a code word"))?;
    Ok(CodeWord { verifier, key: key.0 })
}

/// Sealed as it fits: of very long answers the oldest are left out, and told in person.
fn sealed(link: &GuestLink, code: &CodeWord, mut reading: Reading) -> Result<Vec<u8>, EngineError> {
    loop {
        match seal_reading(link, code, &reading, &mut SystemRandom) {
            Ok(sealed) => return Ok(sealed),
            Err(_) if !reading.points.is_empty() => drop(reading.points.remove(0)),
            Err(_) => return Err(Refusal::Rule("this is too long to be read on a phone: tell them in person").into()),
        }
    }
}

fn shortened(said: &str) -> String {
    match said.char_indices().nth(KNOWN_AGAIN) {
        Some((end, _)) => format!("{} \u{2026}", said.get(..end).unwrap_or_default().trim_end()),
        None => said.to_owned(),
    }
}

fn in_the_format(outcome: &Outcome) -> kith_group::Outcome {
    match outcome {
        Outcome::Used => kith_group::Outcome::Used,
        Outcome::NotUsed => kith_group::Outcome::NotUsed,
        Outcome::AskMore => kith_group::Outcome::AskMore,
        _ => kith_group::Outcome::NotYet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_of_very_long_answers_keeps_the_newest_and_fits() {
        let link = GuestLink::random("https://relay.example", &mut SystemRandom);
        let code = CodeWord { verifier: Digest([1; 32]), key: [2; 32] };
        let point = |number: usize| Point {
            said: String::new(),
            outcome: kith_group::Outcome::Used,
            words: "w".repeat(9_000),
            id: number.to_string(),
        };
        let points = (0..MOST_POINTS).map(point).collect();
        let reading = Reading { read_on: None, late: false, points, summary: None, agreed: Vec::new() };
        let sealed = sealed(&link, &code, reading).unwrap();
        let read = kith_group::open_reading(&link, &code.key, &sealed).unwrap();
        assert!(!read.points.is_empty() && read.points.len() < MOST_POINTS);
        assert_eq!(read.points.last().unwrap().id, (MOST_POINTS - 1).to_string());
    }

    #[test]
    fn what_was_said_is_shortened_between_characters() {
        assert_eq!(shortened("Lights."), "Lights.");
        assert_eq!(shortened(&"ŵ".repeat(300)).chars().count(), KNOWN_AGAIN + 2);
    }
}
