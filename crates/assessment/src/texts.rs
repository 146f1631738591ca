//! Texts that several people write in one paragraph, named by the field that the view shows: "analysis/summary",
//! "plan/goals/{id}/text", "answers/{id}/text", "purpose/better", "entries/{id}/text", "picture/words", "meetings/{id}/notes".

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};

use crate::command::{Context, Refusal};
use crate::ids::EntryId;
use crate::limits::{self, TEXT_LIMIT};
use crate::read::{self, objects, scalars};
use crate::write::{Written, mark, rewrite, room_for, short, typing_mark};

/// Where such texts stand. What somebody said is not among them: nobody edits it.
pub(crate) const PLACES: [&str; 7] = ["entries", "purpose", "analysis", "plan", "answers", "picture", "meetings"];

/// A text: its map, its key there, the key of its mark.
type Place = (ObjId, String, String);

fn place(doc: &impl ReadDoc, field: &str) -> Option<Place> {
    let mut parts: Vec<&str> = field.split('/').collect();
    if !parts.first().is_some_and(|first| PLACES.contains(first)) || parts.len() > 4 {
        return None;
    }
    let key = parts.pop()?;
    let is_entry = parts.first() == Some(&"entries");
    let mut map = ROOT;
    for part in parts {
        map = objects(doc, &map, part, ObjType::Map).pop()?;
    }
    objects(doc, &map, key, ObjType::Text).pop()?;
    let marked = if is_entry { "edited".to_owned() } else { format!("edited-{key}") };
    Some((map, key.to_owned(), marked))
}

fn found(tx: &Transaction<'_>, field: &str) -> Result<Place, Refusal> {
    place(tx, field).ok_or_else(|| Refusal::Unknown { what: "text", id: field.chars().take(80).collect() })
}

/// The Automerge Text at a field, for a typing session.
pub fn text_object_at(doc: &Automerge, field: &str) -> Option<ObjId> {
    let (map, key, _) = place(doc, field)?;
    objects(doc, &map, &key, ObjType::Text).pop()
}

pub(crate) fn edit(tx: &mut Transaction<'_>, ctx: &Context<'_>, field: &str, text: &str) -> Result<Written, Refusal> {
    let text = limits::fragment("text", text, TEXT_LIMIT)?;
    let (map, key, marked) = found(tx, field)?;
    let retired = scalars(tx, &map, "retired");
    if !retired.is_empty() && retired.iter().all(|held| held.value != ScalarValue::Null) {
        return Err(Refusal::TakenBack { why: retired.last().map(read::Held::shown).unwrap_or_default() });
    }
    if field.starts_with("meetings/") {
        crate::meetings::refuse_closed(tx, &map)?;
    }
    if !rewrite(tx, &map, &key, &text)? {
        return Err(Refusal::AlreadySo("the text already reads so: nothing was changed"));
    }
    mark(tx, &map, &marked, ctx.now)?;
    Ok((id_in(field), format!("text:{}", code(field))))
}

/// The text as its author wants it, written at the heads that their draft began from: Automerge merges it with what came since.
pub(crate) fn update(tx: &mut Transaction<'_>, ctx: &Context<'_>, field: &str, text: &str) -> Result<Written, Refusal> {
    let (map, key, marked) = found(tx, field)?;
    let is_entry = field.starts_with("entries/");
    let text = if is_entry { limits::prose("text", text, TEXT_LIMIT) } else { limits::fragment("text", text, TEXT_LIMIT) }?;
    if !rewrite(tx, &map, &key, &text)? {
        return Err(Refusal::AlreadySo("the draft is what it began from: nothing was changed"));
    }
    mark(tx, &map, &marked, ctx.now)?;
    let id = id_in(field);
    let words = match id {
        Some(id) if is_entry => format!("edit:{}", short(&id)),
        _ => format!("text:{}", code(field)),
    };
    Ok((id, words))
}

pub(crate) fn splice(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    field: &str,
    at: usize,
    delete: usize,
    insert: &str,
) -> Result<Written, Refusal> {
    let (map, key, marked) = found(tx, field)?;
    splice_at(tx, ctx, (&map, &key, &marked), at, delete, insert)?;
    Ok((id_in(field), format!("s:{}", code(field))))
}

pub(crate) fn looked_at(tx: &mut Transaction<'_>, ctx: &Context<'_>, field: &str) -> Result<Written, Refusal> {
    let (map, _, marked) = found(tx, field)?;
    if scalars(tx, &map, &marked).len() < 2 {
        return Err(Refusal::AlreadySo("nobody has edited this apart since somebody last looked"));
    }
    mark(tx, &map, &marked, ctx.now)?;
    Ok((id_in(field), format!("text-look:{}", code(field))))
}

/// One splice of typing, at a text that is named by its map, its key and the key of its mark.
pub(crate) fn splice_at(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    (map, key, marked): (&ObjId, &str, &str),
    at: usize,
    delete: usize,
    insert: &str,
) -> Result<(), Refusal> {
    // An editor counts positions, so its line ends cannot be changed under it: a carriage return is refused like other controls.
    if insert.contains('\r') {
        return Err(Refusal::ControlCharacter { what: "text", code: 0x0d });
    }
    let insert = limits::fragment("text", insert, TEXT_LIMIT)?;
    limits::at_once(std::iter::once(insert.as_str()))?;
    if delete == 0 && insert.is_empty() {
        return Err(Refusal::Empty { what: "edit" });
    }
    let Some(text) = objects(tx, map, key, ObjType::Text).pop() else {
        return Err(Refusal::Document("the text".to_owned()));
    };
    let length = tx.length(&text);
    room_for(length, delete, &insert)?;
    let end = at.saturating_add(delete);
    let (true, Ok(delete)) = (end <= length, isize::try_from(delete)) else {
        return Err(Refusal::PastTheEnd { length, end });
    };
    tx.splice_text(&text, at, delete, &insert)?;
    typing_mark(tx, ctx, map, marked)
}

fn id_in(field: &str) -> Option<EntryId> {
    field.split('/').find_map(|part| part.parse().ok())
}

/// A field for history: short, and never longer than an id's beginning.
fn code(field: &str) -> String {
    let parts = field.split('/').map(|part| if part.len() == 26 { part.chars().take(6).collect() } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("/")
}
