//! "Write together" in a real browser (client/ui/tests/together.mjs): six questions on the holder's own computer, and nothing else of Kith
//! until the passphrase, whatever a page, a reload or another tab tries.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::walk;
use kith_tests::larch::Larch;
use kith_tests::processes::PASSPHRASE;

#[test]
fn two_write_together_and_nothing_else_is_there_until_the_passphrase() {
    let larch = Larch::with_records();
    let app = larch.open("Priya Marsh");
    walk("together.mjs", &[("KITH_PRIYA", &app.address), ("KITH_LARCH", &larch.id), ("KITH_PASSPHRASE", PASSPHRASE)]);
    drop(app);
    // What was said is in the record, as said with the holder present, and as they let it be seen.
    let priya = larch.person("Priya Marsh");
    let people = priya.json(&["caseload"])["people"].as_array().unwrap().clone();
    let record = people.iter().find(|one| one["known_as"] == "Tomek").unwrap()["record"].as_str().unwrap().to_owned();
    let arrived = priya.json(&["record", &record])["view"]["arrived"].clone();
    assert_eq!(arrived.as_array().unwrap().len(), 1, "{arrived}");
    assert_eq!((&arrived[0]["together"], &arrived[0]["language"]), (&true.into(), &"en".into()));
    let answers = arrived[0]["answers"].as_array().unwrap();
    let of = |question: &str| answers.iter().find(|one| one["question"] == question).unwrap();
    assert_eq!((&of("friends")["team"], &of("friends")["words"]), (&true.into(), &"Marrowfen waits for me.".into()));
    assert_eq!((&of("feel")["team"], &of("places")["team"]), (&false.into(), &false.into()));
    assert_eq!(of("together")["skipped"], true);
    // What was said aloud and drawn is for the record alone, in the form of what comes by a link.
    let attached = arrived[0]["attached"].as_array().unwrap();
    let kinds: Vec<_> = attached.iter().map(|one| (one["kind"].as_str().unwrap(), one["question"].as_str().unwrap())).collect();
    assert_eq!(kinds, [("voice", "friends"), ("drawing", "places")]);
    assert_eq!(attached[1]["drawing"]["marks"][0]["words"], "the canal steps");
    let item = arrived[0]["item"].as_str().unwrap();
    let note = larch.folder.path().join("note");
    priya.json(&["arrived", &record, item, "--sound", "1", "--file", note.to_str().unwrap()]);
    let sound = std::fs::read(&note).unwrap();
    assert_eq!(sound.len() as u64, attached[0]["bytes"].as_u64().unwrap());
    assert_eq!(sound[..4], [0x1A, 0x45, 0xDF, 0xA3], "a WebM recording");
}
