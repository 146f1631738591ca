//! Strands, agreement, shelf life, tasks and the strand record: who is in, who is out, what waits.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{START, Writer, exchange};
use kith_assessment::{
    ActToday, AddVoice, AfterNo, Agreed, Agreement, AgreementAbout, AnswerVoice, AskedAll, AttachStrand, CloseAssessment,
    Command, Context, DecideAfterNo, DetachStrand, EntryId, HandOverStrand, HeardWaits, KeepAsTheme, Kind, LookAgainAt, Mark,
    Outcome, Part, PersonId, Refusal, RelabelStrand, ReopenAssessment, RestEntryOn, Said, SayHeardWaits, SayStillTrue,
    SetAgreement, SetAskedAll, SetLawfulBasis, SetReview, StillTrue, StrandCommand, TheirWords, Told, Whom, Whose, WithdrawVoice,
    apply_strand, case_notes, find, history, history_text, is_strand_record, on_the_day, open, open_strand, part_text,
    plain_text, stale, strand_genesis, tasks, view_strand,
};

const TODAY: &str = "2026-05-05";

fn two() -> (Writer, Writer) {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    exchange(&mut priya, &mut nadia);
    (priya, nadia)
}

fn attaches(writer: &mut Writer) -> EntryId {
    writer.does(Command::AttachStrand(AttachStrand { label: None, phone: "duty 01632 960001".into() })).id.unwrap()
}

fn voice_of(strand: EntryId, words: &str) -> Command {
    Command::AddVoice(AddVoice {
        side: "1".into(),
        whose: Whose::YoungPeople,
        words: words.into(),
        how: "link".into(),
        agreed: Agreed::Agreed,
        strand: Some(strand),
        ..AddVoice::default()
    })
}

fn detach(id: EntryId, their_words: TheirWords) -> Command {
    Command::DetachStrand(DetachStrand { id, their_words })
}

fn agreement(strand: EntryId, agreement: Agreement) -> Command {
    Command::SetAgreement(SetAgreement { strand, agreement, review: None, decide_by: None })
}

fn kinds(writer: &Writer, today: &str) -> Vec<String> {
    tasks(&writer.view(), Some(&PersonId(writer.person)), today).into_iter().map(|task| task.kind).collect()
}

#[test]
fn whoever_is_taken_out_is_gone_from_view_history_search_and_text_and_the_theme_stands() {
    let (mut priya, mut nadia) = two();
    let a = attaches(&mut priya);
    let b = attaches(&mut priya);
    let labels: Vec<String> = priya.view().strands.iter().map(|strand| strand.label.clone()).collect();
    assert_eq!(labels, ["A", "B"]);
    let theme = priya.adds("1.6", Kind::Strength, "They wait for each other.");
    let other = priya.adds("1.1", Kind::Strength, "They laugh a lot.");
    priya.does(Command::RestEntryOn(RestEntryOn { id: theme, strands: vec![b], not_strands: vec![] }));
    priya.does(Command::RestEntryOn(RestEntryOn { id: other, strands: vec![a, b], not_strands: vec![] }));
    priya.does(voice_of(b, "Nobody asks who gets me home."));
    priya.does(agreement(b, Agreement::Yes));
    exchange(&mut priya, &mut nadia);
    assert!(history(&nadia.doc).iter().any(|line| line.what == "attached B"));
    assert!(find(&nadia.doc, &b.to_string()[..8]).is_ok());
    assert!(nadia.try_to(&detach(b, TheirWords::Go)).unwrap_err().to_string().contains("only Priya Marsh"));
    // Somebody writes about B meanwhile, apart.
    nadia.does(agreement(b, Agreement::InPart));
    priya.does(detach(b, TheirWords::Go));
    exchange(&mut priya, &mut nadia);
    let view = nadia.view();
    assert_eq!(view.strands.len(), 1);
    let everything = [
        serde_json::to_string(&view).unwrap(),
        plain_text(&view),
        serde_json::to_string(&history(&nadia.doc)).unwrap(),
        part_text(&view, Part::Strands, None, TODAY),
        serde_json::to_string(&tasks(&view, None, TODAY)).unwrap(),
        case_notes(&view, Some(&b.to_string()), TODAY),
    ];
    for text in everything {
        for trace in [b.to_string().as_str(), "attached B", "\"B\"", "B  held", "gets me home", &b.to_string()[..6]] {
            assert!(!text.contains(trace), "{trace} in {text}");
        }
    }
    assert!(find(&nadia.doc, &b.to_string()[..8]).is_err());
    assert!(nadia.try_to(&agreement(b, Agreement::Yes)).is_err());
    // The themes stand; the one that rested on B alone waits for a lead to look.
    assert_eq!(view.entries().count(), 2);
    let waits: Vec<&str> = view
        .marks
        .iter()
        .filter_map(|m| if let Mark::RestsOnOneTakenOut { id, .. } = m { Some(id.as_str()) } else { None })
        .collect();
    assert_eq!(waits, [theme.to_string()]);
    nadia.does(Command::KeepAsTheme(KeepAsTheme { id: theme }));
    assert!(!nadia.view().marks.iter().any(|mark| matches!(mark, Mark::RestsOnOneTakenOut { .. })));
}

