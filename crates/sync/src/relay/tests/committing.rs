//! Commits: one for each epoch, lawful, spaced, and what removal and holds mean.

use kith_group::member::Change;
use kith_group::{BlobId, PersonId, RecordKind, Role};

use super::team::{DOCUMENT, Person, admit, alone, pair, record_in};
use crate::relay::{RelayEvent, RelayStore as _};
use crate::wire::{About, ClientMessage, Reason, ServerMessage};

/// The second of two commits for `epoch`.
fn taken(epoch: u64) -> ServerMessage {
    ServerMessage::Refused { about: About::Commit { document: DOCUMENT, epoch }, reason: Reason::EpochTaken, expected: None }
}

fn epoch(world: &super::world::World) -> u64 {
    world.store.document(&DOCUMENT).unwrap().unwrap().head.epoch
}

#[test]
fn a_commit_sent_again_is_answered_with_its_place() {
    let (mut world, mut alice) = alone();
    let message = alice.commit_message(&world, &Change::Refresh);
    let accepted = ServerMessage::Accepted { document: DOCUMENT, k: 0, seq: 1 };
    assert_eq!(world.say(alice.conn, &message).first(), Some(&accepted));
    assert_eq!(epoch(&world), 1);
    world.pass(5_000);
    assert_eq!(world.say(alice.conn, &message), [accepted]);
    assert_eq!(epoch(&world), 1);
}

#[test]
fn of_two_commits_for_one_epoch_the_first_stands_and_comes_before_the_refusal() {
    let (mut world, mut alice, mut bob) = pair(Role::Lead);
    let first = alice.commit_message(&world, &Change::Refresh);
    let second = bob.commit_message(&world, &Change::Refresh);
    world.heard(bob.conn);
    // In one batch: nothing was fanned out yet when the second is refused.
    let frame = |person: &Person, message: &ClientMessage| RelayEvent::Frame(person.conn, message.to_frame().into());
    world.batch(vec![frame(&alice, &first), frame(&bob, &second)]);
    let heard = world.heard(bob.conn);
    let records = vec![record_in(&first).into()];
    assert_eq!(heard, [ServerMessage::Records { document: DOCUMENT, first: 2, records }, taken(1)]);
    assert_eq!(epoch(&world), 2);
}

#[test]
fn commits_are_a_second_apart_but_removals_do_not_wait() {
    let (mut world, mut alice, mut bob) = pair(Role::Contributor);
    let first = alice.commit_message(&world, &Change::Refresh);
    assert!(matches!(world.say(alice.conn, &first).first(), Some(ServerMessage::Accepted { .. })));
    alice.merge(&record_in(&first));
    bob.merge(&record_in(&first));
    let again = alice.commit_message(&world, &Change::Refresh);
    world.pass(999);
    assert_eq!(world.refused(alice.conn, &again), Reason::Later);
    let removal = alice.commit_message(&world, &Change::Remove(vec![bob.key.id()]));
    assert!(matches!(world.say(alice.conn, &removal).first(), Some(ServerMessage::Accepted { .. })));
}

#[test]
fn only_leads_change_who_is_in() {
    let (mut world, mut alice, mut bob) = pair(Role::Lead);
    // Bob prepares what a lead may do; then he is a contributor, and sends it.
    let demote = alice.commit_message(&world, &Change::SetRole { person: bob.person, role: Role::Contributor });
    assert!(matches!(world.say(alice.conn, &demote).first(), Some(ServerMessage::Accepted { .. })));
    let late = bob.commit_message(&world, &Change::Remove(vec![alice.key.id()]));
    world.heard(bob.conn);
    assert_eq!(world.say(bob.conn, &late), [taken(1)]);
    alice.merge(&record_in(&demote));
    bob.merge(&record_in(&demote));
    world.pass(1_500);
    // A contributor's own renewal is lawful; his commit under Alice's name is not his to send.
    let hers = alice.commit_message(&world, &Change::Refresh);
    assert_eq!(world.refused(bob.conn, &hers), Reason::NotMember);
    let forged = bob.record_of(RecordKind::Commit, 0, bob.epoch(), &kith_group::Record::decode(&record_in(&hers)).unwrap().body);
    let forged = ClientMessage::Commit { record: forged, admission: None };
    assert_eq!(world.refused(bob.conn, &forged), Reason::NotAllowed);
    let put = ClientMessage::PutInvite {
        document: DOCUMENT,
        invite: kith_group::InviteId([1; 16]),
        voucher: kith_group::Digest([1; 32]),
        expires: i64::MAX,
    };
    for message in [
        put,
        ClientMessage::Hold { document: DOCUMENT },
        ClientMessage::Release { document: DOCUMENT },
        ClientMessage::Requests { document: DOCUMENT },
    ] {
        assert_eq!(world.refused(bob.conn, &message), Reason::NotAllowed);
    }
    let own = bob.commit_message(&world, &Change::Refresh);
    assert!(matches!(world.say(bob.conn, &own).first(), Some(ServerMessage::Accepted { .. })));
}

