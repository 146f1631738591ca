//! A group's name, and all of its state that the edit path needs.

use minicbor::{Decode, Encode};

use crate::format::Format;
use crate::roster::RosterWire;
use crate::seal::Secret;
use crate::{DocumentId, EpochKey, FormatError, Roster};

/// One generation of a document's group. Its MLS group id is the document's id, then the generation as four bytes, high first.
///
/// A document is not its group: a group that cannot go on (notes 6.1) is formed anew as the next generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(array)]
pub struct GroupName {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Counted from 0.
    #[n(1)]
    pub generation: u32,
}

impl GroupName {
    /// The MLS group id.
    pub fn to_bytes(self) -> [u8; 20] {
        let mut bytes = [0; 20];
        let (document, generation) = bytes.split_at_mut(DocumentId::LENGTH);
        document.copy_from_slice(self.document.as_bytes());
        generation.copy_from_slice(&self.generation.to_be_bytes());
        bytes
    }

    /// Reads an MLS group id.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let (document, generation) = bytes.split_at_checked(DocumentId::LENGTH)?;
        Some(Self { document: DocumentId::from_slice(document)?, generation: u32::from_be_bytes(generation.try_into().ok()?) })
    }
}

/// A group at one epoch as a member sees it: enough to seal, open and judge, without loading any MLS state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupState {
    /// The group.
    pub name: GroupName,
    /// The epoch.
    pub epoch: u64,
    /// The epoch's key.
    pub key: EpochKey,
    /// Who is in it.
    pub roster: Roster,
}

const STATE: Format = Format { what: "group state", version: 1, limit: 64 * 1024 };

#[derive(Encode, Decode)]
#[cbor(array)]
struct StateWire {
    #[n(0)]
    epoch: u64,
    #[cbor(n(1), with = "minicbor::bytes")]
    key: [u8; 32],
    #[n(2)]
    roster: RosterWire,
}

impl GroupState {
    /// Bytes for a row of the encrypted store: they hold the epoch's key.
    pub fn encode(&self) -> Vec<u8> {
        STATE.encode(&StateWire { epoch: self.epoch, key: self.key.0.0, roster: (&self.roster).into() })
    }

    /// Reads the row.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let wire: StateWire = STATE.decode(bytes)?;
        let roster: Roster = wire.roster.into();
        Ok(Self {
            name: GroupName { document: roster.document, generation: roster.generation },
            epoch: wire.epoch,
            key: EpochKey(Secret(wire.key)),
            roster,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
pub(crate) mod tests {
    use super::*;
    use crate::testing::{bytes_like, hex};
    use crate::{AppendRule, DeviceKey, DocumentKind, Member, PersonId, Role};
    use proptest::prelude::*;

    pub(crate) fn state() -> GroupState {
        let key = DeviceKey::from_seed([1; 32]);
        let member = Member { device: key.id(), person: PersonId([2; 16]), role: Role::Lead, public: key.public() };
        let name = GroupName { document: DocumentId([3; 16]), generation: 1 };
        GroupState {
            name,
            epoch: 5,
            key: EpochKey::from_bytes([0x41; 32]),
            roster: Roster {
                document: name.document,
                generation: name.generation,
                kind: DocumentKind::WORKING,
                rule: AppendRule::Everyone,
                members: [(member.device, member)].into(),
            },
        }
    }

    #[test]
    fn the_group_state_is_frozen_and_prints_no_key() {
        insta::assert_snapshot!(hex(&state().encode()));
        assert_eq!(GroupState::decode(&state().encode()), Ok(state()));
        assert!(!format!("{:?}", state()).contains("65, 65"));
    }

    #[test]
    fn a_group_is_named_by_document_and_generation() {
        let name = state().name;
        assert_eq!(GroupName::from_slice(&name.to_bytes()), Some(name));
        assert_eq!(GroupName::from_slice(&name.to_bytes()[1..]), None);
        assert_eq!(GroupName::from_slice(&[0; 21]), None);
    }

    proptest! {
        #[test]
        fn decoding_a_group_state_never_panics(bytes in bytes_like(state().encode())) {
            let _ = GroupState::decode(&bytes);
        }
    }
}
