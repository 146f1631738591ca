//! `verify` passes on honest histories, and names what a relay or a member did to a log: a record dropped, reordered or altered, a
//! tail cut below what somebody signed to have seen, a change in somebody else's name. Whatever was done, nobody loses their own
//! work, and the client says what it found.
//!
//! The relays here deceive as well as a relay can: what they change they number, chain and count anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.

use std::path::Path;

use kith_group::{Bundle, Payload, Record, RecordHead, RecordKind, Statement, SystemRandom, seal};
use kith_tests::processes::{Keys, Practitioner, Relay, RelayLog, check, copy_files, free_port};

/// Priya and Nadia have read the same; then Priya wrote four entries that are at the relay and that Nadia has not read.
struct Story {
    folder: tempfile::TempDir,
    listen: std::net::SocketAddr,
    priya: Practitioner,
    nadia: Practitioner,
    assessment: String,
    /// How many records there were when both had read the same.
    shared: usize,
}

impl Story {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = free_port();
        let relay = Relay::start_at(&folder.path().join("relay"), listen);
        let home = |name: &str| folder.path().join(name);
        let priya = Practitioner::set_up(&home("priya"), "Priya Marsh", "children's social care", "social worker", &relay.url);
        let assessment = priya.begin("Larch", "They can spend their evenings together without being frightened.");
        let nadia = Practitioner::new(&home("nadia"));
        priya.lets_in(&assessment, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
        priya.write(&assessment, "priya 1");
        priya.sync();
        nadia.write(&assessment, "nadia 1");
        nadia.sync();
        priya.sync();
        nadia.sync();
        let shared = usize::try_from(priya.status(&assessment)["record"].as_u64().unwrap()).unwrap();
        for number in 2..=5 {
            priya.write(&assessment, &format!("priya {number}"));
            priya.sync();
        }
        relay.stop();
        let story = Self { folder, listen, priya, nadia, assessment, shared };
        assert_eq!(story.log().records.len(), story.shared + 4, "each entry is one record");
        story
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("relay")
    }

    fn log(&self) -> RelayLog {
        RelayLog::open(&self.data())
    }

    /// The relay deceives, and runs again where it ran before.
    fn deceived_by(&self, deceit: impl FnOnce(&mut Vec<Vec<u8>>)) -> Relay {
        let mut log = self.log();
        deceit(&mut log.records);
        log.write_as_if_whole();
        drop(log);
        // The one thing that it cannot write anew is each device's own count, which is in the sealed record's head.
        let (ok, said) = check(&self.data());
        let problems = said.lines().filter(|line| line.starts_with("document "));
        let others: Vec<&str> = problems.filter(|line| !line.contains("its device's number is")).collect();
        assert!(ok || others.is_empty(), "the log looks whole: {said}");
        Relay::start_at(&self.data(), self.listen)
    }

    /// `verify` says no, exit 1, with a sentence that holds one of `words`; `status` says it, too.
    fn is_named(&self, who: &Practitioner, words: &[&str]) {
        let (ok, problems) = who.verify(&self.assessment);
        assert!(!ok, "verify must not pass");
        let named = problems.iter().any(|problem| words.iter().any(|word| problem.contains(word)));
        assert!(named, "{words:?} in {problems:#?}");
        let findings = who.status(&self.assessment)["findings"].to_string();
        assert!(words.iter().any(|word| findings.contains(word)), "{words:?} in {findings}");
    }

    /// Everything that somebody wrote is still there for them, and they can write on.
    fn nothing_of_theirs_is_lost(&self, who: &Practitioner, texts: &[&str]) {
        who.write(&self.assessment, "written after it was found");
        who.answer(&["sync"]);
        let there = who.texts(&self.assessment);
        for text in texts.iter().chain(&["written after it was found"]) {
            assert!(there.iter().any(|one| one == text), "{text} in {there:?}");
        }
    }
}

