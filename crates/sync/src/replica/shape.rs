//! What an Automerge chunk would unfold to, found without unfolding it.
//!
//! Automerge's columns are run-length coded and may be deflated, so a hundred bytes can claim 2^60 operations: its parser would loop
//! or allocate until the process dies, which no `catch_unwind` stops. Everything from outside is therefore walked here first.

use std::io::Read;

use sha2::{Digest as _, Sha256};

use super::caps::Caps;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Bytes of a chunk's checksum.
const CHECKSUM: usize = 4;
/// Header bytes before the length: magic, checksum, type.
const FIXED: usize = 9;

const DOCUMENT: u8 = 0;
const CHANGE: u8 = 1;
const BUNDLE: u8 = 3;

const GROUP: u32 = 0;
const DELTA: u32 = 3;
const BOOLEAN: u32 = 4;
const STRING: u32 = 5;
const RAW: u32 = 7;
const DEFLATED: u32 = 8;

/// The bundle's column of operation numbers in its older form, which lets a change claim any number of operations.
const LEGACY_NUMBERS: u32 = (2 << 4) | DELTA;

/// Why a chunk is not handed to Automerge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShapeError {
    /// Not one whole chunk of the expected type.
    Malformed,
    /// It would unfold beyond a limit.
    TooLarge,
}

/// The limits for one chunk.
struct Limits {
    rows: u64,
    inflated: u64,
}

/// One raw change: uncompressed, exactly one chunk.
pub(super) fn change(raw: &[u8], caps: &Caps) -> Result<(), ShapeError> {
    if raw.len() > caps.change {
        return Err(ShapeError::TooLarge);
    }
    let mut limits = Limits { rows: caps.operations, inflated: caps.change as u64 };
    // A compressed change (type 2) is another spelling of the same change; only the plain one is admitted.
    let mut body = chunk(raw, CHANGE)?;
    body.hashes()?;
    body.prefixed()?;
    body.unsigned()?;
    body.unsigned()?;
    body.signed()?;
    body.prefixed()?;
    body.list()?;
    let columns = body.columns()?;
    columns.walk(&mut body, &mut limits)
}

/// The parts of a raw change that [`change`] has walked: enough to leave some of them out and to put them back.
pub(super) struct Parts<'a> {
    /// The hashes of its dependencies, one after the other.
    pub(super) deps: &'a [u8],
    pub(super) actor: &'a [u8],
    /// What comes after the actor.
    pub(super) rest: &'a [u8],
}

/// Takes a raw change apart.
pub(super) fn parts(raw: &[u8]) -> Result<Parts<'_>, ShapeError> {
    let mut body = chunk(raw, CHANGE)?;
    let deps = body.hashes()?;
    let actor = body.prefixed()?;
    Ok(Parts { deps, actor, rest: body.0 })
}

/// The number of the first operation, from the bytes after the actor.
pub(super) fn first_operation(rest: &[u8]) -> Result<u64, ShapeError> {
    let mut walk = Walk(rest);
    walk.unsigned()?;
    walk.unsigned()
}

/// The raw change of these parts: what [`parts`] takes apart.
pub(super) fn joined(deps: &[[u8; 32]], actor: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(deps.len() * 32 + actor.len() + rest.len() + 8);
    put_unsigned(&mut body, deps.len() as u64);
    body.extend(deps.iter().flatten());
    put_unsigned(&mut body, actor.len() as u64);
    body.extend_from_slice(actor);
    body.extend_from_slice(rest);
    let mut hashed = vec![CHANGE];
    put_unsigned(&mut hashed, body.len() as u64);
    hashed.extend_from_slice(&body);
    // The checksum of a chunk is the beginning of the hash of what follows it.
    let hash = Sha256::digest(&hashed);
    let mut raw = Vec::with_capacity(MAGIC.len() + CHECKSUM + hashed.len());
    raw.extend_from_slice(&MAGIC);
    raw.extend(hash.iter().take(CHECKSUM));
    raw.extend_from_slice(&hashed);
    raw
}

fn put_unsigned(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let part = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            bytes.push(part);
            return;
        }
        bytes.push(part | 0x80);
    }
}

/// One Automerge bundle.
pub(super) fn bundle(bytes: &[u8], caps: &Caps) -> Result<(), ShapeError> {
    let mut limits = Limits { rows: caps.operations, inflated: caps.unpacked };
    let mut body = chunk(bytes, BUNDLE)?;
    body.hashes()?;
    body.list()?;
    let changes = body.columns()?;
    let before = limits.rows;
    limits.rows = caps.changes as u64;
    changes.walk(&mut body, &mut limits)?;
    limits.rows = before;
    let operations = body.columns()?;
    if operations.0.iter().any(|column| column.spec == LEGACY_NUMBERS) {
        return Err(ShapeError::Malformed);
    }
    operations.walk(&mut body, &mut limits)
}

/// One saved document and nothing after it. Returns the actors that it names.
pub(super) fn document(bytes: &[u8], caps: &Caps) -> Result<Vec<Vec<u8>>, ShapeError> {
    if bytes.len() > caps.base {
        return Err(ShapeError::TooLarge);
    }
    let mut limits = Limits { rows: caps.base_operations, inflated: caps.inflated };
    let mut body = chunk(bytes, DOCUMENT)?;
    let actors = body.list()?;
    body.hashes()?;
    let changes = body.columns()?;
    let operations = body.columns()?;
    changes.walk(&mut body, &mut limits)?;
    operations.walk(&mut body, &mut limits)?;
    Ok(actors)
}