#[test]
fn words_stay_as_a_young_persons_only_if_they_chose_so() {
    let (mut priya, mut nadia) = two();
    let a = attaches(&mut priya);
    priya.does(voice_of(a, "We all decide."));
    assert_eq!(priya.view().voices[0].speaker, "A");
    exchange(&mut priya, &mut nadia);
    priya.does(detach(a, TheirWords::Stay));
    exchange(&mut priya, &mut nadia);
    let view = nadia.view();
    assert_eq!((view.voices[0].speaker.as_str(), view.voices[0].words.as_str()), ("a young person", "We all decide."));
    assert_eq!(view.voices[0].strand, None);
}

#[test]
fn a_label_is_never_used_again_and_two_that_met_apart_are_shown() {
    let (mut priya, mut nadia) = two();
    let a = attaches(&mut priya);
    priya.does(detach(a, TheirWords::Go));
    exchange(&mut priya, &mut nadia);
    let again = Command::AttachStrand(AttachStrand { label: Some("A".into()), phone: "1".into() });
    assert!(nadia.try_to(&again).unwrap_err().to_string().contains("next free one is B"));
    for wrong in ["Keziah", "a1", "?"] {
        assert!(nadia.try_to(&Command::AttachStrand(AttachStrand { label: Some(wrong.into()), phone: "1".into() })).is_err());
    }
    let one = attaches(&mut priya);
    nadia.now += 5;
    let other = attaches(&mut nadia);
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    assert_eq!(view.strands.iter().map(|strand| strand.label.as_str()).collect::<Vec<_>>(), ["B", "B"]);
    assert!(view.marks.iter().any(|mark| matches!(mark, Mark::LabelTwice { id, .. } if *id == other.to_string())));
    let mine = |me: [u8; 16]| {
        let waiting = tasks(&view, Some(&PersonId(me)), TODAY);
        waiting.iter().find(|task| task.kind == "label-twice").unwrap().mine
    };
    assert!(mine(nadia.person) && !mine(priya.person), "it is for whoever holds the later one");
    nadia.does(Command::RelabelStrand(RelabelStrand { id: other, label: None }));
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    let label = |id: EntryId| view.strands.iter().find(|strand| strand.kept.id == id.to_string()).unwrap().label.clone();
    assert_eq!((label(one), label(other)), ("B".to_owned(), "C".to_owned()));
    assert!(!view.marks.iter().any(|mark| matches!(mark, Mark::LabelTwice { .. })));
}

#[test]
fn a_strand_goes_to_its_next_holder_and_anybody_else_says_why() {
    let (mut priya, mut nadia) = two();
    let a = attaches(&mut priya);
    exchange(&mut priya, &mut nadia);
    let over = |why: Option<&str>| {
        Command::HandOverStrand(HandOverStrand {
            id: a,
            to: PersonId([2; 16]),
            phone: "school office".into(),
            why: why.map(Into::into),
        })
    };
    assert!(nadia.try_to(&over(None)).unwrap_err().to_string().contains("say why"));
    priya.does(over(None));
    exchange(&mut priya, &mut nadia);
    assert_eq!(nadia.view().strands[0].holder.name, "Nadia Sorrell");
    nadia.does(detach(a, TheirWords::Go));
}

