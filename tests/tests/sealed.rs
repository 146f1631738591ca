//! No title, name, agency, role, text or label can be found in what the relay keeps or logs, in what travels, or in any file of a
//! profile: searched as text (UTF-8 and UTF-16, both orders), as hexadecimal, base32 and base64, while the processes run and after.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use futures_util::SinkExt;
use kith_tests::processes::{PASSPHRASE, Practitioner, Relay, every_file, free_port, relay_program, terminate};

/// Words that nothing else in these files can hold by chance.
const WORDS: [&str; 16] = [
    "Quillonbright", // title
    "Zephyrantha",   // purpose
    "Vantreauxine",  // names
    "Okonkwolde",
    "Brambleshire", // agencies
    "Kestrelmoor",
    "Lanternwright", // roles
    "Orchardwarden",
    "Thistlebeck", // texts
    "Marigoldspur",
    "Fennelcroft",
    "Juniperlodge",  // who said it
    "Saffronquay",   // why taken back
    "Hazelwickham",  // for whom a link is
    "Rowanstead",    // why removed
    "Peregrinelass", // a second version of a text
];

/// One form in which a word could lie somewhere.
struct Needle {
    word: &'static str,
    form: &'static str,
    bytes: Vec<u8>,
}

/// Every form of every word. In base32 and base64 a word looks different at each offset within a group: the characters that do
/// not depend on its neighbours are looked for.
fn needles(words: &[&'static str]) -> Vec<Needle> {
    let mut needles = Vec::new();
    for word in words.iter().copied() {
        let mut add = |form: &'static str, bytes: Vec<u8>| needles.push(Needle { word, form, bytes });
        for (form, spelt) in
            [("as it is", word.to_owned()), ("lower case", word.to_lowercase()), ("upper case", word.to_uppercase())]
        {
            add(form, spelt.clone().into_bytes());
            add("UTF-16LE", spelt.encode_utf16().flat_map(u16::to_le_bytes).collect());
            add("UTF-16BE", spelt.encode_utf16().flat_map(u16::to_be_bytes).collect());
            add("hex", HEXLOWER.encode(spelt.as_bytes()).into_bytes());
            add("HEX", HEXUPPER.encode(spelt.as_bytes()).into_bytes());
            for (form, encode, group, characters) in
                [("base64", &BASE64_NOPAD, 3, 4), ("base64url", &BASE64URL_NOPAD, 3, 4), ("base32", &BASE32_NOPAD, 5, 8)]
            {
                for offset in 0..group {
                    let shifted = [vec![0; offset], spelt.clone().into_bytes()].concat();
                    let whole = shifted.len() / group * group;
                    let from = offset.div_ceil(group) * group;
                    let text = encode.encode(&shifted[from..whole]);
                    debug_assert!(text.len() >= characters);
                    add(form, text.to_lowercase().into_bytes());
                    add(form, text.into_bytes());
                }
            }
        }
    }
    needles
}

/// Where one of the needles lies in `bytes`.
fn found(needles: &[Needle], bytes: &[u8]) -> Option<String> {
    // By first byte, so that many needles cost hardly more than one.
    let mut by_first: Vec<Vec<&Needle>> = (0..256).map(|_| Vec::new()).collect();
    for needle in needles {
        by_first[usize::from(needle.bytes[0])].push(needle);
    }
    (0..bytes.len()).find_map(|at| {
        let rest = &bytes[at..];
        let hit = by_first[usize::from(rest[0])].iter().find(|needle| rest.starts_with(&needle.bytes))?;
        Some(format!("\"{}\" ({}) at byte {at}", hit.word, hit.form))
    })
}

fn nothing_in_files(needles: &[Needle], folder: &Path, when: &str) -> usize {
    let files = every_file(folder);
    for (path, bytes) in &files {
        assert_eq!(found(needles, bytes), None, "{} {when}", path.display());
    }
    files.len()
}

/// What went one way on one connection.
type Stream = Arc<Mutex<Vec<u8>>>;

/// A proxy that keeps every byte that it passes on.
struct Tap {
    address: SocketAddr,
    /// One direction of one connection each.
    streams: Arc<Mutex<Vec<Stream>>>,
}

impl Tap {
    /// Stands before `to`.
    fn before(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let streams: Arc<Mutex<Vec<Stream>>> = Arc::default();
        let all = Arc::clone(&streams);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let Ok(near) = near else { continue };
                let Ok(far) = TcpStream::connect(to) else { continue };
                for (from, into) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                    let kept: Arc<Mutex<Vec<u8>>> = Arc::default();
                    all.lock().unwrap().push(Arc::clone(&kept));
                    std::thread::spawn(move || pass(from, into, &kept));
                }
            }
        });
        Self { address, streams }
    }

    /// All that passed, as it was on the wire, and as a relay reads it (a client's frames are masked on the wire).
    fn heard(&self) -> Vec<Vec<u8>> {
        let streams = self.streams.lock().unwrap();
        let raw: Vec<Vec<u8>> = streams.iter().map(|stream| stream.lock().unwrap().clone()).collect();
        let payloads: Vec<Vec<u8>> = raw.iter().map(|stream| payloads(stream)).collect();
        [raw, payloads].concat()
    }
}

