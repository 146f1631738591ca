//! The app's server on loopback, line by line: what a page of another origin, another program, another user of this computer and a
//! name that was bent to it can do, which is nothing (docs/threat-model.md, "The app's server").

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::web::{Ask, Here, LEFT_OUT, Page};
use common::{Home, PASSPHRASE};
use kith::web::app_files;
use serde_json::{Value, json};

#[test]
fn line_1_it_listens_on_loopback_only_and_no_option_names_another_address() {
    let here = Here::bare();
    assert_ne!(here.port(), Here::bare().port(), "ports are any that are free");
    #[cfg(target_os = "linux")]
    {
        // 0100007F is 127.0.0.1 in the kernel's table; 00000000 would be every address.
        let wanted = format!(":{:04X}", here.port());
        let table =
            std::fs::read_to_string("/proc/net/tcp").unwrap() + &std::fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
        let listening = |line: &str| line.split_whitespace().nth(3) == Some("0A");
        let own: Vec<&str> = table
            .lines()
            .filter(|line| listening(line))
            .filter_map(|line| line.split_whitespace().nth(1))
            .filter(|address| address.ends_with(&wanted))
            .collect();
        assert_eq!(own, [format!("0100007F{wanted}")]);
    }
    for option in ["--listen", "--host", "--address", "--bind"] {
        assert_eq!(here.home.text(&["open", option, "0.0.0.0"]).code, 2, "{option}");
    }
}

#[test]
fn line_2_a_name_that_was_bent_to_this_computer_finds_nothing() {
    let here = Here::bare();
    let port = here.port();
    for host in
        ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", "localhost", "127.0.0.1:1", &format!("127.0.0.2:{port}")]
    {
        for path in ["/", "/api/state", "/assets/x.js"] {
            let answer = here.ask(&Ask::get(path).with("host", host));
            assert_eq!(answer.status, 421, "{host} {path}");
            assert!(!answer.body.contains("<html"), "{answer:?}");
        }
        let upgrade = Ask::get("/api/events").with("host", host).with("upgrade", "websocket").with("connection", "upgrade");
        assert_eq!(here.ask(&upgrade).status, 421);
    }
    assert_eq!(here.ask(&Ask::get("/").with("host", LEFT_OUT)).status, 400);
    let twice = format!("GET / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    assert!([400, 421].contains(&here.raw(&twice).status));
    let absolute = format!("GET http://evil.example/ HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    assert_eq!(here.raw(&absolute).status, 421);
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        assert_eq!(here.ask(&Ask::get("/").with("host", &host)).status, 200);
    }
}

#[test]
fn line_3_only_its_own_pages_can_change_anything() {
    let here = Here::bare();
    let page = here.page();
    let lock = || Ask::post("/api/lock", &json!({})).of(&page);
    assert_eq!(here.ask(&lock()).status, 200);
    let other_port = format!("http://127.0.0.1:{}", here.port().wrapping_add(1));
    for origin in ["https://evil.example", "null", "http://127.0.0.1", &other_port, LEFT_OUT] {
        assert_eq!(here.ask(&lock().with("origin", origin)).status, 403, "{origin}");
    }
    for site in ["cross-site", "same-site", "none"] {
        assert_eq!(here.ask(&lock().with("sec-fetch-site", site)).status, 403, "{site}");
        assert_eq!(here.ask(&Ask::get("/api/state").of(&page).with("sec-fetch-site", site)).status, 403, "{site}");
    }
    assert_eq!(here.ask(&lock().with("sec-fetch-site", "same-origin")).status, 200);
    let options = here.ask(&Ask { method: "OPTIONS", ..Ask::get("/api/state") }.with("origin", "https://evil.example"));
    assert_eq!(options.status, 405);
    for answer in [options, here.ask(&Ask::get("/")), here.ask(&lock())] {
        assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{answer:?}");
    }
    for method in ["DELETE", "PATCH", "TRACE", "CONNECT"] {
        assert_eq!(here.ask(&Ask { method, ..Ask::get("/api/state") }.of(&page)).status, 405, "{method}");
    }
    // There is no WebSocket, and one from elsewhere is turned away before that is found out.
    let socket = Ask::get("/api/events").of(&page).with("upgrade", "websocket").with("connection", "upgrade");
    assert_eq!(here.ask(&socket.clone().with("origin", "https://evil.example")).status, 403);
    assert_eq!(here.ask(&socket).status, 403, "without an origin");
}

#[test]
fn line_4_the_way_in_works_once_and_never_stands_in_a_request_line() {
    let here = Here::bare();
    let address = here.server.way_in();
    let (before, token) = address.split_once('#').unwrap();
    assert_eq!(before, format!("http://127.0.0.1:{}/", here.port()));
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "256 bits");
    let launch = Ask::post("/api/launch", &json!({"launch": token}));
    assert_eq!(here.ask(&Ask::get(&format!("/api/launch?launch={token}"))).status, 405, "swapped by POST only");
    assert_eq!(here.ask(&launch).status, 200);
    let replayed = here.ask(&launch);
    assert_eq!(replayed.status, 401);
    assert!(replayed.cookie().is_none());
    // That it lives a minute is tested beside the code, with a clock of its own.
}

