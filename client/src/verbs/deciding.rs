//! `admit`, `decline`, `members`, `role` and `remove`: what leads decide.

use kith_assessment::{ByDefault, Command, NAME_LIMIT, NameResolver, by_default};
use kith_group::{DeviceId, DocumentId, PersonId, RequestId, Role};
use kith_sync::client::Intent;

use super::joining::{Opened, doors, opened, why_not};
use super::{Answer, Manner, RELAY_WITHIN, find, reach};
use crate::engine::{Engine, Outcome, REMOVAL};
use crate::failure::Failure;
use crate::json::{Decided, MemberShown, MembersShown};
use crate::terminal::{short, visible_line};

/// What a lead is told when the relay cannot be reached: the decision is kept.
const WAITS: &str = "The relay could not be reached in time. Your decision is kept, and is done when `kith sync` reaches it.";

/// The request that somebody means, and the document in which it waits.
fn requested(engine: &Engine, found: &find::Found, request: &str) -> Result<(DocumentId, Opened), Failure> {
    let doors = doors(engine, found)?;
    let reached = reach(engine, found.relay()?, RELAY_WITHIN);
    if reached.is_ok() {
        let all = doors.clone();
        engine.wait_for(RELAY_WITHIN, move |work| Ok(all.iter().all(|door| work.core().is_live(door)).then_some(())))?;
    }
    let start = request.trim().to_ascii_lowercase();
    let waiting = move |work: &mut crate::engine::Work<'_>| {
        let mut all = Vec::new();
        for door in &doors {
            all.extend(opened(work, door)?.into_iter().map(|one| (*door, one)));
        }
        Ok(all)
    };
    let look = waiting.clone();
    let known = move |work: &mut crate::engine::Work<'_>| {
        Ok(look(work)?.iter().any(|(_, one)| one.request.to_string().starts_with(&start)).then_some(()))
    };
    engine.wait_for(std::time::Duration::from_millis(1200), known)?;
    let waiting = engine.look(waiting)?;
    let chosen = find::by_id(request, waiting, |(_, one)| one.request.to_string(), "request", "kith requests");
    match (chosen, reached) {
        (Err(_), Err(unreached)) => Err(unreached),
        (chosen, _) => chosen,
    }
}

/// A name or agency as a lead confirms it: one line, within the document's limit. What the request holds came from outside.
fn confirmed(text: &str) -> String {
    let line: String =
        text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    line.trim().chars().take(NAME_LIMIT / 2).collect()
}

