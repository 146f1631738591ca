//! A young person says something by a link, and it is in the record of whoever holds and of whoever stands in: once, and sealed on the way.
//! The guest's end is here in Rust; the page's own end in a browser is in `server/tests/relay/phone.rs`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use kith_group::{
    Answer, Attachment, Audience, Choice, CodeWord, Digest, GuestCard, GuestCode, GuestItemId, IsFair, OnPoint, Said, Saying,
    SeededRandom, open_code, open_reading, token_verifier,
};
use kith_tests::holder::Holder;
use kith_tests::phone::Phone;
use kith_tests::processes::Practitioner;
use serde_json::Value;

const CANARY: &str = "zebra lights on the canal";

/// Says something about friends, in the place of an earlier item or in no place; the status.
fn says(phone: &Phone, card: &GuestCard, item: u8, replaces: Option<u8>, words: &str) -> u16 {
    phone.sends_as(card, item, |said| {
        said.replaces = replaces.map(|byte| GuestItemId([byte; 16]));
        said.saying = Saying::Said(vec![friends(words)]);
    })
}

fn friends(words: &str) -> Answer {
    Answer {
        question: "friends".into(),
        choices: vec![Choice { code: "listen".into(), words: "They listen".into() }],
        words: words.into(),
        skipped: false,
        audience: Audience::Team,
    }
}

fn strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

