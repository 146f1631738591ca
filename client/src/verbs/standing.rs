//! `setup`'s answer, `relay`, `list`, `status` and one round of `sync`: how things stand.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use kith_assessment::{AssessmentView, PersonView};
use kith_group::{DocumentId, Role};
use kith_sync::client::{JoinProgress, JoinStatus, Standing};

use super::{Answer, Manner, RELAY_PERHAPS, RELAY_WITHIN, find, relay_down};
use crate::engine::{Engine, EngineError, Event, RelayState, Work, normalised};
use crate::failure::Failure;
use crate::json::{Asked, AssessmentStatus, Listed, ListedAssessment, ProfileShown, RelayShown, SeenByShown, StatusShown};
use crate::terminal::{listed, short, time_of_day, visible_line};

pub(super) fn profile(engine: &Engine) -> Result<Answer, Failure> {
    let profile = engine.look(|work| work.profile())?;
    let folder = engine.folder().display().to_string();
    let mut text =
        format!("This computer's profile is ready, in {folder}: {}, {}, {}.", profile.name, profile.role, profile.agency);
    match &profile.relay {
        Some(relay) => text.push_str(&format!("\nRelay: {relay}")),
        None => text
            .push_str("\nNo relay yet: `kith relay wss://…` sets the address that your IT team has. You can write without one."),
    }
    text.push_str("\nIf you forget the passphrase, what is only on this computer cannot be opened by anybody.");
    let shown =
        ProfileShown { profile: folder, name: profile.name, agency: profile.agency, role: profile.role, relay: profile.relay };
    Ok(Answer::new(&shown, text))
}

/// Sets the relay for this profile and for assessments that have none.
pub(super) fn relay(engine: &Engine, url: &str, token: Option<&str>) -> Result<Answer, Failure> {
    let url = normalised(url)?;
    let token = token.map(token_bytes).transpose()?;
    engine.step(move |work| work.set_relay(&url, token))?;
    profile(engine)
}

/// A relay's token from the text that its operator printed (`kith-relay token new`).
pub(crate) fn token_bytes(text: &str) -> Result<Vec<u8>, Failure> {
    let text = text.trim();
    match text.strip_prefix("kith-token-").and_then(kith_group::from_base32) {
        Some(secret) if !secret.is_empty() => Ok(text.as_bytes().to_vec()),
        _ => Err(Failure::refused(
            "not-a-token",
            "That is not a relay's token: a token starts with kith-token-. Copy it again, whole, as your agency gave it",
        )),
    }
}

/// Every assessment here, and every request of mine.
pub(crate) fn all_listed(engine: &Engine, manner: &Manner) -> Result<Listed, Failure> {
    let found = engine.look(|work| Ok([find::all(work)?, find::all_read(work)?].concat()))?;
    let assessments = found
        .into_iter()
        .map(|found| ListedAssessment {
            assessment: found.id.to_string(),
            summary: found.is_summary(),
            title: found.title,
            role: role_of(found.summary.role, &found.summary.standing),
            standing: find::standing(&found.summary.standing, &manner.zone),
            relay: found.summary.relay,
        })
        .collect();
    Ok(Listed { assessments, requests: engine.look(open_requests)? })
}

pub(super) fn list(engine: &Engine, manner: &Manner) -> Result<Answer, Failure> {
    let listed = all_listed(engine, manner)?;
    let mut text = String::new();
    for one in &listed.assessments {
        let nothing = if one.summary { "(a summary; nothing has been shared yet)" } else { "(no name)" };
        let title = visible_line(one.title.as_deref().unwrap_or(nothing));
        let role = one.role.as_deref().unwrap_or("removed");
        text.push_str(&format!("{}  {title}  ({role})\n", one.assessment));
    }
    for request in &listed.requests {
        text.push_str(&request_line(request));
        text.push('\n');
    }
    if text.is_empty() {
        text = "Nothing here yet. Start an assessment with `kith new`, or use a colleague's link with `kith join`.".to_owned();
    }
    Ok(Answer::new(&listed, text.trim_end()))
}

/// My role, which ends with my removal.
fn role_of(role: Option<Role>, standing: &Standing) -> Option<String> {
    role.filter(|_| !matches!(standing, Standing::Removed { .. })).map(|role| role.to_string())
}

