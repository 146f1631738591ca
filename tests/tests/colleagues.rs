//! What colleagues do apart, on screen: one asks another to choose between two versions; one writes with a newer Kith.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use automerge::ROOT;
use automerge::transaction::Transactable as _;
use kith::engine::EngineError;
use kith_tests::apps::{App, walk};
use kith_tests::processes::Practitioner;
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

#[test]
fn two_versions_have_somebody_who_is_asked_and_a_newer_document_is_said_read_on_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let stage = Stage::larch(folder.path(), &relay.url(), jiff::Timestamp::now().as_second()).unwrap();
    let document = stage.document;
    // Delroy's Kith is of a later day: the document has its number, and something that this one has no words for. No command of the
    // product does that: it is written past all of them.
    let newer = stage.engine("Delroy Finch").unwrap().edit(document, |doc, _| -> Result<_, EngineError> {
        let mut tx = doc.transaction();
        tx.put(ROOT, "schema", kith_assessment::SCHEMA + 1).unwrap();
        tx.put(ROOT, "seasons", "a part that comes later").unwrap();
        tx.commit();
        Ok(())
    });
    newer.unwrap();
    assert!(stage.engine("Delroy Finch").unwrap().until_quiet(std::time::Duration::from_secs(20)).unwrap());
    stage.leave().unwrap();
    let home = |name: &str| folder.path().join(folder_of(name));
    let larch = document.to_string();
    {
        let (priya, delroy) = (App::open_unlocked(&home("Priya Marsh")), App::open_unlocked(&home("Delroy Finch")));
        walk("colleagues.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_DELROY", &delroy.address), ("KITH_LARCH", &larch)]);
    }
    // Said on the command line too; what this Kith cannot show is kept, and so is what was written after it.
    for name in ["Priya Marsh", "Delroy Finch"] {
        let person = Practitioner::new(&home(name));
        person.sync();
        let shown = person.json(&["show", &larch]);
        assert_eq!(shown["view"]["schema"], kith_assessment::SCHEMA + 1);
        assert!(shown["view"]["newer"].to_string().contains("a part that comes later"), "{name}");
        assert!(person.says(&["show", &larch]).contains("newer Kith"), "{name}");
        assert!(person.texts(&larch).iter().any(|text| text == "They share their lunch."), "{name}");
        assert_eq!(person.verify(&larch), (true, vec![]));
    }
}