#[test]
fn a_no_takes_nobody_out_and_pauses_new_labelled_text_until_it_is_decided() {
    let (mut priya, mut nadia) = two();
    let a = attaches(&mut priya);
    priya.does(voice_of(a, "Said before."));
    exchange(&mut priya, &mut nadia);
    // A yes and a no set apart: the no holds.
    priya.does(agreement(a, Agreement::Yes));
    nadia.does(agreement(a, Agreement::No));
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    assert_eq!((view.strands.len(), view.voices.len()), (1, 1));
    assert!(view.strands[0].paused);
    assert!(view.marks.iter().any(|mark| matches!(mark, Mark::TwoVersions(two) if two.label.contains("agreement"))));
    let refusal = priya.try_to(&voice_of(a, "x")).unwrap_err().to_string();
    assert!(refusal.contains("by 12 May 2026") && refusal.contains("No safety step waits"), "{refusal}");
    let entry = priya.adds("3.7", Kind::Worry, "Older men near the station.");
    assert!(priya.try_to(&Command::RestEntryOn(RestEntryOn { id: entry, strands: vec![a], not_strands: vec![] })).is_err());
    assert!(kinds(&priya, TODAY).contains(&"decide-after-no".to_owned()));
    let decide = |because: Option<&str>| {
        Command::DecideAfterNo(DecideAfterNo { strand: a, decision: AfterNo::GoOn, because: because.map(Into::into) })
    };
    assert!(priya.try_to(&decide(None)).unwrap_err().to_string().contains("needs a reason"));
    priya.does(decide(Some("the station is not safe tonight")));
    priya.does(voice_of(a, "Said after."));
    assert!(!priya.view().strands[0].paused);
    // A second no asks again.
    priya.does(agreement(a, Agreement::No));
    assert!(priya.view().strands[0].paused);
}

#[test]
fn not_asking_needs_why_who_agreed_and_a_day_now_or_as_a_task() {
    let mut priya = Writer::begin(1);
    let set = |answer, why: Option<&str>, reviewer: Option<&str>, look_again: Option<&str>| {
        let some = |words: Option<&str>| words.map(Into::into);
        Command::SetAskedAll(SetAskedAll { answer, why: some(why), reviewer: some(reviewer), look_again: some(look_again) })
    };
    priya.does(set(AskedAll::NotYet, None, None, None));
    let ask = tasks(&priya.view(), None, TODAY).into_iter().find(|task| task.kind == "ask").unwrap();
    assert_eq!(ask.due.as_deref(), Some("2026-05-12"));
    priya.does(set(AskedAll::DecidedNot, Some("Contact is not safe."), None, None));
    assert_eq!(priya.view().openness.still_needs, ["who agreed to it", "when to look at it again"]);
    assert!(kinds(&priya, TODAY).contains(&"not-asked-reason".to_owned()));
    priya.does(set(AskedAll::DecidedNot, None, Some("Colin Ashdown"), Some("2026-05-10")));
    assert_eq!(priya.view().openness.why.as_deref(), Some("Contact is not safe."));
    assert!(!kinds(&priya, TODAY).iter().any(|kind| kind.starts_with("not-asked")));
    assert!(kinds(&priya, "2026-05-11").contains(&"not-asked-review".to_owned()));
    let basis =
        |agency: &str, basis: &str| Command::SetLawfulBasis(SetLawfulBasis { agency: agency.into(), basis: basis.into() });
    priya.does(basis("school", "public task"));
    let mut nadia = priya.copy(2);
    priya.does(basis("school", "one"));
    nadia.does(basis("school", "other"));
    nadia.does(basis("health", "public task"));
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    assert_eq!(view.openness.lawful_basis.len(), 2);
    assert!(view.marks.iter().any(|mark| matches!(mark, Mark::TwoVersions(two) if two.field == "lawful/school")));
}

