//! What may be drawn, and for whom (R33; maps 5.2). Nothing here counts, compares or sums anything about a young person.

use serde::{Deserialize, Serialize};

use super::look::{PictureView, TieView};
use super::{FRIEND, GROUP, summary};
use crate::view::Answered;
use crate::vocabulary::Agreed;

/// For whose eyes a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The professionals who write in this assessment.
    Team,
    /// Families and young people, and whoever else reads a shared version: no safe place, no label, no tie between young people.
    Shared,
}

/// Why a tie is not drawn. `may` says who can be drawn at all: neither paused after a no nor taken out.
///
/// Ties between young people are drawn only if those young people described them and agreed; else they stay text. A part of the
/// group and one friend without a strand have no strand that could have said so: there the group, a friend or the other end did.
pub(crate) fn not_drawn(tie: &TieView, may: impl Fn(&str) -> bool) -> Option<String> {
    let ends = [&tie.from, &tie.to];
    if ends.iter().any(|end| end.what == "strand" && !may(&end.to)) {
        return Some("nobody is drawn while holder and lead decide after a no, or who does not want it".to_owned());
    }
    let young = ends.iter().any(|end| end.what != "adult");
    if !young {
        return None;
    }
    let said = |id: &str| tie.said_by_ids.iter().any(|one| one == id);
    let silent: Vec<String> =
        ends.iter().filter(|end| end.what == "strand" && !said(&end.to)).map(|end| end.words.clone()).collect();
    if !silent.is_empty() {
        let verb = if silent.len() == 1 { "has" } else { "have" };
        return Some(format!("{} {verb} not described it", super::look::listed(&silent)));
    }
    if tie.said_by_ids.is_empty() {
        return Some("no young person has described it".to_owned());
    }
    match &tie.agreed {
        Some(Agreed::Agreed) => None,
        Some(Agreed::NotAgreed) => Some("they did not agree to its being drawn".to_owned()),
        _ => Some("they have not been asked whether it may be drawn".to_owned()),
    }
}

/// The picture as an audience may have it. What is left out leaves no gap, no count and no word.
pub fn for_audience(view: &PictureView, audience: Audience) -> PictureView {
    let mut view = view.clone();
    if audience == Audience::Team {
        return view;
    }
    let hidden: Vec<String> = view.places.iter().filter(|place| place.not_shared).map(|place| place.kept.id.clone()).collect();
    view.places.retain(|place| !place.not_shared);
    for place in &mut view.places {
        place.conduct.retain(|conduct| conduct.agreed == Some(Agreed::Agreed));
        place.conduct.iter_mut().for_each(|conduct| conduct.said_by = young_in_general());
        place.now.iter_mut().chain(&mut place.before).for_each(|said| said.said_by = young_in_general());
        place.said_by = young_in_general();
    }
    for adult in &mut view.adults {
        if adult.place.as_ref().is_some_and(|place| hidden.contains(place)) {
            (adult.place, adult.place_name) = (None, None);
        }
        let all = adult.trusted_by_ids.iter().any(|id| id == GROUP);
        let words = if all { "the group" } else { "some of the friends" };
        adult.trusted_by = adult.trusted_by.is_some().then(|| words.to_owned());
        adult.trusted_by_ids.retain(|id| id == GROUP || id == FRIEND);
        adult.said_by = young_in_general();
    }
    // One young person by themselves is nobody's to share.
    view.parts.retain(|part| !part.one);
    for part in &mut view.parts {
        part.members.clear();
        part.said_by = young_in_general();
    }
    view.ties.retain(|tie| tie.not_drawn.is_none() && [&tie.from, &tie.to].iter().all(|end| is_shared(&end.what)));
    for tie in &mut view.ties {
        tie.said_by_ids.clear();
        tie.said_by = young_in_general();
    }
    let places = view.places.iter_mut().map(|place| &mut place.kept);
    let adults = view.adults.iter_mut().map(|adult| &mut adult.kept);
    let parts = view.parts.iter_mut().map(|part| &mut part.kept);
    let ties = view.ties.iter_mut().map(|tie| &mut tie.kept);
    for kept in places.chain(adults).chain(parts).chain(ties) {
        // Two versions of a name, or of a place, are the team's to settle first.
        kept.two_versions.clear();
        kept.newer.clear();
    }
    view.young.clear();
    view.paused = 0;
    view.taken_back.clear();
    // People's own words beside the picture are for the team: nobody has read them for names of safe places.
    view.words = Answered::default();
    view.summary = summary::written_summary(&view);
    view.moments = summary::moments(&view);
    view
}

fn is_shared(what: &str) -> bool {
    matches!(what, "group" | "part" | "adult")
}

/// Who said something, where nobody is named.
fn young_in_general() -> String {
    "young people and adults here".to_owned()
}
