//! The sample assessment on stage: everyone who writes in Larch, each with a profile of their own, and all that they wrote, through a
//! real relay. Browser tests and the demo begin where a team stands after a month.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use kith::engine::{Engine, EngineError, ToAttach, ToLink};
use kith_assessment::{
    Command, Context, EntryId, Refusal, Sample, SamplePerson, SampleStrand, StrandCommand, apply, sample_larch,
};
use kith_group::{DocumentId, Random as _, Rights, SystemRandom};

use crate::replay::{let_in, new_assessment, profile, until_same};

/// How long somebody may wait for what a colleague wrote.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Larch, written.
#[derive(Debug)]
pub struct Stage {
    /// Everyone who writes, by name, in the order of the sample; the first leads.
    pub people: Vec<(String, Engine)>,
    /// The working document.
    pub document: DocumentId,
}

/// The folder of somebody's profile: "priya" for Priya Marsh.
pub fn folder_of(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_lowercase()
}

impl Stage {
    /// Plays the sample: `folder` gets one folder for each person ([`folder_of`]), with their `profile` in it. `now` is the day from which
    /// the sample's dates count, in Unix seconds; each change carries the time at which the sample says that it was written.
    ///
    /// # Errors
    /// When anything fails, or somebody does not get what a colleague wrote.
    pub fn larch(folder: &Path, url: &str, now: i64) -> anyhow::Result<Self> {
        let sample = sample_larch();
        let writers: Vec<&SamplePerson> = sample.people.iter().filter(|person| person.may != "reader").collect();
        let mut people = Vec::new();
        for person in &writers {
            let own = folder.join(folder_of(&person.name)).join("profile");
            people.push((person.name.clone(), profile(&own, &person.name, &person.agency, &person.role, url)?));
        }
        let document = {
            let (_, lead) = people.first().context("the sample has nobody")?;
            let document = new_assessment(lead, url)?;
            lead.connect(url)?;
            for (person, (name, guest)) in writers.iter().zip(&people).skip(1) {
                let_in(lead, guest, &document, &person.may, name)?;
            }
            document
        };
        let stage = Self { people, document };
        for (_, engine) in &stage.people {
            engine.connect_all()?;
        }
        stage.play(&sample, now)?;
        Ok(stage)
    }

    /// Ends every profile in order.
    ///
    /// # Errors
    /// When a store cannot be closed.
    pub fn leave(self) -> anyhow::Result<()> {
        self.people.into_iter().try_for_each(|(_, engine)| Ok(engine.stop()?))
    }

    /// Somebody's engine.
    ///
    /// # Errors
    /// When nobody of that name writes here.
    pub fn engine(&self, name: &str) -> anyhow::Result<&Engine> {
        let found = self.people.iter().find(|(person, _)| person == name);
        found.map(|(_, engine)| engine).with_context(|| format!("{name} does not write in the sample"))
    }

    /// Gives each holder the strand records of the sample: who their labels are, on their own computer. Which record is whose, by label.
    ///
    /// # Errors
    /// When a label is not in the assessment, or a record cannot be made.
    pub fn keep_records(&self, now: i64) -> anyhow::Result<BTreeMap<String, DocumentId>> {
        let document = self.document;
        let mut records = BTreeMap::new();
        for SampleStrand { by, label, commands } in sample_larch().strand_records(now).map_err(|error| anyhow!(error))? {
            let engine = self.engine(&by)?;
            let strand = engine.view(document)?.strands.into_iter().find(|strand| strand.label == label);
            let strand: EntryId = strand.with_context(|| format!("the sample has no label {label}"))?.kept.id.parse()?;
            // Who it is comes with the attaching; the rest is written in the record.
            let (who, rest): (Vec<_>, Vec<_>) = commands
                .into_iter()
                .map(|(_, command)| command)
                .partition(|command| matches!(command, StrandCommand::SetPerson { .. }));
            let Some(StrandCommand::SetPerson { name: Some(name), known_as, .. }) = who.into_iter().next() else {
                bail!("the sample does not say who {label} is");
            };
            let attach = ToAttach { record: None, name, known_as, label: None, phone: None, strand: Some(strand) };
            let record = engine.step(move |work| -> Result<_, EngineError> {
                let record = work.attach(&document, &attach)?.record;
                rest.iter().try_for_each(|command| work.record_command(&record, command).map(|_| ()))?;
                Ok(record)
            })?;
            records.insert(label, record);
        }
        Ok(records)
    }

