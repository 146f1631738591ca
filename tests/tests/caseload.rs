//! My caseload, labels on Team, what readers see, and someone in danger, in a real browser (client/ui/tests/caseload.mjs): Priya holds A
//! and B, Delroy holds nobody, Colin comes to stand in, and an officer has the summary and nothing else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::Practitioner;
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};
use serde_json::json;

#[test]
fn real_names_stay_in_the_caseload_and_readers_see_what_was_shared() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let stage = Stage::larch(folder.path(), &relay.url(), jiff::Timestamp::now().as_second()).unwrap();
    let larch = stage.document.to_string();
    stage.leave().unwrap();
    // B has a record before, with words that B said only to Priya; A gets one on the page.
    let priya = Practitioner::new(&folder.path().join(folder_of("Priya Marsh")));
    let attached = priya.json(&["attach", &larch, "--name", "Tomasz Harrowgill", "--known-as", "Tomek", "--strand", "B"]);
    let words = json!({"do": "keep-words", "whose": "young-people", "words": "Zanderquill is where it is warm.", "how": "by phone", "agreed": "agreed"});
    priya.json(&["do", attached["record"].as_str().unwrap(), &words.to_string()]);
    let officer = Practitioner::set_up(
        &folder.path().join("officer"),
        "Sam Okonkwolde",
        "Brambleshire Police",
        "neighbourhood officer",
        &relay.url(),
    );
    priya.lets_in_as(&larch, &officer, "reader");
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, delroy) = (open("Priya Marsh"), open("Delroy Finch"));
    let colin = open("Colin Ashdown");
    let officer = App::open_unlocked(&folder.path().join("officer"));
    walk(
        "caseload.mjs",
        &[
            ("KITH_PRIYA", &priya.address),
            ("KITH_DELROY", &delroy.address),
            ("KITH_COLIN", &colin.address),
            ("KITH_OFFICER", &officer.address),
            ("KITH_LARCH", &larch),
        ],
    );
}
