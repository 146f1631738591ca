//! What people do apart: nothing is lost, nothing is silent, every device sees the same.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use automerge::transaction::Transactable;
use automerge::{ActorId, ObjType, ROOT, ReadDoc};
use common::{START, Writer, exchange};
use kith_assessment::{
    Command, DeviceId, EntryId, Heads, Kind, Mark, Owners, PersonId, entry_text, history, text_object, view_entry, view_with,
};
use proptest::prelude::*;

fn two() -> (Writer, Writer, EntryId) {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let id = priya.adds("2.3", Kind::Worry, "The adults do not agree. The friends hear four answers.");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    exchange(&mut priya, &mut nadia);
    (priya, nadia, id)
}

fn edit(id: EntryId, text: &str) -> Command {
    Command::EditEntry { id, text: text.into() }
}

#[test]
fn one_paragraph_edited_apart_holds_both_edits_and_is_marked_until_one_has_looked() {
    let (mut priya, mut nadia, id) = two();
    priya.does(edit(id, "The adults here do not agree. The friends hear four answers."));
    nadia.does(edit(id, "The adults do not agree. The friends hear all four answers."));
    exchange(&mut priya, &mut nadia);
    let entry = view_entry(&priya.doc, &id).unwrap();
    assert_eq!(entry.text, "The adults here do not agree. The friends hear all four answers.");
    let mut names: Vec<String> = entry.edited_apart.iter().map(|who| who.name.clone()).collect();
    names.sort();
    assert_eq!(names, ["Nadia Sorrell", "Priya Marsh"]);
    nadia.does(Command::LookedAt { id });
    exchange(&mut priya, &mut nadia);
    assert!(view_entry(&priya.doc, &id).unwrap().edited_apart.is_empty());
    assert!(!priya.view().marks.iter().any(|mark| matches!(mark, Mark::EditedApart { .. })));
}

#[test]
fn typing_apart_is_marked_too_and_typing_on_is_a_look() {
    let (mut priya, mut nadia, id) = two();
    let splice = |at, insert: &str| Command::SpliceEntry { id, heads: None, at, delete: 0, insert: insert.into() };
    priya.does(splice(0, "A"));
    nadia.does(splice(0, "B"));
    exchange(&mut priya, &mut nadia);
    assert_eq!(view_entry(&priya.doc, &id).unwrap().edited_apart.len(), 2);
    priya.does(splice(0, "C"));
    exchange(&mut priya, &mut nadia);
    assert!(view_entry(&nadia.doc, &id).unwrap().edited_apart.is_empty());
}

#[test]
fn one_person_typing_alone_is_never_marked_and_one_sitting_is_one_line() {
    let (mut priya, _, id) = two();
    let before = history(&priya.doc).len();
    for n in 0..50 {
        priya.now += 1;
        priya.does(Command::SpliceEntry { id, heads: None, at: n, delete: 0, insert: "x".into() });
    }
    assert!(view_entry(&priya.doc, &id).unwrap().edited_apart.is_empty());
    let lines = history(&priya.doc);
    assert_eq!(lines.len(), before + 1);
    let last = lines.last().unwrap();
    assert_eq!((last.changes, last.what.as_str()), (50, "wrote in the worry under 2.3 Agreement among adults"));
    assert_eq!((last.who.name.as_str(), last.who.agency.as_deref()), ("Priya Marsh", Some("children's social care")));
}

