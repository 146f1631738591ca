//! What each verb does, on a running engine. A verb reads no file and writes none, prints nothing and asks nobody: it takes its
//! arguments and gives an [`Answer`], so that the holder of a profile can do it for another process ([`crate::holder`]).

mod backing_up;
mod caseload;
mod deciding;
mod doing;
mod exporting;
mod families;
mod find;
mod hearing;
mod holding;
mod joining;
mod linking;
mod maps;
mod meetings;
mod page;
mod proving;
mod publishing;
mod reading;
mod records_text;
mod standing;
mod writing;

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub(crate) use caseload::{caseload_now, copy_now, danger_now, names, names_shown};
pub(crate) use families::{ToShare, review, say, set_beside, share, take_back};
pub(crate) use find::document;
pub(crate) use find::record as find_record;
pub(crate) use hearing::{add as add_arrived, all_arrived, found as find_arrived, item_shown, sound};
pub(crate) use holding::note_agreement;
pub(crate) use joining::read_link;
pub(crate) use linking::{area_shown, link_named, made as made_link, reading_shown};
pub(crate) use maps::{names_now as names_on_maps, names_on_map, set_names as set_names_on_maps};
pub(crate) use reading::{shown, today};
pub(crate) use standing::all_listed;
pub use standing::{status_lines, status_of};
pub(crate) use standing::{token_bytes, words_of};
pub(crate) use writing::{add_entry, begin};

use crate::cli::{self, Verb};
use crate::engine::{Engine, EngineError, Event, RelayState};
use crate::failure::Failure;

/// How long a verb waits for a relay that must take part.
pub(crate) const RELAY_WITHIN: Duration = Duration::from_secs(20);
/// How long a verb waits for a relay that may take part later.
pub(crate) const RELAY_PERHAPS: Duration = Duration::from_secs(6);

/// How a verb is to be done.
#[derive(Debug, Clone)]
pub struct Manner {
    /// In which zone times are shown.
    pub zone: TimeZone,
}

impl Manner {
    /// As this computer is set.
    pub fn of_this_computer() -> Self {
        Self { zone: TimeZone::system() }
    }
}

/// A file that a verb wants written by whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileWanted {
    /// Where, as it was asked for.
    pub path: PathBuf,
    /// Whether one that is there may be replaced.
    pub replace: bool,
    /// How many bytes; they travel beside.
    pub length: usize,
}

/// What a verb gives back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// What `--json` prints ([`crate::json`]).
    pub value: serde_json::Value,
    /// What is printed otherwise.
    pub text: String,
    /// Said on the error output beside it.
    pub notes: Vec<String>,
    /// The exit code: 0, or 1 where something does not hold.
    pub exit: u8,
    /// A file to write.
    pub file: Option<FileWanted>,
    /// Its bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(value: &impl Serialize, text: impl Into<String>) -> Self {
        // Every shape in `json` has string keys and serialises; a failure would show as null, never as a crash.
        Self { value: serde_json::to_value(value).unwrap_or_default(), text: text.into(), ..Self::default() }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }
}

