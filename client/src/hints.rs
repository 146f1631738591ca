//! `kith nudge`: the hints that a writer would get, for a text on the input. Keeps nothing and sends nothing; needs no profile, unless
//! names of the caseload are looked for.

use std::io::Read;
use std::path::Path;

use kith_assessment::nudge::{CaseloadName, Checker, Finding, Lists, Words};

use crate::failure::Failure;
use crate::json::Hint;
use crate::terminal::visible_line;
use crate::verbs::Answer;

/// The most that is read of the input or of the file of names, in bytes: more than any entry holds.
const MOST: u64 = 4 << 20;

/// Checks the text on the input against the rules, and against names from a file: one a line, short forms after commas.
pub fn nudge(names: Option<&Path>) -> Result<Answer, Failure> {
    let caseload: Vec<CaseloadName> = match names {
        Some(path) => {
            let refused =
                |why: &str| Failure::refused("names", format!("The file of names {} {why}. Nothing was checked", path.display()));
            let file = std::fs::File::open(path).map_err(|error| refused(&format!("cannot be read ({error})")))?;
            let text = text_of(file).map_err(|why| refused(&why))?;
            text.lines().filter_map(CaseloadName::from_line).collect()
        }
        None => Vec::new(),
    };
    let text = match text_of(std::io::stdin().lock()) {
        Ok(text) => text,
        Err(why) if why == NOT_TEXT => {
            return Err(Failure::refused("not-text", format!("The input {why}. Nothing was checked")));
        }
        Err(why) => return Err(Failure::refused("input", format!("The input {why}. Nothing was checked"))),
    };
    checked(&text, &caseload)
}

/// Checks a text against the rules and these names.
pub(crate) fn checked(text: &str, caseload: &[CaseloadName]) -> Result<Answer, Failure> {
    let findings = Checker::new(Lists::shipped(), caseload)
        .check(text, Words::Professional)
        .map_err(|why| Failure::refused("not-checked", format!("Nothing was checked: {why}")))?;
    let hints = hints(text, &findings);
    let lines: Vec<String> = hints.iter().map(|hint| line(text, hint)).collect();
    let shown = if lines.is_empty() { "Checked: no hints.".to_owned() } else { lines.join("\n") };
    Ok(Answer::new(&hints, shown))
}

const NOT_TEXT: &str = "is not text (UTF-8)";

fn text_of(source: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    source.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| format!("could not be read ({error})"))?;
    if bytes.len() as u64 > MOST {
        return Err("is longer than any text that Kith holds".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| NOT_TEXT.to_owned())
}

/// The findings with positions in Unicode characters, as scripts count them.
fn hints(text: &str, findings: &[Finding]) -> Vec<Hint> {
    let mut ends = Vec::new();
    let mut units = 0;
    for character in text.chars() {
        units += character.len_utf16();
        ends.push(units);
    }
    let characters = |unit: usize| ends.partition_point(|end| *end <= unit);
    let hint = |one: &Finding| Hint {
        kind: one.kind.as_str(),
        what: one.identifier.map(kith_assessment::nudge::Identifier::as_str),
        start: characters(one.start),
        end: characters(one.end),
        reason: one.reason.clone(),
        suggestion: one.suggestion.clone(),
        instead: one.instead.clone(),
    };
    findings.iter().map(hint).collect()
}

fn line(text: &str, hint: &Hint) -> String {
    let words: String = text.chars().skip(hint.start).take(hint.end - hint.start).collect();
    let kind = hint.what.unwrap_or(hint.kind).replace('-', " ");
    format!("{}-{} \"{}\" ({kind}): {} {}", hint.start, hint.end, visible_line(&words), hint.reason, hint.suggestion)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_counted_in_characters() {
        let text = "\u{1f600}\u{1f600} Keziah";
        let names = [CaseloadName { full: "Keziah".to_owned(), also: Vec::new() }];
        let findings = Checker::new(Lists::shipped(), &names).check(text, Words::Professional).unwrap();
        let hints = hints(text, &findings);
        assert_eq!(hints.iter().map(|hint| (hint.kind, hint.start, hint.end)).collect::<Vec<_>>(), [("caseload-name", 3, 9)]);
    }
}
