//! What is read with link and code word, what is said to it, and agreement: in a real browser, with the practitioner's program at the
//! other end.

use std::time::{SystemTime, UNIX_EPOCH};

use super::phone::{DOCUMENT, Visit, bytes, card, node};
use kith_group::{
    CodeWord, Digest, GuestCard, IsFair, IsRight, OnAgreement, OnPart, OnPoint, OnSummary, Outcome, Point, Reading, Rights, Said,
    Saying, SeededRandom, SharedAction, SharedPart, SharedReply, SharedSummary, TakingPart, open_reading, seal_reading,
};
use kith_relay::store_file;
use kith_sync::wire::{ClientMessage, ServerMessage};
use serde_json::json;

const SCRIPT: &str = "reading.mjs";
const AGREEMENT: &str = "agreement.mjs";
const WORD: &str = "Green Kettle";
/// What is read. None of it may be at the relay in plain words, and `steps.mjs` names it, so that it is looked for on the phone.
const CANARIES: [&str; 6] = [
    "zebra lights",
    "We asked for lights",
    "lantern summary",
    "Somebody asked for it",
    "otter reply",
    "You said yes to taking part",
];

fn whole_card() -> GuestCard {
    GuestCard {
        rights: Rights { say: true, summary: true, agree: true },
        complain: Some("The children's rights worker, 020 7946 0001".into()),
        agencies: vec!["Kestrel Vale Academy".into(), "Kestrel Vale police".into()],
        ..card()
    }
}

fn reading() -> Reading {
    let point =
        |said: &str, outcome, words: &str, id: &str| Point { said: said.into(), outcome, words: words.into(), id: id.into() };
    Reading {
        read_on: Some("2026-05-12".into()),
        late: false,
        points: vec![
            point("zebra lights on the canal", Outcome::Used, "We asked for lights. <b>Soon</b>.", "p1"),
            point("an open hall", Outcome::NotYet, "We are asking for the key.", "p2"),
            point("later buses", Outcome::NotUsed, "The bus company said no.", "p3"),
            point("Feels so-so", Outcome::AskMore, "How is it now?", ""),
        ],
        summary: Some(SharedSummary {
            version: "v7".into(),
            shared_on: "2026-05-13".into(),
            parts: vec![
                SharedPart {
                    id: "s1".into(),
                    heading: "Places".into(),
                    text:
                        "lantern summary: these friends look after each other.\n\nMost of the trouble comes from where they are."
                            .into(),
                },
                SharedPart { id: "s2".into(), heading: "Adults near you".into(), text: "Adults give four answers.".into() },
            ],
            actions: vec![SharedAction {
                id: "action/7".into(),
                what: "A light on the canal path.".into(),
                why: "Somebody asked for it.".into(),
            }],
            replies: vec![SharedReply {
                whose: "A parent or carer".into(),
                words: "otter reply: keep it about the place.".into(),
            }],
        }),
        agreed: vec!["You wanted to talk first.".into(), "You said yes to taking part.".into()],
    }
}

/// What the phone makes of link and code word.
fn code(visit: &Visit) -> CodeWord {
    let heard = node(&json!({ "what": "code", "address": visit.link.to_string(), "word": WORD }));
    CodeWord { verifier: Digest(bytes(&heard["verifier"]).try_into().unwrap()), key: bytes(&heard["key"]).try_into().unwrap() }
}

/// Opens the window for an hour.
async fn open_window(visit: &mut Visit, code: &CodeWord) -> Vec<u8> {
    open_with(visit, code, &reading()).await
}

async fn open_with(visit: &mut Visit, code: &CodeWord, reading: &Reading) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let sealed = seal_reading(&visit.link, code, reading, &mut SeededRandom::new(2)).unwrap();
    let open = ClientMessage::PutGuestReading {
        document: DOCUMENT,
        link: visit.link.id(),
        verifier: code.verifier,
        until: now + 3_600,
        sealed: sealed.clone(),
        renews: false,
    };
    assert_eq!(visit.client.ask(&open).await, ServerMessage::GuestReadingStored { link: visit.link.id() });
    sealed
}

