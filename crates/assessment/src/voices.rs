//! What young people and parents said, in their own words, and what was done with it (R29, R30, R50).
//!
//! The words are the speaker's: nobody edits them, whoever wrote them down included. Whoever wrote them down can withdraw them,
//! with a reason. Answers are records of their own, so that two people who answer at once lose nothing.

use std::collections::BTreeMap;

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjType, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT};
use crate::people::People;
use crate::plan::PlanView;
use crate::read::objects;
use crate::record::{Kept, Record};
use crate::strands::{self, StrandView};
use crate::view::{Answered, Mark, NewerField, Who};
use crate::vocabulary::{Agreed, Fair, Outcome, TheirWords, Whose};
use crate::write::{
    Written, day, fresh_at, known, new_text, object_at, object_under, real_day, refer, refuse_not_mine, refuse_unknown_finding,
    sentences, settle, short, standing_map, under, unrefer,
};
use crate::{dates, framework::Framework};

/// Writes down what somebody said, in their own words (R29).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddVoice {
    /// The side on which it stands.
    pub side: String,
    /// A young person's, or a parent's or carer's.
    pub whose: Whose,
    /// Their words. Nobody can change them afterwards.
    pub words: String,
    /// How they were obtained: "link", "at home, read back".
    pub how: String,
    /// Whether they agreed to their being written.
    pub agreed: Agreed,
    /// When it was said; today if not given.
    pub date: Option<String>,
    /// The strand of whoever said it, if they have one.
    pub strand: Option<EntryId>,
    /// Who said it, where there is no strand: "a friend", "a grandmother". Never a name.
    pub speaker: Option<String>,
    /// Dimensions or entries that it is about.
    pub about: Vec<String>,
    /// The contribution that it is, if it came by a link ([`crate::contribution`]): whoever adds it, on whatever device, it is there once.
    #[ts(optional)]
    pub arrived: Option<EntryId>,
}

/// Ties somebody's words to dimensions, entries, goals or actions, or unties them. The words stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TieVoice {
    /// Which.
    pub id: EntryId,
    /// To what.
    #[serde(default)]
    pub to: Vec<String>,
    /// From what.
    #[serde(default)]
    pub from: Vec<String>,
}

/// Takes somebody's words out, because they asked for it or they should not have been written. Only whoever wrote them down can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct WithdrawVoice {
    /// Which.
    pub id: EntryId,
    /// Why.
    pub why: String,
}

/// Notes who else may read somebody's words, as they said themselves: other young people of the group, other families. Nobody does
/// unless they agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct LetRead {
    /// Which words.
    pub id: EntryId,
    /// Other young people of the group.
    #[serde(default)]
    pub young_people: Option<bool>,
    /// Other families.
    #[serde(default)]
    pub families: Option<bool>,
}

/// Says what was done with what somebody said: written to them, in words that they will read (R50).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct AnswerVoice {
    /// What is answered.
    pub voice: EntryId,
    /// Used, not used, not yet, ask more.
    pub outcome: Outcome,
    /// A sentence or two to them. `VoiceView::draft` is where to start from.
    pub text: String,
    /// Where it was used: dimensions, entries, goals, actions.
    #[serde(default)]
    pub where_used: Vec<String>,
}

/// Changes the outcome of an answer, or where it was used. Its text is edited as any text: "answers/{id}/text".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateAnswer {
    /// Which answer.
    pub id: EntryId,
    /// What became of it.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Where it was used as well.
    #[serde(default)]
    pub where_used: Vec<String>,
    /// Where it was not used after all.
    #[serde(default)]
    pub not_used_in: Vec<String>,
}

/// Records that somebody was told what was done, and whether they think it fair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct RecordFair {
    /// Which answer.
    pub answer: EntryId,
    /// "Is that fair?"; `None`: told, and not asked yet.
    #[serde(default)]
    pub fair: Option<Fair>,
    /// Why, in their words.
    #[serde(default)]
    pub words: Option<String>,
    /// When they were told; today if not given.
    #[serde(default)]
    pub told: Option<String>,
}

/// A place that something points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Pointed {
    /// A dimension, a side or an id.
    pub to: String,
    /// What it is, in words.
    pub label: String,
}

/// An answer to what somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AnswerView {
    /// Who, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// What became of it.
    pub outcome: Outcome,
    /// To them, in words that they read.
    pub text: Answered,
    /// Where it was used.
    pub where_used: Vec<Pointed>,
    /// When they were told.
    pub told: Option<String>,
    /// Whether they think it fair.
    pub fair: Option<Fair>,
    /// Why, in their words.
    pub fair_words: Option<String>,
}

