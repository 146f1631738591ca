//! Names from the practitioner's own caseload, whatever their origin: first names, surnames, short forms, possessives, accents left
//! out, and one letter wrong (identifiers 4.4). Words of the language that are names too (Will, May, Blessing) count as names only
//! where they stand like one.

use std::collections::HashMap;

use super::finding::Found;
use super::fold::fold_text;
use super::lists::Lists;
use super::page::{Page, Word};
use super::places::{PLACES, STREETS};
use super::run::Run;
use super::slips::{shortened, slip};

/// Somebody in a caseload.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CaseloadName {
    /// The name, first names first.
    pub full: String,
    /// Short forms, nicknames, other spellings.
    pub also: Vec<String>,
}

impl std::fmt::Debug for CaseloadName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaseloadName(…)")
    }
}

impl CaseloadName {
    /// From one line: the name, then further forms after commas. `None` for a line that is empty or a comment (#).
    pub fn from_line(line: &str) -> Option<Self> {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let mut forms = line.split(',').map(str::trim).filter(|form| !form.is_empty()).map(str::to_owned);
        Some(Self { full: forms.next()?, also: forms.collect() })
    }
}

/// Parts of names that stand for nobody alone.
const PARTICLES: [&str; 30] = [
    "de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "al", "el", "bin", "ibn",
    "bint", "ap", "ab", "ferch", "mc", "mac", "st", "ul", "ni", "nic", "ui",
];

/// Days and months that are names as well.
const CALENDAR: [&str; 14] = [
    "january",
    "april",
    "may",
    "june",
    "july",
    "august",
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "summer",
];

/// After one of these, a day or month is one.
const DATED: [&str; 19] = [
    "in", "on", "by", "since", "until", "till", "during", "late", "early", "mid", "last", "next", "this", "every", "each",
    "before", "after", "the", "through",
];

/// What a person does, at the beginning of a sentence after a name that is also a word.
const DOES: [&str; 97] = [
    "will",
    "fell",
    "rang",
    "rose",
    "slept",
    "stood",
    "held",
    "began",
    "chose",
    "wore",
    "grew",
    "drank",
    "ate",
    "drove",
    "rode",
    "shook",
    "broke",
    "bought",
    "caught",
    "taught",
    "built",
    "sent",
    "heard",
    "paid",
    "won",
    "put",
    "set",
    "let",
    "hurt",
    "read",
    "swam",
    "sang",
    "hid",
    "woke",
    "led",
    "threw",
    "seems",
    "is",
    "was",
    "has",
    "had",
    "does",
    "did",
    "said",
    "says",
    "told",
    "went",
    "came",
    "got",
    "met",
    "left",
    "knew",
    "felt",
    "kept",
    "gave",
    "took",
    "made",
    "ran",
    "sat",
    "saw",
    "found",
    "brought",
    "thought",
    "spoke",
    "wrote",
    "lost",
    "can",
    "could",
    "would",
    "should",
    "might",
    "also",
    "never",
    "always",
    "often",
    "still",
    "now",
    "then",
    "who",
    "sometimes",
    "usually",
    "cannot",
    "didnt",
    "doesnt",
    "wasnt",
    "isnt",
    "hasnt",
    "hadnt",
    "wont",
    "cant",
    "couldnt",
    "wouldnt",
    "lives",
    "goes",
    "and",
    "or",
    "spent",
];

/// Before one of these words a name does not stand.
const ARTICLES: [&str; 12] = ["the", "a", "an", "this", "these", "those", "our", "every", "no", "any", "each", "some"];

/// After a day or month, one of these shows that it is one.
const OF_THE_DAY: [&str; 12] = [
    "morning",
    "afternoon",
    "evening",
    "evenings",
    "night",
    "nights",
    "mornings",
    "half",
    "term",
    "holiday",
    "holidays",
    "lunch",
];

fn is_calendar(word: &Word) -> bool {
    CALENDAR.contains(&word.fold.as_str())
}

/// After a surname with "the" before it: the Green family.
const HOUSEHOLD: [&str; 12] =
    ["family", "familys", "household", "children", "boys", "girls", "brothers", "sisters", "home", "twins", "mother", "kids"];

/// Words in s that are no verbs.
const NOT_DOING: [&str; 12] =
    ["this", "theirs", "ours", "yours", "families", "friends", "parents", "adults", "workers", "places", "services", "groups"];

/// One word of a name.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) letters: Vec<char>,
    person: usize,
    /// A word of the language as well.
    pub(super) ordinary: bool,
    /// From the name itself, not from a list of short forms.
    pub(super) own: bool,
}

/// The caseload, ready to look for.
#[derive(Clone, Default)]
pub(crate) struct Names {
    parts: Vec<Part>,
    exact: HashMap<String, Vec<usize>>,
    /// Particles that stand in these names.
    particles: Vec<String>,
    /// Parts in scripts without spaces.
    unspaced: Vec<Vec<char>>,
}

