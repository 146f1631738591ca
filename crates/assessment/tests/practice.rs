//! Voices, weighting, plan, disagreement: what people do with them, alone and apart.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use automerge::transaction::Transactable;
use automerge::{ActorId, ReadDoc};
use common::{Writer, exchange};
use kith_assessment::{
    ActionFields, ActionView, AddAction, AddGoal, AddVoice, Agreed, Answer, AnswerVoice, AssessmentView, Command,
    ConfirmForFamilies, DifferOnWeighting, EntryId, Fair, Kind, Mark, MeasureGoal, Outcome, Position, PutBack, RecordFair,
    Refusal, SetWeighting, Status, TakeBack, TakePosition, TieVoice, Turn, TwoVersions, UpdateAction, Whose, WithdrawVoice,
    history, view,
};

fn two() -> (Writer, Writer) {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    exchange(&mut priya, &mut nadia);
    (priya, nadia)
}

fn voice(words: &str) -> AddVoice {
    AddVoice {
        side: "3".into(),
        whose: Whose::YoungPeople,
        words: words.into(),
        how: "link".into(),
        agreed: Agreed::Agreed,
        ..AddVoice::default()
    }
}

fn action(what: &str) -> AddAction {
    let fields = ActionFields { owner: Some("council, highways".into()), sides: vec!["3".into()], ..ActionFields::default() };
    AddAction { what: what.into(), why: "Asked for by the friends.".into(), lost: None, fields }
}

fn goal(text: &str) -> AddGoal {
    AddGoal { text: text.into(), measure: "The friends mark the same map again.".into(), ..AddGoal::default() }
}

fn versions(view: &AssessmentView) -> Vec<TwoVersions> {
    let marks = view.marks.iter();
    marks.filter_map(|mark| if let Mark::TwoVersions(versions) = mark { Some(versions.clone()) } else { None }).collect()
}

/// Both set one thing apart: both values are shown with who set them, and choosing settles it.
fn keeps_both(priya: &mut Writer, nadia: &mut Writer, one: Command, other: Command, field: &str, words: [&str; 2]) {
    priya.does(one);
    nadia.does(other);
    exchange(priya, nadia);
    let found = versions(&priya.view());
    let two = found.iter().find(|versions| versions.field.ends_with(field)).unwrap_or_else(|| panic!("{field} in {found:?}"));
    let mut shown: Vec<&str> = two.values.iter().map(|version| version.words.as_str()).collect();
    shown.sort_unstable();
    let mut words = words;
    words.sort_unstable();
    assert_eq!(shown, words, "{field}");
    assert!(two.values.iter().all(|version| version.by.len() == 1));
    priya.does(Command::Choose { field: two.field.clone(), value: two.values[0].value.clone() });
    exchange(priya, nadia);
    assert!(!versions(&nadia.view()).iter().any(|versions| versions.field.ends_with(field)));
}

#[test]
fn a_view_that_nobody_asked_for_is_not_blank_and_words_that_stand_there_were_asked_for() {
    let mut priya = Writer::begin(1);
    assert_eq!(priya.view().sides[2].young_people, Answer::NotYetAsked);
    let id = priya.does(Command::AddVoice(voice("Lights."))).id.unwrap();
    let shown = priya.view();
    assert_eq!((&shown.sides[2].young_people, &shown.sides[2].parents), (&Answer::Asked, &Answer::NotYetAsked));
    assert_eq!(shown.voices[0].speaker, "a young person");
    priya.does(Command::WithdrawVoice(WithdrawVoice { id, why: "They asked.".into() }));
    assert_eq!(priya.view().sides[2].young_people, Answer::NotYetAsked);
}

