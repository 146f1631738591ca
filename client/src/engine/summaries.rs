//! The summary of an assessment: a document of its own, which leads write and readers hold. Who is in it and by which link stands in the
//! working document, so that readers learn nothing of each other.
//!
//! Another lead comes in without a second comparing of words ([decision 0013]): a lead's device that is in the summary makes a link for
//! them and keeps it in the working document; their device asks with it, and states in the working document, under its own signature,
//! with which device it asked; exactly that device is let in.
//!
//! [decision 0013]: ../../../docs/decisions/0013-summaries.md

use std::time::{Duration, Instant};

use kith_assessment::{
    AssessmentView, Command, Context, DeviceId, Done, EntryId, NoteShared, Published, Refusal, SUMMARY_LEAD, Secret,
    SummaryCommand, SummaryView, invites,
};
use kith_group::{
    AppendRule, DocumentId, DocumentKind, InviteId, Link, Member, Random, Role, SystemRandom, member, open_request,
    voucher_digest,
};
use kith_sync::client::{Identity, Intent, JoinProgress, Notice, Standing};

use super::kept::{self, ViewRow};
use super::work::Work;
use super::{Engine, EngineError, Event};

/// How long a link between two leads' devices works, in seconds: 30 days, and then there is a new one.
const OFFER_LASTS: i64 = 30 * 24 * 3600;

/// How often strand records are looked at while nothing comes.
const RECORDS_EVERY: Duration = Duration::from_secs(10 * 60);

/// At the earliest this long after the last time.
const NOT_BEFORE: Duration = Duration::from_secs(10);

/// Tends summaries and what guests may read while something runs for long, and only after there was news of a document; and strand records
/// from time to time.
#[derive(Debug, Default)]
pub struct Tending {
    heard: bool,
    sent: bool,
    last: Option<Instant>,
    records: Option<Instant>,
}

impl Tending {
    /// News.
    pub fn hear(&mut self, event: &Event) {
        // What was written here may be what a guest reads in an open window.
        self.sent |= matches!(event, Event::Notice(Notice::Sent { .. }));
        self.heard |= matches!(
            event,
            Event::Notice(
                Notice::Live { .. }
                    | Notice::Changed { .. }
                    | Notice::Joined { .. }
                    | Notice::Waiting { .. }
                    | Notice::IntentDone { .. }
            )
        );
    }

    /// Tends them, if it is time.
    pub fn tend(&mut self, engine: &Engine) -> Result<(), EngineError> {
        // A day that begins changes what guests' pages promise, and what is late.
        if self.records.get_or_insert_with(Instant::now).elapsed() >= RECORDS_EVERY {
            self.records = Some(Instant::now());
            engine.step(|work: &mut Work<'_>| {
                work.tend_records()?;
                Ok(())
            })?;
        }
        if (self.heard || self.sent) && self.last.is_none_or(|last| last.elapsed() >= NOT_BEFORE) {
            self.last = Some(Instant::now());
            engine.step(|work: &mut Work<'_>| work.renew_windows(None))?;
            if self.heard {
                engine.tend_summaries()?;
            }
            (self.heard, self.sent) = (false, false);
        }
        Ok(())
    }
}

