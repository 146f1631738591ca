//! Presence: told to whoever is connected now, and kept by nobody: no row is written and nothing waits for a connection.

use kith_group::{DeviceId, DocumentId, Presence, Rows};

use super::document::{Document, Phase};
use super::{ClientCore, ClientError, Effects, Notice, Standing, Step};
use crate::wire::ClientMessage;

impl ClientCore {
    /// Says to the members who are connected where in a document this person is; empty: not there any more. Without a connection
    /// nothing happens. The caller decides how often, and whether the person wants it.
    ///
    /// # Errors
    /// [`ClientError::Format`] for a place that is too long.
    pub fn say_here(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        document: &DocumentId,
        place: &str,
    ) -> Result<Effects, ClientError> {
        let mut out = Effects::default();
        let document = self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?;
        let mut step = Step { rows, random: self.random.as_mut(), now_ms, out: &mut out };
        document.say_here(&mut step, place)?;
        Ok(out)
    }
}

impl Document {
    fn say_here(&self, step: &mut Step<'_>, place: &str) -> Result<(), ClientError> {
        if self.phase != Phase::Live || self.row.standing != Standing::Member {
            return Ok(());
        }
        let presence = Presence { at: step.now_ms, place: place.to_owned() };
        let sealed = presence
            .seal(&self.state.key, &self.state.name, self.state.epoch, &self.key.id(), step.random)
            .map_err(|error| ClientError::Format(error.to_string()))?;
        self.send(step, &ClientMessage::Presence { document: self.id, sealed });
        Ok(())
    }

    /// A member is here. What does not open is of another epoch, or of no member, and is not worth a word.
    pub(super) fn somebody_is_here(&self, step: &mut Step<'_>, device: DeviceId, sealed: &[u8]) {
        let member = self.state.roster.member(&device).is_some() && device != self.key.id();
        if !member || self.row.standing != Standing::Member {
            return;
        }
        if let Ok(presence) = Presence::open(&self.state.key, &self.state.name, self.state.epoch, &device, sealed) {
            step.out.notices.push(Notice::Here { document: self.id, device, at: presence.at, place: presence.place });
        }
    }
}
