//! The command line: what can be said, and help that somebody's IT colleague can follow. `docs/cli.md` is written from this and
//! from [`crate::json`].

mod entries;
mod families;
mod guests;
mod joining;
mod meetings;
mod profile;
mod records;

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};
use serde::{Deserialize, Serialize};

pub use entries::{Differ, Edit, Retire, Write};
pub use families::{ForFamilies, Heard, Plain, Reply, Versions};
pub use guests::{Arrived, MakeLink, Settings, Window};
pub use joining::{Admit, Asked, Invite, Join, Remove, Role};
pub use meetings::{NoteMeeting, Notes};
pub use profile::{Backup, Export, Format, Nudge, Open, Restore, Setup, Sync};
pub use records::{Agree, Attach, BeginMap, Danger, Detach, HandOver, JoinWords, NamesOnMaps, Told};

/// What was typed.
#[derive(Debug, Parser)]
#[command(
    name = "kith",
    version,
    about = "Write about a group of friends, together: on your own computer, with or without a signal",
    long_about = "Kith is where a team spread over agencies writes one peer assessment together. What you write is saved, encrypted, \
                  on this computer. When there is a connection it goes, sealed, to your team's relay, and what colleagues wrote \
                  joins what you wrote. Kith is not for emergencies: if a child is in danger now, call 999, then your duty team.",
    after_help = "Exit codes: 0 done; 1 refused, or something does not hold (the reason is on the error output); 2 wrong usage.\n\
                  The passphrase is asked for, or read from --passphrase-file or the variable KITH_PASSPHRASE; never given as an argument.",
    after_long_help = "Start here:\n  \
        kith setup --name \"Priya Marsh\" --agency \"children's social care\" --role \"social worker\" --relay wss://relay.example\n  \
        kith new --title Larch --trigger over-time --purpose \"They can spend their evenings together without being frightened.\"\n  \
        kith write Larch --dimension 1.6 --as strength --text \"They wait for each other.\"\n  \
        kith invite Larch --as contributor        (send the link; then: kith requests Larch, kith admit Larch REQUEST)\n  \
        kith sync --watch\n\n\
        Exit codes: 0 done; 1 refused, or something does not hold (the reason is on the error output); 2 wrong usage.\n\
        The passphrase is asked for, or read from --passphrase-file or the variable KITH_PASSPHRASE; never given as an argument."
)]
pub struct Arguments {
    /// The folder of the profile; without it, the usual place for a program's data
    #[arg(long, global = true, value_name = "DIR", env = "KITH_PROFILE", hide_env_values = true)]
    pub profile: Option<PathBuf>,
    /// Print one JSON value on the output; on a refusal {"error": {"code", "message"}}
    #[arg(long, global = true)]
    pub json: bool,
    /// A file whose first line is the passphrase
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

impl Arguments {
    /// What to do: without a verb, the app opens.
    pub fn verb(verb: Option<Verb>) -> Verb {
        verb.unwrap_or(Verb::Open(Open { port: None, no_browser: false, lock_after: 15 }))
    }
}

/// An assessment is named by its id, the beginning of its id (four letters or more), or its title; a strand record likewise, or by
/// the young person's name. Entries, requests and members
/// are named by the beginning of their ids, as lists print them.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Make this computer's profile: who you are, and a passphrase
    #[command(
        after_long_help = "Example:\n  kith setup --name \"Priya Marsh\" --agency \"children's social care\" --role \"social worker\" \\\n       --relay wss://relay.example --token -      (then paste the token that your agency gave you)"
    )]
    Setup(Setup),
    /// Open the app in the browser (what `kith` alone does); the first time it asks who you are
    #[command(
        after_long_help = "The app is a page on this computer (127.0.0.1) that nobody else can reach. Without a profile it begins with the \
                                 first run. It locks itself when nobody has pressed a key for a while. Other verbs can be used beside it while it \
                                 is unlocked. End it with Ctrl-C.\n\nExample:\n  kith open"
    )]
    Open(Open),
    /// Set the address of your team's relay, and a token if it needs one
    #[command(after_long_help = "Example:\n  kith relay wss://relay.example")]
    Relay {
        /// The address, wss://…
        #[arg(value_name = "URL")]
        url: String,
        /// The token that the relay asks for, once; - reads it from the input
        #[arg(long, env = "KITH_TOKEN", hide_env_values = true)]
        token: Option<String>,
    },
    /// Start an assessment; prints its id
    #[command(
        after_long_help = "Triggers: panel (a meeting saw a pattern), assessment (another assessment showed young people at risk together), \
                                 over-time (several of us noticed things), service (a school or service asked).\n\nExample:\n  \
                                 kith new --title Larch --trigger over-time --purpose \"They can spend their evenings together without being frightened.\""
    )]
    New {
        /// A name for it: a tree, not a place, school, street or person
        #[arg(long)]
        title: String,
        /// What made you look at this group now
        #[arg(long, value_name = "KIND", value_parser = ["panel", "assessment", "over-time", "service"])]
        trigger: String,
        /// What should be better for these young people at the end
        #[arg(long, value_name = "TEXT")]
        purpose: String,
    },
    /// List the assessments on this computer
    List,
    /// Show an assessment as text, or one part of it
    #[command(
        after_long_help = "Parts: voices (what young people and parents said), picture (the group in its places: summary and table), weighting (what must change first), plan (goals and \
                           actions), meetings (with their notes), disagreement (who sees what the same way), strands (young people by label, and agreement), \
                           tasks (what waits), life (what may be out of date), case-notes (to paste into a case file).\n\n\
                           Example:\n  kith show Larch --part tasks"
    )]
    Show {
        /// Which assessment
        id: String,
        /// One part by itself
        #[arg(long, value_name = "PART", value_parser = ["voices", "picture", "weighting", "plan", "meetings", "disagreement", "strands", "families", "tasks", "life", "case-notes"])]
        part: Option<String>,
    },
    /// Do anything that can be done in an assessment: one command as JSON on the input
    #[command(after_long_help = "Commands and their fields are in docs/cli.md. Ids can be given by their beginnings.\n\n\
                           Examples:\n  echo '{\"do\": \"add-goal\", \"text\": \"A warm place near the station.\", \"findings\": [\"3.1\"]}' | kith do Larch\n  \
                           echo '{\"do\": \"say-still-true\", \"side\": \"3\", \"answer\": \"yes\"}' | kith do Larch")]
    Do {
        /// Which assessment
        id: String,
        /// The command as JSON; - (the default) reads it from the input
        #[arg(default_value = "-", hide = true)]
        command: String,
    },
    /// Who did what, and when
    History {
        /// Which assessment
        id: String,
    },
    /// What is saved, sent and seen, and what waits
    Status {
        /// Which assessment; all if not given
        id: Option<String>,
    },
    /// Write a strength, a worry or what is not known
    #[command(
        after_long_help = "Examples:\n  kith write Larch --dimension 1.6 --as strength --text \"They wait for each other.\"\n  \
                                 kith write Larch --dimension 3.1 --as worry --text - --said-by \"young people, map\" --passed-on < note.txt\n\n\
                                 Text alone suffices; the rest has defaults: from you, seen or heard yourself, an observation, today."
    )]
    Write(Write),
    /// Replace an entry's text; what colleagues change meanwhile is kept
    Edit(Edit),
    /// Take an entry back; it stays in the document with the reason
    Retire(Retire),
    /// Put an entry back that was taken back
    Unretire {
        /// Which assessment
        id: String,
        /// Which entry, by the beginning of its id
        entry: String,
    },
    /// Set your differing view beside an entry; only you can change it
    Differ(Differ),
    /// Note a meeting: its kind, its day, who was there
    #[command(
        after_long_help = "Kinds: strategy, context-conference (about places, not about individuals), peer-group-conference, review.\n\nExample:\n  \
                                 kith meeting Larch --as review --there \"Nadia Sorrell\" --other \"station manager, bus company\" --notes - < notes.txt"
    )]
    Meeting(NoteMeeting),
    /// Replace a meeting's notes, say that they are as agreed, or open them again
    #[command(
        after_long_help = "kith show --part meetings lists meetings, with ids.\n\nExamples:\n  kith notes Larch k3vq --agreed\n  \
                                 kith notes Larch k3vq --reopen \"One action is missing.\""
    )]
    Notes(Notes),
    /// Send what waits and fetch what is new
    #[command(
        after_long_help = "Without an option, or with --once: until everything that waits is sent and everything new is here.\n\
                                 With --watch: goes on until Ctrl-C. Other verbs can be used beside it in the same profile."
    )]
    Sync(Sync),
    /// Ask a colleague: prints one link to send to them
    #[command(
        after_long_help = "Send the link your usual way. It is for one person, once. By itself it opens nothing: you let them in \
                                 (kith requests, kith admit), after comparing four words on a telephone number that you know already.\n\n\
                                 Example:\n  kith invite Larch --as contributor --expires 7d"
    )]
    Invite(Invite),
    /// Ask to be let in, with a link from a colleague
    #[command(
        after_long_help = "On a computer without a profile give --name, --agency and --role too: the profile is made first.\n\
                                 At a terminal this waits and shows four words; ring the colleague on a number that you know already, and \
                                 compare. You can leave with Ctrl-C: `kith sync` goes on.\n\n\
                                 Example:\n  kith join kith:join/… --name \"Nadia Sorrell\" --agency \"Kestrel Vale Academy\" --role \"safeguarding lead\""
    )]
    Join(Join),
    /// How a request of mine stands (used by `join` while it waits)
    #[command(hide = true)]
    Asked(Asked),
    /// Who asks to be let in, and the four words to compare
    Requests {
        /// Which assessment
        id: String,
    },
    /// Let somebody in, after comparing the four words
    Admit(Admit),
    /// Say no to somebody who asks
    Decline {
        /// Which assessment
        id: String,
        /// Which request, by the beginning of its id
        request: String,
    },
    /// Who writes here, and as what
    Members {
        /// Which assessment
        id: String,
    },
    /// Make somebody a lead or a contributor
    Role(Role),
    /// Take somebody out: they see nothing newer; what they have already cannot be unseen
    Remove(Remove),
    /// Prove who wrote what; exit 1 if anything does not hold
    Verify {
        /// Which assessment
        id: String,
    },
    /// Write an assessment to a file
    #[command(
        after_long_help = "html: one page to print or send. json: what `show --json` prints. automerge: the whole document with its \
                                 history, for other programs. The file is not encrypted.\n\nExample:\n  kith export Larch --format html --to larch.html"
    )]
    Export(Export),
    /// Write everything that can be read here to one encrypted file, and prove that it opens
    #[command(
        after_long_help = "The file opens with the passphrase that you have now. It holds your assessments, drafts and your caseload, and no key: \
                                 on another computer `kith restore` makes a profile of it that reads everything and writes nothing, until a \
                                 lead lets that computer in. Works while Kith is open.\n\nExample:\n  kith backup /media/stick/kith.backup --replace"
    )]
    Backup(Backup),
    /// A backup is where it was wanted (used by `backup`)
    #[command(hide = true)]
    BackupKept {
        /// When it was made, in Unix seconds
        #[arg(long)]
        made: i64,
        /// How large it is
        #[arg(long)]
        bytes: u64,
    },
    /// Make a profile from a backup, on a computer that has none
    #[command(
        after_long_help = "Asks for the passphrase that you had when the backup was made; it is the new profile's too. You can read, print and \
                                 export everything in it. To go on writing, ask a lead for a link and use it with `kith join`.\n\n\
                                 Example:\n  kith restore /media/stick/kith.backup"
    )]
    Restore(Restore),
    /// Go on from your copy of an assessment that cannot be used any more, in a new one that you lead
    #[command(
        after_long_help = "For when no lead is left, when you were taken out, when the relay is lost, or from a backup. Everything is in the new one, with its \
                                 authors and their signatures; the old one is as it was.\n\nExample:\n  \
                                 kith continue Larch --why \"The only lead has left, and her computer with her.\""
    )]
    Continue {
        /// Which assessment
        id: String,
        /// Why it cannot go on as it is; everybody in the new one sees it
        #[arg(long)]
        why: String,
    },
    /// Ask somebody to choose where two people changed the same thing; anybody may still choose
    #[command(after_long_help = "Where there are two versions stands in kith show --json, as \"two_versions\".\n\nExample:\n  \
                                 kith resolver Larch title \"Nadia Sorrell\"")]
    Resolver {
        /// Which assessment
        id: String,
        /// Where there are two versions, as show says it
        field: String,
        /// Who is to choose, by name or by the beginning of their id; "nobody" to ask nobody any more
        who: String,
    },
    /// Share the summary and the plan with readers; with --for a version in plain words with young people or a family
    #[command(
        after_long_help = "Readers see the summary, what must change first, goals, actions, and that somebody sees something otherwise; nothing \
                                 of what young people and parents said but their replies to the summary, no label, no entry, no history. Look \
                                 at it first with --preview.\n\n\
                                 A version for young people or a family (--for) holds the parts whose plain words somebody confirmed (`kith \
                                 plain`), the actions with why, that adults differ if they confirmed words for families, and the audience's \
                                 own words; it goes to them alone.\n\n\
                                 Examples:\n  kith publish Larch --preview\n  kith publish Larch --for family-of-A --preview\n  \
                                 kith publish Larch --for A --leave-out side/2 --nobody-in-danger"
    )]
    Publish {
        /// Which assessment
        id: String,
        /// Only show what they would see
        #[arg(long, action = ArgAction::SetTrue)]
        preview: bool,
        /// Why, for colleagues; noted in the assessment
        #[arg(long)]
        why: Option<String>,
        /// A version for young people or a family.
        #[command(flatten)]
        families: ForFamilies,
    },
    /// Versions that were shared with young people and families; take one back
    Versions(Versions),
    /// The parts of the summary in plain words, for families; confirm those of one part
    Plain(Plain),
    /// Set a reply to the summary beside the version that they read, with what identifies covered
    Reply(Reply),
    /// Write down what a reader said about the summary or the plan; all readers see it
    Heard(Heard),
    /// My caseload: the young people whose strand records you hold or stand in for
    Caseload,
    /// Show a strand record
    Record {
        /// Which strand record, by its id or their name
        id: String,
    },
    /// Attach a young person under a neutral label; who that is stays in their strand record
    #[command(
        after_long_help = "One act: the label in the assessment, the strand record with the real name, and that it says so.\n\nExample:\n  \
                                 kith attach Larch --name \"Keziah Ansah-Rowe\" --known-as Kez --phone \"01234 567890\""
    )]
    Attach(Attach),
    /// Take a young person out of an assessment; when and why stay in their strand record
    #[command(
        after_long_help = "Example:\n  kith detach \"Tomasz Harrowgill\" Larch --why \"He moved away.\" --their-words stay"
    )]
    Detach(Detach),
    /// Give a young person to their next holder, who has been let in to the record
    #[command(
        after_long_help = "Three steps: kith invite RECORD --as holder (and requests, admit), then this, then the next holder takes the last one \
                                 out with kith remove RECORD.\n\nExample:\n  \
                                 kith hand-over \"Keziah Ansah-Rowe\" --to \"Colin Ashdown\" --phone \"01234 567890\""
    )]
    HandOver(HandOver),
    /// Note what somebody said when asked, and set what colleagues see
    #[command(
        after_long_help = "Example:\n  kith agreement \"Keziah Ansah-Rowe\" --who young-person --said yes --how \"at home, read together\" \
                                 --explained-by \"Priya Marsh\""
    )]
    Agreement(Agree),
    /// Let words that are kept in a strand record join an assessment, under the label
    #[command(
        after_long_help = "kith record lists words, with ids.\n\nExample:\n  kith join-words \"Keziah Ansah-Rowe\" k3vq Larch --side 1"
    )]
    JoinWords(JoinWords),
    /// Show a young person's own maps, which stay in their strand record
    #[command(
        after_long_help = "Friends, adults, places and ties are put on it with `kith do RECORD`: docs/cli.md has the commands.\n\n\
                                 Example:\n  kith maps \"Keziah Ansah-Rowe\""
    )]
    Maps {
        /// Whose strand record
        record: String,
    },
    /// Begin a young person's own map: for one of two purposes, with a day to look at it again and something to do
    #[command(
        after_long_help = "Example:\n  kith map \"Keziah Ansah-Rowe\" --purpose safety-plan --review 2026-06-01 --action \"Talk it over at home\""
    )]
    Map(BeginMap),
    /// Whether your agency allows names on young people's own maps: initials alone, unless it has decided otherwise
    #[command(
        after_long_help = "Without an option it says how it is set. It never applies to what is shared: the picture of a group takes no name.\n\nExample:\n  \
                                 kith names-on-maps --reference \"DPIA 2026/14\" --signed-off-by \"J. Hale, principal social worker\""
    )]
    NamesOnMaps(NamesOnMaps),
    /// Make a link for a young person or their family: a page where they say something, sealed to whoever reads the record
    #[command(
        after_long_help = "What comes by it is in the record: kith arrived.\n\nExample:\n  kith link \"Keziah Ansah-Rowe\" --name phone \
                                 --agreed-by \"Keziah, 5 May\" --safe-to-send"
    )]
    Link(MakeLink),
    /// List the links of a strand record
    Links {
        /// Whose strand record
        record: String,
    },
    /// Stop a link; what came by it stays
    Unlink {
        /// Whose strand record
        record: String,
        /// Which link, by name or id
        link: String,
    },
    /// Make a code to type on a phone in the place of a link, in person; it works for a quarter of an hour, once
    Code {
        /// Whose strand record
        record: String,
        /// Which link, by name or id
        link: String,
    },
    /// Open a link for a day, so that link and code word read what was done with what they said; or close it
    #[command(
        after_long_help = "Open it when they ask for it: they need the link and the code word that they chose. The usual way is to tell them in \
                                 person.\n\nExample:\n  kith window \"Keziah Ansah-Rowe\" phone --preview"
    )]
    Window(Window),
    /// What came by links: read it first, cover what identifies, add it to an assessment, or say why not
    #[command(
        after_long_help = "What they said to you alone cannot be added, and no voice note or drawing ever joins an assessment.\n\nExamples:\n  \
                                 kith arrived \"Keziah Ansah-Rowe\"\n  kith arrived \"Keziah Ansah-Rowe\" k3vq --read\n  \
                                 kith arrived \"Keziah Ansah-Rowe\" k3vq --add places --to Larch --side 3"
    )]
    Arrived(Arrived),
    /// Words of your area for guests' pages: about danger, a helpline, whom to tell; checked by its lead
    #[command(
        after_long_help = "Without an option: what is set. What is given replaces all that was set for that language.\n\nExample:\n  \
                                 kith settings --helpline \"Kestrel Vale youth line, 0800 555 111\" --checked-by \"Colin Ashdown\""
    )]
    Settings(Settings),
    /// Someone in danger now: whom to ring, from what is on this computer
    #[command(
        after_long_help = "Needs no connection. What was shown is asked about on the next working day, in one line: kith told."
    )]
    Danger(Danger),
    /// Say what you shared when somebody was in danger, with whom and why
    #[command(
        after_long_help = "Example:\n  kith told Larch --what \"where they meet\" --with \"police, 999\" --why \"one of them was being followed\""
    )]
    Told(Told),
    /// Hints on a text that is read from the input: names, identifiers, words of intelligence work, words that blame
    #[command(
        after_long_help = "Needs no profile and no passphrase, unless with --caseload; nothing is kept or sent. Exit 0 when it ran, whatever it found.\n\nExample:\n  \
                                 kith nudge --names caseload.txt < note.txt"
    )]
    Nudge(Nudge),
}

