//! Which assessment, request or member somebody means.

use kith_assessment::PersonView;
use kith_group::{DocumentId, DocumentKind, PersonId};
use kith_sync::client::{DocumentSummary, Standing};

use crate::engine::{Engine, EngineError, Work};
use crate::failure::Failure;
use crate::json::StandingShown;
use crate::terminal::moment;

/// The shortest beginning of an id that names anything.
const SHORTEST: usize = 4;

/// An assessment or a strand record here.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) id: DocumentId,
    /// The assessment's title; the young person's name for a strand record.
    pub(crate) title: Option<String>,
    pub(crate) summary: DocumentSummary,
}

impl Found {
    /// Whether it is a strand record.
    pub(crate) fn is_record(&self) -> bool {
        self.summary.kind == DocumentKind::STRAND
    }

    /// Whether it is a summary.
    pub(crate) fn is_summary(&self) -> bool {
        self.summary.kind == DocumentKind::SUMMARY
    }

    /// Its relay, or a sentence on how to get one.
    pub(crate) fn relay(&self) -> Result<&str, Failure> {
        self.summary.relay.as_deref().ok_or_else(no_relay)
    }

    /// Refused for a device that was removed.
    pub(crate) fn refuse_removed(&self, zone: &jiff::tz::TimeZone) -> Result<(), Failure> {
        match standing(&self.summary.standing, zone) {
            StandingShown { state: "removed", words: Some(words), .. } => Err(Failure::refused("removed", words)),
            _ => Ok(()),
        }
    }
}

pub(crate) fn no_relay() -> Failure {
    Failure::refused(
        "no-relay",
        "There is no relay set to pass things to colleagues. Set the address that your IT team has with `kith relay wss://…`",
    )
}

/// Every summary that I read without being in its assessment.
pub(crate) fn all_read(work: &mut Work<'_>) -> Result<Vec<Found>, EngineError> {
    all_of(work, &[DocumentKind::SUMMARY])
}

/// Every assessment here, with the title that its stored view shows.
pub(crate) fn all(work: &mut Work<'_>) -> Result<Vec<Found>, EngineError> {
    all_of(work, &[DocumentKind::WORKING])
}

/// Every strand record here, named by the young person's name.
pub(crate) fn all_records(work: &mut Work<'_>) -> Result<Vec<Found>, EngineError> {
    all_of(work, &[DocumentKind::STRAND])
}

fn all_of(work: &mut Work<'_>, kinds: &[DocumentKind]) -> Result<Vec<Found>, EngineError> {
    let mut found = Vec::new();
    for summary in work.documents() {
        // A lead's summary is a part of its assessment.
        let is_a_part = summary.kind == DocumentKind::SUMMARY
            && (summary.role == Some(kith_group::Role::Lead) || work.home(&summary.id)? != summary.id);
        if !kinds.contains(&summary.kind) || is_a_part {
            continue;
        }
        let title = match work.stored_view(&summary.id)? {
            // One that is not quite current will do: loading every document to list their names would not.
            Some((row, _)) => row.title,
            None if summary.kind == DocumentKind::STRAND => work.record(&summary.id)?.name,
            None if summary.kind == DocumentKind::SUMMARY => work.summary_view(&summary.id)?.now.map(|now| now.content.title),
            None => work.view(&summary.id)?.title,
        };
        found.push(Found { id: summary.id, title, summary });
    }
    Ok(found)
}

/// The assessment that `given` names: its id, the beginning of it, or its title.
pub(crate) fn assessment(engine: &Engine, given: &str) -> Result<Found, Failure> {
    named(engine, given, &[DocumentKind::WORKING], "assessment", "kith list")
}

/// The strand record that `given` names: its id, the beginning of it, or the young person's name.
pub(crate) fn record(engine: &Engine, given: &str) -> Result<Found, Failure> {
    named(engine, given, &[DocumentKind::STRAND], "strand record", "kith caseload")
}

/// The assessment, summary or strand record that `given` names: for what is done in the group of any.
pub(crate) fn either(engine: &Engine, given: &str) -> Result<Found, Failure> {
    named(engine, given, &[DocumentKind::WORKING, DocumentKind::STRAND, DocumentKind::SUMMARY], "assessment", "kith list")
}

/// The assessment that `given` names, or the summary of one, for whoever reads that.
pub(crate) fn readable(engine: &Engine, given: &str) -> Result<Found, Failure> {
    named(engine, given, &[DocumentKind::WORKING, DocumentKind::SUMMARY], "assessment", "kith list")
}

fn named(engine: &Engine, given: &str, kinds: &'static [DocumentKind], what: &str, list: &str) -> Result<Found, Failure> {
    let given = given.trim().to_owned();
    let wanted = given.clone();
    let chosen = engine.look(move |work| {
        // A whole id needs no titles, so that `show` of one assessment never loads another.
        if let Ok(id) = wanted.parse::<DocumentId>() {
            let summary = work.summary(&id).filter(|summary| kinds.contains(&summary.kind));
            let Some(summary) = summary else { return Ok(Vec::new()) };
            let title = work.stored_view(&id)?.and_then(|(row, _)| row.title);
            return Ok(vec![Found { id, title, summary }]);
        }
        let start = wanted.to_ascii_lowercase();
        let title = wanted.to_lowercase();
        Ok(all_of(work, kinds)?
            .into_iter()
            .filter(|found| {
                (start.len() >= SHORTEST && found.id.to_string().starts_with(&start))
                    || found.title.as_ref().is_some_and(|name| name.to_lowercase() == title)
            })
            .collect())
    })?;
    let shown: String = given.chars().take(40).collect();
    let code = if kinds.contains(&DocumentKind::WORKING) { "unknown-assessment" } else { "unknown-record" };
    one(chosen, || format!("There is no {what} \"{shown}\" on this computer. `{list}` shows what there is"), code)
}

