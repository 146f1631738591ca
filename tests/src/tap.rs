//! A tap on the line to a relay: it passes every byte on, keeps it, and reads it as the two ends do. What a client says over a WebSocket
//! is masked on the wire, and what a browser asks may be chunked or packed, so a search of the bytes alone would find nothing in them.
//!
//! Everything here is for tests: what does not go as it must ends the test with a sentence. Bytes that are no HTTP/1.1, and what is
//! packed in a way that this does not unpack, end it too: nothing passes unread.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::search::Needles;

/// What went one way on one connection.
type Stream = Arc<Mutex<Vec<u8>>>;

/// A proxy that keeps every byte that it passes on, until the test ends.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    /// Both ways of each connection: to the relay, and from it.
    connections: Arc<Mutex<Vec<[Stream; 2]>>>,
}

impl Tap {
    /// Stands before `to`, on a free port of this machine.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn before(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let connections: Arc<Mutex<Vec<[Stream; 2]>>> = Arc::default();
        let all = Arc::clone(&connections);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                // Where nobody listens, whoever asks is told so by the connection's end.
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(to)) else { continue };
                let both: [Stream; 2] = Default::default();
                all.lock().unwrap_or_else(PoisonError::into_inner).push(both.clone());
                let [up, down] = both;
                for (from, into, kept) in [(near.try_clone(), far.try_clone(), up), (far.try_clone(), near.try_clone(), down)] {
                    let (Ok(from), Ok(into)) = (from, into) else { continue };
                    std::thread::spawn(move || pass(from, into, &kept));
                }
            }
        });
        Self { address, connections }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The relay's address by way of this tap, as clients write it.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// All that has passed until now.
    ///
    /// # Panics
    /// If some of it cannot be read.
    pub fn heard(&self) -> Heard {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let mut heard = Heard::default();
        for both in connections.iter() {
            let [up, down] = both.each_ref().map(|one| one.lock().unwrap_or_else(PoisonError::into_inner).clone());
            heard.read(&up, &down);
            for (up, bytes) in [(true, up), (false, down)] {
                heard.wire.push(Passed { asked: "on the wire".to_owned(), up, bytes });
            }
        }
        heard
    }
}

fn pass(mut from: TcpStream, mut into: TcpStream, kept: &Mutex<Vec<u8>>) {
    let _ = into.set_nodelay(true);
    let mut buffer = [0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        // Kept before it is passed on: whoever has got an answer can look for it here.
        kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
        if into.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = into.shutdown(Shutdown::Write);
}

impl Passed {
    fn holds_nothing_of(&self, needles: &Needles, when: &str) {
        let way = if self.up { "to the relay" } else { "from the relay" };
        assert_eq!(needles.found(&self.bytes), None, "{way}, {}, {when}", self.asked);
    }
}

/// What has passed a tap.
#[derive(Debug, Default)]
pub struct Heard {
    /// Each way of each connection, byte for byte.
    pub wire: Vec<Passed>,
    /// Every body of a question and of an answer, put together and unpacked.
    pub bodies: Vec<Passed>,
    /// What one end of a WebSocket said, frame after frame, without the masks.
    pub frames: Vec<Passed>,
}

/// One thing that passed.
#[derive(Debug)]
pub struct Passed {
    /// What was asked for: `POST /g/item`.
    pub asked: String,
    /// Whether it went to the relay.
    pub up: bool,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Heard {
    /// None of these went over the line, in any form, in any part of it.
    ///
    /// # Panics
    /// If one did.
    pub fn nothing_of(&self, needles: &Needles, when: &str) {
        for passed in self.wire.iter().chain(&self.bodies).chain(&self.frames) {
            passed.holds_nothing_of(needles, when);
        }
    }

    /// Neither end said one of these. The words of the page itself travel in its own files, packed: these files are left out.
    ///
    /// # Panics
    /// If one end did.
    pub fn nothing_said_of(&self, needles: &Needles, when: &str) {
        let asked = self.wire.iter().filter(|passed| passed.up);
        let said = self.bodies.iter().filter(|passed| passed.up || !passed.asked.starts_with("GET "));
        for passed in asked.chain(said).chain(&self.frames) {
            passed.holds_nothing_of(needles, when);
        }
    }

    /// Reads one connection. Either way may end in the middle of something: what has come is read.
    fn read(&mut self, mut up: &[u8], mut down: &[u8]) {
        while let Some(question) = question(up) {
            up = question.rest;
            let asked = question.what.clone();
            self.bodies.push(Passed { asked: asked.clone(), up: true, bytes: question.body });
            let Some(answer) = answer(down) else { continue };
            down = answer.rest;
            let upgraded = answer.what == "101";
            self.bodies.push(Passed { asked: asked.clone(), up: false, bytes: answer.body });
            if upgraded {
                for (stream, up) in [(up, true), (down, false)] {
                    self.frames.push(Passed { asked: asked.clone(), up, bytes: frames(stream) });
                }
                return;
            }
        }
    }
}

/// A question or an answer, read.
struct Message<'a> {
    /// The method and path, or the status.
    what: String,
    body: Vec<u8>,
    rest: &'a [u8],
}

/// The headers that say how to read a body.
struct Shape {
    length: Option<usize>,
    chunked: bool,
    packed: Option<String>,
}

impl Shape {
    fn of(headers: &[httparse::Header<'_>]) -> Self {
        let value = |name: &str| {
            let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
            Some(String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
        };
        Self {
            length: value("content-length").map(|length| length.parse().unwrap()),
            chunked: value("transfer-encoding").is_some_and(|how| how == "chunked"),
            packed: value("content-encoding"),
        }
    }

    /// The body, unpacked, and what follows it. `to_the_end`: a body of which nothing says how long it is goes on until the line ends.
    fn body<'a>(&self, bytes: &'a [u8], to_the_end: bool) -> (Vec<u8>, &'a [u8]) {
        let (body, whole, rest) = if self.chunked {
            chunks(bytes)
        } else {
            let length = self.length.unwrap_or(if to_the_end { bytes.len() } else { 0 });
            let (body, rest) = bytes.split_at(length.min(bytes.len()));
            (body.to_vec(), body.len() == length, rest)
        };
        (unpacked(self.packed.as_deref(), body, whole), rest)
    }
}

fn question(bytes: &[u8]) -> Option<Message<'_>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(bytes).unwrap_or_else(|error| panic!("no HTTP: {error}")) else {
        return None;
    };
    let what = format!("{} {}", request.method?, request.path?);
    let (body, rest) = Shape::of(request.headers).body(&bytes[head..], false);
    Some(Message { what, body, rest })
}

