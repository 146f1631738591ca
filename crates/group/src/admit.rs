//! What travels with a commit: the data that its maker signs, and what an admitted device needs to open the document.
//!
//! The pack is sealed under the new epoch, whose key depends on the commit, and the commit signs the pack's digest: so the
//! digest is of the pack as it is before sealing. It tells the relay nothing, since a pack holds a random key.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::blob::BlobKey;
use crate::format::{self, Format};
use crate::snapshot::{AuthorWire, authors_from_wire, authors_to_wire};
use crate::{AuthorRow, BlobId, DeviceId, Digest, DocumentId, FormatError, GroupState, Random, Seen, seal};

/// The most that a sealed admit pack may take, in bytes.
pub const MAX_ADMIT_PACK: usize = 2 * 1024 * 1024;

const PACK: Format = Format { what: "welcome package", version: 1, limit: MAX_ADMIT_PACK };
const PACK_PREFIX: &str = "kith admit 1";
const AAD: Format = Format { what: "signed part of a commit", version: 1, limit: 256 };

/// What a commit's maker signs with it, as MLS `authenticated_data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CommitAad {
    /// The last record that the maker had applied: for an Add, the log's head, which is where the joiner begins.
    #[n(0)]
    pub seen: Seen,
    /// For an Add: [`AdmitPack::digest`].
    #[n(1)]
    pub pack: Option<Digest>,
}

impl CommitAad {
    /// The bytes to pass as `authenticated`.
    pub fn encode(&self) -> Vec<u8> {
        AAD.encode(self)
    }

    /// Reads them.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        AAD.decode(bytes)
    }
}

/// A record between the snapshot and the Add, opened, since the joiner will never have its epoch's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailRecord {
    /// Its number in the log.
    pub seq: u64,
    /// Who sent it: [`crate::Bundle::decode_for`] needs it.
    pub sender: DeviceId,
    /// The bundle's bytes.
    pub bundle: Vec<u8>,
}

/// What an admitted device needs besides the MLS Welcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmitPack {
    /// The document.
    pub document: DocumentId,
    /// Where the snapshot's sealed chunks lie.
    pub blob: BlobId,
    /// Their key.
    pub blob_key: BlobKey,
    /// [`crate::blob_digest`] of them.
    pub blob_digest: Digest,
    /// The last record that the snapshot covers.
    pub base: Seen,
    /// The changes after it and before the Add.
    pub tail: Vec<TailRecord>,
    /// For each device that ever sent: the highest k that the log holds.
    pub k_marks: Vec<(DeviceId, u64)>,
    /// Everybody who wrote in the tail, and whose row is newer than the snapshot's, in strictly rising order of devices.
    pub authors: Vec<AuthorRow>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PackWire {
    #[n(0)]
    blob: BlobId,
    #[n(1)]
    blob_key: BlobKey,
    #[n(2)]
    blob_digest: Digest,
    #[n(3)]
    base: Seen,
    #[n(4)]
    tail: Vec<(u64, DeviceId, ByteVec)>,
    #[n(5)]
    k_marks: Vec<(DeviceId, u64)>,
    #[n(6)]
    authors: Vec<AuthorWire>,
}

impl AdmitPack {
    fn encode(&self) -> Vec<u8> {
        PACK.encode(&PackWire {
            blob: self.blob,
            blob_key: self.blob_key.clone(),
            blob_digest: self.blob_digest,
            base: self.base,
            tail: self.tail.iter().map(|record| (record.seq, record.sender, record.bundle.clone().into())).collect(),
            k_marks: self.k_marks.clone(),
            authors: authors_to_wire(&self.authors, self.document),
        })
    }

    fn decode(document: DocumentId, bytes: &[u8]) -> Result<Self, FormatError> {
        let wire: PackWire = PACK.decode(bytes)?;
        let authors = authors_from_wire(wire.authors, document).ok_or_else(|| PACK.malformed())?;
        let tail = wire.tail.into_iter();
        Ok(Self {
            document,
            blob: wire.blob,
            blob_key: wire.blob_key,
            blob_digest: wire.blob_digest,
            base: wire.base,
            tail: tail.map(|(seq, sender, bundle)| TailRecord { seq, sender, bundle: bundle.into() }).collect(),
            k_marks: wire.k_marks,
            authors,
        })
    }

