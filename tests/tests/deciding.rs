//! What holders and leads decide, in a real browser (client/ui/tests/deciding.mjs), and the line that is asked for on the next working
//! day after somebody was in danger (client/ui/tests/told.mjs).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::demo::app_days_later;
use kith_tests::larch::Larch;
use kith_tests::processes::Practitioner;

#[test]
fn labels_competence_not_asking_taking_over_and_an_officer_who_writes_are_decided_on_screen() {
    let larch = Larch::with_records();
    let officer = larch.folder.path().join("officer");
    Practitioner::set_up(&officer, "Jo Arkwright", "Brambleshire Police", "neighbourhood officer", &larch.tap.url());
    let (priya, nadia, colin) = (larch.open("Priya Marsh"), larch.open("Nadia Sorrell"), larch.open("Colin Ashdown"));
    let officer = App::open_unlocked(&officer);
    walk(
        "deciding.mjs",
        &[
            ("KITH_PRIYA", &priya.address),
            ("KITH_NADIA", &nadia.address),
            ("KITH_COLIN", &colin.address),
            ("KITH_OFFICER", &officer.address),
            ("KITH_LARCH", &larch.id),
        ],
    );
}

/// The app's day is put forward as a library can do it; the program has no option for that.
#[test]
fn on_the_next_working_day_one_line_is_asked_for_and_stands_where_its_writer_wants_it() {
    let larch = Larch::with_records();
    let start = |name: &str, days: i64| app_days_later(larch.folder.path(), name, days).unwrap();
    for days in [0, 7, 14, 21] {
        let (priya, nadia) = (start("Priya Marsh", days), start("Nadia Sorrell", days));
        walk(
            "told.mjs",
            &[
                ("KITH_PRIYA", &priya.way_in_to("/work")),
                ("KITH_NADIA", &nadia.way_in_to("/work")),
                ("KITH_LARCH", &larch.id),
                ("KITH_DAY", &days.to_string()),
            ],
        );
    }
}
