//! Versions of the summary for young people and families, what they reply, and what they answer about agreement by a link: from a
//! practitioner's program to a phone and back, through a real relay; and the same in real browsers (client/ui/tests/families.mjs and, with
//! somebody listening on the line, client/guest/tests/sealed.mjs).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use kith_group::{Choice, IsRight, OnAgreement, OnPart, OnSummary, Saying, TakingPart};
use kith_tests::apps::{App, walk};
use kith_tests::holder::{Holder, NAME};
use kith_tests::holdings::{holdings, holds};
use kith_tests::phone::Phone;
use kith_tests::processes::Practitioner;
use kith_tests::search::Needles;
use kith_tests::tap::Passed;
use serde_json::{Value, json};

/// Words that stand in a version and in what came back, and nowhere that is not theirs.
const PLAIN: &str = "Plumquillon";
const OF_A: &str = "Zanderquill";
const OF_C: &str = "Ferrowick";
const REPLY: &str = "Quenchberry";
const SHOWN: &str = "Some people who work with young people want a group of friends to be safer. Are you happy to take part?";

fn does(who: &Practitioner, document: &str, command: &Value) -> Value {
    who.json(&["do", document, &command.to_string()])
}

fn code_of(who: &Practitioner, verb: &[&str]) -> (String, String) {
    let (exit, value) = who.answer(verb);
    assert_eq!(exit, Some(1), "{verb:?}: {value}");
    let text = |name: &str| value["error"][name].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

/// Priya leads Larch, holds A, and has what a version is made of; C is held without a record.
fn team() -> Holder {
    let held = Holder::new();
    let does = |command: Value| does(&held.priya, &held.larch, &command);
    does(json!({"do": "answer-purpose", "why_now": "Four of us noticed.", "find_out": "We ask them.",
        "could_go_wrong": "They could feel watched.", "less_intrusive": "Talking to one family."}));
    does(json!({"do": "edit-text", "field": "analysis/summary", "text": "Keziah and the others look after each other."}));
    does(json!({"do": "add-action", "what": "Open the hall.", "why": "Somewhere warm.", "owner": "youth service"}));
    let c = does(json!({"do": "attach-strand", "label": "C", "phone": "01632 960002"}))["entry"].clone();
    for (strand, words) in [(&json!(held.strand), format!("{OF_A} gets me home.")), (&c, format!("{OF_C} is where we meet."))] {
        does(json!({"do": "add-voice", "side": "1", "whose": "young-people", "words": words, "how": "link",
            "agreed": "agreed", "strand": strand}));
    }
    held
}

/// Plain words for every part; the summary's hold a name still.
fn confirms(held: &Holder) {
    let parts = held.priya.json(&["plain", &held.larch])["parts"].as_array().unwrap().clone();
    assert!(parts.iter().all(|part| part["twin"].is_null()));
    for part in parts {
        let (part, draft) = (part["part"].as_str().unwrap(), part["draft"].as_str().unwrap());
        let text = if part == "summary" { format!("Keziah and you look after each other. {PLAIN}.") } else { draft.to_owned() };
        held.priya.json(&["plain", &held.larch, "--part", part, "--text", &text]);
    }
}

fn publishes(held: &Holder) -> String {
    let verb = ["publish", &held.larch, "--for", "A", "--say", "name keziah=a friend", "--nobody-in-danger"];
    let shared = held.priya.json(&verb);
    assert_eq!(shared["for_words"], "A");
    shared["version"].as_str().unwrap().to_owned()
}

/// A phone that may do everything.
fn a_phone(held: &Holder, name: &str, parent: bool) -> Phone {
    let options = ["--may", "say,summary,agree", "--safe-to-send", "--for-parent"];
    held.link(name, if parent { &options } else { &options[..3] }).1
}

fn reading(held: &Holder, link: &str) -> Value {
    held.priya.json(&["window", &held.record, link, "--preview"])
}

fn strand_of(held: &Holder) -> kith_assessment::StrandView {
    held.priya.view(&held.larch).strands.into_iter().find(|one| one.label == "A").unwrap()
}

fn on_summary(version: &str, action: &str) -> Saying {
    let part = |part: &str, right, why: &str| OnPart { part: part.into(), right, why: why.into() };
    Saying::OnSummary(OnSummary {
        version: version.into(),
        parts: vec![
            part("summary", IsRight::Partly, "Keziah is not the only one"),
            part(action, IsRight::Right, "We would go there"),
        ],
        missed: "The chat".into(),
        reply: format!("{REPLY}. Keziah knows that too."),
        other_families: false,
    })
}

fn on_agreement(answer: TakingPart) -> Saying {
    Saying::OnAgreement(OnAgreement {
        read: true,
        taking_part: Some(answer),
        but_not: if answer == TakingPart::InPart {
            vec![Choice { code: "picture".into(), words: "the picture".into() }]
        } else {
            vec![]
        },
        object: false,
        words: "I do not want to".into(),
        shown: SHOWN.into(),
    })
}

#[test]
fn a_version_goes_to_its_audience_alone_and_a_reply_stands_beside_it_among_professionals() {
    let held = team();
    let (priya, larch) = (&held.priya, held.larch.as_str());
    let officer = held.somebody("Sam Okonkwolde", "Brambleshire Police", "neighbourhood officer");
    priya.lets_in_as(larch, &officer, "reader");
    let (phone, _parent) = (a_phone(&held, "phone", false), a_phone(&held, "mum", true));

    // Nothing goes without plain words, an answer to every hint, and an answer about the kitchen table.
    assert_eq!(code_of(priya, &["publish", larch, "--for", "A", "--nobody-in-danger"]).0, "not-for-families-yet");
    confirms(&held);
    assert_eq!(code_of(priya, &["publish", larch, "--for", "A"]).0, "kitchen-table");
    let (code, said) = code_of(priya, &["publish", larch, "--for", "A", "--nobody-in-danger"]);
    assert!(code == "not-decided" && said.contains("name keziah"), "{code}: {said}");
    let preview = priya.says(&["publish", larch, "--for", "A", "--preview"]);
    assert!(preview.contains(OF_A) && !preview.contains(OF_C), "{preview}");
    assert!(reading(&held, "phone")["summary"].is_null());

    let version = publishes(&held);
    let read = reading(&held, "phone");
    let text = read["summary"].to_string();
    assert!(text.contains(&format!("A friend and you look after each other. {PLAIN}.")), "{text}");
    assert!(text.contains(OF_A) && !text.contains(OF_C) && !text.contains("Keziah"), "{text}");
    assert!(reading(&held, "mum")["summary"].is_null(), "a parent has no version yet");
    let listed = priya.json(&["versions", larch]);
    assert_eq!((&listed["versions"][0]["id"], &listed["versions"][0]["stands"]), (&json!(version), &json!(true)));

    // They reply; the holder reads it first, covers a name and sets it beside the text.
    let action = priya.view(larch).families.versions[0].content.actions[0].part.clone();
    phone.sends(7, on_summary(&version, &action));
    priya.sync();
    assert!(!priya.says(&["show", larch]).contains(REPLY), "one person reads first");
    let item = priya.json(&["record", &held.record])["view"]["arrived"][0]["item"].as_str().unwrap().to_owned();
    let own = format!("{REPLY}. [a name, covered] knows that too.");
    let before = format!("{} {}", priya.says(&["arrived", &held.record, &item]), priya.json(&["record", &held.record]));
    assert!(before.contains("about the summary") && !before.contains(REPLY), "nothing is shown before it is read: {before}");
    assert!(code_of(priya, &["reply", &held.record, &item]).1.contains("until then whoever said it can change it"));
    let read = priya.says(&["arrived", &held.record, &item, "--read"]);
    assert!(read.contains(REPLY) && read.contains("Partly") && read.contains("[a name, covered] knows that too."), "{read}");
    let on_action = &priya.json(&["arrived", &held.record, &item])["on_summary"]["parts"][1];
    let named = (&on_action["heading"], &on_action["part"], &on_action["right_words"]);
    let wanted = (&json!("What we will do: Open the hall"), &json!(action), &json!("That is right"));
    assert_eq!(named, wanted, "an action is answered like a part, and has a name that one can read");
    let made_up = code_of(priya, &["reply", &held.record, &item, "--words", "We all like it."]);
    assert!(made_up.1.contains("own words"), "{made_up:?}");
    let because = "summary=[a name, covered] is not the only one";
    let beside = priya.json(&["reply", &held.record, &item, "--words", &own, "--because", because]);
    assert_eq!((&beside["assessment"], &beside["version"]), (&json!(larch), &json!(version)));
    let again = priya.json(&["reply", &held.record, &item, "--words", &own, "--because", because]);
    assert_eq!(again["version"], json!(version), "again, or from another device, it stands once");
    let replies = priya.view(larch).families.replies;
    assert_eq!(replies.len(), 1);
    assert_eq!((replies[0].whose.as_str(), replies[0].reply.as_str()), ("A", own.as_str()));
    for shown in [priya.says(&["show", larch]), priya.says(&["show", larch, "--part", "families"])] {
        assert!(shown.contains(REPLY) && shown.contains("Partly"), "{shown}");
        assert!(shown.contains("What we will do: Open the hall: That is right."), "{shown}");
    }
    assert_eq!(reading(&held, "phone")["summary"]["replies"][0][0], "you");

    // Readers get the reply with the text when it is shared with them, and nothing of the version.
    priya.json(&["publish", larch]);
    for who in [priya, &officer] {
        who.sync();
    }
    let (_, there) = holdings(&officer);
    assert!(holds(&there, REPLY), "the search finds what is there");
    for word in [PLAIN, OF_A, OF_C] {
        assert!(!holds(&there, word), "{word} with a reader");
        assert!(holds(&holdings(priya).1, word), "the search finds what is there");
    }
    held.nowhere(&[PLAIN, OF_A, OF_C, REPLY, "Keziah"]);

    // Taken back, it is on no phone.
    priya.json(&["versions", larch, "--take-back", &version, "--why", "It names a place."]);
    assert!(reading(&held, "phone")["summary"].is_null());
    assert_eq!(priya.json(&["versions", larch])["versions"][0]["taken_back"]["why"], "It names a place.");
}

#[test]
fn an_answer_by_link_is_in_the_ledger_at_once_and_a_no_pauses_without_a_press() {
    let held = team();
    let (priya, larch) = (&held.priya, held.larch.as_str());
    let colin = held.colin();
    priya.lets_in_as(&held.record, &colin, "stand-in");
    let phone = a_phone(&held, "phone", false);
    phone.sends(5, on_agreement(TakingPart::InPart));
    priya.sync();
    let strand = strand_of(&held);
    assert!(strand.not_drawn && !strand.paused, "yes, but not the picture: the drawing alone");
    assert_eq!(strand.agreement.as_ref().map(kith_assessment::Agreement::as_str), Some("in-part"));

    // The stand-in's device, which is in no assessment, takes the no in; the holder's follows it.
    phone.sends(6, on_agreement(TakingPart::No));
    colin.sync();
    let his = colin.json(&["agreement", &held.record]);
    for _ in 0..2 {
        priya.sync();
    }
    let hers = priya.json(&["agreement", &held.record]);
    assert_eq!(hers["agreements"], his["agreements"], "the same on every device");
    let no = hers["agreements"].as_array().unwrap().iter().find(|one| one["said"] == "no").unwrap().clone();
    assert_eq!(no["by_link"]["shown"], SHOWN);
    assert_eq!(no["by_link"]["shown_digest"].as_str().unwrap().len(), 64);
    assert!(hers["after_a_no"].as_str().unwrap().starts_with("No, from the young person."), "{hers}");
    let text = priya.says(&["agreement", &held.record]);
    assert!(text.contains("by link") && text.contains(SHOWN) && text.contains("I do not want to"), "{text}");

    let strand = strand_of(&held);
    assert!(strand.paused && strand.decide_by.is_some());
    let tasks = priya.says(&["show", larch, "--part", "tasks"]);
    assert!(tasks.contains("Decide with a lead how to go on with A after a no"), "{tasks}");
    // Colleagues see how it stands, and nothing of who, why or what was shown.
    let seen = serde_json::to_string(&priya.view(larch)).unwrap();
    assert!(!seen.contains(SHOWN) && !seen.contains("I do not want to") && !seen.contains("Keziah Ansah"), "{seen}");
    assert_eq!(reading(&held, "phone")["agreed"].as_array().unwrap().len(), 4);

    // What holder and lead decide is not undone by another look at the same answer.
    does(priya, larch, &json!({"do": "decide-after-no", "strand": strand.kept.id, "decision": "in-part"}));
    colin.sync();
    priya.sync();
    assert!(!strand_of(&held).paused);
}

#[test]
fn a_lead_reviews_previews_shares_and_takes_back_in_the_browser() {
    let held = team();
    let phone = a_phone(&held, "B's phone", false);
    phone.sends(5, on_agreement(TakingPart::No));
    let app = App::open_unlocked(&held.folder.path().join("priya"));
    walk("families.mjs", &[("KITH_PRIYA", &app.address), ("KITH_LARCH", &held.larch)]);
}

/// What a phone says and reads in a browser, each with words of its own.
const ON_THE_PHONE: [(&str, &str); 12] = [
    ("name", NAME),
    ("typed", "Marzipanquail waits for me."),
    ("place", "Behind Gossamerthwaite."),
    ("drawn", "Underwhistlegate"),
    ("circle", "Auntie Fennimorella"),
    ("agreed", "Not with Brackenfolly there."),
    ("code", "Ultramarine Kestrelpot"),
    ("answer", "We asked Dunmarroway for a lamp."),
    ("plain", PLAIN),
    ("why", "Nobody asked Tillingshaw."),
    ("missed", "Copperlarkin does it."),
    ("reply", "Wrenfielder is a friend."),
];

#[test]
fn a_line_that_somebody_listens_on_tells_nothing_of_what_a_phone_says_and_reads() {
    let held = team();
    let (priya, larch, record) = (&held.priya, held.larch.as_str(), held.record.as_str());
    let colin = held.colin();
    priya.lets_in_as(record, &colin, "stand-in");
    let (made, phone) = held.link("phone", &["--may", "say,summary,agree", "--safe-to-send"]);
    let told: BTreeMap<_, _> = ON_THE_PHONE.into();
    let on_the_phone = |phase: &str| {
        let variables = [
            ("KITH_LINK", made["address"].as_str().unwrap()),
            ("KITH_PHASE", phase),
            ("KITH_TOLD", &serde_json::to_string(&told).unwrap()),
        ];
        walk("../../guest/tests/sealed.mjs", &variables);
        priya.sync();
    };

    // Said; read, added and answered by who holds; opened for a day.
    on_the_phone("say");
    let arrived = held.arrived(priya);
    assert_eq!(arrived.len(), 3);
    for one in &arrived {
        priya.json(&["arrived", record, one["item"].as_str().unwrap(), "--read"]);
    }
    let said = held.arrived(priya).into_iter().find(|one| one["answers"].to_string().contains(told["typed"])).unwrap();
    for word in ["place", "circle", "agreed", "drawn"] {
        assert!(priya.says(&["--json", "record", record]).contains(told[word]), "{word} has arrived");
    }
    let item = said["item"].as_str().unwrap();
    let voice = priya.json(&["arrived", record, item, "--add", "friends", "--to", larch, "--side", "1"])["voice"].clone();
    does(priya, larch, &json!({"do": "answer-voice", "voice": voice, "outcome": "not-yet", "text": told["answer"]}));
    confirms(&held);
    publishes(&held);
    assert_eq!(priya.json(&["window", record, "phone"])["ready"], true);
    on_the_phone("read");
    colin.sync();
    let arrived = held.arrived(&colin);
    assert_eq!(arrived.len(), 5);
    for one in &arrived {
        colin.json(&["arrived", record, one["item"].as_str().unwrap(), "--read"]);
    }
    for word in ["why", "missed", "reply"] {
        assert!(colin.says(&["--json", "record", record]).contains(told[word]), "{word} has arrived");
    }

    // Nothing of it, and nobody's name, went over the line or lies anywhere; nor the keys that open it.
    let words: Vec<&str> = ON_THE_PHONE.iter().map(|(_, words)| *words).collect();
    held.nowhere(&words);
    held.nowhere(&[OF_A, OF_C, "Priya Marsh", "Colin Ashdown", "children's social care", "01632 960001", "OpusHead"]);
    let secret = phone.link.secret();
    let keys = Needles::of_keys(&[("the link's secret", &secret)]);
    let heard = held.tap.heard();
    keys.nowhere_in(&held.relay.folder, "at the relay");
    heard.nothing_of(&keys, "on the line");
    // What was picked and shown is the page's own words: they travel in its files, and nobody says them.
    let picked =
        Needles::of(&["They get me home", "So-so", "Park: Not OK", "Yes, but not", "The picture", "Not really", "Partly"]);
    heard.nothing_said_of(&picked, "on the line");
    picked.nowhere_in(&held.relay.folder, "at the relay");
    let page = |body: &Passed| !body.up && body.asked.starts_with("GET /g/") && picked.found(&body.bytes).is_some();
    assert!(heard.bodies.iter().any(page), "they are found where they are");
    let sent = |asked: &str| heard.bodies.iter().filter(|body| body.up && body.asked == asked && !body.bytes.is_empty()).count();
    assert_eq!((sent("POST /g/item"), sent("POST /g/read")), (5, 1), "all of it went through the tap");

    // The control: the same search finds a word that a phone says to the relay in the clear.
    phone.ask("item", told["typed"].as_bytes());
    let heard = held.tap.heard();
    assert!(heard.bodies.iter().any(|body| body.up && Needles::of(&words).found(&body.bytes).is_some()));
}
