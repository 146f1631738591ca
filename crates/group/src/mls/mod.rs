//! MLS behind functions without type parameters.

mod commit;
mod facts;
pub mod member;
mod provider;
pub(crate) mod relay;
mod storage;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::GroupError;

/// Runs what reads a stranger's bytes. MLS and its codec assert in debug builds where a length is wrong; a panic on somebody
/// else's bytes, whatever its cause, is a refusal and not the end of this process. The caller's transaction is rolled back then,
/// and no value that the panic may have left half-done is used again.
fn guarded<T>(refusal: impl FnOnce(String) -> GroupError, read: impl FnOnce() -> Result<T, GroupError>) -> Result<T, GroupError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(refusal("it cannot be read".to_owned())))
}
