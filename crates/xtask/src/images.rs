//! `cargo xtask images`: the pictures of README and the guide, taken of the demo's apps by a headless Chromium
//! (client/ui/tests/images.mjs says of what).

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use kith_tests::apps::walk;
use kith_tests::demo::Demo;

use crate::cargo::root;
use crate::ui;

/// No picture is larger, in bytes: they are read on slow lines too, and kept in the repository.
const LARGEST: u64 = 150_000;

/// Takes every picture anew.
///
/// # Errors
/// When the apps or the browser do not start, or a picture is too large.
pub(crate) fn run() -> anyhow::Result<()> {
    ui::has_browser()?;
    let folder = tempfile::Builder::new().prefix("kith-images-").tempdir().context("there is no temporary folder")?;
    let demo = Demo::start(folder.path())?;
    let images = root().join("docs/images");
    fs::create_dir_all(&images)?;
    for old in pictures(&images)? {
        fs::remove_file(old)?;
    }
    let ways: Vec<(String, String)> =
        demo.ways_in().into_iter().map(|(name, address)| (format!("KITH_{}", name.to_uppercase()), address)).collect();
    let mut variables: Vec<(&str, &str)> = ways.iter().map(|(name, address)| (name.as_str(), address.as_str())).collect();
    let at = images.to_string_lossy().into_owned();
    variables.push(("KITH_IMAGES", &at));
    variables.push(("KITH_LARCH", &demo.assessment));
    walk("images.mjs", &variables);
    demo.end()?;
    let taken = pictures(&images)?;
    ensure!(!taken.is_empty(), "no picture was taken");
    for picture in taken {
        let size = fs::metadata(&picture)?.len();
        println!("{:>7} bytes  {}", size, picture.file_name().unwrap_or_default().to_string_lossy());
        ensure!(size <= LARGEST, "{} is larger than {LARGEST} bytes", picture.display());
    }
    Ok(())
}

fn pictures(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut found: Vec<_> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    found.retain(|path| path.extension().is_some_and(|ending| ending == "png"));
    found.sort();
    Ok(found)
}
