//! Whatever a guest can send and read, beyond the six steps: made by the page's own code and opened by ours, and the other way round.

use super::phone::{bytes, card, hex, holder, node, stand_in};
use kith_group::{
    Attachment, Choice, CodeWord, Digest, Drawing, DrawnMark, GuestItemId, GuestLink, IsFair, IsRight, MAX_ITEM, OnAgreement,
    OnPart, OnPoint, OnSummary, Outcome, Point, Reading, Said, Saying, SeededRandom, SharedAction, SharedPart, SharedReply,
    SharedSummary, TakingPart, open_item, seal_card, seal_item, seal_reading,
};
use serde_json::{Value, json};

const WORDS: &str = "Lights. 🦉 أهلًا";

fn link() -> GuestLink {
    GuestLink::from_secret("https://relay.example", [2; 32])
}

/// What is said, and the same as the page holds it.
fn sayings() -> Vec<(Saying, Value)> {
    let mut all = vec![
        (Saying::WantsToRead, json!({ "is": "wantsToRead" })),
        (Saying::Said(vec![]), json!({ "is": "said", "answers": [] })),
    ];
    let fair =
        [(None, Value::Null), (Some(IsFair::Yes), json!(0)), (Some(IsFair::NotReally), json!(1)), (Some(IsFair::No), json!(2))];
    let points =
        fair.iter().map(|(fair, _)| OnPoint { point: "p1".into(), fair: *fair, why: WORDS.into(), take_out: fair.is_none() });
    let told: Vec<Value> = fair
        .iter()
        .map(|(fair, number)| json!({ "point": "p1", "fair": number, "why": WORDS, "takeOut": fair.is_none() }))
        .collect();
    all.push((Saying::OnPoints(points.collect()), json!({ "is": "onPoints", "points": told })));

    let right = [IsRight::Right, IsRight::Partly, IsRight::NotRight, IsRight::NotKnown];
    let summary = OnSummary {
        version: "v1".into(),
        parts: right.iter().map(|right| OnPart { part: "s1".into(), right: *right, why: WORDS.into() }).collect(),
        missed: "The hall.".into(),
        reply: WORDS.into(),
        other_families: true,
    };
    let parts: Vec<Value> = (0..4).map(|right| json!({ "part": "s1", "right": right, "why": WORDS })).collect();
    let told = json!({ "version": "v1", "parts": parts, "missed": "The hall.", "reply": WORDS, "otherFamilies": true });
    all.push((Saying::OnSummary(summary), json!({ "is": "onSummary", "summary": told })));

    let taking = [TakingPart::Yes, TakingPart::InPart, TakingPart::No, TakingPart::TalkFirst, TakingPart::Later];
    for (number, taking_part) in std::iter::once(None).chain(taking.map(Some)).enumerate() {
        let agreement = OnAgreement {
            read: number != 2,
            taking_part,
            but_not: vec![Choice { code: "agency:Police".into(), words: "Police".into() }],
            object: number == 2,
            words: WORDS.into(),
            shown: "What this is.".into(),
        };
        let told = json!({
            "read": agreement.read, "takingPart": number.checked_sub(1), "butNot": [{ "code": "agency:Police", "words": "Police" }],
            "object": agreement.object, "words": WORDS, "shown": "What this is.",
        });
        all.push((Saying::OnAgreement(agreement), json!({ "is": "onAgreement", "agreement": told })));
    }
    let (drawing, told) = drawing();
    all.push((Saying::Circle(drawing), json!({ "is": "circle", "drawing": told })));
    all
}

fn drawing() -> (Drawing, Value) {
    let drawing = Drawing {
        marks: vec![DrawnMark { x: 0, y: 1_000, sign: "notOk".into(), words: WORDS.into() }],
        lines: vec![vec![(1, 2), (300, 999)], vec![]],
        words: "Ours.".into(),
    };
    let marks = json!([{ "x": 0, "y": 1_000, "sign": "notOk", "words": WORDS }]);
    (drawing, json!({ "marks": marks, "lines": [[[1, 2], [300, 999]], []], "words": "Ours." }))
}

