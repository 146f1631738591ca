//! Young people in the caseload of whoever works with them: a strand record never reaches anyone but holder and stand-in, what is one
//! act for a person is done whole or not at all, and of whom was taken out nothing is left with colleagues but what is sealed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.
#![cfg(unix)]

use std::process::Stdio;

use kith::cli::Verb;
use kith::engine::{Clock, Engine, Profile, ToAttach};
use kith::verbs::{Manner, run};
use kith_assessment::{Agreement, HeldAs};
use kith_group::{DocumentId, DocumentKind};
use kith_tests::holdings::{holdings, holds};
use kith_tests::processes::{PASSPHRASE, Practitioner, Relay};
use kith_tests::search::Needles;
use kith_tests::tap::Tap;

/// Words that only a strand record holds.
const NAMES: [&str; 7] =
    ["Quillonbright", "Zephyrantha", "Juniperlodge", "Saffronquay", "Peregrinelass", "Marlowbeck", "Tansyhollow"];
/// The label that colleagues see: no word of these tests or of Kith holds it by chance.
const LABEL: &str = "ZQ";

struct Team {
    relay: Relay,
    tap: Tap,
    priya: Practitioner,
    nadia: Practitioner,
    assessment: String,
    record: String,
    folder: tempfile::TempDir,
}

impl Team {
    /// Priya leads Larch, Nadia of the school writes there too, and Priya has attached somebody.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"));
        let tap = Tap::before(relay.address());
        let home = |name: &str| folder.path().join(name);
        let priya = Practitioner::set_up(&home("priya"), "Priya Marsh", "children's social care", "social worker", &tap.url());
        let assessment = priya.begin("Larch", "They can spend their evenings together without being frightened.");
        let nadia = Practitioner::new(&home("nadia"));
        priya.lets_in(&assessment, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
        let attached = priya.json(&[
            "attach",
            &assessment,
            "--name",
            "Keziah Quillonbright",
            "--known-as",
            "Zephyrantha",
            "--label",
            LABEL,
            "--phone",
            "01234 567890",
        ]);
        assert_eq!(attached["label"], LABEL);
        let record = attached["record"].as_str().unwrap().to_owned();
        Self { relay, tap, priya, nadia, assessment, record, folder }
    }

    /// Somebody of Priya's agency, with a profile.
    fn colin(&self) -> Practitioner {
        Practitioner::set_up(
            &self.folder.path().join("colin"),
            "Colin Ashdown",
            "children's social care",
            "team manager",
            &self.tap.url(),
        )
    }

    fn sync(&self) {
        for who in [&self.priya, &self.nadia, &self.priya, &self.nadia] {
            who.sync();
        }
    }
}

fn does(who: &Practitioner, document: &str, command: &serde_json::Value) -> serde_json::Value {
    who.json(&["do", document, &command.to_string()])
}

/// Whether a word stands in anything that a profile holds, opened with its own passphrase: every row of its store, and every document
/// with its whole history, unfolded.
fn knows(who: &Practitioner, word: &str) -> bool {
    holds(&holdings(who).1, word)
}

