//! What is typed before there is an assessment is kept like every draft (client/ui/tests/why-kept.mjs).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::{PASSPHRASE, Practitioner};

#[test]
fn why_this_group_survives_the_lock_and_the_end_of_the_program_until_the_assessment_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("priya");
    let priya = Practitioner::new(&home);
    priya.says(&["setup", "--name", "Priya Marsh", "--agency", "children's social care", "--role", "social worker"]);
    let walk = |part: &str| {
        let app = App::open_unlocked(&home);
        walk("why-kept.mjs", &[("KITH_PRIYA", &app.address), ("KITH_PART", part), ("KITH_WORDS", PASSPHRASE)]);
    };
    walk("typed");
    walk("again");
    assert_eq!(priya.json(&["list"])["assessments"].as_array().unwrap().len(), 1);
    let view = priya.json(&["list"])["assessments"][0]["assessment"].as_str().map(|id| priya.view(id)).unwrap();
    assert_eq!(view.purpose.better.text, "They can spend their evenings without being frightened.");
}
