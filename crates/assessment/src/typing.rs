//! Typing: how an editor that shows a text comes after the document, by splices (design 6).
//!
//! An editor stands on heads. What it types goes in at those heads ([`crate::Command::SpliceText`]), and what others wrote since comes out as
//! the splices from there to the document as it is. So text and places always belong to one state of the document, and nobody has to
//! guess how two edits meet: Automerge decides, once.

use automerge::{Automerge, ChangeHash, ObjId, ObjType, Patch, PatchAction, Prop, ReadDoc};

use crate::command::Refusal;
use crate::prose::Splice;
use crate::texts::{PLACES, text_object_at};

/// The text at a field.
pub fn text_of(doc: &Automerge, field: &str) -> Result<String, Refusal> {
    Ok(doc.text(found(doc, field)?)?)
}

/// What turns the text at `heads` into the text as it is now, in order.
///
/// Costs nothing where the editor is up to date; else what Automerge's comparison of this one text costs.
///
/// # Errors
/// [`Refusal::UnknownHeads`] where the document has never stood so, or the text was not there: read it anew.
pub fn splices_since(doc: &Automerge, field: &str, heads: &[ChangeHash]) -> Result<Vec<Splice>, Refusal> {
    let text = found(doc, field)?;
    let now = doc.get_heads();
    let mut stood = heads.to_vec();
    stood.sort_unstable();
    if stood == now {
        return Ok(Vec::new());
    }
    if stood.is_empty() || stood.iter().any(|head| doc.get_change_meta_by_hash(head).is_none()) {
        return Err(Refusal::UnknownHeads);
    }
    let patches = doc.diff_obj(&text, &stood, &now, false)?;
    spliced(&patches).ok_or(Refusal::UnknownHeads)
}

/// Patches of one Text as splices; `None` if one of them is about anything else.
fn spliced(patches: &[Patch]) -> Option<Vec<Splice>> {
    let mut splices: Vec<Splice> = Vec::new();
    for patch in patches {
        match &patch.action {
            PatchAction::SpliceText { index, value, .. } => {
                let insert = value.make_string();
                match splices.last_mut() {
                    // A replacement comes as what went and what came, at one place.
                    Some(last) if last.at == *index && last.insert.is_empty() => last.insert = insert,
                    _ => splices.push(Splice { at: *index, delete: 0, insert }),
                }
            }
            PatchAction::DeleteSeq { index, length } => {
                splices.push(Splice { at: *index, delete: *length, insert: String::new() });
            }
            PatchAction::Mark { .. } => {}
            _ => return None,
        }
    }
    Some(splices)
}

/// The field of a text that people type in; `None` for any other object.
pub fn field_of(doc: &Automerge, object: &ObjId) -> Option<String> {
    if !matches!(doc.object_type(object), Ok(ObjType::Text)) {
        return None;
    }
    let keys: Option<Vec<String>> = doc
        .parents(object)
        .ok()?
        .path()
        .into_iter()
        .map(|(_, prop)| match prop {
            Prop::Map(key) => Some(key),
            Prop::Seq(_) => None,
        })
        .collect();
    let keys = keys?;
    keys.first().is_some_and(|first| PLACES.contains(&first.as_str())).then(|| keys.join("/"))
}

fn found(doc: &Automerge, field: &str) -> Result<ObjId, Refusal> {
    text_object_at(doc, field).ok_or_else(|| Refusal::Unknown { what: "text", id: field.chars().take(80).collect() })
}
