//! Practitioners in simulation: a core on a disk, with a clock that may be off and a line that may be cut.

use automerge::transaction::Transactable;
use automerge::{Automerge, ObjType, ROOT, ReadDoc, TextEncoding, Value};
use kith_group::{DocumentId, Link, RequestId, SeededRandom};
use kith_sync::client::{ClientCore, ClientError, Identity, LineId, Standing};
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

use super::Disk;

/// A word that no sealed byte may show: it is in every text that anybody writes here.
pub(super) const CANARY: &str = "larchcanary";

/// How many text fields the simulated document has.
pub(super) const FIELDS: usize = 4;

/// An edit that was acknowledged as saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saved {
    /// What was written: once, and never deleted by anybody.
    pub(super) token: String,
    /// When, by the world's clock.
    pub(super) at: i64,
}

/// A practitioner.
pub(super) struct Peer {
    /// Their number.
    pub(super) index: usize,
    /// Their disk.
    pub(super) disk: Disk,
    /// Their running program; `None` while the machine is off.
    pub(super) core: Option<ClientCore>,
    /// How far their clock is off, in milliseconds.
    pub(super) skew: i64,
    /// Their line, if one stands: the world's number of it.
    pub(super) line: Option<u64>,
    /// Whether they want a connection.
    pub(super) online: bool,
    /// The document, once they have it.
    pub(super) document: Option<DocumentId>,
    /// The link that they were given.
    pub(super) link: Option<Link>,
    /// Their request.
    pub(super) request: Option<RequestId>,
    /// Their acknowledged edits.
    pub(super) saved: Vec<Saved>,
    /// When they were removed, by the world's clock: no later text of others may reach them.
    pub(super) removed_at: Option<i64>,
    /// Whether somebody wants them removed.
    pub(super) removing: bool,
    /// Whether they sent what no honest client sends: what they write is then nobody's promise.
    pub(super) hostile: bool,
    /// When the next tick is scheduled, by the world's clock.
    pub(super) tick_at: Option<i64>,
    /// Which run of the program this is: each draws other randomness.
    pub(super) run: u64,
    /// How many tokens they made.
    pub(super) made: u32,
}

impl Peer {
    /// A new practitioner with an empty disk.
    pub(super) fn new(index: usize, skew: i64) -> Self {
        Self {
            index,
            disk: Disk::default(),
            core: None,
            skew,
            line: None,
            online: true,
            document: None,
            link: None,
            request: None,
            saved: Vec::new(),
            removed_at: None,
            removing: false,
            hostile: false,
            tick_at: None,
            run: 0,
            made: 0,
        }
    }

    /// Starts the program on what the disk holds.
    pub(super) fn start(&mut self, seed: u64) -> Result<(), ClientError> {
        self.run += 1;
        let random = SeededRandom::new(seed ^ ((self.index as u64) << 48) ^ (self.run << 32));
        self.core = Some(ClientCore::open(&self.disk, Box::new(random))?);
        self.tick_at = None;
        Ok(())
    }

    /// Their clock, in Unix milliseconds.
    pub(super) fn clock(&self, now: i64) -> i64 {
        now + self.skew
    }

    /// Whether they are a member as far as they know.
    pub(super) fn is_member(&self) -> bool {
        let Some(core) = &self.core else { return false };
        core.documents().iter().any(|document| Some(document.id) == self.document && document.standing == Standing::Member)
    }
}

/// The line number of a connection as a core knows it.
pub(super) fn line_id(conn: u64) -> LineId {
    LineId(u32::try_from(conn).unwrap_or(u32::MAX))
}

/// The one change that a simulated document stands on.
pub(super) fn genesis(identity: &Identity) -> Vec<u8> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(identity.device.0.as_slice().into());
    let made = doc.transact::<_, _, automerge::AutomergeError>(|tx| {
        for field in 0..FIELDS {
            let text = tx.put_object(ROOT, format!("t{field}"), ObjType::Text)?;
            tx.splice_text(&text, 0, 0, "..")?;
        }
        Ok(())
    });
    assert!(made.is_ok(), "a fresh document takes its fields");
    doc.get_last_local_change().map(|change| change.raw_bytes().to_vec()).unwrap_or_default()
}

/// Writes `token` somewhere between dots of a field, and deletes a dot elsewhere: tokens are never touched.
pub(super) fn write_token(doc: &mut Automerge, token: &str, random: &mut ChaCha20Rng) -> Result<(), automerge::AutomergeError> {
    let field = format!("t{}", random.random_range(0..FIELDS));
    let Some((Value::Object(ObjType::Text), text)) = doc.get(ROOT, field.as_str())? else { return Ok(()) };
    let before = doc.text(&text)?;
    let dots: Vec<usize> = before.char_indices().filter(|(_, c)| *c == '.').map(|(at, _)| at).collect();
    let place = dots.get(random.random_range(0..dots.len().max(1))).map_or(0, |at| at + 1);
    let spare = dots.get(random.random_range(0..dots.len().max(1))).copied().filter(|_| dots.len() > 6);
    doc.transact::<_, _, automerge::AutomergeError>(|tx| {
        tx.splice_text(&text, place, 0, &format!("<{token}>."))?;
        if let Some(at) = spare.filter(|at| *at + 1 < place) {
            tx.splice_text(&text, at, 1, "")?;
        }
        Ok(())
    })
    .map(|_| ())
    .map_err(|failure| failure.error)
}

/// All text of a document.
pub(super) fn all_text(doc: &Automerge) -> String {
    (0..FIELDS)
        .filter_map(|field| doc.get(ROOT, format!("t{field}")).ok().flatten())
        .filter_map(|(_, text)| doc.text(text).ok())
        .collect::<Vec<_>>()
        .join("\n")
}
