//! The program: from what was typed to an exit code.

use std::ffi::OsString;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;

use crate::cli::{self, Arguments, Verb};
use crate::engine::{Clock, Engine, Person, Profile, normalised};
use crate::failure::Failure;
use crate::passphrase::Source;
use crate::progress::Progress;
use crate::store::{KeyCost, Store, StoreError, is_profile, take_away};
use crate::terminal::{visible, visible_json};
use crate::verbs::{self, Answer, FileWanted, Manner, token_bytes};
use crate::web;

/// No backup is larger, in bytes.
const LARGEST_BACKUP: u64 = 1 << 30;
/// The longest text that the input may hold, in bytes: far above any limit of an entry, far below the machine's memory.
const LONGEST_INPUT: u64 = 32 << 20;
/// How long a verb waits for another one that is at work in the profile.
const HOLDER_PATIENCE: Duration = Duration::from_secs(8);
/// Set by tests, whose profiles hold nothing real: a cheap passphrase derivation at `setup`.
const CHEAP_KEYS: &str = "KITH_INSECURE_TEST_KEYS";

/// Runs the program and gives its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let asked_json = arguments.iter().any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap knows where each belongs. Its own exit code for wrong usage is 2.
            if asked_json && error.use_stderr() {
                print_json(&wrong_usage(&error).json());
            }
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let json = arguments.json;
    match run(arguments) {
        Ok(exit) => exit,
        Err(failure) => {
            if json {
                print_json(&failure.json());
            }
            complain(&failure.message);
            failure.exit
        }
    }
}

/// What clap says of wrong usage, as one refusal: its first paragraph.
fn wrong_usage(error: &clap::Error) -> Failure {
    let said = error.to_string();
    let first: Vec<&str> = said.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let first = first.join(" ");
    Failure::usage(first.strip_prefix("error: ").unwrap_or(&first))
}

/// Prints one JSON value.
pub(crate) fn print_json(value: &impl serde::Serialize) {
    let json = serde_json::to_string_pretty(value).unwrap_or_else(|_| "null".to_owned());
    say(&visible_json(&json));
}

/// To the output. A reader that has gone away (`kith show | head`) is no error.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") });
    let _ = out.flush();
}

/// To the error output.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", visible(text));
}

fn run(arguments: Arguments) -> Result<u8, Failure> {
    let Arguments { profile, json, passphrase_file, verb } = arguments;
    let mut verb = Arguments::verb(verb);
    if let Verb::Nudge(cli::Nudge { names, caseload: false, .. }) = &verb {
        return deliver(&crate::hints::nudge(names.as_deref())?, json);
    }
    let folder = match profile {
        Some(folder) => std::path::absolute(&folder).map_err(|error| Failure::usage(error.to_string()))?,
        None => usual_folder()?,
    };
    if let Some(text) = verb.texts() {
        read_input(text)?;
    }
    if let Verb::Admit(cli::Admit { words: words @ None, .. }) = &mut verb
        && !json
        && std::io::stdin().is_terminal()
    {
        // Typed, not nodded through: whoever only presses Enter lets nobody in.
        *words = Some(asked_words()?);
    }
    let source = Source { file: passphrase_file };
    match &verb {
        Verb::Setup(cli::Setup { name, agency, role, relay, token }) => {
            let person = Person { name: name.clone(), agency: agency.clone(), role: role.clone() };
            let engine = set_up(&folder, &source, &person, relay.as_deref(), token.as_deref())?;
            finish(engine, &verb, json)
        }
        Verb::Join(cli::Join { link, name, agency, role }) if !is_profile(&folder) => {
            let (Some(name), Some(agency), Some(role)) = (name, agency, role) else {
                return Err(Failure::refused(
                    "no-profile",
                    "There is no Kith profile on this computer yet. Say who you are too, with --name, --agency and --role",
                ));
            };
            // A link that cannot be used should not leave a profile behind.
            let link = verbs::read_link(link, Clock::default().now(), &Manner::of_this_computer().zone)?;
            let person = Person { name: name.clone(), agency: agency.clone(), role: role.clone() };
            let was_there = folder.exists();
            let engine = set_up(&folder, &source, &person, Some(&link.relay), None)?;
            let done = joined(engine, &verb, json);
            if done.as_ref().is_err_and(|failure| failure.code == "join-refused") {
                // Nor one that the relay knows to be used: the profile holds nothing but the request.
                take_away(&folder, was_there);
            }
            done
        }
        Verb::Open(cli::Open { port, no_browser, lock_after }) => {
            let options = web::Options {
                port: port.unwrap_or(0),
                browser: !no_browser,
                lock_after: Duration::from_secs(u64::from(*lock_after) * 60),
                cost: cost_of_keys(),
                passphrase: if is_profile(&folder) { source.given()? } else { None },
                beside: None,
                clock: Clock::default(),
            };
            web::run(&folder, options, json)
        }
        Verb::Restore(cli::Restore { file }) => {
            if is_profile(&folder) {
                return Err(StoreError::ProfileExists(folder).into());
            }
            let backup = read_backup(file)?;
            let passphrase = source.existing()?;
            let profile = Profile::restore(&folder, &backup, &passphrase, cost_of_keys())?;
            finish(Engine::start(profile)?, &verb, json)
        }
        _ => at_profile(&folder, &source, &verb, json),
    }
}

