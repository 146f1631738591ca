//! Texts with known answers, from templates and a seed.

use anyhow::{Context as _, bail};
use kith_assessment::nudge::{CaseloadName, Identifier, Kind, Lists};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::values;

const TEMPLATES: &str = include_str!("../../nudges/templates.txt");
const NAMES: &str = include_str!("../../nudges/names.txt");
const STRANGERS: &str = include_str!("../../nudges/strangers.txt");

/// How a name of the caseload is written in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// First name and surname.
    Full,
    /// The first name.
    First,
    /// The surname.
    Surname,
    /// A short form that is not in the caseload.
    Short,
    /// One letter wrong: added, left out, another, or two swapped.
    Slip,
    /// Small letters.
    Small,
    /// Without accents.
    Plain,
}

impl Form {
    pub(super) const ALL: [Self; 7] = [Self::Full, Self::First, Self::Surname, Self::Short, Self::Slip, Self::Small, Self::Plain];

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Full => "full name",
            Self::First => "first name",
            Self::Surname => "surname",
            Self::Short => "short form not in the caseload",
            Self::Slip => "one letter wrong",
            Self::Small => "small letters",
            Self::Plain => "without accents",
        }
    }
}

/// What stands somewhere in a text and is to be found.
#[derive(Debug, Clone)]
pub(super) struct Gold {
    pub(super) kind: Kind,
    pub(super) identifier: Option<Identifier>,
    /// Of a name: its group, and how it is written (none for strangers).
    pub(super) group: Option<usize>,
    pub(super) form: Option<Form>,
    /// In UTF-16 code units.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A text and what is to be found in it.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) text: String,
    pub(super) gold: Vec<Gold>,
    /// Its template was not looked at while the rules were written.
    pub(super) held_out: bool,
    /// Which caseload it is checked against.
    pub(super) group: usize,
}

/// People whose names come from one part of the world.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: &'static str,
    people: Vec<Person>,
    strangers: Vec<&'static str>,
}

#[derive(Debug, Clone)]
struct Person {
    full: &'static str,
    short: Option<&'static str>,
}

impl Group {
    /// All of them as one caseload, without the short forms.
    pub(super) fn caseload(&self) -> Vec<CaseloadName> {
        self.people.iter().map(|person| CaseloadName { full: person.full.to_owned(), also: Vec::new() }).collect()
    }
}

struct Template {
    section: &'static str,
    held_out: bool,
    text: &'static str,
}

/// The groups of names, from their files.
pub(super) fn groups() -> anyhow::Result<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines(NAMES) {
        if let Some(name) = line.strip_prefix("== ") {
            groups.push(Group { name, people: Vec::new(), strangers: Vec::new() });
        } else {
            let (full, short) = line.split_once(", ").map_or((line, None), |(full, short)| (full, Some(short)));
            groups.last_mut().context("a name stands before its group")?.people.push(Person { full, short });
        }
    }
    for line in lines(STRANGERS) {
        let (name, list) = line.split_once(": ").context("strangers without a group")?;
        let group = groups.iter_mut().find(|group| group.name == name).with_context(|| format!("no group {name}"))?;
        group.strangers = list.split(' ').collect();
    }
    Ok(groups)
}

/// All texts of a seed: every template for every group that it concerns, `rounds` times.
pub(super) fn examples(seed: u64, rounds: usize, groups: &[Group], lists: &Lists) -> anyhow::Result<Vec<Example>> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut examples = Vec::new();
    let templates = templates()?;
    for _ in 0..rounds {
        for template in &templates {
            // Names are measured by group, in the very same sentences; the rest is spread over the groups.
            let several = matches!(template.section, "names" | "strangers");
            let from = if several { 0 } else { random.random_range(0..groups.len()) };
            let until = if several { groups.len() } else { from + 1 };
            for (index, group) in groups.iter().enumerate().take(until).skip(from) {
                examples.push(fill(&mut random, template, index, group, lists)?);
            }
        }
    }
    Ok(examples)
}