/// My requests to join that are not granted.
fn open_requests(work: &mut Work<'_>) -> Result<Vec<Asked>, EngineError> {
    let joins = work.core().joins(work.rows())?;
    Ok(joins.iter().filter(|join| join.progress != JoinProgress::Joined).map(asked).collect())
}

/// How a request stands, in a word.
pub(super) fn state(progress: &JoinProgress) -> &'static str {
    match progress {
        JoinProgress::Made => "made",
        JoinProgress::Waiting => "waiting",
        JoinProgress::Words { .. } => "words",
        JoinProgress::Joined => "joined",
        JoinProgress::Declined => "declined",
        JoinProgress::Failed(_) => "failed",
    }
}

/// A request of mine, as it is shown.
pub(super) fn asked(join: &JoinStatus) -> Asked {
    let why = match &join.progress {
        JoinProgress::Declined => Some("A lead said no.".to_owned()),
        JoinProgress::Failed(why) => Some(why.clone()),
        _ => None,
    };
    Asked {
        request: join.request.to_string(),
        assessment: join.document.to_string(),
        relay: join.relay.clone(),
        state: state(&join.progress),
        words: join.words.map(|words| words.iter().map(ToString::to_string).collect()),
        why,
        expires: join.expires,
    }
}

/// A request of mine in a line.
pub(super) fn request_line(asked: &Asked) -> String {
    let id = short(&asked.request);
    match (asked.state, &asked.words) {
        ("made", _) => {
            format!(
                "{id}  Your request has not gone yet: the relay {} was not reached, or does not know this link yet. `kith sync` tries again.",
                asked.relay
            )
        }
        ("waiting", _) => format!("{id}  Waiting for a colleague to look at your request."),
        ("words", Some(words)) => {
            format!("{id}  Ring your colleague on a number that you know already. Do you both see: {} ?", words.join(" · "))
        }
        ("joined", _) => format!("{id}  You are in: {}", asked.assessment),
        (_, _) => {
            format!("{id}  Your request was not granted: {}", visible_line(asked.why.as_deref().unwrap_or("no reason was given")))
        }
    }
}

/// How every assessment (or one) stands now.
pub fn status_of(engine: &Engine, only: Option<DocumentId>, zone: &TimeZone) -> Result<StatusShown, Failure> {
    let zone = zone.clone();
    let shown = engine.look(move |work| {
        let wanted = |found: &find::Found| only.is_none_or(|only| only == found.id);
        let mut assessments = Vec::new();
        for found in find::all(work)?.into_iter().filter(wanted) {
            let names: Option<AssessmentView> =
                work.stored_view(&found.id)?.and_then(|(row, _)| serde_json::from_slice(&row.json).ok());
            assessments.push(one_status(work, found, &names.map(|view| view.people).unwrap_or_default(), &zone)?);
        }
        for found in find::all_read(work)?.into_iter().filter(wanted) {
            let people = work.people(&found.id)?;
            assessments.push(one_status(work, found, &people, &zone)?);
        }
        let mut records = Vec::new();
        for found in find::all_records(work)?.into_iter().filter(wanted) {
            let view = work.record_now(&found.id)?;
            // By label: how things stand is often on the screen while others look.
            let labels = view.joined.iter().filter(|joined| joined.detached.is_none()).map(|joined| joined.label.clone());
            let labels: Vec<String> = labels.collect();
            let title =
                if labels.is_empty() { "Strand record".to_owned() } else { format!("Strand record of {}", listed(&labels)) };
            records.push(one_status(work, find::Found { title: Some(title), ..found }, &view.people, &zone)?);
        }
        Ok(StatusShown { assessments, records, requests: open_requests(work)?, relays: Vec::new() })
    })?;
    Ok(shown)
}

