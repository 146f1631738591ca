//! What can be said about asking colleagues in, and who is in as what.

use clap::Args;
use serde::{Deserialize, Serialize};

/// `invite`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Invite {
    /// Which assessment
    pub id: String,
    /// What they will do: lead (writes, lets others in), contributor (writes), reader; in a strand record stand-in or holder
    #[arg(long = "as", value_name = "ROLE", value_parser = ["lead", "contributor", "reader", "stand-in", "holder"])]
    pub role: String,
    /// How long the link works: 7d, 12h, 2w
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub expires: String,
    /// For whom it is meant, for your own memory; colleagues who write here see it
    #[arg(long = "for", value_name = "WHO")]
    pub for_whom: Option<String>,
}

/// `join`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Join {
    /// The link, kith:join/…
    pub link: String,
    /// Your name, if this computer has no profile yet
    #[arg(long, requires_all = ["agency", "role"])]
    pub name: Option<String>,
    /// Your agency, if this computer has no profile yet
    #[arg(long, requires_all = ["name", "role"])]
    pub agency: Option<String>,
    /// Your role, if this computer has no profile yet
    #[arg(long, requires_all = ["name", "agency"])]
    pub role: Option<String>,
}

/// `asked`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Asked {
    /// Which
    pub request: String,
    /// What was shown last: an answer comes at once if it stands otherwise by now
    #[arg(long)]
    pub known: Option<String>,
}

/// `admit`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Admit {
    /// Which assessment
    pub id: String,
    /// Which request, by the beginning of its id
    pub request: String,
    /// The four words that they read to you: refused if they are others
    #[arg(long, value_name = "WORDS")]
    pub words: Option<String>,
    /// Why they write here: needed for police, businesses and residents, who read the summary as a rule; everybody here sees it
    #[arg(long)]
    pub why: Option<String>,
}

/// `role`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Role {
    /// Which assessment
    pub id: String,
    /// Who, by the beginning of their id, or their name
    pub member: String,
    /// Their new role
    #[arg(value_parser = ["lead", "contributor", "reader"])]
    pub role: String,
}

/// `remove`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Remove {
    /// Which assessment
    pub id: String,
    /// Who, by the beginning of their id, or their name
    pub member: String,
    /// Why, for your own record on this computer
    #[arg(long)]
    pub why: String,
}
