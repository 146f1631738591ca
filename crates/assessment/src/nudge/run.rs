//! Words of one name that stand together are one finding.

use super::finding::Found;
use super::page::Word;

/// The name that is being read, if one is.
#[derive(Default)]
pub(crate) struct Run(Option<(usize, Found)>);

impl Run {
    /// The word at `index` belongs to a name: to the one before it where they stand together, else to a new one, which `make` makes.
    pub(crate) fn take(&mut self, index: usize, word: &Word, make: fn(usize, usize) -> Found, found: &mut Vec<Found>) {
        match &mut self.0 {
            Some((at, name)) if *at + 1 == index && word.joined => {
                *at = index;
                name.end = word.end;
            }
            last => found.extend(last.replace((index, make(word.start, word.end))).map(|(_, name)| name)),
        }
    }

    /// There are no more words.
    pub(crate) fn end(self, found: &mut Vec<Found>) {
        found.extend(self.0.map(|(_, name)| name));
    }
}