/// What somebody said, in their own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct VoiceView {
    /// Who wrote it down, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// The side on which it stands.
    pub side: String,
    /// A young person's, or a parent's or carer's.
    pub whose: Whose,
    /// Who said it: "A", "a parent of C", "a friend", "a young person". Never a name.
    pub speaker: String,
    /// The strand of whoever said it, if they have one here.
    pub strand: Option<String>,
    /// Their words; empty once withdrawn.
    pub words: String,
    /// How they were obtained.
    pub how: String,
    /// Whether they agreed to their being written.
    pub agreed: Agreed,
    /// When it was said.
    pub date: Option<String>,
    /// What it is about.
    pub about: Vec<Pointed>,
    /// Goals and actions that rest on it, or on what it is about.
    pub used_in: Vec<Pointed>,
    /// What was done with it, oldest first.
    pub answers: Vec<AnswerView>,
    /// A first sentence of an answer, made from where it was used; empty if it was not.
    pub draft: String,
    /// They agreed that other young people of the group read it.
    #[serde(default)]
    pub for_young_people: bool,
    /// They agreed that other families read it.
    #[serde(default)]
    pub for_families: bool,
    /// Why it was taken out, if so.
    pub withdrawn: Option<String>,
    /// Somebody else wrote over it, against the rule: the words of whoever wrote it down are shown.
    pub changed_by_others: Vec<Who>,
}

impl VoiceView {
    /// Whether anybody has said what was done with it.
    pub fn is_answered(&self) -> bool {
        !self.answers.is_empty()
    }
}

pub(crate) fn add(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, voice: &AddVoice) -> Result<Written, Refusal> {
    let AddVoice { side, whose, words, how, agreed, date, strand, speaker, about, arrived } = voice;
    under(tx, "sides", side)?;
    known(whose.is_known(), "view", whose.as_str(), Whose::CHOICES)?;
    known(agreed.is_known(), "agreement", agreed.as_str(), Agreed::CHOICES)?;
    if *agreed == Agreed::NotAgreed {
        return Err(Refusal::NotAgreed);
    }
    let words = limits::prose("text of what they said", words, TEXT_LIMIT / 5)?;
    limits::at_once(std::iter::once(words.as_str()))?;
    let how = limits::line("way in which it was obtained", how, NAME_LIMIT)?;
    let date = date.clone().unwrap_or_else(|| dates::day(ctx.now));
    real_day(&date)?;
    refuse_unknown_finding(tx, about)?;
    if let Some(strand) = strand {
        strands::refuse_paused(tx, strand)?;
        if speaker.is_some() {
            return Err(Refusal::Rule("give the strand or say who spoke, not both: with a strand, its label is shown"));
        }
    }
    let speaker = speaker.as_deref().map(|words| limits::line("speaker", words, NAME_LIMIT)).transpose()?;
    let (id, object) = match arrived {
        Some(id) => (*id, object_under(tx, ctx, "voices", id, "this has been added already")?),
        None => fresh_at(tx, ctx, "voices")?,
    };
    for (key, value) in [
        ("side", side.as_str()),
        ("whose", whose.as_str()),
        ("words", words.as_str()),
        ("how", how.as_str()),
        ("agreed", agreed.as_str()),
        ("date", date.as_str()),
    ] {
        tx.put(&object, key, value)?;
    }
    if let Some(strand) = strand {
        tx.put(&object, "strand", ScalarValue::Bytes(strand.0.to_vec()))?;
    }
    if let Some(speaker) = speaker {
        tx.put(&object, "speaker", speaker)?;
    }
    refer(tx, &object, "about", about)?;
    Ok((Some(id), format!("voice:{}:{whose}:{side}", short(&id))))
}

pub(crate) fn tie(tx: &mut Transaction<'_>, TieVoice { id, to, from }: &TieVoice) -> Result<Written, Refusal> {
    let object = object_at(tx, "voices", "voice", id)?;
    refuse_unknown_finding(tx, to)?;
    refer(tx, &object, "about", to)?;
    unrefer(tx, &object, "about", from)?;
    Ok((Some(*id), format!("voice-tie:{}", short(id))))
}

pub(crate) fn let_read(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    people: &People,
    LetRead { id, young_people, families }: &LetRead,
) -> Result<Written, Refusal> {
    let object = object_at(tx, "voices", "voice", id)?;
    refuse_not_mine(ctx, people, &object)?;
    for (key, agreed) in [(YOUNG_PEOPLE, young_people), (FAMILIES, families)] {
        if let Some(agreed) = agreed {
            settle(tx, &object, key, (*agreed).into())?;
        }
    }
    Ok((Some(*id), format!("voice-readers:{}", short(id))))
}

