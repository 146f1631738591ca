//! What this crate's tests share.

use proptest::prelude::*;

/// Lower-case hexadecimal, 64 bytes a line.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.chunks(64).map(|line| data_encoding::HEXLOWER.encode(line)).collect::<Vec<_>>().join("\n")
}

/// Random bytes, or `valid` with a few bytes changed, cut or added: what a decoder must survive.
pub(crate) fn bytes_like(valid: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let mutated = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..6).prop_map(move |edits| {
        let mut bytes = valid.clone();
        for (index, byte, edit) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = index.index(bytes.len());
            match edit {
                0 | 1 => bytes[at] = byte,
                2 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..400), mutated]
}
