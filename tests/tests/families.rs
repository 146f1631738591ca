//! Versions of the summary for young people and families, what they reply, and what they answer about agreement by a link: from a
//! practitioner's program to a phone and back, through a real relay; and the same in a real browser (client/ui/tests/families.mjs).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use kith_group::{Choice, IsRight, OnAgreement, OnPart, OnSummary, Saying, TakingPart};
use kith_tests::apps::{App, walk};
use kith_tests::holdings::{holdings, holds};
use kith_tests::phone::Phone;
use kith_tests::processes::{Practitioner, Relay, every_file};
use serde_json::{Value, json};

/// Words that stand in a version and in what came back, and nowhere that is not theirs.
const PLAIN: &str = "Plumquillon";
const OF_A: &str = "Zanderquill";
const OF_C: &str = "Ferrowick";
const REPLY: &str = "Quenchberry";
const SHOWN: &str = "Some people who work with young people want a group of friends to be safer. Are you happy to take part?";

struct Team {
    relay: Relay,
    priya: Practitioner,
    larch: String,
    record: String,
    folder: tempfile::TempDir,
}

fn does(who: &Practitioner, document: &str, command: &Value) -> Value {
    who.json(&["do", document, &command.to_string()])
}

fn code_of(who: &Practitioner, verb: &[&str]) -> (String, String) {
    let (exit, value) = who.answer(verb);
    assert_eq!(exit, Some(1), "{verb:?}: {value}");
    let text = |name: &str| value["error"][name].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

impl Team {
    /// Priya leads Larch, holds A, and has what a version is made of; C is held without a record.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"));
        let home = folder.path().join("priya");
        let priya = Practitioner::set_up(&home, "Priya Marsh", "children's social care", "social worker", &relay.url);
        let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
        does(
            &priya,
            &larch,
            &json!({"do": "answer-purpose", "why_now": "Four of us noticed.", "find_out": "We ask them.",
                "could_go_wrong": "They could feel watched.", "less_intrusive": "Talking to one family."}),
        );
        does(
            &priya,
            &larch,
            &json!({"do": "edit-text", "field": "analysis/summary", "text": "Keziah and the others look after each other."}),
        );
        does(
            &priya,
            &larch,
            &json!({"do": "add-action", "what": "Open the hall.", "why": "Somewhere warm.", "owner": "youth service"}),
        );
        let attached = priya.json(&["attach", &larch, "--name", "Keziah Ansah-Rowe", "--phone", "01632 960001"]);
        let c = does(&priya, &larch, &json!({"do": "attach-strand", "label": "C", "phone": "01632 960002"}))["entry"].clone();
        let voice = |strand: &Value, words: &str| {
            does(
                &priya,
                &larch,
                &json!({"do": "add-voice", "side": "1", "whose": "young-people", "words": words, "how": "link", "agreed": "agreed", "strand": strand}),
            );
        };
        voice(&attached["strand"], &format!("{OF_A} gets me home."));
        voice(&c, &format!("{OF_C} is where we meet."));
        let record = attached["record"].as_str().unwrap().to_owned();
        Self { relay, priya, larch, record, folder }
    }

    /// Plain words for every part; the summary's hold a name still.
    fn confirms(&self) {
        let parts = self.priya.json(&["plain", &self.larch])["parts"].as_array().unwrap().clone();
        assert!(parts.iter().all(|part| part["twin"].is_null()));
        for part in parts {
            let (part, draft) = (part["part"].as_str().unwrap(), part["draft"].as_str().unwrap());
            let text =
                if part == "summary" { format!("Keziah and you look after each other. {PLAIN}.") } else { draft.to_owned() };
            self.priya.json(&["plain", &self.larch, "--part", part, "--text", &text]);
        }
    }

    fn publishes(&self) -> String {
        let shared =
            self.priya.json(&["publish", &self.larch, "--for", "A", "--say", "name keziah=a friend", "--nobody-in-danger"]);
        assert_eq!(shared["for_words"], "A");
        shared["version"].as_str().unwrap().to_owned()
    }

    fn phone(&self, name: &str, parent: bool) -> Phone {
        let mut verb = vec![
            "link",
            &self.record,
            "--name",
            name,
            "--agreed-by",
            "Keziah, 5 May",
            "--may",
            "say,summary,agree",
            "--safe-to-send",
        ];
        if parent {
            verb.push("--for-parent");
        }
        let made = self.priya.json(&verb);
        Phone { link: made["address"].as_str().unwrap().parse().unwrap(), relay: self.relay.address() }
    }

    fn reading(&self, link: &str) -> Value {
        self.priya.json(&["window", &self.record, link, "--preview"])
    }

    fn strand(&self) -> kith_assessment::StrandView {
        self.priya.view(&self.larch).strands.into_iter().find(|one| one.label == "A").unwrap()
    }
}

