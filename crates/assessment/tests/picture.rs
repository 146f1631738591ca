//! The group picture by its commands: what may be drawn, what a no and a taking out do, what two people do apart (R3, R4, R32, R33).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{START, Writer, exchange};
use kith_assessment::{Audience, Command, EntryId, Mark, Sheet, draw, history, picture_svg, plain_text};
use serde_json::{Value, json};

const TODAY: &str = "2026-05-05";

#[allow(clippy::needless_pass_by_value)] // Written where it is used.
fn command(value: Value) -> Command {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn does(writer: &mut Writer, value: Value) -> EntryId {
    writer.does(command(value)).id.unwrap()
}

fn refused(writer: &mut Writer, value: Value) -> String {
    writer.try_to(&command(value)).unwrap_err().to_string()
}

/// Priya with A, B and C attached.
fn priya() -> (Writer, [EntryId; 3]) {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    let strands = ["A", "B", "C"].map(|label| does(&mut priya, json!({"do": "attach-strand", "label": label, "phone": "duty"})));
    (priya, strands)
}

fn tie(from: EntryId, to: EntryId, said_by: &[EntryId], agreed: &str) -> Value {
    json!({"do": "add-tie", "kind": "friendship", "from": from, "to": to, "strength": "strong", "said_by": said_by, "agreed": agreed})
}

fn drawn(writer: &Writer) -> String {
    picture_svg(&writer.view().picture, Sheet::Ties, Audience::Team, None, TODAY)
}

#[test]
fn a_tie_is_drawn_only_if_both_described_it_and_agreed() {
    let (mut priya, [a, b, c]) = priya();
    for (said_by, agreed, why) in [
        (vec![a, b], "agreed", None),
        (vec![a], "agreed", Some("B has not described it")),
        (vec![c], "agreed", Some("A and B have not described it")),
        (vec![a, b], "not-agreed", Some("they did not agree to its being drawn")),
        (vec![a, b], "not-asked", Some("they have not been asked whether it may be drawn")),
    ] {
        let id = does(&mut priya, tie(a, b, &said_by, agreed)).to_string();
        let view = priya.view().picture;
        let found = view.ties.iter().find(|tie| tie.kept.id == id).unwrap();
        assert_eq!(found.not_drawn.as_deref(), why);
        let sheet = draw(&view, Sheet::Ties, Audience::Team, None, TODAY);
        assert_eq!(sheet.curves.iter().any(|curve| curve.id == id), why.is_none());
    }
    let view = priya.view();
    assert_eq!(view.picture.ties.len(), 5, "each stays in the table");
    let text = plain_text(&view);
    assert!(text.contains("A and B: friendship, strong") && text.contains("Not drawn: B has not described it."), "{text}");
    // A worker's word alone draws nobody.
    let adult = json!({"do": "add-tie", "kind": "worry", "from": a, "to": c, "said_by_words": "a teacher", "agreed": "agreed"});
    let id = does(&mut priya, adult).to_string();
    let view = priya.view().picture;
    assert!(view.ties.iter().find(|tie| tie.kept.id == id).unwrap().not_drawn.is_some());
}

#[test]
fn after_a_no_nobody_is_drawn_and_nothing_new_is_written_with_their_label() {
    let (mut priya, [a, b, c]) = priya();
    does(&mut priya, tie(a, b, &[a, b], "agreed"));
    does(&mut priya, tie(b, c, &[b, c], "agreed"));
    does(&mut priya, json!({"do": "add-adult", "role": "a coach", "trusted_by": [b], "said_by": [b]}));
    assert!(drawn(&priya).contains(">B<"));
    does(&mut priya, json!({"do": "set-agreement", "strand": b, "agreement": "no"}));
    let view = priya.view();
    for sheet in [Sheet::Places, Sheet::Ties] {
        let svg = picture_svg(&view.picture, sheet, Audience::Team, None, TODAY);
        assert!(!svg.contains(">B<") && !svg.contains("B and") && !svg.contains(&b.to_string()), "{svg}");
    }
    assert!(!serde_json::to_string(&view.picture).unwrap().contains("\"B\""));
    assert_eq!((view.picture.paused, view.picture.young.len()), (1, 2));
    for value in [
        tie(a, b, &[a, b], "agreed"),
        json!({"do": "add-adult", "role": "a coach", "trusted_by": [b], "said_by": [a]}),
        json!({"do": "add-part", "name": "two of them", "members": [a, b], "said_by": ["group"]}),
        json!({"do": "add-place", "name": "park", "kind": "outdoors", "said_by": [b]}),
    ] {
        assert!(refused(&mut priya, value).starts_with("after a no nothing new is written"));
    }
    does(&mut priya, json!({"do": "decide-after-no", "strand": b, "decision": "go-on", "because": "they asked to"}));
    assert!(drawn(&priya).contains(">B<"), "drawn again once holder and lead have decided");
}

#[test]
fn whoever_was_taken_out_is_in_no_picture_table_history_or_moment() {
    let (mut priya, [a, b, c]) = priya();
    does(&mut priya, tie(a, c, &[a, c], "agreed"));
    priya.now += 86_400;
    let gone = does(&mut priya, tie(a, b, &[a, b], "agreed"));
    does(&mut priya, json!({"do": "add-part", "name": "the three", "members": [a, b, c], "said_by": [b]}));
    does(&mut priya, json!({"do": "add-adult", "role": "a coach", "trusted_by": [b], "said_by": ["group"]}));
    does(&mut priya, json!({"do": "update-tie", "id": gone, "strength": "light"}));
    priya.now += 86_400;
    does(&mut priya, json!({"do": "detach-strand", "id": b, "their_words": "go"}));
    let view = priya.view();
    let json = serde_json::to_string(&view.picture).unwrap();
    for trace in [b.to_string(), gone.to_string(), "\"B\"".to_owned(), "B and".to_owned(), "and B".to_owned()] {
        assert!(!json.contains(&trace), "{trace} in {json}");
    }
    assert_eq!(view.picture.ties.len(), 1);
    assert_eq!(view.picture.adults[0].trusted_by, None, "nobody here trusts the coach any longer, as far as is known");
    let text = plain_text(&view);
    assert!(!text.contains(" B ") && !text.contains(&gone.to_string()[..6]), "{text}");
    for sheet in [Sheet::Places, Sheet::Ties] {
        let svg = picture_svg(&view.picture, sheet, Audience::Team, Some("2026-05-05"), "2026-05-08");
        assert!(!svg.contains(">B<") && !svg.contains("B and") && !svg.contains("and B"), "{svg}");
    }
    assert!(kith_assessment::find(&priya.doc, &gone.to_string()[..6]).is_err());
    let lines = history(&priya.doc);
    let before_it = &lines.iter().rev().nth(1).unwrap().change;
    let then = kith_assessment::view_at(&priya.doc, None, before_it).unwrap();
    let json = serde_json::to_string(&then.picture).unwrap();
    assert!(
        !json.contains(&b.to_string()) && !json.contains(&gone.to_string()) && !json.contains("and B"),
        "nor in then: {json}"
    );
    assert_eq!(lines.iter().filter(|line| line.what.contains("tie in the picture")).count(), 1, "{lines:?}");
    assert!(refused(&mut priya, tie(a, b, &[a], "agreed")).contains("there is no strand"));
}

#[test]
fn people_causing_harm_are_what_they_do_at_a_place_and_never_a_point() {
    let (mut priya, [a, ..]) = priya();
    let station = does(
        &mut priya,
        json!({"do": "add-place", "name": "bus station", "kind": "station", "how": "depends", "times": "not OK after seven", "said_by": ["group"]}),
    );
    let conduct = does(
        &mut priya,
        json!({"do": "add-conduct", "place": station, "who": "older men", "what": "give lifts, then ask for favours", "said_by": ["group"], "agreed": "agreed"}),
    );
    let view = priya.view().picture;
    let sheet = draw(&view, Sheet::Places, Audience::Team, None, TODAY);
    assert_eq!(sheet.shapes.iter().map(|shape| shape.what.as_str()).collect::<Vec<_>>(), ["group", "place"]);
    let at = sheet.shapes.iter().find(|shape| shape.what == "place").unwrap();
    assert!(at.name.contains("Worry: older men, give lifts, then ask for favours"), "{}", at.name);
    // No tie can have them at its end, nor a place.
    for end in [conduct.to_string(), station.to_string(), "older men".to_owned()] {
        for (from, to) in [(end.clone(), a.to_string()), (a.to_string(), end.clone())] {
            let value = json!({"do": "add-tie", "kind": "worry", "from": from, "to": to, "said_by": [a], "agreed": "agreed"});
            assert!(refused(&mut priya, value).starts_with("there is no young person, part or adult"));
        }
    }
    assert!(view.summary.iter().any(|line| line == "At bus station: older men, give lifts, then ask for favours."));
}

#[test]
fn a_home_stays_out_of_shared_versions_unless_somebody_says_that_it_may_be_in() {
    let (mut priya, _) = priya();
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    let kitchen = does(
        &mut priya,
        json!({"do": "add-place", "name": "a kitchen", "kind": "friends-home", "how": "ok", "said_by": ["group"]}),
    );
    assert!(priya.view().picture.places[0].not_shared);
    nadia.takes_from(&mut priya);
    // One says that it may be shared, one that it may not, apart: it is not, until somebody chooses.
    does(&mut priya, json!({"do": "update-place", "id": kitchen, "not_shared": false}));
    does(&mut nadia, json!({"do": "update-place", "id": kitchen, "not_shared": false}));
    does(&mut nadia, json!({"do": "update-place", "id": kitchen, "not_shared": true}));
    exchange(&mut priya, &mut nadia);
    let view = priya.view();
    assert!(view.picture.places[0].not_shared);
    let two = view.marks.iter().find_map(|mark| if let Mark::TwoVersions(two) = mark { Some(two) } else { None }).unwrap();
    assert_eq!(two.label, "whether a place stays out of shared versions");
    assert!(!picture_svg(&view.picture, Sheet::Places, Audience::Shared, None, TODAY).contains("kitchen"));
    priya.does(Command::Choose { field: two.field.clone(), value: "no".into() });
    assert!(picture_svg(&priya.view().picture, Sheet::Places, Audience::Shared, None, TODAY).contains("a kitchen"));
}

#[test]
fn what_two_people_set_apart_is_kept_and_a_no_holds_until_somebody_chooses() {
    let (mut priya, [a, b, _]) = priya();
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    let id = does(&mut priya, tie(a, b, &[a, b], "not-asked"));
    nadia.takes_from(&mut priya);
    does(&mut priya, json!({"do": "update-tie", "id": id, "agreed": "agreed", "strength": "light"}));
    does(&mut nadia, json!({"do": "update-tie", "id": id, "agreed": "not-agreed", "strength": "middling"}));
    exchange(&mut priya, &mut nadia);
    let tie = &priya.view().picture.ties[0];
    assert!(tie.not_drawn.is_some());
    let labels: Vec<&str> = tie.kept.two_versions.iter().map(|two| two.label.as_str()).collect();
    assert_eq!(labels, ["whether they agreed to its being drawn", "how strong a tie is"]);
    // Each says how a place is: both stand, neither is averaged.
    let hub =
        does(&mut priya, json!({"do": "add-place", "name": "hub", "kind": "club", "how": "not-known", "said_by": ["group"]}));
    nadia.takes_from(&mut priya);
    (priya.now, nadia.now) = (START + 86_400, START + 86_400);
    does(&mut priya, json!({"do": "say-of-place", "place": hub, "how": "ok", "said_by": [a]}));
    does(&mut nadia, json!({"do": "say-of-place", "place": hub, "how": "not-ok", "said_by": [b]}));
    exchange(&mut priya, &mut nadia);
    let summary = priya.view().picture.summary.join(" ");
    assert!(summary.contains("Of hub it is said differently:"), "{summary}");
    assert!(summary.contains("OK (A)") && summary.contains("not OK (B)"), "{summary}");
}

#[test]
fn a_place_is_put_next_to_another_for_everybody_and_nobody_is_asked_to_choose() {
    let (mut priya, _) = priya();
    let places: Vec<EntryId> = (0..6)
        .map(|number| {
            does(
                &mut priya,
                json!({"do": "add-place", "name": format!("place {number}"), "kind": "outdoors", "said_by": ["group"]}),
            )
        })
        .collect();
    let order = |writer: &Writer| {
        let sheet = draw(&writer.view().picture, Sheet::Places, Audience::Team, None, TODAY);
        sheet.shapes.into_iter().skip(1).map(|shape| shape.id).collect::<Vec<_>>()
    };
    let mut nadia = priya.copy(2);
    nadia.introduces("Nadia Sorrell", "school");
    for (one, other) in [(0, 3), (5, 0), (1, 5)] {
        does(&mut priya, json!({"do": "move-in-picture", "id": places[one], "next_to": places[other]}));
        let order = order(&priya);
        let at = order.iter().position(|id| *id == places[other].to_string()).unwrap();
        assert_eq!(order[(at + 1) % order.len()], places[one].to_string());
    }
    does(&mut nadia, json!({"do": "move-in-picture", "id": places[0], "next_to": places[2]}));
    exchange(&mut priya, &mut nadia);
    assert_eq!(order(&priya), order(&nadia));
    assert!(!priya.view().marks.iter().any(|mark| matches!(mark, Mark::TwoVersions(_))));
    // Between two neighbours there is room for ever, in the order that somebody made.
    for _ in 0..120 {
        for one in [2, 3] {
            does(&mut priya, json!({"do": "move-in-picture", "id": places[one], "next_to": places[4]}));
        }
    }
    let order = order(&priya);
    let at = order.iter().position(|id| *id == places[4].to_string()).unwrap();
    assert_eq!(order[(at + 1) % 6], places[3].to_string());
    // An arrow key puts it one step on: the drawing says next to what that is.
    let sheet = draw(&priya.view().picture, Sheet::Places, Audience::Team, None, TODAY);
    let shape = &sheet.shapes[2];
    let on: EntryId = shape.on.as_deref().unwrap().parse().unwrap();
    does(&mut priya, json!({"do": "move-in-picture", "id": shape.id, "next_to": on}));
    let after = draw(&priya.view().picture, Sheet::Places, Audience::Team, None, TODAY);
    assert_eq!((after.shapes[2].id.as_str(), after.shapes[3].id.as_str()), (sheet.shapes[3].id.as_str(), shape.id.as_str()));
}

#[test]
fn what_is_refused_says_what_to_do() {
    let (mut priya, [a, b, _]) = priya();
    for (value, words) in [
        (json!({"do": "add-place", "name": "park", "kind": "outdoors"}), "say who said so"),
        (json!({"do": "add-place", "name": "park", "kind": "lair", "said_by": ["group"]}), "is not a kind of place"),
        (json!({"do": "add-place", "name": "x".repeat(61), "kind": "outdoors", "said_by": ["group"]}), "the most is 60"),
        (
            json!({"do": "add-place", "name": "park", "kind": "outdoors", "said_by": ["group"], "date": "2026-02-30"}),
            "is not a date",
        ),
        (json!({"do": "add-place", "name": "park", "kind": "outdoors", "said_by": ["Keziah"]}), "there is no strand"),
        (json!({"do": "add-conduct", "who": "older men", "what": "x", "said_by": ["group"]}), "say which place"),
        (json!({"do": "add-tie", "kind": "friendship", "from": a, "to": a, "said_by": [a]}), "a tie is between two"),
        (json!({"do": "add-part", "name": "a friend", "one": true, "members": [b], "said_by": ["group"]}), "one young person"),
        (json!({"do": "end-in-picture", "id": a}), "there is no place, adult, part or tie"),
    ] {
        let said = refused(&mut priya, value.clone());
        assert!(said.contains(words), "{value}: {said}");
    }
    assert!(priya.view().picture.is_empty(), "and nothing was written");
    let park = does(&mut priya, json!({"do": "add-place", "name": "park", "kind": "outdoors", "said_by": ["group"]}));
    assert!(refused(&mut priya, json!({"do": "end-in-picture", "id": park, "date": "2026-06-01"})).contains("has not come"));
    assert!(refused(&mut priya, json!({"do": "end-in-picture", "id": park, "date": "2026-01-01"})).contains("before it began"));
    does(&mut priya, json!({"do": "end-in-picture", "id": park, "why": "fenced off"}));
    does(&mut priya, json!({"do": "goes-on-in-picture", "id": park}));
    assert_eq!(priya.view().picture.places[0].ended, None);
    does(&mut priya, json!({"do": "take-back", "id": park, "why": "another one was meant"}));
    let view = priya.view().picture;
    assert!(view.is_empty() && view.taken_back.len() == 1);
    does(&mut priya, json!({"do": "put-back", "id": park}));
    assert_eq!(priya.view().picture.places.len(), 1);
}

#[test]
fn our_own_words_stand_beside_the_rules_sentences() {
    let (mut priya, _) = priya();
    does(&mut priya, json!({"do": "add-place", "name": "park", "kind": "outdoors", "how": "ok", "said_by": ["group"]}));
    priya.does(Command::EditText { field: "picture/words".into(), text: "They like the park.".into() });
    let view = priya.view().picture;
    assert_eq!(view.words.text, "They like the park.");
    assert!(view.summary.iter().any(|line| line == "OK: park."), "{:?}", view.summary);
}