/// Whether everybody who said so said yes: of a yes and a no that two devices set apart, the no holds.
fn agreed_to(reader: &Reader<'_>, record: &Record<'_>, key: &str) -> bool {
    let held = crate::read::scalars(reader.doc, &record.object, key);
    let author = crate::read::author(&record.object);
    !held.is_empty() && held.iter().all(|one| one.value == ScalarValue::Boolean(true) && reader.same_person(one.by, author))
}

pub(crate) fn withdraw(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    people: &People,
    WithdrawVoice { id, why }: &WithdrawVoice,
) -> Result<Written, Refusal> {
    let why = limits::prose("reason", why, limits::WHY_LIMIT)?;
    let last = object_at(tx, "voices", "voice", id)?;
    let all = objects(tx, &standing_map(tx, "voices")?, &id.to_string(), ObjType::Map);
    // What came by a link may have been added by several; whoever added it takes it out.
    let mine: Vec<_> = all.into_iter().filter(|object| refuse_not_mine(ctx, people, object).is_ok()).collect();
    if mine.is_empty() {
        refuse_not_mine(ctx, people, &last)?;
    }
    for object in &mine {
        settle(tx, object, "withdrawn", why.as_str().into())?;
        // Nothing is deleted from a map, but what somebody asked to have taken out does not stand in it any longer.
        settle(tx, object, "words", ScalarValue::Null)?;
    }
    Ok((Some(*id), format!("voice-back:{}", short(id))))
}

pub(crate) fn answer(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, answer: &AnswerVoice) -> Result<Written, Refusal> {
    let AnswerVoice { voice, outcome, text, where_used } = answer;
    let object = object_at(tx, "voices", "voice", voice)?;
    if tx.get(&object, "withdrawn")?.is_some() {
        return Err(Refusal::Rule("these words were taken out: there is nothing to answer here. Speak with whoever said them"));
    }
    known(outcome.is_known(), "way of answering", outcome.as_str(), Outcome::CHOICES)?;
    let text = limits::prose("answer", text, TEXT_LIMIT / 5)?;
    if *outcome == Outcome::Used && where_used.is_empty() {
        return Err(Refusal::Rule("say where it was used: a dimension, an entry, a goal or an action"));
    }
    refuse_unknown_finding(tx, where_used)?;
    let (id, object) = fresh_at(tx, ctx, "answers")?;
    tx.put(&object, "voice", ScalarValue::Bytes(voice.0.to_vec()))?;
    tx.put(&object, "outcome", outcome.as_str())?;
    new_text(tx, &object, "text", "answer", &text)?;
    refer(tx, &object, "where", where_used)?;
    Ok((Some(id), format!("answer:{}", short(voice))))
}

pub(crate) fn update_answer(tx: &mut Transaction<'_>, update: &UpdateAnswer) -> Result<Written, Refusal> {
    let UpdateAnswer { id, outcome, where_used, not_used_in } = update;
    let object = object_at(tx, "answers", "answer", id)?;
    if let Some(outcome) = outcome {
        known(outcome.is_known(), "way of answering", outcome.as_str(), Outcome::CHOICES)?;
        settle(tx, &object, "outcome", outcome.as_str().into())?;
    }
    refuse_unknown_finding(tx, where_used)?;
    refer(tx, &object, "where", where_used)?;
    unrefer(tx, &object, "where", not_used_in)?;
    Ok((Some(*id), "answer-edit".to_owned()))
}

pub(crate) fn fair(tx: &mut Transaction<'_>, ctx: &Context<'_>, told: &RecordFair) -> Result<Written, Refusal> {
    let object = object_at(tx, "answers", "answer", &told.answer)?;
    if let Some(fair) = &told.fair {
        known(fair.is_known(), "answer to \"is that fair?\"", fair.as_str(), Fair::CHOICES)?;
        settle(tx, &object, "fair", fair.as_str().into())?;
    }
    sentences(tx, &object, "fair-words", "reason", told.words.as_deref())?;
    let on = told.told.clone().unwrap_or_else(|| dates::day(ctx.now));
    day(tx, &object, "told", Some(&on))?;
    Ok((Some(told.answer), "fair".to_owned()))
}

/// They agreed that other young people of the group read it.
const YOUNG_PEOPLE: &str = "read-by.young-people";
/// The same of other families.
const FAMILIES: &str = "read-by.families";