#[test]
fn line_5_cookie_and_page_token_are_needed_both_and_change_at_unlock() {
    let here = Here::of_priya();
    let set = here.ask(&Ask::post("/api/launch", &json!({"launch": here.launch()})));
    let cookie = set.header("set-cookie").unwrap();
    assert!(cookie.starts_with("kith-") && !cookie.starts_with("kith-="), "it names the instance: {cookie}");
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let before = Page { cookie: set.cookie().unwrap(), token: set.json()["page"].as_str().unwrap().to_owned() };
    let unlock = here.ask(&Ask::post("/api/unlock", &json!({"passphrase": PASSPHRASE})).of(&before));
    let after = Page { cookie: unlock.cookie().unwrap(), token: unlock.json()["page"].as_str().unwrap().to_owned() };
    let state = Ask::get("/api/state");
    assert_eq!(here.ask(&state.clone().of(&after)).status, 200);
    // What another server on this computer is sent by the browser: the cookie alone.
    assert_eq!(here.ask(&state.clone().with("cookie", &after.cookie)).status, 401);
    assert_eq!(here.ask(&state.clone().with("x-kith-page", &after.token)).status, 401);
    let mixed = [
        Page { cookie: before.cookie.clone(), token: after.token.clone() },
        Page { cookie: after.cookie, token: before.token.clone() },
        before,
    ];
    for page in &mixed {
        assert_eq!(here.ask(&state.clone().of(page)).status, 401);
    }
}

#[test]
fn line_6_every_answer_tells_the_browser_to_hold_back() {
    let here = Here::bare();
    let page = here.page();
    let answers = [
        Ask::get("/"),
        Ask::get("/nothing"),
        Ask::get("/api/state"),
        Ask::get("/api/state").of(&page),
        Ask::get("/").with("host", "evil.example"),
        Ask { method: "OPTIONS", ..Ask::get("/") },
    ];
    for ask in answers {
        let answer = here.ask(&ask);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{part} of {} in {policy}", ask.path);
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} of {}", ask.path);
        }
        assert!(answer.header("permissions-policy").is_some_and(|powers| powers.contains("geolocation=()")));
    }
}

#[test]
fn line_7_the_app_keeps_nothing_in_the_browser_and_loads_nothing_from_elsewhere() {
    assert!(!app_files().is_empty(), "the app is built in: this test needs Node.js 20.19 or newer when it is built");
    for (name, bytes) in app_files() {
        let text = String::from_utf8_lossy(bytes);
        let forbidden = [
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "serviceWorker",
            "caches.open",
            "document.cookie",
            "eval(",
            "new Function",
            "GDS Transport",
            "govuk-crest",
            "sendBeacon",
            "WebSocket",
            "EventSource",
            "@import",
        ];
        for word in forbidden {
            assert!(!text.contains(word), "{word} in {name}");
        }
        for (at, _) in text.match_indices("://") {
            let start = text[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |place| place + 1);
            let address: String = text[start..].chars().take(60).collect();
            // Names of XML vocabularies and of Svelte's error pages, a selector for printed links, an example: texts, never loaded.
            let known = ["http://www.w3.org/", "https://svelte.dev/e/", "http://\"]", "https://\"]", "wss://relay.example"];
            let is_a_name = known.iter().any(|known| address.starts_with(known));
            assert!(is_a_name, "{address} in {name}");
        }
    }
}

