//! The pages that show the practice, in a real browser, on the whole sample: Priya leads, Nadia writes; both have a program of their own.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};

#[test]
fn the_pages_show_the_practice_and_everything_in_them_can_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
    let now = jiff::Timestamp::now().as_second();
    Stage::larch(folder.path(), &relay.url(), now).unwrap().leave().unwrap();
    let open = |name: &str| App::open_unlocked(&folder.path().join(folder_of(name)));
    let (priya, nadia) = (open("Priya Marsh"), open("Nadia Sorrell"));
    walk("pages.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_NADIA", &nadia.address)]);
}
