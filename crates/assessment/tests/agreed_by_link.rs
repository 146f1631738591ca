//! Agreement by link (R7 to R9): it stands in the ledger as theirs, at once and once, and what follows is computed from that.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Writer;
use common::record::{Device, START, by, to_say};
use kith_assessment::{
    AddTie, AfterNo, Agreement, AgreementAbout, Arrived, ArrivedAgreement, ArrivedChoice, ArrivedOther, ArrivedTakingPart,
    AttachStrand, Command, DecideAfterNo, EntryId, FollowAnswer, HeldAssessment, HeldRecord, MakeGuestLink, Refusal, RestEntryOn,
    Said, Secret, StrandCommand, TakeIn, TieKind, Whom, agreed_lines, caseload, decide_by, tasks,
};

fn links(device: &mut Device, name: &str, adult: bool) -> EntryId {
    device.links(MakeGuestLink { summary: true, agree: true, ..to_say(name, adult) })
}

fn answers(device: &mut Device, item: u8, link: EntryId, on: ArrivedAgreement) {
    takes(device, item, link, None, on);
}

fn takes(device: &mut Device, item: u8, link: EntryId, replaces: Option<u8>, on: ArrivedAgreement) {
    let (replaces, other) = (replaces.map(|item| EntryId([item; 16])), Some(ArrivedOther::OnAgreement(on)));
    let arrived = Arrived { replaces, other, ..by(link) };
    device.does(StrandCommand::TakeIn(TakeIn { item: EntryId([item; 16]), arrived }));
}

fn on(taking_part: ArrivedTakingPart) -> ArrivedAgreement {
    ArrivedAgreement {
        read: false,
        taking_part: Some(taking_part),
        but_not: Vec::new(),
        object: false,
        words: String::new(),
        shown: "Are you happy to take part?".into(),
    }
}

fn but_not(code: &str) -> ArrivedAgreement {
    let card = ArrivedChoice { code: code.into(), words: "the picture".into() };
    ArrivedAgreement { but_not: vec![card], ..on(ArrivedTakingPart::InPart) }
}

#[test]
fn it_stands_in_the_ledger_as_theirs_with_what_they_were_shown() {
    let mut device = Device::begin();
    let link = links(&mut device, "B's link", false);
    answers(
        &mut device,
        5,
        link,
        ArrivedAgreement { read: true, words: "Only if I can read it".into(), ..on(ArrivedTakingPart::Yes) },
    );
    let view = device.view();
    let [read, work] = view.agreements.as_slice() else { panic!("{:?}", view.agreements) };
    assert_eq!((&read.about, &read.said), (&AgreementAbout::Openness, &Said::HasRead), "openness stands apart");
    assert_eq!((&work.about, &work.said, &work.who), (&AgreementAbout::Work, &Said::Yes, &Whom::YoungPerson));
    assert_eq!(work.date.as_deref(), Some("2026-05-05"));
    assert_eq!(work.kept.by.name, "B's link");
    let by = work.by_link.as_ref().unwrap();
    assert_eq!((by.shown.as_str(), by.words.as_deref()), ("Are you happy to take part?", Some("Only if I can read it")));
    assert_eq!(by.shown_digest, "cf987b65457352e2aacc19c1f00719ca9cc07e0accffc55e5b757f02023cbd68");
    assert_eq!(view.for_colleagues, Some(Agreement::Yes));
    assert!(view.after_a_no.is_none());
}

#[test]
fn two_devices_that_take_it_in_have_it_once_and_see_the_same() {
    let mut holder = Device::begin();
    let link = links(&mut holder, "B's link", false);
    let mut stand_in = holder.copy(2);
    answers(&mut holder, 5, link, on(ArrivedTakingPart::No));
    stand_in.at += 2 * 86_400;
    answers(&mut stand_in, 5, link, on(ArrivedTakingPart::No));
    holder.doc.merge(&mut stand_in.doc).unwrap();
    stand_in.doc.merge(&mut holder.doc).unwrap();
    assert_eq!(holder.doc.get_heads(), stand_in.doc.get_heads());
    assert_eq!(holder.view(), stand_in.view());
    assert_eq!(holder.view().agreements.len(), 1);
    assert_eq!(holder.view().agreements[0].date.as_deref(), Some("2026-05-05"), "the day on which it first came");
    assert!(holder.view().marks.is_empty());
}

