//! One person reads first (R48, R50): what arrived by a link waits here until its holder or their stand-in has read it. They keep what is
//! to be kept, with what identifies covered; what the young person let the team see can join the assessment; what is not added takes a
//! reason, which they are told. The original stays here.
//!
//! ```text
//! arrived-notes/        {item} read: day     {item} not-added[ {question}]: reason     {item} out[ {question}]: what was answered to
//!                       somebody who asked to have it taken out, as JSON (AnsweredOut)     {item} beside: version
//! words/{contribution}/ as any words that are kept, and: arrived, question
//! ```
//!
//! The contribution's id follows from the item and the question: whoever keeps or adds it, on whatever device, means the same one.

use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ObjId, ObjType, ReadDoc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::command::{Context, Refusal};
use crate::dates;
use crate::ids::EntryId;
use crate::limits::{self, TEXT_LIMIT, WHY_LIMIT};
use crate::read::{entries, objects, scalars, text_scalar};
use crate::vocabulary::{Agreed, Whose};
use crate::working_days;
use crate::write::{Written, object_under, settle, standing_map};

use super::StrandRecordView;
use super::arrived::{Arrived, ArrivedAnswer, ArrivedAttachment, ArrivedOnPoint, ArrivedOther};
use super::{by_link, covering, said_together, taken_in};

/// Notes that it was read, or why it is not added: the reason is told to whoever said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NoteArrived {
    /// Which.
    pub item: EntryId,
    /// Of the answer to one question only; of all of it if not given.
    #[serde(default)]
    pub question: Option<String>,
    /// Why it is not added; without it, only that it was read.
    #[serde(default)]
    pub not_added: Option<String>,
}

/// Notes that a reply to the summary stands beside the version that they read, for the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct NoteBeside {
    /// Which.
    pub item: EntryId,
    /// Beside which version.
    pub version: EntryId,
}

/// Keeps one answer of what arrived as words: as said, or with names covered. Who may see it was chosen by whoever said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct KeepArrived {
    /// Which.
    pub item: EntryId,
    /// The answer to which question.
    pub question: String,
    /// The words with "[a name, covered]" in place of what identifies; as they were said if not given.
    #[serde(default)]
    pub words: Option<String>,
}

/// Answers somebody who asked to have taken out what they had said: it was taken out, or it stays, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct AnswerTakeOut {
    /// Which.
    pub item: EntryId,
    /// The answer to one question only; all of it if not given.
    #[serde(default)]
    pub question: Option<String>,
    /// It was taken out of where colleagues read it.
    pub done: bool,
    /// What they are told.
    pub words: String,
}

/// What was answered to somebody who asked to have it taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AnsweredOut {
    /// It was taken out.
    pub done: bool,
    /// What they are told.
    pub words: String,
    /// When, "YYYY-MM-DD".
    pub on: String,
}

/// What was said to one question, and what was done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct HeardAnswer {
    /// What was said.
    #[serde(flatten)]
    pub answer: ArrivedAnswer,
    /// Cards and own words as one text: what can be kept, and covered.
    pub said: String,
    /// The id of the contribution that is made of it.
    pub contribution: String,
    /// The words that were kept of it, with names covered.
    pub kept: Option<String>,
    /// The voice that it became in an assessment.
    pub voice: Option<String>,
    /// Why it is not added.
    pub not_added: Option<String>,
    /// They ask to have it taken out.
    pub asks_out: bool,
    /// What was answered to that.
    pub out: Option<AnsweredOut>,
}

/// How much there is in something that arrived, before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Holds {
    /// Questions that were answered.
    pub answers: usize,
    /// Voice notes.
    pub voice_notes: usize,
    /// Drawings.
    pub drawings: usize,
}

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedView {
    /// The guest's own id for it.
    pub item: String,
    /// The link by which it came; its own id if it came by none.
    pub link: String,
    /// It came by no link: it was said on the holder's computer, with the holder beside them.
    pub together: bool,
    /// What it replaces or takes back, of the same link.
    pub replaces: Option<String>,
    /// The language in which it was said.
    pub language: String,
    /// The day on which it was taken in. What a guest sends carries no time.
    pub came: Option<String>,
    /// How much there is in it.
    pub holds: Holds,
    /// What was said, once somebody has read it: until then whoever said it can change it or take it back.
    pub answers: Vec<HeardAnswer>,
    /// Something other than answers to the questions; what was said in it once somebody has read it.
    pub other: Option<ArrivedOther>,
    /// Voice notes and drawings, once somebody has read it. They stay in this record.
    pub attached: Vec<ArrivedAttachment>,
    /// The day on which it was first read.
    pub read: Option<String>,
    /// Why none of it is added.
    pub not_added: Option<String>,
    /// Words that were kept of it.
    pub kept_as: Vec<String>,
    /// It is a reply, and stands beside this version of the summary.
    #[serde(default)]
    pub beside: Option<String>,
    /// Whoever said it has taken it back, or said something else in its place.
    pub taken_back: bool,
    /// They ask to have it taken out, after somebody had read it.
    pub asks_out: bool,
    /// What was answered to that.
    pub out: Option<AnsweredOut>,
    /// They chose a code word, and can read an answer with it.
    pub code_word: bool,
    /// What the relay knows of the code word, while a window is open.
    #[serde(skip)]
    pub code: Option<String>,
}

