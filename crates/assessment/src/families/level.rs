//! How hard a text is to read (R51): counted by rule, said in words, never a gate.
//!
//! Grade by Flesch and Kincaid, with syllables counted as groups of vowels. The formula is weak: short sentences pass whatever the words.
//! So long sentences and long words are named beside it. It is for English; in Welsh or Arabic it means nothing.

use serde::{Deserialize, Serialize};

/// The hardest grade that is plain (sample-and-words 5: reading age nine).
const PLAIN_GRADE: f32 = 4.0;
/// The longest sentence that is plain, in words (sample-and-words 5).
const LONGEST_SENTENCE: usize = 15;
/// From this many syllables on a word is long.
const LONG_WORD: usize = 3;
/// How many long words are named.
const NAMED: usize = 6;

/// How hard a text is to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ReadingLevel {
    /// Whether it is plain by all three: grade, sentences, words.
    pub plain: bool,
    /// For whoever writes: "Easy to read.", or what makes it hard.
    pub words: String,
}

/// How hard a text is to read. Nothing is said of an empty one.
pub fn reading_level(text: &str) -> Option<ReadingLevel> {
    let sentences: Vec<Vec<&str>> = sentences(text);
    let count: usize = sentences.iter().map(Vec::len).sum();
    if count == 0 {
        return None;
    }
    let all = || sentences.iter().flatten();
    let spoken: usize = all().map(|word| syllables(word)).sum();
    let grade = 0.39 * ratio(count, sentences.len()) + 11.8 * ratio(spoken, count) - 15.59;
    let longest = sentences.iter().map(Vec::len).max().unwrap_or_default();
    let mut long: Vec<String> = all().filter(|word| syllables(word) >= LONG_WORD).map(|word| word.to_lowercase()).collect();
    long.sort();
    long.dedup();
    let mut reasons = Vec::new();
    if longest > LONGEST_SENTENCE {
        reasons.push(format!("a sentence has {longest} words; {LONGEST_SENTENCE} is enough"));
    }
    if !long.is_empty() {
        let more = if long.len() > NAMED { ", …" } else { "" };
        long.truncate(NAMED);
        reasons.push(format!("long words: {}{more}", long.join(", ")));
    }
    if grade > PLAIN_GRADE && reasons.is_empty() {
        reasons.push("shorter sentences and shorter words would help".to_owned());
    }
    // One long word in a plain text is a word to look at, not a hard text.
    let plain = grade <= PLAIN_GRADE && longest <= LONGEST_SENTENCE;
    let head = if plain { "Easy to read" } else { "Harder to read than a nine-year-old reads" };
    let words = if reasons.is_empty() { format!("{head}.") } else { format!("{head}: {}.", reasons.join("; ")) };
    Some(ReadingLevel { plain, words })
}

#[allow(clippy::cast_precision_loss)] // Words of a text: some thousands.
fn ratio(a: usize, b: usize) -> f32 {
    a as f32 / b as f32
}

/// The words of each sentence. A line is a sentence of its own, as in a list.
fn sentences(text: &str) -> Vec<Vec<&str>> {
    let split = text.split(['.', '!', '?', '\n', ':', ';', '\u{2026}']).map(|sentence| {
        let words = sentence.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}');
        words.filter(|word| word.chars().any(char::is_alphabetic)).collect::<Vec<_>>()
    });
    split.filter(|sentence| !sentence.is_empty()).collect()
}

/// Groups of vowels, without a silent e at the end; at least one.
fn syllables(word: &str) -> usize {
    let letters: Vec<char> = word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let vowel = |c: &char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut groups = 0;
    let mut before = false;
    for letter in &letters {
        let is = vowel(letter);
        groups += usize::from(is && !before);
        before = is;
    }
    let silent = match letters.as_slice() {
        [.., 'l', 'e'] => false,
        [.., before, 'e'] => !vowel(before),
        [.., before, 'e', 's' | 'd'] => !vowel(before) && !matches!(before, 's' | 'x' | 'z' | 't' | 'd' | 'h' | 'g' | 'c'),
        _ => false,
    };
    (groups - usize::from(silent && groups > 1)).max(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_young_persons_page_are_plain() {
        for text in [
            "These friends look after each other. Two of them are safest when they are together.",
            "Most of the trouble comes from where they have to spend the evening. So we start with the places.",
            "You choose. Say a lot or a little. Skip what you like.",
        ] {
            let level = reading_level(text).unwrap();
            assert!(level.plain, "{text}: {}", level.words);
        }
    }

    #[test]
    fn what_makes_a_text_hard_is_named() {
        let text = "The environmental and family factors identified by the multi-agency partnership necessitate a coordinated \
                    contextual response across all statutory organisations.";
        let level = reading_level(text).unwrap();
        assert!(!level.plain);
        assert!(level.words.contains("a sentence has 19 words"), "{}", level.words);
        assert!(level.words.contains("environmental"), "{}", level.words);
        assert!(reading_level(" \n…").is_none());
    }

    #[test]
    fn syllables_are_counted_as_they_are_spoken() {
        for (word, count) in
            [("the", 1), ("home", 1), ("little", 2), ("places", 2), ("moved", 1), ("wanted", 2), ("friends", 1), ("evening", 3)]
        {
            assert_eq!(syllables(word), count, "{word}");
        }
    }
}
