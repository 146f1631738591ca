//! What a step of the engine can fail with.

use kith_assessment::Refusal;
use kith_group::RowsError;
use kith_sync::client::{ClientError, EditError};

use crate::store::StoreError;

/// A step was not done; nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The profile's files.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The protocol.
    #[error(transparent)]
    Client(ClientError),
    /// A rule of practice.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A relay's address that cannot be used.
    #[error(transparent)]
    Address(#[from] super::address::AddressError),
    /// The engine was stopped, or its thread ended.
    #[error("Kith has stopped working in this profile; what was saved is safe. Start it again.")]
    Stopped,
    /// It did not happen in time.
    #[error("{0}")]
    TooLate(String),
    /// A stored value that this program cannot read.
    #[error("The profile holds something that this Kith cannot read ({0}). Nothing was changed; update Kith.")]
    Unreadable(&'static str),
}

impl EngineError {
    /// Whether it only says no, and what is in memory is as it was.
    pub(super) fn is_refusal(&self) -> bool {
        use ClientError::{Join, MayNotWrite, NotALead, TooLong, UnknownDocument};
        match self {
            Self::Refused(_) | Self::Address(_) => true,
            Self::Client(error) => matches!(error, Join(_) | MayNotWrite(_) | NotALead | TooLong { .. } | UnknownDocument),
            _ => false,
        }
    }
}

impl From<ClientError> for EngineError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Rows(rows) => rows.into(),
            other => Self::Client(other),
        }
    }
}

impl From<RowsError> for EngineError {
    fn from(error: RowsError) -> Self {
        Self::Store(match error {
            RowsError::DiskFull => StoreError::DiskFull,
            RowsError::ReadOnly => StoreError::ReadOnly("this profile's folder".into()),
            RowsError::Damaged(_) => StoreError::Damaged,
            RowsError::Failed(text) => StoreError::Failed(text),
        })
    }
}

impl<E: Into<EngineError>> From<EditError<E>> for EngineError {
    fn from(error: EditError<E>) -> Self {
        match error {
            EditError::Refused(refusal) => refusal.into(),
            EditError::Client(error) => error.into(),
        }
    }
}
