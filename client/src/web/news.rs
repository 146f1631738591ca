//! What the pages hear while they are open: how things stand, what changed, that Kith was locked. One thread tells all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use automerge::Automerge;
use jiff::tz::TimeZone;
use kith_assessment::{Heads, Splice, field_of};
use kith_group::DocumentId;
use kith_sync::client::Notice;
use kith_sync::replica::{Touched, TouchedKind};
use serde::Serialize;
use tokio::sync::broadcast;

use super::company::Company;
use super::drafts::Draft;
use super::shapes::{AppStatus, Here, TextChanged};
use crate::engine::{Engine, EngineError, Event, Tending};
use crate::failure::Failure;
use crate::json::RelayShown;
use crate::verbs::{self, status_of};

/// News that comes together is told together.
const GATHER: Duration = Duration::from_millis(80);
/// Things are looked at again at least this often: the command line writes beside the app.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// One piece of news.
#[derive(Debug, Clone, Serialize, ts_rs::TS)]
#[serde(tag = "news", rename_all = "kebab-case")]
pub(crate) enum News {
    /// How everything stands now.
    Status(Arc<AppStatus>),
    /// An assessment changed: texts, and whether anything else did, so that it must be read again.
    Changed {
        /// Which.
        assessment: String,
        /// What others wrote in its texts, in order, for an editor that stands at `from`.
        texts: Vec<TextChanged>,
        /// Texts that changed otherwise too: an editor asks what they are now.
        whole: Vec<String>,
        /// Where the assessment stood before; empty: it is not known.
        from: Heads,
        /// Where it stands now.
        to: Heads,
        /// Whether more than these texts changed.
        more: bool,
    },
    /// A page kept a draft, or took it away: other pages that show it follow.
    Draft {
        /// In which assessment.
        assessment: String,
        /// Its place.
        field: String,
        /// What stands there now.
        draft: Option<Draft>,
    },
    /// Which agencies are where in an assessment, now. Nobody keeps this.
    Presence {
        /// Which.
        assessment: String,
        /// Each agency and place once, in order.
        here: Vec<Here>,
    },
    /// Something that a person should know, in a sentence.
    Said {
        /// The sentence.
        text: String,
    },
    /// Somebody writes here together with the holder: show nothing else, and hear nothing else until that ends.
    Together,
    /// Read everything anew.
    Look,
    /// Kith was locked: blank the page.
    Locked,
}

impl News {
    /// An assessment changed, and everything of it is to be read again.
    pub(super) fn all_of(assessment: String) -> Self {
        let (from, to) = (Heads::default(), Heads::default());
        Self::Changed { assessment, texts: Vec::new(), whole: Vec::new(), from, to, more: true }
    }
}

/// What the telling thread needs.
pub(super) struct Teller {
    pub(super) engine: Engine,
    pub(super) events: Receiver<Event>,
    pub(super) news: broadcast::Sender<News>,
    pub(super) ended: Arc<AtomicBool>,
    pub(super) offline: Arc<AtomicBool>,
    pub(super) zone: TimeZone,
    pub(super) company: Company,
    /// Where each assessment stood when the pages were told last.
    pub(super) told: BTreeMap<DocumentId, Heads>,
    /// What failed last, so that it is said once.
    pub(super) failed: Option<String>,
}

/// Starts the thread. It ends when the engine stops or it is told to.
pub(super) fn start(teller: Teller) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("kith-news".to_owned())
        .spawn(move || {
            // That the engine has stopped ends this thread, and nobody needs to hear of it.
            let _ = teller.run();
        })
        .map(drop)
        .map_err(|error| Failure::refused("stopped", format!("Kith could not start a thread ({error})")))
}

