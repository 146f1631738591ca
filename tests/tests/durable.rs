//! "Saved" and "accepted" are said only of what is on the disk: a trace of the system calls shows the sync before each answer. (That
//! both stores read `synchronous=FULL` back when they open, and refuse to go on without it, is tested where they are.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.
#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use data_encoding::HEXLOWER;
use kith_group::DocumentId;
use kith_sync::wire::ServerMessage;
use kith_tests::processes::{Practitioner, Relay, RelayLog, program};

/// What a process did that matters here, in the order in which it was done.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Deed {
    /// Wrote to a file; counted when it is done.
    Wrote { file: String, bytes: Vec<u8> },
    /// A file is on the disk; counted when the call has returned, with the place at which it was begun.
    Synced { file: String, begun: usize },
    /// Said something (output or socket); counted when it is begun.
    Said { to: String, bytes: Vec<u8> },
}

/// A tracer that writes to `log`, if this machine has one and lets it trace.
fn tracer(log: &Path) -> Option<Command> {
    let allowed = Command::new("strace").args(["-o", "/dev/null", "true"]).output().is_ok_and(|output| output.status.success());
    if !allowed {
        println!("NOT TESTED: this machine has no strace, or does not let it trace. Syncs before answers are not shown here.");
        return None;
    }
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-xx", "-s", "300000", "-e"]);
    command.arg("trace=write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync").arg("-o").arg(log);
    Some(command)
}

/// All quoted or bracketed hexadecimal of a traced call, and its name.
fn read_trace(log: &Path) -> Vec<Deed> {
    let text = std::fs::read_to_string(log).unwrap();
    let mut deeds = Vec::new();
    // Calls that another thread interrupted in the trace: their beginning, by thread.
    let mut begun: HashMap<&str, (&str, usize)> = HashMap::new();
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix("<unfinished ...>") {
            begun.insert(thread, (start, deeds.len()));
            if let Some(deed @ Deed::Said { .. }) = deed_of(start, deeds.len()) {
                deeds.push(deed);
            }
        } else if call.starts_with("<...") {
            let Some((start, at)) = begun.remove(thread) else { continue };
            let failed = call.contains(" = -1");
            match deed_of(start, at) {
                Some(Deed::Said { .. }) | None => {}
                Some(deed) if !failed => deeds.push(deed),
                Some(_) => {}
            }
        } else if !call.contains(" = -1") {
            let at = deeds.len();
            deeds.extend(deed_of(call, at));
        }
    }
    deeds
}

fn deed_of(call: &str, begun: usize) -> Option<Deed> {
    let (name, rest) = call.split_once('(')?;
    let (number, rest) = rest.split_once('<')?;
    let (target, rest) = rest.split_once('>')?;
    let target = String::from_utf8_lossy(&unescaped(target)).into_owned();
    let bytes = || rest.split('"').skip(1).step_by(2).flat_map(unescaped).collect();
    match name {
        "fsync" | "fdatasync" => Some(Deed::Synced { file: target, begun }),
        "pwrite64" => Some(Deed::Wrote { file: target, bytes: bytes() }),
        "write" | "writev" | "sendto" | "sendmsg" if number == "1" => Some(Deed::Said { to: "output".into(), bytes: bytes() }),
        "write" | "writev" | "sendto" | "sendmsg" if target.contains("socket") || target.contains("TCP") => {
            Some(Deed::Said { to: target, bytes: bytes() })
        }
        _ => None,
    }
}

/// `\x41\x42`, or text as it is.
fn unescaped(text: &str) -> Vec<u8> {
    if !text.starts_with("\\x") {
        return text.as_bytes().to_vec();
    }
    let hex: String = text.split("\\x").collect();
    HEXLOWER.decode(hex.as_bytes()).unwrap_or_default()
}

/// Whether what was written to `file` at `place` was synced before `end`.
fn synced_between(deeds: &[Deed], file: &str, place: usize, end: usize) -> bool {
    let after = |deed: &Deed| matches!(deed, Deed::Synced { file: of, begun } if of == file && *begun > place);
    deeds[..end].iter().any(after)
}

fn file_name(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}

