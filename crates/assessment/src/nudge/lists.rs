//! The lists that the rules read: versioned files that ship with Kith, and what a local authority adds to them or takes out (R11).

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::fold::fold_text;
use super::phrases::{Mark, MarkFile, Phrases};

const MARKS: &str = include_str!("../../nudges/marks.json");
const WORDS: &str = include_str!("../../nudges/words.txt");
const CAPITALS: &str = include_str!("../../nudges/capitals.txt");
const GIVEN_NAMES: &str = include_str!("../../nudges/given-names.txt");
const SHORT_FORMS: &str = include_str!("../../nudges/short-forms.txt");

/// Endings by which words are made from those of the list, longest first, with what they may stand for.
const ENDINGS: [(&str, &[&str]); 27] = [
    ("fulness", &["ful"]),
    ("ically", &["ic", "ical"]),
    ("ations", &["ate", "e", ""]),
    ("iness", &["y"]),
    ("ation", &["ate", "e", ""]),
    ("ingly", &["", "e"]),
    ("ments", &[""]),
    ("ment", &[""]),
    ("ness", &[""]),
    ("less", &[""]),
    ("able", &["", "e"]),
    ("ings", &["", "e"]),
    ("ions", &["", "e"]),
    ("iest", &["y"]),
    ("ier", &["y"]),
    ("ies", &["y", "ie"]),
    ("ied", &["y", "ie"]),
    ("ily", &["y"]),
    ("ion", &["", "e"]),
    ("ing", &["", "e"]),
    ("est", &["", "e"]),
    ("ers", &["", "e"]),
    ("es", &["", "e"]),
    ("ed", &["", "e"]),
    ("er", &["", "e"]),
    ("ly", &["", "le"]),
    ("s", &[""]),
];

/// What a local authority changes: words and phrases of its own, and some that it does not want marked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocalLists {
    /// Names this set, with its version.
    pub version: String,
    /// Marks to add, in the form of the shipped ones.
    pub add: Vec<Mark>,
    /// Phrases that are no longer marked, as they would be written in a text.
    pub remove: Vec<String>,
    /// Words with a capital that are no names: places, services and estates of the area.
    pub places: Vec<String>,
}

/// Lists that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the word lists of your area cannot be read ({0}); hints are given from the lists that come with Kith")]
pub struct ListsError(String);

/// Everything that the rules look up.
#[derive(Debug, Clone)]
pub struct Lists {
    versions: Vec<String>,
    pub(crate) phrases: Phrases,
    pub(crate) removed: HashSet<String>,
    words: HashSet<String>,
    capitals: HashSet<String>,
    given: HashSet<String>,
    short: HashMap<String, Vec<String>>,
}

