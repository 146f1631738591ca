//! The app in a real browser: programs, a relay and headless Chromium (client/ui/tests drives the browser).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::Relay;

#[test]
fn two_people_write_their_first_assessment_together() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let (priya, nadia) = (App::open(&folder.path().join("priya")), App::open(&folder.path().join("nadia")));
    walk("journey.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_NADIA", &nadia.address), ("KITH_RELAY", &relay.url)]);
}
