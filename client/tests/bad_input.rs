//! Bad input gets a clear sentence and exit 1 or 2, and nothing is changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use std::net::TcpListener;
use std::process::{Command, Stdio};

use common::{Home, PASSPHRASE, not_tried, run};
use kith_group::{DocumentId, InviteId, Link, Role};

fn link(relay: &str, expires: i64) -> Link {
    Link {
        relay: relay.to_owned(),
        invite: InviteId([1; 16]),
        secret: [2; 32],
        voucher: [3; 16],
        document: DocumentId([4; 16]),
        role: Role::Contributor,
        expires,
    }
}

fn now() -> i64 {
    kith::engine::Clock::default().now()
}

#[test]
fn an_unknown_id_is_told_and_how_to_find_the_right_one() {
    let home = Home::of_priya();
    home.larch();
    let entry = home.entry("They wait for each other.");
    let before = home.contents();
    assert!(!before.is_empty());
    for unknown in ["Beech", "zzzz", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "", "\u{1b}[2J"] {
        for verb in [
            &["show", unknown][..],
            &["status", unknown],
            &["write", unknown, "--dimension", "1.6", "--as", "worry", "--text", "x"],
            &["invite", unknown, "--as", "lead"],
            &["export", unknown, "--format", "html", "--to", "x.html"],
        ] {
            let refused = home.json(verb).refused("unknown-assessment");
            assert!(refused.err.contains("kith list") && !refused.err.contains('\u{1b}'), "{refused:?}");
        }
    }
    for verb in [
        &["edit", "Larch", "zzzzzz", "--text", "x"][..],
        &["edit", "Larch", &entry[..3], "--text", "x"],
        &["retire", "Larch", "zzzzzz", "--why", "x"],
        &["unretire", "Larch", "zzzzzz"],
        &["differ", "Larch", "zzzzzz", "--text", "x"],
    ] {
        home.json(verb).refused("unknown-entry");
    }
    home.json(&["write", "Larch", "--dimension", "9.9", "--as", "worry", "--text", "x"]).refused("unknown-dimension");
    for verb in [&["remove", "Larch", "zzzzzz", "--why", "x"][..], &["role", "Larch", "zzzzzz", "lead"]] {
        let refused = home.json(verb).refused("unknown-member");
        assert!(refused.err.contains("kith members"), "{refused:?}");
    }
    assert_eq!(home.contents(), before);
}

#[test]
fn a_wrong_passphrase_gets_one_sentence_and_no_hint_of_more() {
    let home = Home::of_priya();
    home.larch();
    let before = home.contents();
    for wrong in ["otter lantern maple spoo", "x", "otter lantern maple spoon "] {
        let refused = run(home.command().env("KITH_PASSPHRASE", wrong).args(["--json", "list"])).refused("wrong-passphrase");
        assert_eq!(refused.err, "That passphrase does not open this profile. Nothing was changed; try again.\n");
        // It never says whether what was asked for is there.
        for verb in [&["show", "Larch"][..], &["show", "Beech"], &["sync"], &["verify", "Larch"]] {
            let other = run(home.command().env("KITH_PASSPHRASE", wrong).arg("--json").args(verb)).refused("wrong-passphrase");
            assert_eq!((other.out, other.err), (refused.out.clone(), refused.err.clone()));
        }
    }
    assert_eq!(home.contents(), before);
}

#[test]
fn a_passphrase_is_never_an_argument_and_may_come_from_a_file() {
    let home = Home::of_priya();
    let file = home.folder.path().join("words");
    std::fs::write(&file, format!("{PASSPHRASE}\nsecond line\n")).unwrap();
    let mut command = home.command();
    run(command.env_remove("KITH_PASSPHRASE").args(["--json", "list", "--passphrase-file"]).arg(&file)).done();
    run(home.command().env_remove("KITH_PASSPHRASE").args(["--json", "list"])).refused("no-passphrase");
    std::fs::write(&file, "\n").unwrap();
    run(home.command().args(["--json", "list", "--passphrase-file"]).arg(&file)).refused("passphrase-file");
}

