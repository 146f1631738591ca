//! `kith nudge` without a profile: what scripts rely on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use std::io::Write;
use std::process::Stdio;

use common::{Home, Run};

fn nudge(home: &Home, more: &[&str], input: &[u8]) -> Run {
    let mut child = home
        .command()
        .env_remove("KITH_PASSPHRASE")
        .arg("nudge")
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

#[test]
fn hints_are_a_list_with_places_in_characters_and_need_no_profile() {
    let home = Home::bare();
    let names = home.folder.path().join("names.txt");
    std::fs::write(&names, "# mine\n\nKeziah Ansah-Rowe, Kez\n").unwrap();
    let run =
        nudge(&home, &["--json", "--names", names.to_str().unwrap()], "\u{1f600} Kez was at 14 Brook Row.".as_bytes()).done();
    let hints = run.json();
    assert_eq!((&hints[0]["kind"], &hints[0]["start"], &hints[0]["end"]), (&"caseload-name".into(), &2.into(), &5.into()));
    assert_eq!((&hints[1]["what"], &hints[1]["start"], &hints[1]["end"]), (&"address".into(), &13.into(), &25.into()));
    assert!(hints[0]["reason"].as_str().unwrap().ends_with('.') && hints[0]["suggestion"].is_string());
    assert!(!home.profile.exists());
}

#[test]
fn nothing_found_is_an_empty_list_and_exit_0_and_not_checked_is_said() {
    let home = Home::bare();
    assert_eq!(nudge(&home, &["--json"], b"They wait for each other.").done().json(), serde_json::json!([]));
    assert_eq!(nudge(&home, &[], b"They wait for each other.").done().out, "Checked: no hints.\n");
    nudge(&home, &["--json"], b"\xff\xfe").refused("not-text");
    nudge(&home, &["--json", "--names", "not-there.txt"], b"").refused("names");
    nudge(&home, &["--json"], "word ".repeat(30_000).as_bytes()).refused("not-checked");
    assert_eq!(nudge(&home, &["--frobnicate"], b"").code, 2);
}
