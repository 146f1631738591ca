//! The right of reply (R17): what a young person or a parent answers to their version. It stands beside the text from then on. "Is that
//! right?" is shown beside each part, and never counted, added up or made into a score.

use automerge::ReadDoc;
use automerge::transaction::{Transactable, Transaction};
use serde::{Deserialize, Serialize};

use super::version::VersionView;
use crate::command::{Context, Refusal};
use crate::dates;
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::limits::{self, TEXT_LIMIT};
use crate::read::{entries, scalars};
use crate::strand_record::RightOrNot;
use crate::strand_record::covering::most_covered;
use crate::strands::{self, Known};
use crate::view::Who;
use crate::vocabulary::TheirWords;
use crate::write::{Written, object_at, standing_map};

/// Sets a reply beside a version, after its holder has read it and covered what identifies. The same reply from any of the holder's
/// devices stands once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct AddReply {
    /// The guest's own id for it.
    pub item: EntryId,
    /// Which version they read.
    pub version: EntryId,
    /// The young person's strand.
    pub strand: EntryId,
    /// A parent or carer replies.
    #[serde(default)]
    pub adult: bool,
    /// Part by part.
    #[serde(default)]
    pub parts: Vec<ReplyPart>,
    /// "What did we miss?"
    #[serde(default)]
    pub missed: String,
    /// The reply.
    #[serde(default)]
    pub reply: String,
    /// They agree that other families read it too.
    #[serde(default)]
    pub other_families: bool,
}

/// What they say of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct ReplyPart {
    /// Which part of the version, or which action.
    pub part: String,
    /// Whether it is right.
    pub right: RightOrNot,
    /// Why.
    #[serde(default)]
    pub why: String,
}

/// What stands in the document, alike from every device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reply {
    version: EntryId,
    strand: EntryId,
    adult: bool,
    parts: Vec<ReplyPart>,
    missed: String,
    reply: String,
    other_families: bool,
}

/// What they say of one part, with its heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ReplyPartView {
    /// Which part of the version.
    pub part: String,
    /// Its heading.
    pub heading: String,
    /// Whether it is right.
    pub right: RightOrNot,
    /// The same, in words.
    pub right_words: String,
    /// Why.
    pub why: String,
}

/// A reply beside a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ReplyView {
    /// The item that it came in.
    pub id: String,
    /// Beside which version.
    pub version: String,
    /// When that version was shared, "YYYY-MM-DD".
    pub shared_on: Option<String>,
    /// Whose it is, for colleagues: "A", "a parent of A", "a young person".
    pub whose: String,
    /// Their strand, if they are here.
    pub strand: Option<String>,
    /// A parent or carer replies.
    pub adult: bool,
    /// Part by part.
    pub parts: Vec<ReplyPartView>,
    /// What was missed.
    pub missed: String,
    /// The reply, in their words.
    pub reply: String,
    /// Other families read it too.
    pub other_families: bool,
    /// Who set it beside the text.
    pub by: Who,
}

impl RightOrNot {
    /// As the page asked it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Right => "That is right",
            Self::Partly => "Partly",
            Self::NotRight => "Not right",
            Self::NotKnown => "I do not know",
        }
    }
}

impl Reply {
    /// The same reply as another device set it: where either covered more, or nobody agreed that other families read it, that holds.
    fn covered_with(self, other: Self) -> Self {
        let most = |a: String, b: String| most_covered(vec![a, b]).unwrap_or_default();
        let parts = self.parts.into_iter().map(|part| {
            let same = other.parts.iter().find(|one| one.part == part.part);
            ReplyPart { why: most(part.why.clone(), same.map_or_else(|| part.why.clone(), |one| one.why.clone())), ..part }
        });
        Self {
            parts: parts.collect(),
            missed: most(self.missed, other.missed),
            reply: most(self.reply, other.reply),
            other_families: self.other_families && other.other_families,
            ..other
        }
    }
}

