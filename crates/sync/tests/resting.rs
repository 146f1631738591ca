//! What a device stores when it is idle, so that the next opening is quick. Counted in rows, never in time.
#![allow(clippy::unwrap_used)]

use automerge::transaction::Transactable as _;
use automerge::{Automerge, AutomergeError, ObjType, ROOT, ReadDoc as _, TextEncoding};
use kith_group::{AppendRule, DocumentId, DocumentKind, MemoryRows, RelayId, Rows as _, SeededRandom, Space};
use kith_sync::client::{ClientCore, Effects, Identity, Input, LineId};
use kith_sync::relay::{ConnId, Enrolment, MemoryStore, RelayConfig, RelayCore, RelayEngine as _, RelayEvent};

const RELAY: &str = "ws://127.0.0.1:4480";
const LINE: LineId = LineId(1);
const CONN: ConnId = ConnId(1);

/// Where the saved document is kept.
const BASE: Space = Space(13);

/// One device and a relay that answers at once.
struct Alone {
    core: ClientCore,
    rows: MemoryRows,
    relay: RelayCore,
    log: MemoryStore,
    document: DocumentId,
    now_ms: i64,
}

impl Alone {
    fn new() -> Self {
        let mut rows = MemoryRows::default();
        let mut core = ClientCore::open(&rows, Box::new(SeededRandom::new(1))).unwrap();
        let now_ms = 1_790_000_000_000;
        let (kind, rule) = (DocumentKind::WORKING, AppendRule::Everyone);
        let made = core.create_document(&mut rows, now_ms, kind, rule, Some(RELAY), &mut genesis).unwrap();
        let relay = RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(SeededRandom::new(2)));
        Self { core, rows, relay, log: MemoryStore::new(RelayId([9; 16])), document: made.document, now_ms }
    }

    /// Keystrokes, each a change of its own.
    fn types(&mut self, keystrokes: usize) {
        for _ in 0..keystrokes {
            let typed = self.core.edit(&mut self.rows, self.now_ms, &self.document, |doc, _| {
                let text = doc.get(ROOT, "text")?.unwrap().1;
                let at = doc.length(&text);
                doc.transact(|tx| tx.splice_text(&text, at, 0, "k")).map(drop).map_err(|failure| failure.error)
            });
            let ((), effects) = typed.map_err(|error: kith_sync::client::EditError<AutomergeError>| error.to_string()).unwrap();
            self.carry(effects, Vec::new());
        }
    }

    fn connects(&mut self) {
        let opened = self.core.handle(&mut self.rows, self.now_ms, Input::Opened { line: LINE, relay: RELAY.into() }).unwrap();
        self.carry(opened, vec![RelayEvent::Opened(CONN)]);
        while let Some(at) = self.core.next_tick().filter(|at| *at <= self.now_ms + 100) {
            self.now_ms = self.now_ms.max(at);
            let ticked = self.core.handle(&mut self.rows, self.now_ms, Input::Tick).unwrap();
            self.carry(ticked, Vec::new());
        }
        assert!(self.core.is_quiet(&self.rows).unwrap());
    }

    /// Carries frames both ways until there are none.
    fn carry(&mut self, effects: Effects, mut events: Vec<RelayEvent>) {
        events.extend(effects.frames.into_iter().map(|(_, frame)| RelayEvent::Frame(CONN, frame.into())));
        while !events.is_empty() {
            self.log.begin().unwrap();
            let mut frames = Vec::new();
            for event in events.drain(..) {
                frames.extend(self.relay.handle(&mut self.log, self.now_ms, event).unwrap().send);
            }
            frames.extend(self.relay.flush(&mut self.log, self.now_ms).unwrap().send);
            self.log.commit_as(true);
            for (_, frame) in frames {
                let input = Input::Frame { line: LINE, bytes: frame.to_vec() };
                let effects = self.core.handle(&mut self.rows, self.now_ms, input).unwrap();
                events.extend(effects.frames.into_iter().map(|(_, frame)| RelayEvent::Frame(CONN, frame.into())));
            }
        }
    }

    /// The place in the log up to which the stored document goes.
    fn stored_up_to(&self) -> Option<u64> {
        let row = self.rows.row(BASE, &self.document.0).unwrap()?;
        let mut decoder = minicbor::Decoder::new(&row[1..]);
        decoder.array().unwrap();
        Some(decoder.u64().unwrap())
    }
}

fn genesis(me: &Identity) -> Vec<u8> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(me.device.0.as_slice().into());
    doc.transact::<_, _, AutomergeError>(|tx| tx.put_object(ROOT, "text", ObjType::Text)).unwrap();
    doc.get_last_local_change().unwrap().raw_bytes().to_vec()
}

// Without counting changes: 300 keystrokes come back as one record, far from the 200 records that it took.
#[test]
fn a_day_offline_that_came_back_from_the_log_is_in_the_stored_document() {
    let mut alone = Alone::new();
    alone.types(300);
    alone.connects();
    let cursor = alone.core.status(&alone.rows, &alone.document).unwrap().cursor;
    assert!(cursor < 200);
    alone.core.rest(&mut alone.rows, alone.now_ms).unwrap();
    assert_eq!(alone.stored_up_to(), Some(cursor));
    let heads = alone.core.read(&alone.rows, &alone.document).unwrap().get_heads();
    let mut again = ClientCore::open(&alone.rows, Box::new(SeededRandom::new(3))).unwrap();
    assert_eq!(again.read(&alone.rows, &alone.document).unwrap().get_heads(), heads);
}

#[test]
fn a_few_keystrokes_are_not_worth_saving_the_whole_document() {
    let mut alone = Alone::new();
    alone.types(20);
    alone.connects();
    alone.core.rest(&mut alone.rows, alone.now_ms).unwrap();
    assert_eq!(alone.stored_up_to(), None);
}
