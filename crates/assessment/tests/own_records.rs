//! What a strand record keeps of a young person: their own map (R32, R34) and references (R55).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use automerge::Automerge;
use common::START;
use kith_assessment::{
    Command, Context, EntryId, HeldRecord, NamesOnMaps, PersonId, SetNamesOnMap, StrandCommand, StrandRecordView, apply_strand,
    caseload, draw_own_map, history, strand_genesis, svg, view_strand,
};
use serde_json::{Value, json};

struct Record {
    doc: Automerge,
    counter: u8,
}

impl Record {
    fn begin() -> Self {
        let mut nothing = |_: &mut [u8]| {};
        let ctx = Context { person: [1; 16], device: [0x81; 16], now: START, random: &mut nothing };
        Self { doc: strand_genesis([9; 16], &ctx).0, counter: 0 }
    }

    fn tell(&mut self, value: Value) -> Result<Option<EntryId>, String> {
        let counter = &mut self.counter;
        let mut random = |bytes: &mut [u8]| {
            *counter += 1;
            bytes.fill(*counter);
        };
        let mut ctx = Context { person: [1; 16], device: [0x81; 16], now: START, random: &mut random };
        let command: StrandCommand = serde_json::from_value(value).unwrap();
        apply_strand(&mut self.doc, &command, &mut ctx).map(|done| done.id).map_err(|refusal| refusal.to_string())
    }

    fn does(&mut self, value: Value) -> EntryId {
        self.tell(value).unwrap().unwrap()
    }

    fn view(&self) -> StrandRecordView {
        view_strand(&self.doc)
    }

    fn waits(&self, today: &str) -> Vec<String> {
        let (view, me) = (self.view(), PersonId([1; 16]));
        let held = HeldRecord { record: "r", view: &view, me: Some(&me), members: &[me] };
        let people = caseload(&[held], &[], today).people;
        people.into_iter().flat_map(|person| person.tasks).map(|task| task.kind).collect()
    }
}

fn begin() -> Value {
    json!({"do": "begin-map", "purpose": "safety-plan", "owner": "Priya Marsh", "review": "2026-06-01", "action": "talk it over at home"})
}

#[test]
fn an_own_map_has_purpose_owner_day_and_action_and_initials_alone() {
    let mut record = Record::begin();
    let mut tell = |value: Value| record.tell(value);
    let whole = begin();
    for missing in ["purpose", "owner", "review", "action"] {
        let mut value = whole.clone();
        value.as_object_mut().unwrap().remove(missing);
        assert!(tell(value).is_err(), "no map without {missing}");
    }
    let map = tell(whole.clone()).unwrap().unwrap();
    let friend = tell(json!({"do": "put-on-map", "map": map, "what": "friend", "name": "T.H."})).unwrap().unwrap();
    assert!(
        tell(json!({"do": "put-on-map", "map": map, "what": "friend", "name": "Tomasz"})).unwrap_err().contains("never by name")
    );
    let nan = tell(json!({"do": "put-on-map", "map": map, "what": "adult", "name": "a grandmother"})).unwrap().unwrap();
    tell(json!({"do": "tie-on-map", "map": map, "to": friend, "kind": "friendship", "strength": "strong", "said_by": "the young person"})).unwrap();
    tell(json!({"do": "tie-on-map", "map": map, "from": friend, "to": nan, "kind": "support", "said_by": "the young person"}))
        .unwrap();
    assert!(tell(json!({"do": "tie-on-map", "map": map, "to": map, "kind": "family", "said_by": "x"})).is_err());
    tell(json!({"do": "update-map", "id": map, "review": "2026-07-01"})).unwrap();
    tell(json!({"do": "add-map-action", "map": map, "action": "ask the grandmother"})).unwrap();
    tell(json!({"do": "end-on-map", "id": nan})).unwrap();
    assert!(tell(json!({"do": "update-map", "id": map, "review": ""})).is_err(), "a map always has a day");
    assert!(tell(json!({"do": "update-map", "id": map, "owner": ""})).is_err(), "a map always has an owner");
    let view = record.view();
    let [map] = view.maps.as_slice() else { panic!("{:?}", view.maps) };
    assert_eq!((map.owner.as_str(), map.review.as_str(), map.actions.len()), ("Priya Marsh", "2026-07-01", 2));
    assert_eq!((map.things.len(), map.ties.len()), (2, 2));
    assert!(view.marks.is_empty() && view.newer.is_empty(), "{:?} {:?}", view.marks, view.newer);
    // No command of the working document takes a map or a part of one.
    for name in [
        "begin-map",
        "update-map",
        "add-map-action",
        "put-on-map",
        "tie-on-map",
        "end-on-map",
        "set-names-on-map",
        "close-map",
        "reopen-map",
        "take-off-map",
        "put-back-on-map",
    ] {
        let mut value = whole.clone();
        value["do"] = name.into();
        assert!(serde_json::from_value::<Command>(value).unwrap_err().to_string().contains("unknown variant"));
    }
}