#[test]
fn a_no_of_a_parent_counts_and_the_young_persons_yes_stands_beside_it() {
    let mut device = Device::begin();
    let (young, parent) = (links(&mut device, "A's link", false), links(&mut device, "A's mother", true));
    answers(&mut device, 5, young, on(ArrivedTakingPart::Yes));
    answers(&mut device, 6, parent, on(ArrivedTakingPart::No));
    let view = device.view();
    assert_eq!(view.for_colleagues, Some(Agreement::No));
    let words = view.after_a_no.unwrap();
    assert!(
        words.starts_with("No, from a parent or carer. The young person says: yes. Nothing is taken out by itself"),
        "{words}"
    );
}

#[test]
fn of_two_answers_of_one_day_the_one_that_replaces_counts_and_else_the_no() {
    for (replaces, now) in [(None, Agreement::No), (Some(1), Agreement::Yes)] {
        let mut device = Device::begin();
        let link = links(&mut device, "B's link", false);
        // The order of random ids says nothing: the no has the smaller one in the first case too.
        answers(&mut device, 1, link, on(ArrivedTakingPart::No));
        takes(&mut device, 9, link, replaces, on(ArrivedTakingPart::Yes));
        assert!(device.view().agreements.iter().any(|one| one.said == Said::No) || replaces.is_some());
        assert_eq!(device.view().for_colleagues, Some(now), "{replaces:?}");
    }
}

#[test]
fn an_objection_is_decided_and_a_plain_yes_afterwards_ends_it() {
    let mut device = Device::begin();
    let link = links(&mut device, "B's link", false);
    answers(&mut device, 5, link, ArrivedAgreement { object: true, ..on(ArrivedTakingPart::Yes) });
    assert_eq!(device.view().for_colleagues, Some(Agreement::BeingDecided));
    assert!(device.view().not_drawn());
    assert!(device.view().after_a_no.unwrap().contains("does not want to be drawn"));
    device.at += 86_400;
    answers(&mut device, 6, link, on(ArrivedTakingPart::Yes));
    assert_eq!(device.view().for_colleagues, Some(Agreement::Yes));
    assert!(!device.view().not_drawn());
    let lines = agreed_lines(&device.view(), &link.to_string(), "en");
    assert_eq!(
        lines,
        [
            "5 May 2026: You said yes to taking part.",
            "5 May 2026: You said that you do not want to be in the picture.",
            "6 May 2026: You said yes to taking part.",
            "6 May 2026: It is OK for you to be in the picture again.",
        ]
    );
    let welsh = agreed_lines(&device.view(), &link.to_string(), "cy");
    assert_eq!((welsh[0].as_str(), welsh.len()), ("5 Mai 2026: Dywedaist ti ie i gymryd rhan.", 4));
    assert!(agreed_lines(&device.view(), "another", "en").is_empty());
}

fn kinds(device: &Device, writer: &Writer, today: &str) -> Vec<(String, String, Option<String>)> {
    let (record, assessment, me) = (device.view(), writer.view(), kith_assessment::PersonId([1; 16]));
    let held = [HeldRecord { record: "r", view: &record, me: Some(&me), members: &[] }];
    let here = [HeldAssessment { assessment: "a", view: &assessment, me: Some(&me) }];
    let people = caseload(&held, &here, today).people;
    people[0].tasks.iter().map(|task| (task.kind.clone(), task.what.clone(), task.due.clone())).collect()
}

