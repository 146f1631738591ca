//! Two leads of one assessment: what one has answered, the other is not asked about.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use kith_tests::processes::{Practitioner, Relay};

#[test]
fn a_request_that_one_lead_has_answered_waits_for_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name: &str| folder.path().join(name);
    let relay = Relay::start(&home("relay"));
    let priya = Practitioner::set_up(&home("priya"), "Priya Marsh", "children's social care", "social worker", &relay.url);
    let delroy = Practitioner::set_up(&home("delroy"), "Delroy Finch", "Kestrel Vale youth hub", "youth worker", &relay.url);
    let larch = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    priya.lets_in_as(&larch, &delroy, "lead");
    let waits = |who: &Practitioner| -> Vec<String> {
        let all = who.json(&["requests", &larch])["requests"].clone();
        all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    for (name, decide) in [("Nadia Sorrell", "admit"), ("Mair Tolland", "decline")] {
        let link = priya.json(&["invite", &larch, "--as", "contributor"])["link"].as_str().unwrap().to_owned();
        let joiner = Practitioner::new(&home(name));
        let asked =
            joiner.json(&["join", &link, "--name", name, "--agency", "Kestrel Vale Academy", "--role", "safeguarding lead"]);
        delroy.sync();
        // Both leads have seen that somebody waits.
        for lead in [&priya, &delroy] {
            assert_eq!(waits(lead), [name]);
        }
        let request = asked["request"].as_str().unwrap();
        priya.json(&[decide, &larch, request]);
        priya.sync();
        assert_eq!(waits(&delroy), Vec::<String>::new(), "{decide}: Delroy is asked about {name} no more");
        assert_eq!(waits(&priya), Vec::<String>::new());
    }
}
