//! The pages that show the practice, in a real browser, on the whole sample: Priya leads, Nadia writes; both have a program of their own.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_tests::apps::walk;
use kith_tests::larch::Larch;
use kith_tests::processes::Practitioner;
use serde_json::Value;

#[test]
fn the_pages_show_the_practice_and_everything_in_them_can_be_done() {
    let larch = Larch::played();
    the_exported_page_holds_the_practice(&larch.person("Priya Marsh"), &larch.id);
    let (priya, nadia) = (larch.open("Priya Marsh"), larch.open("Nadia Sorrell"));
    walk("pages.mjs", &[("KITH_PRIYA", &priya.address), ("KITH_NADIA", &nadia.address)]);
}

/// Purpose on top, then summary, sides, weighting, voices with what was done, and the plan, with differing views beside.
fn the_exported_page_holds_the_practice(priya: &Practitioner, assessment: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("larch.html");
    priya.says(&["export", assessment, "--format", "html", "--to", file.to_str().unwrap()]);
    let page = std::fs::read_to_string(&file).unwrap();
    let in_order = [
        "can spend their evenings together without being frightened",
        "These friends look after each other",
        "1 Group functioning",
        "3 Environmental and family factors",
        "What must change first",
        "Places first.",
        "What young people and parents said",
        "Nobody asks who gets me home.",
        "Is that fair? Yes.",
        "They eat at mine.",
        "There is a warm, free place near the station",
        "two answers",
        "I would try weekends first",
        "They did not all agree that one home is the first step",
        "council, highways",
        "due: two versions",
        "Who sees what the same way",
        "To be looked at again on",
    ];
    let mut from = 0;
    for words in in_order {
        let found = page.get(from..).and_then(|rest| rest.find(words));
        from += found.unwrap_or_else(|| panic!("\"{words}\" does not stand after what comes before it"));
    }
    // The picture leaves only inside such a page: below the purpose, with its legend.
    assert!(page.find("without being frightened").unwrap() < page.find("<svg").unwrap());
    for (format, name) in [("json", "larch.json"), ("automerge", "larch.automerge")] {
        let file = folder.path().join(name);
        priya.says(&["export", assessment, "--format", format, "--to", file.to_str().unwrap()]);
        let bytes = std::fs::read(&file).unwrap();
        let text = match format {
            "json" => serde_json::from_slice::<Value>(&bytes).unwrap()["view"]["purpose"]["head"].as_str().unwrap().to_owned(),
            _ => kith_assessment::view(&kith_assessment::open(&bytes).unwrap()).purpose.head,
        };
        assert!(text.contains("can spend their evenings together without being frightened"), "{format}: {text}");
    }
    for word in ["<script", "<link", "src=", "https://", "Keziah"] {
        assert!(!page.contains(word), "{word}");
    }
}
