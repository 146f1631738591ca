//! Covering what identifies somebody in a young person's or parent's own words, before colleagues read them: "[a name, covered]".
//!
//! The words are theirs. Whoever reads them first may cover parts of them and nothing else: what is left stands as it was said, in the
//! order in which it was said. Where something may have to be covered is found by the rules that find names and identifiers while a
//! practitioner writes ([`crate::nudge`]); only those: how somebody speaks of themselves is not looked at.

use serde::{Deserialize, Serialize};

use crate::command::Refusal;
use crate::nudge::{Checker, Finding, Identifier, Kind, NotChecked, Words};

/// How a cover ends.
const COVERED: &str = ", covered]";
/// The longest words of a cover, in characters.
const LONGEST: usize = 40;

/// A part of somebody's words that may lead to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Cover {
    /// Where it begins, in UTF-16 code units.
    pub start: usize,
    /// Where it ends, in UTF-16 code units.
    pub end: usize,
    /// What to put in its place: "[a name, covered]".
    pub with: String,
    /// What it is: "a name from your caseload".
    pub why: String,
    /// The rules are sure of it. One that may be a name is for a person to decide.
    pub sure: bool,
}

/// What the rules would cover in somebody's words.
///
/// # Errors
/// Why nothing was looked for: it is never the same as nothing found.
pub fn covers(checker: &Checker, words: &str) -> Result<Vec<Cover>, NotChecked> {
    // The rules are asked as of a professional's text: of their own words nothing is shown but what leads to one person.
    let found = checker.check(words, Words::Professional)?;
    Ok(found.iter().filter_map(cover).collect())
}

fn cover(found: &Finding) -> Option<Cover> {
    let what = match (found.kind, found.identifier) {
        (Kind::CaseloadName | Kind::PossibleName, _) => "a name",
        (Kind::Identifier, Some(which)) => match which {
            Identifier::Phone => "a phone number",
            Identifier::Email | Identifier::WebAddress | Identifier::InternetAddress | Identifier::Handle => "an account",
            Identifier::Address | Identifier::Postcode => "an address",
            Identifier::DateOfBirth => "a day",
            _ => "a number",
        },
        _ => return None,
    };
    Some(Cover {
        start: found.start,
        end: found.end,
        with: format!("[{what}{COVERED}"),
        why: found.kind.words().to_owned(),
        sure: found.kind != Kind::PossibleName,
    })
}

/// The words with these parts covered. Covers that do not fit the text, or overlap one before, are left out.
pub fn covered(words: &str, covers: &[Cover]) -> String {
    let mut ordered: Vec<&Cover> = covers.iter().collect();
    ordered.sort_by_key(|cover| (cover.start, cover.end));
    let (mut text, mut at, mut unit) = (String::with_capacity(words.len()), 0, 0);
    let mut ordered = ordered.into_iter().peekable();
    for character in words.chars() {
        while ordered.next_if(|cover| cover.start < unit.max(at)).is_some() {}
        if let Some(cover) = ordered.next_if(|cover| cover.start == unit) {
            text.push_str(&cover.with);
            at = cover.end;
        }
        if unit >= at {
            text.push(character);
        }
        unit += character.len_utf16();
    }
    text
}

/// How many parts of a text are covered.
pub(crate) fn count(text: &str) -> usize {
    pieces(text).len().saturating_sub(1)
}

/// Of words that several people covered apart: what one of them covered stays covered.
pub(crate) fn most_covered(words: Vec<String>) -> Option<String> {
    words.into_iter().reduce(|a, b| if a == b { a } else { both_covered(&a, &b) })
}

/// The same words, covered twice: where they differ, whichever side has a cover there stands.
fn both_covered(a: &str, b: &str) -> String {
    let (left, right) = (tokens(a), tokens(b));
    let same = common(&left, &right);
    let (mut text, mut at_left, mut at_right) = (String::with_capacity(a.len()), 0, 0);
    for (next_left, next_right) in same.into_iter().chain([(left.len(), right.len())]) {
        let gap = |tokens: &[&str], from: usize, to: usize| tokens.get(from..to).unwrap_or_default().concat();
        let (left_gap, right_gap) = (gap(&left, at_left, next_left), gap(&right, at_right, next_right));
        let more =
            (count(&right_gap), std::cmp::Reverse(right_gap.len())) > (count(&left_gap), std::cmp::Reverse(left_gap.len()));
        text.push_str(if more { &right_gap } else { &left_gap });
        text.push_str(left.get(next_left).copied().unwrap_or_default());
        (at_left, at_right) = (next_left + 1, next_right + 1);
    }
    text
}

/// Covers, words and what stands between words.
fn tokens(text: &str) -> Vec<&str> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    for piece in pieces(text) {
        let start = rest.find(piece).unwrap_or_default();
        tokens.extend(rest.get(..start).filter(|cover| !cover.is_empty()));
        tokens.extend(piece.split_inclusive(char::is_whitespace));
        rest = rest.get(start + piece.len()..).unwrap_or_default();
    }
    tokens.extend(Some(rest).filter(|rest| !rest.is_empty()));
    tokens
}

