//! What a device keeps, row by row: the disk format of the client's store. Numbers of spaces and fields are never reused.

use kith_group::{
    ActorLast, Bundle, ChainHash, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, Payload,
    PersonId, PublicKey, RequestId, Rows, RowsError, Seen, SignedStatement, Space,
};
use minicbor::{Decode, Encode};

/// One row a document: what changes seldom ([`DocumentRow`]).
pub(crate) const DOCUMENT: Space = Space(10);
/// One row a document: what changes with every step ([`HotRow`]).
pub(crate) const HOT: Space = Space(11);
/// document, seq: the log as this device read it ([`LogRow`]).
pub(crate) const LOG: Space = Space(12);
/// One row a document: the replica's saved bytes up to a place in the log ([`BaseRow`]).
pub(crate) const BASE: Space = Space(13);
/// document, number: own changes that no bundle holds yet, raw.
pub(crate) const UNSENT: Space = Space(14);
/// document, k: own frozen and signed bundles that are not in the log yet.
pub(crate) const OUTBOX: Space = Space(15);
/// document, device: everyone who ever could write ([`AuthorRow`]); never shrinks.
pub(crate) const AUTHOR: Space = Space(16);
/// document, device: others' latest receipts, encoded as they came.
pub(crate) const RECEIPT: Space = Space(17);
/// document, number: what did not hold ([`FindingRow`]).
pub(crate) const FINDING: Space = Space(18);
/// document, number: what this device still wants of the group ([`IntentRow`]).
pub(crate) const INTENT: Space = Space(19);
/// One row a document: a commit that was sent and is not in the log yet ([`PendingRow`]).
pub(crate) const PENDING: Space = Space(20);
/// document, request: who waits to be let in, as the relay told it.
pub(crate) const WAITING: Space = Space(21);
/// request: my own requests to join ([`JoinRow`]).
pub(crate) const JOIN: Space = Space(22);
/// relay address: my enrolment key there ([`EnrolmentRow`]).
pub(crate) const ENROLMENT: Space = Space(23);
/// document, change hash: changes of refused records, so that what depends on them is refused by name.
pub(crate) const REFUSED: Space = Space(24);
/// document, number: what an earlier device of mine had not sent when this one was let in: raw changes and bundles, kept and not used.
pub(crate) const LEFT: Space = Space(25);

/// Every row starts with this version.
const VERSION: u8 = 1;

/// How a device stands in a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Standing {
    /// A member, in order.
    #[n(0)]
    Member,
    /// Removed: what it has stays readable here, nothing newer comes.
    #[n(1)]
    Removed {
        /// Unix seconds, this device's clock, when it learned so.
        #[n(0)]
        at: i64,
        /// False where only the relay's word says so (the commit itself could not be checked).
        #[n(1)]
        proved: bool,
    },
    /// The relay's log does not agree with itself or with what colleagues signed: nothing is sent any more (protocol 2).
    #[n(2)]
    Forked,
    /// A commit could not be applied: a lead must re-form the group (notes 6.1).
    #[n(3)]
    Broken,
    /// This store is older than what the relay accepted from it (notes 6.7): it must not write under its key again.
    #[n(4)]
    RolledBack,
    /// The log is of a format this program does not know: update Kith; writing goes on locally.
    #[n(5)]
    TooOld,
    /// This store was made from a backup: all of it can be read, and nothing written; a lead can let this device in anew.
    #[n(6)]
    Restored,
}

/// What changes seldom.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct DocumentRow {
    #[n(0)]
    pub(crate) kind: u8,
    #[n(1)]
    pub(crate) relay: Option<String>,
    #[n(2)]
    pub(crate) person: PersonId,
    /// The leaf key's seed.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(crate) seed: [u8; 32],
    #[n(4)]
    pub(crate) standing: Standing,
    /// The GroupInfo until the relay has opened the log.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub(crate) group_info: Option<Vec<u8>>,
    /// `GroupState`, encoded.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub(crate) group: Vec<u8>,
    /// Below this place the log cannot be checked from here (a joiner's base; the start for the creator).
    #[n(7)]
    pub(crate) base: Seen,
    /// Unix seconds of the last own update of the leaf (or of joining).
    #[n(8)]
    pub(crate) refreshed: i64,
}