fn label(key: &str) -> Option<&'static str> {
    match key {
        YOUNG_PEOPLE | FAMILIES => Some("who else may read somebody's words"),
        "side" | "whose" | "words" | "how" | "agreed" | "date" | "strand" | "speaker" | "withdrawn" => Some("what somebody said"),
        key if key.starts_with("about.") => Some("what somebody's words are about"),
        _ => None,
    }
}

fn answer_label(key: &str) -> Option<&'static str> {
    match key {
        "outcome" => Some("what became of what somebody said"),
        "fair" => Some("whether they think the answer fair"),
        "fair-words" => Some("why they think so"),
        "told" => Some("when they were told"),
        "voice" | "text" => Some("an answer"),
        key if key.starts_with("where.") => Some("where somebody's words were used"),
        _ => None,
    }
}

/// What everything that can be pointed to is called.
pub(crate) struct Labels<'a> {
    pub(crate) framework: Option<&'a Framework>,
    pub(crate) entries: BTreeMap<String, String>,
    pub(crate) plan: &'a PlanView,
}

impl Labels<'_> {
    pub(crate) fn pointed(&self, to: &[String]) -> Vec<Pointed> {
        to.iter().map(|to| Pointed { label: self.of(to), to: to.clone() }).collect()
    }

    pub(crate) fn of(&self, to: &str) -> String {
        if to == crate::positions::WEIGHTING {
            return "the weighting".to_owned();
        }
        if let Some(place) = self.entries.get(to) {
            return crate::entry::places(self.framework, place);
        }
        let goal = self.plan.goals.iter().chain(&self.plan.goals_taken_back).position(|goal| goal.kept.id == to);
        if let Some(number) = goal {
            return format!("goal {}", number + 1);
        }
        let action = self.plan.actions.iter().chain(&self.plan.actions_taken_back).find(|action| action.kept.id == to);
        match action {
            Some(action) => format!("the action \"{}\"", first_words(&action.what.text)),
            None if to.len() == 26 => "something else that was said".to_owned(),
            None => crate::entry::places(self.framework, to),
        }
    }
}

/// Enough of a text to know it again.
pub(crate) fn first_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 60 {
        return line.to_owned();
    }
    let mut words: String = line.chars().take(58).collect();
    words.truncate(words.rfind(' ').unwrap_or(words.len()));
    format!("{words} \u{2026}")
}

/// Every voice that is to be seen: not those whose speaker was taken out and wanted their words to go.
pub(crate) fn voices(
    reader: &Reader<'_>,
    labels: &Labels<'_>,
    all_strands: &[strands::Known],
    marks: &mut Vec<Mark>,
    newer: &mut Vec<NewerField>,
) -> Vec<VoiceView> {
    let mut answers: BTreeMap<String, Vec<AnswerView>> = BTreeMap::new();
    for record in Record::all(reader, "answers") {
        let view = AnswerView {
            kept: record.kept(answer_label),
            outcome: record.choice("outcome").unwrap_or_default(),
            text: record.marked_prose("text", "an answer to what somebody said", marks),
            where_used: labels.pointed(&record.set("where")),
            told: record.word("told"),
            fair: record.choice("fair"),
            fair_words: record.word("fair-words"),
        };
        view.kept.collect(marks, newer, "an answer");
        answers.entry(record.word("voice").unwrap_or_default()).or_default().push(view);
    }
    let mut views: Vec<VoiceView> = Vec::new();
    for record in Record::all(reader, "voices") {
        let own = |key: &str| reader.own(&record.object, key);
        let strand_id = own("strand").0;
        let strand = strand_id.as_ref().and_then(|id| all_strands.iter().find(|strand| strand.view.kept.id == *id));
        if strand.is_some_and(|strand| strand.detached && strand.their_words != TheirWords::Stay) {
            continue;
        }
        let whose = own("whose").0.map(|word| Whose::from(word.as_str())).unwrap_or_default();
        let here: Option<&StrandView> = strand.filter(|strand| !strand.detached).map(|strand| &strand.view);
        let (words, changed_by_others) = own("words");
        let withdrawn = own("withdrawn").0;
        let mut kept = record.kept(label);
        // Nobody else's value is a version of these words, and nobody is asked to choose.
        kept.two_versions.retain(|versions| versions.field.contains("/about."));
        kept.collect(marks, newer, "what somebody said");
        if !changed_by_others.is_empty() {
            marks.push(Mark::WordsChangedByOthers { id: record.id.clone(), by: changed_by_others.clone() });
        }
        let about = record.set("about");
        let used_in = used_in(labels.plan, &record.id, &about);
        let answers = answers.remove(&record.id).unwrap_or_default();
        let mut places = labels.pointed(&about);
        places.extend(used_in.iter().cloned());
        views.push(VoiceView {
            kept,
            side: own("side").0.unwrap_or_default(),
            speaker: speaker(&whose, here, own("speaker").0),
            strand: here.map(|strand| strand.kept.id.clone()),
            whose,
            words: if withdrawn.is_some() { String::new() } else { words.unwrap_or_default() },
            how: own("how").0.unwrap_or_default(),
            agreed: own("agreed").0.map_or(Agreed::NotAsked, |word| Agreed::from(word.as_str())),
            date: own("date").0,
            about: labels.pointed(&about),
            used_in,
            answers,
            draft: draft(&places),
            for_young_people: agreed_to(reader, &record, YOUNG_PEOPLE),
            for_families: agreed_to(reader, &record, FAMILIES),
            withdrawn,
            changed_by_others,
        });
    }
    each_once(views, all_strands, marks)
}

