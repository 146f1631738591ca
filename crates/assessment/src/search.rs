//! "Where did we say that?": words found in what an assessment says (sample-and-words 2, Find). Nothing is ranked: what is found stands
//! in the order of the pages.

use serde::{Deserialize, Serialize};

use crate::lines::{Line, lines};
use crate::nudge::{fold, plain};
use crate::view::AssessmentView;

/// Characters shown before the first word that was found.
const BEFORE: usize = 80;
/// Characters shown of a text.
const SHOWN: usize = 280;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Piece {
    /// Its words.
    pub text: String,
    /// Whether they are what was looked for.
    pub found: bool,
}

/// A line in which every word stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Found {
    /// The page on which it stands, as [`Line::page`].
    pub page: String,
    /// What to bring into view there.
    pub at: String,
    /// What it is, in words.
    pub label: String,
    /// The text around the first word, in pieces.
    pub pieces: Vec<Piece>,
}

/// Lines in which every word begins a word of the text, whatever capitals and accents. No words: nothing.
pub fn search(view: &AssessmentView, words: &str) -> Vec<Found> {
    let words: Vec<Vec<char>> =
        words.split_whitespace().map(|word| letters(word).into_iter().map(|(c, _)| c).collect()).collect();
    let words: Vec<Vec<char>> = words.into_iter().filter(|word: &Vec<char>| !word.is_empty()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    lines(view).iter().filter(|line| line.words).filter_map(|line| found(line, &words)).collect()
}

/// Letters as they are compared, each with the place in the text where it comes from.
fn letters(text: &str) -> Vec<(char, usize)> {
    let each = text.chars().enumerate();
    each.flat_map(|(at, character)| fold(&[plain(character)]).chars().map(|c| (c, at)).collect::<Vec<_>>()).collect()
}

fn found(line: &Line, words: &[Vec<char>]) -> Option<Found> {
    let text = letters(&line.text);
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for word in words {
        let before = spans.len();
        for (start, _) in text.iter().enumerate() {
            let begins = start.checked_sub(1).and_then(|one| text.get(one)).is_none_or(|(c, _)| !c.is_alphanumeric());
            let Some(run) = text.get(start..start + word.len()).filter(|_| begins) else { continue };
            if run.iter().map(|(c, _)| c).eq(word) {
                let ends = run.first().map(|(_, at)| *at).zip(run.last().map(|(_, at)| at + 1));
                spans.extend(ends);
            }
        }
        if spans.len() == before {
            return None;
        }
    }
    spans.sort_unstable();
    let pieces = pieces(&line.text, &spans);
    Some(Found { page: line.page.clone(), at: line.at.clone(), label: line.label.clone(), pieces })
}

fn pieces(text: &str, spans: &[(usize, usize)]) -> Vec<Piece> {
    let characters: Vec<char> = text.chars().collect();
    let first = spans.first().map_or(0, |span| span.0);
    let start = if characters.len() <= SHOWN { 0 } else { first.saturating_sub(BEFORE) };
    let end = characters.len().min(start + SHOWN);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |from: usize, to: usize, found: bool| {
        let text: String = characters.get(from..to.min(end)).unwrap_or_default().iter().collect();
        if !text.is_empty() {
            pieces.push(Piece { text, found });
        }
    };
    let mut at = start;
    for (from, to) in spans {
        if *from < at {
            continue;
        }
        add(at, *from, false);
        add(*from, *to, true);
        at = *to;
    }
    add(at, end, false);
    let cut = |text: &str| Piece { text: text.to_owned(), found: false };
    if start > 0 {
        pieces.insert(0, cut("\u{2026} "));
    }
    if end < characters.len() {
        pieces.push(cut(" \u{2026}"));
    }
    pieces
}