#[test]
fn nonsense_is_no_commit_and_leaves_the_group_as_it_was() {
    let (mut world, mut alice) = alone();
    let good = alice.commit_message(&world, &Change::Refresh);
    for body in [Vec::new(), b"nonsense".to_vec(), vec![0xff; 2_000]] {
        let record = alice.record_of(RecordKind::Commit, 0, 0, &body);
        let message = ClientMessage::Commit { record, admission: None };
        assert_eq!(world.refused(alice.conn, &message), Reason::NotAllowed);
    }
    let change = ClientMessage::Commit { record: alice.record_of(RecordKind::Change, 1, 0, b"x"), admission: None };
    assert_eq!(world.refused(alice.conn, &change), Reason::NotAllowed);
    let future = alice.record_of(RecordKind::Commit, 0, 7, b"x");
    let future = ClientMessage::Commit { record: future, admission: None };
    assert_eq!(world.refused(alice.conn, &future), Reason::NotAllowed);
    assert!(matches!(world.say(alice.conn, &good).first(), Some(ServerMessage::Accepted { .. })));
}

#[test]
fn an_admission_needs_its_snapshot_and_nobody_is_added_without_one() {
    let (mut world, mut alice) = alone();
    let mut bob = Person::new(&mut world, 2);
    let blob = BlobId([1; 16]);
    let message = alice.admission_message(&world, &mut bob, Role::Contributor, blob, Vec::new());
    assert_eq!(world.refused(alice.conn, &message), Reason::Unknown);
    let bare = ClientMessage::Commit { record: record_in(&message), admission: None };
    assert_eq!(world.refused(alice.conn, &bare), Reason::NotAllowed);
    let part = ClientMessage::PutBlob { document: DOCUMENT, blob, index: 0, total: 2, bytes: b"half of it".to_vec() };
    world.say(alice.conn, &part);
    assert_eq!(world.refused(alice.conn, &message), Reason::Unknown);
    let rest = ClientMessage::PutBlob { document: DOCUMENT, blob, index: 1, total: 2, bytes: b"other half".to_vec() };
    world.say(alice.conn, &rest);
    assert!(matches!(world.say(alice.conn, &message).first(), Some(ServerMessage::Accepted { seq: 1, .. })));
}

#[test]
fn an_admission_for_nobody_is_refused() {
    let (mut world, mut alice) = alone();
    let blob = BlobId([1; 16]);
    alice.upload(&mut world, blob);
    let ClientMessage::Commit { record, .. } = alice.commit_message(&world, &Change::Refresh) else { unreachable!() };
    let admission = crate::wire::Admission { welcome: vec![1], pack: vec![2], blob, requests: Vec::new() };
    let message = ClientMessage::Commit { record, admission: Some(admission) };
    assert_eq!(world.refused(alice.conn, &message), Reason::NotAllowed);
}

#[test]
fn an_admission_that_does_not_cover_the_whole_log_is_refused() {
    let (mut world, mut alice) = alone();
    let mut bob = Person::new(&mut world, 2);
    let blob = BlobId([1; 16]);
    alice.upload(&mut world, blob);
    let message = alice.admission_message(&world, &mut bob, Role::Contributor, blob, Vec::new());
    alice.write(&mut world);
    assert_eq!(world.refused(alice.conn, &message), Reason::Moved);
    let message = alice.admission_message(&world, &mut bob, Role::Contributor, blob, Vec::new());
    assert!(matches!(world.say(alice.conn, &message).first(), Some(ServerMessage::Accepted { .. })));
}

