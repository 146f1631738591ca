//! References of police, courts, schools and case systems (identifiers 4.2). There is no national form for most of them, so the words
//! before them decide; and dates of birth, which are dates beside the word that makes them one.

use super::finding::{Found, Identifier};
use super::page::{Page, Word};

/// Words after which a number is the reference of a crime or incident.
const CRIME: [&str; 15] = [
    "crime",
    "cad",
    "cris",
    "cri",
    "incident",
    "occurrence",
    "investigation",
    "niche",
    "athena",
    "log",
    "ref",
    "reference",
    "crn",
    "stops",
    "nicl",
];

/// Those that are ordinary words as well: after them a short number or a year is none.
const LOOSE: [&str; 6] = ["incident", "occurrence", "investigation", "log", "stops", "crime"];

/// Words that may stand between: crime reference number, incident log no.
const BETWEEN: [&str; 15] =
    ["ref", "reference", "references", "number", "numbers", "no", "num", "nr", "is", "log", "report", "id", "crime", "was", "of"];

/// Words after which a number is one of a case system, with those that must follow some of them.
const SYSTEMS: [&str; 17] = [
    "lcs",
    "mosaic",
    "ehm",
    "liquidlogic",
    "systmone",
    "emis",
    "carefirst",
    "azeus",
    "cpis",
    "sims",
    "arbor",
    "bromcom",
    "rio",
    "framework",
    "careplus",
    "eclipse",
    "protocol",
];

/// Words of which one must stand before "id" or "number" to make it one of a person.
const OF_A_PERSON: [&str; 10] =
    ["case", "person", "client", "child", "file", "record", "patient", "pupil", "student", "hospital"];

/// Adds what is found.
pub(crate) fn find(page: &Page, found: &mut Vec<Found>) {
    for (index, word) in page.words.iter().enumerate() {
        if let Some((which, start, end)) = after_context(page, index, word) {
            found.push(Found::identifier(which, start, end));
        }
        let in_one = word.fold.strip_prefix("cad").is_some_and(|rest| rest.len() > 2 && rest.chars().all(|c| c.is_ascii_digit()));
        if in_one {
            found.push(Found::identifier(Identifier::CrimeReference, word.start, word.end));
        }
        if let Some((start, end)) = bare_crime(page, word) {
            found.push(Found::identifier(Identifier::CrimeReference, start, end));
        }
        if let Some((start, end)) = birth(page, index) {
            found.push(Found::identifier(Identifier::DateOfBirth, start, end));
        }
    }
}

type Hit = Option<(Identifier, usize, usize)>;

/// A code after the words that say what it is. The code alone is marked.
fn after_context(page: &Page, index: usize, word: &Word) -> Hit {
    let said = word.fold.as_str();
    let next = page.word(index + 1).map(|next| next.fold.as_str()).unwrap_or_default();
    let two = |first: &str, then: &[&str]| said == first && then.contains(&next);
    let which = if two("custody", &["record", "number", "ref", "reference", "no"])
        || two("arrest", &["summons"])
        || matches!(said, "asn" | "cro")
    {
        Identifier::CustodyRecord
    } else if said == "uln" || two("learner", &["number"]) {
        Identifier::LearnerNumber
    } else if matches!(said, "urn" | "laestab") || two("dfe", &["number", "no"]) || two("establishment", &["number"]) {
        Identifier::SchoolNumber
    } else if SYSTEMS.contains(&said)
        || OF_A_PERSON.contains(&said) && matches!(next, "id" | "number" | "no" | "ref" | "reference")
    {
        Identifier::SystemNumber
    } else if CRIME.contains(&said) {
        Identifier::CrimeReference
    } else {
        return None;
    };
    let (mut at, mut numbered) = (word.end, false);
    for next in page.words.get(index + 1..(index + 6).min(page.words.len()))? {
        let gap = page.slice(at, next.start);
        if gap.iter().any(|c| matches!(c, '\n' | '!' | '?' | ';' | ',')) || gap.len() > 4 {
            return None;
        }
        let filler = BETWEEN.contains(&next.fold.as_str()) || next.fold == "summons" || next.fold == "record";
        if !filler || next.digits {
            let (start, end) = code(page, next);
            return is_code(which, said, numbered, &page.text(start, end)).then_some((which, start, end));
        }
        numbered |= matches!(next.fold.as_str(), "number" | "no" | "num" | "nr" | "ref" | "reference");
        at = next.end;
    }
    None
}

/// A run of letters, figures, slashes and hyphens from a word on, with the date that a CAD number ends in.
fn code(page: &Page, word: &Word) -> (usize, usize) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-');
    let mut end = (word.start..).find(|index| !fits(page.at(*index))).unwrap_or(word.end).max(word.end);
    while end > word.end && matches!(page.before(end), '/' | '-') {
        end -= 1;
    }
    (word.start, end)
}