/// A backup's bytes.
fn read_backup(file: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |why: String| {
        Failure::refused("backup-unreadable", format!("The backup {} cannot be read ({why}). Nothing was made", file.display()))
    };
    let opened = std::fs::File::open(file).map_err(|error| unreadable(error.to_string()))?;
    let mut bytes = Vec::new();
    opened.take(LARGEST_BACKUP + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > LARGEST_BACKUP {
        return Err(unreadable("it is larger than any backup".to_owned()));
    }
    Ok(bytes)
}

fn cost_of_keys() -> KeyCost {
    if std::env::var_os(CHEAP_KEYS).is_some() { KeyCost::TESTS } else { KeyCost::FULL }
}

fn asked_words() -> Result<String, Failure> {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "Ring them on a number that you know already. The four words that they read to you: ")
        .and_then(|()| out.flush());
    let mut line = String::new();
    match std::io::stdin().lock().take(1000).read_line(&mut line) {
        Ok(_) if !line.trim().is_empty() => Ok(line),
        _ => Err(Failure::refused("no-words", "Compare the four words first: `kith requests` shows them. Nobody was let in")),
    }
}

/// A text of "-" is read from the input.
fn read_input(text: &mut String) -> Result<(), Failure> {
    if text != "-" {
        return Ok(());
    }
    let mut read = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_INPUT + 1)
        .read_to_end(&mut read)
        .map_err(|error| Failure::refused("input", format!("The input could not be read ({error}). Nothing was changed")))?;
    if read.len() as u64 > LONGEST_INPUT {
        return Err(Failure::refused(
            "too-long",
            "The input is longer than any entry may be. Nothing was changed; write several entries",
        ));
    }
    let mut input = String::from_utf8(read)
        .map_err(|_| Failure::refused("not-text", "The input is not text (UTF-8). Nothing was changed"))?;
    // The line end that a shell or an editor adds is not part of what somebody wrote.
    if input.ends_with('\n') {
        input.pop();
        if input.ends_with('\r') {
            input.pop();
        }
    }
    *text = input;
    Ok(())
}

/// Where a profile is kept if no folder is named.
fn usual_folder() -> Result<PathBuf, Failure> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        variable("APPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("kith")).ok_or_else(|| Failure::usage("Name the folder of the profile with --profile"))
}

fn set_up(folder: &Path, source: &Source, person: &Person, relay: Option<&str>, token: Option<&str>) -> Result<Engine, Failure> {
    if is_profile(folder) {
        return Err(StoreError::ProfileExists(folder.to_owned()).into());
    }
    let person = Person {
        name: verbs::label("name", &person.name)?,
        agency: verbs::label("agency", &person.agency)?,
        role: verbs::label("role", &person.role)?,
    };
    let relay = relay.map(normalised).transpose()?;
    let token = token.map(token_bytes).transpose()?;
    if token.is_some() && relay.is_none() {
        return Err(Failure::usage("A token belongs to a relay: give --relay too"));
    }
    let passphrase = source.new_one()?;
    let profile = Profile::create(folder, &passphrase, &person, relay.as_deref(), cost_of_keys())?;
    let engine = Engine::start(profile)?;
    if let (Some(relay), Some(token)) = (relay, token) {
        engine.step(move |work| work.set_relay(&relay, Some(token)))?;
    }
    Ok(engine)
}