#[test]
fn a_strand_record_never_reaches_anyone_but_holder_and_stand_in() {
    let team = Team::new();
    let (priya, nadia, record) = (&team.priya, &team.nadia, &team.record);
    let colin = team.colin();
    priya.lets_in_as(record, &colin, "stand-in");
    let agreed = priya.json(&[
        "agreement",
        record,
        "--who",
        "young-person",
        "--said",
        "yes",
        "--how",
        "Juniperlodge",
        "--explained-by",
        "Priya Marsh",
    ]);
    assert_eq!(agreed["colleagues_see"][0]["agreement"], "yes");
    let words = serde_json::json!({"do": "keep-words", "whose": "young-people", "words": "Saffronquay, only for you.", "how": "in person", "agreed": "not-agreed"});
    does(priya, record, &words);
    does(priya, record, &serde_json::json!({"do": "set-reference", "system": "case system", "value": "Peregrinelass"}));
    // Their own map, with a place and with what is done with it.
    let begun =
        priya.json(&["map", record, "--purpose", "safety-plan", "--review", "2026-06-01", "--action", "Marlowbeck on Fridays"]);
    let map = begun["map"].as_str().unwrap();
    does(priya, record, &serde_json::json!({"do": "put-on-map", "map": map, "what": "place", "name": "Tansyhollow"}));
    team.sync();
    colin.sync();

    // Holder and stand-in read all of it; nobody else has the document at all.
    for (who, held_as) in [(priya, HeldAs::Holder), (&colin, HeldAs::StandIn)] {
        let caseload = who.caseload();
        assert_eq!(caseload.people.len(), 1);
        let person = &caseload.people[0];
        assert_eq!((person.name.as_deref(), person.held_as), (Some("Keziah Quillonbright"), held_as));
        assert_eq!(person.agreement, Some(Agreement::Yes));
        assert!(NAMES.iter().all(|word| knows(who, word)), "the search finds what is there");
        let maps = who.json(&["maps", record]);
        assert_eq!(maps["maps"][0]["things"][0]["name"], "Tansyhollow");
    }
    // Nor does anything of a map leave with the assessment: no view, no export, no list of what waits.
    for arguments in [
        &["--json", "show", &team.assessment][..],
        &["show", &team.assessment, "--part", "picture"],
        &["history", &team.assessment],
    ] {
        let said = priya.says(arguments);
        assert!(!said.contains("Tansyhollow") && !said.contains("Marlowbeck"), "{said}");
    }
    assert_eq!(nadia.caseload().people.len(), 0);
    for word in NAMES {
        assert!(!knows(nadia, word), "{word} with Nadia");
    }
    let names = Needles::of(&NAMES);
    names.nowhere_in(team.folder.path(), "on any disk in the clear: the relay's, its log, or a profile's");
    team.tap.heard().nothing_of(&names, "on the line");
    // A record is no assessment: not listed, not shown, and it takes no command of one.
    for who in [priya, &colin] {
        let listed = who.json(&["list"])["assessments"].to_string();
        assert!(!listed.contains(record.as_str()), "{listed}");
        let (exit, said) = who.answer(&["show", record]);
        assert_eq!((exit, said["error"]["code"].as_str()), (Some(1), Some("unknown-assessment")));
    }
    // What colleagues see: a label, a telephone, a word about agreement.
    let strand = &nadia.view(&team.assessment).strands[0];
    assert_eq!(
        (strand.label.as_str(), strand.phone.as_deref(), &strand.agreement),
        (LABEL, Some("01234 567890"), &Some(Agreement::Yes))
    );
    // Who wrote what is proved in a record, too, and its members are named.
    assert_eq!(colin.verify(record), (true, vec![]));
    let members = priya.json(&["members", record])["members"].to_string();
    assert!(members.contains("\"holder\"") && members.contains("\"stand-in\"") && members.contains("Colin Ashdown"), "{members}");
}

#[test]
fn of_whom_was_taken_out_nothing_is_left_in_what_colleagues_see() {
    let team = Team::new();
    let (priya, nadia, id, record) = (&team.priya, &team.nadia, team.assessment.as_str(), team.record.as_str());
    let words = serde_json::json!({"do": "keep-words", "whose": "young-people", "words": "Saffronquay gets me home.", "how": "in person", "agreed": "agreed"});
    let kept = does(priya, record, &words)["entry"].as_str().unwrap().to_owned();
    priya.json(&["join-words", record, &kept[..6], id, "--side", "1"]);
    team.sync();
    let seen = |who: &Practitioner| {
        let file = team.folder.path().join("export");
        let export = |format: &str| {
            who.says(&["export", id, "--format", format, "--to", file.to_str().unwrap(), "--replace"]);
            std::fs::read_to_string(&file).unwrap()
        };
        let mut all = vec![export("json"), export("html")];
        for verb in [
            &["show", id][..],
            &["history", id],
            &["--json", "history", id],
            &["show", id, "--part", "strands"],
            &["show", id, "--part", "tasks"],
            &["danger"],
            &["caseload"],
        ] {
            all.push(who.says(verb));
        }
        all.concat()
    };
    let before = seen(nadia);
    assert!(before.contains(LABEL) && before.contains("Saffronquay"), "the search finds what is there");
    assert!(priya.caseload().people[0].words.is_empty(), "joined words wait no more");

    // A reason is needed, and only the holder can.
    let (exit, _) = priya.answer(&["detach", record, id, "--why", " ", "--their-words", "go"]);
    assert_eq!(exit, Some(1));
    let out = priya.json(&["detach", record, id, "--why", "Moved to Juniperlodge.", "--their-words", "go"]);
    assert_eq!(out["taken_out"], true);
    assert_eq!(
        out["notice"],
        format!(
            "Other machines may still hold, sealed in old history, that a {LABEL} was here; nothing there says who. The label is not used again."
        )
    );
    team.sync();
    let after = seen(nadia);
    for gone in [LABEL, "Saffronquay", "Juniperlodge", "Quillonbright"] {
        assert!(!after.contains(gone), "{gone} is still there");
    }
    // The holder sees when and why, and the label is never used again.
    let place = &priya.caseload().people[0].places[0];
    assert_eq!(place.detached_why.as_deref(), Some("Moved to Juniperlodge."));
    assert!(place.detached.is_some());
    assert_eq!(priya.answer(&["detach", record, id, "--why", "again", "--their-words", "go"]).0, Some(1));
    assert_eq!(priya.answer(&["attach", id, "--person", record, "--label", LABEL, "--phone", "1"]).0, Some(1));
    let again = priya.json(&["attach", id, "--person", "Keziah Quillonbright", "--phone", "01234 567890"]);
    assert_eq!((again["label"].as_str(), again["record"].as_str()), (Some("A"), Some(record)));
    assert_eq!(priya.answer(&["attach", id, "--person", record, "--phone", "1"]).0, Some(1), "once in one assessment");
}

