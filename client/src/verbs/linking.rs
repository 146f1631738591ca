//! `link`, `links`, `unlink`, `window`, `settings`: a page for a young person or their family.

use kith_assessment::{EntryId, GuestLinkView, Outcome};
use kith_group::{DocumentId, Rights};
use kith_sync::client::IntentId;

use super::find::Found;
use super::joining::duration;
use super::{Answer, Manner, RELAY_PERHAPS, find, label, reach, today};
use crate::cli::{MakeLink, Settings, Window};
use crate::engine::{AreaWords, Engine, ToLink, WhichCode};
use crate::failure::Failure;
use crate::json::{
    AreaShown, CodeShown, LinkMadeShown, LinkStopped, LinksShown, PointShown, ReadAction, ReadPart, ReadSummary, ReadingShown,
    WindowShown,
};
use crate::terminal::{moment, short, time_of_day, visible, visible_line};

/// What a link may be used for.
fn rights(may: &[String]) -> Result<Rights, Failure> {
    let may = |right: &str| may.iter().any(|one| one == right);
    let rights = Rights { say: may("say"), summary: may("summary"), agree: may("agree") };
    if rights.say || rights.summary || rights.agree {
        return Ok(rights);
    }
    Err(Failure::usage("Say what the link may do: say, summary, agree"))
}

/// Whether the relay has done it by now; it is done later otherwise.
fn is_done(engine: &Engine, found: &Found, wanted: IntentId) -> Result<bool, Failure> {
    let (relay, record) = (found.summary.relay.clone().unwrap_or_default(), found.id);
    Ok(reach(engine, &relay, RELAY_PERHAPS).is_ok()
        && engine.wait_for(RELAY_PERHAPS, move |work| Ok((!work.is_wanted(&record, wanted)?).then_some(())))?.is_some())
}

/// The link that somebody means, by name or by the beginning of its id.
pub(crate) fn link_named(engine: &Engine, record: DocumentId, link: &str) -> Result<EntryId, Failure> {
    let links = engine.look(move |work| work.record_now(&record))?.links;
    let wanted = link.trim().to_ascii_lowercase();
    let mut named = links.iter().filter(|one| one.kept.id.starts_with(&wanted) || one.name.to_lowercase() == wanted);
    let (Some(one), None) = (named.next(), named.next()) else {
        return Err(Failure::refused(
            "unknown-entry",
            "There is no link of that name, or more than one. `kith links` lists them",
        ));
    };
    one.kept.id.parse().map_err(|_| Failure::refused("store-newer", "This link cannot be read here. Update Kith"))
}

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
    let shown = made(engine, &found, wanted)?;
    let until = moment(shown.expires, &manner.zone);
    let how = if asked.safe_to_send {
        "Send it to them alone; a text could say: \"Hi, here is the page we talked about.\""
    } else {
        "Show it in person, and send it to nobody: nobody has said that it is safe to send."
    };
    let answer = Answer::new(&shown, shown.address.clone()).note(format!(
        "{how} It works until {until}. Whoever has it can use it, and can read nothing that was said before. `kith unlink` stops it."
    ));
    Ok(if shown.ready {
        answer
    } else {
        answer.note("The relay could not be reached now. The link works once `kith sync` has run on this computer.")
    })
}

/// Makes a link, and waits a moment for the relay to know it.
pub(crate) fn made(engine: &Engine, found: &Found, wanted: ToLink) -> Result<LinkMadeShown, Failure> {
    let in_person = wanted.safe_to_send.is_none();
    let made = engine.step(move |work| work.make_link(&wanted))?;
    let ready = is_done(engine, found, made.wanted)?;
    let (record, id) = (found.id.to_string(), made.id.to_string());
    Ok(LinkMadeShown { record, id, address: made.address, expires: made.expires, in_person, ready })
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
        let used = if link.used == 0 { "not used".to_owned() } else { format!("{} came by it", link.used) };
        format!("{}  {}, {until}, {used}", short(&link.kept.id), visible_line(&link.name))
    };
    let lines: Vec<String> = view.links.iter().map(line).collect();
    let text = if lines.is_empty() { "No links. `kith link` makes one.".to_owned() } else { lines.join("\n") };
    Ok(Answer::new(&LinksShown { record: record.to_string(), links: view.links }, text))
}

pub(super) fn unlink(engine: &Engine, record: &str, link: &str) -> Result<Answer, Failure> {
    let found = find::record(engine, record)?;
    let record = found.id;
    let id = link_named(engine, record, link)?;
    let wanted = engine.step(move |work| work.stop_link(&record, &id))?;
    let stopped = is_done(engine, &found, wanted)?;
    let shown = LinkStopped { record: record.to_string(), link: id.to_string(), stopped };
    let answer = Answer::new(&shown, "The link is stopped. What came by it stays.");
    Ok(if stopped {
        answer
    } else {
        answer.note("The relay could not be reached now: the link still works until `kith sync` has run on this computer.")
    })
}

pub(super) fn code(engine: &Engine, record: &str, link: &str, manner: &Manner) -> Result<Answer, Failure> {
    let found = find::record(engine, record)?;
    let record = found.id;
    let link = link_named(engine, record, link)?;
    let made = engine.code_to_type(record, link)?;
    let ready = is_done(engine, &found, made.wanted)?;
    let (record, link) = (record.to_string(), link.to_string());
    let shown = CodeShown { record, link, code: made.code, page: made.page, until: made.until, ready };
    let answer = Answer::new(&shown, shown.code.clone()).note(format!(
        "On their phone, in person: open {} and type this. It works once, until {}.",
        shown.page,
        time_of_day(made.until, &manner.zone)
    ));
    Ok(if ready { answer } else { answer.note("The relay could not be reached now: show the link itself instead.") })
}