/// What changes with every step.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct HotRow {
    /// The cursor: the last record applied, and the chain there.
    #[n(0)]
    pub(crate) seen: Seen,
    /// The `k` that the next frozen bundle gets.
    #[n(1)]
    pub(crate) next_k: u64,
    /// The highest own `k` that the relay acknowledged.
    #[n(2)]
    pub(crate) accepted_k: u64,
    /// Counts changes in this device's copy, own and others'.
    #[n(3)]
    pub(crate) edition: u64,
    /// The next number in [`UNSENT`].
    #[n(4)]
    pub(crate) next_unsent: u64,
    /// The cursor that the last receipt of this device named.
    #[n(5)]
    pub(crate) receipt_seq: u64,
    /// Unix seconds of that receipt.
    #[n(6)]
    pub(crate) receipt_at: i64,
    /// Own last change per actor, as the last frozen statement said.
    #[n(7)]
    pub(crate) lasts: Vec<LastRow>,
}

/// An own actor's last change.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct LastRow {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) actor: Vec<u8>,
    #[n(1)]
    pub(crate) seq: u64,
    #[n(2)]
    pub(crate) hash: Digest,
}

impl From<&LastRow> for ActorLast {
    fn from(row: &LastRow) -> Self {
        Self { actor: row.actor.clone(), seq: row.seq, hash: row.hash }
    }
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Verdict {
    /// Its changes are in the replica, or its commit is merged.
    #[n(0)]
    Admitted,
    /// Quarantined, with a sentence.
    #[n(1)]
    Refused(#[n(0)] String),
    /// A kind this program does not know: kept, counted.
    #[n(2)]
    Unknown,
}

/// One record as this device read it.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct LogRow {
    /// The chain after this record.
    #[n(0)]
    pub(crate) hash: ChainHash,
    #[n(1)]
    pub(crate) kind: u8,
    #[n(2)]
    pub(crate) sender: DeviceId,
    #[n(3)]
    pub(crate) k: u64,
    /// What its author had seen, where the record says so.
    #[n(4)]
    pub(crate) seen: Option<Seen>,
    #[n(5)]
    pub(crate) verdict: Verdict,
    /// A change: the opened bundle. Anything that could not be opened: the record as stored.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub(crate) body: Vec<u8>,
    /// Unix seconds, this device's clock, when it arrived.
    #[n(7)]
    pub(crate) at: i64,
}

/// The replica's saved bytes.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct BaseRow {
    /// Every admitted record up to here is in it.
    #[n(0)]
    pub(crate) seq: u64,
    /// `Automerge::save`.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) bytes: Vec<u8>,
}

/// Someone who writes or wrote.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct AuthorRow {
    #[n(0)]
    pub(crate) public: PublicKey,
    #[n(1)]
    pub(crate) person: PersonId,
    /// The latest statement of theirs whose bundle was admitted: a bundle of no changes, encoded for them as its sender.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(crate) last: Option<Vec<u8>>,
    /// The highest `k` read from them as a sender.
    #[n(3)]
    pub(crate) k: u64,
    /// The highest place that they said they had seen.
    #[n(4)]
    pub(crate) seen: u64,
    /// In which document that statement was made, if that is another: the one that this one continues (protocol 9).
    #[n(5)]
    pub(crate) said_in: Option<DocumentId>,
}

impl AuthorRow {
    /// Remembers a statement.
    pub(crate) fn set_last(&mut self, document: &DocumentId, signed: &SignedStatement) {
        self.said_in = Some(signed.statement.document).filter(|said_in| said_in != document);
        let bare = Bundle { signed: signed.clone(), payload: Payload::Changes(Vec::new()) };
        self.last = Some(bare.encode_for(&signed.statement.author));
    }

    /// The statement that [`AuthorRow::set_last`] remembered.
    pub(crate) fn last(&self, document: &DocumentId, device: &DeviceId) -> Option<SignedStatement> {
        let bytes = self.last.as_deref()?;
        Bundle::decode_for(self.said_in.as_ref().unwrap_or(document), device, bytes).ok().map(|bundle| bundle.signed)
    }
}

/// Something that did not hold when it arrived.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct FindingRow {
    /// The place in the log, if it has one.
    #[n(0)]
    pub(crate) seq: Option<u64>,
    /// Whose.
    #[n(1)]
    pub(crate) device: Option<DeviceId>,
    /// A sentence.
    #[n(2)]
    pub(crate) text: String,
    /// Unix seconds.
    #[n(3)]
    pub(crate) at: i64,
}

