//! Sealed blobs: who may write and read them, and how much.

use kith_group::{BlobId, RecordKind, Role};

use super::team::{DOCUMENT, Person, pair, pair_with};
use crate::relay::{Enrolment, Limits, MAX_CHUNKS, RelayConfig};
use crate::wire::{ClientMessage, MAX_CHUNK, Reason, ServerMessage};

const BLOB: BlobId = BlobId([1; 16]);

fn put(index: u32, total: u32, bytes: Vec<u8>) -> ClientMessage {
    ClientMessage::PutBlob { document: DOCUMENT, blob: BLOB, index, total, bytes }
}

fn read(index: u32) -> ClientMessage {
    ClientMessage::ReadBlob { document: DOCUMENT, blob: BLOB, index }
}

#[test]
fn a_blob_comes_back_as_it_was_from_any_chunk_on() {
    let (mut world, alice, bob) = pair(Role::Reader);
    for index in [2, 0, 1, 1] {
        let stored = ServerMessage::BlobStored { blob: BLOB, index };
        assert_eq!(world.say(alice.conn, &put(index, 3, vec![index as u8; MAX_CHUNK])), [stored]);
    }
    let chunk = |index: u32| ServerMessage::BlobChunk { blob: BLOB, index, total: 3, bytes: vec![index as u8; MAX_CHUNK] };
    assert_eq!(world.say(bob.conn, &read(0)), [chunk(0), chunk(1), chunk(2)]);
    assert_eq!(world.say(bob.conn, &read(2)), [chunk(2)]);
    assert_eq!(world.refused(bob.conn, &read(3)), Reason::Unknown);
}

#[test]
fn chunks_and_blobs_have_limits() {
    let (mut world, alice, _bob) = pair(Role::Reader);
    assert_eq!(world.refused(alice.conn, &put(0, 1, vec![0; MAX_CHUNK + 1])), Reason::TooLarge);
    assert_eq!(world.refused(alice.conn, &put(0, MAX_CHUNKS + 1, vec![0; 10])), Reason::TooLarge);
    assert_eq!(world.refused(alice.conn, &put(1, 1, vec![0; 10])), Reason::Malformed);
    assert_eq!(world.refused(alice.conn, &put(0, 0, vec![0; 10])), Reason::Malformed);
    assert_eq!(world.refused(alice.conn, &put(0, 1, Vec::new())), Reason::Malformed);
    world.say(alice.conn, &put(0, 2, vec![0; 10]));
    assert_eq!(world.refused(alice.conn, &put(1, 3, vec![0; 10])), Reason::Taken);
    assert_eq!(world.refused(alice.conn, &put(0, 2, vec![1; 10])), Reason::Taken);
    // It is not there before it is complete.
    assert_eq!(world.refused(alice.conn, &read(0)), Reason::Unknown);
}

#[test]
fn readers_write_no_blobs_and_strangers_read_none() {
    let (mut world, alice, bob) = pair(Role::Reader);
    assert_eq!(world.refused(bob.conn, &put(0, 1, vec![0; 10])), Reason::NotAllowed);
    world.say(alice.conn, &put(0, 1, vec![0; 10]));
    let carol = Person::new(&mut world, 3);
    assert_eq!(world.refused(carol.conn, &put(0, 1, vec![0; 10])), Reason::NotMember);
    assert_eq!(world.refused(carol.conn, &read(0)), Reason::Unknown);
}

#[test]
fn a_document_has_a_quota_of_blobs() {
    let limits = Limits { blobs: 2, ..Limits::default() };
    let config = RelayConfig { limits, ..RelayConfig::new(Enrolment::Open) };
    let (mut world, alice, _bob) = pair_with(config, kith_group::AppendRule::Everyone, Role::Reader);
    world.say(alice.conn, &put(0, 2, vec![0; 10]));
    let third = ClientMessage::PutBlob { document: DOCUMENT, blob: BlobId([7; 16]), index: 0, total: 1, bytes: vec![1] };
    assert_eq!(world.refused(alice.conn, &third), Reason::Later);
    assert_eq!(world.say(alice.conn, &put(1, 2, vec![0; 10])), [ServerMessage::BlobStored { blob: BLOB, index: 1 }]);
}

#[test]
fn records_do_not_wait_behind_a_blob() {
    let (mut world, alice, bob) = pair(Role::Reader);
    for index in 0..100 {
        world.say(alice.conn, &put(index, 100, vec![1; MAX_CHUNK]));
    }
    world.stuck.insert(bob.conn);
    let sent = world.say(bob.conn, &read(0)).len();
    assert!(sent < 10, "{sent}");
    let record = alice.record_of(RecordKind::Change, 1, alice.epoch(), b"sealed");
    world.say(alice.conn, &ClientMessage::Append { record });
    assert!(matches!(world.heard(bob.conn).as_slice(), [ServerMessage::Records { .. }]));
    let mut chunks = sent;
    while chunks < 100 {
        world.drain(bob.conn, MAX_CHUNK);
        let heard = world.heard(bob.conn).len();
        chunks += heard;
        assert!(heard > 0);
    }
    assert_eq!(chunks, 100);
}
