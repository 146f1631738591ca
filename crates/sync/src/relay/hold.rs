//! Holds: a lead builds an admission while other appends wait (protocol 5).

use kith_group::DocumentId;

use super::ConnId;
use super::connection::Deferred;
use super::rooms::Hold;
use super::step::Step;
use super::store::StoreError;
use crate::wire::{About, Reason};

impl Step<'_> {
    /// Whether appends to `document` wait now.
    pub(super) fn is_held(&self, document: &DocumentId) -> bool {
        self.core.rooms.get(document).is_some_and(|room| room.hold.is_some())
    }

    /// Begins a hold. The answer comes once the lead has everything up to the head.
    pub(super) fn hold(&mut self, conn: ConnId, document: DocumentId) -> Result<(), StoreError> {
        let about = About::Document(document);
        if self.lead(conn, &document, about.clone())?.is_none() {
            return Ok(());
        }
        let now_ms = self.now_ms;
        let until_ms = now_ms.saturating_add(self.core.config.hold_ms);
        let every = self.core.config.hold_every_ms;
        let room = self.core.rooms.entry(document).or_default();
        match &room.hold {
            Some(hold) if hold.by == conn => {}
            Some(_) => {
                self.refuse(conn, about, Reason::Later);
                return Ok(());
            }
            None => {
                if room.held_ms.is_some_and(|began| (0..every).contains(&now_ms.saturating_sub(began))) {
                    self.refuse(conn, about, Reason::Later);
                    return Ok(());
                }
                room.hold = Some(Hold { by: conn, until_ms });
                room.held_ms = Some(now_ms);
                self.core.held.insert(document);
            }
        }
        self.defer(conn, document, Deferred::Held)
    }

    /// Gives a hold up. Somebody else's, or none, is left as it is.
    pub(super) fn release(&mut self, conn: ConnId, document: DocumentId) -> Result<(), StoreError> {
        if self.lead(conn, &document, About::Document(document))?.is_none() {
            return Ok(());
        }
        let own = self.core.rooms.get(&document).and_then(|room| room.hold.as_ref()).is_some_and(|hold| hold.by == conn);
        if own { self.end_hold(&document) } else { Ok(()) }
    }

    /// Ends holds whose time is over. Nothing else changes by it.
    pub(super) fn expire_holds(&mut self) -> Result<(), StoreError> {
        let now_ms = self.now_ms;
        let limit = self.core.config.hold_ms;
        let over: Vec<DocumentId> = self
            .core
            .held
            .iter()
            .filter(|document| {
                // A clock that went back must not make a hold longer.
                self.core
                    .rooms
                    .get(*document)
                    .and_then(|room| room.hold.as_ref())
                    .is_none_or(|hold| hold.until_ms <= now_ms || hold.until_ms.saturating_sub(now_ms) > limit)
            })
            .copied()
            .collect();
        for document in over {
            self.end_hold(&document)?;
        }
        Ok(())
    }

    /// Ends a hold and takes the appends that waited, in the order in which they came.
    pub(super) fn end_hold(&mut self, document: &DocumentId) -> Result<(), StoreError> {
        self.core.held.remove(document);
        let Some(room) = self.core.rooms.get_mut(document) else { return Ok(()) };
        room.hold = None;
        for held in std::mem::take(&mut room.waiting) {
            if let Some(connection) = self.core.connections.get_mut(&held.conn) {
                let (count, size) = connection.held;
                connection.held = (count.saturating_sub(1), size.saturating_sub(held.bytes.len()));
            }
            self.append_record(held.conn, held.head, held.bytes)?;
        }
        Ok(())
    }
}
