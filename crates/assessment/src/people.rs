//! Who is who. A name is believed only if the person's own device wrote it (protocol 8).

use std::collections::BTreeMap;

use automerge::{Automerge, ObjType, ROOT, ReadDoc, ScalarValue};

use crate::ids::{DeviceId, PersonId};
use crate::read::{Entry, Held, entries, objects, scalars};
use crate::view::{Confirmed, PersonView, TwoVersions, Version, Who};

/// Which person owns which device, as the group knows it (its members, past and present). It outweighs what the document says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners(pub BTreeMap<DeviceId, PersonId>);

/// Whose a device is, by what that person wrote of themselves. `owners` says which device is whose.
pub fn who(doc: &Automerge, owners: &Owners, device: &DeviceId) -> Who {
    People::of(doc, Some(owners)).who(Some(*device))
}

/// A label that stands where a name should, when no device of that person wrote one.
const NOT_INTRODUCED: &str = "Somebody who has not said who they are";

/// A person's label that somebody else wrote.
const NOT_THEIR_OWN: &str = "Somebody whose name was written by somebody else";

/// Names of those who write in a document, in their own words or as a lead checked them: no hint asks about a colleague's name.
pub fn colleagues(doc: &Automerge) -> Vec<String> {
    let people = People::of(doc, None).views().into_iter();
    let mut names: Vec<String> =
        people.flat_map(|person| [person.name, person.confirmed.map(|confirmed| confirmed.name)]).flatten().collect();
    names.sort();
    names.dedup();
    names
}

/// Everybody that a document speaks of.
#[derive(Debug, Default)]
pub(crate) struct People {
    owners: BTreeMap<DeviceId, PersonId>,
    known: BTreeMap<PersonId, PersonView>,
}

impl People {
    /// Reads a document's people. `owners`, if given, says which device is whose; else each device speaks for itself.
    pub(crate) fn of(doc: &Automerge, owners: Option<&Owners>) -> Self {
        let mut people = Self::default();
        for map in objects(doc, &ROOT, "devices", ObjType::Map) {
            for entry in entries(doc, &map) {
                people.claim(doc, &map, &entry);
            }
        }
        if let Some(Owners(owners)) = owners {
            people.owners.extend(owners);
        }
        for map in objects(doc, &ROOT, "people", ObjType::Map) {
            for entry in entries(doc, &map) {
                people.label(doc, &map, &entry);
            }
        }
        let devices: Vec<(DeviceId, PersonId)> = people.owners.iter().map(|(device, person)| (*device, *person)).collect();
        for (device, person) in devices {
            people.known.entry(person).or_insert_with(|| blank(person)).devices.push(device.to_string());
        }
        for map in objects(doc, &ROOT, "confirmed", ObjType::Map) {
            for entry in entries(doc, &map) {
                people.confirm(doc, &map, &entry);
            }
        }
        people
    }

    /// A device says whose it is; what others say about it is not heard.
    fn claim(&mut self, doc: &impl ReadDoc, map: &automerge::ObjId, entry: &Entry) {
        let Ok(device) = entry.key.parse::<DeviceId>() else { return };
        for held in scalars(doc, map, &entry.key) {
            let ScalarValue::Bytes(bytes) = &held.value else { continue };
            if let (Some(person), true) = (PersonId::from_slice(bytes), held.by == Some(device)) {
                self.owners.insert(device, person);
            }
        }
    }

    fn label(&mut self, doc: &impl ReadDoc, map: &automerge::ObjId, entry: &Entry) {
        let Some((person, field)) = entry.key.split_once('.') else { return };
        let Ok(person) = person.parse::<PersonId>() else { return };
        let held = scalars(doc, map, &entry.key);
        let (own, others): (Vec<Held>, Vec<Held>) =
            held.into_iter().partition(|held| held.by.is_some_and(|device| self.owners.get(&device) == Some(&person)));
        let strangers: Vec<Who> = others.iter().map(|held| self.bare(held.by)).collect();
        let versions = self.versions(&own);
        let view = self.known.entry(person).or_insert_with(|| blank(person));
        for stranger in strangers {
            if !view.written_by_somebody_else.contains(&stranger) {
                view.written_by_somebody_else.push(stranger);
            }
        }
        if versions.len() > 1 {
            let label = field.to_owned();
            view.two_versions.push(TwoVersions { field: format!("people/{}", entry.key), label, values: versions });
        }
        let Some(value) = own.last().map(Held::shown) else { return };
        match field {
            "name" => view.name = Some(value),
            "agency" => view.agency = Some(value),
            "role" => view.role = Some(value),
            "summary" => view.summary_device = Some(value),
            _ => {}
        }
    }