#[test]
fn somebody_must_act_today_opens_at_once_and_asks_why_by_the_next_working_day() {
    let mut priya = Writer::begin(1);
    priya.now = START - 4 * 86_400; // Friday 1 May 2026: a weekend and a bank holiday follow.
    priya.does(Command::ActToday(ActToday {}));
    priya.adds("3.1", Kind::Worry, "They are at the station now.");
    let view = priya.view();
    assert_eq!(view.purpose.head, "Why: not yet written");
    assert!(view.purpose.no_version_for_families.is_some());
    let task = tasks(&view, None, "2026-05-06").into_iter().find(|task| task.kind == "purpose").unwrap();
    assert_eq!((task.due.as_deref(), task.overdue), (Some("2026-05-05"), true));
    assert!(priya.try_to(&Command::ActToday(ActToday {})).is_err());
    let answer = r#"{"do":"answer-purpose","trigger":"over-time","better":"Safe evenings.","find_out":"Talk.","could_go_wrong":"Labels.","less_intrusive":"Tried."}"#;
    priya.does(serde_json::from_str(answer).unwrap());
    let view = priya.view();
    assert_eq!((view.purpose.head.as_str(), view.purpose.no_version_for_families.as_ref()), ("Safe evenings.", None));
    assert!(!kinds(&priya, "2026-05-06").contains(&"purpose".to_owned()));
}

#[test]
fn what_is_old_says_so_in_words_until_somebody_looked() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("3.8", Kind::Worry, "A shared password.");
    assert!(stale(&priya.view(), TODAY).is_empty());
    assert_eq!(
        stale(&priya.view(), "2026-09-01")[0].words,
        "Environmental and family factors may be out of date: nobody has looked at it since 5 May 2026"
    );
    let look =
        |date: &str| Command::SayStillTrue(SayStillTrue { side: "3".into(), answer: StillTrue::Yes, date: Some(date.into()) });
    priya.does(look("2026-08-30"));
    assert!(stale(&priya.view(), "2026-09-01").is_empty());
    priya.does(Command::LookAgainAt(LookAgainAt { id, date: "2026-08-31".into() }));
    assert_eq!(stale(&priya.view(), "2026-09-01")[0].part, id.to_string());
    priya.does(Command::SetReview(SetReview { date: "2026-09-01".into() }));
    assert!(kinds(&priya, "2026-09-01").contains(&"review".to_owned()));
    let mut nadia = priya.copy(2);
    priya.does(Command::SetReview(SetReview { date: "2026-10-01".into() }));
    nadia.does(Command::SetReview(SetReview { date: "2026-11-01".into() }));
    exchange(&mut priya, &mut nadia);
    assert!(kinds(&priya, "2026-09-01").contains(&"two-versions".to_owned()));
}

#[test]
fn closing_says_what_is_kept_and_why_and_waits_until_people_are_out() {
    let (mut priya, mut nadia) = two();
    let a = attaches(&mut priya);
    let close = |families: Told, why: Option<&str>| {
        Command::CloseAssessment(CloseAssessment {
            outcomes: "Three evenings in a warm place.".into(),
            kept: "The themes.".into(),
            kept_why: "The place stays.".into(),
            families,
            families_why: why.map(Into::into),
            next_owner: "youth service".into(),
        })
    };
    assert!(priya.try_to(&close(Told::Told, None)).unwrap_err().to_string().contains("still attached"));
    priya.does(detach(a, TheirWords::Go));
    assert!(priya.try_to(&close(Told::NotTold, None)).unwrap_err().to_string().contains("why families are not told"));
    priya.does(close(Told::Told, None));
    exchange(&mut priya, &mut nadia);
    let life = nadia.view().life;
    assert_eq!(life.closed.as_ref().map(|closed| closed.date.as_str()), Some(TODAY));
    assert!(tasks(&nadia.view(), None, TODAY).is_empty());
    // Reopened by one while the other closes it again: open until somebody chooses.
    nadia.does(Command::ReopenAssessment(ReopenAssessment { why: "New friends.".into() }));
    priya.now += 86_400;
    priya.does(close(Told::Told, None));
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    assert!(view.life.closed.is_none());
    assert!(view.marks.iter().any(|mark| matches!(mark, Mark::TwoVersions(two) if two.field == "life/closed")));
}

