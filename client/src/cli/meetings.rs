//! What can be said about meetings.

use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};

/// `meeting`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct NoteMeeting {
    /// Which assessment
    pub id: String,
    /// What kind of meeting
    #[arg(long = "as", value_name = "KIND", value_parser = ["strategy", "context-conference", "peer-group-conference", "review"])]
    pub kind: String,
    /// Its day: YYYY-MM-DD; today if not given. A day to come is fine
    #[arg(long)]
    pub date: Option<String>,
    /// Who of those who write here was there, by name or the beginning of their id; can be given several times
    #[arg(long, value_name = "WHO")]
    pub there: Vec<String>,
    /// Who else was there, by role and never by name; can be given several times
    #[arg(long, value_name = "ROLE")]
    pub other: Vec<String>,
    /// The notes, if there are any already; - reads them from the input
    #[arg(long, value_name = "TEXT")]
    pub notes: Option<String>,
}

/// `notes`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Notes {
    /// Which assessment
    pub id: String,
    /// Which meeting, by the beginning of its id
    pub meeting: String,
    /// The whole new text; what colleagues change meanwhile is kept; - reads it from the input
    #[arg(long, required_unless_present_any = ["agreed", "reopen"], conflicts_with_all = ["agreed", "reopen"])]
    pub text: Option<String>,
    /// They are as agreed: from now on they change only after somebody has opened them again
    #[arg(long, action = ArgAction::SetTrue)]
    pub agreed: bool,
    /// Open them again, and why
    #[arg(long, value_name = "WHY", conflicts_with = "agreed")]
    pub reopen: Option<String>,
}
