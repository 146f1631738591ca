//! What happens while somebody writes, in a real browser: hints, drafts, the first run, help, bad input, and the keyboard alone.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use automerge::ROOT;
use automerge::transaction::Transactable as _;
use kith::engine::{Engine, EngineError, Profile};
use kith_group::DocumentId;
use kith_tests::apps::{App, walk};
use kith_tests::larch::Larch;
use kith_tests::processes;
use kith_tests::search::Needles;

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

#[test]
fn hints_are_quiet_drafts_are_private_and_nothing_typed_is_lost() {
    let larch = Larch::after(|stage, _| {
        // A colleague's newer Kith writes something that this one does not know.
        let newer = stage.engine("Delroy Finch").unwrap().edit(stage.document, |doc, _| -> Result<_, EngineError> {
            let mut tx = doc.transaction();
            tx.put(ROOT, "outings", "2").unwrap();
            tx.commit();
            Ok(())
        });
        newer.unwrap();
        assert!(stage.engine("Delroy Finch").unwrap().until_quiet(std::time::Duration::from_secs(20)).unwrap());
    });
    let (priya, nadia) = (larch.open("Priya Marsh"), larch.open("Nadia Sorrell"));
    let process = priya.process().to_string();
    walk("writing.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_NADIA", &nadia.address), ("KITH_PRIYA_PROCESS", &process)]);
    drop((priya, nadia));
    let never = Needles::of(&NEVER);
    never.nowhere_in(larch.relay.folder(), "at the relay");
    larch.tap.heard().nothing_of(&never, "on the line");
    for name in ["Priya Marsh", "Nadia Sorrell"] {
        let held = changes(&larch.home(name).join("profile"), larch.id.parse().unwrap());
        assert!(Needles::of(&["They wait for a friend"]).found(&held).is_some(), "what was added is there");
        assert_eq!(never.found(&held), None, "in the document of {name}");
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
