//! What a guest may read again with link and code word: sealed by the practitioner's program, handed out by the relay within a window.

use minicbor::{Decode, Encode};

use super::keys;
use super::link::GuestLink;
use super::said::CodeWord;
use crate::format::{self, Format};
use crate::seal::Secret;
use crate::{FormatError, Random};

/// The most that it may take, sealed, in bytes.
pub const MAX_READING: usize = 128 * 1024;

const READING: Format = Format { what: "answer for a guest", version: 1, limit: MAX_READING };
const READING_PREFIX: &[u8] = b"kith guest reading 1";
const MAX_POINTS: usize = 64;

/// What was done with one thing that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Outcome {
    /// "We used it."
    #[n(0)]
    Used,
    /// "Not yet."
    #[n(1)]
    NotYet,
    /// "We did not use it."
    #[n(2)]
    NotUsed,
    /// "We want to ask you more."
    #[n(3)]
    AskMore,
}

/// The answer to one thing that was said.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Point {
    /// What the guest had said.
    #[n(0)]
    pub said: String,
    /// What was done.
    #[n(1)]
    pub outcome: Outcome,
    /// Where and what, or why.
    #[n(2)]
    pub words: String,
    /// What it is called when the guest says whether it is fair; empty: that is not asked.
    #[n(3)]
    pub id: String,
}

/// A part of the summary, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SharedPart {
    /// What it is called when the guest says whether it is right.
    #[n(0)]
    pub id: String,
    /// Its heading.
    #[n(1)]
    pub heading: String,
    /// The plain-language twin that its author confirmed.
    #[n(2)]
    pub text: String,
}

/// Something that is going to be done.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SharedAction {
    /// What it is called when the guest says whether it is right, like a part; empty: that is not asked.
    #[n(0)]
    pub id: String,
    /// What.
    #[n(1)]
    pub what: String,
    /// "Why we do this."
    #[n(2)]
    pub why: String,
}

/// A reply that stands beside the summary, by somebody who agreed that this audience reads it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SharedReply {
    /// Whose: "you", "a young person", "a parent or carer".
    #[n(0)]
    pub whose: String,
    /// In their words.
    #[n(1)]
    pub words: String,
}

/// A version of the summary for one audience (R17).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SharedSummary {
    /// Which version: a reply names it.
    #[n(0)]
    pub version: String,
    /// The day on which it was shared, `YYYY-MM-DD`.
    #[n(1)]
    pub shared_on: String,
    /// The parts.
    #[n(2)]
    pub parts: Vec<SharedPart>,
    /// What is going to be done.
    #[n(3)]
    pub actions: Vec<SharedAction>,
    /// Replies beside it.
    #[n(4)]
    pub replies: Vec<SharedReply>,
}

/// What a guest reads.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Reading {
    /// The day on which the holder read it, `YYYY-MM-DD`; none: not read yet.
    #[n(0)]
    pub read_on: Option<String>,
    /// Whether the holder is late.
    #[n(1)]
    pub late: bool,
    /// The answers.
    #[n(2)]
    pub points: Vec<Point>,
    /// The summary, if a version for this guest is shared.
    #[n(3)]
    pub summary: Option<SharedSummary>,
    /// What they have answered to what agreement asks, in words, newest last: so that they see what counts now.
    #[n(4)]
    pub agreed: Vec<String>,
}

/// Seals it for the guest who chose the code word.
pub fn seal_reading(
    link: &GuestLink,
    code: &CodeWord,
    reading: &Reading,
    random: &mut dyn Random,
) -> Result<Vec<u8>, FormatError> {
    if reading.points.len() > MAX_POINTS {
        return Err(READING.malformed());
    }
    let mut plain = Vec::new();
    format::write(&mut plain, reading);
    let padded = crate::seal::pad(&plain, crate::seal::bucket((plain.len() + 1).max(1_024)));
    let mut sealed = vec![READING.version];
    sealed.extend_from_slice(&keys::seal(&Secret(code.key), &associated(link), &padded, random));
    READING.check_length(sealed.len())?;
    Ok(sealed)
}

/// Opens it. The page does this; here it is for tests.
pub fn open_reading(link: &GuestLink, key: &[u8; 32], sealed: &[u8]) -> Result<Reading, FormatError> {
    let sealed = READING.payload(sealed)?;
    let padded = keys::open(&Secret(*key), &associated(link), sealed).ok_or_else(|| READING.does_not_open())?;
    let plain = crate::seal::unpad(&padded).ok_or_else(|| READING.malformed())?;
    format::read(plain).ok_or_else(|| READING.malformed())
}

fn associated(link: &GuestLink) -> Vec<u8> {
    [READING_PREFIX, link.id().as_bytes()].concat()
}
