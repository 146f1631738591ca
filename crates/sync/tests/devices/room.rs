//! Devices and a relay in one thread, for what can be told by rows and frames.

use std::cell::Cell;

use automerge::transaction::Transactable as _;
use automerge::{Automerge, AutomergeError, ChangeHash, ObjType, ROOT, ReadDoc as _, TextEncoding};
use kith_group::{
    AppendRule, DocumentId, DocumentKind, InviteId, Link, MemoryRows, RelayId, Role, Row, Rows, RowsError, SeededRandom, Space,
    open_request, voucher_digest,
};
use kith_sync::client::{ClientCore, EditError, Effects, Identity, Input, Intent, JoinDetails, LineId, Notice};
use kith_sync::relay::{ConnId, Enrolment, MemoryStore, RelayConfig, RelayCore, RelayEngine as _, RelayEvent};

pub(crate) const RELAY: &str = "ws://127.0.0.1:4480";

/// Where the saved document is kept.
pub(crate) const BASE: Space = Space(13);

/// Rows that count how often a saved document is read.
#[derive(Default)]
pub(crate) struct Counting {
    pub(crate) rows: MemoryRows,
    pub(crate) bases: Cell<usize>,
    pub(crate) writes: usize,
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
pub(crate) struct Device {
    pub(crate) core: ClientCore,
    pub(crate) rows: Counting,
}

/// Devices and a relay that answers at once. The first made the document.
pub(crate) struct Room {
    pub(crate) devices: Vec<Device>,
    relay: RelayCore,
    log: MemoryStore,
    pub(crate) document: DocumentId,
    pub(crate) now_ms: i64,
    /// Frames of a device whose line is slow, until they arrive together.
    slow: Option<(ConnId, Vec<RelayEvent>)>,
    /// What each device was told.
    pub(crate) told: Vec<(usize, Notice)>,
}

impl Room {
    pub(crate) fn new() -> Self {
        let relay = RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(SeededRandom::new(2)));
        let log = MemoryStore::new(RelayId([9; 16]));
        let document = DocumentId([0; 16]);
        let mut room =
            Self { devices: Vec::new(), relay, log, document, now_ms: 1_790_000_000_000, slow: None, told: Vec::new() };
        room.enters();
        let Device { core, rows } = &mut room.devices[0];
        let (kind, rule) = (DocumentKind::WORKING, AppendRule::Everyone);
        room.document = core.create_document(rows, room.now_ms, kind, rule, Some(RELAY), &mut genesis).unwrap().document;
        room
    }

    pub(crate) fn enters(&mut self) {
        let rows = Counting::default();
        let core = ClientCore::open(&rows, Box::new(SeededRandom::new(10 + self.devices.len() as u64))).unwrap();
        self.devices.push(Device { core, rows });
    }

    /// Keystrokes of the first device, each a change of its own.
    pub(crate) fn types(&mut self, keystrokes: usize) {
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

    pub(crate) fn connects(&mut self, who: usize) {
        let (now_ms, input) = (self.now_ms, Input::Opened { line: LineId(who as u32), relay: RELAY.into() });
        self.step(who, |core, rows| core.handle(rows, now_ms, input).unwrap());
        self.carry(vec![RelayEvent::Opened(ConnId(who as u64))]);
        self.passes(100);
    }

    /// Time passes, with all that becomes due.
    pub(crate) fn passes(&mut self, ms: i64) {
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

    /// From now on a device's frames do not reach the relay, though it still hears.
    pub(crate) fn slows(&mut self, who: usize) {
        self.slow = Some((ConnId(who as u64), Vec::new()));
    }

    /// Everything that was on the slow line arrives, in its order. How many frames that were.
    pub(crate) fn arrives(&mut self) -> usize {
        let kept = self.slow.take().map_or_else(Vec::new, |(_, kept)| kept);
        let frames = kept.len();
        self.carry(kept);
        frames
    }

    /// One step of a device, and everything that follows from its frames.
    pub(crate) fn step(&mut self, who: usize, f: impl FnOnce(&mut ClientCore, &mut Counting) -> Effects) {
        let Device { core, rows } = &mut self.devices[who];
        let effects = f(core, rows);
        self.carry(events(effects));
    }

    pub(crate) fn carry(&mut self, mut waiting: Vec<RelayEvent>) {
        while !waiting.is_empty() {
            if let Some((conn, kept)) = &mut self.slow {
                kept.extend(waiting.extract_if(.., |event| matches!(event, RelayEvent::Frame(from, _) if from == conn)));
            }
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

    /// The relay is one from a backup, of before anything was in it.
    pub(crate) fn relay_is_set_back(&mut self) {
        self.relay = RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(SeededRandom::new(5)));
        self.log = MemoryStore::new(RelayId([9; 16]));
    }

    /// The first device lets in a second.
    pub(crate) fn lets_in(&mut self) {
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
        self.wants(0, Intent::Invite { invite, voucher: voucher_digest(&voucher), expires: link.expires });
        let details = JoinDetails { name: "a".into(), agency: "b".into(), role_words: "c".into() };
        let now_ms = self.now_ms;
        self.step(1, |core, rows| core.begin_join(rows, now_ms, &link, &details).unwrap().1);
        self.connects(1);
        let Device { core, rows } = &self.devices[0];
        let request = core.waiting(rows, &self.document).unwrap().remove(0);
        let asked = open_request(&secret, &invite, &request.request, &request.sealed).unwrap();
        let (_, key_package) = asked.packages.into_iter().next().unwrap();
        self.types(5);
        self.wants(0, Intent::Admit { request: request.request, person: asked.person, role: Role::Lead, key_package });
        self.passes(15_000);
    }

    /// A device wants something of the group.
    pub(crate) fn wants(&mut self, who: usize, intent: Intent) {
        let (now_ms, document) = (self.now_ms, self.document);
        self.step(who, |core, rows| core.add_intent(rows, now_ms, &document, intent).unwrap().1);
    }

    /// The place in the log up to which the first device's stored document goes.
    pub(crate) fn stored_up_to(&self) -> Option<u64> {
        let row = self.devices[0].rows.row(BASE, &self.document.0).unwrap()?;
        let mut decoder = minicbor::Decoder::new(&row[1..]);
        decoder.array().unwrap();
        Some(decoder.u64().unwrap())
    }

    pub(crate) fn rests(&mut self) {
        let Device { core, rows } = &mut self.devices[0];
        core.rest(rows, self.now_ms).unwrap();
    }

    pub(crate) fn heads(&mut self, who: usize) -> Vec<ChangeHash> {
        let Device { core, rows } = &mut self.devices[who];
        core.read(rows, &self.document).unwrap().get_heads()
    }
}

pub(crate) fn events(effects: Effects) -> Vec<RelayEvent> {
    let frames = effects.frames.into_iter();
    frames.map(|(line, frame)| RelayEvent::Frame(ConnId(line.0.into()), frame.into())).collect()
}

pub(crate) fn genesis(me: &Identity) -> Vec<u8> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(me.device.0.as_slice().into());
    doc.transact::<_, _, AutomergeError>(|tx| tx.put_object(ROOT, "text", ObjType::Text)).unwrap();
    doc.get_last_local_change().unwrap().raw_bytes().to_vec()
}
