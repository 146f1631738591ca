//! What can be said about a profile and its files.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// `setup`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Setup {
    /// Your name, as colleagues see it
    #[arg(long)]
    pub name: String,
    /// Your agency
    #[arg(long)]
    pub agency: String,
    /// Your role in it
    #[arg(long)]
    pub role: String,
    /// The address of your team's relay, wss://…; can be given later with `kith relay`
    #[arg(long, value_name = "URL")]
    pub relay: Option<String>,
    /// The token that the relay asks for, once; - reads it from the input
    #[arg(long, env = "KITH_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

/// `open`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Open {
    /// The port on 127.0.0.1; any free one if not given
    #[arg(long)]
    pub port: Option<u16>,
    /// Print the address instead of opening the browser
    #[arg(long)]
    pub no_browser: bool,
    /// Lock after this many minutes without a key or a press
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=240))]
    pub lock_after: u16,
}

/// `sync`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Sync {
    /// Until everything is sent and here (the default)
    #[arg(long, conflicts_with = "watch")]
    pub once: bool,
    /// Stay connected and say how things stand
    #[arg(long)]
    pub watch: bool,
}

/// `export`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Export {
    /// Which assessment
    pub id: String,
    /// What kind of file
    #[arg(long)]
    pub format: Format,
    /// Where to
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    pub replace: bool,
}

/// `backup`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Backup {
    /// Where to
    pub file: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    pub replace: bool,
}

/// `restore`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Restore {
    /// The backup
    pub file: PathBuf,
}

/// `nudge`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct Nudge {
    /// A file of names to look for: one a line, short forms after commas
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
    /// Look for the names of your caseload, which are in your profile
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "names")]
    pub caseload: bool,
    /// The text; - (the default) reads it from the input
    #[arg(default_value = "-", hide = true)]
    pub text: String,
}

/// What kind of file an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// What `show --json` prints.
    Json,
    /// The Automerge document.
    Automerge,
    /// One page, to print.
    Html,
}
