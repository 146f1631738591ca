//! Ways to reach somebody: telephone, e-mail, web addresses, handles near a platform's name (identifiers 4.2).

use super::finding::{Found, Identifier};
use super::lists::Lists;
use super::page::{Page, Word};

/// Numbers that are there for everyone to ring.
const FOR_EVERYONE: [&str; 3] = ["08001111", "08088005000", "0800555111"];

const PLATFORMS: [&str; 41] = [
    "snap",
    "snapchat",
    "insta",
    "instagram",
    "ig",
    "tiktok",
    "facebook",
    "fb",
    "messenger",
    "twitter",
    "whatsapp",
    "telegram",
    "discord",
    "steam",
    "xbox",
    "psn",
    "playstation",
    "roblox",
    "minecraft",
    "fortnite",
    "twitch",
    "youtube",
    "reddit",
    "bereal",
    "yubo",
    "wizz",
    "kik",
    "omegle",
    "onlyfans",
    "signal",
    "threads",
    "gamertag",
    "gamertags",
    "username",
    "usernames",
    "handle",
    "wickr",
    "viber",
    "skype",
    "tumblr",
    "pinterest",
];

/// Words that may stand between a platform and a name on it.
const BETWEEN: [&str; 26] = [
    "name", "username", "user", "handle", "account", "id", "tag", "gamertag", "is", "was", "called", "under", "as", "add",
    "profile", "the", "a", "on", "his", "her", "their", "new", "now", "are", "and", "at",
];

/// Words after which whatever follows is the name of an account.
const NAMES_IT: [&str; 9] = ["name", "username", "handle", "tag", "gamertag", "id", "called", "add", "user"];

/// Ends of addresses at which nobody lives: public bodies.
const PUBLIC: [&str; 4] = [".gov.uk", ".nhs.uk", ".police.uk", ".gov.wales"];

/// Addresses under which people have pages of their own.
const PAGES_OF_PEOPLE: [&str; 11] = [
    "instagram.com/",
    "snapchat.com/",
    "tiktok.com/",
    "t.me/",
    "discord.gg/",
    "facebook.com/",
    "fb.com/",
    "twitter.com/",
    "x.com/",
    "youtube.com/",
    "twitch.tv/",
];

/// Adds what is found.
pub(crate) fn find(page: &Page, lists: &Lists, found: &mut Vec<Found>) {
    let mut index = 0;
    while index < page.chars.len() {
        let hit = phone(page, index).or_else(|| at_sign(page, lists, index)).or_else(|| web(page, index));
        if let Some((which, start, end)) = hit {
            found.push(Found::identifier(which, start, end));
            index = end.max(index + 1);
        } else {
            index += 1;
        }
    }
    for index in 0..page.words.len() {
        if let Some((start, end)) = named_on_platform(page, lists, index) {
            found.push(Found::identifier(Identifier::Handle, start, end));
        }
    }
}

type Hit = Option<(Identifier, usize, usize)>;

fn phone(page: &Page, start: usize) -> Hit {
    let first = page.at(start);
    let begins = matches!(first, '+' | '0') || first == '(' && matches!(page.at(start + 1), '0' | '+');
    let before = page.before(start);
    if !begins
        || before.is_alphanumeric()
        || matches!(before, '+' | '/' | '\u{a3}')
        || matches!(before, '-' | '.') && page.before(start - 1).is_ascii_digit()
    {
        return None;
    }
    // Digits, with at most two marks between them; where a group ends, the number may end.
    let (mut number, mut ends, mut marks) = (String::new(), Vec::new(), 0);
    let mut first_group = 0;
    let mut index = start;
    loop {
        let character = page.at(index);
        if character.is_ascii_digit() {
            number.push(character);
            marks = 0;
            if !page.at(index + 1).is_ascii_digit() {
                if first_group == 0 {
                    first_group = number.len();
                }
                if !page.at(index + 1).is_alphanumeric() {
                    ends.push((number.len(), index + 1));
                }
            }
        } else if character == '+' && index <= start + 1 {
            number.push('+');
        } else if matches!(character, ' ' | '-' | '.' | '(' | ')') && marks < 3 && number.len() < 17 {
            marks += 1;
        } else {
            break;
        }
        index += 1;
    }
    let bracketed = first == '(';
    ends.iter().rev().find_map(|(length, end)| {
        let digits = number.get(..*length)?;
        let real = is_phone(digits, first_group >= 3 || bracketed);
        (real && !FOR_EVERYONE.contains(&digits)).then_some((Identifier::Phone, start, *end))
    })
}

fn is_phone(number: &str, grouped: bool) -> bool {
    let national = |rest: &str| {
        let rest = rest.strip_prefix('0').unwrap_or(rest);
        let mobile = rest.starts_with('7');
        (rest.len() == 10 || rest.len() == 9 && !mobile) && rest.starts_with(['1', '2', '3', '7', '8', '9'])
    };
    if let Some(rest) = number.strip_prefix("+44").or_else(|| number.strip_prefix("0044")) {
        return national(rest);
    }
    if let Some(rest) = number.strip_prefix('+') {
        return (8..=15).contains(&rest.len());
    }
    let length = number.len();
    match number.get(..2) {
        Some("07") => length == 11,
        Some("01" | "02") => matches!(length, 10 | 11) && grouped,
        Some("03") => length == 11 && grouped,
        Some("08" | "09") => matches!(length, 10 | 11) && grouped,
        _ => false,
    }
}