#[test]
fn a_no_of_anybody_is_what_colleagues_see_and_a_new_agency_is_asked_about() {
    let team = Team::new();
    let (priya, id, record) = (&team.priya, team.assessment.as_str(), team.record.as_str());
    let say = |who: &str, said: &str| {
        priya.json(&["agreement", record, "--who", who, "--said", said, "--how", "at home", "--explained-by", "Priya Marsh"])
    };
    assert_eq!(say("young-person", "has-read")["colleagues_see"], serde_json::json!([]), "openness is not agreement");
    assert_eq!(say("young-person", "yes")["colleagues_see"][0]["agreement"], "yes");
    assert_eq!(say("parent", "no")["colleagues_see"][0]["agreement"], "no");
    assert!(priya.view(id).strands[0].paused, "drawing and new labelled text wait");
    assert_eq!(
        say("parent", "no")["colleagues_see"],
        serde_json::json!([]),
        "what is decided after a no is not undone by noting it again"
    );
    // Set by hand in the assessment, it differs from the record, and that is said.
    let strand = priya.view(id).strands[0].kept.id.clone();
    does(priya, id, &serde_json::json!({"do": "set-agreement", "strand": strand, "agreement": "yes"}));
    let kinds =
        |who: &Practitioner| -> Vec<String> { who.caseload().people[0].tasks.iter().map(|task| task.kind.clone()).collect() };
    assert!(kinds(priya).contains(&"agreement-differs".to_owned()), "{:?}", kinds(priya));
    say("parent", "yes");
    assert!(!kinds(priya).contains(&"agreement-differs".to_owned()), "{:?}", kinds(priya));
    assert!(!kinds(priya).contains(&"ask-again".to_owned()));
    let delroy = Practitioner::new(&team.folder.path().join("delroy"));
    priya.lets_in(id, &delroy, "Delroy Finch", "Harbour Lane youth service", "youth worker");
    assert!(kinds(priya).contains(&"ask-again".to_owned()), "{:?}", kinds(priya));
    say("young-person", "yes");
    assert!(!kinds(priya).contains(&"ask-again".to_owned()));
}

#[test]
fn a_young_person_is_handed_over_and_whoever_remains_can_finish_it() {
    let team = Team::new();
    let (priya, nadia, id, record) = (&team.priya, &team.nadia, team.assessment.as_str(), team.record.as_str());
    let colin = team.colin();
    let over = |who: &Practitioner, more: &[&str]| who.answer(&[&["hand-over", record][..], more].concat());
    // Nobody holds what they cannot read, and nobody's label goes to somebody who is not there.
    let refused = over(priya, &["--to", "Colin Ashdown", "--phone", "2"]);
    assert_eq!((refused.0, refused.1["error"]["code"].as_str()), (Some(1), Some("unknown-member")));
    priya.lets_in_as(record, &colin, "holder");
    let refused = over(priya, &["--to", "Colin Ashdown", "--phone", "2"]);
    assert_eq!((refused.0, refused.1["error"]["code"].as_str()), (Some(1), Some("unknown-member")));
    assert_eq!(priya.caseload().people[0].held_as, HeldAs::Holder, "nothing was changed");
    priya.lets_in_as(id, &colin, "contributor");
    let done = over(priya, &["--to", "Colin Ashdown", "--phone", "09876 54321"]);
    assert_eq!(done.0, Some(0), "{}", done.1);
    assert!(done.1["waits"].as_str().unwrap().starts_with("Colin Ashdown now takes you out"));
    for who in [priya, &colin, nadia] {
        who.sync();
    }
    assert_eq!(priya.caseload().people[0].held_as, HeldAs::WasHolder);
    let his = colin.caseload();
    assert_eq!(his.people[0].held_as, HeldAs::Holder);
    assert_eq!(his.people[0].tasks[0].kind, "take-out-last-holder");
    let strand = &nadia.view(id).strands[0];
    assert_eq!((strand.holder.name.as_str(), strand.phone.as_deref()), ("Colin Ashdown", Some("09876 54321")));
    colin.json(&["remove", record, "Priya Marsh", "--why", "handed over"]);
    does(&colin, record, &serde_json::json!({"do": "set-reference", "system": "case system", "value": "Peregrinelass"}));
    colin.sync();
    priya.answer(&["sync"]);
    assert_eq!(priya.caseload().people.len(), 0, "it is nobody's caseload but his");
    assert!(!knows(priya, "Peregrinelass"), "nothing newer reaches the last holder");
    assert!(colin.caseload().people[0].tasks.iter().all(|task| task.kind != "take-out-last-holder"));
    // He can do all that a holder does, the last one nothing.
    assert_eq!(priya.answer(&["detach", record, id, "--why", "mine", "--their-words", "go"]).0, Some(1));
    assert_eq!(colin.json(&["detach", record, id, "--why", "Moved.", "--their-words", "stay"])["taken_out"], true);
}

