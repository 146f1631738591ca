//! A text as the rules see it: characters, words with their place, and where sentences and paragraphs begin. All positions here
//! are counted in characters; they become UTF-16 code units in one place, [`Page::units`].

use super::fold::{fold, plain};

/// One word: a run of letters and digits, with apostrophes inside. Hyphens part words.
#[derive(Clone)]
pub(crate) struct Word {
    /// First character.
    pub(crate) start: usize,
    /// Beyond the last character.
    pub(crate) end: usize,
    /// Small letters, without accents and apostrophes; without the 's of a possessive.
    pub(crate) fold: String,
    /// As `fold`, with the s of a possessive.
    pub(crate) whole: String,
    /// It ended in 's, ’s or s’.
    pub(crate) possessive: bool,
    /// Begins with a capital.
    pub(crate) capital: bool,
    /// Has two letters or more, all of them capitals.
    pub(crate) shouted: bool,
    /// Nothing but ASCII digits.
    pub(crate) number: bool,
    /// Has a digit.
    pub(crate) digits: bool,
    /// First of a sentence, a line, a quotation or a list item.
    pub(crate) first: bool,
    /// Only spaces, one line end or a hyphen stand between the word before and this.
    pub(crate) joined: bool,
    /// A hyphen, without spaces, stands between the word before and this.
    pub(crate) hyphened: bool,
}

/// A text, taken apart once for all rules.
pub(crate) struct Page {
    /// Characters, with look-alikes of space, hyphen and apostrophe made plain.
    pub(crate) chars: Vec<char>,
    pub(crate) words: Vec<Word>,
    units: Vec<usize>,
}

impl Page {
    pub(crate) fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().map(plain).collect();
        let mut units = Vec::with_capacity(chars.len() + 1);
        let mut unit = 0;
        for character in text.chars() {
            units.push(unit);
            unit += character.len_utf16();
        }
        units.push(unit);
        let words = words(&chars);
        Self { chars, words, units }
    }

    /// A position in characters as one in UTF-16 code units.
    pub(crate) fn units(&self, position: usize) -> usize {
        self.units.get(position).or(self.units.last()).copied().unwrap_or_default()
    }

    /// The character at a position; NUL beyond the end.
    pub(crate) fn at(&self, position: usize) -> char {
        self.chars.get(position).copied().unwrap_or_default()
    }

    /// The character before a position; NUL at the beginning.
    pub(crate) fn before(&self, position: usize) -> char {
        position.checked_sub(1).map_or('\0', |index| self.at(index))
    }

    /// The characters of a span.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &[char] {
        self.chars.get(start..end).unwrap_or_default()
    }

    /// The text of a span.
    pub(crate) fn text(&self, start: usize, end: usize) -> String {
        self.slice(start, end).iter().collect()
    }

    /// A word, by its number.
    pub(crate) fn word(&self, index: usize) -> Option<&Word> {
        self.words.get(index)
    }

    /// The word `back` places before a word, if it stands in the same sentence.
    pub(crate) fn earlier(&self, index: usize, back: usize) -> Option<&Word> {
        let from = index.checked_sub(back)?;
        let broken = self.words.get(from + 1..=index)?.iter().any(|word| word.first && !self.opens_quotation(word));
        if broken { None } else { self.words.get(from) }
    }

    /// The word `ahead` places after a word, if it stands in the same sentence.
    pub(crate) fn later(&self, index: usize, ahead: usize) -> Option<&Word> {
        let to = index + ahead;
        let broken = self.words.get(index + 1..=to)?.iter().any(|word| word.first && !self.opens_quotation(word));
        if broken { None } else { self.words.get(to) }
    }

    /// Whether a word is the first of a quotation or bracket only: the sentence goes on.
    fn opens_quotation(&self, word: &Word) -> bool {
        matches!(self.before(word.start), '"' | '\'' | '(' | '\u{201c}')
    }

    /// The number of the first word that begins at a position or later.
    pub(crate) fn word_from(&self, position: usize) -> usize {
        self.words.partition_point(|word| word.start < position)
    }

    /// Whether one of `wanted` (folded) stands within `back` words before a position, in the same line.
    pub(crate) fn said_before(&self, position: usize, back: usize, wanted: &[&str]) -> bool {
        let until = self.word_from(position);
        let from = until.saturating_sub(back);
        let near = self.words.get(from..until).unwrap_or_default();
        near.iter().any(|word| wanted.contains(&word.fold.as_str()) && !self.slice(word.end, position).contains(&'\n'))
    }

    /// Whether one of `wanted` (folded) stands within `ahead` words after a position, in the same line.
    pub(crate) fn said_after(&self, position: usize, ahead: usize, wanted: &[&str]) -> bool {
        let from = self.word_from(position);
        let near = self.words.get(from..(from + ahead).min(self.words.len())).unwrap_or_default();
        near.iter().any(|word| wanted.contains(&word.fold.as_str()) && !self.slice(position, word.start).contains(&'\n'))
    }
}