#[test]
fn whatever_can_be_said_on_the_phone_is_opened_here() {
    let random = &mut SeededRandom::new(1);
    let (drawing, told) = drawing();
    // As long as a voice note may be: the longest item that a phone makes.
    let sound: Vec<u8> = (0..192 * 1024).map(|at| (at % 251) as u8).collect();
    let voice = |sound: &[u8]| Attachment::Voice {
        question: "friends".into(),
        media: "audio/webm;codecs=opus".into(),
        seconds: 90,
        sound: sound.to_vec(),
    };
    let attached = vec![voice(&sound), voice(&[]), Attachment::Drawing { question: "places".into(), drawing }];
    let voice = |sound: &[u8]| json!({ "is": "voice", "question": "friends", "media": "audio/webm;codecs=opus", "seconds": 90, "sound": hex(sound) });
    let told = json!([voice(&sound), voice(&[]), { "is": "drawing", "question": "places", "drawing": told }]);
    let item = GuestItemId([5; 16]);
    let code = CodeWord { verifier: Digest([7; 32]), key: [8; 32] };
    let all = sayings();
    let heard = node(&json!({
        "what": "sayings",
        "address": link().to_string(),
        "card": hex(&seal_card(&link(), &card(), random).unwrap()),
        "item": hex(item.as_bytes()),
        "sayings": all.iter().map(|(_, told)| told).collect::<Vec<_>>(),
        "attached": told,
        "code": { "verifier": hex(&[7; 32]), "key": hex(&[8; 32]) },
    }));
    assert_eq!(heard.as_array().unwrap().len(), all.len());
    for ((saying, _), sealed) in all.into_iter().zip(heard.as_array().unwrap()) {
        let sealed = bytes(sealed);
        assert!(sealed.len() <= MAX_ITEM);
        let said = Said { language: "ar".into(), replaces: None, saying, code: Some(code.clone()), attached: attached.clone() };
        for key in [holder(), stand_in()] {
            assert_eq!(open_item(&link(), &item, &key, &sealed), Ok(said.clone()));
        }
        let ours = seal_item(&link(), &item, &card().recipients, &said, random).unwrap();
        assert_eq!(ours.len(), sealed.len(), "what differs in length could be told apart");
    }
}

#[test]
fn a_reading_and_a_card_with_all_that_they_can_hold_are_opened_on_the_phone() {
    let random = &mut SeededRandom::new(1);
    let code = CodeWord { verifier: Digest([7; 32]), key: [8; 32] };
    let point = |outcome, id: &str| Point { said: WORDS.into(), outcome, words: "We asked.".into(), id: id.into() };
    let reading = Reading {
        read_on: None,
        late: false,
        points: vec![
            point(Outcome::Used, "a"),
            point(Outcome::NotYet, "b"),
            point(Outcome::NotUsed, "c"),
            point(Outcome::AskMore, ""),
        ],
        summary: Some(SharedSummary {
            version: "v1".into(),
            shared_on: "2026-05-14".into(),
            parts: vec![SharedPart { id: "s1".into(), heading: "Places".into(), text: WORDS.into() }],
            actions: vec![SharedAction { id: "action/1".into(), what: "Light.".into(), why: "Asked for.".into() }],
            replies: vec![SharedReply { whose: "you".into(), words: WORDS.into() }],
        }),
        agreed: vec!["You said yes.".into(), "You said no.".into()],
    };
    let read = node(&json!({
        "what": "reading",
        "address": link().to_string(),
        "key": hex(&code.key),
        "sealed": hex(&seal_reading(&link(), &code, &reading, random).unwrap()),
    }));
    let point = |outcome: u8, id: &str| json!({ "said": WORDS, "outcome": outcome, "words": "We asked.", "id": id });
    let expected = json!({
        "readOn": null,
        "late": false,
        "points": [point(0, "a"), point(1, "b"), point(2, "c"), point(3, "")],
        "summary": {
            "version": "v1",
            "sharedOn": "2026-05-14",
            "parts": [{ "id": "s1", "heading": "Places", "text": WORDS }],
            "actions": [{ "id": "action/1", "what": "Light.", "why": "Asked for." }],
            "replies": [{ "whose": "you", "words": WORDS }],
        },
        "agreed": ["You said yes.", "You said no."],
    });
    assert_eq!(read, expected);

    let mut card = card();
    card.stand_in = None;
    card.danger = Some("Ring 999.".into());
    card.complain = Some("The council, 020 7946 0001".into());
    card.agencies = vec!["Police".into(), "School".into()];
    card.late = true;
    let told =
        node(&json!({ "what": "card", "address": link().to_string(), "card": hex(&seal_card(&link(), &card, random).unwrap()) }));
    assert_eq!(told["standIn"], Value::Null);
    assert_eq!((&told["danger"], &told["complain"]), (&json!("Ring 999."), &json!("The council, 020 7946 0001")));
    assert_eq!((&told["agencies"], &told["late"]), (&json!(["Police", "School"]), &json!(true)));
}
