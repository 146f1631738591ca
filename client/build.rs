//! Builds the app's page with Node.js and puts its files into the program.
//!
//! Without Node.js, or with `KITH_WITHOUT_APP=1`, `kith` is built for the command line only, and says so.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the page is built from.
const SOURCES: [&str; 10] = [
    "ui/src",
    "ui/public",
    "ui/index.html",
    "ui/package.json",
    "ui/package-lock.json",
    "ui/svelte.config.js",
    "ui/tsconfig.json",
    "ui/vite.config.ts",
    // "Write together" asks what the guests' page asks, in its words.
    "guest/src",
    "build.rs",
];
/// The oldest Node.js that the tools of the page run on: major and minor.
const OLDEST_NODE: (u32, u32) = (20, 19);

#[allow(clippy::print_stdout)] // This is how a build script speaks to Cargo.
fn main() -> Outcome<()> {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-env-changed=KITH_WITHOUT_APP");
    println!("cargo::rerun-if-env-changed=PATH");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR")?);
    let ui = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("Cargo sets CARGO_MANIFEST_DIR")?).join("ui");
    let app = out.join("app");
    let left_out = std::env::var_os("KITH_WITHOUT_APP").is_some_and(|value| !value.is_empty() && value != "0");
    let why_not = if left_out { Some("KITH_WITHOUT_APP is set".to_owned()) } else { no_node() };
    let files = match why_not {
        None => {
            build(&ui, &app)?;
            let mut files = Vec::new();
            list(&app, &app, &mut files)?;
            files.sort();
            files
        }
        Some(why) => {
            // A file that is not there: looked for again at the next build, so that Node.js is found as soon as it is installed.
            if !left_out {
                println!("cargo::rerun-if-changed=ui/node-was-not-found");
            }
            println!(
                "cargo::warning={why}: this `kith` is built for the command line only, without the app. To have the app, install Node.js \
                 {}.{} or newer with npm (Debian: nodejs, npm) and build again.",
                OLDEST_NODE.0, OLDEST_NODE.1
            );
            Vec::new()
        }
    };
    let mut code = String::from("/// Every file of the app: its path and its bytes.\nstatic FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        writeln!(code, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    code.push_str("];\n");
    fs::write(out.join("app_files.rs"), code)?;
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
fn build(ui: &Path, app: &Path) -> Outcome<()> {
    let (lock, installed) = (ui.join("package-lock.json"), ui.join("node_modules/.kith-installed"));
    if fs::read(&lock).ok() != fs::read(&installed).ok() {
        run(npm().current_dir(ui).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]), "`npm ci` in client/ui")?;
        fs::copy(&lock, &installed)?;
    }
    let vite = ui.join("node_modules/vite/bin/vite.js");
    let mut command = Command::new("node");
    command.current_dir(ui).arg(vite).args(["build", "--emptyOutDir", "--logLevel", "warn", "--outDir"]).arg(app);
    run(&mut command, "`vite build` in client/ui")
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
            let name = path.strip_prefix(root)?.to_str().ok_or("a file of the app has a strange name")?.replace('\\', "/");
            found.push((format!("/{name}"), path.to_str().ok_or("the build's folder has a strange name")?.to_owned()));
        }
    }
    Ok(())
}
