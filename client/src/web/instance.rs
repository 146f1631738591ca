//! One app per profile: whoever opens Kith a second time gets a way into the first. They speak through a socket in the profile's
//! folder, which only the profile's own user may enter.

use std::path::Path;

use crate::failure::Failure;
use crate::store::{Lock, StoreError};

/// The socket's name in the profile folder.
#[cfg(unix)]
const SOCKET: &str = "kith-open.sock";
/// The longest answer.
#[cfg(unix)]
const LONGEST: u64 = 4096;

/// What became of the wish to be the one.
pub(super) enum Place {
    /// This process is the one, until the lock is dropped.
    Mine(Lock),
    /// Another process is, and gives this address to get in.
    Theirs(String),
}

/// Takes the place of a profile's one app, or asks the one that has it for a way in.
pub(super) fn take(folder: &Path) -> Result<Place, Failure> {
    match Lock::of_the_app(folder) {
        Ok(lock) => Ok(Place::Mine(lock)),
        Err(StoreError::InUse) => match ask(folder) {
            Some(address) => Ok(Place::Theirs(address)),
            None => Err(Failure::refused(
                "in-use",
                "Kith is open in this profile already, and does not answer. End it, then open it again",
            )),
        },
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn ask(_: &Path) -> Option<String> {
    None
}

#[cfg(unix)]
fn ask(folder: &Path) -> Option<String> {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;
    // The other one may be a moment away from listening.
    for _ in 0..40 {
        if let Ok(first) = crate::holder::at_folder(folder, SOCKET, |path| UnixStream::connect(path)) {
            first.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
            let mut address = String::new();
            first.take(LONGEST).read_to_string(&mut address).ok()?;
            return Some(address).filter(|address| address.starts_with("http://127.0.0.1:"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}

/// Gives a way in to whoever asks, until the program ends.
#[cfg(unix)]
pub(super) fn listen(folder: &Path, way_in: impl Fn() -> String + Send + 'static) -> std::io::Result<Listening> {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixListener;
    let path = folder.join(SOCKET);
    let _ = std::fs::remove_file(&path);
    let listener = crate::holder::at_folder(folder, SOCKET, |path| UnixListener::bind(path))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    std::thread::Builder::new().name("kith-second".to_owned()).spawn(move || {
        for second in listener.incoming() {
            let Ok(mut second) = second else { continue };
            // Whoever hangs up at once wanted nothing.
            let _ = second.write_all(way_in().as_bytes());
        }
    })?;
    Ok(Listening(path))
}

/// Elsewhere the lock alone keeps a second one out.
#[cfg(not(unix))]
pub(super) fn listen(_: &Path, _: impl Fn() -> String + Send + 'static) -> std::io::Result<Listening> {
    Ok(Listening(std::path::PathBuf::new()))
}

/// Takes the socket away when the program ends in order.
#[derive(Debug)]
pub(super) struct Listening(std::path::PathBuf);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
