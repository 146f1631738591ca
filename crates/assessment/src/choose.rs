//! Settling two versions: somebody chooses one of the values that the view shows.

use automerge::transaction::Transaction;
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::ids::{EntryId, PersonId};
use crate::people::People;
use crate::read::{self, objects, scalars};
use crate::record::in_words;
use crate::view::{Mark, Who};
use crate::write::{Written, settle, standing_map};

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
    let words = in_words(key, value);
    settle(tx, &map, key, chosen.value.clone())?;
    note_chosen(tx, field, &words)?;
    Ok((None, format!("choose:{}", field.split('/').next().unwrap_or_default())))
}

/// Asks somebody to choose, of those who write here. Anybody may still do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NameResolver {
    /// Where there are two versions, as the view says it.
    pub field: String,
    /// Whom; nobody any more, if left out.
    #[serde(default)]
    pub person: Option<PersonId>,
}

/// Somebody is asked to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ResolverView {
    /// Where there are two versions.
    pub field: String,
    /// Who is to choose.
    pub person: Who,
    /// Who asked them.
    pub by: Who,
}

/// Somebody chose between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ChosenView {
    /// Where there were two.
    pub field: String,
    /// What they kept, in words.
    pub words: String,
    /// Who.
    pub by: Who,
}

/// Keys of the map "life": who is asked to choose, and what was chosen.
pub(crate) const RESOLVER: &str = "resolver.";
/// See [`RESOLVER`].
pub(crate) const CHOSE: &str = "chose.";

pub(crate) fn name_resolver(tx: &mut Transaction<'_>, people: &People, given: &NameResolver) -> Result<Written, Refusal> {
    let nothing = || Refusal::NothingToChoose(given.field.chars().take(80).collect());
    let (map, key) = find(tx, &given.field).ok_or_else(nothing)?;
    if scalars(tx, &map, key).len() < 2 {
        return Err(nothing());
    }
    let value = match &given.person {
        Some(person) if people.writes(person) => person.to_string().as_str().into(),
        Some(person) => return Err(Refusal::Unknown { what: "person who writes here", id: person.to_string() }),
        None => ScalarValue::Null,
    };
    let life = standing_map(tx, "life")?;
    settle(tx, &life, &format!("{RESOLVER}{}", given.field), value)?;
    Ok((None, "resolver".to_owned()))
}

/// Who chose, and what; whoever was asked is asked no more. Of a young person's label, words and ties nothing is noted: when they are
/// taken out, nothing of it may be left (R4).
fn note_chosen(tx: &mut Transaction<'_>, field: &str, words: &str) -> Result<(), Refusal> {
    let life = standing_map(tx, "life")?;
    let resolver = format!("{RESOLVER}{field}");
    if tx.get(&life, resolver.as_str())?.is_some() {
        settle(tx, &life, &resolver, ScalarValue::Null)?;
    }
    if ["strands/", "voices/", "picture/"].iter().any(|path| field.starts_with(path)) {
        return Ok(());
    }
    settle(tx, &life, &format!("{CHOSE}{field}"), words.into())
}

/// What of it stands in "life": who is asked about what is open still, and what was chosen.
pub(crate) fn look(reader: &Reader<'_>, life: &ObjId, open: &[Mark]) -> (Vec<ResolverView>, Vec<ChosenView>) {
    let (mut resolvers, mut chosen) = (Vec::new(), Vec::new());
    for key in reader.doc.keys(life) {
        let Some(held) = scalars(reader.doc, life, &key).pop() else { continue };
        let by = reader.people.who(held.by);
        if let Some(field) = key.strip_prefix(CHOSE) {
            chosen.push(ChosenView { field: field.to_owned(), words: held.shown(), by });
        } else if let Some(field) = key.strip_prefix(RESOLVER)
            && let Ok(person) = held.shown().parse()
            && open.iter().any(|mark| matches!(mark, Mark::TwoVersions(two) if two.field == field))
        {
            resolvers.push(ResolverView { field: field.to_owned(), person: reader.people.by_id(person), by });
        }
    }
    (resolvers, chosen)
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
