//! What a young person says by a link, in the strand record: once, read first, theirs to take back.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::record::{Device, START, by, to_say};
use kith_assessment::{
    Agreed, AnswerTakeOut, Arrived, ArrivedAnswer, ArrivedAttachment, ArrivedChoice, ArrivedDrawing, ArrivedMark, ArrivedOnPart,
    ArrivedOnPoint, ArrivedOnSummary, ArrivedOther, CodeWordIs, EntryId, Group, HeardWaits, HeldRecord, KeepArrived,
    MakeGuestLink, NoteArrived, NoteBeside, NoteWindow, PersonId, Refusal, RightOrNot, Secret, StopGuestLink, StrandCommand,
    TakeIn, TakeInPart, TakeInWhole, Whose, arrived, arrived_sound, caseload, code_words, contribution, guest_link_keys,
    heard_waits, to_take_in, view_strand,
};

fn sent(link: EntryId, replaces: Option<EntryId>, words: &str) -> Arrived {
    let answer = |question: &str, words: &str, team| ArrivedAnswer {
        question: question.into(),
        choices: vec![ArrivedChoice { code: "listen".into(), words: "They listen".into() }],
        words: words.into(),
        skipped: false,
        team,
    };
    let answers = vec![answer("friends", words, true), answer("feel", "", false)];
    Arrived { replaces, answers, ..by(link) }
}

fn take(item: u8, arrived: Arrived) -> StrandCommand {
    StrandCommand::TakeIn(TakeIn { item: EntryId([item; 16]), arrived })
}

fn read(item: u8) -> StrandCommand {
    StrandCommand::NoteArrived(NoteArrived { item: EntryId([item; 16]), question: None, not_added: None })
}

fn keep(item: u8, question: &str, words: Option<&str>) -> StrandCommand {
    let words = words.map(str::to_owned);
    StrandCommand::KeepArrived(KeepArrived { item: EntryId([item; 16]), question: question.into(), words })
}

fn exchange(all: &mut [Device; 3]) {
    for _ in 0..2 {
        for from in 0..3 {
            let mut other = all[from].doc.clone();
            for to in all.iter_mut() {
                to.doc.merge(&mut other).unwrap();
            }
        }
    }
}

#[test]
fn three_devices_take_in_a_thousand_items_apart_and_each_is_there_once() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    let (mut laptop, mut stand_in) = (holder.copy(2), holder.copy(3));
    for number in 0..1_000_u32 {
        let mut item = [7; 16];
        item[..4].copy_from_slice(&number.to_be_bytes());
        let command =
            StrandCommand::TakeIn(TakeIn { item: EntryId(item), arrived: sent(link, None, &format!("words {number}")) });
        // Each of them has heard of some; one item in three all take in at once.
        for (device, part) in [(&mut holder, 0), (&mut laptop, 1), (&mut stand_in, 2)] {
            if number % 3 == 0 || number % 3 == part {
                device.does(command.clone());
            }
        }
    }
    let mut all = [holder, laptop, stand_in];
    exchange(&mut all);
    let views: Vec<_> = all.iter().map(|device| view_strand(&device.doc)).collect();
    assert_eq!(views[0].arrived.len(), 1_000);
    assert!(views.iter().all(|view| view.arrived == views[0].arrived && view.marks.is_empty() && view.newer.is_empty()));
    assert!(all.iter().all(|device| device.doc.get_heads() == all[0].doc.get_heads()));
    // Apart again, each reads and keeps some of them; some all three.
    let items: Vec<EntryId> = views[0].arrived.iter().take(24).map(|arrived| arrived.item.parse().unwrap()).collect();
    for (number, item) in items.iter().enumerate() {
        for (part, device) in all.iter_mut().enumerate() {
            if number % 4 == 3 || number % 4 == part {
                device.does(StrandCommand::NoteArrived(NoteArrived { item: *item, question: None, not_added: None }));
                let keep = KeepArrived { item: *item, question: "friends".into(), words: None };
                assert_eq!(device.does(StrandCommand::KeepArrived(keep)), contribution(item, "friends"));
            }
        }
    }
    exchange(&mut all);
    let views: Vec<_> = all.iter().map(|device| view_strand(&device.doc)).collect();
    assert!(views.iter().all(|view| view.words.len() == items.len() && *view == views[0] && view.marks.is_empty()));
    assert!(all.iter().all(|device| device.doc.get_heads() == all[0].doc.get_heads()));
    assert!(all[1].tries(take(7, sent(link, None, ""))).is_ok());
    assert!(matches!(all[1].tries(take(7, sent(link, None, ""))), Err(Refusal::AlreadySo(_))));
}

