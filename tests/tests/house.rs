//! The house around the app, in a real browser: the demo, Settings, a backup read on another computer, a link as a code, quitting.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::demo::Demo;
use kith_tests::processes::PASSPHRASE;

#[test]
fn the_demo_settings_and_a_backup_on_another_computer() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path()).unwrap();
    let other = App::open(&folder.path().join("other"));
    walk(
        "house.mjs",
        &[
            ("KITH_PRIYA", &demo.way_in()),
            ("KITH_OTHER", &other.address),
            ("KITH_LARCH", &demo.assessment),
            ("KITH_WORDS", PASSPHRASE),
            ("KITH_FOLDER", folder.path().to_str().unwrap()),
        ],
    );
    drop(other);
    demo.end().unwrap();
}
