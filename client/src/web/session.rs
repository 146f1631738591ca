//! Who may speak to the server: a launch token is exchanged once for a cookie and a page token, and every call needs both.
//!
//! The cookie alone is not enough: cookies ignore ports, so any other server on this computer is sent it. The page token lives
//! in the page's memory only. Neither alone gets an answer. Only digests are kept here.

use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use kith_group::{Random, SystemRandom};
use sha2::{Digest, Sha256};

/// How long a launch token may wait to be used.
pub(super) const LAUNCH_WITHIN: Duration = Duration::from_secs(60);
/// Launch tokens that wait at once; the oldest goes.
const LAUNCHES: usize = 16;
/// Browsers at once; the oldest goes.
const BROWSERS: usize = 8;
/// Pages of one browser at once; the oldest goes.
const PAGES: usize = 32;
/// Wrong passphrases before each further try has to wait.
const FREE_TRIES: u32 = 3;
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

type Digested = [u8; 32];

fn digest(token: &str) -> Digested {
    Sha256::digest(token.as_bytes()).into()
}

/// 256 random bits, in 64 letters and digits.
fn token() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    HEXLOWER.encode(&bytes)
}

#[derive(Debug)]
struct Browser {
    cookie: Digested,
    pages: Vec<Digested>,
}

/// What a page gets when it is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LetIn {
    /// A new value for the cookie, unless the browser keeps the one it has.
    pub(super) cookie: Option<String>,
    /// The page's token.
    pub(super) page: String,
}

