//! The row "merged": two recordings of people who wrote at the same time, replayed through real clients and a real relay, end in
//! the recorded text on every device. Here their beginnings, so that the test takes a minute; `KITH_WHOLE=1` replays them whole,
//! and so does `cargo xtask demo`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, AutomergeError, ChangeHash, ObjType, PatchLog, ROOT, ReadDoc, TextEncoding};
use kith_tests::replay::{Relay, replay};
use kith_tests::traces::{Concurrent, concurrent};

/// How many transactions of each recording are replayed.
const BEGINNING: usize = 1_500;

/// The beginning of a recording, with the text that one Automerge document gives for it.
fn beginning(mut trace: Concurrent) -> Concurrent {
    if std::env::var_os("KITH_WHOLE").is_some() || trace.transactions.len() <= BEGINNING {
        return trace;
    }
    trace.transactions.truncate(BEGINNING);
    let mut doc = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
    let text = doc.transact::<_, _, AutomergeError>(|tx| tx.put_object(ROOT, "text", ObjType::Text)).unwrap().result;
    let start = doc.get_heads();
    let mut ends: Vec<Vec<ChangeHash>> = Vec::new();
    for transaction in &trace.transactions {
        let parents: Vec<_> = transaction.parents.iter().flat_map(|parent| ends[*parent].clone()).collect();
        let heads = if parents.is_empty() { start.clone() } else { parents };
        doc.set_actor(ActorId::from([u8::try_from(transaction.agent).unwrap() + 1; 16].as_slice()));
        let mut tx = doc.transaction_at(PatchLog::inactive(), &heads).unwrap();
        for patch in &transaction.patches {
            tx.splice_text(&text, patch.position, patch.deleted.cast_signed(), &patch.inserted).unwrap();
        }
        let (hash, _) = tx.commit();
        ends.push(hash.map_or(heads, |hash| vec![hash]));
    }
    trace.end_content = doc.text(&text).unwrap();
    trace
}

fn assert_ends_in_the_recorded_text(name: &str) {
    let Some(trace) = concurrent(name).expect("a recording that is here can be read") else { return };
    let trace = beginning(trace);
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
