//! A computer is lost, and there is a backup: on a new computer all of it can be read, nothing of it can be sent under the lost computer's
//! keys, and after a lead has let the new computer in, work goes on (protocol 9, notes 6.7).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.

use std::path::Path;

use kith::store::{KeyCost, Store};
use kith_group::SystemRandom;
use kith_tests::processes::{Keys, PASSPHRASE, Practitioner, Relay, every_file};

const SENT: &str = "They wait for each other at the gate.";
const NOT_SENT: &str = "The youngest is collected first.";
const AFTER: &str = "Two of them have begun to cook together.";
const ANEW: &str = "They have asked for a later bus.";

/// Nadia's computer, with a backup that was made when one sentence was sent and one was not; afterwards she wrote one more and sent it.
struct Lost {
    relay: Relay,
    priya: Practitioner,
    nadia: Practitioner,
    larch: String,
    folder: tempfile::TempDir,
}

fn lost() -> Lost {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let priya =
        Practitioner::set_up(&folder.path().join("priya"), "Priya Marsh", "children's social care", "social worker", &relay.url);
    let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let nadia = Practitioner::new(&folder.path().join("nadia"));
    priya.lets_in(&larch, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    nadia.write(&larch, SENT);
    nadia.sync();
    nadia.write(&larch, NOT_SENT);
    let file = folder.path().join("kith.backup");
    let made = nadia.json(&["backup", file.to_str().unwrap()]);
    assert_eq!(made["documents"], 1, "{made}");
    assert_eq!(made["bytes"], std::fs::metadata(&file).unwrap().len(), "{made}");
    nadia.write(&larch, AFTER);
    nadia.sync();
    priya.sync();
    Lost { relay, priya, nadia, larch, folder }
}

impl Lost {
    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("kith.backup")
    }

    fn anew(&self) -> Practitioner {
        let anew = Practitioner::new(&self.folder.path().join("nadia-anew"));
        let said = anew.json(&["restore", self.file().to_str().unwrap()]);
        assert_eq!(said["name"], "Nadia Sorrell", "{said}");
        assert_eq!(said["assessments"][0]["title"], "Larch", "{said}");
        anew
    }
}