impl Work<'_> {
    /// The working document in which it stands who is in a document: of a summary its assessment's, of any other itself.
    pub fn home(&self, document: &DocumentId) -> Result<DocumentId, EngineError> {
        Ok(kept::home(self.store, document)?.unwrap_or(*document))
    }

    /// The summary of an assessment, if this computer is in it.
    pub fn summary_of(&mut self, assessment: &DocumentId) -> Result<Option<DocumentId>, EngineError> {
        let named = self.view_now(assessment)?.life.summary.and_then(|id| id.parse().ok());
        Ok(named.filter(|summary| self.summary(summary).is_some_and(|one| one.standing == Standing::Member)))
    }

    /// What readers see, built from the document.
    pub fn summary_view(&mut self, summary: &DocumentId) -> Result<SummaryView, EngineError> {
        let owners = self.owners(summary);
        Ok(kith_assessment::view_summary(self.read(summary)?, Some(&owners)))
    }

    /// Stores the view of a summary.
    pub fn store_summary(&mut self, summary: &DocumentId) -> Result<SummaryView, EngineError> {
        let view = self.summary_view(summary)?;
        let json = serde_json::to_vec(&view).map_err(|_| EngineError::Unreadable("a view"))?;
        let title = view.now.as_ref().map(|now| now.content.title.clone());
        kept::put_view(self.store, summary, &ViewRow { edition: self.core.edition(summary), title, json })?;
        Ok(view)
    }

    /// Does a command in a summary.
    pub fn summary_command(&mut self, summary: &DocumentId, command: &SummaryCommand) -> Result<Done, EngineError> {
        let now = self.now();
        self.edit(summary, |doc, me| {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            let mut context = Context { person: me.person.0, device: me.device.0, now, random: &mut random };
            kith_assessment::apply_summary(doc, command, &mut context)
        })
    }

    fn leads(&self, document: &DocumentId) -> bool {
        self.summary(document).is_some_and(|one| one.standing == Standing::Member && one.role == Some(Role::Lead))
    }

    /// The summary of an assessment that I lead; made now if there is none.
    pub fn ensure_summary(&mut self, assessment: &DocumentId) -> Result<DocumentId, EngineError> {
        if !self.leads(assessment) {
            return Err(Refusal::Rule("readers and what they read are a lead's decision: ask a lead").into());
        }
        if let Some(summary) = self.summary_of(assessment)? {
            return Ok(summary);
        }
        if self.view_now(assessment)?.life.summary.is_some() {
            return Err(Refusal::Rule(
                "another lead began the summary, and this computer is let in to it when theirs has been connected: try again after `kith sync`",
            )
            .into());
        }
        let now = self.now();
        let mut genesis = |me: &Identity| {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            let context = Context { person: me.person.0, device: me.device.0, now, random: &mut random };
            kith_assessment::summary_genesis(me.document.0, &context).1
        };
        let relay = self.summary(assessment).and_then(|one| one.relay);
        let (kind, rule) = (DocumentKind::SUMMARY, AppendRule::LeadsOnly);
        let me = self.core.create_document(self.store, self.now_ms, kind, rule, relay.as_deref(), &mut genesis)?;
        self.out.durable = true;
        kept::put_home(self.store, &me.document, assessment)?;
        self.introduce_me(&me.document)?;
        self.command(assessment, &Command::SetSummary { document: EntryId(me.document.0) })?;
        self.command(assessment, &Command::StateSummaryDevice { device: DeviceId(me.device.0) })?;
        Ok(me.document)
    }

    /// Shares the summary and the plan with readers, as they stand now, and notes in the assessment that it was done (R45).
    pub fn publish(&mut self, assessment: &DocumentId, why: Option<&str>) -> Result<(DocumentId, Published), EngineError> {
        let published = kith_assessment::to_publish(&self.view(assessment)?)?;
        let summary = self.ensure_summary(assessment)?;
        self.summary_command(&summary, &SummaryCommand::Publish(published.clone()))?;
        let readers = self.core.members(&summary).iter().filter(|member| member.role == Role::Reader).count();
        let shared = NoteShared {
            what: format!("The summary, {} goals and {} actions", published.goals.len(), published.actions.len()),
            with: format!("readers of the summary ({readers} now)"),
            why: why.filter(|why| !why.trim().is_empty()).unwrap_or("so that they know the plan and their part in it").to_owned(),
            date: None,
        };
        self.command(assessment, &Command::NoteShared(shared))?;
        Ok((summary, published))
    }

    /// Between leads' devices: makes links for leads who are not in a summary yet, asks to be let in where there is one for me, lets in
    /// whom a lead's own device names, and takes out whoever leads no more. Whether anything was done.
    pub fn tend_summaries(&mut self) -> Result<bool, EngineError> {
        let mut did = false;
        let led: Vec<DocumentId> = self
            .documents()
            .into_iter()
            .filter(|one| one.kind == DocumentKind::WORKING && one.standing == Standing::Member && one.role == Some(Role::Lead))
            .map(|one| one.id)
            .collect();
        for assessment in led {
            let view = self.view_now(&assessment)?;
            let Some(summary) = view.life.summary.as_deref().and_then(|id| id.parse::<DocumentId>().ok()) else { continue };
            did |= match self.leads(&summary) {
                true => self.tend_as_host(&assessment, &summary, &view)?,
                false => self.tend_as_guest(&assessment, &summary, &view)?,
            };
        }
        Ok(did)
    }

    fn tend_as_host(
        &mut self,
        assessment: &DocumentId,
        summary: &DocumentId,
        view: &AssessmentView,
    ) -> Result<bool, EngineError> {
        let mut did = false;
        let me = self.core.identity(assessment).map(|me| me.person);
        let leads: Vec<Member> = self.core.members(assessment).into_iter().filter(|member| member.role == Role::Lead).collect();
        let inside = self.core.members(summary);
        let stated = |person: &kith_group::PersonId| {
            let person = person.to_string();
            view.people.iter().find(|one| one.person == person).and_then(|one| one.summary_device.clone())
        };
        let known = invites(self.read(assessment)?);
        let now = self.now();
        for lead in leads.iter().filter(|lead| Some(lead.person) != me) {
            let is_in =
                stated(&lead.person).is_some_and(|device| inside.iter().any(|member| member.device.to_string() == device));
            let person = lead.person.to_string();
            let offered = known.iter().any(|invite| {
                invite.role == SUMMARY_LEAD
                    && invite.for_whom.as_deref() == Some(&person)
                    && !invite.used
                    && !invite.stopped
                    && invite.expires > now
            });
            if !is_in && !offered {
                self.offer(assessment, summary, person)?;
                did = true;
            }
        }
        let wanted: Vec<Intent> = self.core.intents(self.store, summary)?.into_iter().map(|(_, intent)| intent).collect();
        for waiting in self.core.waiting(self.store, summary)? {
            if wanted.iter().any(|intent| matches!(intent, Intent::Admit { request, .. } if *request == waiting.request)) {
                continue;
            }
            let Some(invite) = known.iter().find(|one| one.invite.0 == waiting.invite.0 && one.role == SUMMARY_LEAD) else {
                continue;
            };
            let Ok(asked) = open_request(&invite.secret.0, &waiting.invite, &waiting.request, &waiting.sealed) else { continue };
            let Some((_, key_package)) = asked.packages.iter().find(|(of, _)| of == summary) else { continue };
            let Ok(facts) = member::read_key_package(key_package) else { continue };
            // Anybody who reads the working document has the link's secret. Only a lead's own device can have stated this one.
            let device = facts.device.to_string();
            let Some(lead) = leads.iter().find(|lead| Some(lead.person) != me && stated(&lead.person).as_ref() == Some(&device))
            else {
                continue;
            };
            let (person, key_package) = (asked.person, key_package.clone());
            let admit = Intent::Admit { request: waiting.request, person, role: Role::Lead, key_package };
            self.intend(summary, admit)?;
            if !invite.used {
                let used = Command::UseInvite { invite: invite.invite, person: lead.person.0.into() };
                self.command(assessment, &used)?;
            }
            did = true;
        }
        let my_device = self.core.identity(summary).map(|me| me.device);
        for member in inside.iter().filter(|member| member.role == Role::Lead && Some(member.device) != my_device) {
            let device = member.device.to_string();
            let owner = view.people.iter().find(|one| one.summary_device.as_ref() == Some(&device));
            let leads_no_more = owner.is_some_and(|owner| !leads.iter().any(|lead| lead.person.to_string() == owner.person));
            let asked =
                wanted.iter().any(|intent| matches!(intent, Intent::Remove { devices } if devices.contains(&member.device)));
            if leads_no_more && !asked {
                self.intend(summary, Intent::Remove { devices: vec![member.device] })?;
                did = true;
            }
        }
        Ok(did)
    }

    /// A link for another lead's device, kept where only the team reads it. The relay knows that device already, so there is no voucher.
    fn offer(&mut self, assessment: &DocumentId, summary: &DocumentId, person: String) -> Result<(), EngineError> {
        let invite = InviteId::random(&mut SystemRandom);
        let (mut secret, mut voucher) = ([0; 32], [0; 16]);
        SystemRandom.fill(&mut secret);
        SystemRandom.fill(&mut voucher);
        let expires = self.now().saturating_add(OFFER_LASTS);
        self.intend(summary, Intent::Invite { invite, voucher: voucher_digest(&voucher), expires })?;
        let record = Command::RecordInvite {
            invite: invite.0.into(),
            secret: Secret(secret),
            role: SUMMARY_LEAD.to_owned(),
            expires,
            for_whom: Some(person),
        };
        self.command(assessment, &record).map(drop)
    }

    fn tend_as_guest(
        &mut self,
        assessment: &DocumentId,
        summary: &DocumentId,
        view: &AssessmentView,
    ) -> Result<bool, EngineError> {
        let Some(me) = self.core.identity(assessment).map(|me| me.person.to_string()) else { return Ok(false) };
        let Some(relay) = self.summary(assessment).and_then(|one| one.relay) else { return Ok(false) };
        let asked: Vec<_> = self.core.joins(self.store)?.into_iter().filter(|join| join.document == *summary).collect();
        let states = |device: &DeviceId| {
            view.people.iter().any(|one| one.person == me && one.summary_device.as_ref() == Some(&device.to_string()))
        };
        if let Some(open) = asked.iter().find(|join| join.progress.is_open()) {
            let device = DeviceId(open.device.0);
            if states(&device) {
                return Ok(false);
            }
            self.command(assessment, &Command::StateSummaryDevice { device })?;
            return Ok(true);
        }
        let now = self.now();
        let offer = invites(self.read(assessment)?).into_iter().find(|invite| {
            invite.role == SUMMARY_LEAD
                && invite.for_whom.as_ref() == Some(&me)
                && !invite.used
                && !invite.stopped
                && invite.expires > now
        });
        let Some(offer) = offer else { return Ok(false) };
        if let Some(failed) = asked.iter().find(|join| matches!(join.progress, JoinProgress::Failed(_) | JoinProgress::Declined))
        {
            // This link came to nothing: without it there will be another.
            self.core.forget_join(self.store, &failed.request)?;
            self.command(assessment, &Command::StopInvite { invite: offer.invite })?;
            return Ok(true);
        }
        let link = Link {
            relay,
            invite: InviteId(offer.invite.0),
            secret: offer.secret.0,
            voucher: [0; 16],
            document: *summary,
            role: Role::Lead,
            expires: offer.expires,
        };
        let request = self.begin_join(&link)?;
        kept::put_home(self.store, summary, assessment)?;
        let device = self.core.joins(self.store)?.into_iter().find(|join| join.request == request).map(|join| join.device);
        if let Some(device) = device {
            self.command(assessment, &Command::StateSummaryDevice { device: DeviceId(device.0) })?;
        }
        Ok(true)
    }
}