fn pass(mut from: TcpStream, mut into: TcpStream, kept: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 16 << 10];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 || into.write_all(&buffer[..length]).is_err() {
            break;
        }
        kept.lock().unwrap().extend_from_slice(&buffer[..length]);
    }
    let _ = into.shutdown(Shutdown::Write);
}

/// The contents of all WebSocket frames of one direction, unmasked, after the HTTP head.
fn payloads(stream: &[u8]) -> Vec<u8> {
    let Some(head) = stream.windows(4).position(|window| window == b"\r\n\r\n") else { return Vec::new() };
    let mut rest = &stream[head + 4..];
    let mut all = Vec::new();
    while let [_, length, after @ ..] = rest {
        let masked = length & 0x80 != 0;
        let (size, mut after) = match length & 0x7f {
            126 if after.len() >= 2 => (usize::from(u16::from_be_bytes([after[0], after[1]])), &after[2..]),
            127 if after.len() >= 8 => {
                (usize::try_from(u64::from_be_bytes(after[..8].try_into().unwrap())).unwrap(), &after[8..])
            }
            126 | 127 => break,
            size => (usize::from(size), after),
        };
        let mut mask = [0; 4];
        if masked {
            let Some((bytes, more)) = after.split_first_chunk::<4>() else { break };
            (mask, after) = (*bytes, more);
        }
        let Some((payload, more)) = after.split_at_checked(size) else { break };
        all.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        rest = more;
    }
    all
}

