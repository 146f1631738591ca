//! What goes to young people and families, and what follows from what comes back: versions of the summary, replies beside them, and
//! answers to what agreement asks. The rules are `kith_assessment`'s; here two documents are kept in step, each act in one transaction.

use kith_assessment::{
    AddReply, Agreement, ArrivedOnSummary, ArrivedOther, Command, ConfirmTwin, EntryId, FollowAnswer, NoteBeside, NoteHintReview,
    NoteShared, PublishVersion, Refusal, ReplyPart, StrandCommand, StrandRecordView, StrandView, TakeBackVersion, VersionView,
    agreed_lines, check_covered, decide_by, summary_for_guest,
};
use kith_group::{DocumentId, Role, SharedAction, SharedPart, SharedReply, SharedSummary};
use kith_sync::client::Standing;

use super::EngineError;
use super::work::Work;

/// A reply that is set beside the text, with what identifies covered. What is not given stays as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToReply {
    /// In which record it arrived.
    pub record: DocumentId,
    /// The item.
    pub item: EntryId,
    /// The reply, covered.
    pub reply: Option<String>,
    /// What was missed, covered.
    pub missed: Option<String>,
    /// Reasons, covered: the part, and the words.
    pub whys: Vec<(String, String)>,
}

/// A reply stands beside the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// In which assessment.
    pub assessment: DocumentId,
    /// Beside which version.
    pub version: EntryId,
}