impl ArrivedView {
    /// Whether somebody still has to read it.
    pub fn waits(&self) -> bool {
        self.read.is_none() && !self.taken_back
    }

    /// Whether they ask to have something of it taken out, and nobody has answered that.
    pub fn asks_in_vain(&self) -> bool {
        (self.asks_out && self.out.is_none()) || self.answers.iter().any(|answer| answer.asks_out && answer.out.is_none())
    }
}

/// How much waits to be read: what leads see of it, never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct HeardWaits {
    /// How many items.
    pub count: usize,
    /// Since which day the longest has waited, "YYYY-MM-DD".
    pub since: Option<String>,
}

impl HeardWaits {
    /// The day by which it is to be read: the next working day after it came.
    pub fn due(&self) -> Option<String> {
        self.since.as_deref().filter(|_| self.count > 0).map(|since| working_days::after(since, 1))
    }

    /// Whether that day is over.
    pub fn is_late(&self, today: &str) -> bool {
        self.due().is_some_and(|due| due.as_str() < today)
    }
}

/// How much waits in a record.
pub fn heard_waits(view: &StrandRecordView) -> HeardWaits {
    let waiting: Vec<&ArrivedView> = view.arrived.iter().filter(|arrived| arrived.waits()).collect();
    HeardWaits { count: waiting.len(), since: waiting.iter().filter_map(|arrived| arrived.came.clone()).min() }
}

/// The id of the contribution that is made of an answer: the same on every device.
pub fn contribution(item: &EntryId, question: &str) -> EntryId {
    let digest: [u8; 32] =
        Sha256::new().chain_update("kith contribution 1").chain_update(item.0).chain_update(question).finalize().into();
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    EntryId(id)
}

/// What a point of a reading is called: the contribution, and the answer to it if there is one.
pub fn point_name(contribution: &str, answer: Option<&str>) -> String {
    answer.map_or_else(|| contribution.to_owned(), |answer| format!("{contribution}/{answer}"))
}

/// Contribution and answer of a point.
pub fn point_of(name: &str) -> (&str, Option<EntryId>) {
    name.split_once('/').map_or((name, None), |(contribution, answer)| (contribution, answer.parse().ok()))
}

/// The side on which an answer to a question of the page stands, as a rule; what is asked about oneself, and what should come first,
/// stands where a person decides.
pub fn answer_stands_on(question: &str) -> Option<&'static str> {
    match question {
        "friends" | "together" | "stay" => Some("1"),
        "adults" | "adultsBetter" => Some("2"),
        "places" | "placesWhy" => Some("3"),
        _ => None,
    }
}

/// Cards and own words as one text.
pub fn as_said(answer: &ArrivedAnswer) -> String {
    let cards: Vec<&str> = answer.choices.iter().map(|choice| choice.words.as_str()).collect();
    [cards.join(". "), answer.words.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(". ")
}

fn find(doc: &impl ReadDoc, item: &EntryId) -> Result<Arrived, Refusal> {
    let map = standing_map(doc, "arrived")?;
    taken_in::of(doc, &map, &item.to_string()).ok_or_else(|| Refusal::Unknown { what: "item that arrived", id: item.to_string() })
}

fn refuse_unread(doc: &impl ReadDoc, item: &EntryId) -> Result<(), Refusal> {
    let notes = standing_map(doc, "arrived-notes")?;
    match text_scalar(doc, &notes, &format!("{item} read")) {
        Some(_) => Ok(()),
        None => Err(Refusal::Rule("read it first: what was taken back before anybody read it is not kept")),
    }
}

fn answer_to<'a>(arrived: &'a Arrived, question: &str) -> Result<&'a ArrivedAnswer, Refusal> {
    let answer = arrived.answers.iter().find(|answer| answer.question == question && !answer.skipped);
    answer.ok_or_else(|| Refusal::Unknown { what: "answer in what arrived", id: question.chars().take(40).collect() })
}

fn about(item: &EntryId, what: &str, question: Option<&str>) -> String {
    question.map_or_else(|| format!("{item} {what}"), |question| format!("{item} {what} {question}"))
}

