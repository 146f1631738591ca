//! Meetings on the command line and in a real browser (client/ui/tests/meetings.mjs): notes that all write together, agreed and opened
//! again, with quiet hints; no word of them reaches whoever reads the summary.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::Practitioner;
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

#[test]
fn notes_are_written_together_agreed_and_opened_again_with_quiet_hints() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let now = jiff::Timestamp::now().as_second();
    let stage = Stage::larch(folder.path(), &relay.url(), now).unwrap();
    stage.keep_records(now).unwrap();
    let larch = stage.document.to_string();
    stage.leave().unwrap();
    let priya = Practitioner::new(&folder.path().join(folder_of("Priya Marsh")));
    let empty = priya.begin("Rowan", "They can spend their evenings together.");
    on_the_command_line(&priya, &empty);
    let (file, page) = (folder.path().join("larch.html"), |path: &std::path::Path| std::fs::read_to_string(path).unwrap());
    priya.says(&["export", &larch, "--format", "html", "--to", file.to_str().unwrap()]);
    assert!(page(&file).contains("a grandmother, for the first half hour") && page(&file).contains("As agreed: "));
    let quiet = priya.begin("Alder", "They can spend their evenings together.");
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, nadia) = (open("Priya Marsh"), open("Nadia Sorrell"));
    walk(
        "meetings.mjs",
        &[("KITH_PRIYA", &priya.address), ("KITH_NADIA", &nadia.address), ("KITH_LARCH", &larch), ("KITH_EMPTY", &quiet)],
    );
}

/// As somebody does it who types.
fn on_the_command_line(priya: &Practitioner, id: &str) {
    let made = priya.json(&[
        "meeting",
        id,
        "--as",
        "review",
        "--there",
        "priya marsh",
        "--other",
        "station manager, bus company",
        "--notes",
        "Places first.",
    ]);
    let meeting = made["entry"].as_str().unwrap();
    let short = &meeting[..6];
    priya.says(&["notes", id, short, "--text", "Places first, then the adults."]);
    let said = priya.says(&["show", id, "--part", "meetings"]);
    for words in ["Review", "(Priya Marsh); station manager, bus company", "then the adults.", "Not agreed yet."] {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert_eq!(priya.json(&["notes", id, short, "--agreed"])["entry"], meeting);
    let part = priya.json(&["show", id, "--part", "meetings"]);
    assert_eq!(part["value"]["held"][0]["agreed"]["by"]["name"], "Priya Marsh");
    let (code, refused) = priya.answer(&["notes", id, short, "--text", "Something else."]);
    assert!(code == Some(1) && refused["error"]["message"].as_str().unwrap().contains("Open them again"), "{refused}");
    priya.says(&["notes", id, short, "--reopen", "One action is missing."]);
    assert!(priya.says(&["show", id]).contains("Opened again: One action is missing."));
    let (code, refused) = priya.answer(&["meeting", id, "--as", "review", "--there", "Somebody Else"]);
    assert!(code == Some(1) && refused["error"]["message"].as_str().unwrap().contains("There is no member"), "{refused}");
}
