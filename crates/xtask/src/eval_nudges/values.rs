//! Made-up identifiers that hold, and near ones that do not. The check digits are computed here once more, apart from the rules that
//! are measured.

use kith_assessment::nudge::Identifier;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// What fills a slot: words before it, the value, and what it is (none for what is not to be found).
pub(super) struct Value {
    pub(super) before: String,
    pub(super) text: String,
    pub(super) identifier: Option<Identifier>,
}

impl Value {
    fn of(identifier: Identifier, text: String) -> Self {
        Self { before: String::new(), text, identifier: Some(identifier) }
    }

    fn after(before: &str, identifier: Identifier, text: String) -> Self {
        Self { before: before.to_owned(), text, identifier: Some(identifier) }
    }

    fn nothing(text: String) -> Self {
        Self { before: String::new(), text, identifier: None }
    }
}

const CHECK: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
const PNC: &[u8] = b"ZABCDEFGHJKLMNPQRTUVWXY";
const STREETS: [&str; 12] =
    ["Brook", "Larch", "Kestrel", "Old Mill", "Chapel", "Station", "Victoria", "Canal", "Elm", "St Anne's", "Meadow", "Harbour"];
const KINDS: [&str; 12] =
    ["Row", "Close", "Road", "Street", "Avenue", "Lane", "Drive", "Court", "Crescent", "Gardens", "Terrace", "Way"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const AREAS: [&str; 16] = ["E", "SE", "N", "B", "M", "LS", "BS", "CF", "G", "EH", "NE", "S", "L", "CR", "WF", "DN"];
const ACCOUNTS: [&str; 10] = [
    "kez_r08",
    "shadowwolf99",
    "its.tomek",
    "xx_lilli_xx",
    "dede2k11",
    "moonlit_07",
    "big.mac.14",
    "rayray_x",
    "ghost4real",
    "n00r_xo",
];

/// A value for a slot, or `None` for a slot that there is not.
pub(super) fn value(random: &mut ChaCha20Rng, slot: &str) -> Option<Value> {
    let value = match slot {
        "nhs" => Value::of(Identifier::NhsNumber, nhs(random, true)),
        "bad-nhs" => Value::nothing(nhs(random, false)),
        "nino" => Value::of(Identifier::NationalInsurance, nino(random, true)),
        "bad-nino" => Value::nothing(nino(random, false)),
        "upn" => Value::of(Identifier::PupilNumber, upn(random, true)),
        "bad-upn" => Value::nothing(upn(random, false)),
        "pnc" => Value::of(Identifier::PncId, pnc(random, true)),
        "bad-pnc" => Value::nothing(pnc(random, false)),
        "crime" => {
            let text = match random.random_range(0..4) {
                0 => format!("{}/26", figures(random, 5)),
                1 => format!("{}/{}/26", figures(random, 2), figures(random, 5)),
                2 => format!("CRI-{}-26", figures(random, 5)),
                _ => format!("{}/25", figures(random, 6)),
            };
            let start = if text.starts_with("CRI") { ["reference ", "ref no "][random.random_range(0..2)] } else { "" };
            Value::after(start, Identifier::CrimeReference, text)
        }
        "incident" => {
            let (before, text) = match random.random_range(0..5) {
                0 => ("CAD ", format!("{}/14MAR26", figures(random, 4))),
                1 => ("incident ", figures(random, 5)),
                2 => ("Incident number ", figures(random, 6)),
                3 => ("log no. ", figures(random, 5)),
                _ => ("crime ref: ", format!("{}/26", figures(random, 4))),
            };
            Value::after(before, Identifier::CrimeReference, text)
        }
        "system" => {
            let before =
                ["LCS ", "Mosaic ID ", "EHM number ", "case number ", "person ID: ", "SystmOne "][random.random_range(0..6)];
            let length = random.random_range(5..9);
            Value::after(before, Identifier::SystemNumber, figures(random, length))
        }
        "custody" => {
            let before =
                ["custody record ", "custody number ", "arrest summons number ", "CRO number "][random.random_range(0..4)];
            Value::after(before, Identifier::CustodyRecord, format!("{}/{}", figures(random, 6), figures(random, 2)))
        }
        "postcode" => postcode(random),
        "plate" => plate(random),
        "phone" => Value::of(Identifier::Phone, phone(random)),
        "email" => {
            let account = account(random).replace("..", ".");
            let place =
                ["example.com", "mail.example.org", "kestrel-academy.example.sch.uk", "example.co.uk"][random.random_range(0..4)];
            Value::of(Identifier::Email, format!("{account}@{place}"))
        }
        "handle" => {
            let account = account(random);
            match random.random_range(0..5) {
                0 => Value::of(Identifier::Handle, format!("@{account}")),
                1 => Value::after("snap: ", Identifier::Handle, account),
                2 => Value::after("insta name ", Identifier::Handle, account),
                3 => Value::after("gamertag ", Identifier::Handle, account),
                _ => Value::after("TikTok account ", Identifier::Handle, account),
            }
        }
        "dob" => {
            let (day, month, year) =
                (random.random_range(1..29), random.random_range(0..12_usize), random.random_range(2009..2015));
            let name = MONTHS.get(month).copied().unwrap_or("May");
            let text = match random.random_range(0..5) {
                0 => format!("{day:02}/{:02}/{year}", month + 1),
                1 => format!("{day} {name} {year}"),
                2 => format!("{day}.{}.{}", month + 1, year % 100),
                3 => format!("{day}th of {name} {year}"),
                _ => format!("{day} {name}"),
            };
            let before = ["born on ", "DOB ", "date of birth ", "whose birthday is "][random.random_range(0..4)];
            Value::after(before, Identifier::DateOfBirth, text)
        }
        "address" => {
            let number = random.random_range(1..190);
            let street = STREETS.get(random.random_range(0..STREETS.len())).copied().unwrap_or_default();
            let kind = KINDS.get(random.random_range(0..KINDS.len())).copied().unwrap_or_default();
            let text = match random.random_range(0..4) {
                0 => format!("{number}{} {street} {kind}", ["a", "b", "c"][random.random_range(0..3)]),
                1 => format!("Flat {}, {number} {street} {kind}", random.random_range(1..40)),
                _ => format!("{number} {street} {kind}"),
            };
            Value::of(Identifier::Address, text)
        }
        "web" => {
            let site = ["https://example.com/", "www.example.org/", "http://photos.example.net/"][random.random_range(0..3)];
            Value::of(Identifier::WebAddress, format!("{site}{}", account(random)))
        }
        "day" => Value::nothing(DAYS.get(random.random_range(0..DAYS.len())).copied().unwrap_or_default().to_owned()),
        "bus" => Value::nothing(random.random_range(2..400).to_string()),
        "n" => Value::nothing(random.random_range(2..60).to_string()),
        "money" => Value::nothing(format!("\u{a3}{},{:03}.50", random.random_range(1..40), random.random_range(0..1000))),
        _ => return None,
    };
    Some(value)
}

fn figures(random: &mut ChaCha20Rng, length: usize) -> String {
    // Not a year, and not beginning with 0: a person would not read it as a number then.
    (0..length)
        .map(|place| char::from(b'0' + if place == 0 { random.random_range(3..10_u8) } else { random.random_range(0..10) }))
        .collect()
}

fn digits(random: &mut ChaCha20Rng, length: usize, first: std::ops::Range<u32>) -> Vec<u32> {
    (0..length).map(|place| if place == 0 { random.random_range(first.clone()) } else { random.random_range(0..10) }).collect()
}

fn letter(random: &mut ChaCha20Rng, from: &str) -> char {
    let bytes = from.as_bytes();
    bytes.get(random.random_range(0..bytes.len())).map_or('A', |byte| char::from(*byte))
}

fn account(random: &mut ChaCha20Rng) -> String {
    ACCOUNTS.get(random.random_range(0..ACCOUNTS.len())).copied().unwrap_or_default().to_owned()
}

/// Ten digits of which the last is, or is not, eleven less the weighted sum modulo eleven.
fn nhs(random: &mut ChaCha20Rng, holds: bool) -> String {
    loop {
        let mut values = digits(random, 9, 4..8);
        let sum: u32 = values.iter().enumerate().map(|(place, value)| (10 - place as u32) * value).sum();
        let check = (11 - sum % 11) % 11;
        if check == 10 {
            continue;
        }
        values.push(if holds { check } else { (check + random.random_range(1..9)) % 10 });
        let text: String = values.iter().filter_map(|value| char::from_digit(*value, 10)).collect();
        let (one, rest) = text.split_at(3);
        let (two, three) = rest.split_at(3);
        return match random.random_range(0..3) {
            0 => text.clone(),
            1 => format!("{one}-{two}-{three}"),
            _ => format!("{one} {two} {three}"),
        };
    }
}

fn nino(random: &mut ChaCha20Rng, holds: bool) -> String {
    let prefix = if holds {
        loop {
            let prefix: String = [letter(random, "ABCEGHJKLMNOPRSTWXYZ"), letter(random, "ABCEGHJKLMNPRSTWXYZ")].iter().collect();
            if !["BG", "GB", "NK", "KN", "NT", "TN", "ZZ"].contains(&prefix.as_str()) {
                break prefix;
            }
        }
    } else {
        ["BG", "GB", "NK", "QQ", "DA", "FO", "TN", "ZZ", "AO"][random.random_range(0..9)].to_owned()
    };
    let values: String = digits(random, 6, 0..10).iter().filter_map(|value| char::from_digit(*value, 10)).collect();
    let last = letter(random, "ABCD");
    let (one, rest) = values.split_at(2);
    let (two, three) = rest.split_at(2);
    match random.random_range(0..3) {
        0 => format!("{prefix}{values}{last}"),
        1 => format!("{prefix} {one} {two} {three} {last}"),
        _ => format!("{prefix}{values}{last}").to_lowercase(),
    }
}

/// A letter and twelve digits, or eleven and a letter: weights from two, modulo 23.
fn upn(random: &mut ChaCha20Rng, holds: bool) -> String {
    let temporary = random.random_bool(0.25);
    let mut values = digits(random, if temporary { 11 } else { 12 }, 1..10);
    let mut text: String = values.iter().filter_map(|value| char::from_digit(*value, 10)).collect();
    if temporary {
        let place = random.random_range(0..CHECK.len());
        values.push(place as u32);
        text.push(CHECK.get(place).map_or('A', |byte| char::from(*byte)));
    }
    let sum: usize = values.iter().enumerate().map(|(place, value)| (place + 2) * *value as usize).sum();
    let wrong = if holds { 0 } else { random.random_range(1..23) };
    let check = CHECK.get((sum + wrong) % 23).map_or('A', |byte| char::from(*byte));
    format!("{check}{text}")
}

/// Year, stroke, number, and a letter for both modulo 23.
fn pnc(random: &mut ChaCha20Rng, holds: bool) -> String {
    let year = random.random_range(2008..2027_usize);
    let number = random.random_range(100..9_999_999_usize);
    let wrong = if holds { 0 } else { random.random_range(1..23) };
    let check = PNC.get(((year % 100) * 10_000_000 + number + wrong) % 23).map_or('A', |byte| char::from(*byte));
    match random.random_range(0..3) {
        0 => format!("{year}/{number:07}{check}"),
        1 => format!("{:02}/{number}{check}", year % 100),
        _ => format!("{year}/{number}{check}"),
    }
}

fn postcode(random: &mut ChaCha20Rng) -> Value {
    let area = AREAS.get(random.random_range(0..AREAS.len())).copied().unwrap_or("E");
    let district = random.random_range(1..21);
    if random.random_range(0..8) == 0 {
        return Value::after("postcode ", Identifier::Postcode, format!("{area}{district}"));
    }
    let inward: String =
        [letter(random, "0123456789"), letter(random, "ABDEFGHJLNPQRSTUWXYZ"), letter(random, "ABDEFGHJLNPQRSTUWXYZ")]
            .iter()
            .collect();
    let text = match random.random_range(0..4) {
        0 => format!("{area}{district}{inward}"),
        1 => format!("{area}{district} {inward}").to_lowercase(),
        2 => format!("{area}{district}{inward}").to_lowercase(),
        _ => format!("{area}{district} {inward}"),
    };
    Value::of(Identifier::Postcode, text)
}

fn plate(random: &mut ChaCha20Rng) -> Value {
    let l = |random: &mut ChaCha20Rng| letter(random, "ABCDEFGHJKLMNOPRSTUVWXY");
    let (a, b, c, d, e) = (l(random), l(random), l(random), l(random), l(random));
    let age = random.random_range(51..76);
    let text = match random.random_range(0..5) {
        0 => format!("{a}{b}{age}{c}{d}{e}"),
        1 => format!("{a}{b}{age}{c}{d}{e}").to_lowercase(),
        2 => return Value::after("reg ", Identifier::Vehicle, format!("{a}{} {c}{d}{e}", random.random_range(101..899))),
        3 => return Value::after("a Corsa, ", Identifier::Vehicle, format!("{a}{b}Z {}", random.random_range(1001..9999))),
        _ => format!("{a}{b}{age} {c}{d}{e}"),
    };
    Value::of(Identifier::Vehicle, text)
}

fn phone(random: &mut ChaCha20Rng) -> String {
    let tail = figures(random, 6);
    let (one, two) = tail.split_at(3);
    match random.random_range(0..8) {
        0 => format!("07700 9{}", &tail[..5]),
        1 => format!("077009{}", &tail[..5]),
        2 => format!("07700 9{} {}", &one[..2], two),
        3 => format!("+44 7700 9{}", &tail[..5]),
        4 => format!("+44 (0)7700 9{}", &tail[..5]),
        5 => format!("(01632) 96{}", &tail[..4]),
        6 => format!("01632 96{}", &tail[..4]),
        _ => format!("020 7946 0{}", one),
    }
}

/// A letter as somebody writes it who has no accents at hand.
pub(super) fn without_accent(letter: char) -> char {
    const PAIRS: [(&str, char); 20] = [
        ("áàâãäåăạ", 'a'),
        ("ÁÀÂÃÄÅ", 'A'),
        ("çćč", 'c'),
        ("Ç", 'C'),
        ("éèêëęėě", 'e'),
        ("É", 'E'),
        ("íìîï", 'i'),
        ("łľ", 'l'),
        ("Ł", 'L'),
        ("ñńň", 'n'),
        ("óòôõöøő", 'o'),
        ("ÓÖØ", 'O'),
        ("řŕ", 'r'),
        ("śşšș", 's'),
        ("ŚŞŠ", 'S'),
        ("ťţț", 't'),
        ("úùûüůű", 'u'),
        ("ýỹỳ", 'y'),
        ("źżž", 'z'),
        ("ŹŻŽ", 'Z'),
    ];
    PAIRS.iter().find(|(accented, _)| accented.contains(letter)).map_or(letter, |(_, plain)| *plain)
}
