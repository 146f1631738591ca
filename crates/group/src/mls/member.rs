//! What a member does with its group.
//!
//! Each function loads the group from the open transaction's rows, does one thing and leaves everything in the rows again:
//! there is no object whose memory could be ahead of the disk. On an error the caller rolls the transaction back.

use std::collections::BTreeMap;

use openmls::prelude::tls_codec::{DeserializeBytes as _, Serialize as _};
use openmls::prelude::{
    GroupId, KeyPackage, KeyPackageIn, LeafNodeIndex, MlsGroup, MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _,
    ProcessedMessageContent, ProtocolVersion, Sender, StagedWelcome,
};
use zeroize::Zeroizing;

use crate::format;
use crate::mls::facts::{bound_leaf, commit_facts, roster};
use crate::mls::provider::{
    CIPHERSUITE, Provider, capabilities, context_extensions, create_config, credential, join_config, lifetime,
};
use crate::mls::storage::storage_failed;
use crate::mls::{commit, guarded};
use crate::policy::{self, CommitFacts, CommitSender, ContextChange, LeafFacts};
use crate::seal::Secret;
use crate::{
    AppendRule, DeviceId, DeviceKey, Digest, DocumentKind, EpochKey, GroupError, GroupName, GroupState, JoinRequest, Member,
    PersonId, PolicyRefusal, PublicKey, Random, Role, Roster, RosterClaims, Rows,
};

/// The longest Welcome that is read, in bytes: it carries the tree of the largest group.
const MAX_WELCOME: usize = 1024 * 1024;

/// A KeyPackage, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPackageFacts {
    /// Whose it is; bound to `public` by hash.
    pub device: DeviceId,
    /// The device's key.
    pub public: PublicKey,
    /// SHA-256 of the bytes.
    pub digest: Digest,
}

/// Somebody to admit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// Their device's KeyPackage.
    pub key_package: Vec<u8>,
    /// Whose it is.
    pub person: PersonId,
    /// As what.
    pub role: Role,
}

/// A change of a group. All but [`Change::Refresh`] are for leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Admits devices.
    Admit(Vec<NewMember>),
    /// Removes devices.
    Remove(Vec<DeviceId>),
    /// Removes devices and admits others at once: a lost device for a new one.
    Swap {
        /// Devices to remove.
        remove: Vec<DeviceId>,
        /// Devices to admit.
        admit: Vec<NewMember>,
    },
    /// Gives all devices of a person a role.
    SetRole {
        /// The person.
        person: PersonId,
        /// Their role from now on.
        role: Role,
    },
    /// Renews this device's own keys.
    Refresh,
}

/// A commit that is pending in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The commit, for the log.
    pub commit: Vec<u8>,
    /// The Welcome for all admitted devices, if any are.
    pub welcome: Option<Vec<u8>>,
    /// The group as it will be if the log takes the commit: seal under it only what travels with the commit.
    pub next: GroupState,
}

/// What a processed commit made of the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This device is still in it.
    Member(GroupState),
    /// This device was removed by it.
    Removed,
}

/// A commit that was merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// Who made it.
    pub sender: DeviceId,
    /// What its maker signed with it: [`crate::CommitAad`].
    pub authenticated: Vec<u8>,
    /// What it made of the group.
    pub outcome: Outcome,
    /// Whether it was this device's own pending one.
    pub was_mine: bool,
}

/// Founds a group whose only member is this device, as lead. Its state, and a GroupInfo for
/// [`crate::RelayGroup::from_group_info`]. What an earlier group of that name left in the store is deleted.
pub fn create(
    rows: &mut dyn Rows,
    random: &mut dyn Random,
    key: &DeviceKey,
    name: GroupName,
    kind: DocumentKind,
    rule: AppendRule,
    person: PersonId,
) -> Result<(GroupState, Vec<u8>), GroupError> {
    let provider = Provider::new(rows, random);
    let claims = RosterClaims { kind, rule, rows: [(key.id(), (person, Role::Lead))].into() };
    let group_id = group_id(name);
    provider.storage().delete_group(&group_id).map_err(storage_failed)?;
    let group =
        MlsGroup::new_with_group_id(&provider, key, &create_config(&claims)?, group_id, credential(key)).map_err(mls_failed)?;
    let info = group.export_group_info(provider.crypto(), key, true).map_err(mls_failed)?;
    let info = info.tls_serialize_detached().map_err(mls_failed)?;
    Ok((state(&provider, &group, name)?, info))
}

