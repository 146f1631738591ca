//! Documentation that says what is true: links lead somewhere, every verb and option is described, the table of wire messages
//! is the one in the source.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::cargo::{cargo, root};

/// Fails with everything that is wrong.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    let pages = pages()?;
    for page in &pages {
        wrong.extend(broken_links(page)?);
    }
    let built = cargo(&["build", "--quiet", "--locked", "--package", "kith", "--package", "kith-relay"]).status()?;
    ensure!(built.success(), "the two programs do not build");
    let cli = fs::read_to_string(root().join("docs/cli.md")).context("cannot read docs/cli.md")?;
    let mut described = 0;
    for program in ["kith", "kith-relay"] {
        described += undescribed(program, &cli, &mut wrong)?;
    }
    let (fields, codes) = said_in_json()?;
    let unsaid = fields.iter().filter(|field| !cli.contains(&format!("\"{field}\"")) && !cli.contains(&format!("`{field}`")));
    wrong.extend(unsaid.map(|field| format!("docs/cli.md does not name the JSON field {field}")));
    let unsaid = codes.iter().filter(|code| !cli.contains(&format!("`{code}`")));
    wrong.extend(unsaid.map(|code| format!("docs/cli.md does not list the refusal {code}")));
    let mut wire = String::new();
    for file in ["from_client.rs", "from_relay.rs", "refusal.rs"] {
        let path = root().join("crates/sync/src/wire").join(file);
        wire.push_str(&fs::read_to_string(path).context("cannot read the wire messages")?);
    }
    let protocol = fs::read_to_string(root().join("docs/protocol.md")).context("cannot read docs/protocol.md")?;
    let messages = messages(&wire);
    ensure!(!messages.is_empty(), "no wire messages were found in their source");
    wrong.extend(thawed(&protocol)?);
    let missing = messages.iter().filter(|(number, name)| !protocol.contains(&format!("| {number} | `{name}` |")));
    wrong.extend(missing.map(|(number, name)| format!("docs/protocol.md has no row for message {number}, {name}")));
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    println!("{} pages, {described} verbs, {} kinds of message: described as they are", pages.len(), messages.len());
    Ok(())
}

/// Every Markdown page of the repository.
fn pages() -> anyhow::Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for folder in [root(), root().join("docs"), root().join("docs/decisions")] {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

/// Links to files that are not there. Links to other sites are left alone.
fn broken_links(page: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(page)?;
    let folder = page.parent().unwrap_or(Path::new("."));
    let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.contains("://")).map(|target| target.split('#').next().unwrap_or(target));
    let broken = files.filter(|file| !file.is_empty() && !folder.join(file).exists());
    Ok(broken.map(|file| format!("{name} links to {file}, which is not there")).collect())
}

/// Adds to `wrong` what a program can do and the page does not say. How many verbs there are.
fn undescribed(program: &str, page: &str, wrong: &mut Vec<String>) -> anyhow::Result<usize> {
    let verbs = verbs(&help(program, &[])?);
    ensure!(!verbs.is_empty(), "{program} --help lists no verbs");
    for verb in &verbs {
        let head = format!("### `{program} {verb}");
        let Some(start) = page.find(&head).filter(|at| page[at + head.len()..].starts_with(['`', ' '])) else {
            wrong.push(format!("docs/cli.md has no part for {program} {verb}"));
            continue;
        };
        let rest = &page[start + head.len()..];
        let part = rest.find("\n### ").map_or(rest, |end| &rest[..end]);
        for option in options(&help(program, &[verb])?) {
            if !part.contains(&option) && !page_wide(page).contains(&option) {
                wrong.push(format!("docs/cli.md does not describe {option} of {program} {verb}"));
            }
        }
    }
    let prefix = format!("### `{program} ");
    let heads = page.match_indices(&prefix).map(|(at, head)| &page[at + head.len()..]);
    for named in heads.filter_map(|rest| rest.split(['`', ' ']).next()) {
        if !verbs.iter().any(|verb| verb == named) {
            wrong.push(format!("docs/cli.md describes {program} {named}, which does not exist"));
        }
    }
    Ok(verbs.len())
}

/// What stands before the first verb: options of every verb.
fn page_wide(page: &str) -> &str {
    page.find("\n### ").map_or(page, |end| &page[..end])
}

