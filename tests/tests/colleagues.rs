//! What colleagues do apart, on screen: one asks another to choose between two versions; one writes with a newer Kith.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use automerge::ROOT;
use automerge::transaction::Transactable as _;
use kith::engine::EngineError;
use kith_tests::apps::walk;
use kith_tests::larch::Larch;

#[test]
fn two_versions_have_somebody_who_is_asked_and_a_newer_document_is_said_read_on_and_kept() {
    let larch = Larch::after(|stage, _| {
        // Delroy's Kith is of a later day: the document has its number, and something that this one has no words for. No command of the
        // product does that: it is written past all of them.
        let newer = stage.engine("Delroy Finch").unwrap().edit(stage.document, |doc, _| -> Result<_, EngineError> {
            let mut tx = doc.transaction();
            tx.put(ROOT, "schema", kith_assessment::SCHEMA + 1).unwrap();
            tx.put(ROOT, "seasons", "a part that comes later").unwrap();
            tx.commit();
            Ok(())
        });
        newer.unwrap();
        assert!(stage.engine("Delroy Finch").unwrap().until_quiet(std::time::Duration::from_secs(20)).unwrap());
    });
    {
        let (priya, delroy) = (larch.open("Priya Marsh"), larch.open("Delroy Finch"));
        walk("colleagues.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_DELROY", &delroy.address), ("KITH_LARCH", &larch.id)]);
    }
    // Said on the command line too; what this Kith cannot show is kept, and so is what was written after it.
    for name in ["Priya Marsh", "Delroy Finch"] {
        let person = larch.person(name);
        person.sync();
        let shown = person.json(&["show", &larch.id]);
        assert_eq!(shown["view"]["schema"], kith_assessment::SCHEMA + 1);
        assert!(shown["view"]["newer"].to_string().contains("a part that comes later"), "{name}");
        assert!(person.says(&["show", &larch.id]).contains("newer Kith"), "{name}");
        assert!(person.texts(&larch.id).iter().any(|text| text == "They share their lunch."), "{name}");
        assert_eq!(person.verify(&larch.id), (true, vec![]));
    }
}
