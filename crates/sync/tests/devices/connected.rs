//! Documents that begin while the line stands.

use kith_group::{AppendRule, DocumentKind};

use crate::room::{Device, RELAY, Room, genesis};

// Without a look at new documents on the next tick: they stay offline until the line happens to break.
#[test]
fn a_document_that_is_made_or_given_a_relay_while_connected_is_live_at_once() {
    let mut room = Room::new();
    room.connects(0);
    let now_ms = room.now_ms;
    let Device { core, rows } = &mut room.devices[0];
    let mut make = |relay| {
        core.create_document(rows, now_ms, DocumentKind::STRAND, AppendRule::Everyone, relay, &mut genesis).unwrap().document
    };
    let with = make(Some(RELAY));
    let without = make(None);
    room.passes(100);
    assert!(room.devices[0].core.is_live(&with));
    assert!(!room.devices[0].core.is_live(&without));
    let Device { core, rows } = &mut room.devices[0];
    core.set_relay(rows, &without, RELAY).unwrap();
    room.passes(100);
    assert!(room.devices[0].core.is_live(&without));
}
