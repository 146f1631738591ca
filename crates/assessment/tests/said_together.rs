//! What is said on the holder's own computer, with the holder beside them: read already, and seen by whom they chose.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use automerge::Automerge;
use kith_assessment::{
    Agreed, ArrivedAnswer, ArrivedChoice, Context, Done, EntryId, KeepArrived, Refusal, SaidTogether, StrandCommand, Whose,
    apply_strand, strand_genesis, view_strand,
};

const NOW: i64 = 1_778_000_000;

fn does(doc: &mut Automerge, at: u8, command: &StrandCommand) -> Result<Done, Refusal> {
    let mut random = |bytes: &mut [u8]| bytes.fill(at);
    let mut context = Context { person: [1; 16], device: [1; 16], now: NOW + i64::from(at), random: &mut random };
    apply_strand(doc, command, &mut context)
}

fn answer(question: &str, words: &str, skipped: bool, team: bool) -> ArrivedAnswer {
    let choices = vec![ArrivedChoice { code: "listen".into(), words: "They listen".into() }];
    let choices = if skipped { Vec::new() } else { choices };
    ArrivedAnswer { question: question.into(), choices, words: words.into(), skipped, team }
}

#[test]
fn what_is_said_with_the_holder_beside_them_is_read_already_and_joins_as_they_let_it() {
    let mut none = |_: &mut [u8]| {};
    let mut doc = strand_genesis([9; 16], &Context { person: [1; 16], device: [1; 16], now: NOW, random: &mut none }).0;
    let together = |answers| StrandCommand::SaidTogether(SaidTogether { whose: Whose::Parents, language: "cy".into(), answers });
    let skipped = answer("places", "", true, false);
    assert!(does(&mut doc, 1, &together(vec![skipped.clone()])).is_err(), "nothing was said");
    assert!(does(&mut doc, 1, &together(Vec::new())).is_err());
    let long = vec![answer("friends", &"a".repeat(40_000), false, true)];
    assert!(does(&mut doc, 1, &together(long)).is_err(), "more than fits into one record");
    let answers = vec![answer("friends", "Lights on the canal", false, true), answer("feel", "", false, false), skipped];
    let item: EntryId = does(&mut doc, 2, &together(answers.clone())).unwrap().id.unwrap();
    let view = view_strand(&doc);
    let here = &view.arrived[0];
    assert!(here.together && !here.waits() && here.read.is_some() && !here.taken_back, "{here:?}");
    assert_eq!((&here.item, here.language.as_str()), (&item.to_string(), "cy"));
    assert_eq!(here.answers.iter().map(|heard| heard.answer.clone()).collect::<Vec<_>>(), answers);
    for (at, question) in [(3, "friends"), (4, "feel")] {
        let keep = KeepArrived { item, question: question.into(), words: None };
        does(&mut doc, at, &StrandCommand::KeepArrived(keep)).unwrap();
    }
    let view = view_strand(&doc);
    let words = |agreed| view.words.iter().find(|words| words.agreed == agreed).unwrap();
    assert_eq!((words(Agreed::Agreed).how.as_str(), words(Agreed::Agreed).whose.clone()), ("write together", Whose::Parents));
    assert_eq!(words(Agreed::NotAgreed).how, "write together");
    // Each sitting is one of its own.
    assert_ne!(does(&mut doc, 5, &together(answers)).unwrap().id.unwrap(), item);
}
