//! What is said about the document outside it: its heads, each actor's last change, and which changes a signature covers.

use automerge::{ActorId, ChangeHash, ObjId, ReadDoc};
use kith_group::{DeviceId, Digest, actor_family};
use sha2::{Digest as _, Sha256};

use super::{Replica, has};

/// The last admitted change of one actor: what a bundle's statement signs (protocol 3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastChange {
    /// The actor, of 16 bytes or derived (notes 4).
    pub actor: Vec<u8>,
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
}

/// What a device's signed statement covers of the changes that are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Every change of the device's family.
    Whole,
    /// It signs a change that is not here: something of that author is missing.
    Missing(Digest),
    /// It covers all but these (later ones, or other ones than it signs).
    AllBut(Vec<Digest>),
}

impl Replica {
    /// Heads of the replica, sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.admitted.get_heads()
    }

    /// `SHA-256("kith heads 1" || heads of the replica, sorted)`: equal on every device that has applied the log this far.
    pub fn heads_digest(&self) -> Digest {
        let mut hasher = Sha256::new();
        hasher.update(b"kith heads 1");
        for head in self.heads() {
            hasher.update(head.0);
        }
        Digest(hasher.finalize().into())
    }

    /// The last admitted change of an actor.
    pub fn last_of(&self, actor: &[u8]) -> Option<LastChange> {
        let mark = self.marks.get(&ActorId::from(actor))?;
        Some(LastChange { actor: actor.to_vec(), seq: mark.seq, hash: Digest(mark.hash.0) })
    }

    /// The last admitted change of every actor of a device's family, sorted by actor.
    pub fn lasts_of(&self, device: &DeviceId) -> Vec<LastChange> {
        let mut lasts: Vec<_> = self
            .marks
            .iter()
            .filter(|(actor, _)| actor_family(actor.to_bytes()) == Some(*device))
            .map(|(actor, mark)| LastChange { actor: actor.to_bytes().to_vec(), seq: mark.seq, hash: Digest(mark.hash.0) })
            .collect();
        lasts.sort_unstable();
        lasts
    }

    /// As [`Replica::lasts_of`], with own unsent changes on top: what the next bundle of this device signs.
    pub fn lasts_to_sign(&self, device: &DeviceId) -> Vec<LastChange> {
        let mut lasts = self.lasts_of(device);
        for own in &self.unsent {
            let actor = own.change.actor_id().to_bytes();
            if actor_family(actor) != Some(*device) {
                continue;
            }
            let last = LastChange { actor: actor.to_vec(), seq: own.change.seq(), hash: Digest(own.change.hash().0) };
            match lasts.iter_mut().find(|known| known.actor == last.actor) {
                Some(known) => *known = last,
                None => lasts.push(last),
            }
        }
        lasts.sort_unstable();
        lasts
    }

    /// Every device (and other actor, as `None`) that wrote into the replica.
    pub fn authors(&self) -> Vec<(Vec<u8>, Option<DeviceId>)> {
        let mut authors: Vec<_> =
            self.marks.keys().map(|actor| (actor.to_bytes().to_vec(), actor_family(actor.to_bytes()))).collect();
        authors.sort_unstable();
        authors
    }

    /// Whether a change is admitted.
    pub fn has(&self, hash: &ChangeHash) -> bool {
        has(&self.admitted, hash)
    }

    /// The raw bytes of a change that is here, admitted or unsent.
    pub fn change(&self, hash: &ChangeHash) -> Option<Vec<u8>> {
        self.doc().get_change_by_hash(hash).map(|change| change.raw_bytes().to_vec())
    }

    /// Which changes of `device` its statement over `signed` covers. Its signature is the caller's to check.
    ///
    /// A change covers itself and, through its dependencies, all that its actor wrote before. Costs as much as there is after the
    /// signed changes: next to nothing for a current statement.
    pub fn coverage(&self, device: &DeviceId, signed: &[LastChange]) -> Coverage {
        if let Some(missing) = signed.iter().find(|last| !self.holds(last)) {
            return Coverage::Missing(missing.hash);
        }
        let mut signed = signed.to_vec();
        signed.sort_unstable();
        if self.lasts_of(device) == signed {
            return Coverage::Whole;
        }
        let heads: Vec<ChangeHash> = signed.iter().map(|last| ChangeHash(last.hash.0)).collect();
        let uncovered: Vec<Digest> = self
            .admitted
            .get_changes_meta(&heads)
            .iter()
            .filter(|meta| actor_family(meta.actor.to_bytes()) == Some(*device))
            .map(|meta| Digest(meta.hash.0))
            .collect();
        if uncovered.is_empty() { Coverage::Whole } else { Coverage::AllBut(uncovered) }
    }

    /// Whether that actor's change of that number is here and is the one named.
    fn holds(&self, last: &LastChange) -> bool {
        let meta = self.admitted.get_change_meta_by_hash(&ChangeHash(last.hash.0));
        meta.is_some_and(|meta| meta.actor.to_bytes() == last.actor && meta.seq == last.seq)
    }

    /// The genesis change, raw: the one change without dependencies.
    pub fn genesis(&self) -> Option<Vec<u8>> {
        self.marks.keys().find_map(|actor| {
            let hash = self.admitted.hash_for_opid(&ObjId::Id(1, actor.clone(), 0))?;
            let meta = self.admitted.get_change_meta_by_hash(&hash)?;
            if !meta.deps.is_empty() {
                return None;
            }
            self.admitted.get_change_by_hash(&hash).map(|change| change.raw_bytes().to_vec())
        })
    }
}
