//! The recordings at the end: people who wrote at once, replayed with real clients and the real relay.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use kith_tests::replay::{BEGINNING, beginning};
use kith_tests::replay::{Relay, Replayed, replay};
use kith_tests::traces::{Concurrent, concurrent};

use super::telling::Teller;

const NAMES: [&str; 2] = ["friendsforever", "clownschool"];

/// How often progress is told.
const EVERY: Duration = Duration::from_secs(5);

/// Replays both, side by side through one relay.
pub(super) fn show(teller: &mut Teller, relay: &Relay, folder: &Path, whole: bool) -> anyhow::Result<()> {
    teller.step("Two recordings of real people who wrote in one text at once");
    let mut found = Vec::new();
    for name in NAMES {
        match concurrent(name)? {
            Some(trace) => {
                let trace = if whole { trace } else { beginning(trace, BEGINNING)? };
                found.push((name, Arc::new(trace), AtomicUsize::new(0)));
            }
            None => teller.say(&format!(
                "SKIPPED: the recording {name} is not on this machine. Set KITH_DATA to the folder that holds editing-traces."
            )),
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    if whole {
        teller.say("This takes some minutes; --beginnings shows the same in seconds.");
    } else {
        teller.say("Only their beginnings, against the text that plain Automerge gives.");
    }
    for (name, trace, _) in &found {
        let merges = trace.transactions.iter().filter(|transaction| transaction.parents.len() > 1).count();
        teller.say(&format!(
            "{name}: {} people, {} recorded edits, {merges} of them joining two versions.",
            trace.agents,
            trace.transactions.len()
        ));
    }
    teller.say(
        "Every person becomes a device with its own profile and connection. A device types an edit only once the relay has brought \
         it everything that the person had before them. Recordings: editing traces by Joseph Gentle, CC BY 4.0.",
    );
    for (name, trace, done) in replay_all(&found, relay, folder)? {
        teller.say(&format!(
            "{name}: all {} devices hold exactly the recorded text ({} characters). {} edits, each a change of its own; {} typed \
             beside something newer; {} records at the relay; {} signed changes verified; {:.1} s.",
            done.devices,
            trace.end_content.chars().count(),
            done.transactions,
            done.beside,
            done.records,
            done.changes,
            done.took.as_secs_f64()
        ));
    }
    Ok(())
}

type Found<'a> = (&'a str, Arc<Concurrent>, AtomicUsize);

fn replay_all<'a>(
    found: &'a [Found<'a>],
    relay: &Relay,
    folder: &Path,
) -> anyhow::Result<Vec<(&'a str, &'a Concurrent, Replayed)>> {
    let url = relay.url();
    std::thread::scope(|scope| {
        let running: Vec<_> = found
            .iter()
            .map(|(name, trace, typed)| {
                let (url, folder) = (url.as_str(), folder.join(name));
                scope.spawn(move || {
                    std::fs::create_dir_all(&folder)?;
                    replay(trace, url, &folder, typed).with_context(|| format!("the recording {name}"))
                })
            })
            .collect();
        let mut told = Instant::now();
        while !running.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(100));
            if told.elapsed() >= EVERY {
                told = Instant::now();
                let shares = found.iter().map(|(name, trace, typed)| {
                    format!("{name} {} of {}", typed.load(Ordering::Relaxed), trace.transactions.len())
                });
                println!("      … {}", shares.collect::<Vec<_>>().join(", "));
            }
        }
        let mut done = Vec::new();
        for (one, (name, trace, _)) in running.into_iter().zip(found) {
            let replayed = one.join().map_err(|_| anyhow!("the replay of {name} panicked"))??;
            done.push((*name, trace.as_ref(), replayed));
        }
        Ok(done)
    })
}