impl Names {
    pub(crate) fn new(caseload: &[CaseloadName], lists: &Lists) -> Self {
        let mut names = Self::default();
        for (person, name) in caseload.iter().enumerate() {
            let own = words_of(&name.full);
            for (index, word) in own.iter().enumerate() {
                names.add(word, person, true, lists);
                // The surname has no short forms, unless it is the only name.
                if index + 1 < own.len() || own.len() == 1 {
                    lists.short_forms(word).iter().for_each(|form| names.add(form, person, false, lists));
                }
            }
            // Written as one, or in two: Abdul Rahman, Abdulrahman.
            for pair in own.windows(2) {
                let joined = pair.concat();
                lists.short_forms(&joined).iter().for_each(|form| names.add(form, person, false, lists));
                names.add(&joined, person, false, lists);
            }
            for form in name.also.iter().flat_map(|form| words_of(form)) {
                names.add(&form, person, true, lists);
            }
        }
        names
    }

    fn add(&mut self, word: &str, person: usize, own: bool, lists: &Lists) {
        let letters: Vec<char> = word.chars().collect();
        if letters.iter().any(|c| *c >= '\u{2e80}') {
            if !self.unspaced.contains(&letters) {
                self.unspaced.push(letters);
            }
            return;
        }
        let known = self.exact.get(word).is_some_and(|numbers| {
            numbers.iter().any(|number| self.parts.get(*number).is_some_and(|part| part.person == person))
        });
        if PARTICLES.contains(&word) && !self.particles.iter().any(|particle| particle == word) {
            self.particles.push(word.to_owned());
        }
        if letters.len() < 2 || PARTICLES.contains(&word) || known {
            return;
        }
        let ordinary = lists.is_word(word) || CALENDAR.contains(&word) || lists.is_capital(word);
        self.exact.entry(word.to_owned()).or_default().push(self.parts.len());
        self.parts.push(Part { text: word.to_owned(), letters, person, ordinary, own });
    }

    /// Adds what is found; parts of one name that stand together are one finding.
    pub(crate) fn find(&self, page: &Page, lists: &Lists, colleagues: &[String], found: &mut Vec<Found>) {
        if self.parts.is_empty() && self.unspaced.is_empty() {
            return;
        }
        let mut run = Run::default();
        for (index, word) in page.words.iter().enumerate() {
            // A particle belongs to the name that follows it: Al-Khatib.
            let leads = self.particles.contains(&word.fold) && (word.capital || word.hyphened);
            let named = if leads {
                page.word(index + 1).is_some_and(|next| next.joined && self.is_name(page, index + 1, next, lists, colleagues))
            } else {
                self.is_name(page, index, word, lists, colleagues)
            };
            if named {
                run.take(index, word, Found::caseload_name, found);
            }
        }
        run.end(found);
        for name in &self.unspaced {
            let places = page.chars.windows(name.len()).enumerate().filter(|(_, window)| window == name);
            found.extend(places.map(|(start, _)| Found::caseload_name(start, start + name.len())));
        }
    }

    fn is_name(&self, page: &Page, index: usize, word: &Word, lists: &Lists, colleagues: &[String]) -> bool {
        if word.number {
            return false;
        }
        let bare = word.whole.strip_suffix('s').filter(|bare| bare.len() > 2 && !lists.is_word(&word.whole));
        let forms = [Some(word.fold.as_str()), Some(word.whole.as_str()), bare];
        let exact: Vec<&Part> = forms
            .into_iter()
            .flatten()
            .filter_map(|form| self.exact.get(form))
            .flatten()
            .filter_map(|number| self.parts.get(*number))
            .collect();
        // Jiwoo Park is nobody's park, if that is the name.
        let next = page.later(index, 1).filter(|next| next.joined);
        if of_a_place(page, index, word) && !self.beside_its_own(&exact, next, false, word) {
            return false;
        }
        // Short parts in small letters count beside the rest of their name: xin yi.
        let before = page.earlier(index, 1).filter(|_| word.joined);
        if exact.iter().any(|part| !part.ordinary) && self.beside_its_own(&exact, before, true, word) {
            return true;
        }
        if exact.iter().any(|part| !part.ordinary && (part.letters.len() > 2 || word.capital && !word.shouted || word.hyphened)) {
            return true;
        }
        if !exact.is_empty() {
            return self.stands_like_a_name(page, index, word, &exact);
        }
        let colleague = colleagues.contains(&word.fold);
        if colleague || word.digits || lists.is_capital(&word.fold) {
            return false;
        }
        let letters: Vec<char> = word.fold.chars().collect();
        if lists.is_word(&word.fold) || lists.is_word(&word.whole) {
            // A short form that is a word too, where no such word would have a capital: "with Vale".
            let lone = word.capital && !word.first && !word.shouted && page.later(index, 1).is_none_or(|next| !next.capital);
            let after = page.earlier(index, 1).is_some_and(|before| !before.capital && !ARTICLES.contains(&before.fold.as_str()));
            return lone
                && after
                && self.parts.iter().any(|part| part.own && letters.len() > 3 && part.text.starts_with(&word.fold));
        }
        self.parts
            .iter()
            .any(|part| slip(part, &letters, word) || word.capital && !word.shouted && shortened(part, &word.fold, &letters))
    }

