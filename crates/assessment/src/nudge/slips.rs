//! A name with one letter wrong, or shortened as people shorten names.

use super::names::Part;
use super::page::Word;

/// One letter too many, too few, another or swapped with its neighbour. The shorter the name, the more must speak for it.
pub(super) fn slip(part: &Part, letters: &[char], word: &Word) -> bool {
    let length = part.letters.len();
    if length < 3
        || letters.len() < 3
        || letters.len().abs_diff(length) > 1
        || part.ordinary && length < 5
        || !part.own && length < 5
    {
        return false;
    }
    let same_start = part.letters.first() == letters.first();
    let fits = match length {
        3 => word.capital && !word.shouted && same_start,
        4 => word.capital && !word.shouted,
        5 => {
            word.capital && !word.shouted
                || doubled(&part.letters, letters)
                || letters.len() == length && swapped(&part.letters, letters)
        }
        _ => word.capital || same_start,
    };
    fits && (swapped(&part.letters, letters) || one_apart(&part.letters, letters))
}

fn swapped(name: &[char], word: &[char]) -> bool {
    let differing: Vec<usize> = name.iter().zip(word).enumerate().filter(|(_, (a, b))| a != b).map(|(index, _)| index).collect();
    match differing.as_slice() {
        [first, second] => {
            name.len() == word.len()
                && *second == first + 1
                && name.get(*first) == word.get(*second)
                && name.get(*second) == word.get(*first)
        }
        _ => false,
    }
}

/// A letter written twice that stands once, or once that stands twice.
fn doubled(name: &[char], word: &[char]) -> bool {
    let start = name.iter().zip(word).take_while(|(a, b)| a == b).count();
    let longer = if name.len() > word.len() { name } else { word };
    name.len() != word.len() && start > 0 && longer.get(start) == longer.get(start - 1)
}

fn one_apart(name: &[char], word: &[char]) -> bool {
    let start = name.iter().zip(word).take_while(|(a, b)| a == b).count();
    let end = name.iter().rev().zip(word.iter().rev()).take_while(|(a, b)| a == b).count();
    let (longer, shorter) = (name.len().max(word.len()), name.len().min(word.len()));
    name != word && start + end >= shorter.min(longer - 1)
}

/// Kez or Kezzy for Keziah, Beth for Elizabeth: the beginning of a name with a familiar ending, or the end of a long one.
pub(super) fn shortened(part: &Part, text: &str, letters: &[char]) -> bool {
    if !part.own || part.ordinary || part.letters.len() < 5 || letters.len() < 3 {
        return false;
    }
    let beginning = |stem: &str| stem.chars().count() >= 3 && part.text.starts_with(stem);
    if beginning(text) || letters.len() >= 4 && part.letters.len() >= 7 && part.text.ends_with(text) {
        return true;
    }
    ["zy", "ie", "ey", "er", "za", "y", "i", "o", "s", "z", "a"].iter().filter_map(|ending| text.strip_suffix(ending)).any(
        |stem| {
            let mut last = stem.chars().rev();
            let doubled = last.next().is_some_and(|one| last.next() == Some(one));
            beginning(stem) || doubled && beginning(stem.get(..stem.len() - 1).unwrap_or_default())
        },
    )
}