#[test]
fn nobody_can_change_somebodys_words_and_only_who_wrote_them_down_can_take_them_out() {
    let (mut priya, mut nadia) = two();
    let id = priya.does(Command::AddVoice(voice("Everyone asks me what I did."))).id.unwrap();
    exchange(&mut priya, &mut nadia);
    let edit = |field: &str| Command::EditText { field: format!("voices/{id}/{field}"), text: "x".into() };
    assert!(nadia.try_to(&edit("words")).is_err() && priya.try_to(&edit("words")).is_err());
    let out = Command::WithdrawVoice(WithdrawVoice { id, why: "x".into() });
    assert!(matches!(nadia.try_to(&out), Err(Refusal::NotYours { author }) if author == "Priya Marsh"));
    // Past the commands, as a broken or malicious member would.
    nadia.doc.set_actor(ActorId::from(nadia.device));
    let mut tx = nadia.doc.transaction();
    let voices = tx.get(automerge::ROOT, "voices").unwrap().unwrap().1;
    let object = tx.get(&voices, id.to_string()).unwrap().unwrap().1;
    tx.put(&object, "words", "I did it.").unwrap();
    tx.put(&object, "agreed", "not-agreed").unwrap();
    tx.put(&object, "withdrawn", "gone").unwrap();
    tx.commit();
    exchange(&mut priya, &mut nadia);
    let shown = nadia.view();
    assert_eq!(shown.voices[0].words, "Everyone asks me what I did.");
    assert_eq!((&shown.voices[0].agreed, &shown.voices[0].withdrawn), (&Agreed::Agreed, &None));
    assert!(
        shown.marks.iter().any(|mark| matches!(mark, Mark::WordsChangedByOthers { by, .. } if by[0].name == "Nadia Sorrell"))
    );
    priya.does(Command::WithdrawVoice(WithdrawVoice { id, why: "They asked for it.".into() }));
    exchange(&mut priya, &mut nadia);
    let shown = serde_json::to_string(&nadia.view()).unwrap();
    assert!(!shown.contains("Everyone asks") && shown.contains("They asked for it."));
}

#[test]
fn words_without_agreement_are_not_written_here() {
    let mut priya = Writer::begin(1);
    let refused = [
        (AddVoice { agreed: Agreed::NotAgreed, ..voice("x") }, "did not agree"),
        (AddVoice { agreed: Agreed::default(), ..voice("x") }, "Choose one of: agreed"),
        (AddVoice { how: String::new(), ..voice("x") }, "way in which it was obtained is empty"),
        (AddVoice { side: "9".into(), ..voice("x") }, "It has: 1, 2, 3"),
        (AddVoice { about: vec!["9.9".into()], ..voice("x") }, "no dimension"),
        (AddVoice { strand: Some(EntryId([9; 16])), ..voice("x") }, "no strand"),
        (voice(" "), "is empty"),
    ];
    let before = priya.doc.save();
    for (given, words) in refused {
        let refusal = priya.try_to(&Command::AddVoice(given)).expect_err(words);
        assert!(refusal.to_string().contains(words), "{refusal}");
    }
    assert_eq!(priya.doc.save(), before);
}

