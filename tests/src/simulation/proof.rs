//! What must hold when everything has come to rest (design 8).

use std::collections::BTreeSet;

use automerge::ChangeHash;
use kith_group::{ChainHash, Record, chain};
use kith_sync::relay::RelayStore;
use sha2::{Digest, Sha256};

use super::Plan;
use super::peers::{CANARY, all_text};
use super::world::World;

/// What became of a seed.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What was played.
    pub plan: Plan,
    /// What did not hold; empty is good.
    pub problems: Vec<String>,
    /// A digest of the logical events: the same for the same seed.
    pub trace: String,
    /// Simulated time, in milliseconds.
    pub virtual_ms: i64,
    /// Events that happened.
    pub steps: u64,
    /// Machines that stopped.
    pub crashes: u64,
    /// Lines that were cut.
    pub cuts: u64,
    /// Records in the log.
    pub records: u64,
    /// Edits that were acknowledged.
    pub edits: usize,
}

/// Checks every invariant of a world at rest.
pub(super) fn prove(mut world: World) -> Outcome {
    let mut problems = std::mem::take(&mut world.wrong);
    let mut trace = Sha256::new();
    let records = check_log(&world, &mut problems, &mut trace);
    check_documents(&mut world, &mut problems, &mut trace);
    for bytes in world.store.every_byte() {
        if bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()) {
            problems.push("the relay's store shows text".into());
        }
    }
    problems.dedup();
    Outcome {
        problems,
        trace: kith_group::to_base32(&trace.finalize()),
        virtual_ms: world.plan.lasts_ms,
        steps: world.steps,
        crashes: world.crashes,
        cuts: world.cuts,
        records,
        edits: world.peers.iter().map(|peer| peer.saved.len()).sum(),
        plan: world.plan,
    }
}

/// The relay's log is linear and its chain whole.
fn check_log(world: &World, problems: &mut Vec<String>, trace: &mut Sha256) -> u64 {
    let Some(document) = world.peers.first().and_then(|peer| peer.document) else { return 0 };
    let (Ok(Some(row)), Ok(records)) = (world.store.document(&document), world.store.records(&document, 0, usize::MAX)) else {
        problems.push("the relay has lost the document".into());
        return 0;
    };
    if records.len() as u64 != row.head.seq {
        problems.push(format!("the log has {} records and its head says {}", records.len(), row.head.seq));
    }
    let mut hash = ChainHash::START;
    for (index, bytes) in records.iter().enumerate() {
        hash = chain(&hash, bytes);
        let Ok(record) = Record::decode(bytes) else {
            problems.push(format!("record {} cannot be read", index + 1));
            continue;
        };
        trace.update((index as u64 + 1).to_be_bytes());
        trace.update([record.head.kind.number()]);
        trace.update(record.head.sender.0);
        trace.update(record.head.k.to_be_bytes());
    }
    if hash != row.head.hash {
        problems.push("the relay's chain is broken".into());
    }
    row.head.seq
}

fn check_documents(world: &mut World, problems: &mut Vec<String>, trace: &mut Sha256) {
    let Some(document) = world.peers.first().and_then(|peer| peer.document) else { return };
    let mut heads: BTreeSet<Vec<ChangeHash>> = BTreeSet::new();
    let mut texts = Vec::new();
    for peer in &mut world.peers {
        let index = peer.index;
        let (Some(core), Some(_)) = (peer.core.as_mut(), peer.document) else { continue };
        let member = core.documents().iter().any(|known| known.id == document && known.role.is_some());
        let text = match core.read(&peer.disk, &document) {
            Ok(doc) => {
                if peer.removed_at.is_none() && !peer.hostile && member {
                    heads.insert(doc.get_heads());
                }
                all_text(doc)
            }
            Err(error) => {
                problems.push(format!("{index} cannot open the document: {error}"));
                continue;
            }
        };
        if peer.removed_at.is_none() && !world.plan.hostile {
            match core.verify(&peer.disk, &document) {
                Ok(report) => {
                    problems.extend(report.problems.iter().map(|problem| format!("{index} verifies: {}", problem.text)));
                }
                Err(error) => problems.push(format!("{index} cannot verify: {error}")),
            }
        }
        if !peer.hostile {
            texts.push((index, peer.removed_at, text));
        }
    }
    if heads.len() != 1 {
        for peer in &mut world.peers {
            let Some(core) = peer.core.as_mut() else { continue };
            let status = core.status(&peer.disk, &document);
            problems.push(format!("{}: {status:?}", peer.index));
        }
        problems.push(format!("members' documents differ: {} versions", heads.len()));
    }
    for hashes in &heads {
        for hash in hashes {
            trace.update(hash.0);
        }
    }
    for peer in world.peers.iter().filter(|peer| !peer.hostile) {
        for saved in &peer.saved {
            let token = format!("<{}>", saved.token);
            for (index, removed_at, text) in &texts {
                let found = text.matches(&token).count();
                match removed_at {
                    // What a removed member wrote and had not sent stays on their machine alone.
                    None if peer.removed_at.is_some() && found == 0 => {}
                    None if found == 1 => {}
                    None => problems.push(format!("{token} of {} stands {found} times in {index}'s document", peer.index)),
                    Some(removed) if peer.index != *index && saved.at > *removed && found > 0 => {
                        problems.push(format!("{index} was removed and reads {token}, which is newer"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}
