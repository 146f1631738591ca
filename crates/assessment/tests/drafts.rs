//! Drafts that are updated against what they began from, and what the review before sharing leaves in the document.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeSet;

use common::{Writer, exchange};
use kith_assessment::nudge::{CaseloadName, Checker, Lists, review};
use kith_assessment::{Command, EntryId, Heads, HintCount, Kind, Mark, NoteHintReview, Refusal, history, view_entry};

fn update(field: &str, text: &str, base: Vec<automerge::ChangeHash>) -> Command {
    Command::UpdateText { field: field.into(), text: text.into(), base: Heads(base) }
}

fn of(id: EntryId) -> String {
    format!("entries/{id}/text")
}

#[test]
fn a_draft_keeps_what_a_colleague_wrote_meanwhile_and_the_paragraph_is_marked() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("2.3", Kind::Worry, "The adults do not agree. The friends hear four answers.");
    let mut nadia = priya.copy(2);
    let began = priya.doc.get_heads();
    nadia.does(Command::EditEntry { id, text: "The adults do not agree. The friends hear all four answers.".into() });
    exchange(&mut priya, &mut nadia);
    priya.does(update(&of(id), "The adults here do not agree. The friends hear four answers.", began));
    exchange(&mut priya, &mut nadia);
    let entry = view_entry(&priya.doc, &id).unwrap();
    assert_eq!(entry.text, "The adults here do not agree. The friends hear all four answers.");
    assert_eq!(entry.edited_apart.len(), 2, "an invitation to look");
    assert!(priya.view().marks.iter().any(|mark| matches!(mark, Mark::EditedApart { .. })));
    assert!(history(&priya.doc).last().unwrap().what.starts_with("edited "));
}

#[test]
fn a_draft_that_nobody_overtook_is_marked_by_nobody_and_one_that_changes_nothing_is_refused() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("2.3", Kind::Worry, "The adults do not agree.");
    let began = priya.doc.get_heads();
    // What others write elsewhere meanwhile is nothing to look at here.
    priya.adds("1.6", Kind::Strength, "They wait for each other.");
    assert!(matches!(priya.try_to(&update(&of(id), "The adults do not agree.", began.clone())), Err(Refusal::AlreadySo(_))));
    priya.does(update(&of(id), "The adults do not agree yet.", began.clone()));
    let entry = view_entry(&priya.doc, &id).unwrap();
    assert_eq!((entry.text.as_str(), entry.edited_apart.len()), ("The adults do not agree yet.", 0));
    assert!(matches!(priya.try_to(&update(&of(id), "x", vec![])), Err(Refusal::UnknownHeads)));
    assert!(matches!(priya.try_to(&update(&of(id), " ", began.clone())), Err(Refusal::Empty { .. })));
    assert!(matches!(priya.try_to(&update("voices/x/words", "x", began)), Err(Refusal::Unknown { .. })));
}

#[test]
fn an_update_of_what_was_taken_back_meanwhile_is_kept_and_shown() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("2.3", Kind::Worry, "The adults do not agree.");
    let began = priya.doc.get_heads();
    priya.does(Command::RetireEntry { id, why: "Written twice.".into() });
    priya.does(update(&of(id), "The adults do not agree yet.", began));
    assert!(priya.view().marks.iter().any(|mark| matches!(mark, Mark::RetiredAndEdited { .. })));
}

#[test]
fn the_purpose_is_updated_like_any_text() {
    let mut priya = Writer::begin(1);
    let began = priya.doc.get_heads();
    priya.does(update("purpose/better", "They can spend their evenings together.", began));
    assert_eq!(priya.view().purpose.better.text, "They can spend their evenings together.");
}

#[test]
fn the_review_finds_what_is_shared_and_leaves_counts_without_words() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("1.6", Kind::Worry, "Keziah was at 14 Brook Row.");
    priya.does(Command::AddEntry {
        dimension: "1.6".into(),
        kind: Kind::Worry,
        text: "Keziah looks after me.".into(),
        said_by: Some("a friend".into()),
        first_hand_or_passed_on: None,
        basis: None,
        date: None,
        agreed: None,
    });
    priya.adds("1.3", Kind::Strength, "They are proud of the mural in the underpass.");
    let names = [CaseloadName { full: "Keziah Ansah-Rowe".into(), also: Vec::new() }];
    let checker = Checker::new(Lists::shipped(), &names);
    let found = review(&priya.view(), &checker, &BTreeSet::new());
    let words: Vec<&str> = found.found.iter().map(|one| one.words.as_str()).collect();
    assert_eq!(words, ["Keziah", "14 Brook Row"], "their own words are not looked at");
    assert_eq!((found.found[0].field.clone(), found.found[0].place.starts_with("1.6 ")), (of(id), true));
    let kept: BTreeSet<_> = found.found.iter().map(|one| one.finding.key.clone()).collect();
    assert!(review(&priya.view(), &checker, &kept).found.iter().all(|one| one.kept));

    let count = |kind: &str, choice: &str, count| HintCount { kind: kind.into(), choice: choice.into(), count };
    let counts = vec![count("caseload-name", "kept", 1), count("identifier", "open", 2), count("identifier", "moved", 0)];
    priya.does(Command::NoteHintReview(NoteHintReview { counts }));
    let view = priya.view();
    let [reviewed] = view.hint_reviews.as_slice() else { unreachable!("one review") };
    assert_eq!(reviewed.counts, [count("caseload-name", "kept", 1), count("identifier", "open", 2)]);
    assert_eq!(reviewed.at, priya.now);
    assert!(view.newer.is_empty(), "{:?}", view.newer);
    assert_eq!(history(&priya.doc).last().unwrap().what, "looked through the hints before sharing");
    // No way to write a word into it.
    for counts in [vec![count("Keziah", "kept", 1)], vec![count("identifier", "Keziah", 1)]] {
        assert!(priya.try_to(&Command::NoteHintReview(NoteHintReview { counts })).is_err());
    }
}