#[test]
fn line_8_locked_means_locked() {
    let here = Here::of_priya();
    here.home.larch();
    let page = here.unlocked();
    assert!(here.server.is_unlocked());
    assert_eq!(here.ask(&Ask::get("/api/list").of(&page)).json()["assessments"].as_array().unwrap().len(), 1);
    let mut stream = TcpStream::connect(("127.0.0.1", here.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let listen = format!(
        "GET /api/events HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncookie: {}\r\nx-kith-page: {}\r\n\r\n",
        here.host(),
        page.cookie,
        page.token
    );
    stream.write_all(listen.as_bytes()).unwrap();
    let mut news = BufReader::new(stream);
    let mut line = String::new();
    while !line.contains("\"news\":\"status\"") {
        line.clear();
        assert!(news.read_line(&mut line).unwrap() > 0, "the stream begins with how things stand");
    }
    assert_eq!(here.ask(&Ask::post("/api/lock", &json!({})).of(&page)).status, 200);
    let mut rest = String::new();
    let _ = news.read_to_string(&mut rest);
    assert!(rest.contains("\"news\":\"locked\""), "every open page is told to blank itself, and the stream ends");
    assert!(!here.server.is_unlocked());
    for path in ["/api/list", "/api/status", "/api/events", "/api/assessments/x", "/api/assessments/x/history", "/api/nothing"] {
        assert_eq!(here.ask(&Ask::get(path).of(&page)).status, 423, "{path}");
    }
    for path in ["/api/assessments", "/api/here", "/api/lock", "/api/setup", "/api/relay", "/api/offline"] {
        assert_eq!(here.ask(&Ask::post(path, &json!({})).of(&page)).status, 423, "{path}");
    }
    let state = here.ask(&Ask::get("/api/state").of(&page)).json();
    assert_eq!((state["state"].as_str(), state["profile"].is_null()), (Some("locked"), true));
    // Nobody holds the profile now: the command line can.
    here.home.json(&["list"]).done();
    let again = here.unlocked();
    assert_eq!(here.ask(&Ask::get("/api/list").of(&again)).status, 200);
}

#[test]
fn line_8_left_alone_it_locks_itself() {
    let here = Here::at(Home::of_priya(), Duration::from_millis(300));
    let _page = here.unlocked();
    let end = Instant::now() + Duration::from_secs(30);
    while here.server.is_unlocked() {
        assert!(Instant::now() < end, "it does not lock");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn line_9_what_comes_from_others_is_shown_as_text_only() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src");
    let mut seen = 0;
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            seen += 1;
            for word in ["{@html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc", "javascript:"] {
                assert!(!text.contains(word), "{word} in {}", path.display());
            }
        }
    }
    assert!(seen > 10);
    let here = Here::of_priya();
    let id = here.home.larch();
    let page = here.unlocked();
    let text = "<img src=x onerror=alert(1)> https://evil.example";
    let add = json!({"do": "add-entry", "dimension": "1.6", "kind": "strength", "text": text});
    assert_eq!(here.ask(&Ask::post(&format!("/api/assessments/{id}/commands"), &add).of(&page)).status, 200);
    let shown = here.ask(&Ask::get(&format!("/api/assessments/{id}")).of(&page));
    assert_eq!(shown.header("content-type"), Some("application/json"));
    assert_eq!(shown.json()["overview"]["sides"][0]["strengths"][0]["text"], text);
}

#[test]
fn line_10_without_a_token_nothing_is_answered_not_even_a_version() {
    let here = Here::of_priya();
    for path in ["/api", "/api/", "/api/state", "/api/version", "/api/nothing", "/api/list", "/api/assessments/x"] {
        let answer = here.ask(&Ask::get(path));
        assert!([401, 404].contains(&answer.status), "{path}: {answer:?}");
        assert!(!answer.body.contains(env!("CARGO_PKG_VERSION")) && answer.header("server").is_none(), "{answer:?}");
    }
    assert_eq!(here.ask(&Ask::get("/api/nothing")).body, here.ask(&Ask::get("/api/state")).body, "nothing tells calls apart");
    assert_eq!(
        here.ask(&Ask::post("/api/unlock", &json!({"passphrase": PASSPHRASE}))).status,
        401,
        "a passphrase alone opens nothing"
    );
    assert!(!here.server.is_unlocked());
    // Guessing is slow.
    let page = here.page();
    let guess = Ask::post("/api/unlock", &json!({"passphrase": "wrong wrong wrong"})).of(&page);
    let tries: Vec<u16> = (0..4).map(|_| here.ask(&guess).status).collect();
    assert_eq!(tries, [403, 403, 403, 429]);
    let right = Ask::post("/api/unlock", &json!({"passphrase": PASSPHRASE})).of(&page);
    assert_eq!(here.ask(&right).status, 429, "the right one waits too");
}

#[test]
fn line_11_no_address_does_anything_by_being_opened() {
    let here = Here::of_priya();
    let page = here.unlocked();
    for path in ["/api/join?link=kith:join/x", "/api/lock", "/api/assessments", "/api/setup"] {
        assert_eq!(here.ask(&Ask::get(path).of(&page)).status, 405, "{path}");
    }
    let plain = here.ask(&Ask::get("/?link=kith:join/x"));
    assert_eq!(plain.body, here.ask(&Ask::get("/")).body);
    assert!(here.server.is_unlocked());
}

#[cfg(unix)]
#[test]
fn line_12_a_second_start_gets_a_way_into_the_first() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::of_priya();
    let mut first = opened(&home);
    let address = address_of(&mut first);
    let mode = |name: &str| std::fs::metadata(home.profile.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("kith-open.sock"), mode("kith-open.lock")), (0o600, 0o600));
    let second = home.json(&["open", "--no-browser"]).done().json();
    assert_eq!(second["handed_over"], true);
    let another = second["address"].as_str().unwrap();
    assert_eq!(another.split('#').next(), address.split('#').next(), "the same server");
    assert_ne!(another, address, "another way in");
    // While it is unlocked, the command line works through it, and never waits for the app to end.
    home.json(&["list"]).done();
    std::process::Command::new("kill").args(["-TERM", &first.id().to_string()]).status().unwrap();
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert!(!home.profile.join("kith-open.sock").exists());
}

