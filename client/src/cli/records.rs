//! What can be said about strand records.

use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};

/// `attach`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Attach {
    /// Which assessment
    pub id: String,
    /// Their real name; it goes into their strand record and nowhere else
    #[arg(long, required_unless_present = "person", conflicts_with = "person")]
    pub name: Option<String>,
    /// What they like to be called; also stays in their record
    #[arg(long, conflicts_with = "person")]
    pub known_as: Option<String>,
    /// Your duty team's telephone, which colleagues see; the profile's if not given
    #[arg(long)]
    pub phone: Option<String>,
    /// Their label, one letter or two; the next free one if not given
    #[arg(long, conflicts_with = "strand")]
    pub label: Option<String>,
    /// Somebody who is in your caseload already: their strand record, or their name
    #[arg(long, value_name = "RECORD")]
    pub person: Option<String>,
    /// A label that you hold already and that has no strand record yet
    #[arg(long, value_name = "LABEL")]
    pub strand: Option<String>,
}

/// `detach`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Detach {
    /// Which strand record
    pub record: String,
    /// Out of which assessment
    pub id: String,
    /// Why; it stays in their record
    #[arg(long)]
    pub why: String,
    /// What becomes of their words, by their own choice: stay (as "a young person") or go
    #[arg(long, value_name = "CHOICE", value_parser = ["stay", "go"])]
    pub their_words: String,
    /// When: YYYY-MM-DD; today if not given
    #[arg(long)]
    pub date: Option<String>,
}

/// `hand-over`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct HandOver {
    /// Which strand record
    pub record: String,
    /// Who holds it from now on, by name; "me" to take over from its holder
    #[arg(long, value_name = "WHO")]
    pub to: String,
    /// Their duty team's telephone, which colleagues see
    #[arg(long)]
    pub phone: Option<String>,
    /// Why; needed if you are not the holder
    #[arg(long)]
    pub why: Option<String>,
    /// The last holder stays, and stands in
    #[arg(long, action = ArgAction::SetTrue)]
    pub stay: bool,
}

/// `agreement`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Agree {
    /// Which strand record
    pub record: String,
    /// Who was asked
    #[arg(long, value_parser = ["young-person", "parent"])]
    pub who: Option<String>,
    /// Which parent or carer, in a word
    #[arg(long)]
    pub relation: Option<String>,
    /// What they said; has-read is openness, and not agreement. Without it, what was answered so far is shown, by hand and by links
    #[arg(long, value_parser = ["has-read", "yes", "yes-but-not", "no", "wants-to-talk", "withdrawn", "ask-later"], requires_all = ["who", "how", "explained_by"])]
    pub said: Option<String>,
    /// What they said no to, if yes to the rest
    #[arg(long, value_name = "TEXT")]
    pub not_to: Option<String>,
    /// How they were asked
    #[arg(long)]
    pub how: Option<String>,
    /// Who explained it
    #[arg(long, value_name = "WHO")]
    pub explained_by: Option<String>,
    /// What was named: agencies, length, limits
    #[arg(long, value_name = "TEXT")]
    pub named: Option<String>,
    /// When: YYYY-MM-DD; today if not given
    #[arg(long)]
    pub date: Option<String>,
    /// What colleagues see, if not what follows from the record
    #[arg(long, value_parser = ["asked", "yes", "in-part", "no", "being-decided"])]
    pub show: Option<String>,
    /// When to look at it again: YYYY-MM-DD
    #[arg(long)]
    pub review: Option<String>,
}

/// `join-words`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct JoinWords {
    /// Which strand record
    pub record: String,
    /// Which words, by the beginning of their id
    pub words: String,
    /// Into which assessment
    pub id: String,
    /// On which side they stand
    #[arg(long)]
    pub side: String,
    /// A dimension or entry that they are about; can be given again
    #[arg(long)]
    pub about: Vec<String>,
}

/// `map`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct BeginMap {
    /// Whose strand record
    pub record: String,
    /// What it is for: safety-plan (with them, who matters for their safety plan) or bring-together (what social care holds already)
    #[arg(long, value_parser = ["safety-plan", "bring-together"])]
    pub purpose: String,
    /// When to look at it again: YYYY-MM-DD
    #[arg(long)]
    pub review: String,
    /// What is done with it first
    #[arg(long, value_name = "TEXT")]
    pub action: String,
    /// Who keeps it; you if not given
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
}

/// `names-on-maps`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct NamesOnMaps {
    /// Your agency allows names: the reference of its data protection impact assessment
    #[arg(long, value_name = "DPIA", requires = "signed_off_by")]
    pub reference: Option<String>,
    /// Who signed that off
    #[arg(long, value_name = "WHO", requires = "reference")]
    pub signed_off_by: Option<String>,
    /// Initials alone, as it is unless set
    #[arg(long, action = ArgAction::SetTrue, conflicts_with_all = ["reference", "signed_off_by"])]
    pub off: bool,
}

/// `danger`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Danger {
    /// Show the real names of people you hold
    #[arg(long, action = ArgAction::SetTrue)]
    pub names: bool,
    /// Print all that is known of an assessment as plain text, to paste elsewhere
    #[arg(long, value_name = "ID", conflicts_with = "names")]
    pub copy: Option<String>,
}

/// `told`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Told {
    /// Where to note it: an assessment, or a strand record
    #[arg(value_name = "ID", required_unless_present = "nothing")]
    pub id: Option<String>,
    /// What you shared
    #[arg(long, value_name = "TEXT", required_unless_present = "nothing")]
    pub what: Option<String>,
    /// With whom
    #[arg(long, value_name = "WHO", required_unless_present = "nothing")]
    pub with: Option<String>,
    /// Why
    #[arg(long, required_unless_present = "nothing")]
    pub why: Option<String>,
    /// Nothing was shared
    #[arg(long, action = ArgAction::SetTrue, conflicts_with_all = ["id", "what", "with", "why"])]
    pub nothing: bool,
}
