//! What a device stores so that opening is quick, and what it need not read again. Told by rows, never by time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::cell::Cell;

use automerge::transaction::Transactable as _;
use automerge::{Automerge, AutomergeError, ChangeHash, ObjType, ROOT, ReadDoc as _, TextEncoding};
use kith_group::{
    AppendRule, DocumentId, DocumentKind, InviteId, Link, MemoryRows, RelayId, Role, Row, Rows, RowsError, SeededRandom, Space,
    open_request, voucher_digest,
};
use kith_sync::client::{ClientCore, EditError, Effects, Identity, Input, Intent, JoinDetails, LineId, Notice};
use kith_sync::relay::{ConnId, Enrolment, MemoryStore, RelayConfig, RelayCore, RelayEngine as _, RelayEvent};

const RELAY: &str = "ws://127.0.0.1:4480";

/// Where the saved document is kept.
const BASE: Space = Space(13);

/// Rows that count how often a saved document is read.
#[derive(Default)]
struct Counting {
    rows: MemoryRows,
    bases: Cell<usize>,
    writes: usize,
}

impl Rows for Counting {
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        self.bases.set(self.bases.get() + usize::from(space == BASE));
        self.rows.row(space, key)
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), RowsError> {
        self.writes += 1;
        self.rows.put_row(space, key, value)
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<(), RowsError> {
        self.writes += 1;
        self.rows.delete_row(space, key)
    }

    fn scan_rows(&self, space: Space, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, RowsError> {
        self.rows.scan_rows(space, prefix, from, limit)
    }
}

/// A device.
struct Device {
    core: ClientCore,
    rows: Counting,
}

/// Devices and a relay that answers at once. The first made the document.
struct Room {
    devices: Vec<Device>,
    relay: RelayCore,
    log: MemoryStore,
    document: DocumentId,
    now_ms: i64,
    /// What each device was told.
    told: Vec<(usize, Notice)>,
}

impl Room {
    fn new() -> Self {
        let relay = RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(SeededRandom::new(2)));
        let log = MemoryStore::new(RelayId([9; 16]));
        let document = DocumentId([0; 16]);
        let mut room = Self { devices: Vec::new(), relay, log, document, now_ms: 1_790_000_000_000, told: Vec::new() };
        room.enters();
        let Device { core, rows } = &mut room.devices[0];
        let (kind, rule) = (DocumentKind::WORKING, AppendRule::Everyone);
        room.document = core.create_document(rows, room.now_ms, kind, rule, Some(RELAY), &mut genesis).unwrap().document;
        room
    }

    fn enters(&mut self) {
        let rows = Counting::default();
        let core = ClientCore::open(&rows, Box::new(SeededRandom::new(10 + self.devices.len() as u64))).unwrap();
        self.devices.push(Device { core, rows });
    }

    /// Keystrokes of the first device, each a change of its own.
    fn types(&mut self, keystrokes: usize) {
        for _ in 0..keystrokes {
            let (now_ms, document) = (self.now_ms, self.document);
            self.step(0, |core, rows| {
                let typed = core.edit(rows, now_ms, &document, |doc, _| {
                    let text = doc.get(ROOT, "text")?.unwrap().1;
                    let at = doc.length(&text);
                    doc.transact(|tx| tx.splice_text(&text, at, 0, "k")).map(drop).map_err(|failure| failure.error)
                });
                typed.map_err(|error: EditError<AutomergeError>| error.to_string()).unwrap().1
            });
        }
    }

    fn connects(&mut self, who: usize) {
        let (now_ms, input) = (self.now_ms, Input::Opened { line: LineId(who as u32), relay: RELAY.into() });
        self.step(who, |core, rows| core.handle(rows, now_ms, input).unwrap());
        self.carry(vec![RelayEvent::Opened(ConnId(who as u64))]);
        self.passes(100);
    }

    /// Time passes, with all that becomes due.
    fn passes(&mut self, ms: i64) {
        let end = self.now_ms + ms;
        while let Some(at) = self.devices.iter().filter_map(|device| device.core.next_tick()).min().filter(|at| *at <= end) {
            self.now_ms = self.now_ms.max(at);
            for who in 0..self.devices.len() {
                let now_ms = self.now_ms;
                self.step(who, |core, rows| core.handle(rows, now_ms, Input::Tick).unwrap());
            }
        }
        self.now_ms = end;
        self.carry(vec![RelayEvent::Tick]);
    }

    /// One step of a device, and everything that follows from its frames.
    fn step(&mut self, who: usize, f: impl FnOnce(&mut ClientCore, &mut Counting) -> Effects) {
        let Device { core, rows } = &mut self.devices[who];
        let effects = f(core, rows);
        self.carry(events(effects));
    }

    fn carry(&mut self, mut waiting: Vec<RelayEvent>) {
        while !waiting.is_empty() {
            self.log.begin().unwrap();
            let mut frames = Vec::new();
            for event in waiting.drain(..) {
                frames.extend(self.relay.handle(&mut self.log, self.now_ms, event).unwrap().send);
            }
            frames.extend(self.relay.flush(&mut self.log, self.now_ms).unwrap().send);
            self.log.commit_as(true);
            for (conn, frame) in frames {
                let Device { core, rows } = &mut self.devices[conn.0 as usize];
                let input = Input::Frame { line: LineId(conn.0 as u32), bytes: frame.to_vec() };
                let mut effects = core.handle(rows, self.now_ms, input).unwrap();
                self.told.extend(std::mem::take(&mut effects.notices).into_iter().map(|notice| (conn.0 as usize, notice)));
                waiting.extend(events(effects));
            }
        }
    }

    /// The first device lets in a second.
    fn lets_in(&mut self) {
        self.connects(0);
        self.enters();
        let (invite, secret, voucher) = (InviteId([1; 16]), [2; 32], [3; 16]);
        let link = Link {
            relay: RELAY.into(),
            invite,
            secret,
            voucher,
            document: self.document,
            role: Role::Lead,
            expires: i64::MAX / 4,
        };
        self.wants(Intent::Invite { invite, voucher: voucher_digest(&voucher), expires: link.expires });
        let details = JoinDetails { name: "a".into(), agency: "b".into(), role_words: "c".into() };
        let now_ms = self.now_ms;
        self.step(1, |core, rows| core.begin_join(rows, now_ms, &link, &details).unwrap().1);
        self.connects(1);
        let Device { core, rows } = &self.devices[0];
        let request = core.waiting(rows, &self.document).unwrap().remove(0);
        let asked = open_request(&secret, &invite, &request.request, &request.sealed).unwrap();
        let (_, key_package) = asked.packages.into_iter().next().unwrap();
        self.types(5);
        self.wants(Intent::Admit { request: request.request, person: asked.person, role: Role::Lead, key_package });
        self.passes(15_000);
    }

    /// Wants something of the group as its lead.
    fn wants(&mut self, intent: Intent) {
        let (now_ms, document) = (self.now_ms, self.document);
        self.step(0, |core, rows| core.add_intent(rows, now_ms, &document, intent).unwrap().1);
    }

    /// The place in the log up to which the first device's stored document goes.
    fn stored_up_to(&self) -> Option<u64> {
        let row = self.devices[0].rows.row(BASE, &self.document.0).unwrap()?;
        let mut decoder = minicbor::Decoder::new(&row[1..]);
        decoder.array().unwrap();
        Some(decoder.u64().unwrap())
    }

    fn rests(&mut self) {
        let Device { core, rows } = &mut self.devices[0];
        core.rest(rows, self.now_ms).unwrap();
    }

    fn heads(&mut self, who: usize) -> Vec<ChangeHash> {
        let Device { core, rows } = &mut self.devices[who];
        core.read(rows, &self.document).unwrap().get_heads()
    }
}

