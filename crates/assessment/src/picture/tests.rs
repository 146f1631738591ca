//! The rules of drawing, as arguments: nothing overlaps, nothing computes an importance, no word of a rank, safe places stay here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::layout::{self, Rect, width_of};
use super::look::{AdultView, ConductView, EndView, PartView, PictureView, PlaceView, SaidOfPlace, TieView, Young};
use super::{Audience, Curve, Drawing, Shape, Sheet, draw, for_audience, picture_svg, picture_then_and_now, write};
use crate::record::Kept;
use crate::view::Who;
use crate::vocabulary::{Agreed, Direction, PlaceIs, PlaceKind, Strength, TieKind};

const THEN: &str = "2026-04-17";
const LATER: &str = "2026-05-03";
const TODAY: &str = "2026-05-05";

/// Words of which none may stand in any picture, its table or its summary, nor name anything in its data.
const NEVER: [&str; 22] = [
    "rank",
    "score",
    "risk",
    "danger",
    "central",
    "degree",
    "weight",
    "influence",
    "leader",
    "follower",
    "key ",
    "nominal",
    "subject",
    "target",
    "associate",
    "gang",
    "popular",
    "isolated",
    "at the centre",
    "intelligence",
    "profile",
    "importance",
];

fn who() -> Who {
    Who { person: None, device: None, name: "Priya Marsh".to_owned(), agency: None, role: None }
}

fn id(kind: &str, number: usize, seed: u64) -> String {
    let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed;
    format!("{kind}{mixed:016x}")
}

fn kept(id: &str) -> Kept {
    Kept { id: id.to_owned(), by: who(), at: Some(0), retired: None, two_versions: Vec::new(), newer: Vec::new() }
}

fn label(number: usize) -> String {
    char::from(b'A' + u8::try_from(number % 26).unwrap()).to_string()
}

fn said(how: PlaceIs) -> SaidOfPlace {
    SaidOfPlace {
        how,
        times: Some("in the evening, on most days".to_owned()),
        said_by: "A".to_owned(),
        date: THEN.to_owned(),
        by: who(),
    }
}

fn place(number: usize, name: &str, seed: u64) -> PlaceView {
    let id = id("p", number, seed);
    let hows = [PlaceIs::Ok, PlaceIs::Depends, PlaceIs::NotOk, PlaceIs::NotKnown];
    let conduct = (number.is_multiple_of(5)).then(|| ConductView {
        kept: kept(&format!("c{id}")),
        place: id.clone(),
        who: "older men".to_owned(),
        what: "give food, vapes and lifts, then ask for favours".to_owned(),
        said_by: "the group".to_owned(),
        agreed: Some(Agreed::Agreed),
        since: THEN.to_owned(),
        ended: None,
        ended_why: None,
    });
    PlaceView {
        turn: write::turn_of(&id),
        kept: kept(&id),
        name: name.to_owned(),
        place_kind: PlaceKind::Club,
        now: vec![said(hows[number % 4].clone())],
        before: Vec::new(),
        not_shared: number % 7 == 3,
        conduct: conduct.into_iter().collect(),
        said_by: "A".to_owned(),
        since: if number.is_multiple_of(3) { LATER } else { THEN }.to_owned(),
        ended: (number % 6 == 1).then(|| LATER.to_owned()),
        ended_why: None,
    }
}

fn adult(number: usize, role: &str, seed: u64) -> AdultView {
    let id = id("a", number, seed);
    AdultView {
        turn: write::turn_of(&id),
        kept: kept(&id),
        role: role.to_owned(),
        trusted_by_ids: vec!["group".to_owned()],
        trusted_by: Some("the group".to_owned()),
        place: None,
        place_name: Some("a place with a name of some length".to_owned()),
        said_by: "A".to_owned(),
        since: THEN.to_owned(),
        ended: None,
        ended_why: None,
    }
}

