//! Words that may be somebody's name: a capital in the middle of a sentence on a word that no list knows, or a known first name.
//! The quietest hint; never more than two in a thousand words of clean prose (identifiers 4.4).

use super::finding::Found;
use super::lists::Lists;
use super::names::of_a_place;
use super::page::{Page, Word};
use super::places::{PLACES, STREETS};
use super::run::Run;

/// Adds what is found.
pub(crate) fn find(page: &Page, lists: &Lists, colleagues: &[String], found: &mut Vec<Found>) {
    let mut run = Run::default();
    for (index, word) in page.words.iter().enumerate() {
        if is_possible(page, index, word, lists, colleagues) {
            run.take(index, word, Found::possible_name, found);
        }
    }
    run.end(found);
}

fn is_possible(page: &Page, index: usize, word: &Word, lists: &Lists, colleagues: &[String]) -> bool {
    let length = word.fold.chars().count();
    let known = |fold: &str| lists.is_word(fold) || lists.is_capital(fold) || colleagues.iter().any(|one| one == fold);
    if length < 2 || word.digits || word.shouted || known(&word.fold) || known(&word.whole) {
        return false;
    }
    if of_a_place(page, index, word) || in_a_title(page, index, word) || is_a_brand(page, word) {
        return false;
    }
    if word.capital && !word.first {
        return true;
    }
    let given = lists.is_given_name(&word.fold);
    let followed = || page.later(index, 1).is_some_and(|next| next.joined && next.capital && !next.shouted && !known(&next.fold));
    if word.capital { given || followed() && length > 2 } else { given && length > 3 && !word.hyphened }
}

/// Part of a name of several words with capitals that ends like a place or body: Kestrel Vale Academy.
fn in_a_title(page: &Page, index: usize, word: &Word) -> bool {
    if !word.capital {
        return false;
    }
    let capital = |word: &&Word| word.capital && word.joined;
    let ahead = (1..=3).map_while(|step| page.later(index, step).filter(capital));
    let is_place = |word: &Word| STREETS.contains(&word.fold.as_str()) || PLACES.contains(&word.fold.as_str());
    ahead.into_iter().any(is_place) || is_place(word)
}

/// Capitals within a word are a brand's, unless it is a name like McKenzie or MacLeod.
fn is_a_brand(page: &Page, word: &Word) -> bool {
    let text = page.text(word.start, word.end);
    let inner = text.chars().skip(1).any(char::is_uppercase);
    let named =
        ["Mc", "Mac", "De", "Di", "La", "Le", "Fitz", "O'", "D'", "Van", "Al"].iter().any(|start| text.starts_with(start));
    inner && !named
}