/// Makes a KeyPackage, with which a lead can admit this device. Its secrets stay in the store until it is used, or until
/// [`forget_key_package`].
pub fn key_package(rows: &mut dyn Rows, random: &mut dyn Random, key: &DeviceKey) -> Result<Vec<u8>, GroupError> {
    let provider = Provider::new(rows, random);
    let bundle = KeyPackage::builder()
        .key_package_lifetime(lifetime())
        .leaf_node_capabilities(capabilities())
        .build(CIPHERSUITE, &provider, key, credential(key))
        .map_err(mls_failed)?;
    bundle.key_package().tls_serialize_detached().map_err(mls_failed)
}

/// Deletes a KeyPackage's secrets: whoever was invited was declined, or gave up.
pub fn forget_key_package(rows: &mut dyn Rows, bytes: &[u8]) -> Result<(), GroupError> {
    use openmls_traits::storage::StorageProvider as _;
    let provider = Provider::reading(rows);
    let (package, _) = verified_key_package(bytes)?;
    let reference = package.hash_ref(provider.crypto()).map_err(mls_failed)?;
    provider.storage().delete_key_package(&reference).map_err(storage_failed)
}

/// Reads and verifies somebody's KeyPackage; its device is bound to its key.
pub fn read_key_package(bytes: &[u8]) -> Result<KeyPackageFacts, GroupError> {
    let (_, leaf) = verified_key_package(bytes)?;
    Ok(KeyPackageFacts { device: leaf.device, public: leaf.public, digest: format::digest("", &[bytes]) })
}

/// Makes a commit and keeps it pending in the store; one that was pending before is dropped. Nothing changes for this device
/// until the log brings the commit back to [`process`].
pub fn stage(
    rows: &mut dyn Rows,
    random: &mut dyn Random,
    key: &DeviceKey,
    name: GroupName,
    change: &Change,
    authenticated: &[u8],
) -> Result<Staged, GroupError> {
    let provider = Provider::new(rows, random);
    let mut group = load(&provider, name)?;
    group.clear_pending_commit(provider.storage()).map_err(storage_failed)?;
    let before = roster(group.public_group())?;
    let plan = Plan::new(key, &before, change)?;
    // The same rules as everybody's, before anything is made: their sentences are better than MLS's.
    policy::judge_commit(&before, &plan.facts)?;

    let leaving: Vec<LeafNodeIndex> = group
        .members()
        .filter(|member| {
            let leaf = group.public_group().leaf(member.index).and_then(bound_leaf);
            leaf.is_some_and(|leaf| plan.removed.contains(&leaf.device))
        })
        .map(|member| member.index)
        .collect();
    group.set_aad(authenticated.to_vec());
    let mut builder = group.commit_builder().force_self_update(true).propose_adds(plan.packages).propose_removals(leaving);
    if let ContextChange::Roster(claims) = &plan.facts.context {
        builder = builder.propose_group_context_extensions(context_extensions(claims)?).map_err(mls_failed)?;
    }
    let bundle = builder
        .load_psks(provider.storage())
        .map_err(mls_failed)?
        .build(provider.rand(), provider.crypto(), key, |_| true)
        .map_err(mls_failed)?
        .stage_commit(&provider)
        .map_err(mls_failed)?;

    let staged = group.pending_commit().ok_or_else(|| GroupError::Mls("the commit was not kept".to_owned()))?;
    let facts = commit_facts(group.public_group(), &Sender::Member(group.own_leaf_index()), staged);
    let roster = policy::judge_commit(&before, &facts)?;
    let secret = staged.export_secret(provider.crypto(), EpochKey::LABEL, &[], 32).map_err(mls_failed)?;
    let next = GroupState { name, epoch: staged.epoch().as_u64(), key: epoch_key(secret)?, roster };
    let welcome = bundle.to_welcome_msg().map(|welcome| welcome.tls_serialize_detached());
    Ok(Staged {
        commit: bundle.commit().tls_serialize_detached().map_err(mls_failed)?,
        welcome: welcome.transpose().map_err(mls_failed)?,
        next,
    })
}

/// Judges the log's next commit, this device's own included, and merges it. A commit that was pending and lost is dropped.
pub fn process(
    rows: &mut dyn Rows,
    random: &mut dyn Random,
    key: &DeviceKey,
    name: GroupName,
    commit: &[u8],
) -> Result<Processed, GroupError> {
    guarded(GroupError::BadCommit, || process_next(&Provider::new(rows, random), key, name, commit))
}

