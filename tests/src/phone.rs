//! A guest's phone, by what it sends: the relay's calls of protocol 14 over a plain socket. Everything here is for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use kith_group::{GuestCard, GuestItemId, GuestLink, Said, Saying, SeededRandom, open_card, seal_item};

/// A phone with a link.
#[derive(Debug)]
pub struct Phone {
    /// The link.
    pub link: GuestLink,
    /// Where the relay listens.
    pub relay: SocketAddr,
}

impl Phone {
    /// Asks the relay; its answer's status and body.
    ///
    /// # Panics
    /// If there is no relay, or what answers is none.
    pub fn ask(&self, what: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.relay).unwrap();
        let length = body.len();
        let head = format!(
            "POST /g/{what} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n\
             Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        (String::from_utf8_lossy(&answer[9..12]).parse().unwrap(), answer[end + 4..].to_vec())
    }

    /// The card, if the link works.
    ///
    /// # Panics
    /// If the card does not open with the link.
    pub fn card(&self) -> Option<GuestCard> {
        let (status, body) = self.ask("card", &[&[1][..], self.link.id().as_bytes(), &self.link.token()].concat());
        (status == 200).then(|| open_card(&self.link, &body).unwrap())
    }

    /// Sends an item of sixteen times this byte.
    ///
    /// # Panics
    /// If the link does not work, or the relay does not keep the item.
    pub fn sends(&self, item: u8, saying: Saying) {
        let card = self.card().expect("the link works");
        let said = Said { language: "en".into(), replaces: None, saying, code: None, attached: Vec::new() };
        let random = &mut SeededRandom::new(item.into());
        let sealed = seal_item(&self.link, &GuestItemId([item; 16]), &card.recipients, &said, random).unwrap();
        assert_eq!(self.ask("item", &[&[1][..], &self.link.token(), &sealed].concat()).0, 204);
    }
}
