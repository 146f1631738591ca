//! Somebody who has a young person's link and means harm: ten thousand items of junk, replays, forged names, bodies of fifty megabytes,
//! words that hide in words. The relay holds to its limits, what is real comes through, and the record shows nothing else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use kith_group::{
    Answer, Audience, Choice, GuestItemId, GuestLink, GuestPublicKey, Random as _, Said, Saying, SeededRandom, open_card,
    seal_item,
};
use kith_tests::holder::Holder;
use kith_tests::phone::post;
use kith_tests::processes::Relay;

const JUNK: u32 = 10_000;
const HANDS: u32 = 4;
const WORDS: &str = "Nobody asks who gets me home.";
/// Turned, hidden and dressed as markup; and what is left to see of it.
const TRICKY: &str = "Pri\u{200B}ya\u{202E} said <script>alert(1)</script> \u{2066}[a name]\u{2069}\u{FEFF}\u{7}";
const SEEN: &str = "Priya said <script>alert(1)</script> [a name]";

fn status(relay: SocketAddr, what: &str, declared: usize, body: &[u8]) -> u16 {
    post(relay, what, declared, body).map_or(0, |(status, _)| status)
}

fn send(relay: SocketAddr, token: &[u8; 32], sealed: &[u8]) -> u16 {
    let body = [&[1][..], token, sealed].concat();
    status(relay, "item", body.len(), &body)
}

fn item(link: &GuestLink, to: &[GuestPublicKey], id: u8, words: &str, card: &str) -> Vec<u8> {
    let answer = Answer {
        question: "friends".into(),
        choices: vec![Choice { code: "listen".into(), words: card.into() }],
        words: words.into(),
        skipped: false,
        audience: Audience::Team,
    };
    let saying = Saying::Said(vec![answer]);
    let said = Said { language: "en".into(), replaces: None, saying, code: None, attached: Vec::new() };
    seal_item(link, &GuestItemId([id; 16]), to, &said, &mut SeededRandom::new(id.into())).unwrap()
}

/// The same bytes under another name: its outside says so, its inside does not open there.
fn renamed(sealed: &[u8], from: &[u8; 16], to: &[u8; 16]) -> Vec<u8> {
    let mut other = sealed.to_vec();
    let at = other.windows(16).position(|bytes| bytes == from).unwrap();
    other[at..at + 16].copy_from_slice(to);
    other
}

