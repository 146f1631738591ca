//! Deterministic changes (protocol 7): nobody signs for them, so they are admitted only if they can be made again.

use std::sync::Arc;

use automerge::transaction::Transaction;

use super::deterministic::{self, DeriveError, Mapping};
use super::*;

/// Items that came by a link, as an example of a source.
struct Items {
    known: Vec<Vec<u8>>,
    version: u32,
}

impl Mapping for Items {
    fn version(&self) -> u32 {
        self.version
    }

    fn source(&self, hash: &[u8; 32]) -> Option<Vec<u8>> {
        self.known.iter().find(|source| deterministic::source_hash(source) == *hash).cloned()
    }

    fn write(&self, transaction: &mut Transaction<'_>, key: &str, source: &[u8]) -> Result<(), AutomergeError> {
        let item = transaction.put_object(ROOT, key, ObjType::Map)?;
        transaction.put(&item, "words", String::from_utf8_lossy(source).into_owned())
    }
}

fn with(version: u32, known: &[&[u8]]) -> Rules {
    let known = known.iter().map(|source| source.to_vec()).collect();
    Rules { mappings: vec![Arc::new(Items { known, version })], ..rules() }
}

fn replica(rules: Rules) -> Replica {
    let mut replica = Replica::empty(rules);
    replica.admit(&[arrival(1, 1, &[genesis()])]);
    replica
}

#[test]
fn two_devices_that_derive_the_same_make_the_same_change_whatever_else_they_wrote() {
    let rules = with(1, &[b"I feel safe at Gran's"]);
    let mapping = rules.mappings[0].clone();
    let (mut one, mut other) = (replica(rules.clone()), replica(rules.clone()));
    one.edit(&device(2), |doc| some_edit(doc, &mut Dice(1))).unwrap();
    let first = one.derive(mapping.as_ref(), b"I feel safe at Gran's").unwrap().unwrap();
    let second = other.derive(mapping.as_ref(), b"I feel safe at Gran's").unwrap().unwrap();
    assert_eq!(first, second);
    assert_eq!(one.derive(mapping.as_ref(), b"I feel safe at Gran's").unwrap(), None, "derived twice");
    // Either sends it; the other's copy is the same change.
    let mut third = replica(rules);
    let verdicts = third.admit(&[arrival(2, 2, &[first]), arrival(3, 3, &[second])]);
    assert!(matches!(&verdicts[0], Verdict::Admitted { new } if new.len() == 1));
    assert_eq!(verdicts[1], Verdict::Admitted { new: Vec::new() });
}

// Without `is_derived` in `checks`, or with less than byte equality in `deterministic::check`.
#[test]
fn a_derived_change_is_admitted_only_if_it_can_be_made_again() {
    let mapping = Items { known: Vec::new(), version: 1 };
    let document = rules().document;
    let raw = deterministic::derive(&document, &genesis(), &mapping, b"words").unwrap();
    assert!(deterministic::check(&document, &genesis(), &mapping, b"words", &raw));
    assert!(!deterministic::check(&document, &genesis(), &mapping, b"other words", &raw));
    // Nobody registered it; another version is registered; the source is not there.
    for rules in [rules(), with(2, &[b"words"]), with(1, &[b"other words"])] {
        assert_eq!(refusal(&replica(rules).admit(&[arrival(2, 2, std::slice::from_ref(&raw))])[0]), Refusal::WrongAuthor);
    }
    // The right actor with other content.
    let mut forged = Change::try_from(&raw[..]).unwrap().decode();
    forged.time = 1;
    forged.hash = None;
    let forged = Change::from(forged).raw_bytes().to_vec();
    let good = || with(1, &[b"words"]);
    assert_eq!(refusal(&replica(good()).admit(&[arrival(2, 2, &[forged])])[0]), Refusal::WrongAuthor);
    assert!(admitted(&replica(good()).admit(&[arrival(2, 2, std::slice::from_ref(&raw))])[0]));
    // In one batch with genesis as well.
    let mut fresh = Replica::empty(good());
    assert!(fresh.admit(&[arrival(1, 1, &[genesis()]), arrival(2, 2, &[raw])]).iter().all(admitted));
    assert_eq!(fresh.authors().iter().filter(|(actor, _)| *actor != device(1).as_bytes()).count(), 1);
}

#[test]
fn nothing_is_derived_before_the_document_begins() {
    let mapping = Items { known: Vec::new(), version: 1 };
    assert_eq!(Replica::empty(rules()).derive(&mapping, b"words"), Err(DeriveError::NoGenesis));
}

#[test]
fn the_derived_actor_is_frozen() {
    let hash = deterministic::source_hash(b"words");
    let actor = deterministic::actor(&DocumentId([1; 16]), &hash, 1);
    insta::assert_snapshot!(deterministic::key(&hash), @"dba36bffa5cab0f922d087a3aeb179f9d4e745df40b323e1b1471402848c8a3e");
    insta::assert_snapshot!(actor.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), @"bfde337d6c9449a1c9d0af96d66ebf65");
}