#[test]
fn names_stand_on_a_map_only_by_the_agencys_decision_and_the_map_says_so() {
    let mut record = Record::begin();
    let map = record.does(begin());
    let name = json!({"do": "put-on-map", "map": map, "what": "friend", "name": "Tomasz"});
    for lacking in [json!({"reference": "", "signed_off_by": "J. Hale"}), json!({"reference": "DPIA 7", "signed_off_by": " "})] {
        assert!(record.tell(json!({"do": "set-names-on-map", "id": map, "policy": lacking})).is_err());
    }
    assert!(record.tell(name.clone()).is_err());
    record.does(json!({"do": "set-names-on-map", "id": map, "policy": {"reference": "DPIA 7", "signed_off_by": "J. Hale"}}));
    record.does(name.clone());
    let view = record.view();
    let banner = view.maps[0].names.as_ref().unwrap().banner.clone();
    assert!(banner.contains("DPIA 7") && banner.contains("J. Hale"), "{banner}");
    assert!(draw_own_map(&view.maps[0], "2026-05-05").notes.iter().any(|note| note.text.starts_with("Names may stand")));
    let lines = history(&record.doc);
    assert!(lines.iter().any(|line| line.what.contains("allowed names on the young person's own map")), "{lines:?}");
    // Off again: what stands stays, nothing more by name.
    record.does(json!({"do": "set-names-on-map", "id": map, "policy": null}));
    assert!(record.tell(name).is_err() && record.view().maps[0].names.is_none());
}

#[test]
fn what_the_agency_has_not_decided_is_refused_with_where_to_decide_it() {
    let policy = NamesOnMaps { reference: "DPIA 7".into(), signed_off_by: "J. Hale".into() };
    let asked = SetNamesOnMap { id: EntryId([1; 16]), policy: Some(policy.clone()) };
    assert!(asked.refuse_without(Some(&policy)).is_ok());
    assert!(asked.refuse_without(None).unwrap_err().to_string().contains("Settings"));
    assert!(asked.refuse_without(Some(&NamesOnMaps { reference: "another".into(), ..policy })).is_err());
    assert!(SetNamesOnMap { policy: None, ..asked }.refuse_without(None).is_ok(), "taking names off needs no decision");
}

#[test]
fn it_waits_from_its_day_on_until_it_is_looked_at_or_closed() {
    let mut record = Record::begin();
    let map = record.does(begin());
    let due = |record: &Record, today: &str| record.waits(today).iter().filter(|kind| *kind == "map-review").count();
    assert_eq!((due(&record, "2026-05-31"), due(&record, "2026-06-01")), (0, 1));
    record.does(json!({"do": "update-map", "id": map, "review": "2026-07-01"}));
    assert_eq!((due(&record, "2026-06-01"), due(&record, "2026-07-02")), (0, 1));
    assert!(record.tell(json!({"do": "close-map", "id": map, "why": " "})).is_err());
    record.does(json!({"do": "close-map", "id": map, "why": "it did its work"}));
    assert_eq!(due(&record, "2026-07-02"), 0);
    let closed = record.view().maps.remove(0);
    assert_eq!((closed.closed.as_deref(), closed.closed_why.as_deref()), (Some("2026-05-05"), Some("it did its work")));
    assert!(
        record.tell(json!({"do": "put-on-map", "map": map, "what": "place", "name": "park"})).unwrap_err().contains("closed")
    );
    record.does(json!({"do": "reopen-map", "id": map, "review": "2026-08-01"}));
    assert_eq!((due(&record, "2026-08-01"), record.view().maps[0].closed.clone()), (1, None));
}

