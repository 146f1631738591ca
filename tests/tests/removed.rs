//! Somebody is removed: the relay refuses their device, their keys open nothing newer, their own copy says so, and what they
//! wrote stays theirs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.

use std::path::Path;

use futures_util::{SinkExt, StreamExt};
use kith_group::{DocumentId, Record, RecordKind, Rows as _, Space, sign_in_message, subscribe_message};
use kith_sync::wire::{ClientMessage, ServerMessage};
use kith_tests::processes::{Keys, PASSPHRASE, Practitioner, Relay, RelayLog};
use tokio_tungstenite::tungstenite::Message;

/// Nadia was in, wrote, and was removed while she had something unsent; then Priya wrote on.
struct Story {
    relay: Relay,
    priya: Practitioner,
    nadia: Practitioner,
    assessment: String,
    _folder: tempfile::TempDir,
}

fn story() -> Story {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let priya =
        Practitioner::set_up(&folder.path().join("priya"), "Priya Marsh", "children's social care", "social worker", &relay.url);
    let assessment = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let nadia = Practitioner::new(&folder.path().join("nadia"));
    priya.lets_in(&assessment, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    priya.write(&assessment, "before the removal");
    priya.sync();
    nadia.write(&assessment, "sent by Nadia");
    nadia.sync();
    priya.sync();
    nadia.write(&assessment, "not sent by Nadia");
    let removed = priya.json(&["remove", &assessment, "Nadia Sorrell", "--why", "she works elsewhere now"]);
    assert_eq!(removed["done"], true, "{removed}");
    priya.write(&assessment, "after the removal");
    priya.sync();
    Story { relay, priya, nadia, assessment, _folder: folder }
}

/// The numbers of the records that a profile keeps of a document's log.
fn kept(who: &Practitioner, document: &DocumentId) -> Vec<u64> {
    let store = kith::store::Store::open(&who.folder, PASSPHRASE).unwrap();
    let rows = store.scan_rows(Space(12), &document.0, &[], usize::MAX).unwrap();
    rows.iter().map(|(key, _)| u64::from_be_bytes(key[16..24].try_into().unwrap())).collect()
}

/// The number of the last commit: the removal.
fn removal(log: &RelayLog) -> u64 {
    let commits = log.records.iter().zip(1..).filter(|(bytes, _)| Record::decode(bytes).unwrap().head.kind == RecordKind::Commit);
    commits.map(|(_, seq)| seq).last().unwrap()
}

#[test]
fn a_removed_device_says_so_keeps_what_it_had_and_gets_nothing_newer() {
    let Story { relay, priya, nadia, assessment, _folder: folder } = story();
    for _ in 0..3 {
        nadia.answer(&["sync"]);
    }
    // Every verb that shows says so; none that writes or decides does anything.
    let words = "You were removed from this assessment on ";
    for verb in [&["show", &assessment][..], &["history", &assessment], &["status", &assessment], &["members", &assessment]] {
        let said = nadia.says(verb);
        assert!(said.contains(words), "{verb:?}: {said}");
    }
    assert!(nadia.says(&["list"]).contains("removed"));
    assert_eq!(nadia.status(&assessment)["standing"]["state"], "removed");
    assert_eq!(nadia.json(&["show", &assessment])["standing"]["state"], "removed");
    let entry = nadia.view(&assessment).entries().next().unwrap().id.clone();
    for verb in [
        &["write", &assessment, "--dimension", "1.6", "--as", "worry", "--text", "too late"][..],
        &["edit", &assessment, &entry, "--text", "too late"],
        &["invite", &assessment, "--as", "contributor"],
        &["requests", &assessment],
        &["remove", &assessment, "Priya Marsh", "--why", "revenge"],
    ] {
        let (exit, value) = nadia.answer(verb);
        assert_eq!(exit, Some(1), "{verb:?}: {value}");
        let said = value["error"]["message"].as_str().unwrap_or_default();
        assert!(said.to_lowercase().contains("you were removed"), "{verb:?}: {value}");
    }
    // What she had and wrote stays readable and can be taken along; what came after is nowhere.
    let hers = ["before the removal", "not sent by Nadia", "sent by Nadia"];
    assert_eq!(nadia.texts(&assessment), hers);
    let file = folder.path().join("larch.json");
    for format in ["json", "html", "automerge"] {
        nadia.says(&["export", &assessment, "--format", format, "--to", &file.display().to_string(), "--replace"]);
        let exported = std::fs::read(&file).unwrap();
        let has = |text: &str| exported.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!has("after the removal"), "{format}");
        assert!(format == "automerge" || hers.iter().all(|text| has(text)), "{format}");
    }
    // Priya goes on, and has everything that was sent.
    assert_eq!(priya.texts(&assessment), ["after the removal", "before the removal", "sent by Nadia"]);
    let data = relay.folder.clone();
    relay.stop();
    // The relay gave her that commit and nothing after it.
    let log = RelayLog::open(&data);
    let removal = removal(&log);
    assert!(log.records.len() as u64 > removal, "something was written after it");
    assert_eq!(kept(&nadia, &log.document()).last(), Some(&removal));
}

