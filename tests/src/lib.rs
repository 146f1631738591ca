//! What tests across crates share. The tests themselves are in `tests/tests/`; what they say about one crate alone lives in
//! that crate.

pub mod apps;
pub mod decoders;
pub mod demo;
pub mod holder;
pub mod holdings;
pub mod larch;
pub mod phone;
pub mod processes;
pub mod replay;
pub mod search;
pub mod simulation;
pub mod stage;
pub mod tap;
pub mod traces;
