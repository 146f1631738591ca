//! While one process holds a profile (`kith sync --watch`), others work through it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::Home;

/// `sync --watch` towards a relay that is not there.
fn watching(home: &Home) -> Child {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", free.local_addr().unwrap());
    drop(free);
    home.json(&["relay", &address]).done();
    let child = home.command().args(["sync", "--watch"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while !home.profile.join("kith.sock").exists() {
        assert!(Instant::now() < end, "the holder does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

/// What a watch says until it has said this.
fn heard(child: &mut Child, wanted: &str) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = String::new();
    while !said.contains(wanted) {
        said.push_str(&lines.next().expect("it ends before it says so").unwrap());
        said.push('\n');
    }
    // Whoever still speaks is heard to the end.
    std::thread::spawn(move || lines.for_each(drop));
    said
}

fn interrupted(child: Child) -> common::Run {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    common::ended(child)
}

#[test]
fn verbs_beside_a_running_watch_do_what_they_do_alone() {
    let home = Home::of_priya();
    let id = home.larch();
    let alone = home.text(&["show", "Larch"]).done().out;
    let mut watch = watching(&home);
    assert_eq!(home.text(&["show", "Larch"]).done().out, alone);
    let entry = home.entry("Written beside the watch.");
    assert!(home.text(&["show", &id]).done().out.contains("Written beside the watch."));
    home.json(&["edit", "Larch", &entry, "--text", "Edited beside it."]).done();
    // Refusals keep their exit codes and codes.
    home.json(&["show", "Beech"]).refused("unknown-assessment");
    home.json(&["sync", "--watch"]).refused("in-use");
    home.setup(&[]).refused("profile-exists");
    // A file is written by who asked, where who asked stands.
    home.json(&["export", "Larch", "--format", "automerge", "--to", "larch.automerge"]).done();
    let bytes = std::fs::read(home.folder.path().join("larch.automerge")).unwrap();
    assert!(kith_assessment::open(&bytes).is_ok());
    let long = vec![b'a'; 10 << 20];
    home.with_input(&["write", "Larch", "--dimension", "1.6", "--as", "worry", "--text", "-"], &long).refused("too-long");
    let said = heard(&mut watch, "cannot be used now");
    assert!(said.contains("Larch: saved on this computer"), "{said}");
    interrupted(watch).done();
    assert!(!home.profile.join("kith.sock").exists());
    assert!(home.text(&["show", "Larch"]).done().out.contains("Edited beside it."));
}

#[test]
fn only_the_profiles_user_can_reach_the_socket() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::of_priya();
    home.larch();
    let watch = watching(&home);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.profile), 0o700);
    assert_eq!(mode(&home.profile.join("kith.sock")), 0o600);
    interrupted(watch).done();
}

#[test]
fn nonsense_on_the_socket_harms_nobody() {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    let home = Home::of_priya();
    home.larch();
    let watch = watching(&home);
    for bytes in [&b""[..], b"\0", b"\xff\xff\xff\xff", b"\0\0\0\x02{}", b"\0\0\0\x05hello", b"GET / HTTP/1.1\r\n\r\n"] {
        let mut guest = UnixStream::connect(home.profile.join("kith.sock")).unwrap();
        guest.write_all(bytes).unwrap();
        guest.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = guest.read_to_end(&mut Vec::new());
    }
    home.json(&["list"]).done();
    interrupted(watch).done();
}

#[test]
fn a_killed_holder_leaves_the_profile_usable() {
    let home = Home::of_priya();
    home.larch();
    let mut watch = watching(&home);
    home.entry("Written before the end.");
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert!(home.text(&["show", "Larch"]).done().out.contains("Written before the end."));
}

#[cfg(target_os = "linux")]
#[test]
fn a_profile_in_a_very_deep_folder_can_be_held_too() {
    let mut home = Home::bare();
    home.profile = home.folder.path().join("a-folder-with-a-long-name/".repeat(6)).join("profile");
    home.setup(&[]).done();
    home.larch();
    let watch = watching(&home);
    home.entry("Deep.");
    interrupted(watch).done();
}