fn opened(home: &Home) -> Child {
    home.command().args(["--json", "open", "--no-browser"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn address_of(child: &mut Child) -> String {
    let mut text = String::new();
    let mut out = BufReader::new(child.stdout.as_mut().unwrap());
    while !text.trim_end().ends_with('}') {
        assert!(out.read_line(&mut text).unwrap() > 0, "it ended: {text}");
    }
    serde_json::from_str::<Value>(&text).unwrap()["address"].as_str().unwrap().to_owned()
}

#[test]
fn line_13_what_is_kept_as_a_file_has_a_plain_name_and_type() {
    let here = Here::of_priya();
    let id = here.home.larch();
    let page = here.unlocked();
    let kept = here.ask(&Ask::post(&format!("/api/assessments/{id}/download"), &json!({})).of(&page));
    let named = kept.header("content-disposition").unwrap();
    assert!(named.starts_with("attachment; filename=\"kith-assessment-20") && named.ends_with(".html\""), "{named}");
    assert!(!named.contains("Priya") && !named.contains("Larch"));
    assert_eq!(kept.header("content-type"), Some("application/octet-stream"), "never shown under this origin");
}

#[test]
fn line_15_while_somebody_writes_together_with_the_holder_nothing_else_is_answered() {
    let here = Here::of_priya();
    let larch = here.home.larch();
    let page = here.unlocked();
    let attach = json!({"name": "Keziah Ansah-Rowe", "phone": "01632 960001"});
    let attached = here.ask(&Ask::post(&format!("/api/assessments/{larch}/attach"), &attach).of(&page));
    assert_eq!(attached.status, 200, "{attached:?}");
    let record = attached.json()["record"].as_str().unwrap().to_owned();
    let begin = json!({"record": record, "whose": "young-people"});
    assert_eq!(here.ask(&Ask::post("/api/together", &begin).of(&page)).status, 200);
    for path in
        ["/list", "/status", "/caseload", "/work", "/guide", "/danger", "/computer", "/nothing", &format!("/records/{record}")]
    {
        let answer = here.ask(&Ask::get(&format!("/api{path}")).of(&page));
        assert_eq!(answer.status, 423, "{path}");
        assert!(answer.body.contains("\"together\"") && !answer.body.contains("Keziah"), "{answer:?}");
    }
    for path in ["/setup", "/example", "/relay", "/quit", "/backup", "/together", "/restore"] {
        assert_eq!(here.ask(&Ask::post(&format!("/api{path}"), &begin).of(&page)).status, 423, "{path}");
    }
    // Another window of the same program is no way out.
    let other = here.page();
    assert_eq!(here.ask(&Ask::get("/api/caseload").of(&other)).status, 423);
    let state = here.ask(&Ask::get("/api/state").of(&other));
    assert_eq!((state.json()["state"].as_str(), state.json()["profile"].is_null()), (Some("together"), true));
    for word in ["Larch", "Keziah", "Marsh", &record] {
        assert!(!state.body.contains(word), "the state tells {word}");
    }
    // What is typed is held for pages that are let in, comes back after the passphrase, and is nowhere else.
    let typed = json!({"language": "cy", "screen": "step", "step": 1, "answers": [
        {"question": "friends", "chosen": ["listen"], "words": "Brindlewick waits", "skipped": false, "audience": "team",
         "voice": null, "drawing": null}
    ]});
    let held = || here.ask(&Ask::get("/api/together/typed").of(&page));
    assert!(!held().body.contains("friends"), "nothing was typed yet");
    assert_eq!(here.ask(&Ask { method: "PUT", ..Ask::post("/api/together/typed", &typed) }.of(&page)).status, 200);
    assert_eq!(held().json(), typed);
    let unproven = Ask::get("/api/together/typed").with("cookie", &page.cookie);
    assert_eq!(here.ask(&unproven).status, 401, "a page that was loaded anew is not told before the passphrase");
    assert!(!here.ask(&Ask::get("/api/state").of(&page)).body.contains("Brindlewick"));
    let again = here.ask(&Ask::post("/api/unlock", &json!({"passphrase": PASSPHRASE})).of(&page));
    assert_eq!((again.status, here.ask(&Ask::get("/api/list").of(&page)).status), (200, 423), "it goes on where it was");
    assert_eq!(held().json(), typed);
    let said = json!({"language": "en", "attached": [], "answers": [
        {"question": "friends", "choices": [], "words": "They wait for me.", "skipped": false, "team": true}
    ]});
    assert_eq!(here.ask(&Ask::post("/api/together/said", &said).of(&page)).status, 200);
    assert_eq!(here.ask(&Ask::post("/api/together/said", &said).of(&page)).status, 422, "it is kept once");
    assert!(!held().body.contains("Brindlewick"), "kept, and not held any more");
    assert_eq!(here.ask(&Ask { method: "PUT", ..Ask::post("/api/together/typed", &typed) }.of(&page)).status, 200);
    assert!(!held().body.contains("Brindlewick"), "a page that is late brings nothing back");
    let wrong = json!({"passphrase": "not the passphrase at all"});
    assert_eq!(here.ask(&Ask::post("/api/unlock", &wrong).of(&page)).status, 403);
    assert_eq!(here.ask(&Ask::get("/api/list").of(&page)).status, 423);
    assert_eq!(here.ask(&Ask::post("/api/unlock", &json!({"passphrase": PASSPHRASE})).of(&page)).status, 200);
    assert_eq!(here.ask(&Ask::get("/api/list").of(&page)).status, 200);
    let shown = here.ask(&Ask::get(&format!("/api/records/{record}")).of(&page)).json();
    assert_eq!(shown["view"]["arrived"][0]["together"], true);
    // The holder leaves: what was typed and not kept goes, and is not there the next time.
    assert_eq!(here.ask(&Ask::post("/api/together", &begin).of(&page)).status, 200);
    assert_eq!(here.ask(&Ask { method: "PUT", ..Ask::post("/api/together/typed", &typed) }.of(&page)).status, 200);
    let leave = json!({"passphrase": PASSPHRASE, "leave": true});
    assert_eq!(here.ask(&Ask::post("/api/unlock", &leave).of(&page)).status, 200);
    assert_eq!(here.ask(&Ask::get("/api/list").of(&page)).status, 200);
    assert_eq!(here.ask(&Ask::post("/api/together", &begin).of(&page)).status, 200);
    assert!(!held().body.contains("Brindlewick"));
}

#[test]
fn line_14_a_form_of_another_page_does_nothing() {
    let here = Here::bare();
    let page = here.page();
    // Even from its own origin: a form cannot send JSON, nor the page's token.
    let form =
        |ask: Ask| Ask { body: Some("passphrase=x".into()), ..ask }.with("content-type", "application/x-www-form-urlencoded");
    assert_eq!(here.ask(&form(Ask::post("/api/lock", &json!({})).with("cookie", &page.cookie))).status, 401);
    assert_eq!(here.ask(&form(Ask::post("/api/setup", &json!({})).of(&page))).status, 415);
    assert_eq!(here.ask(&form(Ask::post("/api/setup", &json!({})).of(&page)).with("origin", "https://evil.example")).status, 403);
    let text =
        Ask::post("/api/unlock", &json!({"passphrase": "x"})).with("cookie", &page.cookie).with("content-type", "text/plain");
    assert_eq!(here.ask(&text).status, 415);
    // The other cases of this line (rebinding, replay, other ports, frames, violations in a crawl) are in the lines above and in
    // the browser's tests.
}

#[test]
fn the_first_run_makes_a_profile_that_the_command_line_knows_too() {
    let here = Here::bare();
    let page = here.page();
    let state = here.ask(&Ask::get("/api/state").of(&page)).json();
    assert_eq!(state["state"], "new");
    assert_eq!(state["passphrase"].as_str().unwrap().split(' ').count(), 6);
    assert_eq!(here.ask(&Ask::get("/api/list").of(&page)).status, 409);
    let mut new = json!({"name": "Priya Marsh", "agency": "children's social care", "role": "social worker", "phone": "01632 960 001", "passphrase": "short"});
    let refused = here.ask(&Ask::post("/api/setup", &new).of(&page));
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (422, Some("weak-passphrase")));
    new["passphrase"] = PASSPHRASE.into();
    let made = here.ask(&Ask::post("/api/setup", &new).of(&page));
    assert_eq!(made.status, 200, "{made:?}");
    let page = Page { cookie: made.cookie().unwrap(), token: made.json()["page"].as_str().unwrap().to_owned() };
    let state = here.ask(&Ask::get("/api/state").of(&page)).json();
    assert_eq!(
        (state["state"].as_str(), state["profile"]["phone"].as_str(), state["tree"].as_str()),
        (Some("open"), Some("01632 960 001"), Some("Larch"))
    );
    assert_eq!(here.ask(&Ask::post("/api/setup", &new).of(&page)).status, 422, "there is one already");
    let begun = here.ask(&Ask::post("/api/assessments", &json!({"title": "Larch"})).of(&page)).json();
    let id = begun["assessment"].as_str().unwrap().to_owned();
    assert!(here.home.text(&["show", "Larch"]).done().out.contains("Larch"));
    // A draft is kept on this computer, and nowhere in the document.
    let draft = Ask {
        method: "PUT",
        ..Ask::post(&format!("/api/assessments/{id}/drafts"), &json!({"field": "write first", "text": "They wait", "known": 0}))
    };
    assert_eq!(here.ask(&draft.of(&page)).status, 200);
    let shown = here.ask(&Ask::get(&format!("/api/assessments/{id}")).of(&page)).json();
    assert_eq!(
        (shown["drafts"]["write first"]["text"].as_str(), shown["overview"]["entries"].as_u64()),
        (Some("They wait"), Some(0))
    );
    assert_eq!(shown["role"], "lead");
    // What a page may not do by itself.
    let spoof = json!({"do": "introduce-myself", "name": "Somebody", "agency": "x", "role": "y"});
    assert_eq!(here.ask(&Ask::post(&format!("/api/assessments/{id}/commands"), &spoof).of(&page)).status, 422);
    let long = json!({"do": "add-entry", "dimension": "1.6", "kind": "worry", "text": "a".repeat(100_001)});
    let refused = here.ask(&Ask::post(&format!("/api/assessments/{id}/commands"), &long).of(&page));
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (422, Some("too-long")));
}

#[test]
fn whoever_works_offline_is_connected_by_nothing_but_their_own_word() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let here = Here::of_priya();
    let id = here.home.larch();
    let page = here.unlocked();
    assert_eq!(here.ask(&Ask::post("/api/offline", &json!({"offline": true})).of(&page)).status, 200);
    assert_eq!(here.ask(&Ask::post("/api/relay", &json!({"url": address})).of(&page)).status, 200);
    for (call, body) in [
        ("invite", json!({"role": "contributor", "expires": "7d"})),
        ("requests", json!({})),
        ("admit", json!({"request": "aaaaaa", "words": "a b c d"})),
        ("remove", json!({"member": "aaaaaa", "why": "x"})),
    ] {
        let refused = here.ask(&Ask::post(&format!("/api/assessments/{id}/{call}"), &body).of(&page));
        assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (422, Some("offline")), "{call}");
    }
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody was rung");
}
