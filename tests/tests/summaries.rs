//! Readers hold the summary's document and no other: what a lead shared with them, and no word of anything else. Another lead comes in
//! without comparing words again, and nobody else by that way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.
#![cfg(unix)]

use kith::engine::{Engine, Profile};
use kith_group::DocumentKind;
use kith_tests::holdings::{holdings, holds};
use kith_tests::processes::{PASSPHRASE, Practitioner, Relay};
use serde_json::{Value, json};

/// Words of the working document that no reader may hold: a voice's, an entry's, a title of the past, a label, a reason of a strand, the
/// notes of a meeting.
const INSIDE: [&str; 6] = ["Quillonbright", "Zephyrantha", "Saffronquay", "ZQ", "Peregrinelass", "Kestrelmarrow"];

struct Team {
    _relay: Relay,
    priya: Practitioner,
    assessment: String,
    folder: tempfile::TempDir,
}

impl Team {
    /// Priya leads Larch, which has all that a reader may not see, and a plan.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"));
        let priya = Practitioner::set_up(
            &folder.path().join("priya"),
            "Priya Marsh",
            "children's social care",
            "social worker",
            &relay.url,
        );
        let assessment = priya.begin("Zephyrantha", "They can spend their evenings together without being frightened.");
        let does = |command: Value| does(&priya, &assessment, &command);
        does(json!({"do": "set-title", "title": "Larch"}));
        priya.write(&assessment, "Saffronquay is where they meet.");
        let strand = does(json!({"do": "attach-strand", "label": "ZQ", "phone": "01234"}))["entry"].clone();
        does(json!({"do": "add-meeting", "kind": "review", "notes": "Kestrelmarrow was talked over."}));
        does(
            json!({"do": "add-voice", "side": "1", "whose": "young-people", "words": "Quillonbright gets me home.", "how": "in person", "agreed": "agreed", "strand": strand}),
        );
        does(json!({"do": "add-goal", "text": "A warm place near the station.", "measure": "They mark the map again."}));
        let action = does(
            json!({"do": "add-action", "what": "Open the hall on Mondays.", "why": "Somewhere warm.", "owner": "youth service", "note": "Peregrinelass has the key"}),
        );
        does(json!({"do": "add-differing-view", "about": action["entry"], "text": "Peregrinelass thinks otherwise."}));
        does(json!({"do": "edit-text", "field": "analysis/summary", "text": "They look after each other."}));
        Self { _relay: relay, priya, assessment, folder }
    }

    fn somebody(&self, name: &str, agency: &str, role: &str) -> Practitioner {
        let home = self.folder.path().join(name.replace(' ', "-"));
        Practitioner::set_up(&home, name, agency, role, &self._relay.url)
    }

    fn answers_the_purpose(&self) {
        let purpose = json!({"do": "answer-purpose", "why_now": "Four of us noticed.", "find_out": "We ask them.",
            "could_go_wrong": "They could feel watched.", "less_intrusive": "Talking to one family."});
        does(&self.priya, &self.assessment, &purpose);
    }
}

fn does(who: &Practitioner, document: &str, command: &Value) -> Value {
    who.json(&["do", document, &command.to_string()])
}

