//! Licences and sources of all that Kith is built from, against the lists in `deny.toml`.
//!
//! `cargo deny check` says more and needs minutes to install; this needs a second and nothing. It looks at the packages of this
//! machine's platform; cargo-deny looks at all platforms.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::cargo::{cargo, root};

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for the workspace's own packages.
    source: Option<String>,
}

/// Fails with every package whose licence is not allowed or that does not come from the one package registry.
pub(crate) fn check() -> anyhow::Result<()> {
    let allowed = allowed(&fs::read_to_string(root().join("deny.toml")).context("cannot read deny.toml")?);
    if allowed.is_empty() {
        bail!("deny.toml has no list of allowed licences");
    }
    let metadata = metadata()?;
    let registry = metadata.packages.iter().filter_map(|package| package.source.as_deref()).find(|source| is_registry(source));
    let mut wrong = Vec::new();
    for Package { name, version, license, source } in &metadata.packages {
        match license {
            Some(licence) if holds(licence, &allowed) => {}
            Some(licence) => wrong.push(format!("{name} {version}: licence {licence} is not allowed by deny.toml")),
            None => wrong.push(format!("{name} {version}: no licence stated")),
        }
        if source.is_some() && source.as_deref() != registry {
            wrong.push(format!("{name} {version}: comes from elsewhere than the package registry"));
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    println!("{} packages, all licences and sources allowed", metadata.packages.len());
    Ok(())
}

fn is_registry(source: &str) -> bool {
    source.starts_with("registry+")
}

fn metadata() -> anyhow::Result<Metadata> {
    let versions = Command::new("rustc").arg("-vV").output().context("cannot ask rustc for its platform")?;
    let versions = String::from_utf8_lossy(&versions.stdout).into_owned();
    let platform = versions.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no platform")?;
    let output = cargo(&["metadata", "--format-version", "1", "--locked", "--filter-platform", platform]).output()?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cargo metadata answered something else")
}

/// The quoted words of `allow = [...]` in the table `[licenses]`.
fn allowed(deny: &str) -> BTreeSet<String> {
    let lines = deny.lines().skip_while(|line| *line != "[licenses]").skip_while(|line| !line.starts_with("allow = ["));
    let rows = lines.take_while(|line| *line != "]").filter_map(|line| line.split('"').nth(1));
    rows.map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met with allowed licences only. The old way to write "or", a slash, counts as one.
fn holds(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words, allowed) == Some(true) && words.next().is_none()
}

type Words<'w> = std::iter::Peekable<std::str::SplitWhitespace<'w>>;

/// `None` where the expression is not one.
fn any_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut met = all_of(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed)?;
    }
    Some(met)
}

fn all_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut met = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed)?;
    }
    Some(met)
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    if words.next_if_eq(&"(").is_some() {
        let met = any_of(words, allowed)?;
        return words.next_if_eq(&")").map(|_| met);
    }
    let name = words.next().filter(|word| !["AND", "OR", "WITH", ")"].contains(word))?;
    if words.next_if_eq(&"WITH").is_some() {
        return Some(allowed.contains(&format!("{name} WITH {}", words.next()?)));
    }
    Some(allowed.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_expression_holds_only_if_allowed_licences_alone_meet_it() {
        let allowed = of(&["MIT", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]);
        for good in ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR X) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception OR X"]
        {
            assert!(holds(good, &allowed), "{good}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT", "MIT OR", "", "MIT MIT", "(MIT AND X) OR Y"] {
            assert!(!holds(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn the_list_is_read_from_the_licences_table_alone() {
        let deny =
            "[graph]\nallow = [\n \"no\",\n]\n[licenses]\nallow = [\n  \"MIT\", # \"not this\"\n  \"0BSD\",\n]\nelse = [\"no\"]";
        assert_eq!(allowed(deny), of(&["0BSD", "MIT"]));
    }
}
