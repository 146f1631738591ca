//! What people do one at a time: what is stored, what is refused, and in which words.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{START, Writer, add};
use kith_assessment::{
    Agreed, Answer, Basis, Command, EntryId, Heads, Heard, InviteId, Kind, Mark, PersonId, Refusal, Secret, Trigger, Whose,
    entry_text, find, invites, open, view_entry,
};

fn splice(id: EntryId, at: usize, delete: usize, insert: &str) -> Command {
    Command::SpliceEntry { id, heads: None, at, delete, insert: insert.into() }
}

#[test]
fn text_alone_suffices_and_the_rest_has_the_defaults_of_the_screen() {
    let mut priya = Writer::begin(1);
    let own = priya.adds("1.6", Kind::Strength, "They wait for each other.");
    let passed_on = priya.does(Command::AddEntry {
        dimension: "2".into(),
        kind: Kind::Worry,
        text: "No adult is around after six.".into(),
        said_by: Some("young people, map".into()),
        first_hand_or_passed_on: None,
        basis: None,
        date: Some("2026-04-30".into()),
        agreed: Some(Agreed::Agreed),
    });
    let own = view_entry(&priya.doc, &own).unwrap();
    assert_eq!(own.provenance.first_hand_or_passed_on, Some(Heard::FirstHand));
    assert_eq!(own.provenance.basis, Some(Basis::Observation));
    assert_eq!(own.provenance.date.as_deref(), Some("2026-05-05"));
    assert_eq!(own.framework, "peer-default-1");
    let passed_on = view_entry(&priya.doc, &passed_on.id.unwrap()).unwrap();
    assert_eq!(passed_on.provenance.first_hand_or_passed_on, Some(Heard::PassedOn));
    assert_eq!((passed_on.provenance.basis, passed_on.provenance.agreed), (None, Some(Agreed::Agreed)));
    assert_eq!(priya.view().sides[1].entries.len(), 1, "an entry may stand under the side");
}

#[test]
fn strengths_stand_above_worries_and_a_side_with_only_worries_is_flagged() {
    let mut priya = Writer::begin(1);
    priya.adds("1.6", Kind::Worry, "A worry.");
    let flagged = |view: &kith_assessment::AssessmentView| {
        view.marks.iter().any(|m| matches!(m, Mark::OnlyWorries { side, .. } if side == "1"))
    };
    assert!(flagged(&priya.view()));
    priya.adds("1.6", Kind::Strength, "A strength.");
    let view = priya.view();
    assert!(!flagged(&view));
    let kinds: Vec<&Kind> = view.sides[0].dimensions[5].entries.iter().map(|entry| &entry.kind).collect();
    assert_eq!(kinds, [&Kind::Strength, &Kind::Worry]);
}

#[test]
fn a_refusal_says_what_to_do_and_leaves_the_document_byte_for_byte() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("1.6", Kind::Strength, "They wait.");
    let before = priya.doc.save();
    let ten_megabytes = "a".repeat(10_000_000);
    let nobody = EntryId([9; 16]);
    let edit = |text: &str| Command::EditEntry { id, text: text.into() };
    let with_date = |date: &str| Command::SetProvenance {
        id,
        said_by: None,
        first_hand_or_passed_on: None,
        basis: None,
        date: Some(date.into()),
        agreed: None,
    };
    let unknown_heads = Heads(vec![automerge::ChangeHash([3; 32])]);
    let refused = [
        (add("9.9", Kind::Worry, "x"), "It has: 1, 1.1"),
        (add("1.6", Kind::from("hope"), "x"), "Choose one of: strength, worry, not-known"),
        (add("1.6", Kind::Worry, " \n\t"), "is empty"),
        (add("1.6", Kind::Worry, &ten_megabytes), "10000000 characters long; the most is 100000"),
        (add("1.6", Kind::Worry, &"a".repeat(90_000)), "Add it in parts"),
        (edit(&ten_megabytes), "Shorten it"),
        (edit("a\u{1b}[2Jb"), "control character (U+001B)"),
        (edit("a\u{9b}b"), "U+009B"),
        (edit("a\0b"), "U+0000"),
        (edit("They wait."), "already reads so"),
        (splice(id, 0, 0, &ten_megabytes), "10000000 characters long"),
        (splice(id, 0, 0, "\r\n"), "U+000D"),
        (splice(id, 10, 1, ""), "it has 10 characters, and the edit reaches to 11"),
        (splice(id, usize::MAX, usize::MAX, "x"), "not in the text"),
        (splice(nobody, 0, 0, "x"), "there is no entry"),
        (Command::SpliceEntry { id, heads: Some(unknown_heads), at: 0, delete: 0, insert: "x".into() }, "does not have"),
        (Command::SpliceEntry { id, heads: Some(Heads(vec![])), at: 0, delete: 0, insert: "x".into() }, "does not have"),
        (Command::SetTitle { title: "Two\nlines".into() }, "one line"),
        (Command::SetTitle { title: "  ".into() }, "is empty"),
        (Command::SetTitle { title: "a".repeat(201) }, "201 characters long; the most is 200"),
        (with_date("2026-02-30"), "YYYY-MM-DD"),
        (with_date("yesterday"), "YYYY-MM-DD"),
        (Command::RetireEntry { id, why: "".into() }, "reason is empty"),
        (Command::RestoreEntry { id }, "not been taken back"),
        (Command::LookedAt { id }, "nobody has edited"),
        (Command::Choose { field: "title".into(), value: "x".into() }, "does not have two versions"),
        (Command::Choose { field: "///".into(), value: "x".into() }, "does not have two versions"),
        (Command::SetDimension { dimension: "9".into(), answer: Answer::Asked }, "no dimension"),
        (Command::UseInvite { invite: InviteId([1; 16]), person: PersonId([1; 16]) }, "no invitation"),
        (Command::AddDifferingView { about: nobody, text: "x".into() }, "there is no entry"),
        (
            Command::AnswerPurpose {
                trigger: None,
                why_now: None,
                better: None,
                find_out: None,
                could_go_wrong: None,
                less_intrusive: None,
                lead_agency: None,
            },
            "is empty",
        ),
    ];
    for (command, words) in refused {
        let refusal = priya.try_to(&command).expect_err(words);
        assert!(refusal.to_string().contains(words), "{refusal}");
        assert!(refusal.to_string().len() < 400, "{refusal}");
    }
    assert_eq!(priya.doc.save(), before);
    assert_eq!(entry_text(&priya.doc, &id).as_deref(), Some("They wait."));
}