#[test]
fn the_keys_of_a_removed_device_open_nothing_newer() {
    let Story { relay, nadia, _folder, .. } = story();
    let data = relay.folder.clone();
    let opened = |keys: &Keys, records: &[(u64, Vec<u8>)]| {
        let open = |bytes: &[u8]| {
            let record = Record::decode(bytes).unwrap();
            record.head.kind == RecordKind::Change && kith_group::open(&keys.state.key, &record).is_ok()
        };
        records.iter().filter(|(_, bytes)| open(bytes)).map(|(seq, _)| *seq).collect::<Vec<u64>>()
    };
    // Both before her program has heard of it, with every key that it ever will have, and after.
    let document = nadia.status(nadia.json(&["list"])["assessments"][0]["assessment"].as_str().unwrap())["assessment"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let before = Keys::of(&nadia, &document);
    nadia.answer(&["sync"]);
    let after = Keys::of(&nadia, &document);
    relay.stop();
    let log = RelayLog::open(&data);
    let removal = removal(&log);
    let (older, newer): (Vec<_>, Vec<_>) = (1..).zip(log.records.clone()).partition(|(seq, _)| *seq < removal);
    assert!(newer.len() > 1, "something was written after the removal");
    assert!(!opened(&before, &older).is_empty(), "the same keys open what was written while she was in");
    assert_eq!(opened(&before, &newer), [0_u64; 0]);
    assert_eq!(opened(&after, &newer), [0_u64; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_refuses_a_removed_device_whatever_it_says() {
    let Story { relay, nadia, assessment, _folder, .. } = tokio::task::spawn_blocking(story).await.unwrap();
    let document: DocumentId = assessment.parse().unwrap();
    let keys = Keys::of(&nadia, &document);
    let enrolment = Keys::enrolment(&nadia, &relay.url);
    let url = format!("{}/v1", relay.url);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let mut heard = Vec::new();
    // She signs in, proves that the leaf key is hers, and asks for everything.
    let Some(ServerMessage::Challenge { relay: id, nonce }) = next(&mut socket).await else { panic!("a challenge comes first") };
    let signature = enrolment.sign(&sign_in_message(&id, &nonce.0));
    say(&mut socket, &ClientMessage::SignIn { enrolment: enrolment.public(), signature, credential: None }).await;
    assert!(matches!(next(&mut socket).await, Some(ServerMessage::SignedIn)), "the relay still knows the computer");
    let signature = keys.key.sign(&subscribe_message(&id, &nonce.0, &document));
    say(&mut socket, &ClientMessage::Prove { document, device: keys.key.id(), signature }).await;
    for from in [0, 3] {
        say(&mut socket, &ClientMessage::CatchUp { document, from }).await;
    }
    let head = kith_group::RecordHead {
        document,
        generation: keys.state.name.generation,
        epoch: keys.state.epoch,
        sender: keys.key.id(),
        k: 50,
        kind: RecordKind::Change,
    };
    let record = kith_group::seal(&keys.state.key, &head, b"let me in", &mut kith_group::SystemRandom).unwrap().encode();
    say(&mut socket, &ClientMessage::Append { record }).await;
    say(&mut socket, &ClientMessage::Ping { number: 7 }).await;
    while let Some(message) = next(&mut socket).await {
        let last = matches!(message, ServerMessage::Pong { .. });
        heard.push(message);
        if last {
            break;
        }
    }
    let removed = heard.iter().filter(|message| matches!(message, ServerMessage::Removed { .. })).count();
    assert!(removed >= 1, "she is told, with the commit: {heard:?}");
    let more = heard.iter().any(|message| {
        matches!(
            message,
            ServerMessage::Records { .. }
                | ServerMessage::Accepted { .. }
                | ServerMessage::Live { .. }
                | ServerMessage::Proved { .. }
        )
    });
    assert!(!more, "and nothing else: {heard:?}");
    let data = relay.folder.clone();
    relay.stop();
    let log = RelayLog::open(Path::new(&data));
    assert!(log.records.iter().all(|bytes| Record::decode(bytes).unwrap().head.k != 50), "nothing of hers was taken");
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn say(socket: &mut Socket, message: &ClientMessage) {
    // A relay that has hung up already has refused, too.
    let _ = socket.send(Message::Binary(message.to_frame().into())).await;
}

/// The next message; `None` when the relay has closed the connection.
async fn next(socket: &mut Socket) -> Option<ServerMessage> {
    loop {
        match tokio::time::timeout(std::time::Duration::from_secs(20), socket.next()).await.expect("an answer")? {
            Ok(Message::Binary(bytes)) => return Some(ServerMessage::from_frame(&bytes).unwrap()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
