//! No title, name, agency, role, text or label can be found in what the relay keeps or logs, in what travels, or in any file of a
//! profile: searched as text (UTF-8 and UTF-16, both orders), as hexadecimal, base32 and base64, while the processes run and after.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use futures_util::SinkExt;
use kith_tests::processes::{PASSPHRASE, Practitioner, Relay, every_file, free_port, relay_program, terminate};
use kith_tests::search::Needles;
use kith_tests::tap::{Heard, Passed, Tap};

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

#[test]
fn no_word_is_found_in_the_relays_files_its_log_the_traffic_or_a_profile() {
    let folder = tempfile::tempdir().unwrap();
    let (data, listen) = (folder.path().join("relay"), free_port());
    let mut command = relay_program();
    command.env("KITH_RELAY_LOG", "trace").env("TMPDIR", folder.path().join("relay"));
    let relay = Relay::start_with(command, &data, listen);
    let tap = Tap::before(listen);
    let through = tap.url();

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

    let needles = Needles::of(&WORDS);
    let secret = Needles::of(&[PASSPHRASE]);
    let everywhere = |when: &str| {
        assert!(needles.nowhere_in(&data, when) >= 2, "the relay keeps files");
        let log = std::fs::read(Relay::log_of(&data)).unwrap();
        assert!(log.len() > 1000, "the relay logs at trace level");
        assert_eq!(needles.found(&log), None, "the relay's log {when}");
        tap.heard().nothing_of(&needles, when);
        for who in ["a", "b"] {
            assert!(needles.nowhere_in(&home(who), when) >= 3, "a profile is files");
            secret.nowhere_in(&home(who), when);
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
    let said = tap.heard().frames.iter().filter(|frames| frames.up).map(|frames| frames.bytes.len()).sum::<usize>();
    assert!(said > 10_000, "the traffic went through the tap");
    said_in_the_clear(&format!("{through}/v1"));
    assert!(found_in(&tap.heard().frames, &needles), "a word that travels in the clear is found");
    relay.stop();
    needles.nowhere_in(&data, "after the relay has stopped");
    needles.nowhere_in(&home("a"), "after all have stopped");
    needles.nowhere_in(&home("b"), "after all have stopped");
    let file = home("a").join("larch.json");
    priya.says(&["export", &id, "--format", "json", "--to", &file.display().to_string()]);
    let in_export: Vec<PathBuf> =
        every_file(&home("a")).into_iter().filter(|(_, bytes)| needles.found(bytes).is_some()).map(|(path, _)| path).collect();
    assert_eq!(in_export, [file], "an export, which is not encrypted, is found, and nothing else");
}

fn found_in(passed: &[Passed], needles: &Needles) -> bool {
    passed.iter().any(|passed| needles.found(&passed.bytes).is_some())
}

/// Somebody without a Kith says a word over a WebSocket, as clients do.
fn said_in_the_clear(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        socket.send(tokio_tungstenite::tungstenite::Message::Binary(b"... Thistlebeck ...".to_vec().into())).await.unwrap();
        let _ = socket.close(None).await;
        // Until the relay has answered the goodbye, the word has passed the tap.
        while let Some(Ok(_)) = futures_util::StreamExt::next(&mut socket).await {}
    });
}

/// A server of one connection: it reads a question to its end, which is `end`, and answers with these bytes.
fn answers_once(end: &'static [u8], answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
        while !heard.ends_with(end) {
            let length = line.read(&mut buffer).unwrap();
            heard.extend_from_slice(&buffer[..length]);
        }
        line.write_all(&answer).unwrap();
    });
    address
}