fn help(program: &str, verb: &[&str]) -> anyhow::Result<String> {
    let here = env::current_exe()?;
    let path = here.with_file_name(program);
    let output = Command::new(&path).args(verb).arg("--help").output().with_context(|| format!("cannot run {program}"))?;
    ensure!(output.status.success(), "{program} {} --help fails", verb.join(" "));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first words of the lines under `Commands:`, without `help`.
fn verbs(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The long options that a help page lists, without `--help` and `--version`.
fn options(help: &str) -> BTreeSet<String> {
    let words = help.lines().filter(|line| line.trim_start().starts_with('-')).flat_map(str::split_whitespace);
    let long = words.filter(|word| word.starts_with("--")).map(|word| word.trim_end_matches([',', ']', '.', '=']));
    long.filter(|word| !["--help", "--version"].contains(word)).map(str::to_owned).collect()
}

/// Every field of `--json` and every code of a refusal, from the client's source.
fn said_in_json() -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let source = root().join("client/src");
    let shapes = fs::read_to_string(source.join("json.rs")).context("cannot read the shapes of --json")?;
    let mut codes = BTreeSet::new();
    let mut folders = vec![source];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                codes.extend(codes_in(&fs::read_to_string(&path)?));
            }
        }
    }
    let (fields, codes) = (fields_in(&shapes), codes);
    ensure!(!fields.is_empty() && !codes.is_empty(), "the client's source has other shapes than this check knows");
    Ok((fields, codes))
}

/// Names of public fields.
fn fields_in(source: &str) -> BTreeSet<String> {
    let fields = source.lines().filter_map(|line| line.strip_prefix("    pub ")).filter_map(|line| line.split_once(": "));
    fields.map(|(name, _)| name.to_owned()).collect()
}

/// What stands as the first argument of `refused(`, before the tests.
fn codes_in(source: &str) -> BTreeSet<String> {
    let source = source.find("#[cfg(test)]").and_then(|end| source.get(..end)).unwrap_or(source);
    let calls = source.split("refused(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
    calls.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Examples that are not what the named snapshot holds: a comment `<!-- frozen: file -->` stands before each.
fn thawed(page: &str) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for part in page.split("<!-- frozen: ").skip(1) {
        let (file, rest) = part.split_once(" -->\n```text\n").context("a frozen example has no block")?;
        let (shown, _) = rest.split_once("```").context("a frozen example's block does not end")?;
        let snapshot = fs::read_to_string(root().join(file)).with_context(|| format!("cannot read {file}"))?;
        let held = snapshot.splitn(3, "---\n").nth(2).with_context(|| format!("{file} is not a snapshot"))?;
        if shown.trim() != held.trim() {
            wrong.push(format!("the example in docs/protocol.md is not what {file} holds"));
        }
    }
    Ok(wrong)
}

/// Number and name of each variant of the two message types, and of the reasons of a refusal.
fn messages(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (mut inside, mut number) = (false, None);
    for line in source.lines() {
        if line.starts_with("pub enum ") {
            inside = [" ClientMessage ", " ServerMessage ", " Reason "].iter().any(|name| line.contains(name));
        }
        if line == "}" {
            (inside, number) = (false, None);
        }
        // Four blanks: a variant, not one of its fields.
        if let Some(rest) = line.strip_prefix("    #[n(") {
            number = rest.split(')').next().map(str::to_owned);
        } else if let (true, Some(taken), Some(name)) =
            (inside, &number, line.strip_prefix("    ").filter(|name| !name.starts_with([' ', '#', '/'])))
        {
            let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
            found.push((taken.clone(), name));
            number = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_options_are_read_from_the_help_that_people_see() {
        let help = "Kith\n\nCommands:\n  new      Starts one\n           and more\n  show     Shows\n  help     Print\n\nOptions:\n      --json     One value\n  -o, --once  Ends\n  -h, --help  Print";
        assert_eq!(verbs(help), ["new", "show"]);
        assert_eq!(options(help), BTreeSet::from(["--json".to_owned(), "--once".to_owned()]));
    }

    #[test]
    fn fields_and_codes_are_read_from_the_source() {
        assert_eq!(
            fields_in("pub struct A {\n    /// x\n    pub id: String,\n    pub at: i64,\n    hidden: u8,\n}"),
            BTreeSet::from(["at".to_owned(), "id".to_owned()])
        );
        let source =
            "Failure::refused(\"relay\", x); refused(\n  \"in-use\", y); fn refused(code: &str) {}\n#[cfg(test)] refused(\"z\")";
        assert_eq!(codes_in(source), BTreeSet::from(["in-use".to_owned(), "relay".to_owned()]));
    }

    #[test]
    fn messages_are_the_variants_of_the_wire_types_and_nothing_else() {
        let source = "pub enum Other {\n    #[n(0)]\n    No,\n}\npub enum ClientMessage {\n    /// Text.\n    #[n(0)]\n    SignIn {\n        #[n(0)]\n        key: Key,\n    },\n    #[n(1)]\n    Ping,\n}\npub struct After {\n    #[n(0)]\n    pub no: u8,\n}\n";
        assert_eq!(messages(source), [("0".to_owned(), "SignIn".to_owned()), ("1".to_owned(), "Ping".to_owned())]);
    }
}
