//! Working days in England: Monday to Friday without bank holidays (R43). The holidays are a data file with a version.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::dates;

const ENGLAND: &str = include_str!("../calendars/england-1.json");

#[derive(Debug, Default, Deserialize)]
struct Calendar {
    version: String,
    until: String,
    holidays: Vec<String>,
}

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| serde_json::from_str(ENGLAND).unwrap_or_default());

/// The version of the list of bank holidays.
pub fn calendar_version() -> &'static str {
    &CALENDAR.version
}

/// The last day that the list of bank holidays knows about. After it only weekends are left out.
pub fn calendar_until() -> &'static str {
    &CALENDAR.until
}

/// Whether a day, "YYYY-MM-DD", is one on which offices work.
pub fn is_working_day(date: &str) -> bool {
    dates::weekday(date).is_some_and(|weekday| weekday < 5) && !CALENDAR.holidays.iter().any(|holiday| holiday == date)
}

/// The day that many working days after a day: the next working day for 1. A day that is none stays as it is.
pub fn after(date: &str, working_days: u32) -> String {
    let (mut day, mut left) = (date.to_owned(), working_days);
    // Never further than a year of weekends and holidays: a loop that ends whatever the calendar holds.
    for _ in 0..working_days.saturating_mul(4).saturating_add(30) {
        if left == 0 {
            break;
        }
        let Some(next) = dates::next_day(&day) else { break };
        day = next;
        left -= u32::from(is_working_day(&day));
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_working_day_skips_weekends_and_bank_holidays() {
        assert_eq!(calendar_version(), "england-1");
        assert_eq!(after("2026-05-05", 1), "2026-05-06");
        assert_eq!(after("2026-05-01", 1), "2026-05-05", "a weekend and the early May holiday");
        assert_eq!(after("2026-04-02", 1), "2026-04-07", "Easter");
        assert_eq!(after("2026-12-24", 1), "2026-12-29", "Christmas with the substitute day");
        assert_eq!(after("2027-12-24", 1), "2027-12-29");
        assert_eq!(after("2026-05-05", 5), "2026-05-12");
        assert_eq!(after("2026-05-05", 0), "2026-05-05");
        assert_eq!(after("no day", 3), "no day");
        assert!(!is_working_day("2026-12-28") && is_working_day("2026-11-24"));
        assert_eq!(calendar_until(), "2030-12-31");
    }
}
