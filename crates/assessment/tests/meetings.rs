//! Meetings: notes that all write together, that are as agreed when somebody says so, and that stay with those who write here.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Writer, exchange};
use kith_assessment::{
    AddGoal, AddMeeting, AgreeNotes, Command, EntryId, Heads, Mark, MeetingKind, MeetingView, Part, PersonId, PutBack, Refusal,
    ReopenNotes, TakeBack, UpdateMeeting, case_notes, history, lines, part_text, plain_text, search, tasks, then_and_now,
    to_publish,
};

const TODAY: &str = "2026-05-05";
const CANARY: &str = "Quokka lights on the path";

fn team() -> (Writer, Writer) {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "Kestrel Vale Academy");
    exchange(&mut priya, &mut nadia);
    (priya, nadia)
}

fn meets(writer: &mut Writer, notes: &str) -> EntryId {
    let there = vec![PersonId([1; 16]), PersonId([2; 16])];
    let meeting = AddMeeting {
        kind: MeetingKind::PeerGroupConference,
        there,
        others: vec!["station manager, bus company".into()],
        notes: notes.into(),
        ..AddMeeting::default()
    };
    writer.does(Command::AddMeeting(meeting)).id.unwrap()
}

fn notes(id: &EntryId) -> String {
    format!("meetings/{id}/notes")
}

fn types(writer: &mut Writer, id: &EntryId, heads: Option<Heads>, insert: &str) {
    writer.does(Command::SpliceText { field: notes(id), heads, at: 0, delete: 0, insert: insert.into() });
}

fn only(writer: &Writer) -> MeetingView {
    let held = writer.view().meetings.held;
    let [one] = held.as_slice() else { panic!("{held:?}") };
    one.clone()
}

#[test]
fn a_meeting_says_what_it_was_when_and_who_was_there_by_agency_and_by_role() {
    let (mut priya, _) = team();
    meets(&mut priya, "Places first.");
    let meeting = only(&priya);
    assert_eq!(meeting.title, "Peer group conference, 5 May 2026");
    assert_eq!(
        meeting.who_was_there(),
        "Kestrel Vale Academy (Nadia Sorrell); children's social care (Priya Marsh); station manager, bus company"
    );
    assert_eq!((meeting.notes.text.as_str(), meeting.agreed), ("Places first.", None));
}

#[test]
fn bad_input_gets_a_sentence_and_changes_nothing() {
    let (mut priya, _) = team();
    let id = meets(&mut priya, "");
    let before = priya.doc.get_heads();
    let add = |kind, date: &str, there| {
        Command::AddMeeting(AddMeeting { kind, date: Some(date.into()), there, ..AddMeeting::default() })
    };
    for (command, says) in [
        (add(MeetingKind::from("party"), TODAY, vec![]), "kind of meeting"),
        (add(MeetingKind::Review, "2026-02-31", vec![]), "is not a date"),
        (add(MeetingKind::Review, TODAY, vec![PersonId([9; 16])]), "there is no colleague"),
        (Command::AgreeNotes(AgreeNotes { id }), "there are no notes yet"),
        (Command::ReopenNotes(ReopenNotes { id, why: "Why not.".into() }), "these notes are open"),
        (Command::AgreeNotes(AgreeNotes { id: EntryId([7; 16]) }), "there is no meeting"),
    ] {
        let refusal = priya.try_to(&command).unwrap_err().to_string();
        assert!(refusal.contains(says), "{refusal}");
    }
    assert_eq!(priya.doc.get_heads(), before);
}

#[test]
fn two_who_type_apart_in_the_notes_lose_nothing() {
    let (mut priya, mut nadia) = team();
    let id = meets(&mut priya, "");
    exchange(&mut priya, &mut nadia);
    types(&mut priya, &id, None, "Lights. ");
    types(&mut nadia, &id, None, "A hall. ");
    exchange(&mut priya, &mut nadia);
    let notes = only(&priya).notes;
    assert!(notes.text.contains("Lights. ") && notes.text.contains("A hall. "), "{}", notes.text);
    assert_eq!(notes.edited_apart.len(), 2);
}

#[test]
fn notes_that_are_as_agreed_are_changed_only_after_somebody_opened_them_with_a_reason() {
    let (mut priya, mut nadia) = team();
    let id = meets(&mut priya, "Places first.");
    exchange(&mut priya, &mut nadia);
    nadia.does(Command::AgreeNotes(AgreeNotes { id }));
    let agreed = only(&nadia).agreed.unwrap();
    assert_eq!((agreed.by.name.as_str(), agreed.date.as_str(), agreed.written_since), ("Nadia Sorrell", TODAY, false));
    exchange(&mut priya, &mut nadia);
    let edit = Command::EditText { field: notes(&id), text: "Adults first.".into() };
    let change = Command::UpdateMeeting(UpdateMeeting {
        id,
        kind: Some(MeetingKind::Review),
        date: None,
        there: vec![],
        not_there: vec![],
        others: vec![],
        not_others: vec![],
    });
    for command in [&edit, &change] {
        assert!(matches!(priya.try_to(command), Err(Refusal::Rule(_))), "{command:?}");
    }
    assert!(matches!(priya.try_to(&Command::AgreeNotes(AgreeNotes { id })), Err(Refusal::AlreadySo(_))));
    assert!(priya.try_to(&Command::ReopenNotes(ReopenNotes { id, why: " ".into() })).is_err());
    priya.does(Command::ReopenNotes(ReopenNotes { id, why: "One action is missing.".into() }));
    priya.does(edit);
    priya.does(change);
    let meeting = only(&priya);
    assert_eq!(meeting.reopened_why.as_deref(), Some("One action is missing."));
    assert_eq!((meeting.agreed, meeting.kind, meeting.notes.text.as_str()), (None, MeetingKind::Review, "Adults first."));
}

