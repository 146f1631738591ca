//! What an entry looked like: so that one which was taken back, and edited by somebody who did not know that, shows both.

use automerge::{ObjId, ObjType, ReadDoc, ScalarValue};
use sha2::{Digest, Sha256};

use crate::read::{Chosen, Entry, entries, scalars, shown};

/// The first sixteen bytes of a hash over an entry's text and fields, as a value to keep beside "retired".
pub(crate) fn of_entry(doc: &impl ReadDoc, entry: &ObjId) -> ScalarValue {
    of(doc, entry, "kith entry 1", |key| key.starts_with("retired") || key.starts_with("edited") || key == "together")
}

/// The same of a meeting, to keep beside "closed".
pub(crate) fn of_meeting(doc: &impl ReadDoc, meeting: &ObjId) -> ScalarValue {
    let besides = |key: &str| ["retired", "edited", "closed"].iter().any(|start| key.starts_with(start));
    of(doc, meeting, "kith meeting 1", besides)
}

fn of(doc: &impl ReadDoc, entry: &ObjId, what: &str, besides: impl Fn(&str) -> bool) -> ScalarValue {
    let mut hash = Sha256::new();
    hash.update(what);
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for Entry { key, value, id, conflict } in entries(doc, entry) {
        if besides(&key) {
            continue;
        }
        part(key.as_bytes());
        match value {
            Chosen::Object(ObjType::Text) => part(doc.text(&id).unwrap_or_default().as_bytes()),
            Chosen::Object(_) => {}
            Chosen::Scalar(_) if conflict => scalars(doc, entry, &key).iter().for_each(|held| part(held.shown().as_bytes())),
            Chosen::Scalar(value) => part(shown(&value).as_bytes()),
        }
    }
    ScalarValue::Bytes(hash.finalize().iter().take(16).copied().collect())
}