#[test]
fn one_person_reads_first_and_what_is_kept_is_seen_by_whom_they_chose() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    holder.does(take(5, sent(link, None, "Keziah waits for me.")));
    let unread = &view_strand(&holder.doc).arrived[0];
    assert!(unread.waits() && unread.answers.is_empty(), "it is theirs to change until somebody reads it");
    assert_eq!(unread.holds.answers, 2);
    assert!(holder.tries(keep(5, "friends", None)).unwrap_err().to_string().contains("read it first"));
    holder.does(read(5));
    assert!(holder.tries(read(5)).is_err());
    assert!(holder.tries(keep(5, "friends", Some("A friend waits for me."))).unwrap_err().to_string().contains("own words"));
    holder.does(keep(5, "friends", Some("They listen. [a name, covered] waits for me.")));
    holder.does(keep(5, "feel", None));
    assert!(holder.tries(keep(5, "places", None)).is_err());
    let view = view_strand(&holder.doc);
    assert_eq!(view.arrived[0].answers[0].answer.words, "Keziah waits for me.", "the original stays");
    assert!(!view.arrived[0].waits());
    assert_eq!(view.arrived[0].kept_as.len(), 2);
    let kept: Vec<_> = view.words.iter().map(|words| (words.words.as_str(), words.agreed.clone(), words.whose.clone())).collect();
    assert!(kept.contains(&("They listen. [a name, covered] waits for me.", Agreed::Agreed, Whose::YoungPeople)));
    assert!(kept.contains(&("They listen", Agreed::NotAgreed, Whose::YoungPeople)));
    assert!(view.newer.is_empty(), "{:?}", view.newer);
}

fn voice_note(bytes: usize) -> ArrivedAttachment {
    let bytes = u32::try_from(bytes).unwrap();
    ArrivedAttachment::Voice { question: "friends".into(), media: "audio/webm;codecs=opus".into(), seconds: 80, bytes }
}

#[test]
fn a_recording_and_a_long_text_come_in_parts_that_each_fit_and_are_there_when_whole() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    let mut dice = 1_u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let mut next = || {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 56) as u8
        };
        (0..length).map(|_| next()).collect()
    };
    let sound = noise(192 * 1024);
    let mut what = sent(link, None, "friends");
    what.attached = vec![voice_note(sound.len()), voice_note(0)];
    let long: String = noise(90_000).iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let first = what.answers[0].clone();
    what.answers.extend((0..6).map(|_| ArrivedAnswer { words: long[..15_000].to_owned(), ..first.clone() }));
    let item = EntryId([6; 16]);
    let commands = to_take_in(item, what.clone(), &[(0, sound.clone()), (1, Vec::new())].into());
    let mut stand_in = holder.copy(3);
    let last = commands.len() - 1;
    for (number, command) in commands.iter().enumerate() {
        assert_eq!(arrived(&holder.doc, &item), None, "not before all of it is here");
        assert!(number < last || holder.tries(StrandCommand::TakeInWhole(TakeInWhole { item, parts: 9 })).is_err());
        let done = holder.tries(command.clone()).unwrap();
        assert!(done.change.len() < 60 * 1024, "{} bytes do not fit into a record", done.change.len());
        stand_in.does(command.clone());
        assert!(matches!(holder.tries(command.clone()), Err(Refusal::AlreadySo(_))));
    }
    holder.doc.merge(&mut stand_in.doc).unwrap();
    assert_eq!(arrived(&holder.doc, &item), Some(what));
    assert_eq!(arrived_sound(&holder.doc, &item, 0), Some(("audio/webm;codecs=opus".into(), sound)));
    assert_eq!(arrived_sound(&holder.doc, &item, 1).unwrap().1.len(), 0);
    assert_eq!(arrived_sound(&holder.doc, &item, 2), None);
    let view = view_strand(&holder.doc);
    assert_eq!((view.arrived.len(), view.arrived[0].holds.voice_notes), (1, 2));
    holder.does(read(6));
    let json = serde_json::to_string(&view_strand(&holder.doc)).unwrap();
    assert!(json.len() < 250_000, "a recording is in no list: {} bytes", json.len());
    for (of, bytes) in [("sound0", ""), ("other", "aaaa"), ("sound0", "no base 64!"), ("sound999", "aaaa")] {
        let part = TakeInPart { item: EntryId([8; 16]), of: of.into(), number: 0, bytes: bytes.into() };
        assert!(holder.tries(StrandCommand::TakeInPart(part)).is_err());
    }
}

