//! What *Settings* does through the local API: other programs that read, backup, when it locks, how it ends. The rules of loopback hold for
//! all of it (docs/threat-model.md, "The app's server").

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::web::{Ask, Here, Page};
use common::{Home, PASSPHRASE};
use serde_json::{Value, json};

/// A token for another program, made as a person makes it in Settings.
fn token(here: &Here, page: &Page) -> String {
    let made = here.ask(&Ask::post("/api/programs", &json!({"name": "Case system"})).of(page));
    assert_eq!(made.status, 200, "{made:?}");
    made.json()["token"].as_str().unwrap().to_owned()
}

fn reads(path: &str, token: &str) -> Ask {
    Ask::get(&format!("/api/connect{path}")).with("authorization", &format!("Bearer {token}"))
}

#[test]
fn another_program_reads_with_its_token_and_nothing_without() {
    let here = Here::of_priya();
    here.home.larch();
    here.home.entry("They wait for each other.");
    let page = here.unlocked();
    let token = token(&here, &page);
    let list = here.ask(&reads("/assessments", &token));
    assert_eq!(list.status, 200, "{list:?}");
    let id = list.json()["assessments"][0]["assessment"].as_str().unwrap().to_owned();
    let one = here.ask(&reads(&format!("/assessments/{id}"), &token));
    assert!(one.status == 200 && one.body.contains("They wait for each other."), "{one:?}");
    assert!(
        here.ask(&reads(&format!("/assessments/{id}/case-notes"), &token)).json()["text"].as_str().unwrap().contains("Evenings")
    );
    assert_eq!(here.ask(&reads(&format!("/assessments/{id}/history"), &token)).status, 200);
    let document = here.ask(&reads("/openapi.json", &token)).json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(here.ask(&reads("/assessments/nothing", &token)).status, 422);
    assert_eq!(here.ask(&reads("/elsewhere", &token)).status, 404);
    // It can change nothing, and its token opens nothing of the page's.
    for method in ["POST", "PUT"] {
        let ask =
            Ask { method, ..reads(&format!("/assessments/{id}"), &token) }.with("origin", &format!("http://{}", here.host()));
        assert_eq!(here.ask(&ask).status, 405, "{method}");
    }
    for path in ["/api/state", "/api/list", "/api/programs"] {
        assert_eq!(here.ask(&Ask::get(path).with("authorization", &format!("Bearer {token}"))).status, 401, "{path}");
        assert_eq!(here.ask(&Ask::get(path).with("cookie", &token).with("x-kith-page", &token)).status, 401, "{path}");
    }
    // Without it there is no answer to anything, not even to what is there; the page's own tokens do not help.
    for path in ["/assessments", "/openapi.json", "/elsewhere", ""] {
        let asked = Ask::get(&format!("/api/connect{path}"));
        let post = Ask { method: "POST", ..asked.clone() }.with("origin", &format!("http://{}", here.host()));
        for ask in [asked.clone(), post, asked.clone().of(&page), asked.clone().with("authorization", &token)] {
            let answer = here.ask(&ask);
            assert!([401, 429].contains(&answer.status), "{path}: {answer:?}");
            assert!(!answer.body.contains("Larch") && !answer.body.contains("openapi"), "{answer:?}");
        }
    }
}

#[test]
fn another_program_goes_through_the_same_door() {
    let here = Here::of_priya();
    let page = here.unlocked();
    let token = token(&here, &page);
    let list = || reads("/assessments", &token);
    assert_eq!(here.ask(&list()).status, 200);
    assert_eq!(here.ask(&list().with("host", "evil.example")).status, 421);
    for origin in ["https://evil.example", "null"] {
        assert_eq!(here.ask(&list().with("origin", origin)).status, 403, "{origin}");
    }
    assert_eq!(here.ask(&list().with("sec-fetch-site", "cross-site")).status, 403);
    let preflight = Ask { method: "OPTIONS", ..list() }.with("origin", "https://evil.example");
    assert_eq!(here.ask(&preflight).status, 405);
    // Guessing gets slow, and does not keep out whoever has the token.
    let guess = || here.ask(&reads("/assessments", "kith-read-0")).status;
    let guesses: Vec<u16> = (0..5).map(|_| guess()).collect();
    assert_eq!(guesses, [401, 401, 401, 429, 429]);
    assert_eq!(here.ask(&list()).status, 200);
}

