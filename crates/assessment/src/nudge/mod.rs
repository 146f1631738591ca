//! Hints while somebody writes about a group: what leads to one person, what belongs to intelligence work, and words that blame
//! (R10, R11; identifiers 4.2, practice 3.6 and 5).
//!
//! ```text
//! Lists (versioned files, a local authority's changes) ─┐
//! names of my own caseload, colleagues' names ──────────┴─▶ Checker ─ check(text, words) ─▶ findings, or why it was not checked
//!                                                                        └─▶ shown(caret, kept words) ─▶ one quiet mark a paragraph
//! ```
//!
//! Nothing here blocks, writes or sends. A finding holds a place, a reason and a suggestion; what was found is never stored in a
//! document, choices stay on the machine. A young person's or parent's own words are never checked, and nothing about ethnicity, faith
//! or racism as a theme is ever marked. No pattern finds "the only girl who …": that has to be asked.
//!
//! Rules look at words and characters directly (no regular expressions, no model): a text of 2,000 characters takes about a
//! millisecond, measured by `cargo xtask eval-nudges`, which also measures what is found and what is marked wrongly.

mod contact;
mod finding;
mod fold;
mod lists;
mod moved;
mod names;
mod numbers;
mod page;
mod phrases;
mod places;
mod possible;
mod references;
mod review;
mod run;
mod shown;
mod slips;
#[cfg(test)]
mod tests;

pub use finding::{Finding, Identifier, Kind, WordKey};
pub use lists::{Lists, ListsError, LocalLists};
pub use moved::Moves;
pub use names::CaseloadName;
pub use phrases::Mark;
pub use review::{NotLookedAt, Review, Reviewed, review};
pub use shown::{Choice, Decision, shown};

pub(crate) use fold::{fold, plain};
pub(crate) use review::words_of;

use finding::Found;
use names::Names;
use page::Page;

use crate::limits::TEXT_LIMIT;

/// Whose words a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Words {
    /// A professional's: checked.
    Professional,
    /// A young person's or parent's own: never checked (R10).
    Own,
}

impl Words {
    /// From an entry's "said by": words of young people and of those who care for them are their own.
    pub fn said_by(said_by: Option<&str>) -> Self {
        const OWN: [&str; 30] = [
            "young",
            "friend",
            "friends",
            "child",
            "children",
            "boy",
            "boys",
            "girl",
            "girls",
            "parent",
            "parents",
            "mother",
            "father",
            "mum",
            "mums",
            "dad",
            "dads",
            "carer",
            "carers",
            "family",
            "families",
            "grandmother",
            "grandfather",
            "grandparent",
            "grandparents",
            "nan",
            "gran",
            "sister",
            "brother",
            "pupil",
        ];
        const AT_WORK: [&str; 7] = ["worker", "workers", "officer", "officers", "lead", "staff", "team"];
        let page = Page::new(said_by.unwrap_or_default());
        let says = |list: &[&str]| page.words.iter().any(|word| list.contains(&word.fold.as_str()));
        if says(&OWN) && !says(&AT_WORK) { Self::Own } else { Self::Professional }
    }
}

/// Why a text was not checked. A screen says so: no hint is not the same as nothing found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotChecked {
    /// They are somebody's own words.
    #[error("these are a young person's or parent's own words: they are not checked")]
    OwnWords,
    /// More than an entry may hold.
    #[error("this text is too long to check ({length} characters, the limit is {limit}): check it in parts")]
    TooLong {
        /// UTF-16 code units of the text.
        length: usize,
        /// The most that is checked, in UTF-16 code units.
        limit: usize,
    },
}

/// The rules with one practitioner's names, ready to check texts. Making one takes milliseconds: keep it, and make another when the
/// caseload changes.
#[derive(Clone)]
pub struct Checker {
    lists: Lists,
    names: Names,
    colleagues: Vec<String>,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Checker(…)")
    }
}

impl Checker {
    /// With these lists and the names of one's own caseload.
    pub fn new(lists: Lists, caseload: &[CaseloadName]) -> Self {
        let names = Names::new(caseload, &lists);
        Self { lists, names, colleagues: Vec::new() }
    }

    /// Names of people who work on the assessment: they are no possible names. A name that is in the caseload too is still found.
    #[must_use]
    pub fn with_colleagues(mut self, names: &[String]) -> Self {
        self.colleagues = names::colleague_words(names);
        self
    }

    /// Everything that the rules find, in the order of the text; no two findings share a character.
    ///
    /// # Errors
    /// Why the check did not run. It never returns "nothing" for a text that it did not read.
    pub fn check(&self, text: &str, words: Words) -> Result<Vec<Finding>, NotChecked> {
        if words == Words::Own {
            return Err(NotChecked::OwnWords);
        }
        let length = crate::limits::units(text);
        if length > TEXT_LIMIT {
            return Err(NotChecked::TooLong { length, limit: TEXT_LIMIT });
        }
        let page = Page::new(text);
        let mut found = Vec::new();
        self.names.find(&page, &self.lists, &self.colleagues, &mut found);
        numbers::find(&page, &mut found);
        references::find(&page, &mut found);
        contact::find(&page, &self.lists, &mut found);
        places::find(&page, &self.lists, &mut found);
        let own = phrases::own_words(&page);
        self.lists.phrases.find(&page, &own, &self.lists.removed, &mut found);
        phrases::grades(&page, &mut found);
        possible::find(&page, &self.lists, &self.colleagues, &mut found);
        Ok(settled(found).into_iter().map(|found| finding(&page, found)).collect())
    }
}

/// Where findings overlap, one remains: the more important kind, except that an identifier which holds a name (an e-mail address, a
/// street) stands for both; of one kind, the longer.
fn settled(mut found: Vec<Found>) -> Vec<Found> {
    let rank = |found: &Found| match found.kind {
        Kind::Identifier => 0,
        Kind::CaseloadName => 1,
        other => 2 + other as usize,
    };
    found.sort_by_key(|found| (rank(found), std::cmp::Reverse(found.end - found.start), found.start));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        let at = kept.partition_point(|other| other.start < one.start);
        let clear = kept.get(at).is_none_or(|after| !after.overlaps(&one))
            && at.checked_sub(1).and_then(|before| kept.get(before)).is_none_or(|before| !before.overlaps(&one));
        if clear && one.start < one.end {
            kept.insert(at, one);
        }
    }
    kept
}

fn finding(page: &Page, found: Found) -> Finding {
    // Without the 's of a possessive, so that a kept word is kept in both forms.
    let first = page.words.get(page.word_from(found.start)).filter(|word| word.end == found.end);
    let key = first.map_or_else(|| fold(page.slice(found.start, found.end)), |word| word.fold.clone());
    Finding {
        kind: found.kind,
        identifier: found.identifier,
        start: page.units(found.start),
        end: page.units(found.end),
        reason: found.reason,
        suggestion: found.suggestion,
        instead: found.instead,
        key: WordKey(key),
    }
}
