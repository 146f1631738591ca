//! `invite`, `join` and `requests`: how somebody comes in, up to the decision.

use jiff::tz::TimeZone;
use kith_assessment::{ByDefault, Command, Invite, SUMMARY_LEAD, Secret, by_default, invites};
use kith_group::{
    Digest, DocumentId, InviteId, JoinRequest, Link, Random, RequestId, Role, SystemRandom, four_words, open_request,
    request_digest, voucher_digest,
};
use kith_sync::client::{Intent, JoinProgress};

use super::standing::{asked as shown_asked, request_line, state};
use super::{Answer, Manner, RELAY_PERHAPS, RELAY_WITHIN, find, reach};
use crate::engine::{Engine, EngineError, NONCE, Work, normalised};
use crate::failure::Failure;
use crate::json::{Invited, RequestShown, RequestsShown};
use crate::terminal::{moment, short, visible_line};

/// The longest time a link may work, in seconds: 30 days.
const LONGEST: i64 = 30 * 24 * 3600;

/// "7d", "12h", "2w" in seconds.
pub(super) fn duration(text: &str) -> Result<i64, Failure> {
    let wrong = || Failure::usage("The time that a link works is a number and a letter: 12h, 7d or 2w; at most 30d");
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or_else(wrong)
}

/// The role in the group that a word names. Who holds a strand record and who stands in can both let others in, so that neither is
/// needed for the other's absence.
fn role_in(found: &find::Found, word: &str) -> Result<Role, Failure> {
    match (word, found.is_record()) {
        ("stand-in" | "holder", true) => Ok(Role::Lead),
        (_, true) => Err(Failure::usage(
            "A strand record is read by its holder and a stand-in: --as stand-in, or --as holder for the next one",
        )),
        ("stand-in" | "holder", false) => Err(Failure::usage(
            "Holder and stand-in are roles in a strand record; an assessment has leads, contributors and readers",
        )),
        (word, false) => word.parse().map_err(|_| Failure::usage("A role is one of: lead, contributor, reader")),
    }
}

/// Makes a link, keeps its secret in the assessment, and registers it at the relay.
pub(super) fn invite(
    engine: &Engine,
    id: &str,
    role: &str,
    expires: &str,
    for_whom: Option<&str>,
    manner: &Manner,
) -> Result<Answer, Failure> {
    let seconds = duration(expires)?;
    let found = find::either(engine, id)?;
    let role = role_in(&found, role)?;
    found.refuse_removed(&manner.zone)?;
    if found.is_summary() {
        return Err(Failure::refused("not-a-lead", "Only a lead of the assessment can ask somebody to read its summary"));
    }
    let relay = found.relay()?.to_owned();
    // Readers are in the group of the summary and in no other.
    let home = found.id;
    let document = if role == Role::Reader { engine.step(move |work| work.ensure_summary(&home))? } else { home };
    let mut link = Link {
        relay: relay.clone(),
        invite: InviteId::random(&mut SystemRandom),
        secret: [0; 32],
        voucher: [0; 16],
        document,
        role,
        expires: 0,
    };
    SystemRandom.fill(&mut link.secret);
    SystemRandom.fill(&mut link.voucher);
    let for_whom = for_whom.map(str::to_owned);
    let (link, wanted) = engine.step(move |work| {
        link.expires = work.now().saturating_add(seconds);
        let intent = Intent::Invite { invite: link.invite, voucher: voucher_digest(&link.voucher), expires: link.expires };
        let record = Command::RecordInvite {
            invite: link.invite.0.into(),
            secret: Secret(link.secret),
            role: role.to_string(),
            expires: link.expires,
            for_whom,
        };
        let wanted = work.intend(&document, intent)?;
        work.command(&home, &record)?;
        Ok((link, wanted))
    })?;
    let ready = reach(engine, &relay, RELAY_PERHAPS).is_ok()
        && engine
            .wait_for(RELAY_PERHAPS, move |work| {
                Ok((!work.is_wanted(&document, wanted)? && work.core().is_quiet(work.rows())?).then_some(()))
            })?
            .is_some();
    let shown = Invited {
        assessment: home.to_string(),
        invite: link.invite.to_string(),
        link: link.to_string(),
        role: role.to_string(),
        expires: link.expires,
        ready,
    };
    let until = moment(link.expires, &manner.zone);
    let answer = Answer::new(&shown, shown.link.clone()).note(format!(
        "Send this link your usual way. It is for one person, once, until {until}. By itself it opens nothing: you let them in, \
         with `kith requests` and `kith admit`."
    ));
    Ok(if ready {
        answer
    } else {
        answer.note("The relay could not be reached now. The link works once `kith sync` has run on this computer.".to_owned())
    })
}