#[test]
fn a_scalar_set_apart_keeps_both_values_until_somebody_chooses() {
    let (mut priya, mut nadia, id) = two();
    priya.does(Command::SetTitle { title: "Larch".into() });
    nadia.does(Command::SetTitle { title: "Rowan".into() });
    priya.does(Command::SetEntryKind { id, kind: Kind::Strength });
    nadia.does(Command::SetEntryKind { id, kind: Kind::NotKnown });
    exchange(&mut priya, &mut nadia);
    let versions: Vec<_> = priya
        .view()
        .marks
        .into_iter()
        .filter_map(|mark| if let Mark::TwoVersions(versions) = mark { Some(versions) } else { None })
        .collect();
    assert_eq!(versions.len(), 2);
    let title = versions.iter().find(|versions| versions.field == "title").unwrap();
    let mut said: Vec<(&str, &str)> = title.values.iter().map(|v| (v.value.as_str(), v.by[0].name.as_str())).collect();
    said.sort_unstable();
    assert_eq!(said, [("Larch", "Priya Marsh"), ("Rowan", "Nadia Sorrell")]);
    for versions in &versions {
        let value = versions.values[0].value.clone();
        priya.does(Command::Choose { field: versions.field.clone(), value });
    }
    assert!(!priya.view().marks.iter().any(|mark| matches!(mark, Mark::TwoVersions(_))));
}

#[test]
fn two_choices_made_apart_are_themselves_two_versions() {
    let (mut priya, mut nadia, _) = two();
    priya.does(Command::SetTitle { title: "Larch".into() });
    nadia.does(Command::SetTitle { title: "Rowan".into() });
    exchange(&mut priya, &mut nadia);
    priya.does(Command::Choose { field: "title".into(), value: "Larch".into() });
    nadia.does(Command::Choose { field: "title".into(), value: "Rowan".into() });
    exchange(&mut priya, &mut nadia);
    assert!(priya.view().marks.iter().any(|mark| matches!(mark, Mark::TwoVersions(two) if two.values.len() == 2)));
}

#[test]
fn the_same_value_set_apart_is_no_matter_for_anybody() {
    let (mut priya, mut nadia, _) = two();
    priya.does(Command::SetTitle { title: "Larch".into() });
    nadia.does(Command::SetTitle { title: "Larch".into() });
    exchange(&mut priya, &mut nadia);
    assert!(!priya.view().marks.iter().any(|mark| matches!(mark, Mark::TwoVersions(_))));
}

#[test]
fn an_entry_taken_back_while_another_edited_it_stays_in_its_place_with_the_edit() {
    let (mut priya, mut nadia, id) = two();
    priya.does(Command::RetireEntry { id, why: "Said twice.".into() });
    nadia.does(edit(id, "The adults do not agree yet. The friends hear four answers."));
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    let entry = view.entries().find(|entry| entry.id == id.to_string()).expect("shown in its place");
    assert!(entry.text.contains("yet"));
    assert_eq!(entry.retired.as_ref().map(|retired| (retired.why.as_str(), retired.edited_since)), Some(("Said twice.", true)));
    assert!(view.marks.iter().any(|mark| matches!(mark, Mark::RetiredAndEdited { .. })));
    // Whoever took it back can do so again, now that they have seen the edit; or anybody restores it.
    let mut again = priya.copy(1);
    again.does(Command::RetireEntry { id, why: "Still said twice.".into() });
    assert_eq!(again.view().retired().count(), 1);
    priya.does(Command::RestoreEntry { id });
    assert!(view_entry(&priya.doc, &id).unwrap().retired.is_none());
}

#[test]
fn an_entry_that_was_taken_back_keeps_its_words_and_is_not_edited_by_accident() {
    let (mut priya, _, id) = two();
    priya.does(Command::RetireEntry { id, why: "Said twice.".into() });
    assert!(priya.try_to(&edit(id, "x")).unwrap_err().to_string().contains("Said twice."));
    assert!(priya.try_to(&Command::RetireEntry { id, why: "Again.".into() }).is_err());
    let view = priya.view();
    assert_eq!(view.entries().count(), 0);
    assert!(view.retired().next().unwrap().text.starts_with("The adults"));
    priya.does(Command::RestoreEntry { id });
    assert_eq!(priya.view().entries().count(), 1);
}

