//! One step: what a verb may do to the protocol and the store, inside one transaction.

use std::collections::BTreeMap;

use automerge::{Automerge, ChangeHash};
use kith_assessment::{
    AssessmentView, Command, Context, Done, EntryId, Framework, Owners, PersonView, Refusal, Sample, StrandCommand,
};
use kith_group::{AppendRule, DocumentId, DocumentKind, Link, Random, RequestId, Rows, SystemRandom};
use kith_sync::client::{
    ClientCore, DocStatus, DocumentSummary, Effects, Identity, Intent, IntentId, JoinDetails, Report, Standing,
};

use kith_sync::replica::Touched;

use super::EngineError;
use super::kept::{self, LookedRow, ProfileRow, ViewRow};
use crate::store::Store;

/// One step's hands: reads and writes, all in one transaction that is committed when the step succeeds and taken back when it
/// fails. A step that wrote nothing costs no commit and leaves nothing to take back.
pub struct Work<'a> {
    pub(super) core: &'a mut ClientCore,
    pub(super) store: &'a mut Store,
    pub(super) now_ms: i64,
    pub(super) out: Effects,
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("now_ms", &self.now_ms).finish_non_exhaustive()
    }
}

impl Work<'_> {
    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// The protocol, for questions that change nothing.
    pub fn core(&self) -> &ClientCore {
        self.core
    }

    /// The store's rows, for questions that change nothing.
    pub fn rows(&self) -> &dyn Rows {
        self.store
    }

    /// Sets a row of the client's own.
    pub(crate) fn put(&mut self, space: kith_group::Space, key: &[u8], value: &[u8]) -> Result<(), EngineError> {
        Ok(self.store.put_row(space, key, value)?)
    }

    /// Takes a row of the client's own away.
    pub(crate) fn delete(&mut self, space: kith_group::Space, key: &[u8]) -> Result<(), EngineError> {
        Ok(self.store.delete_row(space, key)?)
    }

    /// Sets the telephone of this profile's duty team.
    pub fn set_phone(&mut self, phone: Option<String>) -> Result<(), EngineError> {
        let row = ProfileRow { phone, ..self.profile()? };
        kept::put_profile(self.store, &row)
    }

    /// Every document, in order of ids.
    pub fn documents(&self) -> Vec<DocumentSummary> {
        self.core.documents()
    }

    /// Who this profile belongs to.
    pub fn profile(&self) -> Result<ProfileRow, EngineError> {
        kept::profile(self.store)
    }

    /// The document as it stands here.
    pub fn read(&mut self, document: &DocumentId) -> Result<&Automerge, EngineError> {
        Ok(self.core.read(self.store, document)?)
    }

    /// What changed in a loaded document since this was last asked.
    pub fn touched(&mut self, document: &DocumentId) -> Vec<Touched> {
        self.core.touched(document)
    }

    /// Whose each member's device is, as the group knows it.
    pub fn owners(&self, document: &DocumentId) -> Owners {
        let members = self.core.members(document).into_iter();
        let owners: BTreeMap<_, _> = members.map(|m| (m.device.0.into(), m.person.0.into())).collect();
        Owners(owners)
    }

    /// What a person sees of an assessment, built from the document.
    pub fn view(&mut self, document: &DocumentId) -> Result<AssessmentView, EngineError> {
        let owners = self.owners(document);
        Ok(kith_assessment::view_with(self.read(document)?, Some(&owners)))
    }

    /// The stored view, if there is one, and how many changes are newer than it.
    pub fn stored_view(&self, document: &DocumentId) -> Result<Option<(ViewRow, u64)>, EngineError> {
        let newer = |row: &ViewRow| self.core.edition(document).saturating_sub(row.edition);
        Ok(kept::view(self.store, document)?.map(|row| {
            let newer = newer(&row);
            (row, newer)
        }))
    }

    /// Stores the view of a document that is worth it: one that is loaded or wanted now.
    pub fn store_view(&mut self, document: &DocumentId) -> Result<AssessmentView, EngineError> {
        let view = self.view(document)?;
        let json = serde_json::to_vec(&view).map_err(|_| EngineError::Unreadable("a view"))?;
        let row = ViewRow { edition: self.core.edition(document), title: view.title.clone(), json };
        kept::put_view(self.store, document, &row)?;
        Ok(view)
    }

    /// When the person last said that they have looked at a document, and its heads then.
    pub fn looked(&self, document: &DocumentId) -> Result<Option<(i64, Vec<ChangeHash>)>, EngineError> {
        let row = kept::looked(self.store, document)?;
        Ok(row.map(|row| (row.at, row.heads.chunks_exact(32).filter_map(|hash| ChangeHash::try_from(hash).ok()).collect())))
    }

    /// The person has looked at a document as it stands now.
    pub fn put_looked(&mut self, document: &DocumentId) -> Result<(), EngineError> {
        let heads = self.read(document)?.get_heads().iter().flat_map(|hash| hash.0).collect();
        let row = LookedRow { at: self.now(), heads };
        kept::put_looked(self.store, document, &row)
    }

    /// Stores the view of a document of any kind.
    pub(super) fn store_any_view(&mut self, document: &DocumentId) -> Result<(), EngineError> {
        match self.summary(document).map(|summary| summary.kind) {
            Some(DocumentKind::WORKING) => self.store_view(document).map(|_| ()),
            Some(DocumentKind::STRAND) => self.store_record(document).map(|_| ()),
            Some(DocumentKind::SUMMARY) => self.store_summary(document).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Everybody that a document speaks of, whatever its kind.
    pub fn people(&mut self, document: &DocumentId) -> Result<Vec<PersonView>, EngineError> {
        match self.summary(document).map(|summary| summary.kind) {
            Some(DocumentKind::STRAND) => Ok(self.record_now(document)?.people),
            // A reader knows the leads; a lead knows the readers too, from the working document, which says it first.
            Some(DocumentKind::SUMMARY) => {
                let home = self.home(document)?;
                let mut people = if home == *document { Vec::new() } else { self.view_now(&home)?.people };
                people.extend(self.summary_view(document)?.people);
                Ok(people)
            }
            _ => Ok(self.view_now(document)?.people),
        }
    }

    /// An assessment from the stored view, if that is current; else built from the document.
    pub fn view_now(&mut self, document: &DocumentId) -> Result<AssessmentView, EngineError> {
        let stored = self.stored_view(document)?.filter(|(_, newer)| *newer == 0);
        match stored.and_then(|(row, _)| serde_json::from_slice(&row.json).ok()) {
            Some(view) => Ok(view),
            None => self.view(document),
        }
    }

    /// Changes a document on this machine.
    pub fn edit<R, E: Into<EngineError>>(
        &mut self,
        document: &DocumentId,
        f: impl FnOnce(&mut Automerge, &Identity) -> Result<R, E>,
    ) -> Result<R, EngineError> {
        let (made, effects) = self.core.edit(self.store, self.now_ms, document, f).map_err(EngineError::from)?;
        self.take(effects);
        Ok(made)
    }

    /// Does a command of practice.
    pub fn command(&mut self, document: &DocumentId, command: &Command) -> Result<Done, EngineError> {
        let now = self.now();
        self.edit(document, |doc, me| {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            let mut context = Context { person: me.person.0, device: me.device.0, now, random: &mut random };
            kith_assessment::apply(doc, command, &mut context)
        })
    }

    /// Makes the working document of a new assessment, with this device as its lead, and says who I am.
    pub fn create_assessment(&mut self, relay: Option<&str>) -> Result<Identity, EngineError> {
        let now = self.now();
        let framework = Framework::peer_default();
        let mut genesis = |me: &Identity| {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            let context = Context { person: me.person.0, device: me.device.0, now, random: &mut random };
            kith_assessment::genesis(&framework, me.document.0, &context).1
        };
        let (kind, rule) = (DocumentKind::WORKING, AppendRule::Everyone);
        let me = self.core.create_document(self.store, self.now_ms, kind, rule, relay, &mut genesis)?;
        self.out.durable = true;
        self.introduce_me(&me.document)?;
        Ok(me)
    }

    /// Goes on from my copy of an assessment in a new one, which I lead, with everything in it, its authors and their signatures; the
    /// old one is as it was. Strand records that I hold say that their young people take part in the new one too.
    pub fn continue_assessment(&mut self, from: &DocumentId, because: &str) -> Result<Identity, EngineError> {
        let relay = self.profile()?.relay;
        let me = self.core.continue_document(self.store, self.now_ms, from, relay.as_deref())?;
        self.out.durable = true;
        self.command(&me.document, &Command::NoteContinued { from: EntryId(from.0), because: because.to_owned() })?;
        match self.introduce_me(&me.document) {
            // What I said of myself there stands here.
            Err(EngineError::Refused(Refusal::AlreadySo(_))) => {}
            introduced => introduced?,
        }
        let view = self.view(&me.document)?;
        let mine = |strand: &str| {
            view.strands.iter().find(|one| one.kept.id == strand && one.holder.person == Some(me.person.to_string()))
        };
        let records =
            self.documents().into_iter().filter(|one| one.kind == DocumentKind::STRAND && one.standing == Standing::Member);
        for record in records.map(|one| one.id).collect::<Vec<_>>() {
            let joined = self.record(&record)?.joined;
            for joined in joined.iter().filter(|one| one.detached.is_none() && one.assessment == from.to_string()) {
                if let (Some(strand), Ok(id)) = (mine(&joined.strand), joined.strand.parse()) {
                    let (assessment, label) = (EntryId(me.document.0), strand.label.clone());
                    self.record_command(&record, &StrandCommand::NoteAttached { assessment, strand: id, label })?;
                }
            }
        }
        Ok(me)
    }

    /// Fills a profile that is thrown away with the whole made-up sample, as its first person: the assessment, and the records of the
    /// young people whom that person holds, so that hints know their names.
    pub fn create_example(&mut self, sample: &Sample) -> Result<Identity, EngineError> {
        let (now, now_ms) = (self.now(), self.now_ms);
        let mut failed = None;
        let mut play = |me: &Identity| {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            sample.played(me.document.0, (me.person.0, me.device.0), now, &mut random).unwrap_or_else(|why| {
                failed = Some(why);
                Vec::new()
            })
        };
        let me = self.core.create_example(self.store, now_ms, DocumentKind::WORKING, &mut play)?;
        let records = sample.strand_records(now);
        let (None, Ok(records)) = (failed, records) else { return Err(EngineError::Unreadable("the made-up example")) };
        let first = sample.people.first().map(|person| person.name.clone()).unwrap_or_default();
        for record in records.into_iter().filter(|record| record.by == first) {
            let own = self.create_record(None)?;
            for (_, command) in record.commands {
                self.record_command(&own.document, &command)?;
            }
        }
        self.out.durable = true;
        Ok(me)
    }

    /// Writes my name, agency and role into a document.
    pub fn introduce_me(&mut self, document: &DocumentId) -> Result<(), EngineError> {
        let ProfileRow { name, agency, role, .. } = self.profile()?;
        self.command(document, &Command::IntroduceMyself { name, agency, role }).map(|_| ())
    }

    /// Says to the members who are connected where in a document this person is; empty: not there any more. Writes nothing.
    pub fn say_here(&mut self, document: &DocumentId, place: &str) -> Result<(), EngineError> {
        let effects = self.core.say_here(self.store, self.now_ms, document, place)?;
        self.take(effects);
        Ok(())
    }

    /// Whether this person does not want to be seen where they are.
    pub fn is_hidden(&self) -> Result<bool, EngineError> {
        kept::is_set(self.store, kept::HIDDEN)
    }

    /// Sets that.
    pub fn set_hidden(&mut self, hidden: bool) -> Result<(), EngineError> {
        kept::set(self.store, kept::HIDDEN, hidden)
    }

    /// Wants something of a document's group; it is done when there is a connection.
    pub fn intend(&mut self, document: &DocumentId, intent: Intent) -> Result<IntentId, EngineError> {
        let (id, effects) = self.core.add_intent(self.store, self.now_ms, document, intent)?;
        self.take(effects);
        Ok(id)
    }

    /// The same, with commands that are done once it is done.
    pub fn intend_then(&mut self, document: &DocumentId, intent: Intent, then: &[Command]) -> Result<IntentId, EngineError> {
        let id = self.intend(document, intent)?;
        if !then.is_empty() {
            kept::put_follow_up(self.store, document, id, then)?;
        }
        Ok(id)
    }

    /// Whether something is still wanted.
    pub fn is_wanted(&self, document: &DocumentId, intent: IntentId) -> Result<bool, EngineError> {
        Ok(self.core.intents(self.store, document)?.iter().any(|(id, _)| *id == intent))
    }

    /// Asks to join by a link; when let in, this profile introduces itself.
    pub fn begin_join(&mut self, link: &Link) -> Result<RequestId, EngineError> {
        let ProfileRow { name, agency, role, .. } = self.profile()?;
        let details = JoinDetails { name, agency, role_words: role };
        let (request, effects) = self.core.begin_join(self.store, self.now_ms, link, &details)?;
        self.take(effects);
        kept::put_introduction(self.store, &link.document)?;
        Ok(request)
    }

    /// Forgets a request that came to nothing, as if its link had never been used here.
    pub fn forget_join(&mut self, request: &RequestId, document: &DocumentId) -> Result<(), EngineError> {
        if self.core.forget_join(self.store, request)? {
            kept::delete_introduction(self.store, document)?;
        }
        Ok(())
    }

    /// How a document stands.
    pub fn status(&mut self, document: &DocumentId) -> Result<DocStatus, EngineError> {
        Ok(self.core.status(self.store, document)?)
    }

    /// Who wrote what, proved.
    pub fn verify(&mut self, document: &DocumentId) -> Result<Report, EngineError> {
        Ok(self.core.verify(self.store, document)?)
    }

    /// Sets this profile's relay, with a token if the relay needs one; assessments without a relay get this one.
    pub fn set_relay(&mut self, relay: &str, token: Option<Vec<u8>>) -> Result<(), EngineError> {
        let mut profile = self.profile()?;
        profile.relay = Some(relay.to_owned());
        kept::put_profile(self.store, &profile)?;
        if token.is_some() {
            self.core.set_enrolment(self.store, relay, token)?;
        }
        for document in self.core.documents() {
            if document.relay.is_none() {
                self.core.set_relay(self.store, &document.id, relay)?;
            }
        }
        Ok(())
    }

    /// Every relay that something of this profile lives at, and the profile's own.
    pub fn relays(&self) -> Result<Vec<String>, EngineError> {
        let mut relays: Vec<String> = {
            // A copy from a backup follows no log.
            let here = self.core.documents().into_iter().filter(|document| document.standing != Standing::Restored);
            here.filter_map(|document| document.relay).collect()
        };
        relays.extend(self.core.joins(self.store)?.into_iter().filter(|join| join.progress.is_open()).map(|join| join.relay));
        relays.extend(self.profile()?.relay);
        relays.sort();
        relays.dedup();
        Ok(relays)
    }

    fn take(&mut self, effects: Effects) {
        self.out.durable |= effects.durable;
        self.out.frames.extend(effects.frames);
        self.out.close.extend(effects.close);
        self.out.notices.extend(effects.notices);
    }
}
