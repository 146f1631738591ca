//! Changes of members that another overtook while the line was slow.

use kith_sync::client::{Intent, Standing};

use crate::room::Room;

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