#[test]
fn a_short_passphrase_makes_no_profile() {
    let home = Home::bare();
    let mut command = home.command();
    command.env("KITH_PASSPHRASE", "seven77").args(["--json", "setup", "--name", "P", "--agency", "a", "--role", "r"]);
    run(&mut command).refused("weak-passphrase");
    assert!(!home.profile.exists());
}

#[test]
fn a_mangled_link_is_told_from_what_is_no_link() {
    let home = Home::of_priya();
    let whole = link("wss://relay.example", now() + 1000).to_string();
    let before = home.contents();
    home.json(&["join", "https://example.org"]).refused("not-a-link");
    home.json(&["join", &whole[..whole.len() - 5]]).refused("link-mangled");
    let middle = whole.len() / 2;
    let other = if whole.as_bytes()[middle] == b'a' { 'b' } else { 'a' };
    home.json(&["join", &format!("{}{other}{}", &whole[..middle], &whole[middle + 1..])]).refused("link-mangled");
    assert_eq!(home.contents(), before);
}

#[test]
fn an_expired_link_names_its_time_and_the_clock() {
    let home = Home::of_priya();
    let before = home.contents();
    let refused = home.json(&["join", &link("wss://relay.example", now() - 60).to_string()]).refused("link-expired");
    assert!(refused.err.contains("clock"), "{}", refused.err);
    assert_eq!(home.contents(), before);
    // On a computer without a profile none is made for it.
    let bare = Home::bare();
    let late = link("wss://relay.example", now() - 60).to_string();
    bare.json(&["join", &late, "--name", "N", "--agency", "a", "--role", "r"]).refused("link-expired");
    assert!(!bare.profile.exists());
}

#[test]
fn a_clock_that_is_a_year_fast_is_suspected_when_a_link_seems_too_old() {
    use kith::cli::{self, Verb};
    use kith::engine::{Clock, Engine, Person, Profile};
    use kith::store::KeyCost;
    let folder = tempfile::tempdir().unwrap();
    let person = Person { name: "P".into(), agency: "a".into(), role: "r".into() };
    let profile = Profile::create(folder.path(), PASSPHRASE, &person, None, KeyCost::TESTS).unwrap();
    let fast = Clock { offset_ms: 366 * 24 * 3_600_000 };
    let engine = Engine::start(profile.with_clock(fast)).unwrap();
    let verb = Verb::Join(cli::Join {
        link: link("wss://relay.example", now() + 1000).to_string(),
        name: None,
        agency: None,
        role: None,
    });
    let refused = kith::verbs::run(&engine, &verb, &kith::verbs::Manner::of_this_computer()).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.exit), ("link-expired", 1));
    assert!(refused.message.contains("clock is wrong"));
    assert!(engine.look(|work| Ok(work.core().joins(work.rows())?)).unwrap().is_empty(), "nothing was asked");
    engine.stop().unwrap();
}

#[test]
fn a_link_to_an_unencrypted_relay_elsewhere_is_refused() {
    let home = Home::of_priya();
    let before = home.contents();
    home.json(&["join", &link("ws://relay.example", now() + 1000).to_string()]).refused("not-encrypted");
    home.json(&["relay", "ws://10.1.2.3:7600"]).refused("not-encrypted");
    home.json(&["relay", "relay.example"]).refused("not-an-address");
    assert_eq!(home.contents(), before);
    let bare = Home::bare();
    bare.setup(&["--relay", "ws://relay.example"]).refused("not-encrypted");
    assert!(!bare.profile.exists());
}

