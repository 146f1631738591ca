//! A snapshot: the whole document of the replica at one place of the log, with proof of who wrote it (protocol 4).

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::bundle::StatementWire;
use crate::format::{self, Format};
use crate::{
    DeviceId, DeviceKey, Digest, DocumentId, FormatError, PersonId, PublicKey, Seen, Signature, SignedStatement, device_id,
    verify_signature,
};

/// The most that an encoded snapshot may take, in bytes. Who loads its content limits what that unpacks to.
pub const MAX_SNAPSHOT: usize = 32 * 1024 * 1024;

const SNAPSHOT: Format = Format { what: "snapshot", version: 1, limit: MAX_SNAPSHOT };
const SNAPSHOT_PREFIX: &str = "kith snapshot 1";

/// Somebody who ever wrote in the document. The table of authors never shrinks, so that who wrote what can be proved for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorRow {
    /// Their device.
    pub device: DeviceId,
    /// Its key; [`device_id`] of it is `device`.
    pub public: PublicKey,
    /// Whose it was.
    pub person: PersonId,
    /// Its latest statement, which covers all that it wrote: said in this document, or in the one that this one continues.
    pub last: Option<SignedStatement>,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The document.
    pub document: DocumentId,
    /// The generation in which it was made.
    pub generation: u32,
    /// The last record that it covers.
    pub seen: Seen,
    /// The digest of the replica's heads there.
    pub digest: Digest,
    /// Automerge's `save` of the replica.
    pub content: Vec<u8>,
    /// Everybody who ever wrote, in strictly rising order of devices.
    pub authors: Vec<AuthorRow>,
    /// Records that were quarantined, by number in the log.
    pub quarantine: Vec<u64>,
    /// Who made it.
    pub by: DeviceId,
    /// Their signature; see [`Snapshot::sign`].
    pub signature: Signature,
}

impl Snapshot {
    /// A snapshot's signature before [`Snapshot::sign`].
    pub const UNSIGNED: Signature = Signature([0; 64]);

    /// Sets `by` and `signature`.
    pub fn sign(&mut self, key: &DeviceKey) {
        self.by = key.id();
        self.signature = key.sign(&self.signed_bytes());
    }

    /// Whether `public` is its maker's key and the signature is theirs. Authors' statements are verified apart.
    pub fn verify(&self, public: &PublicKey) -> bool {
        device_id(public) == self.by && verify_signature(public, &self.signed_bytes(), &self.signature)
    }

    /// The prefix and SHA-256 of the body: the content may be long, and Ed25519 reads its message twice.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        format::write(&mut body, &self.body());
        let mut bytes = SNAPSHOT_PREFIX.as_bytes().to_vec();
        bytes.extend_from_slice(format::digest(SNAPSHOT_PREFIX, &[&body]).as_bytes());
        bytes
    }

    fn body(&self) -> BodyWire {
        BodyWire {
            document: self.document,
            generation: self.generation,
            seen: self.seen,
            digest: self.digest,
            content: self.content.clone().into(),
            authors: authors_to_wire(&self.authors, self.document),
            quarantine: self.quarantine.clone(),
            by: self.by,
        }
    }

    /// The bytes to seal; `TooLong` above [`MAX_SNAPSHOT`].
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        let bytes = SNAPSHOT.encode(&SnapshotWire { body: self.body(), signature: self.signature });
        SNAPSHOT.check_length(bytes.len())?;
        Ok(bytes)
    }

    /// Reads a snapshot. Each author's id is bound to its key and its statement; signatures are not yet verified.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let SnapshotWire { body, signature } = SNAPSHOT.decode(bytes)?;
        let authors = authors_from_wire(body.authors, body.document).ok_or_else(|| SNAPSHOT.malformed())?;
        Ok(Self {
            document: body.document,
            generation: body.generation,
            seen: body.seen,
            digest: body.digest,
            content: body.content.into(),
            authors,
            quarantine: body.quarantine,
            by: body.by,
            signature,
        })
    }
}

pub(crate) fn authors_to_wire(authors: &[AuthorRow], document: DocumentId) -> Vec<AuthorWire> {
    authors
        .iter()
        .map(|row| AuthorWire {
            public: row.public,
            person: row.person,
            last: row.last.as_ref().map(|last| last.to_wire(Some(row.device))),
            said_in: row.last.as_ref().map(|last| last.statement.document).filter(|said_in| *said_in != document),
        })
        .collect()
}