/// Lets somebody in; the relay must take part.
pub(super) fn admit(engine: &Engine, id: &str, request: &str, words: Option<&str>, why: Option<&str>) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    found.refuse_removed(&Manner::of_this_computer().zone)?;
    let home = found.id;
    let (document, Opened { request, asked, invite, words: ours }) = requested(engine, &found, request)?;
    if let Some(why) = why_not(&invite, engine.clock().now()) {
        return Err(Failure::refused("link-spent", format!("The link of this request {why}. Make a new one with `kith invite`")));
    }
    let Some(ours) = ours else {
        return Err(Failure::refused("no-words", "Compare the four words first: `kith requests` shows them. Nobody was let in"));
    };
    if words.is_some_and(|words| !same_words(words, &ours)) {
        return Err(Failure::refused(
            "other-words",
            "These are not the four words that this computer sees, so somebody may be in between. Nobody was let in; check with your \
             colleague on a number that you know already, and make a new link",
        ));
    }
    let role: Role = invite
        .role
        .parse()
        .map_err(|_| Failure::refused("newer", "This invitation was made by a newer Kith. Update Kith, then let them in"))?;
    let because = why.map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
    if role != Role::Reader && !found.is_record() && because.is_none() {
        let whom = match by_default(&asked.agency, &asked.role_words) {
            ByDefault::Write => None,
            ByDefault::ReadAsPolice => Some("The police read"),
            ByDefault::ReadAsNeighbour => Some("Businesses and residents read"),
        };
        if let Some(whom) = whom {
            return Err(Failure::refused(
                "reads-by-default",
                format!(
                    "{whom} the summary and the plan, as a rule, and nothing of what young people said. Nobody was let in. To let \
                     them write all the same, say why: everybody in the assessment sees it. The reason is given with --why; \
                     for a reader make a link with `kith invite --as reader`"
                ),
            ));
        }
    }
    let package = asked.packages.iter().find(|(of, _)| *of == document).map(|(_, package)| package.clone());
    let Some(key_package) = package else {
        return Err(Failure::refused("refused", "This request is for another assessment. Ask them to use the link again"));
    };
    let person = asked.person;
    let then = vec![
        Command::ConfirmPerson {
            person: person.0.into(),
            name: confirmed(&asked.name),
            agency: confirmed(&asked.agency),
            because,
        },
        Command::UseInvite { invite: invite.invite, person: person.0.into() },
    ];
    let outcome = engine.carry_out(document, Intent::Admit { request, person, role, key_package }, then, RELAY_WITHIN)?;
    let name = visible_line(&asked.name);
    let decided = |done| Decided {
        assessment: home.to_string(),
        request: Some(request.to_string()),
        person: Some(person.to_string()),
        name: Some(asked.name.clone()),
        done,
    };
    if role == Role::Lead && !found.is_record() {
        engine.tend_summaries()?;
    }
    let text =
        if found.is_record() { format!("{name} reads this strand record too.") } else { format!("{name} is in, as {role}.") };
    settled(engine, outcome, &decided, text)
}

fn same_words(given: &str, ours: &[&str; 4]) -> bool {
    let given: Vec<String> =
        given.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    given.iter().map(String::as_str).eq(ours.iter().copied())
}

/// The answer for a wish that was given to the relay.
fn settled(engine: &Engine, outcome: Outcome, decided: &dyn Fn(bool) -> Decided, text: String) -> Result<Answer, Failure> {
    match outcome {
        Outcome::Done => {
            // What follows from it (a name confirmed, a link used up) goes too.
            engine.until_quiet(RELAY_WITHIN / 4)?;
            Ok(Answer::new(&decided(true), text))
        }
        Outcome::Failed(why) => Err(Failure::refused("refused", format!("That was not done: {}", visible_line(&why)))),
        Outcome::Waits => Ok(Answer { exit: 1, ..Answer::new(&decided(false), "Not done yet.").note(WAITS) }),
    }
}

pub(super) fn decline(engine: &Engine, id: &str, request: &str) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    let (document, Opened { request, asked, .. }) = requested(engine, &found, request)?;
    let outcome = engine.carry_out(document, Intent::Decline { request }, Vec::new(), RELAY_WITHIN)?;
    let decided = |done| Decided {
        assessment: document.to_string(),
        request: Some(RequestId(request.0).to_string()),
        person: None,
        name: Some(asked.name.clone()),
        done,
    };
    settled(engine, outcome, &decided, format!("{} was told no.", visible_line(&asked.name)))
}

