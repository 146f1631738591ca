//! Strands as colleagues see them (R2 to R4, R8): a neutral label, who holds it, a duty phone, and how things stand with agreement.
//!
//! Who a label is stands in the holder's strand record ([`crate::strand_record`]) and nowhere else; so do the date and the reason of
//! a taking out. Here a strand that was taken out leaves no word: not in views, history, search or exports (R4). That its label was
//! used once is kept, without saying for which strand, so that it is never used again.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::ids::{EntryId, PersonId};
use crate::limits::{self, NAME_LIMIT};
use crate::people::People;
use crate::read::{self, bytes16, objects, scalars};
use crate::record::{Kept, Record};
use crate::strand_record::HeardWaits;
use crate::view::{Mark, NewerField, Who};
use crate::vocabulary::{AfterNo, Agreement, TheirWords};
use crate::working_days;
use crate::write::{
    Written, day, fresh_at, known, line, object_at, real_day, refer, sentences, settle, short, standing_map, unrefer,
};

/// How many working days holder and lead have to decide after a no, unless they say otherwise (our proposal).
const DECIDE_WITHIN: u32 = 5;

/// Attaches a young person under a neutral label, held by me.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AttachStrand {
    /// "A", "B"; the next free one if not given. A label is never used again.
    pub label: Option<String>,
    /// My team's duty phone.
    pub phone: String,
}

/// Gives a strand to its next holder. Whoever is not its holder says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct HandOverStrand {
    /// Which.
    pub id: EntryId,
    /// Who holds it from now on.
    pub to: PersonId,
    /// Their team's duty phone.
    pub phone: String,
    /// Why, if I am not its holder: "she is away for three months".
    #[serde(default)]
    pub why: Option<String>,
}

/// Gives a strand another label, because two were given the same one while apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct RelabelStrand {
    /// Which.
    pub id: EntryId,
    /// A label that was never used; the next free one if not given.
    #[serde(default)]
    pub label: Option<String>,
}

/// Takes a young person out (R3, R4). Only their holder can. Date and reason go into the strand record, not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct DetachStrand {
    /// Which.
    pub id: EntryId,
    /// What becomes of their words: the young person's own choice.
    pub their_words: TheirWords,
}

/// Says on which strands an entry rests, so that it is looked at when one of them is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct RestEntryOn {
    /// Which entry.
    pub id: EntryId,
    /// Strands on which it rests.
    #[serde(default)]
    pub strands: Vec<EntryId>,
    /// Strands on which it does not rest after all.
    #[serde(default)]
    pub not_strands: Vec<EntryId>,
}

/// "This stands as a theme of the group": an entry that rested on somebody alone who was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct KeepAsTheme {
    /// Which entry.
    pub id: EntryId,
}

/// How things stand with agreement to the work, for colleagues (R8). Who said what, how and why stays in the strand record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct SetAgreement {
    /// Which strand.
    pub strand: EntryId,
    /// Asked, yes, in part, no, being decided.
    pub agreement: Agreement,
    /// When to look at it again.
    #[serde(default)]
    pub review: Option<String>,
    /// After a no: by when holder and lead decide; in five working days if not given.
    #[serde(default)]
    pub decide_by: Option<String>,
}

/// Follows what somebody answered by a link (R8): done by the Kith of whoever holds the record, without a press, once for each item.
/// It says how agreement stands and nothing of who answered, what or why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct FollowAnswer {
    /// Which strand.
    pub strand: EntryId,
    /// The items that are followed.
    pub items: Vec<EntryId>,
    /// How agreement stands now, if that changes. A no, and "being decided", begin a new time to decide.
    #[serde(default)]
    pub agreement: Option<Agreement>,
    /// They are not to be drawn, or are again.
    pub not_drawn: bool,
    /// By when holder and lead decide: in five working days if not given.
    #[serde(default)]
    pub decide_by: Option<String>,
}

