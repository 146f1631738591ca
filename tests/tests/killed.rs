//! Processes that are killed at any moment (SIGKILL), while people write and machines pass it on: every edit that was acknowledged
//! is there exactly once on every device, nothing comes twice, and every store opens.
//!
//! `KITH_KILLS` sets how many processes are killed in each test (200), `KITH_SEED` the moments at which.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use kith_tests::processes::{Practitioner, Relay, check, free_port};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A colleague who writes one entry after the other, in a process each, and knows which were acknowledged.
struct Writer {
    shared: Arc<Shared>,
    thread: JoinHandle<Vec<Written>>,
}

struct Shared {
    end: AtomicBool,
    acknowledged: AtomicU64,
    /// The process that writes just now.
    process: Mutex<Option<Child>>,
}

struct Written {
    token: String,
    acknowledged: bool,
}

impl Writer {
    /// Starts to write; after every `sync_every` entries it also sends and fetches (0: somebody else does that).
    fn start(who: &Practitioner, assessment: &str, prefix: &'static str, sync_every: u64) -> Self {
        let shared = Arc::new(Shared { end: AtomicBool::new(false), acknowledged: AtomicU64::new(0), process: Mutex::new(None) });
        let (mine, who, assessment) = (Arc::clone(&shared), who.clone(), assessment.to_owned());
        let thread = std::thread::spawn(move || {
            let mut written = Vec::new();
            let mut number = 0_u64;
            while !mine.end.load(Ordering::Relaxed) {
                number += 1;
                let token = format!("<{prefix}-{number}>");
                let verb = ["--json", "write", &assessment, "--dimension", "1.6", "--as", "strength", "--text", &token];
                let acknowledged = mine.run(&who, &verb);
                if acknowledged {
                    mine.acknowledged.fetch_add(1, Ordering::Relaxed);
                }
                written.push(Written { token, acknowledged });
                if sync_every > 0 && number.is_multiple_of(sync_every) {
                    mine.run(&who, &["--json", "sync"]);
                }
            }
            written
        });
        Self { shared, thread }
    }

    fn acknowledged(&self) -> u64 {
        self.shared.acknowledged.load(Ordering::Relaxed)
    }

    /// Kills the process that writes just now, if one does.
    fn kill_process(&self) -> bool {
        self.shared.process.lock().unwrap().as_mut().is_some_and(|child| child.kill().is_ok())
    }

