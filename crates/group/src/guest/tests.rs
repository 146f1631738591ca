#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::testing::{bytes_like, hex};
use crate::{Digest, FormatError, GuestItemId, LinkError, SeededRandom};

const ITEM_ID: GuestItemId = GuestItemId([5; 16]);

fn link() -> GuestLink {
    GuestLink::from_secret("https://relay.example/", [2; 32])
}

fn holder() -> GuestKey {
    GuestKey::from_bytes([3; 32])
}

fn stand_in() -> GuestKey {
    GuestKey::from_bytes([4; 32])
}

fn card() -> GuestCard {
    GuestCard {
        holder: "Priya".to_owned(),
        role: "social worker".to_owned(),
        stand_in: Some("Colin".to_owned()),
        team: Team { line: "There is a school worker, a youth worker and a nurse.".to_owned(), police: 1 },
        read_by: "2026-05-14".to_owned(),
        rights: Rights { say: true, summary: false, agree: false },
        language: "en".to_owned(),
        expires: 1_795_000_000,
        recipients: vec![holder().public(), stand_in().public()],
        ..GuestCard::default()
    }
}

fn said() -> Said {
    Said {
        language: "en".to_owned(),
        replaces: None,
        saying: Saying::Said(vec![Answer {
            question: "friends".to_owned(),
            choices: vec![Choice { code: "listen".to_owned(), words: "They listen".to_owned() }],
            words: "My friend waits for me.".to_owned(),
            skipped: false,
            audience: Audience::Team,
        }]),
        code: Some(CodeWord { verifier: Digest([6; 32]), key: [7; 32] }),
        attached: Vec::new(),
    }
}

fn sealed_by(link: &GuestLink, said: &Said) -> Vec<u8> {
    seal_item(link, &ITEM_ID, &[holder().public(), stand_in().public()], said, &mut SeededRandom::new(1)).unwrap()
}

#[test]
fn the_link_is_frozen_and_reads_back() {
    let text = link().to_string();
    insta::assert_snapshot!(format!("{text}\nid {}\nverifier {}", link().id(), link().verifier()));
    assert_eq!(text.parse(), Ok(link()));
    assert_eq!(format!(" {}\r\n {} ", &text[..40], &text[40..]).parse(), Ok(link()));
}

#[test]
fn everything_secret_is_behind_the_hash_and_the_rest_is_the_same_for_all() {
    let before = |link: GuestLink| link.to_string().split_once('#').unwrap().0.to_owned();
    assert_eq!(before(link()), before(GuestLink::from_secret("https://relay.example", [9; 32])));
}

#[test]
fn any_one_letter_changed_in_a_link_is_noticed() {
    let text = link().to_string();
    let start = text.find('#').unwrap() + 1;
    for at in start..text.len() {
        let mut letters: Vec<char> = text.chars().collect();
        letters[at] = if letters[at] == 'a' { 'b' } else { 'a' };
        assert!(letters.into_iter().collect::<String>().parse::<GuestLink>().is_err(), "letter {at}");
    }
    assert_eq!("https://relay.example/".parse::<GuestLink>(), Err(LinkError::NotALink));
    assert_eq!(format!("javascript:alert(1)/g/#{}", &text[start..]).parse::<GuestLink>(), Err(LinkError::NotALink));
}

#[test]
fn nothing_secret_is_printed() {
    let printed = format!("{:?} {:?} {:?}", link(), holder(), said().code);
    assert!(!printed.contains("2, 2") && !printed.contains("3, 3") && !printed.contains("7, 7"), "{printed}");
}

#[test]
fn the_card_is_frozen_and_opens_with_its_link_only() {
    let sealed = seal_card(&link(), &card(), &mut SeededRandom::new(1)).unwrap();
    insta::assert_snapshot!(hex(&sealed));
    assert_eq!(open_card(&link(), &sealed), Ok(card()));
    assert!(open_card(&GuestLink::from_secret("https://relay.example", [9; 32]), &sealed).is_err());
    let crowded = GuestCard { recipients: vec![holder().public(); 5], ..card() };
    assert!(seal_card(&link(), &crowded, &mut SeededRandom::new(1)).is_err());
    assert!(seal_card(&link(), &GuestCard { recipients: vec![], ..card() }, &mut SeededRandom::new(1)).is_err());
}

