//! "Someone in danger now" (R46): whom to ring, and the real names of people I hold, from what this computer holds. No hint, gate or
//! reason stands before it; what was shared, with whom and why is asked on the next working day ([`crate::tell_by`]).

use serde::{Deserialize, Serialize};

use crate::caseload::{Caseload, HeldAssessment};

/// What somebody needs who must act now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct InDanger {
    /// What to do, in order.
    pub steps: Vec<String>,
    /// My duty team's phone.
    pub duty_phone: Option<String>,
    /// People I hold or stand in for, with their real names. Empty until they are asked for.
    pub people: Vec<DangerPerson>,
    /// Who holds every label in every assessment here, and the phone of their duty team.
    pub holders: Vec<DangerHolder>,
}

/// Somebody in my caseload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct DangerPerson {
    /// Their strand record.
    pub record: String,
    /// Their name.
    pub name: Option<String>,
    /// What they like to be called.
    pub known_as: Option<String>,
    /// Their labels.
    pub places: Vec<DangerPlace>,
}

/// A label in an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct DangerPlace {
    /// The assessment's document.
    pub assessment: String,
    /// Its title.
    pub title: Option<String>,
    /// The label.
    pub label: String,
}

/// Who holds a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct DangerHolder {
    /// The assessment's document.
    pub assessment: String,
    /// Its title.
    pub title: Option<String>,
    /// The label.
    pub label: String,
    /// Their name.
    pub holder: String,
    /// Their agency.
    pub agency: Option<String>,
    /// Their duty team's phone.
    pub phone: Option<String>,
    /// Whether it is me.
    pub mine: bool,
}

/// What this computer knows. Names only if they were asked for.
pub fn in_danger(caseload: &Caseload, assessments: &[HeldAssessment<'_>], duty_phone: Option<&str>, names: bool) -> InDanger {
    let duty = match duty_phone {
        Some(phone) => format!("Then ring your duty team: {phone}."),
        None => "Then ring your duty team. Their number is not kept here yet.".to_owned(),
    };
    let people = caseload.people.iter().filter(|_| names).map(|person| DangerPerson {
        record: person.record.clone(),
        name: person.name.clone(),
        known_as: person.known_as.clone(),
        places: person
            .places
            .iter()
            .filter(|place| place.detached.is_none())
            .map(|place| DangerPlace {
                assessment: place.assessment.clone(),
                title: place.title.clone(),
                label: place.label.clone(),
            })
            .collect(),
    });
    let mut holders = Vec::new();
    for held in assessments {
        let me = held.me.map(ToString::to_string);
        holders.extend(held.view.strands.iter().map(|strand| DangerHolder {
            assessment: held.assessment.to_owned(),
            title: held.view.title.clone(),
            label: strand.label.clone(),
            holder: strand.holder.name.clone(),
            agency: strand.holder.agency.clone(),
            phone: strand.phone.clone(),
            mine: me.is_some() && strand.holder.person == me,
        }));
    }
    InDanger {
        steps: vec![
            "Happening now: call 999.".to_owned(),
            duty,
            "Say names and details. That is right here.".to_owned(),
            "Tomorrow Kith asks for one line: what you shared, with whom, why. Not now.".to_owned(),
        ],
        duty_phone: duty_phone.map(str::to_owned),
        people: people.collect(),
        holders,
    }
}