#[test]
fn talk_first_and_no_links_are_tasks_of_the_holder() {
    let mut device = Device::begin();
    let writer = Writer::begin(1);
    device.does(StrandCommand::MakeGuestLink(MakeGuestLink {
        name: "B's link".into(),
        secret: Secret([1; 32]),
        key: Secret([2; 32]),
        origin: "https://relay.example".into(),
        language: "en".into(),
        expires: START + 86_400,
        adult: false,
        safe_to_send: None,
        agreed_by: "B".into(),
        say: true,
        summary: true,
        agree: true,
    }));
    let link = device.view().links[0].kept.id.parse().unwrap();
    answers(&mut device, 5, link, on(ArrivedTakingPart::TalkFirst));
    assert_eq!(device.view().for_colleagues, Some(Agreement::Asked));
    let tasks = kinds(&device, &writer, "2026-05-05");
    let talk = tasks.iter().find(|(kind, ..)| kind == "talk-first").unwrap();
    assert_eq!(talk.1, "Talk with this young person: they want to talk first");
    assert_eq!(talk.2.as_deref(), Some("2026-05-06"));
    device.at += 86_400;
    answers(&mut device, 6, link, but_not("links"));
    let tasks = kinds(&device, &writer, "2026-05-06");
    assert!(
        tasks.iter().any(|(kind, ..)| kind == "no-links") && !tasks.iter().any(|(kind, ..)| kind == "talk-first"),
        "{tasks:?}"
    );
}

fn follow(strand: EntryId, item: u8, agreement: Option<Agreement>, not_drawn: bool) -> Command {
    let items = vec![EntryId([item; 16])];
    Command::FollowAnswer(FollowAnswer { strand, items, agreement, not_drawn, decide_by: Some(decide_by("2026-05-05")) })
}

#[test]
fn a_no_pauses_label_and_drawing_and_asks_holder_and_lead_to_decide_by_a_date() {
    let mut writer = Writer::begin(1);
    let strand = writer.does(Command::AttachStrand(AttachStrand { label: None, phone: "01".into() })).id.unwrap();
    let entry = writer.adds("1.6", kith_assessment::Kind::Strength, "They wait.");
    writer.does(follow(strand, 5, Some(Agreement::No), false));
    let view = writer.view();
    assert!(view.strands[0].paused);
    assert_eq!(view.strands[0].decide_by.as_deref(), Some("2026-05-12"));
    let waiting = tasks(&view, None, "2026-05-05");
    assert!(waiting.iter().any(|task| task.kind == "decide-after-no" && task.due.as_deref() == Some("2026-05-12")));
    let rest = Command::RestEntryOn(RestEntryOn { id: entry, strands: vec![strand], not_strands: Vec::new() });
    assert!(matches!(writer.try_to(&rest), Err(Refusal::Paused { .. })));
    // Once for each item: what holder and lead decided meanwhile is not undone by another device.
    writer.does(Command::DecideAfterNo(DecideAfterNo { strand, decision: AfterNo::InPart, because: None }));
    assert!(matches!(writer.try_to(&follow(strand, 5, Some(Agreement::No), false)), Err(Refusal::AlreadySo(_))));
    assert!(!writer.view().strands[0].paused);
    writer.does(follow(strand, 6, Some(Agreement::No), false));
    assert!(writer.view().strands[0].paused, "another no begins a new time to decide");
}

#[test]
fn yes_but_not_the_picture_pauses_the_drawing_alone() {
    let mut device = Device::begin();
    let link = links(&mut device, "B's link", false);
    answers(&mut device, 5, link, but_not("picture"));
    assert!(device.view().not_drawn());
    assert_eq!(device.view().for_colleagues, Some(Agreement::InPart));
    assert_eq!(device.view().agreements[0].not_to.as_deref(), Some("the picture"));

    let mut writer = Writer::begin(1);
    let attach = || Command::AttachStrand(AttachStrand { label: None, phone: "01".into() });
    let a = writer.does(attach()).id.unwrap();
    let b = writer.does(attach()).id.unwrap();
    writer.does(follow(b, 5, Some(Agreement::InPart), true));
    let view = writer.view();
    assert!(!view.strands[1].paused && view.strands[1].not_drawn);
    assert_eq!(view.picture.young.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["A"]);
    let tie = Command::AddTie(AddTie {
        kind: TieKind::Friendship,
        from: a.to_string(),
        to: b.to_string(),
        said_by: vec![a.to_string()],
        ..AddTie::default()
    });
    let refused = writer.try_to(&tie).unwrap_err();
    assert!(refused.to_string().contains("do not want to be in the picture"), "{refused}");
    // Text under the label goes on.
    let entry = writer.adds("1.6", kith_assessment::Kind::Strength, "They wait.");
    writer.does(Command::RestEntryOn(RestEntryOn { id: entry, strands: vec![b], not_strands: Vec::new() }));
}
