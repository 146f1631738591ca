//! What travels about asking colleagues in, and who is in as what.

use serde::Deserialize;
use ts_rs::TS;

/// A link for a colleague.
#[derive(Deserialize, TS)]
pub(crate) struct ToInvite {
    pub(crate) role: String,
    pub(crate) expires: String,
    #[serde(default)]
    pub(crate) for_whom: Option<String>,
}

/// Lets somebody in.
#[derive(Deserialize, TS)]
pub(crate) struct ToAdmit {
    pub(crate) request: String,
    /// The four words that both have compared.
    pub(crate) words: String,
    /// Why they write here: for police, businesses and residents.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) why: Option<String>,
}

/// Says no to somebody.
#[derive(Deserialize, TS)]
pub(crate) struct ToDecline {
    pub(crate) request: String,
}

/// Makes somebody a lead, or a contributor again.
#[derive(Deserialize, TS)]
pub(crate) struct ToChangeRole {
    pub(crate) member: String,
    pub(crate) role: String,
}

/// Takes somebody out.
#[derive(Deserialize, TS)]
pub(crate) struct ToRemove {
    pub(crate) member: String,
    pub(crate) why: String,
}

/// Goes on in a new assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToContinue {
    pub(crate) why: String,
}

/// A colleague's link.
#[derive(Deserialize, TS)]
pub(crate) struct ToJoin {
    pub(crate) link: String,
}