/// What this device wants of a group; done when there is a connection.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Intent {
    /// Register an invitation at the relay.
    #[n(0)]
    Invite {
        /// Its id.
        #[n(0)]
        invite: InviteId,
        /// `voucher_digest` of the link's voucher.
        #[n(1)]
        voucher: Digest,
        /// Unix seconds.
        #[n(2)]
        expires: i64,
    },
    /// Reveal the nonce for the four words.
    #[n(1)]
    Reveal {
        /// The request.
        #[n(0)]
        request: RequestId,
        /// 32 random bytes.
        #[n(1)]
        nonce: Digest,
    },
    /// Say no to a request.
    #[n(2)]
    Decline {
        /// The request.
        #[n(0)]
        request: RequestId,
    },
    /// Let somebody in.
    #[n(3)]
    Admit {
        /// The request that this answers.
        #[n(0)]
        request: RequestId,
        /// Who.
        #[n(1)]
        person: PersonId,
        /// As what: `Role` by its number.
        #[n(2)]
        role: kith_group::Role,
        /// Their MLS KeyPackage.
        #[cbor(n(3), with = "minicbor::bytes")]
        key_package: Vec<u8>,
    },
    /// Remove devices.
    #[n(4)]
    Remove {
        /// Which.
        #[n(0)]
        devices: Vec<DeviceId>,
    },
    /// Change a person's role on all their devices.
    #[n(5)]
    SetRole {
        /// Whose.
        #[n(0)]
        person: PersonId,
        /// The new one.
        #[n(1)]
        role: kith_group::Role,
    },
    /// Renew this device's leaf.
    #[n(6)]
    Refresh,
    /// Register a guest's link at the relay, or replace its card and expiry.
    #[n(7)]
    PutGuestLink {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
        /// Of its token.
        #[n(1)]
        verifier: Digest,
        /// Unix seconds.
        #[n(2)]
        expires: i64,
        /// Sealed.
        #[cbor(n(3), with = "minicbor::bytes")]
        card: Vec<u8>,
    },
    /// Stop a guest's link.
    #[n(8)]
    StopGuestLink {
        /// Which.
        #[n(0)]
        link: GuestLinkId,
    },
    /// Let the relay forget what a guest sent.
    #[n(9)]
    DropGuestItem {
        /// The link by which it came.
        #[n(0)]
        link: GuestLinkId,
        /// The item.
        #[n(1)]
        item: GuestItemId,
    },
    /// Open the window in which link and code word may read.
    #[n(10)]
    PutGuestReading {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
        /// Of the token that both give.
        #[n(1)]
        verifier: Digest,
        /// Unix seconds.
        #[n(2)]
        until: i64,
        /// Sealed for the guest.
        #[cbor(n(3), with = "minicbor::bytes")]
        sealed: Vec<u8>,
        /// In the place of what lies in it; if it is closed, not.
        #[n(4)]
        renews: bool,
    },
    /// Close it.
    #[n(11)]
    CloseGuestReading {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
    },
    /// Let a code be typed for a link.
    #[n(12)]
    PutGuestCode {
        /// The link.
        #[n(0)]
        link: GuestLinkId,
        /// What follows from the code.
        #[n(1)]
        code: GuestCodeId,
        /// Unix seconds.
        #[n(2)]
        until: i64,
        /// The link's secret, sealed.
        #[cbor(n(3), with = "minicbor::bytes")]
        sealed: Vec<u8>,
    },
}

/// An intent and its commit, once sent.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct PendingRow {
    /// The intent, if a person asked for it.
    #[n(0)]
    pub(crate) intent: Option<u64>,
    /// The whole frame, resent byte for byte.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) frame: Vec<u8>,
}

/// My request to join, until it is answered.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct JoinRow {
    /// The whole link, as text.
    #[n(0)]
    pub(crate) link: String,
    #[n(1)]
    pub(crate) document: DocumentId,
    #[n(2)]
    pub(crate) person: PersonId,
    /// The future leaf key's seed.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(crate) seed: [u8; 32],
    /// The sealed request, resent byte for byte.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub(crate) sealed: Vec<u8>,
    /// What the four words cover beside secret and nonce.
    #[n(5)]
    pub(crate) digest: Digest,
    #[n(6)]
    pub(crate) progress: JoinProgress,
}