fn part(number: usize, name: &str, one: bool, seed: u64) -> PartView {
    let id = id("g", number, seed);
    PartView {
        turn: write::turn_of(&id),
        kept: kept(&id),
        name: name.to_owned(),
        one,
        note: Some("come and go".to_owned()),
        members: Vec::new(),
        said_by: "the group".to_owned(),
        since: THEN.to_owned(),
        ended: None,
        ended_why: None,
    }
}

fn tie(number: usize, from: EndView, to: EndView, kind: TieKind, strength: Option<Strength>) -> TieView {
    TieView {
        kept: kept(&format!("t{number:03}")),
        tie_kind: kind,
        direction: [None, Some(Direction::Both), Some(Direction::OneWay)][number % 3].clone(),
        strength,
        said_by_ids: vec![from.to.clone(), to.to.clone()],
        said_by: format!("{} and {}", from.words, to.words),
        from,
        to,
        agreed: Some(Agreed::Agreed),
        note: None,
        since: if number.is_multiple_of(4) { LATER } else { THEN }.to_owned(),
        ended: None,
        ended_why: None,
        not_drawn: None,
    }
}

/// Everybody and everything in a group, without a tie.
fn group(members: usize, places: &[String], adults: &[String], seed: u64) -> PictureView {
    let young = (0..members).map(|number| {
        let id = id("s", number, seed);
        Young { turn: write::turn_of(&id), label: label(number), id }
    });
    PictureView {
        young: young.collect(),
        places: places.iter().enumerate().map(|(number, name)| place(number, name, seed)).collect(),
        adults: adults.iter().enumerate().map(|(number, role)| adult(number, role, seed)).collect(),
        parts: vec![part(0, "the four", false, seed), part(1, "a friend without a strand", true, seed)],
        ..PictureView::default()
    }
}

/// Everybody who can be at the end of a tie.
fn ends(view: &PictureView) -> Vec<EndView> {
    let end = |to: &str, what: &str, words: &str| EndView { to: to.to_owned(), what: what.to_owned(), words: words.to_owned() };
    let young = view.young.iter().map(|young| end(&young.id, "strand", &young.label));
    let parts = view.parts.iter().map(|part| end(&part.kept.id, if part.one { "friend" } else { "part" }, &part.name));
    let adults = view.adults.iter().take(6).map(|adult| end(&adult.kept.id, "adult", &adult.role));
    young.chain(parts).chain(adults).collect()
}

/// A ring of ties, so that everybody is at the end of one, and some more.
fn with_ties(view: &PictureView, more: &[(usize, usize, usize)]) -> PictureView {
    let ends = ends(view);
    let ring = (0..ends.len()).map(|index| (index, index + 1, 0));
    let ties = ring.chain(more.iter().copied()).enumerate().filter_map(|(number, (from, to, kind))| {
        let (from, to) = (ends.get(from % ends.len())?.clone(), ends.get(to % ends.len())?.clone());
        let kinds = [TieKind::Friendship, TieKind::Family, TieKind::Support, TieKind::Worry];
        let strengths = [Some(Strength::Strong), Some(Strength::Middling), Some(Strength::Light), None];
        (from.to != to.to).then(|| tie(number, from, to, kinds[kind % 4].clone(), strengths[(kind / 4) % 4].clone()))
    });
    PictureView { ties: ties.collect(), ..view.clone() }
}

fn rect(shape: &Shape) -> Rect {
    Rect { x: shape.x, y: shape.y, width: shape.width, height: shape.height }
}

/// The points of a path's line or curve.
fn along(curve: &Curve) -> Vec<(i32, i32)> {
    let numbers: Vec<i32> =
        curve.path.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|number| number.parse().ok()).collect();
    let points: Vec<(i32, i32)> = numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    match points.as_slice() {
        [a, b] => (0..=50).map(|share| (a.0 + (b.0 - a.0) * share / 50, a.1 + (b.1 - a.1) * share / 50)).collect(),
        [a, b, c, d] => (0..=50).map(|share| layout::point(&[*a, *b, *c, *d], share * 2)).collect(),
        other => panic!("{other:?}"),
    }
}

