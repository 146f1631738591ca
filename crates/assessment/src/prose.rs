//! From one text to another by few splices, so that edits which two people made apart merge (design 4).
//!
//! Compared word by word (a hunk never joins halves of two people's words) and then trimmed by character, so that mending one
//! letter touches one letter. Beyond a bound on work, what differs is replaced as a whole.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Replace `delete` UTF-16 code units at `at` by `insert`. Several are applied in order, each to the result of those before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Splice {
    /// UTF-16 code units from the start.
    pub at: usize,
    /// How many UTF-16 code units go there.
    pub delete: usize,
    /// What comes there.
    pub insert: String,
}

/// How many words may differ before the middle is replaced whole: bounds time and memory (about 4 MB).
const MOST_DIFFERENCES: usize = 1_000;

/// Splices that turn `old` into `new`.
pub(crate) fn splices(old: &str, new: &str) -> Vec<Splice> {
    let (old_words, new_words) = (words(old), words(new));
    let prefix = old_words.iter().zip(&new_words).take_while(|(a, b)| a == b).count();
    let old_rest = old_words.get(prefix..).unwrap_or_default();
    let new_rest = new_words.get(prefix..).unwrap_or_default();
    let suffix = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = old_rest.get(..old_rest.len() - suffix).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - suffix).unwrap_or_default();

    let mut at: usize = old_words.iter().take(prefix).map(|word| units(word)).sum();
    let mut found = Vec::new();
    let (mut x, mut y) = (0, 0);
    for (old_start, new_start, length) in matches(old_middle, new_middle) {
        hunk(&mut found, &mut at, old_middle.get(x..old_start), new_middle.get(y..new_start));
        at += new_middle.iter().skip(new_start).take(length).map(|word| units(word)).sum::<usize>();
        (x, y) = (old_start + length, new_start + length);
    }
    hunk(&mut found, &mut at, old_middle.get(x..), new_middle.get(y..));
    found
}

fn hunk(found: &mut Vec<Splice>, at: &mut usize, old: Option<&[&str]>, new: Option<&[&str]>) {
    let (old, new) = (old.unwrap_or_default().concat(), new.unwrap_or_default().concat());
    let same_start: usize = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (old.get(same_start..).unwrap_or_default(), new.get(same_start..).unwrap_or_default());
    let same_end: usize =
        old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let delete = units(old_rest.get(..old_rest.len() - same_end).unwrap_or_default());
    let insert = new_rest.get(..new_rest.len() - same_end).unwrap_or_default();
    if delete > 0 || !insert.is_empty() {
        found.push(Splice { at: *at + units(new.get(..same_start).unwrap_or_default()), delete, insert: insert.to_owned() });
    }
    *at += units(&new);
}

fn units(text: &str) -> usize {
    crate::limits::units(text)
}

/// Runs of letters, each space or line end by itself, and each character of scripts that do not part words by spaces.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    for (index, character) in text.char_indices() {
        let alone = character.is_whitespace() || ('\u{2e80}'..='\u{d7ff}').contains(&character) || character >= '\u{1f000}';
        if alone {
            if start < index {
                words.extend(text.get(start..index));
            }
            start = index + character.len_utf8();
            words.extend(text.get(index..start));
        }
    }
    if start < text.len() {
        words.extend(text.get(start..));
    }
    words
}

