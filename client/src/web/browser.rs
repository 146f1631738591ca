//! Opening the person's browser. The way in must not stand in a list of processes, which other users of the computer can read:
//! the browser is given a small page, which only this user can read and which leads on.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use maud::{DOCTYPE, html};

use crate::store::only_mine;

const PAGE: &str = "kith-open.html";

/// Opens the browser at an address, by a page in the profile's folder; false if that did not work.
pub fn open(folder: &Path, address: &str) -> bool {
    let Ok(page) = write(folder, address) else { return false };
    let mut command = if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else if cfg!(target_os = "macos") {
        Command::new("open")
    } else {
        Command::new("xdg-open")
    };
    let quiet = command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Takes the page away; its way in is spent anyway.
pub(super) fn forget(folder: &Path) {
    let _ = std::fs::remove_file(folder.join(PAGE));
}

fn write(folder: &Path, address: &str) -> std::io::Result<PathBuf> {
    let path = folder.join(PAGE);
    let _ = std::fs::remove_file(&path);
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    only_mine(&mut options);
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="referrer" content="no-referrer";
                meta http-equiv="refresh" content=(format!("0;url={address}"));
                title { "Kith" }
            }
            body { p { a href=(address) { "Open Kith" } } }
        }
    };
    options.open(&path)?.write_all(page.into_string().as_bytes())?;
    Ok(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_its_user_can_read_the_page_that_leads_in() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let page = write(folder.path(), "http://127.0.0.1:1/#token").unwrap();
        assert_eq!(std::fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(std::fs::read_to_string(&page).unwrap().contains("0;url=http://127.0.0.1:1/#token"));
        forget(folder.path());
        assert!(!page.exists());
    }
}
