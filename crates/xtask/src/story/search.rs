//! Looking for words of an assessment where none may be: in files and in the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Two neighbouring words are looked for from this length on: single ones stand in any log and schema, short ones in any megabyte
/// of random bytes by chance.
const SHORTEST_PAIR: usize = 10;

/// Names are looked for from this length on.
const SHORTEST_NAME: usize = 5;

/// Words to look for, in every form in which they could lie in a file.
pub(super) struct Words {
    words: BTreeSet<String>,
    /// Forms by their first four bytes; each with its word.
    forms: HashMap<[u8; 4], Vec<(Vec<u8>, String)>>,
}

impl Words {
    /// Of names (whole and in parts) and of texts (whole beginnings and every two neighbouring words).
    pub(super) fn of(names: &BTreeSet<String>, texts: &BTreeSet<String>) -> Self {
        let mut words = BTreeSet::new();
        for name in names {
            words.insert(name.clone());
            words.extend(parts(name, SHORTEST_NAME));
        }
        for text in texts {
            words.extend(pairs(text));
            // Beginnings of sentences: what a reader of the file would recognise first.
            words.insert(text.chars().take(24).collect());
        }
        words.retain(|word| word.len() >= SHORTEST_NAME);
        let mut forms: HashMap<[u8; 4], Vec<(Vec<u8>, String)>> = HashMap::new();
        for word in &words {
            let written = BTreeSet::from([word.clone(), word.to_lowercase(), word.to_uppercase()]);
            for written in written {
                let wide: Vec<u8> = written.encode_utf16().flat_map(u16::to_le_bytes).collect();
                for form in [written.into_bytes(), wide] {
                    if let Some(first) = form.first_chunk::<4>() {
                        forms.entry(*first).or_default().push((form, word.clone()));
                    }
                }
            }
        }
        Self { words, forms }
    }

    /// How many different words these are.
    pub(super) fn count(&self) -> usize {
        self.words.len()
    }

    /// Those of them that stand in `bytes`.
    pub(super) fn found_in(&self, bytes: &[u8]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (at, window) in bytes.windows(4).enumerate() {
            let Some(forms) = <[u8; 4]>::try_from(window).ok().and_then(|first| self.forms.get(&first)) else { continue };
            let rest = bytes.get(at..).unwrap_or_default();
            found.extend(forms.iter().filter(|(form, _)| rest.starts_with(form)).map(|(_, word)| word.clone()));
        }
        found
    }

    /// The same words without some: those that stood there before anybody wrote a word.
    pub(super) fn without(mut self, known: &BTreeSet<String>) -> Self {
        self.words.retain(|word| !known.contains(word));
        for forms in self.forms.values_mut() {
            forms.retain(|(_, word)| !known.contains(word));
        }
        self
    }
}

fn parts(text: &str, shortest: usize) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(move |word| word.chars().count() >= shortest).map(str::to_owned)
}

/// Every two neighbouring words, as they stand.
fn pairs(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<&str> = text.split(' ').collect();
    let pairs: Vec<String> = words.windows(2).map(|pair| pair.join(" ")).collect();
    pairs.into_iter().filter(|pair| pair.len() >= SHORTEST_PAIR)
}

/// Every file below a folder, with what is in it. These stores are open in this process and in no other.
pub(super) fn files(folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("{} cannot be listed", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
                found.insert(path, bytes);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_word_is_found_in_every_form_and_in_the_middle_of_anything() {
        let words = Words::of(&set(&["Priya Marsh"]), &set(&["Nobody walks home alone."]));
        assert!(words.found_in(b"\x00\xffxxNOBODY WALKSxx").contains("Nobody walks"));
        assert!(words.found_in(b"..marsh..").contains("Marsh"));
        let wide: Vec<u8> = "Priya Marsh".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(words.found_in(&wide).contains("Priya Marsh"));
        assert!(words.found_in(b"Priy Mars Nobod").is_empty());
        assert!(words.without(&set(&["Marsh"])).found_in(b"marsh").is_empty());
    }
}
