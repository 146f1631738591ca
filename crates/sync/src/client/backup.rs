//! What a copy of a store holds: enough for a new computer to read everything, and nothing with which it could pass for the old one
//! (protocol 9, notes 6.7).
//!
//! No device key, no epoch key, no MLS state, no enrolment, no request that is open: so whatever becomes of the copy, no number is used
//! twice and no group is forked by it. Own work that was not sent comes as plain changes, to be read.

use kith_group::{Bundle, DeviceKey, EpochKey, GroupState, Payload, Random, Rows, RowsError, Space};

use super::rows::{self, DocumentRow};
use super::{ClientError, Standing};
use crate::replica;

/// Rows that are copied as they are. Whatever is not named here stays behind.
const AS_THEY_ARE: [Space; 7] = [rows::HOT, rows::LOG, rows::BASE, rows::AUTHOR, rows::RECEIPT, rows::FINDING, rows::REFUSED];

/// A row of a copy.
pub type CopiedRow = (Space, Vec<u8>, Vec<u8>);

/// The protocol's rows for a backup. Read back they make documents that can be read and never written: their standing is
/// [`Standing::Restored`], or [`Standing::Removed`] where it was so.
///
/// # Errors
/// When a row cannot be read.
pub fn rows_for_a_backup(rows: &dyn Rows, random: &mut dyn Random) -> Result<Vec<CopiedRow>, ClientError> {
    let mut copied = Vec::new();
    for space in AS_THEY_ARE {
        copied.extend(rows.scan_rows(space, &[], &[], usize::MAX)?.into_iter().map(|(key, value)| (space, key, value)));
    }
    for (key, value) in rows.scan_rows(rows::DOCUMENT, &[], &[], usize::MAX)? {
        let mut row: DocumentRow = rows::read(rows::DOCUMENT, &value)?;
        let own = DeviceKey::from_seed(row.seed).id();
        let document = kith_group::DocumentId::from_slice(&key).ok_or_else(|| damaged("a document's name"))?;
        let mut number = 0;
        let mut unsent = |change: Vec<u8>| {
            copied.push((rows::UNSENT, rows::numbered(&document, number), change));
            number += 1;
        };
        rows::each(rows, rows::OUTBOX, &document, 0, |_, bundle| {
            let bundle = Bundle::decode_for(&document, &own, &bundle).map_err(|_| damaged("a bundle that waits"))?;
            let changes = match bundle.payload {
                Payload::Changes(changes) => changes,
                Payload::Bundled(bytes) => {
                    replica::unpack(&bytes, &replica::Caps::default()).map_err(|_| damaged("a bundle that waits"))?
                }
                // What is stored is stored whole.
                Payload::Short(_) => return Err(damaged("a bundle that waits")),
            };
            changes.into_iter().for_each(&mut unsent);
            Ok(())
        })?;
        rows::each(rows, rows::UNSENT, &document, 0, |_, change| {
            unsent(change);
            Ok(())
        })?;
        if !matches!(row.standing, Standing::Removed { .. }) {
            row.standing = Standing::Restored;
        }
        row.seed = DeviceKey::generate(random).seed();
        row.group_info = None;
        let mut state = GroupState::decode(&row.group).map_err(|_| damaged("the group's state"))?;
        state.key = EpochKey::from_bytes([0; 32]);
        row.group = state.encode();
        copied.push((rows::DOCUMENT, key, rows::written(&row)));
    }
    Ok(copied)
}

fn damaged(what: &str) -> RowsError {
    RowsError::Damaged(format!("{what} cannot be read"))
}
