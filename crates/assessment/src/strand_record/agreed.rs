//! What somebody answered by a link to what agreement asks (R7 to R9, sample-and-words 5): lines of the ledger that stand as theirs, and
//! what follows from the ledger as a whole.
//!
//! The ledger's lines are read from what arrived, which every device holds alike: nobody presses anything for them to be there, and two
//! devices cannot have them twice.

use serde::{Deserialize, Serialize};

use super::arrived::{ArrivedAgreement, ArrivedOther, ArrivedTakingPart};
use super::by_link::GuestLinkView;
use super::look::{AgreementView, NotAskedView, StrandRecordView};
use super::reading_first::ArrivedView;
use crate::record::Kept;
use crate::team_words::{agreed_says, day_in};
use crate::view::Who;
use crate::vocabulary::{Agreement, AgreementAbout, Said, Whom};

/// What a card of "yes, but not" says about being drawn.
const PICTURE: &str = "picture";
/// The same about links to their phone.
const LINKS: &str = "links";

/// How somebody answered by a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AgreedByLink {
    /// The item that holds it.
    pub item: String,
    /// The link by which it came.
    pub link: String,
    /// What that link is called here.
    pub link_name: String,
    /// The day on which it was taken in.
    pub came: Option<String>,
    /// Every word that they were shown before they answered.
    pub shown: String,
    /// SHA-256 of those words, in hexadecimal.
    pub shown_digest: String,
    /// What they do not want, by the names of the cards: "picture", "links", "agency:…".
    pub but_not: Vec<String>,
    /// In their own words, if they added some.
    pub words: Option<String>,
}

impl AgreementView {
    /// Whether somebody was asked and has not answered yet: "I want to talk first", "ask me later".
    pub(crate) fn is_open(&self) -> bool {
        !self.since_then_otherwise && matches!(self.said, Said::WantsToTalk | Said::AskLater)
    }

    fn is_no(&self) -> bool {
        matches!(self.said, Said::No | Said::Withdrawn)
    }

    /// Who says it, in words: "the young person", "a parent or carer (mother)".
    pub(crate) fn who_words(&self) -> String {
        let relation = self.relation.as_ref().map(|relation| format!(" ({relation})")).unwrap_or_default();
        format!("{}{relation}", self.who.words())
    }
}

/// Lines of the ledger from what arrived. What was taken back before anybody read it says nothing, and is not among them.
pub(super) fn answers(arrived: &[ArrivedView], links: &[GuestLinkView]) -> Vec<AgreementView> {
    let mut lines = Vec::new();
    for item in in_order(arrived) {
        let Some(ArrivedOther::OnAgreement(on)) = &item.other else { continue };
        let link = links.iter().find(|link| link.kept.id == item.link);
        let line = |part: &str, about: AgreementAbout, said: Said| AgreementView {
            kept: kept(item, link, part),
            who: if link.is_some_and(|link| link.adult) { Whom::Parent } else { Whom::YoungPerson },
            relation: None,
            about,
            not_to: not_to(on).filter(|_| said == Said::YesBut),
            said,
            how: Some("by link".to_owned()),
            explained_by: None,
            named: None,
            agencies: Vec::new(),
            date: item.came.clone(),
            since_then_otherwise: false,
            by_link: Some(by_link(item, link, on)),
        };
        if on.read {
            lines.push(line("read", AgreementAbout::Openness, Said::HasRead));
        }
        if let Some(taking_part) = on.taking_part {
            let said = match taking_part {
                ArrivedTakingPart::Yes => Said::Yes,
                ArrivedTakingPart::InPart => Said::YesBut,
                ArrivedTakingPart::No => Said::No,
                ArrivedTakingPart::TalkFirst => Said::WantsToTalk,
                ArrivedTakingPart::Later => Said::AskLater,
            };
            lines.push(line("work", AgreementAbout::Work, said));
        }
        if on.object {
            lines.push(line("mapped", AgreementAbout::Mapped, Said::No));
        }
    }
    lines
}