impl ReplyPartView {
    /// "What we think: Partly. Not all of us."
    pub fn line(&self) -> String {
        let why = if self.why.trim().is_empty() { String::new() } else { format!(" \u{201c}{}\u{201d}", self.why.trim()) };
        format!("{}: {}.{why}", self.heading, self.right_words)
    }
}

pub(crate) fn add(tx: &mut Transaction<'_>, _: &Context<'_>, given: &AddReply) -> Result<Written, Refusal> {
    object_at(tx, "families/versions", "version", &given.version)?;
    strands::attached(tx, &given.strand)?;
    let text = |what, text: &str| limits::fragment(what, text.trim(), TEXT_LIMIT / 5);
    let parts = given.parts.iter().map(|part| {
        let name = limits::line("name of a part", &part.part, limits::NAME_LIMIT)?;
        Ok(ReplyPart { part: name, right: part.right, why: text("reason", &part.why)? })
    });
    let reply = Reply {
        version: given.version,
        strand: given.strand,
        adult: given.adult,
        parts: parts.collect::<Result<_, Refusal>>()?,
        missed: text("answer", &given.missed)?,
        reply: text("reply", &given.reply)?,
        other_families: given.other_families,
    };
    if reply.parts.is_empty() && reply.missed.is_empty() && reply.reply.is_empty() {
        return Err(Refusal::Empty { what: "reply" });
    }
    let json = serde_json::to_string(&reply).map_err(|_| Refusal::Document("a reply".to_owned()))?;
    limits::at_once(std::iter::once(json.as_str()))?;
    let map = standing_map(tx, "families/replies")?;
    let key = given.item.to_string();
    if tx.get(&map, &key)?.is_some() {
        return Err(Refusal::AlreadySo("this reply stands beside the summary already"));
    }
    tx.put(&map, key, json)?;
    Ok((Some(given.item), "reply".to_owned()))
}

/// Every reply. Whoever was taken out is not named, and their reply goes or stays as their words do (R3).
pub(super) fn all(reader: &Reader<'_>, known: &[Known], versions: &[VersionView]) -> Vec<ReplyView> {
    let Ok(map) = standing_map(reader.doc, "families/replies") else { return Vec::new() };
    let mut replies: Vec<ReplyView> = Vec::new();
    for item in entries(reader.doc, &map) {
        let held = scalars(reader.doc, &map, &item.key);
        let by = held.last().and_then(|held| held.by);
        let said = held.iter().filter_map(|held| serde_json::from_str::<Reply>(&held.shown()).ok());
        // Two devices that covered different words set it apart: what either covered is covered.
        let Some(reply) = said.reduce(Reply::covered_with) else { continue };
        let strand = known.iter().find(|one| one.view.kept.id == reply.strand.to_string());
        let here = strand.filter(|strand| !strand.detached);
        if here.is_none() && strand.is_none_or(|strand| strand.their_words != TheirWords::Stay) {
            continue;
        }
        let version = versions.iter().find(|one| one.kept.id == reply.version.to_string());
        let heading = |part: &str| version.and_then(|version| version.content.heading(part)).unwrap_or_else(|| part.to_owned());
        let parts = reply.parts.into_iter().map(|part| ReplyPartView {
            heading: heading(&part.part),
            right_words: part.right.words().to_owned(),
            part: part.part,
            right: part.right,
            why: part.why,
        });
        replies.push(ReplyView {
            id: item.key.clone(),
            version: reply.version.to_string(),
            shared_on: version.and_then(|version| version.kept.at).map(dates::day),
            whose: match (here, reply.adult) {
                (Some(strand), true) => format!("a parent of {}", strand.view.label),
                (Some(strand), false) => strand.view.label.clone(),
                (None, true) => "a parent or carer".to_owned(),
                (None, false) => "a young person".to_owned(),
            },
            strand: here.map(|strand| strand.view.kept.id.clone()),
            adult: reply.adult,
            parts: parts.collect(),
            missed: reply.missed,
            reply: reply.reply,
            other_families: reply.other_families,
            by: reader.people.who(by),
        });
    }
    replies.sort_by(|a, b| (&a.shared_on, &a.id).cmp(&(&b.shared_on, &b.id)));
    replies
}
