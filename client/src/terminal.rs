//! Text on its way to a screen: times in the local form, and nothing that could forge what the screen says.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether a character must not reach a terminal as it is: controls act on it, and bidirectional overrides, embeddings and
/// isolates can make a line read as another.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Text that may come from anybody, made fit for a terminal: what would act on it is shown as its code point. Line ends and tabs
/// stay; right-to-left and combining letters are only letters.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            c if acts(c) => shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// The same on one line.
pub fn visible_line(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ")
}

/// JSON in which no character acts on a terminal: what serde leaves as it is, is escaped. The value stays the same.
pub fn visible_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '\n' => shown.push(character),
            // Everything that acts is in the basic plane, and can stand only within a string.
            c if acts(c) => shown.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// A moment as people here write it: "5 May 2026, 10:09".
pub fn moment(unix: i64, zone: &TimeZone) -> String {
    match Timestamp::from_second(unix) {
        Ok(at) => at.to_zoned_datetime(zone.clone()).strftime("%-d %B %Y, %H:%M").to_string(),
        Err(_) => "at an impossible time".to_owned(),
    }
}

/// The time of day: "10:09".
pub fn time_of_day(unix: i64, zone: &TimeZone) -> String {
    Timestamp::from_second(unix)
        .map_or_else(|_| "--:--".to_owned(), |at| at.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string())
}

/// Short ids: enough to name a thing, few enough to type.
pub fn short(id: &str) -> &str {
    id.get(..6).unwrap_or(id)
}

/// Words in a row: "Nadia, Delroy and Mair".
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_text_can_act_on_a_terminal() {
        let text = "a\u{1b}[2Jb\u{9b}31mc\u{202e}d\u{2066}e\u{7f}\r\n\tf\u{2028}g";
        let shown = visible(text);
        assert!(shown.chars().all(|c| c == '\n' || c == '\t' || !acts(c)), "{shown:?}");
        assert!(shown.contains("⟨U+001B⟩[2J") && shown.contains("⟨U+202E⟩"));
    }

    #[test]
    fn letters_of_every_script_stay_as_they_are() {
        for text in ["שלום", "مرحبا", "e\u{301}", "👩‍👧", "日本", "a\u{200f}b"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn escaped_json_is_the_same_value() {
        let value = serde_json::json!({"text": "a\u{9b}b\u{202e}c\u{7f}\n\u{1b}"});
        let shown = visible_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(shown.chars().all(|c| c == '\n' || !acts(c)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn moments_are_local() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(moment(1_777_975_740, &zone), "5 May 2026, 11:09");
        assert_eq!(moment(i64::MAX, &zone), "at an impossible time");
    }
}
