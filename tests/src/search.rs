//! Looks for words where they must not be: in every form in which a program could leave them behind.
//!
//! Everything here is for tests: what does not go as it must ends the test with a sentence.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use aho_corasick::AhoCorasick;
use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

use crate::processes::every_file;

/// Fewer bytes than these stand in random bytes by chance, sooner or later: such a form is not looked for.
const SHORTEST: usize = 5;

/// Words, or keys, in every form in which they could lie somewhere.
#[derive(Debug)]
pub struct Needles {
    /// The word and the name of its form, for each pattern.
    named: Vec<(String, &'static str)>,
    patterns: AhoCorasick,
}

/// How a text or a key is written down elsewhere, beside as it is: what each form is called, and its bytes. In base32 and base64 a word
/// looks different at each offset within a group: the characters that do not depend on its neighbours are looked for.
fn encoded(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("hex", HEXLOWER.encode(bytes).into_bytes())];
    for (form, encoding, group) in
        [("base64", &BASE64_NOPAD, 3), ("base64url", &BASE64URL_NOPAD, 3), ("base32", &BASE32_NOPAD, 5)]
    {
        for offset in 0..group {
            let shifted = [&vec![0; offset][..], bytes].concat();
            let (from, whole) = (offset.div_ceil(group) * group, shifted.len() / group * group);
            forms.extend(shifted.get(from..whole).map(|inner| (form, encoding.encode(inner).into_bytes())));
        }
    }
    forms
}

/// A text as it stands in an address.
fn in_an_address(text: &str) -> String {
    let byte = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02x}") };
    text.bytes().map(byte).collect()
}

impl Needles {
    /// Every form of every word: large and small letters are one.
    pub fn of(words: &[&str]) -> Self {
        let mut all = Vec::new();
        for word in words {
            // Base32 and base64 of other letters are other characters; and not all letters are ASCII.
            for spelt in [(*word).to_owned(), word.to_lowercase(), word.to_uppercase()] {
                all.push((*word, "as it is", spelt.clone().into_bytes()));
                all.push((*word, "in an address", in_an_address(&spelt).into_bytes()));
                all.push((*word, "UTF-16LE", spelt.encode_utf16().flat_map(u16::to_le_bytes).collect()));
                all.push((*word, "UTF-16BE", spelt.encode_utf16().flat_map(u16::to_be_bytes).collect()));
                all.extend(encoded(spelt.as_bytes()).into_iter().map(|(form, bytes)| (*word, form, bytes)));
            }
        }
        Self::build(all)
    }

    /// Every form of keys, each with a name to say when it is found.
    pub fn of_keys(keys: &[(&str, &[u8])]) -> Self {
        let mut all = Vec::new();
        for (name, key) in keys {
            all.push((*name, "as it is", key.to_vec()));
            all.extend(encoded(key).into_iter().map(|(form, bytes)| (*name, form, bytes)));
        }
        Self::build(all)
    }

    fn build(all: Vec<(&str, &'static str, Vec<u8>)>) -> Self {
        let long: Vec<_> = all.into_iter().filter(|(_, _, bytes)| bytes.len() >= SHORTEST).collect();
        let patterns = AhoCorasick::builder().ascii_case_insensitive(true).build(long.iter().map(|(_, _, bytes)| bytes)).unwrap();
        Self { named: long.into_iter().map(|(word, form, _)| (word.to_owned(), form)).collect(), patterns }
    }

    /// Where one of them stands, in words.
    pub fn found(&self, bytes: &[u8]) -> Option<String> {
        let hit = self.patterns.find(bytes)?;
        let (word, form) = &self.named[hit.pattern().as_usize()];
        Some(format!("\"{word}\" ({form}) at byte {}", hit.start()))
    }

    /// None of them stands in any file below a folder; how many files there are.
    ///
    /// # Panics
    /// If one does.
    pub fn nowhere_in(&self, folder: &Path, when: &str) -> usize {
        let files = every_file(folder);
        for (path, bytes) in &files {
            if let Some(found) = self.found(bytes) {
                panic!("{found} of {} {when}", path.display());
            }
        }
        files.len()
    }
}