pub(super) fn note(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &NoteArrived) -> Result<Written, Refusal> {
    let arrived = find(tx, &given.item)?;
    let (notes, map) = (standing_map(tx, "arrived-notes")?, standing_map(tx, "arrived")?);
    let read = about(&given.item, "read", None);
    let is_read = text_scalar(tx, &notes, &read).is_some();
    if !is_read && Backs::of(taken_in::all(tx, &map).values().map(|(_, arrived)| arrived)).takes_back(&given.item, &arrived) {
        return Err(Refusal::Rule("they took this back, or changed it, before anybody had read it: it is not read any more"));
    }
    if let Some(question) = &given.question {
        answer_to(&arrived, question)?;
    }
    if let Some(why) = &given.not_added {
        let why = limits::prose("reason, which they will be told", why, WHY_LIMIT)?;
        settle(tx, &notes, &about(&given.item, "not-added", given.question.as_deref()), why.as_str().into())?;
    } else if is_read {
        return Err(Refusal::AlreadySo("this has been read already"));
    }
    if !is_read {
        tx.put(&notes, read, dates::day(ctx.now))?;
    }
    Ok((Some(given.item), "read".to_owned()))
}

/// Notes that a reply, once it is read, stands beside a version of the summary in an assessment.
pub(super) fn note_beside(tx: &mut Transaction<'_>, given: &NoteBeside) -> Result<Written, Refusal> {
    let arrived = find(tx, &given.item)?;
    if !matches!(arrived.other, Some(ArrivedOther::OnSummary(_))) {
        return Err(Refusal::Rule("this is no reply to the summary"));
    }
    refuse_unread(tx, &given.item)?;
    let notes = standing_map(tx, "arrived-notes")?;
    settle(tx, &notes, &about(&given.item, "beside", None), given.version.to_string().as_str().into())?;
    Ok((Some(given.item), "beside".to_owned()))
}

pub(super) fn keep(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &KeepArrived) -> Result<Written, Refusal> {
    let arrived = find(tx, &given.item)?;
    refuse_unread(tx, &given.item)?;
    let answer = answer_to(&arrived, &given.question)?;
    let said = as_said(answer);
    let words = limits::prose("text of what they said", given.words.as_ref().unwrap_or(&said), TEXT_LIMIT / 5)?;
    limits::at_once(std::iter::once(words.as_str()))?;
    covering::check_covered(&said, &words)?;
    let (whose, how) = match arrived.together.clone() {
        Some(whose) => (whose, said_together::HOW),
        None if by_link::is_for_adult(tx, &arrived.link)? => (Whose::Parents, "link"),
        None => (Whose::YoungPeople, "link"),
    };
    let agreed = if answer.team { Agreed::Agreed } else { Agreed::NotAgreed };
    let id = contribution(&given.item, &given.question);
    let notes = standing_map(tx, "arrived-notes")?;
    let came = day_came(tx, &notes, &given.item.to_string()).unwrap_or_else(|| dates::day(ctx.now));
    let object = object_under(tx, ctx, "words", &id, "these words are kept already")?;
    let item = given.item.to_string();
    for (key, value) in [
        ("whose", whose.as_str()),
        ("words", &words),
        ("how", how),
        ("agreed", agreed.as_str()),
        ("date", &came),
        ("arrived", &item),
        ("question", &given.question),
    ] {
        tx.put(&object, key, value)?;
    }
    Ok((Some(id), "words kept".to_owned()))
}

pub(super) fn take_out(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &AnswerTakeOut) -> Result<Written, Refusal> {
    let arrived = find(tx, &given.item)?;
    if let Some(question) = &given.question {
        answer_to(&arrived, question)?;
    }
    let words = limits::prose("answer, which they will be told", &given.words, WHY_LIMIT)?;
    let answered = AnsweredOut { done: given.done, words, on: dates::day(ctx.now) };
    let json = serde_json::to_string(&answered).map_err(|_| Refusal::Document("what was answered".to_owned()))?;
    let notes = standing_map(tx, "arrived-notes")?;
    settle(tx, &notes, &about(&given.item, "out", given.question.as_deref()), json.as_str().into())?;
    Ok((Some(given.item), "asked to take out".to_owned()))
}

/// The day on which the first device took it in.
fn day_came(doc: &impl ReadDoc, notes: &ObjId, item: &str) -> Option<String> {
    scalars(doc, notes, &format!("{item} came")).iter().map(crate::read::Held::shown).min()
}

/// Which items are withdrawn, or have another in their place: always by the same link.
struct Backs(BTreeSet<(EntryId, EntryId, bool)>);

