#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::testing::hex;
use crate::{FormatError, SeededRandom};

const ORIGIN: &str = "https://relay.example";

fn link() -> GuestLink {
    GuestLink::from_secret(ORIGIN, [2; 32])
}

#[test]
fn a_typed_code_is_frozen_and_opens_its_link_however_it_is_typed() {
    let random = &mut SeededRandom::new(1);
    let code = GuestCode::random(random);
    let (id, sealed) = seal_code(&link(), &code, random);
    insta::assert_snapshot!(format!("{code}\nid {id}\nsealed {}", hex(&sealed)));
    assert_eq!(code.id(), id);
    assert!(sealed.len() <= MAX_SEALED_CODE);
    let typed = format!(" {} ", code.to_string().to_uppercase().replace('-', " "));
    assert_eq!(open_code(ORIGIN, &typed.parse().unwrap(), &sealed), Ok(link()));
    let other = GuestCode::random(random);
    assert_eq!(open_code(ORIGIN, &other, &sealed), Err(FormatError::DoesNotOpen { what: "code for a guest" }));
    assert_eq!(format!("{code:?}"), "GuestCode(…)");
}

#[test]
fn what_is_no_whole_code_is_said_before_anybody_is_asked() {
    for typed in
        ["", "lusab", "lusab-babad-guti", "lusab-babad-gutihb", "lusab-babad-gutie", "lusab-babad-gut1h", "aaaaa-aaaaa-aaaaa"]
    {
        assert_eq!(typed.parse::<GuestCode>(), Err(NotACode), "{typed}");
    }
    assert!("lusab-babad-gutih".parse::<GuestCode>().is_ok());
}

#[test]
fn every_letter_of_a_code_is_drawn() {
    let mut seen: [std::collections::BTreeSet<char>; 15] = Default::default();
    let random = &mut SeededRandom::new(2);
    for _ in 0..400 {
        let code = GuestCode::random(random).to_string().replace('-', "");
        for (letters, letter) in seen.iter_mut().zip(code.chars()) {
            letters.insert(letter);
        }
    }
    let counts: Vec<usize> = seen.iter().map(std::collections::BTreeSet::len).collect();
    assert_eq!(counts, [16, 4, 16, 4, 16, 16, 4, 16, 4, 16, 16, 4, 16, 4, 16], "48 bits");
}

proptest! {
    #[test]
    fn a_code_reads_back_and_other_text_never_panics(seed: u64, text in "\\PC{0,40}") {
        let code = GuestCode::random(&mut SeededRandom::new(seed));
        prop_assert_eq!(code.to_string().parse::<GuestCode>(), Ok(code));
        let _ = text.parse::<GuestCode>();
    }
}
