//! Words and phrases of the lists: intelligence markers, victim-blaming and adultifying words (practice 3.6, 5.2, 5.3).

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::finding::{Found, Kind};
use super::lists::spaced;
use super::page::{Page, Word};

/// The file of marks.
#[derive(Debug, Deserialize)]
pub(crate) struct MarkFile {
    pub(crate) version: String,
    #[serde(rename = "note")]
    _note: String,
    pub(crate) marks: Vec<Mark>,
}

/// Phrases that are marked for one reason, and what to say instead.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// `intelligence-marker`, `victim-blaming` or `adultifying`.
    pub kind: Kind,
    /// Words with single spaces; `(one|of)` these, `[perhaps]` this, `_` for a space within them.
    pub phrases: Vec<String>,
    /// Whether capitals must be as written.
    #[serde(default)]
    pub exact: bool,
    /// Not when one of these stands within three words before, in the same sentence.
    #[serde(default)]
    pub unless_before: Vec<String>,
    /// Not when one of these stands within two words after, in the same sentence.
    #[serde(default)]
    pub unless_after: Vec<String>,
    /// Why, in a sentence.
    pub reason: String,
    /// What to say instead, in a sentence.
    pub suggestion: String,
    /// Words to put in its place, where some fit.
    #[serde(default)]
    pub instead: Option<String>,
}

#[derive(Debug, Clone)]
struct Element {
    options: Vec<Vec<String>>,
    optional: bool,
}

#[derive(Debug, Clone)]
struct Phrase {
    mark: usize,
    elements: Vec<Element>,
}

/// All phrases, ready to look for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Phrases {
    marks: Vec<Mark>,
    phrases: Vec<Phrase>,
    by_first: HashMap<String, Vec<usize>>,
}

impl Phrases {
    pub(crate) fn new(marks: Vec<Mark>) -> Self {
        let mut phrases = Self::default();
        phrases.extend(marks);
        phrases
    }

    pub(crate) fn extend(&mut self, marks: Vec<Mark>) {
        for mark in marks {
            for text in &mark.phrases {
                let elements: Vec<Element> = text.split_whitespace().flat_map(|part| element(part, mark.exact)).collect();
                let number = self.phrases.len();
                let mut firsts = HashSet::new();
                for element in &elements {
                    firsts.extend(element.options.iter().filter_map(|option| option.first().cloned()));
                    if !element.optional {
                        break;
                    }
                }
                for first in firsts {
                    self.by_first.entry(first).or_default().push(number);
                }
                self.phrases.push(Phrase { mark: self.marks.len(), elements });
            }
            self.marks.push(mark);
        }
    }

    /// Adds what is found, without what `own` covers (spans of quotations) and what `removed` names.
    pub(crate) fn find(&self, page: &Page, own: &[(usize, usize)], removed: &HashSet<String>, all: &mut Vec<Found>) {
        let mut found: Vec<Found> = Vec::new();
        for (index, word) in page.words.iter().enumerate() {
            if own.iter().any(|(from, to)| (*from..*to).contains(&word.start)) {
                continue;
            }
            let written = page.text(word.start, word.end);
            let firsts = [word.whole.as_str(), word.fold.as_str(), written.as_str()];
            let mut numbers: Vec<usize> =
                firsts.iter().filter_map(|first| self.by_first.get(*first)).flatten().copied().collect();
            numbers.sort_unstable();
            numbers.dedup();
            for phrase in numbers.iter().filter_map(|number| self.phrases.get(*number)) {
                let Some(mark) = self.marks.get(phrase.mark) else { continue };
                let Some(until) = run(page, &phrase.elements, index, index, mark.exact).filter(|until| *until > index) else {
                    continue;
                };
                let Some(last) = page.word(until - 1) else { continue };
                if !excused(page, mark, index, until) && !removed.contains(&spaced(&page.text(word.start, last.end))) {
                    found.push(Found {
                        kind: mark.kind,
                        identifier: None,
                        start: word.start,
                        end: last.end,
                        reason: mark.reason.clone(),
                        suggestion: mark.suggestion.clone(),
                        instead: mark.instead.clone(),
                    });
                }
            }
        }
        // Phrases of one kind that overlap are one hint: "they are dangerous boys".
        found.sort_by_key(|one| (one.kind, one.start, std::cmp::Reverse(one.end)));
        for one in found {
            match all.last_mut() {
                Some(last) if last.kind == one.kind && one.overlaps(last) => last.end = last.end.max(one.end),
                _ => all.push(one),
            }
        }
    }
}

fn element(part: &str, exact: bool) -> Vec<Element> {
    let inner = |open: char, close: char| part.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let (text, optional) = match (inner('(', ')'), inner('[', ']')) {
        (Some(text), _) => (text, false),
        (None, Some(text)) => (text, true),
        (None, None) => (part, false),
    };
    let words = |option: &str| -> Vec<String> {
        if exact { vec![option.to_owned()] } else { spaced(&option.replace('_', " ")).split(' ').map(str::to_owned).collect() }
    };
    vec![Element { options: text.split('|').map(words).collect(), optional }]
}

/// The number of the word after the longest match of these elements at `at`.
fn run(page: &Page, elements: &[Element], from: usize, at: usize, exact: bool) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else { return Some(at) };
    let mut best = if element.optional { run(page, rest, from, at, exact) } else { None };
    for option in &element.options {
        let fits = option.iter().enumerate().all(|(offset, wanted)| {
            let index = at + offset;
            page.word(index).is_some_and(|word| (index == from || word.joined) && is(page, word, wanted, exact))
        });
        if fits {
            best = best.max(run(page, rest, from, at + option.len(), exact));
        }
    }
    best
}

