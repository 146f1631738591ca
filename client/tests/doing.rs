//! `kith do` and the parts of `kith show`: everything of practice without the app.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use common::Home;
use serde_json::{Value, json};

fn does(home: &Home, command: &Value) -> Value {
    home.with_input(&["do", "Larch"], command.to_string().as_bytes()).done().json()
}

#[test]
fn any_command_of_practice_is_done_from_json_and_shown_by_part() {
    let home = Home::of_priya();
    home.larch();
    let entry = home.entry("They wait for each other.");
    let voice = does(
        &home,
        &json!({"do": "add-voice", "side": "1", "whose": "young-people", "words": "Nobody asks who gets me home.",
                "how": "link", "agreed": "agreed", "about": [&entry[..8]]}),
    );
    let voice = voice["entry"].as_str().unwrap().to_owned();
    let goal =
        does(&home, &json!({"do": "add-goal", "text": "A warm place near the station.", "findings": [&entry[..8], "3.1"]}));
    let goal = goal["entry"].as_str().unwrap().to_owned();
    let text = format!("plan/goals/{}/text", &goal[..6]);
    does(&home, &json!({"do": "edit-text", "field": text, "text": "A warm, free place near the station."}));
    does(
        &home,
        &json!({"do": "add-action", "what": "Light on the canal path", "why": "Asked for by the friends.", "owner": "council",
                "sides": ["3"], "goals": [&goal[..8]], "due": "2026-01-05"}),
    );
    let voices = home.json(&["show", "Larch", "--part", "voices"]).done().json();
    assert_eq!(voices["value"][0]["id"], voice.as_str());
    assert_eq!(voices["value"][0]["draft"], "We used what you said in 1.6 Care and protection in the group and in goal 1.");
    let plan = home.json(&["show", "Larch", "--part", "plan"]).done().json();
    assert_eq!(plan["value"]["goals"][0]["text"]["text"], "A warm, free place near the station.");
    let tasks = home.json(&["show", "Larch", "--part", "tasks"]).done().json();
    let kinds: Vec<&str> = tasks["value"].as_array().unwrap().iter().map(|task| task["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"overdue-action") && kinds.contains(&"voice-not-answered"), "{kinds:?}");
    let text = home.text(&["show", "Larch", "--part", "case-notes"]).done().out;
    assert!(text.contains("Evenings without fear.") && text.contains("Light on the canal path"), "{text}");
    assert!(home.text(&["show", "Larch"]).done().out.contains("Not yet answered."));
    let _: Value = home.json(&["show", "Larch"]).done().json();
}

#[test]
fn what_is_no_command_or_breaks_a_rule_changes_nothing_and_says_why() {
    let home = Home::of_priya();
    home.larch();
    for wrong in
        ["", "{", "[]", "\"x\"", r#"{"do":"grade-entry"}"#, r#"{"do":"add-goal","txt":"x"}"#, r#"{"do":"set-title","title":7}"#]
    {
        home.with_input(&["do", "Larch"], wrong.as_bytes()).refused("not-a-command");
    }
    let me = r#"{"do":"introduce-myself","name":"Chief Constable","agency":"x","role":"x"}"#;
    home.with_input(&["do", "Larch"], me.as_bytes()).refused("not-a-command");
    let apart = r#"{"do":"add-action","what":"No contact.","why":"x","owner":"x","keeps_apart":true}"#;
    home.with_input(&["do", "Larch"], apart.as_bytes()).refused("refused");
    home.with_input(&["do", "Larch"], br#"{"do":"take-back","id":"aaaa","why":"x"}"#).refused("not-a-command");
    home.with_input(&["do", "Larch"], &[0xff, 0xfe]).refused("not-text");
    let plan = home.json(&["show", "Larch", "--part", "plan"]).done().json();
    assert_eq!(plan["value"]["actions"], serde_json::json!([]));
    assert_eq!(home.json(&["show", "Larch", "--part", "scores"]).code, 2);
}
