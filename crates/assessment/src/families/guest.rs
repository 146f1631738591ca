//! A version as the phone shows it, with the replies that this audience may read. The preview on a lead's screen is made by the same
//! function.

use serde::{Deserialize, Serialize};

use super::reply::ReplyView;
use super::version::{FamilyVersion, VersionView};
use crate::dates;
use crate::view::AssessmentView;

/// What a guest's page shows of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuestSummary {
    /// Which version; empty in a preview.
    pub version: String,
    /// The day on which it was shared, "YYYY-MM-DD"; empty in a preview.
    pub shared_on: String,
    /// The parts.
    pub parts: Vec<GuestPart>,
    /// What is going to be done.
    pub actions: Vec<GuestAction>,
    /// Replies beside it.
    pub replies: Vec<GuestReply>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuestPart {
    /// What it is called when they say whether it is right.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// Its text.
    pub text: String,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuestAction {
    /// What it is called when they say whether it is right.
    pub id: String,
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GuestReply {
    /// Whose: "you", "a young person", "a parent or carer". Never a label.
    pub whose: String,
    /// In their words.
    pub words: String,
}

/// What a guest with this place in the group reads: the newest version for them or for all young people, unless that was taken back.
pub fn summary_for_guest(view: &AssessmentView, strand: &str, adult: bool) -> Option<GuestSummary> {
    let is_theirs = |version: &&VersionView| version.content.for_whom.is_for(strand, adult);
    // Versions are newest first. A newest one that was taken back is not replaced by an older one.
    let newest = view.families.versions.iter().find(is_theirs)?;
    if newest.taken_back.is_some() || view.purpose.no_version_for_families.is_some() {
        return None;
    }
    let shared_on = newest.kept.at.map(dates::day).unwrap_or_default();
    let mut summary = guest_summary(view, &newest.content, &newest.kept.id, &shared_on);
    summary.replies = replies(&view.families.replies, Some(strand), adult);
    Some(summary)
}

/// A version as the page shows it.
pub(super) fn guest_summary(view: &AssessmentView, content: &FamilyVersion, version: &str, shared_on: &str) -> GuestSummary {
    let parts = content.parts.iter().map(|part| GuestPart {
        id: part.part.clone(),
        heading: part.heading.clone(),
        text: part.text.clone(),
    });
    let actions = content.actions.iter().map(|action| GuestAction {
        id: action.part.clone(),
        what: action.what.clone(),
        why: action.why.clone(),
    });
    let strand = content.for_whom.strand().map(ToString::to_string);
    GuestSummary {
        version: version.to_owned(),
        shared_on: shared_on.to_owned(),
        parts: parts.collect(),
        actions: actions.collect(),
        replies: replies(&view.families.replies, strand.as_deref(), content.for_whom.is_for_adults()),
    }
}

/// Their own replies, and those of others who agreed that other families read them (right of reply).
fn replies(all: &[ReplyView], strand: Option<&str>, adult: bool) -> Vec<GuestReply> {
    let shown = all.iter().filter(|reply| !reply.reply.trim().is_empty()).filter_map(|reply| {
        let own = reply.strand.is_some() && reply.strand.as_deref() == strand && reply.adult == adult;
        let whose = match (own, reply.other_families, reply.adult) {
            (true, ..) => "you",
            (false, true, false) => "a young person",
            (false, true, true) => "a parent or carer",
            (false, false, _) => return None,
        };
        Some(GuestReply { whose: whose.to_owned(), words: reply.reply.clone() })
    });
    shown.collect()
}
