//! Who is in a document's group, and as what.
//!
//! The roster lives in a GroupContext extension of MLS, so every member and the relay hold the same one, and every commit's
//! confirmation covers it. It speaks of devices and persons by random ids: names are in the document, which the relay cannot read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

use crate::format::Format;
use crate::{DeviceId, DocumentId, FormatError, PersonId, PublicKey};

/// What a device's holder may do in one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Writes, admits, removes and gives roles.
    #[n(1)]
    Lead,
    /// Writes.
    #[n(2)]
    Contributor,
    /// Reads.
    #[n(3)]
    Reader,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Lead => "lead",
            Self::Contributor => "contributor",
            Self::Reader => "reader",
        })
    }
}

/// A word that is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is one of: lead, contributor, reader")]
pub struct RoleError;

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "lead" => Ok(Self::Lead),
            "contributor" => Ok(Self::Contributor),
            "reader" => Ok(Self::Reader),
            _ => Err(RoleError),
        }
    }
}

/// Who may append changes to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum AppendRule {
    /// Leads and contributors.
    #[n(1)]
    Everyone,
    /// Leads only.
    #[n(2)]
    LeadsOnly,
}

/// What a document is for. A number that an older version does not know is kept as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DocumentKind(#[n(0)] pub u8);

impl DocumentKind {
    /// The working document of an assessment.
    pub const WORKING: Self = Self(1);
    /// Its summary.
    pub const SUMMARY: Self = Self(2);
    /// A strand record.
    pub const STRAND: Self = Self(3);
}

/// One device in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Member {
    /// The device.
    #[n(0)]
    pub device: DeviceId,
    /// Whose it is.
    #[n(1)]
    pub person: PersonId,
    /// What they may do.
    #[n(2)]
    pub role: Role,
    /// Its key; [`crate::device_id`] of it is `device`.
    #[n(3)]
    pub public: PublicKey,
}

/// Everybody in one generation of a document's group, at one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The document.
    pub document: DocumentId,
    /// The group's generation.
    pub generation: u32,
    /// What the document is for.
    pub kind: DocumentKind,
    /// Who may append changes.
    pub rule: AppendRule,
    /// Everybody, by device.
    pub members: BTreeMap<DeviceId, Member>,
}

impl Roster {
    /// The most devices that one group may have. Groups of 100 were measured; the limit leaves room and bounds every commit.
    pub const MAX_MEMBERS: usize = 256;

    /// The member that is `device`.
    pub fn member(&self, device: &DeviceId) -> Option<&Member> {
        self.members.get(device)
    }

    /// Whether `device` is a lead's.
    pub fn is_lead(&self, device: &DeviceId) -> bool {
        self.member(device).is_some_and(|member| member.role == Role::Lead)
    }

    /// The devices of `person`, in order of id.
    pub fn devices_of(&self, person: &PersonId) -> impl Iterator<Item = &Member> {
        let person = *person;
        self.members.values().filter(move |member| member.person == person)
    }

    /// The leads' devices, in order of id.
    pub fn leads(&self) -> impl Iterator<Item = &Member> {
        self.members.values().filter(|member| member.role == Role::Lead)
    }

    /// Everybody once, however many devices they have.
    pub fn persons(&self) -> BTreeSet<PersonId> {
        self.members.values().map(|member| member.person).collect()
    }

    /// What of it goes into the GroupContext: keys are left out, since the leaves hold them.
    pub(crate) fn claims(&self) -> RosterClaims {
        RosterClaims {
            kind: self.kind,
            rule: self.rule,
            rows: self.members.values().map(|member| (member.device, (member.person, member.role))).collect(),
        }
    }
}

/// The roster as the GroupContext extension `0xff01` holds it: a version byte, then `[kind, rule, [[device, person, role]...]]`
/// in strictly rising order of devices, so that one roster has one encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterClaims {
    /// What the document is for.
    pub kind: DocumentKind,
    /// Who may append changes.
    pub rule: AppendRule,
    /// Everybody's person and role, by device.
    pub rows: BTreeMap<DeviceId, (PersonId, Role)>,
}

const CLAIMS: Format = Format { what: "list of members", version: 1, limit: 16 * 1024 };

