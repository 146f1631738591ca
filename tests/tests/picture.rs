//! The picture in a real browser: Priya's and Delroy's apps with the sample assessment (client/ui/tests/picture.mjs).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::Practitioner;
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

#[test]
fn the_group_in_its_places_is_read_moved_and_added_to_by_eye_key_and_table() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let stage = Stage::larch(folder.path(), &relay.url(), jiff::Timestamp::now().as_second()).unwrap();
    let document = stage.document.to_string();
    stage.leave().unwrap();
    // On the command line, and on the page that is exported, with its legend, source and date.
    let practitioner = Practitioner::new(&folder.path().join(folder_of("Priya Marsh")));
    let text = practitioner.says(&["show", &document, "--part", "picture"]);
    assert!(text.contains("Both ways: A and B (friendship, strong)") && text.contains("Not in shared versions."), "{text}");
    let page = folder.path().join("larch.html");
    practitioner.says(&["export", &document, "--format", "html", "--to", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    for words in [
        "<svg",
        "Where things stand, and in which order, means nothing.",
        "Source: who said what is in the table",
        "As it stands on",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let empty = practitioner.begin("Rowan", "They can spend their evenings together.");
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, delroy) = (open("Priya Marsh"), open("Delroy Finch"));
    walk(
        "picture.mjs",
        &[("KITH_PRIYA", &priya.address), ("KITH_DELROY", &delroy.address), ("KITH_LARCH", &document), ("KITH_EMPTY", &empty)],
    );
}
