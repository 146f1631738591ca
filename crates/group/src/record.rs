//! A log record: the exact byte string that the relay stores, chains and passes on.
//!
//! ```text
//! record = version 1 | head as CBOR [document, generation, epoch, sender, k, kind] | body to the end
//! ```
//!
//! The version byte and the head, as they stand, are the associated data of a sealed body, so nothing in them can be changed
//! without the body refusing to open. A head has one encoding only; another is refused.

use std::fmt;

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::format::{self, Format};
use crate::seal::{self, Secret};
use crate::{ChainHash, DeviceId, DocumentId, Random, RecordError};

/// The most that a record may take, in bytes.
pub const MAX_RECORD: usize = 64 * 1024;

/// The most that can be sealed into one record, in bytes, whatever its head.
pub const MAX_PLAIN: usize = MAX_RECORD - FRAME - LONGEST_HEAD - seal::OVERHEAD - 1;

/// What a wire frame adds to a record at most; padding leaves room for it, so that the frame fills its bucket.
const FRAME: usize = 32;
/// The version byte and a head with every number at its longest.
const LONGEST_HEAD: usize = 1 + 1 + 17 + 5 + 9 + 17 + 9 + 2;

const RECORD: Format = Format { what: "record", version: 1, limit: MAX_RECORD };

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// An MLS commit, open to the relay: 1.
    Commit,
    /// A sealed bundle of changes: 2.
    Change,
    /// A sealed note of where a snapshot's blob lies: 3.
    Snapshot,
    /// A signed receipt, open to the relay: 4.
    Receipt,
    /// An item that came by a guest's link: 5.
    Guest,
    /// The opening of a new generation: 6.
    Generation,
    /// Of a newer version: kept, counted, and the cursor moves on.
    Unknown(u8),
}

impl RecordKind {
    /// Its number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Commit => 1,
            Self::Change => 2,
            Self::Snapshot => 3,
            Self::Receipt => 4,
            Self::Guest => 5,
            Self::Generation => 6,
            Self::Unknown(number) => number,
        }
    }
}

impl From<u8> for RecordKind {
    fn from(number: u8) -> Self {
        match number {
            1 => Self::Commit,
            2 => Self::Change,
            3 => Self::Snapshot,
            4 => Self::Receipt,
            5 => Self::Guest,
            6 => Self::Generation,
            _ => Self::Unknown(number),
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit => f.write_str("commit"),
            Self::Change => f.write_str("change"),
            Self::Snapshot => f.write_str("snapshot"),
            Self::Receipt => f.write_str("receipt"),
            Self::Guest => f.write_str("guest item"),
            Self::Generation => f.write_str("generation"),
            Self::Unknown(number) => write!(f, "record of kind {number}"),
        }
    }
}

impl<C> Encode<C> for RecordKind {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u8(self.number())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for RecordKind {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.u8().map(Self::from)
    }
}

/// What the relay may read of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RecordHead {
    /// The document whose log it is in.
    #[n(0)]
    pub document: DocumentId,
    /// The group's generation.
    #[n(1)]
    pub generation: u32,
    /// The epoch under whose key the body is sealed; for a commit, the epoch that it ends.
    #[n(2)]
    pub epoch: u64,
    /// The device that sends it. A bundle's author may be another (*carry*, protocol 3).
    #[n(3)]
    pub sender: DeviceId,
    /// The sender's own count of envelopes, without gaps; the relay deduplicates by (sender, k).
    #[n(4)]
    pub k: u64,
    /// What the body is.
    #[n(5)]
    pub kind: RecordKind,
}

impl RecordHead {
    /// The version byte and the head: a record's beginning and its associated data.
    fn prefix(&self) -> Vec<u8> {
        RECORD.encode(self)
    }
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What the relay may read.
    pub head: RecordHead,
    /// Sealed kinds: nonce and ciphertext. Commits and receipts: their bytes.
    pub body: Vec<u8>,
}

impl Record {
    /// The bytes that the relay stores and the chain covers.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.head.prefix();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Reads a record. Kinds that this version does not know are read too.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let payload = RECORD.payload(bytes)?;
        let mut decoder = minicbor::Decoder::new(payload);
        let head: RecordHead = decoder.decode().map_err(|_| RECORD.malformed())?;
        let body = payload.get(decoder.position()..).ok_or_else(|| RECORD.malformed())?;
        let record = Self { head, body: body.to_vec() };
        // One value, one encoding: longer forms of a number would let one record have several chain hashes.
        if record.head.prefix().len() + body.len() != bytes.len() || !bytes.starts_with(&record.head.prefix()) {
            return Err(RECORD.malformed());
        }
        Ok(record)
    }
}

/// The key of one epoch of one group, out of MLS's exporter (label `kith record 1`). Wiped when dropped, never printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochKey(pub(crate) Secret);

impl EpochKey {
    /// The exporter's label.
    pub(crate) const LABEL: &'static str = "kith record 1";

    /// A key from its bytes: for stores and tests. Members get theirs from [`crate::member`].
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret(bytes))
    }
}

/// Seals `plain` (at most [`MAX_PLAIN`] bytes, else `TooLong`) under the epoch's key with a fresh nonce, padded so that record
/// and frame together take 256, 512, 1,024 bytes, then a Padmé length.
pub fn seal(key: &EpochKey, head: &RecordHead, plain: &[u8], random: &mut dyn Random) -> Result<Record, RecordError> {
    if plain.len() > MAX_PLAIN {
        return Err(RecordError::TooLong { what: "text to seal", limit: MAX_PLAIN });
    }
    let prefix = head.prefix();
    let around = FRAME + prefix.len() + seal::OVERHEAD;
    // Near the limit the next Padmé length would be above it: the limit is the last bucket.
    let length = seal::bucket(around + plain.len() + 1).min(MAX_RECORD) - around;
    let padded = seal::pad(plain, length);
    Ok(Record { head: *head, body: seal::seal(&key.0, &prefix, &padded, random) })
}