impl Work<'_> {
    fn may_write(&self, document: &DocumentId) -> bool {
        self.summary(document)
            .is_some_and(|one| one.standing == Standing::Member && matches!(one.role, Some(Role::Lead | Role::Contributor)))
    }

    fn refuse_no_lead(&self, assessment: &DocumentId) -> Result<(), EngineError> {
        match self.summary(assessment).is_some_and(|one| one.standing == Standing::Member && one.role == Some(Role::Lead)) {
            true => Ok(()),
            false => Err(Refusal::Rule("what goes to young people and families is a lead's decision: ask a lead").into()),
        }
    }

    /// Shares a version with young people or a family, and notes that it was done (R45) and what became of the hints (R10).
    pub fn publish_version(
        &mut self,
        assessment: &DocumentId,
        publish: &PublishVersion,
        hints: &NoteHintReview,
        why: Option<&str>,
    ) -> Result<EntryId, EngineError> {
        self.refuse_no_lead(assessment)?;
        let done = self.command(assessment, &Command::PublishVersion(publish.clone()))?;
        let id = done.id.ok_or(EngineError::Unreadable("the version that was just shared"))?;
        self.command(assessment, &Command::NoteHintReview(hints.clone()))?;
        let view = self.view(assessment)?;
        let shared = NoteShared {
            what: "A version of the summary in plain words".to_owned(),
            with: publish.for_whom.words(&view.strands),
            why: why
                .filter(|why| !why.trim().is_empty())
                .unwrap_or("so that they see what is written, and can answer")
                .to_owned(),
            date: None,
        };
        self.command(assessment, &Command::NoteShared(shared))?;
        Ok(id)
    }

    /// Takes a version back.
    pub fn take_back_version(&mut self, assessment: &DocumentId, back: &TakeBackVersion) -> Result<(), EngineError> {
        self.refuse_no_lead(assessment)?;
        self.command(assessment, &Command::TakeBackVersion(back.clone())).map(drop)
    }

    /// Confirms plain words of several parts, all or none.
    pub fn confirm_twins(&mut self, assessment: &DocumentId, twins: &[ConfirmTwin]) -> Result<(), EngineError> {
        for twin in twins {
            self.command(assessment, &Command::ConfirmTwin(twin.clone()))?;
        }
        Ok(())
    }

    /// What the holder of this link reads of the summary, and what they have answered about agreement so far. For the reading that is
    /// sealed for them; nothing if no version for them stands.
    pub fn summary_for_link(&mut self, record: &DocumentId, link: &EntryId) -> Result<Option<SharedSummary>, EngineError> {
        let view = self.record_now(record)?;
        let adult = view.links.iter().find(|one| one.kept.id == link.to_string()).is_some_and(|one| one.adult);
        let mut newest: Option<kith_assessment::GuestSummary> = None;
        for (assessment, strand) in self.places(&view)? {
            let here = summary_for_guest(&self.view_now(&assessment)?, &strand.to_string(), adult);
            if here.as_ref().map(|one| &one.shared_on) >= newest.as_ref().map(|one| &one.shared_on) {
                newest = here.or(newest);
            }
        }
        Ok(newest.map(|summary| SharedSummary {
            version: summary.version,
            shared_on: summary.shared_on,
            parts: summary
                .parts
                .into_iter()
                .map(|part| SharedPart { id: part.id, heading: part.heading, text: part.text })
                .collect(),
            actions: summary
                .actions
                .into_iter()
                .map(|action| SharedAction { id: action.id, what: action.what, why: action.why })
                .collect(),
            replies: summary.replies.into_iter().map(|reply| SharedReply { whose: reply.whose, words: reply.words }).collect(),
        }))
    }

    /// What the holder of this link has answered about agreement, in words for them, in their page's language.
    pub fn agreed_by_link(&mut self, record: &DocumentId, link: &EntryId) -> Result<Vec<String>, EngineError> {
        let view = self.record_now(record)?;
        let made = view.links.iter().find(|one| one.kept.id == link.to_string());
        let language = made.map_or("en", |made| made.language.as_str());
        Ok(agreed_lines(&view, &link.to_string(), language))
    }

    /// Open places of a record in assessments that are here: the assessment, and the strand in it.
    fn places(&self, view: &StrandRecordView) -> Result<Vec<(DocumentId, EntryId)>, EngineError> {
        let open = view.joined.iter().filter(|joined| joined.detached.is_none());
        let places = open.filter_map(|joined| Some((joined.assessment.parse().ok()?, joined.strand.parse().ok()?)));
        Ok(places.filter(|(assessment, _)| self.may_write(assessment)).collect())
    }

    /// Sets a reply that arrived beside the version that they read. The same reply makes the same value from every device.
    pub fn add_reply(&mut self, asked: &ToReply) -> Result<Replied, EngineError> {
        let view = self.record(&asked.record)?;
        let unknown = || Refusal::Unknown { what: "reply that arrived", id: asked.item.to_string() };
        let item = view.arrived.iter().find(|one| one.item == asked.item.to_string()).ok_or_else(unknown)?;
        if item.taken_back {
            return Err(Refusal::Rule("they have taken it back: it is not added").into());
        }
        let Some(ArrivedOther::OnSummary(on)) = &item.other else { return Err(unknown().into()) };
        if item.read.is_none() {
            return Err(Refusal::Rule("read it first: until then whoever said it can change it or take it back").into());
        }
        let adult = view.links.iter().find(|link| link.kept.id == item.link).is_some_and(|link| link.adult);
        for (said, given) in [(&on.reply, &asked.reply), (&on.missed, &asked.missed)] {
            given.as_ref().map_or(Ok(()), |given| check_covered(said, given))?;
        }
        for (part, given) in &asked.whys {
            let said = on.parts.iter().find(|one| one.part == *part).map_or("", |one| one.why.as_str());
            check_covered(said, given)?;
        }
        let version: EntryId = on.version.parse().map_err(|_| Refusal::Unknown { what: "version", id: cut(&on.version) })?;
        for (assessment, strand) in self.places(&view)? {
            let known = self.view(&assessment)?.families.versions.iter().any(|one| one.kept.id == version.to_string());
            if !known {
                continue;
            }
            match self.command(&assessment, &Command::AddReply(reply(asked, on, version, strand, adult))) {
                // Another device of ours has set it there: then it only has to be noted here.
                Ok(_) | Err(EngineError::Refused(Refusal::AlreadySo(_))) => {}
                Err(error) => return Err(error),
            }
            let beside = NoteBeside { item: asked.item, version };
            match self.record_command(&asked.record, &StrandCommand::NoteBeside(beside)) {
                Ok(_) | Err(EngineError::Refused(Refusal::AlreadySo(_))) => {}
                Err(error) => return Err(error),
            }
            return Ok(Replied { assessment, version });
        }
        Err(Refusal::Unknown { what: "version that they read", id: version.to_string() }.into())
    }

    /// The version to which a reply was said, and where it stands; `None` if it is in no assessment on this computer.
    pub fn version_replied_to(
        &mut self,
        record: &DocumentId,
        on: &ArrivedOnSummary,
    ) -> Result<Option<(DocumentId, VersionView)>, EngineError> {
        let view = self.record(record)?;
        for (assessment, there) in self.places_of(&view)? {
            let version = there.families.versions.into_iter().find(|one| one.kept.id == on.version);
            if let Some(version) = version {
                return Ok(Some((assessment, version)));
            }
        }
        Ok(None)
    }

    /// Brings what colleagues see into step with what was answered by links, once for each answer and without a press (R8): a no and an
    /// objection pause drawing and new labelled text and begin the time to decide; "yes, but not the picture" pauses the drawing.
    pub(super) fn follow_answers(&mut self, record: &DocumentId) -> Result<(), EngineError> {
        let view = self.record(record)?;
        let answered = view.answered_by_link();
        if answered.is_empty() {
            return Ok(());
        }
        for (assessment, id) in self.places(&view)? {
            let assessed = self.view_now(&assessment)?;
            let Some(strand) = assessed.strands.iter().find(|one| one.kept.id == id.to_string()) else { continue };
            let new: Vec<_> = answered.iter().filter(|(item, ..)| !strand.followed.contains(item)).collect();
            if new.is_empty() {
                continue;
            }
            let no = new.iter().filter(|(_, _, no)| *no).filter_map(|(_, came, _)| came.as_deref()).min();
            let follow = FollowAnswer {
                strand: id,
                items: new.iter().filter_map(|(item, ..)| item.parse().ok()).collect(),
                agreement: changed(strand, view.for_colleagues.as_ref(), no.is_some()),
                not_drawn: view.not_drawn(),
                decide_by: no.map(decide_by),
            };
            match self.command(&assessment, &Command::FollowAnswer(follow)) {
                Ok(_) | Err(EngineError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// What colleagues see from now on, if that changes. A new no is a no again, whatever was decided after an earlier one.
fn changed(strand: &StrandView, recorded: Option<&Agreement>, new_no: bool) -> Option<Agreement> {
    let recorded = recorded?;
    let deciding = strand.agreement == Some(Agreement::BeingDecided) && *recorded == Agreement::No;
    let same = deciding || strand.agreement.as_ref() == Some(recorded);
    (!same || (new_no && !strand.paused)).then(|| recorded.clone())
}

fn reply(asked: &ToReply, on: &ArrivedOnSummary, version: EntryId, strand: EntryId, adult: bool) -> AddReply {
    let why = |part: &str, said: &str| {
        let covered = asked.whys.iter().find(|(of, _)| of == part).map(|(_, words)| words.clone());
        covered.unwrap_or_else(|| said.to_owned())
    };
    let parts =
        on.parts.iter().map(|part| ReplyPart { part: part.part.clone(), right: part.right, why: why(&part.part, &part.why) });
    AddReply {
        item: asked.item,
        version,
        strand,
        adult,
        parts: parts.collect(),
        missed: asked.missed.clone().unwrap_or_else(|| on.missed.clone()),
        reply: asked.reply.clone().unwrap_or_else(|| on.reply.clone()),
        other_families: on.other_families,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}