/// How far a request to join is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum JoinProgress {
    /// Not at the relay yet.
    #[n(0)]
    Made,
    /// At the relay; no lead has looked.
    #[n(1)]
    Waiting,
    /// A lead has looked: compare four words.
    #[n(2)]
    Words {
        /// The lead's nonce.
        #[n(0)]
        nonce: Digest,
    },
    /// Joined.
    #[n(3)]
    Joined,
    /// A lead said no.
    #[n(4)]
    Declined,
    /// It cannot succeed any more; a sentence.
    #[n(5)]
    Failed(#[n(0)] String),
}

/// My key at one relay.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct EnrolmentRow {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) seed: [u8; 32],
    /// An agency token that has not been used yet.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) token: Option<Vec<u8>>,
    /// The relay accepted the key once.
    #[n(2)]
    pub(crate) enrolled: bool,
}

/// A row that this program cannot read: written by a newer one, or damaged.
fn unreadable(space: Space) -> RowsError {
    RowsError::Damaged(format!("a row of kind {} cannot be read", space.0))
}

/// Reads a row's value.
pub(crate) fn read<T: for<'b> Decode<'b, ()>>(space: Space, bytes: &[u8]) -> Result<T, RowsError> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => minicbor::decode(rest).map_err(|_| unreadable(space)),
        _ => Err(unreadable(space)),
    }
}

/// Writes a row's value.
pub(crate) fn written<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    if let Err(never) = minicbor::encode(value, &mut bytes) {
        debug_assert!(false, "encoding a row failed: {never}");
    }
    bytes
}

/// The row at `key`, decoded.
pub(crate) fn get<T: for<'b> Decode<'b, ()>>(rows: &dyn Rows, space: Space, key: &[u8]) -> Result<Option<T>, RowsError> {
    rows.row(space, key)?.map(|bytes| read(space, &bytes)).transpose()
}

/// Sets the row at `key`.
pub(crate) fn put<T: Encode<()>>(rows: &mut dyn Rows, space: Space, key: &[u8], value: &T) -> Result<(), RowsError> {
    rows.put_row(space, key, &written(value))
}

/// A key of a document's numbered row: rows come back in the order of numbers.
pub(crate) fn numbered(document: &DocumentId, number: u64) -> Vec<u8> {
    let mut key = document.0.to_vec();
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// A key below a document.
pub(crate) fn below(document: &DocumentId, name: &[u8]) -> Vec<u8> {
    let mut key = document.0.to_vec();
    key.extend_from_slice(name);
    key
}

/// The number in a key made by [`numbered`].
pub(crate) fn number(key: &[u8]) -> u64 {
    key.get(16..24).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes)
}

/// All rows below a document, from `start` on, in order, read in portions so that a long log needs little memory at once.
pub(crate) fn each(
    rows: &dyn Rows,
    space: Space,
    document: &DocumentId,
    start: u64,
    mut take: impl FnMut(&[u8], Vec<u8>) -> Result<(), RowsError>,
) -> Result<(), RowsError> {
    const PORTION: usize = 512;
    let mut from = numbered(document, start);
    loop {
        let portion = rows.scan_rows(space, &document.0, &from, PORTION)?;
        let full = portion.len() == PORTION;
        for (key, value) in portion {
            take(&key, value)?;
            from = key;
            from.push(0);
        }
        if !full {
            return Ok(());
        }
    }
}