#[test]
fn the_copy_for_case_notes_holds_ones_own_strand_and_nobody_elses() {
    let mut priya = Writer::begin(1);
    let (a, b) = (attaches(&mut priya), attaches(&mut priya));
    priya.does(voice_of(a, "Words of the first."));
    priya.does(voice_of(b, "Words of the second."));
    priya.adds("1.6", Kind::Strength, "They wait for each other.");
    let notes = case_notes(&priya.view(), Some(&a.to_string()), TODAY);
    for there in ["They wait for each other.", "A in this assessment", "Words of the first.", "copied on 5 May 2026"] {
        assert!(notes.contains(there), "{there} in {notes}");
    }
    for absent in ["second", &a.to_string()[..6], "B in this"] {
        assert!(!notes.contains(absent), "{absent} in {notes}");
    }
    assert!(!case_notes(&priya.view(), None, TODAY).contains("Words of"));
}

fn strand_record()
-> (automerge::Automerge, impl FnMut(&mut automerge::Automerge, StrandCommand) -> Result<Option<EntryId>, String>) {
    let mut nothing = |_: &mut [u8]| {};
    let ctx = Context { person: [1; 16], device: [0x81; 16], now: START, random: &mut nothing };
    let (doc, _) = strand_genesis([0xbb; 16], &ctx);
    let mut counter = 0_u8;
    let does = move |doc: &mut automerge::Automerge, command: StrandCommand| {
        let mut random = |bytes: &mut [u8]| {
            counter += 1;
            bytes.fill(counter);
        };
        let mut ctx = Context { person: [1; 16], device: [0x81; 16], now: START, random: &mut random };
        apply_strand(doc, &command, &mut ctx).map(|done| done.id).map_err(|refusal| refusal.to_string())
    };
    (doc, does)
}

fn asked(who: Whom, about: AgreementAbout, said: Said, date: &str) -> StrandCommand {
    StrandCommand::RecordAgreement {
        who,
        relation: None,
        about,
        said,
        not_to: None,
        how: "at home".into(),
        explained_by: "Priya Marsh".into(),
        named: None,
        agencies: Vec::new(),
        date: Some(date.into()),
    }
}

#[test]
fn the_strand_record_keeps_each_persons_answer_apart_and_a_no_of_anybody_is_a_no() {
    let (mut doc, mut does) = strand_record();
    assert!(is_strand_record(&doc) && open(&doc.save()).is_err());
    let person = StrandCommand::SetPerson { name: Some("Aaliyah Brannick".into()), known_as: None, born: None };
    does(&mut doc, person).unwrap();
    does(&mut doc, asked(Whom::YoungPerson, AgreementAbout::Work, Said::Yes, "2026-04-16")).unwrap();
    assert_eq!(view_strand(&doc).for_colleagues, Some(Agreement::Yes));
    does(&mut doc, asked(Whom::Parent, AgreementAbout::Work, Said::No, "2026-04-08")).unwrap();
    assert_eq!(view_strand(&doc).for_colleagues, Some(Agreement::No));
    does(&mut doc, asked(Whom::Parent, AgreementAbout::Work, Said::Yes, "2026-04-16")).unwrap();
    let view = view_strand(&doc);
    assert_eq!(view.for_colleagues, Some(Agreement::Yes));
    assert_eq!(view.agreements.iter().map(|one| one.since_then_otherwise).collect::<Vec<_>>(), [true, false, false]);
    // Openness is not agreement, and neither is written as the other.
    assert!(
        does(&mut doc, asked(Whom::Parent, AgreementAbout::Openness, Said::Yes, TODAY)).unwrap_err().contains("not agreement")
    );
    assert!(does(&mut doc, asked(Whom::Parent, AgreementAbout::Work, Said::HasRead, TODAY)).is_err());
    assert!(does(&mut doc, asked(Whom::Parent, AgreementAbout::Work, Said::YesBut, TODAY)).unwrap_err().contains("said no"));
    let id = does(&mut doc, StrandCommand::DecideNotToAsk { who: Whom::Parent, why: None, reviewer: None, look_again: None });
    let id = id.unwrap().unwrap();
    assert_eq!(view_strand(&doc).not_asked[0].still_needs.len(), 3);
    let complete = StrandCommand::CompleteNotAsked {
        id,
        why: Some("Contact is not safe.".into()),
        reviewer: Some("Colin Ashdown".into()),
        look_again: Some("2026-05-17".into()),
    };
    does(&mut doc, complete).unwrap();
    assert!(view_strand(&doc).not_asked[0].still_needs.is_empty());
    assert_eq!(view_strand(&doc).for_colleagues, Some(Agreement::InPart));
}