/// The one document that a reader has.
fn summary_of(reader: &Practitioner) -> String {
    let listed = reader.json(&["list"])["assessments"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!((&listed[0]["role"], &listed[0]["summary"]), (&json!("reader"), &json!(true)));
    listed[0]["assessment"].as_str().unwrap().to_owned()
}

#[test]
fn a_reader_holds_what_was_shared_and_no_word_of_anything_else() {
    let team = Team::new();
    let (priya, id) = (&team.priya, team.assessment.as_str());
    let officer = team.somebody("Sam Okonkwolde", "Brambleshire Police", "neighbourhood officer");
    priya.lets_in_as(id, &officer, "reader");
    let summary = summary_of(&officer);
    assert!(officer.says(&["show", &summary]).contains("Nothing has been shared yet"));

    // Without its purpose nothing is shared; a preview shows what would be.
    let (exit, said) = priya.answer(&["publish", id]);
    assert_eq!(exit, Some(1));
    assert!(said["error"]["message"].as_str().unwrap().contains("purpose"), "{said}");
    team.answers_the_purpose();
    let preview = priya.json(&["publish", id, "--preview"]);
    assert_eq!(
        (&preview["shared"], &preview["content"]["goals"][0]["text"]),
        (&json!(false), &json!("A warm place near the station."))
    );
    for who in [priya, &officer] {
        who.sync();
    }
    assert!(officer.says(&["show", &summary]).contains("Nothing has been shared yet"), "a preview shares nothing");

    priya.json(&["publish", id]);
    priya.json(&["heard", id, "--from", "a bus driver", "--text", "I can wait for them."]);
    for who in [priya, &officer] {
        who.sync();
    }
    let shown = officer.says(&["show", &summary]);
    for there in [
        "Larch",
        "without being frightened",
        "They look after each other.",
        "A warm place near the station.",
        "Open the hall on Mondays. (youth service",
        "children's social care sees this differently",
        "I can wait for them.",
        "Shared by Priya Marsh",
    ] {
        assert!(shown.contains(there), "{there} in {shown}");
    }
    // What changes afterwards is not shared by itself.
    does(priya, id, &json!({"do": "edit-text", "field": "analysis/summary", "text": "Peregrinelass writes on."}));
    priya.write(id, "Quillonbright again.");
    for who in [priya, &officer] {
        who.sync();
    }
    let (kinds, held) = holdings(&officer);
    assert_eq!(kinds, [DocumentKind::SUMMARY], "no key of the working document");
    for word in INSIDE {
        assert!(!holds(&held, word), "{word} with a reader");
    }
    let hers = holdings(priya).1;
    assert!(holds(&held, "A warm place near the station."), "the search finds what is there");
    assert!(INSIDE.iter().all(|word| holds(&hers, word)), "the search finds what is there");

    // A reader writes nothing, asks nobody in, and every record of the log is proved to them.
    for verb in [
        &["do", &summary, "{\"do\": \"set-title\", \"title\": \"Mine\"}"][..],
        &["invite", &summary, "--as", "reader"],
        &["publish", &summary],
    ] {
        assert_eq!(officer.answer(verb).0, Some(1), "{verb:?}");
    }
    assert_eq!(officer.verify(&summary), (true, vec![]));
    // Colleagues see who reads, and that it was shared; taken out, a reader gets nothing newer.
    let members = priya.json(&["members", id])["members"].clone();
    let reader = members.as_array().unwrap().iter().find(|one| one["role"] == "reader").unwrap().clone();
    assert_eq!((&reader["confirmed"], &reader["agency"]), (&json!("Sam Okonkwolde"), &json!("Brambleshire Police")));
    assert_eq!(priya.view(id).life.shared.len(), 1);
    priya.json(&["remove", id, "Sam Okonkwolde", "--why", "moved to another area"]);
    priya.json(&["publish", id]);
    priya.sync();
    officer.answer(&["sync"]);
    assert!(!officer.says(&["show", &summary]).contains("Peregrinelass"));
    assert!(officer.says(&["list"]).contains("removed"));
}

#[test]
fn a_police_officer_writes_only_with_a_leads_reason_that_everybody_sees() {
    let team = Team::new();
    let (priya, id) = (&team.priya, team.assessment.as_str());
    let officer = team.somebody("Sam Okonkwolde", "Brambleshire Police", "neighbourhood officer");
    let invited = priya.json(&["invite", id, "--as", "contributor"]);
    let asked = officer.json(&["join", invited["link"].as_str().unwrap()]);
    let requests = priya.json(&["requests", id])["requests"].clone();
    assert_eq!(requests[0]["reads_by_default"], true);
    let words: Vec<String> = serde_json::from_value(requests[0]["words"].clone()).unwrap();
    let (request, words) = (asked["request"].as_str().unwrap(), words.join(" "));
    let admit = ["admit", id, request, "--words", &words];
    let (exit, said) = priya.answer(&admit);
    assert_eq!((exit, &said["error"]["code"]), (Some(1), &json!("reads-by-default")));
    assert_eq!(priya.json(&["members", id])["members"].as_array().unwrap().len(), 1, "nobody was let in");
    priya.json(&[&admit[..], &["--why", "she runs the youth hub's boxing evening"]].concat());
    for who in [&officer, priya, &officer] {
        who.sync();
    }
    for who in [priya, &officer] {
        assert!(who.says(&["members", id]).contains("Writes here because: she runs the youth hub's boxing evening"));
    }
}

#[test]
fn another_lead_comes_into_the_summary_by_themselves_and_leaves_it_with_the_assessment() {
    let team = Team::new();
    let (priya, id) = (&team.priya, team.assessment.as_str());
    team.answers_the_purpose();
    let reader = team.somebody("Larkline", "Larkline Buses Ltd", "manager");
    priya.lets_in_as(id, &reader, "reader");
    let summary = summary_of(&reader);
    let delroy = team.somebody("Delroy Finch", "Harbour Lane youth service", "youth worker");
    let nadia = team.somebody("Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    priya.lets_in_as(id, &delroy, "lead");
    priya.lets_in_as(id, &nadia, "contributor");
    for _ in 0..3 {
        for who in [priya, &delroy, &nadia] {
            who.sync();
        }
    }
    // Nobody compared words again; a contributor, who could read the link's secret, is not in.
    assert_eq!(delroy.json(&["publish", id])["shared"], true);
    let (exit, said) = nadia.answer(&["publish", id]);
    assert_eq!(exit, Some(1));
    assert!(said["error"]["message"].as_str().unwrap().contains("ask a lead"), "{said}");
    assert_eq!(holdings(&nadia).0, [DocumentKind::WORKING]);
    assert!(priya.json(&["requests", id])["requests"].as_array().unwrap().is_empty());
    for who in [&delroy, &reader, priya] {
        who.sync();
    }
    assert!(reader.says(&["show", &summary]).contains("Shared by Delroy Finch"));
    assert!(priya.json(&["list"])["assessments"].as_array().unwrap().len() == 1, "a lead's summary is a part of the assessment");
    assert_eq!((priya.verify(id).0, reader.verify(&summary).0), (true, true));
    // Out of the assessment, out of its summary.
    priya.json(&["remove", id, "Delroy Finch", "--why", "works elsewhere"]);
    priya.sync();
    delroy.answer(&["sync"]);
    let engine = Engine::start(Profile::open(&delroy.folder, PASSPHRASE).unwrap()).unwrap();
    let standings = engine.look(|work| Ok(work.documents().into_iter().map(|one| one.standing).collect::<Vec<_>>())).unwrap();
    engine.stop().unwrap();
    assert_eq!(standings.len(), 2);
    assert!(standings.iter().all(|one| matches!(one, kith_sync::client::Standing::Removed { .. })), "{standings:?}");
}