#[test]
fn a_relay_that_is_down_is_told_and_what_was_written_stays() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", free.local_addr().unwrap());
    drop(free);
    let home = Home::of_priya();
    home.json(&["relay", &address]).done();
    home.larch();
    home.entry("They wait for each other.");
    let refused = home.json(&["sync"]).refused("relay");
    assert!(refused.err.contains("cannot be used now") && refused.err.contains("kept here"), "{}", refused.err);
    let invited = home.json(&["invite", "Larch", "--as", "contributor"]).done();
    assert_eq!(invited.json()["ready"], false);
    assert!(invited.err.contains("kith sync"), "{}", invited.err);
    assert_eq!(home.json(&["status"]).done().json()["assessments"][0]["sent"], false);
    assert!(home.text(&["show", "Larch"]).done().out.contains("They wait for each other."));
}

/// A server that speaks WebSocket and then says `frame`.
fn other_server(frame: Vec<u8>) -> String {
    use futures_util::{SinkExt, StreamExt};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let frame = frame.clone();
                tokio::spawn(async move {
                    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
                    let _ = socket.send(tokio_tungstenite::tungstenite::Message::Binary(frame.into())).await;
                    while let Some(Ok(_)) = socket.next().await {}
                });
            }
        });
    });
    address
}

#[test]
fn a_relay_of_another_version_is_told() {
    let home = Home::of_priya();
    home.json(&["relay", &other_server(vec![9, 0x80])]).done();
    home.larch();
    let refused = home.json(&["sync"]).refused("relay-refused");
    assert!(refused.err.contains("version 9") && refused.err.contains("Update"), "{}", refused.err);
}

#[test]
fn two_processes_on_one_profile_take_turns() {
    let home = Home::of_priya();
    home.larch();
    let children: Vec<_> = (0..4)
        .map(|number| {
            let mut command = home.command();
            command
                .args(["--json", "write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", &format!("Number {number}")])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in children {
        common::ended(child).done();
    }
    let shown = home.text(&["show", "Larch"]).done();
    for number in 0..4 {
        assert!(shown.out.contains(&format!("Number {number}")), "{}", shown.out);
    }
}

#[test]
fn a_process_that_never_lets_go_is_told() {
    let home = Home::of_priya();
    let held = kith::store::Store::open(&home.profile, PASSPHRASE).unwrap();
    home.json(&["list"]).refused("in-use");
    drop(held);
    home.json(&["list"]).done();
}

#[test]
fn a_corrupt_page_is_told_and_the_file_stays_as_it_is() {
    let home = Home::of_priya();
    home.larch();
    for number in 0..30 {
        home.entry(&format!("{number} {}", "They wait for each other. ".repeat(20)));
    }
    let path = home.profile.join("kith.db");
    let whole = std::fs::read(&path).unwrap();
    let mut told = 0;
    for page in 0..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096 + 2000] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        let read = home.json(&["history", "Larch"]);
        // A page that this verb does not read cannot be missed by it.
        if read.code != 0 {
            let refused = read.refused("store-damaged");
            assert!(refused.err.contains("safe"), "{}", refused.err);
            assert_eq!(std::fs::read(&path).unwrap(), damaged);
            told += 1;
        }
    }
    assert!(told > 3, "{told} damaged pages were noticed");
    std::fs::write(&path, &whole).unwrap();
    home.json(&["show", "Larch"]).done();
}

#[test]
fn ten_megabytes_of_text_are_refused_before_they_are_stored() {
    let home = Home::of_priya();
    home.larch();
    let entry = home.entry("They wait for each other.");
    let before = home.contents();
    let text = vec![b'a'; 10 << 20];
    home.with_input(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "-"], &text).refused("too-long");
    home.with_input(&["edit", "Larch", &entry, "--text", "-"], &text).refused("too-long");
    home.with_input(&["differ", "Larch", &entry, "--text", "-"], &text).refused("too-long");
    // What a command line can carry is less, and also more than a title, a name or a reason may have.
    let long = "a".repeat(100_000);
    home.json(&["retire", "Larch", &entry, "--why", &long]).refused("too-long");
    home.json(&["new", "--title", &long, "--trigger", "panel", "--purpose", "p"]).refused("too-long");
    home.json(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "x", "--said-by", &long]).refused("too-long");
    home.json(&["join", &long]).refused("not-a-link");
    home.json(&["show", &long]).refused("unknown-assessment");
    assert_eq!(home.contents(), before);
    // What an entry may hold is more than one change holds: it is split.
    let long = "Sie warten aufeinander. ".repeat(3000);
    home.with_input(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "-"], long.as_bytes()).done();
    let shown = home.json(&["show", "Larch"]).done().json();
    assert!(shown.to_string().contains(long.trim_end()));
}

