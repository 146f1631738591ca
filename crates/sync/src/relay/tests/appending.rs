//! What may go into a log, and how it is answered.

use kith_group::{AppendRule, Digest, Receipt, RecordKind, Role, Seen, chain};

use super::team::{DOCUMENT, Person, alone, pair, pair_with};
use crate::relay::{Enrolment, Limits, RelayConfig, RelayStore as _};
use crate::wire::{About, ClientMessage, Reason, ServerMessage};

#[test]
fn records_are_numbered_chained_and_passed_on_as_they_are() {
    let (mut world, mut alice, mut bob) = pair(Role::Contributor);
    let start = world.store.document(&DOCUMENT).unwrap().unwrap().head;
    let first = alice.record_of(RecordKind::Change, 1, alice.epoch(), b"sealed");
    assert_eq!(alice.write(&mut world), start.seq + 1);
    let heard = world.heard(bob.conn);
    let expected = ServerMessage::Records { document: DOCUMENT, first: start.seq + 1, records: vec![first.clone().into()] };
    assert_eq!(heard, [expected]);
    assert_eq!(bob.write(&mut world), start.seq + 2);
    let second = bob.record_of(RecordKind::Change, 1, bob.epoch(), b"sealed");
    let head = world.store.document(&DOCUMENT).unwrap().unwrap().head;
    assert_eq!(head.hash, chain(&chain(&start.hash, &first), &second));
    assert_eq!(head.seq, start.seq + 2);
}

#[test]
fn a_sender_reads_its_own_record_like_anybody_else() {
    let (mut world, alice) = alone();
    let heard = world.say(alice.conn, &alice.change(1));
    assert!(matches!(heard.as_slice(), [ServerMessage::Accepted { k: 1, seq: 1, .. }, ServerMessage::Records { first: 1, .. }]));
}

#[test]
fn a_record_under_a_known_number_is_answered_with_its_place_whatever_the_bytes() {
    let (mut world, mut alice) = alone();
    let (first, second) = (alice.write(&mut world), alice.write(&mut world));
    let other_bytes = alice.record_of(RecordKind::Change, 1, 77, b"sealed anew under another epoch");
    let heard = world.say(alice.conn, &ClientMessage::Append { record: other_bytes });
    assert_eq!(heard, [ServerMessage::Accepted { document: DOCUMENT, k: 1, seq: first }]);
    assert_eq!(world.store.document(&DOCUMENT).unwrap().unwrap().head.seq, second);
}

#[test]
fn a_gap_in_a_senders_numbers_is_refused_with_what_is_expected() {
    let (mut world, mut alice) = alone();
    alice.write(&mut world);
    for k in [3, 0, u64::MAX] {
        let heard = world.say(alice.conn, &alice.change(k));
        let about = About::Record { document: DOCUMENT, k };
        assert_eq!(heard, [ServerMessage::Refused { about, reason: Reason::Gap, expected: Some(2) }]);
    }
}

#[test]
fn who_is_not_a_member_appends_and_reads_nothing() {
    let (mut world, _alice) = alone();
    let mallory = Person::new(&mut world, 3);
    assert_eq!(world.refused(mallory.conn, &mallory.prove_message()), Reason::NotMember);
    assert_eq!(world.refused(mallory.conn, &mallory.change(1)), Reason::NotMember);
    let ask = ClientMessage::CatchUp { document: DOCUMENT, from: 0 };
    assert_eq!(world.refused(mallory.conn, &ask), Reason::NotMember);
    let presence = ClientMessage::Presence { document: DOCUMENT, sealed: vec![1] };
    assert_eq!(world.refused(mallory.conn, &presence), Reason::NotMember);
}

#[test]
fn a_member_cannot_send_in_anothers_name() {
    let (mut world, alice, bob) = pair(Role::Contributor);
    assert_eq!(world.refused(bob.conn, &alice.change(1)), Reason::NotMember);
}

#[test]
fn a_document_that_is_not_there_is_unknown() {
    let (mut world, alice) = alone();
    let document = kith_group::DocumentId([8; 16]);
    let prove = ClientMessage::Prove { document, device: alice.key.id(), signature: alice.proof() };
    assert_eq!(world.refused(alice.conn, &prove), Reason::Unknown);
}

#[test]
fn a_reader_appends_nothing() {
    let (mut world, _alice, bob) = pair(Role::Reader);
    assert_eq!(world.refused(bob.conn, &bob.change(1)), Reason::NotAllowed);
}

#[test]
fn only_leads_append_where_the_rule_says_so() {
    let (mut world, mut alice, bob) = pair_with(RelayConfig::new(Enrolment::Open), AppendRule::LeadsOnly, Role::Contributor);
    assert_eq!(world.refused(bob.conn, &bob.change(1)), Reason::NotAllowed);
    alice.write(&mut world);
}

#[test]
fn kinds_that_have_their_own_way_are_not_appended() {
    let (mut world, alice) = alone();
    for kind in [RecordKind::Commit, RecordKind::Receipt, RecordKind::Guest, RecordKind::Generation] {
        let message = ClientMessage::Append { record: alice.record_of(kind, 1, 0, b"sealed") };
        assert_eq!(world.refused(alice.conn, &message), Reason::NotAllowed, "{kind}");
    }
}