#[test]
fn an_answer_says_where_it_was_used_and_whether_they_think_it_fair() {
    let (mut priya, mut nadia) = two();
    let entry = priya.adds("3.4", Kind::Worry, "Two homes, forty minutes apart.");
    let id = priya
        .does(Command::AddVoice(AddVoice { about: vec![entry.to_string()], ..voice("I went to find my mate.") }))
        .id
        .unwrap();
    priya.does(Command::AddGoal(AddGoal { findings: vec![entry.to_string()], ..goal("They live in one home.") }));
    priya.does(Command::TieVoice(TieVoice { id, to: vec!["3.4".into()], from: vec![] }));
    let shown = priya.view();
    assert!(!shown.voices[0].is_answered());
    assert_eq!(shown.voices[0].draft, "We used what you said in 3.4 Policies and rules and in goal 1.");
    let used = |where_used: Vec<String>| AnswerVoice {
        voice: id,
        outcome: Outcome::Used,
        text: "We asked for one home.".into(),
        where_used,
    };
    assert!(priya.try_to(&Command::AnswerVoice(used(vec![]))).unwrap_err().to_string().contains("where it was used"));
    let answer = priya.does(Command::AnswerVoice(used(vec!["3.4".into()]))).id.unwrap();
    // Two who answer apart: both answers are there.
    nadia.takes_from(&mut priya);
    nadia.does(Command::AnswerVoice(AnswerVoice { outcome: Outcome::AskMore, where_used: vec![], ..used(vec![]) }));
    priya.does(Command::RecordFair(RecordFair { answer, fair: Some(Fair::Yes), words: None, told: None }));
    exchange(&mut priya, &mut nadia);
    let answers = &priya.view().voices[0].answers;
    assert_eq!(answers.len(), 2);
    assert_eq!((answers[0].fair.clone(), answers[0].told.as_deref()), (Some(Fair::Yes), Some("2026-05-05")));
    assert_eq!(answers[0].where_used[0].label, "3.4 Policies and rules");
    let fair = |fair| Command::RecordFair(RecordFair { answer, fair: Some(fair), words: None, told: None });
    keeps_both(&mut priya, &mut nadia, fair(Fair::NotReally), fair(Fair::No), "/fair", ["No", "Not really"]);
}

#[test]
fn a_weighting_keeps_both_turns_and_both_reasons_and_who_took_part_adds_up() {
    let (mut priya, mut nadia) = two();
    let turn =
        |turn: Turn| Command::SetWeighting(SetWeighting { places: [("3".to_owned(), turn)].into(), ..SetWeighting::default() });
    keeps_both(&mut priya, &mut nadia, turn(Turn::First), turn(Turn::Next), "weighting.place.3", ["first", "next"]);
    let with = |who: &str, reason: &str| {
        Command::SetWeighting(SetWeighting {
            reason: Some(reason.into()),
            took_part: vec![who.into()],
            ..SetWeighting::default()
        })
    };
    priya.does(with("Priya", "Places first."));
    exchange(&mut priya, &mut nadia);
    priya.does(with("Delroy", "Places and hours first."));
    nadia.does(with("Nadia", "Places first. Adults next."));
    exchange(&mut priya, &mut nadia);
    let weighting = priya.view().weighting;
    assert_eq!(weighting.reason.text, "Places and hours first. Adults next.");
    assert_eq!(weighting.took_part, ["Delroy", "Nadia", "Priya"]);
    assert_eq!(weighting.reason.edited_apart.len(), 2);
    priya.does(Command::LookedAtText { field: "analysis/weighting".into() });
    exchange(&mut priya, &mut nadia);
    assert!(nadia.view().weighting.reason.edited_apart.is_empty());
    assert!(priya.try_to(&Command::SetWeighting(SetWeighting::default())).is_err());
    let newer = Turn::from("heaviest");
    assert!(priya.try_to(&turn(newer)).unwrap_err().to_string().contains("first, next, then"));
}

#[test]
fn the_summary_is_written_together_letter_by_letter() {
    let (mut priya, mut nadia) = two();
    let splice = |at, insert: &str| Command::SpliceText {
        field: "analysis/summary".into(),
        heads: None,
        at,
        delete: 0,
        insert: insert.into(),
    };
    priya.does(splice(0, "They look after each other."));
    exchange(&mut priya, &mut nadia);
    priya.does(splice(0, "1"));
    nadia.does(splice(27, "2"));
    exchange(&mut priya, &mut nadia);
    assert_eq!(priya.view().summary.text, "1They look after each other.2");
    let lines = history(&priya.doc);
    assert!(lines.iter().any(|line| line.what == "wrote in the summary"), "{lines:?}");
    for field in ["analysis", "analysis/none", "strands/x/label", "", "///", "voices", "people/x"] {
        let edit = Command::EditText { field: field.into(), text: "x".into() };
        assert!(priya.try_to(&edit).unwrap_err().to_string().contains("no text"), "{field}");
    }
}

