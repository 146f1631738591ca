//! What travels about strand records: who is attached, what they agreed to, what is kept.

use kith_assessment::{Agreement, NamesOnMaps, StrandCommand, TheirWords};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Attaches a young person. Either a name, for a new strand record, or somebody who is in my caseload already.
#[derive(Deserialize, TS)]
pub(crate) struct ToAttach {
    #[serde(default)]
    #[ts(optional)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) known_as: Option<String>,
    /// The duty team's; the profile's if not given.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) label: Option<String>,
    /// A strand record.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) person: Option<String>,
    /// A label that I hold already and that has no record.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) strand: Option<String>,
}

/// Takes a young person out of an assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToDetach {
    pub(crate) assessment: String,
    pub(crate) why: String,
    pub(crate) their_words: TheirWords,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) date: Option<String>,
}

/// Gives a young person to their next holder.
#[derive(Deserialize, TS)]
pub(crate) struct ToHandOver {
    /// A person's id in the record, their name, or "me".
    pub(crate) to: String,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) why: Option<String>,
    #[serde(default)]
    pub(crate) stay: bool,
}

/// Notes what somebody said when asked, and sets what colleagues see.
#[derive(Deserialize, TS)]
pub(crate) struct ToNoteAgreement {
    /// `record-agreement`.
    pub(crate) said: StrandCommand,
    /// What colleagues see, if not what follows from the record.
    #[serde(default)]
    #[ts(optional, as = "Option<Agreement>")]
    pub(crate) show: Option<Agreement>,
    /// When to look at it again.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) review: Option<String>,
}

/// Lets words join an assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToJoinWords {
    pub(crate) words: String,
    pub(crate) assessment: String,
    pub(crate) side: String,
    #[serde(default)]
    pub(crate) about: Vec<String>,
}

/// All that is known of an assessment, as text, for somebody in danger.
#[derive(Deserialize, TS)]
pub(crate) struct ToCopyInDanger {
    pub(crate) assessment: String,
}

/// What was shared when somebody was in danger; nothing, without an id.
#[derive(Deserialize, TS)]
pub(crate) struct ToTell {
    /// An assessment or a strand record.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) what: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) with: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) why: Option<String>,
}

/// Something that was taken out of a text goes into a strand record, or out of it again.
#[derive(Deserialize, TS)]
pub(crate) struct ToKeepReference {
    /// What it is: "NHS number".
    pub(crate) system: String,
    /// As it was written.
    pub(crate) value: String,
    /// Out of the record again.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub(crate) take_out: bool,
}

/// Whether that changed anything.
#[derive(Serialize, TS)]
pub(crate) struct ReferenceKept {
    pub(crate) changed: bool,
}

/// Whether names may stand on a young person's own map.
#[derive(Deserialize, TS)]
pub(crate) struct ToNameOnMap {
    /// The map.
    pub(crate) map: String,
    /// By what the agency decided; or initials alone again.
    pub(crate) allow: bool,
}

/// What an agency decided about names on young people's own maps.
#[derive(Deserialize, TS)]
pub(crate) struct ToSetNamesOnMaps {
    /// Nothing: initials alone.
    pub(crate) policy: Option<NamesOnMaps>,
}