#[test]
fn control_characters_are_refused_and_never_reach_a_terminal() {
    let home = Home::of_priya();
    home.larch();
    let entry = home.entry("They wait for each other.");
    let before = home.contents();
    for text in ["a\u{1b}[2Jb", "a\u{7}b", "a\u{9b}31mb"] {
        for verb in [
            &["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", text][..],
            &["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "x", "--said-by", text],
            &["edit", "Larch", &entry, "--text", text],
            &["differ", "Larch", &entry, "--text", text],
            &["retire", "Larch", &entry, "--why", text],
            &["new", "--title", text, "--trigger", "panel", "--purpose", "p"],
            &["new", "--title", "Beech", "--trigger", "panel", "--purpose", text],
        ] {
            let refused = home.json(verb).refused("control-character");
            assert!(!refused.err.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{refused:?}");
        }
    }
    home.with_input(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "-"], b"a\0b")
        .refused("control-character");
    home.with_input(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "-"], b"\xff\xfe").refused("not-text");
    assert_eq!(home.contents(), before);
    let bare = Home::bare();
    let run = bare.json(&["setup", "--name", "a\u{1b}b", "--agency", "a", "--role", "r"]);
    run.refused("control-character");
    assert!(!bare.profile.exists());
    // A bidirectional override is text, and is shown for what it is.
    home.entry("a\u{202e}b");
    assert!(home.text(&["show", "Larch"]).done().out.contains("⟨U+202E⟩"));
    let json = home.json(&["show", "Larch"]).done();
    assert!(!json.out.contains('\u{202e}') && json.json().to_string().contains('\u{202e}'));
}

#[test]
fn every_script_is_kept_as_it_was_typed() {
    let home = Home::of_priya();
    home.larch();
    for text in ["שלום לכולם", "مرحبا بكم", "e\u{301}tude", "👩‍👧 ok", "日本語", "a\u{200f}b"] {
        home.entry(text);
        assert!(home.json(&["show", "Larch"]).done().json().to_string().contains(text), "{text}");
        assert!(home.text(&["show", "Larch"]).done().out.contains(text), "{text}");
    }
}

#[test]
fn empty_input_is_refused() {
    let home = Home::of_priya();
    home.larch();
    let entry = home.entry("They wait for each other.");
    let before = home.contents();
    for text in ["", "  ", "\n"] {
        home.json(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", text]).refused("empty");
        home.json(&["edit", "Larch", &entry, "--text", text]).refused("empty");
        home.json(&["retire", "Larch", &entry, "--why", text]).refused("empty");
        home.json(&["differ", "Larch", &entry, "--text", text]).refused("empty");
        home.json(&["new", "--title", text, "--trigger", "panel", "--purpose", "p"]).refused("empty");
        home.json(&["new", "--title", "Beech", "--trigger", "panel", "--purpose", text]).refused("empty");
        home.json(&["remove", "Larch", "Priya Marsh", "--why", text]).refused("empty");
        home.json(&["join", text]).refused("not-a-link");
        home.json(&["relay", text]).refused("not-an-address");
    }
    home.with_input(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "-"], b"").refused("empty");
    assert_eq!(home.contents(), before);
    let bare = Home::bare();
    bare.json(&["setup", "--name", " ", "--agency", "a", "--role", "r"]).refused("empty");
    assert!(!bare.profile.exists());
}

