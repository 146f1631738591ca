//! Where somebody lives and what they drive: postcodes, addresses, vehicle plates (identifiers 4.2).

use super::finding::{Found, Identifier};
use super::lists::Lists;
use super::page::{Page, Word};
use super::references::MONTHS;

/// The letters with which postcodes begin: one for each area of the United Kingdom.
const AREAS: &str = " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G \
                     GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW \
                     OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD \
                     WF WN WR WS WV YO ZE ";

/// Last words of the names of streets, whether capital or small.
pub(crate) const STREETS: [&str; 44] = [
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "close",
    "drive",
    "row",
    "court",
    "crescent",
    "cres",
    "gardens",
    "grove",
    "terrace",
    "place",
    "way",
    "walk",
    "hill",
    "mews",
    "square",
    "rise",
    "view",
    "parade",
    "green",
    "heights",
    "house",
    "lodge",
    "mount",
    "vale",
    "yard",
    "wharf",
    "quay",
    "fields",
    "meadow",
    "meadows",
    "croft",
    "gate",
    "bank",
    "common",
    "crossing",
    "buildings",
];

/// Those of which nothing but a street's name ends.
const SURELY_STREETS: [&str; 13] =
    ["street", "road", "rd", "avenue", "ave", "lane", "crescent", "terrace", "grove", "mews", "gardens", "close", "drive"];

/// Words that make a name the name of a place or a body: Mark Street, Grace Church, Chase Farm.
pub(crate) const PLACES: [&str; 58] = [
    "park",
    "school",
    "academy",
    "college",
    "university",
    "centre",
    "center",
    "hub",
    "church",
    "chapel",
    "mosque",
    "temple",
    "gurdwara",
    "hospital",
    "clinic",
    "surgery",
    "station",
    "library",
    "estate",
    "farm",
    "bridge",
    "hall",
    "club",
    "primary",
    "secondary",
    "infants",
    "juniors",
    "high",
    "sixth",
    "trust",
    "council",
    "borough",
    "county",
    "valley",
    "wood",
    "woods",
    "forest",
    "beach",
    "bay",
    "canal",
    "market",
    "mall",
    "arcade",
    "stadium",
    "leisure",
    "project",
    "foundation",
    "charity",
    "ltd",
    "limited",
    "united",
    "rovers",
    "town",
    "city",
    "festival",
    "cup",
    "award",
    "team",
];

/// What a number counts or names that is no house.
const NOT_A_HOUSE: [&str; 29] = [
    "bus", "buses", "route", "room", "rooms", "year", "years", "page", "section", "chapter", "goal", "action", "number", "tram",
    "line", "platform", "gate", "table", "step", "part", "unit", "stage", "tier", "level", "group", "form", "class", "key", "ks",
];

const VEHICLES: [&str; 34] = [
    "car",
    "cars",
    "van",
    "vehicle",
    "vehicles",
    "reg",
    "registration",
    "plate",
    "plates",
    "drives",
    "driving",
    "driver",
    "drove",
    "moped",
    "motorbike",
    "scooter",
    "bike",
    "taxi",
    "audi",
    "bmw",
    "golf",
    "corsa",
    "fiesta",
    "mercedes",
    "vauxhall",
    "ford",
    "transit",
    "polo",
    "astra",
    "registered",
    "vrm",
    "skoda",
    "toyota",
    "nissan",
];

/// Adds what is found.
pub(crate) fn find(page: &Page, lists: &Lists, found: &mut Vec<Found>) {
    for start in 0..page.chars.len() {
        if page.before(start).is_alphanumeric() || !page.at(start).is_ascii_alphanumeric() {
            continue;
        }
        if let Some(end) = postcode(page, start) {
            found.push(Found::identifier(Identifier::Postcode, start, end));
        } else if let Some(end) = plate(page, start) {
            found.push(Found::identifier(Identifier::Vehicle, start, end));
        }
    }
    for (index, word) in page.words.iter().enumerate() {
        if let Some((start, end)) = address(page, lists, index, word) {
            found.push(Found::identifier(Identifier::Address, start, end));
        }
    }
}

fn postcode(page: &Page, start: usize) -> Option<usize> {
    let upper = |index: usize| page.at(index).to_ascii_uppercase();
    let letters = (0..2).take_while(|offset| upper(start + offset).is_ascii_uppercase()).count();
    let area = page.text(start, start + letters).to_ascii_uppercase();
    if letters == 0 || !AREAS.contains(&format!(" {area} ")) || !upper(start + letters).is_ascii_digit() {
        return None;
    }
    // The outward half has one more letter or figure, or none.
    let short = start + letters + 1;
    for outward in [short + usize::from(upper(short).is_ascii_alphanumeric()), short] {
        let gap = (outward..outward + 2).take_while(|index| page.at(*index) == ' ').count();
        let inward = outward + gap;
        let ok = |index: usize| upper(index).is_ascii_uppercase() && !"CIKMOV".contains(upper(index));
        let whole = upper(inward).is_ascii_digit() && ok(inward + 1) && ok(inward + 2) && !page.at(inward + 3).is_alphanumeric();
        // "year b1 2nd go": an ordinal in small letters is no inward half.
        let ordinal = gap > 0
            && outward - start < 3
            && match page.text(inward + 1, inward + 3).as_str() {
                "st" => page.at(inward) == '1',
                "nd" => page.at(inward) == '2',
                "rd" => page.at(inward) == '3',
                "th" => !matches!(page.at(inward), '1'..='3'),
                _ => false,
            };
        if whole && !ordinal {
            return Some(inward + 3);
        }
    }
    half_postcode(page, start, short)
}

