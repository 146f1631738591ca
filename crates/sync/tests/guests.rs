//! A strand record's device and what guests sent: asked for when it is live, dropped at the relay once the log holds it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use automerge::transaction::Transactable as _;
use automerge::{Automerge, ObjType, ROOT, ReadDoc as _, TextEncoding};
use kith_group::{
    AppendRule, DocumentId, DocumentKind, GuestCode, GuestItemId, GuestKey, GuestLink, MemoryRows, RelayId, Said, Saying,
    SeededRandom, open_code, open_item, seal_code, seal_item,
};
use kith_sync::client::{ClientCore, ClientError, EditError, Effects, Identity, Input, Intent, LineId, Notice};
use kith_sync::relay::{
    ConnId, Enrolment, GuestAnswer, GuestAsk, MemoryStore, RelayConfig, RelayCore, RelayEngine as _, RelayEvent, RelayStore as _,
};
use kith_sync::wire::GuestItem;

const RELAY: &str = "ws://127.0.0.1:4480";

/// One device of the holder, and a relay that answers at once.
struct Room {
    core: ClientCore,
    rows: MemoryRows,
    relay: RelayCore,
    log: MemoryStore,
    document: DocumentId,
    now_ms: i64,
    /// What the device was told: items, and whether its own work was sent.
    told: Vec<(Vec<GuestItem>, bool)>,
}

fn genesis(me: &Identity) -> Vec<u8> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(me.device.0.to_vec().into());
    let mut tx = doc.transaction();
    tx.put_object(ROOT, "arrived", ObjType::Map).unwrap();
    let hash = tx.commit().0.unwrap();
    doc.get_change_by_hash(&hash).unwrap().raw_bytes().to_vec()
}

fn link() -> GuestLink {
    GuestLink::from_secret("https://relay.example", [2; 32])
}

fn key() -> GuestKey {
    GuestKey::from_bytes([3; 32])
}

impl Room {
    fn new(kind: DocumentKind) -> Self {
        let mut rows = MemoryRows::default();
        let mut core = ClientCore::open(&rows, Box::new(SeededRandom::new(1))).unwrap();
        let relay = RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(SeededRandom::new(2)));
        let now_ms = 1_790_000_000_000;
        let made = core.create_document(&mut rows, now_ms, kind, AppendRule::Everyone, Some(RELAY), &mut genesis).unwrap();
        let log = MemoryStore::new(RelayId([9; 16]));
        Self { core, rows, relay, log, document: made.document, now_ms, told: Vec::new() }
    }

    fn connects(&mut self, line: u32) {
        let effects = self.core.handle(&mut self.rows, self.now_ms, Input::Opened { line: LineId(line), relay: RELAY.into() });
        self.carry(effects.unwrap());
        self.relays(vec![RelayEvent::Opened(ConnId(line.into()))]);
        self.passes();
    }

    fn wants(&mut self, intent: Intent) {
        let (_, effects) = self.core.add_intent(&mut self.rows, self.now_ms, &self.document, intent).unwrap();
        self.carry(effects);
    }

    /// A second passes, with all that becomes due.
    fn passes(&mut self) {
        let end = self.now_ms + 1_000;
        while let Some(at) = self.core.next_tick().filter(|at| *at <= end) {
            self.now_ms = self.now_ms.max(at);
            let effects = self.core.handle(&mut self.rows, self.now_ms, Input::Tick).unwrap();
            self.carry(effects);
        }
        self.now_ms = end;
    }

    fn carry(&mut self, effects: Effects) {
        for notice in effects.notices {
            if let Notice::GuestItems { items, sent, .. } = notice {
                self.told.push((items, sent));
            }
        }
        let frames = effects.frames.into_iter().map(|(line, frame)| RelayEvent::Frame(ConnId(line.0.into()), frame.into()));
        self.relays(frames.collect());
    }

    fn relays(&mut self, events: Vec<RelayEvent>) {
        if events.is_empty() {
            return;
        }
        self.log.begin().unwrap();
        let mut frames = Vec::new();
        for event in events {
            frames.extend(self.relay.handle(&mut self.log, self.now_ms, event).unwrap().send);
        }
        frames.extend(self.relay.flush(&mut self.log, self.now_ms).unwrap().send);
        self.log.commit_as(true);
        self.deliver(frames);
    }

    fn deliver(&mut self, frames: Vec<(ConnId, bytes::Bytes)>) {
        for (conn, frame) in frames {
            let input = Input::Frame { line: LineId(u32::try_from(conn.0).unwrap()), bytes: frame.to_vec() };
            let effects = self.core.handle(&mut self.rows, self.now_ms, input).unwrap();
            self.carry(effects);
        }
    }

    fn guest(&mut self, byte: u8) -> GuestAnswer {
        let said = Said { language: "en".into(), replaces: None, saying: Saying::Said(vec![]), code: None, attached: Vec::new() };
        let item = GuestItemId([byte; 16]);
        let sealed = seal_item(&link(), &item, &[key().public()], &said, &mut SeededRandom::new(byte.into())).unwrap();
        self.log.begin().unwrap();
        let ask = GuestAsk::Send { token: link().token(), sealed: sealed.into() };
        let (answer, effects) = self.relay.guest(&mut self.log, self.now_ms, ask).unwrap();
        self.log.commit_as(true);
        self.deliver(effects.send);
        answer
    }

    /// What the driver does with what it is told: takes in what the record lacks, and drops what is in the log.
    fn takes_in(&mut self) {
        for (items, sent) in std::mem::take(&mut self.told) {
            for item in items {
                let name = item.item.to_string();
                let doc = self.core.read(&self.rows, &self.document).unwrap();
                let (_, arrived) = doc.get(ROOT, "arrived").unwrap().unwrap();
                if doc.get(&arrived, &name).unwrap().is_none() {
                    open_item(&link(), &item.item, &key(), &item.sealed).unwrap();
                    let edited = self.core.edit(&mut self.rows, self.now_ms, &self.document, |doc, _| {
                        doc.transact(|tx| tx.put(&arrived, &name, "taken in")).map(drop).map_err(|failure| failure.error)
                    });
                    let effects = edited.map_err(|error: EditError<_>| error.to_string()).unwrap().1;
                    self.carry(effects);
                } else if sent {
                    self.wants(Intent::DropGuestItem { link: item.link, item: item.item });
                }
            }
        }
    }

    fn held(&self) -> usize {
        self.log.guest_items(&self.document, None, usize::MAX).unwrap().len()
    }
}

