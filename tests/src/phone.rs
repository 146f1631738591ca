//! A guest's phone, by what it sends: the relay's calls of protocol 14 over a plain socket. Everything here is for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use kith_group::{GuestCard, GuestItemId, GuestLink, Said, Saying, SeededRandom, open_card, seal_item};
use serde_json::Value;

/// Asks a relay, with a length that need not be true; its answer's status and body, if it says anything before it hangs up.
///
/// # Panics
/// If there is no relay.
pub fn post(relay: SocketAddr, what: &str, declared: usize, body: &[u8]) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(relay).unwrap();
    let head = format!(
        "POST /g/{what} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {declared}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // It may hang up in the middle of what it does not want.
    for part in body.chunks(1 << 16) {
        if stream.write_all(part).is_err() {
            break;
        }
    }
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    let end = heard.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(heard.get(9..12)?).parse().ok()?, heard[end + 4..].to_vec()))
}

/// A phone with a link.
#[derive(Debug)]
pub struct Phone {
    /// The link.
    pub link: GuestLink,
    /// Where the relay listens.
    pub relay: SocketAddr,
}

impl Phone {
    /// One with the link that `kith link` says it has made.
    ///
    /// # Panics
    /// If there is no link in what it said.
    pub fn with(made: &Value, relay: SocketAddr) -> Self {
        Self { link: made["address"].as_str().unwrap().parse().unwrap(), relay }
    }

    /// Asks the relay; its answer's status and body.
    ///
    /// # Panics
    /// If there is no relay, or what answers is none.
    pub fn ask(&self, what: &str, body: &[u8]) -> (u16, Vec<u8>) {
        post(self.relay, what, body.len(), body).expect("a relay answers")
    }

    /// The card, if the link works.
    ///
    /// # Panics
    /// If the card does not open with the link.
    pub fn card(&self) -> Option<GuestCard> {
        let (status, body) = self.ask("card", &[&[1][..], self.link.id().as_bytes(), &self.link.token()].concat());
        (status == 200).then(|| open_card(&self.link, &body).unwrap())
    }

    /// Sends an item of sixteen times this byte, to who reads by this card: a wish to read, as it is changed; the answer's status.
    ///
    /// # Panics
    /// If it cannot be sealed.
    pub fn sends_as(&self, card: &GuestCard, item: u8, change: impl FnOnce(&mut Said)) -> u16 {
        let (language, saying) = ("en".to_owned(), Saying::WantsToRead);
        let mut said = Said { language, replaces: None, saying, code: None, attached: Vec::new() };
        change(&mut said);
        let random = &mut SeededRandom::new(item.into());
        let sealed = seal_item(&self.link, &GuestItemId([item; 16]), &card.recipients, &said, random).unwrap();
        self.ask("item", &[&[1][..], &self.link.token(), &sealed].concat()).0
    }

    /// Sends an item of sixteen times this byte.
    ///
    /// # Panics
    /// If the link does not work, or the relay does not keep the item.
    pub fn sends(&self, item: u8, saying: Saying) {
        let card = self.card().expect("the link works");
        assert_eq!(self.sends_as(&card, item, |said| said.saying = saying), 204);
    }
}
