//! What is lawful: the one set of rules that the relay and every client run.
//!
//! The relay is not trusted to guard membership, and a member is not trusted to keep to the rules: a commit is judged by the
//! relay when it comes in, by every member before it is merged, and by its own maker before it is sent (notes 2).

use std::collections::BTreeMap;

use crate::roster::RosterClaims;
use crate::{DeviceId, Member, PublicKey, RecordKind, Role, Roster, device_id};

/// Why something is not lawful. Each has a sentence for people; the variants are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PolicyRefusal {
    /// The device is not in the group.
    #[error("this device is not a member of the assessment")]
    NotAMember,
    /// Readers write nothing; in documents for leads only, contributors neither.
    #[error("your role in this document does not allow writing in it")]
    RoleMayNotWrite,
    /// A lead must do this.
    #[error("only a lead can admit, remove or give roles")]
    NotALead,
    /// Guests' items come from the relay, never from a member.
    #[error("members cannot add guests' items")]
    NotForMembers,
    /// Somebody from outside tried to add themselves.
    #[error("nobody can join without being admitted by a lead")]
    OutsiderCommit,
    /// The device that sent the commit is not the one that made it.
    #[error("this change of members was made by another device than the one that sent it")]
    SenderIsAnother,
    /// A proposal of a kind that is not used here: by reference, update, pre-shared key, re-initialisation, or unknown.
    #[error("this change of members is of a kind that Kith does not allow")]
    ForbiddenProposal,
    /// A device's commit removes the device itself, which MLS does not allow.
    #[error("a device cannot remove itself: another lead must do it")]
    RemovesItself,
    /// A device tried to change its key or its identity.
    #[error("a device cannot change its identity; a lead can remove it and admit it anew")]
    CredentialChanged,
    /// The admitted device's id is not the hash of its key.
    #[error("the device to be admitted claims an identity that is not its own")]
    IdentityNotBound,
    /// The device is in the group already.
    #[error("this device is a member already")]
    AlreadyAMember,
    /// Devices came or went and the list of members was not renewed.
    #[error("the list of members was not renewed with the change of members")]
    RosterMissing,
    /// The new list of members is not the old one with exactly these devices added and removed, or cannot be read.
    #[error("the new list of members does not match the change of members")]
    RosterMismatch,
    /// The list would change what the document is for or who may write in it.
    #[error("what a document is for, and who may write in it, cannot be changed")]
    DocumentRuleChanged,
    /// A device would change hands.
    #[error("a device cannot be given to another person")]
    PersonChanged,
    /// Nobody would be left to admit and remove.
    #[error("at least one lead must remain")]
    LastLead,
    /// More than [`Roster::MAX_MEMBERS`].
    #[error("a document can have at most {} devices", Roster::MAX_MEMBERS)]
    TooManyMembers,
}

/// Whether `device` may append a record of `kind`. What a commit says is judged by [`judge_commit`].
pub fn may_append(roster: &Roster, device: &DeviceId, kind: RecordKind) -> Result<(), PolicyRefusal> {
    let member = roster.member(device).ok_or(PolicyRefusal::NotAMember)?;
    match kind {
        // Everybody renews their own keys and says what they have seen.
        RecordKind::Commit | RecordKind::Receipt => Ok(()),
        RecordKind::Change | RecordKind::Snapshot | RecordKind::Unknown(_) => match (member.role, roster.rule) {
            (Role::Lead, _) | (Role::Contributor, crate::AppendRule::Everyone) => Ok(()),
            (Role::Contributor, crate::AppendRule::LeadsOnly) | (Role::Reader, _) => Err(PolicyRefusal::RoleMayNotWrite),
        },
        RecordKind::Generation if member.role == Role::Lead => Ok(()),
        RecordKind::Generation => Err(PolicyRefusal::NotALead),
        RecordKind::Guest => Err(PolicyRefusal::NotForMembers),
    }
}

/// Who made a commit, as MLS found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitSender {
    /// A member of the current epoch, with its key there.
    Member(LeafFacts),
    /// An external commit, or a leaf that cannot be read.
    Outsider,
}