pub(super) fn window(engine: &Engine, asked: &Window, manner: &Manner) -> Result<Answer, Failure> {
    let found = find::record(engine, &asked.record)?;
    let record = found.id;
    let link = link_named(engine, record, &asked.link)?;
    if asked.preview {
        let shown = reading_shown(engine, record, link)?;
        let text = as_read(&shown);
        return Ok(Answer::new(&shown, text));
    }
    let (until, wanted) = if asked.close {
        (None, engine.step(move |work| work.close_window(&record, &link))?)
    } else {
        let which = asked.code.as_deref().map(|code| if code == "newest" { WhichCode::Newest } else { WhichCode::First });
        let opened = engine.step(move |work| work.open_window(&record, &link, which))?;
        (Some(opened.until), opened.wanted)
    };
    let ready = is_done(engine, &found, wanted)?;
    let shown = WindowShown { record: record.to_string(), link: link.to_string(), until, ready };
    let answer = Answer::new(
        &shown,
        match until {
            Some(until) => format!(
                "With the link and their code word they can read until {}. After five wrong code words it is gone.",
                moment(until, &manner.zone)
            ),
            None => "Nothing can be read by this link any more.".to_owned(),
        },
    );
    Ok(if ready { answer } else { answer.note("The relay could not be reached now. It is done once `kith sync` has run.") })
}

/// Exactly what somebody with link and code word would read now.
pub(crate) fn reading_shown(engine: &Engine, record: DocumentId, link: EntryId) -> Result<ReadingShown, Failure> {
    let reading = engine.look(move |work| work.reading(&record, &link))?;
    let points = reading.points.into_iter().map(|point| {
        let outcome = match point.outcome {
            kith_group::Outcome::Used => Outcome::Used,
            kith_group::Outcome::NotYet => Outcome::NotYet,
            kith_group::Outcome::NotUsed => Outcome::NotUsed,
            kith_group::Outcome::AskMore => Outcome::AskMore,
        };
        PointShown { said: point.said, outcome_words: outcome.words().to_owned(), outcome, words: point.words }
    });
    let summary = reading.summary.map(|summary| ReadSummary {
        shared_on: summary.shared_on,
        parts: summary.parts.into_iter().map(|part| ReadPart { heading: part.heading, text: part.text }).collect(),
        actions: summary.actions.into_iter().map(|action| ReadAction { what: action.what, why: action.why }).collect(),
        replies: summary.replies.into_iter().map(|reply| (reply.whose, reply.words)).collect(),
    });
    Ok(ReadingShown {
        record: record.to_string(),
        link: link.to_string(),
        read_on: reading.read_on,
        late: reading.late,
        points: points.collect(),
        summary,
        agreed: reading.agreed,
    })
}

fn as_read(shown: &ReadingShown) -> String {
    let mut text = match (&shown.read_on, shown.late) {
        (Some(day), _) => format!("Read on {day}.\n"),
        (None, true) => "Not read yet, and late.\n".to_owned(),
        (None, false) => "Not read yet.\n".to_owned(),
    };
    for point in &shown.points {
        text.push_str(&format!("\"{}\": {}. {}\n", visible_line(&point.said), point.outcome_words, visible(&point.words)));
    }
    if let Some(summary) = &shown.summary {
        text.push_str(&format!("The summary, shared on {}\n", summary.shared_on));
        for part in &summary.parts {
            text.push_str(&format!("{}: {}\n", visible_line(&part.heading), visible(&part.text)));
        }
        for action in &summary.actions {
            text.push_str(&format!("{} ({})\n", visible(&action.what), visible(&action.why)));
        }
        for (whose, words) in &summary.replies {
            text.push_str(&format!("{}: \"{}\"\n", visible_line(whose), visible(words)));
        }
    }
    shown.agreed.iter().for_each(|line| text.push_str(&format!("{}\n", visible_line(line))));
    text.trim_end().to_owned()
}

/// What is set for the pages of one language.
pub(crate) fn area_shown(engine: &Engine, language: &str) -> Result<AreaShown, Failure> {
    let asked = language.to_owned();
    let AreaWords { danger, helpline, complain, checked_by, checked_on } = engine.look(move |work| work.area_words(&asked))?;
    let set = |text: String| Some(text).filter(|text| !text.is_empty());
    let (checked_by, checked_on) = (set(checked_by), set(checked_on));
    Ok(AreaShown { language: language.to_owned(), danger, helpline, complain, checked_by, checked_on })
}

pub(super) fn settings(engine: &Engine, asked: &Settings, manner: &Manner) -> Result<Answer, Failure> {
    if let Some(checked_by) = &asked.checked_by {
        let words = AreaWords {
            danger: asked.danger.clone(),
            helpline: asked.helpline.clone(),
            complain: asked.complain.clone(),
            checked_by: checked_by.clone(),
            checked_on: today(engine, manner),
        };
        let language = asked.language.clone();
        engine.step(move |work| {
            work.set_area_words(&language, &words)?;
            // Cards at the relay say it from now on.
            work.tend_records()
        })?;
    }
    let shown = area_shown(engine, &asked.language)?;
    let line = |what: &str, text: &Option<String>| {
        format!("{what}: {}", text.as_deref().map_or("the page's own words".to_owned(), visible_line))
    };
    let mut lines =
        vec![line("About danger", &shown.danger), line("Helpline", &shown.helpline), line("Whom to tell", &shown.complain)];
    if let (Some(by), Some(on)) = (&shown.checked_by, &shown.checked_on) {
        lines.push(format!("Checked by {}, {on}", visible_line(by)));
    }
    Ok(Answer::new(&shown, lines.join("\n")))
}