/// Asks to be let in. Waiting for the answer is the caller's.
pub(super) fn join(engine: &Engine, link: &str, manner: &Manner) -> Result<Answer, Failure> {
    let link = read_link(link, engine.clock().now(), &manner.zone)?;
    let (relay, document) = (link.relay.clone(), link.document);
    let request = engine.step(move |work| work.begin_join(&link))?;
    let reached = reach(engine, &relay, RELAY_WITHIN);
    if reached.is_ok() {
        engine.wait_for(RELAY_PERHAPS, move |work| Ok((progress(work, &request)? != Some(JoinProgress::Made)).then_some(())))?;
    }
    let answer = request_answer(engine, &request)?;
    if let Some(JoinProgress::Failed(why)) = engine.look(move |work| progress(work, &request))? {
        // A link that cannot be used changes nothing here.
        engine.step(move |work| work.forget_join(&request, &document))?;
        return Err(Failure::refused("join-refused", why));
    }
    Ok(match reached {
        Ok(()) => answer,
        Err(failure) => answer.note(format!("{} Your request is kept and goes with `kith sync`.", failure.message)),
    })
}

/// A link whose time is not over and whose relay may be used.
pub(crate) fn read_link(text: &str, now: i64, zone: &TimeZone) -> Result<Link, Failure> {
    let link: Link = text.parse()?;
    if link.expires <= now {
        return Err(Failure::refused(
            "link-expired",
            format!(
                "This link's time was over on {}. Ask for a new one; if this computer's clock is wrong (it says {}), set it and try again",
                moment(link.expires, zone),
                moment(now, zone)
            ),
        ));
    }
    normalised(&link.relay)?;
    Ok(link)
}

fn progress(work: &mut Work<'_>, request: &RequestId) -> Result<Option<JoinProgress>, EngineError> {
    let joins = work.core().joins(work.rows())?;
    Ok(joins.into_iter().find(|join| join.request == *request).map(|join| join.progress))
}

fn request_answer(engine: &Engine, request: &RequestId) -> Result<Answer, Failure> {
    let request = *request;
    let join = engine.look(move |work| Ok(work.core().joins(work.rows())?.into_iter().find(|join| join.request == request)))?;
    let join = join.ok_or_else(|| Failure::refused("unknown-request", "There is no such request on this computer"))?;
    let shown = shown_asked(&join);
    let mut text = request_line(&shown);
    let mut answer = Answer::default();
    match join.progress {
        JoinProgress::Failed(_) | JoinProgress::Declined => answer.exit = 1,
        JoinProgress::Waiting | JoinProgress::Made => {
            text.push_str("\nWhen they have looked, `kith sync` and then `kith status` show four words to compare with them.");
        }
        JoinProgress::Words { .. } | JoinProgress::Joined => {}
    }
    Ok(Answer { exit: answer.exit, ..Answer::new(&shown, text) })
}

/// How a request of mine stands; connects, and waits a moment for anything that is not known yet.
pub(super) fn asked(engine: &Engine, request: &str, known: Option<&str>) -> Result<Answer, Failure> {
    let request: RequestId = request.parse().map_err(|_| Failure::usage("That is not the id of a request"))?;
    let word = |progress: Option<JoinProgress>| progress.map(|progress| state(&progress).to_owned());
    let known = match known {
        Some(known) => Some(known.to_owned()),
        None => word(engine.look(move |work| progress(work, &request))?),
    };
    engine.connect_all()?;
    engine
        .wait_for(std::time::Duration::from_secs(2), move |work| Ok((word(progress(work, &request)?) != known).then_some(())))?;
    if engine.look(move |work| progress(work, &request))? == Some(JoinProgress::Joined) {
        // My name goes to colleagues before I am told that I am in.
        engine.until_quiet(RELAY_PERHAPS)?;
    }
    request_answer(engine, &request)
}