    /// What the Add's maker signs of it.
    pub fn digest(&self) -> Digest {
        format::digest(PACK_PREFIX, &[self.document.as_bytes(), &self.encode()])
    }

    /// Seals it under the epoch that the Add begins: `state` is [`crate::member::Staged::next`].
    pub fn seal(&self, state: &GroupState, random: &mut dyn Random) -> Result<Vec<u8>, FormatError> {
        let plain = self.encode();
        // One for the padding's own mark.
        let length = seal::bucket(plain.len() + 1);
        PACK.check_length(length + seal::OVERHEAD)?;
        Ok(seal::seal(&state.key.0, &associated(state), &seal::pad(&plain, length), random))
    }

    /// Opens it with the state that [`crate::member::join`] gave. The caller compares [`AdmitPack::digest`] with the signed one.
    pub fn open(state: &GroupState, sealed: &[u8]) -> Result<Self, FormatError> {
        PACK.check_length(sealed.len())?;
        let padded = seal::open(&state.key.0, &associated(state), sealed).ok_or_else(|| PACK.does_not_open())?;
        Self::decode(state.name.document, seal::unpad(&padded).ok_or_else(|| PACK.malformed())?)
    }
}

fn associated(state: &GroupState) -> Vec<u8> {
    let mut bytes = PACK_PREFIX.as_bytes().to_vec();
    bytes.extend_from_slice(&state.name.to_bytes());
    bytes.extend_from_slice(&state.epoch.to_be_bytes());
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::testing::{bytes_like, hex};
    use crate::{ChainHash, SeededRandom};
    use proptest::prelude::*;

    fn state() -> GroupState {
        crate::state::tests::state()
    }

    fn pack() -> AdmitPack {
        let document = state().name.document;
        AdmitPack {
            document,
            blob: BlobId([1; 16]),
            blob_key: BlobKey::from_bytes([2; 32]),
            blob_digest: Digest([3; 32]),
            base: Seen { seq: 12, hash: ChainHash([4; 32]) },
            tail: vec![TailRecord { seq: 13, sender: DeviceId([5; 16]), bundle: b"bundle".to_vec() }],
            k_marks: vec![(DeviceId([5; 16]), 7)],
            authors: vec![crate::snapshot::tests::author(1, document)],
        }
    }

    #[test]
    fn the_admit_pack_and_what_a_commit_signs_are_frozen() {
        insta::assert_snapshot!(hex(&pack().encode()));
        insta::assert_snapshot!(hex(&pack().seal(&state(), &mut SeededRandom::new(1)).unwrap()));
        let aad = CommitAad { seen: Seen { seq: 13, hash: ChainHash([6; 32]) }, pack: Some(pack().digest()) };
        insta::assert_snapshot!(hex(&aad.encode()));
        assert_eq!(CommitAad::decode(&aad.encode()), Ok(aad));
        let plain = CommitAad { pack: None, ..aad };
        assert_eq!(CommitAad::decode(&plain.encode()), Ok(plain));
    }

    #[test]
    fn a_pack_opens_in_its_own_group_and_epoch_only() {
        let sealed = pack().seal(&state(), &mut SeededRandom::new(1)).unwrap();
        let opened = AdmitPack::open(&state(), &sealed).unwrap();
        assert_eq!(opened, pack());
        assert_eq!(opened.digest(), pack().digest());
        let mut later = state();
        later.epoch += 1;
        assert_eq!(AdmitPack::open(&later, &sealed), Err(PACK.does_not_open()));
    }

    #[test]
    fn a_pack_above_its_limit_is_refused() {
        let mut big = pack();
        big.tail[0].bundle = vec![0; MAX_ADMIT_PACK];
        assert!(matches!(big.seal(&state(), &mut SeededRandom::new(1)), Err(FormatError::TooLong { .. })));
    }

    proptest! {
        #[test]
        fn decoding_a_pack_never_panics(bytes in bytes_like(pack().encode())) {
            let _ = AdmitPack::decode(DocumentId([5; 16]), &bytes);
            let _ = AdmitPack::open(&state(), &bytes);
            let _ = CommitAad::decode(&bytes);
        }
    }
}
