//! The other process's side.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::time::Duration;

use super::{LONGEST, Question, Reply, SOCKET, VERSION, frames};
use crate::cli::Verb;
use crate::failure::Failure;
use crate::verbs::Answer;

/// Longer than any verb waits for a relay.
const PATIENCE: Duration = Duration::from_secs(180);
/// The longest path that a Unix socket's address holds everywhere, in bytes.
const LONGEST_PATH: usize = 100;

/// A connection to whoever holds a profile.
#[derive(Debug)]
pub struct Asker {
    holder: UnixStream,
}

impl Asker {
    /// Connects to the holder of a profile folder; `None` if nobody listens there.
    pub fn connect(folder: &Path) -> Option<Self> {
        let holder = at_folder(folder, SOCKET, |path| UnixStream::connect(path)).ok()?;
        holder.set_read_timeout(Some(PATIENCE)).ok()?;
        Some(Self { holder })
    }

    /// Has a verb done.
    pub fn ask(mut self, verb: &Verb) -> Result<Answer, Failure> {
        let lost = |error: io::Error| {
            Failure::refused(
                "holder-lost",
                format!(
                    "The Kith that is open in this profile did not answer ({error}). What it said it saved is saved; look with `kith status` \
                     before you do this again"
                ),
            )
        };
        frames::write(&mut self.holder, &Question { version: VERSION, verb: verb.clone() }, &[]).map_err(lost)?;
        match frames::read(&mut self.holder, LONGEST).map_err(lost)? {
            Reply::Answer(mut answer) => {
                if let Some(file) = &answer.file {
                    answer.bytes = frames::bytes(&mut self.holder, file.length as u64).map_err(lost)?;
                }
                Ok(*answer)
            }
            Reply::Refused(failure) => Err(failure),
        }
    }
}

/// Does something with the socket of a folder, whose whole path may be longer than a socket's address holds: on Linux the folder
/// then gets a short name for the time of the call, under /proc.
pub(crate) fn at_folder<T>(folder: &Path, socket: &str, f: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = folder.join(socket);
    if path.as_os_str().len() <= LONGEST_PATH {
        return f(&path);
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        let open = std::fs::File::open(folder)?;
        let short = PathBuf::from(format!("/proc/self/fd/{}/{socket}", open.as_raw_fd()));
        f(&short)
    }
    #[cfg(not(target_os = "linux"))]
    Err(io::Error::new(io::ErrorKind::InvalidInput, "the path of the profile folder is too long"))
}
