//! From a phone to the assessment and back, in real browsers (client/ui/tests/heard.mjs): a link is made in the app, opened at 360 x 640,
//! and what is said there is read, covered, added, answered and read again with the code word.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::Practitioner;
use kith_tests::replay::Relay;
use kith_tests::search::Needles;
use kith_tests::stage::{Stage, folder_of};
use kith_tests::tap::Tap;

/// What is typed on the phone: a name that identifies, and words that stay as they were said.
const NAME: &str = "Tomek";
const CANARY: &str = "zebra lights on the canal";

#[test]
fn what_is_said_on_a_phone_is_read_covered_added_answered_and_read_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let relay_folder = folder.path().join("relay");
    let relay = Relay::start_without_pauses(&relay_folder).unwrap();
    let tap = Tap::before(relay.address());
    let now = jiff::Timestamp::now().as_second();
    let stage = Stage::larch(folder.path(), &tap.url(), now).unwrap();
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
    // What came, and what went back, was sealed for the relay and on the line; the name is in no colleague's copy.
    let said = Needles::of(&[
        CANARY,
        NAME,
        "Tomasz Harrowgill",
        "We asked the council",
        "Nobody asked us",
        "Green Kettle",
        "[a name, covered]",
    ]);
    let cards = Needles::of(&["They get me home", "So-so", "Not really"]);
    assert!(said.nowhere_in(&relay_folder, "at the relay") >= 1 && cards.nowhere_in(&relay_folder, "at the relay") >= 1);
    let heard = tap.heard();
    heard.nothing_of(&said, "while all ran");
    heard.nothing_said_of(&cards, "while all ran");
    let sent = |asked: &str| heard.bodies.iter().filter(|body| body.up && body.asked == asked && !body.bytes.is_empty()).count();
    assert!(sent("POST /g/item") == 2 && sent("POST /g/read") >= 1, "what the phone sent went through the tap");
    assert!(heard.frames.iter().any(|frames| frames.up && frames.bytes.len() > 10_000), "and what the programs sent");
    assert!(heard.bodies.iter().any(|body| cards.found(&body.bytes).is_some()), "the page's own words are found in its files");
    let delroy = Practitioner::new(&folder.path().join(folder_of("Delroy Finch")));
    let shown = delroy.json(&["show", &larch]).to_string();
    assert!(shown.contains(CANARY) && shown.contains("[a name, covered]") && !shown.contains(NAME));
}
