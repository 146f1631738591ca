//! A backup: one file that holds rows of a store, sealed.
//!
//! ```text
//! "kith backup 1\n" | length of the key file, u32 | kith.key | nonce, 24 bytes | rows as CBOR, XChaCha20-Poly1305
//! ```
//!
//! The key is made from the store's key, which stands wrapped in the key file: so no passphrase is needed to make a backup while Kith
//! is open, and the passphrase of that day opens it. All that stands before the rows is authenticated with them.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use kith_group::Random;
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use super::key::{self, KeyFileError, StoreKey};
use super::{StoreError, VERSION};

/// What every backup begins with. The number is that of the format.
const MAGIC: &[u8] = b"kith backup 1\n";
/// What backups of later formats begin with too.
const ANY_MAGIC: &[u8] = b"kith backup ";
const NONCE: usize = 24;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Contents {
    /// When it was made, in Unix seconds, by the clock of the computer that made it.
    #[n(0)]
    pub made: i64,
    /// The rows.
    #[n(1)]
    pub rows: Vec<RowCopy>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RowCopy {
    /// Its space.
    #[n(0)]
    pub space: u8,
    /// Its key.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key: Vec<u8>,
    /// Its value.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub value: Vec<u8>,
}

/// Writes a backup.
pub(super) fn seal(key: &StoreKey, key_file: &[u8], contents: &Contents, random: &mut dyn Random) -> Result<Vec<u8>, StoreError> {
    let failed = || StoreError::Failed("the backup could not be sealed".to_owned());
    let mut plain = Zeroizing::new(Vec::new());
    minicbor::encode(contents, &mut *plain).map_err(|_| failed())?;
    let length = u32::try_from(key_file.len()).map_err(|_| failed())?;
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce);
    let mut file = [MAGIC, &length.to_be_bytes(), key_file, &nonce].concat();
    let sealed = XChaCha20Poly1305::new(&(*key.for_backups()).into())
        .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &file })
        .map_err(|_| failed())?;
    file.extend(sealed);
    Ok(file)
}

/// Opens a backup with its passphrase.
pub(super) fn open(file: &[u8], passphrase: &str) -> Result<Contents, StoreError> {
    let parts = parts(file)?;
    let key = key::unwrap(parts.key_file, passphrase).map_err(|error| match error {
        KeyFileError::Wrong => StoreError::BackupPassphrase,
        KeyFileError::Damaged => StoreError::NotABackup,
        KeyFileError::Newer(found) => StoreError::Newer { found: found.into(), known: VERSION },
    })?;
    unseal(&key, &parts)
}

/// Opens a backup with the key of the store that it is of.
pub(super) fn open_with(key: &StoreKey, file: &[u8]) -> Result<Contents, StoreError> {
    unseal(key, &parts(file)?)
}

struct Parts<'f> {
    /// All that stands before the rows.
    head: &'f [u8],
    key_file: &'f [u8],
    nonce: [u8; NONCE],
    sealed: &'f [u8],
}

fn parts(file: &[u8]) -> Result<Parts<'_>, StoreError> {
    let Some(rest) = file.strip_prefix(MAGIC) else {
        let newer = file.strip_prefix(ANY_MAGIC).and_then(|rest| rest.split(|byte| *byte == b'\n').next());
        let newer = newer.and_then(|number| std::str::from_utf8(number).ok()?.parse().ok());
        return Err(newer
            .filter(|found| *found > 1)
            .map_or(StoreError::NotABackup, |found| StoreError::Newer { found, known: 1 }));
    };
    let divided = || {
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (key_file, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let head = file.get(..file.len() - sealed.len())?;
        Some(Parts { head, key_file, nonce: *nonce, sealed })
    };
    divided().ok_or(StoreError::NotABackup)
}

fn unseal(key: &StoreKey, parts: &Parts<'_>) -> Result<Contents, StoreError> {
    let plain = XChaCha20Poly1305::new(&(*key.for_backups()).into())
        .decrypt(&XNonce::from(parts.nonce), Payload { msg: parts.sealed, aad: parts.head })
        .map(Zeroizing::new)
        .map_err(|_| StoreError::NotABackup)?;
    minicbor::decode(&plain).map_err(|_| StoreError::NotABackup)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use kith_group::SeededRandom;

    use super::super::KeyCost;
    use super::*;

    const WORDS: &str = "otter lantern maple spoon";

    fn made() -> (Contents, Vec<u8>) {
        let mut random = SeededRandom::new(1);
        let key = StoreKey::random(&mut random);
        let key_file = key::wrap(&key, WORDS, KeyCost::TESTS, &mut random).unwrap();
        let row = RowCopy { space: 13, key: vec![1, 2], value: b"They wait for each other.".to_vec() };
        let contents = Contents { made: 7, rows: vec![row] };
        let file = seal(&key, &key_file, &contents, &mut random).unwrap();
        assert_eq!(open_with(&key, &file).unwrap(), contents);
        (contents, file)
    }

    #[test]
    fn the_passphrase_of_that_day_opens_it_and_no_other() {
        let (contents, file) = made();
        assert_eq!(open(&file, WORDS).unwrap(), contents);
        assert!(matches!(open(&file, "otter lantern maple spoo"), Err(StoreError::BackupPassphrase)));
        assert!(!file.windows(4).any(|window| window == b"They"));
    }

    #[test]
    fn no_changed_or_missing_byte_goes_unseen() {
        let (_, file) = made();
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            assert!(open(&changed, WORDS).is_err(), "byte {place}");
            assert!(open(&file[..place], WORDS).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn a_backup_of_a_later_format_is_told_from_a_damaged_one() {
        let (_, file) = made();
        let later = [b"kith backup 2\n", &file[MAGIC.len()..]].concat();
        assert!(matches!(open(&later, WORDS), Err(StoreError::Newer { found: 2, known: 1 })));
        assert!(matches!(open(b"not one", WORDS), Err(StoreError::NotABackup)));
    }
}
