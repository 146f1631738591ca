//! What every format of this crate shares: a version byte, then one CBOR value, then nothing.
//!
//! Limits are checked before anything is decoded, so that a stranger's bytes never decide how much memory is taken.

use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::Digest;

/// Why bytes are not what they should be. The sentences hold nothing of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Longer than its kind may be.
    #[error("this {what} is longer than the {limit} bytes that are allowed")]
    TooLong {
        /// What it should have been.
        what: &'static str,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Made by a later version of Kith.
    #[error("this {what} was made by a newer version of Kith (format {version}): update Kith to read it")]
    UnknownVersion {
        /// What it should have been.
        what: &'static str,
        /// The version byte found.
        version: u8,
    },
    /// Not a value of this format.
    #[error("this {what} is damaged and cannot be read")]
    Malformed {
        /// What it should have been.
        what: &'static str,
    },
    /// The key at hand does not open it, or a byte of it was changed.
    #[error("this {what} does not open: it was altered, or sealed for somebody else")]
    DoesNotOpen {
        /// What it should have been.
        what: &'static str,
    },
}

/// What can be wrong with a log record: see [`FormatError`].
pub type RecordError = FormatError;

/// One format: its name for people, its version byte and its limit in bytes.
pub(crate) struct Format {
    pub(crate) what: &'static str,
    pub(crate) version: u8,
    pub(crate) limit: usize,
}

impl Format {
    /// The error for bytes that are not of this format.
    pub(crate) fn malformed(&self) -> FormatError {
        FormatError::Malformed { what: self.what }
    }

    /// The error for a failed authentication.
    pub(crate) fn does_not_open(&self) -> FormatError {
        FormatError::DoesNotOpen { what: self.what }
    }

    /// Checks the limit.
    pub(crate) fn check_length(&self, length: usize) -> Result<(), FormatError> {
        if length > self.limit {
            return Err(FormatError::TooLong { what: self.what, limit: self.limit });
        }
        Ok(())
    }

    /// The version byte and the CBOR of `value`.
    pub(crate) fn encode<T: Encode<()>>(&self, value: &T) -> Vec<u8> {
        let mut bytes = vec![self.version];
        write(&mut bytes, value);
        bytes
    }

    /// Checks limit and version; what follows the version byte.
    pub(crate) fn payload<'b>(&self, bytes: &'b [u8]) -> Result<&'b [u8], FormatError> {
        self.check_length(bytes.len())?;
        let (version, rest) = bytes.split_first().ok_or_else(|| self.malformed())?;
        if *version != self.version {
            return Err(FormatError::UnknownVersion { what: self.what, version: *version });
        }
        Ok(rest)
    }

    /// Reads what [`Format::encode`] wrote; bytes after the value are refused.
    pub(crate) fn decode<'b, T: Decode<'b, ()>>(&self, bytes: &'b [u8]) -> Result<T, FormatError> {
        read(self.payload(bytes)?).ok_or_else(|| self.malformed())
    }
}

/// Appends the CBOR of `value`.
#[allow(clippy::expect_used)] // Memory takes every byte, and no encoder of this crate makes an error of its own.
pub(crate) fn write<T: Encode<()>>(bytes: &mut Vec<u8>, value: &T) {
    minicbor::encode(value, bytes).expect("encoding into memory cannot fail");
}

/// Reads one CBOR value that takes all of `bytes`.
pub(crate) fn read<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Option<T> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(value)
}

/// SHA-256 of a domain prefix and some parts. The caller sees to it that the parts cannot run into each other.
pub(crate) fn digest(prefix: &str, parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(prefix.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}
