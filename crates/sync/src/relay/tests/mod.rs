//! The relay under people's and strangers' hands. `world` has the relay and its connections, `team` members with real groups.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod appending;
mod blobs;
mod codes;
mod committing;
mod faults;
mod guests;
mod joining;
mod reading;
mod signing_in;
mod team;
mod world;

use super::{MemoryStore, RelayEngine, conformance};
use kith_group::RelayId;

#[test]
fn the_store_in_memory_passes_the_suite_of_all_engines() {
    conformance::run(&mut || Box::new(MemoryStore::new(RelayId([1; 16]))));
}

#[test]
fn the_store_in_memory_refuses_writes_outside_of_a_transaction() {
    use super::RelayStore as _;
    let mut store = MemoryStore::new(RelayId([1; 16]));
    assert!(store.put_token(&kith_group::Digest([0; 32]), 1).is_err());
    store.begin().unwrap();
    assert!(store.begin().is_err());
}