#[test]
fn a_goal_shows_then_and_now_side_by_side_and_hints_never_block() {
    let mut priya = Writer::begin(1);
    let id = priya
        .does(Command::AddGoal(AddGoal {
            then: Some("one evening OK".into()),
            then_date: Some("2026-04-17".into()),
            ..goal("He makes better choices and stops going out.")
        }))
        .id
        .unwrap();
    priya.now += 60;
    for (value, date) in [("two evenings", "2026-05-02"), ("three evenings", "2026-05-04")] {
        let reading =
            MeasureGoal { goal: id, value: value.into(), date: Some(date.into()), ask_again: Some("2026-06-16".into()) };
        priya.does(Command::MeasureGoal(reading));
    }
    for n in 0..5 {
        priya.does(Command::AddGoal(AddGoal { measure: "leaflets made".into(), ..goal(&format!("Goal {n}.")) }));
    }
    let planned = priya.view().planned;
    let first = &planned.goals[0];
    assert_eq!(first.then.as_ref().unwrap().value, "one evening OK");
    assert_eq!(first.now.iter().map(|now| now.value.as_str()).collect::<Vec<_>>(), ["two evenings", "three evenings"]);
    assert_eq!(first.ask_again.as_deref(), Some("2026-06-16"));
    let kinds = |hints: &[kith_assessment::Hint]| hints.iter().map(|hint| hint.kind.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&first.hints), ["child-alone", "no-finding"]);
    assert!(kinds(&planned.goals[1].hints).contains(&"effort".to_owned()));
    assert_eq!(kinds(&planned.hints), ["many-goals"]);
}

#[test]
fn keeping_friends_apart_asks_what_would_be_lost_and_keeping_them_together_asks_nothing() {
    let mut priya = Writer::begin(1);
    priya.does(Command::AddAction(action("Two places in one home.")));
    let hinted = priya.does(Command::AddAction(action("No contact at weekends."))).id.unwrap();
    let hints = priya.view().planned.actions[1].hints.clone();
    assert_eq!(hints[0].kind, "keeps-apart");
    let apart = |lost: Option<&str>, why: Option<&str>, review: Option<&str>| {
        let fields = ActionFields {
            keeps_apart: Some(true),
            apart_why: why.map(Into::into),
            apart_review: review.map(Into::into),
            ..ActionFields::default()
        };
        Command::UpdateAction(UpdateAction {
            id: hinted,
            lost: lost.map(Into::into),
            not_sides: vec![],
            not_goals: vec![],
            fields,
        })
    };
    for incomplete in [
        apart(None, None, None),
        apart(Some("Each other."), Some("A court order."), None),
        apart(None, Some("x"), Some("2026-05-19")),
    ] {
        assert!(priya.try_to(&incomplete).unwrap_err().to_string().contains("what would be lost"));
    }
    assert!(!priya.view().planned.actions[1].keeps_apart);
    priya.does(apart(Some("Each other."), Some("A court order."), Some("2026-05-19")));
    let shown = &priya.view().planned.actions[1];
    assert!(shown.keeps_apart && shown.hints.is_empty());
    let without = AddAction { why: String::new(), ..action("Light on the path.") };
    assert!(priya.try_to(&Command::AddAction(without)).unwrap_err().to_string().contains("a family can read"));
}

