//! Recordings of real people typing, used as test and benchmark input: "editing traces by Joseph Gentle, Martin Kleppmann and
//! JSON Joy, CC BY 4.0".
//!
//! The recordings are not part of this repository. They are looked for in the folder that `KITH_DATA` names, or in
//! `../shared/data` beside the workspace; where they are absent, what needs them says so and is skipped ([`sequential`] and
//! [`concurrent`] return `None`).
//!
//! Positions and lengths in a recording count Unicode code points. Kith counts UTF-16 code units (protocol 2): [`Positions`]
//! turns one into the other while a text grows.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::bufread::GzDecoder;
use jiff::Timestamp;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// One splice: at `position`, `deleted` code points go and `inserted` comes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(usize, usize, String)")]
pub struct Patch {
    /// In Unicode code points from the start of the text.
    pub position: usize,
    /// How many code points are taken out there.
    pub deleted: usize,
    /// What is put in their place.
    pub inserted: String,
}

impl From<(usize, usize, String)> for Patch {
    fn from((position, deleted, inserted): (usize, usize, String)) -> Self {
        Self { position, deleted, inserted }
    }
}

/// One step of a [`Sequential`] recording: its patches apply one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Step {
    /// When it was typed; 1970 where the recording has no times.
    #[serde(deserialize_with = "instant")]
    pub time: Timestamp,
    /// What was typed.
    pub patches: Vec<Patch>,
}

/// One writer's history from beginning to end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sequential {
    /// The text before the first step: empty in every recording used here.
    pub start_content: String,
    /// The text after the last step.
    pub end_content: String,
    /// In order.
    #[serde(rename = "txns")]
    pub steps: Vec<Step>,
}

/// One step of a [`Concurrent`] recording.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Transaction {
    /// Indexes of the earlier transactions whose merge this one was typed on; none means the empty text.
    pub parents: Vec<usize>,
    /// Who typed it, from 0.
    pub agent: usize,
    /// When it was typed; 1970 where the recording has no times.
    #[serde(deserialize_with = "instant")]
    pub time: Timestamp,
    /// What was typed.
    pub patches: Vec<Patch>,
}

/// Several writers' history, with who had seen what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Concurrent {
    /// How many writers there are.
    #[serde(rename = "numAgents")]
    pub agents: usize,
    /// The text when all transactions are merged.
    pub end_content: String,
    /// Parents before children.
    #[serde(rename = "txns")]
    pub transactions: Vec<Transaction>,
}

/// RFC 3339, with any offset.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// The folder that holds the recordings, if this machine has it.
pub fn folder() -> Option<PathBuf> {
    let data = match std::env::var_os("KITH_DATA") {
        Some(named) => PathBuf::from(named),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
    };
    let folder = data.join("editing-traces");
    folder.is_dir().then_some(folder)
}

/// One of the recordings of a single writer, such as `automerge-paper`.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn sequential(name: &str) -> anyhow::Result<Option<Sequential>> {
    read(&format!("sequential/{name}.json.gz"))
}

/// One of the recordings of several writers at once: `friendsforever` or `clownschool`.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn concurrent(name: &str) -> anyhow::Result<Option<Concurrent>> {
    read(&format!("concurrent/{name}.json.gz"))
}

#[allow(clippy::print_stderr)] // A test that is skipped in silence looks like one that passed.
fn read<T: DeserializeOwned>(path: &str) -> anyhow::Result<Option<T>> {
    let found = folder().map(|folder| folder.join(path)).filter(|path| path.is_file());
    let Some(found) = found else {
        eprintln!("skipped: the recording {path} is not on this machine (set KITH_DATA to the folder that holds editing-traces)");
        return Ok(None);
    };
    let file = File::open(&found).with_context(|| format!("cannot open the recording {path}"))?;
    let trace = serde_json::from_reader(BufReader::new(GzDecoder::new(BufReader::new(file))));
    trace.map(Some).with_context(|| format!("cannot read the recording {path}"))
}

/// Where the characters of a text stand that take two UTF-16 code units, so that a position in code points can be turned into
/// one in code units without a walk through the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions {
    /// Code-point positions, ascending.
    wide: Vec<usize>,
}

