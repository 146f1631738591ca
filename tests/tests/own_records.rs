//! What a holder keeps in a strand record, in a real browser: the young person's own map, and what was taken out of texts.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use kith_tests::apps::{App, walk};
use kith_tests::processes::{Practitioner, Relay};

#[test]
fn an_own_map_is_drawn_with_them_kept_and_looked_at_again_and_stays_in_their_record() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let home = folder.path().join("priya");
    let priya = Practitioner::set_up(&home, "Priya Marsh", "children's social care", "social worker", &relay.url);
    let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let attached = priya.json(&["attach", &larch, "--name", "Keziah Ansah-Rowe", "--known-as", "Kez", "--phone", "01632 960001"]);
    let record = attached["record"].as_str().unwrap().to_owned();
    // Without a decision of the agency no map takes a name, whoever says that there is one.
    let begun =
        priya.json(&["map", &record, "--purpose", "bring-together", "--review", "2026-01-05", "--action", "tell the school"]);
    let policy = serde_json::json!({"do": "set-names-on-map", "id": begun["map"], "policy": {"reference": "DPIA 9", "signed_off_by": "me"}});
    let (exit, said) = priya.answer(&["do", &record, &policy.to_string()]);
    assert_eq!(exit, Some(1), "{said}");
    assert_eq!(priya.json(&["names-on-maps"])["names_on_maps"], serde_json::Value::Null);
    let app = App::open_unlocked(&home);
    walk("own-maps.mjs", &[("KITH_PRIYA", &app.address), ("KITH_LARCH", &larch), ("KITH_RECORD", &record)]);
    // What was done by presses stands on the command line too, and in no view of the assessment.
    let maps = priya.json(&["maps", &record]);
    assert_eq!(maps["maps"][0]["closed_why"], "It did its work.");
    let history = priya.says(&["history", &record]);
    assert!(history.contains("allowed names on the young person's own map, by the agency's decision"), "{history}");
    let larch = priya.says(&["--json", "show", &larch]);
    assert!(!larch.contains("Tomasz") && !larch.contains("grandmother"), "{larch}");
}

#[test]
fn what_leads_to_one_person_goes_from_the_text_into_the_record_of_whom_it_is_about_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let home = folder.path().join("priya");
    let priya = Practitioner::set_up(&home, "Priya Marsh", "children's social care", "social worker", &relay.url);
    let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let app = App::open_unlocked(&home);
    walk("put-in-caseload.mjs", &[("KITH_PRIYA", &app.address), ("KITH_LARCH", &larch)]);
    let caseload = priya.caseload();
    let record = |name: &str| caseload.people.iter().find(|one| one.name.as_deref() == Some(name)).unwrap().record.clone();
    let kept = |name: &str| priya.json(&["record", &record(name)])["view"]["references"].to_string();
    assert!(kept("Keziah Ansah-Rowe").contains("07700 900123") && !kept("Keziah Ansah-Rowe").contains("Marisol"));
    assert!(kept("Tomasz Harrowgill").contains("14 Brook Row"));
    let texts = priya.texts(&larch).join(" ");
    assert!(!texts.contains("900123") && !texts.contains("Brook Row"), "{texts}");
}