pub(super) fn members(engine: &Engine, id: &str) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    let document = found.id;
    let people = engine.look(move |work| work.people(&document))?;
    let holder = match found.is_record() {
        true => engine.look(move |work| Ok(work.record_now(&document)?.holder.and_then(|holder| holder.person)))?,
        false => None,
    };
    // Who reads the summary alone is in no other group; that the leads are in it goes without saying.
    let (members, me) = engine.look(move |work| {
        let mut members = work.core().members(&document);
        if let Some(summary) = work.summary_of(&document).ok().flatten() {
            members.extend(work.core().members(&summary).into_iter().filter(|member| member.role == Role::Reader));
        }
        Ok((members, work.core().identity(&document)))
    })?;
    let mut shown: Vec<MemberShown> = Vec::new();
    for member in members {
        let person = member.person.to_string();
        if let Some(known) = shown.iter_mut().find(|known| known.person == person) {
            known.devices.push(member.device.to_string());
            continue;
        }
        let known = find::person(&people, &member.person);
        shown.push(MemberShown {
            name: known.and_then(|known| known.name.clone()),
            agency: known.and_then(kith_assessment::agency_of),
            because: known.and_then(|known| known.confirmed.as_ref().and_then(|confirmed| confirmed.because.clone())),
            role_words: known.and_then(|known| known.role.clone()),
            role: match found.is_record() {
                true if holder.as_ref() == Some(&person) => "holder".to_owned(),
                true => "stand-in".to_owned(),
                false => member.role.to_string(),
            },
            devices: vec![member.device.to_string()],
            confirmed: known.and_then(|known| known.confirmed.as_ref().map(|confirmed| confirmed.name.clone())),
            me: me.is_some_and(|me| me.person == member.person),
            person,
        });
    }
    let mut text = String::new();
    if let Some(words) = find::standing(&found.summary.standing, &Manner::of_this_computer().zone).words {
        text.push_str(&format!("{words}\n"));
    }
    for one in &shown {
        let name = visible_line(one.name.as_deref().or(one.confirmed.as_deref()).unwrap_or("has not said who they are"));
        let of = [one.role_words.as_deref(), one.agency.as_deref()].into_iter().flatten().map(visible_line).collect::<Vec<_>>();
        let of = if of.is_empty() { String::new() } else { format!(", {}", of.join(", ")) };
        let me = if one.me { " (you)" } else { "" };
        text.push_str(&format!("{}  {:<11}  {name}{of}{me}\n", short(&one.person), one.role));
        if let Some(because) = &one.because {
            text.push_str(&format!("        Writes here because: {}\n", visible_line(because)));
        }
    }
    if !found.is_record() && shown.iter().filter(|one| one.role == "lead").count() == 1 {
        text.push_str("Two leads are safer than one: `kith role` makes somebody a lead.\n");
    }
    Ok(Answer::new(&MembersShown { assessment: document.to_string(), members: shown }, text.trim_end()))
}

/// Asks somebody to choose between two versions; any lead or contributor can.
pub(super) fn resolver(engine: &Engine, id: &str, field: &str, who: &str) -> Result<Answer, Failure> {
    let document = find::assessment(engine, id)?.id;
    let (members, people) = engine.look(move |work| Ok((work.core().members(&document), work.people(&document)?)))?;
    let person = match who.trim().eq_ignore_ascii_case("nobody") {
        true => None,
        false => Some(kith_assessment::PersonId(find::member(who, &members, &people)?.0)),
    };
    engine.command(document, Command::NameResolver(NameResolver { field: field.to_owned(), person }))?;
    Ok(super::writing::written(document, None))
}

pub(super) fn role(engine: &Engine, id: &str, member: &str, role: &str) -> Result<Answer, Failure> {
    let role: Role = role.parse().map_err(|_| Failure::usage("A role is one of: lead, contributor, reader"))?;
    let (found, at, person, name, _) = chosen(engine, id, member)?;
    if role == Role::Reader || at != found.id {
        return Err(Failure::refused(
            "refused",
            "Who reads the summary is in it alone, and who writes has the assessment, which cannot be unread. Take them out with `kith remove`, \
             and make a link with `kith invite`. Nothing was changed",
        ));
    }
    if found.is_record() {
        return Err(Failure::refused(
            "refused",
            "A strand record has a holder and a stand-in, who can do the same. `kith hand-over` gives it to the next holder",
        ));
    }
    let document = found.id;
    connected(engine, &found)?;
    let outcome = engine.carry_out(document, Intent::SetRole { person, role }, Vec::new(), RELAY_WITHIN)?;
    let decided = |done| Decided {
        assessment: document.to_string(),
        request: None,
        person: Some(person.to_string()),
        name: Some(name.clone()),
        done,
    };
    let answer = settled(engine, outcome, &decided, format!("{} is now a {role}.", visible_line(&name)))?;
    engine.tend_summaries()?;
    Ok(answer)
}