/// Opens a sealed record.
pub fn open(key: &EpochKey, record: &Record) -> Result<Vec<u8>, RecordError> {
    let padded: Zeroizing<Vec<u8>> =
        seal::open(&key.0, &record.head.prefix(), &record.body).ok_or_else(|| RECORD.does_not_open())?;
    seal::unpad(&padded).map(<[u8]>::to_vec).ok_or_else(|| RECORD.malformed())
}

/// The log's hash after `record`, as stored, whose predecessor's was `previous` (protocol 2).
pub fn chain(previous: &ChainHash, record: &[u8]) -> ChainHash {
    ChainHash(format::digest("kith log 1", &[previous.as_bytes(), record]).0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::SeededRandom;
    use crate::testing::{bytes_like, hex};
    use proptest::prelude::*;

    fn head() -> RecordHead {
        RecordHead {
            document: DocumentId([1; 16]),
            generation: 0,
            epoch: 7,
            sender: DeviceId([2; 16]),
            k: 300,
            kind: RecordKind::Change,
        }
    }

    fn key() -> EpochKey {
        EpochKey::from_bytes([9; 32])
    }

    fn sealed(plain: &[u8]) -> Record {
        seal(&key(), &head(), plain, &mut SeededRandom::new(1)).unwrap()
    }

    #[test]
    fn the_record_format_is_frozen() {
        let bytes = sealed(b"a change").encode();
        insta::assert_snapshot!(hex(&bytes));
        insta::assert_snapshot!(hex(chain(&ChainHash::START, &bytes).as_bytes()));
        assert_eq!(Record::decode(&bytes), Ok(sealed(b"a change")));
        assert_eq!(open(&key(), &Record::decode(&bytes).unwrap()).unwrap(), b"a change");
    }

    #[test]
    fn records_with_their_frames_fill_their_buckets() {
        for plain in [0, 1, 100, 200, 400, 900, 2000, 30_000] {
            let length = sealed(&vec![7; plain]).encode().len() + FRAME;
            assert_eq!(length, seal::bucket(length), "{plain}");
            assert_eq!(open(&key(), &sealed(&vec![7; plain])).unwrap().len(), plain);
        }
    }

    #[test]
    fn the_largest_text_still_makes_a_lawful_record_and_one_byte_more_does_not() {
        let head = RecordHead { generation: u32::MAX, epoch: u64::MAX, k: u64::MAX, kind: RecordKind::Unknown(255), ..head() };
        let record = seal(&key(), &head, &[7; MAX_PLAIN], &mut SeededRandom::new(1)).unwrap();
        assert_eq!(record.encode().len() + FRAME, MAX_RECORD);
        assert_eq!(Record::decode(&record.encode()), Ok(record));
        assert!(matches!(seal(&key(), &head, &[7; MAX_PLAIN + 1], &mut SeededRandom::new(1)), Err(RecordError::TooLong { .. })));
    }

    #[test]
    fn a_record_opens_only_with_its_own_head_and_key() {
        let record = sealed(b"text");
        let heads = [
            RecordHead { document: DocumentId([3; 16]), ..head() },
            RecordHead { generation: 1, ..head() },
            RecordHead { epoch: 8, ..head() },
            RecordHead { sender: DeviceId([3; 16]), ..head() },
            RecordHead { k: 301, ..head() },
            RecordHead { kind: RecordKind::Snapshot, ..head() },
        ];
        for other in heads {
            let moved = Record { head: other, body: record.body.clone() };
            assert_eq!(open(&key(), &moved), Err(RecordError::DoesNotOpen { what: "record" }));
        }
        assert!(open(&EpochKey::from_bytes([8; 32]), &record).is_err());
    }

    #[test]
    fn a_record_of_an_unknown_kind_is_read_and_of_an_unknown_version_named() {
        let strange = Record { head: RecordHead { kind: RecordKind::Unknown(99), ..head() }, body: vec![1, 2, 3] };
        assert_eq!(Record::decode(&strange.encode()), Ok(strange.clone()));
        let mut newer = strange.encode();
        newer[0] = 2;
        assert_eq!(Record::decode(&newer), Err(RecordError::UnknownVersion { what: "record", version: 2 }));
    }

    #[test]
    fn a_head_written_in_a_longer_form_is_refused() {
        let bytes = sealed(b"text").encode();
        // generation 0 as one byte stands after the version, the array header and the document's 17 bytes.
        let at = 1 + 1 + 17;
        assert_eq!(bytes[at], 0);
        let longer = [&bytes[..at], &[0x18, 0x00], &bytes[at + 1..]].concat();
        assert!(Record::decode(&longer).is_err());
    }

    #[test]
    fn an_oversized_record_is_refused_before_it_is_read() {
        assert!(matches!(Record::decode(&vec![1; MAX_RECORD + 1]), Err(RecordError::TooLong { .. })));
    }

    proptest! {
        #[test]
        fn decoding_a_record_never_panics_and_is_one_to_one(bytes in bytes_like(sealed(b"a change").encode())) {
            if let Ok(record) = Record::decode(&bytes) {
                prop_assert_eq!(record.encode(), bytes);
                let _ = open(&key(), &record);
            }
        }
    }
}