/// What holder and lead decide after a no (sample-and-words 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct DecideAfterNo {
    /// Which strand.
    pub strand: EntryId,
    /// Take out, go on in part, go on.
    pub decision: AfterNo,
    /// Because. Without anything about the young person: colleagues read it.
    #[serde(default)]
    pub because: Option<String>,
}

/// Says how much that came by a young person's links waits to be read, and since when: never what it is. Devices of the holder and the
/// stand-in say it from the strand record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct SayHeardWaits {
    /// Which strand.
    pub strand: EntryId,
    /// How much, and since when.
    pub waits: HeardWaits,
}

/// A young person's place in the assessment, as colleagues see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct StrandView {
    /// Who attached it, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// "A".
    pub label: String,
    /// Who holds it.
    pub holder: Who,
    /// The duty phone of the holder's team.
    pub phone: Option<String>,
    /// How things stand with agreement; `None`: not yet asked.
    pub agreement: Option<Agreement>,
    /// When to look at that again.
    pub review: Option<String>,
    /// Nobody is drawn and nothing new is written under this label, until holder and lead have decided. No safety step waits.
    pub paused: bool,
    /// They take part, but are not to be drawn.
    #[serde(default)]
    pub not_drawn: bool,
    /// Answers by a link that have been followed, by the ids of their items.
    #[serde(default)]
    pub followed: Vec<String>,
    /// By when they decide.
    pub decide_by: Option<String>,
    /// What they decided after a no.
    pub after_no: Option<AfterNo>,
    /// Because.
    pub because: Option<String>,
    /// How much that came by their links waits to be read. Leads are told when it is late.
    pub heard_waits: HeardWaits,
}

impl StrandView {
    /// Whether they may be drawn: neither paused after a no, nor against it.
    pub(crate) fn may_be_drawn(&self) -> bool {
        !self.paused && !self.not_drawn
    }
}

/// A strand with what only this crate asks: whether it was taken out, and what became of the words.
pub(crate) struct Known {
    pub(crate) view: StrandView,
    pub(crate) detached: bool,
    pub(crate) their_words: TheirWords,
}

fn next_label(doc: &impl ReadDoc) -> Result<String, Refusal> {
    let used = standing_map(doc, "labels")?;
    let letters = || (b'A'..=b'Z').map(char::from);
    let one = letters().map(String::from);
    let two = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}")));
    let free = one.chain(two).find(|label| doc.get(&used, label.as_str()).is_ok_and(|found| found.is_none()));
    free.ok_or(Refusal::Rule("every label has been used"))
}

fn label(tx: &Transaction<'_>, given: Option<&str>) -> Result<String, Refusal> {
    let Some(label) = given else { return next_label(tx) };
    let label = limits::line("label", label, 2)?.to_uppercase();
    if !label.chars().all(|c| c.is_ascii_uppercase()) {
        return Err(Refusal::Rule("a label is one letter or two, such as A: never initials, never part of a name"));
    }
    let used = standing_map(tx, "labels")?;
    if tx.get(&used, label.as_str())?.is_some() {
        return Err(Refusal::LabelUsed { next: next_label(tx)? });
    }
    Ok(label)
}

fn use_label(tx: &mut Transaction<'_>, label: &str) -> Result<(), Refusal> {
    let used = standing_map(tx, "labels")?;
    tx.put(&used, label, true)?;
    Ok(())
}

/// A strand that has not been taken out.
pub(crate) fn attached(tx: &Transaction<'_>, id: &EntryId) -> Result<ObjId, Refusal> {
    let object = object_at(tx, "strands", "strand", id)?;
    if is_detached(tx, &object) {
        return Err(Refusal::Unknown { what: "strand", id: id.to_string() });
    }
    Ok(object)
}

fn is_detached(doc: &impl ReadDoc, object: &ObjId) -> bool {
    scalars(doc, object, "detached").iter().any(|held| held.value == ScalarValue::Boolean(true))
}