fn words(chars: &[char]) -> Vec<Word> {
    let at = |index: usize| chars.get(index).copied().unwrap_or_default();
    let mut words = Vec::new();
    let mut index = 0;
    let mut last_end = 0;
    while index < chars.len() {
        if !letter(at(index)) {
            index += 1;
            continue;
        }
        let start = index;
        while index < chars.len() && (letter(at(index)) || at(index) == '\'' && at(index + 1).is_alphabetic()) {
            index += 1;
        }
        // A possessive after s: the friends' evening.
        let bare_possessive = at(index) == '\'' && at(index - 1) == 's' && !at(index + 1).is_alphanumeric();
        let run = chars.get(start..index).unwrap_or_default();
        let whole = fold(run);
        let possessive = matches!(run, [_, .., '\'', 's' | 'S']);
        let folded = if possessive { whole.strip_suffix('s').unwrap_or(&whole).to_owned() } else { whole.clone() };
        let gap = chars.get(last_end..start).unwrap_or_default();
        let letters = run.iter().filter(|c| c.is_alphabetic()).count();
        words.push(Word {
            start,
            end: index,
            fold: folded,
            whole,
            possessive: possessive || bare_possessive,
            capital: run.first().is_some_and(|c| c.is_uppercase()),
            shouted: letters > 1 && run.iter().all(|c| !c.is_lowercase()) && run.iter().any(|c| c.is_uppercase()),
            number: run.iter().all(char::is_ascii_digit),
            digits: run.iter().any(char::is_ascii_digit),
            first: words.is_empty() || begins(gap),
            joined: !words.is_empty() && joins(gap),
            hyphened: matches!(gap, ['-']),
        });
        last_end = index;
    }
    words
}

/// What words are made of: letters, digits, and marks that stand over a letter.
fn letter(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}')
}

/// Whether a sentence, line, quotation or list item begins after this gap.
fn begins(gap: &[char]) -> bool {
    let ends = |c: &char| {
        matches!(c, '.' | '!' | '?' | ':' | '\n' | '\u{b7}' | '\u{2022}' | '*' | '"' | '\u{201c}' | '\u{2014}' | '#' | '|')
    };
    gap.iter().any(ends) || matches!(gap, [.., ' ', '-', ' ']) || gap.last() == Some(&'(')
}

/// Whether a phrase may run over this gap: spaces, at most one line end, or a hyphen.
fn joins(gap: &[char]) -> bool {
    let lines = gap.iter().filter(|c| **c == '\n').count();
    lines < 2 && gap.iter().all(|c| c.is_whitespace() || *c == '-') && gap.iter().filter(|c| **c == '-').count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_place_and_their_possessive() {
        let page = Page::new("It was O\u{2019}Brien\u{2019}s turn. The friends\u{2019} hall \u{2013} Ans\u{e1}h-Rowe");
        let folds: Vec<&str> = page.words.iter().map(|word| word.fold.as_str()).collect();
        assert_eq!(folds, ["it", "was", "obrien", "turn", "the", "friends", "hall", "ansah", "rowe"]);
        let first: Vec<bool> = page.words.iter().map(|word| word.first).collect();
        assert_eq!(first, [true, false, false, false, true, false, false, true, false]);
        assert!(page.words.get(2).is_some_and(|word| word.possessive));
        assert!(page.words.get(8).is_some_and(|word| word.hyphened));
    }

    #[test]
    fn positions_in_units_count_wide_characters_twice() {
        let page = Page::new("\u{1f600}a");
        assert_eq!((page.units(0), page.units(1), page.units(2), page.units(9)), (0, 2, 3, 3));
    }
}