#[test]
fn of_taking_back_and_restoring_apart_the_entry_is_shown_until_somebody_chooses() {
    let (mut priya, mut nadia, id) = two();
    priya.does(Command::RetireEntry { id, why: "Said twice.".into() });
    exchange(&mut priya, &mut nadia);
    priya.does(Command::RestoreEntry { id });
    nadia.does(Command::RestoreEntry { id });
    nadia.does(Command::RetireEntry { id, why: "No, really.".into() });
    exchange(&mut priya, &mut nadia);
    let entry = view_entry(&priya.doc, &id).unwrap();
    assert!(entry.retired.is_none());
    assert_eq!(entry.two_versions.len(), 1);
    let field = entry.two_versions[0].field.clone();
    priya.does(Command::Choose { field, value: "No, really.".into() });
    assert!(view_entry(&priya.doc, &id).unwrap().retired.is_some());
}

#[test]
fn an_editor_on_an_older_version_writes_where_it_stands() {
    let (mut priya, mut nadia, id) = two();
    let stands_on = Heads(priya.doc.get_heads());
    nadia.does(edit(id, "Now: The adults do not agree. The friends hear four answers."));
    exchange(&mut priya, &mut nadia);
    let at_end = "The adults do not agree. The friends hear four answers.".len();
    let type_at = |heads, at| Command::SpliceEntry { id, heads: Some(heads), at, delete: 0, insert: "!".into() };
    let done = priya.does(type_at(stands_on, at_end));
    assert!(entry_text(&priya.doc, &id).unwrap().ends_with("answers.!"));
    priya.does(type_at(Heads(vec![done.hash]), at_end + 1));
    let text = entry_text(&priya.doc, &id).unwrap();
    assert!(text.starts_with("Now: ") && text.ends_with("answers.!!"), "{text}");
    let change = automerge::Change::from_bytes(done.change).unwrap();
    assert_eq!(change.actor_id(), &ActorId::from(priya.device), "its own actor, since the heads cover its own last change");
    // Heads that do not cover it make Automerge write as a derived actor; history still names the person.
    let old = Heads(vec![automerge::ChangeHash(nadia.doc.get_heads()[0].0)]);
    let mut third = priya.copy(1);
    third.now += 1;
    let done = third.does(type_at(old, 0));
    let change = automerge::Change::from_bytes(done.change).unwrap();
    assert_eq!(kith_assessment::device_of_actor(change.actor_id().to_bytes()), Some(DeviceId(priya.device)));
    assert_eq!(history(&third.doc).last().unwrap().who.name, "Priya Marsh");
}

