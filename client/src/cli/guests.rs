//! What can be said about links for young people and families, and what arrives by them.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};

/// `link`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct MakeLink {
    /// Whose strand record
    pub record: String,
    /// What the link is called in the record
    #[arg(long)]
    pub name: String,
    /// Who agreed that they take part, and when
    #[arg(long, value_name = "WHO")]
    pub agreed_by: String,
    /// They say themselves that it is safe to send to their phone; without it the link is shown in person
    #[arg(long)]
    pub safe_to_send: bool,
    /// How long it works: 12h, 7d or 2w; at most 30d
    #[arg(long, default_value = "14d")]
    pub expires: String,
    /// The language of the page to begin with: en, cy or ar
    #[arg(long, default_value = "en", value_parser = ["en", "cy", "ar"])]
    pub language: String,
    /// For a parent or carer
    #[arg(long)]
    pub for_parent: bool,
    /// What it may do: say (something), summary (see the shared one, with a code word), agree (answer about agreement)
    #[arg(long, value_name = "RIGHTS", value_delimiter = ',', default_value = "say", value_parser = ["say", "summary", "agree"])]
    pub may: Vec<String>,
}

/// `window`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Window {
    /// Whose strand record
    pub record: String,
    /// Which link, by name or id
    pub link: String,
    /// Close it again
    #[arg(long, action = ArgAction::SetTrue)]
    pub close: bool,
    /// Only show what they would read
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "close")]
    pub preview: bool,
    /// Which code word counts, where another one came since the first: ask them in person
    #[arg(long, value_name = "WHICH", value_parser = ["first", "newest"], conflicts_with_all = ["close", "preview"])]
    pub code: Option<String>,
}

/// `arrived`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Arrived {
    /// Whose strand record
    pub record: String,
    /// Which of what arrived, by the beginning of its id; all of it, as a list, if not given
    pub item: Option<String>,
    /// Read it: from now on they can only ask to have it taken out
    #[arg(long, action = ArgAction::SetTrue, requires = "item")]
    pub read: bool,
    /// Add the answer to this question to an assessment: with --to and --side
    #[arg(long, value_name = "QUESTION", requires_all = ["item", "to", "side"])]
    pub add: Option<String>,
    /// Into which assessment
    #[arg(long, value_name = "ID", requires = "add")]
    pub to: Option<String>,
    /// On which side it stands
    #[arg(long, requires = "add")]
    pub side: Option<String>,
    /// A dimension or entry that it is about; can be given again
    #[arg(long, requires = "add")]
    pub about: Vec<String>,
    /// Keep the answer to this question in the record, and nowhere else
    #[arg(long, value_name = "QUESTION", requires = "item", conflicts_with = "add")]
    pub keep: Option<String>,
    /// Their words with "[a name, covered]" where something is covered; with what the hints find covered if not given
    #[arg(long, value_name = "TEXT")]
    pub words: Option<String>,
    /// Say why it is not added; they are told
    #[arg(long, value_name = "WHY", requires = "item", conflicts_with_all = ["add", "keep"])]
    pub not_added: Option<String>,
    /// They asked to have it taken out: it is taken out, and this is what they are told
    #[arg(long, value_name = "TEXT", requires = "item", conflicts_with_all = ["add", "keep", "not_added"])]
    pub taken_out: Option<String>,
    /// They asked to have it taken out: it stays, and this is what they are told
    #[arg(long, value_name = "TEXT", requires = "item", conflicts_with_all = ["add", "keep", "not_added", "taken_out"])]
    pub stays: Option<String>,
    /// Of --not-added, --taken-out and --stays: the answer to one question only
    #[arg(long, requires = "item", conflicts_with_all = ["add", "keep"])]
    pub question: Option<String>,
    /// Write a voice note to a file, to listen to it: which of the voice notes, from 1
    #[arg(long, value_name = "NUMBER", requires_all = ["item", "file"], conflicts_with_all = ["add", "keep", "not_added", "taken_out", "stays"])]
    pub sound: Option<usize>,
    /// Where to; the file is not encrypted
    #[arg(long, requires = "sound")]
    pub file: Option<PathBuf>,
}

/// `settings`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Settings {
    /// For pages in which language: en, cy or ar
    #[arg(long, default_value = "en", value_parser = ["en", "cy", "ar"])]
    pub language: String,
    /// Words about danger in place of the page's own; empty takes them away
    #[arg(long, value_name = "TEXT", requires = "checked_by")]
    pub danger: Option<String>,
    /// A free helpline, with its number
    #[arg(long, value_name = "TEXT", requires = "checked_by")]
    pub helpline: Option<String>,
    /// Whom to tell "if you think that we got it wrong"
    #[arg(long, value_name = "TEXT", requires = "checked_by")]
    pub complain: Option<String>,
    /// Who checked these words for the area: its lead
    #[arg(long, value_name = "WHO")]
    pub checked_by: Option<String>,
}