#[test]
fn a_removed_device_gets_that_commit_only_and_before_it_is_acknowledged() {
    let (mut world, mut alice, mut bob) = pair(Role::Contributor);
    let mut carol = Person::new(&mut world, 3);
    admit(&mut world, &mut alice, &mut carol, Role::Contributor);
    let joined = world.store.commit_at(&DOCUMENT, 0, 1).unwrap().unwrap().1;
    bob.merge(&joined);
    world.heard(bob.conn);
    let removal = alice.commit_message(&world, &Change::Remove(vec![bob.key.id()]));
    let after = carol.change(1);
    let frame = |conn, message: &ClientMessage| RelayEvent::Frame(conn, message.to_frame().into());
    let effects = world.batch(vec![frame(alice.conn, &removal), frame(carol.conn, &after)]);
    let seq = 3;
    let record = record_in(&removal);
    assert_eq!(world.heard(bob.conn), [ServerMessage::Removed { document: DOCUMENT, seq, record: record.clone() }]);
    let place = |wanted: &ServerMessage| {
        effects.send.iter().position(|(_, frame)| ServerMessage::from_frame(frame).as_ref() == Ok(wanted)).unwrap()
    };
    let told = place(&ServerMessage::Removed { document: DOCUMENT, seq, record: record.clone() });
    assert!(told < place(&ServerMessage::Accepted { document: DOCUMENT, k: 0, seq }));
    // Nothing newer, however it asks, on this connection or another.
    alice.merge(&record);
    alice.write(&mut world);
    assert!(world.heard(bob.conn).is_empty());
    let ask = ClientMessage::CatchUp { document: DOCUMENT, from: 0 };
    assert_eq!(world.refused(bob.conn, &ask), Reason::NotMember);
    assert_eq!(world.refused(bob.conn, &bob.change(2)), Reason::NotMember);
    for _ in 0..2 {
        let heard = bob.prove(&mut world);
        assert_eq!(heard, [ServerMessage::Removed { document: DOCUMENT, seq, record: record.clone() }]);
        assert_eq!(world.refused(bob.conn, &ask), Reason::NotMember);
        (bob.conn, bob.nonce) = world.signed_in(&bob.enrolment);
    }
    // Who is not that device is not even told.
    let thief = Person::new(&mut world, 9);
    let claim = ClientMessage::Prove { document: DOCUMENT, device: bob.key.id(), signature: thief.proof() };
    assert_eq!(world.refused(thief.conn, &claim), Reason::BadSignature);
}

#[test]
fn what_waits_for_a_removed_reader_is_dropped() {
    let (mut world, mut alice, bob) = pair(Role::Contributor);
    world.stuck.insert(bob.conn);
    for k in 1..=40 {
        let record = alice.record_of(RecordKind::Change, k, alice.epoch(), &[0; 60_000]);
        world.say(alice.conn, &ClientMessage::Append { record });
    }
    let sent = world.heard(bob.conn).len();
    assert!(sent < 40, "{sent}");
    let removal = alice.commit_message(&world, &Change::Remove(vec![bob.key.id()]));
    world.say(alice.conn, &removal);
    alice.merge(&record_in(&removal));
    assert!(matches!(world.heard(bob.conn).as_slice(), [ServerMessage::Removed { .. }]));
    world.drain(bob.conn, usize::MAX);
    assert!(world.heard(bob.conn).is_empty());
}

#[test]
fn a_device_that_is_admitted_again_is_a_member_again() {
    let (mut world, mut alice, mut bob) = pair(Role::Contributor);
    bob.write(&mut world);
    let removal = alice.commit_message(&world, &Change::Remove(vec![bob.key.id()]));
    world.say(alice.conn, &removal);
    alice.merge(&record_in(&removal));
    let seq = admit(&mut world, &mut alice, &mut bob, Role::Contributor);
    let heard = bob.prove(&mut world);
    // Its numbers go on where they were.
    assert_eq!(heard, [ServerMessage::Proved { document: DOCUMENT, generation: 0, epoch: 3, head: seq, k: 1 }]);
    assert_eq!(bob.write(&mut world), seq + 1);
}