/// Every launch, browser and page of one running server.
#[derive(Debug)]
pub(super) struct Sessions {
    cookie_name: String,
    launches: Vec<(Digested, Instant)>,
    browsers: Vec<Browser>,
    failures: u32,
    next_try: Option<Instant>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        let mut instance = [0; 4];
        SystemRandom.fill(&mut instance);
        Self {
            cookie_name: format!("kith-{}", HEXLOWER.encode(&instance)),
            launches: Vec::new(),
            browsers: Vec::new(),
            failures: 0,
            next_try: None,
        }
    }

    /// The cookie's name, which names this server among others on the same computer.
    pub(super) fn cookie_name(&self) -> &str {
        &self.cookie_name
    }

    /// A token for one page to be let in with, within [`LAUNCH_WITHIN`].
    pub(super) fn launch(&mut self, now: Instant) -> String {
        let made = token();
        if self.launches.len() >= LAUNCHES {
            self.launches.remove(0);
        }
        self.launches.push((digest(&made), now));
        made
    }

    /// Lets a page in with its launch token, which is spent by that. A browser that is in keeps its cookie.
    pub(super) fn enter(&mut self, launch: &str, cookie: Option<&str>, now: Instant) -> Option<LetIn> {
        let wanted = digest(launch);
        self.launches.retain(|(_, made)| now.saturating_duration_since(*made) <= LAUNCH_WITHIN);
        let place = self.launches.iter().position(|(known, _)| *known == wanted)?;
        self.launches.remove(place);
        match cookie.and_then(|cookie| self.add_page(cookie)) {
            Some(page) => Some(LetIn { cookie: None, page }),
            None => Some(self.new_browser()),
        }
    }

    /// Whether a call comes from a page that was let in.
    pub(super) fn is_in(&self, cookie: &str, page: &str) -> bool {
        let page = digest(page);
        self.browser(cookie).is_some_and(|browser| browser.pages.contains(&page))
    }

    /// Whether the browser was let in, whatever its page knows.
    pub(super) fn knows(&self, cookie: &str) -> bool {
        self.browser(cookie).is_some()
    }

    /// A token for one more page of a browser that is in: its page has proved the passphrase.
    pub(super) fn add_page(&mut self, cookie: &str) -> Option<String> {
        let cookie = digest(cookie);
        let browser = self.browsers.iter_mut().find(|browser| browser.cookie == cookie)?;
        let page = token();
        if browser.pages.len() >= PAGES {
            browser.pages.remove(0);
        }
        browser.pages.push(digest(&page));
        Some(page)
    }

    /// After an unlock every token is a new one: what was overheard before is worth nothing.
    pub(super) fn rotate(&mut self) -> LetIn {
        self.browsers.clear();
        self.new_browser()
    }

    fn new_browser(&mut self) -> LetIn {
        let (cookie, page) = (token(), token());
        if self.browsers.len() >= BROWSERS {
            self.browsers.remove(0);
        }
        self.browsers.push(Browser { cookie: digest(&cookie), pages: vec![digest(&page)] });
        LetIn { cookie: Some(cookie), page }
    }

    fn browser(&self, cookie: &str) -> Option<&Browser> {
        let cookie = digest(cookie);
        self.browsers.iter().find(|browser| browser.cookie == cookie)
    }

    /// How long a passphrase may not be tried yet.
    pub(super) fn must_wait(&self, now: Instant) -> Option<Duration> {
        self.next_try.map(|at| at.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    /// A wrong passphrase: from the fourth on, each try has to wait twice as long as the one before.
    pub(super) fn wrong_passphrase(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FREE_TRIES {
            let doubled = 1_u64 << (self.failures - FREE_TRIES).min(6);
            self.next_try = Some(now + Duration::from_secs(doubled).min(LONGEST_WAIT));
        }
    }

    /// The right one.
    pub(super) fn right_passphrase(&mut self) {
        (self.failures, self.next_try) = (0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_token_works_once_and_for_a_minute() {
        let (mut sessions, now) = (Sessions::new(), Instant::now());
        let launch = sessions.launch(now);
        assert!(sessions.enter("0", None, now).is_none());
        let let_in = sessions.enter(&launch, None, now).unwrap();
        assert!(sessions.is_in(&let_in.cookie.unwrap(), &let_in.page));
        assert!(sessions.enter(&launch, None, now).is_none(), "replayed");
        let late = sessions.launch(now);
        assert!(sessions.enter(&late, None, now + LAUNCH_WITHIN + Duration::from_millis(1)).is_none(), "too old");
    }

    #[test]
    fn neither_cookie_nor_page_token_is_enough_alone() {
        let (mut sessions, now) = (Sessions::new(), Instant::now());
        let launch = sessions.launch(now);
        let one = sessions.enter(&launch, None, now).unwrap();
        let cookie = one.cookie.unwrap();
        assert!(!sessions.is_in(&cookie, "") && !sessions.is_in("", &one.page) && !sessions.is_in(&one.page, &cookie));
    }

    #[test]
    fn an_unlock_makes_every_older_token_worthless() {
        let (mut sessions, now) = (Sessions::new(), Instant::now());
        let launch = sessions.launch(now);
        let one = sessions.enter(&launch, None, now).unwrap();
        let cookie = one.cookie.unwrap();
        let second = sessions.add_page(&cookie).unwrap();
        let new = sessions.rotate();
        assert!(!sessions.is_in(&cookie, &one.page) && !sessions.is_in(&cookie, &second) && !sessions.knows(&cookie));
        assert!(sessions.is_in(&new.cookie.unwrap(), &new.page));
    }

    #[test]
    fn passphrases_cannot_be_tried_at_will() {
        let (mut sessions, now) = (Sessions::new(), Instant::now());
        for _ in 0..FREE_TRIES - 1 {
            sessions.wrong_passphrase(now);
            assert!(sessions.must_wait(now).is_none());
        }
        let waits: Vec<Duration> = (0..20)
            .map(|_| {
                sessions.wrong_passphrase(now);
                sessions.must_wait(now).unwrap()
            })
            .collect();
        assert!(waits.is_sorted() && waits[0] == Duration::from_secs(1) && waits[19] == LONGEST_WAIT, "{waits:?}");
        sessions.right_passphrase();
        assert!(sessions.must_wait(now).is_none());
    }

    #[test]
    fn two_servers_on_one_computer_have_cookies_of_their_own() {
        assert_ne!(Sessions::new().cookie_name(), Sessions::new().cookie_name());
    }
}
