//! Saying more on a phone: a voice note, a map, their own circle; and a code in the place of a link. The practitioner's end of it.

use super::phone::{DOCUMENT, Visit};
use kith_group::{Attachment, Audience, CODE_SECONDS, Drawing, DrawnMark, GuestCode, MAX_VOICE, Saying, SeededRandom, seal_code};
use kith_relay::store_file;
use kith_sync::wire::{ClientMessage, ServerMessage};

fn mark(x: u16, y: u16, sign: &str, words: &str) -> DrawnMark {
    DrawnMark { x, y, sign: sign.into(), words: words.into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voice_note_and_a_map_reach_the_holder_and_only_typed_words_the_team() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin(folder.path()).await;
    visit.walk_in("more.mjs", "say").await;
    for name in [store_file(folder.path()), store_file(folder.path()).with_extension("sqlite-wal")] {
        let held = std::fs::read(&name).unwrap_or_default();
        for word in ["zebra lights", "canal steps", "OpusHead"] {
            assert!(!held.windows(word.len()).any(|bytes| bytes == word.as_bytes()), "{word} is at the relay");
        }
    }
    let taken = visit.take().await;
    let [(_, said, _)] = taken.as_slice() else { panic!("{} items", taken.len()) };
    let Saying::Said(answers) = &said.saying else { panic!("not answers: {:?}", said.saying) };
    let told: Vec<_> = answers.iter().map(|answer| (answer.question.as_str(), answer.words.as_str(), answer.audience)).collect();
    assert_eq!(told, [("friends", "zebra lights on the canal", Audience::Team)]);
    let [Attachment::Voice { question, media, seconds, sound }, Attachment::Drawing { question: place, drawing }] =
        said.attached.as_slice()
    else {
        panic!("not a voice note and a drawing: {:?}", said.attached)
    };
    assert_eq!((question.as_str(), media.as_str()), ("friends", "audio/webm;codecs=opus"));
    assert!((1..=90).contains(seconds) && sound.len() <= MAX_VOICE, "{seconds} s, {} bytes", sound.len());
    assert!(sound.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]), "a recording that can be played: WebM");
    assert!(sound.windows(8).any(|bytes| bytes == b"OpusHead"));
    assert_eq!(place, "places");
    let Drawing { marks, lines, .. } = drawing;
    assert_eq!(marks[1..], [mark(420, 540, "depends", "library")]);
    let near = |one: u16, other: u16| one.abs_diff(other) <= 4;
    assert!(near(marks[0].x, 500) && near(marks[0].y, 300), "{marks:?}");
    assert_eq!((marks[0].sign.as_str(), marks[0].words.as_str()), ("notOk", "canal steps"));
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(near(line[0].0, 100) && near(line[line.len() - 1].0, 900) && line.len() > 5, "{line:?}");
    visit.relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_their_own_circle_only_what_they_chose_leaves_the_phone_and_in_their_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin(folder.path()).await;
    visit.walk_in("more.mjs", "circle").await;
    let taken = visit.take().await;
    assert_eq!(taken.len(), 2);
    let (item, circle) = taken
        .iter()
        .find_map(|(item, said, _)| match &said.saying {
            Saying::Circle(drawing) => Some((item, drawing)),
            _ => None,
        })
        .expect("it arrived");
    let signs: Vec<_> = circle.marks.iter().map(|mark| (mark.sign.as_str(), mark.words.as_str())).collect();
    assert_eq!(signs, [("me", "Me"), ("person", "my gran"), ("place", "the hub")]);
    let far = |at: usize| f64::hypot(f64::from(circle.marks[at].x) - 500.0, f64::from(circle.marks[at].y) - 500.0);
    assert!(far(0) < 1.0 && far(1) < far(2), "nearer is nearer: {:?}", circle.marks);
    assert!(taken.iter().any(|(_, said, _)| said.saying == Saying::Withdrawn && said.replaces == Some(*item)));
    visit.relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_told_in_person_opens_the_page_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin(folder.path()).await;
    let random = &mut SeededRandom::new(7);
    let code = GuestCode::random(random);
    let (id, sealed) = seal_code(&visit.link, &code, random);
    let until = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64 + CODE_SECONDS;
    let put = ClientMessage::PutGuestCode { document: DOCUMENT, link: visit.link.id(), code: id, until, sealed };
    assert_eq!(visit.client.ask(&put).await, ServerMessage::GuestCodeStored { code: id });
    visit.walk_told("more.mjs", "code", &code.to_string()).await;
    visit.relay.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_a_microphone_a_map_or_a_circle_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut visit = Visit::begin(folder.path()).await;
    let printed = visit.walk_in("more.mjs", "leave").await;
    assert_eq!(printed.lines().filter(|line| line.starts_with("LEFT ")).count(), 12, "{printed}");
    println!("{printed}");
    visit.walk_in("more.mjs", "kept").await;
    assert_eq!(visit.take().await.len(), 0, "who leaves has sent nothing");
    visit.relay.stop().await.unwrap();
}