fn is_code(which: Identifier, said: &str, numbered: bool, text: &str) -> bool {
    let figures = text.chars().filter(char::is_ascii_digit).count();
    let parted = text.contains(['/', '-']);
    let only_figures = figures == text.chars().count();
    let year = figures == 4 && only_figures && (text.starts_with("19") || text.starts_with("20"));
    match which {
        Identifier::LearnerNumber => figures == 10,
        Identifier::SchoolNumber => only_figures && matches!(figures, 6 | 7) || figures == 7 && parted,
        Identifier::SystemNumber => matches!(figures, 5..=10) && !text.contains('/'),
        Identifier::CustodyRecord => figures >= 5,
        _ if parted && is_date(text) => false,
        _ if said == "cad" => figures >= 3,
        _ if numbered && LOOSE.contains(&said) => figures >= 3 && !year,
        _ if LOOSE.contains(&said) => (figures >= 4 && !year) && !text.ends_with(|c: char| c.is_ascii_lowercase()),
        _ => figures >= 4 && !year,
    }
}

/// 14/03/2026, 14-3-26, 2025/26.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let number = |part: &&str| part.parse::<u32>().unwrap_or(u32::MAX);
    match parts.iter().map(number).collect::<Vec<u32>>().as_slice() {
        [day, month, year] => (1..=31).contains(day) && (1..=12).contains(month) && (*year < 100 || (1900..2100).contains(year)),
        [from, to] => (1900..2100).contains(from) && *to < 100,
        _ => false,
    }
}

/// 45/12345/26 and 12345/26 are nothing else, without a word before them.
fn bare_crime(page: &Page, word: &Word) -> Option<(usize, usize)> {
    if !word.number || matches!(page.before(word.start), '/' | '-' | '.' | ',' | '\u{a3}') {
        return None;
    }
    let (start, end) = code(page, word);
    let text = page.text(start, end);
    let parts: Vec<&str> = text.split('/').collect();
    let figures = |part: &str, wanted: std::ops::RangeInclusive<usize>| {
        wanted.contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit())
    };
    let fits = match parts.as_slice() {
        [first, middle, last] => figures(first, 2..=2) && figures(middle, 4..=7) && figures(last, 2..=2),
        [first, last] => figures(first, 5..=7) && figures(last, 2..=2),
        _ => false,
    };
    (fits && !page.at(end).is_alphanumeric()).then_some((start, end))
}

pub(super) const MONTHS: [&str; 23] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
];

const BIRTH: [&str; 7] = ["born", "dob", "birthday", "birthdate", "birth", "birthdays", "bday"];

/// A date with "born", "birthday" or "turns 15 on" before it, or "birthday" after it.
fn birth(page: &Page, index: usize) -> Option<(usize, usize)> {
    let word = page.word(index)?;
    let (start, end) = date(page, index, word)?;
    let dotted = page.text(start.saturating_sub(14), start).to_lowercase().replace('.', "").contains("dob");
    let before = dotted || page.said_before(start, 6, &BIRTH);
    let turns = (1..=4).any(|back| {
        let Some(earlier) = index.checked_sub(back).and_then(|at| page.word(at)) else { return false };
        matches!(earlier.fold.as_str(), "turns" | "turned" | "turn" | "turning")
            && !page.slice(earlier.end, start).contains(&'\n')
    });
    let after = page.said_after(end, 3, &["birthday", "birthdate"]);
    (before || turns || after).then_some((start, end))
}

/// A date with a day in it, however written.
fn date(page: &Page, index: usize, word: &Word) -> Option<(usize, usize)> {
    let start = word.start;
    if !word.digits {
        // March 14, 2011
        let day =
            page.word(index + 1).filter(|next| MONTHS.contains(&word.fold.as_str()) && next.joined && is_day(&next.whole))?;
        return Some((start, with_year(page, index + 1, day.end)));
    }
    if matches!(page.before(start), '/' | '-' | '.') {
        return None;
    }
    let fits = |c: char| c.is_ascii_digit() || matches!(c, '/' | '-' | '.');
    let mut end = (start..).find(|at| !fits(page.at(*at))).unwrap_or(start);
    while end > start && !page.before(end).is_ascii_digit() {
        end -= 1;
    }
    let text = page.text(start, end).replace(['.', '-'], "/");
    let parts: Vec<u32> = text.split('/').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
    let numeric = match parts.as_slice() {
        [day, month, year] if *day <= 31 => (1..=12).contains(month) && (*year < 100 || (1900..2100).contains(year)),
        [year, month, day] => (1900..2100).contains(year) && (1..=12).contains(month) && (1..=31).contains(day),
        _ => false,
    };
    if numeric && !page.at(end).is_alphanumeric() {
        return Some((start, end));
    }
    if !is_day(&word.whole) {
        return None;
    }
    let mut month = index + 1;
    if page.word(month).is_some_and(|next| matches!(next.fold.as_str(), "of" | "st" | "nd" | "rd" | "th")) {
        month += 1;
    }
    let named = page.word(month).filter(|next| MONTHS.contains(&next.fold.as_str()) && next.joined)?;
    Some((start, with_year(page, month, named.end)))
}

/// The end of a date, with the year after it if there is one.
fn with_year(page: &Page, index: usize, end: usize) -> usize {
    let year = page.word(index + 1).filter(|next| {
        let near = next.start - end <= 2;
        near && next.number && (next.whole.len() == 4 || next.whole.len() == 2 && page.slice(end, next.start) == [' '])
    });
    year.map_or(end, |year| year.end)
}

fn is_day(text: &str) -> bool {
    let figures: String = text.chars().take_while(char::is_ascii_digit).collect();
    let rest = text.get(figures.len()..).unwrap_or_default();
    matches!(rest, "" | "st" | "nd" | "rd" | "th") && figures.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
}
