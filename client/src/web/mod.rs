//! The app on the practitioner's own computer: its page, and the API that the page speaks to, on loopback only.
//!
//! ```text
//! page ──▶ door (host, origin, headers) ──▶ session (cookie and page token) ──▶ api ──▶ verbs, commands ──▶ engine
//!   ▲                                                                           │
//!   └────────────── events: how things stand, what changed, locked ◀── news ◀───┘
//! ```
//!
//! What can go wrong with a server on loopback, and what holds against it, is in `docs/threat-model.md`; each line of that is a
//! test in `client/tests/loopback.rs`. To add a call: a shape in `shapes.rs`, a function in `asking.rs`, a route in `api.rs`,
//! then `cargo xtask types`.

mod api;
mod asking;
mod beside;
mod browser;
mod company;
mod connect;
mod door;
mod drafts;
mod events;
mod files;
mod guests;
mod hinting;
mod house;
mod instance;
mod live;
mod news;
mod pages;
mod records;
mod schema;
mod session;
mod settings;
mod shapes;
mod summaries;
mod together;
mod types;
mod versions;
mod words;

use std::io::{BufRead, IsTerminal};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use api::Shared;
use house::{House, Standing};
use session::Sessions;

use crate::app::{complain, print_json, say};
use crate::engine::{Clock, on_interrupt};
use crate::failure::Failure;
use crate::json::Opened;
use crate::store::{KeyCost, Lock};

pub use beside::{Beside, Neighbour};
pub use browser::open as open_browser;
pub use connect::openapi;
pub use files::app_files;
pub use types::typescript;

/// How often it is looked whether anybody is there.
const LOOK: Duration = Duration::from_millis(500);
/// How long the answer to the last call may take to leave.
const LAST_WORD: Duration = Duration::from_millis(200);
/// How long an ending server waits for answers that are on their way.
const END_WITHIN: Duration = Duration::from_secs(2);

/// How to open. There is no option for any other address than this computer's own.
#[derive(Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Whether to open the browser.
    pub browser: bool,
    /// After how long without a key or a press it locks itself.
    pub lock_after: Duration,
    /// What a new profile's passphrase costs to try.
    pub cost: KeyCost,
    /// Opens the profile at once, where a script gives it.
    pub passphrase: Option<Zeroizing<String>>,
    /// Others whose apps run on this computer too.
    pub beside: Option<Beside>,
    /// What time it is: the system's, unless a test puts it forward. No option and no variable of the program sets it.
    pub clock: Clock,
}

/// A running server. Ends when dropped.
pub struct Server {
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
    end: Option<oneshot::Sender<()>>,
    _place: Lock,
    _listening: instance::Listening,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("port", &self.shared.port).finish_non_exhaustive()
    }
}

/// What starting gave.
#[derive(Debug)]
pub enum Started {
    /// The server runs in this process.
    Here(Box<Server>),
    /// Another process has the profile's app open, and gives this address to get in.
    There(String),
}

