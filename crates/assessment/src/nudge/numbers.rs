//! Numbers that carry a check of their own, or a shape that nothing else has (identifiers 4.2).

use super::finding::{Found, Identifier};
use super::page::Page;

/// Letters of the check at UPN and PNC: the alphabet without I, O and S.
const UPN_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
const PNC_LETTERS: &[u8; 23] = b"ZABCDEFGHJKLMNPQRTUVWXY";

/// Two letters with which no National Insurance number begins.
const NEVER_NINO: [[char; 2]; 7] = [['B', 'G'], ['G', 'B'], ['N', 'K'], ['K', 'N'], ['N', 'T'], ['T', 'N'], ['Z', 'Z']];

/// Adds what is found.
pub(crate) fn find(page: &Page, found: &mut Vec<Found>) {
    for start in 0..page.chars.len() {
        if page.before(start).is_alphanumeric() {
            continue;
        }
        let first = page.at(start);
        let which = if first.is_ascii_digit() {
            nhs(page, start).or_else(|| pnc(page, start)).or_else(|| contextual(page, start)).or_else(|| ip(page, start))
        } else if first.is_ascii_alphabetic() {
            nino(page, start).or_else(|| upn(page, start)).or_else(|| licence(page, start)).or_else(|| contextual(page, start))
        } else {
            None
        };
        if let Some((which, end)) = which {
            found.push(Found::identifier(which, start, end));
        }
    }
}

type Hit = Option<(Identifier, usize)>;

/// Digits from a position, parted by single spaces or hyphens: their values, the lengths of their groups, and where each ends.
pub(crate) fn digits(page: &Page, start: usize, most: usize) -> (Vec<u32>, Vec<usize>, Vec<usize>) {
    let (mut values, mut groups, mut ends) = (Vec::new(), vec![0_usize], Vec::new());
    let mut index = start;
    while values.len() < most {
        let character = page.at(index);
        if let Some(value) = character.to_digit(10).filter(|_| character.is_ascii_digit()) {
            values.push(value);
            ends.push(index + 1);
            if let Some(last) = groups.last_mut() {
                *last += 1;
            }
        } else if matches!(character, ' ' | '-') && page.at(index + 1).is_ascii_digit() && !values.is_empty() {
            groups.push(0);
        } else {
            break;
        }
        index += 1;
    }
    (values, groups, ends)
}

/// Whether a run of digits goes on after a position.
fn goes_on(page: &Page, end: usize) -> bool {
    page.at(end).is_alphanumeric() || matches!(page.at(end), '-' | '/') && page.at(end + 1).is_ascii_digit()
}

/// Ten digits, weights 10 to 2, modulo 11; ten itself never stands.
pub(crate) fn nhs_holds(values: &[u32]) -> bool {
    let [rest @ .., check] = values else { return false };
    let sum: u32 = rest.iter().zip((2..=10).rev()).map(|(value, weight)| value * weight).sum();
    let wanted = match 11 - sum % 11 {
        11 => 0,
        other => other,
    };
    values.len() == 10 && wanted == *check && values.iter().any(|value| value != check)
}

fn nhs(page: &Page, start: usize) -> Hit {
    let (values, groups, ends) = digits(page, start, 10);
    let end = ends.last().copied()?;
    let named = page.said_before(start, 4, &["nhs", "chi"]);
    if values.len() != 10 || goes_on(page, end) || !(named || matches!(groups.as_slice(), [10] | [3, 3, 4])) {
        return None;
    }
    if page.before(start) == '+' || matches!(page.before(start), '-' | '/') {
        return None;
    }
    if page.said_before(start, 4, &["uln"]) || page.said_before(start, 5, &["learner"]) {
        return Some((Identifier::LearnerNumber, end));
    }
    // What begins with 0 may be a telephone number: only Scotland's CHI numbers do, and there it is said.
    (nhs_holds(&values) && (named || values.first() != Some(&0))).then_some((Identifier::NhsNumber, end))
}

