//! My caseload: the strand records that I hold or stand in for (R2), beside what colleagues see of the same young people. Computed from
//! views, so that it needs no document: whoever reads no strand record has an empty caseload.

use serde::{Deserialize, Serialize};

use crate::dates::long_day;
use crate::ids::PersonId;
use crate::nudge::CaseloadName;
use crate::strand_record::{ArrivedOther, ArrivedView, StrandRecordView, UnjoinedView};
use crate::tasks::{ForWhom, Group, Task};
use crate::view::AssessmentView;
use crate::vocabulary::{Agreement, AgreementAbout, Said, TheirWords, Whom};
use crate::working_days;

/// A strand record that is on this computer.
#[derive(Debug, Clone, Copy)]
pub struct HeldRecord<'a> {
    /// Its document.
    pub record: &'a str,
    /// As its holder sees it.
    pub view: &'a StrandRecordView,
    /// Who I am in it.
    pub me: Option<&'a PersonId>,
    /// Everybody in its group, me too.
    pub members: &'a [PersonId],
}

/// An assessment that is on this computer.
#[derive(Debug, Clone, Copy)]
pub struct HeldAssessment<'a> {
    /// Its document.
    pub assessment: &'a str,
    /// As I see it.
    pub view: &'a AssessmentView,
    /// Who I am in it.
    pub me: Option<&'a PersonId>,
}

/// As what somebody reads a strand record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum HeldAs {
    /// They hold it.
    Holder,
    /// They stand in for the holder.
    StandIn,
    /// They held it, and the next holder has yet to take them out.
    WasHolder,
}

/// Everybody whom I hold or stand in for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Caseload {
    /// They, by name.
    pub people: Vec<CaseloadPerson>,
    /// Labels that I hold and for which there is no record here: nothing says who they are.
    pub without_record: Vec<HeldLabel>,
    /// What waits that belongs to nobody's record: what was shared in danger.
    pub tasks: Vec<Task>,
}

/// One young person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct CaseloadPerson {
    /// Their strand record.
    pub record: String,
    /// Their name.
    pub name: Option<String>,
    /// What they like to be called.
    pub known_as: Option<String>,
    /// As what I read the record.
    pub held_as: HeldAs,
    /// Who holds it.
    pub holder: Option<String>,
    /// Assessments in which they take part, or took part.
    pub places: Vec<CaseloadPlace>,
    /// What colleagues could see of agreement, by what is recorded; `None`: nothing is recorded yet.
    pub agreement: Option<Agreement>,
    /// Who stands in.
    pub stand_in: Option<String>,
    /// Their phone.
    pub stand_in_phone: Option<String>,
    /// Who else reads this record.
    pub also_read_by: Vec<String>,
    /// Words that have not joined an assessment.
    pub words: Vec<UnjoinedView>,
    /// What waits.
    pub tasks: Vec<Task>,
}

/// One assessment in which they take part, or took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct CaseloadPlace {
    /// Its id in the record.
    pub id: String,
    /// The assessment's document.
    pub assessment: String,
    /// Its title, if it is on this computer.
    pub title: Option<String>,
    /// Which strand.
    pub strand: String,
    /// Their label, as colleagues see it now.
    pub label: String,
    /// Since when.
    pub attached: Option<String>,
    /// When they were taken out, if so.
    pub detached: Option<String>,
    /// Why.
    pub detached_why: Option<String>,
    /// What became of their words.
    pub their_words: Option<TheirWords>,
    /// What colleagues see of agreement.
    pub colleagues_see: Option<Agreement>,
    /// When to look at that again.
    pub review: Option<String>,
    /// Whether holder and lead are deciding after a no.
    pub paused: bool,
    /// By when they decide.
    pub decide_by: Option<String>,
    /// Whether colleagues see me as the holder.
    pub mine: bool,
}

/// A label that I hold in an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct HeldLabel {
    /// The assessment's document.
    pub assessment: String,
    /// Its title.
    pub title: Option<String>,
    /// Which strand.
    pub strand: String,
    /// Its label.
    pub label: String,
}

