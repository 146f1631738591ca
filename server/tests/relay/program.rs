//! The program as people run it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use super::common::{Member, records};
use kith_group::DocumentId;

const DOCUMENT: DocumentId = DocumentId([1; 16]);

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kith-relay"));
    command.env_remove("KITH_RELAY_DATA").env_remove("KITH_RELAY_LOG");
    command
}

fn run(arguments: &[&str], folder: &Path) -> Output {
    program().args(arguments).arg("--data").arg(folder).output().unwrap()
}

/// A relay in its own process, and its URL. Killed when dropped.
struct Process(Child, String);

impl Process {
    fn serve(folder: &Path) -> Self {
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--enrol", "open", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self(child, url)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_token_is_printed_once_and_the_agency_is_kept_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let agency = "Larchwood Canary Youth Service";
    let output = run(&["token", "new", "--agency", agency, "--devices", "3"], folder.path());
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let token = printed.lines().next().unwrap();
    assert!(token.starts_with("kith-token-"), "{printed}");
    assert!(printed.contains(&format!("write down that {agency} has it")), "{printed}");
    let json = run(&["token", "new", "--agency", agency, "--json"], folder.path());
    assert!(!String::from_utf8(json.stdout).unwrap().contains(agency));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in [agency, "Canary", token, token.trim_start_matches("kith-token-")] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
}

#[test]
fn check_answers_with_a_sentence_and_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = run(&["check"], folder.path());
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8(nothing.stderr).unwrap().contains("there is no relay's store"));
    run(&["token", "new", "--agency", "A"], folder.path());
    let good = run(&["check"], folder.path());
    assert_eq!(good.status.code(), Some(0));
    assert!(String::from_utf8(good.stdout).unwrap().contains("everything holds"));
    let json = run(&["check", "--json"], folder.path());
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["ok"], true);
    std::fs::write(kith_relay::store_file(folder.path()), vec![0x5a; 8_192]).unwrap();
    let bad = run(&["check"], folder.path());
    assert_eq!(bad.status.code(), Some(1));
    assert!(String::from_utf8(bad.stderr).unwrap().contains("damaged"));
}

#[test]
fn wrong_use_is_exit_code_2_and_refusals_are_1() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["serve", "--listen", "nowhere"], folder.path()).status.code(), Some(2));
    assert_eq!(run(&["token", "new", "--agency", "A", "--devices", "0"], folder.path()).status.code(), Some(2));
    let open = run(&["serve", "--listen", "0.0.0.0:0", "--enrol", "open"], folder.path());
    assert_eq!(open.status.code(), Some(1));
    assert!(String::from_utf8(open.stderr).unwrap().contains("open to anybody"));
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let inside = run(&["serve", "--listen", "127.0.0.1:0"], &file.join("data"));
    assert_eq!(inside.status.code(), Some(1));
    assert!(String::from_utf8(inside.stderr).unwrap().contains("cannot use the data folder"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_stops_it_with_a_goodbye_and_exit_code_0() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::serve(folder.path());
    let (mut alice, mut client) = Member::found(&process.1.clone(), DOCUMENT, 1).await;
    alice.write(&mut client, b"sealed").await;
    let kill = Command::new("kill").args(["-TERM", &process.0.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut heard = Vec::new();
    while let Some(message) = client.try_next().await {
        heard.push(message);
    }
    assert!(format!("{:?}", heard.last()).contains("Stopping"), "{heard:?}");
    assert_eq!(process.0.wait().unwrap().code(), Some(0));
    assert!(run(&["check"], folder.path()).status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_has_every_record_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::serve(folder.path());
    let (mut alice, mut client) = Member::found(&process.1.clone(), DOCUMENT, 1).await;
    let mut acknowledged = 0_u64;
    for round in 0..6_u64 {
        for _ in 0..30 + round * 7 {
            acknowledged = alice.write(&mut client, &acknowledged.to_be_bytes()).await;
        }
        // More on its way, unacknowledged; then the end without warning.
        for _ in 0..20 {
            alice.send(&mut client, b"perhaps").await;
        }
        process.0.kill().unwrap();
        process.0.wait().unwrap();
        let checked = run(&["check"], folder.path());
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
        process = Process::serve(folder.path());
        let mut reader = super::common::Client::signed_in(&process.1, &alice.enrolment, None).await;
        let signature = alice.key.sign(&kith_group::subscribe_message(&reader.relay, &reader.nonce.0, &DOCUMENT));
        let prove = kith_sync::wire::ClientMessage::Prove { document: DOCUMENT, device: alice.key.id(), signature };
        let kith_sync::wire::ServerMessage::Proved { head, k, .. } = reader.ask(&prove).await else {
            panic!("it is a member still")
        };
        assert!(head >= acknowledged, "{head} of {acknowledged}");
        reader.send(&kith_sync::wire::ClientMessage::CatchUp { document: DOCUMENT, from: 0 }).await;
        let mut read = 0;
        while read < head {
            read += reader.until(records).await.len() as u64;
        }
        alice.k = k;
        client = alice.reconnect(&process.1, head).await;
    }
}