#[test]
fn only_the_strand_record_says_when_and_why_somebody_was_taken_out() {
    let (mut doc, mut does) = strand_record();
    let joined = StrandCommand::NoteAttached { assessment: EntryId([1; 16]), strand: EntryId([2; 16]), label: "B".into() };
    let id = does(&mut doc, joined).unwrap().unwrap();
    let out = StrandCommand::NoteDetached { id, why: "Moved away.".into(), date: None, their_words: TheirWords::Stay };
    does(&mut doc, out).unwrap();
    let words = StrandCommand::KeepWords {
        whose: Whose::YoungPeople,
        words: "Only for you.".into(),
        how: "in person".into(),
        agreed: Agreed::NotAgreed,
        date: None,
    };
    does(&mut doc, words).unwrap();
    let view = view_strand(&open_strand(&doc.save()).unwrap());
    assert_eq!((view.joined[0].detached.as_deref(), view.joined[0].detached_why.as_deref()), (Some(TODAY), Some("Moved away.")));
    assert_eq!((view.words[0].words.as_str(), &view.words[0].voice), ("Only for you.", &None));
    let back: kith_assessment::StrandRecordView = serde_json::from_str(&serde_json::to_string(&view).unwrap()).unwrap();
    assert_eq!(back, view);
}

/// Marks other than that somebody has not been asked yet.
fn to_look_at(writer: &Writer) -> Vec<Mark> {
    writer.view().marks.into_iter().filter(|mark| !matches!(mark, Mark::NotYetAsked { .. })).collect()
}

#[test]
fn what_three_devices_add_apart_of_what_came_by_a_link_is_one_voice() {
    let mut holder = Writer::begin(1);
    let strand = attaches(&mut holder);
    let (mut laptop, mut stand_in) = (holder.copy(1), holder.copy(3));
    laptop.device = [0x91; 16];
    let id = kith_assessment::contribution(&EntryId([5; 16]), "friends");
    let add = |words: &str, about: &[&str]| {
        let Command::AddVoice(voice) = voice_of(strand, words) else { unreachable!() };
        let about = about.iter().map(ToString::to_string).collect();
        Command::AddVoice(AddVoice { arrived: Some(id), about, ..voice })
    };
    assert_eq!(holder.does(add("[a name, covered] waits for me.", &["1.6"])).id, Some(id));
    assert!(matches!(holder.try_to(&add("again", &[])), Err(Refusal::AlreadySo(_))));
    laptop.does(add("[a name, covered] waits for me.", &[]));
    stand_in.does(add("[a name, covered] waits for me.", &["3.1"]));
    let answer = |writer: &mut Writer, text: &str| {
        let answer = AnswerVoice { voice: id, outcome: Outcome::NotYet, text: text.into(), where_used: Vec::new() };
        writer.does(Command::AnswerVoice(answer))
    };
    answer(&mut holder, "We will.");
    let mut all = [holder, laptop, stand_in];
    for _ in 0..2 {
        for from in 0..3 {
            let mut other = all[from].doc.clone();
            all.iter_mut().for_each(|to| drop(to.doc.merge(&mut other).unwrap()));
        }
    }
    assert!(all.iter().all(|one| one.doc.get_heads() == all[0].doc.get_heads() && one.view() == all[0].view()));
    let view = all[0].view();
    assert_eq!(view.voices.len(), 1);
    let about: Vec<&str> = view.voices[0].about.iter().map(|about| about.to.as_str()).collect();
    assert_eq!((about, view.voices[0].answers.len()), (vec!["1.6", "3.1"], 1));
    assert_eq!(to_look_at(&all[0]), []);
    // Whoever added it takes it out for all.
    all[2].does(Command::WithdrawVoice(WithdrawVoice { id, why: "They asked for it.".into() }));
    let voice = &all[2].view().voices[0];
    assert_eq!((voice.words.as_str(), voice.withdrawn.as_deref()), ("", Some("They asked for it.")));
}