#[test]
fn a_letter_typed_while_the_notes_were_closed_is_kept_and_said() {
    let (mut priya, mut nadia) = team();
    let id = meets(&mut priya, "Places first.");
    exchange(&mut priya, &mut nadia);
    let stands = Heads(nadia.doc.get_heads());
    priya.does(Command::AgreeNotes(AgreeNotes { id }));
    nadia.takes_from(&mut priya);
    types(&mut nadia, &id, Some(stands), "Lights. ");
    exchange(&mut priya, &mut nadia);
    let meeting = only(&priya);
    assert_eq!(meeting.notes.text, "Lights. Places first.");
    assert!(meeting.agreed.unwrap().written_since);
    assert!(priya.view().marks.iter().any(|mark| matches!(mark, Mark::AgreedAndEdited { .. })));
    let waiting = tasks(&priya.view(), None, TODAY);
    let task = waiting.iter().find(|task| task.kind == "agreed-and-edited").unwrap();
    assert_eq!((task.page.as_str(), task.at.clone()), ("meetings", id.to_string()));
    // Whoever has read them says so again.
    nadia.does(Command::AgreeNotes(AgreeNotes { id }));
    assert!(!only(&nadia).agreed.unwrap().written_since);
    assert!(!nadia.view().marks.iter().any(|mark| matches!(mark, Mark::AgreedAndEdited { .. })));
}

#[test]
fn closed_by_one_and_opened_by_another_apart_they_are_open_until_somebody_chooses() {
    let (mut priya, mut nadia) = team();
    let id = meets(&mut priya, "Places first.");
    priya.does(Command::AgreeNotes(AgreeNotes { id }));
    exchange(&mut priya, &mut nadia);
    priya.does(Command::ReopenNotes(ReopenNotes { id, why: "One action is missing.".into() }));
    types(&mut nadia, &id, None, "Lights. ");
    nadia.now += 86_400;
    nadia.does(Command::AgreeNotes(AgreeNotes { id }));
    exchange(&mut priya, &mut nadia);
    let meeting = only(&priya);
    assert_eq!(meeting.agreed, None);
    let [two] = meeting.kept.two_versions.as_slice() else { panic!("{:?}", meeting.kept.two_versions) };
    assert_eq!(two.label, "whether notes are as agreed");
    let words: Vec<&str> = two.values.iter().map(|version| version.words.as_str()).collect();
    assert!(words.contains(&"open") && words.contains(&"as agreed on 6 May 2026"), "{words:?}");
    let chosen = two.values.iter().find(|version| version.words != "open").unwrap().value.clone();
    priya.does(Command::Choose { field: two.field.clone(), value: chosen });
    assert!(only(&priya).agreed.is_some());
}

#[test]
fn it_is_in_history_search_then_and_now_and_in_professionals_text() {
    let (mut priya, _) = team();
    let then = priya.does(Command::SetTitle { title: "Larch".into() }).hash.to_string();
    let id = meets(&mut priya, CANARY);
    types(&mut priya, &id, None, "Also: ");
    priya.does(Command::AgreeNotes(AgreeNotes { id }));
    priya.does(Command::ReopenNotes(ReopenNotes { id, why: "A date is wrong.".into() }));
    priya.does(Command::TakeBack(TakeBack { id, why: "Twice.".into() }));
    assert!(lines(&priya.view()).iter().all(|line| !line.text.contains("Quokka")));
    priya.does(Command::PutBack(PutBack { id }));
    let view = priya.view();
    let told: Vec<String> = history(&priya.doc).into_iter().map(|line| line.what).collect();
    for what in [
        "noted a meeting: Peer group conference",
        "wrote in the notes of a meeting",
        "said that the notes of a meeting are as agreed",
        "opened the notes of a meeting again",
        "took back a meeting",
        "put back a meeting",
    ] {
        assert!(told.iter().any(|line| line == what), "{what} in {told:?}");
    }
    let found = search(&view, "quokka");
    assert_eq!((found[0].page.as_str(), found[0].at.clone()), ("meetings", id.to_string()));
    let since = then_and_now(&priya.doc, None, &then, None).unwrap();
    assert!(since.added.iter().any(|line| line.text.contains(CANARY)));
    for text in [plain_text(&view), part_text(&view, Part::Meetings, None, TODAY)] {
        assert!(text.contains(CANARY) && text.contains("Opened again: A date is wrong."), "{text}");
    }
}

#[test]
fn no_word_of_the_notes_goes_to_readers_or_families_or_into_a_copy_for_one_young_person() {
    let (mut priya, _) = team();
    priya.does(Command::AnswerPurpose {
        trigger: Some(kith_assessment::Trigger::OverTime),
        why_now: None,
        better: Some("Evenings without fear.".into()),
        find_out: Some("Talking.".into()),
        could_go_wrong: Some("Labels.".into()),
        less_intrusive: Some("Each alone.".into()),
        lead_agency: None,
    });
    priya.does(Command::AddGoal(AddGoal { text: "A warm place.".into(), ..AddGoal::default() }));
    let id = meets(&mut priya, CANARY);
    priya.does(Command::AgreeNotes(AgreeNotes { id }));
    let view = priya.view();
    let published = to_publish(&view).unwrap();
    let shared = serde_json::to_string(&published).unwrap();
    assert!(shared.contains("A warm place.") && !shared.contains("Quokka") && !shared.contains("station manager"));
    assert!(!case_notes(&view, None, TODAY).contains("Quokka"));
}