impl Lists {
    /// The lists that ship with this version of Kith.
    #[allow(clippy::expect_used)] // A constant of this crate, read by a test.
    pub fn shipped() -> Self {
        let file: MarkFile = serde_json::from_str(MARKS).expect("the marks that ship with Kith are well formed");
        let mut versions = vec![file.version];
        let mut list = |text: &'static str| -> HashSet<String> {
            versions.extend(text.strip_prefix("# ").and_then(|rest| rest.split('.').next()).map(str::to_owned));
            lines(text).flat_map(str::split_whitespace).map(fold_text).collect()
        };
        let (words, capitals, given) = (list(WORDS), list(CAPITALS), list(GIVEN_NAMES));
        versions.extend(SHORT_FORMS.strip_prefix("# ").and_then(|rest| rest.split('.').next()).map(str::to_owned));
        let mut short: HashMap<String, Vec<String>> = HashMap::new();
        for group in lines(SHORT_FORMS) {
            let names: Vec<&str> = group.split_whitespace().collect();
            for name in &names {
                let others = names.iter().filter(|other| *other != name).map(|other| (*other).to_owned());
                short.entry((*name).to_owned()).or_default().extend(others);
            }
        }
        Self { versions, phrases: Phrases::new(file.marks), removed: HashSet::new(), words, capitals, given, short }
    }

    /// These lists with a local authority's changes.
    ///
    /// # Errors
    /// When the text is not of the form of [`LocalLists`]: say so, and go on with the shipped lists.
    pub fn with_local(mut self, json: &str) -> Result<Self, ListsError> {
        let local: LocalLists = serde_json::from_str(json).map_err(|error| ListsError(error.to_string()))?;
        self.versions.push(local.version);
        self.removed.extend(local.remove.iter().map(|phrase| spaced(phrase)));
        self.capitals.extend(local.places.iter().flat_map(|place| place.split_whitespace()).map(fold_text));
        self.phrases.extend(local.add);
        Ok(self)
    }

    /// Names and versions of the lists, for the page on which they are shown.
    pub fn versions(&self) -> &[String] {
        &self.versions
    }

    /// Whether a word is an ordinary one of the language, in any of its forms: a name that is one counts only where it stands like
    /// a name, and a slip that makes one is not looked for.
    pub fn is_ordinary(&self, word: &str) -> bool {
        self.is_word(&fold_text(word))
    }

    /// The same of a folded word.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.words.contains(word) || self.is_made(word) || self.is_prefixed(word)
    }

    fn is_prefixed(&self, word: &str) -> bool {
        let bases =
            ["un", "re", "non", "over", "under", "out", "mis", "dis", "co"].iter().filter_map(|prefix| word.strip_prefix(prefix));
        bases.filter(|base| base.len() > 3).any(|base| self.words.contains(base) || self.is_made(base))
    }

    fn is_made(&self, word: &str) -> bool {
        ENDINGS.iter().any(|(ending, bases)| {
            let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() > 1) else { return false };
            let doubled = || {
                let mut letters = stem.chars().rev();
                letters.next().is_some_and(|last| letters.next() == Some(last)).then(|| stem.get(..stem.len() - 1)).flatten()
            };
            bases.iter().any(|base| self.words.contains(format!("{stem}{base}").as_str()))
                || !matches!(*ending, "s" | "es") && doubled().is_some_and(|stem| self.words.contains(stem))
                || stem.len() > 4 && ending.len() < 3 && self.is_made(stem)
        })
    }

    /// Whether a folded word joins others and says nothing by itself: the, of, down.
    pub(crate) fn is_small_word(&self, word: &str) -> bool {
        word.chars().count() <= 2 || SMALL.contains(&word)
    }

    /// Whether a folded word is written with a capital and is no person's name.
    pub(crate) fn is_capital(&self, word: &str) -> bool {
        self.capitals.contains(word) || word.strip_suffix('s').is_some_and(|one| self.capitals.contains(one))
    }

    /// Whether a folded word is a first name of the list.
    pub(crate) fn is_given_name(&self, word: &str) -> bool {
        self.given.contains(word)
    }

    /// Short and other forms of a folded first name.
    pub(crate) fn short_forms(&self, name: &str) -> &[String] {
        self.short.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

const SMALL: [&str; 44] = [
    "the", "and", "but", "for", "with", "from", "down", "into", "onto", "over", "past", "near", "along", "across", "around",
    "off", "out", "through", "this", "that", "these", "those", "their", "our", "his", "her", "its", "was", "were", "are", "has",
    "had", "have", "who", "when", "where", "which", "while", "until", "after", "before", "about", "between", "than",
];

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

/// A phrase as the matcher sees it: folded words with single spaces.
pub(crate) fn spaced(phrase: &str) -> String {
    let page = super::page::Page::new(phrase);
    page.words.iter().map(|word| word.whole.as_str()).collect::<Vec<&str>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_lists_read_and_name_their_versions() {
        assert_eq!(Lists::shipped().versions(), ["marks-1", "words-1", "capitals-1", "given-names-1", "short-forms-1"]);
    }

    #[test]
    fn words_are_known_in_their_forms() {
        let lists = Lists::shipped();
        for word in
            ["waits", "waiting", "stopped", "families", "happier", "unsafe", "quietly", "making", "safeguarding", "friendships"]
        {
            assert!(lists.is_word(word), "{word}");
        }
        for name in ["keziah", "tomek", "aaliyah", "brannick", "oluwaseun", "kezia", "omar", "zoe"] {
            assert!(!lists.is_word(name), "{name}");
        }
    }
}
