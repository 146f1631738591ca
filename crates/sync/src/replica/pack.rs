//! Changes as a record's payload: raw, or as an Automerge bundle where that is smaller and provably the same (protocol 10).

use automerge::{Automerge, Bundle, Change, ChangeHash};

use super::guard::quietly;
use super::judge::parse;
use super::shape::{self, ShapeError};
use super::{Caps, Replica};

/// A payload of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packed {
    /// Kind 0: the raw changes.
    Changes(Vec<Vec<u8>>),
    /// Kind 1: one Automerge bundle, which unpacks to byte-equal raw changes in the same order.
    Bundled(Vec<u8>),
}

impl Packed {
    /// Its bytes, without any framing.
    pub fn size(&self) -> usize {
        match self {
            Self::Changes(changes) => changes.iter().map(Vec::len).sum(),
            Self::Bundled(bytes) => bytes.len(),
        }
    }
}

/// Why a payload does not unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// Not an Automerge bundle.
    #[error("it is not a bundle of changes")]
    NotABundle,
    /// It would unpack beyond a limit.
    #[error("it would unpack to more than any honest bundle")]
    TooLarge,
}

/// Below this a bundle is never smaller.
const FEWEST: usize = 2;

impl Replica {
    /// Packs changes that are in the document (own unsent ones, or others' to be carried), as small as is proved to be the same.
    pub fn pack(&self, raw: &[Vec<u8>]) -> Packed {
        bundled(self.doc(), raw, &self.rules.caps).unwrap_or_else(|| Packed::Changes(raw.to_vec()))
    }

    /// Packs as [`Replica::pack`] does, in as many payloads as it takes for none to exceed `limit` bytes. A single change beyond `limit`
    /// stays one payload.
    pub fn pack_within(&self, raw: &[Vec<u8>], limit: usize) -> Vec<Packed> {
        if raw.is_empty() {
            return Vec::new();
        }
        let packed = self.pack(raw);
        if packed.size() <= limit || raw.len() == 1 {
            return vec![packed];
        }
        let (first, second) = raw.split_at(raw.len() / 2);
        let mut all = self.pack_within(first, limit);
        all.extend(self.pack_within(second, limit));
        all
    }
}

fn bundled(doc: &Automerge, raw: &[Vec<u8>], caps: &Caps) -> Option<Packed> {
    let plain = raw.iter().map(Vec::len).sum::<usize>();
    if raw.len() < FEWEST {
        return None;
    }
    let hashes = raw.iter().map(|raw| parse(raw, caps).map(|change| change.hash()).ok()).collect::<Option<Vec<ChangeHash>>>()?;
    let bytes = quietly(|| doc.bundle(hashes).map(|bundle| bundle.bytes().to_vec())).ok()?.ok()?;
    if bytes.len() >= plain {
        return None;
    }
    // Automerge calls bundles experimental: what is sent is what has been unpacked again just now.
    let back = unpack(&bytes, caps).ok()?;
    (back == raw).then_some(Packed::Bundled(bytes))
}

/// Unpacks an Automerge bundle (payload kind 1) to raw changes. They are judged afterwards like any others.
///
/// # Errors
/// [`UnpackError`]. Memory and time are bounded by `caps` whatever the bytes are.
pub fn unpack(bytes: &[u8], caps: &Caps) -> Result<Vec<Vec<u8>>, UnpackError> {
    shape::bundle(bytes, caps).map_err(|error| match error {
        ShapeError::Malformed => UnpackError::NotABundle,
        ShapeError::TooLarge => UnpackError::TooLarge,
    })?;
    let unpacked = quietly(|| -> Option<Vec<Change>> { Bundle::try_from(bytes).ok()?.to_changes().ok() });
    let changes = unpacked.ok().flatten().ok_or(UnpackError::NotABundle)?;
    let size = changes.iter().map(|change| change.raw_bytes().len() as u64).sum::<u64>();
    if size > caps.unpacked {
        return Err(UnpackError::TooLarge);
    }
    Ok(changes.iter().map(|change| change.raw_bytes().to_vec()).collect())
}
