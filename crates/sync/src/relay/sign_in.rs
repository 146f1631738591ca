//! Who may use this relay: sign-in by challenge and enrolment, and opening a log.

use kith_group::{DocumentId, PublicKey, RelayGroup, Signature, sign_in_message, verify_signature, voucher_digest};
use sha2::{Digest as _, Sha256};

use super::step::Step;
use super::store::{DocumentRow, Head, StoreError};
use super::{ConnId, Enrolment, MAX_GROUP_INFO};
use crate::wire::{About, Credential, Reason, ServerMessage};
use kith_group::{ChainHash, Digest, InviteId};

/// The digest under which a relay knows an agency's token; the token itself is printed once and never kept.
pub fn token_digest(token: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update(b"kith token 1").chain_update(token).finalize().into())
}

impl Step<'_> {
    /// Verifies the enrolment key over this connection's challenge, and enrols it if it is new.
    pub(super) fn sign_in(
        &mut self,
        conn: ConnId,
        enrolment: PublicKey,
        signature: &Signature,
        credential: Option<Credential>,
    ) -> Result<(), StoreError> {
        let relay = self.relay()?;
        let Some(connection) = self.core.connections.get(&conn) else { return Ok(()) };
        if !verify_signature(&enrolment, &sign_in_message(&relay, &connection.nonce.0), signature) {
            self.refuse_and_close(conn, Reason::BadSignature);
            return Ok(());
        }
        // One connection, one enrolment: what was asked under the first is answered to the first.
        if connection.enrolment.is_some_and(|before| before != enrolment) {
            self.refuse_and_close(conn, Reason::Malformed);
            return Ok(());
        }
        if self.store.account(&enrolment)?.is_none()
            && let Err(reason) = self.enrol(enrolment, credential)?
        {
            self.refuse_and_close(conn, reason);
            return Ok(());
        }
        if let Some(connection) = self.core.connections.get_mut(&conn) {
            connection.enrolment = Some(enrolment);
        }
        self.send(conn, &ServerMessage::SignedIn);
        Ok(())
    }

    fn enrol(&mut self, enrolment: PublicKey, credential: Option<Credential>) -> Result<Result<(), Reason>, StoreError> {
        let open = self.core.config.enrolment == Enrolment::Open;
        match credential {
            // A voucher is judged on an open relay, too: a used link should say so at once.
            Some(Credential::Voucher { invite, voucher }) => self.enrol_by_voucher(enrolment, invite, &voucher),
            _ if open => {
                self.store.put_enrolment(&enrolment, &enrolment)?;
                Ok(Ok(()))
            }
            Some(Credential::Token(token)) => {
                let digest = token_digest(&token);
                match self.store.token(&digest)? {
                    None => Ok(Err(Reason::NotEnrolled)),
                    Some(0) => Ok(Err(Reason::CredentialUsed)),
                    Some(left) => {
                        self.store.put_token(&digest, left - 1)?;
                        self.store.put_enrolment(&enrolment, &enrolment)?;
                        Ok(Ok(()))
                    }
                }
            }
            Some(Credential::Open) | None => Ok(Err(Reason::NotEnrolled)),
        }
    }

    /// An enrolment by voucher counts against the account of whoever invited (protocol 9).
    fn enrol_by_voucher(
        &mut self,
        enrolment: PublicKey,
        invite: InviteId,
        voucher: &[u8],
    ) -> Result<Result<(), Reason>, StoreError> {
        let Some(mut row) = self.store.invite(&invite)? else { return Ok(Err(Reason::NotEnrolled)) };
        let digest = <&[u8; 16]>::try_from(voucher).ok().map(voucher_digest);
        if digest != Some(row.voucher) {
            return Ok(Err(Reason::NotEnrolled));
        }
        if row.used_by.is_some_and(|by| by != enrolment) {
            return Ok(Err(Reason::CredentialUsed));
        }
        if row.expires < self.now_ms.div_euclid(1_000) {
            return Ok(Err(Reason::Expired));
        }
        if self.store.usage(&row.account)?.0 >= self.core.config.limits.enrolments {
            return Ok(Err(Reason::Later));
        }
        self.store.put_enrolment(&enrolment, &row.account)?;
        row.used_by = Some(enrolment);
        self.store.put_invite(&invite, &row)?;
        Ok(Ok(()))
    }

    /// Opens a log. The same bytes again are no error: the answer to the first may have been lost.
    pub(super) fn create(
        &mut self,
        conn: ConnId,
        enrolment: PublicKey,
        document: DocumentId,
        group_info: &[u8],
    ) -> Result<(), StoreError> {
        let about = About::Document(document);
        if group_info.len() > MAX_GROUP_INFO {
            self.refuse(conn, about, Reason::TooLarge);
            return Ok(());
        }
        let creation = Digest(Sha256::digest(group_info).into());
        if let Some(row) = self.store.document(&document)? {
            if row.creation == creation {
                self.send(conn, &ServerMessage::Created { document });
            } else {
                self.refuse(conn, about, Reason::Taken);
            }
            return Ok(());
        }
        let lawful = RelayGroup::from_group_info(group_info).ok().filter(|group| {
            let roster = group.roster();
            roster.document == document && group.epoch() == 0 && roster.members.len() == 1 && roster.leads().count() == 1
        });
        let Some(group) = lawful else {
            self.refuse(conn, about, Reason::NotAllowed);
            return Ok(());
        };
        let Some(account) = self.store.account(&enrolment)? else {
            self.refuse_and_close(conn, Reason::NotEnrolled);
            return Ok(());
        };
        if self.store.usage(&account)?.1 >= self.core.config.limits.documents {
            self.refuse(conn, about, Reason::Later);
            return Ok(());
        }
        let head = Head { generation: group.roster().generation, epoch: group.epoch(), seq: 0, hash: ChainHash::START };
        let row = DocumentRow { head, creation, account, committed_ms: i64::MIN, bytes: 0 };
        self.store.create_document(&document, &row, &group.to_bytes())?;
        self.send(conn, &ServerMessage::Created { document });
        Ok(())
    }
}