fn one_status(
    work: &mut Work<'_>,
    found: find::Found,
    people: &[PersonView],
    zone: &TimeZone,
) -> Result<AssessmentStatus, EngineError> {
    let status = work.status(&found.id)?;
    let seen_by = status.seen_by.iter().map(|receipt| SeenByShown {
        person: receipt.person.to_string(),
        name: find::known_name(people, &receipt.person).unwrap_or_else(|| "a colleague".to_owned()),
        all_mine: receipt.all_mine,
        at: receipt.at,
    });
    Ok(AssessmentStatus {
        seen_by: seen_by.collect(),
        assessment: found.id.to_string(),
        title: found.title,
        role: role_of(status.role, &status.standing),
        standing: find::standing(&status.standing, zone),
        relay: found.summary.relay.clone(),
        saved: true,
        sent: status.unsent == 0 && status.waiting_to_send == 0,
        unsent: status.unsent,
        waiting: status.waiting_to_send,
        wanted: work.core().intents(work.rows(), &found.id)?.len(),
        words: status.head_words.iter().map(ToString::to_string).collect(),
        record: status.cursor,
        epoch: status.epoch,
        live: work.core().is_live(&found.id),
        quarantined: status.quarantined,
        findings: status.findings,
    })
}

/// A status in lines, one assessment each, and what is wrong below it.
pub fn status_lines(status: &StatusShown, saved_at: Option<i64>, zone: &TimeZone) -> Vec<String> {
    let mut lines = Vec::new();
    for one in status.assessments.iter().chain(&status.records) {
        let title = visible_line(one.title.as_deref().unwrap_or("(no name)"));
        let when = saved_at.map(|at| format!(" {}", time_of_day(at, zone))).unwrap_or_default();
        let removed = matches!(one.standing.state, "removed" | "restored");
        let sent = match (one.sent, one.unsent + one.waiting) {
            (false, 1) if removed => "1 change was never sent and is only here".to_owned(),
            (false, many) if removed => format!("{many} changes were never sent and are only here"),
            (true, _) if one.record == 0 => "nothing sent yet".to_owned(),
            (true, _) => "sent".to_owned(),
            (false, 1) => "1 change waits to be sent".to_owned(),
            (false, many) => format!("{many} changes wait to be sent"),
        };
        let seen: Vec<String> = one.seen_by.iter().filter(|seen| seen.all_mine).map(|seen| visible_line(&seen.name)).collect();
        let seen = if seen.is_empty() { String::new() } else { format!(" · seen by {}", listed(&seen)) };
        lines.push(format!("{title}: saved on this computer{when} · {sent}{seen}"));
        if let Some(words) = &one.standing.words {
            lines.push(format!("  {words}"));
        }
        if one.wanted > 0 {
            lines.push(format!("  {} of your decisions about members wait for the relay", one.wanted));
        }
        for finding in &one.findings {
            lines.push(format!("  Does not hold: {}", visible_line(finding)));
        }
    }
    lines.extend(status.requests.iter().map(request_line));
    lines
}

pub(super) fn status(engine: &Engine, id: Option<&str>, manner: &Manner) -> Result<Answer, Failure> {
    let only = id.map(|id| find::either(engine, id)).transpose()?.map(|found| found.id);
    let status = status_of(engine, only, &manner.zone)?;
    let mut lines = Vec::new();
    for line in status_lines(&status, None, &manner.zone) {
        lines.push(line);
    }
    for one in status.assessments.iter().chain(&status.records).filter(|one| one.record > 0) {
        let title = visible_line(one.title.as_deref().unwrap_or("(no name)"));
        lines.push(format!(
            "{title}: record {}, words to compare with a colleague who has the same number: {}",
            one.record,
            one.words.join(" · ")
        ));
    }
    if lines.is_empty() {
        lines.push("Nothing here yet. Saved on this computer; not connected to anyone yet.".to_owned());
    }
    Ok(Answer::new(&status, lines.join("\n")))
}