#[test]
fn right_to_left_combining_and_direction_marks_stay_as_typed_and_only_line_ends_change() {
    let mut priya = Writer::begin(1);
    let text = "\u{627}\u{644}\u{633}\u{644}\u{627}\u{645} e\u{301} \u{202e}abc\u{202c} \u{1f468}\u{200d}\u{1f469}\ttab";
    let id = priya.adds("1.1", Kind::Strength, text);
    assert_eq!(entry_text(&priya.doc, &id).as_deref(), Some(text));
    let other = priya.adds("1.1", Kind::Strength, "one\r\ntwo\rthree");
    assert_eq!(entry_text(&priya.doc, &other).as_deref(), Some("one\ntwo\nthree"));
}

#[test]
fn positions_are_utf_16_code_units_and_a_place_inside_a_character_harms_nothing() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("1.1", Kind::Strength, "a\u{1f600}b");
    priya.does(splice(id, 3, 0, "!"));
    assert_eq!(entry_text(&priya.doc, &id).as_deref(), Some("a\u{1f600}!b"));
    priya.does(splice(id, 2, 0, "?"));
    let text = entry_text(&priya.doc, &id).unwrap();
    assert!(text.contains('\u{1f600}') && text.contains('?'), "{text}");
    let _ = priya.try_to(&splice(id, 2, 1, ""));
    assert!(open(&priya.doc.save()).is_ok());
}

#[test]
fn the_largest_paste_fits_in_one_record_whatever_its_characters() {
    let mut priya = Writer::begin(1);
    for text in ["a".repeat(57_900), "\u{4e2d}".repeat(19_000), "a\u{4e2d}".repeat(5_700), "a\u{1f600}b\u{e9}".repeat(2_800)] {
        let done = priya.does(add("1.1", Kind::Strength, &text));
        assert!(done.change.len() < 62_000, "{} bytes", done.change.len());
    }
}

#[test]
fn a_differing_view_can_be_changed_by_its_author_only_and_can_be_answered() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let entry = priya.adds("2.3", Kind::Worry, "The adults do not agree.");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    let id = nadia.does(Command::AddDifferingView { about: entry, text: "I see it otherwise.".into() }).id.unwrap();
    priya.takes_from(&mut nadia);
    let edit = Command::EditDifferingView { id, text: "She sees it as I do.".into() };
    let refusal = priya.try_to(&edit).unwrap_err();
    assert!(matches!(&refusal, Refusal::NotYours { author } if author == "Nadia Sorrell"), "{refusal}");
    priya.does(Command::AddDifferingView { about: id, text: "We looked at the mornings.".into() });
    nadia.takes_from(&mut priya);
    nadia.does(Command::EditDifferingView { id, text: "I still see it otherwise.".into() });
    let view = nadia.view();
    let differing = &view.sides[1].dimensions[2].entries[0].differing[0];
    assert_eq!(differing.text, "I still see it otherwise.");
    assert_eq!(differing.answers[0].text, "We looked at the mornings.");
    nadia.does(Command::WithdrawDifferingView { id, why: "Settled.".into() });
    assert_eq!(nadia.view().sides[1].dimensions[2].entries[0].differing[0].withdrawn.as_deref(), Some("Settled."));
}

