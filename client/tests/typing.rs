//! What a page types goes in at the heads on which its editor stands, once, and comes to other pages of the same person.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::{Duration, Instant};

use common::Home;
use common::web::{Ask, Here, Page};
use serde_json::{Value, json};

struct Desk {
    here: Here,
    page: Page,
    id: String,
}

impl Desk {
    fn new() -> Self {
        Self::at(Home::of_priya(), Duration::from_secs(600))
    }

    fn at(home: Home, lock_after: Duration) -> Self {
        let here = Here::at(home, lock_after);
        let page = here.unlocked();
        let made = here.ask(&Ask::post("/api/assessments", &json!({"title": "Larch"})).of(&page));
        assert_eq!(made.status, 200, "{made:?}");
        let id = made.json()["assessment"].as_str().unwrap().to_owned();
        Self { here, page, id }
    }

    fn types(&self, sitting: &str, turn: u64, heads: &Value, splices: &Value) -> Value {
        let asked = json!({"field": "analysis/summary", "sitting": sitting, "turn": turn, "heads": heads, "splices": splices});
        let answer = self.here.ask(&Ask::post(&format!("/api/assessments/{}/typing", self.id), &asked).of(&self.page));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    fn text(&self) -> String {
        self.types("look", 1, &Value::Null, &json!([]))["text"].as_str().unwrap().to_owned()
    }
}

fn typed(at: usize, insert: &str) -> Value {
    json!([{"at": at, "delete": 0, "insert": insert}])
}

#[test]
fn two_editors_type_at_once_and_each_hears_what_the_other_wrote_from_where_it_stands() {
    let desk = Desk::new();
    let start = desk.types("one", 1, &Value::Null, &json!([]));
    assert_eq!(start["text"], "");
    let one = desk.types("one", 2, &start["heads"], &typed(0, "They wait. "));
    assert_eq!((&one["text"], &one["splices"]), (&Value::Null, &json!([])));
    // The second still stands where nothing was written.
    let two = desk.types("two", 1, &start["heads"], &typed(0, "Nobody walks alone."));
    assert_eq!(two["splices"].as_array().unwrap().len(), 1, "{two}");
    let one = desk.types("one", 3, &one["heads"], &json!([]));
    assert_eq!(one["heads"], two["heads"]);
    let text = desk.text();
    assert!(text.contains("They wait. ") && text.contains("Nobody walks alone.") && text.len() == 30, "{text}");
}

#[test]
fn a_question_whose_answer_was_lost_is_done_once() {
    let desk = Desk::new();
    let start = desk.types("one", 1, &Value::Null, &json!([]));
    let first = desk.types("one", 2, &start["heads"], &typed(0, "a"));
    let again = desk.types("one", 2, &start["heads"], &typed(0, "a"));
    assert_eq!(first, again);
    assert_eq!(desk.text(), "a");
    desk.types("one", 3, &again["heads"], &typed(1, "b"));
    assert_eq!(desk.text(), "ab");
}

#[test]
fn an_editor_that_stands_nowhere_gets_the_text_and_nothing_of_it_is_written() {
    let desk = Desk::new();
    let nowhere = json!(["7f".repeat(32)]);
    let answer = desk.types("one", 1, &nowhere, &typed(0, "a"));
    assert_eq!(answer["text"], "");
    assert_eq!(desk.text(), "");
}

#[test]
fn what_no_text_takes_is_refused_and_nothing_of_it_is_written() {
    let desk = Desk::new();
    let start = desk.types("one", 1, &Value::Null, &json!([]));
    let refused = |field: &str, splices: &Value| {
        let asked = json!({"field": field, "sitting": "one", "turn": 2, "heads": start["heads"], "splices": splices});
        desk.here.ask(&Ask::post(&format!("/api/assessments/{}/typing", desk.id), &asked).of(&desk.page)).status
    };
    assert_eq!(refused("analysis/summary", &typed(5, "a")), 422);
    assert_eq!(refused("analysis/summary", &typed(0, "a\u{1}")), 422);
    assert_eq!(refused("analysis/nothing", &typed(0, "a")), 422);
    assert_eq!(refused("voices/x/words", &typed(0, "a")), 422);
    // The first of two would go: neither does.
    let both = json!([{"at": 0, "delete": 0, "insert": "a"}, {"at": 9, "delete": 0, "insert": "b"}]);
    assert_eq!(refused("analysis/summary", &both), 422);
    assert_eq!(desk.text(), "");
}

#[test]
fn whoever_does_not_want_to_be_seen_is_remembered_after_the_lock() {
    let desk = Desk::new();
    let hidden = |page: &Page| desk.here.ask(&Ask::get("/api/state").of(page)).json()["hidden"].clone();
    assert_eq!(hidden(&desk.page), false);
    assert_eq!(desk.here.ask(&Ask::post("/api/hidden", &json!({"hidden": true})).of(&desk.page)).status, 200);
    let place = format!("/api/assessments/{}/place", desk.id);
    assert_eq!(desk.here.ask(&Ask::post(&place, &json!({"place": "2.3"})).of(&desk.page)).status, 200);
    assert_eq!(desk.here.ask(&Ask::post("/api/lock", &json!({})).of(&desk.page)).status, 200);
    assert_eq!(hidden(&desk.here.unlocked()), true);
}

#[test]
fn what_a_page_asks_because_colleagues_write_does_not_keep_it_from_locking_itself() {
    let desk = Desk::at(Home::of_priya(), Duration::from_millis(1500));
    let end = Instant::now() + Duration::from_secs(60);
    while desk.here.server.is_unlocked() {
        assert!(Instant::now() < end, "it stays open");
        let asked = json!({"field": "analysis/summary", "sitting": "one", "turn": 1, "heads": null, "splices": []});
        desk.here.ask(&Ask::post(&format!("/api/assessments/{}/typing", desk.id), &asked).of(&desk.page));
        desk.here.ask(&Ask::get(&format!("/api/assessments/{}", desk.id)).of(&desk.page));
        std::thread::sleep(Duration::from_millis(100));
    }
}
