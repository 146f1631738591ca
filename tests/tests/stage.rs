//! The sample on stage: all its people, a real relay, and everything that they wrote.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_assessment::Mark;
use kith_tests::processes::Practitioner;
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

#[test]
fn everyone_in_the_sample_writes_their_part_and_holds_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let now = jiff::Timestamp::now().as_second();
    let stage = Stage::larch(folder.path(), &relay.url(), now).unwrap();
    let document = stage.document;
    let views: Vec<_> = stage.people.iter().map(|(_, engine)| engine.view(document).unwrap()).collect();
    for view in &views {
        assert_eq!((view.entries().count(), view.voices.len(), view.planned.goals.len()), (32, 6, 3));
        let two = view.marks.iter().filter(|mark| matches!(mark, Mark::TwoVersions(_))).count();
        assert_eq!(two, 1, "the day of one action waits for a choice: {:?}", view.marks);
    }
    stage.leave().unwrap();
    // The folders are what people have: the program opens them.
    let nadia = Practitioner::new(&folder.path().join(folder_of("Nadia Sorrell")));
    assert_eq!(nadia.texts(&document.to_string()).len(), 32);
}
