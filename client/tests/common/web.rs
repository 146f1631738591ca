//! The app's server in this process, and requests to it written by hand: a browser would not send most of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kith::store::KeyCost;
use kith::web::{Options, Server, Started};
use serde_json::{Value, json};

use super::{Home, PASSPHRASE};

/// A server in this process, on a folder of its own.
pub struct Here {
    pub server: Box<Server>,
    pub home: Home,
}

impl Here {
    pub fn at(home: Home, lock_after: Duration) -> Self {
        let options = Options {
            port: 0,
            browser: false,
            lock_after,
            cost: KeyCost::TESTS,
            passphrase: None,
            beside: None,
            clock: kith::engine::Clock::default(),
        };
        match Server::start(&home.profile, options).unwrap() {
            Started::Here(server) => Self { server, home },
            Started::There(address) => panic!("another server is there: {address}"),
        }
    }

    /// Without a profile.
    pub fn bare() -> Self {
        Self::at(Home::bare(), Duration::from_secs(600))
    }

    /// With Priya's profile, locked.
    pub fn of_priya() -> Self {
        Self::at(Home::of_priya(), Duration::from_secs(600))
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port())
    }

    /// The token in the address's fragment.
    pub fn launch(&self) -> String {
        self.server.way_in().split_once('#').unwrap().1.to_owned()
    }

    /// A page that was let in.
    pub fn page(&self) -> Page {
        let answer = self.ask(&Ask::post("/api/launch", &json!({"launch": self.launch()})));
        assert_eq!(answer.status, 200, "{answer:?}");
        Page { cookie: answer.cookie().unwrap(), token: answer.json()["page"].as_str().unwrap().to_owned() }
    }

    /// A page of an open profile.
    pub fn unlocked(&self) -> Page {
        let page = self.page();
        let answer = self.ask(&Ask::post("/api/unlock", &json!({"passphrase": PASSPHRASE})).of(&page));
        assert_eq!(answer.status, 200, "{answer:?}");
        Page { cookie: answer.cookie().unwrap(), token: answer.json()["page"].as_str().unwrap().to_owned() }
    }

    pub fn ask(&self, ask: &Ask) -> Answer {
        let mut head = format!("{} {} HTTP/1.1\r\n", ask.method, ask.path);
        let usual = [("host", self.host()), ("origin", format!("http://{}", self.host())), ("connection", "close".into())];
        for (name, value) in usual {
            let given = ask.headers.iter().any(|(given, _)| *given == name);
            // A browser names no origin when it only reads.
            let left_out = name == "origin" && ask.method == "GET";
            if !given && !left_out {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        for (name, value) in &ask.headers {
            if value != LEFT_OUT {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        if let Some(body) = &ask.body {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        let raw = format!("{head}\r\n{}", ask.body.clone().unwrap_or_default());
        self.raw(&raw)
    }

    pub fn raw(&self, raw: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(raw.as_bytes()).unwrap();
        // As much as the answer says that it is: a connection that was to be upgraded stays open.
        let mut bytes = Vec::new();
        let mut part = [0; 65_536];
        loop {
            match stream.read(&mut part) {
                Ok(0) | Err(_) => break,
                Ok(length) => bytes.extend_from_slice(&part[..length]),
            }
            let answer = Answer::read(&bytes);
            let length = answer.header("content-length").and_then(|length| length.parse().ok());
            if length.is_some_and(|length: usize| answer.body.len() >= length) {
                break;
            }
        }
        Answer::read(&bytes)
    }
}

pub const LEFT_OUT: &str = "(left out)";

pub struct Page {
    pub cookie: String,
    pub token: String,
}

#[derive(Clone)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

impl Ask {
    pub fn get(path: &str) -> Self {
        Self { method: "GET", path: path.to_owned(), headers: Vec::new(), body: None }
    }

    pub fn post(path: &str, body: &Value) -> Self {
        Self { method: "POST", body: Some(body.to_string()), ..Self::get(path) }.with("content-type", "application/json")
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(given, _)| *given != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn of(self, page: &Page) -> Self {
        self.with("cookie", &page.cookie).with("x-kith-page", &page.token)
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).unwrap_or(0);
        let headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect();
        Self { status, headers, body: body.to_owned() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    pub fn cookie(&self) -> Option<String> {
        self.header("set-cookie").map(|cookie| cookie.split(';').next().unwrap().to_owned())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
