//! What the relay knows of a group.

use minicbor::bytes::ByteVec;
use openmls::prelude::tls_codec::DeserializeBytes as _;
use openmls::prelude::{
    GroupId, MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _, ProcessedMessageContent, ProposalStore, PublicGroup,
};

use crate::format::{self, Format};
use crate::mls::facts::{commit_facts, roster};
use crate::mls::provider::{CIPHERSUITE, Provider};
use crate::mls::storage::{MLS, storage_failed};
use crate::mls::{commit, guarded};
use crate::policy::{self, CommitSender};
use crate::{DeviceId, GroupError, GroupName, MemoryRows, PolicyRefusal, Roster};

/// The longest GroupInfo that is read, in bytes: a founder's group has one leaf.
const MAX_GROUP_INFO: usize = 16 * 1024;

const GROUP: Format = Format { what: "group at the relay", version: 1, limit: 4 * 1024 * 1024 };
const GROUP_PREFIX: &str = "kith relay group 1";

/// A group as the relay sees it: its public tree and context, no secrets. A value: judging a commit gives a new one.
///
/// It cannot check a commit's confirmation tag, membership tag or path secrets, which only members can (notes 6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayGroup {
    name: GroupName,
    epoch: u64,
    roster: Roster,
    /// The four values that OpenMLS keeps of a public group.
    rows: MemoryRows,
}

/// A lawful commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The group after it.
    pub next: RelayGroup,
    /// What its maker signed with it: [`crate::CommitAad`].
    pub authenticated: Vec<u8>,
    /// Devices that it admits.
    pub added: Vec<DeviceId>,
    /// Devices that it removes.
    pub removed: Vec<DeviceId>,
    /// Whether it only renews its maker's keys.
    pub refresh_only: bool,
}

impl RelayGroup {
    /// The group that a founder's GroupInfo describes: verified, one lead, of our ciphersuite.
    pub fn from_group_info(bytes: &[u8]) -> Result<Self, GroupError> {
        guarded(GroupError::BadGroup, || Self::founded(bytes))
    }

    fn founded(bytes: &[u8]) -> Result<Self, GroupError> {
        if bytes.len() > MAX_GROUP_INFO {
            return Err(GroupError::BadGroup("its description is too long".to_owned()));
        }
        let message = MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(bad)?;
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
            return Err(GroupError::BadGroup("this is no description of a group".to_owned()));
        };
        if info.ciphersuite() != CIPHERSUITE {
            return Err(GroupError::BadGroup("it uses other cryptography".to_owned()));
        }
        let tree = info.extensions().ratchet_tree().map(|extension| extension.ratchet_tree().clone());
        let tree = tree.ok_or_else(|| GroupError::BadGroup("it has no list of members".to_owned()))?;
        let mut rows = MemoryRows::default();
        let provider = Provider::reading(&mut rows);
        let (group, _) =
            PublicGroup::from_external(provider.crypto(), provider.storage(), tree, info, ProposalStore::new()).map_err(bad)?;
        Self::new(&group, rows)
    }

    /// Reads what [`RelayGroup::to_bytes`] wrote. A checksum stands before the rest, so that MLS is never given damaged state.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, GroupError> {
        let (sum, rest) = GROUP.payload(bytes)?.split_first_chunk::<32>().ok_or_else(|| GROUP.malformed())?;
        if format::digest(GROUP_PREFIX, &[rest]).0 != *sum {
            return Err(GROUP.malformed().into());
        }
        let (name, values): (GroupName, Vec<(ByteVec, ByteVec)>) = format::read(rest).ok_or_else(|| GROUP.malformed())?;
        let values = values.into_iter().map(|(key, value)| ((MLS, key.into()), value.into()));
        let mut rows = MemoryRows(values.collect());
        let group = load(&mut rows, name)?;
        Self::new(&group, rows)
    }

    fn new(group: &PublicGroup, rows: MemoryRows) -> Result<Self, GroupError> {
        let roster = roster(group)?;
        let name = GroupName { document: roster.document, generation: roster.generation };
        Ok(Self { name, epoch: group.group_context().epoch().as_u64(), roster, rows })
    }

    /// Bytes for the relay's store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let values: Vec<(ByteVec, ByteVec)> =
            self.rows.0.iter().map(|((_, key), value)| (key.clone().into(), value.clone().into())).collect();
        let mut rest = Vec::new();
        format::write(&mut rest, &(self.name, values));
        let mut bytes = vec![GROUP.version];
        bytes.extend_from_slice(format::digest(GROUP_PREFIX, &[&rest]).as_bytes());
        bytes.extend_from_slice(&rest);
        bytes
    }

    /// The group.
    pub fn name(&self) -> GroupName {
        self.name
    }

    /// The epoch at which it stands.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Who is in it.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Judges a commit that `submitter`, a signed-in device, sent. Nothing changes: the caller keeps `next` if it takes it.
    pub fn judge(&self, commit: &[u8], submitter: &DeviceId) -> Result<Judged, GroupError> {
        guarded(GroupError::BadCommit, || self.judged(commit, submitter))
    }

    fn judged(&self, commit: &[u8], submitter: &DeviceId) -> Result<Judged, GroupError> {
        let message = commit::read(commit, self.name, self.epoch)?;
        let mut rows = self.rows.clone();
        let mut group = load(&mut rows, self.name)?;
        let provider = Provider::reading(&mut rows);
        let processed = group.process_message(provider.crypto(), message).map_err(|error| commit::refused_by_relay(&error))?;
        let sender = processed.sender().clone();
        let authenticated = processed.aad().to_vec();
        let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
            return Err(GroupError::NotACommit);
        };
        let facts = commit_facts(&group, &sender, &staged);
        let after = policy::judge_commit(&self.roster, &facts)?;
        if !matches!(facts.sender, CommitSender::Member(leaf) if leaf.device == *submitter) {
            return Err(PolicyRefusal::SenderIsAnother.into());
        }
        group.merge_commit(provider.storage(), *staged).map_err(bad)?;
        let next = Self::new(&group, rows)?;
        if next.roster != after {
            return Err(PolicyRefusal::RosterMismatch.into());
        }
        Ok(Judged {
            next,
            authenticated,
            added: facts.added.iter().flatten().map(|leaf| leaf.device).collect(),
            removed: facts.removed.iter().flatten().copied().collect(),
            refresh_only: facts.is_refresh_only(),
        })
    }
}

fn load(rows: &mut MemoryRows, name: GroupName) -> Result<PublicGroup, GroupError> {
    let provider = Provider::reading(rows);
    PublicGroup::load(provider.storage(), &GroupId::from_slice(&name.to_bytes()))
        .map_err(storage_failed)?
        .ok_or(GroupError::NoGroup)
}

fn bad(error: impl std::fmt::Display) -> GroupError {
    GroupError::BadGroup(error.to_string())
}