#[test]
fn every_field_of_an_action_that_two_people_set_apart_shows_both() {
    let (mut priya, mut nadia) = two();
    let id = priya.does(Command::AddAction(action("Open the hall."))).id.unwrap();
    exchange(&mut priya, &mut nadia);
    let update = |fields: ActionFields| {
        Command::UpdateAction(UpdateAction { id, lost: None, not_sides: vec![], not_goals: vec![], fields })
    };
    let due = |date: &str| update(ActionFields { due: Some(date.into()), ..ActionFields::default() });
    priya.does(due("2026-05-12"));
    nadia.does(due("2026-05-15"));
    exchange(&mut priya, &mut nadia);
    let shown: ActionView = priya.view().planned.actions[0].clone();
    assert!(!shown.is_overdue("2026-05-14"), "the later of two dates must have passed");
    assert!(shown.is_overdue("2026-05-16"));
    keeps_both(&mut priya, &mut nadia, due("2026-05-20"), due("2026-05-21"), "/due", ["20 May 2026", "21 May 2026"]);
    let status = |status| update(ActionFields { status: Some(status), ..ActionFields::default() });
    keeps_both(&mut priya, &mut nadia, status(Status::Started), status(Status::Done), "/status", ["started", "done"]);
    let owner = |owner: &str| update(ActionFields { owner: Some(owner.into()), ..ActionFields::default() });
    keeps_both(&mut priya, &mut nadia, owner("school"), owner("health"), "/owner", ["school", "health"]);
    let add = |side: &str| update(ActionFields { sides: vec![side.into()], ..ActionFields::default() });
    priya.does(add("1"));
    nadia.does(add("2"));
    exchange(&mut priya, &mut nadia);
    assert_eq!(priya.view().planned.actions[0].sides, ["1", "2", "3"]);
}

#[test]
fn a_goal_taken_back_while_another_edited_it_stays_with_the_edit() {
    let (mut priya, mut nadia) = two();
    let id = priya.does(Command::AddGoal(goal("A warm place."))).id.unwrap();
    exchange(&mut priya, &mut nadia);
    priya.does(Command::TakeBack(TakeBack { id, why: "Said twice.".into() }));
    nadia.does(Command::EditText { field: format!("plan/goals/{id}/text"), text: "A warm, free place.".into() });
    exchange(&mut priya, &mut nadia);
    let shown = priya.view();
    assert_eq!(shown.planned.goals[0].text.text, "A warm, free place.");
    assert!(shown.planned.goals[0].kept.retired.as_ref().unwrap().edited_since);
    assert!(shown.marks.iter().any(|mark| matches!(mark, Mark::RetiredAndEdited { .. })));
    priya.does(Command::TakeBack(TakeBack { id, why: "Still.".into() }));
    assert_eq!(priya.view().planned.goals_taken_back.len(), 1);
    let edit = Command::EditText { field: format!("plan/goals/{id}/text"), text: "x".into() };
    assert!(priya.try_to(&edit).unwrap_err().to_string().contains("Still."));
    priya.does(Command::PutBack(PutBack { id }));
    assert_eq!(priya.view().planned.goals.len(), 1);
}

#[test]
fn differing_views_stand_beside_goals_and_the_weighting_and_families_read_only_confirmed_words() {
    let (mut priya, mut nadia) = two();
    let id = priya.does(Command::AddGoal(goal("One home."))).id.unwrap();
    exchange(&mut priya, &mut nadia);
    let differing = nadia.does(Command::AddDifferingView { about: id, text: "I would try weekends first.".into() }).id.unwrap();
    nadia.does(Command::DifferOnWeighting(DifferOnWeighting { text: "Adults first.".into() }));
    exchange(&mut priya, &mut nadia);
    let confirm = |words: &str| Command::ConfirmForFamilies(ConfirmForFamilies { id: differing, words: words.into() });
    assert!(matches!(priya.try_to(&confirm("x")), Err(Refusal::NotYours { .. })));
    nadia.does(confirm("The adults did not all agree about one home."));
    exchange(&mut priya, &mut nadia);
    let shown = priya.view();
    assert_eq!(shown.planned.goals[0].differing[0].text, "I would try weekends first.");
    assert_eq!(shown.planned.goals[0].differing[0].for_families.as_deref(), Some("The adults did not all agree about one home."));
    assert_eq!(shown.weighting.differing[0].text, "Adults first.");
    assert!(shown.loose_views.is_empty());
}

