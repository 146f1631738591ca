//! What the page *Settings* asks: is my work safe, who else has a copy, when does it lock, which other programs may read; and how a
//! person quits. Nothing here is about an assessment's text.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use kith_assessment::NamesOnMaps;
use kith_group::{Digest, Random, SystemRandom};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ts_rs::TS;

use super::api::{Here, Shared, answer, blocking, failed, let_in_with, with_engine};
use super::news::News;
use super::shapes::{Passphrase, ToSetNamesOnMaps};
use crate::cli::Verb;
use crate::engine::{Engine, LastBackup, Program};
use crate::failure::Failure;
use crate::verbs::{self, Manner, label};

/// No backup that a page gives back is larger, in bytes of its text.
const LARGEST_BACKUP: usize = 512 << 20;
/// The longest text that a code holds at this level of error correction, in bytes.
const LONGEST_CODE: usize = 2331;
/// Minutes that may be chosen before the app locks itself.
const LOCK_AFTER: std::ops::RangeInclusive<u16> = 1..=240;

/// How this computer holds a profile.
#[derive(Serialize, TS)]
pub(crate) struct ComputerShown {
    /// The profile's folder.
    pub(crate) folder: String,
    /// How large it is, in bytes.
    pub(crate) bytes: u64,
    /// When the last backup that was kept was made, in Unix seconds.
    pub(crate) last_backup: Option<i64>,
    /// Who else has a copy of what is here, by assessment.
    pub(crate) copies: Vec<CopiesShown>,
    /// After how many minutes without a key or a press the app locks itself.
    pub(crate) lock_after_minutes: u64,
    /// Other programs on this computer that may read.
    pub(crate) programs: Vec<ProgramShown>,
    /// What this agency decided about names on young people's own maps; none: initials alone.
    pub(crate) names_on_maps: Option<NamesOnMaps>,
}

/// Who else has a copy of an assessment.
#[derive(Serialize, TS)]
pub(crate) struct CopiesShown {
    /// The assessment.
    pub(crate) assessment: String,
    /// Its name.
    pub(crate) title: Option<String>,
    /// The others in it.
    pub(crate) others: Vec<String>,
}

/// A program that may read.
#[derive(Serialize, TS)]
pub(crate) struct ProgramShown {
    /// Which, for stopping it.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) name: String,
    /// Since when, in Unix seconds.
    pub(crate) since: i64,
}

/// Chooses when the app locks itself.
#[derive(Deserialize, TS)]
pub(crate) struct ToLockAfter {
    pub(crate) minutes: u16,
}

/// Lets a program read.
#[derive(Deserialize, TS)]
pub(crate) struct ToAddProgram {
    /// What to call it.
    pub(crate) name: String,
}

/// A program may read now.
#[derive(Serialize, TS)]
pub(crate) struct ProgramAdded {
    /// What it must say; shown once.
    pub(crate) token: String,
    /// Where it reads.
    pub(crate) address: String,
}

/// Lets a program read no more.
#[derive(Deserialize, TS)]
pub(crate) struct ToStopProgram {
    pub(crate) id: String,
}

/// Wants a text as a code that a camera reads.
#[derive(Deserialize, TS)]
pub(crate) struct ToDrawCode {
    pub(crate) text: String,
}

/// A code that a camera reads.
#[derive(Serialize, TS)]
pub(crate) struct CodeDrawn {
    /// Its side in modules, with the quiet zone around it.
    pub(crate) side: i32,
    /// Its dark modules as an SVG path, in modules.
    pub(crate) path: String,
}

/// Makes a profile from a backup.
#[derive(Deserialize, TS)]
pub(crate) struct ToRestore {
    /// The passphrase of the day when the backup was made.
    pub(crate) passphrase: Passphrase,
    /// The file, in base 64.
    pub(crate) file: String,
}

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/computer", get(computer))
        .route("/backup", post(backup))
        .route("/restore", post(restore).layer(DefaultBodyLimit::max(LARGEST_BACKUP)))
        .route("/lock-after", post(lock_after))
        .route("/names-on-maps", post(names_on_maps))
        .route("/programs", post(add_program))
        .route("/programs/stop", post(stop_program))
        .route("/code", post(code))
        .route("/quit", post(quit))
}