/// The caseload as it stands on a day, "YYYY-MM-DD".
pub fn caseload(records: &[HeldRecord<'_>], assessments: &[HeldAssessment<'_>], today: &str) -> Caseload {
    let mut people: Vec<CaseloadPerson> = records.iter().map(|record| person(record, assessments, today)).collect();
    people.sort_by(|a, b| (a.name.is_none(), &a.name, &a.record).cmp(&(b.name.is_none(), &b.name, &b.record)));
    let recorded = |strand: &str| people.iter().any(|person| person.places.iter().any(|place| place.strand == strand));
    let mut without_record = Vec::new();
    for held in assessments {
        for strand in held.view.strands.iter().filter(|strand| is_me(strand.holder.person.as_deref(), held.me)) {
            if !recorded(&strand.kept.id) {
                without_record.push(HeldLabel {
                    assessment: held.assessment.to_owned(),
                    title: held.view.title.clone(),
                    strand: strand.kept.id.clone(),
                    label: strand.label.clone(),
                });
            }
        }
    }
    Caseload { people, without_record, tasks: Vec::new() }
}

/// Names of my caseload, for hints while I write. They stay on this computer.
pub fn caseload_names<'a>(records: impl IntoIterator<Item = &'a StrandRecordView>) -> Vec<CaseloadName> {
    let name = |view: &StrandRecordView| {
        let mut forms = [&view.name, &view.known_as].into_iter().flatten().cloned();
        Some(CaseloadName { full: forms.next()?, also: forms.collect() })
    };
    records.into_iter().filter_map(name).collect()
}

fn is_me(person: Option<&str>, me: Option<&PersonId>) -> bool {
    me.is_some_and(|me| person == Some(me.to_string().as_str()))
}

fn person(held: &HeldRecord<'_>, assessments: &[HeldAssessment<'_>], today: &str) -> CaseloadPerson {
    let view = held.view;
    let id_of = |who: &Option<crate::Who>| who.as_ref().and_then(|who| who.person.clone());
    let held_as = match (id_of(&view.holder), id_of(&view.was_holder)) {
        (None, _) => HeldAs::Holder,
        (Some(holder), _) if is_me(Some(&holder), held.me) => HeldAs::Holder,
        (_, Some(was)) if is_me(Some(&was), held.me) => HeldAs::WasHolder,
        _ => HeldAs::StandIn,
    };
    let places: Vec<CaseloadPlace> = view.joined.iter().map(|joined| place(joined, assessments)).collect();
    let others = held.members.iter().filter(|member| Some(*member) != held.me).map(ToString::to_string);
    let name_of = |id: String| view.people.iter().find(|person| person.person == id).and_then(|person| person.name.clone());
    let mut also_read_by: Vec<String> =
        others.map(|id| name_of(id).unwrap_or_else(|| "somebody who has not said who they are".to_owned())).collect();
    also_read_by.sort();
    also_read_by.dedup();
    CaseloadPerson {
        record: held.record.to_owned(),
        name: view.name.clone(),
        known_as: view.known_as.clone(),
        held_as,
        holder: view.holder.as_ref().map(|who| who.name.clone()),
        agreement: view.for_colleagues.clone(),
        stand_in: view.stand_in.clone(),
        stand_in_phone: view.stand_in_phone.clone(),
        words: view.words.iter().filter(|words| words.voice.is_none()).cloned().collect(),
        tasks: tasks(held, held_as, &places, &also_read_by, assessments, today),
        places,
        also_read_by,
    }
}