/// Writes as a broken or malicious member would: past the commands.
fn tampers(writer: &mut Writer, write: impl FnOnce(&mut automerge::transaction::Transaction<'_>)) {
    writer.doc.set_actor(ActorId::from(writer.device));
    let mut tx = writer.doc.transaction();
    write(&mut tx);
    tx.commit();
}

#[test]
fn a_name_that_somebody_else_wrote_is_not_shown_as_the_persons_own() {
    let (priya, mut nadia, _) = two();
    let key = format!("{}.name", PersonId(priya.person));
    tampers(&mut nadia, |tx| {
        let people = tx.get(ROOT, "people").unwrap().unwrap().1;
        tx.put(&people, key, "Chief Constable").unwrap();
    });
    let view = nadia.view();
    assert!(!format!("{:?}", view).contains("Chief Constable"));
    let person = view.people.iter().find(|p| p.person == PersonId(priya.person).to_string()).unwrap();
    assert_eq!(
        (person.name.as_deref(), person.written_by_somebody_else[0].person.clone()),
        (None, Some(PersonId([2; 16]).to_string()))
    );
    assert!(view.marks.iter().any(|mark| matches!(mark, Mark::NotTheirOwn { .. })));
}

#[test]
fn what_the_group_knows_outweighs_what_a_device_says_of_itself() {
    let (priya, mut nadia, _) = two();
    let device = DeviceId([0x83; 16]);
    nadia.device = device.0;
    nadia.person = priya.person;
    nadia.introduces("Priya, honestly", "elsewhere");
    let mut owners = Owners::default();
    owners.0.insert(DeviceId(priya.device), PersonId(priya.person));
    owners.0.insert(device, PersonId([3; 16]));
    let view = view_with(&nadia.doc, Some(&owners));
    assert!(!view.people.iter().any(|person| person.name.as_deref() == Some("Priya, honestly")));
}

#[test]
fn a_differing_view_that_somebody_else_changed_still_shows_its_authors_words() {
    let (mut priya, mut nadia, entry) = two();
    let id = nadia.does(Command::AddDifferingView { about: entry, text: "I see it otherwise.".into() }).id.unwrap();
    exchange(&mut priya, &mut nadia);
    tampers(&mut priya, |tx| {
        let views = tx.get(ROOT, "differing").unwrap().unwrap().1;
        let view = tx.get(&views, id.to_string()).unwrap().unwrap().1;
        tx.put(&view, "text", "I agree with everything.").unwrap();
    });
    let view = view_entry(&priya.doc, &entry).unwrap();
    assert_eq!(view.differing[0].text, "I see it otherwise.");
    assert_eq!(view.differing[0].changed_by_others[0].name, "Priya Marsh");
}

#[test]
fn two_objects_at_one_id_are_both_shown() {
    let (mut priya, mut nadia, _) = two();
    let id = EntryId([0x42; 16]).to_string();
    for (writer, words) in [(&mut priya, "from Priya"), (&mut nadia, "from Nadia")] {
        let id = id.clone();
        tampers(writer, |tx| {
            let entries = tx.get(ROOT, "entries").unwrap().unwrap().1;
            let entry = tx.put_object(&entries, id, ObjType::Map).unwrap();
            tx.put(&entry, "dimension", "1.1").unwrap();
            tx.put(&entry, "kind", "worry").unwrap();
            let text = tx.put_object(&entry, "text", ObjType::Text).unwrap();
            tx.splice_text(&text, 0, 0, words).unwrap();
        });
    }
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    let mut texts: Vec<&str> = view.entries().filter(|entry| entry.id == id).map(|entry| entry.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["from Nadia", "from Priya"]);
}

#[test]
fn history_is_alike_everywhere_and_never_puts_a_change_before_what_it_builds_on() {
    let (mut priya, mut nadia, id) = two();
    nadia.now = START - 31_536_000;
    nadia.does(edit(id, "The adults do not agree. The friends hear four answers. So we asked."));
    priya.now = START + 60;
    priya.does(Command::SetTitle { title: "Larch".into() });
    exchange(&mut priya, &mut nadia);
    assert_eq!(history(&priya.doc), history(&nadia.doc));
    let what: Vec<String> = history(&priya.doc).into_iter().map(|line| line.what).collect();
    assert_eq!(what[0], "started the assessment");
    assert_eq!(what.last().unwrap(), "gave the assessment its name");
    assert!(what.contains(&"edited the worry under 2.3 Agreement among adults".to_owned()));
}

#[derive(Debug, Clone)]
enum Act {
    Add(u8, u8),
    Insert(u8, u16),
    Rewrite(u8),
    Kind(u8, u8),
    Move(u8, u8),
    Retire(u8),
    Restore(u8),
    Look(u8),
    Title(u8),
    Differ(u8),
    Exchange(u8),
}

fn acts() -> impl Strategy<Value = Vec<(u8, Act)>> {
    let act = prop_oneof![
        3 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Act::Add(a, b)),
        6 => (any::<u8>(), any::<u16>()).prop_map(|(a, b)| Act::Insert(a, b)),
        4 => any::<u8>().prop_map(Act::Rewrite),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Act::Kind(a, b)),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Act::Move(a, b)),
        1 => any::<u8>().prop_map(Act::Retire),
        1 => any::<u8>().prop_map(Act::Restore),
        1 => any::<u8>().prop_map(Act::Look),
        1 => any::<u8>().prop_map(Act::Title),
        1 => any::<u8>().prop_map(Act::Differ),
        2 => any::<u8>().prop_map(Act::Exchange),
    ];
    prop::collection::vec((0_u8..3, act), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn three_people_end_alike_and_no_word_that_anybody_wrote_is_lost(acts in acts()) {
        let mut first = Writer::begin(1);
        first.introduces("One", "a");
        first.adds("1.1", Kind::Strength, "start");
        let mut second = first.copy(2);
        second.introduces("Two", "b");
        let mut third = first.copy(3);
        third.introduces("Three", "c");
        let mut writers = [first, second, third];
        let mut tokens: Vec<String> = vec!["start".to_owned()];
        let places = ["1.1", "2", "2.3", "3.8"];
        for (n, (who, act)) in acts.into_iter().enumerate() {
            let token = format!("<w{n}>");
            let writer = &mut writers[usize::from(who)];
            writer.now += 3;
            let ids: Vec<EntryId> = {
                let view = writer.view();
                view.entries().chain(view.retired()).map(|entry| entry.id.parse().unwrap()).collect()
            };
            let pick = |n: u8| ids[usize::from(n) % ids.len()];
            match act {
                Act::Add(place, kind) => {
                    let kinds = [Kind::Strength, Kind::Worry, Kind::NotKnown];
                    writer.adds(places[usize::from(place) % 4], kinds[usize::from(kind) % 3].clone(), &token);
                    tokens.push(token);
                }
                Act::Insert(entry, at) => {
                    let id = pick(entry);
                    // Between tokens, so that a token stays in one piece in its author's copy.
                    let text = entry_text(&writer.doc, &id).unwrap();
                    let gaps: Vec<usize> = std::iter::once(0).chain(text.match_indices('>').map(|(at, _)| at + 1)).collect();
                    let at = gaps[usize::from(at) % gaps.len()];
                    writer.does(Command::SpliceEntry { id, heads: None, at, delete: 0, insert: token.clone() });
                    tokens.push(token);
                }
                Act::Rewrite(entry) => {
                    let id = pick(entry);
                    let text = format!("{} {token}", entry_text(&writer.doc, &id).unwrap());
                    if writer.try_to(&edit(id, &text)).is_ok() {
                        tokens.push(token);
                    }
                }
                Act::Kind(entry, kind) => {
                    let kinds = [Kind::Strength, Kind::Worry, Kind::NotKnown];
                    let _ = writer.try_to(&Command::SetEntryKind { id: pick(entry), kind: kinds[usize::from(kind) % 3].clone() });
                }
                Act::Move(entry, place) => {
                    let dimension = places[usize::from(place) % 4].into();
                    let _ = writer.try_to(&Command::MoveEntry { id: pick(entry), dimension });
                }
                Act::Retire(entry) => { let _ = writer.try_to(&Command::RetireEntry { id: pick(entry), why: token }); }
                Act::Restore(entry) => { let _ = writer.try_to(&Command::RestoreEntry { id: pick(entry) }); }
                Act::Look(entry) => { let _ = writer.try_to(&Command::LookedAt { id: pick(entry) }); }
                Act::Title(name) => { let _ = writer.try_to(&Command::SetTitle { title: format!("T{name}") }); }
                Act::Differ(entry) => {
                    writer.does(Command::AddDifferingView { about: pick(entry), text: token.clone() });
                    tokens.push(token);
                }
                Act::Exchange(other) => {
                    let other = usize::from(other) % 3;
                    let mut theirs = writers[other].doc.clone();
                    writers[usize::from(who)].doc.merge(&mut theirs).unwrap();
                }
            }
        }
        let [a, b, c] = &mut writers;
        a.takes_from(b);
        a.takes_from(c);
        b.takes_from(a);
        c.takes_from(a);
        let view = a.view();
        prop_assert_eq!(&view, &b.view());
        prop_assert_eq!(&view, &c.view());
        prop_assert_eq!(history(&a.doc), history(&c.doc));
        let reopened = kith_assessment::open(&a.doc.save()).unwrap();
        prop_assert_eq!(&view, &kith_assessment::view(&reopened));
        let all = serde_json::to_string(&view).unwrap();
        for token in tokens {
            // A token written into the middle of another one may part it: nobody deleted anything, so its letters are all there.
            prop_assert!(all.contains(&token) , "{} is lost in {}", token, all);
        }
        let _ = kith_assessment::plain_text(&view);
    }

    #[test]
    fn no_text_whatever_makes_it_panic(text in any::<String>(), at in any::<usize>(), delete in 0_usize..9, title in "\\PC*") {
        let mut priya = Writer::begin(1);
        let id = priya.adds("1.1", Kind::Strength, "a\u{1f600}e\u{301}\u{5d0}b");
        let _ = priya.try_to(&common::add("1.1", Kind::Worry, &text));
        let _ = priya.try_to(&Command::SpliceEntry { id, heads: None, at: at % 9, delete, insert: text.clone() });
        let _ = priya.try_to(&edit(id, &text));
        let _ = priya.try_to(&Command::SetTitle { title });
        let _ = priya.try_to(&Command::Choose { field: text.clone(), value: text.clone() });
        let _ = kith_assessment::find(&priya.doc, &text);
        prop_assert!(text_object(&priya.doc, &id).is_some());
        let _ = kith_assessment::plain_text(&priya.view());
        prop_assert!(kith_assessment::open(&priya.doc.save()).is_ok());
    }
}