/// In the order of days; of one day, what replaces something after that; of two that say nothing of each other, a no last, so that it
/// counts until somebody has asked: what a guest sends carries no time.
fn in_order(arrived: &[ArrivedView]) -> Vec<&ArrivedView> {
    let depth = |item: &ArrivedView| {
        let (mut at, mut depth) = (item, 0);
        // An item that says of itself that it replaces itself ends here too.
        while let Some(next) =
            arrived.iter().find(|other| Some(&other.item) == at.replaces.as_ref()).filter(|_| depth < arrived.len())
        {
            (at, depth) = (next, depth + 1);
        }
        depth
    };
    let no = |item: &ArrivedView| match &item.other {
        Some(ArrivedOther::OnAgreement(on)) => on.object || on.taking_part == Some(ArrivedTakingPart::No),
        _ => false,
    };
    let mut items: Vec<&ArrivedView> = arrived.iter().collect();
    items.sort_by_cached_key(|item| (item.came.clone(), depth(item), no(item), item.item.clone()));
    items
}

fn kept(item: &ArrivedView, link: Option<&GuestLinkView>, part: &str) -> Kept {
    let name = link.map_or_else(|| "a link that is not known here".to_owned(), |link| link.name.clone());
    let by = Who { person: None, device: None, name, agency: None, role: None };
    Kept { id: format!("{} {part}", item.item), by, at: None, retired: None, two_versions: Vec::new(), newer: Vec::new() }
}

fn by_link(item: &ArrivedView, link: Option<&GuestLinkView>, on: &ArrivedAgreement) -> AgreedByLink {
    AgreedByLink {
        item: item.item.clone(),
        link: item.link.clone(),
        link_name: link.map(|link| link.name.clone()).unwrap_or_default(),
        came: item.came.clone(),
        shown_digest: crate::families::digest(&on.shown),
        shown: on.shown.clone(),
        but_not: on.but_not.iter().map(|choice| choice.code.clone()).collect(),
        words: Some(on.words.clone()).filter(|words| !words.trim().is_empty()),
    }
}

fn not_to(on: &ArrivedAgreement) -> Option<String> {
    let words: Vec<&str> = on.but_not.iter().map(|choice| choice.words.as_str()).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Who says a plain yes by a link afterwards, and does not object again, objects no longer: the objection gets a line that ends it.
/// `views` are in the order of days.
pub(super) fn no_longer_objects(views: &mut Vec<AgreementView>) {
    let mut ended = Vec::new();
    for (index, view) in views.iter().enumerate() {
        let Some(by_link) = &view.by_link else { continue };
        let same = |other: &AgreementView| other.who == view.who && other.relation == view.relation;
        let objects_here = views.iter().any(|other| {
            other.about == AgreementAbout::Mapped && other.by_link.as_ref().is_some_and(|other| other.item == by_link.item)
        });
        let objected = views.iter().take(index).any(|other| same(other) && other.about == AgreementAbout::Mapped);
        if view.about == AgreementAbout::Work && view.said == Said::Yes && objected && !objects_here {
            let mut line = view.clone();
            (line.about, line.kept.id) = (AgreementAbout::Mapped, format!("{} mapped", by_link.item));
            ended.push((index, line));
        }
    }
    for (index, line) in ended.into_iter().rev() {
        views.insert(index + 1, line);
    }
}

fn now<'v>(agreements: &'v [AgreementView], about: &AgreementAbout) -> impl Iterator<Item = &'v AgreementView> {
    let about = about.clone();
    agreements.iter().filter(move |view| view.about == about && !view.since_then_otherwise)
}

/// What colleagues could see: a no of anybody is a no; while somebody objects to being drawn, it is being decided; a part, or somebody
/// not asked yet, is a part.
pub(super) fn for_colleagues(agreements: &[AgreementView], not_asked: &[NotAskedView]) -> Option<Agreement> {
    let said: Vec<&AgreementView> = now(agreements, &AgreementAbout::Work).collect();
    if said.iter().any(|view| view.is_no()) {
        return Some(Agreement::No);
    }
    if now(agreements, &AgreementAbout::Mapped).any(AgreementView::is_no) {
        return Some(Agreement::BeingDecided);
    }
    if said.iter().any(|view| view.is_open()) {
        return Some(Agreement::Asked);
    }
    match said.iter().all(|view| view.said == Said::Yes) {
        _ if said.is_empty() => None,
        true if not_asked.is_empty() => Some(Agreement::Yes),
        _ => Some(Agreement::InPart),
    }
}