fn place(joined: &crate::JoinedView, assessments: &[HeldAssessment<'_>]) -> CaseloadPlace {
    let held = assessments.iter().find(|held| held.assessment == joined.assessment);
    let strand = held.and_then(|held| held.view.strands.iter().find(|strand| strand.kept.id == joined.strand));
    CaseloadPlace {
        id: joined.kept.id.clone(),
        assessment: joined.assessment.clone(),
        title: held.and_then(|held| held.view.title.clone()),
        strand: joined.strand.clone(),
        label: strand.map_or_else(|| joined.label.clone(), |strand| strand.label.clone()),
        attached: joined.attached.clone(),
        detached: joined.detached.clone(),
        detached_why: joined.detached_why.clone(),
        their_words: joined.their_words.clone(),
        colleagues_see: strand.and_then(|strand| strand.agreement.clone()),
        review: strand.and_then(|strand| strand.review.clone()),
        paused: strand.is_some_and(|strand| strand.paused),
        decide_by: strand.and_then(|strand| strand.decide_by.clone()),
        mine: strand.is_some_and(|strand| is_me(strand.holder.person.as_deref(), held.and_then(|held| held.me))),
    }
}

/// What waits in one record.
fn tasks(
    held: &HeldRecord<'_>,
    held_as: HeldAs,
    places: &[CaseloadPlace],
    also_read_by: &[String],
    assessments: &[HeldAssessment<'_>],
    today: &str,
) -> Vec<Task> {
    let view = held.view;
    let mut tasks = Vec::new();
    let name = view.known_as.as_ref().or(view.name.as_ref()).map_or("this young person", String::as_str);
    let mut add = |kind: &str, what: String, due: Option<&str>, about: &str| {
        tasks.push(Task {
            kind: kind.to_owned(),
            group: Group::of(kind),
            what,
            due: due.map(str::to_owned),
            overdue: due.is_some_and(|due| due < today),
            for_whom: ForWhom::Holder,
            mine: held_as == HeldAs::Holder,
            about: about.to_owned(),
            page: "caseload".to_owned(),
            // A map has a page of its own.
            at: if kind == "map-review" { format!("{}/map", held.record) } else { held.record.to_owned() },
        });
    };
    let has_come = |day: Option<&String>| day.is_some_and(|day| day.as_str() <= today);
    if let Some(was) = &view.was_holder {
        let still = held.members.iter().any(|member| Some(member.to_string()) == was.person);
        if still && held_as != HeldAs::WasHolder {
            add(
                "take-out-last-holder",
                format!("Take {} out of the record of {name}: it was handed over", was.name),
                None,
                "holder",
            );
        } else if still {
            let holder = view.holder.as_ref().map_or("the next holder", |who| who.name.as_str());
            add("wait-for-next-holder", format!("{holder} takes you out of the record of {name}"), None, "holder");
        }
    }
    heard(view, held_as, name, today, &mut add);
    let open: Vec<&CaseloadPlace> = places.iter().filter(|place| place.detached.is_none()).collect();
    for place in &open {
        let title = place.title.as_deref().unwrap_or("an assessment that is not on this computer");
        let known = assessments.iter().find(|held| held.assessment == place.assessment);
        let still = known.is_none_or(|held| held.view.strands.iter().any(|strand| strand.kept.id == place.strand));
        if !still {
            add("note-taken-out", format!("{name} was taken out of {title}: note when and why"), None, &place.id);
        }
        if place.mine && view.for_colleagues.is_some() && !says(place.colleagues_see.as_ref(), view.for_colleagues.as_ref()) {
            let sees = place.colleagues_see.as_ref().map_or("not yet asked", Agreement::words);
            let recorded = view.for_colleagues.as_ref().map_or("", Agreement::words);
            let what = format!("Colleagues in {title} see \"{sees}\" for {}; what is recorded says \"{recorded}\"", place.label);
            add("agreement-differs", what, None, &place.id);
        }
        let agencies = known.map(|held| new_agencies(view, held.view)).unwrap_or_default();
        if !agencies.is_empty() {
            let what = format!("Ask {name} again: {} came to {title} since they were asked", agencies.join(", "));
            add("ask-again", what, None, &place.id);
        }
    }
    let whose = |said: &crate::AgreementView| match said.who {
        Whom::YoungPerson => name.to_owned(),
        _ => format!("{} of {name}", said.who_words()),
    };
    for said in view.agreements.iter().filter(|said| said.is_open()) {
        let who = whose(said);
        // Who answered by a link was promised an adult by the next working day.
        let by = said.by_link.as_ref().and_then(|by| by.came.as_deref()).map(|came| working_days::after(came, 1));
        let (kind, what) = match said.said {
            Said::WantsToTalk => ("talk-first", format!("Talk with {who}: they want to talk first")),
            _ => ("ask-later", format!("Ask {who} again: they asked to be asked later")),
        };
        let due = by.filter(|_| kind == "talk-first");
        add(kind, what, due.as_deref(), &said.kept.id);
    }
    if let Some(said) = view.no_links().filter(|_| view.links.iter().any(|link| link.stopped.is_none())) {
        let what = format!("{} wants no links to their phone: stop them, or ask which", capital(&whose(said)));
        add("no-links", what, None, &said.kept.id);
    }
    for decision in &view.not_asked {
        if !decision.still_needs.is_empty() {
            let what = format!("{} is not asked yet. Say: {}", capital(decision.who.words()), decision.still_needs.join(", "));
            add("not-asked-reason", what, None, &decision.kept.id);
        }
        if has_come(decision.look_again.as_ref()) {
            let by = decision.look_again.as_deref().map(long_day).unwrap_or_default();
            let what = format!("Look again at not asking {}: that was to be by {by}", decision.who.words());
            add("not-asked-review", what, decision.look_again.as_deref(), &decision.kept.id);
        }
    }
    for judged in view.competence.iter().filter(|judged| has_come(judged.review.as_ref())) {
        let what = format!("Look again at whether {name} can decide this: {}", judged.decision);
        add("competence-review", what, judged.review.as_deref(), &judged.kept.id);
    }
    for map in view.maps.iter().filter(|map| map.is_due(today)) {
        let what = format!("Look at the own map of {name} again, with them: does it still help, and what was done with it?");
        add("map-review", what, Some(&map.review), &map.kept.id);
    }
    if !open.is_empty() && view.agreements.is_empty() && view.not_asked.is_empty() {
        add("ask", format!("Ask {name}, and note what was said"), None, held.record);
    }
    if !open.is_empty() && also_read_by.is_empty() {
        add("stand-in", format!("Let somebody in who stands in for you with {name}"), None, held.record);
    }
    tasks
}

/// What came by links: to be read, oldest first; whoever stands in is told when it is late. What somebody asks for.
fn heard(
    view: &StrandRecordView,
    held_as: HeldAs,
    name: &str,
    today: &str,
    add: &mut impl FnMut(&str, String, Option<&str>, &str),
) {
    let mut waiting: Vec<&ArrivedView> = view.arrived.iter().filter(|arrived| arrived.waits()).collect();
    waiting.sort_by(|a, b| (&a.came, &a.item).cmp(&(&b.came, &b.item)));
    for arrived in waiting {
        let due = arrived.came.as_deref().map(|here| working_days::after(here, 1));
        let late = due.as_deref().is_some_and(|due| due < today);
        if late || held_as == HeldAs::Holder {
            let since = arrived.came.as_deref().map(long_day).unwrap_or_default();
            let adult = view.links.iter().any(|link| link.kept.id == arrived.link && link.adult);
            let whose = if adult { format!("what a parent or carer of {name}") } else { format!("what {name}") };
            let (kind, what) = match arrived.other {
                Some(ArrivedOther::WantsToRead) => {
                    ("asks-to-read", format!("{name} asks to read what there is for them: open it for a day, or tell them"))
                }
                _ => ("heard-not-read", format!("Read {whose} sent by a link: here since {since}")),
            };
            add(kind, what, due.as_deref(), &arrived.item);
        }
    }
    for arrived in &view.arrived {
        if arrived.asks_in_vain() {
            let what = format!("{name} asks to take out what they had said. Tell them whether you can");
            add("asks-to-take-out", what, None, &arrived.item);
        }
    }
}

/// Whether what colleagues see is what is recorded. While holder and lead are deciding, a no is that no.
fn says(seen: Option<&Agreement>, recorded: Option<&Agreement>) -> bool {
    seen == recorded || (seen == Some(&Agreement::BeingDecided) && recorded == Some(&Agreement::No))
}

/// Agencies in the assessment that the young person was not told of when they were last asked (R8).
fn new_agencies(record: &StrandRecordView, view: &AssessmentView) -> Vec<String> {
    let asked = record
        .agreements
        .iter()
        .rev()
        .find(|one| one.who == Whom::YoungPerson && one.about == AgreementAbout::Work && !one.agencies.is_empty());
    let Some(asked) = asked else { return Vec::new() };
    let told = |agency: &str| asked.agencies.iter().any(|told| told.eq_ignore_ascii_case(agency));
    let mut new: Vec<String> = view.people.iter().filter_map(agency_of).filter(|agency| !told(agency)).collect();
    new.sort();
    new.dedup();
    new
}

/// Their agency in their own words; of a reader, as a lead checked it.
pub fn agency_of(person: &crate::PersonView) -> Option<String> {
    person.agency.clone().or_else(|| person.confirmed.as_ref().map(|confirmed| confirmed.agency.clone()))
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
