//! What travels about texts that many write at once, and who is where.

use kith_assessment::{Heads, Splice};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A change in a text, as others made it.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct TextChanged {
    /// The text: "entries/{id}/text", "analysis/summary".
    pub(crate) field: String,
    /// What went and what came.
    pub(crate) splice: Splice,
}

/// What an editor typed, and where it stands. Without splices it asks what others wrote.
#[derive(Deserialize, TS)]
pub(crate) struct ToType {
    /// The text.
    pub(crate) field: String,
    /// Names this editor while it is open, so that what is sent again after a lost answer is done once.
    pub(crate) sitting: String,
    /// Counts what this editor asks.
    pub(crate) turn: u64,
    /// Where the editor stands; none: it opens.
    pub(crate) heads: Option<Heads>,
    /// What was typed there, in order.
    pub(crate) splices: Vec<Splice>,
}

/// Where an editor stands now, and how it gets there from what it typed.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct TypedOn {
    /// Where it stands.
    pub(crate) heads: Heads,
    /// What others wrote, to be applied in order after the editor's own splices.
    pub(crate) splices: Vec<Splice>,
    /// The whole text, for an editor that opens or has lost its place. The splices that came with the question were not taken then.
    pub(crate) text: Option<String>,
}

/// Where somebody is in an assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToBeHere {
    /// "2.3", "summary", "overview"; none: not there any more.
    pub(crate) place: Option<String>,
}

/// Whether somebody wants to be seen where they are.
#[derive(Deserialize, TS)]
pub(crate) struct ToHide {
    pub(crate) hidden: bool,
}

/// An agency that is in an assessment now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct Here {
    /// Which agency.
    pub(crate) agency: String,
    /// Where: "2.3", "summary".
    pub(crate) place: String,
}
