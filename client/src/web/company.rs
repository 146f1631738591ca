//! Who is here: which agencies are where in an assessment, as their own devices said within the last half minute. In this thread's
//! memory only; what is shown is the agency and the place, never the person.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kith_assessment::who;
use kith_group::{DeviceId, DocumentId};

use super::news::News;
use super::shapes::Here;
use crate::engine::{Engine, EngineError};

/// How long somebody is shown who says nothing more.
const FADES: Duration = Duration::from_secs(25);
/// The most devices that are remembered in one assessment.
const MOST: usize = 200;

struct Colleague {
    agency: String,
    /// By their clock: an older word that comes late is not heard.
    at: i64,
    place: String,
    heard: Instant,
}

/// Everybody who is somewhere.
#[derive(Default)]
pub(super) struct Company {
    here: BTreeMap<DocumentId, BTreeMap<DeviceId, Colleague>>,
}

impl Company {
    /// Somebody said where they are. News, if that changes what is shown.
    pub(super) fn heard(
        &mut self,
        engine: &Engine,
        document: DocumentId,
        device: DeviceId,
        at: i64,
        place: String,
        now: Instant,
    ) -> Result<Option<News>, EngineError> {
        let before = self.shown(&document);
        let here = self.here.entry(document).or_default();
        let known = here.get(&device).map(|colleague| (colleague.agency.clone(), colleague.at));
        if known.as_ref().is_some_and(|(_, last)| at <= *last) || (known.is_none() && here.len() >= MOST) {
            return Ok(None);
        }
        let agency = match known {
            Some((agency, _)) => agency,
            None => engine.look(move |work| {
                let owners = work.owners(&document);
                Ok(who(work.read(&document)?, &owners, &device.0.into()).agency.unwrap_or_else(|| "a colleague".to_owned()))
            })?,
        };
        // Whoever left is remembered with the time of leaving, so that an earlier word does not bring them back.
        here.insert(device, Colleague { agency, at, place, heard: now });
        Ok(self.news_if_other(&document, &before))
    }

    /// Those who have said nothing for a while are not shown any more.
    pub(super) fn whoever_left(&mut self, now: Instant) -> Vec<News> {
        let documents: Vec<DocumentId> = self.here.keys().copied().collect();
        let mut news = Vec::new();
        for document in documents {
            let before = self.shown(&document);
            if let Some(here) = self.here.get_mut(&document) {
                here.retain(|_, colleague| now.saturating_duration_since(colleague.heard) < FADES);
            }
            news.extend(self.news_if_other(&document, &before));
        }
        self.here.retain(|_, here| !here.is_empty());
        news
    }

    fn news_if_other(&self, document: &DocumentId, before: &[Here]) -> Option<News> {
        let here = self.shown(document);
        (here != before).then(|| News::Presence { assessment: document.to_string(), here })
    }

    /// Each agency and place once, in order.
    fn shown(&self, document: &DocumentId) -> Vec<Here> {
        let present =
            self.here.get(document).into_iter().flat_map(BTreeMap::values).filter(|colleague| !colleague.place.is_empty());
        let mut here: Vec<Here> =
            present.map(|colleague| Here { agency: colleague.agency.clone(), place: colleague.place.clone() }).collect();
        here.sort_by(|a, b| (&a.agency, &a.place).cmp(&(&b.agency, &b.place)));
        here.dedup();
        here
    }
}
