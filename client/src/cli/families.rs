//! What can be said about versions for young people and families.

use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};

/// `publish --for`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub struct ForFamilies {
    /// A version in plain words: for a young person by label (A), family-of-A, or young-people for those of the group
    #[arg(long = "for", value_name = "AUDIENCE")]
    pub audience: Option<String>,
    /// A part that is not in it; may be given again
    #[arg(long, value_name = "PART", requires = "audience")]
    pub leave_out: Vec<String>,
    /// What was found may stay, by its key in the preview; may be given again
    #[arg(long, value_name = "KEY", requires = "audience")]
    pub keep: Vec<String>,
    /// What was found is said otherwise in every part, as KEY=WORDS; may be given again
    #[arg(long, value_name = "KEY=WORDS", requires = "audience")]
    pub say: Vec<String>,
    /// You have asked yourself: would anyone be in danger if this lay on the kitchen table? Nobody would
    #[arg(long, action = ArgAction::SetTrue, requires = "audience")]
    pub nobody_in_danger: bool,
    /// The digest of what was looked at: refused if it reads otherwise now
    #[arg(long, value_name = "DIGEST", requires = "audience")]
    pub seen: Option<String>,
}

/// `reply`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Reply {
    /// In which strand record it arrived
    pub record: String,
    /// Which item
    pub item: String,
    /// The reply with "[a name, covered]" in place of what identifies; as it was said if not given
    #[arg(long, value_name = "TEXT")]
    pub words: Option<String>,
    /// The same for what they say was missed
    #[arg(long, value_name = "TEXT")]
    pub missed: Option<String>,
    /// The same for why a part is right or not, as PART=TEXT; may be given again
    #[arg(long, value_name = "PART=TEXT")]
    pub because: Vec<String>,
}

/// `versions`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Versions {
    /// Which assessment
    pub id: String,
    /// Take this one back: no phone is given it from now on
    #[arg(long, value_name = "VERSION", requires = "why")]
    pub take_back: Option<String>,
    /// Why it is taken back
    #[arg(long)]
    pub why: Option<String>,
}

/// `plain`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Plain {
    /// Which assessment
    pub id: String,
    /// Which part: summary, side/1, action/ID …
    #[arg(long, requires = "text")]
    pub part: Option<String>,
    /// Its plain words; - reads them from the input. Of an action, the first line is what and the rest why
    #[arg(long, requires = "part")]
    pub text: Option<String>,
}

/// `heard`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Heard {
    /// Which assessment
    pub id: String,
    /// Who said it: a role, or a name that they agreed to
    #[arg(long, value_name = "WHO")]
    pub from: String,
    /// Their agency
    #[arg(long)]
    pub agency: Option<String>,
    /// What they said; - reads it from the input
    #[arg(long)]
    pub text: String,
}