fn process_next(provider: &Provider<'_>, key: &DeviceKey, name: GroupName, commit: &[u8]) -> Result<Processed, GroupError> {
    let mut group = load(provider, name)?;
    let before = roster(group.public_group())?;
    let message = commit::read(commit, name, group.epoch().as_u64())?;
    let processed = group.process_message(provider, message).map_err(commit::refused_by_member)?;
    let sender = processed.sender().clone();
    let authenticated = processed.aad().to_vec();
    let (after, facts, was_mine) = match processed.into_content() {
        ProcessedMessageContent::StagedCommitMessage(staged) => {
            let facts = commit_facts(group.public_group(), &sender, &staged);
            let after = policy::judge_commit(&before, &facts)?;
            group.merge_staged_commit(provider, *staged).map_err(mls_failed)?;
            (after, facts, false)
        }
        ProcessedMessageContent::OwnPendingCommit => {
            let staged = group.pending_commit().ok_or(GroupError::OwnCommitLost)?;
            let facts = commit_facts(group.public_group(), &sender, staged);
            let after = policy::judge_commit(&before, &facts)?;
            group.merge_pending_commit(provider).map_err(mls_failed)?;
            (after, facts, true)
        }
        _ => return Err(GroupError::NotACommit),
    };
    let CommitSender::Member(sender) = facts.sender else { return Err(PolicyRefusal::OutsiderCommit.into()) };
    let outcome = if group.is_active() {
        let state = state(provider, &group, name)?;
        // What was judged and what MLS made of it must be one thing; anything else is a fault of ours, not to be lived with.
        if state.roster != after || state.roster.member(&key.id()).is_none() {
            return Err(PolicyRefusal::RosterMismatch.into());
        }
        Outcome::Member(state)
    } else {
        Outcome::Removed
    };
    Ok(Processed { sender: sender.device, authenticated, outcome, was_mine })
}

/// The epoch that a commit would end, and what its maker signed with it, unverified: for whoever only routes it.
pub fn peek(commit: &[u8]) -> Result<(u64, Vec<u8>), GroupError> {
    commit::peek(commit).ok_or(GroupError::NotACommit)
}

/// Drops the pending commit, if any. If the log brings it after all, this device cannot go on ([`GroupError::OwnCommitLost`]).
pub fn clear_pending(rows: &mut dyn Rows, name: GroupName) -> Result<(), GroupError> {
    let provider = Provider::reading(rows);
    let mut group = load(&provider, name)?;
    group.clear_pending_commit(provider.storage()).map_err(storage_failed)
}

/// Deletes everything of a group from the store. Nothing happens if there is none.
pub fn forget(rows: &mut dyn Rows, name: GroupName) -> Result<(), GroupError> {
    Provider::reading(rows).storage().delete_group(&group_id(name)).map_err(storage_failed)
}

/// Joins by a Welcome, which must be for `expected` and come from a lead. What an earlier membership left in the store is
/// replaced. The KeyPackage is consumed even on an error, unless the transaction is rolled back (notes 6.8).
pub fn join(
    rows: &mut dyn Rows,
    random: &mut dyn Random,
    key: &DeviceKey,
    welcome: &[u8],
    expected: GroupName,
) -> Result<GroupState, GroupError> {
    guarded(GroupError::BadWelcome, || join_by(&Provider::new(rows, random), key, welcome, expected))
}

fn join_by(provider: &Provider<'_>, key: &DeviceKey, welcome: &[u8], expected: GroupName) -> Result<GroupState, GroupError> {
    if welcome.len() > MAX_WELCOME {
        return Err(GroupError::BadWelcome("it is too long".to_owned()));
    }
    let message = MlsMessageIn::tls_deserialize_exact_bytes(welcome).map_err(welcome_refused)?;
    let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
        return Err(GroupError::BadWelcome("it is something else".to_owned()));
    };
    let builder = StagedWelcome::build_from_welcome(provider, &join_config(), welcome).map_err(welcome_refused)?;
    let found = GroupName::from_slice(builder.processed_welcome().unverified_group_info().group_id().as_slice());
    match found {
        None => return Err(GroupError::WrongGroup),
        Some(found) if found != expected => return Err(GroupError::UnexpectedGroup(found)),
        Some(_) => {}
    }
    let staged = builder.skip_lifetime_validation().replace_old_group().build().map_err(welcome_refused)?;
    let sender = staged.welcome_sender().ok().and_then(bound_leaf).ok_or(PolicyRefusal::IdentityNotBound)?;
    provider.storage().delete_group(&group_id(expected)).map_err(storage_failed)?;
    let group = staged.into_group(provider).map_err(welcome_refused)?;
    let state = state(provider, &group, expected)?;
    if state.roster.member(&key.id()).is_none_or(|member| member.public != key.public()) {
        return Err(PolicyRefusal::NotAMember.into());
    }
    if !state.roster.is_lead(&sender.device) {
        return Err(PolicyRefusal::NotALead.into());
    }
    Ok(state)
}

