//! A bundle: changes of one device, frozen and signed once, whoever carries them and however often they are sealed (protocol 3).
//!
//! The signature is over the author's own last changes and what it had seen, never over document heads: to verify is one
//! signature per author, and a later statement covers all that the author ever wrote.

use minicbor::{Decode, Encode};

use crate::format::{self, Format};
use crate::{
    ChainHash, DeviceId, DeviceKey, Digest, DocumentId, FormatError, Payload, PublicKey, RecordHead, Signature, device_id,
    verify_signature,
};

const BUNDLE: Format = Format { what: "bundle of changes", version: 1, limit: crate::MAX_RECORD };

/// The domain of a statement's signature.
const STATEMENT_PREFIX: &[u8] = b"kith bundle 1";

/// The last record that somebody had applied, and the chain there (protocol 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(array)]
pub struct Seen {
    /// Its number in the log; 0 with [`ChainHash::START`] before the first.
    #[n(0)]
    pub seq: u64,
    /// The chain at it.
    #[n(1)]
    pub hash: ChainHash,
}

impl Seen {
    /// Nothing yet.
    pub const START: Self = Self { seq: 0, hash: ChainHash::START };
}

/// The last change of one actor of a device's family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorLast {
    /// The Automerge actor; [`crate::actor_family`] of it is the author.
    pub actor: Vec<u8>,
    /// The actor's sequence number of that change.
    pub seq: u64,
    /// The change's hash.
    pub hash: Digest,
}

/// What an author signs: "in this document, having seen the log so far, these are my last changes".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The document.
    pub document: DocumentId,
    /// The author.
    pub author: DeviceId,
    /// What the author had seen.
    pub seen: Seen,
    /// The author's last change per actor of its family, in strictly rising order of actors.
    pub lasts: Vec<ActorLast>,
}

impl Statement {
    /// The bytes that are signed: `"kith bundle 1"`, then CBOR `[document, author, seen, [[actor, seq, hash]...]]`.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = STATEMENT_PREFIX.to_vec();
        let lasts: Vec<_> = self.lasts.iter().map(|last| LastWire::new(last, None)).collect();
        format::write(&mut bytes, &(self.document, self.author, self.seen, lasts));
        bytes
    }

    /// Signs it. `key` must be the author's, or nobody will accept it.
    pub fn sign(self, key: &DeviceKey) -> SignedStatement {
        let signature = key.sign(&self.signed_bytes());
        SignedStatement { statement: self, signature }
    }
}

/// A statement and its author's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStatement {
    /// What is signed.
    pub statement: Statement,
    /// The author's signature over [`Statement::signed_bytes`].
    pub signature: Signature,
}

impl SignedStatement {
    /// Whether `public` is the author's key and the signature is its.
    pub fn verify(&self, public: &PublicKey) -> bool {
        device_id(public) == self.statement.author && verify_signature(public, &self.statement.signed_bytes(), &self.signature)
    }

    /// Its parts for a place where the document is known, and the author too if it is `implied`.
    pub(crate) fn to_wire(&self, implied: Option<DeviceId>) -> StatementWire {
        let Statement { author, seen, lasts, .. } = &self.statement;
        StatementWire {
            author: (implied != Some(*author)).then_some(*author),
            seen: *seen,
            lasts: lasts.iter().map(|last| LastWire::new(last, Some(author))).collect(),
            signature: self.signature,
        }
    }

    /// Puts back what [`SignedStatement::to_wire`] left out. `None` if the actors do not rise strictly.
    pub(crate) fn from_wire(wire: StatementWire, document: DocumentId, implied: DeviceId) -> Option<Self> {
        let author = wire.author.unwrap_or(implied);
        let lasts: Vec<_> = wire.lasts.into_iter().map(|last| last.into_last(&author)).collect();
        let rising = lasts.is_sorted_by(|a, b| a.actor < b.actor);
        rising.then_some(Self { statement: Statement { document, author, seen: wire.seen, lasts }, signature: wire.signature })
    }
}

/// A signed statement on the wire.
#[derive(Encode, Decode)]
#[cbor(array)]
pub(crate) struct StatementWire {
    #[n(0)]
    author: Option<DeviceId>,
    #[n(1)]
    seen: Seen,
    #[n(2)]
    lasts: Vec<LastWire>,
    #[n(3)]
    signature: Signature,
}

/// A last change on the wire; an empty actor stands for the author itself.
#[derive(Encode, Decode)]
#[cbor(array)]
pub(crate) struct LastWire {
    #[cbor(n(0), with = "minicbor::bytes")]
    actor: Vec<u8>,
    #[n(1)]
    seq: u64,
    #[n(2)]
    hash: Digest,
}

impl LastWire {
    fn new(last: &ActorLast, implied: Option<&DeviceId>) -> Self {
        let known = implied.is_some_and(|author| author.as_bytes() == last.actor);
        let actor = if known { Vec::new() } else { last.actor.clone() };
        Self { actor, seq: last.seq, hash: last.hash }
    }

    fn into_last(self, author: &DeviceId) -> ActorLast {
        let actor = if self.actor.is_empty() { author.as_bytes().to_vec() } else { self.actor };
        ActorLast { actor, seq: self.seq, hash: self.hash }
    }
}

