//! `backup` and `restore`: everything that can be read here, as one sealed file; and what is there after reading one back.

use std::path::Path;

use super::{Answer, FileWanted, Manner};
use crate::cli::Verb;
use crate::engine::{Engine, LastBackup};
use crate::failure::Failure;
use crate::json::{BackedUp, Restored};

/// Makes a backup that whoever asked writes to `file`.
pub(super) fn backup(engine: &Engine, file: &Path, replace: bool) -> Result<Answer, Failure> {
    let backup = engine.backup()?;
    let shown = file.display().to_string();
    let many = if backup.documents == 1 { "1 document".to_owned() } else { format!("{} documents", backup.documents) };
    let text = format!("Backed up to {shown} ({} bytes): {many}, opened again and compared.", backup.bytes.len());
    let value = BackedUp { file: shown, bytes: backup.bytes.len(), made: backup.made, documents: backup.documents };
    let mut answer = Answer::new(&value, text).note(
        "The file is encrypted; it opens with the passphrase that you have now. Keep it on another computer or drive, where your agency \
         keeps such things.",
    );
    answer.file = Some(FileWanted { path: file.to_owned(), replace, length: backup.bytes.len() });
    answer.bytes = backup.bytes;
    Ok(answer)
}

/// The backup is where it was wanted.
pub(super) fn kept(engine: &Engine, made: i64, bytes: u64) -> Result<Answer, Failure> {
    engine.step(move |work| work.backup_was_kept(LastBackup { made, bytes }))?;
    Ok(Answer::default())
}

/// What there is after a backup was read back.
pub(super) fn restored(engine: &Engine, manner: &Manner) -> Result<Answer, Failure> {
    let person = engine.look(|work| work.profile())?;
    let list = super::run(engine, &Verb::List, manner)?;
    let assessments = list.value["assessments"].as_array().cloned().unwrap_or_default();
    let text =
        format!("Restored the profile of {}. You can read, print and export what was in the backup:\n{}", person.name, list.text);
    Ok(Answer::new(&Restored { name: person.name, assessments }, text).note(
        "Nothing can be written in a copy from a backup. To go on writing, ask a lead for a link and use it with `kith join`; what was \
         not sent when the backup was made is in this copy only, so export it first.",
    ))
}
