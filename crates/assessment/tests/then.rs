//! Then and now, what changed since a look, history by sitting, and where somebody said something.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Writer, add};
use kith_assessment::{
    AddVoice, Agreed, AnswerVoice, AttachStrand, Command, DetachStrand, Group, Kind, Line, Outcome, TheirWords, ThenAndNow,
    Whose, WithdrawVoice, history, history_since, on_the_day, overview, search, sittings, then_and_now, view_at,
};

/// The change that a command made, as history names it.
fn does(writer: &mut Writer, command: Command) -> String {
    writer.now += 60;
    writer.does(command).hash.to_string()
}

fn voice(words: &str, strand: Option<kith_assessment::EntryId>) -> Command {
    Command::AddVoice(AddVoice {
        side: "3".into(),
        whose: Whose::YoungPeople,
        words: words.into(),
        how: "at home, read back".into(),
        agreed: Agreed::Agreed,
        strand,
        ..AddVoice::default()
    })
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn between_two_moments_it_says_what_was_added_changed_and_taken_back() {
    let mut priya = Writer::begin(1);
    does(&mut priya, add("1.6", Kind::Strength, "They wait for each other."));
    let (wait, gone) =
        (priya.view().entries().next().unwrap().id.parse().unwrap(), priya.adds("3.1", Kind::Worry, "The station."));
    let then = does(&mut priya, Command::SetTitle { title: "Larch".into() });
    does(&mut priya, Command::EditEntry { id: wait, text: "They wait for each other, always.".into() });
    does(&mut priya, Command::RetireEntry { id: gone, why: "Twice.".into() });
    let now = does(&mut priya, add("2.1", Kind::Strength, "Two workers know them."));
    does(&mut priya, add("2.2", Kind::Worry, "Later than now."));
    let told = then_and_now(&priya.doc, None, &then, Some(&now)).unwrap();
    assert_eq!(texts(&told.added), ["Two workers know them."]);
    assert_eq!(texts(&told.taken_back), ["The station."]);
    let [changed] = &told.changed[..] else { panic!("{:?}", told.changed) };
    assert_eq!((changed.before.as_str(), changed.can_put_back), ("They wait for each other.", true));
    assert_eq!((changed.line.page.as_str(), changed.line.text.as_str()), ("sides/1", "They wait for each other, always."));
    // The earlier text is put back as a new change, by the field that it was told under.
    does(&mut priya, Command::EditText { field: changed.line.field.clone(), text: changed.before.clone() });
    let to_now = then_and_now(&priya.doc, None, &then, None).unwrap();
    assert_eq!((texts(&to_now.added), to_now.changed.len()), (vec!["Two workers know them.", "Later than now."], 0));
    assert_eq!(then_and_now(&priya.doc, None, &now, Some(&now)), Some(ThenAndNow::default()));
    assert_eq!(then_and_now(&priya.doc, None, "no such moment", None), None);
    assert_eq!(view_at(&priya.doc, None, &then).unwrap().entries().count(), 2);
}

#[test]
fn an_earlier_moment_has_everything_that_history_shows_before_it_whoever_wrote() {
    let mut priya = Writer::begin(1);
    let mut nadia = priya.copy(2);
    does(&mut priya, add("1.6", Kind::Strength, "Apart, first."));
    nadia.now += 300;
    let later = does(&mut nadia, add("1.6", Kind::Strength, "Apart, second."));
    priya.takes_from(&mut nadia);
    // Neither builds on the other; in the history the later stands after the earlier, and so does the moment.
    let view = view_at(&priya.doc, None, &later).unwrap();
    assert_eq!(view.entries().count(), 2);
}

#[test]
fn what_somebody_asked_to_have_taken_out_is_not_in_then_either() {
    let mut priya = Writer::begin(1);
    let a = priya.does(Command::AttachStrand(AttachStrand { label: None, phone: "01632 960 101".into() })).id.unwrap();
    let b = priya.does(Command::AttachStrand(AttachStrand { label: None, phone: "01632 960 101".into() })).id.unwrap();
    let said = priya.does(voice("Nobody asked why.", None)).id.unwrap();
    let answer = AnswerVoice { voice: said, outcome: Outcome::NotYet, text: "We will ask.".into(), where_used: vec![] };
    priya.does(Command::AnswerVoice(answer));
    priya.does(voice("A words that go.", Some(a)));
    priya.does(voice("B words that stay.", Some(b)));
    let then = does(&mut priya, Command::SetTitle { title: "Larch".into() });
    priya.does(Command::WithdrawVoice(WithdrawVoice { id: said, why: "They asked for it.".into() }));
    let out = |id, their_words| Command::DetachStrand(DetachStrand { id, their_words });
    priya.does(out(a, TheirWords::Go));
    priya.does(out(b, TheirWords::Stay));
    let earlier = view_at(&priya.doc, None, &then).unwrap();
    let written = serde_json::to_string(&(&earlier, then_and_now(&priya.doc, None, &then, None))).unwrap();
    for word in ["Nobody asked why", "We will ask", "words that go"] {
        assert!(!written.contains(word), "{word}");
    }
    assert!(earlier.strands.is_empty() && written.contains("B words that stay."));
    assert_eq!(earlier.voices.iter().map(|voice| voice.speaker.as_str()).collect::<Vec<_>>(), ["a young person"]);
}

#[test]
fn since_a_look_one_hears_what_others_did_and_nothing_of_ones_own() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    priya.takes_from(&mut nadia);
    let looked = priya.doc.get_heads();
    does(&mut priya, add("1.6", Kind::Strength, "My own."));
    nadia.adds("2.3", Kind::Worry, "Four answers.");
    priya.takes_from(&mut nadia);
    let me = priya.person.into();
    let lines = history_since(&priya.doc, None, &looked, Some(&me));
    assert_eq!(
        lines.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["added a worry under 2.3 Agreement among adults"]
    );
    assert!(history_since(&priya.doc, None, &priya.doc.get_heads(), Some(&me)).is_empty());
}

