//! `attach`, `detach`, `hand-over`, `agreement`, `join-words`: what a holder does, each one act.

use kith_assessment::{Agreement, AgreementAbout, EntryId, Said, StrandCommand, StrandRecordView, TheirWords, Whom};
use kith_group::{DocumentId, PersonId};

use super::{Answer, Manner, find, label};
use crate::cli::{Agree, Attach, Detach, HandOver, JoinWords};
use crate::engine::{Engine, ToAttach, ToDetach, ToHandOver, ToJoinWords};
use crate::failure::Failure;
use crate::json::{AgreementNoted, AttachedShown, DetachedShown, HandedOver, LedgerShown, SeenByColleagues, WordsJoined};
use crate::terminal::{short, visible_line};

/// What a holder is told when a young person is taken out (R4).
const STILL_SEALED: &str = "Other machines may still hold, sealed in old history, that a {} was here; nothing there says who. The label is not used again.";

fn view_of(engine: &Engine, record: DocumentId) -> Result<StrandRecordView, Failure> {
    Ok(engine.look(move |work| work.record_now(&record))?)
}

pub(super) fn attach(engine: &Engine, asked: &Attach) -> Result<Answer, Failure> {
    let found = find::assessment(engine, &asked.id)?;
    found.refuse_removed(&Manner::of_this_computer().zone)?;
    let assessment = found.id;
    let record = asked.person.as_deref().map(|person| find::record(engine, person)).transpose()?.map(|found| found.id);
    let name = match record {
        Some(_) => String::new(),
        None => label("name", asked.name.as_deref().unwrap_or_default())?,
    };
    let known_as =
        asked.known_as.as_deref().filter(|words| !words.trim().is_empty()).map(|words| label("name", words)).transpose()?;
    let strand = match &asked.strand {
        Some(wanted) => Some(held_label(engine, assessment, wanted)?),
        None => None,
    };
    let phone = asked.phone.clone().filter(|phone| !phone.trim().is_empty());
    if strand.is_none() && phone.is_none() && engine.look(|work| work.profile())?.phone.is_none() {
        return Err(Failure::refused(
            "phone",
            "Say which telephone colleagues ring about this young person, such as your duty team's. Nothing was changed; give it with --phone",
        ));
    }
    let wanted = ToAttach { record, name, known_as, label: asked.label.clone(), phone, strand };
    let done = engine.step(move |work| work.attach(&assessment, &wanted))?;
    let shown = AttachedShown {
        assessment: assessment.to_string(),
        record: done.record.to_string(),
        strand: done.strand.to_string(),
        label: done.label.clone(),
    };
    let text = format!(
        "Attached as {}. Colleagues see \"{}\" and your team's telephone, never the name. The name stays in your caseload.",
        done.label, done.label
    );
    let answer = Answer::new(&shown, text);
    Ok(match record {
        Some(_) => answer,
        None => answer.note(format!(
            "Who stands in for you when you are away? `kith invite {} --as stand-in` makes a link for them.",
            short(&shown.record)
        )),
    })
}

/// A label that I hold and for which there is no record here.
fn held_label(engine: &Engine, assessment: DocumentId, wanted: &str) -> Result<EntryId, Failure> {
    let wanted = wanted.trim().to_uppercase();
    let (view, me) = engine.look(move |work| Ok((work.view_now(&assessment)?, work.core().identity(&assessment))))?;
    let me = me.map(|me| me.person.to_string());
    let strand = view.strands.iter().find(|strand| strand.label == wanted);
    let Some(strand) = strand else {
        return Err(Failure::refused("unknown-entry", format!("There is no {wanted} in this assessment. Nothing was changed")));
    };
    if strand.holder.person != me {
        return Err(Failure::refused(
            "refused",
            format!("{wanted} is held by {}: only whoever holds a label can say who it is", strand.holder.name),
        ));
    }
    let caseload = super::caseload::caseload_now(engine, &Manner::of_this_computer())?;
    if !caseload.without_record.iter().any(|held| held.strand == strand.kept.id) {
        return Err(Failure::refused("refused", format!("{wanted} has a strand record already. Nothing was changed")));
    }
    strand.kept.id.parse().map_err(|_| Failure::refused("store-newer", "This label cannot be read here. Update Kith"))
}