/// Changes of one author and the statement that covers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Who says so.
    pub signed: SignedStatement,
    /// The changes.
    pub payload: Payload,
}

impl Bundle {
    /// The bytes to seal in a record with `head`. The document is left out, and so is the author when they are the sender.
    pub fn encode(&self, head: &RecordHead) -> Vec<u8> {
        self.encode_for(&head.sender)
    }

    /// The same for a place where only the sender is known besides the document.
    pub fn encode_for(&self, sender: &DeviceId) -> Vec<u8> {
        BUNDLE.encode(&BundleWire { signed: self.signed.to_wire(Some(*sender)), payload: self.payload.clone() })
    }

    /// Reads what a record with `head` held. The signature is not yet verified.
    pub fn decode(head: &RecordHead, bytes: &[u8]) -> Result<Self, FormatError> {
        Self::decode_for(&head.document, &head.sender, bytes)
    }

    /// The same where there is no head at hand.
    pub fn decode_for(document: &DocumentId, sender: &DeviceId, bytes: &[u8]) -> Result<Self, FormatError> {
        let wire: BundleWire = BUNDLE.decode(bytes)?;
        let signed = SignedStatement::from_wire(wire.signed, *document, *sender).ok_or_else(|| BUNDLE.malformed())?;
        Ok(Self { signed, payload: wire.payload })
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct BundleWire {
    #[n(0)]
    signed: StatementWire,
    #[n(1)]
    payload: Payload,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::testing::{bytes_like, hex};
    use crate::{EpochKey, RecordKind, SeededRandom};
    use proptest::prelude::*;

    fn author() -> DeviceKey {
        DeviceKey::from_seed([1; 32])
    }

    fn head(sender: DeviceId) -> RecordHead {
        RecordHead { document: DocumentId([5; 16]), generation: 0, epoch: 70_000, sender, k: 70_000, kind: RecordKind::Change }
    }

    fn statement() -> Statement {
        Statement {
            document: DocumentId([5; 16]),
            author: author().id(),
            seen: Seen { seq: 70_000, hash: ChainHash([6; 32]) },
            lasts: vec![ActorLast { actor: author().id().as_bytes().to_vec(), seq: 70_000, hash: Digest([7; 32]) }],
        }
    }

    fn bundle(change: usize) -> Bundle {
        Bundle { signed: statement().sign(&author()), payload: Payload::Changes(vec![vec![0x85; change]]) }
    }

    #[test]
    fn the_statement_and_the_bundle_are_frozen() {
        insta::assert_snapshot!(hex(&statement().signed_bytes()));
        let bytes = bundle(10).encode(&head(author().id()));
        insta::assert_snapshot!(hex(&bytes));
        assert_eq!(Bundle::decode(&head(author().id()), &bytes), Ok(bundle(10)));
        let packed = Bundle { payload: Payload::Bundled(vec![1, 2, 3]), ..bundle(0) };
        insta::assert_snapshot!(hex(&packed.encode(&head(author().id()))));
    }

    #[test]
    fn a_bundle_of_one_keystroke_seals_into_512_bytes() {
        let head = head(author().id());
        let record = crate::seal(&EpochKey::from_bytes([1; 32]), &head, &bundle(122).encode(&head), &mut SeededRandom::new(1));
        assert_eq!(record.unwrap().encode().len(), 480);
    }

    #[test]
    fn a_carried_bundle_keeps_its_author_and_verifies() {
        let carrier = DeviceKey::from_seed([2; 32]);
        let head = head(carrier.id());
        let read = Bundle::decode(&head, &bundle(10).encode(&head)).unwrap();
        assert_eq!(read, bundle(10));
        assert!(read.signed.verify(&author().public()));
        assert!(!read.signed.verify(&carrier.public()));
    }

    #[test]
    fn a_statement_moved_to_another_document_author_or_place_does_not_verify() {
        let signed = statement().sign(&author());
        assert!(signed.verify(&author().public()));
        let changes: [fn(&mut Statement); 5] = [
            |s| s.document = DocumentId([9; 16]),
            |s| s.author = DeviceId([9; 16]),
            |s| s.seen.seq += 1,
            |s| s.seen.hash = ChainHash([9; 32]),
            |s| s.lasts[0].seq += 1,
        ];
        for change in changes {
            let mut other = signed.clone();
            change(&mut other.statement);
            assert!(!other.verify(&author().public()));
        }
    }

    #[test]
    fn a_statement_with_an_actor_twice_is_refused() {
        let mut twice = statement();
        twice.lasts.push(twice.lasts[0].clone());
        let bundle = Bundle { signed: twice.sign(&author()), ..bundle(1) };
        let head = head(author().id());
        assert_eq!(Bundle::decode(&head, &bundle.encode(&head)), Err(BUNDLE.malformed()));
    }

    proptest! {
        #[test]
        fn decoding_a_bundle_never_panics(bytes in bytes_like(bundle(20).encode(&head(DeviceId([3; 16]))))) {
            let _ = Bundle::decode(&head(DeviceId([3; 16])), &bytes);
        }
    }
}
