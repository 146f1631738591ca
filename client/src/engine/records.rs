//! Strand records in a step, and what is one act for a person though it writes into two documents: both in one transaction, so that
//! neither a crash nor a refusal leaves half of it.

use kith_assessment::{
    AddVoice, Agreement, AttachStrand, Command, Context, DetachStrand, Done, EntryId, HandOverStrand, JoinedView, PersonId,
    Refusal, SetAgreement, StrandCommand, StrandRecordView, TheirWords, Whose,
};
use kith_group::{AppendRule, DocumentId, DocumentKind, Random, SystemRandom};
use kith_sync::client::{DocumentSummary, Identity, Standing};

use super::EngineError;
use super::kept::{self, ViewRow};
use super::work::Work;

/// Attaches a young person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToAttach {
    /// Somebody who is in my caseload already; else a record is made.
    pub record: Option<DocumentId>,
    /// Their name, for a new record.
    pub name: String,
    /// What they like to be called.
    pub known_as: Option<String>,
    /// Their label; the next free one if not given.
    pub label: Option<String>,
    /// My duty team's phone; the profile's if not given.
    pub phone: Option<String>,
    /// A label that I hold already and that has no record.
    pub strand: Option<EntryId>,
}

/// Somebody is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Their record.
    pub record: DocumentId,
    /// Their strand.
    pub strand: EntryId,
    /// Its label.
    pub label: String,
}

/// Takes a young person out of one assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToDetach {
    /// Their record.
    pub record: DocumentId,
    /// Which of the assessments in it.
    pub place: EntryId,
    /// Why.
    pub why: String,
    /// When; today if not given.
    pub date: Option<String>,
    /// What becomes of their words.
    pub their_words: TheirWords,
}

/// Gives a young person to their next holder, who is in the record already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToHandOver {
    /// Their record.
    pub record: DocumentId,
    /// Who, in the record.
    pub to: kith_group::PersonId,
    /// Strands to give: the assessment, the strand, and who that is there.
    pub strands: Vec<(DocumentId, EntryId, kith_group::PersonId)>,
    /// Their duty team's phone.
    pub phone: String,
    /// Why, if I am not the holder.
    pub why: Option<String>,
    /// I stay, and stand in.
    pub stays: bool,
}

/// Lets words that are in a record join an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToJoinWords {
    /// The record.
    pub record: DocumentId,
    /// Which words.
    pub words: EntryId,
    /// Into which assessment.
    pub assessment: DocumentId,
    /// On which side.
    pub side: String,
    /// What they are about.
    pub about: Vec<String>,
}

/// What colleagues see of agreement from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColleaguesSee {
    /// In which assessment.
    pub assessment: DocumentId,
    /// Of which label.
    pub label: String,
    /// What.
    pub agreement: Agreement,
}

