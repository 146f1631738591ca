//! Guests: what comes by a link from a phone, and what may be read again by it (protocol 14).
//!
//! A guest has no connection and no device. They show a token that only the link gives, of which the relay keeps a digest. Nothing is
//! kept of who asked, when, or that a page was opened: asking for a card writes nothing.

use bytes::Bytes;
use kith_group::{
    Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, MAX_CARD, MAX_ITEM, MAX_READING, Role, SealedItem, token_verifier,
};

use super::connection::{Allowance, Rate};
use super::step::Step;
use super::store::{GuestItemRow, GuestLinkRow, GuestReadingRow, StoreError};
use super::{ConnId, MAX_WINDOW};
use crate::wire::{About, GuestItem, MAX_RECORDS_BYTES, Reason, ServerMessage};

/// How often closed windows are looked for.
const SWEEP_MS: i64 = 60_000;

/// What a guest's page asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuestAsk {
    /// The link's card.
    Card {
        /// The link.
        link: GuestLinkId,
        /// Its token.
        token: [u8; 32],
    },
    /// Keep this for those who made the link. The same again is no error.
    Send {
        /// The link's token.
        token: [u8; 32],
        /// `kith_group::SealedItem` says which link and item.
        sealed: Bytes,
    },
    /// What may be read again.
    Read {
        /// The link.
        link: GuestLinkId,
        /// Its token.
        token: [u8; 32],
        /// The token that link and code word give.
        code: [u8; 32],
    },
    /// The link's secret, sealed, for whoever types the right code.
    Code {
        /// What follows from what was typed.
        code: GuestCodeId,
    },
}

/// What a guest's page is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuestAnswer {
    /// A sealed card.
    Card(Bytes),
    /// What may be read again.
    Reading {
        /// Sealed under link and code word.
        sealed: Bytes,
        /// For how many seconds more it may be read.
        seconds: i64,
    },
    /// What a code opens: the link's secret, sealed.
    Code(Bytes),
    /// The item is kept.
    Kept,
    /// There is no such link or code, or its time is over, or it was stopped or used, or the token is not its. Which of these is not
    /// said.
    NoLink,
    /// Nothing can be read now.
    Closed,
    /// The code word is not the right one; so many more may be tried.
    WrongCode {
        /// How many.
        left: u8,
    },
    /// Something else is kept under this item's name.
    Taken,
    /// Not an item, or too large for one.
    NotAnItem,
    /// Too much at once, or too much that waits; try later.
    Later,
}

