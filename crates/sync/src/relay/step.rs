//! One event at work: the core, the store inside its transaction, and the effects so far.

use bytes::Bytes;
use kith_group::{DeviceId, DocumentId, PublicKey, Record, RecordError, RelayId, SignedReceipt};

use super::connection::{Attached, Connection, Rate};
use super::groups::Open;
use super::{ConnId, RelayCore, RelayEffects, RelayEvent, RelayStore, StoreError};
use crate::wire::{About, ClientMessage, Reason, ServerMessage};

/// One event at work.
pub(super) struct Step<'a> {
    pub(super) core: &'a mut RelayCore,
    pub(super) store: &'a mut dyn RelayStore,
    pub(super) now_ms: i64,
    pub(super) effects: RelayEffects,
}

/// Who asks, once it is clear that they are a member.
#[derive(Clone, Copy)]
pub(super) struct Asker {
    pub(super) device: DeviceId,
    pub(super) is_lead: bool,
}

impl<'a> Step<'a> {
    pub(super) fn new(core: &'a mut RelayCore, store: &'a mut dyn RelayStore, now_ms: i64) -> Self {
        Self { core, store, now_ms, effects: RelayEffects::default() }
    }

    pub(super) fn event(&mut self, event: RelayEvent) -> Result<(), StoreError> {
        match event {
            RelayEvent::Opened(conn) => self.opened(conn),
            RelayEvent::Frame(conn, frame) => self.frame(conn, &frame),
            RelayEvent::Drained { conn, bytes } => {
                if let Some(connection) = self.core.connections.get_mut(&conn) {
                    connection.in_flight = connection.in_flight.saturating_sub(bytes);
                }
                self.pump(conn)
            }
            RelayEvent::Closed(conn) => {
                self.detach_all(conn);
                Ok(())
            }
            RelayEvent::Tick => {
                self.tick();
                self.sweep_guests()
            }
            RelayEvent::Stop => {
                let effects = self.core.close_all(Reason::Stopping);
                self.core.rooms.clear();
                self.core.watchers.clear();
                self.core.held.clear();
                self.effects.extend(effects);
                Ok(())
            }
        }
    }

    fn opened(&mut self, conn: ConnId) -> Result<(), StoreError> {
        let relay = self.relay()?;
        let nonce = kith_group::Digest::random(self.core.random.as_mut());
        let connection = Connection::new(nonce, self.now_ms, &self.core.config.limits);
        self.core.connections.insert(conn, connection);
        self.send(conn, &ServerMessage::Challenge { relay, nonce });
        Ok(())
    }

    fn frame(&mut self, conn: ConnId, frame: &Bytes) -> Result<(), StoreError> {
        self.effects.counts.frames += 1;
        let Some(connection) = self.core.connections.get_mut(&conn) else { return Ok(()) };
        let allowed = connection.allowance.take(Rate::frames(&self.core.config.limits), self.now_ms);
        let signed_in = connection.enrolment;
        let Ok(message) = ClientMessage::from_frame(frame) else {
            self.refuse_and_close(conn, Reason::Malformed);
            return Ok(());
        };
        if !allowed {
            match about(&message) {
                Some(about) => self.refuse(conn, about, Reason::Later),
                None => self.refuse_and_close(conn, Reason::Later),
            }
            return Ok(());
        }
        match (message, signed_in) {
            (ClientMessage::Ping { number }, _) => {
                self.send(conn, &ServerMessage::Pong { number });
                Ok(())
            }
            (ClientMessage::SignIn { enrolment, signature, credential }, _) => {
                self.sign_in(conn, enrolment, &signature, credential)
            }
            (_, None) => {
                self.refuse_and_close(conn, Reason::Malformed);
                Ok(())
            }
            (message, Some(enrolment)) => self.message(conn, enrolment, message),
        }
    }

