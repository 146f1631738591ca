//! `export`: an assessment as a file for other hands. The file is made here and written by whoever asked.

use std::path::Path;

use super::reading::view;
use super::{Answer, FileWanted, Manner, find, page};
use crate::cli::Format;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::json::{Exported, Shown, SummaryShown};

pub(super) fn export(engine: &Engine, id: &str, format: Format, to: &Path, replace: bool) -> Result<Answer, Failure> {
    let found = find::either(engine, id)?;
    let document = found.id;
    let manner = Manner::of_this_computer();
    let (bytes, name) = match format {
        Format::Automerge => (engine.look(move |work| Ok(work.read(&document)?.save()))?, "automerge"),
        Format::Html if found.is_record() => {
            return Err(Failure::refused(
                "export",
                "A strand record is not made into a page: it says who somebody is. `--format json` writes all of it",
            ));
        }
        Format::Json if found.is_record() => {
            (pretty(&super::caseload::record_shown(engine, &document.to_string(), &manner)?)?, "json")
        }
        Format::Html if found.is_summary() => {
            return Err(Failure::refused(
                "export",
                "A summary is written as a page by a lead of its assessment. `--format json` writes what is shared",
            ));
        }
        Format::Json if found.is_summary() => {
            let view = engine.look(move |work| work.summary_view(&document))?;
            let standing = find::standing(&found.summary.standing, &manner.zone);
            (pretty(&SummaryShown { assessment: document.to_string(), standing, summary: view })?, "json")
        }
        Format::Html => {
            let (view, _) = view(engine, document)?;
            (page::page(&view, engine.clock().now(), &manner.zone).into_bytes(), "html")
        }
        Format::Json => {
            let (view, newer) = view(engine, document)?;
            let standing = find::standing(&found.summary.standing, &manner.zone);
            let shown = Shown { assessment: document.to_string(), standing, newer, view };
            (pretty(&shown)?, "json")
        }
    };
    let file = to.display().to_string();
    let shown = Exported { assessment: document.to_string(), file: file.clone(), format: name, bytes: bytes.len() };
    let text = format!("Written to {file} ({} bytes).", bytes.len());
    let mut answer = Answer::new(&shown, text).note(
        "The file is not encrypted: keep it where your agency keeps such papers, and delete it when it is no longer needed.",
    );
    if format == Format::Automerge {
        answer = answer.note("It holds the whole history: also the labels of young people who were taken out.");
    }
    answer.file = Some(FileWanted { path: to.to_owned(), replace, length: bytes.len() });
    answer.bytes = bytes;
    Ok(answer)
}

fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| Failure::refused("export", error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}