impl Backs {
    fn of<'a>(all: impl Iterator<Item = &'a Arrived>) -> Self {
        Self(all.filter_map(|arrived| Some((arrived.link, arrived.replaces?, arrived.withdraws))).collect())
    }

    fn withdraws(&self, item: &EntryId, arrived: &Arrived) -> bool {
        self.0.contains(&(arrived.link, *item, true))
    }

    fn takes_back(&self, item: &EntryId, arrived: &Arrived) -> bool {
        self.withdraws(item, arrived) || self.0.contains(&(arrived.link, *item, false))
    }
}

/// Words that were kept of what arrived, by their id: what they read, and the voice that they became.
fn kept_words(doc: &Automerge) -> BTreeMap<String, (String, String, Option<String>)> {
    let Ok(map) = standing_map(doc, "words") else { return BTreeMap::new() };
    let mut all = BTreeMap::new();
    for item in entries(doc, &map) {
        let held: Vec<_> = objects(doc, &map, &item.key, ObjType::Map);
        let word = |key: &str| held.iter().filter_map(|object| text_scalar(doc, object, key)).collect::<Vec<_>>();
        if let Some(of) = word("arrived").pop() {
            all.insert(item.key, (of, covering::most_covered(word("words")).unwrap_or_default(), word("voice").pop()));
        }
    }
    all
}

/// What arrived, for whoever holds the record.
pub(super) fn view(doc: &Automerge) -> Vec<ArrivedView> {
    let (Ok(map), Ok(notes)) = (standing_map(doc, "arrived"), standing_map(doc, "arrived-notes")) else { return Vec::new() };
    let all = taken_in::all(doc, &map);
    let backs = Backs::of(all.values().map(|(_, arrived)| arrived));
    // Points name contributions; only whoever has the same link says anything of them, and what was said in another's place counts alone.
    let points = all.iter().filter_map(|(item, (_, arrived))| match &arrived.other {
        Some(ArrivedOther::OnPoints { points }) if !item.parse().is_ok_and(|id| backs.takes_back(&id, arrived)) => {
            Some(points.iter().map(|point| (arrived.link, point)))
        }
        _ => None,
    });
    let asked: BTreeSet<(EntryId, String)> = points
        .flatten()
        .filter(|(_, ArrivedOnPoint { take_out, .. })| *take_out)
        .map(|(link, point)| (link, point_of(&point.point).0.to_owned()))
        .collect();
    let kept = kept_words(doc);
    let word = |item: &str, what: &str, question: Option<&str>| {
        let key = question.map_or_else(|| format!("{item} {what}"), |question| format!("{item} {what} {question}"));
        text_scalar(doc, &notes, &key)
    };
    let out = |item: &str, question| word(item, "out", question).and_then(|json| serde_json::from_str(&json).ok());
    let views = all.iter().filter(|(_, (_, arrived))| !arrived.withdraws).filter_map(|(item, (_, arrived))| {
        let id: EntryId = item.parse().ok()?;
        let taken_back = backs.takes_back(&id, arrived);
        let read = word(item, "read", None);
        let answers = arrived.answers.iter().map(|answer| {
            let contribution = contribution(&id, &answer.question).to_string();
            let kept = kept.get(&contribution);
            HeardAnswer {
                said: as_said(answer),
                kept: kept.map(|(_, words, _)| words.clone()),
                voice: kept.and_then(|(_, _, voice)| voice.clone()),
                not_added: word(item, "not-added", Some(&answer.question)),
                asks_out: asked.contains(&(arrived.link, contribution.clone())),
                out: out(item, Some(&answer.question)),
                answer: answer.clone(),
                contribution,
            }
        });
        let voice_notes = arrived.attached.iter().filter(|one| matches!(one, ArrivedAttachment::Voice { .. })).count();
        Some(ArrivedView {
            link: arrived.link.to_string(),
            together: arrived.together.is_some(),
            replaces: arrived.replaces.map(|item| item.to_string()),
            language: arrived.language.clone(),
            came: day_came(doc, &notes, item),
            holds: Holds {
                answers: arrived.answers.iter().filter(|answer| !answer.skipped).count(),
                voice_notes,
                drawings: arrived.attached.len() - voice_notes,
            },
            answers: if read.is_some() { answers.collect() } else { Vec::new() },
            other: match arrived.other.clone() {
                Some(other) if read.is_none() => (!taken_back).then(|| other.before_it_is_read()),
                other => other,
            },
            attached: if read.is_some() { arrived.attached.clone() } else { Vec::new() },
            not_added: word(item, "not-added", None),
            beside: word(item, "beside", None),
            kept_as: kept.iter().filter(|(_, (of, ..))| of == item).map(|(id, _)| id.clone()).collect(),
            code_word: arrived.code.is_some(),
            code: arrived.code.as_ref().map(|(verifier, _)| verifier.clone()),
            asks_out: read.is_some() && backs.withdraws(&id, arrived),
            out: out(item, None),
            item: item.clone(),
            read,
            taken_back,
        })
    });
    views.collect()
}
