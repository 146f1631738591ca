//! Everything that a profile holds, for tests that search it for words that must not be there.
#![allow(clippy::unwrap_used)]

use kith::engine::{Engine, Profile};
use kith_group::{DocumentKind, Rows as _, Space};

use crate::processes::{PASSPHRASE, Practitioner};

/// Everything that a profile holds, opened with its own passphrase: kinds of documents, and every row and change unfolded.
///
/// # Panics
/// If the profile cannot be opened.
pub fn holdings(who: &Practitioner) -> (Vec<DocumentKind>, Vec<Vec<u8>>) {
    let mut all = Vec::new();
    {
        let store = kith::store::Store::open(&who.folder, PASSPHRASE).unwrap();
        for space in 0..=u8::MAX {
            let rows = store.scan_rows(Space(space), &[], &[], usize::MAX).unwrap_or_default();
            all.extend(rows.into_iter().flat_map(|(key, value)| [key, value]));
        }
    }
    let engine = Engine::start(Profile::open(&who.folder, PASSPHRASE).unwrap()).unwrap();
    let (kinds, changes) = engine
        .look(|work| {
            let (mut kinds, mut changes) = (Vec::new(), Vec::new());
            for document in work.documents() {
                kinds.push(document.kind);
                changes.extend(work.read(&document.id)?.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()));
            }
            Ok((kinds, changes))
        })
        .unwrap();
    engine.stop().unwrap();
    all.extend(changes);
    (kinds, all)
}

/// Whether a word stands anywhere in it.
pub fn holds(holdings: &[Vec<u8>], word: &str) -> bool {
    holdings.iter().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}
