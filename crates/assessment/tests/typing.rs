//! An editor comes after the document by splices, whatever others write meanwhile; and who opens an entry for that.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::needless_pass_by_value)]

mod common;

use automerge::ChangeHash;
use common::{Writer, exchange};
use kith_assessment::{Command, Heads, Kind, Refusal, Splice, WriteTogether, field_of, splices_since, text_of, view_entry};
use proptest::prelude::*;

const FIELD: &str = "analysis/summary";

/// What a page shows, and where it stands.
struct Editor {
    shown: Vec<u16>,
    heads: Vec<ChangeHash>,
}

impl Editor {
    fn open(writer: &Writer) -> Self {
        Self { shown: text_of(&writer.doc, FIELD).unwrap().encode_utf16().collect(), heads: writer.doc.get_heads() }
    }

    fn apply(&mut self, splice: &Splice) {
        self.shown.splice(splice.at..splice.at + splice.delete, splice.insert.encode_utf16());
    }

    /// Types at what it shows; what others wrote comes back.
    fn types(&mut self, writer: &mut Writer, splice: &Splice) {
        let Splice { at, delete, insert } = splice.clone();
        let heads = Some(Heads(self.heads.clone()));
        let done = writer.does(Command::SpliceText { field: FIELD.into(), heads, at, delete, insert });
        self.apply(splice);
        self.heads = vec![done.hash];
        self.comes_after(writer);
    }

    fn comes_after(&mut self, writer: &Writer) {
        for splice in splices_since(&writer.doc, FIELD, &self.heads).unwrap() {
            self.apply(&splice);
        }
        self.heads = writer.doc.get_heads();
        assert_eq!(String::from_utf16(&self.shown).unwrap(), text_of(&writer.doc, FIELD).unwrap());
    }
}

/// A place at which no character is cut in two.
fn whole(text: &[u16], place: usize) -> usize {
    let mut at = place % (text.len() + 1);
    while text.get(at).is_some_and(|unit| (0xdc00..0xe000).contains(unit)) {
        at -= 1;
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_editor_that_types_at_older_heads_always_comes_to_show_the_document(
        steps in proptest::collection::vec((0_usize..4, any::<usize>(), any::<usize>(), "[a-d \u{e9}\u{1f600}]{0,3}"), 1..40)
    ) {
        let mut priya = Writer::begin(1);
        priya.introduces("Priya Marsh", "children's social care");
        let mut nadia = priya.copy(2);
        nadia.introduces("Nadia Sorrell", "school");
        exchange(&mut priya, &mut nadia);
        let (mut one, mut two) = (Editor::open(&priya), Editor::open(&nadia));
        for (what, at, length, insert) in steps {
            let splice = |shown: &[u16]| {
                let start = whole(shown, at);
                let end = whole(shown, start + length % 4).max(start);
                Splice { at: start, delete: end.min(shown.len()) - start, insert: insert.clone() }
            };
            match what {
                0 | 1 => {
                    let (editor, writer) = if what == 0 { (&mut one, &mut priya) } else { (&mut two, &mut nadia) };
                    let splice = splice(&editor.shown);
                    if splice.delete > 0 || !splice.insert.is_empty() {
                        editor.types(writer, &splice);
                    }
                }
                // What others wrote arrives; the editors are not told yet, so that they type at older heads.
                2 => priya.takes_from(&mut nadia),
                _ => nadia.takes_from(&mut priya),
            }
        }
        exchange(&mut priya, &mut nadia);
        one.comes_after(&priya);
        two.comes_after(&nadia);
        prop_assert_eq!(one.shown, two.shown);
    }
}

#[test]
fn heads_that_nobody_has_are_told_apart_from_a_text_that_nobody_has() {
    let priya = Writer::begin(1);
    assert_eq!(splices_since(&priya.doc, FIELD, &[ChangeHash([7; 32])]), Err(Refusal::UnknownHeads));
    assert_eq!(splices_since(&priya.doc, FIELD, &[]), Err(Refusal::UnknownHeads));
    assert!(matches!(splices_since(&priya.doc, "analysis/nothing", &priya.doc.get_heads()), Err(Refusal::Unknown { .. })));
    assert_eq!(splices_since(&priya.doc, FIELD, &priya.doc.get_heads()), Ok(Vec::new()));
}

#[test]
fn a_text_knows_its_field_and_nothing_else_has_one() {
    let mut priya = Writer::begin(1);
    let id = priya.adds("2.3", Kind::Worry, "The adults do not agree.");
    let field = format!("entries/{id}/text");
    let text = kith_assessment::text_object_at(&priya.doc, &field).unwrap();
    assert_eq!(field_of(&priya.doc, &text), Some(field));
    assert_eq!(field_of(&priya.doc, &automerge::ROOT), None);
}

#[test]
fn its_author_opens_an_entry_for_writing_together_and_anybody_may_end_it() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    let id = priya.adds("2.3", Kind::Worry, "The adults do not agree.");
    exchange(&mut priya, &mut nadia);
    let open = |open| Command::WriteTogether(WriteTogether { id, open });
    assert!(matches!(nadia.try_to(&open(true)), Err(Refusal::NotYours { .. })));
    priya.does(open(true));
    exchange(&mut priya, &mut nadia);
    assert_eq!(view_entry(&nadia.doc, &id).unwrap().together.unwrap().name, "Priya Marsh");
    assert!(matches!(priya.try_to(&open(true)), Err(Refusal::AlreadySo(_))));
    nadia.does(open(false));
    exchange(&mut priya, &mut nadia);
    assert_eq!(view_entry(&priya.doc, &id).unwrap().together, None);
    // An opening and an ending made apart: it is open, and there are no two versions to choose from.
    priya.does(open(true));
    exchange(&mut priya, &mut nadia);
    nadia.does(open(false));
    priya.does(open(false));
    priya.does(open(true));
    exchange(&mut priya, &mut nadia);
    let entry = view_entry(&nadia.doc, &id).unwrap();
    assert!(entry.together.is_some() && entry.two_versions.is_empty());
}

#[test]
fn two_who_see_each_other_type_do_not_edit_apart() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    let id = priya.adds("2.3", Kind::Worry, "The adults do not agree.");
    exchange(&mut priya, &mut nadia);
    let types = |writer: &mut Writer| {
        writer.does(Command::SpliceEntry { id, heads: None, at: 0, delete: 0, insert: "x".into() });
    };
    types(&mut priya);
    exchange(&mut priya, &mut nadia);
    for _ in 0..4 {
        // At the same moment, each without the other's last letter.
        types(&mut priya);
        types(&mut nadia);
        exchange(&mut priya, &mut nadia);
    }
    assert!(view_entry(&priya.doc, &id).unwrap().edited_apart.is_empty());
    (priya.now, nadia.now) = (priya.now + 60, nadia.now + 61);
    types(&mut priya);
    types(&mut nadia);
    exchange(&mut priya, &mut nadia);
    assert_eq!(view_entry(&priya.doc, &id).unwrap().edited_apart.len(), 2);
}
