//! The picture in a real browser: Priya's and Delroy's apps with the sample assessment (client/ui/tests/picture.mjs).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::walk;
use kith_tests::larch::Larch;

#[test]
fn the_group_in_its_places_is_read_moved_and_added_to_by_eye_key_and_table() {
    let larch = Larch::played();
    // On the command line, and on the page that is exported, with its legend, source and date.
    let practitioner = larch.person("Priya Marsh");
    let text = practitioner.says(&["show", &larch.id, "--part", "picture"]);
    assert!(text.contains("Both ways: A and B (friendship, strong)") && text.contains("Not in shared versions."), "{text}");
    let page = larch.folder.path().join("larch.html");
    practitioner.says(&["export", &larch.id, "--format", "html", "--to", page.to_str().unwrap()]);
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
    let (priya, delroy) = (larch.open("Priya Marsh"), larch.open("Delroy Finch"));
    walk(
        "picture.mjs",
        &[("KITH_PRIYA", &priya.address), ("KITH_DELROY", &delroy.address), ("KITH_LARCH", &larch.id), ("KITH_EMPTY", &empty)],
    );
}
