//! Garbage, crashes and failing stores: others go on, and what was acknowledged stays.

use bytes::Bytes;
use kith_group::{RecordKind, Role};
use proptest::prelude::*;

use super::team::{DOCUMENT, Person, pair};
use super::world::World;
use crate::relay::{Enrolment, RelayConfig, RelayCore, RelayEngine as _, RelayEvent, RelayStore as _};
use crate::wire::{About, ClientMessage, MAX_FRAME, Reason, ServerMessage};

fn closes(world: &mut World, frame: Vec<u8>) -> Vec<ServerMessage> {
    let stranger = Person::new(world, 9);
    let heard = world.frame(stranger.conn, frame);
    assert!(world.is_closed(stranger.conn));
    heard
}

#[test]
fn a_frame_that_is_no_message_closes_its_connection_only() {
    let (mut world, mut alice, bob) = pair(Role::Reader);
    let refused = ServerMessage::Refused { about: About::Connection, reason: Reason::Malformed, expected: None };
    let mut other_version = ClientMessage::Ping { number: 1 }.to_frame();
    other_version[0] = 2;
    let mut trailing = ClientMessage::Ping { number: 1 }.to_frame();
    trailing.push(0);
    for frame in [Vec::new(), vec![1], other_version, trailing, vec![0xff; 100], vec![1; MAX_FRAME + 1]] {
        assert_eq!(closes(&mut world, frame), std::slice::from_ref(&refused));
    }
    alice.write(&mut world);
    assert_eq!(world.heard(bob.conn).len(), 1);
}

#[test]
fn a_crash_loses_nothing_that_was_acknowledged() {
    let (mut world, mut alice, mut bob) = pair(Role::Contributor);
    alice.write(&mut world);
    let acknowledged = world.store.clone();
    // Two transactions reach the store, but not the disk; their effects are never let out.
    let epoch = bob.epoch();
    for k in [1, 2] {
        let record = bob.record_of(RecordKind::Change, k, epoch, b"sealed");
        let frame = ClientMessage::Append { record }.to_frame();
        let effects = world.uncommitted(vec![RelayEvent::Frame(bob.conn, Bytes::from(frame))]);
        assert!(!effects.send.is_empty());
        world.store.commit_as(false);
    }
    assert_eq!(world.store.mark(&DOCUMENT, &bob.key.id()).unwrap(), 2);
    world.store.crash();
    assert_eq!(world.store.every_byte(), acknowledged.every_byte());
    assert_eq!(world.store.document(&DOCUMENT).unwrap(), acknowledged.document(&DOCUMENT).unwrap());
    // A new process on the same disk: everybody connects again and sends again.
    world.core = RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(kith_group::SeededRandom::new(77)));
    assert_eq!(alice.reconnect(&mut world, 2), [ServerMessage::Live { document: DOCUMENT, head: 2 }]);
    bob.reconnect(&mut world, 2);
    assert_eq!(bob.write(&mut world), 3);
    assert_eq!(bob.write(&mut world), 4);
}

#[test]
fn a_failed_transaction_is_forgotten_and_everybody_is_asked_to_come_back() {
    let (mut world, mut alice, mut bob) = pair(Role::Contributor);
    let record = alice.record_of(RecordKind::Change, 1, alice.epoch(), b"sealed");
    let frame = Bytes::from(ClientMessage::Append { record }.to_frame());
    let _never_sent = world.uncommitted(vec![RelayEvent::Frame(alice.conn, frame)]);
    world.store.rollback().unwrap();
    let effects = world.core.forget();
    world.release(&effects);
    let refused = ServerMessage::Refused { about: About::Connection, reason: Reason::StoreFailed, expected: None };
    for conn in [alice.conn, bob.conn] {
        assert_eq!(world.heard(conn), std::slice::from_ref(&refused));
        assert!(world.is_closed(conn));
    }
    alice.reconnect(&mut world, 1);
    bob.reconnect(&mut world, 1);
    // Memory did not run ahead of the disk: the same number is free.
    assert_eq!(alice.write(&mut world), 2);
    assert_eq!(world.heard(bob.conn).len(), 1);
}