#[test]
fn what_is_kept_apart_is_one_contribution_and_what_either_covered_is_covered() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    holder.does(take(5, sent(link, None, "Keziah waits at Brook Row.")));
    holder.does(read(5));
    let (mut laptop, mut stand_in) = (holder.copy(2), holder.copy(3));
    let id = contribution(&EntryId([5; 16]), "friends");
    assert_eq!(holder.does(keep(5, "friends", Some("They listen. [a name, covered] waits at Brook Row."))), id);
    assert_eq!(laptop.does(keep(5, "friends", Some("They listen. [a name, covered] waits at [a place, covered]."))), id);
    assert_eq!(stand_in.does(keep(5, "friends", None)), id);
    stand_in.does(StrandCommand::NoteJoined { id, voice: id });
    for other in [&mut laptop, &mut stand_in] {
        holder.doc.merge(&mut other.doc).unwrap();
    }
    for other in [&mut laptop, &mut stand_in] {
        other.doc.merge(&mut holder.doc).unwrap();
        assert_eq!(view_strand(&other.doc), view_strand(&holder.doc));
    }
    let view = view_strand(&holder.doc);
    assert_eq!(view.words.len(), 1);
    assert_eq!(view.words[0].words, "They listen. [a name, covered] waits at [a place, covered].");
    assert_eq!(view.words[0].voice, Some(id.to_string()));
    assert_eq!(view.arrived[0].answers[0].voice, Some(id.to_string()));
    assert!(view.marks.is_empty(), "{:?}", view.marks);
    assert!(matches!(holder.tries(keep(5, "friends", None)), Err(Refusal::AlreadySo(_))));
    assert_ne!(contribution(&EntryId([5; 16]), "places"), id);
}

#[test]
fn how_much_waits_and_since_when_is_said_and_who_is_told_when_it_is_late() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    assert_eq!(heard_waits(&view_strand(&holder.doc)), HeardWaits::default());
    holder.does(take(1, sent(link, None, "x")));
    holder.at += 3 * 86_400;
    holder.does(take(2, sent(link, None, "y")));
    let waits = heard_waits(&view_strand(&holder.doc));
    // 5 May 2026 is a Tuesday.
    assert_eq!(waits, HeardWaits { count: 2, since: Some("2026-05-05".into()) });
    assert_eq!(
        (waits.due().as_deref(), waits.is_late("2026-05-06"), waits.is_late("2026-05-07")),
        (Some("2026-05-06"), false, true)
    );
    let kinds = |device: &Device, me: u8, today: &str| -> Vec<(String, bool)> {
        let view = view_strand(&device.doc);
        let (me, members) = (PersonId([me; 16]), [PersonId([1; 16]), PersonId([3; 16])]);
        let held = HeldRecord { record: "r", view: &view, me: Some(&me), members: &members };
        let tasks = caseload(&[held], &[], today).people.remove(0).tasks;
        let heard = tasks.into_iter().filter(|task| task.group == Group::Heard);
        heard.map(|task| (task.kind, task.overdue)).collect()
    };
    holder.tries(StrandCommand::SetHolder { to: PersonId([1; 16]), stays: false }).unwrap();
    let not_read = || ("heard-not-read".to_owned(), true);
    assert_eq!(kinds(&holder, 1, "2026-05-06").len(), 2);
    assert_eq!(kinds(&holder, 3, "2026-05-06"), [], "who stands in is not told before it is late");
    assert_eq!(kinds(&holder, 3, "2026-05-07"), [not_read()]);
    holder.does(read(1));
    assert_eq!(heard_waits(&view_strand(&holder.doc)).since.as_deref(), Some("2026-05-08"));
    holder.does(read(2));
    assert_eq!(kinds(&holder, 1, "2026-06-01"), []);
    // Taken back after it was read: somebody asks to have it taken out, until somebody answers.
    let back = Arrived { withdraws: true, answers: Vec::new(), ..sent(link, Some(EntryId([2; 16])), "") };
    holder.does(take(3, back));
    assert_eq!(kinds(&holder, 1, "2026-06-01")[0].0, "asks-to-take-out");
    let out = AnswerTakeOut { item: EntryId([2; 16]), question: None, done: true, words: "It is gone from there.".into() };
    holder.does(StrandCommand::AnswerTakeOut(out));
    assert_eq!(kinds(&holder, 1, "2026-06-01"), []);
    assert!(view_strand(&holder.doc).arrived[1].out.as_ref().unwrap().done);
}

