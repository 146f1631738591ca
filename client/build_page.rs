//! How a page is built with Node.js and npm: what the build scripts of `kith` and of the relay share. Each takes it in with
//! `#[path]`, since a crate of its own would have to be built before every build.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// The oldest Node.js that the tools of the pages run on: major and minor.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Where Cargo wants what a build script makes, and where the script's crate is.
pub(crate) fn folders() -> Outcome<(PathBuf, PathBuf)> {
    let folder = |name: &'static str| std::env::var_os(name).map(PathBuf::from).ok_or(format!("Cargo sets {name}"));
    Ok((folder("OUT_DIR")?, folder("CARGO_MANIFEST_DIR")?))
}

/// Builds the page in `folder` (named from the script's crate) from `sources` into `into`; gives its files, sorted: path below the page,
/// path on the disk. Without Node.js, or with `KITH_WITHOUT_APP=1`, there are none, and `without` says what that means.
#[allow(clippy::print_stdout)] // This is how a build script speaks to Cargo.
pub(crate) fn page(folder: &str, sources: &[&str], into: &Path, without: &str) -> Outcome<Vec<(String, String)>> {
    for source in sources {
        println!("cargo::rerun-if-changed={folder}/{source}");
    }
    println!("cargo::rerun-if-env-changed=KITH_WITHOUT_APP");
    println!("cargo::rerun-if-env-changed=PATH");
    let left_out = std::env::var_os("KITH_WITHOUT_APP").is_some_and(|value| !value.is_empty() && value != "0");
    let why_not = if left_out { Some("KITH_WITHOUT_APP is set".to_owned()) } else { no_node() };
    let mut files = Vec::new();
    if let Some(why) = why_not {
        // A file that is not there: looked for again at the next build, so that Node.js is found as soon as it is installed.
        if !left_out {
            println!("cargo::rerun-if-changed={folder}/node-was-not-found");
        }
        println!(
            "cargo::warning={why}: {without}, install Node.js {}.{} or newer with npm (Debian: nodejs, npm) and build again.",
            OLDEST_NODE.0, OLDEST_NODE.1
        );
        return Ok(files);
    }
    let (_, here) = folders()?;
    build(&here.join(folder), folder, into)?;
    list(into, into, &mut files)?;
    files.sort();
    Ok(files)
}

/// Why Node.js cannot build a page; `None` if it can.
fn no_node() -> Option<String> {
    let said = match Command::new("node").arg("--version").output() {
        Ok(said) if said.status.success() => String::from_utf8_lossy(&said.stdout).trim().to_owned(),
        _ => return Some("Node.js was not found".to_owned()),
    };
    let mut numbers = said.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_NODE => {}
        _ => return Some(format!("Node.js {said} is too old")),
    }
    match npm().arg("--version").output() {
        Ok(said) if said.status.success() => None,
        _ => Some("npm was not found".to_owned()),
    }
}

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// `npm ci` where the lock file has changed since, then `vite build`.
fn build(source: &Path, name: &str, into: &Path) -> Outcome<()> {
    let (lock, installed) = (source.join("package-lock.json"), source.join("node_modules/.kith-installed"));
    if fs::read(&lock).ok() != fs::read(&installed).ok() {
        run(
            npm().current_dir(source).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
            &format!("`npm ci` in {name}"),
        )?;
        fs::copy(&lock, &installed)?;
    }
    let vite = source.join("node_modules/vite/bin/vite.js");
    let mut command = Command::new("node");
    command.current_dir(source).arg(vite).args(["build", "--emptyOutDir", "--logLevel", "warn", "--outDir"]).arg(into);
    run(&mut command, &format!("`vite build` in {name}"))
}

fn run(command: &mut Command, what: &str) -> Outcome<()> {
    let said = command.output().map_err(|error| format!("{what} did not start: {error}"))?;
    if said.status.success() {
        return Ok(());
    }
    Err(format!("{what} failed:\n{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr)).into())
}

/// Every file below a folder.
fn list(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, found)?;
        } else {
            let name = path.strip_prefix(root)?.to_str().ok_or("a file of the page has a strange name")?.replace('\\', "/");
            found.push((name, path.to_str().ok_or("the build's folder has a strange name")?.to_owned()));
        }
    }
    Ok(())
}