impl Verb {
    /// Texts that "-" reads from the input.
    pub fn texts(&mut self) -> Option<&mut String> {
        match self {
            Self::Write(Write { text, .. }) | Self::Edit(Edit { text, .. }) | Self::Differ(Differ { text, .. }) => Some(text),
            Self::Do { command, .. } => Some(command),
            Self::Heard(Heard { text, .. }) => Some(text),
            Self::Plain(Plain { text, .. }) => text.as_mut(),
            Self::Meeting(meeting) => meeting.notes.as_mut(),
            Self::Notes(notes) => notes.text.as_mut(),
            Self::Nudge(Nudge { text, .. }) => Some(text),
            Self::Arrived(Arrived { words, .. }) => words.as_mut(),
            Self::Setup(Setup { token, .. }) | Self::Relay { token, .. } => token.as_mut(),
            _ => None,
        }
    }

    /// What to show while it takes more than a second.
    pub fn doing(&self) -> &'static str {
        match self {
            Self::Setup(_) => "Making the profile",
            Self::Sync(_) => "Sending what waits and fetching what is new",
            Self::Invite(_) | Self::Requests { .. } | Self::Admit(_) | Self::Decline { .. } => "Asking the relay",
            Self::Role(_) | Self::Remove(_) => "Telling the group",
            Self::Join(_) | Self::Asked(_) => "Asking to be let in",
            Self::Verify { .. } => "Checking every record and signature",
            Self::Export(_) => "Writing the file",
            Self::Backup(_) => "Making the backup and opening it again",
            Self::Restore(_) => "Reading the backup",
            Self::Nudge(_) => "Checking the text",
            _ => "Opening the assessment",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_verb_and_every_option_has_help() {
        let mut command = Arguments::command();
        command.build();
        for verb in command.get_subcommands() {
            assert!(verb.get_about().is_some(), "{}", verb.get_name());
            for option in verb.get_arguments() {
                assert!(option.get_help().is_some(), "{} {}", verb.get_name(), option.get_id());
            }
        }
    }
}
