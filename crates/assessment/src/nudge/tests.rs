//! The rules by example: what is found, what never is, and what is shown.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn caseload() -> Vec<CaseloadName> {
    [
        "Keziah Ansah-Rowe",
        "Tomasz Harrowgill, Tomek",
        "Aaliyah Brannick",
        "Will Carter",
        "May Osei",
        "Blessing Adeyemi",
        "Ng Wei",
        "\u{738b}\u{4f1f}",
    ]
    .into_iter()
    .filter_map(CaseloadName::from_line)
    .collect()
}

fn checker() -> Checker {
    Checker::new(Lists::shipped(), &caseload())
}

/// What is found, as (kind, words).
fn found(text: &str) -> Vec<(Kind, String)> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let findings = checker().check(text, Words::Professional).unwrap();
    findings.iter().map(|one| (one.kind, String::from_utf16(units.get(one.start..one.end).unwrap()).unwrap())).collect()
}

fn kinds(text: &str) -> Vec<Kind> {
    found(text).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn names_of_the_caseload_are_found_in_every_form() {
    for text in [
        "We saw Keziah there.",
        "Keziah's coat was left behind.",
        "The coat is Keziah\u{2019}s.",
        "keziah was there",
        "KEZIAH was there",
        "Kezia was there",
        "Keziha waited",
        "Kezziah waited",
        "with Kezzy and the others",
        "Kez rang",
        "Tom\u{e9}k rang",
        "tomek rang",
        "Tomasz's mother",
        "Ask Ansah-Rowe",
        "Aliyah waited",
        "aaliyah waited",
        "Will is always there.",
        "They walked home with Will.",
        "Will's bus is late.",
        "Will Carter waits.",
        "May said that she was cold.",
        "They went with May to the hub.",
        "Blessing waits for the others.",
        "Blessing\u{2019}s friends waited.",
        "They met \u{738b}\u{4f1f}\u{3002}",
        "They sat with Wei.",
    ] {
        assert_eq!(kinds(text), [Kind::CaseloadName], "{text}");
    }
    assert_eq!(found("It was Keziah Ansah-Rowe\u{2019}s idea."), [(Kind::CaseloadName, "Keziah Ansah-Rowe\u{2019}s".to_owned())]);
}

#[test]
fn ordinary_words_and_places_are_no_names() {
    for text in [
        "Will they wait for each other?",
        "They will wait. May we ask them again in May?",
        "On 14 May and in May 2026 the hall was open.",
        "By the end of May the hall will be open.",
        "What a blessing the kitchen is.",
        "They meet in Mark Street, near Grace Church.",
        "Grace and patience helped. Chase up the council.",
        "Mark the map again.",
        "Meet in Room 4A on 14 March; bus 149 stops there.",
        "The CRN is not needed, and room B35 is free on the B35 road.",
        "St Mark's is open on Sundays.",
        "They walk along the Carter Street path.",
    ] {
        assert_eq!(kinds(text), [], "{text}: {:?}", found(text));
    }
}

#[test]
fn identifiers_are_found_with_their_kind() {
    use Identifier::*;
    for (text, which) in [
        ("NHS number 943 4765919", NhsNumber),
        ("at 14-16 Brook Row", Address),
        ("Flat 3, Kestrel House", Address),
        ("at 5 brook street", Address),
        ("b33 8th", Postcode),
        ("postcode E8", Postcode),
        ("CAD1234", CrimeReference),
        ("incident no 234 of spring", CrimeReference),
        ("gamertag ShadowWolf#1234", Handle),
        ("07 700 900 123", Phone),
        ("+44 (0)7700 900123", Phone),
        ("turned 15 on 12 May", DateOfBirth),
        ("a van, ABC 123D", Vehicle),
    ] {
        let findings = checker().check(text, Words::Professional).unwrap();
        assert_eq!(findings.iter().filter_map(|one| one.identifier).collect::<Vec<Identifier>>(), [which], "{text}");
    }
    for text in [
        "Ring 999, or Childline on 0800 1111.",
        "in 2025/26",
        "See https://www.gov.uk/guidance",
        "form 1AC at 10.30 on 14/03/2026",
    ] {
        assert_eq!(kinds(text), [], "{text}: {:?}", found(text));
    }
}

#[test]
fn ethnicity_faith_and_racism_as_themes_are_never_marked() {
    for text in [
        "Some of the friends are Black and say that they are followed round shops.",
        "Somali, Roma and Irish Traveller families say that staff treat them with suspicion.",
        "Young Black men are stopped more often; the friends call it racism, and so do we.",
        "Islamophobia on the bus worries Muslim parents. Eid and Diwali bring everyone to the hall.",
        "The Kurdish and Polish speaking mothers meet on Thursdays.",
    ] {
        assert_eq!(kinds(text), [], "{text}: {:?}", found(text));
    }
}

#[test]
fn markers_of_intelligence_are_found() {
    for text in [
        "It was graded B35.",
        "B2C, he was there",
        "1AP",
        "a nominal from town",
        "the handling code is",
        "See the intelligence log",
        "Intel suggests so",
        "a known associate",
        "checked on PNC",
        "The subject was seen at the station",
        "He is a gang member",
        "sanitised report",
        "an IC3 male",
    ] {
        assert!(kinds(text).contains(&Kind::IntelligenceMarker), "{text}: {:?}", found(text));
    }
    for text in [
        "A nominal fee is asked.",
        "Maths is their favourite subject. The target was to open the hall.",
        "Emotional intelligence is one of their strengths.",
        "Surfaces are sanitised daily.",
        "Take the A12, then the B35.",
    ] {
        assert_eq!(kinds(text), [], "{text}: {:?}", found(text));
    }
}

#[test]
fn blaming_and_adultifying_words_are_found_and_their_ordinary_uses_are_not() {
    assert_eq!(found("They put themselves at risk."), [(Kind::VictimBlaming, "put themselves at risk".to_owned())]);
    for text in [
        "a troublemaker",
        "poor relationship choices",
        "is associating with an older man",
        "She refuses to engage",
        "promiscuous",
    ] {
        assert_eq!(kinds(text), [Kind::VictimBlaming], "{text}: {:?}", found(text));
    }
    for text in [
        "hard to engage",
        "He is street-wise",
        "gang-related",
        "a dangerous young man",
        "an aggressive boy",
        "resilient",
        "a difficult child",
        "mature for her age",
    ] {
        assert_eq!(kinds(text), [Kind::Adultifying], "{text}: {:?}", found(text));
    }
    for text in [
        "The road is dangerous after dark.",
        "It is difficult to get home.",
        "They made a good choice.",
        "The project kicked off in May.",
    ] {
        assert_eq!(kinds(text), [], "{text}: {:?}", found(text));
    }
}

#[test]
fn own_words_are_never_checked_and_it_is_said() {
    assert_eq!(checker().check("Keziah is street-wise", Words::Own), Err(NotChecked::OwnWords));
    assert_eq!(Words::said_by(Some("young people, group session")), Words::Own);
    assert_eq!(Words::said_by(Some("A grandmother")), Words::Own);
    assert_eq!(Words::said_by(Some("youth worker")), Words::Professional);
    assert_eq!(Words::said_by(Some("family worker")), Words::Professional);
    assert_eq!(Words::said_by(None), Words::Professional);
    assert_eq!(kinds("One of the friends said: \"I put myself at risk, they say I am a troublemaker.\""), []);
}

#[test]
fn what_is_too_long_is_said_to_be_unchecked() {
    let long = "word ".repeat(TEXT_LIMIT);
    assert!(matches!(checker().check(&long, Words::Professional), Err(NotChecked::TooLong { .. })));
}

#[test]
fn the_sample_is_clean() {
    let sample: serde_json::Value = serde_json::from_str(include_str!("../../samples/larch.json")).unwrap();
    let purpose = sample.get("purpose").and_then(|purpose| purpose.as_object()).unwrap();
    let texts = purpose
        .iter()
        .filter(|(field, _)| !["by", "lead_agency"].contains(&field.as_str()))
        .filter_map(|(_, value)| value.as_str());
    let entries = sample.get("entries").and_then(|entries| entries.as_array()).unwrap();
    for text in texts.chain(entries.iter().filter_map(|entry| entry.get("text").and_then(|text| text.as_str()))) {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn one_mark_in_a_paragraph_and_none_on_the_word_being_typed_or_kept_before() {
    let text = "They are resilient and Keziah was there.\nKeziah again, street-wise.\nBrook 07700 900123 resilient";
    let checker = checker();
    let findings = checker.check(text, Words::Professional).unwrap();
    let words = |caret: Option<usize>, kept: &BTreeSet<WordKey>| -> Vec<Kind> {
        shown(text, &findings, caret.as_slice(), kept).iter().map(|one| one.kind).collect()
    };
    assert_eq!(words(None, &BTreeSet::new()), [Kind::CaseloadName, Kind::Adultifying, Kind::Identifier]);
    let keziah = findings.iter().find(|one| one.kind == Kind::CaseloadName).unwrap();
    assert_eq!(words(Some(keziah.end), &BTreeSet::new()), [Kind::Adultifying, Kind::Adultifying, Kind::Identifier]);
    let kept = BTreeSet::from([keziah.key.clone()]);
    assert_eq!(words(None, &kept), [Kind::Adultifying, Kind::Adultifying, Kind::Identifier]);
    assert_eq!(format!("{:?}", keziah.key), "WordKey(\u{2026})");
}

#[test]
fn a_local_authority_adds_and_removes() {
    let local = r#"{"version": "area-2", "remove": ["resilient"], "places": ["Kestrelford"],
        "add": [{"kind": "victim-blaming", "phrases": ["(known|usual) face"], "reason": "r", "suggestion": "s"}]}"#;
    let lists = Lists::shipped().with_local(local).unwrap();
    assert!(lists.versions().contains(&"area-2".to_owned()));
    let checker = Checker::new(lists, &[]);
    let kinds =
        |text: &str| -> Vec<Kind> { checker.check(text, Words::Professional).unwrap().iter().map(|one| one.kind).collect() };
    assert_eq!(kinds("They are resilient in Kestrelford."), []);
    assert_eq!(kinds("a usual face"), [Kind::VictimBlaming]);
    assert!(Lists::shipped().with_local("{\"words\": []}").is_err());
}

#[test]
fn colleagues_are_no_possible_names_unless_they_are_in_the_caseload() {
    let text = "The view stands until Nadia says so; ask Keziah too.";
    let checker = checker().with_colleagues(&["Nadia Sorrell".to_owned(), "Keziah Finch".to_owned()]);
    let findings = checker.check(text, Words::Professional).unwrap();
    assert_eq!(findings.iter().map(|one| one.kind).collect::<Vec<Kind>>(), [Kind::CaseloadName]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn spans_lie_on_characters_within_the_text_and_never_overlap(
        text in prop_oneof![
            any::<String>(),
            "(\\PC|[a-zA-Z0-9@:./+() \n'\u{2019}\u{301}-]){0,80}",
            "((Keziah|keziha|Will|May|B35|07700 900|14 Brook Row|snap: |AB12 CD|put themselves at risk|\u{1f600}|\u{738b}\u{4f1f}|@|\"|DOB |e8 3)( |\n|'s|\u{2019}|)){0,12}",
        ]
    ) {
        let findings = checker().check(&text, Words::Professional).unwrap();
        let bounds: BTreeSet<usize> =
            text.chars().scan(0, |at, c| { let here = *at; *at += c.len_utf16(); Some(here) }).chain([crate::limits::units(&text)]).collect();
        let mut last = 0;
        for one in &findings {
            prop_assert!(one.start < one.end && bounds.contains(&one.start) && bounds.contains(&one.end) && one.start >= last);
            last = one.end;
        }
        shown(&text, &findings, &[3], &BTreeSet::new());
    }
}