const PRIYAS: [&str; 5] = ["priya 1", "priya 2", "priya 3", "priya 4", "priya 5"];
const MISSING: &[&str] = &["of its sender's records are missing", "records of its sender are missing"];
const ANOTHER_LOG: &[&str] =
    &["another log", "the relay has lost records", "ends here at record", "the relay's log ends at record"];

#[test]
fn an_honest_history_is_proved_for_everybody() {
    let story = Story::new();
    let _relay = Relay::start_at(&story.data(), story.listen);
    for who in [&story.nadia, &story.priya, &story.nadia] {
        who.sync();
        let (ok, problems) = who.verify(&story.assessment);
        assert!(ok, "{problems:?}");
    }
    assert_eq!(story.nadia.texts(&story.assessment), ["nadia 1", "priya 1", "priya 2", "priya 3", "priya 4", "priya 5"]);
    assert_eq!(story.nadia.says(&["verify", &story.assessment]).matches("signed, every one").count(), 2);
}

#[test]
fn a_record_dropped_from_a_log_that_looks_whole_is_named() {
    let story = Story::new();
    let dropped = story.shared + 1;
    let _relay = story.deceived_by(|records| {
        records.remove(dropped);
    });
    story.nadia.answer(&["sync"]);
    story.is_named(&story.nadia, MISSING);
    // Priya had read the log as it was.
    story.priya.answer(&["sync"]);
    story.is_named(&story.priya, ANOTHER_LOG);
    story.nothing_of_theirs_is_lost(&story.priya, &PRIYAS);
    story.nothing_of_theirs_is_lost(&story.nadia, &["nadia 1", "priya 1", "priya 2"]);
}

#[test]
fn two_records_that_changed_places_are_named() {
    let story = Story::new();
    let first = story.shared + 1;
    let _relay = story.deceived_by(|records| records.swap(first, first + 1));
    story.nadia.answer(&["sync"]);
    story.is_named(&story.nadia, &["of its sender's records are missing", "repeats number", "records of its sender are missing"]);
    story.nothing_of_theirs_is_lost(&story.nadia, &["nadia 1", "priya 1", "priya 2"]);
    story.priya.answer(&["sync"]);
    story.nothing_of_theirs_is_lost(&story.priya, &PRIYAS);
}

#[test]
fn a_record_altered_by_one_byte_is_named() {
    let story = Story::new();
    let altered = story.shared + 1;
    let _relay = story.deceived_by(|records| {
        let bytes = &mut records[altered];
        let last = bytes.len() - 20;
        bytes[last] ^= 1;
    });
    story.nadia.answer(&["sync"]);
    let place = format!("record {} was put aside: it does not open", altered + 1);
    story.is_named(&story.nadia, &[&place]);
    story.nothing_of_theirs_is_lost(&story.nadia, &["nadia 1", "priya 1", "priya 2"]);
}

#[test]
fn a_tail_cut_below_what_a_device_had_read_itself_is_named() {
    let story = Story::new();
    let _relay = story.deceived_by(|records| {
        records.pop();
        records.pop();
    });
    story.priya.answer(&["sync"]);
    story.is_named(&story.priya, ANOTHER_LOG);
    assert_eq!(story.priya.status(&story.assessment)["standing"]["state"], "forked");
    story.nothing_of_theirs_is_lost(&story.priya, &PRIYAS);
}

#[test]
fn a_tail_cut_below_a_colleagues_signed_receipt_is_named() {
    let story = Story::new();
    // Priya's receipt for the whole log is at the relay; the relay shows Nadia the receipt and a shorter log.
    let _relay = story.deceived_by(|records| {
        records.pop();
    });
    story.nadia.answer(&["sync"]);
    let (ok, problems) = story.nadia.verify(&story.assessment);
    assert!(!ok, "verify must not pass");
    let named = problems.iter().any(|problem| problem.contains("signed that they saw") || problem.contains("another log"));
    assert!(named, "{problems:#?}");
    story.nothing_of_theirs_is_lost(&story.nadia, &["nadia 1", "priya 1", "priya 2", "priya 3", "priya 4"]);
}