#[test]
fn no_word_is_found_in_the_relays_files_its_log_the_traffic_or_a_profile() {
    let folder = tempfile::tempdir().unwrap();
    let (data, listen) = (folder.path().join("relay"), free_port());
    let mut command = relay_program();
    command.env("KITH_RELAY_LOG", "trace").env("TMPDIR", folder.path().join("relay"));
    let relay = Relay::start_with(command, &data, listen);
    let tap = Tap::before(listen);
    let through = format!("ws://{}", tap.address);

    // Two practitioners do all that leaves words behind.
    let home = |name: &str| folder.path().join(name);
    let priya = Practitioner::set_up(&home("a"), "Priya Vantreauxine", "Brambleshire care", "Lanternwright", &through);
    let id = priya.begin("Quillonbright", "They walk home by Zephyrantha unafraid.");
    let nadia = Practitioner::new(&home("b"));
    let write = |who: &Practitioner, text: &str| -> String {
        let verb = ["write", &id, "--dimension", "1.6", "--as", "worry", "--text", text, "--said-by", "Juniperlodge"];
        who.json(&verb)["entry"].as_str().unwrap().to_owned()
    };
    let first = write(&priya, "They meet at Thistlebeck after school.");
    priya.lets_in(&id, &nadia, "Nadia Okonkwolde", "Kestrelmoor academy", "Orchardwarden");
    priya.json(&["invite", &id, "--as", "contributor", "--for", "Hazelwickham"]);
    let mut watch = nadia.command(&["sync", "--watch"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let second = write(&nadia, "Marigoldspur is what they call it.");
    nadia.json(&["differ", &id, &first, "--text", "Fennelcroft, rather."]);
    // Nadia's other program sends what she saved when it gets to it.
    let mut tries = 0;
    while priya.texts(&id).len() < 2 {
        tries += 1;
        assert!(tries < 100, "what Nadia wrote does not come");
        priya.sync();
    }
    priya.json(&["edit", &id, &second, "--text", "Peregrinelass is what they call it."]);
    priya.json(&["retire", &id, &first, "--why", "Saffronquay said so"]);
    priya.sync();
    nadia.sync();
    assert_eq!(nadia.texts(&id).len(), priya.texts(&id).len());
    assert!(nadia.says(&["history", &id]).contains("Vantreauxine"), "the words have arrived");

    let needles = needles(&WORDS);
    let secret = self::needles(&[PASSPHRASE]);
    let everywhere = |when: &str| {
        assert!(nothing_in_files(&needles, &data, when) >= 2, "the relay keeps files");
        let log = std::fs::read(Relay::log_of(&data)).unwrap();
        assert!(log.len() > 1000, "the relay logs at trace level");
        assert_eq!(found(&needles, &log), None, "the relay's log {when}");
        for (number, heard) in tap.heard().iter().enumerate() {
            assert_eq!(found(&needles, heard), None, "traffic {number} {when}");
        }
        for who in ["a", "b"] {
            assert!(nothing_in_files(&needles, &home(who), when) >= 3, "a profile is files");
            nothing_in_files(&secret, &home(who), when);
        }
    };
    everywhere("while all run");
    let removed = priya.json(&["remove", &id, "Nadia Okonkwolde", "--why", "Rowanstead"]);
    assert_eq!(removed["done"], true, "{removed}");
    write(&priya, "Thistlebeck again.");
    priya.sync();
    everywhere("after a removal");
    terminate(&watch);
    watch.wait().unwrap();

    // The controls: each place is searched where words would be.
    assert!(tap.heard().iter().map(Vec::len).sum::<usize>() > 10_000, "the traffic went through the tap");
    said_in_the_clear(&through);
    let found_in_traffic = tap.heard().iter().any(|heard| found(&needles, heard).is_some());
    assert!(found_in_traffic, "a word that travels in the clear is found");
    relay.stop();
    nothing_in_files(&needles, &data, "after the relay has stopped");
    nothing_in_files(&needles, &home("a"), "after all have stopped");
    nothing_in_files(&needles, &home("b"), "after all have stopped");
    let file = home("a").join("larch.json");
    priya.says(&["export", &id, "--format", "json", "--to", &file.display().to_string()]);
    let in_export: Vec<PathBuf> =
        every_file(&home("a")).into_iter().filter(|(_, bytes)| found(&needles, bytes).is_some()).map(|(path, _)| path).collect();
    assert_eq!(in_export, [file], "an export, which is not encrypted, is found, and nothing else");
}

/// Somebody without a Kith says a word to the relay, through the tap.
fn said_in_the_clear(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut socket, _) = tokio_tungstenite::connect_async(format!("{url}/v1")).await.unwrap();
        socket.send(tokio_tungstenite::tungstenite::Message::Binary(b"... Thistlebeck ...".to_vec().into())).await.unwrap();
        let _ = socket.close(None).await;
        // Until the relay has answered the goodbye, the word has passed the tap.
        while let Some(Ok(_)) = futures_util::StreamExt::next(&mut socket).await {}
    });
}

#[test]
fn the_search_finds_a_word_in_every_form() {
    let needles = needles(&WORDS);
    let sentence = "They meet at Thistlebeck after school.";
    let utf16: Vec<u8> = sentence.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut forms = vec![sentence.as_bytes().to_vec(), utf16, sentence.to_uppercase().into_bytes()];
    forms.push(HEXLOWER.encode(sentence.as_bytes()).into_bytes());
    // At every offset within a group.
    for before in 0..5 {
        let shifted = [&"....."[..before], sentence].concat();
        forms.push(BASE64_NOPAD.encode(shifted.as_bytes()).into_bytes());
        forms.push(BASE32_NOPAD.encode(shifted.as_bytes()).to_lowercase().into_bytes());
    }
    for form in forms {
        assert!(found(&needles, &form).is_some(), "{}", String::from_utf8_lossy(&form));
    }
    assert_eq!(found(&needles, "They meet at the beck after school.".as_bytes()), None);
}