/// Removes all rows that [`each`] would visit.
pub(crate) fn clear(rows: &mut dyn Rows, space: Space, document: &DocumentId) -> Result<(), RowsError> {
    loop {
        let portion = rows.scan_rows(space, &document.0, &document.0, 512)?;
        if portion.is_empty() {
            return Ok(());
        }
        for (key, _) in portion {
            rows.delete_row(space, &key)?;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kith_group::{MemoryRows, Role};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn seen() -> Seen {
        Seen { seq: 7, hash: ChainHash([1; 32]) }
    }

    #[test]
    fn every_row_is_frozen() {
        let document = DocumentRow {
            kind: 1,
            relay: Some("ws://127.0.0.1:4480".into()),
            person: PersonId([2; 16]),
            seed: [3; 32],
            standing: Standing::Removed { at: 9, proved: true },
            group_info: Some(vec![4]),
            group: vec![5],
            base: seen(),
            refreshed: -6,
        };
        let hot = HotRow {
            seen: seen(),
            next_k: 2,
            accepted_k: 1,
            edition: 3,
            next_unsent: 4,
            receipt_seq: 5,
            receipt_at: 6,
            lasts: vec![LastRow { actor: vec![7; 16], seq: 8, hash: Digest([9; 32]) }],
        };
        let log = LogRow {
            hash: ChainHash([1; 32]),
            kind: 2,
            sender: DeviceId([2; 16]),
            k: 3,
            seen: Some(seen()),
            verdict: Verdict::Refused("why".into()),
            body: vec![4],
            at: 5,
        };
        let author = AuthorRow {
            public: PublicKey([1; 32]),
            person: PersonId([2; 16]),
            last: Some(vec![3]),
            k: 4,
            seen: 5,
            said_in: None,
        };
        let finding = FindingRow { seq: Some(1), device: None, text: "text".into(), at: 2 };
        let intents = [
            Intent::Invite { invite: InviteId([1; 16]), voucher: Digest([2; 32]), expires: 3 },
            Intent::Reveal { request: RequestId([1; 16]), nonce: Digest([2; 32]) },
            Intent::Decline { request: RequestId([1; 16]) },
            Intent::Admit {
                request: RequestId([1; 16]),
                person: PersonId([2; 16]),
                role: Role::Contributor,
                key_package: vec![3],
            },
            Intent::Remove { devices: vec![DeviceId([1; 16])] },
            Intent::SetRole { person: PersonId([2; 16]), role: Role::Lead },
            Intent::Refresh,
            Intent::PutGuestLink { link: GuestLinkId([1; 16]), verifier: Digest([2; 32]), expires: 3, card: vec![4] },
            Intent::StopGuestLink { link: GuestLinkId([1; 16]) },
            Intent::DropGuestItem { link: GuestLinkId([1; 16]), item: GuestItemId([2; 16]) },
            Intent::PutGuestReading {
                link: GuestLinkId([1; 16]),
                verifier: Digest([2; 32]),
                until: 3,
                sealed: vec![4],
                renews: true,
            },
            Intent::CloseGuestReading { link: GuestLinkId([1; 16]) },
            Intent::PutGuestCode { link: GuestLinkId([1; 16]), code: GuestCodeId([2; 16]), until: 3, sealed: vec![4] },
        ];
        let join = JoinRow {
            link: "kith:join/x".into(),
            document: DocumentId([1; 16]),
            person: PersonId([2; 16]),
            seed: [3; 32],
            sealed: vec![4],
            digest: Digest([5; 32]),
            progress: JoinProgress::Words { nonce: Digest([6; 32]) },
        };
        let mut shown = vec![
            hex(&written(&document)),
            hex(&written(&hot)),
            hex(&written(&log)),
            hex(&written(&author)),
            hex(&written(&finding)),
            hex(&written(&join)),
            hex(&written(&BaseRow { seq: 1, bytes: vec![2] })),
            hex(&written(&PendingRow { intent: Some(1), frame: vec![2] })),
            hex(&written(&EnrolmentRow { seed: [1; 32], token: Some(vec![2]), enrolled: false })),
        ];
        shown.extend(intents.iter().map(|intent| hex(&written(intent))));
        insta::assert_snapshot!(shown.join("\n"));
        assert_eq!(read::<DocumentRow>(DOCUMENT, &written(&document)), Ok(document));
        assert_eq!(read::<HotRow>(HOT, &written(&hot)), Ok(hot));
        assert_eq!(read::<LogRow>(LOG, &written(&log)), Ok(log));
    }

    #[test]
    fn a_row_of_a_newer_version_is_an_error_and_not_a_guess() {
        let mut bytes = written(&FindingRow { seq: None, device: None, text: String::new(), at: 0 });
        bytes[0] = VERSION + 1;
        assert!(read::<FindingRow>(FINDING, &bytes).is_err());
        assert!(read::<FindingRow>(FINDING, &[]).is_err());
    }

    #[test]
    fn numbered_rows_come_back_in_order_and_only_those_of_the_document() {
        let mut rows = MemoryRows::default();
        let (mine, other) = (DocumentId([1; 16]), DocumentId([2; 16]));
        for number in [700u64, 3, 1_000, 256] {
            rows.put_row(LOG, &numbered(&mine, number), &[1]).unwrap();
            rows.put_row(LOG, &numbered(&other, number), &[1]).unwrap();
        }
        let mut seen = Vec::new();
        each(&rows, LOG, &mine, 4, |key, _| {
            seen.push(number(key));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [256, 700, 1_000]);
        clear(&mut rows, LOG, &mine).unwrap();
        assert_eq!(rows.0.len(), 4);
    }
}