fn is_paused(doc: &impl ReadDoc, object: &ObjId) -> bool {
    // Of a yes and a no that two people set apart, the no holds until somebody chooses.
    let said = scalars(doc, object, "agreement");
    let no = said.iter().any(|held| matches!(Agreement::from(held.shown().as_str()), Agreement::No | Agreement::BeingDecided));
    no && read::text_scalar(doc, object, "after-no").is_none()
}

/// Anybody's word that they are not to be drawn holds, until somebody chooses.
fn is_not_drawn(doc: &impl ReadDoc, object: &ObjId) -> bool {
    scalars(doc, object, "not-drawn").iter().any(|held| held.value == ScalarValue::Boolean(true))
}

/// Refuses to draw whoever is paused after a no, or does not want to be drawn.
pub(crate) fn refuse_not_drawn(tx: &Transaction<'_>, id: &EntryId) -> Result<(), Refusal> {
    refuse_paused(tx, id)?;
    if is_not_drawn(tx, &attached(tx, id)?) {
        return Err(Refusal::Rule("they do not want to be in the picture: leave them out of it"));
    }
    Ok(())
}

/// Refuses new text under a label while holder and lead are deciding after a no.
pub(crate) fn refuse_paused(tx: &Transaction<'_>, id: &EntryId) -> Result<(), Refusal> {
    let object = attached(tx, id)?;
    if is_paused(tx, &object) {
        let by = read::text_scalar(tx, &object, "decide-by").map(|date| crate::dates::long_day(&date));
        return Err(Refusal::Paused { by: by.unwrap_or_else(|| "the day that was set".to_owned()) });
    }
    Ok(())
}

fn holder(doc: &impl ReadDoc, object: &ObjId) -> Option<PersonId> {
    bytes16(doc, object, "holder").map(PersonId)
}

fn refuse_not_holder(tx: &Transaction<'_>, ctx: &Context<'_>, people: &People, object: &ObjId) -> Result<(), Refusal> {
    match holder(tx, object) {
        Some(person) if person.0 == ctx.person => Ok(()),
        Some(person) => Err(Refusal::NotHolder { holder: people.by_id(person).name }),
        None => Ok(()),
    }
}

pub(crate) fn attach(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &AttachStrand) -> Result<Written, Refusal> {
    let label = label(tx, given.label.as_deref())?;
    let phone = limits::line("duty phone", &given.phone, NAME_LIMIT)?;
    use_label(tx, &label)?;
    let (id, object) = fresh_at(tx, ctx, "strands")?;
    tx.put(&object, "label", label)?;
    tx.put(&object, "holder", ScalarValue::Bytes(ctx.person.to_vec()))?;
    tx.put(&object, "phone", phone)?;
    Ok((Some(id), format!("strand-attach:{}", short(&id))))
}

pub(crate) fn hand_over(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    people: &People,
    given: &HandOverStrand,
) -> Result<Written, Refusal> {
    let object = attached(tx, &given.id)?;
    if refuse_not_holder(tx, ctx, people, &object).is_err() && given.why.as_deref().unwrap_or_default().trim().is_empty() {
        return Err(Refusal::Rule("you do not hold this strand: say why somebody else holds it from now on"));
    }
    sentences(tx, &object, "handed-over-why", "reason", given.why.as_deref())?;
    settle(tx, &object, "holder", ScalarValue::Bytes(given.to.0.to_vec()))?;
    line(tx, &object, "phone", "duty phone", Some(limits::line("duty phone", &given.phone, NAME_LIMIT)?.as_str()))?;
    Ok((Some(given.id), format!("strand-over:{}", short(&given.id))))
}

pub(crate) fn relabel(tx: &mut Transaction<'_>, given: &RelabelStrand) -> Result<Written, Refusal> {
    let object = attached(tx, &given.id)?;
    let label = label(tx, given.label.as_deref())?;
    use_label(tx, &label)?;
    settle(tx, &object, "label", label.as_str().into())?;
    Ok((Some(given.id), format!("strand-label:{}", short(&given.id))))
}

