//! Settling two versions: somebody chooses one of the values that the view shows.

use automerge::transaction::Transaction;
use automerge::{ObjId, ObjType, ROOT};

use crate::command::{Context, Refusal};
use crate::ids::{EntryId, PersonId};
use crate::people::People;
use crate::read::{self, objects, scalars};
use crate::write::{Written, settle};

/// Keeps the version whose value is `value` at the place that the view calls `field` ("entries/{id}/kind", "title").
pub(crate) fn choose(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    people: &People,
    field: &str,
    value: &str,
) -> Result<Written, Refusal> {
    let nothing = || Refusal::NothingToChoose(field.chars().take(80).collect());
    let (map, key) = find(tx, field).ok_or_else(nothing)?;
    let versions = scalars(tx, &map, key);
    if versions.iter().all(|held| versions.first().is_some_and(|first| first.value == held.value)) {
        return Err(nothing());
    }
    let me = Some(PersonId(ctx.person));
    if let Some(name_of) = field.strip_prefix("people/").and_then(|key| key.split('.').next())
        && me.map(|me| me.to_string()).as_deref() != Some(name_of)
    {
        return Err(Refusal::NotYours { author: "that person".to_owned() });
    }
    // A strand that was taken out has nothing to choose, and what somebody said is nobody's to choose but what it is about.
    if let Some(id) = field.strip_prefix("strands/").and_then(|field| field.split('/').next()?.parse::<EntryId>().ok()) {
        crate::strands::attached(tx, &id)?;
    }
    let fixed = field.starts_with("voices/") && !key.starts_with("about.");
    if field.starts_with("differing/") || field.starts_with("positions/") || fixed {
        let author = read::author(&map);
        if author.is_none_or(|device| device.0 != ctx.device && people.person(&device) != me) {
            return Err(Refusal::NotYours { author: people.who(author).name });
        }
    }
    let Some(chosen) = versions.iter().find(|held| held.shown() == value) else {
        let mut known: Vec<String> = versions.iter().map(|held| format!("\"{}\"", held.shown())).collect();
        known.dedup();
        return Err(Refusal::NotAVersion { given: value.chars().take(80).collect(), known: known.join(", ") });
    };
    settle(tx, &map, key, chosen.value.clone())?;
    Ok((None, format!("choose:{}", field.split('/').next().unwrap_or_default())))
}

/// The map and key of a field's path.
fn find<'a>(tx: &Transaction<'_>, field: &'a str) -> Option<(ObjId, &'a str)> {
    let mut parts: Vec<&str> = field.split('/').collect();
    let key = parts.pop()?;
    // Marks and digests are not choices, and secrets are nobody's to choose.
    if key.starts_with("edited")
        || key == "retired-saw"
        || field.starts_with("invites/")
        || field.starts_with("devices/")
        || field.starts_with("labels/")
        || field.starts_with("families/")
    {
        return None;
    }
    let mut map = ROOT;
    for part in parts {
        map = objects(tx, &map, part, ObjType::Map).pop()?;
    }
    Some((map, key))
}