/// What came by a link and was added apart on several devices is one contribution (its id follows from what arrived): in the words of
/// the strand's holder, and otherwise in those in which most is covered. Other words at that id are for somebody to look at.
fn each_once(views: Vec<VoiceView>, strands: &[strands::Known], marks: &mut Vec<Mark>) -> Vec<VoiceView> {
    let mut once: Vec<VoiceView> = Vec::new();
    for view in views {
        let Some(first) = once.iter_mut().find(|one| one.kept.id == view.kept.id) else {
            once.push(view);
            continue;
        };
        let holder = |view: &VoiceView| {
            let strand = strands.iter().find(|strand| Some(&strand.view.kept.id) == view.strand.as_ref());
            strand.is_some_and(|strand| strand.view.holder.person.is_some() && strand.view.holder.person == view.kept.by.person)
        };
        let rank = |view: &VoiceView| (holder(view), crate::strand_record::covering::count(&view.words));
        let withdrawn = first.withdrawn.clone().or(view.withdrawn.clone());
        let (mut stands, other) = if rank(&view) > rank(first) { (view, first.clone()) } else { (first.clone(), view) };
        if withdrawn.is_none() && stands.words != other.words && stands.kept.by.person != other.kept.by.person {
            let by = vec![other.kept.by.clone()];
            marks.push(Mark::WordsChangedByOthers { id: stands.kept.id.clone(), by: by.clone() });
            stands.changed_by_others.extend(by);
        }
        for answer in other.answers {
            if stands.answers.iter().all(|one| one.kept.id != answer.kept.id) {
                stands.answers.push(answer);
            }
        }
        for about in other.about {
            if !stands.about.contains(&about) {
                stands.about.push(about);
            }
        }
        for used in other.used_in {
            if !stands.used_in.contains(&used) {
                stands.used_in.push(used);
            }
        }
        let mut places = stands.about.clone();
        places.extend(stands.used_in.iter().cloned());
        stands.draft = draft(&places);
        if withdrawn.is_some() {
            stands.words.clear();
            stands.withdrawn = withdrawn;
        }
        *first = stands;
    }
    once
}

fn speaker(whose: &Whose, strand: Option<&StrandView>, words: Option<String>) -> String {
    match (whose, strand, words) {
        (Whose::Parents, Some(strand), _) => format!("a parent of {}", strand.label),
        (_, Some(strand), _) => strand.label.clone(),
        (_, None, Some(words)) => words,
        (Whose::Parents, None, None) => "a parent".to_owned(),
        (_, None, None) => "a young person".to_owned(),
    }
}

fn used_in(plan: &PlanView, id: &str, about: &[String]) -> Vec<Pointed> {
    let rests = |findings: &[Pointed]| findings.iter().any(|finding| finding.to == id || about.contains(&finding.to));
    let goals = plan.goals.iter().enumerate().filter(|(_, goal)| rests(&goal.findings) || about.contains(&goal.kept.id));
    goals.map(|(index, goal)| Pointed { to: goal.kept.id.clone(), label: format!("goal {}", index + 1) }).collect()
}

/// "We used what you said in 3.4 Policies and rules and in goal 3."
fn draft(places: &[Pointed]) -> String {
    let mut labels: Vec<&str> = places.iter().map(|place| place.label.as_str()).collect();
    labels.dedup();
    match labels.split_last() {
        None => String::new(),
        Some((last, [])) => format!("We used what you said in {last}."),
        Some((last, rest)) => format!("We used what you said in {} and in {last}.", rest.join(", in ")),
    }
}
