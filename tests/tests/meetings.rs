//! Meetings on the command line and in a real browser (client/ui/tests/meetings.mjs): notes that all write together, agreed and opened
//! again, with quiet hints; no word of them reaches whoever reads the summary.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::walk;
use kith_tests::larch::Larch;
use kith_tests::processes::Practitioner;

#[test]
fn notes_are_written_together_agreed_and_opened_again_with_quiet_hints() {
    let larch = Larch::with_records();
    let priya = larch.person("Priya Marsh");
    let empty = priya.begin("Rowan", "They can spend their evenings together.");
    on_the_command_line(&priya, &empty);
    let (file, page) = (larch.folder.path().join("larch.html"), |path: &std::path::Path| std::fs::read_to_string(path).unwrap());
    priya.says(&["export", &larch.id, "--format", "html", "--to", file.to_str().unwrap()]);
    assert!(page(&file).contains("a grandmother, for the first half hour") && page(&file).contains("As agreed: "));
    let quiet = priya.begin("Alder", "They can spend their evenings together.");
    let (priya, nadia) = (larch.open("Priya Marsh"), larch.open("Nadia Sorrell"));
    walk(
        "meetings.mjs",
        &[("KITH_PRIYA", &priya.address), ("KITH_NADIA", &nadia.address), ("KITH_LARCH", &larch.id), ("KITH_EMPTY", &quiet)],
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