    /// A link for the young person of a record, for two weeks; it works when this returns.
    ///
    /// # Errors
    /// When it cannot be made, or the relay does not hear of it.
    pub fn guest_link(&self, holder: &str, record: DocumentId) -> anyhow::Result<String> {
        let engine = self.engine(holder)?;
        let wanted = ToLink {
            record,
            name: "own phone".to_owned(),
            seconds: 14 * 24 * 60 * 60,
            language: "en".to_owned(),
            adult: false,
            safe_to_send: Some(true),
            agreed_by: "themselves, when we met".to_owned(),
            may: Rights { say: true, summary: true, agree: true },
        };
        let made = engine.step(move |work| work.make_link(&wanted))?;
        let intent = made.wanted;
        let there = engine.wait_for(PATIENCE, move |work| Ok((!work.is_wanted(&record, intent)?).then_some(())))?;
        there.context("the relay did not hear of the link")?;
        Ok(made.address)
    }

    fn all_have_it(&self) -> anyhow::Result<()> {
        let engines: Vec<&Engine> = self.people.iter().map(|(_, engine)| engine).collect();
        until_same(&engines, self.document)
    }

    fn play(&self, sample: &Sample, now: i64) -> anyhow::Result<()> {
        for step in sample.steps(now) {
            self.does(&step.by, step.when, step.command)?;
        }
        self.all_have_it()?;
        let mut made = BTreeMap::new();
        let mut last = None;
        for (place, act) in sample.rest().iter().enumerate() {
            if let Some(before) = last.replace(act.by.as_str()).filter(|before| *before != act.by) {
                self.has_what(&act.by, before)?;
            }
            let id = self.does(&act.by, act.when(now, place), self.command(&act.by, act, &made, now)?)?;
            made.extend(act.makes.clone().zip(id));
        }
        self.all_have_it()?;
        // What two people do apart: neither has a signal.
        for act in sample.apart() {
            self.engine(&act.by)?.disconnect(None)?;
        }
        for (place, act) in sample.apart().iter().enumerate() {
            self.does(&act.by, act.when(now, place), self.command(&act.by, act, &made, now)?)?;
        }
        for act in sample.apart() {
            self.engine(&act.by)?.connect_all()?;
        }
        self.all_have_it()
    }

    /// Waits until one person holds all that another does.
    fn has_what(&self, name: &str, other: &str) -> anyhow::Result<()> {
        let document = self.document;
        let wanted = crate::replay::heads(self.engine(other)?, document)?;
        let here = self.engine(name)?.wait_for(PATIENCE, move |work| {
            let doc = work.read(&document)?;
            Ok(wanted.iter().all(|hash| doc.get_change_meta_by_hash(hash).is_some()).then_some(()))
        })?;
        here.with_context(|| format!("{name} did not get what {other} wrote"))
    }

    fn command(
        &self,
        by: &str,
        act: &kith_assessment::SampleAct,
        made: &BTreeMap<String, EntryId>,
        now: i64,
    ) -> anyhow::Result<Command> {
        let (document, act, made) = (self.document, act.clone(), made.clone());
        let command = self.engine(by)?.look(move |work| Ok(act.command(work.read(&document)?, &made, now)))?;
        command.map_err(|error| anyhow!(error))
    }

    /// Somebody does something at a moment of the sample.
    fn does(&self, by: &str, when: i64, command: Command) -> anyhow::Result<Option<EntryId>> {
        let done = self.engine(by)?.edit(self.document, move |doc, me| -> Result<_, EngineError> {
            let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
            let mut context = Context { person: me.person.0, device: me.device.0, now: when, random: &mut random };
            Ok(apply(doc, &command, &mut context).map_err(|refusal: Refusal| EngineError::Refused(refusal))?.id)
        });
        done.with_context(|| format!("the sample: {by}"))
    }
}
