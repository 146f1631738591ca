//! People at their computers: profiles, verbs, and letting somebody in by a link and four words.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use automerge::ChangeHash;
use kith::cli::{self, Verb};
use kith::engine::{Engine, Person, Profile};
use kith::store::KeyCost;
use kith::verbs::{self, Answer, Manner};
use kith_group::DocumentId;

use crate::processes::PASSPHRASE;

/// How long anything may take that waits for somebody else.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes a profile in `folder` and starts it. Its passphrase is cheap to try: it lives as long as a test or demo.
///
/// # Errors
/// When the folder cannot be used.
pub fn profile(folder: &Path, name: &str, agency: &str, role: &str, relay: &str) -> anyhow::Result<Engine> {
    let person = Person { name: name.to_owned(), agency: agency.to_owned(), role: role.to_owned() };
    let profile = Profile::create(folder, PASSPHRASE, &person, Some(relay), KeyCost::TESTS)
        .with_context(|| format!("the profile of {name} was not made"))?;
    Ok(Engine::start(profile)?)
}

/// Does a verb of the command line.
///
/// # Errors
/// What the verb refused, or its text if it said that something does not hold.
pub fn does(engine: &Engine, verb: &Verb) -> anyhow::Result<Answer> {
    let answer = verbs::run(engine, verb, &Manner { zone: jiff::tz::TimeZone::UTC })?;
    ensure!(answer.exit == 0, "{} {}", answer.text, answer.notes.join(" "));
    Ok(answer)
}

/// How somebody came in.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The link that was sent.
    pub link: String,
    /// The four words that the lead saw.
    pub lead_words: Vec<String>,
    /// The four words that the guest saw.
    pub guest_words: Vec<String>,
}

/// Invites `guest` by a link, compares the four words on both sides, and lets them in. Returns when the guest can read.
///
/// # Errors
/// When the words differ, or any verb refuses.
pub fn let_in(lead: &Engine, guest: &Engine, document: &DocumentId, role: &str, for_whom: &str) -> anyhow::Result<Admission> {
    let id = document.to_string();
    let invite = Verb::Invite(cli::Invite {
        id: id.clone(),
        role: role.to_owned(),
        expires: "7d".to_owned(),
        for_whom: Some(for_whom.to_owned()),
    });
    let link = text(&does(lead, &invite)?, "link")?;
    let join = Verb::Join(cli::Join { link: link.clone(), name: None, agency: None, role: None });
    let asked = text(&does(guest, &join)?, "request")?;

    let end = Instant::now() + PATIENCE;
    let lead_words = loop {
        let requests = does(lead, &Verb::Requests { id: id.clone() })?;
        let list = requests.value["requests"].as_array().cloned().unwrap_or_default();
        let mine = list.iter().find(|one| one["request"].as_str() == Some(asked.as_str()));
        if let Some(words) = mine.and_then(|one| words(&one["words"])) {
            break words;
        }
        ensure!(Instant::now() < end, "the lead does not see the request of {for_whom}: {list:?}");
    };
    let guest_words = until(guest, &asked, "waiting", end, |value| words(&value["words"]))?;
    ensure!(lead_words == guest_words, "the four words differ: {lead_words:?} and {guest_words:?}");
    does(lead, &Verb::Admit(cli::Admit { id, request: asked.clone(), words: Some(lead_words.join(" ")), why: None }))?;
    until(guest, &asked, "words", end, |value| (value["state"].as_str() == Some("joined")).then_some(()))?;
    Ok(Admission { link, lead_words, guest_words })
}

fn until<T>(
    guest: &Engine,
    request: &str,
    known: &str,
    end: Instant,
    found: impl Fn(&serde_json::Value) -> Option<T>,
) -> anyhow::Result<T> {
    loop {
        let asked = does(guest, &Verb::Asked(cli::Asked { request: request.to_owned(), known: Some(known.to_owned()) }))?;
        if let Some(found) = found(&asked.value) {
            return Ok(found);
        }
        ensure!(Instant::now() < end, "the request stands still: {}", asked.text);
    }
}

fn text(answer: &Answer, field: &str) -> anyhow::Result<String> {
    let found = answer.value[field].as_str().map(str::to_owned);
    found.with_context(|| format!("an answer has no {field}: {}", answer.text))
}

fn words(value: &serde_json::Value) -> Option<Vec<String>> {
    let words = value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned));
    words.collect()
}

/// The heads of a document on one computer: equal on two computers that hold the same changes.
///
/// # Errors
/// When the document cannot be read there.
pub fn heads(engine: &Engine, document: DocumentId) -> anyhow::Result<Vec<ChangeHash>> {
    let mut heads = engine.look(move |work| Ok(work.read(&document)?.get_heads()))?;
    heads.sort_unstable();
    Ok(heads)
}

/// Waits until all of these computers are connected, have nothing left to send, and hold the same changes.
///
/// # Errors
/// When that takes longer than a minute.
pub fn until_same(engines: &[&Engine], document: DocumentId) -> anyhow::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        let mut all = Vec::new();
        for engine in engines {
            let quiet = engine.look(move |work| Ok(work.core().is_live(&document) && work.core().is_quiet(work.rows())?))?;
            all.push((quiet, heads(engine, document)?));
        }
        let first = all.first().map(|(_, heads)| heads.clone()).unwrap_or_default();
        if all.iter().all(|(quiet, heads)| *quiet && *heads == first) {
            return Ok(());
        }
        if Instant::now() >= end {
            bail!("after a minute not everybody has the same: {all:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts the working document of a new assessment.
///
/// # Errors
/// When the store fails.
pub fn new_assessment(engine: &Engine, relay: &str) -> anyhow::Result<DocumentId> {
    let relay = relay.to_owned();
    Ok(engine.step(move |work| work.create_assessment(Some(&relay)))?.document)
}
