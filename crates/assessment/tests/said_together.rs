//! What is said on the holder's own computer, with the holder beside them: read already, and seen by whom they chose.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use automerge::Automerge;
use kith_assessment::{
    Agreed, ArrivedAnswer, ArrivedAttachment, ArrivedChoice, ArrivedDrawing, ArrivedMark, Context, Done, EntryId, KeepArrived,
    Refusal, SaidTogether, StrandCommand, TakeInWhole, Whose, apply_strand, arrived, arrived_sound, strand_genesis,
    to_say_together, view_strand,
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

fn said(answers: Vec<ArrivedAnswer>, attached: Vec<ArrivedAttachment>) -> SaidTogether {
    SaidTogether { whose: Whose::Parents, language: "cy".into(), answers, attached, item: None }
}

fn record() -> Automerge {
    let mut none = |_: &mut [u8]| {};
    strand_genesis([9; 16], &Context { person: [1; 16], device: [1; 16], now: NOW, random: &mut none }).0
}

#[test]
fn what_is_said_with_the_holder_beside_them_is_read_already_and_joins_as_they_let_it() {
    let mut doc = record();
    let together = |answers| StrandCommand::SaidTogether(said(answers, Vec::new()));
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

fn voice(bytes: u32) -> ArrivedAttachment {
    ArrivedAttachment::Voice { question: "friends".into(), media: "audio/webm;codecs=opus".into(), seconds: 9, bytes }
}

fn map(points: u16) -> ArrivedAttachment {
    let marks = vec![ArrivedMark { x: 1, y: 2, sign: "notOk".into(), words: "the steps".into() }];
    let lines = vec![(0..points).map(|point| (point % 1_000, 999)).collect()];
    ArrivedAttachment::Drawing { question: "places".into(), drawing: ArrivedDrawing { marks, lines, words: String::new() } }
}

#[test]
fn a_voice_note_and_a_map_are_kept_as_if_they_had_come_by_a_link_and_are_read_already() {
    // A short one in one change beside its recording; a map of many lines in parts.
    for (item, points) in [(EntryId([4; 16]), 20), (EntryId([5; 16]), 8_000)] {
        let mut doc = record();
        let sound: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).take(100_000).collect();
        let attached = vec![voice(100_000), map(points)];
        let sounds = BTreeMap::from([(0, sound.clone())]);
        let commands = to_say_together(item, said(Vec::new(), attached.clone()), &sounds).unwrap();
        assert_eq!(matches!(commands.last(), Some(StrandCommand::SaidTogetherWhole(_))), points == 8_000);
        let (last, before) = commands.split_last().unwrap();
        assert!(does(&mut doc, 1, last).is_err(), "what comes first is not here yet");
        for command in before {
            does(&mut doc, 1, command).unwrap();
        }
        assert!(view_strand(&doc).arrived.is_empty(), "not before all of it is here");
        assert_eq!(does(&mut doc, 1, last).unwrap().id, Some(item));
        let here = &view_strand(&doc).arrived[0];
        assert!(here.together && here.read.is_some() && !here.waits(), "{here:?}");
        assert_eq!((here.attached.clone(), here.holds.voice_notes, here.holds.drawings), (attached, 1, 1));
        assert_eq!(arrived_sound(&doc, &item, 0), Some(("audio/webm;codecs=opus".to_owned(), sound)));
        assert_eq!(arrived(&doc, &item).unwrap().together, Some(Whose::Parents));
        assert!(does(&mut doc, 2, last).is_err(), "it is kept once");
    }
}

#[test]
fn what_did_not_come_from_this_computer_is_not_kept_as_if_it_had() {
    let mut doc = record();
    let item = EntryId([6; 16]);
    let many = vec![map(2); 17];
    assert!(to_say_together(item, said(Vec::new(), many), &BTreeMap::new()).is_err(), "more than comes by a link at once");
    let commands = to_say_together(item, said(Vec::new(), vec![map(8_000)]), &BTreeMap::new()).unwrap();
    for (number, command) in commands.iter().enumerate() {
        let StrandCommand::TakeInPart(part) = command else { continue };
        let mut part = part.clone();
        if number == 0 {
            let bytes = data_encoding::BASE64.decode(part.bytes.as_bytes()).unwrap();
            let other = String::from_utf8(bytes).unwrap().replace(&item.to_string(), &EntryId([7; 16]).to_string());
            part.bytes = data_encoding::BASE64.encode(other.as_bytes());
        }
        does(&mut doc, 1, &StrandCommand::TakeInPart(part)).unwrap();
    }
    let parts = u32::try_from(commands.len() - 1).unwrap();
    assert!(does(&mut doc, 1, &StrandCommand::SaidTogetherWhole(TakeInWhole { item, parts })).is_err(), "it names a link");
}