/// Does a verb. Setup is done before there is an engine; here it only tells whose profile it is.
pub fn run(engine: &Engine, verb: &Verb, manner: &Manner) -> Result<Answer, Failure> {
    match verb {
        Verb::Setup(_) => standing::profile(engine),
        // The app opens before there is an engine, and holds the profile itself while it is unlocked.
        Verb::Open(_) => Err(Failure::refused("in-use", "Kith is open in this profile already")),
        Verb::Relay { url, token } => standing::relay(engine, url, token.as_deref()),
        Verb::New { title, trigger, purpose } => writing::new(engine, title, trigger, purpose),
        Verb::List => standing::list(engine, manner),
        Verb::Show { id, part: None } => reading::show(engine, id, manner),
        Verb::Show { id, part: Some(part) } => reading::part(engine, id, part, manner),
        Verb::Do { id, command } => doing::command(engine, id, command),
        Verb::History { id } => reading::history(engine, id, manner),
        Verb::Status { id } => standing::status(engine, id.as_deref(), manner),
        Verb::Resolver { id, field, who } => deciding::resolver(engine, id, field, who),
        Verb::Continue { id, why } => writing::go_on(engine, id, why),
        Verb::Write(asked) => writing::write(engine, asked),
        Verb::Edit(cli::Edit { id, entry, text }) => writing::edit(engine, id, entry, text),
        Verb::Retire(cli::Retire { id, entry, why }) => writing::retire(engine, id, entry, why),
        Verb::Unretire { id, entry } => writing::unretire(engine, id, entry),
        Verb::Differ(cli::Differ { id, entry, text }) => writing::differ(engine, id, entry, text),
        Verb::Meeting(asked) => meetings::meeting(engine, asked),
        Verb::Notes(asked) => meetings::notes(engine, asked),
        Verb::Sync(_) => standing::sync_once(engine, manner),
        Verb::Invite(cli::Invite { id, role, expires, for_whom }) => {
            joining::invite(engine, id, role, expires, for_whom.as_deref(), manner)
        }
        Verb::Join(cli::Join { link, .. }) => joining::join(engine, link, manner),
        Verb::Asked(cli::Asked { request, known }) => joining::asked(engine, request, known.as_deref()),
        Verb::Requests { id } => joining::requests(engine, id, manner),
        Verb::Admit(cli::Admit { id, request, words, why }) => {
            deciding::admit(engine, id, request, words.as_deref(), why.as_deref())
        }
        Verb::Publish { id, preview, why, families: asked } if asked.audience.is_some() => {
            families::publish(engine, id, *preview, why.as_deref(), asked, manner)
        }
        Verb::Publish { id, preview, why, .. } => publishing::publish(engine, id, *preview, why.as_deref()),
        Verb::Versions(cli::Versions { id, take_back, why }) => {
            families::versions(engine, id, take_back.as_deref(), why.as_deref(), manner)
        }
        Verb::Plain(cli::Plain { id, part, text }) => families::plain(engine, id, part.as_deref(), text.as_deref(), manner),
        Verb::Reply(asked) => families::reply(engine, asked),
        Verb::Heard(cli::Heard { id, from, agency, text }) => publishing::heard(engine, id, from, agency.as_deref(), text),
        Verb::Decline { id, request } => deciding::decline(engine, id, request),
        Verb::Members { id } => deciding::members(engine, id),
        Verb::Role(cli::Role { id, member, role }) => deciding::role(engine, id, member, role),
        Verb::Remove(cli::Remove { id, member, why }) => deciding::remove(engine, id, member, why),
        Verb::Verify { id } => proving::verify(engine, id),
        Verb::Export(cli::Export { id, format, to, replace }) => exporting::export(engine, id, *format, to, *replace),
        Verb::Backup(cli::Backup { file, replace }) => backing_up::backup(engine, file, *replace),
        Verb::BackupKept { made, bytes } => backing_up::kept(engine, *made, *bytes),
        // The profile is made from it before there is an engine; here it only tells what is there now.
        Verb::Restore(_) => backing_up::restored(engine, manner),
        Verb::Caseload => caseload::caseload(engine, manner),
        Verb::Record { id } => caseload::record(engine, id, manner),
        Verb::Attach(asked) => holding::attach(engine, asked),
        Verb::Detach(asked) => holding::detach(engine, asked),
        Verb::HandOver(asked) => holding::hand_over(engine, asked),
        Verb::Agreement(asked) => holding::agreement(engine, asked),
        Verb::JoinWords(asked) => holding::join_words(engine, asked),
        Verb::Maps { record } => maps::maps(engine, record, manner),
        Verb::Map(asked) => maps::begin(engine, asked),
        Verb::NamesOnMaps(asked) => maps::names(engine, asked),
        Verb::Link(asked) => linking::link(engine, asked, manner),
        Verb::Links { record } => linking::links(engine, record, manner),
        Verb::Unlink { record, link } => linking::unlink(engine, record, link),
        Verb::Code { record, link } => linking::code(engine, record, link, manner),
        Verb::Window(asked) => linking::window(engine, asked, manner),
        Verb::Arrived(asked) => hearing::arrived(engine, asked),
        Verb::Settings(asked) => linking::settings(engine, asked, manner),
        Verb::Danger(asked) => caseload::danger(engine, asked, manner),
        Verb::Told(asked) => caseload::told(engine, asked),
        Verb::Nudge(cli::Nudge { caseload: true, text, .. }) => caseload::nudge(engine, text),
        // Done before a profile is looked for: the names and the text are files of whoever asks.
        Verb::Nudge(_) => Err(Failure::usage("`kith nudge` reads the input of whoever asks; it needs no profile")),
    }
}

/// The sentence for a relay that cannot be used now.
pub(crate) fn relay_down(relay: &str, why: &str) -> String {
    format!("The relay {relay} cannot be used now: {why}. What you write is kept here, and goes when it can be reached")
}

/// Connects to a relay and waits until it has accepted this profile, or says why it cannot be used.
pub(crate) fn reach(engine: &Engine, relay: &str, within: Duration) -> Result<(), Failure> {
    let events = engine.subscribe()?;
    let document_is_live = {
        let relay = relay.to_owned();
        engine.look(move |work| {
            let mut here = work.documents().into_iter().filter(|d| d.relay.as_deref() == Some(relay.as_str()));
            Ok(here.any(|document| work.core().is_live(&document.id)))
        })?
    };
    if document_is_live {
        return Ok(());
    }
    engine.connect(relay)?;
    let end = std::time::Instant::now() + within;
    let mut last = "it does not answer in time".to_owned();
    let mut tries = 0;
    loop {
        let left = end.saturating_duration_since(std::time::Instant::now());
        match events.recv_timeout(left) {
            Ok(Event::Relay { relay: of, state }) if of == relay => match state {
                RelayState::SignedIn => return Ok(()),
                RelayState::Refused { why } => return Err(Failure::refused("relay-refused", why)),
                RelayState::Down { why } => {
                    last = why;
                    tries += 1;
                    // Nothing listens there: a person at a terminal should hear of it soon.
                    if tries >= 3 {
                        return Err(Failure::refused("relay", relay_down(relay, &last)));
                    }
                }
                RelayState::Connecting | RelayState::Open => {}
            },
            Ok(_) => {}
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => return Err(Failure::refused("relay", relay_down(relay, &last))),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return Err(EngineError::Stopped.into()),
        }
    }
}

/// A name, agency or role as it is written into documents and requests: one line, not empty, not too long.
pub(crate) fn label(what: &'static str, text: &str) -> Result<String, Failure> {
    use kith_assessment::{NAME_LIMIT, Refusal};
    let text = text.trim();
    let length = text.chars().map(char::len_utf16).sum::<usize>();
    if text.is_empty() {
        return Err(Refusal::Empty { what }.into());
    }
    // A request to join holds 256 bytes of each.
    if length > NAME_LIMIT || text.len() > kith_group::JoinRequest::MAX_FIELD {
        return Err(Refusal::TooLong { what, length, limit: NAME_LIMIT }.into());
    }
    if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return Err(Refusal::OneLine { what }.into());
    }
    match text.chars().find(|c| c.is_control()) {
        Some(character) => Err(Refusal::ControlCharacter { what, code: character.into() }.into()),
        None => Ok(text.to_owned()),
    }
}