/// Places of what both have, in order: as many as there can be.
fn common(left: &[&str], right: &[&str]) -> Vec<(usize, usize)> {
    let width = right.len() + 1;
    let mut lengths = vec![0_u32; (left.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or_default();
    for (i, one) in left.iter().enumerate().rev() {
        for (j, other) in right.iter().enumerate().rev() {
            let length = match one == other {
                true => at(&lengths, i + 1, j + 1) + 1,
                false => at(&lengths, i + 1, j).max(at(&lengths, i, j + 1)),
            };
            if let Some(slot) = lengths.get_mut(i * width + j) {
                *slot = length;
            }
        }
    }
    let (mut same, mut i, mut j) = (Vec::new(), 0, 0);
    while let (Some(one), Some(other)) = (left.get(i), right.get(j)) {
        if one == other {
            same.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    same
}

/// What stands between covers.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut from, mut search) = (Vec::new(), 0, 0);
    while let Some(open) = text.get(search..).and_then(|rest| rest.find('[')).map(|at| search + at) {
        let inside = text.get(open + 1..).unwrap_or_default();
        let close = inside.find(']').filter(|close| {
            let words = inside.get(..*close).unwrap_or_default();
            format!("{words}]").ends_with(COVERED) && !words.contains('[') && words.chars().count() <= LONGEST
        });
        match close {
            Some(close) => {
                pieces.push(text.get(from..open).unwrap_or_default());
                from = open + 1 + close + 1;
                search = from;
            }
            None => search = open + 1,
        }
    }
    pieces.push(text.get(from..).unwrap_or_default());
    pieces
}

/// Refuses what is not the words as they were said with parts covered.
///
/// # Errors
/// That these are somebody's own words.
pub fn check_covered(said: &str, given: &str) -> Result<(), Refusal> {
    let other = Refusal::Rule(
        "these are somebody's own words: cover what identifies with \"[a name, covered]\", and leave the rest as it was said",
    );
    let pieces = pieces(given);
    let (Some((first, rest)), said) = (pieces.split_first(), said.trim()) else { return Err(other) };
    let Some((last, between)) = rest.split_last() else {
        return if given.trim() == said { Ok(()) } else { Err(other) };
    };
    let fits = said.strip_prefix(first.trim_start()).and_then(|mut left| {
        for piece in between {
            // The nearest place: if the rest fits after any place where this stands, it fits after the nearest one.
            let at = left.find(piece)?;
            left = left.get(at + piece.len()..)?;
        }
        left.ends_with(last.trim_end()).then_some(())
    });
    fits.ok_or(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nudge::{CaseloadName, Lists};

    fn checker() -> Checker {
        let names = [CaseloadName { full: "Keziah Ansah-Rowe".into(), also: vec!["Kez".into()] }];
        Checker::new(Lists::shipped(), &names)
    }

    #[test]
    fn names_of_the_caseload_and_identifiers_are_covered_and_how_somebody_speaks_is_not() {
        let said = "🌲 Kez waits for me. Ring 01632 960001. I put myself at risk, I know. We are engaged with nobody.";
        let found = covers(&checker(), said).unwrap();
        assert_eq!(
            covered(said, &found),
            "🌲 [a name, covered] waits for me. Ring [a phone number, covered]. I put myself at risk, I know. We are engaged with nobody."
        );
        assert!(found.iter().all(|cover| cover.sure));
        assert_eq!(covered(said, &[]), said);
    }

    #[test]
    fn what_is_left_stands_as_it_was_said() {
        let said = "They listen. Kez waits for me at Brook Row, and Kez rings.";
        let fits = |given: &str| check_covered(said, given).is_ok();
        assert!(fits(said) && fits("They listen. [a name, covered] waits for me at Brook Row, and Kez rings."));
        assert!(fits("They listen. [a name, covered] waits for me at [a place, covered], and [a name, covered] rings."));
        assert!(fits("[all of it, covered]") && fits("They listen. [the rest, covered]"));
        for other in [
            "They listen to me. Kez waits for me at Brook Row, and Kez rings.",
            "They listen. [a name, covered] waits for nobody at Brook Row, and Kez rings.",
            "They listen. [a name, covered] rings. [a name, covered] waits for me at Brook Row, and Kez rings.",
            "They listen.",
            "They listen. [a name, covered] waits for me",
            "They listen. [a name] waits for me at Brook Row, and Kez rings.",
            "",
        ] {
            assert!(!fits(other), "{other}");
        }
        assert_eq!(count("[a name, covered] and [a place, covered] and [no cover]"), 2);
    }

    #[test]
    fn covers_that_overlap_or_do_not_fit_leave_the_words_whole() {
        let cover = |start, end| Cover { start, end, with: "[x, covered]".into(), why: String::new(), sure: true };
        assert_eq!(covered("abcdef", &[cover(1, 4), cover(2, 5), cover(90, 99)]), "a[x, covered]ef");
    }
}
