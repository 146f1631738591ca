//! A blob: bytes too long for a record, sealed under a key of their own in chunks of at most 64 KiB (protocol 4).
//!
//! The key is random, used for one blob, and travels in a record or an [`crate::AdmitPack`] under an epoch's key.

use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::format::Format;
use crate::seal::{self, Secret};
use crate::{Digest, FormatError, MAX_SNAPSHOT, Random};

/// The most that one sealed chunk may take, in bytes: 64 KiB less what a wire frame adds.
pub const MAX_CHUNK: usize = 64 * 1024 - 256;

const BLOB_PREFIX: &[u8] = b"kith blob 1";
const CHUNK_PLAIN: usize = MAX_CHUNK - seal::OVERHEAD;
/// The most chunks that a blob of the longest content, padded, can have.
const MAX_CHUNKS: usize = (MAX_SNAPSHOT + MAX_SNAPSHOT / 8) / CHUNK_PLAIN + 1;

const BLOB: Format = Format { what: "sealed snapshot", version: 1, limit: MAX_SNAPSHOT };

/// The key of one blob. Wiped when dropped, never printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobKey(pub(crate) Secret);

impl BlobKey {
    /// A fresh key.
    pub fn random(random: &mut dyn Random) -> Self {
        let mut secret = Secret([0; 32]);
        random.fill(&mut secret.0);
        Self(secret)
    }

    /// A key from its bytes, for stores.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret(bytes))
    }

    /// Its bytes, for the encrypted store and for records that are sealed.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.0
    }
}

impl<C> Encode<C> for BlobKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for BlobKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let bytes = d.bytes()?.try_into().map_err(|_| minicbor::decode::Error::message("a key has 32 bytes"))?;
        Ok(Self::from_bytes(bytes))
    }
}

fn associated(index: usize, total: usize) -> Vec<u8> {
    let mut bytes = BLOB_PREFIX.to_vec();
    bytes.extend_from_slice(&(index as u32).to_be_bytes());
    bytes.extend_from_slice(&(total as u32).to_be_bytes());
    bytes
}

/// Seals `bytes` (at most [`MAX_SNAPSHOT`]) in chunks, padded to a Padmé length in all. Each chunk is bound to its place and
/// to how many there are, so none can be left out, repeated or moved.
pub fn seal_blob(key: &BlobKey, bytes: &[u8], random: &mut dyn Random) -> Result<Vec<Vec<u8>>, FormatError> {
    BLOB.check_length(bytes.len())?;
    let padded = seal::pad(bytes, seal::bucket(bytes.len() + 1));
    let total = padded.len().div_ceil(CHUNK_PLAIN);
    let chunks = padded.chunks(CHUNK_PLAIN).enumerate();
    Ok(chunks.map(|(index, chunk)| seal::seal(&key.0, &associated(index, total), chunk, random)).collect())
}

/// Opens all chunks of a blob, in order.
pub fn open_blob(key: &BlobKey, chunks: &[Vec<u8>]) -> Result<Vec<u8>, FormatError> {
    if chunks.len() > MAX_CHUNKS || chunks.iter().any(|chunk| chunk.len() > MAX_CHUNK) {
        return Err(FormatError::TooLong { what: BLOB.what, limit: BLOB.limit });
    }
    let mut padded = Vec::with_capacity(chunks.iter().map(Vec::len).sum());
    for (index, chunk) in chunks.iter().enumerate() {
        let plain = seal::open(&key.0, &associated(index, chunks.len()), chunk).ok_or_else(|| BLOB.does_not_open())?;
        padded.extend_from_slice(&plain);
    }
    let length = seal::unpad(&padded).ok_or_else(|| BLOB.malformed())?.len();
    padded.truncate(length);
    Ok(padded)
}

/// What names a sealed blob's bytes: SHA-256 over a prefix and all chunks in order.
pub fn blob_digest(chunks: &[Vec<u8>]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(BLOB_PREFIX);
    for chunk in chunks {
        hasher.update((chunk.len() as u32).to_be_bytes());
        hasher.update(chunk);
    }
    Digest(hasher.finalize().into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::SeededRandom;
    use crate::testing::hex;
    use proptest::prelude::*;

    fn key() -> BlobKey {
        BlobKey::from_bytes([3; 32])
    }

    #[test]
    fn the_blob_is_frozen() {
        let chunks = seal_blob(&key(), b"a snapshot", &mut SeededRandom::new(1)).unwrap();
        insta::assert_snapshot!(hex(&chunks.concat()));
        insta::assert_snapshot!(hex(blob_digest(&chunks).as_bytes()));
    }

    #[test]
    fn a_blob_of_any_length_comes_back_from_chunks_within_the_limit() {
        for length in [0, 1, CHUNK_PLAIN - 1, CHUNK_PLAIN, CHUNK_PLAIN + 1, 400_000] {
            let bytes = vec![7; length];
            let chunks = seal_blob(&key(), &bytes, &mut SeededRandom::new(1)).unwrap();
            assert!(chunks.iter().all(|chunk| chunk.len() <= MAX_CHUNK));
            assert_eq!(open_blob(&key(), &chunks).unwrap(), bytes);
        }
    }

    #[test]
    fn chunks_left_out_repeated_or_moved_do_not_open() {
        let chunks = seal_blob(&key(), &vec![7; 150_000], &mut SeededRandom::new(1)).unwrap();
        let mut moved = chunks.clone();
        moved.swap(0, 1);
        let mut repeated = chunks.clone();
        repeated[1] = repeated[0].clone();
        for bad in [chunks[1..].to_vec(), chunks[..chunks.len() - 1].to_vec(), moved, repeated] {
            assert_eq!(open_blob(&key(), &bad), Err(BLOB.does_not_open()));
        }
        assert!(open_blob(&key(), &[]).is_err());
    }

    proptest! {
        #[test]
        fn opening_strange_chunks_never_panics(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..4)) {
            prop_assert!(open_blob(&key(), &chunks).is_err());
        }
    }
}