/// What a worker sees after a no (sample-and-words 5): who says no, what the others want, and what holds until it is decided.
pub(super) fn after_a_no(agreements: &[AgreementView]) -> Option<String> {
    let standing: Vec<&AgreementView> = now(agreements, &AgreementAbout::Work).collect();
    let objects = now(agreements, &AgreementAbout::Mapped).find(|view| view.is_no());
    let first = standing.iter().find(|view| view.is_no());
    let head = match (first, objects) {
        (Some(no), _) => format!("No, from {}.", no.who_words()),
        (None, Some(no)) => format!("{} does not want to be drawn, or written about under a label.", capital(&no.who_words())),
        (None, None) => return None,
    };
    let others = standing.iter().filter(|view| !view.is_no());
    let others: Vec<String> = others.map(|view| format!("{} says: {}.", capital(&view.who_words()), view.said.words())).collect();
    let others = if others.is_empty() { String::new() } else { format!(" {}", others.join(" ")) };
    Some(format!(
        "{head}{others} Nothing is taken out by itself, and no safety step waits. Until you and a lead decide, they are not drawn and nothing new is written with their label."
    ))
}

impl StrandRecordView {
    /// Whether they are not to be drawn: somebody objects, or takes part but not in the picture.
    pub fn not_drawn(&self) -> bool {
        now(&self.agreements, &AgreementAbout::Mapped).any(AgreementView::is_no) || self.says_not(PICTURE).is_some()
    }

    /// Who takes part, but wants no links to their phone.
    pub(crate) fn no_links(&self) -> Option<&AgreementView> {
        self.says_not(LINKS)
    }

    fn says_not(&self, code: &str) -> Option<&AgreementView> {
        let mut parts = now(&self.agreements, &AgreementAbout::Work).filter(|view| view.said == Said::YesBut);
        parts.find(|view| view.by_link.as_ref().is_some_and(|by| by.but_not.iter().any(|one| one == code)))
    }

    /// Answers by a link, item by item: the item, the day on which it came, and whether it is a no or an objection.
    pub fn answered_by_link(&self) -> Vec<(String, Option<String>, bool)> {
        let mut items: Vec<(String, Option<String>, bool)> = Vec::new();
        for view in &self.agreements {
            let Some(by) = &view.by_link else { continue };
            match items.iter_mut().find(|(item, ..)| *item == by.item) {
                Some((_, _, no)) => *no |= view.is_no(),
                None => items.push((by.item.clone(), by.came.clone(), view.is_no())),
            }
        }
        items
    }
}

/// What whoever has this link has answered so far, in words for them, newest last: so that they see what counts now. In the language of
/// their page.
pub fn agreed_lines(view: &StrandRecordView, link: &str, language: &str) -> Vec<String> {
    let theirs = view.agreements.iter().filter(|one| one.by_link.as_ref().is_some_and(|by| by.link == link));
    let lines = theirs.filter_map(|one| {
        let name = match (&one.about, &one.said) {
            (AgreementAbout::Openness, _) => "read",
            (AgreementAbout::Work, Said::Yes) => "yes",
            (AgreementAbout::Work, Said::YesBut) => "yes-but",
            (AgreementAbout::Work, Said::No | Said::Withdrawn) => "no",
            (AgreementAbout::Work, Said::WantsToTalk) => "talk",
            (AgreementAbout::Work, Said::AskLater) => "later",
            (AgreementAbout::Mapped, Said::Yes) => "drawn",
            (AgreementAbout::Mapped, _) => "not-drawn",
            _ => return None,
        };
        let words = agreed_says(name, one.not_to.as_deref().unwrap_or("\u{2026}"), language);
        Some(match one.date.as_deref() {
            Some(date) => format!("{}: {words}", day_in(date, language)),
            None => words,
        })
    });
    lines.collect()
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