pub(crate) fn detach(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    people: &People,
    given: &DetachStrand,
) -> Result<Written, Refusal> {
    known(given.their_words.is_known(), "choice", given.their_words.as_str(), TheirWords::CHOICES)?;
    let object = attached(tx, &given.id)?;
    refuse_not_holder(tx, ctx, people, &object)?;
    settle(tx, &object, "detached", true.into())?;
    settle(tx, &object, "their-words", given.their_words.as_str().into())?;
    // Nothing is deleted from a map; but what the map says from now on names nobody.
    for key in [
        "label",
        "holder",
        "phone",
        "agreement",
        "review",
        "decide-by",
        "after-no",
        "because",
        "handed-over-why",
        "not-drawn",
        "heard-waits",
    ] {
        if tx.get(&object, key)?.is_some() {
            settle(tx, &object, key, ScalarValue::Null)?;
        }
    }
    Ok((Some(given.id), format!("strand-detach:{}", short(&given.id))))
}

pub(crate) fn rest_entry_on(tx: &mut Transaction<'_>, given: &RestEntryOn) -> Result<Written, Refusal> {
    let entry = object_at(tx, "entries", "entry", &given.id)?;
    for strand in &given.strands {
        refuse_paused(tx, strand)?;
    }
    let ids = |ids: &[EntryId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    refer(tx, &entry, "strand", &ids(&given.strands))?;
    unrefer(tx, &entry, "strand", &ids(&given.not_strands))?;
    Ok((Some(given.id), format!("rests:{}", short(&given.id))))
}

pub(crate) fn keep_as_theme(tx: &mut Transaction<'_>, KeepAsTheme { id }: &KeepAsTheme) -> Result<Written, Refusal> {
    let entry = object_at(tx, "entries", "entry", id)?;
    let rests: Vec<String> =
        read::entries(tx, &entry).into_iter().filter_map(|item| item.key.strip_prefix("strand.").map(str::to_owned)).collect();
    let gone = rests.into_iter().filter(|strand| {
        let strand = strand.parse().ok().and_then(|id: EntryId| crate::write::find_at(tx, "strands", &id));
        strand.is_none_or(|strand| is_detached(tx, &strand))
    });
    unrefer(tx, &entry, "strand", &gone.collect::<Vec<_>>())?;
    Ok((Some(*id), format!("theme:{}", short(id))))
}

pub(crate) fn agreement(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &SetAgreement) -> Result<Written, Refusal> {
    let object = attached(tx, &given.strand)?;
    stands(tx, ctx, &object, &given.agreement, given.decide_by.as_deref())?;
    day(tx, &object, "review", given.review.as_deref())?;
    Ok((Some(given.strand), format!("strand-agreement:{}", short(&given.strand))))
}

pub(crate) fn follow(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &FollowAnswer) -> Result<Written, Refusal> {
    let object = attached(tx, &given.strand)?;
    let followed = |item: &EntryId| format!("followed.{item}");
    let new: Vec<&EntryId> = given.items.iter().filter(|item| scalars(tx, &object, &followed(item)).is_empty()).collect();
    if new.is_empty() {
        return Err(Refusal::AlreadySo("what they answered has been followed already"));
    }
    if let Some(agreement) = &given.agreement {
        stands(tx, ctx, &object, agreement, given.decide_by.as_deref())?;
    }
    if given.not_drawn != is_not_drawn(tx, &object) {
        settle(tx, &object, "not-drawn", given.not_drawn.into())?;
    }
    for item in new {
        tx.put(&object, followed(item), true)?;
    }
    Ok((Some(given.strand), format!("strand-agreement:{}", short(&given.strand))))
}

/// How agreement stands from now on. A no, and "being decided", begin a new time to decide.
fn stands(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    object: &ObjId,
    agreement: &Agreement,
    decide_by: Option<&str>,
) -> Result<(), Refusal> {
    known(agreement.is_known(), "state of agreement", agreement.as_str(), Agreement::CHOICES)?;
    settle(tx, object, "agreement", agreement.as_str().into())?;
    if matches!(agreement, Agreement::No | Agreement::BeingDecided) {
        let in_time = || working_days::after(&crate::dates::day(ctx.now), DECIDE_WITHIN);
        let by = decide_by.map_or_else(in_time, str::to_owned);
        settle(tx, object, "decide-by", real_day(&by)?.into())?;
        if read::text_scalar(tx, object, "after-no").is_some() {
            settle(tx, object, "after-no", ScalarValue::Null)?;
        }
    }
    Ok(())
}

/// By when holder and lead decide, after a no that came on a day (sample-and-words 5; five working days are our proposal).
pub fn decide_by(came: &str) -> String {
    working_days::after(came, DECIDE_WITHIN)
}

pub(crate) fn say_heard_waits(tx: &mut Transaction<'_>, given: &SayHeardWaits) -> Result<Written, Refusal> {
    let object = attached(tx, &given.strand)?;
    let HeardWaits { count, since } = &given.waits;
    let since = since.as_deref().map_or(Ok(""), real_day)?;
    if heard_waits(tx, &object) == given.waits {
        return Err(Refusal::AlreadySo("that is known here already"));
    }
    settle(tx, &object, "heard-waits", format!("{count} {since}").trim_end().into())?;
    Ok((Some(given.strand), format!("strand-heard:{}", short(&given.strand))))
}

/// What was last said of it. Of what two devices said apart, the longer wait stands until one of them says it anew.
fn heard_waits(doc: &impl ReadDoc, object: &ObjId) -> HeardWaits {
    let said = scalars(doc, object, "heard-waits").into_iter().filter_map(|held| {
        let shown = held.shown();
        let (count, since) = shown.split_once(' ').map_or((shown.as_str(), None), |(count, since)| (count, Some(since)));
        Some(HeardWaits { count: count.parse().ok()?, since: since.map(str::to_owned) })
    });
    said.max_by_key(|one| (one.count > 0, std::cmp::Reverse(one.since.clone()), one.count)).unwrap_or_default()
}

pub(crate) fn decide(tx: &mut Transaction<'_>, given: &DecideAfterNo) -> Result<Written, Refusal> {
    known(given.decision.is_known(), "decision", given.decision.as_str(), AfterNo::CHOICES)?;
    let object = attached(tx, &given.strand)?;
    if given.decision == AfterNo::GoOn && given.because.as_deref().unwrap_or_default().trim().is_empty() {
        return Err(Refusal::Rule("going on after a no needs a reason: write why"));
    }
    settle(tx, &object, "after-no", given.decision.as_str().into())?;
    // Going on is with the whole of it. Going on in part is without the picture, if they objected to that.
    if given.decision == AfterNo::GoOn && is_not_drawn(tx, &object) {
        settle(tx, &object, "not-drawn", false.into())?;
    }
    sentences(tx, &object, "because", "reason", given.because.as_deref())?;
    Ok((Some(given.strand), format!("strand-decide:{}", short(&given.strand))))
}

/// The label of a strand that has not been taken out.
pub fn strand_label(doc: &automerge::Automerge, id: &EntryId) -> Option<String> {
    let object = crate::write::find_at(doc, "strands", id).filter(|object| !is_detached(doc, object))?;
    read::text_scalar(doc, &object, "label")
}

fn field_label(key: &str) -> Option<&'static str> {
    match key {
        "label" => Some("the label of a strand"),
        "holder" => Some("who holds a strand"),
        "phone" => Some("the duty phone of a strand"),
        "agreement" => Some("how things stand with agreement"),
        "review" => Some("when to look at agreement again"),
        "decide-by" => Some("by when to decide after a no"),
        "after-no" => Some("what was decided after a no"),
        "because" => Some("why it was decided so after a no"),
        "not-drawn" => Some("whether somebody is not to be drawn"),
        "detached" | "their-words" | "handed-over-why" | "heard-waits" => Some("a strand"),
        key if key.starts_with("followed.") => Some("a strand"),
        _ => None,
    }
}

