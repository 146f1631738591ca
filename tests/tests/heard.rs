//! From a phone to the assessment and back, in real browsers (client/ui/tests/heard.mjs): a link is made in the app, opened at 360 x 640,
//! and what is said there is read, covered, added, answered and read again with the code word.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::walk;
use kith_tests::larch::Larch;
use kith_tests::search::Needles;

/// What is typed on the phone: a name that identifies, and words that stay as they were said.
const NAME: &str = "Tomek";
const CANARY: &str = "zebra lights on the canal";

#[test]
fn what_is_said_on_a_phone_is_read_covered_added_answered_and_read_there_again() {
    let larch = Larch::with_records();
    let (priya, delroy) = (larch.open("Priya Marsh"), larch.open("Delroy Finch"));
    walk(
        "heard.mjs",
        &[
            ("KITH_PRIYA", &priya.address),
            ("KITH_DELROY", &delroy.address),
            ("KITH_LARCH", &larch.id),
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
    assert!(
        said.nowhere_in(larch.relay.folder(), "at the relay") >= 1 && cards.nowhere_in(larch.relay.folder(), "at the relay") >= 1
    );
    let heard = larch.tap.heard();
    heard.nothing_of(&said, "while all ran");
    heard.nothing_said_of(&cards, "while all ran");
    let sent = |asked: &str| heard.bodies.iter().filter(|body| body.up && body.asked == asked && !body.bytes.is_empty()).count();
    assert!(sent("POST /g/item") == 2 && sent("POST /g/read") >= 1, "what the phone sent went through the tap");
    assert!(heard.frames.iter().any(|frames| frames.up && frames.bytes.len() > 10_000), "and what the programs sent");
    assert!(heard.bodies.iter().any(|body| cards.found(&body.bytes).is_some()), "the page's own words are found in its files");
    let delroy = larch.person("Delroy Finch");
    let shown = delroy.json(&["show", &larch.id]).to_string();
    assert!(shown.contains(CANARY) && shown.contains("[a name, covered]") && !shown.contains(NAME));
}
