//! What a holder or a stand-in does with what arrived by a link, each as one act: in the strand record and, where it joins an assessment,
//! there in the same transaction.
//!
//! Whatever device does it, and however often, it comes to the same: the contribution's id follows from what arrived.

use kith_assessment::{
    AddVoice, Agreed, AnswerTakeOut, AnswerView, ArrivedOnPoint, ArrivedOther, ArrivedView, AssessmentView, Command, EntryId,
    HeardAnswer, KeepArrived, NoteArrived, RecordFair, Refusal, StrandCommand, StrandRecordView, VoiceView, WithdrawVoice,
    check_covered, point_of,
};
use kith_group::DocumentId;

use super::EngineError;
use super::records::{ids, is_open};
use super::work::Work;

/// Adds one answer of what arrived to an assessment: kept in the record, with what identifies covered, and joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToAdd {
    /// The record.
    pub record: DocumentId,
    /// What arrived.
    pub item: EntryId,
    /// The answer to which question.
    pub question: String,
    /// Their words with "[a name, covered]" where something is covered; as they were said if not given.
    pub words: Option<String>,
    /// Into which assessment.
    pub assessment: DocumentId,
    /// On which side.
    pub side: String,
    /// What they are about.
    pub about: Vec<String>,
}

/// Something that a guest said of an answer, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnAnswer {
    /// What they said of it.
    pub on: ArrivedOnPoint,
    /// What they had said.
    pub said: String,
    /// The item and the question of what they had said.
    pub of: (EntryId, String),
    /// Where the answer stands, and the answer, if there is one.
    pub answer: Option<(DocumentId, AnswerView)>,
}

/// What was named is not here.
fn unknown(what: &'static str, id: &dyn ToString) -> EngineError {
    Refusal::Unknown { what, id: id.to_string() }.into()
}

/// Done, or done before.
pub(super) fn once<T>(done: Result<T, EngineError>) -> Result<bool, EngineError> {
    match done {
        Ok(_) => Ok(true),
        Err(EngineError::Refused(Refusal::AlreadySo(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) fn arrived_in<'v>(view: &'v StrandRecordView, item: &EntryId) -> Result<&'v ArrivedView, EngineError> {
    let id = item.to_string();
    view.arrived.iter().find(|one| one.item == id).ok_or_else(|| unknown("item that arrived", &id))
}

fn answer_in<'v>(arrived: &'v ArrivedView, question: &str) -> Result<&'v HeardAnswer, EngineError> {
    let found = arrived.answers.iter().find(|one| one.answer.question == question && !one.answer.skipped);
    found.ok_or_else(|| unknown("answer in what arrived", &question.chars().take(40).collect::<String>()))
}

