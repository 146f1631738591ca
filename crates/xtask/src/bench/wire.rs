//! Bytes of the frames that follow a document.

use kith_group::{DeviceId, DocumentId, Random, Signature, SystemRandom};
use kith_sync::wire::ClientMessage;

use super::Figure;

#[allow(clippy::cast_precision_loss)] // Frames are far smaller than 2^52 bytes.
pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let document = DocumentId::random(&mut SystemRandom);
    let device = DeviceId::random(&mut SystemRandom);
    let mut signature = [0; 64];
    SystemRandom.fill(&mut signature);
    // The largest place in a log that a document of many years could reach.
    let ask = ClientMessage::CatchUp { document, from: u64::from(u32::MAX) }.to_frame().len();
    let prove = ClientMessage::Prove { document, device, signature: Signature(signature) }.to_frame().len();
    let what = format!("wire: catch-up ask per document (the leaf key's proof apart: {prove} bytes)");
    Ok(vec![Figure { what, unit: "bytes", floor: None, ours: ask as f64, target: 64.0 }])
}