async fn computer(State(shared): Here) -> Response {
    with_engine(shared, |engine, house| {
        let (last, programs) = engine.look(|work| Ok((work.last_backup()?, work.programs()?)))?;
        Ok(ComputerShown {
            folder: engine.folder().display().to_string(),
            bytes: size_of(engine.folder()),
            last_backup: last.map(|last| last.made),
            copies: copies(engine, &house.manner)?,
            lock_after_minutes: house.lock_after().as_secs() / 60,
            programs: programs.iter().map(shown).collect(),
            names_on_maps: verbs::names_on_maps(engine)?,
        })
    })
    .await
}

fn shown(program: &Program) -> ProgramShown {
    ProgramShown { id: program.digest.to_string(), name: program.name.clone(), since: program.since }
}

/// Bytes of the profile's own files.
fn size_of(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file).map(|data| data.len()).sum()
}

fn copies(engine: &Engine, manner: &Manner) -> Result<Vec<CopiesShown>, Failure> {
    let listed = verbs::run(engine, &Verb::List, manner)?.value;
    let mut copies = Vec::new();
    for one in listed["assessments"].as_array().into_iter().flatten() {
        let Some(id) = one["assessment"].as_str() else { continue };
        let members = verbs::run(engine, &Verb::Members { id: id.to_owned() }, manner)?.value;
        // A reader has the summary, and no copy of the assessment.
        let has_a_copy = |member: &&serde_json::Value| member["me"] != true && member["role"] != "reader";
        let others = members["members"].as_array().into_iter().flatten().filter(has_a_copy);
        let name = |member: &serde_json::Value| member["name"].as_str().or(member["confirmed"].as_str()).map(str::to_owned);
        copies.push(CopiesShown {
            assessment: id.to_owned(),
            title: one["title"].as_str().map(str::to_owned),
            others: others.filter_map(name).collect(),
        });
    }
    Ok(copies)
}