/// Every strand that ever was, those that were taken out too: only this crate sees those.
pub(crate) fn all(reader: &Reader<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<Known> {
    let mut all = Vec::new();
    for record in Record::all(reader, "strands") {
        let detached = is_detached(reader.doc, &record.object);
        let mut kept = record.kept(field_label);
        // Counts that devices said apart are nobody's to choose.
        kept.two_versions.retain(|versions| !versions.field.ends_with("/heard-waits"));
        if !detached {
            kept.collect(marks, newer, "a strand");
        }
        let holder = record.word("holder").and_then(|id| id.parse().ok());
        let decided = record.choice::<AfterNo>("after-no");
        all.push(Known {
            detached,
            // Two choices made apart: the words go, until the young person says otherwise.
            their_words: match record.words("their-words").as_slice() {
                [only] => TheirWords::from(only.as_str()),
                _ => TheirWords::Go,
            },
            view: StrandView {
                label: record.word("label").unwrap_or_default(),
                holder: holder.map_or_else(|| reader.people.who(None), |id| reader.people.by_id(id)),
                phone: record.word("phone"),
                agreement: record.choice("agreement"),
                review: record.word("review"),
                paused: is_paused(reader.doc, &record.object),
                not_drawn: is_not_drawn(reader.doc, &record.object),
                followed: record.set("followed"),
                decide_by: record.word("decide-by").filter(|_| decided.is_none()),
                because: record.word("because").filter(|_| decided.is_some()),
                after_no: decided,
                heard_waits: heard_waits(reader.doc, &record.object),
                kept,
            },
        });
    }
    for strand in all.iter().filter(|strand| !strand.detached) {
        let same = |other: &&Known| !other.detached && other.view.label == strand.view.label;
        let first = all.iter().find(same).is_some_and(|other| other.view.kept.id == strand.view.kept.id);
        if !first {
            marks.push(Mark::LabelTwice { id: strand.view.kept.id.clone(), label: strand.view.label.clone() });
        }
    }
    all
}

/// The beginnings of ids about which history has no line (R4): strands that were taken out, and voices that went with them.
pub(crate) fn left_no_trace(doc: &automerge::Automerge) -> Vec<String> {
    let short = |id: &String| id.chars().take(6).collect::<String>();
    let Ok(map) = standing_map(doc, "strands") else { return Vec::new() };
    let detached = |id: &String| objects(doc, &map, id, ObjType::Map).iter().any(|object| is_detached(doc, object));
    let gone: Vec<String> = doc.keys(&map).filter(detached).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let stays = |id: &String| {
        let objects = objects(doc, &map, id, ObjType::Map);
        let words = objects.iter().flat_map(|object| scalars(doc, object, "their-words"));
        words.map(|held| held.shown()).eq([TheirWords::Stay.as_str().to_owned()])
    };
    let mut hidden: Vec<String> = gone.iter().map(short).collect();
    hidden.extend(crate::picture::left_no_trace(doc, &gone));
    hidden.extend(crate::families::gone(doc, &gone));
    if let Ok(voices) = standing_map(doc, "voices") {
        let of_them = |id: &String| {
            let objects = objects(doc, &voices, id, ObjType::Map);
            let strands = objects.iter().filter_map(|object| bytes16(doc, object, "strand"));
            let mut strands = strands.map(|bytes| EntryId(bytes).to_string());
            strands.any(|strand| gone.contains(&strand) && !stays(&strand))
        };
        hidden.extend(doc.keys(&voices).filter(of_them).map(|id| short(&id)));
    }
    hidden
}
