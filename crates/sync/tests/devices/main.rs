//! Devices beside a relay, without processes: what they store, and what a slow line does to them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod connected;
mod overtaken;
mod resting;
mod room;