    fn message(&mut self, conn: ConnId, enrolment: PublicKey, message: ClientMessage) -> Result<(), StoreError> {
        match message {
            // Both were handled before.
            ClientMessage::SignIn { .. } | ClientMessage::Ping { .. } => Ok(()),
            ClientMessage::Create { document, group_info } => self.create(conn, enrolment, document, &group_info),
            ClientMessage::Prove { document, device, signature } => self.prove(conn, document, device, &signature),
            ClientMessage::CatchUp { document, from } => self.catch_up(conn, document, from),
            ClientMessage::Append { record } => self.append(conn, Bytes::from(record)),
            ClientMessage::Commit { record, admission } => self.commit(conn, &Bytes::from(record), admission),
            ClientMessage::Hold { document } => self.hold(conn, document),
            ClientMessage::Release { document } => self.release(conn, document),
            ClientMessage::PutBlob { document, blob, index, total, bytes } => {
                self.put_blob(conn, document, blob, index, total, &bytes)
            }
            ClientMessage::ReadBlob { document, blob, index } => self.read_blob(conn, enrolment, document, blob, index),
            ClientMessage::Receipt { receipt } => self.receipt(conn, &Bytes::from(receipt)),
            ClientMessage::PutInvite { document, invite, voucher, expires } => {
                self.put_invite(conn, enrolment, document, invite, voucher, expires)
            }
            ClientMessage::Request { invite, request, sealed } => {
                self.request(conn, enrolment, invite, request, Bytes::from(sealed))
            }
            ClientMessage::Requests { document } => self.requests(conn, document),
            ClientMessage::Reveal { document, request, nonce } => self.reveal(conn, document, request, nonce),
            ClientMessage::Decline { document, request } => self.decline(conn, document, request),
            ClientMessage::Watch { request } => self.watch(conn, enrolment, request),
            ClientMessage::Presence { document, sealed } => self.presence(conn, document, sealed),
            ClientMessage::PutGuestLink { document, link, verifier, expires, card } => {
                self.put_guest_link(conn, document, link, verifier, expires, Bytes::from(card))
            }
            ClientMessage::StopGuestLink { document, link } => self.stop_guest_link(conn, document, link),
            ClientMessage::GuestItems { document, after } => self.guest_items(conn, document, after),
            ClientMessage::DropGuestItem { document, link, item } => self.drop_guest_item(conn, document, link, item),
            ClientMessage::PutGuestReading { document, link, verifier, until, sealed, renews } => {
                let reading = super::GuestReadingRow { verifier, until, tries: super::CODE_TRIES, sealed: Bytes::from(sealed) };
                self.put_guest_reading(conn, document, link, reading, renews)
            }
            ClientMessage::CloseGuestReading { document, link } => self.close_guest_reading(conn, document, link),
            ClientMessage::PutGuestCode { document, link, code, until, sealed } => {
                self.put_guest_code(conn, document, link, code, until, Bytes::from(sealed))
            }
        }
    }

    /// Connections that never signed in are closed; rooms that nobody needs are dropped.
    fn tick(&mut self) {
        let limit = self.core.config.limits.sign_in_ms;
        let now_ms = self.now_ms;
        let late: Vec<ConnId> = self
            .core
            .connections
            .iter()
            .filter(|(_, connection)| connection.enrolment.is_none() && now_ms.saturating_sub(connection.opened_ms) > limit)
            .map(|(conn, _)| *conn)
            .collect();
        for conn in late {
            self.refuse_and_close(conn, Reason::NotEnrolled);
        }
        let every = self.core.config.hold_every_ms;
        self.core.rooms.retain(|_, room| {
            let recently_held = room.held_ms.is_some_and(|began| now_ms.saturating_sub(began) < every);
            !room.present.is_empty() || room.hold.is_some() || recently_held
        });
    }

    /// This relay's id.
    pub(super) fn relay(&mut self) -> Result<RelayId, StoreError> {
        if let Some(relay) = self.core.relay {
            return Ok(relay);
        }
        let relay = self.store.relay_id()?;
        self.core.relay = Some(relay);
        Ok(relay)
    }

    /// A document's group and head.
    pub(super) fn open(&mut self, document: &DocumentId) -> Result<Option<&mut Open>, StoreError> {
        self.core.groups.open(self.store, document)
    }

    /// Who asks about a document: a device that is proved on this connection and a member now. Else the asker is refused.
    pub(super) fn asker(&mut self, conn: ConnId, document: &DocumentId, about: About) -> Result<Option<Asker>, StoreError> {
        if let Some(device) = self.attached(conn, document).map(|attached| attached.device)
            && let Some(open) = self.open(document)?
            && open.group.roster().member(&device).is_some()
        {
            let is_lead = open.group.roster().is_lead(&device);
            return Ok(Some(Asker { device, is_lead }));
        }
        self.refuse(conn, about, Reason::NotMember);
        Ok(None)
    }

    /// Like [`Step::asker`], for what only leads may ask.
    pub(super) fn lead(&mut self, conn: ConnId, document: &DocumentId, about: About) -> Result<Option<Asker>, StoreError> {
        let asker = self.asker(conn, document, about.clone())?;
        if asker.is_some_and(|asker| !asker.is_lead) {
            self.refuse(conn, about, Reason::NotAllowed);
            return Ok(None);
        }
        Ok(asker)
    }

    pub(super) fn attached(&mut self, conn: ConnId, document: &DocumentId) -> Option<&mut Attached> {
        self.core.connections.get_mut(&conn)?.documents.get_mut(document)
    }

    /// Sends one message to one connection.
    pub(super) fn send(&mut self, conn: ConnId, message: &ServerMessage) {
        self.send_frame(conn, Bytes::from(message.to_frame()));
    }