#[test]
fn history_stands_by_sitting_and_person() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    does(&mut priya, add("1.6", Kind::Strength, "One."));
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    nadia.now += 60;
    nadia.adds("2.3", Kind::Worry, "Two.");
    priya.takes_from(&mut nadia);
    priya.now += 7_200;
    priya.adds("1.6", Kind::Strength, "Three.");
    priya.now += 7_200;
    let last = does(&mut priya, add("1.6", Kind::Strength, "Four."));
    let all = sittings(history(&priya.doc));
    let told: Vec<(&str, usize)> = all.iter().map(|one| (one.who.name.as_str(), one.lines.len())).collect();
    assert_eq!(told, [("Priya Marsh", 3), ("Nadia Sorrell", 2), ("Priya Marsh", 1), ("Priya Marsh", 1)]);
    assert!(all.windows(2).all(|two| two[1].before.as_ref() == Some(&two[0].after)) && all[0].before.is_none());
    assert_eq!(all.last().unwrap().after, last);
}

#[test]
fn what_was_said_is_found_by_the_beginnings_of_its_words_and_leads_to_its_place() {
    let mut priya = Writer::begin(1);
    let entry = priya.adds("3.2", Kind::Worry, "The canal path has no light between the bridge and the estate.");
    priya.does(voice("Just put lights on the canal. Café, please.", None));
    priya.does(Command::EditText { field: "analysis/summary".into(), text: "They look after each other.".into() });
    let places = |words: &str| search(&priya.view(), words).into_iter().map(|found| found.page).collect::<Vec<_>>();
    assert_eq!(places("CANAL light"), ["sides/3", "voices"]);
    assert_eq!(places("cafe"), ["voices"]);
    assert_eq!(places("look after"), ["sides/summary"]);
    assert!(places("anal").is_empty() && places("  ").is_empty() && places("canal summary").is_empty());
    let found = search(&priya.view(), "light").remove(0);
    assert_eq!((found.at, found.label.as_str()), (entry.to_string(), "Worry, 3.2 Physical setting and travel"));
    let marked: Vec<&str> = found.pieces.iter().filter(|piece| piece.found).map(|piece| piece.text.as_str()).collect();
    assert_eq!(marked, ["light"]);
    let whole: String = found.pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(whole, "The canal path has no light between the bridge and the estate.");
}

#[test]
fn the_overview_quotes_what_young_people_said_last_and_tasks_lead_to_their_place() {
    let mut priya = Writer::begin(1);
    priya.does(voice("First.", None));
    priya.now += 86_400;
    let newest = priya.does(voice("Then this.", None)).id.unwrap();
    let view = priya.view();
    let quoted: Vec<Option<String>> = overview(&view).sides.into_iter().map(|side| side.quotation.map(|one| one.words)).collect();
    assert_eq!(quoted, [None, None, Some("Then this.".to_owned())]);
    let day = on_the_day(&view, None, false, "2026-05-07");
    let heard: Vec<_> = day.tasks.iter().filter(|task| task.group == Group::Heard).collect();
    assert_eq!(heard.len(), 2);
    assert_eq!((heard[1].page.as_str(), heard[1].at.clone()), ("voices", newest.to_string()));
    assert!(day.tasks.windows(2).all(|two| two[0].group <= two[1].group), "the order of the page");
    assert_eq!(day.next, None);
}