/// No box touches another, no text leaves its box, no label touches a box or a label, no line passes behind a box that is not at
/// one of its ends, and everything is within the drawing.
fn assert_clear(drawing: &Drawing) {
    let boxes: Vec<Rect> = drawing.shapes.iter().map(rect).collect();
    for (index, one) in boxes.iter().enumerate() {
        for other in &boxes[index + 1..] {
            assert!(!one.is_near(other, 4), "{one:?} touches {other:?}");
        }
        assert!(
            one.x >= 0 && one.y >= 0 && one.x + one.width <= drawing.width && one.y + one.height <= drawing.height,
            "{one:?}"
        );
    }
    let size = |size: &str| match size {
        "small" => 13,
        "strong" => 17,
        _ => 15,
    };
    for shape in &drawing.shapes {
        for line in &shape.lines {
            let half = width_of(&line.text, size(&line.size)) / 2;
            assert!(line.x - half >= shape.x && line.x + half <= shape.x + shape.width, "{line:?} leaves its box");
            assert!(line.y - size(&line.size) >= shape.y && line.y <= shape.y + shape.height, "{line:?} leaves its box");
        }
        assert!(shape.lines.windows(2).all(|pair| pair[1].y - pair[0].y >= size(&pair[1].size)), "lines of {shape:?} touch");
    }
    let labels: Vec<Rect> = drawing
        .curves
        .iter()
        .filter_map(|curve| curve.label.as_ref())
        .map(|line| {
            let wide = width_of(&line.text, 15);
            Rect { x: line.x - wide / 2, y: line.y - 14, width: wide, height: 17 }
        })
        .collect();
    for (index, one) in labels.iter().enumerate() {
        assert!(!boxes.iter().chain(&labels[index + 1..]).any(|other| one.is_near(other, 0)), "label {one:?} is over something");
    }
    for curve in &drawing.curves {
        let touched = |(x, y): (i32, i32)| {
            drawing.shapes.iter().filter(move |shape| {
                x > shape.x + 1 && x < shape.x + shape.width - 1 && y > shape.y + 1 && y < shape.y + shape.height - 1
            })
        };
        for at in along(curve) {
            assert_eq!(touched(at).map(|shape| shape.id.as_str()).next(), None, "{} passes behind a box at {at:?}", curve.name);
        }
    }
    for line in drawing.legend.iter().map(|one| &one.text).chain(&drawing.notes) {
        assert!(line.x >= 0 && line.x + width_of(&line.text, 13) <= drawing.width && line.y <= drawing.height, "{line:?}");
    }
}

#[test]
fn what_is_not_clear_is_seen() {
    let view = with_ties(&group(5, &["hub".to_owned(), "station".to_owned()], &["a coach".to_owned()], 3), &[]);
    let broken = |sheet: Sheet, how: fn(&mut Drawing)| {
        let mut drawing = draw(&view, sheet, Audience::Team, None, TODAY);
        assert_clear(&drawing);
        how(&mut drawing);
        assert!(std::panic::catch_unwind(|| assert_clear(&drawing)).is_err());
    };
    broken(Sheet::Places, |drawing| drawing.shapes[1].x = drawing.shapes[2].x - 20);
    broken(Sheet::Places, |drawing| drawing.shapes[1].lines[1].text = "far too many words for one line of a box".to_owned());
    broken(Sheet::Places, |drawing| drawing.curves[0].path = format!("M0 0L{} {}", drawing.width, drawing.height));
    broken(Sheet::Ties, |drawing| drawing.curves[0].label = drawing.curves[1].label.clone());
    broken(Sheet::Ties, |drawing| drawing.width /= 2);
}

