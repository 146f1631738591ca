//! Changes that any two devices make alike (protocol 7): schema steps, items from outside, whatever must not exist twice.
//!
//! Such a change is made in a scratch document that holds genesis alone, by an actor that belongs to no device, so nobody signs for
//! what it says: it is admitted only if this device derives the very same bytes from the same source.

use automerge::legacy::Key;
use automerge::transaction::{CommitOptions, Transaction};
use automerge::{ActorId, Automerge, AutomergeError, Change, TextEncoding};
use kith_group::DocumentId;
use sha2::{Digest as _, Sha256};

use super::Rules;
use super::guard::quietly;

/// How one kind of source becomes one change. Registered in [`Rules::mappings`]; another version is another actor and another change.
pub trait Mapping: Send + Sync {
    /// Part of the actor. Never used again for a mapping that writes something else.
    fn version(&self) -> u32;

    /// The source with this SHA-256, if this device has it. The answer must depend on the log before the change at hand only.
    fn source(&self, hash: &[u8; 32]) -> Option<Vec<u8>>;

    /// Writes the source into a document that holds genesis alone, under `key` (the source's hash), which is new.
    ///
    /// # Errors
    /// Whatever Automerge refuses.
    fn write(&self, transaction: &mut Transaction<'_>, key: &str, source: &[u8]) -> Result<(), AutomergeError>;
}

/// Why there is no deterministic change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// The document has no genesis change yet.
    #[error("the document has not begun")]
    NoGenesis,
    /// The mapping wrote nothing, or Automerge refused it.
    #[error("nothing can be derived from this source")]
    Refused,
}

/// SHA-256 of a source.
pub fn source_hash(source: &[u8]) -> [u8; 32] {
    Sha256::digest(source).into()
}

/// The key under which a source is kept in the document: its hash in lower-case hexadecimal.
pub fn key(hash: &[u8; 32]) -> String {
    hexadecimal(hash)
}

/// The actor of a derived change: `SHA-256("kith det 1" || document || source hash || mapping version)[..16]`, the version as four
/// bytes, big-endian.
pub fn actor(document: &DocumentId, hash: &[u8; 32], version: u32) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(b"kith det 1")
        .chain_update(document.as_bytes())
        .chain_update(hash)
        .chain_update(version.to_be_bytes())
        .finalize()
        .into();
    let mut actor = [0; 16];
    actor.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    actor
}

/// Derives the raw change that every device derives from this source.
///
/// # Errors
/// [`DeriveError`].
pub fn derive(document: &DocumentId, genesis: &[u8], mapping: &dyn Mapping, source: &[u8]) -> Result<Vec<u8>, DeriveError> {
    let hash = source_hash(source);
    let actor = actor(document, &hash, mapping.version());
    let work = || -> Result<Vec<u8>, DeriveError> {
        let mut scratch = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        let genesis = Change::try_from(genesis).map_err(|_| DeriveError::NoGenesis)?;
        scratch.apply_changes([genesis]).map_err(|_| DeriveError::NoGenesis)?;
        scratch.set_actor(ActorId::from(&actor));
        let before = scratch.get_heads();
        let mut transaction = scratch.transaction();
        if mapping.write(&mut transaction, &key(&hash), source).is_err() {
            transaction.rollback();
            return Err(DeriveError::Refused);
        }
        // Without options Automerge writes time 0.
        transaction.commit_with(CommitOptions::default());
        match scratch.get_changes(&before).as_slice() {
            [change] => Ok(change.raw_bytes().to_vec()),
            _ => Err(DeriveError::Refused),
        }
    };
    quietly(work).map_err(|_| DeriveError::Refused)?
}

/// Whether `raw` is exactly what `mapping` derives from `source`.
pub fn check(document: &DocumentId, genesis: &[u8], mapping: &dyn Mapping, source: &[u8], raw: &[u8]) -> bool {
    derive(document, genesis, mapping, source).is_ok_and(|derived| derived == raw)
}

/// Whether a change that arrived is one that some registered mapping derives.
pub(super) fn is_derived(genesis: &[u8], rules: &Rules, change: &Change) -> bool {
    if rules.mappings.is_empty() || change.seq() != 1 {
        return false;
    }
    let Ok(expanded) = quietly(|| change.decode()) else { return false };
    let hashes = expanded.operations.iter().filter_map(|operation| match &operation.key {
        Key::Map(key) => read_key(key),
        Key::Seq(_) => None,
    });
    for hash in hashes {
        for mapping in &rules.mappings {
            if change.actor_id().to_bytes() != actor(&rules.document, &hash, mapping.version()) {
                continue;
            }
            let source = mapping.source(&hash).filter(|source| source_hash(source) == hash);
            return source.is_some_and(|source| check(&rules.document, genesis, mapping.as_ref(), &source, change.raw_bytes()));
        }
    }
    false
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn read_key(key: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let bytes = key.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (to, pair) in hash.iter_mut().zip(bytes.chunks_exact(2)) {
        if let [high, low] = pair {
            *to = digit(*high)? << 4 | digit(*low)?;
        }
    }
    Some(hash)
}