/// The document of the assessment that `given` names.
pub(crate) fn document(engine: &Engine, given: &str) -> Result<DocumentId, Failure> {
    assessment(engine, given).map(|found| found.id)
}

fn one<T>(mut found: Vec<T>, none: impl FnOnce() -> String, code: &str) -> Result<T, Failure> {
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (Some(_), more) => Err(Failure::refused(
            "ambiguous",
            format!("{} things here begin so. Give more of the id, or the whole of it", more + 1),
        )),
        (None, _) => Err(Failure::refused(code, none())),
    }
}

/// The one of several whose id begins with `given` (four letters at least).
pub(crate) fn by_id<T>(given: &str, items: Vec<T>, id: impl Fn(&T) -> String, what: &str, list: &str) -> Result<T, Failure> {
    let start = given.trim().to_ascii_lowercase();
    let matching =
        if start.len() < SHORTEST { Vec::new() } else { items.into_iter().filter(|item| id(item).starts_with(&start)).collect() };
    let shown: String = given.chars().take(40).collect();
    one(
        matching,
        || format!("There is no {what} \"{shown}\" in this assessment. `{list}` lists them, with ids"),
        &format!("unknown-{what}"),
    )
}

/// The member that `given` names: a person's or device's id, its beginning, or a name.
pub(crate) fn member(given: &str, members: &[kith_group::Member], known: &[PersonView]) -> Result<PersonId, Failure> {
    let start = given.trim().to_ascii_lowercase();
    let name = given.trim().to_lowercase();
    let mut people: Vec<PersonId> = members
        .iter()
        .filter(|member| {
            let by_id = start.len() >= SHORTEST
                && (member.person.to_string().starts_with(&start) || member.device.to_string().starts_with(&start));
            by_id || known_name(known, &member.person).is_some_and(|known| known.to_lowercase() == name)
        })
        .map(|member| member.person)
        .collect();
    people.sort_unstable();
    people.dedup();
    let shown: String = given.chars().take(40).collect();
    one(
        people,
        || format!("There is no member \"{shown}\" in this assessment. `kith members` lists them, with ids"),
        "unknown-member",
    )
}

/// What is known of a person.
pub(crate) fn person<'v>(known: &'v [PersonView], id: &PersonId) -> Option<&'v PersonView> {
    let id = id.to_string();
    known.iter().find(|person| person.person == id)
}

/// A person's name: their own words, else what a lead checked.
pub(crate) fn known_name(known: &[PersonView], id: &PersonId) -> Option<String> {
    let person = person(known, id)?;
    person.name.clone().or_else(|| person.confirmed.as_ref().map(|confirmed| confirmed.name.clone()))
}

/// The same, or words that say that there is none.
pub(crate) fn name_of(known: &[PersonView], id: &PersonId) -> String {
    known_name(known, id).unwrap_or_else(|| "somebody who has not said who they are".to_owned())
}

/// How a device stands, in words where it is not simply a member.
pub(crate) fn standing(standing: &Standing, zone: &jiff::tz::TimeZone) -> StandingShown {
    let (state, at, words) = match standing {
        Standing::Member => ("member", None, None),
        Standing::Removed { at, proved } => {
            let doubt = if *proved { "" } else { " The relay says so; this computer could not check it." };
            let when = moment(*at, zone);
            (
                "removed",
                Some(*at),
                Some(format!(
                    "You were removed from this assessment on {when}; what you wrote and had stays readable here.{doubt}"
                )),
            )
        }
        Standing::Forked => (
            "forked",
            None,
            Some(
                "The relay's log does not agree with what colleagues signed. Nothing is sent any more; what you write is kept here. \
                 Tell your IT team, and compare the four words of `kith status` with a colleague."
                    .to_owned(),
            ),
        ),
        Standing::Broken => (
            "broken",
            None,
            Some("A change of members could not be applied here. What you write is kept; ask a lead to let this computer in again.".to_owned()),
        ),
        Standing::RolledBack => (
            "rolled-back",
            None,
            Some("This profile is an older copy of one that has written since. Ask a lead to let this computer in anew.".to_owned()),
        ),
        Standing::Restored => (
            "restored",
            None,
            Some(
                "This is a copy from a backup. You can read, print and export it. To go on writing, ask a lead for a link and to let this \
                 computer in; what had not been sent when the backup was made is in this copy only, so export it first."
                    .to_owned(),
            ),
        ),
        Standing::TooOld => (
            "update-needed",
            None,
            Some("A newer Kith writes in this assessment. Update Kith; what you write is kept here meanwhile.".to_owned()),
        ),
    };
    StandingShown { state, at, words }
}