impl Work<'_> {
    /// Notes that it was read. What they say of the team's answers stands with the answers from then on, without their reasons: those
    /// are read first like all words. Again changes nothing.
    pub fn read_arrived(&mut self, record: &DocumentId, item: &EntryId) -> Result<(), EngineError> {
        let note = StrandCommand::NoteArrived(NoteArrived { item: *item, question: None, not_added: None });
        once(self.record_command(record, &note))?;
        for one in self.on_answers(record, item)? {
            let (Some((assessment, answer)), Some(fair)) = (one.answer, one.on.fair) else { continue };
            if answer.fair.as_ref() != Some(&fair) && self.is_mine_to_write(&assessment) {
                self.record_fair(&assessment, &answer, Some(fair), None)?;
            }
        }
        self.tend_record(record)
    }

    fn record_fair(
        &mut self,
        assessment: &DocumentId,
        answer: &AnswerView,
        fair: Option<kith_assessment::Fair>,
        words: Option<String>,
    ) -> Result<(), EngineError> {
        let answer = answer.kept.id.parse().map_err(|_| EngineError::Unreadable("an answer"))?;
        let told = RecordFair { answer, fair, words, told: None };
        self.command(assessment, &Command::RecordFair(told)).map(drop)
    }

    /// Adds an answer to an assessment; returns the contribution. Only what its speaker let the team see.
    pub fn add_arrived(&mut self, asked: &ToAdd) -> Result<EntryId, EngineError> {
        let view = self.record(&asked.record)?;
        let arrived = arrived_in(&view, &asked.item)?;
        if matches!(arrived.other, Some(ArrivedOther::OnPoints { .. })) {
            return self.add_why(asked);
        }
        if arrived.read.is_none() {
            return Err(Refusal::Rule("read it first: until then whoever said it can change it or take it back").into());
        }
        let answer = answer_in(arrived, &asked.question)?;
        if !answer.answer.team {
            return Err(Refusal::Rule(
                "this was said to you and whoever stands in for you, and not to the team: ask whoever said it, and write it down with them",
            )
            .into());
        }
        if arrived.asks_out || answer.asks_out {
            return Err(Refusal::Rule("whoever said this asks to have it taken out: answer that first").into());
        }
        let joined = view.joined.iter().find(|joined| is_open(joined, &asked.assessment));
        let joined = joined.ok_or(Refusal::Rule("they take no part in this assessment: attach them first"))?;
        if !self.is_mine_to_write(&asked.assessment) {
            return Err(Refusal::Rule("this computer does not write in that assessment: whoever holds the record adds it").into());
        }
        let words = asked.words.clone().unwrap_or_else(|| answer.said.clone());
        check_covered(&answer.said, &words)?;
        let keep = KeepArrived { item: asked.item, question: asked.question.clone(), words: Some(words.clone()) };
        let kept = once(self.record_command(&asked.record, &StrandCommand::KeepArrived(keep)))?;
        let id: EntryId = answer.contribution.parse().map_err(|_| EngineError::Unreadable("what arrived"))?;
        let view = self.record(&asked.record)?;
        let here = view.words.iter().find(|one| one.kept.id == answer.contribution);
        let here = here.ok_or_else(|| unknown("text of what they said", &id))?;
        let voice = AddVoice {
            side: asked.side.clone(),
            whose: here.whose.clone(),
            words,
            how: here.how.clone(),
            agreed: Agreed::Agreed,
            date: here.date.clone(),
            strand: Some(ids(joined)?.1),
            speaker: None,
            about: asked.about.clone(),
            arrived: Some(id),
        };
        let added = once(self.command(&asked.assessment, &Command::AddVoice(voice)))?;
        let noted = match &here.voice {
            Some(_) => false,
            None => once(self.record_command(&asked.record, &StrandCommand::NoteJoined { id, voice: id }))?,
        };
        if !(kept || added || noted) {
            return Err(Refusal::AlreadySo("this has been added already").into());
        }
        self.tend_record(&asked.record)?;
        Ok(id)
    }

    /// "Want to say why?", beside the answer that it is about.
    fn add_why(&mut self, asked: &ToAdd) -> Result<EntryId, EngineError> {
        let on = self.on_answers(&asked.record, &asked.item)?.into_iter().find(|one| one.on.point == asked.question);
        let on = on.ok_or_else(|| unknown("answer in what arrived", &asked.question))?;
        let Some((assessment, answer)) = on.answer else {
            return Err(Refusal::Rule("the answer that this is about stands in no assessment on this computer").into());
        };
        let words = asked.words.clone().unwrap_or_else(|| on.on.why.clone());
        check_covered(&on.on.why, &words)?;
        if answer.fair_words.as_ref() == Some(&words) {
            return Err(Refusal::AlreadySo("this has been added already").into());
        }
        self.record_fair(&assessment, &answer, on.on.fair, Some(words))?;
        answer.kept.id.parse().map_err(|_| EngineError::Unreadable("an answer"))
    }

    /// Keeps an answer in the record, and nowhere else.
    pub fn keep_arrived(&mut self, record: &DocumentId, keep: KeepArrived) -> Result<EntryId, EngineError> {
        let done = self.record_command(record, &StrandCommand::KeepArrived(keep))?;
        done.id.ok_or(EngineError::Unreadable("the words that were just kept"))
    }

    /// Notes why it is not added: its speaker is told.
    pub fn not_added(&mut self, record: &DocumentId, note: NoteArrived) -> Result<(), EngineError> {
        self.record_command(record, &StrandCommand::NoteArrived(note))?;
        self.tend_record(record)
    }

    /// Answers somebody who asked to have it taken out; what joined an assessment is taken out there, if that is the answer.
    pub fn answer_take_out(&mut self, record: &DocumentId, answer: AnswerTakeOut) -> Result<(), EngineError> {
        let view = self.record(record)?;
        let arrived = arrived_in(&view, &answer.item)?;
        let asked = |one: &&HeardAnswer| answer.question.as_ref().is_none_or(|question| one.answer.question == *question);
        let contributions: Vec<String> = arrived.answers.iter().filter(asked).map(|one| one.contribution.clone()).collect();
        if answer.done {
            for (assessment, there) in self.places_of(&view)? {
                let voices = there.voices.iter().filter(|voice| contributions.contains(&voice.kept.id));
                for voice in voices.filter(|voice| voice.withdrawn.is_none()) {
                    let id = voice.kept.id.parse().map_err(|_| EngineError::Unreadable("what somebody said"))?;
                    let why = "Whoever said it asked to have it taken out.".to_owned();
                    self.command(&assessment, &Command::WithdrawVoice(WithdrawVoice { id, why }))?;
                }
            }
        }
        self.record_command(record, &StrandCommand::AnswerTakeOut(answer)).map(drop)
    }

    /// Assessments on this computer in which the young person takes part.
    pub(super) fn places_of(&mut self, view: &StrandRecordView) -> Result<Vec<(DocumentId, AssessmentView)>, EngineError> {
        let mut places = Vec::new();
        for joined in view.joined.iter().filter(|joined| joined.detached.is_none()) {
            let (assessment, _) = ids(joined)?;
            if self.summary(&assessment).is_some() {
                places.push((assessment, self.view_now(&assessment)?));
            }
        }
        Ok(places)
    }

    /// What was said of the team's answers, point by point. A point that names what did not come by the same link is nobody's.
    pub fn on_answers(&mut self, record: &DocumentId, item: &EntryId) -> Result<Vec<OnAnswer>, EngineError> {
        let view = self.record(record)?;
        let arrived = arrived_in(&view, item)?;
        let Some(ArrivedOther::OnPoints { points }) = arrived.other.clone() else { return Ok(Vec::new()) };
        let places = self.places_of(&view)?;
        let mut all = Vec::new();
        for on in points {
            let (contribution, answer) = point_of(&on.point);
            let by_this_link = view.arrived.iter().filter(|one| one.link == arrived.link);
            let found = by_this_link
                .flat_map(|one| one.answers.iter().map(move |answer| (one, answer)))
                .find(|(_, answer)| answer.contribution == contribution);
            let Some((of, heard)) = found else { continue };
            let answer = answer.and_then(|answer| answer_to(&places, contribution, &answer.to_string()));
            let of = of.item.parse().map_err(|_| EngineError::Unreadable("what arrived"))?;
            all.push(OnAnswer { said: heard.said.clone(), of: (of, heard.answer.question.clone()), answer, on });
        }
        Ok(all)
    }
}

/// The contribution as it stands in one of these assessments.
pub(super) fn voice_in<'v>(
    places: &'v [(DocumentId, AssessmentView)],
    contribution: &str,
) -> Option<(&'v DocumentId, &'v VoiceView)> {
    places.iter().find_map(|(place, view)| Some((place, view.voices.iter().find(|voice| voice.kept.id == contribution)?)))
}

fn answer_to(places: &[(DocumentId, AssessmentView)], contribution: &str, answer: &str) -> Option<(DocumentId, AnswerView)> {
    let (place, voice) = voice_in(places, contribution)?;
    voice.answers.iter().find(|one| one.kept.id == answer).map(|one| (*place, one.clone()))
}
