//! What can go wrong with a profile folder, in sentences: what happened, what is safe, what to do.

use std::io;
use std::path::{Path, PathBuf};

use kith_group::RowsError;

/// A profile could not be made, opened, read or written. Nothing was changed unless the sentence says so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder holds no profile.
    #[error("There is no Kith profile in {}. Make one with `kith setup`, or name its folder with --profile.", .0.display())]
    NoProfile(PathBuf),
    /// The folder holds one already.
    #[error("There is a Kith profile in {} already; nothing was changed. Use it, or name another folder with --profile.", .0.display())]
    ProfileExists(PathBuf),
    /// The one sentence for every wrong passphrase: no hint of more.
    #[error("That passphrase does not open this profile. Nothing was changed; try again.")]
    WrongPassphrase,
    /// Too short to protect anything.
    #[error(
        "The passphrase is too short: use at least {0} characters. Four or more unrelated words are strong and easy to type."
    )]
    WeakPassphrase(usize),
    /// The key file is not one.
    #[error(
        "The file kith.key in {} is damaged, so this profile cannot be opened. Nothing was changed. Put back a copy of kith.key; \
         what you have sent is safe with your colleagues, and a lead can let you in again from a new profile.",
        .0.display()
    )]
    KeyFileDamaged(PathBuf),
    /// A newer Kith wrote it.
    #[error(
        "This profile was written by a newer Kith (store version {found}; this one knows {known}). Nothing was changed; update Kith."
    )]
    Newer {
        /// The version in the file.
        found: u32,
        /// The newest that this program reads.
        known: u32,
    },
    /// The file is no backup, or not whole.
    #[error(
        "This file is not a backup of Kith, or it is damaged. Nothing was made; try another copy of it. What you have sent is safe with your \
         colleagues, and a lead can let you in again from a new profile."
    )]
    NotABackup,
    /// The passphrase is not the one that the profile had when the backup was made.
    #[error(
        "That passphrase does not open this backup. It is the one that you had when the backup was made. Nothing was made; try again."
    )]
    BackupPassphrase,
    /// Another process holds the profile and does not answer.
    #[error(
        "Another Kith is working in this profile. Nothing was changed; wait until it has finished, or stop it, and try again."
    )]
    InUse,
    /// The folder or a file in it cannot be written.
    #[error(
        "Kith cannot write in {}. Nothing was changed; ask for the right to write there, or name another folder with --profile.",
        .0.display()
    )]
    ReadOnly(PathBuf),
    /// No room.
    #[error("The disk is full. What was saved before is safe, this last step was not saved; make room and do it again.")]
    DiskFull,
    /// A page of the store does not hold.
    #[error(
        "The store is damaged: part of it does not read back as it was written. Nothing was changed. Copy the whole profile folder \
         somewhere safe before you do anything else; what you have sent is safe with your colleagues, and a lead can let you in \
         again from a new profile."
    )]
    Damaged,
    /// What the engine or the system said besides.
    #[error(
        "The store could not be used ({0}). Nothing was changed; try again, and if it happens again keep a copy of the profile folder and ask your IT team."
    )]
    Failed(String),
}

impl StoreError {
    /// A short, stable word for scripts (`docs/cli.md`).
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoProfile(_) => "no-profile",
            Self::ProfileExists(_) => "profile-exists",
            Self::WrongPassphrase | Self::BackupPassphrase => "wrong-passphrase",
            Self::NotABackup => "not-a-backup",
            Self::WeakPassphrase(_) => "weak-passphrase",
            Self::KeyFileDamaged(_) | Self::Damaged => "store-damaged",
            Self::Newer { .. } => "store-newer",
            Self::InUse => "in-use",
            Self::ReadOnly(_) => "read-only",
            Self::DiskFull => "disk-full",
            Self::Failed(_) => "store-failed",
        }
    }

    /// An error of the file system at `path`.
    pub(crate) fn from_io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::NotADirectory => {
                Self::ReadOnly(path.to_owned())
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Failed(error.to_string()),
        }
    }

    /// An error of rows, from a profile in `folder`.
    pub(crate) fn from_rows(folder: &Path, error: &RowsError) -> Self {
        match error {
            RowsError::DiskFull => Self::DiskFull,
            RowsError::ReadOnly => Self::ReadOnly(folder.to_owned()),
            RowsError::Damaged(_) => Self::Damaged,
            RowsError::Failed(text) => Self::Failed(text.clone()),
        }
    }
}

/// What SQLCipher said, in the four kinds that callers tell apart.
pub(crate) fn rows_error(error: &rusqlite::Error) -> RowsError {
    use rusqlite::ErrorCode;
    // Extended results that mean "no room" though their primary code does not.
    const IOERR_SHMSIZE: i32 = 10 | (19 << 8);
    let rusqlite::Error::SqliteFailure(failure, text) = error else {
        return RowsError::Failed(error.to_string());
    };
    match failure.code {
        ErrorCode::DiskFull => RowsError::DiskFull,
        _ if failure.extended_code == IOERR_SHMSIZE => RowsError::DiskFull,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => RowsError::ReadOnly,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => RowsError::Damaged(failure.to_string()),
        _ => RowsError::Failed(text.clone().unwrap_or_else(|| failure.to_string())),
    }
}