fn events(effects: Effects) -> Vec<RelayEvent> {
    let frames = effects.frames.into_iter();
    frames.map(|(line, frame)| RelayEvent::Frame(ConnId(line.0.into()), frame.into())).collect()
}

fn genesis(me: &Identity) -> Vec<u8> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(me.device.0.as_slice().into());
    doc.transact::<_, _, AutomergeError>(|tx| tx.put_object(ROOT, "text", ObjType::Text)).unwrap();
    doc.get_last_local_change().unwrap().raw_bytes().to_vec()
}

// Without counting changes: 300 keystrokes come back as one record, far from the 200 records that it took.
#[test]
fn a_day_offline_that_came_back_from_the_log_is_in_the_stored_document() {
    let mut room = Room::new();
    room.types(300);
    room.connects(0);
    let Device { core, rows } = &mut room.devices[0];
    let cursor = core.status(rows, &room.document).unwrap().cursor;
    assert!(cursor < 200);
    room.rests();
    assert_eq!(room.stored_up_to(), Some(cursor));
    let heads = room.heads(0);
    let rows = &room.devices[0].rows;
    room.devices[0].core = ClientCore::open(rows, Box::new(SeededRandom::new(3))).unwrap();
    assert_eq!(room.heads(0), heads);
}

#[test]
fn a_few_keystrokes_are_not_worth_saving_the_whole_document() {
    let mut room = Room::new();
    room.types(20);
    room.connects(0);
    room.rests();
    assert_eq!(room.stored_up_to(), None);
}

// Without keeping the replica that the admission was proved with.
#[test]
fn whoever_was_let_in_reads_without_loading_the_document_a_second_time() {
    let mut room = Room::new();
    room.lets_in();
    let heads = room.heads(0);
    assert_eq!(room.heads(1), heads);
    assert_eq!(room.devices[1].rows.bases.get(), 0);
    // What is stored is the same.
    room.devices[1].core = ClientCore::open(&room.devices[1].rows, Box::new(SeededRandom::new(4))).unwrap();
    assert_eq!(room.heads(1), heads);
    assert_eq!(room.devices[1].rows.bases.get(), 1);
}

#[test]
fn presence_reaches_who_is_connected_and_leaves_no_row_anywhere() {
    let mut room = Room::new();
    room.lets_in();
    let (now_ms, document) = (room.now_ms, room.document);
    let me = room.devices[0].core.identity(&document).unwrap().device;
    room.told.clear();
    let written: Vec<usize> = room.devices.iter().map(|device| device.rows.writes).collect();
    room.step(0, |core, rows| core.say_here(rows, now_ms, &document, "2.3").unwrap());
    let here = Notice::Here { document, device: me, at: now_ms, place: "2.3".into() };
    assert_eq!(room.told, [(1, here)]);
    assert_eq!(room.devices.iter().map(|device| device.rows.writes).collect::<Vec<_>>(), written);
    // Nobody is told later.
    room.told.clear();
    room.step(1, |core, rows| core.handle(rows, now_ms, Input::Closed { line: LineId(1) }).unwrap());
    room.carry(vec![RelayEvent::Closed(ConnId(1))]);
    room.step(0, |core, rows| core.say_here(rows, now_ms + 1, &document, "plan").unwrap());
    assert_eq!(room.told, []);
    // Without a connection nothing waits to be said.
    let Device { core, rows } = &mut room.devices[1];
    let effects = core.say_here(rows, now_ms, &document, "plan").unwrap();
    assert!(effects.frames.is_empty() && !effects.durable);
}