/// Does a verb in a profile: by whoever holds it, or by holding it.
fn at_profile(folder: &Path, source: &Source, verb: &Verb, json: bool) -> Result<u8, Failure> {
    let end = Instant::now() + HOLDER_PATIENCE;
    let lock = loop {
        match Store::lock_of(folder) {
            Ok(lock) => break lock,
            Err(StoreError::InUse) => {
                #[cfg(unix)]
                if let Some(asker) = crate::holder::Asker::connect(folder) {
                    let progress = Progress::start(verb.doing());
                    let answer = asker.ask(verb)?;
                    drop(progress);
                    return match verb {
                        Verb::Backup(_) => {
                            let exit = deliver(&answer, json)?;
                            if let (Some(kept), Some(asker)) = (kept_of(&answer), crate::holder::Asker::connect(folder)) {
                                asker.ask(&kept)?;
                            }
                            Ok(exit)
                        }
                        Verb::Join(_) => {
                            let again = |verb: &Verb| match crate::holder::Asker::connect(folder) {
                                Some(asker) => asker.ask(verb),
                                None => Err(StoreError::InUse.into()),
                            };
                            wait_to_be_let_in(&answer, json, &again)
                        }
                        _ => deliver(&answer, json),
                    };
                }
                if Instant::now() >= end {
                    return Err(StoreError::InUse.into());
                }
                // Another verb is at work; most take a fraction of a second.
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(error) => return Err(error.into()),
        }
    };
    let passphrase = source.existing()?;
    let engine = Engine::start(Profile::open_locked(folder, &passphrase, lock)?)?;
    drop(passphrase);
    match verb {
        Verb::Sync(cli::Sync { watch: true, .. }) => crate::watch::watch(engine, json),
        Verb::Join(_) => joined(engine, verb, json),
        verb => finish(engine, verb, json),
    }
}

/// Does a verb, prints its answer, and closes the profile.
fn finish(engine: Engine, verb: &Verb, json: bool) -> Result<u8, Failure> {
    let progress = Progress::start(verb.doing());
    let done = verbs::run(&engine, verb, &Manner::of_this_computer());
    drop(progress);
    let exit = done.and_then(|answer| {
        let exit = deliver(&answer, json)?;
        // That it was kept is known only now.
        if let (Verb::Backup(_), Some(kept)) = (verb, kept_of(&answer)) {
            verbs::run(&engine, &kept, &Manner::of_this_computer())?;
        }
        Ok(exit)
    });
    close(engine, exit)
}

/// What to tell the profile once a backup has been written.
fn kept_of(answer: &Answer) -> Option<Verb> {
    Some(Verb::BackupKept { made: answer.value.get("made")?.as_i64()?, bytes: answer.value.get("bytes")?.as_u64()? })
}

/// Joins; at a terminal it goes on until the answer is there.
fn joined(engine: Engine, verb: &Verb, json: bool) -> Result<u8, Failure> {
    let manner = Manner::of_this_computer();
    let progress = Progress::start(verb.doing());
    let done = verbs::run(&engine, verb, &manner);
    drop(progress);
    let exit = done.and_then(|answer| wait_to_be_let_in(&answer, json, &|verb| verbs::run(&engine, verb, &manner)));
    close(engine, exit)
}

/// What was done is on the disk; what closing could not do is only said.
fn close(engine: Engine, exit: Result<u8, Failure>) -> Result<u8, Failure> {
    let stopped = engine.stop();
    match (exit, stopped) {
        (Ok(exit), Err(error)) => {
            complain(&Failure::from(error).message);
            Ok(exit)
        }
        (exit, _) => exit,
    }
}

/// Shows each change of a request until it is decided. Without a terminal to watch it, the first answer is all.
fn wait_to_be_let_in(first: &Answer, json: bool, again: &dyn Fn(&Verb) -> Result<Answer, Failure>) -> Result<u8, Failure> {
    let state = |answer: &Answer| answer.value.get("state").and_then(|state| state.as_str()).unwrap_or_default().to_owned();
    let open = |answer: &Answer| matches!(state(answer).as_str(), "made" | "waiting" | "words");
    if json || !std::io::stdout().is_terminal() || !open(first) {
        return deliver(first, json);
    }
    let request = first.value.get("request").and_then(|request| request.as_str()).unwrap_or_default().to_owned();
    let mut shown = state(first);
    deliver(first, json)?;
    complain("Waiting for the answer. You can leave with Ctrl-C: your request is kept, and `kith sync` goes on.");
    loop {
        let answer = again(&Verb::Asked(cli::Asked { request: request.clone(), known: Some(shown.clone()) }))?;
        if state(&answer) != shown {
            shown = state(&answer);
            deliver(&answer, json)?;
        }
        if !open(&answer) {
            return Ok(answer.exit);
        }
    }
}

/// Prints an answer, and writes the file that it brings.
fn deliver(answer: &Answer, json: bool) -> Result<u8, Failure> {
    if let Some(file) = &answer.file {
        write_file(file, &answer.bytes).map_err(|error| {
            Failure::refused(
                "export",
                format!("The file {} was not written: {error:#}. Nothing was changed", file.path.display()),
            )
        })?;
    }
    if json {
        print_json(&answer.value);
    } else {
        say(&visible(&answer.text));
    }
    for note in &answer.notes {
        complain(note);
    }
    Ok(answer.exit)
}

/// Writes a whole file or none: beside its place first, then there in one step.
fn write_file(wanted: &FileWanted, bytes: &[u8]) -> anyhow::Result<()> {
    let path = std::path::absolute(&wanted.path)?;
    let folder = path.parent().context("it has no folder")?;
    let name = path.file_name().context("it has no name")?.to_string_lossy().into_owned();
    if path.is_dir() {
        anyhow::bail!("that is a folder");
    }
    if !wanted.replace && path.symlink_metadata().is_ok() {
        anyhow::bail!("there is a file of that name already; choose another name, or say --replace");
    }
    let draft = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = (|| {
        let mut options = std::fs::OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        if std::fs::read(&draft)? != bytes {
            return Err(std::io::Error::other("it does not read back as it was written"));
        }
        if wanted.replace {
            std::fs::rename(&draft, &path)
        } else {
            // Unlike a rename, this fails where a file of that name has come meanwhile.
            std::fs::hard_link(&draft, &path)
        }
    })();
    let _ = std::fs::remove_file(&draft);
    Ok(written?)
}
