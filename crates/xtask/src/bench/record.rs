//! A big record: an assessment of sixty entries in which 260,000 recorded keystrokes were typed, by one person over a month of
//! days that were mostly offline.

use std::path::Path;

use anyhow::ensure;
use kith_assessment::{Command, EntryId, Kind};
use kith_group::DocumentId;
use kith_tests::traces::sequential;

use super::dealt::{Keystroke, dealt};
use super::room::Room;

/// The recording: 259,778 transactions of one keystroke each.
const RECORDING: &str = "automerge-paper";

/// Into how many entries the recorded text is cut.
const ENTRIES: usize = 60;

/// Keystrokes that are typed before the device is connected again.
const SITTING: usize = 1_000;

/// Sittings in a day, after which the program is idle.
const SITTINGS: usize = 10;

/// Keystrokes that are made at one time by the clock, and how far it then moves.
const TOGETHER: (usize, i64) = (25, 9_000);

/// When it all began: 2026-01-05 09:00 UTC, in Unix milliseconds.
const BEGAN: i64 = 1_767_603_600_000;

/// How documents here name their relay. Nobody connects to it by a socket.
const URL: &str = "ws://127.0.0.1:1";

/// The assessment in the room where it was typed.
pub(super) struct Record {
    /// The room; its first device is the author's.
    pub(super) room: Room,
    /// The assessment.
    pub(super) document: DocumentId,
    /// Its entries, in the order of the text.
    pub(super) entries: Vec<EntryId>,
    /// Every keystroke of the recording.
    pub(super) strokes: Vec<Keystroke>,
}

/// The author's place in the room.
pub(super) const AUTHOR: usize = 0;

impl Record {
    /// Types the recording but for its last `untyped` keystrokes; `None`, with a notice, where the recording is absent.
    pub(super) fn typed(folder: &Path, untyped: usize) -> anyhow::Result<Option<Self>> {
        let Some(recording) = sequential(RECORDING)? else { return Ok(None) };
        let strokes = dealt(&recording, ENTRIES)?;
        eprintln!("making a record of {} keystrokes (about half a minute) …", strokes.len());
        let mut room = Room::new(&folder.join("relay"), URL, BEGAN)?;
        ensure!(room.enter(&folder.join("author"), "Ines Calder")? == AUTHOR, "the room was not empty");
        let document = room.found(AUTHOR)?;
        room.connect(AUTHOR)?;
        let entries = new_entries(&mut room, document, ENTRIES)?;
        let mut record = Self { room, document, entries, strokes };
        let strokes = record.strokes.get(..record.strokes.len().saturating_sub(untyped)).unwrap_or_default().to_vec();
        for (number, sitting) in strokes.chunks(SITTING).enumerate() {
            record.sit(sitting)?;
            if number % SITTINGS == SITTINGS - 1 {
                record.room.rest(AUTHOR)?;
            }
        }
        record.room.rest(AUTHOR)?;
        Ok(Some(record))
    }

    /// Offline, keystroke by keystroke; then everything is sent.
    fn sit(&mut self, strokes: &[Keystroke]) -> anyhow::Result<()> {
        self.room.disconnect(AUTHOR)?;
        let (together, apart) = TOGETHER;
        for strokes in strokes.chunks(together) {
            let commands: Vec<Command> = strokes.iter().map(|stroke| self.command(stroke)).collect();
            self.room.commands(AUTHOR, self.document, &commands)?;
            self.room.now_ms += apart;
        }
        self.room.connect(AUTHOR)
    }

    /// A keystroke as an editor gives it.
    pub(super) fn command(&self, stroke: &Keystroke) -> Command {
        splice(self.entries[stroke.field], stroke)
    }
}

/// The same recording in one text; `None`, with a notice, where it is absent.
pub(super) fn in_one_text() -> anyhow::Result<Option<Vec<Keystroke>>> {
    sequential(RECORDING)?.map(|recording| dealt(&recording, 1)).transpose()
}

/// A keystroke in an entry.
pub(super) fn splice(id: EntryId, stroke: &Keystroke) -> Command {
    Command::SpliceEntry { id, heads: None, at: stroke.at, delete: stroke.delete, insert: stroke.insert.clone() }
}

/// An entry cannot be added empty: it is emptied afterwards.
pub(super) fn new_entry() -> Command {
    Command::AddEntry {
        dimension: "1.6".to_owned(),
        kind: Kind::NotKnown,
        text: ".".to_owned(),
        said_by: None,
        first_hand_or_passed_on: None,
        basis: None,
        date: None,
        agreed: None,
    }
}

/// Empties what [`new_entry`] made.
pub(super) fn emptied(id: EntryId) -> Command {
    Command::SpliceEntry { id, heads: None, at: 0, delete: 1, insert: String::new() }
}

/// Adds empty entries by the first device of a room.
pub(super) fn new_entries(room: &mut Room, document: DocumentId, many: usize) -> anyhow::Result<Vec<EntryId>> {
    let entries = room.commands(AUTHOR, document, &vec![new_entry(); many])?;
    ensure!(entries.len() == many, "entries without ids");
    room.commands(AUTHOR, document, &entries.iter().map(|id| emptied(*id)).collect::<Vec<_>>())?;
    room.settle()?;
    Ok(entries)
}