    fn confirm(&mut self, doc: &impl ReadDoc, map: &automerge::ObjId, entry: &Entry) {
        let Some((person, field)) = entry.key.split_once('.') else { return };
        let Ok(person) = person.parse::<PersonId>() else { return };
        let Some(held) = scalars(doc, map, &entry.key).pop() else { return };
        let by = self.who(held.by);
        let view = self.known.entry(person).or_insert_with(|| blank(person));
        let confirmed =
            view.confirmed.get_or_insert_with(|| Confirmed { name: String::new(), agency: String::new(), because: None, by });
        match field {
            "name" => confirmed.name = held.shown(),
            "agency" => confirmed.agency = held.shown(),
            "because" => confirmed.because = Some(held.shown()),
            _ => {}
        }
    }

    /// Different values with who wrote each; one value that two people wrote is one version.
    pub(crate) fn versions(&self, held: &[Held]) -> Vec<Version> {
        let mut versions: Vec<Version> = Vec::new();
        for held in held {
            let value = held.shown();
            match versions.iter_mut().find(|version| version.value == value) {
                Some(version) => version.by.push(self.who(held.by)),
                None => versions.push(Version { words: value.clone(), value, by: vec![self.who(held.by)] }),
            }
        }
        versions
    }

    /// The person who owns a device.
    pub(crate) fn person(&self, device: &DeviceId) -> Option<PersonId> {
        self.owners.get(device).copied()
    }

    /// Whether anything is known of a person here.
    pub(crate) fn knows(&self, person: &PersonId) -> bool {
        self.known.contains_key(person)
    }

    /// A person by id.
    pub(crate) fn by_id(&self, person: PersonId) -> Who {
        let view = self.known.get(&person);
        let spoofed = view.is_some_and(|view| !view.written_by_somebody_else.is_empty());
        let absent = if spoofed { NOT_THEIR_OWN } else { NOT_INTRODUCED };
        Who {
            person: Some(person.to_string()),
            device: None,
            name: view.and_then(|view| view.name.clone()).unwrap_or_else(|| absent.to_owned()),
            agency: view.and_then(|view| view.agency.clone()),
            role: view.and_then(|view| view.role.clone()),
        }
    }

    /// Who writes on a device.
    pub(crate) fn who(&self, device: Option<DeviceId>) -> Who {
        match device.and_then(|device| self.person(&device)) {
            Some(person) => Who { device: device.map(|device| device.to_string()), ..self.by_id(person) },
            None => self.bare(device),
        }
    }

    fn bare(&self, device: Option<DeviceId>) -> Who {
        Who {
            person: device.and_then(|device| self.person(&device)).map(|person| person.to_string()),
            device: device.map(|device| device.to_string()),
            name: NOT_INTRODUCED.to_owned(),
            agency: None,
            role: None,
        }
    }

    /// Everybody, sorted by name.
    pub(crate) fn views(self) -> Vec<PersonView> {
        let mut views: Vec<PersonView> = self.known.into_values().collect();
        views.sort_by(|a, b| (&a.name, &a.person).cmp(&(&b.name, &b.person)));
        views
    }
}

fn blank(person: PersonId) -> PersonView {
    PersonView {
        person: person.to_string(),
        name: None,
        agency: None,
        role: None,
        devices: Vec::new(),
        confirmed: None,
        summary_device: None,
        two_versions: Vec::new(),
        written_by_somebody_else: Vec::new(),
    }
}
