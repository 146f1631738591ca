//! What a device stores so that opening is quick, and what it need not read again. Told by rows, never by time.

use kith_group::SeededRandom;
use kith_sync::client::{ClientCore, Input, LineId, Notice};
use kith_sync::relay::{ConnId, RelayEvent};

use crate::room::{Device, Room};

// Without counting changes: 300 keystrokes come back as one record, far from the 200 records that it took.
#[test]
fn a_day_offline_that_came_back_from_the_log_is_in_the_stored_document() {
    let mut room = Room::new();
    room.types(300);
    room.connects(0);
    let Device { core, rows } = &mut room.devices[0];
    let cursor = core.status(rows, &room.document).unwrap().cursor;
    assert!(cursor < 200);
    room.rests();
    assert_eq!(room.stored_up_to(), Some(cursor));
    let heads = room.heads(0);
    let rows = &room.devices[0].rows;
    room.devices[0].core = ClientCore::open(rows, Box::new(SeededRandom::new(3))).unwrap();
    assert_eq!(room.heads(0), heads);
}

#[test]
fn a_few_keystrokes_are_not_worth_saving_the_whole_document() {
    let mut room = Room::new();
    room.types(20);
    room.connects(0);
    room.rests();
    assert_eq!(room.stored_up_to(), None);
}

// Without keeping the replica that the admission was proved with.
#[test]
fn whoever_was_let_in_reads_without_loading_the_document_a_second_time() {
    let mut room = Room::new();
    room.lets_in();
    let heads = room.heads(0);
    assert_eq!(room.heads(1), heads);
    assert_eq!(room.devices[1].rows.bases.get(), 0);
    // What is stored is the same.
    room.devices[1].core = ClientCore::open(&room.devices[1].rows, Box::new(SeededRandom::new(4))).unwrap();
    assert_eq!(room.heads(1), heads);
    assert_eq!(room.devices[1].rows.bases.get(), 1);
}

#[test]
fn presence_reaches_who_is_connected_and_leaves_no_row_anywhere() {
    let mut room = Room::new();
    room.lets_in();
    let (now_ms, document) = (room.now_ms, room.document);
    let me = room.devices[0].core.identity(&document).unwrap().device;
    room.told.clear();
    let written: Vec<usize> = room.devices.iter().map(|device| device.rows.writes).collect();
    room.step(0, |core, rows| core.say_here(rows, now_ms, &document, "2.3").unwrap());
    let here = Notice::Here { document, device: me, at: now_ms, place: "2.3".into() };
    assert_eq!(room.told, [(1, here)]);
    assert_eq!(room.devices.iter().map(|device| device.rows.writes).collect::<Vec<_>>(), written);
    // Nobody is told later.
    room.told.clear();
    room.step(1, |core, rows| core.handle(rows, now_ms, Input::Closed { line: LineId(1) }).unwrap());
    room.carry(vec![RelayEvent::Closed(ConnId(1))]);
    room.step(0, |core, rows| core.say_here(rows, now_ms + 1, &document, "plan").unwrap());
    assert_eq!(room.told, []);
    // Without a connection nothing waits to be said.
    let Device { core, rows } = &mut room.devices[1];
    let effects = core.say_here(rows, now_ms, &document, "plan").unwrap();
    assert!(effects.frames.is_empty() && !effects.durable);
}
