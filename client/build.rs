//! Builds the app's page with Node.js and puts its files into the program.
//!
//! Without Node.js, or with `KITH_WITHOUT_APP=1`, `kith` is built for the command line only, and says so.

#[path = "build_page.rs"]
mod build_page;

use std::fmt::Write as _;
use std::fs;

use build_page::{Outcome, folders, page};

/// What the page is built from.
const SOURCES: [&str; 10] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
    "../build.rs",
    "../build_page.rs",
];

fn main() -> Outcome<()> {
    let (out, _) = folders()?;
    let without = "this `kith` is built for the command line only, without the app. To have the app";
    let files = page("ui", &SOURCES, &out.join("app"), without)?;
    let mut code = String::from("/// Every file of the app: its path and its bytes.\nstatic FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        writeln!(code, "    ({:?}, include_bytes!({path:?})),", format!("/{name}"))?;
    }
    code.push_str("];\n");
    fs::write(out.join("app_files.rs"), code)?;
    Ok(())
}
