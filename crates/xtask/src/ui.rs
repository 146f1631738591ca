//! The app's page: its generated types, and its own checks.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::cargo::root;

fn types_file() -> PathBuf {
    root().join("client/ui/src/lib/types.ts")
}

fn openapi_file() -> PathBuf {
    root().join("docs/openapi.json")
}

/// What another program on the same computer can read, as it is written down.
fn openapi() -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(&kith::web::openapi())?))
}

/// Writes the types, and the description of what other programs can read.
pub(crate) fn write_types() -> anyhow::Result<()> {
    fs::write(types_file(), kith::web::typescript()).context("cannot write the page's types")?;
    fs::write(openapi_file(), openapi()?).context("cannot write docs/openapi.json")
}

/// Fails if the types are not those of the Rust crates, or the page does not hold together with them.
pub(crate) fn check() -> anyhow::Result<()> {
    let written = fs::read_to_string(types_file()).context("cannot read the page's types")?;
    ensure!(written == kith::web::typescript(), "client/ui/src/lib/types.ts is stale: run `cargo xtask types`");
    let described = fs::read_to_string(openapi_file()).context("cannot read docs/openapi.json")?;
    ensure!(described == openapi()?, "docs/openapi.json is stale: run `cargo xtask types`");
    ensure!(
        !kith::web::app_files().is_empty(),
        "the app was not built: install Node.js 20.19 or newer with npm, unset KITH_WITHOUT_APP, and try again"
    );
    // `node` directly: `npm run` would add its own lines. The build has installed what the lock file names.
    let folder = root().join("client/ui");
    let mut command = Command::new("node");
    command.current_dir(&folder).args(["node_modules/svelte-check/bin/svelte-check", "--tsconfig", "./tsconfig.json"]);
    let status = command.arg("--fail-on-warnings").status().context("cannot start svelte-check")?;
    ensure!(status.success(), "svelte-check says no ({status})");
    // Built with the relay; its own words and screens are tested there.
    let folder = root().join("client/guest");
    let mut command = Command::new("node");
    command.current_dir(&folder).args(["node_modules/typescript/bin/tsc", "--noEmit", "--project", "tsconfig.json"]);
    let status = command.status().context("cannot start tsc")?;
    ensure!(status.success(), "tsc says no to client/guest ({status})");
    lock_file("client/ui")?;
    lock_file("client/guest")
}

/// A lock file names packages, versions and their digests, and no registry: everybody has their own.
fn lock_file(page: &str) -> anyhow::Result<()> {
    let lock = fs::read_to_string(root().join(page).join("package-lock.json")).context("cannot read the page's lock file")?;
    if lock.contains("\"resolved\"") {
        bail!("{page}/package-lock.json names a registry: run `npm install --omit-lockfile-registry-resolved` there");
    }
    Ok(())
}

/// The browser of the browser tests: Debian's, or the one that `KITH_CHROMIUM` names.
pub(crate) fn has_browser() -> anyhow::Result<()> {
    let wanted = env::var_os("KITH_CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    ensure!(
        wanted.exists(),
        "the browser tests need Chromium: install Debian's package `chromium`, or set KITH_CHROMIUM to a program"
    );
    Ok(())
}
