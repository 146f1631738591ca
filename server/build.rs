//! Builds the page for young people and families with Node.js and puts its files into the relay, as they are and compressed.
//!
//! Without Node.js, or with `KITH_WITHOUT_APP=1`, the relay is built without the page, and says so.

#[path = "../client/build_page.rs"]
mod build_page;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use build_page::{Outcome, folders, page};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What the page is built from.
const SOURCES: [&str; 8] = [
    "src",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "../build_page.rs",
    "../../server/build.rs",
];

fn main() -> Outcome<()> {
    let (out, _) = folders()?;
    let without = "this `kith-relay` is built without the page for young people and families. To have it";
    let files = page("../client/guest", &SOURCES, &out.join("guest"), without)?;
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