/// Asks through a tap, and what the tap heard once the answer is there.
fn asked(question: &[u8], end: &'static [u8], answer: Vec<u8>) -> Heard {
    let tap = Tap::before(answers_once(end, answer));
    let mut line = TcpStream::connect(tap.address()).unwrap();
    // In two parts, as a slow line brings it.
    let (first, second) = question.split_at(question.len() / 2);
    line.write_all(first).unwrap();
    line.write_all(second).unwrap();
    line.read_to_end(&mut Vec::new()).unwrap();
    tap.heard()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn the_tap_finds_what_is_said_in_a_masked_frame_and_in_every_kind_of_body() {
    let needles = Needles::of(&["Thistlebeck"]);
    let wire_up = |heard: &Heard| heard.wire.iter().any(|wire| wire.up && needles.found(&wire.bytes).is_some());

    // A client's frame is masked: the bytes on the wire do not show the word, what the relay reads does.
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let tap = Tap::before(relay.address());
    said_in_the_clear(&format!("{}/v1", tap.url()));
    let heard = tap.heard();
    assert!(!wire_up(&heard), "it went in a mask");
    assert!(heard.frames.iter().any(|frames| frames.up && needles.found(&frames.bytes).is_some()));
    assert!(std::panic::catch_unwind(|| heard.nothing_of(&needles, "now")).is_err());
    assert!(std::panic::catch_unwind(|| heard.nothing_said_of(&needles, "now")).is_err());

    // A body as it is, in the address, in chunks that cut the word, and packed; asking and answering.
    let plain = b"POST /g/item HTTP/1.1\r\nContent-Length: 17\r\n\r\nat Thistlebeck...";
    let chunked = b"POST /g/item HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nThist\r\n6\r\nlebeck\r\n0\r\n\r\n";
    let in_address = b"GET /g/?said=thistlebeck HTTP/1.1\r\n\r\n";
    let nothing = || b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
    let said =
        [asked(plain, b"...", nothing()), asked(chunked, b"0\r\n\r\n", nothing()), asked(in_address, b"\r\n\r\n", nothing())];
    assert!(!wire_up(&said[1]), "the chunks cut it");
    for heard in said {
        assert!(std::panic::catch_unwind(|| heard.nothing_said_of(&needles, "now")).is_err(), "{heard:?}");
    }
    let packed = gzipped(b"... Thistlebeck ...");
    let answer = |how: &str| [format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n{how}\r\n").as_bytes(), &packed].concat();
    for answer in [answer(&format!("Content-Length: {}\r\n", packed.len())), answer("")] {
        let heard = asked(b"POST /g/read HTTP/1.1\r\n\r\n", b"\r\n\r\n", answer.clone());
        assert!(std::panic::catch_unwind(|| heard.nothing_said_of(&needles, "now")).is_err(), "{heard:?}");
        // The page's own files may hold its own words, and no other.
        let heard = asked(b"GET /g/assets/page.js HTTP/1.1\r\n\r\n", b"\r\n\r\n", answer);
        heard.nothing_said_of(&needles, "in the page's own files");
        assert!(std::panic::catch_unwind(|| heard.nothing_of(&needles, "now")).is_err(), "{heard:?}");
    }
    // What cannot be read is not passed over.
    let sealed = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx".to_vec();
    let ask = || asked(b"POST /g/read HTTP/1.1\r\n\r\n", b"\r\n\r\n", sealed.clone());
    assert!(std::panic::catch_unwind(ask).is_err());
}

#[test]
fn the_search_finds_a_word_in_every_form() {
    let needles = Needles::of(&["Quillonbright", "Thistlebeck", "Llŷn-y-môr"]);
    let sentence = "They meet at Thistlebeck after school.";
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let mut forms = vec![sentence.as_bytes().to_vec(), utf16(sentence), sentence.to_uppercase().into_bytes()];
    forms.push("By llŷn-y-môr".as_bytes().to_vec());
    forms.push("By LLŶN-Y-MÔR".as_bytes().to_vec());
    forms.push(b"/g/?by=Ll%C5%B7n%2Dy%2Dm%C3%B4r".to_vec());
    for text in [sentence.to_owned(), sentence.to_lowercase(), sentence.to_uppercase()] {
        forms.push(HEXLOWER.encode(text.as_bytes()).to_uppercase().into_bytes());
        // At every offset within a group.
        for before in 0..5 {
            let shifted = [&"....."[..before], &text].concat();
            forms.push(BASE64_NOPAD.encode(shifted.as_bytes()).into_bytes());
            forms.push(BASE64URL_NOPAD.encode(shifted.as_bytes()).into_bytes());
            forms.push(BASE32_NOPAD.encode(shifted.as_bytes()).to_lowercase().into_bytes());
        }
    }
    for form in forms {
        assert!(needles.found(&form).is_some(), "{}", String::from_utf8_lossy(&form));
    }
    assert_eq!(needles.found("They meet at the beck after school.".as_bytes()), None);
}

#[test]
fn a_key_is_found_in_every_form_and_a_name_of_five_letters_as_it_is() {
    let key: Vec<u8> = (100..132).collect();
    let needles = Needles::of_keys(&[("the link's secret", &key)]);
    let around = [&b"{\"secret\": \""[..], &BASE64URL_NOPAD.encode(&key).into_bytes(), b"\"}"].concat();
    for form in [&[&b"12345"[..], &key, b"6"].concat(), &around, &HEXLOWER.encode(&key).into_bytes()] {
        assert!(needles.found(form).is_some_and(|said| said.starts_with("\"the link's secret\"")), "{form:?}");
    }
    assert!(Needles::of(&["Tomek"]).found(b"says tomek.").is_some());
}
