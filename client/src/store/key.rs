//! `kith.key`: the one file of a profile that is not encrypted. It holds the store's key, wrapped under the passphrase.
//!
//! The store's key is random, so that a passphrase can be changed without writing the store anew, and so that a keychain can
//! hold the same key later. The passphrase becomes a wrapping key by Argon2id; cost and salt stand in the file and are
//! authenticated with it. A wrong passphrase and a damaged key look the same to the AEAD: both are "does not open".

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use kith_group::Random;
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::StoreError;

/// The first byte of the file.
const VERSION: u8 = 1;
/// Separates this use of the AEAD from every other.
const DOMAIN: &[u8] = b"kith store key 1";
/// Separates the key for backups from the store's own.
const BACKUP_DOMAIN: &[u8] = b"kith backup key 1";
/// The shortest passphrase that is accepted, in characters.
pub const SHORTEST_PASSPHRASE: usize = 8;

/// How dear it is to try one passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct KeyCost {
    /// Memory, in KiB.
    #[n(0)]
    pub memory: u32,
    /// Passes over it.
    #[n(1)]
    pub passes: u32,
}

impl KeyCost {
    /// What every real profile gets: 64 MiB, three passes (RFC 9106, second recommended choice).
    pub const FULL: Self = Self { memory: 64 << 10, passes: 3 };
    /// For tests and benchmarks, which open many profiles that hold nothing real.
    pub const TESTS: Self = Self { memory: 64, passes: 1 };

    /// A file that asks for more than this was not written by Kith; obeying it would exhaust the machine.
    fn within_reason(self) -> bool {
        (16..=1 << 20).contains(&self.memory) && (1..=16).contains(&self.passes)
    }
}

/// The store's key: 32 random bytes, wiped when dropped.
#[derive(Clone)]
pub struct StoreKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreKey")
    }
}

impl StoreKey {
    /// A fresh one.
    pub fn random(random: &mut dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(bytes)
    }

    /// As SQLCipher takes a raw key: no derivation at open.
    pub(super) fn pragma(&self) -> Zeroizing<String> {
        let hex = Zeroizing::new(data_encoding::HEXLOWER.encode(self.0.as_ref()));
        Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex.as_str()))
    }

    /// The key for backups of this store: another than the store's own, so that neither says anything of the other's use.
    pub(super) fn for_backups(&self) -> Zeroizing<[u8; 32]> {
        let mut made = Zeroizing::new([0; 32]);
        made.copy_from_slice(&Sha256::new().chain_update(BACKUP_DOMAIN).chain_update(self.0.as_ref()).finalize());
        made
    }
}

/// What stands in the file after its version byte.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct KeyFile {
    #[n(0)]
    cost: KeyCost,
    #[cbor(n(1), with = "minicbor::bytes")]
    salt: [u8; 16],
    #[cbor(n(2), with = "minicbor::bytes")]
    nonce: [u8; 24],
    #[cbor(n(3), with = "minicbor::bytes")]
    wrapped: Vec<u8>,
}

/// Why a key file gave no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyFileError {
    Wrong,
    Damaged,
    Newer(u8),
}