fn nino(page: &Page, start: usize) -> Hit {
    let prefix = [page.at(start), page.at(start + 1)].map(|c| c.to_ascii_uppercase());
    let [first, second] = prefix;
    let lawful = first.is_ascii_uppercase()
        && second.is_ascii_uppercase()
        && !"DFIQUV".contains(first)
        && !"DFIOQUV".contains(second)
        && !NEVER_NINO.contains(&prefix);
    if !lawful {
        return None;
    }
    let gap = |index: usize| usize::from(matches!(page.at(index), ' ' | '-'));
    let number = start + 2 + gap(start + 2);
    let (values, groups, ends) = digits(page, number, 6);
    let last = ends.last().copied()?;
    if values.len() != 6 || !matches!(groups.as_slice(), [6] | [2, 2, 2] | [3, 3]) {
        return None;
    }
    let suffix = last + gap(last);
    if !matches!(page.at(suffix).to_ascii_uppercase(), 'A'..='D') || page.at(suffix + 1).is_alphanumeric() {
        return None;
    }
    // "at 10 20 30 a" is no number of anybody.
    let loose = page.at(start).is_ascii_lowercase() && number > start + 2 && groups.len() > 1;
    let said = page.said_before(start, 5, &["ni", "nino", "insurance"]);
    (!loose || said).then_some((Identifier::NationalInsurance, suffix + 1))
}

/// The check letter of a Unique Pupil Number over what follows it: weights 2, 3, … modulo 23.
pub(crate) fn upn_letter(values: &[u32]) -> Option<char> {
    let sum: u32 = values.iter().zip(2..).map(|(value, weight)| value * weight).sum();
    UPN_LETTERS.get((sum % 23) as usize).map(|letter| char::from(*letter))
}

fn upn(page: &Page, start: usize) -> Hit {
    let check = page.at(start).to_ascii_uppercase();
    let gap = usize::from(page.at(start + 1) == ' ');
    let (mut values, _, ends) = digits(page, start + 1 + gap, 12);
    let mut end = ends.last().copied()?;
    if values.len() == 11 {
        // A temporary number ends in a letter, which counts as its place among the check letters.
        let last = page.at(end).to_ascii_uppercase();
        let place = UPN_LETTERS.iter().position(|letter| char::from(*letter) == last)?;
        values.push(u32::try_from(place).ok()?);
        end += 1;
    }
    let right = values.len() == 12 && upn_letter(&values) == Some(check) && !page.at(end).is_alphanumeric();
    right.then_some((Identifier::PupilNumber, end))
}

/// The check letter of a PNC identity number: two figures of the year and seven of the number, modulo 23.
pub(crate) fn pnc_letter(year: u32, number: u32) -> Option<char> {
    let value = u64::from(year % 100) * 10_000_000 + u64::from(number);
    PNC_LETTERS.get((value % 23) as usize).map(|letter| char::from(*letter))
}

fn pnc(page: &Page, start: usize) -> Hit {
    let run = |from: usize| (from..).take_while(|index| page.at(*index).is_ascii_digit()).count();
    let year_length = run(start);
    let number_start = start + year_length + 1;
    let number_length = run(number_start);
    let end = number_start + number_length;
    if !matches!(year_length, 2 | 4) || page.at(start + year_length) != '/' || !(1..=7).contains(&number_length) {
        return None;
    }
    let year = page.text(start, start + year_length).parse().ok()?;
    let number = page.text(number_start, end).parse().ok()?;
    let right = pnc_letter(year, number) == Some(page.at(end).to_ascii_uppercase()) && !page.at(end + 1).is_alphanumeric();
    right.then_some((Identifier::PncId, end + 1))
}

