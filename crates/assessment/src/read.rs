//! Reading values with their authors. Nothing here trusts a value because it is there: each carries the device that wrote it.

use automerge::{ObjId, ObjType, ReadDoc, ScalarValue, Value, ValueRef};

use crate::ids::{DeviceId, device_of_actor};

/// The longest description of something that a newer version wrote, in characters.
const DESCRIPTION: usize = 2_000;

/// One value at a key, and who wrote it.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) value: ScalarValue,
    pub(crate) by: Option<DeviceId>,
    /// The operation that wrote it.
    pub(crate) id: ObjId,
}

impl Held {
    pub(crate) fn shown(&self) -> String {
        shown(&self.value)
    }
}

/// The device that made an operation or object.
pub(crate) fn author(id: &ObjId) -> Option<DeviceId> {
    match id {
        ObjId::Root => None,
        ObjId::Id(_, actor, _) => device_of_actor(actor.to_bytes()),
    }
}

/// Every scalar at a key, in Automerge's order: the last one is the one that `get` would choose.
pub(crate) fn scalars(doc: &impl ReadDoc, object: &ObjId, key: &str) -> Vec<Held> {
    let values = doc.get_all(object, key).unwrap_or_default();
    values
        .into_iter()
        .filter_map(|(value, id)| match value {
            Value::Scalar(value) => Some(Held { value: value.into_owned(), by: author(&id), id }),
            Value::Object(_) => None,
        })
        .collect()
}

/// The scalar that `get` chooses.
pub(crate) fn scalar(doc: &impl ReadDoc, object: &ObjId, key: &str) -> Option<ScalarValue> {
    scalars(doc, object, key).pop().map(|held| held.value)
}

/// Every object of a kind at a key, in the order in which they were made.
pub(crate) fn objects(doc: &impl ReadDoc, parent: &ObjId, key: &str, kind: ObjType) -> Vec<ObjId> {
    let values = doc.get_all(parent, key).unwrap_or_default();
    values.into_iter().filter(|(value, _)| matches!(value, Value::Object(found) if *found == kind)).map(|(_, id)| id).collect()
}

/// A text scalar, if that is what `get` chooses.
pub(crate) fn text_scalar(doc: &impl ReadDoc, object: &ObjId, key: &str) -> Option<String> {
    match scalar(doc, object, key)? {
        ScalarValue::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Sixteen bytes at a key.
pub(crate) fn bytes16(doc: &impl ReadDoc, object: &ObjId, key: &str) -> Option<[u8; 16]> {
    match scalar(doc, object, key)? {
        ScalarValue::Bytes(bytes) => bytes.try_into().ok(),
        _ => None,
    }
}

/// A whole number at a key.
pub(crate) fn number(doc: &impl ReadDoc, object: &ObjId, key: &str) -> Option<i64> {
    integer(&scalar(doc, object, key)?)
}

/// A value as a whole number.
pub(crate) fn integer(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => Some(*number),
        ScalarValue::Uint(number) => i64::try_from(*number).ok(),
        _ => None,
    }
}

/// A scalar as a person reads it; nothing at all for null.
pub(crate) fn shown(value: &ScalarValue) -> String {
    match value {
        ScalarValue::Str(text) => text.to_string(),
        ScalarValue::Bytes(bytes) => crate::ids::to_base32(bytes),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => number.to_string(),
        ScalarValue::Uint(number) => number.to_string(),
        ScalarValue::F64(number) => number.to_string(),
        ScalarValue::Boolean(true) => "yes".to_owned(),
        ScalarValue::Boolean(false) => "no".to_owned(),
        ScalarValue::Counter(_) => "a counter".to_owned(),
        ScalarValue::Unknown { .. } => "a value of a newer version".to_owned(),
        ScalarValue::Null => String::new(),
    }
}

/// Keys of a map with what `get` would choose, and whether there is more than that.
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Chosen,
    pub(crate) id: ObjId,
    pub(crate) conflict: bool,
}

/// A value or an object.
pub(crate) enum Chosen {
    Scalar(ScalarValue),
    Object(ObjType),
}

impl Entry {
    /// Its scalar value, if it is one.
    pub(crate) fn scalar(&self) -> Option<&ScalarValue> {
        match &self.value {
            Chosen::Scalar(value) => Some(value),
            Chosen::Object(_) => None,
        }
    }
}

/// All keys of a map, sorted, in one pass.
pub(crate) fn entries(doc: &impl ReadDoc, map: &ObjId) -> Vec<Entry> {
    doc.map_range(map, ..)
        .map(|item| {
            let id = item.id();
            let value = match &item.value {
                ValueRef::Object(kind) => Chosen::Object(*kind),
                ValueRef::Scalar(value) => Chosen::Scalar(value.clone().into()),
            };
            Entry { key: item.key.into_owned(), value, id, conflict: item.conflict }
        })
        .collect()
}

/// Something that a newer version wrote, in words: its text or its parts, cut at a length.
pub(crate) fn described(doc: &impl ReadDoc, id: &ObjId, value: &Chosen) -> String {
    let mut words = String::new();
    describe(doc, id, value, 0, &mut words);
    if words.chars().count() > DESCRIPTION {
        words = words.chars().take(DESCRIPTION).collect();
        words.push('\u{2026}');
    }
    words
}

fn describe(doc: &impl ReadDoc, id: &ObjId, value: &Chosen, depth: usize, words: &mut String) {
    if depth > 8 || words.len() > 4 * DESCRIPTION {
        return;
    }
    match value {
        Chosen::Scalar(value) => words.push_str(&shown(value)),
        Chosen::Object(ObjType::Text) => words.push_str(&doc.text(id).unwrap_or_default()),
        Chosen::Object(ObjType::List) => {
            let length = doc.length(id).min(100);
            for index in 0..length {
                if let Ok(Some((value, id))) = doc.get(id, index) {
                    words.push_str(if index == 0 { "" } else { "; " });
                    let value = match value {
                        Value::Object(kind) => Chosen::Object(kind),
                        Value::Scalar(value) => Chosen::Scalar(value.into_owned()),
                    };
                    describe(doc, &id, &value, depth + 1, words);
                }
            }
        }
        Chosen::Object(ObjType::Map | ObjType::Table) => {
            for (index, entry) in entries(doc, id).iter().enumerate() {
                words.push_str(if index == 0 { "" } else { "; " });
                words.push_str(&entry.key);
                words.push_str(": ");
                describe(doc, &entry.id, &entry.value, depth + 1, words);
            }
        }
    }
}