/// Stretches that both have, in order: (start in old, start in new, length). Myers' greedy algorithm.
fn matches(old: &[&str], new: &[&str]) -> Vec<(usize, usize, usize)> {
    let mut numbers = HashMap::new();
    let mut number = |word| -> usize {
        let next = numbers.len();
        *numbers.entry(word).or_insert(next)
    };
    let a: Vec<usize> = old.iter().map(|word| number(*word)).collect();
    let b: Vec<usize> = new.iter().map(|word| number(*word)).collect();
    let most = (a.len() + b.len()).min(MOST_DIFFERENCES);
    let offset = most + 1;
    let mut reach = vec![0_usize; 2 * offset + 1];
    let mut trace: Vec<Vec<usize>> = Vec::new();
    let slot = |k: isize| offset.saturating_add_signed(k);
    let value = |reach: &[usize], k: isize| reach.get(slot(k)).copied().unwrap_or_default();
    let mut end = None;
    'search: for d in 0..=most.cast_signed() {
        // Only diagonals -d..=d can have been reached: keeping just those bounds the memory.
        trace.push(reach.get(slot(-d)..=slot(d)).unwrap_or_default().to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && value(&reach, k - 1) < value(&reach, k + 1));
            let mut x = if down { value(&reach, k + 1) } else { value(&reach, k - 1) + 1 };
            let mut y = x.saturating_add_signed(-k);
            while x < a.len() && a.get(x) == b.get(y) {
                (x, y) = (x + 1, y + 1);
            }
            if let Some(furthest) = reach.get_mut(slot(k)) {
                *furthest = x;
            }
            if x >= a.len() && y >= b.len() {
                end = Some(d);
                break 'search;
            }
        }
    }
    let Some(end) = end else { return Vec::new() };
    let mut found = Vec::new();
    let (mut x, mut y) = (a.len().cast_signed(), b.len().cast_signed());
    for d in (0..=end).rev() {
        let before = trace.get(d.unsigned_abs()).map(Vec::as_slice).unwrap_or_default();
        let at = |k: isize| before.get((k + d).max(0).unsigned_abs()).copied().unwrap_or_default().cast_signed();
        let k = x - y;
        let previous = if d == 0 {
            0
        } else if k == -d || (k != d && at(k - 1) < at(k + 1)) {
            k + 1
        } else {
            k - 1
        };
        let previous_x = if d == 0 { 0 } else { at(previous) };
        let previous_y = previous_x - previous;
        // What follows the one step right (a word deleted) or down (a word added) is common to both.
        let length = if d == 0 { x } else { x - previous_x - isize::from(k > previous) };
        if length > 0 {
            found.push(((x - length).unsigned_abs(), (y - length).unsigned_abs(), length.unsigned_abs()));
        }
        (x, y) = (previous_x, previous_y);
    }
    found.reverse();
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn applied(old: &str, splices: &[Splice]) -> String {
        let mut text: Vec<u16> = old.encode_utf16().collect();
        for splice in splices {
            text.splice(splice.at..splice.at + splice.delete, splice.insert.encode_utf16());
        }
        String::from_utf16(&text).unwrap()
    }

    #[test]
    fn mending_one_letter_touches_one_letter() {
        let found =
            splices("They wiat for each other. Nobody walks home alone.", "They wait for each other. Nobody walks home alone.");
        assert_eq!(found, [Splice { at: 6, delete: 2, insert: "ai".to_owned() }]);
    }

    #[test]
    fn two_distant_edits_are_two_splices() {
        let old = "one two three four five six seven eight";
        let found = splices(old, "one 2 three four five six seven eight nine");
        assert_eq!(found.len(), 2);
        assert_eq!(applied(old, &found), "one 2 three four five six seven eight nine");
    }

    #[test]
    fn a_text_of_which_nothing_is_left_is_replaced_in_bounded_time() {
        let old = (0..20_000).map(|n| format!("a{n} ")).collect::<String>();
        let new = (0..20_000).map(|n| format!("b{n} ")).collect::<String>();
        assert_eq!(applied(&old, &splices(&old, &new)), new);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn splices_always_make_the_new_text(old in "[ab \u{e9}\u{1f600}\u{4e2d}\n]{0,40}", new in "[ab \u{e9}\u{1f600}\u{4e2d}\n]{0,40}") {
            prop_assert_eq!(applied(&old, &splices(&old, &new)), new);
        }

        #[test]
        fn any_text_can_become_any_other(old in "\\PC{0,60}", new in "\\PC{0,60}") {
            prop_assert_eq!(applied(&old, &splices(&old, &new)), new);
        }
    }
}