fn refused(person: &Practitioner, words: &[String]) -> String {
    let (exit, value) = person.answer(&strs(words));
    assert_eq!(exit, Some(1), "{value}");
    value["error"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_young_person_says_by_a_link_is_in_the_record_of_holder_and_stand_in_once() {
    let held = Holder::new();
    let (priya, larch, record) = (&held.priya, held.larch.as_str(), held.record.as_str());
    let colin = held.colin();
    priya.says(&["do", record, "{\"do\": \"set-stand-in\", \"name\": \"Colin Ashdown\"}"]);

    let (link, phone) = held.link("phone", &["--safe-to-send"]);
    assert_eq!((&link["ready"], &link["in_person"]), (&Value::Bool(true), &Value::Bool(false)));
    let address = link["address"].as_str().unwrap();
    assert!(address.starts_with(&format!("http://{}/g/#", held.tap.address())), "{address}");
    let card = phone.card().expect("the link works");
    assert_eq!((card.holder.as_str(), card.role.as_str(), card.stand_in.as_deref()), ("Priya", "social worker", Some("Colin")));

    assert_eq!(says(&phone, &card, 1, None, CANARY), 204);
    // Nobody but who reads the record can know: not the relay's disk, not a profile's, not the line.
    held.nowhere(&[CANARY, "They listen", "Keziah"]);
    priya.sync();
    let here = held.arrived(priya);
    assert_eq!(here.len(), 1);
    assert_eq!((here[0]["holds"]["answers"].as_i64(), here[0]["answers"].as_array().unwrap().len()), (Some(1), 0));
    let text = priya.says(&["record", record]);
    assert!(!text.contains(CANARY) && text.contains("not read yet"), "{text}");

    // The stand-in reads the same record, and takes in what comes next by themselves.
    priya.lets_in_as(record, &colin, "stand-in");
    colin.sync();
    assert_eq!(held.arrived(&colin), here);
    assert_eq!(says(&phone, &card, 2, Some(1), "Better words"), 204);
    colin.sync();
    priya.sync();
    colin.sync();
    let (hers, his) = (held.arrived(priya), held.arrived(&colin));
    assert_eq!(hers, his);
    assert_eq!(hers.len(), 2);
    let first = hers.iter().find(|one| one["taken_back"] == true).expect("the first was replaced");
    assert_eq!(first["answers"].as_array().unwrap().len(), 0, "what is changed before it is read is not shown");

    // Read, covered and added as one act, by either of them: the same contribution. Nobody rewrites their words.
    let second = hers.iter().find(|one| one["taken_back"] == false).unwrap()["item"].as_str().unwrap();
    let add = |words: &'static str| {
        ["arrived", record, second, "--add", "friends", "--to", larch, "--side", "1", "--words", words].map(str::to_owned)
    };
    let early = refused(priya, &add("They listen. [two words, covered]"));
    assert!(early.contains("ead it first"), "{early}");
    let item = priya.json(&["arrived", record, second, "--read"]);
    assert_eq!(item["covering"][0]["said"], "They listen. Better words");
    assert_eq!(item["add_to"][0]["title"], "Larch");
    let other = refused(priya, &add("They never listen."));
    assert!(other.contains("own words"), "{other}");
    let added = priya.json(&strs(&add("They listen. [two words, covered]")));
    let view = &priya.json(&["record", record])["view"];
    assert_eq!(view["words"][0]["words"], "They listen. [two words, covered]");
    assert_eq!((&view["words"][0]["id"], &view["words"][0]["voice"]), (&added["voice"], &added["voice"]));
    let voice = &priya.json(&["show", larch])["view"]["voices"][0];
    assert_eq!(
        (&voice["id"], &voice["words"], &voice["speaker"]),
        (&added["voice"], &"They listen. [two words, covered]".into(), &"A".into())
    );

    // The relay has forgotten what the log holds; a stopped link opens nothing.
    priya.sync();
    let waiting: i64 = rusqlite::Connection::open(held.folder.path().join("relay/relay.sqlite"))
        .unwrap()
        .query_row("SELECT count(*) FROM guest_item", [], |row| row.get(0))
        .unwrap();
    assert_eq!(waiting, 0);
    assert!(priya.says(&["links", record]).contains("2 came by it"));
    assert_eq!(priya.json(&["unlink", record, "phone"])["stopped"], true);
    assert_eq!(phone.card(), None);
    assert_eq!(says(&phone, &card, 3, None, "too late"), 404);
    let (valid, complaints) = priya.verify(record);
    assert!(valid, "{complaints:?}");
}

/// Priya with a record and a link, and a phone that has it in person.
fn with_a_link(may: &str) -> (Holder, Phone) {
    let held = Holder::new();
    let (link, phone) = held.link("phone", &["--may", may]);
    assert_eq!((&link["ready"], &link["in_person"]), (&Value::Bool(true), &Value::Bool(true)));
    (held, phone)
}

#[test]
fn what_was_done_is_read_with_link_and_code_word_for_a_day_and_what_they_say_of_it_stands_with_the_answer() {
    const ANSWER: &str = "We asked for lamps there, and for a warm hall.";
    const WHY: &str = "Nobody asked Keziah about the hall";
    let (held, phone) = with_a_link("say,summary,agree");
    let (priya, larch, record) = (&held.priya, held.larch.as_str(), held.record.as_str());
    priya.says(&[
        "settings",
        "--helpline",
        "Youth line, 0800 555 111",
        "--complain",
        "The area's lead, 01632 960009",
        "--checked-by",
        "Colin",
    ]);
    priya.sync();
    let card = phone.card().unwrap();
    assert!(card.rights.say && card.rights.summary && card.rights.agree && !card.late);
    assert_eq!(card.complain.as_deref(), Some("The area's lead, 01632 960009"));
    assert_eq!(card.agencies, ["children's social care"]);
    let (code_token, key) = ([7; 32], [8; 32]);
    let code = CodeWord { verifier: token_verifier(&code_token), key };
    let with_code = |said: &mut Said| (said.saying, said.code) = (Saying::Said(vec![friends(CANARY)]), Some(code.clone()));
    assert_eq!(phone.sends_as(&card, 1, with_code), 204);
    priya.sync();
    let item = held.arrived(priya)[0]["item"].as_str().unwrap().to_owned();
    priya.json(&["arrived", record, &item, "--read"]);
    let added = priya.json(&["arrived", record, &item, "--add", "friends", "--to", larch, "--side", "1"]);
    let voice = added["voice"].as_str().unwrap();
    let answer =
        format!("{{\"do\": \"answer-voice\", \"voice\": \"{voice}\", \"outcome\": \"not-yet\", \"text\": \"{ANSWER}\"}}");
    priya.says(&["do", larch, &answer]);

    let read = |code: &[u8; 32]| phone.ask("read", &[&[1][..], phone.link.id().as_bytes(), &phone.link.token(), code].concat());
    assert_eq!(read(&code_token).0, 410, "nothing is there before somebody opens it");
    assert!(priya.says(&["window", record, "phone", "--preview"]).contains(ANSWER));
    assert_eq!(priya.json(&["window", record, "phone"])["ready"], true);
    held.nowhere(&[ANSWER, CANARY, "Keziah", "They listen"]);
    assert_eq!(read(&[9; 32]).0, 403);
    let (status, sealed) = read(&code_token);
    assert_eq!(status, 200);
    assert!(open_reading(&phone.link, &[9; 32], &sealed).is_err(), "with the link alone nothing is opened");
    let reading = open_reading(&phone.link, &key, &sealed).unwrap();
    assert!(reading.read_on.is_some() && !reading.late && reading.points.len() == 1);
    let point = &reading.points[0];
    assert_eq!((point.said.as_str(), point.words.as_str()), (format!("They listen. {CANARY}").as_str(), ANSWER));

    // "Is that fair?" comes back, once somebody has read it; why, with names covered, once somebody adds it.
    let on = OnPoint { point: point.id.clone(), fair: Some(IsFair::No), why: WHY.into(), take_out: true };
    let forged = OnPoint { point: format!("{}/{}", "a".repeat(26), "b".repeat(26)), ..on.clone() };
    assert_eq!(phone.sends_as(&card, 2, |said| said.saying = Saying::OnPoints(vec![on, forged])), 204);
    priya.sync();
    let on = held.arrived(priya).into_iter().find(|one| one["other"]["kind"] == "on-points").unwrap();
    let on = on["item"].as_str().unwrap();
    let the_answer = || priya.json(&["show", larch])["view"]["voices"][0]["answers"][0].clone();
    assert_eq!(the_answer()["fair"], Value::Null);
    let shown = priya.json(&["arrived", record, on, "--read"]);
    assert_eq!(shown["on_answers"].as_array().unwrap().len(), 1, "a point of nobody's is not shown");
    assert_eq!((&the_answer()["fair"], &the_answer()["fair_words"]), (&"no".into(), &Value::Null));
    priya.json(&["arrived", record, on, "--add", &point.id, "--to", larch, "--side", "1"]);
    assert_eq!(the_answer()["fair_words"], "Nobody asked [a name, covered] about the hall");
    let caseload = priya.says(&["caseload"]);
    assert!(caseload.contains("asks to take out"), "{caseload}");
    priya.json(&["arrived", record, &item, "--taken-out", "It is gone from there.", "--question", "friends"]);
    assert!(!priya.says(&["caseload"]).contains("asks to take out"));
    let voice = &priya.json(&["show", larch])["view"]["voices"][0];
    assert!(voice["words"] == "" && voice["withdrawn"].is_string(), "{voice}");
    assert!(priya.says(&["window", record, "phone", "--preview"]).contains("It is gone from there."));

    // Another code word by the same link does not open what was said under the first.
    let other = CodeWord { verifier: Digest([3; 32]), key: [3; 32] };
    assert_eq!(phone.sends_as(&card, 3, |said| said.code = Some(other)), 204);
    priya.sync();
    let window = ["window", record, "phone"].map(str::to_owned);
    assert!(refused(priya, &window).contains("in person"));
    // To ask for the window is not to have said something: what was said is read all the same, and to open it answers who asked.
    let asked = || held.arrived(priya).into_iter().find(|one| one["other"]["kind"] == "wants-to-read").unwrap()["read"].clone();
    assert!(asked().is_null() && priya.json(&["window", record, "phone", "--preview"])["read_on"].is_string());
    assert_eq!(priya.json(&["window", record, "phone", "--code", "first"])["ready"], true);
    assert_eq!((read(&[3; 32]).0, read(&code_token).0), (403, 200));
    assert!(asked().is_string());
    assert_eq!(priya.json(&["window", record, "phone", "--close"])["until"], Value::Null);
    assert_eq!(read(&code_token).0, 410);
    priya.json(&["window", record, "phone", "--code", "first"]);
    priya.json(&["unlink", record, "phone"]);
    assert_eq!(read(&code_token).0, 404, "a stopped link opens nothing");
    assert!(refused(priya, &window).contains("another one"));
    let (valid, complaints) = priya.verify(record);
    assert!(valid, "{complaints:?}");
}

#[test]
fn a_code_is_typed_in_the_place_of_a_link_once() {
    let (held, phone) = with_a_link("say");
    let (priya, record) = (&held.priya, held.record.as_str());
    let made = priya.json(&["code", record, "phone"]);
    assert_eq!(made["ready"], true);
    let code: GuestCode = made["code"].as_str().unwrap().parse().unwrap();
    held.nowhere(&[made["code"].as_str().unwrap()]);
    let id = code.id();
    let typed = || phone.ask("code", &[&[1][..], id.as_bytes()].concat());
    let (status, sealed) = typed();
    assert_eq!(status, 200);
    assert_eq!(open_code(&phone.link.origin, &code, &sealed).unwrap(), phone.link);
    assert_eq!(typed().0, 404, "once");
    let made = priya.json(&["code", record, "phone"]);
    let id = made["code"].as_str().unwrap().parse::<GuestCode>().unwrap().id();
    priya.json(&["unlink", record, "phone"]);
    assert_eq!(phone.ask("code", &[&[1][..], id.as_bytes()].concat()).0, 404, "a stopped link has no code");
    assert!(refused(priya, &["code", record, "phone"].map(str::to_owned)).contains("another one"));
}

#[test]
fn the_longest_voice_note_is_in_the_record_of_holder_and_stand_in_and_in_no_list() {
    let (held, phone) = with_a_link("say");
    let (priya, record) = (&held.priya, held.record.as_str());
    let colin = held.colin();
    priya.lets_in_as(record, &colin, "stand-in");
    let mut sound = vec![0; kith_group::MAX_VOICE];
    kith_group::Random::fill(&mut SeededRandom::new(5), &mut sound);
    let note = Attachment::Voice {
        question: "friends".into(),
        media: "audio/webm;codecs=opus".into(),
        seconds: 90,
        sound: sound.clone(),
    };
    let card = phone.card().unwrap();
    let long = |said: &mut Said| {
        said.saying = Saying::Said(vec![friends("listen to this")]);
        said.attached = vec![note];
    };
    assert_eq!(phone.sends_as(&card, 1, long), 204);
    held.nowhere(&["listen to this"]);
    colin.sync();
    priya.sync();
    let here = held.arrived(priya);
    assert_eq!((here.len(), here[0]["holds"]["voice_notes"].as_i64()), (1, Some(1)));
    assert_eq!(here, held.arrived(&colin));
    let item = here[0]["item"].as_str().unwrap();
    let shown = priya.json(&["arrived", record, item, "--read"]);
    assert_eq!(shown["arrived"]["attached"][0]["bytes"].as_u64(), Some(sound.len() as u64));
    assert!(shown.to_string().len() < 20_000);
    let to = held.folder.path().join("note.webm");
    priya.says(&["arrived", record, item, "--sound", "1", "--file", to.to_str().unwrap()]);
    assert_eq!(std::fs::read(to).unwrap(), sound);
    let (valid, complaints) = colin.verify(record);
    assert!(valid, "{complaints:?}");
}

#[test]
fn what_changes_while_a_window_is_open_is_read_in_it_until_the_same_end_and_with_the_tries_that_are_left() {
    const FIRST: &str = "We are asking for lamps.";
    const SECOND: &str = "The lamps are there now.";
    const OUT: &str = "It is gone from there.";
    let (held, phone) = with_a_link("say");
    let (priya, larch, record) = (&held.priya, held.larch.as_str(), held.record.as_str());
    priya.sync();
    let card = phone.card().unwrap();
    let (code_token, key) = ([7; 32], [8; 32]);
    let code = CodeWord { verifier: token_verifier(&code_token), key };
    let with_code = |said: &mut Said| (said.saying, said.code) = (Saying::Said(vec![friends(CANARY)]), Some(code.clone()));
    assert_eq!(phone.sends_as(&card, 1, with_code), 204);
    priya.sync();
    let item = held.arrived(priya)[0]["item"].as_str().unwrap().to_owned();
    priya.json(&["arrived", record, &item, "--read"]);
    let added = priya.json(&["arrived", record, &item, "--add", "friends", "--to", larch, "--side", "1"]);
    let voice = added["voice"].as_str().unwrap();
    let answers = |text: &str| {
        let answer =
            format!("{{\"do\": \"answer-voice\", \"voice\": \"{voice}\", \"outcome\": \"not-yet\", \"text\": \"{text}\"}}");
        priya.says(&["do", larch, &answer]);
    };
    let read = |code: &[u8; 32]| phone.ask("read", &[&[1][..], phone.link.id().as_bytes(), &phone.link.token(), code].concat());
    let reads = || {
        let (status, sealed) = read(&code_token);
        assert_eq!(status, 200);
        (open_reading(&phone.link, &key, &sealed).unwrap().points[0].words.clone(), sealed)
    };
    let at_the_relay = || {
        rusqlite::Connection::open(held.folder.path().join("relay/relay.sqlite"))
            .unwrap()
            .query_row("SELECT until, tries FROM guest_reading", [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
            .ok()
    };
    answers(FIRST);
    priya.json(&["window", record, "phone"]);
    let (until, tries) = at_the_relay().unwrap();
    assert_eq!((reads().0.as_str(), tries), (FIRST, 5));
    // Nothing changes: nothing is put there again, whatever else is done.
    let (_, sealed) = reads();
    priya.sync();
    priya.says(&[
        "do",
        larch,
        "{\"do\": \"add-action\", \"what\": \"Open the hall.\", \"why\": \"Somewhere warm.\", \"owner\": \"youth service\"}",
    ]);
    priya.sync();
    assert_eq!(reads().1, sealed, "the very same bytes");
    for _ in 0..2 {
        assert_eq!(read(&[9; 32]).0, 403);
    }
    answers(SECOND);
    priya.sync();
    assert_eq!(reads().0, SECOND);
    assert_eq!(at_the_relay(), Some((until, 3)), "the same end, and the tries that were left");
    // They asked to have it taken out, and it is.
    let on = |said: &mut Said| (said.saying, said.replaces) = (Saying::Withdrawn, Some(GuestItemId([1; 16])));
    assert_eq!(phone.sends_as(&card, 2, on), 204);
    priya.sync();
    priya.json(&["arrived", record, &item, "--taken-out", OUT]);
    priya.sync();
    assert_eq!(reads().0, OUT, "what was taken out is not read for the rest of the day");
    // Five wrong tries close it for good: what changes then opens nothing.
    for _ in 0..3 {
        assert_eq!(read(&[9; 32]).0, 403);
    }
    assert_eq!((read(&code_token).0, at_the_relay()), (410, None));
    assert_eq!(phone.sends_as(&card, 3, |said| said.saying = Saying::Said(vec![friends("again")])), 204);
    priya.sync();
    let last = held.arrived(priya).into_iter().find(|one| one["read"].is_null()).unwrap();
    priya.json(&["arrived", record, last["item"].as_str().unwrap(), "--read"]);
    priya.sync();
    assert_eq!((read(&code_token).0, at_the_relay()), (410, None));
    let (valid, complaints) = priya.verify(record);
    assert!(valid, "{complaints:?}");
}
