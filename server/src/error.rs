//! What can go wrong with a relay, in sentences for whoever runs it.

use std::net::SocketAddr;
use std::path::PathBuf;

use kith_sync::relay::StoreError;

/// Why the relay cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Enrolment is open and others than this machine could reach it.
    #[error(
        "{0} can be reached from other machines, and enrolment is open to anybody: use --enrol token (and kith-relay token new), \
         or listen on 127.0.0.1"
    )]
    OpenToAll(SocketAddr),
    /// The address is not free or not ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The data folder cannot be used.
    #[error("cannot use the data folder {folder}: {source}; choose another with --data, or give this user the right to write there", folder = .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another relay holds the folder.
    #[error("another relay is running on the data folder {}; stop it first, or choose another folder with --data", .0.display())]
    InUse(PathBuf),
    /// There is no store where one should be.
    #[error("there is no relay's store in {}; name its folder with --data", .0.display())]
    NoStore(PathBuf),
    /// Made by a later version.
    #[error("the store in {folder} was made by a newer version of Kith (format {found}): update this relay", folder = .folder.display())]
    NewerStore {
        /// The folder.
        folder: PathBuf,
        /// The format found.
        found: i64,
    },
    /// The store does not do what durability needs.
    #[error("the store does not keep the setting {0}, without which an acknowledged record could be lost: not starting")]
    Unsafe(&'static str),
    /// The store failed.
    #[error("{0}{advice}", advice = advice(.0))]
    Store(#[from] StoreError),
    /// The system failed otherwise.
    #[error("the relay could not start: {0}")]
    System(std::io::Error),
}

/// What to do about it.
fn advice(error: &StoreError) -> &'static str {
    match error {
        StoreError::DiskFull => ": make room, then start the relay again; nothing acknowledged was lost",
        StoreError::ReadOnly => ": check the rights of the data folder and that its disk is mounted for writing",
        StoreError::Damaged(_) => {
            ": run `kith-relay check`, then restore the data folder from its backup; clients keep what they have and will say that \
             the log differs"
        }
        StoreError::Failed(_) => "",
    }
}
