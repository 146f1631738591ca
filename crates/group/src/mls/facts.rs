//! From MLS's own types to the facts that policy judges.

use std::collections::BTreeMap;

use openmls::prelude::{
    BasicCredential, Extension, Extensions, GroupContext, LeafNode, LeafNodeIndex, Proposal, ProposalOrRefType, PublicGroup,
    Sender, StagedCommit,
};

use crate::mls::provider::{ROSTER_EXTENSION, required_capabilities};
use crate::policy::{self, CommitFacts, CommitSender, ContextChange, LeafFacts};
use crate::{
    AppendRule, DeviceId, DocumentKind, GroupError, GroupName, PolicyRefusal, PublicKey, Roster, RosterClaims, device_id,
};

/// What a leaf says of itself, if it is of the form that a device's has.
pub(crate) fn leaf_facts(leaf: &LeafNode) -> Option<LeafFacts> {
    let credential = BasicCredential::try_from(leaf.credential().clone()).ok()?;
    Some(LeafFacts {
        device: DeviceId::from_slice(credential.identity())?,
        public: PublicKey::from_slice(leaf.signature_key().as_slice())?,
    })
}

/// A leaf whose device id is the hash of its key.
pub(crate) fn bound_leaf(leaf: &LeafNode) -> Option<LeafFacts> {
    leaf_facts(leaf).filter(|facts| device_id(&facts.public) == facts.device)
}

/// The roster of a group as it stands: its context's list, which must be exactly its leaves, each bound to its key.
pub(crate) fn roster(group: &PublicGroup) -> Result<Roster, GroupError> {
    let name = GroupName::from_slice(group.group_id().as_slice()).ok_or(GroupError::WrongGroup)?;
    let ContextChange::Roster(claims) = context_change(group.group_context().extensions()) else {
        return Err(PolicyRefusal::RosterMismatch.into());
    };
    let mut keys = BTreeMap::new();
    for member in group.members() {
        let leaf = group.leaf(member.index).and_then(bound_leaf).ok_or(PolicyRefusal::IdentityNotBound)?;
        keys.insert(leaf.device, leaf.public);
    }
    let of = Roster {
        document: name.document,
        generation: name.generation,
        kind: DocumentKind::WORKING,
        rule: AppendRule::Everyone,
        members: BTreeMap::new(),
    };
    let roster = policy::roster_from_claims(&of, &claims, &keys)?;
    policy::judge_roster(&roster)?;
    Ok(roster)
}

/// What a set of context extensions says: exactly ours, or something else.
fn context_change(extensions: &Extensions<GroupContext>) -> ContextChange {
    let mut claims = None;
    let mut required = false;
    for extension in extensions.iter() {
        match extension {
            Extension::RequiredCapabilities(found) if *found == required_capabilities() => required = true,
            Extension::Unknown(ROSTER_EXTENSION, found) => claims = RosterClaims::decode(&found.0).ok(),
            _ => return ContextChange::Other,
        }
    }
    match claims {
        Some(claims) if required => ContextChange::Roster(claims),
        _ => ContextChange::Other,
    }
}

/// The facts of a commit, before it is merged into `group`.
pub(crate) fn commit_facts(group: &PublicGroup, sender: &Sender, staged: &StagedCommit) -> CommitFacts {
    let device_at = |index: LeafNodeIndex| group.leaf(index).and_then(leaf_facts);
    let sender = match sender {
        Sender::Member(index) => device_at(*index).map_or(CommitSender::Outsider, CommitSender::Member),
        _ => CommitSender::Outsider,
    };
    let mut facts = CommitFacts {
        sender,
        added: Vec::new(),
        removed: Vec::new(),
        context: ContextChange::None,
        forbidden: false,
        path: staged.update_path_leaf_node().map(leaf_facts),
    };
    for queued in staged.queued_proposals() {
        if queued.proposal_or_ref_type() != ProposalOrRefType::Proposal {
            facts.forbidden = true;
        }
        match queued.proposal() {
            Proposal::Add(add) => facts.added.push(leaf_facts(add.key_package().leaf_node())),
            Proposal::Remove(remove) => facts.removed.push(device_at(remove.removed()).map(|leaf| leaf.device)),
            Proposal::GroupContextExtensions(context) => {
                // MLS allows one at most; a second would hide the first from the rules.
                facts.forbidden |= facts.context != ContextChange::None;
                facts.context = context_change(context.extensions());
            }
            _ => facts.forbidden = true,
        }
    }
    facts
}