    /// Whether an ordinary word is here somebody's name.
    fn stands_like_a_name(&self, page: &Page, index: usize, word: &Word, parts: &[&Part]) -> bool {
        let next = page.later(index, 1);
        let before = page.earlier(index, 1);
        if self.beside_its_own(parts, before.filter(|_| word.joined), word.hyphened, word)
            || self.beside_its_own(parts, next.filter(|next| next.joined), next.is_some_and(|next| next.hyphened), word)
        {
            return true;
        }
        if word.capital
            && before.is_some_and(|before| before.fold == "the")
            && next.is_some_and(|next| HOUSEHOLD.contains(&next.fold.as_str()))
        {
            return true;
        }
        if !word.capital || word.shouted || before.is_some_and(|before| ARTICLES.contains(&before.fold.as_str())) {
            return false;
        }
        let then = next.map(|next| next.fold.as_str()).unwrap_or_default();
        let verb = then.len() > 3 && (then.ends_with('s') || then.ends_with("ed")) && !NOT_DOING.contains(&then);
        if is_calendar(word) {
            let dated = before.is_some_and(|before| DATED.contains(&before.fold.as_str()) || before.digits)
                || next.is_some_and(|next| next.joined && next.digits)
                || OF_THE_DAY.contains(&then)
                || before.is_some_and(|before| matches!(before.fold.as_str(), "to" | "from" | "of" | "and" | "or" | "between"))
                    && (2..=3).any(|step| page.earlier(index, step).is_some_and(is_calendar))
                || matches!(then, "to" | "and" | "or") && (2..=3).any(|step| page.later(index, step).is_some_and(is_calendar))
                || before.is_some_and(|before| before.fold == "of")
                    && page
                        .earlier(index, 2)
                        .is_some_and(|two| ["end", "start", "beginning", "middle"].contains(&two.fold.as_str()));
            let unclear = matches!(
                then,
                "is" | "was" | "and" | "or" | "can" | "could" | "also" | "will" | "had" | "has" | "brought" | "began"
            );
            let does = next.is_some_and(|next| DOES.contains(&then) && !unclear || verb || next.capital);
            return !dated && (!word.first || word.possessive || does);
        }
        if !word.first || word.possessive || page.at(word.end) == ',' {
            return true;
        }
        if matches!(then, "and" | "or") {
            return page
                .later(index, 2)
                .is_some_and(|third| third.capital || matches!(third.fold.as_str(), "her" | "his" | "their"));
        }
        // "Green spaces are few": what looks like a verb is what the sentence is about.
        let about = page
            .later(index, 2)
            .is_some_and(|third| ["are", "were", "have", "is", "was", "can", "will"].contains(&third.fold.as_str()));
        DOES.contains(&then) || verb && !about
    }

    /// Whether another part of the same name stands directly beside a word: Will Carter, jimmy-dean.
    fn beside_its_own(&self, parts: &[&Part], other: Option<&Word>, hyphened: bool, word: &Word) -> bool {
        let Some(other) = other.filter(|other| hyphened || other.capital && word.capital) else { return false };
        let numbers = self.exact.get(&other.fold).map(Vec::as_slice).unwrap_or_default();
        let mut others = numbers.iter().filter_map(|number| self.parts.get(*number));
        others.any(|other| parts.iter().any(|part| part.person == other.person && part.text != other.text))
    }
}

/// The folded words of a name, and hyphened ones joined as well.
fn words_of(name: &str) -> Vec<String> {
    Page::new(name).words.iter().map(|word| word.whole.clone()).collect()
}

/// Mark Street, Grace Church, St Mark's.
pub(crate) fn of_a_place(page: &Page, index: usize, word: &Word) -> bool {
    let next = page.later(index, 1).filter(|next| next.joined && next.capital && word.capital && !word.possessive);
    let place = next.is_some_and(|next| STREETS.contains(&next.fold.as_str()) || PLACES.contains(&next.fold.as_str()));
    let before = index.checked_sub(1).and_then(|at| page.word(at));
    let saint = before
        .is_some_and(|before| matches!(before.fold.as_str(), "st" | "saint") && before.capital && word.start - before.end <= 2);
    place || saint
}

/// Colleagues' names, folded and in parts: a professional at work is not a friend to be hidden.
pub(crate) fn colleague_words(names: &[String]) -> Vec<String> {
    names.iter().flat_map(|name| words_of(name)).filter(|word| word.chars().count() > 1).map(|word| fold_text(&word)).collect()
}
