//! Invitations and requests to join: what lets somebody in who knows only a link (protocol 9).

use bytes::Bytes;
use kith_group::{Digest, DocumentId, InviteId, PublicKey, RequestId};

use super::step::Step;
use super::store::{Decision, InviteRow, RequestRow, StoreError};
use super::{ConnId, MAX_REQUEST};
use crate::wire::{About, MAX_FRAME, Reason, RequestState, ServerMessage, WaitingRequest};

impl Step<'_> {
    /// Registers an invitation. The same again is no error.
    pub(super) fn put_invite(
        &mut self,
        conn: ConnId,
        enrolment: PublicKey,
        document: DocumentId,
        invite: InviteId,
        voucher: Digest,
        expires: i64,
    ) -> Result<(), StoreError> {
        let about = About::Invite(invite);
        if self.lead(conn, &document, about.clone())?.is_none() {
            return Ok(());
        }
        let now = self.now_ms.div_euclid(1_000);
        if let Some(row) = self.store.invite(&invite)? {
            if (row.document, row.voucher, row.expires) == (document, voucher, expires) {
                self.send(conn, &ServerMessage::InviteStored { invite });
            } else {
                self.refuse(conn, about, Reason::Taken);
            }
            return Ok(());
        }
        if expires < now {
            self.refuse(conn, about, Reason::Expired);
            return Ok(());
        }
        if self.store.open_invites(&document, now)? >= self.core.config.limits.open_invites {
            self.refuse(conn, about, Reason::Later);
            return Ok(());
        }
        let Some(account) = self.store.account(&enrolment)? else { return Ok(()) };
        self.store.put_invite(&invite, &InviteRow { document, voucher, expires, account, used_by: None })?;
        self.send(conn, &ServerMessage::InviteStored { invite });
        Ok(())
    }

    /// Keeps a request for the leads. One for each invitation, by the one enrolment key that uses it.
    pub(super) fn request(
        &mut self,
        conn: ConnId,
        enrolment: PublicKey,
        invite: InviteId,
        request: RequestId,
        sealed: Bytes,
    ) -> Result<(), StoreError> {
        let about = About::Request(request);
        if sealed.len() > MAX_REQUEST {
            self.refuse(conn, about, Reason::TooLarge);
            return Ok(());
        }
        if let Some(row) = self.store.request(&request)? {
            if row.invite == invite && row.enrolment == enrolment && row.sealed == sealed {
                return self.watch(conn, enrolment, request);
            }
            self.refuse(conn, about, Reason::Taken);
            return Ok(());
        }
        let Some(mut invitation) = self.store.invite(&invite)? else {
            self.refuse(conn, about, Reason::Unknown);
            return Ok(());
        };
        let used = invitation.used_by.is_some_and(|by| by != enrolment) || self.store.request_of(&invite)?.is_some();
        if used {
            self.refuse(conn, about, Reason::CredentialUsed);
            return Ok(());
        }
        if invitation.expires < self.now_ms.div_euclid(1_000) {
            self.refuse(conn, about, Reason::Expired);
            return Ok(());
        }
        if invitation.used_by.is_none() {
            invitation.used_by = Some(enrolment);
            self.store.put_invite(&invite, &invitation)?;
        }
        let document = invitation.document;
        let row = RequestRow { request, invite, document, enrolment, sealed, nonce: None, decision: Decision::Waiting };
        self.store.put_request(&row)?;
        self.watch(conn, enrolment, request)?;
        self.tell_leads(&row)
    }

    /// Says how a request stands, and goes on saying so.
    pub(super) fn watch(&mut self, conn: ConnId, enrolment: PublicKey, request: RequestId) -> Result<(), StoreError> {
        let row = self.store.request(&request)?.filter(|row| row.enrolment == enrolment);
        let Some(row) = row else {
            self.send(conn, &ServerMessage::Request { request, state: RequestState::Unknown });
            return Ok(());
        };
        let most = self.core.config.limits.per_connection;
        let Some(connection) = self.core.connections.get_mut(&conn) else { return Ok(()) };
        if connection.watches.len() >= most && !connection.watches.contains(&request) {
            self.refuse(conn, About::Request(request), Reason::Later);
            return Ok(());
        }
        connection.watches.insert(request);
        self.core.watchers.entry(request).or_default().insert(conn);
        let state = self.state(&row)?;
        self.send(conn, &ServerMessage::Request { request, state });
        Ok(())
    }

    fn state(&self, row: &RequestRow) -> Result<RequestState, StoreError> {
        Ok(match (row.decision, row.nonce) {
            (Decision::Waiting, None) => RequestState::Waiting,
            (Decision::Waiting, Some(nonce)) => RequestState::Revealed { nonce },
            (Decision::Declined, _) => RequestState::Declined,
            (Decision::Admitted { seq }, _) => {
                let admission = self
                    .store
                    .admission(&row.document, seq)?
                    .ok_or_else(|| StoreError::Damaged("an admission is not there".into()))?;
                RequestState::Admitted {
                    seq,
                    record: self.record(&row.document, seq)?.to_vec(),
                    welcome: admission.welcome.to_vec(),
                    pack: admission.pack.to_vec(),
                    blob: admission.blob,
                }
            }
        })
    }

    /// Tells whoever watches a request how it stands now.
    pub(super) fn tell_watchers(&mut self, row: &RequestRow) -> Result<(), StoreError> {
        let Some(watchers) = self.core.watchers.get(&row.request) else { return Ok(()) };
        let watchers: Vec<ConnId> = watchers.iter().copied().collect();
        let state = self.state(row)?;
        let frame = Bytes::from(ServerMessage::Request { request: row.request, state }.to_frame());
        for conn in watchers {
            self.send_frame(conn, frame.clone());
        }
        Ok(())
    }

    /// Tells leads who want to hear of requests about one that is new or has changed.
    fn tell_leads(&mut self, row: &RequestRow) -> Result<(), StoreError> {
        let message = ServerMessage::Requests { document: row.document, waiting: vec![waiting(row)], all: None };
        let frame = Bytes::from(message.to_frame());
        for conn in self.leads_who_listen(&row.document)? {
            if self.has_room(conn) {
                self.send_frame(conn, frame.clone());
            } else {
                self.tell_later(conn, &row.document);
            }
        }
        Ok(())
    }

    /// Tells leads what waits now that one request was answered: else those who had seen it would go on being asked about it.
    pub(super) fn tell_leads_what_waits(&mut self, document: &DocumentId, but: ConnId) -> Result<(), StoreError> {
        for conn in self.leads_who_listen(document)? {
            if conn == but {
                continue;
            }
            if self.has_room(conn) {
                self.send_requests(conn, *document)?;
            } else {
                self.tell_later(conn, document);
            }
        }
        Ok(())
    }

    /// Connections of leads who want to hear of requests.
    fn leads_who_listen(&mut self, document: &DocumentId) -> Result<Vec<ConnId>, StoreError> {
        let present: Vec<ConnId> =
            self.core.rooms.get(document).map(|room| room.present.iter().copied().collect()).unwrap_or_default();
        let mut leads = Vec::new();
        for conn in present {
            let device = self.attached(conn, document).filter(|a| a.requests).map(|a| a.device);
            let Some(device) = device else { continue };
            if self.open(document)?.is_some_and(|open| open.group.roster().is_lead(&device)) {
                leads.push(conn);
            }
        }
        Ok(leads)
    }

    fn tell_later(&mut self, conn: ConnId, document: &DocumentId) {
        if let Some(connection) = self.core.connections.get_mut(&conn) {
            if let Some(attached) = connection.documents.get_mut(document) {
                attached.requests_due = true;
            }
            connection.mark_behind(*document);
        }
    }

    /// Lists what waits, and goes on telling.
    pub(super) fn requests(&mut self, conn: ConnId, document: DocumentId) -> Result<(), StoreError> {
        if self.lead(conn, &document, About::Document(document))?.is_none() {
            return Ok(());
        }
        if let Some(attached) = self.attached(conn, &document) {
            attached.requests = true;
        }
        self.send_requests(conn, document)
    }

    /// All that waits, in as many frames as it takes; an empty one says that nothing does.
    pub(super) fn send_requests(&mut self, conn: ConnId, document: DocumentId) -> Result<(), StoreError> {
        let mut part = Vec::new();
        let mut size = 0;
        let mut in_one = true;
        for row in self.store.waiting(&document)? {
            size += row.sealed.len() + 128;
            if size > MAX_FRAME / 2 {
                self.send(conn, &ServerMessage::Requests { document, waiting: std::mem::take(&mut part), all: None });
                in_one = false;
                size = row.sealed.len() + 128;
            }
            part.push(waiting(&row));
        }
        self.send(conn, &ServerMessage::Requests { document, waiting: part, all: in_one.then_some(true) });
        Ok(())
    }

    /// A lead's nonce for the four words. The first one stands: a later one is told which.
    pub(super) fn reveal(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        request: RequestId,
        nonce: Digest,
    ) -> Result<(), StoreError> {
        let Some(mut row) = self.request_for_lead(conn, document, request)? else { return Ok(()) };
        match row.nonce {
            Some(standing) if standing == nonce => {}
            Some(_) => {
                self.send(conn, &ServerMessage::Requests { document, waiting: vec![waiting(&row)], all: None });
                self.refuse(conn, About::Request(request), Reason::Taken);
                return Ok(());
            }
            None => {
                row.nonce = Some(nonce);
                self.store.put_request(&row)?;
                self.tell_watchers(&row)?;
                self.tell_leads(&row)?;
            }
        }
        self.send(conn, &ServerMessage::Decided { request });
        Ok(())
    }

    /// A lead says no.
    pub(super) fn decline(&mut self, conn: ConnId, document: DocumentId, request: RequestId) -> Result<(), StoreError> {
        let Some(mut row) = self.request_for_lead(conn, document, request)? else { return Ok(()) };
        row.decision = Decision::Declined;
        self.store.put_request(&row)?;
        self.tell_watchers(&row)?;
        self.tell_leads_what_waits(&document, conn)?;
        self.send(conn, &ServerMessage::Decided { request });
        Ok(())
    }

    /// A request that waits for a lead's decision; a decided one is refused, unless the decision is the same.
    fn request_for_lead(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        request: RequestId,
    ) -> Result<Option<RequestRow>, StoreError> {
        let about = About::Request(request);
        if self.lead(conn, &document, about.clone())?.is_none() {
            return Ok(None);
        }
        match self.store.request(&request)?.filter(|row| row.document == document) {
            None => self.refuse(conn, about, Reason::Unknown),
            Some(row) if row.decision == Decision::Waiting => return Ok(Some(row)),
            Some(row) if row.decision == Decision::Declined => self.send(conn, &ServerMessage::Decided { request }),
            Some(_) => self.refuse(conn, about, Reason::Taken),
        }
        Ok(None)
    }
}

fn waiting(row: &RequestRow) -> WaitingRequest {
    WaitingRequest { request: row.request, invite: row.invite, sealed: row.sealed.to_vec(), nonce: row.nonce }
}
