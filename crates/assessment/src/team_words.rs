//! The team as a young person or a parent is told of it, in the language of their page: "There is a school nurse and a youth worker."
//!
//! Roles are what people wrote about themselves. Those that are on the list are said in each language; what is not known stays as it was
//! written. The list is a data file with a version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::dates::long_day;

const WORDS: &str = include_str!("../words/team-1.json");

#[derive(Debug, Default, Deserialize)]
struct TeamWords {
    lines: BTreeMap<String, Sentence>,
    answers: BTreeMap<String, BTreeMap<String, String>>,
    agreed: BTreeMap<String, BTreeMap<String, String>>,
    /// Of languages other than English.
    months: BTreeMap<String, Vec<String>>,
    roles: Vec<Role>,
}

#[derive(Debug, Deserialize)]
struct Sentence {
    begin: String,
    comma: String,
    last: String,
    end: String,
}

#[derive(Debug, Deserialize)]
struct Role {
    #[serde(rename = "as")]
    written: Vec<String>,
    #[serde(flatten)]
    said: BTreeMap<String, serde_json::Value>,
}

static TEAM: LazyLock<TeamWords> = LazyLock::new(|| serde_json::from_str(WORDS).unwrap_or_default());

fn known(role: &str, language: &str) -> Option<&'static str> {
    let role = role.trim().to_lowercase();
    let found = TEAM.roles.iter().find(|known| known.written.contains(&role))?;
    found.said.get(language).and_then(serde_json::Value::as_str)
}

/// What a reading says where nobody has written an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSays {
    /// The holder has read it, and has not decided.
    Read,
    /// It is in the assessment, and nobody has answered.
    TeamHasIt,
    /// It was taken out.
    TakenOut,
}

/// The same in the language of a page.
pub fn answer_says(which: AnswerSays, language: &str) -> &'static str {
    let name = match which {
        AnswerSays::Read => "read",
        AnswerSays::TeamHasIt => "team-has-it",
        AnswerSays::TakenOut => "taken-out",
    };
    in_language(&TEAM.answers, name, language)
}

/// The words of that name in the language of a page, or in English.
fn in_language(all: &'static BTreeMap<String, BTreeMap<String, String>>, name: &str, language: &str) -> &'static str {
    let said = all.get(name);
    said.and_then(|said| said.get(language).or_else(|| said.get("en"))).map(String::as_str).unwrap_or_default()
}

/// What somebody has answered about agreement, as they read it: "You said yes, but not: the picture." By the name of the words; `but` is
/// what they do not want, in their own words.
pub(crate) fn agreed_says(name: &str, but: &str, language: &str) -> String {
    in_language(&TEAM.agreed, name, language).replace("{but}", but)
}

/// A day as people say it in the language of a page: "5 May 2026".
pub(crate) fn day_in(date: &str, language: &str) -> String {
    let said = TEAM.months.get(language).and_then(|months| {
        let mut parts = date.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?.parse::<u8>().ok()?);
        Some(format!("{day} {} {year}", months.get(month.checked_sub(1)?)?))
    });
    said.unwrap_or_else(|| long_day(date))
}

/// A role in the language of a page, without an article: what is not known stays as it was written.
pub fn role_in(role: &str, language: &str) -> String {
    match known(role, language) {
        // In English somebody's own words are used: "social worker", not "a social worker".
        Some(said) if language != "en" => said.to_owned(),
        _ => role.trim().to_owned(),
    }
}

/// Who is in the team, in one sentence in the language of a page; empty if nobody has said what they are.
pub fn team_line(roles: &[String], language: &str) -> String {
    let Some(sentence) = TEAM.lines.get(language).or_else(|| TEAM.lines.get("en")) else { return String::new() };
    let with_article = |role: &str| {
        let article = if role.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {role}")
    };
    let said = roles.iter().map(|role| role.trim().to_lowercase()).filter(|role| !role.is_empty());
    let said: BTreeSet<String> = said
        .map(|role| match known(&role, language) {
            Some(said) => said.to_owned(),
            None if language == "en" => with_article(&role),
            None => role,
        })
        .collect();
    let said: Vec<String> = said.into_iter().collect();
    let Some((last, others)) = said.split_last() else { return String::new() };
    let Sentence { begin, comma, last: and, end } = sentence;
    match others.is_empty() {
        true => format!("{begin}{last}{end}"),
        false => format!("{begin}{}{and}{last}{end}", others.join(comma)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(roles: &[&str], language: &str) -> String {
        team_line(&roles.iter().map(ToString::to_string).collect::<Vec<_>>(), language)
    }

    #[test]
    fn what_is_said_is_said_in_every_language_and_days_too() {
        for words in TEAM.answers.values().chain(TEAM.agreed.values()) {
            assert_eq!(words.keys().collect::<Vec<_>>(), ["ar", "cy", "en"], "{words:?}");
            assert!(words.values().all(|one| one.contains("{but}") == words["en"].contains("{but}")), "{words:?}");
        }
        assert!(TEAM.months.values().all(|months| months.len() == 12));
        assert_eq!(agreed_says("yes-but", "y llun", "cy"), "Dywedaist ti ie, ond nid: y llun.");
        assert_eq!(agreed_says("no", "", "fr"), "You said no to taking part.");
        let days = ["en", "cy", "ar"].map(|language| day_in("2026-05-05", language));
        assert_eq!(days, ["5 May 2026", "5 Mai 2026", "5 مايو 2026"]);
        assert_eq!(day_in("some day", "cy"), long_day("some day"));
    }

    #[test]
    fn the_team_is_said_in_one_sentence_in_the_language_of_the_page() {
        assert_eq!(line(&[], "en"), "");
        assert_eq!(line(&["Youth worker"], "en"), "There is a youth worker.");
        assert_eq!(
            line(&["education officer", "school nurse", "Youth Worker", "youth worker"], "en"),
            "There is a school nurse, a youth worker and an education officer."
        );
        assert_eq!(line(&["school nurse", "youth worker"], "cy"), "Yn y tîm mae: gweithiwr ieuenctid, nyrs ysgol.");
        assert_eq!(line(&["social worker"], "ar"), "في الفريق: أخصائي اجتماعي.");
        assert_eq!(line(&["play lead"], "cy"), "Yn y tîm mae: play lead.", "what is not known stays as it was written");
        assert_eq!(
            (role_in("Social worker", "en").as_str(), role_in("Social worker", "cy").as_str()),
            ("Social worker", "gweithiwr cymdeithasol")
        );
    }

    #[test]
    fn every_known_role_is_said_in_every_language() {
        assert!(!TEAM.roles.is_empty());
        for which in [AnswerSays::Read, AnswerSays::TeamHasIt, AnswerSays::TakenOut] {
            let said: BTreeSet<&str> = TEAM.lines.keys().map(|language| answer_says(which, language)).collect();
            assert!(said.len() == TEAM.lines.len() && !said.contains(""), "{which:?}");
        }
        for role in &TEAM.roles {
            for language in TEAM.lines.keys() {
                assert!(role.said.get(language).and_then(serde_json::Value::as_str).is_some(), "{role:?} in {language}");
            }
            assert!(role.written.iter().all(|written| *written == written.to_lowercase()), "{role:?}");
        }
    }
}
