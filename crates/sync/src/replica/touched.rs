//! What a person's view has to refresh, from the patches that Automerge makes while it applies.

use automerge::{Automerge, ObjId, ObjType, Patch, PatchAction, Prop, ROOT, ReadDoc};

/// One thing that changed in the document that the person sees, in the order in which it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Touched {
    /// The object. [`ROOT`] with [`TouchedKind::Everything`] stands for the whole document.
    pub object: ObjId,
    /// What changed in it.
    pub kind: TouchedKind,
}

/// What changed in one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TouchedKind {
    /// Text was replaced: at this place `delete` UTF-16 code units went and `insert` came.
    Text {
        /// UTF-16 code units from the start.
        at: usize,
        /// UTF-16 code units removed there.
        delete: usize,
        /// Text put there.
        insert: String,
    },
    /// The values at one key of a map (read them with `get_all`: there may be several).
    Key(String),
    /// Something else in this object: read it again.
    Object,
    /// The document may differ anywhere: read all of it again.
    Everything,
}

/// Beyond this many, one "everything" is cheaper than the list.
const MOST: usize = 10_000;

/// The list since it was last taken.
#[derive(Debug, Default)]
pub(super) struct TouchedList(Vec<Touched>);

impl TouchedList {
    pub(super) fn take(&mut self) -> Vec<Touched> {
        std::mem::take(&mut self.0)
    }

    pub(super) fn everything(&mut self) {
        self.0 = vec![Touched { object: ROOT, kind: TouchedKind::Everything }];
    }

    pub(super) fn push(&mut self, touched: Touched) {
        if matches!(self.0.first(), Some(Touched { kind: TouchedKind::Everything, .. })) {
            return;
        }
        if self.0.len() >= MOST {
            self.everything();
        } else {
            self.0.push(touched);
        }
    }

    /// Adds what `patches`, just made by `doc`, say.
    pub(super) fn patches(&mut self, doc: &Automerge, patches: Vec<Patch>) {
        for patch in patches {
            let object = patch.obj;
            let kind = match patch.action {
                PatchAction::SpliceText { index, value, .. } => {
                    TouchedKind::Text { at: index, delete: 0, insert: value.make_string() }
                }
                PatchAction::DeleteSeq { index, length } if matches!(doc.object_type(&object), Ok(ObjType::Text)) => {
                    TouchedKind::Text { at: index, delete: length, insert: String::new() }
                }
                PatchAction::PutMap { key, .. }
                | PatchAction::DeleteMap { key }
                | PatchAction::Increment { prop: Prop::Map(key), .. }
                | PatchAction::Conflict { prop: Prop::Map(key) } => TouchedKind::Key(key),
                _ => TouchedKind::Object,
            };
            // A replacement arrives as a deletion and an insertion at one place: one splice.
            if let (
                TouchedKind::Text { at, delete: 0, insert },
                Some(Touched { object: last, kind: TouchedKind::Text { at: there, insert: nothing, .. } }),
            ) = (&kind, self.0.last_mut())
                && *last == object
                && there == at
                && nothing.is_empty()
            {
                nothing.clone_from(insert);
                continue;
            }
            self.push(Touched { object, kind });
        }
    }
}