#[test]
fn somebody_who_writes_other_words_at_the_same_place_is_named_and_the_holders_words_stand() {
    let (mut holder, mut other) = two();
    let strand = attaches(&mut holder);
    exchange(&mut holder, &mut other);
    let id = kith_assessment::contribution(&EntryId([5; 16]), "friends");
    let add = |words: &str| {
        let Command::AddVoice(voice) = voice_of(strand, words) else { unreachable!() };
        Command::AddVoice(AddVoice { arrived: Some(id), ..voice })
    };
    holder.does(add("We all decide."));
    other.does(add("We decide [nothing, covered] [at all, covered]."));
    exchange(&mut holder, &mut other);
    let view = holder.view();
    assert_eq!((view.voices.len(), view.voices[0].words.as_str()), (1, "We all decide."));
    assert!(matches!(to_look_at(&holder).as_slice(), [Mark::WordsChangedByOthers { .. }]));
}

#[test]
fn leads_are_told_how_much_waits_and_since_when_only_once_it_is_late() {
    let mut holder = Writer::begin(1);
    let strand = attaches(&mut holder);
    let mut stand_in = holder.copy(2);
    let say = |count, since: Option<&str>| {
        let waits = HeardWaits { count, since: since.map(str::to_owned) };
        Command::SayHeardWaits(SayHeardWaits { strand, waits })
    };
    holder.does(say(2, Some("2026-05-05")));
    assert!(matches!(holder.try_to(&say(2, Some("2026-05-05"))), Err(Refusal::AlreadySo(_))));
    assert!(holder.try_to(&say(2, Some("5 May"))).is_err());
    stand_in.does(say(3, Some("2026-05-06")));
    exchange(&mut holder, &mut stand_in);
    let view = holder.view();
    assert_eq!(view.strands[0].heard_waits, HeardWaits { count: 2, since: Some("2026-05-05".into()) });
    assert_eq!(to_look_at(&holder), [], "nobody has to choose between counts");
    let told = |writer: &Writer, today: &str| -> Vec<(String, bool)> {
        let tasks = tasks(&writer.view(), Some(&PersonId([4; 16])), today).into_iter();
        tasks
            .filter(|task| task.kind == "heard-waits")
            .map(|task| (task.what.clone(), task.is_for(true) && !task.is_for(false)))
            .collect()
    };
    assert_eq!(told(&holder, "2026-05-06"), []);
    let (what, leads_only) = told(&holder, "2026-05-07").remove(0);
    assert!(what.starts_with("2 messages from A for ") && what.contains("since 5 May 2026") && leads_only, "{what}");
    // On the assessment's own pages leads see it before it is late: by holder, never what.
    let second = attaches(&mut holder);
    let more = HeardWaits { count: 1, since: Some("2026-05-04".into()) };
    holder.does(Command::SayHeardWaits(SayHeardWaits { strand: second, waits: more }));
    let day = |leads, today| on_the_day(&holder.view(), None, leads, today).to_read;
    assert_eq!(day(false, "2026-05-05"), []);
    let [one] = day(true, "2026-05-05").try_into().unwrap();
    assert_eq!(one.waits, HeardWaits { count: 3, since: Some("2026-05-04".into()) });
    assert_eq!((&one.holder, one.due.as_deref(), one.late), (&holder.view().strands[0].holder, Some("2026-05-05"), false));
    assert!(day(true, "2026-05-06")[0].late);
    holder.does(Command::SayHeardWaits(SayHeardWaits { strand: second, waits: HeardWaits::default() }));
    holder.does(say(0, None));
    assert_eq!(on_the_day(&holder.view(), None, true, "2026-06-07").to_read, []);
    assert_eq!(told(&holder, "2026-06-07"), []);
    assert!(history_text(&history(&holder.doc)).contains("how much waits"));
}