#[test]
fn what_is_in_use_does_not_grow_without_bounds() {
    let limits = crate::relay::Limits { cached_groups: 1, ..Default::default() };
    let config = RelayConfig { limits, ..RelayConfig::new(Enrolment::Open) };
    let (mut world, mut alice, bob) = super::team::pair_with(config, kith_group::AppendRule::Everyone, Role::Contributor);
    let name = kith_group::GroupName { document: kith_group::DocumentId([2; 16]), generation: 0 };
    let (_, group_info) = kith_group::member::create(
        &mut kith_group::MemoryRows::default(),
        &mut kith_group::SeededRandom::new(5),
        &alice.key,
        name,
        kith_group::DocumentKind::WORKING,
        kith_group::AppendRule::Everyone,
        alice.person,
    )
    .unwrap();
    world.say(alice.conn, &ClientMessage::Create { document: name.document, group_info });
    let signature = alice.key.sign(&kith_group::subscribe_message(&super::world::RELAY, &alice.nonce.0, &name.document));
    let prove = ClientMessage::Prove { document: name.document, device: alice.key.id(), signature };
    for _ in 0..3 {
        assert!(matches!(world.say(alice.conn, &prove).as_slice(), [ServerMessage::Proved { .. }]));
        alice.write(&mut world);
        assert_eq!(world.core.cached_groups(), 1);
    }
    assert_eq!(world.heard(bob.conn).len(), 3);
    for conn in [alice.conn, bob.conn] {
        world.batch(vec![RelayEvent::Closed(conn)]);
    }
    world.pass(60_000);
    assert_eq!((world.core.connections(), world.core.documents()), (0, 0));
}

/// Frames that are nearly messages: real ones of every kind with bytes changed, cut or added.
fn nearly(messages: &[ClientMessage]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let frames: Vec<Vec<u8>> = messages.iter().map(ClientMessage::to_frame).collect();
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 0..4);
    let edited = (prop::sample::select(frames), edits).prop_map(|(mut frame, edits)| {
        for (place, byte, edit) in edits {
            if frame.is_empty() {
                break;
            }
            let at = place.index(frame.len());
            match edit {
                0 | 1 => frame[at] = byte,
                2 => frame.truncate(at),
                _ => frame.insert(at, byte),
            }
        }
        frame
    });
    prop_oneof![1 => proptest::collection::vec(any::<u8>(), 0..200), 4 => edited]
}

fn every_kind() -> Vec<ClientMessage> {
    let (mut world, mut alice, mut bob) = pair(Role::Contributor);
    let mut carol = Person::new(&mut world, 3);
    let blob = kith_group::BlobId([1; 16]);
    let (invite, request, digest) = (kith_group::InviteId([1; 16]), kith_group::RequestId([1; 16]), kith_group::Digest([1; 32]));
    let receipt = kith_group::Receipt {
        document: DOCUMENT,
        device: bob.key.id(),
        seen: kith_group::Seen { seq: 1, hash: kith_group::ChainHash([1; 32]) },
        digest,
        at: 1,
    };
    vec![
        bob.prove_message(),
        bob.change(1),
        bob.commit_message(&world, &kith_group::member::Change::Refresh),
        alice.admission_message(&world, &mut carol, Role::Reader, blob, vec![request]),
        ClientMessage::CatchUp { document: DOCUMENT, from: 0 },
        ClientMessage::Hold { document: DOCUMENT },
        ClientMessage::Release { document: DOCUMENT },
        ClientMessage::PutBlob { document: DOCUMENT, blob, index: 0, total: 2, bytes: vec![1; 20] },
        ClientMessage::ReadBlob { document: DOCUMENT, blob, index: 0 },
        ClientMessage::Receipt { receipt: receipt.sign(&bob.key).encode() },
        ClientMessage::PutInvite { document: DOCUMENT, invite, voucher: digest, expires: i64::MAX },
        ClientMessage::Request { invite, request, sealed: vec![1; 20] },
        ClientMessage::Requests { document: DOCUMENT },
        ClientMessage::Reveal { document: DOCUMENT, request, nonce: digest },
        ClientMessage::Decline { document: DOCUMENT, request },
        ClientMessage::Watch { request },
        ClientMessage::Presence { document: DOCUMENT, sealed: vec![1; 20] },
        ClientMessage::Ping { number: 1 },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_member_sends_nobody_else_is_hurt(frames in proptest::collection::vec(nearly(&every_kind()), 1..60)) {
        let (mut world, alice, mut bob) = pair(Role::Contributor);
        for frame in frames {
            if world.is_closed(bob.conn) {
                bob.reconnect(&mut world, 0);
            }
            world.frame(bob.conn, frame);
            world.now_ms += 10;
        }
        // The log is whole, and Alice goes on as before.
        world.pass(3_000);
        world.heard(alice.conn);
        let head = world.store.document(&DOCUMENT).unwrap().unwrap().head;
        let records = world.store.records(&DOCUMENT, 0, usize::MAX).unwrap();
        prop_assert_eq!(records.len() as u64, head.seq);
        let hash = records.iter().fold(kith_group::ChainHash::START, |hash, record| kith_group::chain(&hash, record));
        prop_assert_eq!(hash, head.hash);
        // A commit with a wrong confirmation or membership tag gets in, since only members can check those (notes 6.1: a new
        // generation heals it). So Alice goes by the relay's epoch here, not by her group's.
        let record = alice.record_of(RecordKind::Change, 1, head.epoch, b"sealed");
        let heard = world.say(alice.conn, &ClientMessage::Append { record });
        let accepted = ServerMessage::Accepted { document: DOCUMENT, k: 1, seq: head.seq + 1 };
        prop_assert_eq!(heard.first(), Some(&accepted));
    }
}