#[test]
fn an_export_never_overwrites_unasked() {
    let home = Home::of_priya();
    home.larch();
    home.entry("They wait for each other.");
    let file = home.folder.path().join("larch.html");
    let name = file.to_str().unwrap();
    std::fs::write(&file, "precious").unwrap();
    home.json(&["export", "Larch", "--format", "html", "--to", name]).refused("export");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    home.json(&["export", "Larch", "--format", "html", "--to", name, "--replace"]).done();
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.contains("They wait for each other.") && !page.contains("<script"));
    home.json(&["export", "Larch", "--format", "json", "--to", "/no/such/folder/x"]).refused("export");
    // Nothing half-written is left beside it.
    let left: Vec<_> = std::fs::read_dir(home.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn text_that_looks_like_markup_stays_text_in_the_page() {
    let home = Home::of_priya();
    home.larch();
    home.entry("<script>alert(1)</script> & \"quoted\"");
    home.json(&["export", "Larch", "--format", "html", "--to", "larch.html"]).done();
    let page = std::fs::read_to_string(home.folder.path().join("larch.html")).unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
}

#[test]
fn a_reader_that_cannot_be_asked_leaves_no_summary_behind() {
    let home = Home::of_priya();
    home.larch();
    home.json(&["invite", "Larch", "--as", "reader"]).refused("no-relay");
    let shown = home.json(&["show", "Larch"]).done().json();
    assert_eq!(shown["view"]["life"]["summary"], serde_json::Value::Null);
}

#[cfg(target_os = "linux")]
fn mounted(options: &str, at: &std::path::Path) -> bool {
    let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

#[cfg(target_os = "linux")]
struct Unmount<'a>(&'a std::path::Path);

#[cfg(target_os = "linux")]
impl Drop for Unmount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_nothing_that_was_saved_is_lost() {
    let mut home = Home::bare();
    let disk = home.folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    if !mounted("size=2m", &disk) {
        return not_tried("a full disk: mounting a tmpfs is not permitted here");
    }
    let _unmount = Unmount(&disk);
    home.profile = disk.join("profile");
    home.setup(&[]).done();
    home.larch();
    home.entry("Written while there was room.");
    let filler = disk.join("filler");
    let _ = std::fs::write(&filler, vec![0; 4 << 20]);
    let text = "a".repeat(15_000);
    let mut full = 0;
    for _ in 0..3 {
        let run = home.json(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", &text]);
        if run.code != 0 {
            run.refused("disk-full");
            full += 1;
        }
    }
    assert!(full > 0, "the disk never filled");
    std::fs::remove_file(&filler).unwrap();
    let shown = home.text(&["show", "Larch"]).done();
    assert!(shown.out.contains("Written while there was room."));
    // What was refused is not there, and what was not is.
    assert_eq!(shown.out.matches("aaaaaaaaaa").count() > 0, full < 3, "{full} refused");
    let lines = home.json(&["history", "Larch"]).done().json()["lines"].as_array().unwrap().len();
    home.json(&["verify", "Larch"]).done();
    home.entry("Written when there was room again.");
    assert!(home.json(&["history", "Larch"]).done().json()["lines"].as_array().unwrap().len() >= lines);
    // A disk without room for a profile gets none, nor half of one.
    let _ = std::fs::write(&filler, vec![0; 4 << 20]);
    let another = Home { folder: tempfile::tempdir().unwrap(), profile: disk.join("another") };
    another.setup(&[]).refused("disk-full");
    assert!(!another.profile.exists(), "{:?}", another.contents());
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_only_be_read_is_told_and_stays_as_it_is() {
    let mut home = Home::bare();
    let disk = home.folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    if !mounted("size=8m", &disk) {
        return not_tried("a read-only folder: mounting a tmpfs is not permitted here");
    }
    let _unmount = Unmount(&disk);
    home.profile = disk.join("profile");
    home.setup(&[]).done();
    home.larch();
    let before = home.contents();
    assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&disk).status().unwrap().success());
    home.json(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "x"]).refused("read-only");
    assert_eq!(home.contents(), before);
    home.profile = disk.join("another");
    home.setup(&[]).refused("read-only");
}
