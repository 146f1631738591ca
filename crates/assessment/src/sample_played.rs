//! The whole sample as changes by several made-up people, for looking round without a profile.

use std::collections::BTreeMap;

use automerge::Automerge;

use crate::command::{Command, Context};
use crate::framework::Framework;
use crate::ids::EntryId;
use crate::sample::{Sample, SamplePerson};
use crate::{apply, genesis};

/// One of the cast, with the ids under which their changes are written.
struct Player<'s> {
    person: &'s SamplePerson,
    id: [u8; 16],
    device: [u8; 16],
}

impl Sample {
    /// Plays everything on one machine: the raw changes, the first of which begins the document. `me` (person and device) writes as the
    /// sample's first person; the others get ids from `random`. `start` is the day from which the sample's days count.
    ///
    /// # Errors
    /// A sentence, if the sample asks for something that is refused: a fault of the sample.
    pub fn played(
        &self,
        document: [u8; 16],
        me: ([u8; 16], [u8; 16]),
        start: i64,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Vec<Vec<u8>>, String> {
        let mut cast = Vec::new();
        for person in self.people.iter().filter(|person| person.may != "reader") {
            let (mut id, mut device) = me;
            if !cast.is_empty() {
                random(&mut id);
                random(&mut device);
            }
            cast.push(Player { person, id, device });
        }
        let begun = self.steps(start).first().map_or(start, |step| step.when);
        let mut nothing = |_: &mut [u8]| {};
        let ctx = Context { person: me.0, device: me.1, now: begun, random: &mut nothing };
        let (mut doc, _) = genesis(&Framework::peer_default(), document, &ctx);
        for player in &cast {
            let SamplePerson { name, agency, role, .. } = player.person.clone();
            does(&mut doc, &cast, &player.person.name, begun, &Command::IntroduceMyself { name, agency, role }, random)?;
        }
        for step in self.steps(start) {
            does(&mut doc, &cast, &step.by, step.when, &step.command, random)?;
        }
        let mut made = BTreeMap::new();
        for (place, act) in self.rest().iter().enumerate() {
            let command = act.command(&doc, &made, start)?;
            let id = does(&mut doc, &cast, &act.by, act.when(start, place), &command, random)?;
            made.extend(act.makes.clone().zip(id));
        }
        // What two people do apart: each on a copy of their own.
        let mut copies = Vec::new();
        for (place, act) in self.apart().iter().enumerate() {
            let mut copy = doc.fork();
            let command = act.command(&copy, &made, start)?;
            does(&mut copy, &cast, &act.by, act.when(start, place), &command, random)?;
            copies.push(copy);
        }
        for copy in &mut copies {
            doc.merge(copy).map_err(|error| error.to_string())?;
        }
        Ok(doc.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect())
    }
}

fn does(
    doc: &mut Automerge,
    cast: &[Player<'_>],
    by: &str,
    now: i64,
    command: &Command,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Option<EntryId>, String> {
    let player =
        cast.iter().find(|player| player.person.name == by).ok_or_else(|| format!("{by} does not write in the sample"))?;
    let mut ctx = Context { person: player.id, device: player.device, now, random };
    apply(doc, command, &mut ctx).map(|done| done.id).map_err(|refusal| format!("{by}: {refusal}"))
}
