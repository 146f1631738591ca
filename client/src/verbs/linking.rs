//! `link`, `links`, `unlink`: a page for a young person or their family.

use kith_assessment::{EntryId, GuestLinkView};

use super::joining::duration;
use super::{Answer, Manner, RELAY_PERHAPS, find, label, reach};
use crate::cli::MakeLink;
use crate::engine::{Engine, ToLink};
use crate::failure::Failure;
use crate::json::{LinkMadeShown, LinkStopped, LinksShown};
use crate::terminal::{moment, short, visible_line};

pub(super) fn link(engine: &Engine, asked: &MakeLink, manner: &Manner) -> Result<Answer, Failure> {
    let found = find::record(engine, &asked.record)?;
    let record = found.id;
    let wanted = ToLink {
        record,
        name: label("name of the link", &asked.name)?,
        seconds: duration(&asked.expires)?,
        language: asked.language.clone(),
        adult: asked.for_parent,
        safe_to_send: asked.safe_to_send.then_some(true),
        agreed_by: label("name of who agreed", &asked.agreed_by)?,
        may: rights(&asked.may)?,
    };
    let made = engine.step(move |work| work.make_link(&wanted))?;
    let intent = made.wanted;
    let relay = found.summary.relay.unwrap_or_default();
    let ready = reach(engine, &relay, RELAY_PERHAPS).is_ok()
        && engine
            .wait_for(RELAY_PERHAPS, move |work| {
                Ok((!work.is_wanted(&record, intent)? && work.core().is_quiet(work.rows())?).then_some(()))
            })?
            .is_some();
    let shown = LinkMadeShown {
        record: record.to_string(),
        link: made.id.to_string(),
        address: made.address,
        expires: made.expires,
        in_person: !asked.safe_to_send,
        ready,
    };
    let until = moment(made.expires, &manner.zone);
    let how = if asked.safe_to_send {
        "Send it to them alone; a text could say: \"Hi, here is the page we talked about.\""
    } else {
        "Show it in person, and send it to nobody: nobody has said that it is safe to send."
    };
    let answer = Answer::new(&shown, shown.address.clone()).note(format!(
        "{how} It works until {until}. Whoever has it can say something by it, and can read nothing that was said. `kith unlink` stops it."
    ));
    Ok(if ready {
        answer
    } else {
        answer.note("The relay could not be reached now. The link works once `kith sync` has run on this computer.")
    })
}

pub(super) fn links(engine: &Engine, record: &str, manner: &Manner) -> Result<Answer, Failure> {
    let record = find::record(engine, record)?.id;
    let view = engine.look(move |work| work.record_now(&record))?;
    let line = |link: &GuestLinkView| {
        let until = match (&link.stopped, link.expires) {
            (Some(day), _) => format!("stopped on {day}"),
            (None, Some(expires)) => format!("until {}", moment(expires, &manner.zone)),
            (None, None) => String::new(),
        };
        let came = view.arrived.iter().filter(|arrived| arrived.link == link.kept.id).count();
        let used = if came == 0 { "not used".to_owned() } else { format!("{came} came by it") };
        format!("{}  {}, {until}, {used}", short(&link.kept.id), visible_line(&link.name))
    };
    let lines: Vec<String> = view.links.iter().map(line).collect();
    let text = if lines.is_empty() { "No links. `kith link` makes one.".to_owned() } else { lines.join("\n") };
    Ok(Answer::new(&LinksShown { record: record.to_string(), links: view.links }, text))
}

pub(super) fn unlink(engine: &Engine, record: &str, link: &str) -> Result<Answer, Failure> {
    let found = find::record(engine, record)?;
    let record = found.id;
    let links = engine.look(move |work| work.record_now(&record))?.links;
    let wanted = link.trim().to_ascii_lowercase();
    let mut named = links.iter().filter(|one| one.kept.id.starts_with(&wanted) || one.name.to_lowercase() == wanted);
    let (Some(one), None) = (named.next(), named.next()) else {
        return Err(Failure::refused(
            "unknown-entry",
            "There is no link of that name, or more than one. `kith links` lists them",
        ));
    };
    let id: EntryId =
        one.kept.id.parse().map_err(|_| Failure::refused("store-newer", "This link cannot be read here. Update Kith"))?;
    let wanted = engine.step(move |work| work.stop_link(&record, &id))?;
    let relay = found.summary.relay.unwrap_or_default();
    let stopped = reach(engine, &relay, RELAY_PERHAPS).is_ok()
        && engine.wait_for(RELAY_PERHAPS, move |work| Ok((!work.is_wanted(&record, wanted)?).then_some(())))?.is_some();
    let shown = LinkStopped { record: record.to_string(), link: id.to_string(), stopped };
    let answer = Answer::new(&shown, "The link is stopped. What came by it stays.");
    Ok(if stopped {
        answer
    } else {
        answer.note("The relay could not be reached now: the link still works until `kith sync` has run on this computer.")
    })
}