/// Half a postcode, only where the text says that it is one.
fn half_postcode(page: &Page, start: usize, short: usize) -> Option<usize> {
    let end = short + usize::from(page.at(short).is_ascii_alphanumeric());
    if page.at(end).is_alphanumeric() {
        return None;
    }
    let named =
        page.said_before(start, 3, &["postcode", "postcodes"]) || page.said_after(end, 2, &["postcode", "postcodes", "postal"]);
    let lives =
        page.said_before(start, 2, &["lives", "living", "live", "lived", "resides"]) && page.at(start).is_ascii_uppercase();
    (named || lives).then_some(end)
}

fn plate(page: &Page, start: usize) -> Option<usize> {
    let same_case = |range: &[char]| {
        let letters: Vec<&char> = range.iter().filter(|c| c.is_ascii_alphabetic()).collect();
        letters.iter().all(|c| c.is_ascii_uppercase()) || letters.iter().all(|c| c.is_ascii_lowercase())
    };
    let shape = |pattern: &str| -> Option<(usize, bool)> {
        // a: letter, 9: figure, _: one space or none.
        let (mut index, mut gap) = (start, false);
        for wanted in pattern.chars() {
            let character = page.at(index);
            match wanted {
                'a' if character.is_ascii_alphabetic() => index += 1,
                '9' if character.is_ascii_digit() => index += 1,
                '_' => {
                    gap = character == ' ';
                    index += usize::from(gap);
                }
                _ => return None,
            }
        }
        let run = page.slice(start, index);
        (!page.at(index).is_alphanumeric() && same_case(run)).then_some((index, gap))
    };
    let named =
        page.said_before(start, 6, &VEHICLES) || page.said_after(start + 7, 3, &["reg", "plate", "registration", "plates"]);
    if let Some((end, gap)) = shape("aa99_aaa") {
        let run: Vec<char> = page.slice(start, end).iter().map(char::to_ascii_uppercase).collect();
        let age = page.text(start + 2, start + 4).parse::<u32>().unwrap_or_default();
        let possible = !run.iter().take(2).any(|c| "IQZ".contains(*c)) && !run.iter().skip(4).any(|c| "IQ".contains(*c));
        let sure = page.at(start).is_ascii_uppercase() || !gap || named;
        if possible && sure && matches!(age, 1..=30 | 51..=80) {
            return Some(end);
        }
    }
    if !named {
        return None;
    }
    let older = ["a9_aaa", "a99_aaa", "a999_aaa", "aaa_9a", "aaa_99a", "aaa_999a", "aaa_9999", "aaa_999", "aa_9999"];
    let fits = older.iter().find_map(|pattern| shape(pattern));
    // In small letters, "the 149 bus" and "for 30 min" have these shapes too: there it is written in one.
    let written_as_one = |end: usize| {
        let run = page.slice(start, end);
        run.iter().all(|c| !c.is_ascii_lowercase()) || !run.contains(&' ')
    };
    fits.map(|(end, _)| end).filter(|end| written_as_one(*end))
}

/// "14 Brook Row", "22a Larch Close", "Flat 3, 14 Brook Row", "at 14 brook road".
fn address(page: &Page, lists: &Lists, index: usize, word: &Word) -> Option<(usize, usize)> {
    if word.fold == "flat" && (word.capital || page.earlier(index, 1).is_some_and(at_home)) {
        let number = page.word(index + 1).filter(|next| next.joined && next.digits && next.whole.chars().count() <= 4)?;
        // "Flat 3, Kestrel House", "Flat 3, 14 Brook Row".
        let rest = page.word(index + 2).filter(|_| page.slice(number.end, number.end + 2) == [',', ' ']);
        let street =
            rest.and_then(|rest| address(page, lists, index + 2, rest)).or_else(|| address(page, lists, index + 1, number));
        return Some((word.start, street.map_or(number.end, |(_, end)| end)));
    }
    let house = word.digits && word.fold.chars().next().is_some_and(|c| c.is_ascii_digit()) && is_house_number(&word.whole);
    if !house || word.hyphened && page.earlier(index, 1).is_some_and(|w| !w.number) {
        return None;
    }
    let before = page.earlier(index, 1);
    // 14-16 Brook Row
    let start = before.filter(|before| word.hyphened && before.number).map_or(word.start, |before| before.start);
    if before.is_some_and(|before| NOT_A_HOUSE.contains(&before.fold.as_str())) {
        return None;
    }
    let mut capitals = 0;
    for ahead in 1..=4 {
        let next = page.later(index, ahead)?;
        let gap = page.slice(page.word(index + ahead - 1)?.end, next.start);
        if !next.joined && !matches!(gap, [',', ' ']) || next.digits || gap.contains(&'\n') {
            return None;
        }
        let street = STREETS.contains(&next.fold.as_str());
        if ahead > 1 && street && next.capital && capitals == ahead - 1 {
            return Some((start, next.end));
        }
        let small = ahead > 1 && SURELY_STREETS.contains(&next.fold.as_str()) && ahead <= 3 && before.is_some_and(at_home);
        if small && !(1..ahead).any(|back| page.word(index + back).is_some_and(|w| lists.is_small_word(&w.fold))) {
            return Some((start, next.end));
        }
        capitals += usize::from(next.capital && !MONTHS.contains(&next.fold.as_str()));
    }
    None
}

fn at_home(word: &Word) -> bool {
    ["at", "in", "lives", "to", "from", "of", "address", "near", "is", "home"].contains(&word.fold.as_str())
}

fn is_house_number(text: &str) -> bool {
    let figures = text.chars().take_while(char::is_ascii_digit).count();
    let rest: Vec<char> = text.chars().skip(figures).collect();
    (1..=4).contains(&figures) && matches!(rest.as_slice(), [] | ['a'..='h'])
}