#[test]
fn an_edit_is_on_the_disk_before_it_is_called_saved() {
    let folder = tempfile::tempdir().unwrap();
    let priya = Practitioner::set_up(folder.path(), "Priya Marsh", "care", "social worker", "ws://127.0.0.1:9");
    let id = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let log = folder.path().join("trace");
    let Some(mut strace) = tracer(&log) else { return };
    priya.dress(&mut strace);
    strace.arg(program("kith-under-test")).args(["write", &id, "--dimension", "1.6", "--as", "strength", "--text", "They wait."]);
    let output = strace.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let deeds = read_trace(&log);
    let wal = file_name(&priya.folder.join("kith.db")) + "-wal";
    let said = deeds.iter().position(
        |deed| matches!(deed, Deed::Said { to, bytes } if to == "output" && bytes.starts_with(b"Saved on this computer")),
    );
    let said = said.expect("it says that it is saved");
    let is_write = |deed: &Deed| matches!(deed, Deed::Wrote { file, .. } if *file == wal);
    let last = deeds[..said].iter().rposition(is_write).expect("the edit goes to the write-ahead log");
    assert!(synced_between(&deeds, &wal, last, said), "the write-ahead log is synced between the edit and the word");
    // The control: without that sync the same search finds nothing.
    let mut without = deeds.clone();
    without.retain(|deed| !matches!(deed, Deed::Synced { file, .. } if *file == wal));
    let said = without.len();
    assert!(!synced_between(&without, &wal, last, said), "the search does not find a sync that is not there");
}

#[test]
fn a_record_is_on_the_relays_disk_before_it_is_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("trace");
    let Some(mut strace) = tracer(&log) else { return };
    // The tracer steps aside (-D), so that the process started here is the relay itself and ends when it is told.
    strace.env_remove("KITH_RELAY_LOG").arg("-D").arg(program("kith-relay-under-test"));
    let data = folder.path().join("relay");
    let relay = Relay::start_with(strace, &data, SocketAddr::from(([127, 0, 0, 1], 0)));
    let priya = Practitioner::set_up(&folder.path().join("priya"), "Priya Marsh", "care", "social worker", &relay.url);
    let id = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    for number in 0..3 {
        priya.write(&id, &format!("entry {number}"));
        priya.sync();
    }
    relay.stop();
    // The tracer ends after what it traces.
    for _ in 0..1000 {
        if std::fs::read_to_string(&log).unwrap().trim_end().ends_with("+++ exited with 0 +++") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let deeds = read_trace(&log);
    let wal = file_name(&kith_relay::store_file(&data)) + "-wal";
    let records = RelayLog::open(&data).records;
    let document: DocumentId = id.parse().unwrap();
    let mut acknowledged = 0;
    for (place, deed) in deeds.iter().enumerate() {
        let Deed::Said { bytes, .. } = deed else { continue };
        for seq in accepted(bytes, &document) {
            acknowledged += 1;
            // A window from the sealed middle of the record, which lies in the log's pages as it is.
            let record = &records[usize::try_from(seq).unwrap() - 1];
            let window = &record[record.len() / 2..record.len() / 2 + 24];
            let holds = |deed: &Deed| matches!(deed, Deed::Wrote { file, bytes } if *file == wal && bytes.windows(24).any(|part| part == window));
            let written = deeds[..place].iter().position(holds);
            let written = written.unwrap_or_else(|| panic!("record {seq} is written before it is acknowledged"));
            assert!(synced_between(&deeds, &wal, written, place), "record {seq} is synced before it is acknowledged");
        }
    }
    assert!(acknowledged >= 3, "{acknowledged} acknowledgements were seen in the trace");
}

/// The places that a relay's frames (one or several WebSocket messages) say were accepted.
fn accepted(mut bytes: &[u8], document: &DocumentId) -> Vec<u64> {
    let mut places = Vec::new();
    while let [0x82, length, rest @ ..] = bytes {
        let (length, rest) = match (length, rest) {
            (126, [high, low, rest @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            (length, rest) => (usize::from(*length), rest),
        };
        let Some((frame, more)) = rest.split_at_checked(length) else { break };
        if let Ok(ServerMessage::Accepted { document: of, seq, .. }) = ServerMessage::from_frame(frame)
            && of == *document
        {
            places.push(seq);
        }
        bytes = more;
    }
    places
}