fn names(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[A-Za-z][a-z]{1,14}( [a-z]{1,12}){0,4}".prop_map(|name| name.chars().take(60).collect()), 0..=most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_overlaps_in_groups_of_three_to_twenty_five(
        seed: u64,
        members in 3_usize..=25,
        places in names(20),
        adults in names(12),
        ties in prop::collection::vec((0_usize..40, 0_usize..40, 0_usize..16), 0..40),
    ) {
        let view = with_ties(&group(members, &places, &adults, seed), &ties);
        for then in [None, Some(THEN)] {
            for sheet in [Sheet::Places, Sheet::Ties] {
                for audience in [Audience::Team, Audience::Shared] {
                    assert_clear(&draw(&view, sheet, audience, then, TODAY));
                }
            }
        }
    }

    /// The rule against computed importance: whatever the ties say, and however many somebody has, everybody stands at the same
    /// place, in the same order, at the same size, with the same words.
    #[test]
    fn no_tie_changes_how_or_where_anybody_stands(
        seed: u64,
        members in 3_usize..=25,
        adults in names(6),
        ties in prop::collection::vec((0_usize..40, 0_usize..40, 0_usize..16), 0..60),
        one in 0_usize..25,
    ) {
        let view = group(members, &["hub".to_owned(), "station".to_owned()], &adults, seed);
        let plain = with_ties(&view, &[]);
        let many = with_ties(&view, &ties);
        let crowd: Vec<(usize, usize, usize)> = (0..members).map(|other| (one, other, 3)).collect();
        let crowd = with_ties(&view, &crowd);
        for sheet in [Sheet::Places, Sheet::Ties] {
            let shapes = |view: &PictureView| draw(view, sheet, Audience::Team, None, TODAY).shapes;
            prop_assert_eq!(shapes(&plain), shapes(&many));
            prop_assert_eq!(shapes(&plain), shapes(&crowd));
        }
        let mut turned = many.clone();
        turned.ties.reverse();
        prop_assert_eq!(
            draw(&many, Sheet::Ties, Audience::Team, None, TODAY).shapes,
            draw(&turned, Sheet::Ties, Audience::Team, None, TODAY).shapes
        );
    }
}

fn larch() -> PictureView {
    let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let view = group(
        4,
        &names(&["hub", "library steps", "bus station", "grandmother's kitchen", "group chat"]),
        &names(&["kiosk keeper"]),
        7,
    );
    with_ties(&view, &[(0, 2, 3), (1, 3, 7)])
}

#[test]
fn no_picture_has_a_word_or_a_field_for_rank_score_or_risk() {
    let view = larch();
    let words: Vec<String> = super::summary::written_summary(&view);
    let mut all = vec![serde_json::to_string(&view).unwrap(), words.join(" ")];
    for sheet in [Sheet::Places, Sheet::Ties] {
        let drawing = draw(&view, sheet, Audience::Team, Some(THEN), TODAY);
        all.push(serde_json::to_string(&drawing).unwrap());
        all.push(super::svg(&drawing));
    }
    for text in all {
        // A name's weight of print is no weight of a person.
        let text = text.replace("font-weight", "").to_lowercase();
        for never in NEVER {
            assert!(!text.contains(never), "\"{never}\" in {text}");
        }
    }
}

#[test]
fn what_protects_is_at_least_as_wide_as_any_worry() {
    let end = |to: &str| EndView { to: to.to_owned(), what: "strand".to_owned(), words: to.to_owned() };
    let strengths = [Some(Strength::Strong), Some(Strength::Middling), Some(Strength::Light), None];
    let kinds = [TieKind::Friendship, TieKind::Family, TieKind::Support, TieKind::Worry];
    let all = kinds.iter().flat_map(|kind| strengths.iter().map(move |strength| (kind, strength)));
    let ties = all.enumerate().map(|(number, (kind, strength))| tie(number, end("A"), end("B"), kind.clone(), strength.clone()));
    let view = PictureView { ties: ties.collect(), ..PictureView::default() };
    let drawing = draw(&view, Sheet::Ties, Audience::Team, None, TODAY);
    let width =
        |worry: bool| drawing.curves.iter().filter(move |curve| (curve.kind == "worry") == worry).map(|curve| curve.width);
    assert!(width(false).min().unwrap() >= width(true).max().unwrap());
    // And never by its colour alone: each kind has dashes, or a width, of its own.
    let looks: std::collections::BTreeSet<_> = ["friendship", "family", "support", "worry"]
        .iter()
        .map(|kind| drawing.curves.iter().find(|curve| curve.kind == *kind).map(|curve| curve.dashes.clone()))
        .collect();
    assert_eq!(looks.len(), 4);
}

