//! The relay: passes and keeps sealed records for practitioners' machines, and can read none of them.
//!
//! Everything that decides is in `kith_sync::relay`, a state machine without I/O; here are its store (one SQLite file), its one
//! writer thread, its WebSockets, and the command line.
//!
//! # The loop
//!
//! Each socket has a task that reads frames into one bounded inbox and a task that writes what it is handed. One thread
//! ([`Server`]'s writer) owns the state machine and the store: it waits for an event, takes whatever else waits, runs all of it
//! in **one** transaction, commits (one fsync for all), and only then hands frames to the sockets. Nobody is told of a record
//! that a power cut could take back.
//!
//! If the store fails, nothing of that batch is told to anyone, every client is asked to come back later, and the relay stops
//! with a sentence: clients keep what was not acknowledged and send it again.

#![forbid(unsafe_code)]

pub mod check;
pub mod cli;
mod error;
mod guests;
mod http;
mod inbox;
mod metrics;
mod server;
mod socket;
mod store;
mod token;
mod writer;

pub use error::RelayError;
pub use server::{Config, Running, Server};
pub use store::{FolderLock, SqliteStore, file as store_file};
pub use token::{Token, new_token};