impl Positions {
    /// Of a text that stands already.
    pub fn of(text: &str) -> Self {
        Self { wide: wide_in(text, 0).collect() }
    }

    /// The UTF-16 position of the code point at `position`.
    pub fn utf16(&self, position: usize) -> usize {
        position + self.wide.partition_point(|&wide| wide < position)
    }

    /// The patch as (position, deleted) in UTF-16 code units, of the text as it stands before the patch.
    pub fn utf16_splice(&self, patch: &Patch) -> (usize, usize) {
        let from = self.utf16(patch.position);
        (from, self.utf16(patch.position + patch.deleted) - from)
    }

    /// Follows the text through the patch.
    pub fn apply(&mut self, patch: &Patch) {
        let inserted = patch.inserted.chars().count();
        let first = self.wide.partition_point(|&wide| wide < patch.position);
        let last = self.wide.partition_point(|&wide| wide < patch.position + patch.deleted);
        for wide in self.wide.iter_mut().skip(last) {
            *wide = *wide + inserted - patch.deleted;
        }
        self.wide.splice(first..last, wide_in(&patch.inserted, patch.position));
    }
}

/// Positions of the characters outside the basic plane, counted from `start`.
fn wide_in(text: &str, start: usize) -> impl Iterator<Item = usize> {
    text.chars().enumerate().filter(|(_, character)| character.len_utf16() == 2).map(move |(position, _)| start + position)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replays on code points and, by way of [`Positions`], on UTF-16 code units: both must end in the recorded text.
    fn replay(start: &str, patches: impl Iterator<Item = Patch>) -> (String, String) {
        let mut text: Vec<char> = start.chars().collect();
        let mut units: Vec<u16> = start.encode_utf16().collect();
        let mut positions = Positions::of(start);
        for patch in patches {
            let (from, deleted) = positions.utf16_splice(&patch);
            units.splice(from..from + deleted, patch.inserted.encode_utf16());
            text.splice(patch.position..patch.position + patch.deleted, patch.inserted.chars());
            positions.apply(&patch);
        }
        (text.iter().collect(), String::from_utf16(&units).expect("no splice cuts a pair in two"))
    }

    fn assert_replays(name: &str) {
        let Some(trace) = sequential(name).expect("a recording that is here can be read") else { return };
        let patches = trace.steps.into_iter().flat_map(|step| step.patches);
        let (text, units) = replay(&trace.start_content, patches);
        assert!(text == trace.end_content, "{name} in code points ends in another text than the recorded one");
        assert!(units == trace.end_content, "{name} in UTF-16 ends in another text than the recorded one");
    }

    #[test]
    fn a_flat_recording_replays_to_its_recorded_text() {
        assert_replays("friendsforever_flat");
        assert_replays("clownschool_flat");
    }

    #[test]
    fn a_recording_with_other_scripts_replays_to_its_recorded_text() {
        assert_replays("json-crdt-blog-post");
        assert_replays("json-crdt-patch");
    }

    #[test]
    fn a_concurrent_recording_names_parents_before_children() {
        for name in ["friendsforever", "clownschool"] {
            let Some(trace) = concurrent(name).expect("a recording that is here can be read") else { continue };
            assert!(trace.agents >= 2);
            for (index, transaction) in trace.transactions.iter().enumerate() {
                assert!(transaction.agent < trace.agents);
                assert!(transaction.parents.iter().all(|&parent| parent < index), "{name}: transaction {index}");
            }
        }
    }

    #[test]
    fn positions_follow_characters_of_two_code_units() {
        let patch = |position, deleted, inserted: &str| Patch { position, deleted, inserted: inserted.into() };
        let patches = [patch(0, 0, "a🙂b🙂c"), patch(1, 1, "é🎈🎈"), patch(0, 1, ""), patch(2, 2, "🙂🙂x"), patch(5, 1, "")];
        let (text, units) = replay("", patches.into_iter());
        assert_eq!(text, units);
        assert_eq!(Positions::of("a🙂b").utf16(2), 3);
    }

    #[test]
    fn a_recording_that_is_absent_is_none_and_no_error() {
        assert_eq!(sequential("no-such-recording").expect("absence is not an error"), None);
    }
}