fn put() -> Intent {
    Intent::PutGuestLink { link: link().id(), verifier: link().verifier(), expires: 4_000_000_000, card: b"card".to_vec() }
}

#[test]
fn what_a_guest_sent_is_taken_in_and_dropped_once_the_log_holds_it() {
    let mut room = Room::new(DocumentKind::STRAND);
    room.wants(put());
    assert_eq!(room.guest(1), GuestAnswer::NoLink, "a wish waits for a connection");
    room.connects(1);
    assert!(room.core.intents(&room.rows, &room.document).unwrap().is_empty());
    assert_eq!(room.guest(1), GuestAnswer::Kept);
    assert_eq!(room.told.len(), 1, "told at once, while connected");
    // The device dies before it took anything in: it is told again.
    room.told.clear();
    room.connects(2);
    assert_eq!(room.told.iter().map(|(items, _)| items.len()).sum::<usize>(), 1);
    room.takes_in();
    assert_eq!(room.held(), 1, "not dropped before the log holds what was made of it");
    room.passes();
    assert!(room.told.iter().all(|(_, sent)| *sent), "asked again, once everything was sent");
    room.takes_in();
    assert_eq!(room.held(), 0);
    room.passes();
    assert!(room.core.is_quiet(&room.rows).unwrap());
    // Ten more, while connected, and each once.
    for byte in 2..12 {
        assert_eq!(room.guest(byte), GuestAnswer::Kept);
    }
    for _ in 0..3 {
        room.takes_in();
        room.passes();
    }
    assert_eq!(room.held(), 0);
    let doc = room.core.read(&room.rows, &room.document).unwrap();
    let (_, arrived) = doc.get(ROOT, "arrived").unwrap().unwrap();
    assert_eq!(doc.length(&arrived), 11);
}

#[test]
fn a_code_that_was_wished_for_opens_the_link_and_one_that_is_too_late_is_given_up() {
    let mut room = Room::new(DocumentKind::STRAND);
    let random = &mut SeededRandom::new(3);
    let code = GuestCode::random(random);
    let (id, sealed) = seal_code(&link(), &code, random);
    let wish = |until| Intent::PutGuestCode { link: link().id(), code: id, until, sealed: sealed.clone() };
    room.wants(put());
    room.wants(wish(room.now_ms / 1_000 + 60));
    room.connects(1);
    assert!(room.core.intents(&room.rows, &room.document).unwrap().is_empty(), "the link first, then its code");
    room.log.begin().unwrap();
    let (answer, _) = room.relay.guest(&mut room.log, room.now_ms, GuestAsk::Code { code: id }).unwrap();
    room.log.commit_as(true);
    let GuestAnswer::Code(held) = answer else { panic!("not handed out: {answer:?}") };
    assert_eq!(open_code("https://relay.example", &code, &held), Ok(link()));
    room.wants(wish(room.now_ms / 1_000 - 1));
    assert!(room.core.intents(&room.rows, &room.document).unwrap().is_empty());
    assert_eq!(room.log.guest_code(&id).unwrap(), None);
}

#[test]
fn a_stopped_link_takes_nothing_more() {
    let mut room = Room::new(DocumentKind::STRAND);
    room.connects(1);
    room.wants(put());
    assert_eq!(room.guest(1), GuestAnswer::Kept);
    room.wants(Intent::StopGuestLink { link: link().id() });
    assert_eq!(room.guest(2), GuestAnswer::NoLink);
    assert_eq!(room.held(), 1);
}

#[test]
fn links_for_guests_are_made_in_strand_records_only() {
    let mut room = Room::new(DocumentKind::WORKING);
    room.connects(1);
    let refused = room.core.add_intent(&mut room.rows, room.now_ms, &room.document, put()).unwrap_err();
    assert!(matches!(refused, ClientError::NoGuestsHere), "{refused}");
}