pub(super) fn detach(engine: &Engine, asked: &Detach) -> Result<Answer, Failure> {
    if asked.why.trim().is_empty() {
        return Err(Failure::refused("empty", "Say why, in a few words: --why. It stays in their record. Nothing was changed"));
    }
    let record = find::record(engine, &asked.record)?.id;
    let view = view_of(engine, record)?;
    // An assessment that is no longer on this computer can still be named by its id.
    let assessment = match find::assessment(engine, &asked.id) {
        Ok(found) => found.id.to_string(),
        Err(failure) => view
            .joined
            .iter()
            .find(|joined| joined.assessment == asked.id.trim())
            .map(|joined| joined.assessment.clone())
            .ok_or(failure)?,
    };
    let joined = view.joined.iter().rev().find(|joined| joined.assessment == assessment);
    let Some(joined) = joined else {
        return Err(Failure::refused(
            "refused",
            "They take no part in this assessment, by their strand record. Nothing was changed",
        ));
    };
    let place =
        joined.kept.id.parse().map_err(|_| Failure::refused("store-newer", "This record cannot be read here. Update Kith"))?;
    let wanted = ToDetach {
        record,
        place,
        why: asked.why.clone(),
        date: asked.date.clone(),
        their_words: TheirWords::from(asked.their_words.as_str()),
    };
    let taken_out = engine.step(move |work| work.detach(&wanted))?;
    let label = &joined.label;
    let notice = match taken_out {
        true => STILL_SEALED.replace("{}", label),
        false => format!(
            "It is noted in their record. {label} could not be taken out of the assessment from this computer: either it is out already, or \
             you are not in it any more; then a lead there can."
        ),
    };
    let shown = DetachedShown { record: record.to_string(), assessment, taken_out, notice: notice.clone() };
    let text = if taken_out {
        format!("{label} is taken out, for colleagues with the next `kith sync`. The themes stay.")
    } else {
        "Noted.".to_owned()
    };
    Ok(Answer::new(&shown, text).note(notice))
}

pub(super) fn hand_over(engine: &Engine, asked: &HandOver) -> Result<Answer, Failure> {
    let found = find::record(engine, &asked.record)?;
    found.refuse_removed(&Manner::of_this_computer().zone)?;
    let record = found.id;
    let view = view_of(engine, record)?;
    let (members, me, profile) =
        engine.look(move |work| Ok((work.core().members(&record), work.core().identity(&record), work.profile()?)))?;
    let me = me.map(|me| me.person);
    let to_me = asked.to.trim().eq_ignore_ascii_case("me");
    let to = match (to_me, me) {
        (true, Some(me)) => me,
        _ => find::member(&asked.to, &members, &view.people).map_err(|failure| match failure.code.as_str() {
            "unknown-member" => Failure::refused(
                "unknown-member",
                "They do not read this record yet. Let them in first: `kith invite RECORD --as holder`, then `kith requests` and `kith admit`",
            ),
            _ => failure,
        })?,
    };
    let name = find::name_of(&view.people, &to);
    let phone = asked.phone.clone().or(profile.phone.filter(|_| Some(to) == me)).filter(|phone| !phone.trim().is_empty());
    let Some(phone) = phone else {
        return Err(Failure::refused(
            "phone",
            "Say which telephone colleagues ring from now on. Nothing was changed; give it with --phone",
        ));
    };
    let (mut strands, mut titles, mut elsewhere) = (Vec::new(), Vec::new(), 0);
    for joined in view.joined.iter().filter(|joined| joined.detached.is_none()) {
        let Ok(assessment) = find::assessment(engine, &joined.assessment) else {
            elsewhere += 1;
            continue;
        };
        let title = assessment.title.clone().unwrap_or_default();
        let there = there(engine, assessment.id, &name, Some(to) == me)?;
        let Some(there) = there else {
            return Err(Failure::refused(
                "unknown-member",
                format!(
                    "{name} is not in {title}, where this young person is {}. A lead there lets them in first. Nothing was changed",
                    joined.label
                ),
            ));
        };
        let strand =
            joined.strand.parse().map_err(|_| Failure::refused("store-newer", "This record cannot be read here. Update Kith"))?;
        titles.push(title);
        strands.push((assessment.id, strand, there));
    }
    let stays = asked.stay;
    let wanted = ToHandOver { record, to, strands, phone, why: asked.why.clone(), stays };
    engine.step(move |work| work.hand_over(&wanted))?;
    let last = view.holder.as_ref().map_or("the last holder", |holder| holder.name.as_str());
    let waits = match (stays, Some(to) == me) {
        (true, _) => None,
        (false, true) => Some(format!("Now take {last} out of the record: `kith remove RECORD \"{last}\" --why …`.")),
        (false, false) => Some(format!(
            "{name} now takes you out of the record, on their computer: it waits in their caseload. Until then you still read it, and what \
             you have read cannot be unseen."
        )),
    };
    let shown = HandedOver { record: record.to_string(), to: name.clone(), assessments: titles, waits: waits.clone() };
    let answer = Answer::new(&shown, format!("{} holds this record now.", visible_line(&name))).notes(waits);
    Ok(match elsewhere {
        0 => answer,
        _ => answer.note(
            "They also take part in an assessment that is not on this computer: there the label stays with its last holder.",
        ),
    })
}