#[test]
fn a_restored_profile_reads_everything_and_sends_nothing_until_a_lead_lets_it_in() {
    let lost = lost();
    let Lost { priya, larch, .. } = &lost;
    std::fs::remove_dir_all(&lost.nadia.folder).unwrap();
    let anew = lost.anew();
    let mut known = vec![SENT.to_owned(), NOT_SENT.to_owned()];
    known.sort();
    assert_eq!(anew.texts(larch), known);
    assert_eq!(anew.status(larch)["standing"]["state"], "restored");
    assert_eq!(anew.verify(larch), (true, vec![]), "who wrote what can be proved from the copy");
    let (exit, said) = anew.answer(&["write", larch, "--dimension", "1.6", "--as", "strength", "--text", "too early"]);
    assert_eq!(exit, Some(1), "{said}");
    assert!(said["error"]["message"].as_str().unwrap().contains("ask a lead"), "{said}");
    let before = priya.texts(larch);
    anew.answer(&["sync"]);
    priya.sync();
    assert_eq!(priya.texts(larch), before, "nothing of the copy goes out");

    priya.lets_in(larch, &anew, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    assert_eq!(anew.status(larch)["standing"]["state"], "member");
    anew.write(larch, ANEW);
    anew.sync();
    priya.sync();
    let mut all = before;
    all.push(ANEW.to_owned());
    all.sort();
    assert_eq!(priya.texts(larch), all);
    assert_eq!(anew.texts(larch), all);
    assert_eq!(priya.verify(larch), (true, vec![]));
    assert_eq!(anew.verify(larch), (true, vec![]));
    // What had not been sent when the backup was made was sent by the computer that is lost now; nobody has it twice.
    assert!(all.contains(&NOT_SENT.to_owned()));
    let data = lost.relay.folder.clone();
    lost.relay.stop();
    let (sound, said) = kith_tests::processes::check(&data);
    assert!(sound, "{said}");
}

#[test]
fn a_backup_holds_no_key_of_the_lost_computer_and_no_plain_word() {
    let lost = lost();
    let document = lost.larch.parse().unwrap();
    let keys = Keys::of(&lost.nadia, &document);
    let enrolment = Keys::enrolment(&lost.nadia, &lost.relay.url);
    let file = std::fs::read(lost.file()).unwrap();
    for word in [SENT, NOT_SENT, "Larch", "Nadia", "Kestrel", PASSPHRASE] {
        assert!(!file.windows(word.len()).any(|window| window == word.as_bytes()), "{word} can be read in the backup");
    }
    let folder = lost.folder.path().join("opened");
    let (store, contents) = Store::restore(&folder, &file, PASSPHRASE, KeyCost::TESTS, &mut SystemRandom).unwrap();
    drop(store);
    let secrets = [keys.key.seed().to_vec(), keys.state.encode(), enrolment.seed().to_vec()];
    for row in &contents.rows {
        for secret in &secrets {
            assert!(!row.value.windows(secret.len()).any(|window| window == secret), "a key is in a row of kind {}", row.space);
        }
        assert_ne!(row.space, 1, "MLS state");
        assert!(![19, 20, 21, 22, 23].contains(&row.space), "a row of kind {} belongs to the lost computer", row.space);
    }
    // The test can fail: the store that the backup was made from holds them all.
    let plain = |secret: &[u8]| {
        use kith_group::Rows as _;
        let store = Store::open(&lost.nadia.folder, PASSPHRASE).unwrap();
        (0..=u8::MAX).any(|space| {
            let rows = store.scan_rows(kith_group::Space(space), &[], &[], usize::MAX).unwrap();
            rows.iter().any(|(_, value)| value.windows(secret.len()).any(|window| window == secret))
        })
    };
    assert!(secrets.iter().all(|secret| plain(secret)));
}

#[test]
fn a_restore_that_cannot_be_leaves_nothing_behind_and_says_why() {
    let lost = lost();
    let file = lost.file();
    let path = file.to_str().unwrap();
    let restored = |at: &Path, file: &str, passphrase: &str| {
        let somebody = Practitioner::new(at);
        let output = somebody.command(&["--json", "restore", file]).env("KITH_PASSPHRASE", passphrase).output().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), value["error"]["code"].as_str().map(str::to_owned), somebody)
    };
    let at = lost.folder.path().join("elsewhere");
    let (exit, code, somebody) = restored(&at, path, "another passphrase");
    assert_eq!((exit, code.as_deref()), (Some(1), Some("wrong-passphrase")));
    assert!(!somebody.folder.exists() && every_file(&at).is_empty(), "something was left behind");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let damaged = lost.folder.path().join("damaged");
    std::fs::write(&damaged, &bytes).unwrap();
    let (exit, code, _) = restored(&at, damaged.to_str().unwrap(), PASSPHRASE);
    assert_eq!((exit, code.as_deref()), (Some(1), Some("not-a-backup")));
    let (exit, code, _) = restored(&at, "/nowhere/at/all", PASSPHRASE);
    assert_eq!((exit, code.as_deref()), (Some(1), Some("backup-unreadable")));
    // Nor over a profile that is there.
    let (exit, said) = lost.nadia.answer(&["restore", path]);
    assert_eq!((exit, said["error"]["code"].as_str()), (Some(1), Some("profile-exists")));
    assert!(lost.nadia.texts(&lost.larch).contains(&AFTER.to_owned()));
    // A file that is there is not written over unless that was said.
    assert_eq!(lost.nadia.answer(&["backup", path]).0, Some(1));
    assert_eq!(lost.nadia.answer(&["backup", path, "--replace"]).0, Some(0));
}