fn nowhere_at_the_relay(folder: &Path, words: &[&str]) {
    for (path, bytes) in every_file(&folder.join("relay")) {
        for word in words {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} is in {}", path.display());
        }
    }
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
    let team = Team::new();
    let (priya, larch) = (&team.priya, team.larch.as_str());
    let officer = Practitioner::set_up(
        &team.folder.path().join("officer"),
        "Sam Okonkwolde",
        "Brambleshire Police",
        "neighbourhood officer",
        &team.relay.url,
    );
    priya.lets_in_as(larch, &officer, "reader");
    let (phone, _parent) = (team.phone("phone", false), team.phone("mum", true));

    // Nothing goes without plain words, an answer to every hint, and an answer about the kitchen table.
    assert_eq!(code_of(priya, &["publish", larch, "--for", "A", "--nobody-in-danger"]).0, "not-for-families-yet");
    team.confirms();
    assert_eq!(code_of(priya, &["publish", larch, "--for", "A"]).0, "kitchen-table");
    let (code, said) = code_of(priya, &["publish", larch, "--for", "A", "--nobody-in-danger"]);
    assert!(code == "not-decided" && said.contains("name keziah"), "{code}: {said}");
    let preview = priya.says(&["publish", larch, "--for", "A", "--preview"]);
    assert!(preview.contains(OF_A) && !preview.contains(OF_C), "{preview}");
    assert!(team.reading("phone")["summary"].is_null());

    let version = team.publishes();
    let read = team.reading("phone");
    let text = read["summary"].to_string();
    assert!(text.contains(&format!("A friend and you look after each other. {PLAIN}.")), "{text}");
    assert!(text.contains(OF_A) && !text.contains(OF_C) && !text.contains("Keziah"), "{text}");
    assert!(team.reading("mum")["summary"].is_null(), "a parent has no version yet");
    let listed = priya.json(&["versions", larch]);
    assert_eq!((&listed["versions"][0]["id"], &listed["versions"][0]["stands"]), (&json!(version), &json!(true)));

    // They reply; the holder reads it first, covers a name and sets it beside the text.
    let action = priya.view(larch).families.versions[0].content.actions[0].part.clone();
    phone.sends(7, on_summary(&version, &action));
    priya.sync();
    assert!(!priya.says(&["show", larch]).contains(REPLY), "one person reads first");
    let item = priya.json(&["record", &team.record])["view"]["arrived"][0]["item"].as_str().unwrap().to_owned();
    let own = format!("{REPLY}. [a name, covered] knows that too.");
    let before = format!("{} {}", priya.says(&["arrived", &team.record, &item]), priya.json(&["record", &team.record]));
    assert!(before.contains("about the summary") && !before.contains(REPLY), "nothing is shown before it is read: {before}");
    assert!(code_of(priya, &["reply", &team.record, &item]).1.contains("until then whoever said it can change it"));
    let read = priya.says(&["arrived", &team.record, &item, "--read"]);
    assert!(read.contains(REPLY) && read.contains("Partly") && read.contains("[a name, covered] knows that too."), "{read}");
    let whole = priya.json(&["arrived", &team.record, &item]);
    let on_action = &whole["on_summary"]["parts"][1];
    assert_eq!((&on_action["part"], &on_action["right_words"]), (&json!(action), &json!("That is right")));
    assert_eq!(
        on_action["heading"], "What we will do: Open the hall",
        "an action is answered like a part, and has a name to read"
    );
    assert_eq!(on_action["why"]["said"], "We would go there");
    let made_up = code_of(priya, &["reply", &team.record, &item, "--words", "We all like it."]);
    assert!(made_up.1.contains("own words"), "{made_up:?}");
    let because = "summary=[a name, covered] is not the only one";
    let beside = priya.json(&["reply", &team.record, &item, "--words", &own, "--because", because]);
    assert_eq!((&beside["assessment"], &beside["version"]), (&json!(larch), &json!(version)));
    let again = priya.json(&["reply", &team.record, &item, "--words", &own, "--because", because]);
    assert_eq!(again["version"], json!(version), "again, or from another device, it stands once");
    let replies = priya.view(larch).families.replies;
    assert_eq!(replies.len(), 1);
    assert_eq!((replies[0].whose.as_str(), replies[0].reply.as_str()), ("A", own.as_str()));
    for shown in [priya.says(&["show", larch]), priya.says(&["show", larch, "--part", "families"])] {
        assert!(shown.contains(REPLY) && shown.contains("Partly"), "{shown}");
        assert!(shown.contains("What we will do: Open the hall: That is right."), "{shown}");
    }
    assert_eq!(team.reading("phone")["summary"]["replies"][0][0], "you");

    // Readers get the reply with the text when it is shared with them, and nothing of the version.
    priya.json(&["publish", larch]);
    for who in [priya, &officer] {
        who.sync();
    }
    let (_, held) = holdings(&officer);
    assert!(holds(&held, REPLY), "the search finds what is there");
    for word in [PLAIN, OF_A, OF_C] {
        assert!(!holds(&held, word), "{word} with a reader");
        assert!(holds(&holdings(priya).1, word), "the search finds what is there");
    }
    nowhere_at_the_relay(team.folder.path(), &[PLAIN, OF_A, OF_C, REPLY, "Keziah"]);

    // Taken back, it is on no phone.
    priya.json(&["versions", larch, "--take-back", &version, "--why", "It names a place."]);
    assert!(team.reading("phone")["summary"].is_null());
    assert_eq!(priya.json(&["versions", larch])["versions"][0]["taken_back"]["why"], "It names a place.");
}

