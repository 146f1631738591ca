//! Names for things that both sides of the wire speak of: sixteen random or derived bytes each, shown as base32.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use std::sync::LazyLock;

/// Lower-case base32 without padding (RFC 4648 alphabet): short to read aloud, safe in a link, a file name and a shell.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.translate.from.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.translate.to.push_str("abcdefghijklmnopqrstuvwxyz");
    // The specification above is a constant and valid; a mistake in it fails every test of this module.
    specification.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

/// What is wrong with a text that should be an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is not an id: ids here are {expected} letters and digits")]
pub struct IdError {
    expected: usize,
}

/// Bytes as lower-case base32, the way ids and links are written.
pub fn to_base32(bytes: &[u8]) -> String {
    BASE32.encode(bytes)
}

/// Reads what [`to_base32`] wrote; upper case is accepted.
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    BASE32.decode(text.as_bytes()).ok()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Its length in bytes.
            pub const LENGTH: usize = $length;

            /// A fresh random one.
            pub fn random(random: &mut dyn crate::Random) -> Self {
                let mut bytes = [0; $length];
                random.fill(&mut bytes);
                Self(bytes)
            }

            /// The bytes, for keys and hashes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// Reads exactly its length; anything else is `None`.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
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
                from_base32(text.trim())
                    .and_then(|bytes| Self::from_slice(&bytes))
                    .ok_or(IdError { expected: ($length * 8_usize).div_ceil(5) })
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Self::from_slice(d.bytes()?)
                    .ok_or_else(|| minicbor::decode::Error::message(concat!(stringify!($name), ": wrong length")))
            }
        }
    };
}

id!(
    /// One Automerge document: its log on the relay, and every generation of its MLS group.
    DocumentId, 16
);
id!(
    /// A device: the first 16 bytes of SHA-256 of its Ed25519 public key, and its Automerge actor id (design 3).
    DeviceId, 16
);
id!(
    /// A person within one document family; owns one or more devices (protocol 8).
    PersonId, 16
);
id!(
    /// One invitation, named in its link and at the relay.
    InviteId, 16
);
id!(
    /// One request to join, made by whoever holds a link.
    RequestId, 16
);
id!(
    /// A guest's link, as the relay knows it: derived from the link's secret.
    GuestLinkId, 16
);
id!(
    /// What a guest sent, random; also the id of the contribution that is made of it.
    GuestItemId, 16
);
id!(
    /// A typed code, as the relay knows it: derived from the code.
    GuestCodeId, 16
);
id!(
    /// A sealed blob at the relay (a snapshot's bytes).
    BlobId, 16
);
id!(
    /// A relay: random, made once when its store is created. Signed into every challenge.
    RelayId, 16
);
id!(
    /// A log's hash chain at one record: `H(n) = SHA-256("kith log 1" || H(n-1) || record n as stored)` (protocol 2).
    ChainHash, 32
);
id!(
    /// An Ed25519 public key.
    PublicKey, 32
);
id!(
    /// An Ed25519 signature.
    Signature, 64
);
id!(
    /// SHA-256 of something named by the field that holds it.
    Digest, 32
);

impl ChainHash {
    /// The chain before the first record of a document.
    pub const START: Self = Self([0; 32]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_in_either_case() {
        let id = DocumentId([7; 16]);
        let text = id.to_string();
        assert_eq!(text.len(), 26);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_uppercase().parse(), Ok(id));
    }

    #[test]
    fn a_text_of_another_length_or_alphabet_is_refused() {
        assert!("".parse::<DocumentId>().is_err());
        assert!("larch".parse::<DocumentId>().is_err());
        assert!("!".repeat(26).parse::<DocumentId>().is_err());
    }
}