#[test]
fn whoever_stands_in_takes_over_while_the_holder_is_away_and_two_people_write_in_one_record_apart() {
    let team = Team::new();
    let (priya, id, record) = (&team.priya, team.assessment.as_str(), team.record.as_str());
    let colin = team.colin();
    priya.lets_in_as(record, &colin, "stand-in");
    priya.lets_in_as(id, &colin, "contributor");
    // Both without a connection: both are kept.
    for (who, system) in [(priya, "case system"), (&colin, "health record")] {
        does(who, record, &serde_json::json!({"do": "set-reference", "system": system, "value": "77"}));
    }
    for who in [priya, &colin, priya] {
        who.sync();
    }
    let view = |who: &Practitioner| who.json(&["record", record])["view"].clone();
    assert_eq!(view(priya), view(&colin));
    assert_eq!(view(priya)["references"].as_array().unwrap().len(), 2);
    // Taking over needs a reason, which colleagues see; the stand-in needs nobody for it.
    let take = ["hand-over", record, "--to", "me", "--phone", "09876 54321"];
    assert_eq!(colin.answer(&take).0, Some(1));
    assert_eq!(colin.caseload().people[0].held_as, HeldAs::StandIn, "nothing was changed");
    colin.json(&[&take[..], &["--why", "she is away for three months", "--stay"]].concat());
    for who in [&colin, priya] {
        who.sync();
    }
    assert_eq!(colin.caseload().people[0].held_as, HeldAs::Holder);
    assert_eq!(priya.caseload().people[0].held_as, HeldAs::StandIn);
}

#[test]
fn a_label_without_a_record_and_a_record_for_it() {
    let team = Team::new();
    let (priya, id) = (&team.priya, team.assessment.as_str());
    does(priya, id, &serde_json::json!({"do": "attach-strand", "phone": "01234 567890"}));
    let loose = priya.caseload().without_record;
    assert_eq!(loose.iter().map(|held| held.label.as_str()).collect::<Vec<_>>(), ["A"]);
    assert_eq!(priya.answer(&["attach", id, "--name", "Tomasz", "--strand", LABEL]).0, Some(1), "that one has a record");
    let made = priya.json(&["attach", id, "--name", "Tomasz Harrowgill", "--strand", "A"]);
    assert_eq!(made["label"], "A");
    assert_eq!((priya.caseload().without_record.len(), priya.caseload().people.len()), (0, 2));
    assert_eq!(priya.view(id).strands.len(), 2);
}

/// What stands in an assessment, and what records say: they must agree.
fn agree(who: &Practitioner, assessment: &str) -> usize {
    let caseload = who.caseload();
    assert_eq!(caseload.without_record.len(), 0, "a label without a record");
    let strands = who.view(assessment).strands.len();
    let open = |place: &&kith_assessment::CaseloadPlace| place.detached.is_none();
    assert!(caseload.people.iter().all(|person| person.places.iter().filter(open).count() == 1), "a record without its label");
    assert!(caseload.people.iter().all(|person| person.name.is_some()), "a record without a name");
    assert_eq!(caseload.people.len(), strands);
    strands
}

