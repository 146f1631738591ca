//! Sealed sync: what clients and relays say to each other, and what each does with it, without I/O.
//!
//! Both sides are state machines. Their drivers own sockets, clocks and stores; a driver opens a transaction, hands the machine one
//! event, commits, and only then lets the effects out. So every promise ("saved", "sent", "removed") is on a disk before anyone
//! hears it, and everything hard runs in simulation under a virtual clock.
//!
//! - [`wire`]: the messages.
//! - [`replica`]: one document's admitted changes and own working copy, judged alike on every device (protocol 1).
//! - [`client`]: a profile's documents, their logs, outboxes and groups.
//! - [`relay`]: many documents' logs; it checks without reading.

pub mod client;
pub mod relay;
pub mod replica;
pub mod wire;