/// The only item, or the last of a row in which each stands in the place of the one before.
async fn last(visit: &mut Visit) -> Said {
    let taken = visit.take().await;
    let replaced: Vec<_> = taken.iter().filter_map(|(_, said, _)| said.replaces).collect();
    let mut last = taken.into_iter().filter(|(item, _, _)| !replaced.contains(item));
    let (_, said, _) = last.next().expect("it arrived");
    assert!(last.next().is_none(), "nothing else arrived");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_and_the_summary_are_read_on_a_phone_and_what_is_said_to_them_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin_with(folder.path(), &whole_card()).await;
    let code = code(&visit);
    let sealed = open_window(&mut visit, &code).await;

    // Whoever has the link alone has these keys, and what the relay holds. None of them opens it.
    let link = &visit.link;
    for key in [link.secret(), link.token(), link.verifier().0, code.verifier.0] {
        assert!(open_reading(link, &key, &sealed).is_err());
    }

    visit.walk_in(SCRIPT, "points").await;
    let on = |point: &str, fair, why: &str, take_out| OnPoint { point: point.into(), fair, why: why.into(), take_out };
    let said = last(&mut visit).await;
    assert!(said.replaces.is_some(), "the second answer stands in the place of the first");
    assert_eq!(said.code, None);
    let expected = vec![
        on("p1", Some(IsFair::NotReally), "", false),
        on("p2", Some(IsFair::No), "badger: nobody asked us", false),
        on("p3", None, "", true),
    ];
    assert_eq!(said.saying, Saying::OnPoints(expected));

    visit.walk_in(SCRIPT, "summary").await;
    let part = |part: &str, right, why: &str| OnPart { part: part.into(), right, why: why.into() };
    let expected = OnSummary {
        version: "v7".into(),
        parts: vec![
            part("s1", IsRight::Partly, "badger: it is two places"),
            part("s2", IsRight::NotRight, ""),
            part("action/7", IsRight::Partly, "badger: two lights"),
        ],
        missed: "badger: the hall".into(),
        reply: "badger: we want to stay together".into(),
        other_families: true,
    };
    assert_eq!(last(&mut visit).await.saying, Saying::OnSummary(expected));

    visit.walk_in(SCRIPT, "slow").await;
    let mut heard: Vec<_> = visit.take().await.into_iter().map(|(_, said, _)| said.saying).collect();
    heard.sort_by_key(|saying| matches!(saying, Saying::OnSummary(_)) as u8 + 2 * matches!(saying, Saying::OnAgreement(_)) as u8);
    let [Saying::OnPoints(points), Saying::OnSummary(summary), Saying::OnAgreement(agreement)] = heard.as_slice() else {
        panic!("{heard:?}")
    };
    assert_eq!(points, &[on("p2", Some(IsFair::Yes), "", false)]);
    assert_eq!((&summary.parts, summary.other_families), (&vec![part("s1", IsRight::Right, "")], false));
    assert_eq!((agreement.read, agreement.taking_part), (true, Some(TakingPart::Yes)));

    visit.walk_in(SCRIPT, "nowhere").await;
    assert_eq!(visit.take().await.len(), 0, "reading sends nothing");
    for name in [store_file(folder.path()), store_file(folder.path()).with_extension("sqlite-wal")] {
        let held = std::fs::read(&name).unwrap_or_default();
        for word in CANARIES.iter().chain(&["badger", "kettle", "Green"]) {
            assert!(!held.windows(word.len()).any(|bytes| bytes == word.as_bytes()), "{word} is at the relay");
        }
    }
    visit.relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_wrong_code_words_close_it_and_outside_of_a_window_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin_with(folder.path(), &whole_card()).await;
    let code = code(&visit);
    visit.walk_in(SCRIPT, "closed").await;
    open_window(&mut visit, &code).await;
    visit.walk_in(SCRIPT, "guess").await;
    // Asked for, opened again, and closed by the practitioner before it is read.
    visit.walk_in(SCRIPT, "ask").await;
    let said = last(&mut visit).await;
    assert_eq!((said.saying, said.code), (Saying::WantsToRead, Some(code.clone())));
    open_window(&mut visit, &code).await;
    let close = ClientMessage::CloseGuestReading { document: DOCUMENT, link: visit.link.id() };
    assert_eq!(visit.client.ask(&close).await, ServerMessage::GuestReadingClosed { link: visit.link.id() });
    visit.walk_in(SCRIPT, "closed").await;
    visit.relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agreement_is_given_in_part_and_taken_back_with_every_word_that_was_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin_with(folder.path(), &whole_card()).await;
    let code = code(&visit);
    open_window(&mut visit, &code).await;
    visit.walk_in(AGREEMENT, "agree").await;
    let mut all: Vec<(bool, OnAgreement)> = visit
        .take()
        .await
        .into_iter()
        .map(|(_, said, _)| match said.saying {
            Saying::OnAgreement(on) => (said.replaces.is_some(), on),
            other => panic!("{other:?}"),
        })
        .collect();
    all.sort_by_key(|(replaces, _)| *replaces);
    let [(false, first), (true, second)] = all.as_slice() else { panic!("{} answers", all.len()) };
    assert_eq!((first.read, first.taking_part, first.object), (true, Some(TakingPart::InPart), true));
    let but_not: Vec<_> = first.but_not.iter().map(|choice| (choice.code.as_str(), choice.words.as_str())).collect();
    assert_eq!(but_not, [("picture", "The picture"), ("agency:Kestrel Vale police", "Kestrel Vale police")]);
    assert_eq!(first.words, "badger: not at school");
    for words in [
        "What this is\nSome people who work with young people want a group of friends to be safer.",
        "You can read it.\nI have read this\nAsk me later",
        "Are you happy to take part? You can say yes to some of it.",
        "Yes\nYes, but not …\nNo\nI want to talk first",
        "What do you not want?\nThe picture shows friends and places.",
        "Links to my phone\nKestrel Vale Academy\nKestrel Vale police",
        "What we do not ask you\nWorkers can use what they know to keep children safe.",
        "here is who to tell: The children's rights worker, 020 7946 0001",
        "Leave me out of the picture",
    ] {
        assert!(first.shown.contains(words), "{words:?} was shown, and is not in\n{}", first.shown);
    }
    assert!(!first.shown.contains("badger"), "what they typed is not what they were shown");
    assert_eq!((second.taking_part, second.object, second.words.as_str()), (Some(TakingPart::No), false, ""));
    assert!(second.but_not.is_empty() && !second.shown.contains("What do you not want?"), "{}", second.shown);

    visit.walk_in(AGREEMENT, "aloud").await;
    visit
        .put(&GuestCard { rights: Rights { say: false, summary: false, agree: true }, adult: true, complain: None, ..card() })
        .await;
    visit.walk_in(AGREEMENT, "parent").await;
    let taken = visit.take().await;
    assert_eq!(taken.len(), 2, "what was thrown away is not among them");
    let (first, later, _) = taken.iter().find(|(_, said, _)| said.replaces.is_none()).expect("it arrived");
    assert_eq!(later.language, "ar");
    let Saying::OnAgreement(on) = &later.saying else { panic!("{:?}", later.saying) };
    assert_eq!((on.read, on.taking_part, on.object), (true, Some(TakingPart::Later), false));
    assert!(on.shown.contains("هل يسعدك أن تشارك؟"), "{}", on.shown);
    let (_, now, _) = taken.iter().find(|(_, said, _)| said.replaces == Some(*first)).expect("the other is in its place");
    let Saying::OnAgreement(on) = &now.saying else { panic!("{:?}", now.saying) };
    assert_eq!(on.taking_part, Some(TakingPart::TalkFirst));
    visit.relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_holder_and_the_areas_own_words_for_danger_are_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin(folder.path()).await;
    visit.walk_in(SCRIPT, "overdue").await;
    let code = code(&visit);
    let nothing = Reading { read_on: None, late: true, points: Vec::new(), summary: None, agreed: Vec::new() };
    open_with(&mut visit, &code, &nothing).await;
    visit.walk_in(SCRIPT, "unread").await;
    let card = GuestCard {
        rights: Rights { say: false, summary: true, agree: false },
        danger: Some("Larchford: ring 999, then the night team on 020 7946 0009.".into()),
        late: true,
        ..card()
    };
    visit.put(&card).await;
    visit.walk_in(SCRIPT, "late").await;
    assert_eq!(last(&mut visit).await.saying, Saying::WantsToRead);
    visit.relay.stop().await.unwrap();
}