/// What a leaf says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeafFacts {
    /// The identity in its credential.
    pub device: DeviceId,
    /// Its signature key.
    pub public: PublicKey,
}

/// What the new GroupContext says, if the commit replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextChange {
    /// The commit leaves it as it is.
    None,
    /// A list of members, and everything else in the context unchanged.
    Roster(RosterClaims),
    /// Something else changed, or the list cannot be read.
    Other,
}

/// Everything about a commit that the rules need, taken from MLS before it is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFacts {
    /// Who made it.
    pub sender: CommitSender,
    /// Devices added, in order; `None` stands for a leaf that is not a device of ours at all.
    pub added: Vec<Option<LeafFacts>>,
    /// Devices removed; `None` stands for a leaf that is not in the roster.
    pub removed: Vec<Option<DeviceId>>,
    /// The replaced context.
    pub context: ContextChange,
    /// Whether there is any other proposal, or one by reference.
    pub forbidden: bool,
    /// The committer's new leaf, if the commit has an update path; inner `None` if it is no device's.
    pub path: Option<Option<LeafFacts>>,
}

impl CommitFacts {
    /// Whether it only renews the committer's own keys.
    pub fn is_refresh_only(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.context == ContextChange::None && !self.forbidden
    }
}

/// Judges a commit against the roster of the epoch that it ends. The roster of the next epoch, or why it is not lawful.
///
/// The order of the rules is part of the protocol: all who judge name the same refusal.
pub fn judge_commit(before: &Roster, facts: &CommitFacts) -> Result<Roster, PolicyRefusal> {
    let CommitSender::Member(sender) = facts.sender else { return Err(PolicyRefusal::OutsiderCommit) };
    let member = before.member(&sender.device).ok_or(PolicyRefusal::NotAMember)?;
    if member.public != sender.public {
        return Err(PolicyRefusal::CredentialChanged);
    }
    if facts.forbidden {
        return Err(PolicyRefusal::ForbiddenProposal);
    }
    if facts.path.is_some_and(|leaf| leaf != Some(sender)) {
        return Err(PolicyRefusal::CredentialChanged);
    }
    if facts.is_refresh_only() {
        return Ok(before.clone());
    }
    if member.role != Role::Lead {
        return Err(PolicyRefusal::NotALead);
    }
    if facts.removed.contains(&Some(sender.device)) {
        return Err(PolicyRefusal::RemovesItself);
    }
    let keys = keys_after(before, facts)?;
    let claims = match &facts.context {
        ContextChange::None => return Err(PolicyRefusal::RosterMissing),
        ContextChange::Other => return Err(PolicyRefusal::RosterMismatch),
        ContextChange::Roster(claims) => claims,
    };
    if claims.kind != before.kind || claims.rule != before.rule {
        return Err(PolicyRefusal::DocumentRuleChanged);
    }
    let after = roster_from_claims(before, claims, &keys)?;
    if before.members.values().any(|old| after.member(&old.device).is_some_and(|new| new.person != old.person)) {
        return Err(PolicyRefusal::PersonChanged);
    }
    judge_roster(&after)?;
    Ok(after)
}

/// What holds for every roster on its own: somebody leads, and it is not too long.
pub(crate) fn judge_roster(roster: &Roster) -> Result<(), PolicyRefusal> {
    if roster.leads().next().is_none() {
        return Err(PolicyRefusal::LastLead);
    }
    if roster.members.len() > Roster::MAX_MEMBERS {
        return Err(PolicyRefusal::TooManyMembers);
    }
    Ok(())
}

