//! Presence: that a member is here, and at which place of the document. Sealed under the epoch's key, passed on by the relay to whoever is
//! connected, never kept by anybody.
//!
//! ```text
//! presence = nonce | sealed and padded (version 1 | CBOR [at, place])      associated data: "kith presence 1" | CBOR [document, generation, epoch, device]
//! ```
//!
//! All have one length, so that the relay does not learn the place from it. The associated data names the device, so that the relay
//! cannot pass one member's presence on as another's; it is not signed, and proves nothing to anybody.

use minicbor::{Decode, Encode};

use crate::format::{self, Format};
use crate::record::EpochKey;
use crate::{DeviceId, DocumentId, FormatError, GroupName, Random, seal};

const PRESENCE: Format = Format { what: "presence", version: 1, limit: 1024 };
const PREFIX: &[u8] = b"kith presence 1";
/// The longest place, in bytes.
const LONGEST_PLACE: usize = 96;
/// What is sealed always has this length.
const LENGTH: usize = 160;

/// Where somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Presence {
    /// When, in Unix milliseconds, by the device's own clock: the later of two is the one that counts.
    #[n(0)]
    pub at: i64,
    /// A place of the document as its pages name it; empty: they have left.
    #[n(1)]
    pub place: String,
}

#[derive(Encode)]
#[cbor(array)]
struct Bound {
    #[n(0)]
    document: DocumentId,
    #[n(1)]
    generation: u32,
    #[n(2)]
    epoch: u64,
    #[n(3)]
    device: DeviceId,
}

fn associated(name: &GroupName, epoch: u64, device: &DeviceId) -> Vec<u8> {
    let mut bytes = PREFIX.to_vec();
    format::write(&mut bytes, &Bound { document: name.document, generation: name.generation, epoch, device: *device });
    bytes
}

impl Presence {
    /// Seals it for the members of one epoch.
    ///
    /// # Errors
    /// [`FormatError::TooLong`] if the place is longer than 96 bytes.
    pub fn seal(
        &self,
        key: &EpochKey,
        name: &GroupName,
        epoch: u64,
        device: &DeviceId,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, FormatError> {
        if self.place.len() > LONGEST_PLACE {
            return Err(FormatError::TooLong { what: "place", limit: LONGEST_PLACE });
        }
        let padded = seal::pad(&PRESENCE.encode(self), LENGTH);
        Ok(seal::seal(&key.0, &associated(name, epoch, device), &padded, random))
    }

    /// Opens what a device sealed.
    ///
    /// # Errors
    /// [`FormatError`] if it was sealed for another epoch or by another device, or is of a newer version.
    pub fn open(key: &EpochKey, name: &GroupName, epoch: u64, device: &DeviceId, sealed: &[u8]) -> Result<Self, FormatError> {
        PRESENCE.check_length(sealed.len())?;
        let padded = seal::open(&key.0, &associated(name, epoch, device), sealed).ok_or_else(|| PRESENCE.does_not_open())?;
        let presence: Self = PRESENCE.decode(seal::unpad(&padded).ok_or_else(|| PRESENCE.malformed())?)?;
        if presence.place.len() > LONGEST_PLACE { Err(PRESENCE.malformed()) } else { Ok(presence) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::SeededRandom;
    use crate::testing::hex;

    fn name() -> GroupName {
        GroupName { document: DocumentId([1; 16]), generation: 0 }
    }

    fn sealed(place: &str) -> Vec<u8> {
        let presence = Presence { at: 1_795_000_000_000, place: place.to_owned() };
        presence.seal(&EpochKey::from_bytes([9; 32]), &name(), 7, &DeviceId([2; 16]), &mut SeededRandom::new(1)).unwrap()
    }

    #[test]
    fn presence_opens_for_its_epoch_and_its_device_only() {
        let key = EpochKey::from_bytes([9; 32]);
        let open =
            |epoch, device: u8, key: &EpochKey| Presence::open(key, &name(), epoch, &DeviceId([device; 16]), &sealed("2.3"));
        assert_eq!(open(7, 2, &key).unwrap().place, "2.3");
        assert!(open(8, 2, &key).is_err());
        assert!(open(7, 3, &key).is_err());
        assert!(open(7, 2, &EpochKey::from_bytes([8; 32])).is_err());
    }

    #[test]
    fn its_length_says_nothing_of_the_place_and_its_format_is_frozen() {
        assert_eq!(sealed("").len(), sealed(&"x".repeat(LONGEST_PLACE)).len());
        insta::assert_snapshot!(hex(&PRESENCE.encode(&Presence { at: 5, place: "2.3".into() })), @"01820563322e33");
        let long = Presence { at: 0, place: "x".repeat(LONGEST_PLACE + 1) };
        let refused = long.seal(&EpochKey::from_bytes([9; 32]), &name(), 7, &DeviceId([2; 16]), &mut SeededRandom::new(1));
        assert!(matches!(refused, Err(FormatError::TooLong { .. })));
    }

    #[test]
    fn foreign_bytes_are_refused() {
        for bytes in [&[][..], &[1; 10], &[1; 200], &[1; 2000]] {
            assert!(Presence::open(&EpochKey::from_bytes([9; 32]), &name(), 7, &DeviceId([2; 16]), bytes).is_err());
        }
    }
}
