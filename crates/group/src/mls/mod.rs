//! MLS behind functions without type parameters.

mod commit;
mod facts;
pub mod member;
mod provider;
pub(crate) mod relay;
mod storage;