/// Somebody who asks, opened with the invitation's secret.
pub(super) struct Opened {
    pub(super) request: RequestId,
    pub(super) asked: JoinRequest,
    pub(super) invite: Invite,
    pub(super) words: Option<[&'static str; 4]>,
}

/// Everybody who asks with a link that this assessment knows.
pub(super) fn opened(work: &mut Work<'_>, document: &DocumentId) -> Result<Vec<Opened>, EngineError> {
    let waiting = work.core().waiting(work.rows(), document)?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let home = work.home(document)?;
    let known = invites(work.read(&home)?);
    let mut found = Vec::new();
    for one in waiting {
        let Some(invite) = known.iter().find(|invite| invite.invite.0 == one.invite.0) else { continue };
        // Another lead's own device asks: that is between devices.
        if invite.role == SUMMARY_LEAD {
            continue;
        }
        // What does not open was not made with our link: there is nobody to show.
        let Ok(asked) = open_request(&invite.secret.0, &one.invite, &one.request, &one.sealed) else { continue };
        // The first nonce stands at the relay; one that it told us of outweighs our own.
        let nonce = match one.nonce {
            Some(nonce) => Some(nonce.0),
            None if is_revealing(work, document, &one.request)? => None,
            None => work.rows().row(NONCE, &one.request.0)?.and_then(|bytes| bytes.try_into().ok()),
        };
        let words = nonce.map(|nonce| four_words(&invite.secret.0, &request_digest(&one.sealed), &nonce));
        found.push(Opened { request: one.request, asked, invite: invite.clone(), words });
    }
    Ok(found)
}

/// Where somebody may be waiting: the document itself and, for a lead of an assessment, its summary.
pub(super) fn doors(engine: &Engine, found: &find::Found) -> Result<Vec<DocumentId>, Failure> {
    let document = found.id;
    if found.is_record() || found.is_summary() {
        return Ok(vec![document]);
    }
    Ok(engine.look(move |work| Ok(std::iter::once(document).chain(work.summary_of(&document)?).collect()))?)
}

/// Whether the nonce for a request is on its way and not yet stored at the relay.
fn is_revealing(work: &Work<'_>, document: &DocumentId, request: &RequestId) -> Result<bool, EngineError> {
    let intents = work.core().intents(work.rows(), document)?;
    Ok(intents.iter().any(|(_, intent)| matches!(intent, Intent::Reveal { request: of, .. } if of == request)))
}

/// Who asks, and the four words; looking reveals the nonce that both sides need.
pub(super) fn requests(engine: &Engine, id: &str, manner: &Manner) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    found.refuse_removed(&manner.zone)?;
    let document = found.id;
    let relay = found.relay()?.to_owned();
    // Who asks to read the summary asks there.
    let doors = doors(engine, &found)?;
    let reached = reach(engine, &relay, RELAY_WITHIN);
    if reached.is_ok() {
        let all = doors.clone();
        engine.wait_for(RELAY_WITHIN, move |work| Ok(all.iter().all(|door| work.core().is_live(door)).then_some(())))?;
        // The relay answers who waits right after that; what is known from before may have been answered by another lead.
        let all = doors.clone();
        let told = move |work: &mut Work<'_>| Ok(all.iter().all(|door| work.core().knows_who_waits(door)).then_some(()));
        engine.wait_for(std::time::Duration::from_millis(1200), told)?;
        engine.until_quiet(RELAY_PERHAPS)?;
    }
    let all = doors.clone();
    engine.step(move |work| {
        for door in &all {
            for one in opened(work, door)? {
                let revealed = work.rows().row(NONCE, &one.request.0)?.is_some();
                if one.words.is_none() && !revealed {
                    let nonce = Digest::random(&mut SystemRandom);
                    work.put(NONCE, &one.request.0, &nonce.0)?;
                    work.intend(door, Intent::Reveal { request: one.request, nonce })?;
                }
            }
        }
        Ok(())
    })?;
    if reached.is_ok() {
        let all = doors.clone();
        let all_words = move |work: &mut Work<'_>| {
            for door in &all {
                if opened(work, door)?.iter().any(|one| one.words.is_none()) {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        };
        engine.wait_for(RELAY_PERHAPS, all_words)?;
    }
    let shown = engine.look(move |work| {
        let now = work.now();
        let mut shown = Vec::new();
        for door in &doors {
            let people = work.people(door)?;
            let members = work.core().members(door);
            shown.extend(opened(work, door)?.into_iter().map(|one| {
                let is_member = members.iter().any(|member| member.person == one.asked.person);
                RequestShown {
                    request: one.request.to_string(),
                    why_not: why_not(&one.invite, now).map(str::to_owned),
                    another_device_of: is_member.then(|| find::name_of(&people, &one.asked.person)),
                    reads_by_default: one.invite.role != "reader"
                        && by_default(&one.asked.agency, &one.asked.role_words) != ByDefault::Write,
                    name: one.asked.name,
                    agency: one.asked.agency,
                    role_words: one.asked.role_words,
                    role: one.invite.role,
                    for_whom: one.invite.for_whom,
                    words: one.words.map(|words| words.iter().map(ToString::to_string).collect()),
                    at: one.asked.at,
                }
            }));
        }
        Ok(shown)
    })?;
    let mut text = String::new();
    for one in &shown {
        let (name, role, agency) = (visible_line(&one.name), visible_line(&one.role_words), visible_line(&one.agency));
        text.push_str(&format!("{}  {name}, {role}, {agency} asks to join, as {}.\n", short(&one.request), one.role));
        if one.reads_by_default {
            text.push_str("        People of the police, businesses and residents read the summary, as a rule: --as reader. To let them write, say why.\n");
        }
        if let Some(whom) = &one.for_whom {
            text.push_str(&format!("        The link was for: {}\n", visible_line(whom)));
        }
        if let Some(member) = &one.another_device_of {
            text.push_str(&format!("        This says it is another computer of {}.\n", visible_line(member)));
        }
        text.push_str(&match (&one.why_not, &one.words) {
            (Some(why), _) => format!("        It cannot be granted: the link {why}. `kith decline` removes it.\n"),
            (None, Some(words)) => {
                format!("        Ring them on a number that you know already. Do you both see: {} ?\n", words.join(" · "))
            }
            (None, None) => "        The four words come when the relay has been reached.\n".to_owned(),
        });
    }
    if shown.is_empty() {
        text = "Nobody is waiting to be let in.".to_owned();
    }
    let fresh = reached.is_ok();
    let answer = Answer::new(&RequestsShown { assessment: document.to_string(), fresh, requests: shown }, text.trim_end());
    match reached {
        Ok(()) => Ok(answer),
        Err(failure) if answer.value["requests"].as_array().is_none_or(Vec::is_empty) => Err(failure),
        Err(failure) => Ok(answer.note(failure.message)),
    }
}

/// Why an invitation no longer lets anybody in.
pub(super) fn why_not(invite: &Invite, now: i64) -> Option<&'static str> {
    match invite {
        Invite { used: true, .. } => Some("was used already"),
        Invite { stopped: true, .. } => Some("was stopped"),
        Invite { expires, .. } if *expires <= now => Some("is past its time"),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_letter() {
        assert_eq!(duration("7d").unwrap(), 604_800);
        assert_eq!(duration(" 12h").unwrap(), 43_200);
        assert_eq!(duration("2w").unwrap(), 1_209_600);
        for wrong in ["", "d", "7", "0d", "-1d", "31d", "7 days", "9223372036854775807w", "7é"] {
            assert_eq!(duration(wrong).unwrap_err().exit, 2, "{wrong}");
        }
    }
}