fn wrapping_key(passphrase: &str, cost: KeyCost, salt: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let params = Params::new(cost.memory, cost.passes, 1, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
        .ok()?;
    Some(key)
}

/// Everything that is not secret and must not be exchanged: the domain, version, cost and salt.
fn associated(cost: KeyCost, salt: &[u8; 16]) -> Vec<u8> {
    let mut bytes = DOMAIN.to_vec();
    bytes.push(VERSION);
    bytes.extend(cost.memory.to_be_bytes());
    bytes.extend(cost.passes.to_be_bytes());
    bytes.extend(salt);
    bytes
}

/// The file's bytes: `key` wrapped under `passphrase`.
pub(super) fn wrap(key: &StoreKey, passphrase: &str, cost: KeyCost, random: &mut dyn Random) -> Result<Vec<u8>, StoreError> {
    if passphrase.chars().count() < SHORTEST_PASSPHRASE {
        return Err(StoreError::WeakPassphrase(SHORTEST_PASSPHRASE));
    }
    let (mut salt, mut nonce) = ([0; 16], [0; 24]);
    random.fill(&mut salt);
    random.fill(&mut nonce);
    let failed = || StoreError::Failed("the passphrase could not be turned into a key".to_owned());
    let wrapping = wrapping_key(passphrase, cost, &salt).ok_or_else(failed)?;
    let wrapped = XChaCha20Poly1305::new(&(*wrapping).into())
        .encrypt(&XNonce::from(nonce), Payload { msg: key.0.as_ref(), aad: &associated(cost, &salt) })
        .map_err(|_| failed())?;
    let mut file = vec![VERSION];
    minicbor::encode(&KeyFile { cost, salt, nonce, wrapped }, &mut file).map_err(|_| failed())?;
    Ok(file)
}

/// The key in a file that [`wrap`] wrote.
pub(super) fn unwrap(file: &[u8], passphrase: &str) -> Result<StoreKey, KeyFileError> {
    let (&version, rest) = file.split_first().ok_or(KeyFileError::Damaged)?;
    if version != VERSION {
        return Err(if version > VERSION { KeyFileError::Newer(version) } else { KeyFileError::Damaged });
    }
    let read: KeyFile = minicbor::decode(rest).map_err(|_| KeyFileError::Damaged)?;
    if !read.cost.within_reason() || read.wrapped.len() != 48 {
        return Err(KeyFileError::Damaged);
    }
    let wrapping = wrapping_key(passphrase, read.cost, &read.salt).ok_or(KeyFileError::Damaged)?;
    let opened = XChaCha20Poly1305::new(&(*wrapping).into())
        .decrypt(&XNonce::from(read.nonce), Payload { msg: &read.wrapped, aad: &associated(read.cost, &read.salt) })
        .map(Zeroizing::new)
        .map_err(|_| KeyFileError::Wrong)?;
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(opened.get(..32).ok_or(KeyFileError::Damaged)?);
    Ok(StoreKey(key))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use kith_group::SeededRandom;

    use super::*;

    const WORDS: &str = "otter lantern maple spoon";

    fn file() -> (StoreKey, Vec<u8>) {
        let mut random = SeededRandom::new(1);
        let key = StoreKey::random(&mut random);
        let file = wrap(&key, WORDS, KeyCost::TESTS, &mut random).unwrap();
        (key, file)
    }

    #[test]
    fn only_the_passphrase_that_wrapped_a_key_unwraps_it() {
        let (key, file) = file();
        assert_eq!(unwrap(&file, WORDS).unwrap().0, key.0);
        for wrong in ["", "otter lantern maple spoo", "Otter lantern maple spoon", "otter lantern maple spoon "] {
            assert_eq!(unwrap(&file, wrong).unwrap_err(), KeyFileError::Wrong, "{wrong:?}");
        }
    }

    #[test]
    fn no_changed_byte_of_a_key_file_yields_a_key() {
        let (_, file) = file();
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            // A cost that says more than is within reason must be refused before it is paid.
            assert!(unwrap(&changed, WORDS).is_err(), "byte {place}");
        }
        for length in 0..file.len() {
            assert!(unwrap(&file[..length], WORDS).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn a_newer_key_file_is_told_from_a_damaged_one() {
        let (_, mut file) = file();
        file[0] = 2;
        assert_eq!(unwrap(&file, WORDS).unwrap_err(), KeyFileError::Newer(2));
    }

    #[test]
    fn a_short_passphrase_is_refused() {
        let key = StoreKey::random(&mut SeededRandom::new(1));
        assert!(matches!(wrap(&key, "seven77", KeyCost::TESTS, &mut SeededRandom::new(2)), Err(StoreError::WeakPassphrase(8))));
    }

    #[test]
    fn the_format_of_the_key_file_is_frozen() {
        let (_, file) = file();
        insta::assert_snapshot!(data_encoding::HEXLOWER.encode(&file));
    }
}
