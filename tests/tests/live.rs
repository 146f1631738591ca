//! Writing together, letter by letter: the page's own logic against a program that never moves a place, and three real apps and a relay in
//! headless Chromium.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::walk;
use kith_tests::larch::Larch;

#[test]
fn an_editor_loses_no_letter_and_no_caret_however_typing_and_answers_meet() {
    walk("live-model.mjs", &[]);
}

/// A minute of two people typing, as it is; `KITH_LIVE_SECONDS` for another length.
#[test]
fn three_people_write_one_paragraph_and_one_of_them_goes_away_and_comes_back() {
    let larch = Larch::played();
    let (priya, nadia, delroy) = (larch.open("Priya Marsh"), larch.open("Nadia Sorrell"), larch.open("Delroy Finch"));
    let variables = [
        ("KITH_PRIYA", priya.address.as_str()),
        ("KITH_NADIA", nadia.address.as_str()),
        ("KITH_DELROY", delroy.address.as_str()),
        ("KITH_ASSESSMENT", larch.id.as_str()),
    ];
    walk("live.mjs", &variables);
}