#[test]
fn who_sees_it_the_same_way_is_shown_then_and_now_and_never_counted() {
    let (mut priya, mut nadia) = two();
    let id = priya.does(Command::AddGoal(goal("One home."))).id.unwrap();
    exchange(&mut priya, &mut nadia);
    let see = |position| Command::TakePosition(TakePosition { about: id.to_string(), position });
    nadia.does(Command::AddDifferingView { about: id, text: "Not sure about mornings.".into() });
    priya.does(see(Position::Same));
    nadia.now += 60;
    nadia.does(see(Position::Same));
    exchange(&mut priya, &mut nadia);
    let subjects = priya.view().positions;
    assert_eq!(subjects[0].label, "goal 1");
    let of_nadia = &subjects[0].positions[0];
    assert_eq!((of_nadia.who.name.as_str(), &of_nadia.now.position), ("Nadia Sorrell", &Position::Same));
    assert_eq!(of_nadia.before[0].position, Position::Differently);
    let json = serde_json::to_string(&subjects).unwrap();
    for word in ["count", "score", "percent", "rank", "total"] {
        assert!(!json.contains(word));
    }
}

#[test]
fn fields_of_a_newer_version_are_shown_and_kept() {
    let mut priya = Writer::begin(1);
    let id = priya.does(Command::AddGoal(goal("A warm place."))).id.unwrap();
    priya.doc.set_actor(ActorId::from([0x77; 16]));
    let mut tx = priya.doc.transaction();
    let plan = tx.get(automerge::ROOT, "plan").unwrap().unwrap().1;
    let goals = tx.get(&plan, "goals").unwrap().unwrap().1;
    let object = tx.get(&goals, id.to_string()).unwrap().unwrap().1;
    tx.put(&object, "song", "la la").unwrap();
    let analysis = tx.get(automerge::ROOT, "analysis").unwrap().unwrap().1;
    tx.put(&analysis, "weighting.mood", "so-so").unwrap();
    tx.put(&analysis, "weighting.place.1", "heaviest").unwrap();
    tx.commit();
    let edit = Command::EditText { field: format!("plan/goals/{id}/text"), text: "A warm, free place.".into() };
    priya.does(edit);
    let shown = view(&kith_assessment::open(&priya.doc.save()).unwrap());
    let newer: Vec<&str> = shown.newer.iter().map(|field| field.value.as_str()).collect();
    assert_eq!(newer, ["la la", "so-so"]);
    assert_eq!(shown.weighting.places[0].turn, Turn::Newer("heaviest".into()));
}

#[test]
fn commands_read_from_json_with_what_is_left_out_and_refuse_what_they_do_not_know() {
    let json =
        r#"{"do":"add-voice","side":"1","whose":"parents","words":"They eat at mine.","how":"by phone","agreed":"agreed"}"#;
    let command: Command = serde_json::from_str(json).unwrap();
    let mut priya = Writer::begin(1);
    priya.does(command.clone());
    assert_eq!(serde_json::from_str::<Command>(&serde_json::to_string(&command).unwrap()).unwrap(), command);
    assert!(serde_json::from_str::<Command>(r#"{"do":"add-voice","side":"1","wordz":"x"}"#).is_err());
    let json = r#"{"do":"add-action","what":"Light.","why":"Asked for.","owner":"council","sides":["3"],"due":"2026-05-04"}"#;
    priya.does(serde_json::from_str(json).unwrap());
    assert_eq!(priya.view().planned.actions[0].owner.as_deref(), Some("council"));
    assert!(priya.view().planned.actions[0].is_overdue("2026-05-05"));
}

#[test]
fn nothing_about_a_person_is_ranked_scored_or_coloured() {
    let mut priya = Writer::begin(1);
    priya.does(Command::AddVoice(voice("x")));
    priya.does(Command::AddAction(action("y")));
    let json = serde_json::to_string(&priya.view()).unwrap();
    for word in ["\"rank", "\"score", "\"risk", "\"level", "\"weight\"", "\"colour", "\"grade", "\"priority"] {
        assert!(!json.contains(word), "{word}");
    }
}
