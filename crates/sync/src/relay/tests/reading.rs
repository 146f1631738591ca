//! A reader is a cursor, never a queue.

use kith_group::{RecordKind, Role};

use super::team::{DOCUMENT, Person, admit, alone, pair, pair_with};
use crate::relay::{Enrolment, Limits, RelayConfig, RelayEvent};
use crate::wire::{ClientMessage, MAX_RECORDS_BYTES, ServerMessage};

/// The numbers of all records in messages, which must be consecutive.
fn numbers(messages: &[ServerMessage]) -> Vec<u64> {
    messages
        .iter()
        .flat_map(|message| match message {
            ServerMessage::Records { first, records, .. } => (*first..).take(records.len()).collect(),
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn catching_up_is_one_question_and_its_answer_ends_with_live() {
    let (mut world, mut alice) = alone();
    for _ in 0..100 {
        alice.write(&mut world);
    }
    let heard = alice.reconnect(&mut world, 40);
    assert_eq!(numbers(&heard), (41..=100).collect::<Vec<_>>());
    assert_eq!(heard.len(), 2);
    assert_eq!(heard.last(), Some(&ServerMessage::Live { document: DOCUMENT, head: 100 }));
}

#[test]
fn a_client_that_knows_more_than_the_relay_is_told_the_relays_head() {
    let (mut world, mut alice) = alone();
    alice.write(&mut world);
    let heard = alice.reconnect(&mut world, 7);
    assert_eq!(heard, [ServerMessage::Live { document: DOCUMENT, head: 1 }]);
    assert_eq!(alice.reconnect(&mut world, u64::MAX).len(), 1);
}

#[test]
fn proving_says_how_the_log_stands_and_what_was_accepted_from_this_device() {
    let (mut world, mut alice) = alone();
    alice.write(&mut world);
    alice.write(&mut world);
    let heard = alice.prove(&mut world);
    assert_eq!(heard, [ServerMessage::Proved { document: DOCUMENT, generation: 0, epoch: 0, head: 2, k: 2 }]);
}

#[test]
fn a_slow_reader_costs_no_more_than_its_window_and_misses_nothing() {
    let window = 64 << 10;
    let limits = Limits { window, ..Limits::default() };
    let config = RelayConfig { limits, ..RelayConfig::new(Enrolment::Open) };
    let (mut world, alice, bob) = pair_with(config, kith_group::AppendRule::Everyone, Role::Reader);
    world.stuck.insert(bob.conn);
    for k in 1..=1_000 {
        let record = alice.record_of(RecordKind::Change, k, alice.epoch(), &[0; 2_000]);
        world.say(alice.conn, &ClientMessage::Append { record });
        assert!(world.core.in_flight(bob.conn) <= window + MAX_RECORDS_BYTES + 4_096);
    }
    let mut heard = world.heard(bob.conn);
    assert!(numbers(&heard).len() < 100);
    let mut rounds = 0;
    while numbers(&heard).len() < 1_000 {
        let in_flight = world.core.in_flight(bob.conn);
        world.drain(bob.conn, in_flight / 2 + 1);
        heard.extend(world.heard(bob.conn));
        assert!(world.core.in_flight(bob.conn) <= window + MAX_RECORDS_BYTES + 4_096);
        rounds += 1;
        assert!(rounds < 10_000);
    }
    assert_eq!(numbers(&heard), (2..=1_001).collect::<Vec<_>>());
}

#[test]
fn a_slow_reader_does_not_slow_others() {
    let (mut world, mut alice, bob) = pair(Role::Reader);
    let mut carol = Person::new(&mut world, 3);
    admit(&mut world, &mut alice, &mut carol, Role::Reader);
    world.heard(bob.conn);
    world.stuck.insert(bob.conn);
    for k in 1..=100 {
        let record = alice.record_of(RecordKind::Change, k, alice.epoch(), &[0; 60_000]);
        world.say(alice.conn, &ClientMessage::Append { record });
        assert_eq!(numbers(&world.heard(carol.conn)).len(), 1);
    }
}

#[test]
fn records_of_one_batch_leave_in_one_frame_that_is_shared() {
    let (mut world, mut alice, bob) = pair(Role::Contributor);
    let mut carol = Person::new(&mut world, 3);
    admit(&mut world, &mut alice, &mut carol, Role::Reader);
    bob_follows(&mut world, &bob);
    let epoch = alice.epoch();
    let append = |person: &Person, k| {
        let record = person.record_of(RecordKind::Change, k, epoch, b"sealed");
        RelayEvent::Frame(person.conn, ClientMessage::Append { record }.to_frame().into())
    };
    let effects = world.batch(vec![append(&alice, 1), append(&alice, 2), append(&bob, 1), append(&alice, 3), append(&bob, 2)]);
    let frames: Vec<_> = effects
        .send
        .iter()
        .filter(|(_, frame)| matches!(ServerMessage::from_frame(frame), Ok(ServerMessage::Records { .. })))
        .collect();
    assert_eq!(frames.len(), 3);
    assert!(frames.iter().all(|(_, frame)| frame.as_ptr() == frames[0].1.as_ptr()));
    assert_eq!(numbers(&world.heard(carol.conn)), [3, 4, 5, 6, 7]);
    assert_eq!(effects.counts.delivered, 15);
}

fn bob_follows(world: &mut super::world::World, bob: &Person) {
    bob.prove(world);
    world.heard(bob.conn);
}

#[test]
fn proving_again_does_not_lose_the_place() {
    let (mut world, mut alice, bob) = pair(Role::Reader);
    bob.prove(&mut world);
    alice.write(&mut world);
    assert_eq!(numbers(&world.heard(bob.conn)), [2]);
}

#[test]
fn a_stale_answer_waits_for_the_commit_that_made_it_so() {
    use kith_group::member::Change;
    let (mut world, mut alice, bob) = pair(Role::Contributor);
    world.stuck.insert(bob.conn);
    for k in 1..=30 {
        let record = alice.record_of(RecordKind::Change, k, alice.epoch(), &[0; 60_000]);
        world.say(alice.conn, &ClientMessage::Append { record });
    }
    let commit = alice.commit_message(&world, &Change::Refresh);
    world.say(alice.conn, &commit);
    world.heard(bob.conn);
    assert!(world.say(bob.conn, &bob.change(1)).is_empty());
    world.stuck.clear();
    world.drain(bob.conn, usize::MAX);
    let heard = world.heard(bob.conn);
    assert_eq!(numbers(&heard).last(), Some(&32));
    let stale = ServerMessage::Stale { document: DOCUMENT, k: 1, generation: 0, epoch: 2 };
    assert_eq!(heard.last(), Some(&stale));
}

#[test]
fn who_asks_on_without_reading_is_closed() {
    let limits = Limits { window: 1_000, answers: 10_000, ..Limits::default() };
    let config = RelayConfig { limits, ..RelayConfig::new(Enrolment::Open) };
    let (mut world, alice, bob) = pair_with(config, kith_group::AppendRule::Everyone, Role::Reader);
    world.stuck.insert(bob.conn);
    let mut asked = 0;
    while !world.is_closed(bob.conn) {
        world.say(bob.conn, &ClientMessage::Ping { number: 1 });
        asked += 1;
        assert!(asked < 20_000);
    }
    assert!(asked > 100);
    assert!(!world.is_closed(alice.conn));
}
