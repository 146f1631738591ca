//! Recorded typing, one keystroke at a time, in one text or dealt over several as if the text had so many sections.

use anyhow::{Context as _, ensure};
use kith_tests::traces::Sequential;

/// One keystroke in one of the texts that a recording is dealt over. Positions are UTF-16 code units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keystroke {
    /// Which text, from 0.
    pub(super) field: usize,
    /// Where in it.
    pub(super) at: usize,
    /// How much goes there: 0 or 1.
    pub(super) delete: usize,
    /// What comes there: nothing or one character.
    pub(super) insert: String,
}

/// Cuts a recording's text into `fields` sections of as many inserted characters each, and gives every keystroke to the section
/// that its character belongs to. Pastes and cuts are taken apart, one keystroke a character.
///
/// # Errors
/// A recording that starts with text, leaves its own text, or has a character of two UTF-16 code units.
pub(super) fn dealt(recording: &Sequential, fields: usize) -> anyhow::Result<Vec<Keystroke>> {
    ensure!(recording.start_content.is_empty(), "this recording starts with text");
    // Characters by number from 1; `next` links all that ever were, in the order of the text, from the text's start (0).
    let mut next = vec![0_usize];
    let mut here: Vec<usize> = Vec::new();
    let mut strokes: Vec<(usize, Option<char>, usize)> = Vec::new();
    for patch in recording.steps.iter().flat_map(|step| &step.patches) {
        ensure!(patch.position + patch.deleted <= here.len(), "this recording leaves its own text");
        for gone in here.drain(patch.position..patch.position + patch.deleted) {
            strokes.push((gone, None, patch.position));
        }
        for (at, character) in (patch.position..).zip(patch.inserted.chars()) {
            ensure!(character.len_utf16() == 1, "this recording has a character of two code units");
            let left = at.checked_sub(1).and_then(|left| here.get(left)).copied().unwrap_or(0);
            let new = next.len();
            let after = std::mem::replace(next.get_mut(left).context("a character without a number")?, new);
            next.push(after);
            here.insert(at, new);
            strokes.push((new, Some(character), at));
        }
    }
    let mut section = vec![0; next.len()];
    let (mut character, mut rank) = (next.first().copied().unwrap_or(0), 0);
    while character != 0 {
        section[character] = rank * fields / next.len();
        (character, rank) = (next[character], rank + 1);
    }
    let mut lengths = vec![0_usize; fields];
    let dealt = strokes.into_iter().map(|(character, inserted, at)| {
        let field = section[character];
        // Sections follow each other in the text, so everything of those before stands before.
        let at = at - lengths.iter().take(field).sum::<usize>();
        match inserted {
            Some(_) => lengths[field] += 1,
            None => lengths[field] -= 1,
        }
        Keystroke { field, at, delete: usize::from(inserted.is_none()), insert: inserted.map(String::from).unwrap_or_default() }
    });
    Ok(dealt.collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sections_typed_apart_are_the_recorded_text_when_put_together() {
        let json = r#"{"startContent": "", "endContent": "bXYe", "txns": [
            {"time": "2021-04-19T06:06:58Z", "patches": [[0, 0, "abcde"]]},
            {"time": "2021-04-19T06:06:59Z", "patches": [[2, 2, "XY"], [0, 1, ""]]}]}"#;
        let recording: Sequential = serde_json::from_str(json).unwrap();
        for fields in 1..=4 {
            let mut texts = vec![String::new(); fields];
            for Keystroke { field, at, delete, insert } in dealt(&recording, fields).unwrap() {
                texts[field].replace_range(at..at + delete, &insert);
            }
            assert_eq!(texts.concat(), recording.end_content, "{fields}");
        }
    }
}