    /// Sends an encoded frame. Answers are bounded, too: who asks on without reading is closed.
    pub(super) fn send_frame(&mut self, conn: ConnId, frame: Bytes) {
        let limits = self.core.config.limits;
        let Some(connection) = self.core.connections.get_mut(&conn) else { return };
        connection.in_flight += frame.len();
        self.effects.counts.bytes_sent += frame.len() as u64;
        let overrun = connection.in_flight > limits.window.saturating_add(limits.answers);
        self.effects.send.push((conn, frame));
        if overrun {
            self.close(conn);
        }
    }

    /// Whether records, receipts and presence may be sent to a connection now.
    pub(super) fn has_room(&self, conn: ConnId) -> bool {
        let window = self.core.config.limits.window;
        self.core.connections.get(&conn).is_some_and(|connection| connection.in_flight < window)
    }

    pub(super) fn refuse(&mut self, conn: ConnId, about: About, reason: Reason) {
        self.refuse_expecting(conn, about, reason, None);
    }

    pub(super) fn refuse_expecting(&mut self, conn: ConnId, about: About, reason: Reason, expected: Option<u64>) {
        self.effects.counts.refused += 1;
        self.send(conn, &ServerMessage::Refused { about, reason, expected });
    }

    pub(super) fn refuse_and_close(&mut self, conn: ConnId, reason: Reason) {
        self.refuse(conn, About::Connection, reason);
        self.close(conn);
    }

    /// Closes a connection and forgets it.
    pub(super) fn close(&mut self, conn: ConnId) {
        if self.core.connections.contains_key(&conn) {
            self.effects.close.push(conn);
            self.detach_all(conn);
        }
    }

    fn detach_all(&mut self, conn: ConnId) {
        let Some(connection) = self.core.connections.remove(&conn) else { return };
        for document in connection.documents.keys() {
            self.leave(conn, document);
        }
        for request in &connection.watches {
            if let Some(watchers) = self.core.watchers.get_mut(request) {
                watchers.remove(&conn);
                if watchers.is_empty() {
                    self.core.watchers.remove(request);
                }
            }
        }
    }

    /// Takes a connection out of a document's room. What it left waiting there is dropped: nobody hears of it any more. A hold
    /// of its ends when its time is over, or at the next event.
    pub(super) fn leave(&mut self, conn: ConnId, document: &DocumentId) {
        let now_ms = self.now_ms;
        let Some(room) = self.core.rooms.get_mut(document) else { return };
        room.present.remove(&conn);
        room.waiting.retain(|held| held.conn != conn);
        if let Some(hold) = room.hold.as_mut().filter(|hold| hold.by == conn) {
            hold.until_ms = now_ms;
        }
    }
}

/// What a message is about, for a refusal before anything in it was looked at. `None`: the connection.
fn about(message: &ClientMessage) -> Option<About> {
    Some(match message {
        ClientMessage::SignIn { .. } | ClientMessage::Ping { .. } => return None,
        ClientMessage::Create { document, .. }
        | ClientMessage::Prove { document, .. }
        | ClientMessage::CatchUp { document, .. }
        | ClientMessage::Hold { document }
        | ClientMessage::Release { document }
        | ClientMessage::Requests { document }
        | ClientMessage::Presence { document, .. }
        | ClientMessage::GuestItems { document, .. } => About::Document(*document),
        ClientMessage::PutGuestLink { link, .. }
        | ClientMessage::StopGuestLink { link, .. }
        | ClientMessage::PutGuestReading { link, .. }
        | ClientMessage::CloseGuestReading { link, .. } => About::GuestLink(*link),
        ClientMessage::DropGuestItem { item, .. } => About::GuestItem(*item),
        ClientMessage::PutGuestCode { code, .. } => About::GuestCode(*code),
        ClientMessage::Append { record } => {
            let head = Record::decode(record).ok()?.head;
            About::Record { document: head.document, k: head.k }
        }
        ClientMessage::Commit { record, .. } => {
            let head = Record::decode(record).ok()?.head;
            About::Commit { document: head.document, epoch: head.epoch }
        }
        ClientMessage::PutBlob { blob, .. } | ClientMessage::ReadBlob { blob, .. } => About::Blob(*blob),
        ClientMessage::Receipt { receipt } => About::Document(SignedReceipt::decode(receipt).ok()?.receipt.document),
        ClientMessage::PutInvite { invite, .. } => About::Invite(*invite),
        ClientMessage::Request { request, .. }
        | ClientMessage::Reveal { request, .. }
        | ClientMessage::Decline { request, .. }
        | ClientMessage::Watch { request } => About::Request(*request),
    })
}

/// The reason to give for bytes that are no record.
pub(super) fn record_reason(error: &RecordError) -> Reason {
    match error {
        RecordError::TooLong { .. } => Reason::TooLarge,
        RecordError::UnknownVersion { .. } | RecordError::Malformed { .. } | RecordError::DoesNotOpen { .. } => Reason::Malformed,
    }
}