#[test]
fn an_invitation_works_once_and_its_secret_is_never_shown() {
    let mut priya = Writer::begin(1);
    let (invite, secret) = (InviteId([5; 16]), Secret([0x5a; 32]));
    let record = |invite| Command::RecordInvite {
        invite,
        secret,
        role: "contributor".into(),
        expires: START + 604_800,
        for_whom: Some("Nadia, school".into()),
    };
    priya.does(record(invite));
    assert_eq!(invites(&priya.doc)[0].secret, secret);
    assert!(!format!("{:?}", invites(&priya.doc)).contains("90"), "Debug must not print the secret");
    assert!(!serde_json::to_string(&priya.view()).unwrap().contains("secret"));
    priya.does(Command::UseInvite { invite, person: PersonId([2; 16]) });
    assert!(priya.try_to(&Command::UseInvite { invite, person: PersonId([3; 16]) }).unwrap_err().to_string().contains("used"));
    let stopped = InviteId([6; 16]);
    priya.does(record(stopped));
    priya.does(Command::StopInvite { invite: stopped });
    assert!(priya.try_to(&Command::UseInvite { invite: stopped, person: PersonId([3; 16]) }).is_err());
}

#[test]
fn commands_read_back_from_json_and_unknown_words_are_refused_not_guessed() {
    let json = r#"{"do":"add-entry","dimension":"1.6","kind":"not_known","text":"x"}"#;
    let command: Command = serde_json::from_str(json).unwrap();
    assert_eq!(command, add("1.6", Kind::NotKnown, "x"));
    let back: Command = serde_json::from_str(&serde_json::to_string(&command).unwrap()).unwrap();
    assert_eq!(back, command);
    assert!(serde_json::from_str::<Command>(r#"{"do":"grade-entry"}"#).is_err());
    let mut priya = Writer::begin(1);
    let heads = Heads(priya.doc.get_heads());
    assert_eq!(serde_json::from_str::<Heads>(&serde_json::to_string(&heads).unwrap()).unwrap(), heads);
    let whose = Command::SetAsked { side: "1".into(), whose: Whose::from("pets"), answer: Answer::Asked };
    assert!(priya.try_to(&whose).is_err());
}

#[test]
fn the_three_ways_of_having_no_answer_stay_apart() {
    let mut priya = Writer::begin(1);
    assert_eq!(priya.view().sides[0].young_people, Answer::NotYetAsked);
    for answer in [Answer::Asked, Answer::NotKnown, Answer::DoesNotApply] {
        priya.does(Command::SetAsked { side: "1".into(), whose: Whose::YoungPeople, answer: answer.clone() });
        priya.does(Command::SetDimension { dimension: "1.7".into(), answer: answer.clone() });
        let view = priya.view();
        assert_eq!(view.sides[0].young_people, answer);
        assert_eq!(view.sides[0].dimensions[6].state, Some(answer));
    }
}

#[test]
fn an_entry_is_found_by_the_start_of_its_id() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("1.1", Kind::Worry, "x");
    assert_eq!(find(&priya.doc, &id.to_string()[..6]), Ok(id));
    assert!(find(&priya.doc, "zzzzzz").is_err());
    priya.adds("1.1", Kind::Worry, "y");
    assert!(find(&priya.doc, "").unwrap_err().to_string().contains("2 entries"));
}

#[test]
fn purpose_says_what_is_not_yet_written_and_keeps_what_is() {
    let mut priya = Writer::begin(1);
    assert_eq!(priya.view().purpose.not_yet_written.len(), 5);
    let mut answer = |trigger, better: Option<&str>| {
        priya.does(Command::AnswerPurpose {
            trigger,
            why_now: None,
            better: better.map(Into::into),
            find_out: None,
            could_go_wrong: None,
            less_intrusive: None,
            lead_agency: None,
        })
    };
    answer(Some(Trigger::OverTime), Some("Safe evenings together."));
    answer(None, Some("Safe and warm evenings together."));
    let purpose = priya.view().purpose;
    assert_eq!(purpose.trigger, Some(Trigger::OverTime));
    assert_eq!(purpose.better.text, "Safe and warm evenings together.");
    assert_eq!(purpose.not_yet_written.len(), 3);
}

#[test]
fn damaged_bytes_are_a_sentence_not_a_crash() {
    let mut priya = Writer::begin(1);
    priya.adds("1.1", Kind::Worry, "x");
    let saved = priya.doc.save();
    assert!(open(&saved).is_ok());
    assert!(open(&[]).is_err() && open(b"larch").is_err());
    for index in (0..saved.len()).step_by(7) {
        let mut damaged = saved.clone();
        damaged[index] ^= 0x55;
        let _ = open(&damaged);
        let _ = open(&saved[..index]);
    }
    let mut other = automerge::AutoCommit::new();
    automerge::transaction::Transactable::put(&mut other, automerge::ROOT, "x", 1).unwrap();
    assert!(open(&other.save()).unwrap_err().to_string().contains("not an assessment"));
}