fn number_as_id(number: u32) -> [u8; 16] {
    let mut id = [0xEE; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    id
}

/// One of the ten thousand: bytes at random, a broken outside, a replay, or something real under a made-up name.
fn junk(number: u32, real: &[u8]) -> Vec<u8> {
    let random = &mut SeededRandom::new(number.into());
    match number % 4 {
        0 => {
            let mut bytes = vec![0; 600];
            random.fill(&mut bytes);
            bytes
        }
        1 => real[..real.len() - 1 - usize::try_from(number % 300).unwrap()].to_vec(),
        2 => real.to_vec(),
        _ => renamed(real, &[1; 16], &number_as_id(number)),
    }
}

fn waiting(relay: &Relay) -> i64 {
    let db = rusqlite::Connection::open(relay.folder.join("relay.sqlite")).unwrap();
    db.query_row("SELECT count(*) FROM guest_item", [], |row| row.get(0)).unwrap()
}

#[test]
fn ten_thousand_items_of_junk_and_the_record_shows_what_is_real() {
    let held = Holder::new();
    let (priya, record, relay) = (&held.priya, held.record.as_str(), &held.relay);
    // Straight to the relay: what is junk is not worth keeping.
    let at = relay.address();
    let link = held.link("phone", &["--safe-to-send"]).1.link;
    let ask = [&[1][..], link.id().as_bytes(), &link.token()].concat();
    let to = open_card(&link, &post(at, "card", ask.len(), &ask).unwrap().1).unwrap().recipients;

    let real = item(&link, &to, 1, WORDS, "They listen");
    assert_eq!(send(at, &link.token(), &real), 204);

    // Ten thousand, by four hands at once, with the link's own token.
    let began = Instant::now();
    let mut heard: BTreeMap<u16, u32> = BTreeMap::new();
    let hands: Vec<_> = (0..HANDS)
        .map(|hand| {
            let (token, real) = (link.token(), real.clone());
            std::thread::spawn(move || {
                (0..JUNK / HANDS).map(|number| send(at, &token, &junk(hand + number * HANDS, &real))).collect::<Vec<u16>>()
            })
        })
        .collect();
    for status in hands.into_iter().flat_map(|hand| hand.join().unwrap()) {
        *heard.entry(status).or_default() += 1;
    }
    assert_eq!(heard.values().sum::<u32>(), JUNK);
    let allowed = [204, 400, 413, 429];
    assert!(heard.keys().all(|status| allowed.contains(status)), "{heard:?}");
    assert_eq!(heard[&400], JUNK / 2, "what is no item is never kept");
    let most = 20 + i64::try_from(began.elapsed().as_secs() / 10).unwrap() + 1;
    let kept = waiting(relay);
    assert!((2..=most + 1).contains(&kept), "{kept} of {JUNK} wait, at most {most} may");

    // Names of another link, a wrong token, and other bytes under the name of what is real.
    let other = GuestLink::from_secret(&link.origin, [9; 32]);
    assert_eq!(send(at, &link.token(), &item(&other, &to, 5, "not by this link", "They listen")), 404);
    assert_eq!(send(at, &other.token(), &real), 404);
    let mut changed = real.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(send(at, &link.token(), &changed), 409);
    // Made by somebody who knows the names and the readers, and not the link.
    let forged = renamed(&item(&other, &to, 6, "not by this link", "They listen"), &other.id().0, &link.id().0);

    // Fifty megabytes, with an honest length, and with one that is a lie.
    let large = vec![1; 50 << 20];
    for declared in [large.len(), 1 << 40] {
        let status = status(at, "item", declared, &large);
        assert!(status == 413 || status == 0, "{status}");
    }
    drop(large);

    // As soon as the rate lets them, what is real comes through beside it.
    let tricky = item(&link, &to, 2, TRICKY, "They\u{202E} listen\u{200B}");
    for sealed in [&forged, &tricky] {
        let mut tries = 0;
        loop {
            match send(at, &link.token(), sealed) {
                204 => break,
                429 => tries += 1,
                other => panic!("{other}"),
            }
            assert!(tries < 60, "what is real is shut out");
            std::thread::sleep(Duration::from_secs(1));
        }
    }

    priya.sync();
    priya.sync();
    let view = &priya.json(&["record", record])["view"];
    // Until somebody reads it, whoever said it can change it: its words are in no view.
    for one in view["arrived"].as_array().unwrap() {
        assert_eq!(one["answers"], serde_json::json!([]));
        priya.json(&["arrived", record, one["item"].as_str().unwrap(), "--read"]);
    }
    let view = &priya.json(&["record", record])["view"];
    let arrived: BTreeMap<&str, &str> = view["arrived"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["item"].as_str().unwrap(), one["answers"][0]["words"].as_str().unwrap()))
        .collect();
    let id = |byte: u8| kith_assessment::EntryId([byte; 16]).to_string();
    assert_eq!(arrived, BTreeMap::from([(id(1).as_str(), WORDS), (id(2).as_str(), SEEN)]));
    let text = priya.says(&["record", record]);
    assert!(text.contains(SEEN) && !text.contains("not by this link"), "{text}");
    for hidden in ['\u{202E}', '\u{200B}', '\u{2066}', '\u{FEFF}', '\u{7}'] {
        assert!(!text.contains(hidden), "{hidden:?} is in what is shown");
    }
    assert_eq!(waiting(relay), 0, "the relay has forgotten what nobody can open, and what is in the log");
    let (valid, complaints) = priya.verify(record);
    assert!(valid, "{complaints:?}");
    held.relay.stop();
}
