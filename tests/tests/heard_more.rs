//! What else comes from a phone, in real browsers (client/ui/tests/heard-more.mjs): what is spoken and drawn stays in the record; what is
//! asked to be taken out goes; a reply to the summary stands beside it, for those who may read it. Leads see how much waits, never what.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::{Practitioner, every_file};
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

/// What is typed on the phone: a name that identifies, and words that are taken out again.
const NAME: &str = "Tomek";
const CANARY: &str = "zebra lights on the canal";

#[test]
fn a_voice_note_a_map_a_circle_what_is_taken_out_and_a_reply_stand_where_they_belong() {
    let folder = tempfile::tempdir().unwrap();
    let relay_folder = folder.path().join("relay");
    let relay = Relay::start_without_pauses(&relay_folder).unwrap();
    let now = jiff::Timestamp::now().as_second();
    let stage = Stage::larch(folder.path(), &relay.url(), now).unwrap();
    let records = stage.keep_records(now).unwrap();
    let link = |holder, label: &str| stage.guest_link(holder, *records.get(label).unwrap()).unwrap();
    let (of_b, of_c) = (link("Priya Marsh", "B"), link("Nadia Sorrell", "C"));
    let larch = stage.document.to_string();
    stage.leave().unwrap();
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, delroy, nadia) = (open("Priya Marsh"), open("Delroy Finch"), open("Nadia Sorrell"));
    walk(
        "heard-more.mjs",
        &[
            ("KITH_PRIYA", &priya.address),
            ("KITH_DELROY", &delroy.address),
            ("KITH_NADIA", &nadia.address),
            ("KITH_LARCH", &larch),
            ("KITH_LINK", &of_b),
            ("KITH_LINK_C", &of_c),
            ("KITH_NAME", NAME),
            ("KITH_CANARY", CANARY),
        ],
    );
    drop((priya, delroy, nadia));
    for (path, bytes) in every_file(&relay_folder) {
        for word in [CANARY, NAME, "OpusHead", "boat shed", "my gran", "before the hall opens", "Keep us together"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} is in {}", path.display());
        }
    }
    // What was recorded and drawn is with nobody who does not hold the record, and what was taken out is with nobody.
    let delroy = Practitioner::new(&folder.path().join(folder_of("Delroy Finch")));
    let shown = delroy.json(&["show", &larch]).to_string();
    assert!(shown.contains("Ask us before the hall opens, and ask [a name, covered]."), "{shown}");
    for word in [CANARY, NAME, "boat shed", "old mill", "my gran"] {
        assert!(!shown.contains(word), "{word} with a colleague");
    }
}
