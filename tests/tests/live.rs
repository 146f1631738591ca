//! Writing together, letter by letter: the page's own logic against a program that never moves a place, and three real apps and a relay in
//! headless Chromium.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

#[test]
fn an_editor_loses_no_letter_and_no_caret_however_typing_and_answers_meet() {
    walk("live-model.mjs", &[]);
}

/// A minute of two people typing, as it is; `KITH_LIVE_SECONDS` for another length.
#[test]
fn three_people_write_one_paragraph_and_one_of_them_goes_away_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let stage = Stage::larch(folder.path(), &relay.url(), jiff::Timestamp::now().as_second()).unwrap();
    let assessment = stage.document.to_string();
    stage.leave().unwrap();
    let app = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, nadia, delroy) = (app("Priya Marsh"), app("Nadia Sorrell"), app("Delroy Finch"));
    let variables = [
        ("KITH_PRIYA", priya.address.as_str()),
        ("KITH_NADIA", nadia.address.as_str()),
        ("KITH_DELROY", delroy.address.as_str()),
        ("KITH_ASSESSMENT", assessment.as_str()),
    ];
    walk("live.mjs", &variables);
}
