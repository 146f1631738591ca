//! Records that make an assessment live for years, in the form that they will always have (protocol 3, 4 and 9).
//!
//! This version reads and writes them and does not act on them yet: a client keeps such a record, counts it and goes on.

use minicbor::{Decode, Encode};

use crate::format::Format;
use crate::{BlobId, BlobKey, DeviceId, Digest, FormatError, Seen};

const NOTE: Format = Format { what: "snapshot record", version: 1, limit: 1024 };
const OPENING: Format = Format { what: "generation record", version: 1, limit: 4096 };

/// The plain text of a snapshot record: where the sealed chunks of a [`crate::Snapshot`] lie, and their key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotNote {
    /// The blob at the relay.
    #[n(0)]
    pub blob: BlobId,
    /// The key of its chunks.
    #[n(1)]
    pub blob_key: BlobKey,
    /// [`crate::blob_digest`] of them.
    #[n(2)]
    pub blob_digest: Digest,
    /// The last record that the snapshot covers.
    #[n(3)]
    pub seen: Seen,
    /// The digest of the replica's heads there: a receipt at `seen` with the same digest lets the relay prune.
    #[n(4)]
    pub digest: Digest,
}

impl SnapshotNote {
    /// The bytes to seal.
    pub fn encode(&self) -> Vec<u8> {
        NOTE.encode(self)
    }

    /// Reads them.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        NOTE.decode(bytes)
    }
}

/// What becomes of the document when a generation opens.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Continuity {
    /// The same document goes on.
    #[n(0)]
    Same,
    /// A fresh document was made from the view, for this reason (erasure that reaches history). Reserved: no version makes it yet.
    #[n(1)]
    Rewritten(#[n(0)] String),
}

/// Why a generation cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// The bytes are not a generation record of this version.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It rewrites the document, which this version does not do.
    #[error("the assessment was written anew by a later version of Kith, which this one cannot follow: update Kith")]
    Rewritten,
}

/// The plain text of a generation record: generation `generation` follows the log's head `after` (protocol 3).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct GenerationOpening {
    /// Its number; one more than the one that it ends.
    #[n(0)]
    pub generation: u32,
    /// The head of the log that it follows: the relay takes it only there.
    #[n(1)]
    pub after: Seen,
    /// What becomes of the document.
    #[n(2)]
    pub document: Continuity,
    /// The lead who opens it.
    #[n(3)]
    pub by: DeviceId,
    /// Why, in a sentence that members are shown.
    #[n(4)]
    pub why: String,
}

impl GenerationOpening {
    /// The bytes to seal.
    pub fn encode(&self) -> Vec<u8> {
        OPENING.encode(self)
    }

    /// Reads them. A rewritten document is refused, and clearly: to go on as if it were the same would bring back what was erased.
    pub fn decode(bytes: &[u8]) -> Result<Self, OpeningError> {
        let opening: Self = OPENING.decode(bytes)?;
        match opening.document {
            Continuity::Same => Ok(opening),
            Continuity::Rewritten(_) => Err(OpeningError::Rewritten),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ChainHash;
    use crate::testing::hex;

    fn seen() -> Seen {
        Seen { seq: 41, hash: ChainHash([2; 32]) }
    }

    fn opening(document: Continuity) -> GenerationOpening {
        GenerationOpening { generation: 1, after: seen(), document, by: DeviceId([3; 16]), why: "the relay was restored".into() }
    }

    #[test]
    fn the_snapshot_record_is_frozen() {
        let note = SnapshotNote {
            blob: BlobId([1; 16]),
            blob_key: BlobKey::from_bytes([4; 32]),
            blob_digest: Digest([5; 32]),
            seen: seen(),
            digest: Digest([6; 32]),
        };
        insta::assert_snapshot!(hex(&note.encode()));
        assert_eq!(SnapshotNote::decode(&note.encode()), Ok(note));
    }

    #[test]
    fn the_generation_record_is_frozen_and_a_rewritten_document_is_refused_clearly() {
        let same = opening(Continuity::Same);
        insta::assert_snapshot!(hex(&same.encode()));
        assert_eq!(GenerationOpening::decode(&same.encode()), Ok(same));
        let rewritten = opening(Continuity::Rewritten("erasure".into())).encode();
        assert_eq!(GenerationOpening::decode(&rewritten), Err(OpeningError::Rewritten));
    }
}
