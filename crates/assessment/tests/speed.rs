//! How long the common steps take on a large document. Prints and never fails: `cargo test -p kith-assessment --test speed -- --ignored --nocapture`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod common;

use std::time::Instant;

use common::Writer;
use kith_assessment::{Command, EntryId, Kind, history, open, view, view_entry};

fn timed<T>(what: &str, times: u32, mut step: impl FnMut() -> T) -> T {
    let start = Instant::now();
    let mut last = step();
    for _ in 1..times {
        last = step();
    }
    println!("{what:<40} {:>10.3} ms", start.elapsed().as_secs_f64() * 1_000.0 / f64::from(times));
    last
}

#[test]
#[ignore = "a measurement"]
fn sixty_fields_with_260_000_keystrokes() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let ids: Vec<EntryId> = (0..60).map(|n| priya.adds("1.1", Kind::Worry, &format!("field {n}"))).collect();
    let start = Instant::now();
    for n in 0..260_000_usize {
        if n % 6 == 0 {
            priya.now += 1;
        }
        let (id, at) = (ids[n / 200 % 60], n % 5);
        priya.does(Command::SpliceEntry { id, heads: None, at, delete: usize::from(n % 10 == 0), insert: "x".into() });
    }
    println!("one keystroke                            {:>10.3} ms", start.elapsed().as_secs_f64() / 260.0);
    let saved = priya.doc.save();
    println!("saved size {} bytes", saved.len());
    let doc = timed("open", 1, || open(&saved).unwrap());
    let shown = timed("view", 20, || view(&doc));
    timed("view of one entry", 100, || view_entry(&doc, &ids[7]));
    timed("text of all entries alone", 20, || {
        ids.iter().map(|id| kith_assessment::entry_text(&doc, id).unwrap().len()).sum::<usize>()
    });
    timed("history", 1, || history(&doc).len());
    timed("plain text", 5, || kith_assessment::plain_text(&shown).len());
}