#[test]
fn what_is_taken_away_is_shown_nowhere_but_in_the_list_of_what_was_and_comes_back_whole() {
    let mut record = Record::begin();
    let map = record.does(begin());
    let friend = record.does(json!({"do": "put-on-map", "map": map, "what": "friend", "name": "T.H."}));
    record.does(json!({"do": "tie-on-map", "map": map, "to": friend, "kind": "friendship", "said_by": "the young person"}));
    let before = record.view();
    record.does(json!({"do": "take-off-map", "id": friend, "why": "they did not want to be on it"}));
    let view = record.view();
    assert!(view.maps[0].things.is_empty() && view.maps[0].taken_back.len() == 1, "{:?}", view.maps[0]);
    assert!(!svg(&draw_own_map(&view.maps[0], "2026-05-05")).contains("T.H."));
    record.does(json!({"do": "put-back-on-map", "id": friend}));
    record.does(json!({"do": "take-off-map", "id": map, "why": "the young person asked for it"}));
    let view = record.view();
    assert!(view.maps.is_empty() && view.maps_taken_away.len() == 1 && !format!("{view:?}").contains("T.H."), "{view:?}");
    record.does(json!({"do": "put-back-on-map", "id": map}));
    let after = record.view();
    assert_eq!((&after.maps[0].things, &after.maps[0].ties), (&before.maps[0].things, &before.maps[0].ties));
}

#[test]
fn its_drawing_and_its_table_say_the_same_and_nobody_is_ranked() {
    let mut record = Record::begin();
    let map = record.does(begin());
    let mut things = Vec::new();
    for (what, name) in [("friend", "T.H."), ("friend", "K"), ("adult", "a grandmother"), ("place", "her kitchen")] {
        things.push(record.does(json!({"do": "put-on-map", "map": map, "what": what, "name": name})));
    }
    let tie = |from: Option<EntryId>, to: EntryId, kind: &str| {
        json!({"do": "tie-on-map", "map": map, "from": from, "to": to, "kind": kind,
        "strength": "strong", "direction": "both", "said_by": "the young person"})
    };
    record.does(tie(None, things[0], "friendship"));
    let last = record.does(tie(Some(things[0]), things[2], "support"));
    let view = record.view();
    let drawing = draw_own_map(&view.maps[0], "2026-05-05");
    assert_eq!((drawing.shapes.len(), drawing.curves.len()), (5, 2));
    let ends: Vec<String> = view.maps[0].ties.iter().map(kith_assessment::MapTie::ends_words).collect();
    assert_eq!(ends, ["the young person and T.H.", "T.H. and a grandmother"]);
    // Ties move nobody and make nobody larger.
    record.does(json!({"do": "end-on-map", "id": last}));
    let fewer = draw_own_map(&record.view().maps[0], "2026-05-05");
    let boxes = |drawing: &kith_assessment::Drawing| drawing.shapes.clone();
    assert_eq!(boxes(&drawing), boxes(&fewer));
    assert_eq!(fewer.curves.len(), 1);
    // Machine to machine the same.
    assert_eq!(svg(&fewer), svg(&draw_own_map(&record.view().maps[0], "2026-05-05")));
}

#[test]
fn what_was_taken_out_of_a_text_is_kept_beside_the_others_of_its_kind_and_goes_again_alone() {
    let mut record = Record::begin();
    let mut tell = |what: &str, value: &str| record.tell(json!({"do": what, "system": "Name", "value": value}));
    for value in ["Tomek", "Aaliyah", &"x".repeat(110)] {
        tell("keep-reference", value).unwrap();
    }
    assert!(tell("keep-reference", "Tomek").unwrap_err().contains("already"));
    tell("drop-reference", "Tomek").unwrap();
    assert!(tell("drop-reference", "Tomek").is_err());
    let kept: Vec<(String, String)> = record.view().references.into_iter().map(|one| (one.system, one.value)).collect();
    assert_eq!(kept, [("Name".to_owned(), "Aaliyah".to_owned()), ("Name 2".to_owned(), "x".repeat(110))]);
}
