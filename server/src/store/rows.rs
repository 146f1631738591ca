//! Between SQLite's values and ours.

use kith_sync::relay::StoreError;
use rusqlite::{ErrorCode, Row};

/// What SQLite said, as a relay's store error. SQLite's messages name tables and columns, never values.
#[allow(clippy::needless_pass_by_value)] // It is what `map_err` hands over, at some fifty places.
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

/// A number out of a column: never negative, because none was written so.
pub(crate) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// A number out of a column that may be empty.
pub(crate) fn number_if_any(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    match row.get::<_, Option<i64>>(column)? {
        None => Ok(None),
        Some(_) => number(row, column).map(Some),
    }
}

/// A number of ours in SQLite's 64-bit signed integers. What does not fit can never be reached by counting: it finds nothing.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