#[test]
fn an_answer_by_link_is_in_the_ledger_at_once_and_a_no_pauses_without_a_press() {
    let team = Team::new();
    let (priya, larch) = (&team.priya, team.larch.as_str());
    let home = team.folder.path().join("colin");
    let colin = Practitioner::set_up(&home, "Colin Ashdown", "children's social care", "team manager", &team.relay.url);
    priya.lets_in_as(&team.record, &colin, "stand-in");
    let phone = team.phone("phone", false);
    phone.sends(5, on_agreement(TakingPart::InPart));
    priya.sync();
    let strand = team.strand();
    assert!(strand.not_drawn && !strand.paused, "yes, but not the picture: the drawing alone");
    assert_eq!(strand.agreement.as_ref().map(kith_assessment::Agreement::as_str), Some("in-part"));

    // The stand-in's device, which is in no assessment, takes the no in; the holder's follows it.
    phone.sends(6, on_agreement(TakingPart::No));
    colin.sync();
    let his = colin.json(&["agreement", &team.record]);
    for _ in 0..2 {
        priya.sync();
    }
    let hers = priya.json(&["agreement", &team.record]);
    assert_eq!(hers["agreements"], his["agreements"], "the same on every device");
    let no = hers["agreements"].as_array().unwrap().iter().find(|one| one["said"] == "no").unwrap().clone();
    assert_eq!(no["by_link"]["shown"], SHOWN);
    assert_eq!(no["by_link"]["shown_digest"].as_str().unwrap().len(), 64);
    assert!(hers["after_a_no"].as_str().unwrap().starts_with("No, from the young person."), "{hers}");
    let text = priya.says(&["agreement", &team.record]);
    assert!(text.contains("by link") && text.contains(SHOWN) && text.contains("I do not want to"), "{text}");

    let strand = team.strand();
    assert!(strand.paused && strand.decide_by.is_some());
    let tasks = priya.says(&["show", larch, "--part", "tasks"]);
    assert!(tasks.contains("Decide with a lead how to go on with A after a no"), "{tasks}");
    // Colleagues see how it stands, and nothing of who, why or what was shown.
    let seen = serde_json::to_string(&priya.view(larch)).unwrap();
    assert!(!seen.contains(SHOWN) && !seen.contains("I do not want to") && !seen.contains("Keziah Ansah"), "{seen}");
    assert_eq!(team.reading("phone")["agreed"].as_array().unwrap().len(), 4);

    // What holder and lead decide is not undone by another look at the same answer.
    does(priya, larch, &json!({"do": "decide-after-no", "strand": strand.kept.id, "decision": "in-part"}));
    colin.sync();
    priya.sync();
    assert!(!team.strand().paused);
}

#[test]
fn a_lead_reviews_previews_shares_and_takes_back_in_the_browser() {
    let team = Team::new();
    let phone = team.phone("B's phone", false);
    phone.sends(5, on_agreement(TakingPart::No));
    let app = App::open_unlocked(&team.folder.path().join("priya"));
    walk("families.mjs", &[("KITH_PRIYA", &app.address), ("KITH_LARCH", &team.larch)]);
}