#[test]
fn a_hold_queues_others_and_the_commit_makes_them_stale() {
    let (mut world, mut alice, bob) = pair(Role::Contributor);
    let head = world.store.document(&DOCUMENT).unwrap().unwrap().head.seq;
    let held = ServerMessage::Held { document: DOCUMENT, head, left: 2_000 };
    assert_eq!(world.say(alice.conn, &ClientMessage::Hold { document: DOCUMENT }), [held]);
    assert!(world.say(bob.conn, &bob.change(1)).is_empty());
    assert!(world.say(bob.conn, &bob.change(2)).is_empty());
    let commit = alice.commit_message(&world, &Change::Refresh);
    world.say(alice.conn, &commit);
    let records = vec![record_in(&commit).into()];
    let stale = |k| ServerMessage::Stale { document: DOCUMENT, k, generation: 0, epoch: 2 };
    let expected = [ServerMessage::Records { document: DOCUMENT, first: head + 1, records }, stale(1), stale(2)];
    assert_eq!(world.heard(bob.conn), expected);
}

#[test]
fn an_expired_or_released_hold_changes_nothing_but_the_order_of_answers() {
    for release in [true, false] {
        let (mut world, alice, bob) = pair(Role::Contributor);
        let head = world.store.document(&DOCUMENT).unwrap().unwrap().head.seq;
        world.say(alice.conn, &ClientMessage::Hold { document: DOCUMENT });
        assert!(world.say(bob.conn, &bob.change(1)).is_empty());
        if release {
            world.say(alice.conn, &ClientMessage::Release { document: DOCUMENT });
        } else {
            world.pass(1_999);
            assert!(world.heard(bob.conn).is_empty());
            world.pass(1);
        }
        let accepted = ServerMessage::Accepted { document: DOCUMENT, k: 1, seq: head + 1 };
        assert_eq!(world.heard(bob.conn).first(), Some(&accepted));
        assert_eq!(epoch(&world), 1);
    }
}

#[test]
fn holds_are_for_leads_and_rare() {
    let (mut world, alice, bob) = pair(Role::Lead);
    let hold = ClientMessage::Hold { document: DOCUMENT };
    world.say(alice.conn, &hold);
    assert_eq!(world.refused(bob.conn, &hold), Reason::Later);
    world.pass(500);
    let again = world.say(alice.conn, &hold);
    assert!(matches!(again.as_slice(), [ServerMessage::Held { left: 1_500, .. }]), "{again:?}");
    // Somebody else's hold is not his to give up.
    assert!(world.say(bob.conn, &ClientMessage::Release { document: DOCUMENT }).is_empty());
    assert!(world.say(bob.conn, &bob.change(1)).is_empty());
    world.say(alice.conn, &ClientMessage::Release { document: DOCUMENT });
    assert_eq!(world.refused(alice.conn, &hold), Reason::Later);
    world.pass(9_500);
    assert!(matches!(world.say(bob.conn, &hold).as_slice(), [ServerMessage::Held { .. }]));
}

#[test]
fn a_hold_ends_with_its_connection() {
    let (mut world, alice, bob) = pair(Role::Contributor);
    world.say(alice.conn, &ClientMessage::Hold { document: DOCUMENT });
    assert!(world.say(bob.conn, &bob.change(1)).is_empty());
    world.batch(vec![RelayEvent::Closed(alice.conn)]);
    world.pass(1);
    assert!(matches!(world.heard(bob.conn).first(), Some(ServerMessage::Accepted { .. })));
}

#[test]
fn appends_that_wait_are_bounded() {
    let (mut world, alice, bob) = pair(Role::Contributor);
    world.say(alice.conn, &ClientMessage::Hold { document: DOCUMENT });
    let refused = (1..=100).filter(|k| !world.say(bob.conn, &bob.change(*k)).is_empty()).count();
    assert_eq!(refused, 36);
    world.say(alice.conn, &ClientMessage::Release { document: DOCUMENT });
    assert_eq!(world.store.mark(&DOCUMENT, &bob.key.id()).unwrap(), 64);
    // Room again for the next hold.
    world.pass(10_000);
    world.say(alice.conn, &ClientMessage::Hold { document: DOCUMENT });
    assert!(world.say(bob.conn, &bob.change(65)).is_empty());
}

#[test]
fn a_persons_role_is_the_leads_to_give() {
    let (mut world, mut alice, mut bob) = pair(Role::Reader);
    assert_eq!(world.refused(bob.conn, &bob.change(1)), Reason::NotAllowed);
    let promote = alice.commit_message(&world, &Change::SetRole { person: PersonId([2; 16]), role: Role::Contributor });
    world.say(alice.conn, &promote);
    bob.merge(&record_in(&promote));
    bob.write(&mut world);
}
