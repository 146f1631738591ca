//! A link is for one person, once, for a time: whoever uses it otherwise is told so in a sentence, and nothing is changed for it, on
//! their computer or in the assessment.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.

use kith::cli::{self, Verb};
use kith::engine::{Clock, Engine, Person, Profile};
use kith::store::KeyCost;
use kith::verbs::Manner;
use kith_tests::processes::{PASSPHRASE, Practitioner, Relay};
use serde_json::Value;

fn priya(folder: &std::path::Path, relay: &Relay) -> (Practitioner, String) {
    let priya = Practitioner::set_up(&folder.join("priya"), "Priya Marsh", "children's social care", "social worker", &relay.url);
    let assessment = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    (priya, assessment)
}

/// The code and sentence of a refusal with exit code 1.
fn refused(who: &Practitioner, verb: &[&str]) -> (String, String) {
    let (exit, value) = who.answer(verb);
    assert_eq!(exit, Some(1), "{verb:?}: {value}");
    let text = |name: &str| value["error"][name].as_str().unwrap_or_else(|| panic!("{verb:?}: {value}")).to_owned();
    (text("code"), text("message"))
}

#[test]
fn a_used_link_is_refused_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let (priya, assessment) = priya(folder.path(), &relay);
    let link = priya.json(&["invite", &assessment, "--as", "contributor"])["link"].as_str().unwrap().to_owned();
    let nadia = Practitioner::new(&folder.path().join("nadia"));
    let asked = nadia.json(&[
        "join",
        &link,
        "--name",
        "Nadia Sorrell",
        "--agency",
        "Kestrel Vale Academy",
        "--role",
        "safeguarding lead",
    ]);
    let before = priya.json(&["requests", &assessment]);
    assert_eq!(before["requests"].as_array().unwrap().len(), 1);

    // Somebody else, on a computer without a profile: none is made.
    let tom = Practitioner::new(&folder.path().join("tom"));
    let (code, said) =
        refused(&tom, &["join", &link, "--name", "Tom Ash", "--agency", "youth service", "--role", "youth worker"]);
    assert_eq!(code, "join-refused");
    assert!(said.contains("used already"), "{said}");
    assert!(!tom.folder.exists(), "no profile for a link that cannot be used");
    // And on one with a profile: nothing is kept of it.
    let sam = Practitioner::set_up(&folder.path().join("sam"), "Sam Birch", "health", "school nurse", &relay.url);
    for _ in 0..2 {
        assert_eq!(refused(&sam, &["join", &link]).0, "join-refused");
        let list = sam.json(&["list"]);
        assert_eq!((&list["assessments"], &list["requests"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    }
    // Nadia herself, again, while she waits and when she is in.
    assert_eq!(refused(&nadia, &["join", &link]).0, "join");
    assert_eq!(priya.json(&["requests", &assessment]), before, "the lead is asked by one person only");
    let words: Vec<String> = serde_json::from_value(before["requests"][0]["words"].clone()).unwrap();
    priya.json(&["admit", &assessment, asked["request"].as_str().unwrap(), "--words", &words.join(" ")]);
    nadia.sync();
    assert_eq!(refused(&nadia, &["join", &link]).0, "join");
    assert_eq!(refused(&sam, &["join", &link]).0, "join-refused");
    let members = priya.json(&["members", &assessment]);
    assert_eq!(members["members"].as_array().unwrap().len(), 2, "{members}");
}

#[test]
fn a_declined_request_is_told_and_its_link_is_spent() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let (priya, assessment) = priya(folder.path(), &relay);
    let link = priya.json(&["invite", &assessment, "--as", "contributor"])["link"].as_str().unwrap().to_owned();
    let tom = Practitioner::set_up(&folder.path().join("tom"), "Tom Ash", "youth service", "youth worker", &relay.url);
    let asked = tom.json(&["join", &link]);
    priya.json(&["requests", &assessment]);
    let (exit, declined) = priya.answer(&["decline", &assessment, asked["request"].as_str().unwrap()]);
    assert_eq!(exit, Some(0), "{declined}");
    tom.answer(&["sync"]);
    assert_eq!(tom.json(&["list"])["requests"][0]["state"], "declined");
    assert_eq!(refused(&tom, &["join", &link]).0, "join-refused");
    assert_eq!(tom.json(&["list"])["assessments"], Value::Array(vec![]));
    assert_eq!(priya.json(&["members", &assessment])["members"].as_array().unwrap().len(), 1);
}

#[test]
fn a_clock_a_year_slow_does_not_make_an_expired_link_work() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    // By the relay's clock the link is over when it is made; both computers believe in it.
    let slow = Clock { offset_ms: -366 * 24 * 3_600_000 };
    let engine = |name: &str| {
        let person = Person { name: name.into(), agency: "social care".into(), role: "social worker".into() };
        let profile = Profile::create(&folder.path().join(name), PASSPHRASE, &person, Some(&relay.url), KeyCost::TESTS).unwrap();
        Engine::start(profile.with_clock(slow)).unwrap()
    };
    let manner = Manner::of_this_computer();
    let priya = engine("Priya Marsh");
    let new = Verb::New { title: "Larch".into(), trigger: "over-time".into(), purpose: "Evenings without fear.".into() };
    kith::verbs::run(&priya, &new, &manner).unwrap();
    let invite =
        Verb::Invite(cli::Invite { id: "Larch".into(), role: "contributor".into(), expires: "7d".into(), for_whom: None });
    let link = kith::verbs::run(&priya, &invite, &manner).unwrap().value["link"].as_str().unwrap().to_owned();
    let nadia = engine("Nadia Sorrell");
    let join = Verb::Join(cli::Join { link, name: None, agency: None, role: None });
    let failure = kith::verbs::run(&nadia, &join, &manner).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.exit), ("join-refused", 1));
    assert!(failure.message.contains("its time is over") && failure.message.ends_with('.'), "{failure:?}");
    assert!(nadia.look(|work| Ok(work.core().joins(work.rows())?)).unwrap().is_empty(), "nothing is kept of it");
    nadia.stop().unwrap();
    priya.stop().unwrap();
}
