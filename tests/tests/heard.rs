//! From a phone to the assessment and back, in real browsers (client/ui/tests/heard.mjs): a link is made in the app, opened at 360 x 640,
//! and what is said there is read, covered, added, answered and read again with the code word.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::{Practitioner, every_file};
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

/// What is typed on the phone: a name that identifies, and words that stay as they were said.
const NAME: &str = "Tomek";
const CANARY: &str = "zebra lights on the canal";

#[test]
fn what_is_said_on_a_phone_is_read_covered_added_answered_and_read_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let relay_folder = folder.path().join("relay");
    let relay = Relay::start_without_pauses(&relay_folder).unwrap();
    let now = jiff::Timestamp::now().as_second();
    let stage = Stage::larch(folder.path(), &relay.url(), now).unwrap();
    stage.keep_records(now).unwrap();
    let larch = stage.document.to_string();
    stage.leave().unwrap();
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, delroy) = (open("Priya Marsh"), open("Delroy Finch"));
    walk(
        "heard.mjs",
        &[
            ("KITH_PRIYA", &priya.address),
            ("KITH_DELROY", &delroy.address),
            ("KITH_LARCH", &larch),
            ("KITH_NAME", NAME),
            ("KITH_CANARY", CANARY),
        ],
    );
    drop((priya, delroy));
    // What came, and what went back, was sealed for the relay; the name is in no colleague's copy.
    for (path, bytes) in every_file(&relay_folder) {
        for word in [CANARY, NAME, "They get me home", "We asked the council", "Nobody asked us"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} is in {}", path.display());
        }
    }
    let delroy = Practitioner::new(&folder.path().join(folder_of("Delroy Finch")));
    let shown = delroy.json(&["show", &larch]).to_string();
    assert!(shown.contains(CANARY) && shown.contains("[a name, covered]") && !shown.contains(NAME));
}