/// Who somebody is in an assessment: me, or the member of that name.
fn there(engine: &Engine, assessment: DocumentId, name: &str, is_me: bool) -> Result<Option<PersonId>, Failure> {
    let (members, people, me) = engine
        .look(move |work| Ok((work.core().members(&assessment), work.people(&assessment)?, work.core().identity(&assessment))))?;
    if is_me {
        return Ok(me.map(|me| me.person));
    }
    match find::member(name, &members, &people) {
        Ok(person) => Ok(Some(person)),
        Err(failure) if failure.code == "unknown-member" => Ok(None),
        Err(failure) => Err(failure),
    }
}

pub(super) fn agreement(engine: &Engine, asked: &Agree) -> Result<Answer, Failure> {
    let Some(said) = &asked.said else { return ledger(engine, &asked.record) };
    let said = Said::from(said.as_str());
    let about = if said == Said::HasRead { AgreementAbout::Openness } else { AgreementAbout::Work };
    let command = StrandCommand::RecordAgreement {
        who: Whom::from(asked.who.as_deref().unwrap_or_default()),
        relation: asked.relation.clone(),
        about,
        said,
        not_to: asked.not_to.clone(),
        how: asked.how.clone().unwrap_or_default(),
        explained_by: asked.explained_by.clone().unwrap_or_default(),
        named: asked.named.clone(),
        agencies: Vec::new(),
        date: asked.date.clone(),
    };
    let show = asked.show.as_deref().map(Agreement::from);
    note_agreement(engine, &asked.record, command, show, asked.review.clone())
}

/// What was answered so far, by hand and by links, with what they were shown.
fn ledger(engine: &Engine, record: &str) -> Result<Answer, Failure> {
    let record = find::record(engine, record)?.id;
    let view = view_of(engine, record)?;
    let lines = view.agreements.iter().map(|one| {
        let mut line = super::records_text::answered(one);
        if let Some(by) = &one.by_link {
            line.push_str(&format!("\n  by link \"{}\"; shown to them (digest {}):", by.link_name, short(&by.shown_digest)));
            by.shown.lines().for_each(|shown| line.push_str(&format!("\n    {}", visible_line(shown))));
            by.words.iter().for_each(|words| line.push_str(&format!("\n  in their words: \"{}\"", visible_line(words))));
        }
        line
    });
    let mut text: Vec<String> = lines.chain(view.after_a_no.clone()).collect();
    if text.is_empty() {
        text.push("Nobody has been asked yet.".to_owned());
    }
    let shown = LedgerShown { record: record.to_string(), agreements: view.agreements, after_a_no: view.after_a_no };
    Ok(Answer::new(&shown, text.join("\n")))
}

/// Notes what somebody said, and sets what colleagues see.
pub(crate) fn note_agreement(
    engine: &Engine,
    record: &str,
    command: StrandCommand,
    show: Option<Agreement>,
    review: Option<String>,
) -> Result<Answer, Failure> {
    let record = find::record(engine, record)?.id;
    let set = engine.step(move |work| work.record_agreement(&record, &command, show.as_ref(), review.as_deref()))?;
    let mut lines = vec!["Noted in their record.".to_owned()];
    lines.extend(set.iter().map(|one| format!("Colleagues see for {}: {}.", one.label, one.agreement.words())));
    let colleagues_see = set
        .into_iter()
        .map(|one| SeenByColleagues { assessment: one.assessment.to_string(), label: one.label, agreement: one.agreement })
        .collect();
    Ok(Answer::new(&AgreementNoted { record: record.to_string(), colleagues_see }, lines.join("\n")))
}

pub(super) fn join_words(engine: &Engine, asked: &JoinWords) -> Result<Answer, Failure> {
    let record = find::record(engine, &asked.record)?.id;
    let assessment = find::assessment(engine, &asked.id)?.id;
    let view = view_of(engine, record)?;
    let words = find::by_id(&asked.words, view.words, |one| one.kept.id.clone(), "text", "kith record")?.kept.id;
    let words = words.parse().map_err(|_| Failure::refused("store-newer", "These words cannot be read here. Update Kith"))?;
    let wanted = ToJoinWords { record, words, assessment, side: asked.side.clone(), about: asked.about.clone() };
    let voice = engine.step(move |work| work.join_words(&wanted))?;
    let shown = WordsJoined { record: record.to_string(), assessment: assessment.to_string(), voice: voice.to_string() };
    Ok(Answer::new(&shown, "The words have joined the assessment, under the label. `kith sync` sends them."))
}