/// What a [`Change`] comes to, before MLS is asked.
struct Plan {
    packages: Vec<KeyPackage>,
    removed: Vec<DeviceId>,
    facts: CommitFacts,
}

impl Plan {
    fn new(key: &DeviceKey, before: &Roster, change: &Change) -> Result<Self, GroupError> {
        let (admit, removed): (&[NewMember], &[DeviceId]) = match change {
            Change::Admit(admit) => (admit, &[]),
            Change::Remove(remove) => (&[], remove),
            Change::Swap { remove, admit } => (admit, remove),
            Change::SetRole { .. } | Change::Refresh => (&[], &[]),
        };
        let mut members: BTreeMap<DeviceId, Member> = before.members.clone();
        for device in removed {
            members.remove(device).ok_or(GroupError::NoSuchDevice(*device))?;
        }
        let mut packages = Vec::new();
        let mut added = Vec::new();
        for new in admit {
            let (package, LeafFacts { device, public }) = verified_key_package(&new.key_package)?;
            members.insert(device, Member { device, person: new.person, role: new.role, public });
            packages.push(package);
            added.push(Some(LeafFacts { device, public }));
        }
        if let Change::SetRole { person, role } = change {
            before.devices_of(person).next().ok_or(GroupError::NoSuchPerson)?;
            members.values_mut().filter(|member| member.person == *person).for_each(|member| member.role = *role);
        }
        let own = LeafFacts { device: key.id(), public: key.public() };
        let context = match change {
            Change::Refresh => ContextChange::None,
            _ => ContextChange::Roster(Roster { members, ..before.clone() }.claims()),
        };
        let facts = CommitFacts {
            sender: CommitSender::Member(own),
            added,
            removed: removed.iter().copied().map(Some).collect(),
            context,
            forbidden: false,
            path: Some(Some(own)),
        };
        Ok(Self { packages, removed: removed.to_vec(), facts })
    }
}

fn group_id(name: GroupName) -> GroupId {
    GroupId::from_slice(&name.to_bytes())
}

/// The group out of the store; `Removed` if this device no longer belongs to it.
fn load(provider: &Provider<'_>, name: GroupName) -> Result<MlsGroup, GroupError> {
    let group = MlsGroup::load(provider.storage(), &group_id(name)).map_err(storage_failed)?.ok_or(GroupError::NoGroup)?;
    if group.is_active() { Ok(group) } else { Err(GroupError::Removed) }
}

fn state(provider: &Provider<'_>, group: &MlsGroup, name: GroupName) -> Result<GroupState, GroupError> {
    let secret = group.export_secret(provider.crypto(), EpochKey::LABEL, &[], 32).map_err(mls_failed)?;
    Ok(GroupState { name, epoch: group.epoch().as_u64(), key: epoch_key(secret)?, roster: roster(group.public_group())? })
}

fn epoch_key(secret: Vec<u8>) -> Result<EpochKey, GroupError> {
    let secret = Zeroizing::new(secret);
    let bytes = secret.as_slice().try_into().map_err(|_| GroupError::Mls("an epoch key has 32 bytes".to_owned()))?;
    Ok(EpochKey(Secret(bytes)))
}

fn verified_key_package(bytes: &[u8]) -> Result<(KeyPackage, LeafFacts), GroupError> {
    if bytes.len() > JoinRequest::MAX_PACKAGE {
        return Err(GroupError::BadKeyPackage);
    }
    let package = guarded(
        |_| GroupError::BadKeyPackage,
        || {
            let package = KeyPackageIn::tls_deserialize_exact_bytes(bytes).map_err(|_| GroupError::BadKeyPackage)?;
            let crypto = openmls_rust_crypto::RustCrypto::default();
            package.validate(&crypto, ProtocolVersion::Mls10).map_err(|_| GroupError::BadKeyPackage)
        },
    )?;
    if package.ciphersuite() != CIPHERSUITE {
        return Err(GroupError::BadKeyPackage);
    }
    let leaf = bound_leaf(package.leaf_node()).ok_or(PolicyRefusal::IdentityNotBound)?;
    Ok((package, leaf))
}

fn mls_failed(error: impl std::fmt::Display) -> GroupError {
    GroupError::Mls(error.to_string())
}

fn welcome_refused(error: impl std::fmt::Display) -> GroupError {
    GroupError::BadWelcome(error.to_string())
}