#[test]
fn an_item_opens_for_the_maker_and_the_stand_in_and_for_nobody_with_the_link_alone() {
    let sealed = sealed_by(&link(), &said());
    assert_eq!(open_item(&link(), &ITEM_ID, &holder(), &sealed), Ok(said()));
    assert_eq!(open_item(&link(), &ITEM_ID, &stand_in(), &sealed), Ok(said()));
    let refused = Err(ItemError::Format(FormatError::DoesNotOpen { what: "item by a link" }));
    assert_eq!(open_item(&link(), &ITEM_ID, &GuestKey::from_bytes([8; 32]), &sealed), refused);
    // Whatever can be derived from the link is no key to it.
    for key in [link().secret(), link().token(), link().card_key().0, link().speaker(&ITEM_ID)] {
        assert_eq!(open_item(&link(), &ITEM_ID, &GuestKey::from_bytes(key), &sealed), refused);
    }
}

#[test]
fn the_relay_cannot_make_an_item_though_it_may_know_the_recipients() {
    // The relay knows the link's id and token, but not its secret: it can only guess at the proof inside.
    let forger = GuestLink::from_secret("https://relay.example", [9; 32]);
    let forged = sealed_by(&forger, &said());
    assert_eq!(open_item(&link(), &ITEM_ID, &holder(), &forged), Err(ItemError::Misplaced));
    let wire = SaidForged::of(&forger);
    assert_eq!(open_item(&link(), &ITEM_ID, &holder(), &wire), Err(ItemError::NotByTheLink));
}

/// An item under the right names with the proof of another link.
struct SaidForged;

impl SaidForged {
    fn of(forger: &GuestLink) -> Vec<u8> {
        item::seal_with_speaker(&link(), &ITEM_ID, &[holder().public()], &said(), forger.speaker(&ITEM_ID))
    }
}

#[test]
fn an_item_in_the_place_of_another_is_refused() {
    let sealed = sealed_by(&link(), &said());
    assert_eq!(open_item(&link(), &GuestItemId([6; 16]), &holder(), &sealed), Err(ItemError::Misplaced));
    assert_eq!(SealedItem::read(&sealed), Ok(SealedItem { link: link().id(), item: ITEM_ID }));
}

#[test]
fn how_much_was_said_does_not_show_until_it_is_a_lot() {
    let little = Said { saying: Saying::Said(vec![]), code: None, ..said() };
    assert_eq!(sealed_by(&link(), &little).len(), sealed_by(&link(), &said()).len());
}

#[test]
fn what_cannot_be_seen_is_taken_out_and_what_people_write_is_kept() {
    let typed = "a\u{202E}bc\u{2066}d\u{200B}e\u{7}\u{FEFF}\nأهلًا می\u{200C}خواهم 👨\u{200D}👩\u{200D}👧 <script>";
    let mut tricky = said();
    let Saying::Said(answers) = &mut tricky.saying else { unreachable!() };
    answers[0].words = typed.to_owned();
    let opened = open_item(&link(), &ITEM_ID, &holder(), &sealed_by(&link(), &tricky)).unwrap();
    let Saying::Said(answers) = opened.saying else { unreachable!() };
    assert_eq!(answers[0].words, "abcde\nأهلًا می\u{200C}خواهم 👨\u{200D}👩\u{200D}👧 <script>");
}

#[test]
fn a_withdrawal_names_what_it_withdraws() {
    let random = &mut SeededRandom::new(1);
    let withdrawn = Said { saying: Saying::Withdrawn, replaces: None, ..said() };
    assert!(seal_item(&link(), &ITEM_ID, &[holder().public()], &withdrawn, random).is_err());
    let withdrawn = Said { replaces: Some(GuestItemId([1; 16])), ..withdrawn };
    let sealed = seal_item(&link(), &ITEM_ID, &[holder().public()], &withdrawn, random).unwrap();
    assert_eq!(open_item(&link(), &ITEM_ID, &holder(), &sealed), Ok(withdrawn));
}