#[test]
fn attaching_that_is_killed_at_any_moment_is_done_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let priya = Practitioner::set_up(&folder.path().join("priya"), "Priya Marsh", "care", "social worker", "ws://127.0.0.1:9");
    let id = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let attach = ["attach", &id, "--name", "Keziah Ansah-Rowe", "--phone", "01234 567890"];
    let whole = std::time::Instant::now();
    priya.json(&attach);
    let whole = whole.elapsed();
    let mut done = 1;
    for number in 0..12_u32 {
        let mut child = priya.command(&attach).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * number / 11);
        child.kill().unwrap();
        child.wait().unwrap();
        let now = agree(&priya, &id);
        assert!(now == done || now == done + 1);
        done = now;
    }
}

#[test]
fn a_step_that_fails_after_attaching_leaves_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let priya = Practitioner::set_up(&folder.path().join("priya"), "Priya Marsh", "care", "social worker", "ws://127.0.0.1:9");
    let id = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let document: DocumentId = id.parse().unwrap();
    let engine = Engine::start(Profile::open(&priya.folder, PASSPHRASE).unwrap()).unwrap();
    let failed = engine.step(move |work| {
        let name = "Keziah Ansah-Rowe".to_owned();
        work.attach(&document, &ToAttach { name, phone: Some("1".to_owned()), ..ToAttach::default() })?;
        assert_eq!(work.documents().len(), 2);
        Err::<(), _>(kith::engine::EngineError::TooLate("the disk went away".to_owned()))
    });
    assert!(failed.is_err());
    let kinds = engine.look(|work| Ok(work.documents().iter().map(|one| one.kind).collect::<Vec<_>>())).unwrap();
    assert_eq!(kinds, [DocumentKind::WORKING]);
    engine.stop().unwrap();
    assert_eq!(agree(&priya, &id), 0);
}

#[test]
fn in_danger_names_and_telephones_are_there_offline_and_one_line_is_asked_on_the_next_working_day() {
    let team = Team::new();
    let (priya, nadia, id, record) = (&team.priya, &team.nadia, team.assessment.as_str(), team.record.as_str());
    team.sync();
    team.relay.stop();
    let shown = nadia.says(&["danger", "--names"]);
    assert!(shown.contains("01234 567890") && shown.contains("999") && !shown.contains("Quillonbright"), "{shown}");
    assert!(!priya.says(&["danger"]).contains("Quillonbright"), "names only when they are asked for");
    assert!(priya.says(&["danger", "--names"]).contains(&format!("Keziah Quillonbright (\"Zephyrantha\"): {LABEL} in Larch")));
    assert!(priya.says(&["danger", "--copy", id]).contains("without being frightened"));
    assert_eq!(priya.caseload().tasks, [], "not now");
    // Four days later (no weekend and no holiday of the calendar is that long but one, which is then not due yet): it is asked.
    let later = Clock { offset_ms: 8 * 24 * 3600 * 1000 };
    let engine = Engine::start(Profile::open(&priya.folder, PASSPHRASE).unwrap().with_clock(later)).unwrap();
    let caseload = run(&engine, &Verb::Caseload, &Manner::of_this_computer()).unwrap().value;
    assert_eq!(caseload["tasks"].as_array().unwrap().len(), 2, "{caseload}");
    assert_eq!(caseload["tasks"][0]["kind"], "told-in-danger");
    engine.stop().unwrap();
    priya.json(&["told", record, "--what", "where she lives", "--with", "police, 999", "--why", "she was followed"]);
    assert_eq!(priya.json(&["record", record])["view"]["shared"][0]["with"], "police, 999");
    priya.json(&["danger", "--copy", id]);
    priya.json(&["told", id, "--what", "the meeting place", "--with", "police, 999", "--why", "one was followed"]);
    assert_eq!(priya.view(id).life.shared[0].why, "one was followed");
    priya.json(&["danger", "--names"]);
    assert_eq!(priya.json(&["told", "--nothing"])["noted_in"], serde_json::Value::Null);
    let engine = Engine::start(Profile::open(&priya.folder, PASSPHRASE).unwrap().with_clock(later)).unwrap();
    assert_eq!(run(&engine, &Verb::Caseload, &Manner::of_this_computer()).unwrap().value["tasks"], serde_json::json!([]));
    engine.stop().unwrap();
}

#[test]
fn names_of_the_caseload_are_looked_for_while_writing() {
    let team = Team::new();
    let nudge = |who: &Practitioner| who.json(&["nudge", "--caseload", "Zephyrantha's friends wait for each other."]);
    assert_eq!(nudge(&team.priya)[0]["kind"], "caseload-name");
    assert!(!nudge(&team.nadia).to_string().contains("caseload-name"));
}
