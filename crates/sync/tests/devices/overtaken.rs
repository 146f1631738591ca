//! What was overtaken on the way: changes of members by another's, and the relay's answers by later ones.

use kith_sync::client::{CloseReason, Input, Intent, LineId, Standing};
use kith_sync::wire::{About, Reason, ServerMessage};

use crate::room::{Device, Room};

// The simulation found it (seed 243): the answer to a commit that was overtaken was taken for the answer to the next one, whose
// secrets the device then dropped, though the relay had stored it. Without the epoch in the refusal: Standing::Broken.
#[test]
fn a_late_refusal_of_an_overtaken_commit_does_not_undo_the_next_one() {
    let mut room = Room::new();
    room.lets_in();
    room.slows(1);
    room.wants(1, Intent::Refresh);
    room.wants(0, Intent::Refresh);
    // It has heard of the other's commit, and made its own anew.
    room.passes(5_000);
    assert!(room.arrives() >= 2);
    room.passes(5_000);
    room.types(3);
    room.passes(100);
    let document = room.document;
    for device in &mut room.devices {
        let status = device.core.status(&device.rows, &document).unwrap();
        assert_eq!((status.standing, status.findings), (Standing::Member, Vec::new()));
    }
    assert_eq!(room.heads(1), room.heads(0));
}

// The simulation found it (seed 659). Before, the device stood as forked, and a person had to compare words for nothing.
#[test]
fn a_late_word_of_a_gap_that_is_closed_meanwhile_asks_for_a_new_line_and_accuses_nobody() {
    let mut room = Room::new();
    room.connects(0);
    for _ in 0..2 {
        room.types(1);
        room.passes(1_000);
    }
    let (now_ms, document) = (room.now_ms, room.document);
    let Device { core, rows } = &mut room.devices[0];
    assert_eq!(core.status(rows, &document).unwrap().waiting_to_send, 0);
    let late = ServerMessage::Refused { about: About::Record { document, k: 2 }, reason: Reason::Gap, expected: Some(1) };
    let input = Input::Frame { line: LineId(0), bytes: late.to_frame() };
    let effects = core.handle(rows, now_ms, input).unwrap();
    assert_eq!(effects.close, [(LineId(0), CloseReason::LostPlace)]);
    let status = core.status(rows, &document).unwrap();
    assert_eq!((status.standing, status.findings), (Standing::Member, Vec::new()));
    room.step(0, |core, rows| core.handle(rows, now_ms, Input::Closed { line: LineId(0) }).unwrap());
    room.connects(0);
    assert!(room.devices[0].core.is_live(&document));
    // On a relay that was set back, the new line says so.
    let Device { core, rows } = &mut room.devices[0];
    core.handle(rows, now_ms, Input::Closed { line: LineId(0) }).unwrap();
    room.relay_is_set_back();
    room.connects(0);
    let Device { core, rows } = &mut room.devices[0];
    assert_eq!(core.status(rows, &document).unwrap().standing, Standing::Forked);
}
