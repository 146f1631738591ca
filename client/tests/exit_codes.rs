//! The contract with scripts: 0 done, 1 refused, 2 wrong usage; one JSON value on the output.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use common::Home;

#[test]
fn exit_codes_are_as_documented() {
    let home = Home::of_priya();
    home.larch();
    let entry = home.entry("They wait for each other.");
    let table: &[(&[&str], i32)] = &[
        (&["list"], 0),
        (&["show", "Larch"], 0),
        (&["show", "larch"], 0),
        (&["history", "Larch"], 0),
        (&["status"], 0),
        (&["status", "Larch"], 0),
        (&["members", "Larch"], 0),
        (&["verify", "Larch"], 0),
        (&["edit", "Larch", &entry, "--text", "They wait for one another."], 0),
        (&["differ", "Larch", &entry, "--text", "Not always."], 0),
        (&["retire", "Larch", &entry, "--why", "Written twice."], 0),
        (&["unretire", "Larch", &entry], 0),
        (&["--help"], 0),
        (&["--version"], 0),
        (&["invite", "--help"], 0),
        (&["help"], 0),
        (&["help", "invite"], 0),
        (&["show", "Beech"], 1),
        (&["sync"], 1),
        (&["invite", "Larch", "--as", "contributor"], 1),
        (&["invite", "Larch", "--as", "reader"], 1),
        (&["requests", "Larch"], 1),
        (&["write", "Larch", "--dimension", "9.9", "--as", "worry", "--text", "x"], 1),
        (&["write", "Larch", "--dimension", "1.1", "--as", "worry", "--text", "x", "--date", "5 May"], 1),
        (&["remove", "Larch", "Priya Marsh", "--why", "x"], 1),
        (&["setup", "--name", "n", "--agency", "a", "--role", "r"], 1),
        (&["write", "Larch", "--dimension", "1.1", "--as", "threat", "--text", "x"], 2),
        (&["invite", "Larch", "--as", "contributor", "--expires", "soon"], 2),
        (&["sync", "--once", "--watch"], 2),
        (&["frobnicate"], 2),
        (&["show"], 2),
    ];
    for (arguments, code) in table {
        let run = home.text(arguments);
        assert_eq!(run.code, *code, "{arguments:?}: {run:?}");
        assert!(!run.err.contains("panicked"), "{run:?}");
        if *code == 1 {
            assert!(run.out.is_empty() && run.err.trim_end().ends_with(['.', '!', '?']), "{arguments:?}: {run:?}");
        }
    }
}

#[test]
fn every_answer_is_one_json_value_and_so_is_every_refusal() {
    let home = Home::of_priya();
    let id = home.larch();
    let entry = home.entry("They wait for each other.");
    for arguments in [
        vec!["list"],
        vec!["show", &id],
        vec!["show", &id[..5]],
        vec!["history", &id],
        vec!["status"],
        vec!["members", &id],
        vec!["verify", &id],
        vec!["edit", &id, &entry[..6], "--text", "Changed."],
        vec!["show", "Beech"],
        vec!["sync"],
    ] {
        home.json(&arguments).json();
    }
    let shown = home.json(&["show", &id]).json();
    assert_eq!(shown["view"]["title"], "Larch");
    assert_eq!(shown["newer"], 0, "the view was stored when the last verb ended");
    assert_eq!(shown["standing"]["state"], "member");
}

#[test]
fn wrong_usage_is_one_json_value_too() {
    let home = Home::of_priya();
    let before = home.contents();
    for arguments in [
        vec!["frobnicate"],
        vec!["show"],
        vec!["write", "Larch", "--dimension", "1.1", "--as", "threat", "--text", "x"],
        vec!["sync", "--once", "--watch"],
        vec!["join", "kith:join/x", "--name", "N"],
    ] {
        let run = home.json(&arguments);
        assert_eq!(run.code, 2, "{run:?}");
        let said = run.json();
        assert_eq!(said["error"]["code"], "usage", "{run:?}");
        let message = said["error"]["message"].as_str().unwrap();
        assert!(message.ends_with('.') && !message.contains('\n') && !message.starts_with("Error"), "{message}");
        assert!(!run.err.is_empty());
    }
    // Help is no error, and is for people.
    assert!(home.json(&["show", "--help"]).done().out.contains("Usage"));
    assert_eq!(home.contents(), before);
}

#[test]
fn verify_proves_what_was_written_offline() {
    let home = Home::of_priya();
    home.larch();
    home.entry("They wait for each other.");
    let verified = home.json(&["verify", "Larch"]).done().json();
    assert_eq!(verified["ok"], true);
}

#[test]
fn nothing_in_a_profile_folder_is_in_the_clear() {
    let home = Home::of_priya();
    home.larch();
    home.entry("Keziah waits by the kiosk.");
    for needle in ["Larch", "Priya", "social care", "Keziah", "kiosk", "SQLite format"] {
        for (path, bytes) in home.contents() {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle.as_bytes()), "{needle} in {}", path.display());
        }
    }
}
