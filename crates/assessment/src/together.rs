//! Writing an entry together: its author opens it, and whoever wants to writes in it, letter by letter. Until then an edit is a draft on
//! one machine; nobody is ever shown an open draft.

use automerge::transaction::Transaction;
use automerge::{ObjId, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::people::People;
use crate::read::scalars;
use crate::view::Who;
use crate::write::{Written, object, refuse_not_mine, settle, short};

/// Opens an entry for writing together, or ends it. Its author opens it; whoever writes there may end it, since an author can be away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct WriteTogether {
    /// Which entry.
    pub id: EntryId,
    /// Whether it is open from now on.
    pub open: bool,
}

pub(crate) fn write(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    people: &People,
    given: &WriteTogether,
) -> Result<Written, Refusal> {
    let WriteTogether { id, open } = given;
    let entry = object(tx, "entries", id).ok_or_else(|| Refusal::Unknown { what: "entry", id: id.to_string() })?;
    let is_open = invited(tx, &entry);
    match (is_open, open) {
        (true, true) => return Err(Refusal::AlreadySo("this entry is open for writing together already")),
        (false, false) => return Err(Refusal::AlreadySo("this entry is not open for writing together")),
        (false, true) => refuse_not_mine(ctx, people, &entry)?,
        (true, false) => {}
    }
    let value = if *open { ScalarValue::Boolean(true) } else { ScalarValue::Null };
    settle(tx, &entry, "together", value)?;
    let code = if *open { "together" } else { "together-end" };
    Ok((Some(*id), format!("{code}:{}", short(id))))
}

/// Of an opening and an ending made apart, the opening is believed: nothing is lost by writing on.
fn invited(doc: &impl ReadDoc, entry: &ObjId) -> bool {
    scalars(doc, entry, "together").iter().any(|held| held.value == ScalarValue::Boolean(true))
}

impl Reader<'_> {
    /// Who invites others to write in an entry.
    pub(crate) fn together(&self, entry: &ObjId) -> Option<Who> {
        let held = scalars(self.doc, entry, "together");
        held.iter().rev().find(|held| held.value == ScalarValue::Boolean(true)).map(|held| self.people.who(held.by))
    }
}
