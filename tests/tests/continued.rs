//! No dead ends (protocol 9): whoever has a copy goes on from it, in a group of their own, with everybody's words under their names and
//! signatures.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use std::path::Path;

use kith_tests::apps::{App, walk};
use kith_tests::processes::{Practitioner, Relay};

/// Priya leads Larch; Nadia is in, and has read what Priya wrote.
fn priya_leads_and_nadia_writes(folder: &Path) -> (Relay, Practitioner, Practitioner, String) {
    let relay = Relay::start(&folder.join("relay"));
    let home = folder.join("priya");
    let priya = Practitioner::set_up(&home, "Priya Marsh", "children's social care", "social worker", &relay.url);
    let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let nadia = Practitioner::new(&folder.join("nadia"));
    priya.lets_in(&larch, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    priya.write(&larch, "They wait for each other.");
    priya.sync();
    nadia.sync();
    (relay, priya, nadia, larch)
}

#[test]
fn when_the_only_lead_and_the_relay_are_lost_the_one_who_is_left_goes_on_with_everything_and_everybody_named() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let (relay, _, nadia, larch) = priya_leads_and_nadia_writes(folder.path());
    // Nadia holds a young person in it.
    let attached = nadia.json(&["attach", &larch, "--name", "Aaliyah Brannick", "--phone", "01632 960002"]);
    nadia.sync();
    // The relay is gone, and Priya with it; Nadia writes on, alone.
    relay.stop();
    nadia.write(&larch, "The hall is empty on Mondays.");
    let before = nadia.view(&larch);

    let (exit, said) = nadia.answer(&["continue", &larch, "--why", " "]);
    assert_eq!((exit, said["error"]["code"].as_str()), (Some(1), Some("empty")));
    let other = Relay::start(&home("other-relay"));
    nadia.says(&["relay", &other.url]);
    let new = nadia.json(&["continue", &larch, "--why", "The only lead has left, and her computer with her."]);
    let id = new["assessment"].as_str().unwrap().to_owned();
    assert_eq!((new["title"].as_str(), new["from"].as_str()), (Some("Larch, continued"), Some(larch.as_str())));

    // The old one is as it was.
    assert_eq!(nadia.view(&larch), before);
    // Everything is in the new one, under the names of who wrote it.
    let view = nadia.view(&id);
    let written = |view: &kith_assessment::AssessmentView| {
        let mut all: Vec<_> = view.entries().map(|entry| (entry.by.name.clone(), entry.text.clone())).collect();
        all.sort();
        all
    };
    assert_eq!(written(&view), written(&before));
    assert_eq!(written(&view).len(), 2);
    let continued = view.life.continued.as_ref().unwrap();
    assert_eq!((continued.from.as_str(), continued.by.name.as_str()), (larch.as_str(), "Nadia Sorrell"));
    let said = nadia.says(&["show", &id]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("because: The only lead has left, and her computer with her."), "{said}");
    let history = nadia.says(&["history", &id]);
    assert!(history.contains("started the assessment") && history.contains("went on with it in a new group"), "{history}");
    // Whom she holds is hers here too, with the same record.
    let caseload = nadia.caseload();
    assert!(caseload.without_record.is_empty(), "{:?}", caseload.without_record);
    assert_eq!(caseload.people[0].record, attached["record"].as_str().unwrap());
    assert!(caseload.people[0].places.iter().any(|place| place.assessment == id && place.mine));

    // She lets somebody in at the other relay; who wrote what is proved on both computers, of Priya too.
    let colin = Practitioner::new(&home("colin"));
    nadia.lets_in(&id, &colin, "Colin Ashdown", "children's social care", "team manager");
    colin.write(&id, "The library is calm.");
    colin.sync();
    nadia.sync();
    for who in [&nadia, &colin] {
        let view = who.view(&id);
        assert_eq!(written(&view).len(), 3);
        assert!(written(&view).contains(&("Priya Marsh".to_owned(), "They wait for each other.".to_owned())));
        assert_eq!(who.verify(&id), (true, vec![]));
        let proved = who.json(&["verify", &id]);
        let priyas = proved["authors"].as_array().unwrap().iter().find(|author| author["name"] == "Priya Marsh").unwrap();
        assert_eq!(priyas["held"], true, "{proved}");
        assert!(proved["notes"].to_string().contains("goes on from an earlier assessment"), "{proved}");
    }
    // It goes on from a copy of a copy as well, and after saving and loading everything anew.
    let again = colin.json(&["continue", &id, "--why", "A second time."]);
    let again = again["assessment"].as_str().unwrap();
    assert_eq!(colin.verify(again), (true, vec![]));
    assert_eq!(written(&colin.view(again)).len(), 3);
}

#[test]
fn whoever_was_taken_out_goes_on_by_presses_with_a_reason_and_colleagues_see_from_what_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let (relay, priya, nadia, larch) = priya_leads_and_nadia_writes(folder.path());
    priya.says(&["remove", &larch, "Nadia Sorrell", "--why", "by mistake"]);
    priya.sync();
    nadia.sync();
    nadia.says(&["relay", &relay.url]);
    let app = App::open_unlocked(&home("nadia"));
    walk("continued.mjs", &[("KITH_NADIA", &app.address), ("KITH_LARCH", &larch)]);
    let listed = nadia.json(&["list"])["assessments"].as_array().unwrap().clone();
    let new = listed.iter().find(|one| one["title"] == "Larch, continued").unwrap();
    assert_eq!(new["role"], "lead");
    assert_eq!(nadia.verify(new["assessment"].as_str().unwrap()), (true, vec![]));
}
