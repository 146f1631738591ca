//! What can be said about entries.

use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};

/// `write`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Write {
    /// Which assessment
    pub id: String,
    /// A dimension such as 1.6, or a side such as 1
    #[arg(long, value_name = "D")]
    pub dimension: String,
    /// What it is
    #[arg(long = "as", value_name = "KIND", value_parser = ["strength", "worry", "not-known"])]
    pub kind: String,
    /// The text; - reads it from the input
    #[arg(long)]
    pub text: String,
    /// Who said it, if not you
    #[arg(long, value_name = "WHO")]
    pub said_by: Option<String>,
    /// On what it rests
    #[arg(long, value_parser = ["fact", "observation", "allegation", "opinion"])]
    pub basis: Option<String>,
    /// Somebody else saw or heard it
    #[arg(long, action = ArgAction::SetTrue)]
    pub passed_on: bool,
    /// When it was so: YYYY-MM-DD
    #[arg(long)]
    pub date: Option<String>,
    /// Whether those whose words these are agreed to their being written
    #[arg(long, value_parser = ["agreed", "not-agreed", "not-asked"])]
    pub agreed: Option<String>,
}

/// `edit`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Edit {
    /// Which assessment
    pub id: String,
    /// Which entry, by the beginning of its id
    pub entry: String,
    /// The whole new text; - reads it from the input
    #[arg(long)]
    pub text: String,
}

/// `retire`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Retire {
    /// Which assessment
    pub id: String,
    /// Which entry, by the beginning of its id
    pub entry: String,
    /// Why
    #[arg(long)]
    pub why: String,
}

/// `differ`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Differ {
    /// Which assessment
    pub id: String,
    /// Which entry, by the beginning of its id
    pub entry: String,
    /// Your view, in your words; - reads it from the input
    #[arg(long)]
    pub text: String,
}
