//! A strand record as its holder and their stand-in see it.

use automerge::{Automerge, ROOT};
use serde::{Deserialize, Serialize};

use crate::entry::Reader;
use crate::people::{Owners, People};
use crate::read::{entries, number};
use crate::record::{Kept, Record};
use crate::sharing::SharedView;
use crate::view::{Mark, NewerField, PersonView, Who};
use crate::vocabulary::{Agreed, Agreement, AgreementAbout, Competent, Said, TheirWords, Whom, Whose};

/// What another system calls them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ReferenceView {
    /// Which system.
    pub system: String,
    /// Its reference.
    pub value: String,
}

/// One assessment in which they take part, or took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct JoinedView {
    /// Who noted it, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// Which assessment's document.
    pub assessment: String,
    /// Which strand in it.
    pub strand: String,
    /// Their label there.
    pub label: String,
    /// Since when.
    pub attached: Option<String>,
    /// When they were taken out, if so.
    pub detached: Option<String>,
    /// Why.
    pub detached_why: Option<String>,
    /// What became of their words.
    pub their_words: Option<TheirWords>,
}

/// What somebody said when asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AgreementView {
    /// Who noted it, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// The young person, or a parent or carer.
    pub who: Whom,
    /// Which parent or carer.
    pub relation: Option<String>,
    /// Openness, or the work.
    pub about: AgreementAbout,
    /// What they said.
    pub said: Said,
    /// What they said no to, if yes to the rest.
    pub not_to: Option<String>,
    /// How they were asked.
    pub how: Option<String>,
    /// Who explained it.
    pub explained_by: Option<String>,
    /// What was named.
    pub named: Option<String>,
    /// Agencies that were in the assessment then.
    pub agencies: Vec<String>,
    /// When.
    pub date: Option<String>,
    /// Whether the same person has said something since about the same thing.
    pub since_then_otherwise: bool,
    /// They answered by a link, themselves: what they were shown. None: somebody asked them and noted it.
    #[serde(default)]
    pub by_link: Option<super::agreed::AgreedByLink>,
}

/// How competence was judged, for one decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct CompetenceView {
    /// Who judged, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// Which decision.
    pub decision: String,
    /// Able, not able, not sure.
    pub judged: Competent,
    /// Why.
    pub reason: String,
    /// When.
    pub date: Option<String>,
    /// When to look at it again.
    pub review: Option<String>,
}

/// Somebody is not asked yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct NotAskedView {
    /// Who decided, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// Whom.
    pub who: Whom,
    /// Why.
    pub why: Option<String>,
    /// Who agreed to it.
    pub reviewer: Option<String>,
    /// When to look at it again.
    pub look_again: Option<String>,
    /// What it still needs (R9).
    pub still_needs: Vec<String>,
}

/// Words that are here, and in an assessment or not yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct UnjoinedView {
    /// Who wrote them down, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// A young person's, or a parent's or carer's.
    pub whose: Whose,
    /// Their words.
    pub words: String,
    /// How they were obtained.
    pub how: String,
    /// Whether they agreed to their being written for the team.
    pub agreed: Agreed,
    /// When.
    pub date: Option<String>,
    /// The voice that they became, if they joined.
    pub voice: Option<String>,
}

/// A strand record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct StrandRecordView {
    /// Schema of the document; larger than ours if a newer Kith wrote it.
    pub schema: i64,
    /// Their name.
    pub name: Option<String>,
    /// What they like to be called.
    pub known_as: Option<String>,
    /// When they were born.
    pub born: Option<String>,
    /// Who holds it.
    pub holder: Option<Who>,
    /// Who held it before, if they are to be taken out.
    pub was_holder: Option<Who>,
    /// Who stands in for the holder.
    pub stand_in: Option<String>,
    /// Their phone.
    pub stand_in_phone: Option<String>,
    /// What other systems call them.
    pub references: Vec<ReferenceView>,
    /// Assessments in which they take part, or took part.
    pub joined: Vec<JoinedView>,
    /// What each person said when asked, oldest first.
    pub agreements: Vec<AgreementView>,
    /// How competence was judged, decision by decision.
    pub competence: Vec<CompetenceView>,
    /// Who is not asked yet.
    pub not_asked: Vec<NotAskedView>,
    /// Words, joined or not.
    pub words: Vec<UnjoinedView>,
    /// The young person's own maps (R32).
    pub maps: Vec<super::own_map::OwnMapView>,
    /// Those that were taken away.
    #[serde(default)]
    pub maps_taken_away: Vec<crate::picture::TakenBack>,
    /// What was shared about them, oldest first.
    pub shared: Vec<SharedView>,
    /// Links for them and their family.
    pub links: Vec<super::by_link::GuestLinkView>,
    /// What arrived by links.
    pub arrived: Vec<super::reading_first::ArrivedView>,
    /// What colleagues could see of agreement: a suggestion for `SetAgreement`, which the holder decides.
    pub for_colleagues: Option<Agreement>,
    /// After a no: what each of them says now, and what holds until holder and lead have decided (sample-and-words 5).
    #[serde(default)]
    pub after_a_no: Option<String>,
    /// Who writes here.
    pub people: Vec<PersonView>,
    /// What waits for somebody to look.
    pub marks: Vec<Mark>,
    /// What a newer version wrote.
    pub newer: Vec<NewerField>,
}

