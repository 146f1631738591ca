//! Shapes of the verbs on strand records.

use kith_assessment::{Agreement, Drawing, NamesOnMaps, OwnMapView, StrandRecordView, TakenBack};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::StandingShown;

/// A strand record.
#[derive(Debug, Serialize, TS)]
pub struct RecordShown {
    /// Its id.
    pub record: String,
    /// How this device stands.
    pub standing: StandingShown,
    /// My person in it.
    pub me: Option<String>,
    /// The record.
    pub view: StrandRecordView,
}

/// Somebody is attached.
#[derive(Debug, Serialize, TS)]
pub struct AttachedShown {
    /// The assessment.
    pub assessment: String,
    /// Their strand record.
    pub record: String,
    /// Their strand in the assessment.
    pub strand: String,
    /// Their label there.
    pub label: String,
}

/// Somebody is taken out.
#[derive(Debug, Serialize, TS)]
pub struct DetachedShown {
    /// Their strand record.
    pub record: String,
    /// The assessment.
    pub assessment: String,
    /// Whether the label was taken out of the assessment now; if not, it is only noted in the record.
    pub taken_out: bool,
    /// What the holder is told.
    pub notice: String,
}

/// A strand record is handed over.
#[derive(Debug, Serialize, TS)]
pub struct HandedOver {
    /// The record.
    pub record: String,
    /// Who holds it now.
    pub to: String,
    /// In which assessments colleagues see the next holder.
    pub assessments: Vec<String>,
    /// What waits, in a sentence.
    pub waits: Option<String>,
}

/// What somebody said is noted.
#[derive(Debug, Serialize, TS)]
pub struct AgreementNoted {
    /// The record.
    pub record: String,
    /// What colleagues see now, where that has changed.
    pub colleagues_see: Vec<SeenByColleagues>,
}

/// What colleagues see of agreement.
#[derive(Debug, Serialize, TS)]
pub struct SeenByColleagues {
    /// In which assessment.
    pub assessment: String,
    /// Of which label.
    pub label: String,
    /// What.
    pub agreement: Agreement,
}

/// Words have joined an assessment.
#[derive(Debug, Serialize, TS)]
pub struct WordsJoined {
    /// The record.
    pub record: String,
    /// The assessment.
    pub assessment: String,
    /// As which voice.
    pub voice: String,
}

/// A name of my caseload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NameShown {
    /// The name.
    pub full: String,
    /// Other forms of it.
    pub also: Vec<String>,
}

/// What is known of an assessment, to paste elsewhere.
#[derive(Debug, Serialize, TS)]
pub struct CopyShown {
    /// The assessment.
    pub assessment: String,
    /// Plain text.
    pub text: String,
}

/// What was shared is noted, or that nothing was.
#[derive(Debug, Serialize, TS)]
pub struct ToldShown {
    /// In which assessment or strand record; `null` if nothing was shared.
    pub noted_in: Option<String>,
}

/// A young person's own map is begun.
#[derive(Debug, Serialize, TS)]
pub struct MapMade {
    /// Their strand record.
    pub record: String,
    /// The map.
    pub map: String,
}

/// A young person's own maps.
#[derive(Debug, Serialize, TS)]
pub struct MapsShown {
    /// Their strand record.
    pub record: String,
    /// What they like to be called.
    pub name: Option<String>,
    /// The maps, oldest first.
    pub maps: Vec<MapShown>,
    /// Maps that were taken away.
    pub taken_away: Vec<TakenBack>,
    /// What this agency decided about names on maps; `null`: initials alone.
    pub names_on_maps: Option<NamesOnMaps>,
    /// The day as of which they are drawn.
    pub today: String,
}

/// One of them.
#[derive(Debug, Serialize, TS)]
pub struct MapShown {
    /// What stands on it.
    #[serde(flatten)]
    pub map: OwnMapView,
    /// Whether it is to be looked at again now.
    pub due: bool,
    /// The same, drawn.
    pub drawing: Drawing,
}

/// What an agency decided about names on own maps.
#[derive(Debug, Serialize, TS)]
pub struct NamesOnMapsShown {
    /// The decision; `null`: initials alone.
    pub names_on_maps: Option<NamesOnMaps>,
}