/// Exactly one chunk of `kind`: its body.
fn chunk(bytes: &[u8], kind: u8) -> Result<Walk<'_>, ShapeError> {
    let mut walk = Walk(bytes);
    let fixed = walk.take(FIXED)?;
    if fixed.get(..4) != Some(&MAGIC) || fixed.last() != Some(&kind) {
        return Err(ShapeError::Malformed);
    }
    let length = walk.unsigned()?;
    if length != walk.0.len() as u64 {
        return Err(ShapeError::Malformed);
    }
    Ok(walk)
}

struct Column {
    spec: u32,
    length: usize,
}

struct Columns(Vec<Column>);

impl Columns {
    fn walk(&self, body: &mut Walk<'_>, limits: &mut Limits) -> Result<(), ShapeError> {
        for column in &self.0 {
            let data = body.take(column.length)?;
            let inflated;
            let data = if column.spec & DEFLATED == 0 {
                limits.inflated = limits.inflated.checked_sub(data.len() as u64).ok_or(ShapeError::TooLarge)?;
                data
            } else {
                inflated = inflate(data, limits)?;
                &inflated
            };
            rows(column.spec & 7, data, limits.rows)?;
        }
        Ok(())
    }
}

fn inflate(data: &[u8], limits: &mut Limits) -> Result<Vec<u8>, ShapeError> {
    let mut out = Vec::new();
    flate2::bufread::DeflateDecoder::new(data)
        .take(limits.inflated.saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|_| ShapeError::Malformed)?;
    limits.inflated = limits.inflated.checked_sub(out.len() as u64).ok_or(ShapeError::TooLarge)?;
    Ok(out)
}

/// Counts the rows of one column, and for a group column also the rows that it claims of its members.
fn rows(kind: u32, data: &[u8], limit: u64) -> Result<(), ShapeError> {
    let mut walk = Walk(data);
    let mut rows = 0u64;
    let mut members = 0u64;
    let within = |rows: u64| if rows > limit { Err(ShapeError::TooLarge) } else { Ok(()) };
    // A change may name several dependencies, an operation several predecessors; honest ones name few.
    let limit_of_members = limit.saturating_mul(4);
    match kind {
        RAW => return Ok(()),
        BOOLEAN => {
            while !walk.0.is_empty() {
                rows = rows.saturating_add(walk.unsigned()?);
                within(rows)?;
            }
            return Ok(());
        }
        _ => {}
    }
    while !walk.0.is_empty() {
        let run = walk.signed()?;
        match run {
            0 => rows = rows.saturating_add(walk.unsigned()?),
            run if run > 0 => {
                let value = walk.value(kind)?;
                rows = rows.saturating_add(run.unsigned_abs());
                if kind == GROUP {
                    members = members.saturating_add(value.saturating_mul(run.unsigned_abs()));
                }
            }
            literals => {
                rows = rows.saturating_add(literals.unsigned_abs());
                within(rows)?;
                for _ in 0..literals.unsigned_abs() {
                    let value = walk.value(kind)?;
                    if kind == GROUP {
                        members = members.saturating_add(value);
                    }
                }
            }
        }
        within(rows)?;
        if members > limit_of_members {
            return Err(ShapeError::TooLarge);
        }
    }
    Ok(())
}

struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ShapeError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(ShapeError::Malformed)?;
        self.0 = rest;
        Ok(head)
    }

    fn unsigned(&mut self) -> Result<u64, ShapeError> {
        let mut value = 0u64;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            let part = u64::from(byte & 0x7f);
            if index == 9 && part > 1 {
                break;
            }
            value |= part << (7 * index);
            if byte & 0x80 == 0 {
                self.0 = self.0.get(index + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(ShapeError::Malformed)
    }

    fn signed(&mut self) -> Result<i64, ShapeError> {
        let mut value = 0i64;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            let shift = 7 * index;
            value |= i64::from(byte & 0x7f).wrapping_shl(u32::try_from(shift).unwrap_or(63));
            if byte & 0x80 == 0 {
                if byte & 0x40 != 0 && shift + 7 < 64 {
                    value |= -1i64 << (shift + 7);
                }
                self.0 = self.0.get(index + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(ShapeError::Malformed)
    }

    fn prefixed(&mut self) -> Result<&'a [u8], ShapeError> {
        let length = usize::try_from(self.unsigned()?).map_err(|_| ShapeError::Malformed)?;
        self.take(length)
    }

    fn hashes(&mut self) -> Result<&'a [u8], ShapeError> {
        let bytes = self.unsigned()?.checked_mul(32).and_then(|bytes| usize::try_from(bytes).ok());
        self.take(bytes.ok_or(ShapeError::Malformed)?)
    }

    fn list(&mut self) -> Result<Vec<Vec<u8>>, ShapeError> {
        let count = self.unsigned()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.prefixed()?.to_vec());
        }
        Ok(items)
    }

    fn columns(&mut self) -> Result<Columns, ShapeError> {
        let count = self.unsigned()?;
        let mut columns = Vec::new();
        for _ in 0..count {
            let spec = u32::try_from(self.unsigned()?).map_err(|_| ShapeError::Malformed)?;
            let length = usize::try_from(self.unsigned()?).map_err(|_| ShapeError::Malformed)?;
            columns.push(Column { spec, length });
        }
        Ok(Columns(columns))
    }

    /// One value of a run-length column; the number itself where it is unsigned.
    fn value(&mut self, kind: u32) -> Result<u64, ShapeError> {
        match kind {
            STRING => self.prefixed().map(|_| 0),
            DELTA => self.signed().map(|_| 0),
            _ => self.unsigned(),
        }
    }
}
