//! Guests over real sockets: the page and its headers, what is asked by it, and what is turned away.

use std::net::SocketAddr;
use std::path::Path;

use super::common::{Client, Member, open_relay};
use kith_group::{
    Attachment, CODE_SECONDS, DocumentId, GuestCard, GuestCode, GuestItemId, GuestKey, GuestLink, MAX_ITEM, MAX_VOICE, Rights,
    Said, Saying, SeededRandom, open_card, open_code, open_item, seal_card, seal_code, seal_item,
};
use kith_relay::Running;
use kith_sync::wire::{ClientMessage, ServerMessage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const DOCUMENT: DocumentId = DocumentId([1; 16]);
const ITEM: GuestItemId = GuestItemId([5; 16]);

fn link() -> GuestLink {
    GuestLink::from_secret("http://127.0.0.1", [2; 32])
}

fn key() -> GuestKey {
    GuestKey::from_bytes([3; 32])
}

fn card() -> GuestCard {
    GuestCard {
        holder: "Priya".into(),
        read_by: "2026-05-14".into(),
        rights: Rights { say: true, ..Rights::default() },
        language: "en".into(),
        expires: i64::MAX,
        recipients: vec![key().public()],
        ..GuestCard::default()
    }
}

fn said() -> Said {
    Said { language: "en".into(), replaces: None, saying: Saying::Said(vec![]), code: None, attached: Vec::new() }
}

fn sealed() -> Vec<u8> {
    seal_item(&link(), &ITEM, &[key().public()], &said(), &mut SeededRandom::new(1)).unwrap()
}

/// Status, headers in lower case, body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

async fn raw(addr: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    Answer { status: head[9..12].parse().unwrap(), head, body: answer[end + 4..].to_vec() }
}

/// As a browser asks.
pub(crate) async fn get_packed(addr: SocketAddr, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: relay\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n");
    raw(addr, request.as_bytes()).await
}

pub(crate) async fn get(addr: SocketAddr, path: &str) -> Answer {
    raw(addr, format!("GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n").as_bytes()).await
}

async fn post(addr: SocketAddr, path: &str, body: &[u8]) -> Answer {
    post_as(addr, path, body, "application/octet-stream").await
}

async fn post_as(addr: SocketAddr, path: &str, body: &[u8], kind: &str) -> Answer {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    raw(addr, &[head.as_bytes(), body].concat()).await
}

fn ask_card(token: [u8; 32]) -> Vec<u8> {
    [&[1][..], link().id().as_bytes(), &token].concat()
}

fn send_item(token: [u8; 32], sealed: &[u8]) -> Vec<u8> {
    [&[1][..], &token, sealed].concat()
}

/// A relay with a link, and a connection of the device that made it.
async fn with_link(folder: &Path) -> (Running, Client) {
    let relay = open_relay(folder).await;
    let (_, mut client) = Member::found(&relay.url(), DOCUMENT, 1).await;
    let message = ClientMessage::PutGuestLink {
        document: DOCUMENT,
        link: link().id(),
        verifier: link().verifier(),
        expires: i64::MAX,
        card: seal_card(&link(), &card(), &mut SeededRandom::new(1)).unwrap(),
    };
    assert_eq!(client.ask(&message).await, ServerMessage::GuestLinkStored { link: link().id() });
    (relay, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_phone_sends_reaches_the_device_that_made_the_link_and_is_on_the_disk_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, mut client) = with_link(folder.path()).await;
    let addr = relay.addr();
    let answer = post(addr, "/g/card", &ask_card(link().token())).await;
    assert_eq!(answer.status, 200);
    assert_eq!(open_card(&link(), &answer.body), Ok(card()));
    let item = sealed();
    for _ in 0..2 {
        assert_eq!(post(addr, "/g/item", &send_item(link().token(), &item)).await.status, 204);
    }
    let ServerMessage::GuestItems { items, more: false, .. } =
        client.ask(&ClientMessage::GuestItems { document: DOCUMENT, after: None }).await
    else {
        panic!("no items")
    };
    assert_eq!(items.len(), 1);
    assert_eq!(open_item(&link(), &ITEM, &key(), &items[0].sealed), Ok(said()));
    relay.stop().await.unwrap();
    let relay = open_relay(folder.path()).await;
    assert_eq!(post(relay.addr(), "/g/item", &send_item(link().token(), &sealed())).await.status, 409, "it is still there");
    relay.stop().await.unwrap();
}

/// Three voice notes: half a megabyte, the most that a phone can send, to a program's socket, both as it
/// comes and when it is asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_of_half_a_megabyte_goes_all_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, mut client) = with_link(folder.path()).await;
    let ask = ClientMessage::GuestItems { document: DOCUMENT, after: None };
    client.ask(&ask).await;
    let voice = |length: usize| Attachment::Voice {
        question: "friends".into(),
        media: "audio/webm;codecs=opus".into(),
        seconds: 90,
        sound: (0..length).map(|at| (at % 251) as u8).collect(),
    };
    let attached = vec![voice(MAX_VOICE), voice(MAX_VOICE), voice(MAX_ITEM - 2 * MAX_VOICE - 24 * 1024)];
    let said = Said { attached, ..said() };
    let mut items = Vec::new();
    for byte in 0..3 {
        let item = GuestItemId([byte; 16]);
        let sealed = seal_item(&link(), &item, &[key().public()], &said, &mut SeededRandom::new(byte.into())).unwrap();
        assert!(sealed.len() > MAX_ITEM - 24 * 1024);
        assert_eq!(post(relay.addr(), "/g/item", &send_item(link().token(), &sealed)).await.status, 204);
        let told = client.next().await;
        let ServerMessage::GuestItems { items: told, .. } = told else { panic!("{told:?}") };
        assert_eq!(open_item(&link(), &item, &key(), &told[0].sealed), Ok(said.clone()));
        items.push((item, sealed));
    }
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let answer = client.ask(&ClientMessage::GuestItems { document: DOCUMENT, after }).await;
        let ServerMessage::GuestItems { items, more, .. } = answer else { panic!("{answer:?}") };
        after = items.last().map(|item| (item.link, item.item));
        found.extend(items.into_iter().map(|item| (item.item, item.sealed)));
        if !more {
            break;
        }
    }
    assert_eq!(found, items);
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_to_a_guest_is_dressed_and_kept_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, _client) = with_link(folder.path()).await;
    let addr = relay.addr();
    for answer in [
        get(addr, "/g/").await,
        get(addr, "/g/nothing").await,
        post(addr, "/g/card", &ask_card(link().token())).await,
        post(addr, "/g/card", &ask_card([0; 32])).await,
        post(addr, "/g/item", b"junk").await,
    ] {
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self';",
            "frame-ancestors 'none'",
            "trusted-types 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
            "permissions-policy: accelerometer=(), camera=()",
            "cache-control: no-store",
        ] {
            assert!(answer.head.contains(header), "{header} is not in\n{}", answer.head);
        }
        for header in ["set-cookie", "access-control-allow", "etag", "last-modified"] {
            assert!(!answer.head.contains(header), "{}", answer.head);
        }
    }
    let page = get(addr, "/g/").await;
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("<title>Page</title>"), "{page}");
    assert!(!page.to_lowercase().contains("kith"), "nothing gives the page away: {page}");
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_no_token_or_sends_too_much_is_turned_away() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, mut client) = with_link(folder.path()).await;
    let addr = relay.addr();
    assert_eq!(post(addr, "/g/card", &ask_card([0; 32])).await.status, 404);
    assert_eq!(post(addr, "/g/item", &send_item([0; 32], &sealed())).await.status, 404);
    assert_eq!(post(addr, "/g/read", &[ask_card(link().token()), vec![0; 32]].concat()).await.status, 410);
    for junk in [&b""[..], b"\x01", b"\x02junk", &[1; 200]] {
        for path in ["/g/card", "/g/item", "/g/read"] {
            assert_eq!(post(addr, path, junk).await.status, 400, "{path} {junk:?}");
        }
    }
    // A form of another page can send only what browsers let pass without asking; none of it is this.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        assert_eq!(post_as(addr, "/g/item", &send_item(link().token(), &sealed()), kind).await.status, 415);
    }
    // Fifty megabytes are refused by their length alone: none of them is sent here.
    let head = b"POST /g/item HTTP/1.1\r\nHost: relay\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n\
                 Content-Length: 52428800\r\n\r\n";
    assert_eq!(raw(addr, head).await.status, 413);
    // And without a length, as soon as they are more than an item.
    let head = b"POST /g/item HTTP/1.1\r\nHost: relay\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n\
                 Transfer-Encoding: chunked\r\n\r\n";
    let chunk = vec![1; MAX_ITEM + 4096];
    let body = [head, format!("{:x}\r\n", chunk.len()).as_bytes(), &chunk, b"\r\n"].concat();
    assert_eq!(raw(addr, &body).await.status, 413);
    let none = client.ask(&ClientMessage::GuestItems { document: DOCUMENT, after: None }).await;
    assert_eq!(none, ServerMessage::GuestItems { document: DOCUMENT, items: Vec::new(), more: false });
    relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_typed_opens_its_link_once() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, mut client) = with_link(folder.path()).await;
    let addr = relay.addr();
    let random = &mut SeededRandom::new(1);
    let code = GuestCode::random(random);
    let (id, sealed) = seal_code(&link(), &code, random);
    let until = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64 + CODE_SECONDS;
    let put = ClientMessage::PutGuestCode { document: DOCUMENT, link: link().id(), code: id, until, sealed };
    assert_eq!(client.ask(&put).await, ServerMessage::GuestCodeStored { code: id });
    let ask = |id: &[u8]| [&[1][..], id].concat();
    assert_eq!(post(addr, "/g/code", &ask(&[0; 16])).await.status, 404);
    assert_eq!(post(addr, "/g/code", &ask(&[0; 15])).await.status, 400);
    let answer = post(addr, "/g/code", &ask(id.as_bytes())).await;
    assert_eq!(answer.status, 200);
    assert_eq!(open_code("http://127.0.0.1", &code, &answer.body), Ok(link()));
    assert_eq!(post(addr, "/g/code", &ask(id.as_bytes())).await.status, 404, "it was used");
    for _ in 0..60 {
        post(addr, "/g/code", &ask(&[0; 16])).await;
    }
    assert_eq!(post(addr, "/g/code", &ask(&[0; 16])).await.status, 429, "who hammers is held up");
    relay.stop().await.unwrap();
}