impl Work<'_> {
    /// A document of this profile.
    pub fn summary(&self, document: &DocumentId) -> Option<DocumentSummary> {
        self.documents().into_iter().find(|summary| summary.id == *document)
    }

    /// Whether I am in it and may write.
    pub(super) fn is_mine_to_write(&self, document: &DocumentId) -> bool {
        self.summary(document).is_some_and(|summary| summary.standing == Standing::Member)
    }

    /// Makes a strand record with this device as its only member, and says who I am and that I hold it.
    pub fn create_record(&mut self, relay: Option<&str>) -> Result<Identity, EngineError> {
        let now = self.now();
        let mut genesis = |me: &Identity| {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            let context = Context { person: me.person.0, device: me.device.0, now, random: &mut random };
            kith_assessment::strand_genesis(me.document.0, &context).1
        };
        let (kind, rule) = (DocumentKind::STRAND, AppendRule::Everyone);
        let me = self.core.create_document(self.store, self.now_ms, kind, rule, relay, &mut genesis)?;
        self.out.durable = true;
        self.introduce_me(&me.document)?;
        self.record_command(&me.document, &StrandCommand::SetHolder { to: PersonId(me.person.0), stays: false })?;
        Ok(me)
    }

    /// Does a command in a strand record.
    pub fn record_command(&mut self, document: &DocumentId, command: &StrandCommand) -> Result<Done, EngineError> {
        if let StrandCommand::SetNamesOnMap(asked) = command {
            asked.refuse_without(self.names_on_maps()?.as_ref())?;
        }
        let now = self.now();
        self.edit(document, |doc, me| {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            let mut context = Context { person: me.person.0, device: me.device.0, now, random: &mut random };
            kith_assessment::apply_strand(doc, command, &mut context)
        })
    }

    /// A strand record, built from the document.
    pub fn record(&mut self, document: &DocumentId) -> Result<StrandRecordView, EngineError> {
        let owners = self.owners(document);
        Ok(kith_assessment::view_strand_with(self.read(document)?, Some(&owners)))
    }

    /// The same from the stored view, if that is current.
    pub fn record_now(&mut self, document: &DocumentId) -> Result<StrandRecordView, EngineError> {
        let stored = self.stored_view(document)?.filter(|(_, newer)| *newer == 0);
        match stored.and_then(|(row, _)| serde_json::from_slice(&row.json).ok()) {
            Some(view) => Ok(view),
            None => self.record(document),
        }
    }

    /// Stores the view of a strand record.
    pub fn store_record(&mut self, document: &DocumentId) -> Result<StrandRecordView, EngineError> {
        let view = self.record(document)?;
        let json = serde_json::to_vec(&view).map_err(|_| EngineError::Unreadable("a view"))?;
        let row = ViewRow { edition: self.core.edition(document), title: view.name.clone(), json };
        kept::put_view(self.store, document, &row)?;
        Ok(view)
    }

    /// Attaches a young person: the label in the assessment, their record, and that it says so.
    pub fn attach(&mut self, assessment: &DocumentId, asked: &ToAttach) -> Result<Attached, EngineError> {
        if let Some(record) = &asked.record
            && self.record(record)?.joined.iter().any(|joined| is_open(joined, assessment))
        {
            return Err(Refusal::Rule("they take part in this assessment already").into());
        }
        let strand = match asked.strand {
            Some(strand) => strand,
            None => {
                let phone = asked.phone.clone().or(self.profile()?.phone).unwrap_or_default();
                let attach = AttachStrand { label: asked.label.clone(), phone };
                let done = self.command(assessment, &Command::AttachStrand(attach))?;
                done.id.ok_or(EngineError::Unreadable("the strand that was just made"))?
            }
        };
        let label = kith_assessment::strand_label(self.read(assessment)?, &strand)
            .ok_or_else(|| Refusal::Unknown { what: "strand", id: strand.to_string() })?;
        let record = match asked.record {
            Some(record) => record,
            None => {
                let relay = self.summary(assessment).and_then(|summary| summary.relay);
                let record = self.create_record(relay.as_deref())?.document;
                let (name, known_as) = (Some(asked.name.clone()), asked.known_as.clone());
                self.record_command(&record, &StrandCommand::SetPerson { name, known_as, born: None })?;
                record
            }
        };
        let note = StrandCommand::NoteAttached { assessment: EntryId(assessment.0), strand, label: label.clone() };
        self.record_command(&record, &note)?;
        Ok(Attached { record, strand, label })
    }

    /// Takes a young person out of one assessment, and notes when and why in their record. False: only noted, because nothing of them
    /// can be taken out from here (out already, or this computer is not in the assessment).
    pub fn detach(&mut self, asked: &ToDetach) -> Result<bool, EngineError> {
        let view = self.record(&asked.record)?;
        let joined = view.joined.iter().find(|joined| joined.kept.id == asked.place.to_string());
        let joined = joined.ok_or_else(|| Refusal::Unknown { what: "assessment in this record", id: asked.place.to_string() })?;
        let (assessment, strand) = ids(joined)?;
        let there =
            self.is_mine_to_write(&assessment) && kith_assessment::strand_label(self.read(&assessment)?, &strand).is_some();
        if !there && joined.detached.is_some() {
            return Err(Refusal::AlreadySo("they have been taken out already").into());
        }
        let their_words = asked.their_words.clone();
        if there {
            // First: that somebody else holds the strand is refused before anything is written.
            let out = DetachStrand { id: strand, their_words: their_words.clone() };
            self.command(&assessment, &Command::DetachStrand(out))?;
        }
        let (why, date) = (asked.why.clone(), asked.date.clone());
        let note = StrandCommand::NoteDetached { id: asked.place, why, date, their_words };
        self.record_command(&asked.record, &note)?;
        Ok(there)
    }

    /// Gives the record and its strands to the next holder.
    pub fn hand_over(&mut self, asked: &ToHandOver) -> Result<(), EngineError> {
        let is_in = self.core.members(&asked.record).iter().any(|member| member.person == asked.to);
        if !is_in {
            return Err(Refusal::Rule("whoever holds the record next must be let in to it first").into());
        }
        let holder = StrandCommand::SetHolder { to: PersonId(asked.to.0), stays: asked.stays };
        self.record_command(&asked.record, &holder)?;
        for (assessment, strand, to) in &asked.strands {
            let over = HandOverStrand {
                id: *strand,
                to: PersonId(to.0),
                phone: asked.phone.clone(),
                why: asked.why.clone().filter(|why| !why.trim().is_empty()),
            };
            self.command(assessment, &Command::HandOverStrand(over))?;
        }
        Ok(())
    }

    /// Notes what somebody said when asked, with the agencies that they were asked about, and sets what colleagues see: by the rule,
    /// unless `show` says otherwise.
    pub fn record_agreement(
        &mut self,
        record: &DocumentId,
        said: &StrandCommand,
        show: Option<&Agreement>,
        review: Option<&str>,
    ) -> Result<Vec<ColleaguesSee>, EngineError> {
        let mut said = said.clone();
        let StrandCommand::RecordAgreement { agencies, .. } = &mut said else {
            return Err(Refusal::Rule("that is not what somebody said when asked").into());
        };
        let mut places = Vec::new();
        for joined in self.record(record)?.joined.iter().filter(|joined| joined.detached.is_none()) {
            let (assessment, strand) = ids(joined)?;
            if self.is_mine_to_write(&assessment) {
                let view = self.view(&assessment)?;
                agencies.extend(view.people.iter().filter_map(|person| person.agency.clone()));
                places
                    .extend(view.strands.into_iter().find(|one| one.kept.id == strand.to_string()).map(|one| (assessment, one)));
            }
        }
        agencies.sort();
        agencies.dedup();
        self.record_command(record, &said)?;
        let by_rule = self.record(record)?.for_colleagues;
        let Some(agreement) = show.or(by_rule.as_ref()) else { return Ok(Vec::new()) };
        let mut set = Vec::new();
        for (assessment, strand) in places {
            let deciding = strand.agreement == Some(Agreement::BeingDecided) && *agreement == Agreement::No;
            if (deciding || strand.agreement.as_ref() == Some(agreement)) && review.is_none() {
                continue;
            }
            let id = strand.kept.id.parse().map_err(|_| EngineError::Unreadable("a strand"))?;
            let (agreement, review) = (agreement.clone(), review.map(str::to_owned));
            let command = SetAgreement { strand: id, agreement: agreement.clone(), review, decide_by: None };
            self.command(&assessment, &Command::SetAgreement(command))?;
            set.push(ColleaguesSee { assessment, label: strand.label, agreement });
        }
        Ok(set)
    }

    /// Lets words join an assessment, tied to the young person's label there, and notes it in their record.
    pub fn join_words(&mut self, asked: &ToJoinWords) -> Result<EntryId, EngineError> {
        let view = self.record(&asked.record)?;
        let words = view.words.iter().find(|words| words.kept.id == asked.words.to_string());
        let words = words.ok_or_else(|| Refusal::Unknown { what: "text of what they said", id: asked.words.to_string() })?;
        if words.voice.is_some() {
            return Err(Refusal::AlreadySo("these words have joined an assessment already").into());
        }
        let joined = view.joined.iter().find(|joined| is_open(joined, &asked.assessment));
        let Some(joined) = joined else {
            return Err(Refusal::Rule("they take no part in this assessment: attach them first").into());
        };
        let voice = AddVoice {
            side: asked.side.clone(),
            whose: Whose::from(words.whose.as_str()),
            words: words.words.clone(),
            how: words.how.clone(),
            agreed: words.agreed.clone(),
            date: words.date.clone(),
            strand: Some(ids(joined)?.1),
            speaker: None,
            about: asked.about.clone(),
            arrived: None,
        };
        let voice = self.command(&asked.assessment, &Command::AddVoice(voice))?.id;
        let voice = voice.ok_or(EngineError::Unreadable("the words that were just written"))?;
        self.record_command(&asked.record, &StrandCommand::NoteJoined { id: asked.words, voice })?;
        Ok(voice)
    }
}

pub(super) fn is_open(joined: &JoinedView, assessment: &DocumentId) -> bool {
    joined.detached.is_none() && joined.assessment == assessment.to_string()
}

/// The assessment and the strand that a record names.
pub(super) fn ids(joined: &JoinedView) -> Result<(DocumentId, EntryId), EngineError> {
    let unreadable = EngineError::Unreadable("an assessment that a strand record names");
    match (joined.assessment.parse(), joined.strand.parse()) {
        (Ok(assessment), Ok(strand)) => Ok((assessment, strand)),
        _ => Err(unreadable),
    }
}