fn is(page: &Page, word: &Word, wanted: &str, exact: bool) -> bool {
    if exact { page.text(word.start, word.end) == wanted } else { word.whole == wanted || word.fold == wanted }
}

/// Whether the words around make the phrase an ordinary one.
fn excused(page: &Page, mark: &Mark, index: usize, until: usize) -> bool {
    let in_list = |list: &[String], word: Option<&Word>| {
        word.is_some_and(|word| list.iter().any(|one| *one == word.fold || *one == word.whole))
    };
    (1..=3).any(|back| in_list(&mark.unless_before, page.earlier(index, back)))
        || (1..=2).any(|ahead| in_list(&mark.unless_after, page.later(until - 1, ahead)))
}

/// Quotations that the text gives to a young person or parent: their own words, which are theirs to choose. Names and identifiers in
/// them are still looked for, because it is a professional who puts them into this text.
pub(crate) fn own_words(page: &Page) -> Vec<(usize, usize)> {
    const SAY: [&str; 20] = [
        "say",
        "says",
        "said",
        "saying",
        "told",
        "tell",
        "tells",
        "ask",
        "asks",
        "asked",
        "wrote",
        "write",
        "writes",
        "words",
        "answered",
        "called",
        "call",
        "described",
        "put",
        "explained",
    ];
    const WHO: [&str; 34] = [
        "friend",
        "friends",
        "young",
        "child",
        "children",
        "boy",
        "girl",
        "boys",
        "girls",
        "mother",
        "father",
        "mum",
        "dad",
        "parent",
        "parents",
        "carer",
        "carers",
        "grandmother",
        "grandfather",
        "nan",
        "gran",
        "aunt",
        "uncle",
        "sister",
        "brother",
        "they",
        "she",
        "he",
        "i",
        "them",
        "a",
        "b",
        "c",
        "pupil",
    ];
    let mut spans = Vec::new();
    let mut open: Option<usize> = None;
    for (index, character) in page.chars.iter().enumerate() {
        match (character, open) {
            ('\n', _) => open = None,
            ('\u{201c}', _) | ('"', None) => open = Some(index),
            ('"', Some(start)) => {
                open = None;
                let near = |wanted: &[&str]| page.said_before(start, 9, wanted) || page.said_after(index, 4, wanted);
                if near(&SAY) && near(&WHO) {
                    spans.push((start, index));
                }
            }
            _ => {}
        }
    }
    spans
}

/// Grades of intelligence: `2BC` of three-by-five-by-two anywhere, `B35` of five-by-five-by-five only where it cannot be a room, a
/// road or a bus (practice 5.2).
pub(crate) fn grades(page: &Page, found: &mut Vec<Found>) {
    const PLACE: [&str; 36] = [
        "room",
        "rooms",
        "road",
        "route",
        "bus",
        "buses",
        "flat",
        "block",
        "unit",
        "classroom",
        "class",
        "gate",
        "bay",
        "platform",
        "junction",
        "building",
        "seat",
        "form",
        "house",
        "page",
        "section",
        "appendix",
        "table",
        "lab",
        "corridor",
        "office",
        "hall",
        "set",
        "floor",
        "level",
        "vitamin",
        "shelf",
        "box",
        "door",
        "stop",
        "stand",
    ];
    const POLICE: [&str; 27] = [
        "graded",
        "grade",
        "grading",
        "grades",
        "intel",
        "intelligence",
        "source",
        "evaluation",
        "evaluated",
        "5x5x5",
        "3x5x2",
        "handling",
        "log",
        "nominal",
        "nominals",
        "reliability",
        "sanitised",
        "assessed",
        "pnc",
        "chis",
        "report",
        "reports",
        "submitted",
        "police",
        "information",
        "marked",
        "code",
    ];
    for (index, word) in page.words.iter().enumerate() {
        let text: Vec<char> = page.slice(word.start, word.end).to_vec();
        let (sure, loose) = match text.as_slice() {
            ['1'..='3', 'A'..='E', 'P' | 'C'] | ['A'..='E', '1'..='3', 'P' | 'C'] => (true, true),
            ['A'..='E', '1'..='5', '1'..='5'] => (false, true),
            _ => (false, false),
        };
        let near = |wanted: &[&str], back: usize, ahead: usize| {
            let said = |word: Option<&Word>| word.is_some_and(|word| wanted.contains(&word.fold.as_str()));
            (1..=back).any(|step| said(page.earlier(index, step)))
                || (1..=ahead).any(|step| said(page.later(index, step)))
                || page.said_before(word.start, back, wanted)
        };
        let bracketed = page.before(word.start) == '(' && page.at(word.end) == ')';
        if loose && !near(&PLACE, 3, 1) && (sure || bracketed || near(&POLICE, 6, 6)) {
            found.push(Found {
                kind: Kind::IntelligenceMarker,
                identifier: None,
                start: word.start,
                end: word.end,
                reason: "This looks like a police grade for intelligence.".to_owned(),
                suggestion: "Say who told it, whether they saw it themselves, and when. Intelligence goes by your agency's police route, not here."
                    .to_owned(),
                instead: None,
            });
        }
    }
}
