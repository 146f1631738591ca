//! Bytes that leave a device: the question with which it follows a document, and a day of typing offline.

use anyhow::{Context as _, ensure};
use kith_assessment::Command;
use kith_group::{DeviceId, DocumentId, Random, Signature, SystemRandom};
use kith_sync::wire::ClientMessage;
use kith_tests::traces::{Positions, sequential};

use super::Figure;
use super::record::{AUTHOR, new_entries};
use super::room::Room;

/// A recording with the times at which it was typed: what a change says about when it was made takes bytes, too.
const RECORDING: &str = "seph-blog1";

/// How many recorded edits make a day.
const DAY: usize = 10_000;

pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let mut figures = vec![catch_up_ask()];
    figures.extend(offline_day()?);
    Ok(figures)
}

#[allow(clippy::cast_precision_loss)] // Frames are far smaller than 2^52 bytes.
fn catch_up_ask() -> Figure {
    let document = DocumentId::random(&mut SystemRandom);
    let device = DeviceId::random(&mut SystemRandom);
    let mut signature = [0; 64];
    SystemRandom.fill(&mut signature);
    // The largest place in a log that a document of many years could reach.
    let ask = ClientMessage::CatchUp { document, from: u64::from(u32::MAX) }.to_frame().len();
    let prove = ClientMessage::Prove { document, device, signature: Signature(signature) }.to_frame().len();
    let what = format!("wire: catch-up ask per document (the leaf key's proof apart: {prove} bytes)");
    Figure { what, unit: "bytes", floor: None, ours: ask as f64, target: 64.0 }
}

/// A real core, offline, types the first edits of a recording, one change each, at the times at which they were typed; then it is
/// connected. Counted is every byte of every append that leaves it.
#[allow(clippy::cast_precision_loss)] // As above.
fn offline_day() -> anyhow::Result<Option<Figure>> {
    let Some(recording) = sequential(RECORDING)? else { return Ok(None) };
    let folder = tempfile::tempdir()?;
    let steps = recording.steps.get(..DAY).unwrap_or(&recording.steps);
    let began = steps.first().map_or(0, |step| step.time.as_millisecond());
    let mut room = Room::new(&folder.path().join("relay"), "ws://127.0.0.1:1", began)?;
    room.enter(&folder.path().join("author"), "Ines Calder")?;
    let document = room.found(AUTHOR)?;
    room.connect(AUTHOR)?;
    let id = *new_entries(&mut room, document, 1)?.first().context("no entry was made")?;
    room.disconnect(AUTHOR)?;
    let mut positions = Positions::default();
    let mut changes = 0;
    for step in steps {
        room.now_ms = room.now_ms.max(step.time.as_millisecond());
        for patch in &step.patches {
            let (at, delete) = positions.utf16_splice(patch);
            let splice = Command::SpliceEntry { id, heads: None, at, delete, insert: patch.inserted.clone() };
            room.commands(AUTHOR, document, &[splice])?;
            positions.apply(patch);
            changes += 1;
        }
    }
    let sent = room.appended();
    room.connect(AUTHOR)?;
    let bytes = room.appended() - sent;
    ensure!(room.is_quiet(AUTHOR)?, "not everything was sent");
    let single =
        steps.iter().filter(|step| step.patches.iter().map(|p| p.deleted + p.inserted.chars().count()).sum::<usize>() == 1);
    let what = format!(
        "wire: a day offline per edit, seal and signature included ({changes} changes, {} of them one keystroke)",
        single.count()
    );
    Ok(Some(Figure { what, unit: "bytes", floor: None, ours: bytes as f64 / changes as f64, target: 4.0 }))
}
