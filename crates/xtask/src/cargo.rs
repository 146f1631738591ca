//! Running cargo from under cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `cargo run` tells the program that it starts. Some build scripts watch these: passed on to another cargo they would
/// rebuild a good part of the tree each time.
const OF_THIS_RUN: [&str; 5] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"];

/// A cargo command in the workspace's root, as if a developer had typed it there.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let of_this_run = name.to_str().is_some_and(|name| OF_THIS_RUN.iter().any(|prefix| name.starts_with(prefix)));
        if of_this_run {
            command.env_remove(name);
        }
    }
    command.args(arguments).current_dir(root());
    command
}

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
