//! The page as phones run it: its sealing against ours, its words, and a young person's way through it in a real browser, with the
//! practitioner's program at the other end.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::common::{Client, Member, open_relay};
use kith_group::{
    Answer, Audience, Choice, CodeWord, Digest, DocumentId, GuestCard, GuestItemId, GuestKey, GuestLink, ItemError, Outcome,
    Point, Reading, Rights, Said, Saying, SeededRandom, Team, open_item, open_reading, seal_card, seal_item, seal_reading,
    token_verifier,
};
use kith_relay::{Running, store_file};
use kith_sync::wire::{ClientMessage, GuestItem, ServerMessage};
use serde_json::{Value, json};

pub(super) const DOCUMENT: DocumentId = DocumentId([1; 16]);

pub(super) fn guest() -> PathBuf {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/guest");
    assert!(guest.join("node_modules").is_dir(), "this test needs Node.js 20.19 or newer with npm when the relay is built");
    guest
}

pub(super) fn holder() -> GuestKey {
    GuestKey::from_bytes([3; 32])
}

pub(super) fn stand_in() -> GuestKey {
    GuestKey::from_bytes([4; 32])
}

pub(super) fn card() -> GuestCard {
    GuestCard {
        holder: "Priya".into(),
        role: "social worker".into(),
        stand_in: Some("Colin".into()),
        team: Team { line: "There is a school worker, a youth worker and a nurse.".into(), police: 1 },
        read_by: "2026-05-14".into(),
        rights: Rights { say: true, ..Rights::default() },
        language: "en".into(),
        expires: 4_000_000_000,
        recipients: vec![holder().public(), stand_in().public()],
        call: Some("020 7946 0000".into()),
        helpline: Some("a free helpline".into()),
        ..GuestCard::default()
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Asks the page's own code.
pub(super) fn node(ask: &Value) -> Value {
    let mut child = Command::new("node")
        .arg(guest().join("tests/seal.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test needs Node.js");
    child.stdin.take().unwrap().write_all(ask.to_string().as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    assert!(said.status.success());
    serde_json::from_slice(&said.stdout).unwrap()
}

#[test]
fn formats_agree_and_each_side_opens_the_others_items() {
    let link = GuestLink::from_secret("https://relay.example", [2; 32]);
    let random = &mut SeededRandom::new(1);
    let (item, other) = (GuestItemId([5; 16]), GuestItemId([6; 16]));
    let words = "Lights. Just put lights on the canal. 🦉 أهلًا";
    let answer = Answer {
        question: "places".into(),
        choices: vec![Choice { code: "park:notOk".into(), words: "Park: Not OK".into() }],
        words: words.into(),
        skipped: false,
        audience: Audience::Team,
    };
    let skipped =
        Answer { question: "adults".into(), choices: vec![], words: String::new(), skipped: true, audience: Audience::Holder };
    let said = Said {
        language: "cy".into(),
        replaces: Some(other),
        saying: Saying::Said(vec![answer, skipped]),
        code: Some(CodeWord { verifier: Digest([7; 32]), key: [8; 32] }),
        attached: Vec::new(),
    };
    let answers = json!([
        { "question": "places", "choices": [{ "code": "park:notOk", "words": "Park: Not OK" }], "words": words, "skipped": false, "audience": 1 },
        { "question": "adults", "choices": [], "words": "", "skipped": true, "audience": 0 },
    ]);
    let heard = node(&json!({
        "what": "first",
        "address": link.to_string(),
        "card": hex(&seal_card(&link, &card(), random).unwrap()),
        "seed": hex(&stand_in().to_bytes()),
        "sealed": hex(&seal_item(&link, &item, &card().recipients, &said, random).unwrap()),
        "item": hex(item.as_bytes()),
        "replaces": hex(other.as_bytes()),
        "answers": answers,
        "word": "Green Kettle",
    }));
    assert_eq!(heard["id"], hex(link.id().as_bytes()));
    assert_eq!(heard["token"], hex(&link.token()));
    assert_eq!(heard["verifier"], hex(link.verifier().as_bytes()));
    assert_eq!(heard["card"]["holder"], "Priya");
    assert_eq!(heard["card"]["standIn"], "Colin");
    assert_eq!(heard["card"]["recipients"], json!([hex(holder().public().as_bytes()), hex(stand_in().public().as_bytes())]));

    // Sealed here, opened there.
    let opened = &heard["opened"];
    assert_eq!(opened["language"], "cy");
    assert_eq!(opened["replaces"], hex(other.as_bytes()));
    let saying = json!([0, [[["places", [["park:notOk", "Park: Not OK"]], words, false, 1], ["adults", [], "", true, 0],]]]);
    assert_eq!(opened["saying"], saying);
    assert_eq!(opened["code"], json!([hex(&[7; 32]), hex(&[8; 32])]));

    // Sealed there, opened here.
    let code = CodeWord {
        verifier: Digest(bytes(&heard["code"]["verifier"]).try_into().unwrap()),
        key: bytes(&heard["code"]["key"]).try_into().unwrap(),
    };
    let theirs = Said { code: Some(code.clone()), ..said };
    for key in [holder(), stand_in()] {
        assert_eq!(open_item(&link, &item, &key, &bytes(&heard["sealed"])), Ok(theirs.clone()));
    }
    let withdrawn =
        Said { language: "en".into(), replaces: Some(item), saying: Saying::Withdrawn, code: None, attached: Vec::new() };
    assert_eq!(open_item(&link, &other, &holder(), &bytes(&heard["withdrawn"])), Ok(withdrawn));
    assert_eq!(bytes(&heard["sealed"]).len(), bytes(&heard["withdrawn"]).len(), "a withdrawal looks like anything else");

    // Link and code word, however it is typed, give the same again.
    let token: [u8; 32] = bytes(&heard["code"]["token"]).try_into().unwrap();
    assert_eq!(code.verifier, token_verifier(&token));
    assert_eq!(bytes(&heard["code"]["again"]), code.key);
    let reading = Reading {
        read_on: Some("2026-05-12".into()),
        late: true,
        points: vec![Point { said: words.into(), outcome: Outcome::NotYet, words: "We asked.".into(), id: String::new() }],
        summary: None,
        agreed: Vec::new(),
    };
    let sealed = seal_reading(&link, &code, &reading, random).unwrap();
    assert_eq!(open_reading(&link, &code.key, &sealed), Ok(reading));
    let read = node(&json!({
        "what": "reading", "address": link.to_string(), "key": hex(&code.key), "sealed": hex(&sealed),
    }));
    assert_eq!((&read["readOn"], &read["late"]), (&json!("2026-05-12"), &json!(true)));
    assert_eq!(read["points"], json!([{ "said": words, "outcome": 1, "words": "We asked.", "id": "" }]));
}

#[test]
fn words_are_short_enough_for_everybody_and_the_same_in_every_language() {
    let said = Command::new("node").arg(guest().join("tests/words.mjs")).output().expect("this test needs Node.js");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// A file of the page, as another file names it.
fn asset(named: &str) -> Option<String> {
    let (_, name) = named.rsplit_once('/')?;
    let is_one = name.contains('-') && [".js", ".css"].iter().any(|end| name.ends_with(end));
    is_one.then(|| format!("/g/assets/{name}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_page_takes_less_than_sixty_kilobytes() {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    // Every file that a file names, from the page on: languages that come later, too.
    let (mut all, mut found, mut next) = (0, BTreeSet::new(), vec!["/g/".to_owned()]);
    while let Some(file) = next.pop() {
        let packed = super::guests::get_packed(relay.addr(), &file).await;
        assert!(packed.head.contains("content-encoding: gzip"), "{file}: {}", packed.head);
        all += packed.body.len();
        let text = super::guests::get(relay.addr(), &file).await.body;
        for name in String::from_utf8(text).unwrap().split(['"', '\'', '`']).filter_map(asset) {
            if found.insert(name.clone()) {
                next.push(name);
            }
        }
    }
    assert!(found.len() >= 5, "{found:?}");
    println!("{all} bytes in {} files", found.len() + 1);
    assert!((5_000..60_000).contains(&all), "{all} bytes");
    relay.stop().await.unwrap();
}

pub(super) struct Visit {
    pub(super) relay: Running,
    member: Member,
    pub(super) client: Client,
    pub(super) link: GuestLink,
}

impl Visit {
    pub(super) async fn begin(folder: &Path) -> Self {
        Self::begin_with(folder, &card()).await
    }

    pub(super) async fn begin_with(folder: &Path, card: &GuestCard) -> Self {
        let relay = open_relay(folder).await;
        let (member, client) = Member::found(&relay.url(), DOCUMENT, 1).await;
        let link = GuestLink::from_secret(&format!("http://{}", relay.addr()), [2; 32]);
        let mut visit = Self { relay, member, client, link };
        visit.put(card).await;
        visit
    }

    /// Registers the link, or replaces its card.
    pub(super) async fn put(&mut self, card: &GuestCard) {
        let put = ClientMessage::PutGuestLink {
            document: DOCUMENT,
            link: self.link.id(),
            verifier: self.link.verifier(),
            expires: card.expires,
            card: seal_card(&self.link, card, &mut SeededRandom::new(1)).unwrap(),
        };
        assert_eq!(self.client.ask(&put).await, ServerMessage::GuestLinkStored { link: self.link.id() });
    }

    /// A part of the journey in the browser; what it printed.
    async fn walk(&mut self, phase: &str) -> String {
        self.walk_in("journey.mjs", phase).await
    }

    pub(super) async fn walk_in(&mut self, script: &str, phase: &str) -> String {
        self.walk_told(script, phase, "").await
    }

    /// The same, with one more thing that is told to it.
    pub(super) async fn walk_told(&mut self, script: &str, phase: &str, told: &str) -> String {
        let chromium = std::env::var_os("KITH_CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
        assert!(
            chromium.exists(),
            "this test needs Chromium: install Debian's package `chromium`, or name a program with KITH_CHROMIUM"
        );
        let mut command = Command::new("node");
        command.arg(guest().join("tests").join(script)).env("KITH_CHROMIUM", chromium);
        command.env("KITH_LINK", self.link.to_string()).env("KITH_PHASE", phase).env("KITH_TOLD", told);
        let said = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("this test needs Node.js");
        assert!(said.status.success(), "{phase}: {}", String::from_utf8_lossy(&said.stderr));
        // A relay closes who has said nothing for a minute, and a phone may take longer.
        self.client = self.member.reconnect(&self.relay.url(), 0).await;
        String::from_utf8(said.stdout).unwrap()
    }

    /// Everything that waits, opened by the holder, and forgotten by the relay; with the sealed bytes.
    pub(super) async fn take(&mut self) -> Vec<(GuestItemId, Said, Vec<u8>)> {
        // What came while the phone was in use was told as it came, and is asked for once more: each counts once.
        self.client.send(&ClientMessage::GuestItems { document: DOCUMENT, after: None }).await;
        self.client.send(&ClientMessage::Ping { number: 7 }).await;
        let mut items: Vec<GuestItem> = Vec::new();
        loop {
            match self.client.next().await {
                ServerMessage::GuestItems { items: more, .. } => {
                    for item in more {
                        if !items.iter().any(|one| one.item == item.item) {
                            items.push(item);
                        }
                    }
                }
                ServerMessage::Pong { .. } => break,
                other => panic!("unexpected {other:?}"),
            }
        }
        let mut taken = Vec::new();
        for item in items {
            let said = open_item(&self.link, &item.item, &holder(), &item.sealed).unwrap();
            assert_eq!(open_item(&self.link, &item.item, &stand_in(), &item.sealed), Ok(said.clone()));
            let drop = ClientMessage::DropGuestItem { document: DOCUMENT, link: item.link, item: item.item };
            assert_eq!(self.client.ask(&drop).await, ServerMessage::GuestItemDropped { item: item.item });
            taken.push((item.item, said, item.sealed));
        }
        taken
    }
}

fn answers(said: &Said) -> &[Answer] {
    match &said.saying {
        Saying::Said(answers) => answers,
        other => panic!("not answers: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_young_person_says_something_on_a_phone_and_the_practitioner_reads_it() {
    const CANARY: &str = "zebra lights on the canal";
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin(folder.path()).await;

    let printed = visit.walk("say").await;
    for name in [store_file(folder.path()), store_file(folder.path()).with_extension("sqlite-wal")] {
        let held = std::fs::read(&name).unwrap_or_default();
        for word in [CANARY, "They listen", "Priya", "kettle"] {
            assert!(!held.windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes())), "{word} is at the relay");
        }
    }
    let taken = visit.take().await;
    let [(item, said, sealed)] = taken.as_slice() else { panic!("{} items", taken.len()) };
    let told: Vec<(&str, Vec<&str>, &str, bool, Audience)> = answers(said)
        .iter()
        .map(|answer| {
            let choices = answer.choices.iter().map(|choice| choice.words.as_str()).collect();
            (answer.question.as_str(), choices, answer.words.as_str(), answer.skipped, answer.audience)
        })
        .collect();
    let expected = [
        ("friends", vec!["They listen"], CANARY, false, Audience::Team),
        ("together", vec![], "", true, Audience::Holder),
        ("places", vec!["Park: Not OK"], "", false, Audience::Holder),
        ("placesWhy", vec!["It is dark"], "", false, Audience::Holder),
        ("feel", vec!["So-so"], "", false, Audience::Holder),
        ("tell", vec!["Text me to meet"], "", false, Audience::Holder),
        ("textSafe", vec!["Not always"], "", false, Audience::Holder),
    ];
    assert_eq!(told, expected);
    let code = said.code.clone().expect("a code word was chosen");

    // Whoever finds the phone has the link, and what the phone had kept. With that alone nothing that was sent can be opened.
    let link = &visit.link;
    assert!(printed.contains("KEPT "), "what the phone kept was seen");
    for key in [link.secret(), link.token(), *link.verifier().as_bytes().first_chunk().unwrap()] {
        let tried = open_item(link, item, &GuestKey::from_bytes(key), sealed);
        assert!(matches!(tried, Err(ItemError::Format(_))), "{tried:?}");
    }

    visit.walk("change").await;
    let taken = visit.take().await;
    let find = |wanted: &dyn Fn(&Said) -> bool| taken.iter().find(|(_, said, _)| wanted(said)).expect("it arrived");
    let first = find(&|said| said.replaces.is_none());
    let second = find(&|said| said.replaces == Some(first.0));
    let third = find(&|said| said.replaces == Some(second.0));
    assert_eq!(taken.len(), 3);
    assert_eq!((answers(&first.1)[0].words.as_str(), answers(&second.1)[0].words.as_str()), ("first words", "second words"));
    assert_eq!(third.1.saying, Saying::Withdrawn);

    visit.walk("leave").await;
    assert_eq!(visit.take().await.len(), 0, "who leaves has sent nothing");

    visit.walk("closed").await;
    let reading = Reading {
        read_on: Some("2026-05-12".into()),
        late: false,
        points: vec![Point {
            said: CANARY.into(),
            outcome: Outcome::Used,
            words: "We asked for lights. <b>Soon</b>.".into(),
            id: String::new(),
        }],
        summary: None,
        agreed: Vec::new(),
    };
    let until = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64 + 3_600;
    let open = ClientMessage::PutGuestReading {
        document: DOCUMENT,
        link: visit.link.id(),
        verifier: code.verifier,
        until,
        sealed: seal_reading(&visit.link, &code, &reading, &mut SeededRandom::new(2)).unwrap(),
        renews: false,
    };
    assert_eq!(visit.client.ask(&open).await, ServerMessage::GuestReadingStored { link: visit.link.id() });
    visit.walk("back").await;
    let close = ClientMessage::CloseGuestReading { document: DOCUMENT, link: visit.link.id() };
    assert_eq!(visit.client.ask(&close).await, ServerMessage::GuestReadingClosed { link: visit.link.id() });
    visit.walk("closed").await;
    let stop = ClientMessage::StopGuestLink { document: DOCUMENT, link: visit.link.id() };
    assert_eq!(visit.client.ask(&stop).await, ServerMessage::GuestLinkStopped { link: visit.link.id() });
    visit.walk("stopped").await;
    visit.relay.stop().await.unwrap();
}