/// One round: connect, send what waits, fetch what is new, say what was read.
pub(super) fn sync_once(engine: &Engine, manner: &Manner) -> Result<Answer, Failure> {
    let events = engine.subscribe()?;
    let before: Vec<String> = engine.relays()?;
    let relays = engine.connect_all()?;
    if relays.is_empty() {
        return Err(find::no_relay());
    }
    let mut shown: Vec<RelayShown> = relays
        .iter()
        .map(|relay| {
            // Under a running `sync --watch` the connection stands already and says nothing new.
            let state = if before.contains(relay) { "signed-in" } else { "connecting" };
            RelayShown { relay: relay.clone(), state, why: None }
        })
        .collect();
    let end = Instant::now() + RELAY_WITHIN;
    let mut failures = 0;
    while shown.iter().any(|relay| !matches!(relay.state, "signed-in" | "refused")) && failures < 3 * relays.len() {
        match events.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(Event::Relay { relay, state }) => {
                failures += usize::from(matches!(state, RelayState::Down { .. }));
                if let Some(known) = shown.iter_mut().find(|known| known.relay == relay) {
                    (known.state, known.why) = words_of(&state);
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    let reached = shown.iter().any(|relay| relay.state == "signed-in");
    if !reached {
        let first = shown.first();
        return Err(match first {
            Some(RelayShown { state: "refused", why: Some(why), .. }) => Failure::refused("relay-refused", why.clone()),
            Some(RelayShown { relay, why, .. }) => {
                Failure::refused("relay", relay_down(relay, why.as_deref().unwrap_or("it does not answer in time")))
            }
            None => find::no_relay(),
        });
    }
    let quiet = quiet_with_joins(engine)?;
    // Leads' devices let each other in to summaries; what one asks for the other may grant at once.
    let mut tended = 0;
    while tended < 3 && engine.tend_summaries()? {
        quiet_with_joins(engine)?;
        tended += 1;
    }
    // What came or was done since may be what a guest reads in a window that was opened from here.
    if engine.step(|work| work.renew_windows(None))? > 0 {
        quiet_with_joins(engine)?;
    }
    // Who has seen what is told by name, and names may have just come.
    engine.step(|work| {
        for found in find::all(work)? {
            if work.stored_view(&found.id)?.is_none_or(|(_, newer)| newer > 0) {
                work.store_view(&found.id)?;
            }
        }
        for found in find::all_read(work)? {
            if work.stored_view(&found.id)?.is_none_or(|(_, newer)| newer > 0) {
                work.store_summary(&found.id)?;
            }
        }
        for found in find::all_records(work)? {
            if work.stored_view(&found.id)?.is_none_or(|(_, newer)| newer > 0) {
                work.store_record(&found.id)?;
            }
        }
        Ok(())
    })?;
    let mut status = status_of(engine, None, &manner.zone)?;
    let mut lines = status_lines(&status, Some(engine.clock().now()), &manner.zone);
    for relay in shown.iter().filter(|relay| relay.state != "signed-in") {
        lines.push(match (&relay.why, relay.state) {
            (Some(why), "refused") => why.clone(),
            (why, _) => relay_down(&relay.relay, why.as_deref().unwrap_or("it does not answer in time")),
        });
    }
    if lines.is_empty() {
        lines.push("Connected; there is nothing to send or fetch.".to_owned());
    }
    status.relays = shown;
    let answer = Answer::new(&status, lines.join("\n"));
    Ok(if quiet { answer } else { answer.note("Not everything went in time. `kith sync` goes on from here; nothing is lost.") })
}

/// Waits until all is still; then a little longer where a request of mine may just have been granted.
fn quiet_with_joins(engine: &Engine) -> Result<bool, Failure> {
    let quiet = engine.until_quiet(Duration::from_secs(60))?;
    let open = |work: &mut Work<'_>| Ok(work.core().joins(work.rows())?.iter().filter(|join| join.progress.is_open()).count());
    let before = engine.look(open)?;
    if before == 0 {
        return Ok(quiet);
    }
    let granted = engine.wait_for(RELAY_PERHAPS / 3, move |work| Ok((open(work)? < before).then_some(())))?;
    Ok(match granted {
        Some(()) => engine.until_quiet(Duration::from_secs(60))?,
        None => quiet,
    })
}

/// A relay's state as `json` names it.
pub(crate) fn words_of(state: &RelayState) -> (&'static str, Option<String>) {
    match state {
        RelayState::Connecting => ("connecting", None),
        RelayState::Open => ("open", None),
        RelayState::SignedIn => ("signed-in", None),
        RelayState::Down { why } => ("down", Some(why.clone())),
        RelayState::Refused { why } => ("refused", Some(why.clone())),
    }
}