#[test]
fn whoever_finds_a_link_and_chooses_a_code_word_does_not_take_the_place_of_the_first() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    let with = |code: &str, words: &str| Arrived { code: Some((code.into(), Secret([1; 32]))), ..sent(link, None, words) };
    holder.does(take(9, with("first", "a")));
    assert_eq!(view_strand(&holder.doc).links[0].code_word, CodeWordIs::Chosen);
    holder.does(take(4, with("first", "b")));
    assert_eq!(view_strand(&holder.doc).links[0].code_word, CodeWordIs::Chosen);
    holder.does(take(1, with("other", "c")));
    assert_eq!(view_strand(&holder.doc).links[0].code_word, CodeWordIs::AnotherCame);
    assert_eq!(code_words(&holder.doc, &link).iter().map(|code| code.0.as_str()).collect::<Vec<_>>(), ["first", "other"]);
    assert_eq!(view_strand(&holder.doc).links[0].used, 3);
}

#[test]
fn a_window_is_open_for_a_day_at_most_and_not_by_a_link_that_ended() {
    let mut holder = Device::begin();
    let id = holder.links(to_say("B's link", false));
    let until = |until| StrandCommand::NoteWindow(NoteWindow { id, until });
    assert!(holder.tries(until(None)).is_err());
    assert!(holder.tries(until(Some(START + 2 * 86_400))).is_err());
    holder.does(until(Some(START + 86_000)));
    assert_eq!(view_strand(&holder.doc).links[0].window, Some(START + 86_000));
    holder.does(until(None));
    assert_eq!(view_strand(&holder.doc).links[0].window, None);
    holder.does(StrandCommand::StopGuestLink(StopGuestLink { id }));
    assert!(holder.tries(until(Some(START + 86_000))).unwrap_err().to_string().contains("another one"));
    let nothing = MakeGuestLink { say: false, ..to_say("B's link", false) };
    assert!(holder.tries(StrandCommand::MakeGuestLink(nothing)).is_err());
}

#[test]
fn not_adding_takes_a_reason() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", true));
    holder.does(take(5, sent(link, None, "x")));
    let not_added = |why: &str| {
        StrandCommand::NoteArrived(NoteArrived { item: EntryId([5; 16]), question: None, not_added: Some(why.into()) })
    };
    assert!(holder.tries(not_added("  ")).is_err());
    holder.does(not_added("It says who a friend is."));
    let arrived = &view_strand(&holder.doc).arrived[0];
    assert_eq!((arrived.not_added.as_deref(), arrived.waits()), (Some("It says who a friend is."), false));
    holder.does(keep(5, "friends", None));
    assert_eq!(view_strand(&holder.doc).words[0].whose, Whose::Parents);
}

#[test]
fn what_is_changed_or_taken_back_before_it_is_read_is_not_shown() {
    let mut holder = Device::begin();
    let (link, other) = (holder.links(to_say("B's link", false)), holder.links(to_say("B's link", false)));
    holder.does(take(1, sent(link, None, "first")));
    holder.does(take(2, sent(link, Some(EntryId([1; 16])), "second")));
    let view = view_strand(&holder.doc);
    assert_eq!((view.arrived[0].answers.len(), view.arrived[0].waits(), view.arrived[1].waits()), (0, false, true));
    assert!(holder.tries(read(1)).unwrap_err().to_string().contains("took this back"));
    // By another link nobody takes back what is not theirs.
    let back = |link, item: u8| Arrived { withdraws: true, answers: Vec::new(), ..sent(link, Some(EntryId([item; 16])), "") };
    holder.does(take(3, back(other, 2)));
    assert!(view_strand(&holder.doc).arrived[1].waits());
    // After it was read it can be asked for, and the words stay until somebody decides.
    holder.does(read(2));
    holder.does(take(4, back(link, 2)));
    let view = view_strand(&holder.doc);
    assert_eq!(view.arrived.len(), 2, "a withdrawal is nothing to read itself");
    assert!(view.arrived[1].taken_back && view.arrived[1].answers[0].answer.words == "second");
}

