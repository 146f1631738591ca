//! What the parts of a version are drafted from: fields of the assessment that professionals wrote. Never a voice, a label of a place that
//! is not shared, or words that an entry passes on from young people or parents.

use crate::nudge::Words;
use crate::view::{AssessmentView, EntryView, SideView};
use crate::vocabulary::Kind;

/// How many strengths and worries of a side are in a draft.
const OF_A_KIND: usize = 2;

/// One part of a version, before anybody has put it into plain words.
pub(super) struct Draft {
    /// "summary", "side/1", "action/{id}".
    pub(super) part: String,
    /// Its heading, as families read it.
    pub(super) heading: String,
    /// What it is called among professionals.
    pub(super) place: String,
    /// The text.
    pub(super) text: String,
}

/// Every part that has a text, in the order of a version; actions last.
pub(super) fn drafts(view: &AssessmentView) -> Vec<Draft> {
    let safe = safe_places(view);
    let mut drafts = Vec::new();
    let mut add = |part: &str, heading: &str, place: &str, text: String| {
        if !text.trim().is_empty() {
            drafts.push(Draft { part: part.to_owned(), heading: heading.to_owned(), place: place.to_owned(), text });
        }
    };
    add("better", "What we hope for", "What should be better", view.purpose.better.text.clone());
    add("summary", "What we think", "Summary", view.summary.text.clone());
    for side in &view.sides {
        add(&format!("side/{}", side.id), plain_title(view, side), &side.title, of_side(side, &safe));
    }
    add("first", "What must change first", "What must change first", first(view));
    let goals: Vec<&str> = view.planned.goals.iter().map(|goal| goal.text.text.as_str()).collect();
    add("goals", "What we want to see", "Goals", goals.join("\n"));
    for action in &view.planned.actions {
        let (what, why) = (action.what.text.trim(), action.why.text.trim());
        add(&format!("action/{}", action.kept.id), "What we will do", "An action", format!("{what}\n{why}").trim().to_owned());
    }
    drafts
}

/// Names of places that no shared version shows, as they stand in the picture.
pub(super) fn safe_places(view: &AssessmentView) -> Vec<String> {
    let hidden = view.picture.places.iter().filter(|place| place.not_shared);
    hidden.map(|place| place.name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect()
}

/// Whether a text names one of them.
pub(super) fn names_one(text: &str, safe: &[String]) -> bool {
    let text = text.to_lowercase();
    // "A grandmother's kitchen" is named by "grandmother's kitchen" too.
    let short = |name: &str| {
        let without = ["a ", "an ", "the "].iter().find_map(|article| name.strip_prefix(article));
        without.unwrap_or(name).to_owned()
    };
    safe.iter().any(|name| holds_words(&text, &short(name)))
}

/// Whether words stand in a text as words: "hall" is not in "shall".
fn holds_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|after| after.chars().next());
        !words.is_empty() && [before, after].iter().all(|one| one.is_none_or(|c| !c.is_alphanumeric()))
    })
}

/// The sides of the default framework in words for families; another framework's own titles.
fn plain_title<'v>(view: &AssessmentView, side: &'v SideView) -> &'v str {
    match (view.framework.starts_with("peer-default"), side.id.as_str()) {
        (true, "1") => "The friends",
        (true, "2") => "The adults around them",
        (true, "3") => "Places, homes and rules",
        _ => &side.title,
    }
}

/// The newest strengths and worries of a side: "each side's finding in short".
fn of_side(side: &SideView, safe: &[String]) -> String {
    let entries = || side.dimensions.iter().flat_map(|dimension| &dimension.entries).chain(&side.entries);
    let usable = |entry: &&EntryView| {
        entry.retired.is_none()
            && Words::said_by(entry.provenance.said_by.as_deref()) == Words::Professional
            && !names_one(&entry.text, safe)
    };
    let newest = |kind: Kind| {
        let mut of_kind: Vec<&EntryView> = entries().filter(|entry| entry.kind == kind).filter(usable).collect();
        of_kind.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        of_kind.truncate(OF_A_KIND);
        of_kind.into_iter().map(|entry| entry.text.trim().to_owned()).collect::<Vec<_>>()
    };
    let parts = [("What is good: ", newest(Kind::Strength)), ("What is hard: ", newest(Kind::Worry))];
    let parts = parts.into_iter().filter(|(_, texts)| !texts.is_empty());
    parts.map(|(head, texts)| format!("{head}{}", texts.join(" "))).collect::<Vec<_>>().join("\n")
}

fn first(view: &AssessmentView) -> String {
    let title = |id: &str| view.sides.iter().find(|side| side.id == id).map_or(id, |side| plain_title(view, side)).to_owned();
    let turns = view
        .weighting
        .places
        .iter()
        .map(|place| format!("{}: {}.", super::version::capital(place.turn.words()), title(&place.side)));
    let lines: Vec<String> = turns.chain(std::iter::once(view.weighting.reason.text.trim().to_owned())).collect();
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safe_place_is_found_as_words_and_without_its_article() {
        let safe = vec!["a grandmother's kitchen".to_owned(), "the hall".to_owned()];
        assert!(names_one("They eat in the Grandmother's kitchen.", &safe));
        assert!(names_one("Open the hall.", &safe));
        assert!(!names_one("We shall open it.", &safe));
        assert!(!names_one("Anything", &[]));
    }
}
