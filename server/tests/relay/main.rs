//! The relay from outside: its store, its sockets, its checks, its program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod check;
mod common;
mod formats;
mod guests;
mod phone;
mod program;
mod reading;
mod saying;
mod sockets;
mod store;
