//! Ids: sixteen bytes each, written as 26 lower-case base32 letters and digits (protocol 6).
//!
//! This crate knows nothing of keys or networks, so it has its own small types; their bytes and their text are the same as those
//! of the crates that do.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.translate.from.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.translate.to.push_str("abcdefghijklmnopqrstuvwxyz");
    // A constant, valid specification: were it not, every test of this module would fail.
    specification.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

/// Bytes as lower-case base32 without padding.
pub(crate) fn to_base32(bytes: &[u8]) -> String {
    BASE32.encode(bytes)
}

/// Reads what [`to_base32`] wrote; upper case is accepted.
pub(crate) fn from_base32(text: &str) -> Option<Vec<u8>> {
    BASE32.decode(text.as_bytes()).ok()
}

/// What is wrong with a text that should be an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is not an id: ids here are 26 letters and digits")]
pub struct IdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// Exactly sixteen bytes; anything else is `None`.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        /// On a page an id is text.
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                "string".to_owned()
            }

            fn inline(_: &ts_rs::Config) -> String {
                "string".to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_base32(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                from_base32(text.trim()).and_then(|bytes| Self::from_slice(&bytes)).ok_or(IdError)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// An entry, or a differing view: anything that somebody wrote under a fresh random id.
    EntryId
);
id!(
    /// A person within one document family; owns one or more devices (protocol 8).
    PersonId
);
id!(
    /// A device: its Automerge actor id.
    DeviceId
);
id!(
    /// One invitation.
    InviteId
);

/// Automerge writes this before a base actor, with a level, when a device edits at heads that do not cover its own last change.
const DERIVED_ACTOR: [u8; 4] = [0x13, 0xb2, 0x23, 0x09];

/// The device that writes as `actor`: sixteen bytes stand for themselves, and Automerge's derived actors
/// (`13 b2 23 09 || leb128(level) || actor`, any number of times) for the device that they derive from. Else `None`.
pub fn device_of_actor(actor: &[u8]) -> Option<DeviceId> {
    let mut rest = actor;
    loop {
        if let Some(device) = DeviceId::from_slice(rest) {
            return Some(device);
        }
        rest = rest.strip_prefix(&DERIVED_ACTOR)?;
        // A level is one unsigned LEB128 number: up to ten bytes, the last of which has its top bit clear.
        let level = rest.iter().take(10).position(|byte| byte & 0x80 == 0)?;
        rest = rest.get(level + 1..)?;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_in_either_case() {
        let id = EntryId([7; 16]);
        assert_eq!(id.to_string().len(), 26);
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        assert!("larch".parse::<EntryId>().is_err());
    }

    #[test]
    fn a_derived_actor_belongs_to_the_device_that_it_derives_from() {
        let base = [9_u8; 16];
        let mut once = DERIVED_ACTOR.to_vec();
        once.extend([0x81, 0x01]);
        once.extend(base);
        let mut twice = DERIVED_ACTOR.to_vec();
        twice.push(3);
        twice.extend(&once);
        for actor in [base.to_vec(), once, twice] {
            assert_eq!(device_of_actor(&actor), Some(DeviceId(base)));
        }
        assert_eq!(device_of_actor(&[]), None);
        assert_eq!(device_of_actor(&[1; 15]), None);
        assert_eq!(device_of_actor(&[0x13, 0xb2, 0x23, 0x09, 0xff, 0xff]), None);
    }
}