#[test]
fn a_locked_kith_tells_a_program_only_that_it_is_locked_and_a_stopped_one_nothing() {
    let here = Here::at(Home::of_priya(), Duration::from_secs(600));
    let page = here.unlocked();
    let token = token(&here, &page);
    let shown = here.ask(&Ask::get("/api/computer").of(&page)).json();
    assert_eq!(shown["programs"][0]["name"], "Case system");
    assert!(!shown.to_string().contains(&token), "a token is shown once");
    // Kept as a digest, in the encrypted store.
    assert_eq!(here.ask(&Ask::post("/api/lock", &json!({})).of(&page)).status, 200);
    let locked = here.ask(&reads("/assessments", &token));
    assert_eq!(locked.status, 423, "{locked:?}");
    assert_eq!(here.ask(&reads("/assessments", "kith-read-0")).status, 401);
    let page = here.unlocked();
    assert_eq!(here.ask(&reads("/assessments", &token)).status, 200);
    let id = here.ask(&Ask::get("/api/computer").of(&page)).json()["programs"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(here.ask(&Ask::post("/api/programs/stop", &json!({"id": id})).of(&page)).status, 200);
    assert_eq!(here.ask(&reads("/assessments", &token)).status, 401);
}

#[test]
fn a_program_that_reads_does_not_keep_kith_unlocked() {
    let here = Here::at(Home::of_priya(), Duration::from_secs(2));
    let page = here.unlocked();
    let token = token(&here, &page);
    let end = Instant::now() + Duration::from_secs(20);
    while here.ask(&reads("/assessments", &token)).status == 200 {
        assert!(Instant::now() < end, "reading put off the lock");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(here.ask(&reads("/assessments", &token)).status, 423);
}

#[test]
fn a_backup_comes_under_a_name_without_people_and_opens_on_another_computer() {
    let here = Here::of_priya();
    here.home.larch();
    here.home.entry("They wait for each other.");
    let page = here.unlocked();
    let token = token(&here, &page);
    let host = here.host();
    let mut stream = TcpStream::connect(&host).unwrap();
    write!(
        stream,
        "POST /api/backup HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\ncontent-length: 0\r\ncookie: {}\r\n\
         x-kith-page: {}\r\n\r\n",
        page.cookie, page.token
    )
    .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let (head, file) = (String::from_utf8_lossy(&bytes[..end]).to_lowercase(), &bytes[end + 4..]);
    assert!(head.starts_with("http/1.1 200") && head.contains("application/octet-stream"), "{head}");
    let name = head.split("filename=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(
        name.starts_with("kith-2") && name.ends_with(".backup") && !name.contains("larch") && !name.contains("priya"),
        "{name}"
    );
    assert!(here.ask(&Ask::get("/api/computer").of(&page)).json()["last_backup"].is_i64());

    let other = Here::bare();
    let page = other.page();
    let text = data_encoding::BASE64.encode(file);
    let wrong = other.ask(&Ask::post("/api/restore", &json!({"passphrase": "another passphrase", "file": text})).of(&page));
    assert_eq!(wrong.status, 403, "{wrong:?}");
    let restored = other.ask(&Ask::post("/api/restore", &json!({"passphrase": PASSPHRASE, "file": text})).of(&page));
    assert_eq!(restored.status, 200, "{restored:?}");
    let page = Page { cookie: restored.cookie().unwrap(), token: restored.json()["page"].as_str().unwrap().to_owned() };
    let list = other.ask(&Ask::get("/api/list").of(&page)).json();
    assert_eq!(list["assessments"][0]["standing"]["state"], "restored", "{list}");
    // What belonged to the other computer stayed there.
    assert_eq!(other.ask(&reads("/assessments", &token)).status, 401);
    let shown = other.ask(&Ask::get("/api/computer").of(&page)).json();
    assert!(shown["programs"].as_array().unwrap().is_empty() && shown["last_backup"].is_null(), "{shown}");
}

#[test]
fn a_chosen_time_before_locking_is_kept_with_the_profile() {
    let here = Here::of_priya();
    let page = here.unlocked();
    for wrong in [0, 241] {
        assert_eq!(here.ask(&Ask::post("/api/lock-after", &json!({"minutes": wrong})).of(&page)).status, 400);
    }
    assert_eq!(here.ask(&Ask::post("/api/lock-after", &json!({"minutes": 5})).of(&page)).status, 200);
    assert_eq!(here.ask(&Ask::get("/api/state").of(&page)).json()["lock_after_seconds"], 300);
    let Here { server, home } = here;
    drop(server);
    let here = Here::at(home, Duration::from_secs(600));
    let page = here.unlocked();
    assert_eq!(here.ask(&Ask::get("/api/state").of(&page)).json()["lock_after_seconds"], 300);
}

#[test]
fn kith_can_be_ended_from_its_page() {
    let home = Home::of_priya();
    let mut child = home.command().args(["--json", "open", "--no-browser"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    while !text.trim_end().ends_with('}') {
        assert!(out.read_line(&mut text).unwrap() > 0, "{text}");
    }
    let address = serde_json::from_str::<Value>(&text).unwrap()["address"].as_str().unwrap().to_owned();
    let (at, launch) = address.strip_prefix("http://").unwrap().split_once("/#").unwrap();
    let asks = |path: &str, body: &Value, more: &str| {
        let (mut stream, body) = (TcpStream::connect(at).unwrap(), body.to_string());
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {at}\r\norigin: http://{at}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n{more}\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let let_in = asks("/api/launch", &json!({"launch": launch}), "");
    let cookie = let_in.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap();
    let page: Value = serde_json::from_str(let_in.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let page = page["page"].as_str().unwrap();
    let ended = asks("/api/quit", &json!({}), &format!("cookie: {cookie}\r\nx-kith-page: {page}\r\n"));
    assert!(ended.starts_with("HTTP/1.1 200"), "{ended}");
    assert!(child.wait().unwrap().success());
    assert!(TcpStream::connect(at).is_err());
    // An app that another program opened is ended there.
    let here = Here::of_priya();
    let page = here.unlocked();
    assert_eq!(here.ask(&Ask::post("/api/quit", &json!({})).of(&page)).status, 422);
}