#[test]
fn a_shared_picture_holds_no_safe_place_no_label_and_no_tie_between_young_people() {
    let view = larch();
    let safe = view.places.iter().find(|place| place.not_shared).map(|place| place.name.clone()).unwrap();
    assert_eq!(safe, "grandmother's kitchen");
    let shared = for_audience(&view, Audience::Shared);
    let mut all = vec![serde_json::to_string(&shared).unwrap()];
    for sheet in [Sheet::Places, Sheet::Ties] {
        for then in [None, Some(THEN)] {
            let drawing = draw(&view, sheet, Audience::Shared, then, TODAY);
            assert!(drawing.notes.iter().any(|note| note.text.contains("5 May 2026")), "the date is inside");
            assert!(!drawing.legend.is_empty(), "the legend is inside");
            assert!(drawing.shapes.iter().all(|shape| !["strand", "friend"].contains(&shape.what.as_str())));
            all.push(serde_json::to_string(&drawing).unwrap());
            all.push(picture_svg(&view, sheet, Audience::Shared, then, TODAY));
        }
    }
    for text in all {
        for hidden in ["kitchen", "grandmother", "a friend without a strand", "t001"] {
            assert!(!text.contains(hidden), "\"{hidden}\" in {text}");
        }
        assert!(view.young.iter().all(|young| !text.contains(&young.id)));
    }
}

#[test]
fn what_somebody_types_ends_no_element_and_no_attribute() {
    let mut view = group(3, &["<script>alert(1)</script>\"'&".to_owned()], &[], 1);
    view.places.iter_mut().for_each(|place| place.ended = None);
    let svg = picture_svg(&view, Sheet::Places, Audience::Team, None, TODAY);
    assert!(svg.contains("&lt;") && !svg.contains("<script"), "{svg}");
    assert!(!svg.contains(" style="), "no style attribute");
}

#[test]
fn then_and_now_say_what_is_new_what_is_no_longer_and_what_is_otherwise() {
    let mut view = larch();
    let changed = view.places.iter_mut().find(|place| place.name == "group chat").unwrap();
    changed.before = std::mem::replace(&mut changed.now, vec![SaidOfPlace { date: LATER.to_owned(), ..said(PlaceIs::NotOk) }]);
    let compared = picture_then_and_now(&view, TODAY, THEN);
    assert_eq!((compared.then.as_str(), compared.now.as_str()), (THEN, TODAY), "the earlier day comes first");
    let words: Vec<&str> = compared.changes.iter().map(|change| change.words.as_str()).collect();
    for expected in [
        "New: hub.",
        "No longer: library steps.",
        "group chat: then OK, in the evening, on most days; now not OK, in the evening, on most days.",
    ] {
        assert!(words.contains(&expected), "{expected} in {words:?}");
    }
    let drawing = draw(&view, Sheet::Places, Audience::Team, Some(THEN), TODAY);
    let of = |name: &str| drawing.shapes.iter().find(|shape| shape.name.starts_with(name)).unwrap();
    assert_eq!(
        (of("hub").state.as_str(), of("library steps").state.as_str(), of("group chat").state.as_str()),
        ("added", "ended", "changed")
    );
    assert!(of("hub").lines.iter().any(|line| line.text == "new"), "in words too");
    let now = draw(&view, Sheet::Places, Audience::Team, None, TODAY);
    assert!(
        !now.shapes.iter().any(|shape| shape.name.starts_with("library steps")),
        "what has ended is not in the picture of now"
    );
}