impl Server {
    /// Starts the app of a profile folder, in which there may be no profile yet; or gets a way into the one that runs.
    pub fn start(folder: &Path, options: Options) -> Result<Started, Failure> {
        if !files::is_built_in() {
            return Err(Failure::refused(
                "no-app",
                "This Kith was built without the app, for the command line only. Install Node.js and build it again to have the app",
            ));
        }
        let place = match instance::take(folder)? {
            instance::Place::Mine(place) => place,
            instance::Place::Theirs(address) => return Ok(Started::There(address)),
        };
        let failed = |error: std::io::Error| {
            Failure::refused(
                "port",
                format!("Kith could not open its page on this computer ({error}). Leave out --port, or choose another"),
            )
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("kith-app")
            .enable_all()
            .build()
            .map_err(failed)?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))))
            .map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let house = House::new(folder, options.cost, options.lock_after, options.clock);
        if let Some(passphrase) = &options.passphrase {
            house.unlock(passphrase)?;
        }
        let shared = Arc::new(Shared {
            port,
            house,
            sessions: Mutex::new(Sessions::new()),
            beside: options.beside,
            ends: Mutex::default(),
            tries: Mutex::default(),
            live: live::Live::default(),
        });
        let second = Arc::clone(&shared);
        let listening = instance::listen(folder, move || way_in(&second)).map_err(failed)?;
        let (end, ended) = oneshot::channel::<()>();
        let router = api::router(Arc::clone(&shared));
        runtime.spawn(async move {
            let until = async move {
                let _ = ended.await;
            };
            let _ = axum::serve(listener, router).with_graceful_shutdown(until).await;
        });
        let left_alone = Arc::clone(&shared);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                let house = Arc::clone(&left_alone);
                let _ = tokio::task::spawn_blocking(move || house.house.lock_if_left_alone()).await;
            }
        });
        Ok(Started::Here(Box::new(Self { shared, runtime: Some(runtime), end: Some(end), _place: place, _listening: listening })))
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// An address with a way in that works once, for a minute.
    pub fn way_in(&self) -> String {
        way_in(&self.shared)
    }

    /// The same, to one of the app's pages: a route such as `/a/ID/overview`.
    pub fn way_in_to(&self, route: &str) -> String {
        format!("{}{route}", self.way_in())
    }

    /// A person may end the program from the page: then this hears of it.
    fn ends_with(&self, end: mpsc::Sender<()>) {
        *self.shared.ends.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }

    /// Whether the profile is open: nothing of it is in memory otherwise.
    pub fn is_unlocked(&self) -> bool {
        self.shared.house.standing() == Standing::Open
    }
}

/// The token is in the fragment, which no browser sends anywhere; the page takes it out of its address at once.
fn way_in(shared: &Shared) -> String {
    format!("http://127.0.0.1:{}/#{}", shared.port, shared.sessions().launch(Instant::now()))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.shared.house.lock();
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(END_WITHIN);
        }
    }
}

/// `kith open`: until Ctrl-C.
pub(crate) fn run(folder: &Path, options: Options, json: bool) -> Result<u8, Failure> {
    let (end, ended) = mpsc::channel();
    let by_hand = end.clone();
    on_interrupt(move || {
        let _ = end.send(());
    })
    .map_err(|error| Failure::refused("network", format!("The network cannot be used ({error})")))?;
    let (browser, lock_after) = (options.browser, options.lock_after);
    let server = match Server::start(folder, options)? {
        Started::Here(server) => server,
        Started::There(address) => {
            show(folder, &address, browser, json, true);
            return Ok(0);
        }
    };
    server.ends_with(by_hand);
    show(folder, &server.way_in(), browser, json, false);
    if !json {
        let minutes = lock_after.as_secs() / 60;
        complain(&format!("Kith locks itself after {minutes} minutes without a key or a press. Ctrl-C ends it."));
    }
    if !json && std::io::stdin().is_terminal() {
        complain("Press Enter for another way in.");
        let shared = Arc::clone(&server.shared);
        let _ = std::thread::Builder::new().name("kith-enter".to_owned()).spawn(move || {
            for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
                say(&way_in(&shared));
            }
        });
    }
    let _ = ended.recv();
    // Whoever asked for it from the page hears that it was done.
    std::thread::sleep(LAST_WORD);
    drop(server);
    browser::forget(folder);
    Ok(0)
}

/// Opens the browser, or prints the address where that was wished or does not work.
fn show(folder: &Path, address: &str, browser: bool, json: bool, handed_over: bool) {
    if browser && browser::open(folder, address) {
        if json {
            print_json(&Opened { address: address.to_owned(), handed_over });
        } else {
            say("Kith is open in your browser.");
        }
        return;
    }
    if json {
        print_json(&Opened { address: address.to_owned(), handed_over });
    } else {
        say(&format!("Open this in your browser; it works once, within a minute:\n{address}"));
    }
}