fn templates() -> anyhow::Result<Vec<Template>> {
    let mut section = "";
    let mut templates = Vec::new();
    for line in lines(TEMPLATES) {
        if let Some(name) = line.strip_prefix("== ") {
            section = name;
            continue;
        }
        let (split, text) = line.split_once(' ').context("a template without a split")?;
        if !matches!(split, "dev" | "held") {
            bail!("a template is neither dev nor held: {line}");
        }
        templates.push(Template { section, held_out: split == "held", text });
    }
    Ok(templates)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn fill(random: &mut ChaCha20Rng, template: &Template, index: usize, group: &Group, lists: &Lists) -> anyhow::Result<Example> {
    let mut example = Example { text: String::new(), gold: Vec::new(), held_out: template.held_out, group: index };
    let mut rest = template.text;
    while let Some(at) = rest.find(['{', '[']) {
        let (plain, from) = rest.split_at(at);
        example.text.push_str(plain);
        if let Some(inner) = from.strip_prefix("[[") {
            let (marked, after) = inner.split_once("]]").context("a mark without an end")?;
            let (kind, words) = marked.split_once(':').context("a mark without a kind")?;
            let kind = Kind::ALL.into_iter().find(|one| one.as_str() == kind).with_context(|| format!("no kind {kind}"))?;
            push(&mut example, words, Gold { kind, identifier: None, group: None, form: None, start: 0, end: 0 });
            rest = after;
        } else {
            let (slot, after) = from.get(1..).and_then(|inner| inner.split_once('}')).context("a slot without an end")?;
            slotted(random, &mut example, slot, index, group, lists)?;
            rest = after;
        }
    }
    example.text.push_str(rest);
    Ok(example)
}

fn push(example: &mut Example, words: &str, mut gold: Gold) {
    gold.start = example.text.encode_utf16().count();
    gold.end = gold.start + words.encode_utf16().count();
    example.text.push_str(words);
    example.gold.push(gold);
}

fn slotted(
    random: &mut ChaCha20Rng,
    example: &mut Example,
    slot: &str,
    index: usize,
    group: &Group,
    lists: &Lists,
) -> anyhow::Result<()> {
    let gold = |kind, form| Gold { kind, identifier: None, group: Some(index), form, start: 0, end: 0 };
    match slot {
        "name" | "name's" => {
            let person = pick(random, &group.people).context("a group without people")?;
            let (form, mut words) = written(random, person, lists);
            if slot == "name's" {
                words.push_str(pick(random, &["\u{2019}s", "'s"]).copied().unwrap_or_default());
            }
            push(example, &words, gold(Kind::CaseloadName, Some(form)));
        }
        "stranger" => {
            let name = pick(random, &group.strangers).copied().context("a group without strangers")?;
            push(example, name, gold(Kind::PossibleName, None));
        }
        slot => {
            let value = values::value(random, slot).with_context(|| format!("no slot {slot}"))?;
            example.text.push_str(&value.before);
            match value.identifier {
                Some(which) => {
                    let gold =
                        Gold { kind: Kind::Identifier, identifier: Some(which), group: None, form: None, start: 0, end: 0 };
                    push(example, &value.text, gold);
                }
                None => example.text.push_str(&value.text),
            }
        }
    }
    Ok(())
}

/// A name in one of its forms. Words of the language that are names are never written small, and only longer ones with a slip:
/// nobody could tell them apart.
fn written(random: &mut ChaCha20Rng, person: &Person, lists: &Lists) -> (Form, String) {
    let (first, surname) = person.full.rsplit_once(' ').unwrap_or((person.full, person.full));
    let first = first.split(' ').next().unwrap_or(first);
    // In these families the family name comes first, or two given names follow it: any part will do.
    let plain: String = first.chars().map(values::without_accent).collect();
    let form = pick(random, &Form::ALL).copied().unwrap_or(Form::First);
    match form {
        Form::Full => (form, person.full.to_owned()),
        Form::Surname if !lists.is_ordinary(surname) && surname.chars().count() > 2 => (form, surname.to_owned()),
        Form::Short => match person.short {
            Some(short) => (form, short.to_owned()),
            None => (Form::First, first.to_owned()),
        },
        Form::Slip => match slip(random, first, lists) {
            Some(wrong) => (form, wrong),
            None => (Form::First, first.to_owned()),
        },
        Form::Small if !lists.is_ordinary(first) && first.chars().count() > 2 => (form, first.to_lowercase()),
        Form::Plain if plain != first => (form, plain),
        _ => (Form::First, first.to_owned()),
    }
}

/// One letter wrong, not so that an ordinary word or the same name comes out. Names of three letters are left alone half of the time
/// by people and always here: with a letter wrong they are other names.
fn slip(random: &mut ChaCha20Rng, name: &str, lists: &Lists) -> Option<String> {
    let letters: Vec<char> = name.chars().collect();
    let ordinary = lists.is_ordinary(name);
    if letters.len() < 4 || ordinary && letters.len() < 5 || letters.iter().any(|c| !c.is_alphabetic()) {
        return None;
    }
    for _ in 0..20 {
        let mut wrong = letters.clone();
        let at = random.random_range(1..letters.len());
        let other = char::from(b'a' + random.random_range(0..26_u8));
        match random.random_range(0..4) {
            0 => {
                wrong.remove(at);
            }
            1 => wrong.insert(at, if random.random_bool(0.5) { letters.get(at).copied().unwrap_or(other) } else { other }),
            2 => wrong.iter_mut().skip(at).take(1).for_each(|letter| *letter = other),
            _ if at > 1 => wrong.swap(at - 1, at),
            _ => continue,
        }
        let text: String = wrong.iter().collect();
        if wrong != letters && !lists.is_ordinary(&text) {
            return Some(text);
        }
    }
    None
}

fn pick<'a, T>(random: &mut impl Rng, from: &'a [T]) -> Option<&'a T> {
    if from.is_empty() { None } else { from.get(random.random_range(0..from.len())) }
}
