//! A young person says something by a link, and it is in the record of whoever holds and of whoever stands in: once, and sealed on the way.
//! The guest's end is here in Rust; the page's own end in a browser is in `server/tests/relay/phone.rs`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use kith_group::{Answer, Audience, Choice, GuestCard, GuestItemId, GuestLink, Said, Saying, SeededRandom, open_card, seal_item};
use kith_tests::processes::{Practitioner, Relay, every_file};
use serde_json::Value;

const CANARY: &str = "zebra lights on the canal";
const NAME: &str = "Keziah Ansah-Rowe";

/// A phone with a link.
struct Phone {
    link: GuestLink,
    relay: SocketAddr,
}

impl Phone {
    fn ask(&self, what: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.relay).unwrap();
        let length = body.len();
        let head = format!(
            "POST /g/{what} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n\
             Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        (String::from_utf8_lossy(&answer[9..12]).parse().unwrap(), answer[end + 4..].to_vec())
    }

    fn card(&self) -> Option<GuestCard> {
        let (status, body) = self.ask("card", &[&[1][..], self.link.id().as_bytes(), &self.link.token()].concat());
        (status == 200).then(|| open_card(&self.link, &body).unwrap())
    }

    fn says(&self, card: &GuestCard, item: u8, replaces: Option<u8>, words: &str) -> u16 {
        let answer = Answer {
            question: "friends".into(),
            choices: vec![Choice { code: "listen".into(), words: "They listen".into() }],
            words: words.into(),
            skipped: false,
            audience: Audience::Team,
        };
        let said = Said {
            language: "en".into(),
            replaces: replaces.map(|byte| GuestItemId([byte; 16])),
            saying: Saying::Said(vec![answer]),
            code: None,
        };
        let random = &mut SeededRandom::new(item.into());
        let sealed = seal_item(&self.link, &GuestItemId([item; 16]), &card.recipients, &said, random).unwrap();
        self.ask("item", &[&[1][..], &self.link.token(), &sealed].concat()).0
    }
}

fn arrived(person: &Practitioner, record: &str) -> Vec<Value> {
    person.json(&["record", record])["view"]["arrived"].as_array().unwrap().clone()
}

#[test]
fn what_a_young_person_says_by_a_link_is_in_the_record_of_holder_and_stand_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let set_up = |name: &str, full: &str, role: &str| {
        Practitioner::set_up(&folder.path().join(name), full, "children's social care", role, &relay.url)
    };
    let priya = set_up("priya", "Priya Marsh", "social worker");
    let colin = set_up("colin", "Colin Ashdown", "team manager");
    let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let attached = priya.json(&["attach", &larch, "--name", NAME, "--phone", "01632 960001"]);
    let record = attached["record"].as_str().unwrap().to_owned();
    priya.says(&["do", &record, "{\"do\": \"set-stand-in\", \"name\": \"Colin Ashdown\"}"]);

    let link = priya.json(&["link", &record, "--name", "phone", "--agreed-by", "Keziah, 5 May", "--safe-to-send"]);
    assert_eq!((&link["ready"], &link["in_person"]), (&Value::Bool(true), &Value::Bool(false)));
    let address = link["address"].as_str().unwrap();
    let phone = Phone { link: address.parse().unwrap(), relay: relay.address() };
    assert!(address.starts_with(&format!("http://{}/g/#", relay.address())), "{address}");
    let card = phone.card().expect("the link works");
    assert_eq!((card.holder.as_str(), card.role.as_str(), card.stand_in.as_deref()), ("Priya", "social worker", Some("Colin")));

    assert_eq!(phone.says(&card, 1, None, CANARY), 204);
    // Nobody but who reads the record can know: not the relay's disk, not a profile's.
    for (path, bytes) in every_file(folder.path()) {
        for word in [CANARY, "They listen", "Keziah"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} is in {}", path.display());
        }
    }
    priya.sync();
    let here = arrived(&priya, &record);
    assert_eq!(here.len(), 1);
    assert_eq!(here[0]["answers"][0]["words"], CANARY);
    assert_eq!(here[0]["answers"][0]["team"], true);
    let text = priya.says(&["record", &record]);
    assert!(text.contains(CANARY) && text.contains("not read yet"), "{text}");

    // The stand-in reads the same record, and takes in what comes next by themselves.
    priya.lets_in_as(&record, &colin, "stand-in");
    colin.sync();
    assert_eq!(arrived(&colin, &record), here);
    assert_eq!(phone.says(&card, 2, Some(1), "Better words"), 204);
    colin.sync();
    priya.sync();
    colin.sync();
    let (hers, his) = (arrived(&priya, &record), arrived(&colin, &record));
    assert_eq!(hers, his);
    assert_eq!(hers.len(), 2);
    let first = hers.iter().find(|one| one["taken_back"] == true).expect("the first was replaced");
    assert_eq!(first["answers"].as_array().unwrap().len(), 0, "what is changed before it is read is not shown");

    // Read, kept with a name covered, and joined: as its author let the team see it.
    let second = hers.iter().find(|one| one["taken_back"] == false).unwrap()["item"].as_str().unwrap();
    priya.says(&["do", &record, &format!("{{\"do\": \"note-arrived\", \"item\": \"{second}\"}}")]);
    let keep = format!(
        "{{\"do\": \"keep-arrived\", \"item\": \"{second}\", \"question\": \"friends\", \"words\": \"[a name, covered] waits.\"}}"
    );
    priya.says(&["do", &record, &keep]);
    let view = &priya.json(&["record", &record])["view"];
    let words = view["words"][0]["id"].as_str().unwrap();
    assert_eq!(view["words"][0]["words"], "[a name, covered] waits.");
    priya.json(&["join-words", &record, words, &larch, "--side", "1"]);

    // The relay has forgotten what the log holds; a stopped link opens nothing.
    priya.sync();
    let waiting: i64 = rusqlite::Connection::open(folder.path().join("relay/relay.sqlite"))
        .unwrap()
        .query_row("SELECT count(*) FROM guest_item", [], |row| row.get(0))
        .unwrap();
    assert_eq!(waiting, 0);
    assert!(priya.says(&["links", &record]).contains("2 came by it"));
    assert_eq!(priya.json(&["unlink", &record, "phone"])["stopped"], true);
    assert_eq!(phone.card(), None);
    assert_eq!(phone.says(&card, 3, None, "too late"), 404);
    let (valid, complaints) = priya.verify(&record);
    assert!(valid, "{complaints:?}");
}