/// A driving licence: five letters of a surname, six figures, two initials, three more.
fn licence(page: &Page, start: usize) -> Hit {
    let shape = |index: usize, c: char| match index {
        0..=4 | 11 | 12 => c.is_ascii_alphabetic() || c == '9',
        5..=10 => c.is_ascii_digit(),
        13 => c.is_ascii_alphanumeric(),
        _ => c.is_ascii_alphabetic(),
    };
    let run: Vec<char> = page.slice(start, start + 16).to_vec();
    let fits = run.len() == 16 && run.iter().enumerate().all(|(index, c)| shape(index, *c));
    (fits && !page.at(start + 16).is_alphanumeric()).then_some((Identifier::DrivingLicence, start + 16))
}

/// Passports and bank details: only beside their name.
fn contextual(page: &Page, start: usize) -> Hit {
    let run = (start..).take_while(|index| page.at(*index).is_ascii_alphanumeric()).count();
    let text: Vec<char> = page.slice(start, start + run).to_vec();
    let figures = text.iter().filter(|c| c.is_ascii_digit()).count();
    if text.len() == 9 && figures >= 8 && page.said_before(start, 4, &["passport"]) {
        return Some((Identifier::Passport, start + 9));
    }
    if text.len() == 8 && figures == 8 && page.said_before(start, 4, &["account", "acc", "bank"]) {
        return Some((Identifier::BankDetails, start + 8));
    }
    let (values, groups, ends) = digits(page, start, 6);
    let end = ends.last().copied()?;
    let sort_code = values.len() == 6 && matches!(groups.as_slice(), [2, 2, 2] | [6]) && !goes_on(page, end);
    (sort_code && page.said_before(start, 4, &["sort"])).then_some((Identifier::BankDetails, end))
}

/// Four numbers under 256 with points between.
fn ip(page: &Page, start: usize) -> Hit {
    let end = (start..)
        .take_while(|index| page.at(*index).is_ascii_digit() || page.at(*index) == '.' && page.at(index + 1).is_ascii_digit())
        .last()?
        + 1;
    let text = page.text(start, end);
    let parts: Vec<&str> = text.split('.').collect();
    let fits = parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok()) && parts.iter().any(|part| part.len() > 1);
    fits.then_some((Identifier::InternetAddress, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Identifier, String)> {
        let page = Page::new(text);
        let mut found = Vec::new();
        find(&page, &mut found);
        found.iter().filter_map(|one| Some((one.identifier?, page.text(one.start, one.end)))).collect()
    }

    #[test]
    fn check_digits_decide() {
        assert_eq!(found("It is 943 476 5919."), [(Identifier::NhsNumber, "943 476 5919".to_owned())]);
        assert_eq!(found("It is 9434765919"), [(Identifier::NhsNumber, "9434765919".to_owned())]);
        for wrong in ["943 476 5918", "94347659190", "1111111111", "0 943 476 5918", "A801200001002", "2008/0056561Z"] {
            assert!(found(wrong).is_empty(), "{wrong}");
        }
        let letter = upn_letter(&[8, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 1]).unwrap_or('?');
        assert_eq!(found(&format!("UPN {letter}801200001001")).len(), 1);
        let letter = pnc_letter(8, 56_560).unwrap_or('?');
        assert_eq!(found(&format!("see 2008/0056560{letter}")).len(), 1);
        assert_eq!(found(&format!("see 08/56560{letter}")).len(), 1);
    }

    #[test]
    fn a_national_insurance_number_is_found_with_and_without_spaces_and_not_under_an_impossible_prefix() {
        for right in ["QQ", "BG", "DA", "AO"] {
            assert!(found(&format!("{right}123456C")).is_empty(), "{right}");
        }
        for right in ["AB123456C", "ab 12 34 56 c", "AB 12 34 56 C", "AB-12-34-56-C"] {
            assert_eq!(found(&format!("NI {right}.")).len(), 1, "{right}");
        }
        assert!(found("They met at 10 20 30 a few times").is_empty());
    }
}
