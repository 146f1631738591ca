//! The relay over real sockets on loopback.

use std::time::Duration;

use super::common::{Client, LOOPBACK, Member, PATIENCE, open_relay, records};
use kith_group::{ChainHash, DeviceKey, DocumentId, RecordKind, Role, Seen, chain};
use kith_relay::{Config, RelayError, Server, check, new_token};
use kith_sync::relay::Enrolment;
use kith_sync::wire::{About, ClientMessage, Credential, MAX_FRAME, Reason, ServerMessage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const DOCUMENT: DocumentId = DocumentId([1; 16]);
const EMPTY: Seen = Seen { seq: 0, hash: ChainHash::START };

async fn get(addr: std::net::SocketAddr, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_members_write_to_each_other_and_read_it_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let (mut alice, mut alices) = Member::found(&url, DOCUMENT, 1).await;
    let (mut bob, mut bobs) = alice.admit(&mut alices, &url, EMPTY, 2, Role::Contributor).await;
    assert_eq!(alice.write(&mut alices, b"from alice").await, 2);
    let got = bobs.until(records).await;
    assert_eq!(got, [alice.record(RecordKind::Change, 1, b"from alice")]);
    assert_eq!(bob.write(&mut bobs, b"from bob").await, 3);
    relay.stop().await.unwrap();
    let last = bobs.until(|message| match message {
        ServerMessage::Refused { about: About::Connection, reason, .. } => Some(*reason),
        _ => None,
    });
    assert_eq!(last.await, Reason::Stopping);
    assert_eq!(bobs.try_next().await, None);

    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let mut bobs = Client::signed_in(&url, &bob.enrolment, None).await;
    let signature = bob.key.sign(&kith_group::subscribe_message(&bobs.relay, &bobs.nonce.0, &DOCUMENT));
    let prove = ClientMessage::Prove { document: DOCUMENT, device: bob.key.id(), signature };
    let proved = ServerMessage::Proved { document: DOCUMENT, generation: 0, epoch: 1, head: 3, k: 1 };
    assert_eq!(bobs.ask(&prove).await, proved);
    bobs.send(&ClientMessage::CatchUp { document: DOCUMENT, from: 1 }).await;
    let got = bobs.until(records).await;
    assert_eq!(got, [alice.record(RecordKind::Change, 1, b"from alice"), bob.record(RecordKind::Change, 1, b"from bob")]);
    relay.stop().await.unwrap();
    let report = check::check(folder.path()).unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!((report.documents, report.records), (1, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_writers_share_transactions_and_each_log_is_without_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let mut writers = Vec::new();
    for number in 0..20_u8 {
        let document = DocumentId([number + 1; 16]);
        writers.push(Member::found(&url, document, number + 1).await);
    }
    let tasks: Vec<_> = writers
        .into_iter()
        .map(|(mut member, mut client)| {
            tokio::spawn(async move {
                for k in 1..=50 {
                    member.send(&mut client, &[k; 200]).await;
                }
                let mut accepted = Vec::new();
                let mut read = 0;
                while accepted.len() < 50 || read < 50 {
                    match client.next().await {
                        ServerMessage::Accepted { k, seq, .. } => accepted.push((k, seq)),
                        ServerMessage::Records { records, .. } => read += records.len(),
                        other => panic!("{other:?}"),
                    }
                }
                accepted
            })
        })
        .collect();
    for task in tasks {
        let accepted = tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap();
        assert_eq!(accepted, (1..=50).map(|k| (k, k)).collect::<Vec<_>>());
    }
    let metrics = get(relay.addr(), "/metrics").await;
    assert!(metrics.contains("kith_relay_records_appended_total 1000"), "{metrics}");
    // 1,000 appends and more events besides, in fewer transactions: what waits together is written together.
    let batches = metrics.lines().find_map(|line| line.strip_prefix("kith_relay_batch_events_count ")).unwrap();
    assert!(batches.parse::<u64>().unwrap() < 1_000, "{batches}");
    relay.stop().await.unwrap();
    assert!(check::check(folder.path()).unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_text_and_oversize_end_their_own_connection_only() {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let (mut alice, mut alices) = Member::found(&url, DOCUMENT, 1).await;
    let key = DeviceKey::from_seed([50; 32]);
    let refused = ServerMessage::Refused { about: About::Connection, reason: Reason::Malformed, expected: None };

    let mut garbage = Client::signed_in(&url, &key, Some(Credential::Open)).await;
    garbage.send_bytes(vec![0xff; 100]).await;
    assert_eq!(garbage.next().await, refused);
    assert_eq!(garbage.try_next().await, None);

    let mut text = Client::connect(&url).await;
    text.send_text("hello").await;
    assert_eq!(text.next().await, refused);
    assert_eq!(text.try_next().await, None);

    let mut oversize = Client::connect(&url).await;
    oversize.send_too_much(vec![1; MAX_FRAME + 1]).await;
    assert_eq!(oversize.try_next().await, None);

    assert_eq!(alice.write(&mut alices, b"still here").await, 1);
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_does_not_read_holds_nobody_up_and_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let (mut alice, mut alices) = Member::found(&url, DOCUMENT, 1).await;
    let (_bob, mut bobs) = alice.admit(&mut alices, &url, EMPTY, 2, Role::Reader).await;
    for number in 0..300_u32 {
        alice.write(&mut alices, &[number as u8; 50_000]).await;
    }
    let mut next = 2;
    while next <= 301 {
        if let ServerMessage::Records { first, records, .. } = bobs.next().await {
            assert_eq!(first, next);
            next += records.len() as u64;
        }
    }
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_enrol_at_a_running_relay_until_they_are_used_up() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(LOOPBACK, folder.path().to_owned(), Enrolment::Token);
    let relay = Server::start(config).await.unwrap();
    let url = relay.url();
    let token = new_token(folder.path(), 1).unwrap();
    let credential = || Some(Credential::Token(token.text.clone().into_bytes()));
    let refused = |reason| ServerMessage::Refused { about: About::Connection, reason, expected: None };
    let mut stranger = Client::connect(&url).await;
    let heard = stranger.sign_in(&DeviceKey::from_seed([3; 32]), Some(Credential::Open)).await;
    assert_eq!(heard, refused(Reason::NotEnrolled));
    Client::signed_in(&url, &DeviceKey::from_seed([1; 32]), credential()).await;
    let mut second = Client::connect(&url).await;
    let heard = second.sign_in(&DeviceKey::from_seed([2; 32]), credential()).await;
    assert_eq!(heard, refused(Reason::CredentialUsed));
    Client::signed_in(&url, &DeviceKey::from_seed([1; 32]), None).await;
    relay.stop().await.unwrap();
    let on_disk = everything_in(folder.path());
    assert!(!contains(&on_disk, token.text.as_bytes()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_enrolment_is_for_loopback_only_and_a_folder_for_one_relay() {
    let folder = tempfile::tempdir().unwrap();
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let error = Server::start(Config::new(everywhere, folder.path().to_owned(), Enrolment::Open)).await.unwrap_err();
    assert!(matches!(error, RelayError::OpenToAll(_)));
    assert!(error.to_string().contains("--enrol token"), "{error}");
    let relay = open_relay(folder.path()).await;
    let second = Server::start(Config::new(LOOPBACK, folder.path().to_owned(), Enrolment::Open)).await;
    assert!(matches!(second, Err(RelayError::InUse(_))));
    let other = tempfile::tempdir().unwrap();
    let taken = Server::start(Config::new(relay.addr(), other.path().to_owned(), Enrolment::Open)).await;
    assert!(matches!(taken, Err(RelayError::Listen { .. })));
    relay.stop().await.unwrap();
    open_relay(folder.path()).await.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_metrics_answer_and_name_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let (mut alice, mut alices) = Member::found(&url, DOCUMENT, 1).await;
    alice.write(&mut alices, b"sealed").await;
    let health = get(relay.addr(), "/health").await;
    assert!(health.starts_with("HTTP/1.1 200") && health.contains("\"status\":\"ok\""), "{health}");
    let metrics = get(relay.addr(), "/metrics").await;
    assert!(metrics.contains("kith_relay_connections 1"), "{metrics}");
    for id in [DOCUMENT.to_string(), alice.key.id().to_string(), alice.enrolment.id().to_string()] {
        assert!(!metrics.contains(&id));
    }
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_is_passed_on_as_it_is_and_nothing_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let (mut alice, mut alices) = Member::found(&url, DOCUMENT, 1).await;
    let (_bob, mut bobs) = alice.admit(&mut alices, &url, EMPTY, 2, Role::Reader).await;
    let sealed: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    alice.write(&mut alices, &sealed).await;
    let record = alice.record(RecordKind::Change, 1, &sealed);
    assert_eq!(bobs.until(records).await, std::slice::from_ref(&record));
    relay.stop().await.unwrap();
    // On the disk, too: the record as it came is what the chain covers.
    let db = rusqlite::Connection::open(kith_relay::store_file(folder.path())).unwrap();
    let (bytes, hash): (Vec<u8>, [u8; 32]) =
        db.query_row("SELECT bytes, hash FROM record WHERE seq = 2", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(bytes, record);
    let first: Vec<u8> = db.query_row("SELECT bytes FROM record WHERE seq = 1", [], |row| row.get(0)).unwrap();
    assert_eq!(ChainHash(hash), chain(&chain(&ChainHash::START, &first), &record));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_stops_the_relay_and_nothing_of_that_batch_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = open_relay(folder.path()).await;
    let url = relay.url();
    let (mut alice, mut alices) = Member::found(&url, DOCUMENT, 1).await;
    alice.write(&mut alices, b"kept").await;
    let db = rusqlite::Connection::open(kith_relay::store_file(folder.path())).unwrap();
    db.execute_batch("ALTER TABLE mark RENAME TO lost").unwrap();
    alice.send(&mut alices, b"refused").await;
    let mut heard = Vec::new();
    while let Some(message) = alices.try_next().await {
        heard.push(message);
    }
    let failed = ServerMessage::Refused { about: About::Connection, reason: Reason::StoreFailed, expected: None };
    assert_eq!(heard.last(), Some(&failed));
    assert!(!heard.iter().any(|message| matches!(message, ServerMessage::Accepted { k: 2, .. })));
    let error = tokio::time::timeout(Duration::from_secs(10), relay.failed()).await.unwrap();
    assert!(matches!(error, RelayError::Store(_)), "{error}");
    db.execute_batch("ALTER TABLE lost RENAME TO mark").unwrap();
    drop(db);
    let report = check::check(folder.path()).unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!(report.records, 1);
}

fn everything_in(folder: &std::path::Path) -> Vec<Vec<u8>> {
    std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

fn contains(files: &[Vec<u8>], wanted: &[u8]) -> bool {
    files.iter().any(|file| file.windows(wanted.len()).any(|window| window == wanted))
}
