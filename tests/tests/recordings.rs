//! The row "merged": two recordings of people who wrote at the same time, replayed through real clients and a real relay, end in
//! the recorded text on every device. `KITH_BEGINNINGS=1` replays only their beginnings, in seconds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use kith_tests::replay::{BEGINNING, beginning};
use kith_tests::replay::{Relay, replay};
use kith_tests::traces::concurrent;

fn assert_ends_in_the_recorded_text(name: &str) {
    let Some(trace) = concurrent(name).expect("a recording that is here can be read") else { return };
    let short = std::env::var_os("KITH_BEGINNINGS").is_some();
    let trace = if short { beginning(trace, BEGINNING).unwrap() } else { trace };
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay")).unwrap();
    let done = replay(&Arc::new(trace), &relay.url(), folder.path(), &AtomicUsize::new(0)).unwrap();
    eprintln!(
        "{name}: {} transactions ({} merges, {} typed beside newer text) by {} devices in {} records, {:.1} s",
        done.transactions,
        done.merges,
        done.beside,
        done.devices,
        done.records,
        done.took.as_secs_f64()
    );
    relay.stop().unwrap();
    let report = kith_relay::check::check(&folder.path().join("relay")).unwrap();
    assert!(report.ok, "{:?}", report.problems);
}

#[test]
fn two_friends_writing_at_once_end_in_the_recorded_text_on_every_device() {
    assert_ends_in_the_recorded_text("friendsforever");
}

#[test]
fn three_people_in_one_session_end_in_the_recorded_text_on_every_device() {
    assert_ends_in_the_recorded_text("clownschool");
}