impl Step<'_> {
    /// Answers a guest.
    pub(super) fn guest(&mut self, ask: GuestAsk) -> Result<GuestAnswer, StoreError> {
        match ask {
            GuestAsk::Card { link, token } => {
                let card = self.guest_link(&link, &token)?.and_then(|row| row.card);
                Ok(card.map_or(GuestAnswer::NoLink, GuestAnswer::Card))
            }
            GuestAsk::Send { token, sealed } => self.keep_item(&token, sealed),
            GuestAsk::Read { link, token, code } => self.read_again(&link, &token, &code),
            GuestAsk::Code { code } => self.typed(&code),
        }
    }

    /// A link that works now, for whoever has its token.
    fn guest_link(&self, link: &GuestLinkId, token: &[u8; 32]) -> Result<Option<GuestLinkRow>, StoreError> {
        let now = self.now_ms.div_euclid(1_000);
        let row = self.store.guest_link(link)?;
        Ok(row.filter(|row| row.verifier == token_verifier(token) && row.card.is_some() && row.expires >= now))
    }

    fn keep_item(&mut self, token: &[u8; 32], sealed: Bytes) -> Result<GuestAnswer, StoreError> {
        let Ok(outside) = SealedItem::read(&sealed) else { return Ok(GuestAnswer::NotAnItem) };
        debug_assert!(sealed.len() <= MAX_ITEM, "reading it checks the length");
        let Some(link) = self.guest_link(&outside.link, token)? else { return Ok(GuestAnswer::NoLink) };
        if let Some(kept) = self.store.guest_item(&outside.link, &outside.item)? {
            return Ok(if kept == sealed { GuestAnswer::Kept } else { GuestAnswer::Taken });
        }
        let limits = self.core.config.limits;
        let rate = Rate::guest(&limits);
        let now_ms = self.now_ms;
        let allowance = self.core.guests.entry(outside.link).or_insert_with(|| Allowance::full(rate, now_ms));
        let (items, bytes) = self.store.guest_waiting(&outside.link)?;
        let fits = items < limits.guest_items && bytes.saturating_add(sealed.len() as u64) <= limits.guest_bytes;
        if !fits || !allowance.take(rate, now_ms) {
            return Ok(GuestAnswer::Later);
        }
        let row = GuestItemRow { link: outside.link, item: outside.item, sealed };
        self.store.put_guest_item(&row)?;
        self.tell_writers(&link.document, &row)?;
        Ok(GuestAnswer::Kept)
    }

    /// Tells those who have asked and are here. Who has no room hears of it when they ask again.
    fn tell_writers(&mut self, document: &DocumentId, row: &GuestItemRow) -> Result<(), StoreError> {
        let present: Vec<ConnId> =
            self.core.rooms.get(document).map(|room| room.present.iter().copied().collect()).unwrap_or_default();
        let item = GuestItem { link: row.link, item: row.item, sealed: row.sealed.to_vec() };
        let message = ServerMessage::GuestItems { document: *document, items: vec![item], more: false };
        let frame = Bytes::from(message.to_frame());
        for conn in present {
            let device = self.attached(conn, document).filter(|attached| attached.guests).map(|attached| attached.device);
            let Some(device) = device else { continue };
            let member = self.open(document)?.and_then(|open| open.group.roster().member(&device).map(|member| member.role));
            if member.is_some_and(|role| role != Role::Reader) && self.has_room(conn) {
                self.send_frame(conn, frame.clone());
            }
        }
        Ok(())
    }

    /// Hands out what may be read again: for the right code word, within the window, with the time that is left of it. A wrong one is counted before it is
    /// answered, and the last one deletes everything.
    fn read_again(&mut self, link: &GuestLinkId, token: &[u8; 32], code: &[u8; 32]) -> Result<GuestAnswer, StoreError> {
        if self.guest_link(link, token)?.is_none() {
            return Ok(GuestAnswer::NoLink);
        }
        let Some(mut row) = self.store.guest_reading(link)? else { return Ok(GuestAnswer::Closed) };
        let seconds = row.until.saturating_sub(self.now_ms.div_euclid(1_000));
        if seconds <= 0 {
            self.store.put_guest_reading(link, None)?;
            return Ok(GuestAnswer::Closed);
        }
        if row.verifier == token_verifier(code) {
            return Ok(GuestAnswer::Reading { sealed: row.sealed, seconds });
        }
        row.tries = row.tries.saturating_sub(1);
        let left = row.tries;
        self.store.put_guest_reading(link, (left > 0).then_some(&row))?;
        Ok(GuestAnswer::WrongCode { left })
    }

    /// Deletes what lies in windows that have closed, and forgets who sent lately. Once a minute.
    pub(super) fn sweep_guests(&mut self) -> Result<(), StoreError> {
        let now_ms = self.now_ms;
        if (0..SWEEP_MS).contains(&now_ms.saturating_sub(self.core.swept_ms)) {
            return Ok(());
        }
        self.core.swept_ms = now_ms;
        let rate = Rate::guest(&self.core.config.limits);
        self.core.guests.retain(|_, allowance| !allowance.is_full(rate, now_ms));
        self.store.close_guest_readings(now_ms.div_euclid(1_000))?;
        self.store.drop_guest_codes(now_ms.div_euclid(1_000))
    }

    /// Whether the asker may write in the document. Else it is refused.
    fn writer(&mut self, conn: ConnId, document: &DocumentId, about: About) -> Result<bool, StoreError> {
        let Some(asker) = self.asker(conn, document, about.clone())? else { return Ok(false) };
        let role = self.open(document)?.and_then(|open| open.group.roster().member(&asker.device).map(|member| member.role));
        let may = role.is_some_and(|role| role != Role::Reader);
        if !may {
            self.refuse(conn, about, Reason::NotAllowed);
        }
        Ok(may)
    }

    /// Like [`Step::writer`], and the link is one of that document. Who may not know of a link is not told that it exists.
    pub(super) fn link_writer(
        &mut self,
        conn: ConnId,
        document: &DocumentId,
        link: &GuestLinkId,
        about: About,
    ) -> Result<Option<GuestLinkRow>, StoreError> {
        if !self.writer(conn, document, about.clone())? {
            return Ok(None);
        }
        let row = self.store.guest_link(link)?.filter(|row| row.document == *document);
        if row.is_none() {
            self.refuse(conn, about, Reason::Unknown);
        }
        Ok(row)
    }

    /// Registers a link, or replaces its card and expiry.
    pub(super) fn put_guest_link(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        link: GuestLinkId,
        verifier: Digest,
        expires: i64,
        card: Bytes,
    ) -> Result<(), StoreError> {
        let about = About::GuestLink(link);
        if !self.writer(conn, &document, about.clone())? {
            return Ok(());
        }
        let now = self.now_ms.div_euclid(1_000);
        let reason = if card.len() > MAX_CARD {
            Some(Reason::TooLarge)
        } else {
            match self.store.guest_link(&link)? {
                Some(row) if row.document != document || row.verifier != verifier => Some(Reason::Taken),
                Some(row) if row.card.is_none() => Some(Reason::Expired),
                _ if expires < now => Some(Reason::Expired),
                Some(_) => None,
                None if self.store.open_guest_links(&document, now)? >= self.core.config.limits.guest_links => {
                    Some(Reason::Later)
                }
                None => None,
            }
        };
        if let Some(reason) = reason {
            self.refuse(conn, about, reason);
            return Ok(());
        }
        self.store.put_guest_link(&link, &GuestLinkRow { document, verifier, expires, card: Some(card) })?;
        self.send(conn, &ServerMessage::GuestLinkStored { link });
        Ok(())
    }

    /// Stops a link for good, and deletes what could be read again by it. Again is no error.
    pub(super) fn stop_guest_link(&mut self, conn: ConnId, document: DocumentId, link: GuestLinkId) -> Result<(), StoreError> {
        let Some(row) = self.link_writer(conn, &document, &link, About::GuestLink(link))? else { return Ok(()) };
        self.store.put_guest_link(&link, &GuestLinkRow { card: None, ..row })?;
        self.store.put_guest_reading(&link, None)?;
        self.store.put_guest_code(&link, None)?;
        self.send(conn, &ServerMessage::GuestLinkStopped { link });
        Ok(())
    }

    /// What guests sent; what comes later is told without being asked.
    pub(super) fn guest_items(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        after: Option<(GuestLinkId, GuestItemId)>,
    ) -> Result<(), StoreError> {
        if !self.writer(conn, &document, About::Document(document))? {
            return Ok(());
        }
        if let Some(attached) = self.attached(conn, &document) {
            attached.guests = true;
        }
        let rows = self.store.guest_items(&document, after.as_ref(), MAX_RECORDS_BYTES)?;
        let last = rows.last().map(|row| (row.link, row.item));
        let more = last.is_some() && !self.store.guest_items(&document, last.as_ref(), 1)?.is_empty();
        let items =
            rows.into_iter().map(|row| GuestItem { link: row.link, item: row.item, sealed: row.sealed.to_vec() }).collect();
        self.send(conn, &ServerMessage::GuestItems { document, items, more });
        Ok(())
    }

    /// Forgets an item that was taken in. Again is no error.
    pub(super) fn drop_guest_item(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        link: GuestLinkId,
        item: GuestItemId,
    ) -> Result<(), StoreError> {
        if self.link_writer(conn, &document, &link, About::GuestLink(link))?.is_none() {
            return Ok(());
        }
        self.store.drop_guest_item(&link, &item)?;
        self.send(conn, &ServerMessage::GuestItemDropped { item });
        Ok(())
    }

    /// Opens a window for reading again, in place of the one before; or renews what lies in it. A window that was closed, by wrong code
    /// words or by anybody, is not opened by who renews it, and tries that were made stay made.
    pub(super) fn put_guest_reading(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        link: GuestLinkId,
        mut reading: GuestReadingRow,
        renews: bool,
    ) -> Result<(), StoreError> {
        let about = About::GuestLink(link);
        let Some(row) = self.link_writer(conn, &document, &link, About::GuestLink(link))? else { return Ok(()) };
        let now = self.now_ms.div_euclid(1_000);
        let reason = if reading.sealed.len() > MAX_READING {
            Some(Reason::TooLarge)
        } else if row.card.is_none() || reading.until <= now {
            Some(Reason::Expired)
        } else if reading.until > now.saturating_add(MAX_WINDOW) {
            Some(Reason::NotAllowed)
        } else {
            None
        };
        if let Some(reason) = reason {
            self.refuse(conn, about, reason);
            return Ok(());
        }
        if renews {
            let open = self.store.guest_reading(&link)?;
            let Some(open) = open.filter(|open| (open.verifier, open.until) == (reading.verifier, reading.until)) else {
                self.send(conn, &ServerMessage::GuestReadingClosed { link });
                return Ok(());
            };
            reading.tries = open.tries;
        }
        self.store.put_guest_reading(&link, Some(&reading))?;
        self.send(conn, &ServerMessage::GuestReadingStored { link });
        Ok(())
    }

    /// Closes the window and deletes what lay in it. Again is no error.
    pub(super) fn close_guest_reading(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        link: GuestLinkId,
    ) -> Result<(), StoreError> {
        if self.link_writer(conn, &document, &link, About::GuestLink(link))?.is_none() {
            return Ok(());
        }
        self.store.put_guest_reading(&link, None)?;
        self.send(conn, &ServerMessage::GuestReadingClosed { link });
        Ok(())
    }
}
