//! Kith on a practitioner's computer: the encrypted store, the engine that keeps it in step with relays, and the command line.
//!
//! ```text
//! cli ──▶ app ──▶ verbs ──▶ engine ──▶ store (SQLCipher)
//!           │        ▲         └──────▶ network (WebSocket)
//!           ├─▶ web: the app's page and its API, on loopback; does verbs and commands
//!           └─▶ holder: another process holds the profile and does the verb
//! ```
//!
//! [`engine::Engine`] is the way in for everything in this process (the command line, benches, the demo, the app's local
//! web API). Rules of practice are in `kith-assessment`, the protocol in `kith-sync`; nothing here decides either.

#![cfg_attr(test, allow(clippy::indexing_slicing))]

pub mod app;
pub mod cli;
pub mod engine;
pub mod failure;
pub mod hints;
pub mod holder;
pub mod json;
mod passphrase;
mod progress;
pub mod store;
pub mod terminal;
pub mod verbs;
mod watch;
pub mod web;