/// The keys of all members after the commit: old ones without the removed, and the added.
fn keys_after(before: &Roster, facts: &CommitFacts) -> Result<BTreeMap<DeviceId, PublicKey>, PolicyRefusal> {
    let mut keys: BTreeMap<_, _> = before.members.values().map(|member| (member.device, member.public)).collect();
    for removed in &facts.removed {
        let device = removed.ok_or(PolicyRefusal::NotAMember)?;
        keys.remove(&device).ok_or(PolicyRefusal::NotAMember)?;
    }
    for added in &facts.added {
        let leaf = added.ok_or(PolicyRefusal::IdentityNotBound)?;
        if device_id(&leaf.public) != leaf.device {
            return Err(PolicyRefusal::IdentityNotBound);
        }
        if keys.insert(leaf.device, leaf.public).is_some() {
            return Err(PolicyRefusal::AlreadyAMember);
        }
    }
    if keys.len() > Roster::MAX_MEMBERS {
        return Err(PolicyRefusal::TooManyMembers);
    }
    Ok(keys)
}

/// The roster that `claims` makes of the devices with `keys`: they must be exactly the same devices.
pub(crate) fn roster_from_claims(
    of: &Roster,
    claims: &RosterClaims,
    keys: &BTreeMap<DeviceId, PublicKey>,
) -> Result<Roster, PolicyRefusal> {
    if !claims.rows.keys().eq(keys.keys()) {
        return Err(PolicyRefusal::RosterMismatch);
    }
    let members = claims
        .rows
        .iter()
        .zip(keys.values())
        .map(|((&device, &(person, role)), &public)| (device, Member { device, person, role, public }))
        .collect();
    Ok(Roster { document: of.document, generation: of.generation, kind: claims.kind, rule: claims.rule, members })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::{AppendRule, DeviceKey, DocumentId, DocumentKind, PersonId};

    fn key(seed: u8) -> DeviceKey {
        DeviceKey::from_seed([seed; 32])
    }

    fn leaf(seed: u8) -> LeafFacts {
        LeafFacts { device: key(seed).id(), public: key(seed).public() }
    }

    /// Seeds 1, 2 and 3: a lead, a contributor, a reader.
    fn roster(rule: AppendRule) -> Roster {
        let roles = [(1, Role::Lead), (2, Role::Contributor), (3, Role::Reader)];
        let members = roles.map(|(seed, role)| {
            let LeafFacts { device, public } = leaf(seed);
            (device, Member { device, person: PersonId([seed; 16]), role, public })
        });
        Roster { document: DocumentId([1; 16]), generation: 0, kind: DocumentKind::WORKING, rule, members: members.into() }
    }

    fn before() -> Roster {
        roster(AppendRule::Everyone)
    }

    fn refresh(seed: u8) -> CommitFacts {
        CommitFacts {
            sender: CommitSender::Member(leaf(seed)),
            added: vec![],
            removed: vec![],
            context: ContextChange::None,
            forbidden: false,
            path: Some(Some(leaf(seed))),
        }
    }

    /// The lead admits seed 4 as a reader.
    fn admission() -> CommitFacts {
        let mut claims = before().claims();
        claims.rows.insert(leaf(4).device, (PersonId([4; 16]), Role::Reader));
        CommitFacts { added: vec![Some(leaf(4))], context: ContextChange::Roster(claims), ..refresh(1) }
    }

    #[test]
    fn who_may_append_what_is_one_table() {
        use PolicyRefusal::{NotALead, NotAMember, NotForMembers, RoleMayNotWrite};
        let table = |rule, kind| {
            let roster = roster(rule);
            [1, 2, 3, 9].map(|seed| may_append(&roster, &leaf(seed).device, kind).err())
        };
        let everyone = |kind| table(AppendRule::Everyone, kind);
        let all = [None, None, None, Some(NotAMember)];
        let writers = [None, None, Some(RoleMayNotWrite), Some(NotAMember)];
        assert_eq!(everyone(RecordKind::Commit), all);
        assert_eq!(everyone(RecordKind::Receipt), all);
        assert_eq!(everyone(RecordKind::Change), writers);
        assert_eq!(everyone(RecordKind::Snapshot), writers);
        assert_eq!(everyone(RecordKind::Unknown(99)), writers);
        assert_eq!(everyone(RecordKind::Generation), [None, Some(NotALead), Some(NotALead), Some(NotAMember)]);
        let none = [Some(NotForMembers), Some(NotForMembers), Some(NotForMembers), Some(NotAMember)];
        assert_eq!(everyone(RecordKind::Guest), none);
        assert_eq!(
            table(AppendRule::LeadsOnly, RecordKind::Change),
            [None, Some(RoleMayNotWrite), Some(RoleMayNotWrite), Some(NotAMember)]
        );
    }

    #[test]
    fn everybody_renews_their_own_keys() {
        for seed in 1..=3 {
            assert_eq!(judge_commit(&before(), &refresh(seed)), Ok(before()));
        }
    }

    #[test]
    fn a_lawful_admission_gives_exactly_the_new_roster() {
        let after = judge_commit(&before(), &admission()).unwrap();
        assert_eq!(after.members.len(), 4);
        assert_eq!(after.member(&leaf(4).device).map(|member| member.public), Some(leaf(4).public));
    }

    #[test]
    fn every_unlawful_commit_has_its_own_refusal() {
        type Spoil = fn(&mut CommitFacts);
        let cases: [(Spoil, PolicyRefusal); 13] = [
            (|facts| facts.sender = CommitSender::Outsider, PolicyRefusal::OutsiderCommit),
            (|facts| facts.sender = CommitSender::Member(leaf(9)), PolicyRefusal::NotAMember),
            (|facts| facts.forbidden = true, PolicyRefusal::ForbiddenProposal),
            (|facts| facts.path = Some(None), PolicyRefusal::CredentialChanged),
            (|facts| facts.path = Some(Some(leaf(2))), PolicyRefusal::CredentialChanged),
            (|facts| (facts.sender, facts.path) = (CommitSender::Member(leaf(2)), Some(Some(leaf(2)))), PolicyRefusal::NotALead),
            (|facts| facts.context = ContextChange::None, PolicyRefusal::RosterMissing),
            (|facts| facts.context = ContextChange::Other, PolicyRefusal::RosterMismatch),
            (|facts| facts.added = vec![None], PolicyRefusal::IdentityNotBound),
            (
                |facts| facts.added = vec![Some(LeafFacts { device: DeviceId([7; 16]), ..leaf(4) })],
                PolicyRefusal::IdentityNotBound,
            ),
            (|facts| facts.added = vec![Some(leaf(2))], PolicyRefusal::AlreadyAMember),
            (|facts| facts.removed = vec![Some(leaf(9).device)], PolicyRefusal::NotAMember),
            (|facts| facts.removed = vec![Some(leaf(1).device)], PolicyRefusal::RemovesItself),
        ];
        for (at, (spoil, refusal)) in cases.into_iter().enumerate() {
            let mut facts = admission();
            spoil(&mut facts);
            assert_eq!(judge_commit(&before(), &facts), Err(refusal), "case {at}");
            assert!(!refusal.to_string().is_empty());
        }
    }

    #[test]
    fn a_device_readmitted_in_one_commit_stays_with_its_person() {
        let mut claims = before().claims();
        claims.rows.insert(leaf(2).device, (PersonId([9; 16]), Role::Lead));
        let facts = CommitFacts {
            added: vec![Some(leaf(2))],
            removed: vec![Some(leaf(2).device)],
            context: ContextChange::Roster(claims),
            ..refresh(1)
        };
        assert_eq!(judge_commit(&before(), &facts), Err(PolicyRefusal::PersonChanged));
    }

    #[test]
    fn a_group_has_a_limit() {
        let mut claims = before().claims();
        let mut added = Vec::new();
        for number in 0..Roster::MAX_MEMBERS {
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&(number as u64 + 1).to_be_bytes());
            let key = DeviceKey::from_seed(seed);
            claims.rows.insert(key.id(), (PersonId([4; 16]), Role::Reader));
            added.push(Some(LeafFacts { device: key.id(), public: key.public() }));
        }
        let facts = CommitFacts { added, context: ContextChange::Roster(claims), ..refresh(1) };
        assert_eq!(judge_commit(&before(), &facts), Err(PolicyRefusal::TooManyMembers));
    }
}
