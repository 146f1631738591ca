//! What text is accepted, and how much of it.
//!
//! Text is stored as typed: right-to-left and combining characters, emoji and marks of direction are kept exactly, and nothing is
//! neutralised in silence. Refused are control characters, which no person types and which can rewrite a terminal. Only the line
//! ends of other systems (CR LF, CR) become LF, so that a paste from a word processor is not refused.

use crate::Refusal;

/// The longest entry, purpose answer or differing view, in UTF-16 code units: some 35 printed pages.
pub const TEXT_LIMIT: usize = 100_000;

/// The most that one command may insert, in bytes of the Automerge change that will hold it: a change must fit in one record of
/// 64 KiB with its signature and padding (protocol "Smaller"). A larger paste is refused before it is stored, or split by the editor.
pub const INSERT_LIMIT: usize = 58_000;

/// The longest title, in UTF-16 code units.
pub const TITLE_LIMIT: usize = 200;

/// The longest name, agency, role or "said by", in UTF-16 code units.
pub const NAME_LIMIT: usize = 120;

/// The longest reason for taking something back, in UTF-16 code units.
pub const WHY_LIMIT: usize = 1_000;

/// Length in UTF-16 code units, as positions are counted (protocol 6).
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// At most how many bytes a change takes that inserts these texts: their UTF-8, and Automerge's run-length column of widths, which
/// starts a run of at most three bytes wherever a character is wider or narrower than the one before.
fn change_bytes<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    let (mut bytes, mut last) = (0, 0);
    for character in texts.flat_map(str::chars) {
        let width = character.len_utf8();
        bytes += width + if width == last { 0 } else { 3 };
        last = width;
    }
    bytes
}

/// Refuses what would not fit in one record.
pub(crate) fn at_once<'a>(texts: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let bytes = change_bytes(texts);
    if bytes > INSERT_LIMIT { Err(Refusal::TooMuchAtOnce { bytes, limit: INSERT_LIMIT }) } else { Ok(()) }
}

/// Prose: several lines, not empty.
pub(crate) fn prose(what: &'static str, text: &str, limit: usize) -> Result<String, Refusal> {
    let text = fragment(what, text, limit)?;
    if text.trim().is_empty() {
        return Err(Refusal::Empty { what });
    }
    Ok(text)
}

/// A piece of prose: may be empty. Measures before it copies, so that 10 MB is refused at once.
pub(crate) fn fragment(what: &'static str, text: &str, limit: usize) -> Result<String, Refusal> {
    let length = units(text);
    if length > limit {
        return Err(Refusal::TooLong { what, length, limit });
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    refuse_controls(what, &text, &['\n', '\t'])?;
    Ok(text)
}

/// A label: one line, trimmed, not empty.
pub(crate) fn line(what: &'static str, text: &str, limit: usize) -> Result<String, Refusal> {
    let length = units(text);
    if length > limit {
        return Err(Refusal::TooLong { what, length, limit });
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Empty { what });
    }
    if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return Err(Refusal::OneLine { what });
    }
    refuse_controls(what, text, &[])?;
    Ok(text.to_owned())
}

fn refuse_controls(what: &'static str, text: &str, allowed: &[char]) -> Result<(), Refusal> {
    match text.chars().find(|c| c.is_control() && !allowed.contains(c)) {
        Some(character) => Err(Refusal::ControlCharacter { what, code: character as u32 }),
        None => Ok(()),
    }
}

/// Text that may have come from anybody, for a terminal: control characters other than line ends and tabs are shown as U+FFFD.
pub(crate) fn for_terminal(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