#[test]
fn whoever_is_asked_to_choose_has_it_in_their_list_anybody_may_and_who_did_is_shown() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    exchange(&mut priya, &mut nadia);
    let [me, her] = [priya.person, nadia.person].map(PersonId);
    let ask = |person| Command::NameResolver(kith_assessment::NameResolver { field: "title".into(), person });
    assert!(priya.try_to(&ask(Some(her))).is_err(), "there is nothing to choose");
    priya.does(Command::SetTitle { title: "Larch".into() });
    nadia.does(Command::SetTitle { title: "Alder".into() });
    exchange(&mut priya, &mut nadia);
    assert!(priya.try_to(&ask(Some(PersonId([9; 16])))).is_err(), "nobody of that name writes here");
    let waits = |writer: &Writer, who| {
        let tasks = kith_assessment::tasks(&writer.view(), Some(&who), "2026-05-05");
        tasks.into_iter().any(|task| task.kind == "two-versions" && task.mine)
    };
    assert!(waits(&priya, me) && waits(&nadia, her), "it is everybody's");
    priya.does(ask(Some(her)));
    // Two who ask apart make no new thing to choose.
    nadia.does(ask(Some(me)));
    exchange(&mut priya, &mut nadia);
    assert!(priya.view().marks.iter().all(|mark| !matches!(mark, Mark::TwoVersions(two) if two.field.starts_with("life/"))));
    let asked = priya.view().life.resolvers;
    assert_eq!(asked.len(), 1);
    let other = if asked[0].person.name == "Nadia Sorrell" { me } else { her };
    let (whose, others) = if other == me { (her, me) } else { (me, her) };
    assert!(waits(&priya, whose) && !waits(&priya, others), "it stands in one list alone");
    // Anybody may choose all the same.
    priya.does(Command::Choose { field: "title".into(), value: "Larch".into() });
    exchange(&mut priya, &mut nadia);
    let life = nadia.view().life;
    assert_eq!(life.resolvers, []);
    let chosen: Vec<_> = life.chosen.iter().map(|one| (one.field.as_str(), one.words.as_str(), one.by.name.as_str())).collect();
    assert_eq!(chosen, [("title", "Larch", "Priya Marsh")]);
}