/// An e-mail address or a handle, found from its @.
fn at_sign(page: &Page, lists: &Lists, at: usize) -> Hit {
    if page.at(at) != '@' {
        return None;
    }
    let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let before = (0..at).rev().take_while(|index| local(page.at(*index))).count();
    let run = |from: usize, fits: &dyn Fn(char) -> bool| (from..).take_while(|index| fits(page.at(*index))).count();
    let mut end = at + 1 + run(at + 1, &|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    while end > at && matches!(page.before(end), '.' | '-') {
        end -= 1;
    }
    let domain = page.text(at + 1, end);
    let top = domain.rsplit('.').next().unwrap_or_default();
    if before > 0 && domain.contains('.') && top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic()) {
        let start = (at - before..at).find(|index| page.at(*index) != '.')?;
        return Some((Identifier::Email, start, end));
    }
    if before > 0 || page.before(at).is_alphanumeric() {
        return None;
    }
    let mut end = at + 1 + run(at + 1, &|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    while end > at && matches!(page.before(end), '.' | '-') {
        end -= 1;
    }
    let name = page.slice(at + 1, end);
    // "@school", "@ 5pm": a short way to write at.
    let plain = name.iter().all(|c| c.is_alphabetic()) && lists.is_word(&super::fold::fold(name));
    let near = page.said_before(at, 4, &PLATFORMS) || page.said_after(end, 4, &PLATFORMS);
    let real = name.len() >= 2 && name.iter().any(|c| c.is_alphabetic()) && !name.first().is_some_and(char::is_ascii_digit);
    (real && (!plain || near)).then_some((Identifier::Handle, at, end))
}

fn web(page: &Page, start: usize) -> Hit {
    if page.before(start).is_alphanumeric() || !page.at(start).is_ascii_alphabetic() {
        return None;
    }
    let mut end = (start..page.chars.len()).find(|index| page.at(*index).is_whitespace()).unwrap_or(page.chars.len());
    while end > start && matches!(page.before(end), '.' | ',' | ')' | '"' | ';' | ':' | '!' | '?' | '\'' | '\u{201d}') {
        end -= 1;
    }
    let address = page.text(start, end.min(start + 300)).to_ascii_lowercase();
    let bare = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(&address);
    let marked = bare.len() < address.len() || bare.starts_with("www.");
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    if PAGES_OF_PEOPLE.iter().any(|site| bare.len() > site.len() && bare.starts_with(site)) {
        return Some((Identifier::Handle, start, end));
    }
    let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let public = PUBLIC.iter().any(|tail| format!(".{host}").ends_with(tail));
    (marked && host.contains('.') && !public).then_some((Identifier::WebAddress, start, end))
}

/// The name of an account, a few words after (or before) the name of a platform.
fn named_on_platform(page: &Page, lists: &Lists, index: usize) -> Option<(usize, usize)> {
    let platform = page.word(index)?;
    if !PLATFORMS.contains(&platform.fold.as_str()) && platform.fold != "sc" {
        return None;
    }
    let mut named = matches!(platform.fold.as_str(), "username" | "gamertag");
    let mut end = platform.end;
    for next in page.words.get(index + 1..(index + 6).min(page.words.len()))? {
        let gap = page.slice(end, next.start);
        if gap.iter().any(|c| matches!(c, '\n' | '.' | '!' | '?' | ';' | ',')) {
            break;
        }
        named |= gap.iter().any(|c| matches!(c, ':' | '='));
        let (start, stop) = account_span(page, next);
        let text = page.slice(start, stop);
        if is_account(text) || named && text.len() >= 3 && !lists.is_word(&next.whole) && !PLATFORMS.contains(&next.fold.as_str())
        {
            return Some((start, stop));
        }
        if !BETWEEN.contains(&next.fold.as_str()) && !PLATFORMS.contains(&next.fold.as_str()) {
            break;
        }
        named |= NAMES_IT.contains(&next.fold.as_str());
        end = next.end;
    }
    // "kez_r08 on Snapchat", "goes by kez_r08 on Snapchat".
    for back in 1..=3 {
        let Some(word) = index.checked_sub(back).and_then(|at| page.word(at)) else { break };
        if page.slice(word.end, platform.start).iter().any(|c| matches!(c, '\n' | '.' | '!' | '?' | ';')) {
            break;
        }
        let (start, stop) = account_span(page, word);
        if is_account(page.slice(start, stop)) && page.slice(start, stop).iter().any(|c| matches!(c, '_') || c.is_ascii_digit()) {
            return Some((start, stop));
        }
    }
    None
}

/// A word with what an account's name may have around it: points, underscores, a number.
fn account_span(page: &Page, word: &Word) -> (usize, usize) {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let start = (0..word.start).rev().take_while(|index| fits(page.at(*index))).last().unwrap_or(word.start);
    let mut end = (word.end..).find(|index| !fits(page.at(*index))).unwrap_or(word.end);
    while end > word.end && matches!(page.before(end), '.' | '-') {
        end -= 1;
    }
    // A name with its number: ShadowWolf#1234.
    let number = (end + 1..).take_while(|index| page.at(*index).is_ascii_digit()).count();
    (start, if page.at(end) == '#' && number > 1 { end + 1 + number } else { end })
}

/// Letters together with figures, underscores or points, as people write names of accounts and nothing else.
fn is_account(text: &[char]) -> bool {
    let letters = text.iter().filter(|c| c.is_alphabetic()).count();
    let odd = text.iter().filter(|c| c.is_ascii_digit() || matches!(c, '_' | '.')).count();
    let begins = text.first().is_some_and(|c| c.is_alphabetic() || *c == '_');
    let room = letters == 1 && text.len() <= 4;
    begins && letters >= 2 && odd >= 1 && text.len() >= 4 && !room
}