fn answer(bytes: &[u8]) -> Option<Message<'_>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes).unwrap_or_else(|error| panic!("no HTTP: {error}")) else {
        return None;
    };
    let (code, rest) = (response.code?, &bytes[head..]);
    let what = code.to_string();
    if code == 101 {
        let packs = response.headers.iter().any(|header| header.name.eq_ignore_ascii_case("sec-websocket-extensions"));
        assert!(!packs, "frames that are packed are not read here");
    }
    if let 100..200 | 204 | 304 = code {
        // "Go on" is followed by the answer itself.
        return if code == 100 { answer(rest) } else { Some(Message { what, body: Vec::new(), rest }) };
    }
    let (body, rest) = Shape::of(response.headers).body(rest, true);
    Some(Message { what, body, rest })
}

/// A body in chunks, put together; whether its end has come; what follows.
fn chunks(mut bytes: &[u8]) -> (Vec<u8>, bool, &[u8]) {
    let mut body = Vec::new();
    loop {
        let status = httparse::parse_chunk_size(bytes).unwrap_or_else(|error| panic!("no chunk: {error}"));
        let httparse::Status::Complete((start, size)) = status else { return (body, false, &[]) };
        let size = usize::try_from(size).unwrap();
        let chunk = &bytes[start..];
        body.extend_from_slice(&chunk[..size.min(chunk.len())]);
        let Some(rest) = chunk.get(size + 2..) else { return (body, false, &[]) };
        if size == 0 {
            return (body, true, rest);
        }
        bytes = rest;
    }
}

fn unpacked(how: Option<&str>, body: Vec<u8>, whole: bool) -> Vec<u8> {
    let mut all = Vec::new();
    let read = match how {
        None | Some("identity") => return body,
        _ if body.is_empty() => return body,
        Some("gzip") => flate2::read::MultiGzDecoder::new(&body[..]).read_to_end(&mut all),
        Some("deflate") => flate2::read::ZlibDecoder::new(&body[..]).read_to_end(&mut all),
        Some(other) => panic!("a body that is packed as {other} is not read here"),
    };
    assert!(read.is_ok() || !whole, "a packed body does not unpack: {read:?}");
    all
}

/// What all frames of one way of a WebSocket hold, unmasked: first what was said, in order, then what kept the line.
fn frames(mut stream: &[u8]) -> Vec<u8> {
    let (mut said, mut control) = (Vec::new(), Vec::new());
    while let [first, length, after @ ..] = stream {
        assert_eq!(first & 0x70, 0, "a frame that is packed is not read here");
        let (size, mut after) = match length & 0x7f {
            126 => {
                let Some((size, after)) = after.split_first_chunk() else { break };
                (usize::from(u16::from_be_bytes(*size)), after)
            }
            127 => {
                let Some((size, after)) = after.split_first_chunk() else { break };
                (usize::try_from(u64::from_be_bytes(*size)).unwrap(), after)
            }
            size => (usize::from(size), after),
        };
        let mut mask = [0; 4];
        if length & 0x80 != 0 {
            let Some((bytes, more)) = after.split_first_chunk() else { break };
            (mask, after) = (*bytes, more);
        }
        let (payload, rest) = after.split_at(size.min(after.len()));
        let into = if first & 0x08 == 0 { &mut said } else { &mut control };
        into.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        stream = rest;
    }
    [said, control].concat()
}
