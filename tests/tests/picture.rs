//! The picture in a real browser: Priya's and Delroy's apps with the sample assessment (client/ui/tests/picture.mjs).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

#[test]
fn the_group_in_its_places_is_read_moved_and_added_to_by_eye_key_and_table() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let stage = Stage::larch(folder.path(), &relay.url(), jiff::Timestamp::now().as_second()).unwrap();
    let document = stage.document.to_string();
    stage.leave().unwrap();
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, delroy) = (open("Priya Marsh"), open("Delroy Finch"));
    walk("picture.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_DELROY", &delroy.address), ("KITH_LARCH", &document)]);
}
