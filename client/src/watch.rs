//! `kith sync --watch`: stays connected, says how things stand, and serves other verbs.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use kith_sync::client::Notice;

use crate::engine::{Engine, Event, RelayState, Tending, on_interrupt};
use crate::failure::Failure;
use crate::json::{RelayShown, StatusShown};
use crate::terminal::visible;
use crate::verbs::{self, Manner, relay_down, status_lines, status_of};

/// News that comes together is shown together.
const GATHER: Duration = Duration::from_millis(300);
/// Documents are looked at again at least this often: other verbs write beside this one.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Runs until Ctrl-C.
pub(crate) fn watch(engine: Engine, json: bool) -> Result<u8, Failure> {
    let (end, ended) = mpsc::channel();
    on_interrupt(move || {
        let _ = end.send(());
    })
    .map_err(|error| Failure::refused("network", format!("The network cannot be used ({error})")))?;
    let events = engine.subscribe()?;
    let relays = engine.connect_all()?;
    if relays.is_empty() {
        return Err(Failure::refused(
            "no-relay",
            "There is no relay set to pass things to colleagues. Set the address that your IT team has with `kith relay wss://…`",
        ));
    }
    #[cfg(unix)]
    let service = crate::holder::Service::start(&engine)
        .map_err(|error| Failure::refused("socket", format!("Other verbs cannot be served in this profile ({error})")))?;
    let manner = Manner::of_this_computer();
    let mut screen = Screen::new(json);
    let mut relays: Vec<RelayShown> =
        relays.into_iter().map(|relay| RelayShown { relay, state: "connecting", why: None }).collect();
    let mut saved_at = None;
    let mut tending = Tending::default();
    screen.news("Kith is connected while this runs. Other verbs can be used beside it. End it with Ctrl-C.");
    let mut look_at = Instant::now();
    let mut not_before = look_at;
    loop {
        if ended.try_recv().is_ok() {
            break;
        }
        match events.recv_timeout(look_at.saturating_duration_since(Instant::now()).min(GATHER)) {
            Ok(event) => {
                tending.hear(&event);
                heard(event, &mut relays, &mut screen);
                look_at = look_at.min(Instant::now() + GATHER).max(not_before);
                continue;
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() < look_at => continue,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let began = Instant::now();
        // A document may have come from a relay that no connection is kept to yet: one that I just joined elsewhere.
        engine.connect_all()?;
        tending.tend(&engine)?;
        let mut status = status_of(&engine, None, &manner.zone)?;
        status.relays = relays.clone();
        let now = engine.clock().now();
        if status.assessments.iter().any(|one| !one.sent) || saved_at.is_none() {
            saved_at = Some(now);
        }
        screen.show(&status, saved_at, &manner);
        // Looking at a very long log costs something: it may not take more than a twentieth of the engine's time.
        not_before = Instant::now() + began.elapsed() * 20;
        look_at = (Instant::now() + LOOK_AGAIN).max(not_before);
    }
    screen.finish();
    #[cfg(unix)]
    drop(service);
    let stopped = engine.stop();
    stopped.map(|()| 0).map_err(Failure::from)
}

fn heard(event: Event, relays: &mut [RelayShown], screen: &mut Screen) {
    match event {
        Event::Relay { relay, state } => {
            if let Some(known) = relays.iter_mut().find(|known| known.relay == relay) {
                let before = known.state;
                let (now, why) = verbs::words_of(&state);
                match (&state, before) {
                    (RelayState::Down { why }, state) if state != "down" && state != "connecting" => {
                        screen.news(&format!("{}.", relay_down(&relay, why)));
                    }
                    (RelayState::Refused { why }, _) => screen.news(why),
                    (RelayState::SignedIn, "signed-in") => {}
                    (RelayState::SignedIn, _) => screen.news(&format!("Connected to {relay}.")),
                    _ => {}
                }
                // Between two tries the relay stays "down": the line should not flicker.
                if !(before == "down" && matches!(state, RelayState::Connecting)) {
                    (known.state, known.why) = (now, why);
                }
            }
        }
        Event::Notice(Notice::Waiting { .. }) => screen.news("Somebody asks to be let in: see `kith requests`."),
        Event::Notice(Notice::Words { words, .. }) => {
            screen.news(&format!(
                "Ring your colleague on a number that you know already. Do you both see: {} ?",
                words.join(" · ")
            ));
        }
        Event::Notice(Notice::Joined { .. }) => screen.news("You are in."),
        Event::Notice(Notice::Declined { .. }) => screen.news("Your request to join was not granted."),
        Event::Notice(Notice::JoinFailed { why, .. } | Notice::IntentFailed { why, .. }) => screen.news(&why),
        Event::Notice(Notice::Removed { .. }) => {
            screen.news("You were removed from an assessment; what you wrote and had stays readable here.");
        }
        Event::Notice(Notice::Finding { text, .. }) => screen.news(&format!("Does not hold: {text}")),
        Event::Failed(text) => screen.news(&text),
        Event::Notice(_) => {}
    }
}

/// The status at a terminal is one block that is drawn anew; elsewhere a line whenever it changes.
struct Screen {
    bar: Option<ProgressBar>,
    json: bool,
    last: String,
}

impl Screen {
    fn new(json: bool) -> Self {
        let bar = (std::io::stdout().is_terminal() && std::io::stderr().is_terminal() && !json).then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        Self { bar, json, last: String::new() }
    }

    /// Something that just happened.
    fn news(&mut self, text: &str) {
        let text = visible(text);
        match &self.bar {
            Some(bar) => bar.println(text),
            // With --json the output is for values only.
            None if self.json => {
                let _ = writeln!(std::io::stderr().lock(), "{text}");
            }
            None => {
                let _ = writeln!(std::io::stdout().lock(), "{text}");
            }
        }
    }

    /// How things stand now.
    fn show(&mut self, status: &StatusShown, saved_at: Option<i64>, manner: &Manner) {
        let lines = if self.json {
            crate::terminal::visible_json(&serde_json::to_string(status).unwrap_or_default())
        } else {
            let mut lines = status_lines(status, saved_at, &manner.zone);
            for relay in status.relays.iter().filter(|relay| relay.state != "signed-in") {
                lines.push(match &relay.why {
                    Some(why) if relay.state == "refused" => why.clone(),
                    Some(why) => format!("{}; trying again.", relay_down(&relay.relay, why)),
                    None => format!("Connecting to {} …", relay.relay),
                });
            }
            visible(&lines.join("\n"))
        };
        if lines == self.last {
            return;
        }
        match &self.bar {
            Some(bar) => bar.set_message(lines.clone()),
            None => {
                let mut out = std::io::stdout().lock();
                let _ = writeln!(out, "{lines}").and_then(|()| out.flush());
            }
        }
        self.last = lines;
    }

    fn finish(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }
}
