//! My caseload, labels on Team, what readers see, and someone in danger, in a real browser (client/ui/tests/caseload.mjs): Priya holds A
//! and B, Delroy holds nobody, Colin comes to stand in, and an officer has the summary and nothing else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::larch::Larch;
use kith_tests::processes::Practitioner;
use serde_json::json;

#[test]
fn real_names_stay_in_the_caseload_and_readers_see_what_was_shared() {
    let larch = Larch::played();
    // B has a record before, with words that B said only to Priya; A gets one on the page.
    let priya = larch.person("Priya Marsh");
    let attached = priya.json(&["attach", &larch.id, "--name", "Tomasz Harrowgill", "--known-as", "Tomek", "--strand", "B"]);
    let words = json!({"do": "keep-words", "whose": "young-people", "words": "Zanderquill is where it is warm.", "how": "by phone", "agreed": "agreed"});
    priya.json(&["do", attached["record"].as_str().unwrap(), &words.to_string()]);
    let officer = Practitioner::set_up(
        &larch.folder.path().join("officer"),
        "Sam Okonkwolde",
        "Brambleshire Police",
        "neighbourhood officer",
        &larch.tap.url(),
    );
    priya.lets_in_as(&larch.id, &officer, "reader");
    let (priya, delroy) = (larch.open("Priya Marsh"), larch.open("Delroy Finch"));
    let colin = larch.open("Colin Ashdown");
    let officer = App::open_unlocked(&larch.folder.path().join("officer"));
    walk(
        "caseload.mjs",
        &[
            ("KITH_PRIYA", &priya.address),
            ("KITH_DELROY", &delroy.address),
            ("KITH_COLIN", &colin.address),
            ("KITH_OFFICER", &officer.address),
            ("KITH_LARCH", &larch.id),
        ],
    );
}
