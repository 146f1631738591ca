//! What happens while somebody writes, in a real browser: hints, drafts, the first run, help, bad input, and the keyboard alone.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use automerge::ROOT;
use automerge::transaction::Transactable as _;
use kith::engine::{Engine, EngineError, Profile};
use kith_group::DocumentId;
use kith_tests::apps::{App, walk};
use kith_tests::processes;
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

/// Words that are typed, kept or taken out while drafting, and must never leave this computer.
const NEVER: [&str; 3] = ["Brookvale", "looks like an address", "may be somebody's name"];

/// Every change of a document that somebody holds, as bytes.
fn changes(profile: &Path, document: DocumentId) -> Vec<u8> {
    let engine = Engine::start(Profile::open(profile, processes::PASSPHRASE).unwrap()).unwrap();
    let bytes = engine.look(move |work| {
        let changes = work.read(&document)?.get_changes(&[]);
        Ok(changes.iter().flat_map(|change| change.raw_bytes().to_vec()).collect::<Vec<u8>>())
    });
    engine.stop().unwrap();
    bytes.unwrap()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

fn files_below(folder: &Path, found: &mut Vec<u8>) {
    for item in std::fs::read_dir(folder).unwrap().flatten() {
        if item.path().is_dir() {
            files_below(&item.path(), found);
        } else {
            found.extend(std::fs::read(item.path()).unwrap_or_default());
        }
    }
}

#[test]
fn hints_are_quiet_drafts_are_private_and_nothing_typed_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let now = jiff::Timestamp::now().as_second();
    let stage = Stage::larch(folder.path(), &relay.url(), now).unwrap();
    let document = stage.document;
    // A colleague's newer Kith writes something that this one does not know.
    let newer = stage.engine("Delroy Finch").unwrap().edit(document, |doc, _| -> Result<_, EngineError> {
        let mut tx = doc.transaction();
        tx.put(ROOT, "outings", "2").unwrap();
        tx.commit();
        Ok(())
    });
    newer.unwrap();
    assert!(stage.engine("Delroy Finch").unwrap().until_quiet(std::time::Duration::from_secs(20)).unwrap());
    stage.leave().unwrap();
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, nadia) = (open("Priya Marsh"), open("Nadia Sorrell"));
    let process = priya.process().to_string();
    walk("writing.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_NADIA", &nadia.address), ("KITH_PRIYA_PROCESS", &process)]);
    drop((priya, nadia));
    let mut relayed = Vec::new();
    files_below(&folder.path().join("relay"), &mut relayed);
    for name in ["Priya Marsh", "Nadia Sorrell"] {
        let held = changes(&folder.path().join(folder_of(name)).join("profile"), document);
        assert!(holds(&held, "They wait for a friend"), "what was added is there");
        for word in NEVER {
            assert!(!holds(&held, word), "{word} is in the document of {name}");
            assert!(!holds(&relayed, word), "{word} is at the relay");
        }
    }
}

#[test]
fn the_example_needs_no_profile_and_leaves_nothing_and_help_teaches_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let priya = App::open(&folder.path().join("priya"));
    walk("example.mjs", &[("KITH_PRIYA", &priya.address)]);
    let left = std::fs::read_dir(folder.path().join("priya").join("temp")).unwrap().flatten();
    let examples: Vec<_> =
        left.map(|item| item.file_name()).filter(|name| name.to_string_lossy().starts_with("kith-example-")).collect();
    assert_eq!(examples, Vec::<std::ffi::OsString>::new(), "the example's folder is gone");
}

#[test]
fn the_first_ten_minutes_by_keyboard_alone() {
    let folder = tempfile::tempdir().unwrap();
    let relay = processes::Relay::start(&folder.path().join("relay"));
    let priya = App::open(&folder.path().join("priya"));
    walk("keyboard.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_RELAY", &relay.url)]);
}