/// What its holder sees of a strand record. Each device says whose it is.
pub fn view_strand(doc: &Automerge) -> StrandRecordView {
    view_strand_with(doc, None)
}

/// The same, with the group's own knowledge of which device is whose.
pub fn view_strand_with(doc: &Automerge, owners: Option<&Owners>) -> StrandRecordView {
    let people = People::of(doc, owners);
    let reader = Reader { doc, people: &people };
    let (mut marks, mut newer) = (Vec::new(), Vec::new());
    for item in entries(doc, &ROOT) {
        let maps = super::MAPS.iter().chain(&super::own_map::MAPS).chain(&super::by_link::MAPS);
        let ours = maps.into_iter().any(|key| *key == item.key) || ["schema", "document", "kind"].contains(&item.key.as_str());
        if !ours {
            newer.push(NewerField { value: crate::read::described(doc, &item.id, &item.value), field: item.key });
        }
    }
    let person = Record::standing(&reader, "person");
    if let Some(person) = &person {
        let (two_versions, unknown) = person.two_versions_and_newer(&person_label);
        marks.extend(two_versions.into_iter().map(Mark::TwoVersions));
        newer.extend(unknown);
    }
    let word = |key: &str| person.as_ref().and_then(|person| person.word(key));
    let who = |key: &str| word(key).and_then(|id| id.parse().ok()).map(|id| reader.people.by_id(id));
    let (holder, was_holder) = (who("holder"), who("was-holder"));
    let references = Record::standing(&reader, "references").map(|record| {
        let (two_versions, _) = record.two_versions_and_newer(&|_| Some("what another system calls them"));
        marks.extend(two_versions.into_iter().map(Mark::TwoVersions));
        let systems = entries(doc, &record.object).into_iter().map(|item| item.key);
        systems.filter_map(|system| record.word(&system).map(|value| ReferenceView { system, value })).collect()
    });
    let mut all = |path: &str, keys: &'static [&'static str]| -> Vec<(Record<'_>, Kept)> {
        let records = Record::all(&reader, path).into_iter().map(|record| {
            let kept = record.kept(|key| keys.contains(&key).then_some("a strand record"));
            kept.collect(&mut marks, &mut newer, "a strand record");
            (record, kept)
        });
        records.collect()
    };
    let joined = all("joined", &["assessment", "strand", "label", "attached", "detached", "detached-why", "their-words"]);
    let said =
        all("agreements", &["who", "relation", "about", "said", "not-to", "how", "explained-by", "named", "agencies", "date"]);
    let judged = all("competence", &["decision", "judged", "reason", "date", "review"]);
    let not_asked = all("not-asked", &["who", "why", "reviewer", "look-again"]);
    let words = all("words", &["whose", "words", "how", "agreed", "date", "voice", "arrived", "question"]);
    let arrived = super::reading_first::view(doc);
    let links = super::by_link::view(&reader, &arrived, &mut marks, &mut newer);
    let (maps, maps_taken_away) = super::own_map::own_maps(&reader, &mut marks, &mut newer);
    let shared = crate::sharing::shared(&reader, "shared", &mut marks, &mut newer);
    let agreements = agreements(said, super::agreed::answers(&arrived, &links));
    let not_asked: Vec<NotAskedView> = not_asked.into_iter().map(|(record, kept)| not_asked_view(&record, kept)).collect();
    StrandRecordView {
        schema: number(doc, &ROOT, "schema").unwrap_or(crate::schema::SCHEMA),
        name: word("name"),
        known_as: word("known-as"),
        born: word("born"),
        holder,
        was_holder,
        stand_in: word("stand-in"),
        stand_in_phone: word("stand-in-phone"),
        references: references.unwrap_or_default(),
        joined: joined.into_iter().map(|(record, kept)| joined_view(&record, kept)).collect(),
        for_colleagues: super::agreed::for_colleagues(&agreements, &not_asked),
        after_a_no: super::agreed::after_a_no(&agreements),
        agreements,
        competence: judged.into_iter().map(|(record, kept)| competence_view(&record, kept)).collect(),
        not_asked,
        words: each_once(words.into_iter().map(|(record, kept)| unjoined_view(&reader, &record, kept)).collect()),
        maps,
        maps_taken_away,
        shared,
        links,
        arrived,
        people: people.views(),
        marks,
        newer,
    }
}