#[test]
fn a_link_asks_whether_it_is_safe_and_who_agreed_and_keeps_its_secrets_out_of_view() {
    let mut holder = Device::begin();
    let make = |change: &dyn Fn(&mut MakeGuestLink)| {
        let mut link = to_say("B's link", false);
        change(&mut link);
        StrandCommand::MakeGuestLink(link)
    };
    assert!(holder.tries(make(&|link| link.safe_to_send = Some(false))).unwrap_err().to_string().contains("in person"));
    assert!(holder.tries(make(&|link| link.agreed_by = " ".into())).is_err());
    assert!(holder.tries(make(&|link| link.expires = START - 1)).is_err());
    assert!(holder.tries(make(&|link| link.expires = START + 200 * 86_400)).is_err());
    let id = holder.does(make(&|link| link.safe_to_send = None));
    let view = view_strand(&holder.doc);
    assert!(view.links[0].in_person);
    let shown = format!("{} {:?}", serde_json::to_string(&view).unwrap(), to_say("B's link", false));
    for secret in [[7; 32], [8; 32]] {
        let secret = serde_json::to_string(&Secret(secret)).unwrap();
        assert!(!shown.contains(secret.trim_matches('"')), "{shown}");
    }
    let keys = &guest_link_keys(&holder.doc)[0];
    assert_eq!((keys.id, keys.secret, keys.stopped), (id, Secret([7; 32]), false));
    holder.does(StrandCommand::StopGuestLink(StopGuestLink { id }));
    assert!(holder.tries(StrandCommand::StopGuestLink(StopGuestLink { id })).is_err());
    assert!(guest_link_keys(&holder.doc)[0].stopped && view_strand(&holder.doc).links[0].stopped.is_some());
    assert_eq!(arrived(&holder.doc, &EntryId([1; 16])), None);
}

#[test]
fn of_a_reply_a_drawing_and_what_is_said_of_answers_only_the_kind_is_shown_before_it_is_read() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    let version = "00000000000000000000000000000007".to_owned();
    let part = ArrivedOnPart { part: "summary".into(), right: RightOrNot::Partly, why: "zebra why".into() };
    let (missed, reply) = ("zebra missed".to_owned(), "zebra reply".to_owned());
    let on_summary = ArrivedOnSummary { version, parts: vec![part], missed, reply, other_families: true };
    let mark = ArrivedMark { x: 1, y: 1, sign: "person".into(), words: "zebra mark".into() };
    let circle = ArrivedDrawing { marks: vec![mark], lines: Vec::new(), words: "zebra words".into() };
    let point = ArrivedOnPoint { point: "00/00".into(), fair: None, why: "zebra point".into(), take_out: false };
    let others =
        [ArrivedOther::OnSummary(on_summary), ArrivedOther::Circle(circle), ArrivedOther::OnPoints { points: vec![point] }];
    for (item, other) in (1..).zip(others.clone()) {
        holder.does(take(item, Arrived { other: Some(other), answers: Vec::new(), ..sent(link, None, "") }));
    }
    let kinds = |device: &Device| -> Vec<String> {
        let said = view_strand(&device.doc).arrived.into_iter().map(|one| serde_json::to_value(one.other).unwrap());
        said.map(|other| other["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&holder), ["on-summary", "circle", "on-points"]);
    assert!(!serde_json::to_string(&view_strand(&holder.doc).arrived).unwrap().contains("zebra"));
    let beside = StrandCommand::NoteBeside(NoteBeside { item: EntryId([1; 16]), version: EntryId([7; 16]) });
    assert!(holder.tries(beside.clone()).unwrap_err().to_string().contains("read it first"));
    for item in 1..4 {
        holder.does(read(item));
    }
    let shown: Vec<_> = view_strand(&holder.doc).arrived.into_iter().filter_map(|one| one.other).collect();
    assert_eq!(shown, others);
    holder.does(beside);
}

#[test]
fn whoever_asked_to_have_it_taken_out_and_then_did_not_asks_no_more() {
    let mut holder = Device::begin();
    let link = holder.links(to_say("B's link", false));
    holder.does(take(1, sent(link, None, "first")));
    holder.does(read(1));
    let asks = |take_out, replaces| {
        let point = contribution(&EntryId([1; 16]), "friends").to_string();
        let points = vec![ArrivedOnPoint { point, fair: None, why: String::new(), take_out }];
        Arrived { other: Some(ArrivedOther::OnPoints { points }), answers: Vec::new(), ..sent(link, replaces, "") }
    };
    holder.does(take(2, asks(true, None)));
    assert!(view_strand(&holder.doc).arrived[0].asks_in_vain());
    holder.does(take(3, asks(false, Some(EntryId([2; 16])))));
    assert!(!view_strand(&holder.doc).arrived[0].asks_in_vain());
}