/// Rows with their devices, which are what their keys hash to. `None` unless devices rise strictly and statements are their own.
pub(crate) fn authors_from_wire(authors: Vec<AuthorWire>, document: DocumentId) -> Option<Vec<AuthorRow>> {
    let rows: Vec<_> = authors
        .into_iter()
        .map(|wire| {
            let device = device_id(&wire.public);
            let last = match wire.last {
                None => None,
                Some(last) => Some(SignedStatement::from_wire(last, wire.said_in.unwrap_or(document), device)?),
            };
            let own = last.as_ref().is_none_or(|last| last.statement.author == device);
            own.then_some(AuthorRow { device, public: wire.public, person: wire.person, last })
        })
        .collect::<Option<_>>()?;
    rows.is_sorted_by(|a, b| a.device < b.device).then_some(rows)
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct SnapshotWire {
    #[n(0)]
    body: BodyWire,
    #[n(1)]
    signature: Signature,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct BodyWire {
    #[n(0)]
    document: DocumentId,
    #[n(1)]
    generation: u32,
    #[n(2)]
    seen: Seen,
    #[n(3)]
    digest: Digest,
    #[n(4)]
    content: ByteVec,
    #[n(5)]
    authors: Vec<AuthorWire>,
    #[n(6)]
    quarantine: Vec<u64>,
    #[n(7)]
    by: DeviceId,
}

/// An author on the wire: the device is the hash of the key.
#[derive(Encode, Decode)]
#[cbor(array)]
pub(crate) struct AuthorWire {
    #[n(0)]
    public: PublicKey,
    #[n(1)]
    person: PersonId,
    #[n(2)]
    last: Option<StatementWire>,
    /// The document in which it was said, if that is another: the one that this one continues (protocol 9).
    #[n(3)]
    said_in: Option<DocumentId>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
pub(crate) mod tests {
    use super::*;
    use crate::testing::{bytes_like, hex};
    use crate::{ActorLast, ChainHash, Statement};
    use proptest::prelude::*;

    pub(crate) fn author(seed: u8, document: DocumentId) -> AuthorRow {
        let key = DeviceKey::from_seed([seed; 32]);
        let last = Statement {
            document,
            author: key.id(),
            seen: Seen { seq: 3, hash: ChainHash([6; 32]) },
            lasts: vec![ActorLast { actor: key.id().as_bytes().to_vec(), seq: 2, hash: Digest([7; 32]) }],
        };
        AuthorRow {
            device: key.id(),
            public: key.public(),
            person: PersonId([seed; 16]),
            last: (seed != 2).then(|| last.sign(&key)),
        }
    }

    fn snapshot() -> Snapshot {
        let document = DocumentId([5; 16]);
        let mut authors = vec![author(1, document), author(2, document)];
        authors.sort_by_key(|row| row.device);
        let mut snapshot = Snapshot {
            document,
            generation: 0,
            seen: Seen { seq: 9, hash: ChainHash([8; 32]) },
            digest: Digest([9; 32]),
            content: b"a document".to_vec(),
            authors,
            quarantine: vec![4],
            by: DeviceId([0; 16]),
            signature: Snapshot::UNSIGNED,
        };
        snapshot.sign(&DeviceKey::from_seed([1; 32]));
        snapshot
    }

    #[test]
    fn the_snapshot_is_frozen() {
        let bytes = snapshot().encode().unwrap();
        insta::assert_snapshot!(hex(&bytes));
        assert_eq!(Snapshot::decode(&bytes), Ok(snapshot()));
    }

    #[test]
    fn what_was_signed_in_a_document_that_this_one_continues_keeps_its_document_and_its_signature() {
        let mut continued = snapshot();
        let mut earlier = author(4, DocumentId([6; 16]));
        earlier.person = PersonId([4; 16]);
        continued.authors.push(earlier.clone());
        continued.authors.sort_by_key(|row| row.device);
        let read = Snapshot::decode(&continued.encode().unwrap()).unwrap();
        let row = read.authors.iter().find(|row| row.device == earlier.device).unwrap();
        assert_eq!(row, &earlier);
        assert!(row.last.as_ref().unwrap().verify(&row.public));
    }

    #[test]
    fn a_snapshot_holds_for_its_whole_content_only() {
        let public = DeviceKey::from_seed([1; 32]).public();
        assert!(snapshot().verify(&public));
        let changes: [fn(&mut Snapshot); 5] = [
            |s| s.content.push(0),
            |s| s.quarantine.clear(),
            |s| s.authors.clear(),
            |s| s.generation += 1,
            |s| s.digest = Digest([0; 32]),
        ];
        for change in changes {
            let mut other = snapshot();
            change(&mut other);
            assert!(!other.verify(&public));
        }
    }

    #[test]
    fn an_author_with_somebody_elses_statement_is_refused() {
        let mut forged = snapshot();
        let statement = forged.authors.iter().find_map(|row| row.last.clone());
        for row in &mut forged.authors {
            row.last.clone_from(&statement);
        }
        assert_eq!(Snapshot::decode(&forged.encode().unwrap()), Err(SNAPSHOT.malformed()));
    }

    #[test]
    fn an_oversized_snapshot_is_refused_on_both_sides() {
        let mut big = snapshot();
        big.content = vec![0; MAX_SNAPSHOT];
        assert!(matches!(big.encode(), Err(FormatError::TooLong { .. })));
        assert!(matches!(Snapshot::decode(&vec![1; MAX_SNAPSHOT + 1]), Err(FormatError::TooLong { .. })));
    }

    proptest! {
        #[test]
        fn decoding_a_snapshot_never_panics(bytes in bytes_like(snapshot().encode().unwrap())) {
            let _ = Snapshot::decode(&bytes);
        }
    }
}