#[test]
fn a_change_in_somebody_elses_name_is_named_and_not_shown() {
    let story = Story::new();
    // Nadia's own keys, and a change as if Priya had written it: what a member with another program can make.
    let document = story.log().document();
    let keys = Keys::of(&story.nadia, &document);
    let forged = forged(&story, &keys);
    let seq = story.log().records.len() + 1;
    let _relay = story.deceived_by(|records| records.push(forged));
    story.priya.answer(&["sync"]);
    let place = format!("record {seq} was put aside");
    story.is_named(&story.priya, &[&place]);
    assert!(!story.priya.texts(&story.assessment).iter().any(|text| text == "in Priya's name"));
    story.nothing_of_theirs_is_lost(&story.priya, &PRIYAS);
}

/// A record by Nadia whose change says that Priya wrote it.
fn forged(story: &Story, keys: &Keys) -> Vec<u8> {
    use automerge::transaction::Transactable;
    let file = story.folder.path().join("copy.automerge");
    story.nadia.says(&["export", &story.assessment, "--format", "automerge", "--to", &file.display().to_string()]);
    let options = automerge::LoadOptions::new().text_encoding(automerge::TextEncoding::Utf16CodeUnit);
    let mut doc = automerge::Automerge::load_with_options(&std::fs::read(file).unwrap(), options).unwrap();
    let me = keys.key.id();
    let priya = keys.state.roster.members.keys().find(|device| **device != me).copied().unwrap();
    doc.set_actor(priya.0.as_slice().into());
    doc.transact::<_, _, automerge::AutomergeError>(|tx| tx.put(automerge::ROOT, "forged", "in Priya's name")).unwrap();
    let change = doc.get_last_local_change().unwrap();
    let last = kith_group::ActorLast { actor: priya.0.to_vec(), seq: change.seq(), hash: kith_group::Digest(change.hash().0) };
    let log = story.log();
    let numbers = log.records.iter().map(|bytes| Record::decode(bytes).unwrap().head);
    let k = numbers.filter(|head| head.sender == me && head.kind != RecordKind::Commit).map(|head| head.k).max().unwrap() + 1;
    let head = RecordHead {
        document: log.document(),
        generation: keys.state.name.generation,
        epoch: keys.state.epoch,
        sender: me,
        k,
        kind: RecordKind::Change,
    };
    let seen = {
        let hash =
            log.records[..story.shared].iter().fold(kith_group::ChainHash::START, |hash, bytes| kith_group::chain(&hash, bytes));
        kith_group::Seen { seq: story.shared as u64, hash }
    };
    let statement = Statement { document: log.document(), author: priya, seen, lasts: vec![last] };
    let bundle = Bundle { signed: statement.sign(&keys.key), payload: Payload::Changes(vec![change.raw_bytes().to_vec()]) };
    seal(&keys.state.key, &head, &bundle.encode(&head), &mut SystemRandom).unwrap().encode()
}

#[test]
fn what_happens_to_a_relays_store_by_accident_its_own_check_names() {
    let story = Story::new();
    let (ok, said) = check(&story.data());
    assert!(ok, "{said}");
    let seq = story.shared + 2;
    let altered =
        format!("UPDATE record SET bytes = CAST(substr(bytes, 1, length(bytes) - 2) || x'5a5a' AS BLOB) WHERE seq = {seq}");
    let dropped = format!("DELETE FROM record WHERE seq = {seq}");
    let swapped = format!(
        "UPDATE record SET seq = 10000 WHERE seq = {seq}; UPDATE record SET seq = {seq} WHERE seq = {seq} + 1;
         UPDATE record SET seq = {seq} + 1 WHERE seq > 9000"
    );
    for (sql, place) in
        [(altered, format!("record {seq}:")), (dropped, format!("record {seq}: missing")), (swapped, format!("record {seq}:"))]
    {
        let copy = tempfile::tempdir().unwrap();
        copy_files(&story.data(), copy.path());
        RelayLog::open(copy.path()).clumsily(&sql);
        let (ok, said) = check(Path::new(copy.path()));
        assert!(!ok && said.contains(&place), "{sql}: {said}");
    }
}