#[test]
fn whoever_talks_and_draws_at_each_of_the_six_steps_is_heard() {
    let random = &mut SeededRandom::new(1);
    let voice = |question: &str| Attachment::Voice {
        question: question.to_owned(),
        media: "audio/mp4".to_owned(),
        seconds: 3,
        sound: vec![1; 6_000],
    };
    let drawing = |question: &str| Attachment::Drawing { question: question.to_owned(), drawing: Drawing::default() };
    let steps = ["friends", "together", "places", "adults", "first", "feel"];
    let attached = steps.iter().flat_map(|step| [voice(step), drawing(step)]).collect();
    let all = Said { attached, ..said() };
    let sealed = seal_item(&link(), &ITEM_ID, &[holder().public()], &all, random).unwrap();
    assert_eq!(open_item(&link(), &ITEM_ID, &holder(), &sealed), Ok(all));
}

#[test]
fn an_item_beyond_its_limits_is_refused() {
    let random = &mut SeededRandom::new(1);
    let mut long = said();
    let Saying::Said(answers) = &mut long.saying else { unreachable!() };
    answers[0].words = "x".repeat(16 * 1024 + 1);
    assert!(seal_item(&link(), &ITEM_ID, &[holder().public()], &long, random).is_err());
    assert!(seal_item(&link(), &ITEM_ID, &[], &said(), random).is_err());
    assert!(matches!(SealedItem::read(&vec![1; MAX_ITEM + 1]), Err(FormatError::TooLong { .. })));
}

#[test]
fn a_reading_is_frozen_and_opens_with_link_and_code_word_only() {
    let reading = Reading {
        read_on: Some("2026-05-12".to_owned()),
        late: false,
        points: vec![Point {
            said: "They listen".to_owned(),
            outcome: Outcome::Used,
            words: "In 1.6.".to_owned(),
            id: String::new(),
        }],
        summary: Some(SharedSummary {
            version: "v7".to_owned(),
            shared_on: "2026-05-13".to_owned(),
            parts: vec![SharedPart { id: "side/3".to_owned(), heading: "Places".to_owned(), text: "Lights.".to_owned() }],
            actions: vec![SharedAction { id: "action/1".to_owned(), what: "A light.".to_owned(), why: "Asked for.".to_owned() }],
            replies: vec![SharedReply { whose: "you".to_owned(), words: "Yes.".to_owned() }],
        }),
        agreed: vec!["You said yes.".to_owned()],
    };
    let code = said().code.unwrap();
    let sealed = seal_reading(&link(), &code, &reading, &mut SeededRandom::new(1)).unwrap();
    insta::assert_snapshot!(hex(&sealed));
    assert_eq!(open_reading(&link(), &code.key, &sealed), Ok(reading));
    for key in [[8; 32], link().secret(), link().token(), link().card_key().0] {
        assert!(open_reading(&link(), &key, &sealed).is_err());
    }
    let other = GuestLink::from_secret("https://relay.example", [9; 32]);
    assert!(open_reading(&other, &code.key, &sealed).is_err());
}

/// HPKE draws from the system's randomness, so what is frozen is one item that was sealed once: it must open for ever.
#[test]
fn an_item_that_was_sealed_before_still_opens() {
    let sealed = data_encoding::HEXLOWER.decode(include_str!("sealed-item.hex").trim().replace('\n', "").as_bytes()).unwrap();
    assert_eq!(open_item(&link(), &ITEM_ID, &holder(), &sealed), Ok(said()));
    assert_eq!(open_item(&link(), &ITEM_ID, &stand_in(), &sealed), Ok(said()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn reading_a_link_never_panics(text in "(https://r/g/#)?\\PC{0,80}") {
        let _ = text.parse::<GuestLink>();
    }

    #[test]
    fn opening_never_panics_and_opens_nothing_that_was_changed(bytes in bytes_like(sealed_by(&link(), &said()))) {
        let opened = open_item(&link(), &ITEM_ID, &holder(), &bytes);
        // A changed byte in what is sealed to the other recipient is theirs to notice.
        prop_assert!(opened.is_err() || opened == Ok(said()));
        prop_assert!(open_card(&link(), &bytes).is_err());
        prop_assert!(open_reading(&link(), &[7; 32], &bytes).is_err());
    }
}