impl Teller {
    fn run(mut self) -> Result<(), Failure> {
        let mut relays: Vec<RelayShown> = Vec::new();
        let mut last = String::new();
        let mut saved_at = self.engine.clock().now();
        let mut look_at = Instant::now();
        let mut not_before = look_at;
        let mut listening = self.news.subscribe();
        let mut tending = Tending::default();
        while !self.ended.load(Ordering::Relaxed) {
            match self.events.recv_timeout(look_at.saturating_duration_since(Instant::now()).min(GATHER)) {
                Ok(event) => {
                    tending.hear(&event);
                    let heard = self.hear(event, &mut relays);
                    self.goes_on(heard)?;
                    look_at = look_at.min(Instant::now() + GATHER).max(not_before);
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            for news in self.company.whoever_left(Instant::now()) {
                let _ = self.news.send(news);
            }
            // What a page did (`Changed`, `Look`) changes how things stand too.
            while let Ok(news) = listening.try_recv() {
                if matches!(news, News::Changed { .. } | News::Look) {
                    look_at = Instant::now().max(not_before);
                    if matches!(news, News::Changed { .. }) {
                        saved_at = self.engine.clock().now();
                    }
                }
            }
            if Instant::now() < look_at {
                continue;
            }
            let began = Instant::now();
            if !self.offline.load(Ordering::Relaxed) {
                // A document may have come from a relay that no connection is kept to yet.
                let tended = self.engine.connect_all().and_then(|_| tending.tend(&self.engine));
                self.goes_on(tended)?;
            }
            let status = self.status(&relays, saved_at);
            if let Some(status) = self.goes_on(status)? {
                let told = serde_json::to_string(&status).unwrap_or_default();
                if told != last {
                    last = told;
                    let _ = self.news.send(News::Status(Arc::new(status)));
                }
            }
            not_before = began + began.elapsed() * 20;
            look_at = (Instant::now() + LOOK_AGAIN).max(not_before);
        }
        Ok(())
    }

    /// What fails once is said, and does not end the news: pages would go on showing how things stood then. Only the engine's end does.
    fn goes_on<T>(&mut self, outcome: Result<T, impl Into<Failure>>) -> Result<Option<T>, Failure> {
        let failure = match outcome.map_err(Into::into) {
            Ok(found) => return Ok(Some(found)),
            Err(failure) if failure.code == "stopped" => return Err(failure),
            Err(failure) => failure.message,
        };
        if self.failed.as_ref() != Some(&failure) {
            let _ = self.news.send(News::Said { text: failure.clone() });
            self.failed = Some(failure);
        }
        Ok(None)
    }

    fn status(&self, relays: &[RelayShown], saved_at: i64) -> Result<AppStatus, Failure> {
        let mut shown = app_status(&self.engine, &self.zone, self.offline.load(Ordering::Relaxed), saved_at)?;
        // Whoever works offline is connected to nobody, and no relay says so.
        if !shown.offline {
            shown.status.relays = relays.to_vec();
        }
        Ok(shown)
    }

    fn hear(&mut self, event: Event, relays: &mut Vec<RelayShown>) -> Result<(), EngineError> {
        let news = self.news.clone();
        let said = |text: String| {
            let _ = news.send(News::Said { text });
        };
        match event {
            Event::Relay { relay, state } => {
                let (state, why) = verbs::words_of(&state);
                let new = RelayShown { relay: relay.clone(), state, why };
                match relays.iter_mut().find(|known| known.relay == relay) {
                    // Between two tries a relay stays "down": the line should not flicker.
                    Some(known) if known.state == "down" && state == "connecting" => {}
                    Some(known) => *known = new,
                    None => relays.push(new),
                }
            }
            Event::Notice(Notice::Changed { document } | Notice::Live { document }) => self.changed(document)?,
            Event::Notice(Notice::Joined { document, .. }) => {
                self.changed(document)?;
                let _ = self.news.send(News::Look);
            }
            Event::Notice(Notice::Waiting { .. } | Notice::Removed { .. } | Notice::Words { .. } | Notice::Declined { .. }) => {
                let _ = self.news.send(News::Look);
            }
            Event::Notice(Notice::Here { document, device, at, place }) => {
                if let Some(news) = self.company.heard(&self.engine, document, device, at, place, Instant::now())? {
                    let _ = self.news.send(news);
                }
            }
            Event::Notice(Notice::JoinFailed { why, .. } | Notice::IntentFailed { why, .. }) => said(why),
            Event::Failed(text) => said(text),
            Event::Notice(_) => {}
        }
        Ok(())
    }

    /// Which texts changed, by the patches that Automerge made while it took what came: nothing is compared, nothing is read again.
    fn changed(&mut self, document: DocumentId) -> Result<(), EngineError> {
        let found = self.engine.look(move |work| {
            let touched = work.touched(&document);
            // One that is not in memory is not loaded for this: the first screen comes from the stored view.
            if touched.is_empty() {
                return Ok(None);
            }
            let doc = work.read(&document)?;
            Ok(Some((Touch::of(doc, touched), Heads(doc.get_heads()))))
        })?;
        let Some((touched, to)) = found else {
            let _ = self.news.send(News::all_of(document.to_string()));
            return Ok(());
        };
        let from = self.told.insert(document, to.clone()).unwrap_or_default();
        let Touch { texts, whole, more } = touched;
        let whole = whole.into_iter().collect();
        let _ = self.news.send(News::Changed { assessment: document.to_string(), texts, whole, from, to, more });
        Ok(())
    }
}

/// What changed, as pages hear it.
#[derive(Default)]
struct Touch {
    texts: Vec<TextChanged>,
    whole: BTreeSet<String>,
    more: bool,
}

impl Touch {
    fn of(doc: &Automerge, touched: Vec<Touched>) -> Self {
        let mut found = Self::default();
        for Touched { object, kind } in touched {
            match kind {
                TouchedKind::Text { at, delete, insert } => match field_of(doc, &object) {
                    Some(field) => found.texts.push(TextChanged { field, splice: Splice { at, delete, insert } }),
                    None => found.more = true,
                },
                // This person's own typing, of which only the text is known.
                TouchedKind::Object => match field_of(doc, &object) {
                    Some(field) => _ = found.whole.insert(field),
                    None => found.more = true,
                },
                // The mark that goes with typing.
                TouchedKind::Key(key) if key.starts_with("edited") => {}
                TouchedKind::Key(_) | TouchedKind::Everything => found.more = true,
            }
        }
        found
    }
}

/// How everything stands, with the one line of each assessment that a person reads.
pub(super) fn app_status(engine: &Engine, zone: &TimeZone, offline: bool, saved_at: i64) -> Result<AppStatus, Failure> {
    let status = status_of(engine, None, zone)?;
    let waiting = engine.look(|work| {
        let mut waiting = Vec::new();
        for document in work.documents() {
            if !work.core().waiting(work.rows(), &document.id)?.is_empty() {
                waiting.push(document.id.to_string());
            }
        }
        Ok(waiting)
    })?;
    let time = crate::terminal::time_of_day(saved_at, zone);
    let lines = status.assessments.iter().map(|one| (one.assessment.clone(), line(one, &time, offline))).collect();
    let nobody = "Saved on this computer. Not connected to anyone yet.".to_owned();
    Ok(AppStatus { status, lines, nobody, someone_waits: waiting, offline })
}

/// One true line: "Saved on this computer 10:09 · Sent · Seen by Nadia Sorrell".
fn line(one: &crate::json::AssessmentStatus, time: &str, offline: bool) -> String {
    let mut line = format!("Saved on this computer {time}");
    if let Some(words) = &one.standing.words {
        // The page says the rest.
        return format!("{line}. {}", words.split_inclusive(". ").next().unwrap_or(words).trim_end());
    }
    if one.record == 0 && one.relay.is_none() {
        return format!("{line} · Not connected to anyone yet");
    }
    match (one.sent, one.unsent + one.waiting) {
        (true, _) => line.push_str(" · Sent"),
        (false, 1) => line.push_str(" · 1 change waits to be sent"),
        (false, many) => line.push_str(&format!(" · {many} changes wait to be sent")),
    }
    let seen: Vec<String> = one.seen_by.iter().filter(|seen| seen.all_mine).map(|seen| seen.name.clone()).collect();
    if !seen.is_empty() {
        line.push_str(&format!(" · Seen by {}", crate::terminal::listed(&seen)));
    }
    if offline {
        line.push_str(" · You are working offline");
    } else if !one.live {
        line.push_str(" · Offline now: you can go on writing");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{AssessmentStatus, SeenByShown, StandingShown};

    fn status() -> AssessmentStatus {
        AssessmentStatus {
            assessment: "a".into(),
            title: None,
            role: None,
            standing: StandingShown { state: "member", at: None, words: None },
            relay: Some("wss://r".into()),
            saved: true,
            sent: true,
            unsent: 0,
            waiting: 0,
            wanted: 0,
            seen_by: Vec::new(),
            words: Vec::new(),
            record: 3,
            epoch: 1,
            live: true,
            quarantined: 0,
            findings: Vec::new(),
        }
    }

    #[test]
    fn the_status_line_says_one_true_thing_in_plain_words() {
        let mut one = status();
        assert_eq!(line(&one, "10:09", false), "Saved on this computer 10:09 · Sent");
        one.seen_by = vec![SeenByShown { person: "p".into(), name: "Nadia Sorrell".into(), all_mine: true, at: 0 }];
        assert_eq!(line(&one, "10:09", false), "Saved on this computer 10:09 · Sent · Seen by Nadia Sorrell");
        (one.sent, one.unsent, one.live) = (false, 2, false);
        one.seen_by.clear();
        let offline = "Saved on this computer 10:09 · 2 changes wait to be sent · Offline now: you can go on writing";
        assert_eq!(line(&one, "10:09", false), offline);
        (one.record, one.relay) = (0, None);
        assert_eq!(line(&one, "10:09", false), "Saved on this computer 10:09 · Not connected to anyone yet");
        for word in ["sync", "merge", "node", "conflict"] {
            assert!(!offline.to_lowercase().contains(word));
        }
    }
}