    fn end(self) -> Vec<Written> {
        self.shared.end.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

impl Shared {
    /// Runs a verb; whether it was acknowledged. A refusal may only be about what these tests do to it.
    fn run(&self, who: &Practitioner, verb: &[&str]) -> bool {
        let output = tempfile::tempfile().unwrap();
        let child = who.command(verb).stdout(output.try_clone().unwrap()).stderr(Stdio::null()).spawn().unwrap();
        *self.process.lock().unwrap() = Some(child);
        let status = loop {
            // Waiting without holding the process, so that it can be killed meanwhile.
            if let Some(status) = self.process.lock().unwrap().as_mut().and_then(|child| child.try_wait().unwrap()) {
                break status;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        *self.process.lock().unwrap() = None;
        let said = read_again(output);
        let value: serde_json::Value = serde_json::from_str(&said).unwrap_or_default();
        if status.success() {
            return true;
        }
        let code = value["error"]["code"].as_str().unwrap_or_default();
        let killed = status.code().is_none();
        assert!(killed || ["holder-lost", "in-use", "relay", "other"].contains(&code), "{verb:?} was refused: {said}");
        // What was said before the process died is said.
        value["saved"] == true
    }
}

fn read_again(mut file: std::fs::File) -> String {
    use std::io::{Read, Seek};
    let mut said = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut said).unwrap();
    said
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// Two colleagues in one assessment.
fn colleagues(folder: &Path, relay: &str) -> (Practitioner, Practitioner, String) {
    let priya = Practitioner::set_up(&folder.join("priya"), "Priya Marsh", "children's social care", "social worker", relay);
    let assessment = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let nadia = Practitioner::new(&folder.join("nadia"));
    priya.lets_in(&assessment, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    (priya, nadia, assessment)
}

/// What must hold in the end.
fn nothing_is_lost_and_nothing_is_twice(people: [&Practitioner; 2], assessment: &str, relay: Relay, written: &[Written]) {
    for _ in 0..2 {
        people.iter().for_each(|who| who.sync());
    }
    let [first, second] = people.map(|who| who.texts(assessment));
    assert!(first == second, "both see the same");
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for text in &first {
        *times.entry(text.as_str()).or_default() += 1;
    }
    for Written { token, acknowledged } in written {
        let there = times.remove(token.as_str()).unwrap_or(0);
        assert!(there <= 1, "{token} is there {there} times");
        assert!(there == 1 || !acknowledged, "{token} was acknowledged and is lost");
    }
    assert!(times.is_empty(), "nobody wrote {times:?}");
    for who in people {
        let (ok, problems) = who.verify(assessment);
        assert!(ok, "{problems:?}");
        let status = who.status(assessment);
        assert!(status["sent"] == true && status["findings"].as_array().is_some_and(Vec::is_empty), "{status}");
    }
    let folder = relay.folder.clone();
    relay.stop();
    let (ok, said) = check(&folder);
    assert!(ok, "{said}");
}

#[test]
fn clients_killed_at_any_moment_have_every_acknowledged_edit_once() {
    let (kills, seed) = (setting("KITH_KILLS", 200), setting("KITH_SEED", 1));
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let (priya, nadia, assessment) = colleagues(folder.path(), &relay.url);
    let people = [&priya, &nadia];
    let writers = [Writer::start(&priya, &assessment, "priya", 0), Writer::start(&nadia, &assessment, "nadia", 0)];
    let mut watching: [Option<Child>; 2] = [None, None];
    let (mut of_watch, mut of_verbs, mut while_writing) = (0, 0, 0);
    while of_watch + of_verbs < kills {
        for (who, watch) in people.iter().zip(&mut watching) {
            // One in three rounds has only verbs, which hold the profile themselves.
            let ended = watch.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some());
            if ended && random.random_range(0..3) > 0 {
                *watch = Some(who.command(&["sync", "--watch"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
            }
        }
        let before: u64 = writers.iter().map(Writer::acknowledged).sum();
        std::thread::sleep(Duration::from_millis(random.random_range(3..450)));
        let victim = random.random_range(0..2_usize);
        if random.random_range(0..4) == 0 {
            of_verbs += u64::from(writers[victim].kill_process());
        } else if let Some(mut child) = watching[victim].take() {
            child.kill().unwrap();
            child.wait().unwrap();
            of_watch += 1;
        }
        while_writing += u64::from(writers.iter().map(Writer::acknowledged).sum::<u64>() > before);
    }
    let written: Vec<Written> = writers.into_iter().flat_map(Writer::end).collect();
    for mut child in watching.into_iter().flatten() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let acknowledged = written.iter().filter(|one| one.acknowledged).count();
    println!(
        "seed {seed}: {of_watch} x `sync --watch` and {of_verbs} x `write` killed, in {while_writing} rounds with new acknowledged \
         edits; {acknowledged} of {} edits acknowledged",
        written.len()
    );
    assert!(acknowledged > 0, "somebody wrote something");
    nothing_is_lost_and_nothing_is_twice(people, &assessment, relay, &written);
}

#[test]
fn a_relay_killed_at_any_moment_has_every_acknowledged_record_once() {
    let (kills, seed) = (setting("KITH_KILLS", 200), setting("KITH_SEED", 2));
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let (data, listen) = (folder.path().join("relay"), free_port());
    let mut relay = Relay::start_at(&data, listen);
    let (priya, nadia, assessment) = colleagues(folder.path(), &relay.url);
    let writers = [Writer::start(&priya, &assessment, "priya", 2), Writer::start(&nadia, &assessment, "nadia", 3)];
    for kill in 0..kills {
        std::thread::sleep(Duration::from_millis(random.random_range(1..400)));
        relay.kill();
        if kill % 20 == 0 {
            let (ok, said) = check(&data);
            assert!(ok, "after {} kills: {said}", kill + 1);
        }
        relay = Relay::start_at(&data, listen);
    }
    let written: Vec<Written> = writers.into_iter().flat_map(Writer::end).collect();
    let acknowledged = written.iter().filter(|one| one.acknowledged).count();
    println!("seed {seed}: {kills} x relay killed; {acknowledged} of {} edits acknowledged", written.len());
    assert!(acknowledged > 0, "somebody wrote something");
    nothing_is_lost_and_nothing_is_twice([&priya, &nadia], &assessment, relay, &written);
}