#[test]
fn a_kind_of_a_newer_version_is_kept() {
    let (mut world, alice) = alone();
    let message = ClientMessage::Append { record: alice.record_of(RecordKind::Unknown(200), 1, 0, b"sealed") };
    assert!(matches!(world.say(alice.conn, &message).first(), Some(ServerMessage::Accepted { seq: 1, .. })));
}

#[test]
fn a_record_of_another_epoch_is_stale_and_not_a_gap() {
    let (mut world, alice) = alone();
    for k in [1, 2] {
        let record = alice.record_of(RecordKind::Change, k, 9, b"sealed");
        let heard = world.say(alice.conn, &ClientMessage::Append { record });
        assert_eq!(heard, [ServerMessage::Stale { document: DOCUMENT, k, generation: 0, epoch: 0 }]);
    }
}

#[test]
fn a_record_that_is_too_long_or_of_another_version_closes_the_connection() {
    let (mut world, mut alice) = alone();
    let long = alice.record_of(RecordKind::Change, 1, 0, &vec![0; 64 << 10]);
    assert_eq!(world.refused(alice.conn, &ClientMessage::Append { record: long }), Reason::TooLarge);
    assert!(world.is_closed(alice.conn));
    alice.reconnect(&mut world, 0);
    let mut newer = alice.record_of(RecordKind::Change, 1, 0, b"sealed");
    newer[0] = 2;
    assert_eq!(world.refused(alice.conn, &ClientMessage::Append { record: newer }), Reason::Malformed);
    assert!(world.is_closed(alice.conn));
}

#[test]
fn a_log_has_a_quota() {
    let limits = Limits { log_bytes: 2_000, ..Limits::default() };
    let config = RelayConfig { limits, ..RelayConfig::new(Enrolment::Open) };
    let mut world = super::world::World::with(config);
    let alice = super::team::founded(&mut world, AppendRule::Everyone);
    let message = |k| ClientMessage::Append { record: alice.record_of(RecordKind::Change, k, 0, &[0; 1_000]) };
    assert!(matches!(world.say(alice.conn, &message(1)).first(), Some(ServerMessage::Accepted { .. })));
    assert_eq!(world.refused(alice.conn, &message(2)), Reason::Later);
}

#[test]
fn a_flood_is_slowed_and_the_rhythm_of_a_meeting_is_not() {
    let limits = Limits { frames_per_second: 100, frames_at_once: 50, ..Limits::default() };
    let config = RelayConfig { limits, ..RelayConfig::new(Enrolment::Open) };
    let (mut world, mut alice, bob) = pair_with(config, AppendRule::Everyone, Role::Contributor);
    for _ in 0..200 {
        alice.write(&mut world);
        world.now_ms += 25;
    }
    let ping = ClientMessage::Presence { document: DOCUMENT, sealed: vec![1] };
    let refused = (0..100).filter(|_| !world.say(bob.conn, &ping).is_empty()).count();
    assert!((50..100).contains(&refused), "{refused}");
}

fn receipt(of: &Person, signer: &Person, seq: u64) -> ClientMessage {
    let receipt = Receipt {
        document: DOCUMENT,
        device: of.key.id(),
        seen: Seen { seq, hash: kith_group::ChainHash([1; 32]) },
        digest: Digest([2; 32]),
        at: 1,
    };
    ClientMessage::Receipt { receipt: receipt.sign(&signer.key).encode() }
}

#[test]
fn receipts_are_verified_passed_on_and_never_go_back() {
    let (mut world, mut alice, mut bob) = pair(Role::Reader);
    alice.write(&mut world);
    world.heard(bob.conn);
    assert_eq!(world.refused(bob.conn, &receipt(&alice, &bob, 1)), Reason::BadSignature);
    assert_eq!(world.refused(bob.conn, &receipt(&bob, &alice, 1)), Reason::BadSignature);
    assert_eq!(world.refused(bob.conn, &receipt(&bob, &bob, 3)), Reason::NotAllowed);
    world.heard(alice.conn);
    let latest = receipt(&bob, &bob, 2);
    assert!(world.say(bob.conn, &latest).is_empty());
    let ClientMessage::Receipt { receipt: bytes } = latest else { unreachable!() };
    let expected = ServerMessage::Receipts { document: DOCUMENT, receipts: vec![bytes.clone().into()] };
    assert_eq!(world.heard(alice.conn), std::slice::from_ref(&expected));
    assert!(world.say(bob.conn, &receipt(&bob, &bob, 1)).is_empty());
    assert!(world.heard(alice.conn).is_empty());
    // Whoever comes later is given the latest of each.
    assert!(alice.reconnect(&mut world, 2).contains(&expected));
    assert!(bob.reconnect(&mut world, 2).contains(&expected));
}

#[test]
fn presence_is_passed_on_and_not_kept() {
    let (mut world, alice, bob) = pair(Role::Reader);
    let held = world.store.every_byte();
    let hello = ClientMessage::Presence { document: DOCUMENT, sealed: b"sealed cursor".to_vec() };
    assert!(world.say(bob.conn, &hello).is_empty());
    let device = bob.key.id();
    let expected = ServerMessage::Presence { document: DOCUMENT, device, sealed: b"sealed cursor".to_vec() };
    assert_eq!(world.heard(alice.conn), [expected]);
    assert_eq!(world.store.every_byte(), held);
    let long = ClientMessage::Presence { document: DOCUMENT, sealed: vec![0; 1_025] };
    assert_eq!(world.refused(bob.conn, &long), Reason::TooLarge);
}
