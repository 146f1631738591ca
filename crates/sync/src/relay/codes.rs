//! Codes for guests to type: in person, for a quarter of an hour, handed out once (protocol 14).
//!
//! A code names itself by what follows from it, so a wrong one is nobody's: tries are counted for all codes together. Nothing is kept of who tried.

use bytes::Bytes;
use kith_group::{CODE_SECONDS, DocumentId, GuestCodeId, GuestLinkId, MAX_SEALED_CODE};

use super::ConnId;
use super::connection::{Allowance, Rate};
use super::guests::GuestAnswer;
use super::step::Step;
use super::store::{GuestCodeRow, StoreError};
use crate::wire::{About, Reason, ServerMessage};

impl Step<'_> {
    /// Lets a code be typed for a link.
    pub(super) fn put_guest_code(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        link: GuestLinkId,
        code: GuestCodeId,
        until: i64,
        sealed: Bytes,
    ) -> Result<(), StoreError> {
        let about = About::GuestCode(code);
        let Some(row) = self.link_writer(conn, &document, &link, about.clone())? else { return Ok(()) };
        let now = self.now_ms.div_euclid(1_000);
        // A device whose clock is ahead gets no longer than others.
        let until = until.min(now.saturating_add(CODE_SECONDS));
        let reason = if sealed.len() > MAX_SEALED_CODE {
            Some(Reason::TooLarge)
        } else if row.card.is_none() || row.expires < now || until <= now {
            Some(Reason::Expired)
        } else if self.store.guest_code(&code)?.is_some_and(|(taken, _)| taken != link) {
            Some(Reason::Taken)
        } else {
            None
        };
        if let Some(reason) = reason {
            self.refuse(conn, about, reason);
            return Ok(());
        }
        self.store.put_guest_code(&link, Some(&GuestCodeRow { code, until, sealed }))?;
        self.send(conn, &ServerMessage::GuestCodeStored { code });
        Ok(())
    }

    /// Hands out what a code opens and forgets it. Right or wrong, it is a try.
    pub(super) fn typed(&mut self, code: &GuestCodeId) -> Result<GuestAnswer, StoreError> {
        let (rate, now_ms) = (Rate::codes(&self.core.config.limits), self.now_ms);
        if !self.core.codes.get_or_insert_with(|| Allowance::full(rate, now_ms)).take(rate, now_ms) {
            return Ok(GuestAnswer::Later);
        }
        let Some((link, row)) = self.store.guest_code(code)? else { return Ok(GuestAnswer::NoLink) };
        self.store.put_guest_code(&link, None)?;
        let now = now_ms.div_euclid(1_000);
        let works = self.store.guest_link(&link)?.is_some_and(|link| link.card.is_some() && link.expires >= now);
        Ok(if works && row.until > now { GuestAnswer::Code(row.sealed) } else { GuestAnswer::NoLink })
    }
}
