//! The triangle at a glance, and what is copied in danger.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::Writer;
use kith_assessment::{Kind, copy_text, overview};

#[test]
fn each_side_shows_its_two_newest_of_a_kind_and_counts_the_rest() {
    let mut priya = Writer::begin(1);
    let empty = overview(&priya.view());
    assert!(empty.entries == 0 && empty.sides.iter().all(|side| side.empty && side.not_yet_asked.len() == 2));
    assert_eq!(empty.first_dimension.as_deref(), Some("1.6"));
    for (hour, text) in ["first", "second", "third"].into_iter().enumerate() {
        priya.now += hour as i64 + 1;
        priya.adds("1.6", Kind::Strength, text);
        priya.adds("1.2", Kind::Worry, text);
    }
    priya.adds("2", Kind::NotKnown, "Who is there on Sundays?");
    let page = overview(&priya.view());
    let texts = |entries: &[kith_assessment::EntryView]| entries.iter().map(|e| e.text.clone()).collect::<Vec<_>>();
    let [group, adults, places] = &page.sides[..] else { panic!("three sides") };
    assert_eq!(texts(&group.strengths), ["third", "second"]);
    assert_eq!(texts(&group.worries), ["third", "second"]);
    assert_eq!((group.more, adults.more, page.entries), (2, 0, 7));
    assert_eq!(texts(&adults.not_known), ["Who is there on Sundays?"]);
    assert!(places.empty && !adults.empty);
}

#[test]
fn what_is_copied_in_danger_has_every_entry_and_no_hint() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    priya.adds("3.1", Kind::Worry, "The bus station after seven.");
    priya.adds("2", Kind::NotKnown, "Who is there on Sundays?");
    let text = copy_text(&priya.view());
    let worry =
        "3.1 Places and times\n- Worry: The bus station after seven. (Priya Marsh, observation, first-hand, 2026-05-05)\n";
    assert!(text.contains(worry) && text.contains("Guardianship capacity\n- Not known: Who is there on Sundays?"), "{text}");
    assert!(!text.contains("no strength") && !text.contains("not yet asked"), "{text}");
}
