//! Days and instants without a clock: "YYYY-MM-DD" and Unix seconds (protocol 6), on the proleptic Gregorian calendar, in UTC.

const DAY: i64 = 86_400;

/// Year, month and day of a count of days since 1970-01-01 (after H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Years that are shown: beyond them an author's clock is nonsense, and arithmetic must not overflow on it.
fn within_reason(instant: i64) -> i64 {
    instant.clamp(-62_135_596_800, 253_402_300_799)
}

/// The day of an instant as "YYYY-MM-DD".
pub fn day(instant: i64) -> String {
    let (year, month, day) = civil(within_reason(instant).div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

/// An instant as a person reads it: "5 May 2026, 10:09".
pub(crate) fn moment(instant: i64) -> String {
    let instant = within_reason(instant);
    let seconds = instant.rem_euclid(DAY);
    format!("{}, {:02}:{:02}", long_day(&day(instant)), seconds / 3_600, seconds / 60 % 60)
}

/// "2026-05-05" as "5 May 2026"; any other text as it is.
pub(crate) fn long_day(date: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let Some((year, month, day)) = parts(date) else { return date.to_owned() };
    match usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)) {
        Some(name) => format!("{day} {name} {year}"),
        None => date.to_owned(),
    }
}

/// Whether a text is a real day written "YYYY-MM-DD".
pub(crate) fn is_day(date: &str) -> bool {
    parts(date).is_some_and(|(year, month, day)| {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1900..=9999).contains(&year) && (1..=length).contains(&day)
    })
}

/// Days since 1970-01-01 of a real day.
fn count(date: &str) -> Option<i64> {
    let (year, month, day) = parts(date).filter(|_| is_day(date))?;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// 0 for a Monday, 6 for a Sunday.
pub(crate) fn weekday(date: &str) -> Option<i64> {
    Some((count(date)? + 3).rem_euclid(7))
}

/// The day after.
pub(crate) fn next_day(date: &str) -> Option<String> {
    plus(date, 1)
}

/// The day that many days later.
pub(crate) fn plus(date: &str, days: i64) -> Option<String> {
    Some(day(count(date)?.saturating_add(days).saturating_mul(DAY)))
}

fn parts(date: &str) -> Option<(i64, i64, i64)> {
    let bytes = date.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(index, byte)| if index == 4 || index == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return None;
    }
    Some((date.get(0..4)?.parse().ok()?, date.get(5..7)?.parse().ok()?, date.get(8..10)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_the_day_that_the_calendar_says() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(-1), "1969-12-31");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(moment(1_777_975_740), "5 May 2026, 10:09");
        assert_eq!(day(i64::MAX), "9999-12-31");
    }

    #[test]
    fn days_are_counted_and_have_their_weekday() {
        assert_eq!(weekday("1970-01-01"), Some(3));
        assert_eq!(weekday("2026-11-24"), Some(1));
        assert_eq!(next_day("2024-02-28").as_deref(), Some("2024-02-29"));
        assert_eq!(next_day("2026-12-31").as_deref(), Some("2027-01-01"));
        assert_eq!(weekday("2026-02-30"), None);
    }

    #[test]
    fn only_real_days_are_days() {
        assert!(is_day("2024-02-29"));
        for wrong in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "5 May", "", "２024-01-01", "2024-01-01 "] {
            assert!(!is_day(wrong), "{wrong}");
        }
    }
}
