//! Between SQLite's values and ours.

use kith_sync::relay::StoreError;
use rusqlite::ErrorCode;

/// What SQLite said, as a relay's store error. SQLite's messages name tables and columns, never values.
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    let code = error.sqlite_error_code();
    let sentence = error.to_string();
    match code {
        Some(ErrorCode::DiskFull) => StoreError::DiskFull,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => StoreError::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(sentence),
        // A value that does not fit its type was not written by us.
        None if matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
        ) =>
        {
            StoreError::Damaged(sentence)
        }
        _ => StoreError::Failed(sentence),
    }
}

/// A number of ours in SQLite's 64-bit signed integers. What does not fit can never be reached by counting: it finds nothing.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
