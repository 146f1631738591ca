//! Builds the page for young people and families with Node.js and puts its files into the relay, as they are and compressed.
//!
//! Without Node.js, or with `KITH_WITHOUT_APP=1`, the relay is built without the page, and says so.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the page is built from.
const SOURCES: [&str; 7] =
    ["src", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "../../server/build.rs"];
/// The oldest Node.js that the tools of the page run on: major and minor.
const OLDEST_NODE: (u32, u32) = (20, 19);

#[allow(clippy::print_stdout)] // This is how a build script speaks to Cargo.
fn main() -> Outcome<()> {
    for source in SOURCES {
        println!("cargo::rerun-if-changed=../client/guest/{source}");
    }
    println!("cargo::rerun-if-env-changed=KITH_WITHOUT_APP");
    println!("cargo::rerun-if-env-changed=PATH");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR")?);
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("Cargo sets CARGO_MANIFEST_DIR")?);
    let guest = here.join("../client/guest");
    let page = out.join("guest");
    let left_out = std::env::var_os("KITH_WITHOUT_APP").is_some_and(|value| !value.is_empty() && value != "0");
    let why_not = if left_out { Some("KITH_WITHOUT_APP is set".to_owned()) } else { no_node() };
    let mut files = Vec::new();
    match why_not {
        None => {
            build(&guest, &page)?;
            list(&page, &page, &mut files)?;
            files.sort();
        }
        Some(why) => println!(
            "cargo::warning={why}: this `kith-relay` is built without the page for young people and families. To have it, install \
             Node.js {}.{} or newer with npm (Debian: nodejs, npm) and build again.",
            OLDEST_NODE.0, OLDEST_NODE.1
        ),
    }
    let mut code = String::from(
        "/// Every file of the page: its path, its bytes, and the same compressed.\nstatic FILES: &[(&str, &[u8], &[u8])] = &[\n",
    );
    for (number, (name, path)) in files.iter().enumerate() {
        let packed = out.join(format!("guest-{number}.gz"));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(path)?)?;
        fs::write(&packed, encoder.finish()?)?;
        let packed = packed.to_str().ok_or("the build's folder has a strange name")?;
        writeln!(code, "    ({name:?}, include_bytes!({path:?}), include_bytes!({packed:?})),")?;
    }
    code.push_str("];\n");
    fs::write(out.join("guest_files.rs"), code)?;
    Ok(())
}

/// Why Node.js cannot build the page; `None` if it can.
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
fn build(guest: &Path, page: &Path) -> Outcome<()> {
    let (lock, installed) = (guest.join("package-lock.json"), guest.join("node_modules/.kith-installed"));
    if fs::read(&lock).ok() != fs::read(&installed).ok() {
        run(npm().current_dir(guest).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]), "`npm ci` in client/guest")?;
        fs::copy(&lock, &installed)?;
    }
    let vite = guest.join("node_modules/vite/bin/vite.js");
    let mut command = Command::new("node");
    command.current_dir(guest).arg(vite).args(["build", "--emptyOutDir", "--logLevel", "warn", "--outDir"]).arg(page);
    run(&mut command, "`vite build` in client/guest")
}

fn run(command: &mut Command, what: &str) -> Outcome<()> {
    let said = command.output().map_err(|error| format!("{what} did not start: {error}"))?;
    if said.status.success() {
        return Ok(());
    }
    Err(format!("{what} failed:\n{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr)).into())
}

/// Every file below a folder, by its path on the server.
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
