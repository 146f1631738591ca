//! What lies on disk and in JSON: a change of either is a failing test.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fmt::Write;

use automerge::transaction::Transactable;
use automerge::{ActorId, ObjType, ROOT, ReadDoc};
use common::{START, Writer};
use kith_assessment::{Command, Context, Framework, Kind, entry_text, genesis, open, plain_text, view};
use sha2::{Digest, Sha256};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[test]
fn the_genesis_change_is_frozen_and_fits_in_one_record() {
    let mut nothing = |_: &mut [u8]| {};
    let ctx = Context { person: [1; 16], device: [2; 16], now: START, random: &mut nothing };
    let (doc, change) = genesis(&Framework::peer_default(), [3; 16], &ctx);
    assert_eq!(doc.get_changes(&[]).len(), 1);
    assert_eq!(doc.get_changes(&[])[0].raw_bytes(), change);
    assert!(change.len() < 60_000);
    insta::assert_snapshot!("genesis", format!("{} bytes, SHA-256 {}", change.len(), hex(&Sha256::digest(&change))));
}

#[test]
fn the_shape_of_the_view_in_json_is_frozen() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let id = priya.adds("1.6", Kind::Strength, "They wait for each other.");
    priya.does(Command::AddDifferingView { about: id, text: "Not always.".into() });
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    priya.does(Command::SetTitle { title: "Larch".into() });
    nadia.does(Command::SetTitle { title: "Rowan".into() });
    priya.does(Command::EditEntry { id, text: "They always wait for each other.".into() });
    nadia.does(Command::EditEntry { id, text: "They wait for each other outside.".into() });
    common::exchange(&mut priya, &mut nadia);
    let json = serde_json::to_string_pretty(&priya.view()).unwrap();
    let back: kith_assessment::AssessmentView = serde_json::from_str(&json).unwrap();
    assert_eq!(back, priya.view());
    insta::assert_snapshot!("view", json);
}

/// A document as an invented newer version leaves it: schema 2, fields, words and places that this version does not know.
fn from_a_newer_version() -> (Writer, kith_assessment::EntryId) {
    let mut writer = Writer::begin(1);
    writer.introduces("Priya Marsh", "children's social care");
    let id = writer.adds("1.6", Kind::Strength, "They wait for each other.");
    writer.doc.set_actor(ActorId::from([0x77; 16]));
    let mut tx = writer.doc.transaction();
    tx.put(ROOT, "schema", 2).unwrap();
    let moods = tx.put_object(ROOT, "moods", ObjType::Map).unwrap();
    tx.put(&moods, "today", "so-so").unwrap();
    let entries = tx.get(ROOT, "entries").unwrap().unwrap().1;
    let entry = tx.get(&entries, id.to_string()).unwrap().unwrap().1;
    tx.put(&entry, "kind", "hope").unwrap();
    tx.put(&entry, "basis", "song").unwrap();
    tx.put(&entry, "read-aloud", true).unwrap();
    let extra = tx.put_object(&entry, "echo", ObjType::Text).unwrap();
    tx.splice_text(&extra, 0, 0, "an echo").unwrap();
    let other = tx.put_object(&entries, "something that is not an id", ObjType::Map).unwrap();
    tx.put(&other, "dimension", "9.9").unwrap();
    tx.put(&other, "text", "a text that became a scalar").unwrap();
    let purpose = tx.get(ROOT, "purpose").unwrap().unwrap().1;
    tx.put(&purpose, "trigger", "dream").unwrap();
    tx.put(&purpose, "who-benefits", "the friends").unwrap();
    tx.commit();
    (writer, id)
}

#[test]
fn a_document_of_a_newer_version_opens_shows_and_keeps_all_of_it() {
    let (newer, id) = from_a_newer_version();
    let doc = open(&newer.doc.save()).unwrap();
    let shown = view(&doc);
    assert_eq!(shown.schema, 2);
    let fields: Vec<(String, String)> =
        shown.newer.iter().map(|f| (f.field.replace(&id.to_string(), "{id}"), f.value.clone())).collect();
    for (field, value) in [
        ("schema", "2"),
        ("moods", "today: so-so"),
        ("entries/{id}/kind", "hope"),
        ("entries/{id}/basis", "song"),
        ("entries/{id}/read-aloud", "yes"),
        ("entries/{id}/echo", "an echo"),
        ("entries/something that is not an id/text", "a text that became a scalar"),
        ("purpose/trigger", "dream"),
        ("purpose/who-benefits", "the friends"),
    ] {
        assert!(fields.contains(&(field.to_owned(), value.to_owned())), "{field} in {fields:?}");
    }
    assert_eq!(shown.elsewhere.len(), 1);
    assert!(plain_text(&shown).contains("update Kith"));

    // This version edits it, and what it does not know is untouched.
    let mut writer = newer.copy(1);
    writer.does(Command::EditEntry { id, text: "They always wait for each other.".into() });
    writer.does(Command::MoveEntry { id, dimension: "1.5".into() });
    writer.does(Command::RetireEntry { id, why: "Enough.".into() });
    writer.does(Command::RestoreEntry { id });
    let reopened = open(&writer.doc.save()).unwrap();
    assert_eq!(view(&reopened).newer, shown.newer);
    assert_eq!(entry_text(&reopened, &id).as_deref(), Some("They always wait for each other."));
}