pub(super) fn remove(engine: &Engine, id: &str, member: &str, why: &str) -> Result<Answer, Failure> {
    if why.trim().is_empty() {
        return Err(Failure::refused("empty", "Say why, in a few words: --why. Nobody was taken out"));
    }
    let (found, document, person, name, devices) = chosen(engine, id, member)?;
    let home = found.id;
    let me = engine.look(move |work| Ok(work.core().identity(&document)))?;
    if me.is_some_and(|me| me.person == person) {
        return Err(Failure::refused("refused", "You cannot take yourself out; another lead can. Nobody was taken out"));
    }
    connected(engine, &found)?;
    let (record, of) = (format!("{}\n{}", engine.clock().now(), why.trim()), devices.clone());
    let outcome = engine.carry_out(document, Intent::Remove { devices }, Vec::new(), RELAY_WITHIN)?;
    if !matches!(outcome, Outcome::Failed(_)) {
        engine.step(move |work| {
            for device in &of {
                let key = [document.0.as_slice(), &device.0].concat();
                work.put(REMOVAL, &key, record.as_bytes())?;
            }
            Ok(())
        })?;
    }
    let decided = |done| Decided {
        assessment: home.to_string(),
        request: None,
        person: Some(person.to_string()),
        name: Some(name.clone()),
        done,
    };
    // A lead who is taken out of the assessment leaves its summary too.
    engine.tend_summaries()?;
    let answer = settled(engine, outcome, &decided, format!("{} is taken out and sees nothing newer.", visible_line(&name)))?;
    Ok(answer.note("What they have already read or saved cannot be unseen. What they wrote stays, under their name."))
}

/// A decision about members may wait for the relay, but the person should know at once.
fn connected(engine: &Engine, found: &find::Found) -> Result<(), Failure> {
    found.refuse_removed(&Manner::of_this_computer().zone)?;
    match reach(engine, found.relay()?, RELAY_WITHIN / 2) {
        Err(failure) if failure.code == "relay-refused" => Err(failure),
        _ => Ok(()),
    }
}

/// The member that somebody means, and the document in whose group they are: the assessment, or its summary for a reader.
type Chosen = (find::Found, DocumentId, PersonId, String, Vec<DeviceId>);

fn chosen(engine: &Engine, id: &str, member: &str) -> Result<Chosen, Failure> {
    let found = find::either(engine, id)?;
    found.refuse_removed(&Manner::of_this_computer().zone)?;
    let doors = doors(engine, &found)?;
    let mut refused = None;
    for document in doors {
        let people = engine.look(move |work| work.people(&document))?;
        let mut members = engine.look(move |work| Ok(work.core().members(&document)))?;
        if document != found.id {
            members.retain(|member| member.role == Role::Reader);
        }
        match find::member(member, &members, &people) {
            Ok(person) => {
                let devices = members.iter().filter(|member| member.person == person).map(|member| member.device).collect();
                let name = find::name_of(&people, &person);
                return Ok((found, document, person, name, devices));
            }
            Err(failure) if failure.code == "unknown-member" => {
                refused.get_or_insert(failure);
            }
            Err(failure) => return Err(failure),
        }
    }
    Err(refused.unwrap_or_else(|| Failure::refused("unknown-member", "There is no such member")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_words_are_the_same_however_they_are_written() {
        let ours = ["otter", "lantern", "maple", "spoon"];
        assert!(same_words("otter · lantern · maple · spoon", &ours));
        assert!(same_words("Otter, Lantern maple-SPOON", &ours));
        assert!(!same_words("otter lantern spoon maple", &ours));
        assert!(!same_words("otter lantern maple", &ours));
        assert!(!same_words("", &ours));
    }
}