#[derive(Encode, Decode)]
#[cbor(array)]
struct ClaimsWire {
    #[n(0)]
    kind: DocumentKind,
    #[n(1)]
    rule: AppendRule,
    #[n(2)]
    rows: Vec<RowWire>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct RowWire {
    #[n(0)]
    device: DeviceId,
    #[n(1)]
    person: PersonId,
    #[n(2)]
    role: Role,
}

impl RosterClaims {
    /// The extension's bytes.
    pub fn encode(&self) -> Vec<u8> {
        CLAIMS.encode(&ClaimsWire {
            kind: self.kind,
            rule: self.rule,
            rows: self.rows.iter().map(|(&device, &(person, role))| RowWire { device, person, role }).collect(),
        })
    }

    /// Reads the extension's bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let wire: ClaimsWire = CLAIMS.decode(bytes)?;
        let rising = wire.rows.is_sorted_by(|a, b| a.device < b.device);
        if !rising || wire.rows.len() > Roster::MAX_MEMBERS {
            return Err(CLAIMS.malformed());
        }
        let rows = wire.rows.into_iter().map(|row| (row.device, (row.person, row.role))).collect();
        Ok(Self { kind: wire.kind, rule: wire.rule, rows })
    }
}

/// A whole roster in CBOR, as [`crate::GroupState`] keeps it.
#[derive(Encode, Decode)]
#[cbor(array)]
pub(crate) struct RosterWire {
    #[n(0)]
    document: DocumentId,
    #[n(1)]
    generation: u32,
    #[n(2)]
    kind: DocumentKind,
    #[n(3)]
    rule: AppendRule,
    #[n(4)]
    members: Vec<Member>,
}

impl From<&Roster> for RosterWire {
    fn from(roster: &Roster) -> Self {
        Self {
            document: roster.document,
            generation: roster.generation,
            kind: roster.kind,
            rule: roster.rule,
            members: roster.members.values().copied().collect(),
        }
    }
}

impl From<RosterWire> for Roster {
    fn from(wire: RosterWire) -> Self {
        Self {
            document: wire.document,
            generation: wire.generation,
            kind: wire.kind,
            rule: wire.rule,
            members: wire.members.into_iter().map(|member| (member.device, member)).collect(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn claims() -> RosterClaims {
        RosterClaims {
            kind: DocumentKind::WORKING,
            rule: AppendRule::Everyone,
            rows: [(DeviceId([1; 16]), (PersonId([2; 16]), Role::Lead)), (DeviceId([3; 16]), (PersonId([4; 16]), Role::Reader))]
                .into(),
        }
    }

    #[test]
    fn the_roster_extension_is_frozen() {
        let bytes = claims().encode();
        insta::assert_snapshot!(crate::testing::hex(&bytes));
        assert_eq!(RosterClaims::decode(&bytes), Ok(claims()));
    }

    #[test]
    fn a_roster_that_names_a_device_twice_or_out_of_order_is_refused() {
        let row = |device: u8| RowWire { device: DeviceId([device; 16]), person: PersonId([0; 16]), role: Role::Lead };
        for rows in [vec![row(1), row(1)], vec![row(2), row(1)]] {
            let bytes = CLAIMS.encode(&ClaimsWire { kind: DocumentKind::WORKING, rule: AppendRule::Everyone, rows });
            assert_eq!(RosterClaims::decode(&bytes), Err(CLAIMS.malformed()));
        }
    }

    #[test]
    fn a_kind_of_document_from_a_newer_version_is_kept() {
        let strange = RosterClaims { kind: DocumentKind(77), ..claims() };
        assert_eq!(RosterClaims::decode(&strange.encode()).unwrap().kind, DocumentKind(77));
    }

    #[test]
    fn roles_read_back_from_their_words() {
        for role in [Role::Lead, Role::Contributor, Role::Reader] {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert_eq!("owner".parse::<Role>(), Err(RoleError));
    }

    proptest! {
        #[test]
        fn decoding_a_roster_never_panics(bytes in crate::testing::bytes_like(claims().encode())) {
            let _ = RosterClaims::decode(&bytes);
            let _ = crate::format::read::<RosterWire>(&bytes);
        }
    }
}
