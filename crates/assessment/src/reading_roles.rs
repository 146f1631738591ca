//! Who reads what by default (R6): police, businesses and residents read the summary and the plan. To let one of them write in the
//! assessment is a lead's decision with a reason, which everybody in it sees.

use serde::{Deserialize, Serialize};

/// What somebody is offered, unless a lead decides otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum ByDefault {
    /// They write in the assessment.
    Write,
    /// They read the summary and the plan, because they are of the police.
    ReadAsPolice,
    /// They read the summary and the plan, because they are a business or live nearby.
    ReadAsNeighbour,
}

/// Words of agencies and roles that stand for the police. Whole words, so that no surname is one.
const POLICE: [&str; 12] =
    ["police", "policing", "constabulary", "constable", "pc", "pcso", "dc", "ds", "sergeant", "detective", "btp", "heddlu"];

/// Words that stand for businesses and residents.
const NEIGHBOURS: [&str; 26] = [
    "ltd",
    "limited",
    "plc",
    "llp",
    "business",
    "company",
    "bus",
    "rail",
    "railway",
    "train",
    "taxi",
    "taxis",
    "transport",
    "shop",
    "shops",
    "store",
    "supermarket",
    "kiosk",
    "restaurant",
    "cafe",
    "security",
    "landlord",
    "resident",
    "residents",
    "neighbour",
    "neighbours",
];

/// What somebody of this agency, in this role, is offered.
pub fn by_default(agency: &str, role: &str) -> ByDefault {
    let words: Vec<String> = [agency, role]
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match () {
        () if any(&POLICE) => ByDefault::ReadAsPolice,
        () if any(&NEIGHBOURS) => ByDefault::ReadAsNeighbour,
        () => ByDefault::Write,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn police_businesses_and_residents_read_and_all_others_write() {
        for (agency, role) in
            [("Suffolk Police", "neighbourhood officer"), ("Brambleshire", "PC"), ("British Transport Police", "sergeant")]
        {
            assert_eq!(by_default(agency, role), ByDefault::ReadAsPolice, "{agency}, {role}");
        }
        for (agency, role) in [("Larkline Buses Ltd", "manager"), ("Station kiosk", "keeper"), ("Harbour Lane", "resident")] {
            assert_eq!(by_default(agency, role), ByDefault::ReadAsNeighbour, "{agency}, {role}");
        }
        for (agency, role) in [
            ("children's social care", "social worker"),
            ("Kestrel Vale Academy", "safeguarding lead"),
            ("Harbour Lane youth service", "youth worker"),
            ("NHS school nursing", "school nurse"),
            ("Policeman's Rest surgery", "nurse"),
        ] {
            assert_eq!(by_default(agency, role), ByDefault::Write, "{agency}, {role}");
        }
    }
}