/// A backup for the browser to keep. Its name says what it is and the day, and nobody's name.
async fn backup(State(shared): Here) -> Response {
    let made = blocking(move || {
        let engine = shared.house.engine()?;
        let backup = engine.backup()?;
        let last = LastBackup { made: backup.made, bytes: backup.bytes.len() as u64 };
        engine.step(move |work| work.backup_was_kept(last))?;
        shared.house.tell(News::Look);
        let day = Timestamp::from_second(backup.made)
            .map(|made| made.to_zoned_datetime(shared.house.manner.zone.clone()).strftime("%Y-%m-%d").to_string())
            .unwrap_or_default();
        Ok((format!("kith-{day}.backup"), backup.bytes))
    })
    .await;
    match made {
        Ok((name, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            (headers, bytes).into_response()
        }
        Err(failure) => failed(&failure),
    }
}

async fn restore(State(shared): Here, Json(asked): Json<ToRestore>) -> Response {
    let here = Arc::clone(&shared);
    let done = blocking(move || {
        let file = BASE64.decode(asked.file.as_bytes()).map_err(|_| Failure::usage("The backup did not come whole"))?;
        here.house.restore(&file, &asked.passphrase.0)
    });
    match done.await {
        Ok(()) => {
            let mut sessions = shared.sessions();
            let name = sessions.cookie_name().to_owned();
            let let_in = sessions.rotate();
            let_in_with(&name, let_in)
        }
        Err(failure) => failed(&failure),
    }
}

async fn lock_after(State(shared): Here, Json(asked): Json<ToLockAfter>) -> Response {
    with_engine(shared, move |engine, house| {
        if !LOCK_AFTER.contains(&asked.minutes) {
            return Err(Failure::usage("Choose between 1 and 240 minutes"));
        }
        engine.step(move |work| work.set_lock_after(asked.minutes))?;
        house.set_lock_after(Duration::from_secs(u64::from(asked.minutes) * 60));
        Ok(serde_json::json!({}))
    })
    .await
}

async fn names_on_maps(State(shared): Here, Json(asked): Json<ToSetNamesOnMaps>) -> Response {
    with_engine(shared, move |engine, house| {
        verbs::set_names_on_maps(engine, asked.policy)?;
        house.tell(News::Look);
        Ok(serde_json::json!({}))
    })
    .await
}

async fn add_program(State(shared): Here, Json(asked): Json<ToAddProgram>) -> Response {
    let port = shared.port;
    with_engine(shared, move |engine, house| {
        let name = label("name", &asked.name)?;
        let mut bytes = [0; 32];
        SystemRandom.fill(&mut bytes);
        let token = format!("kith-read-{}", HEXLOWER.encode(&bytes));
        let program = Program { digest: digest_of(&token), name, since: engine.clock().now() };
        engine.step(move |work| work.add_program(&program))?;
        house.read_programs(engine)?;
        Ok(ProgramAdded { token, address: format!("http://127.0.0.1:{port}/api/connect") })
    })
    .await
}

/// What is kept of a token.
pub(super) fn digest_of(token: &str) -> Digest {
    Digest(Sha256::digest(token.as_bytes()).into())
}

async fn stop_program(State(shared): Here, Json(asked): Json<ToStopProgram>) -> Response {
    with_engine(shared, move |engine, house| {
        let programs = engine.look(|work| work.programs())?;
        let Some(found) = programs.into_iter().find(|program| program.digest.to_string() == asked.id) else {
            return Err(Failure::refused("no-such-program", "That program may not read any more"));
        };
        engine.step(move |work| work.stop_program(&found.digest))?;
        house.read_programs(engine)?;
        Ok(serde_json::json!({}))
    })
    .await
}

/// A text as a code: of a link, so that a colleague beside me can take it over with a camera.
async fn code(Json(asked): Json<ToDrawCode>) -> Response {
    answer(move || drawn(&asked.text)).await
}

fn drawn(text: &str) -> Result<CodeDrawn, Failure> {
    /// Modules of quiet around it, as the standard asks.
    const QUIET: i32 = 4;
    let too_long = || Failure::refused("too-long", "That is too long for a code. Send it as text");
    if text.is_empty() || text.len() > LONGEST_CODE {
        return Err(too_long());
    }
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| too_long())?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let from = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > from {
                path.push_str(&format!("M{} {}h{}v1h-{}z", from + QUIET, y + QUIET, x - from, x - from));
            }
            x += 1;
        }
    }
    Ok(CodeDrawn { side: code.size() + 2 * QUIET, path })
}

/// Ends the program, where it is a program of its own.
async fn quit(State(shared): Here) -> Response {
    if shared.end() {
        return Json(serde_json::json!({})).into_response();
    }
    failed(&Failure::refused("refused", "Kith was opened by another program here. End it there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that a path covers.
    fn covered(drawn: &CodeDrawn) -> std::collections::BTreeSet<(i32, i32)> {
        let mut dark = std::collections::BTreeSet::new();
        for run in drawn.path.split('M').filter(|run| !run.is_empty()) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let (x, y, length): (i32, i32, i32) = (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            dark.extend((x..x + length).map(|x| (x, y)));
        }
        dark
    }

    #[test]
    fn a_drawn_code_has_the_dark_modules_of_the_code_and_quiet_around() {
        let link = format!("kith:join/{}", "a".repeat(300));
        let (drawn, code) = (drawn(&link).unwrap(), QrCode::encode_text(&link, QrCodeEcc::Medium).unwrap());
        let dark = covered(&drawn);
        assert_eq!(drawn.side, code.size() + 8);
        for y in -4..code.size() + 4 {
            for x in -4..code.size() + 4 {
                assert_eq!(dark.contains(&(x + 4, y + 4)), code.get_module(x, y), "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_that_no_code_holds_is_refused_with_a_reason() {
        assert!(drawn(&"ä".repeat(LONGEST_CODE)).is_err());
        assert!(drawn("").is_err());
        assert!(drawn(&"a".repeat(LONGEST_CODE)).is_ok());
    }
}