fn person_label(key: &str) -> Option<&'static str> {
    match key {
        "name" => Some("their name"),
        "known-as" => Some("what they like to be called"),
        "born" => Some("when they were born"),
        "stand-in" | "stand-in-phone" => Some("who stands in"),
        "holder" | "was-holder" => Some("who holds this record"),
        _ => None,
    }
}

fn joined_view(record: &Record<'_>, kept: Kept) -> JoinedView {
    JoinedView {
        kept,
        assessment: record.word("assessment").unwrap_or_default(),
        strand: record.word("strand").unwrap_or_default(),
        label: record.word("label").unwrap_or_default(),
        attached: record.word("attached"),
        detached: record.word("detached"),
        detached_why: record.word("detached-why"),
        their_words: record.choice("their-words"),
    }
}

fn agreements(said: Vec<(Record<'_>, Kept)>, by_link: Vec<AgreementView>) -> Vec<AgreementView> {
    let views = said.into_iter().map(|(record, kept)| AgreementView {
        kept,
        who: record.choice("who").unwrap_or_default(),
        relation: record.word("relation"),
        about: record.choice("about").unwrap_or_default(),
        said: record.choice("said").unwrap_or_default(),
        not_to: record.word("not-to"),
        how: record.word("how"),
        explained_by: record.word("explained-by"),
        named: record.word("named"),
        agencies: record.word("agencies").map(|agencies| agencies.lines().map(str::to_owned).collect()).unwrap_or_default(),
        date: record.word("date"),
        since_then_otherwise: false,
        by_link: None,
    });
    let mut views: Vec<AgreementView> = views.chain(by_link).collect();
    // Of one day, what was noted by hand stands after what came by a link: whoever noted it could know that. Otherwise as they came.
    views.sort_by(|a, b| (&a.date, a.kept.at).cmp(&(&b.date, b.kept.at)));
    let of = |view: &AgreementView| (view.who.clone(), view.relation.clone(), view.about.clone());
    super::agreed::no_longer_objects(&mut views);
    let whose: Vec<_> = views.iter().map(of).collect();
    for (index, view) in views.iter_mut().enumerate() {
        view.since_then_otherwise = whose.iter().skip(index + 1).any(|later| Some(later) == whose.get(index));
    }
    views
}

fn competence_view(record: &Record<'_>, kept: Kept) -> CompetenceView {
    CompetenceView {
        kept,
        decision: record.word("decision").unwrap_or_default(),
        judged: record.choice("judged").unwrap_or_default(),
        reason: record.word("reason").unwrap_or_default(),
        date: record.word("date"),
        review: record.word("review"),
    }
}

fn not_asked_view(record: &Record<'_>, kept: Kept) -> NotAskedView {
    let (why, reviewer, look_again) = (record.word("why"), record.word("reviewer"), record.word("look-again"));
    let needs =
        [(why.is_none(), "why"), (reviewer.is_none(), "who agreed to it"), (look_again.is_none(), "when to look at it again")];
    let still_needs = needs.into_iter().filter(|(missing, _)| *missing).map(|(_, words)| words.to_owned()).collect();
    NotAskedView { kept, who: record.choice("who").unwrap_or_default(), why, reviewer, look_again, still_needs }
}

fn unjoined_view(reader: &Reader<'_>, record: &Record<'_>, kept: Kept) -> UnjoinedView {
    UnjoinedView {
        kept,
        whose: record.choice("whose").unwrap_or_default(),
        words: reader.own(&record.object, "words").0.unwrap_or_default(),
        how: record.word("how").unwrap_or_default(),
        agreed: record.choice("agreed").unwrap_or_default(),
        date: record.word("date"),
        voice: record.word("voice"),
    }
}

/// Words of an answer that two devices kept apart are one: what either covered is covered.
fn each_once(words: Vec<UnjoinedView>) -> Vec<UnjoinedView> {
    let mut once: Vec<UnjoinedView> = Vec::new();
    for words in words {
        match once.iter_mut().find(|one| one.kept.id == words.kept.id) {
            Some(one) => {
                one.voice = one.voice.take().or(words.voice);
                one.words = super::covering::most_covered(vec![std::mem::take(&mut one.words), words.words]).unwrap_or_default();
            }
            None => once.push(words),
        }
    }
    once
}
