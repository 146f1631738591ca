//! Where the passphrase comes from: a file, the variable `KITH_PASSPHRASE`, or a question at the terminal. Never an argument,
//! which every user of the computer could read.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::failure::Failure;

/// The variable.
const VARIABLE: &str = "KITH_PASSPHRASE";
/// No passphrase is longer; a file that is was named by mistake.
const LONGEST: u64 = 4096;

/// How the passphrase is had.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// A file whose first line it is.
    pub(crate) file: Option<PathBuf>,
}

impl Source {
    /// The passphrase of a profile that exists.
    pub(crate) fn existing(&self) -> Result<Zeroizing<String>, Failure> {
        match self.given()? {
            Some(given) => Ok(given),
            None => asked("Passphrase: "),
        }
    }

    /// A passphrase for a new profile: asked for twice at a terminal.
    pub(crate) fn new_one(&self) -> Result<Zeroizing<String>, Failure> {
        if let Some(given) = self.given()? {
            return Ok(given);
        }
        let once = asked("Choose a passphrase (four or more unrelated words are strong and easy to type): ")?;
        let again = asked("The same again: ")?;
        if once == again {
            Ok(once)
        } else {
            Err(Failure::refused("passphrase-differs", "The two were not the same. Nothing was made; try again"))
        }
    }

    /// One that needs no question: from the file or the variable.
    pub(crate) fn given(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        if let Some(file) = &self.file {
            return from_file(file).map(Some);
        }
        Ok(std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()).map(Zeroizing::new))
    }
}

fn from_file(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let wrong = |why: &str| Failure::refused("passphrase-file", format!("The passphrase file {} {why}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| wrong(&format!("cannot be read ({error})")))?;
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST).read_to_string(&mut text).map_err(|_| wrong("is not text"))?;
    let first = text.lines().next().unwrap_or_default();
    if first.is_empty() {
        return Err(wrong("is empty"));
    }
    Ok(Zeroizing::new(first.to_owned()))
}

fn asked(question: &str) -> Result<Zeroizing<String>, Failure> {
    let nowhere = || {
        Failure::refused(
            "no-passphrase",
            format!("There is nobody to ask for the passphrase. Set {VARIABLE}, or name a file with --passphrase-file"),
        )
    };
    if !std::io::stdin().is_terminal() {
        return Err(nowhere());
    }
    rpassword::prompt_password(question).map(Zeroizing::new).map_err(|_| nowhere())
}
