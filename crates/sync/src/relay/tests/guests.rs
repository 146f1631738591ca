//! A link, what comes by it, and what may be read again, at the hands of guests, colleagues and strangers.

use std::sync::LazyLock;

use bytes::Bytes;
use kith_group::{
    Attachment, Digest, DocumentId, GuestItemId, GuestKey, GuestLink, MAX_CARD, MAX_ITEM, MAX_READING, MAX_VOICE, Role, Said,
    Saying, SeededRandom, seal_item, token_verifier,
};

use super::team::{DOCUMENT, Person, alone, pair};
use super::world::World;
use crate::relay::{GuestAnswer, GuestAsk, Limits, RelayEngine as _, RelayStore as _};
use crate::wire::{ClientMessage, GuestItem, Reason, ServerMessage};

const CODE: [u8; 32] = [77; 32];

fn link() -> GuestLink {
    GuestLink::from_secret("https://relay.example", [2; 32])
}

fn sealed(byte: u8) -> Bytes {
    let said = Said { language: "en".into(), replaces: None, saying: Saying::Said(vec![]), code: None, attached: Vec::new() };
    let to = [GuestKey::from_bytes([3; 32]).public()];
    let item = GuestItemId([byte; 16]);
    seal_item(&link(), &item, &to, &said, &mut SeededRandom::new(byte.into())).unwrap().into()
}

fn put_with(world: &World, card: &[u8], hours: i64) -> ClientMessage {
    ClientMessage::PutGuestLink {
        document: DOCUMENT,
        link: link().id(),
        verifier: link().verifier(),
        expires: world.now_ms / 1_000 + hours * 3_600,
        card: card.to_vec(),
    }
}

fn put(world: &mut World, who: &Person) {
    let message = put_with(world, b"card", 48);
    assert_eq!(world.say(who.conn, &message), [ServerMessage::GuestLinkStored { link: link().id() }]);
}

fn ask(world: &mut World, ask: GuestAsk) -> GuestAnswer {
    world.store.begin().unwrap();
    let (answer, effects) = world.core.guest(&mut world.store, world.now_ms, ask).unwrap();
    world.store.commit_as(true);
    world.release(&effects);
    answer
}

fn card(world: &mut World) -> GuestAnswer {
    ask(world, GuestAsk::Card { link: link().id(), token: link().token() })
}

fn send(world: &mut World, byte: u8) -> GuestAnswer {
    ask(world, GuestAsk::Send { token: link().token(), sealed: sealed(byte) })
}

fn items(world: &mut World, who: &Person) -> Vec<GuestItem> {
    match world.say(who.conn, &ClientMessage::GuestItems { document: DOCUMENT, after: None }).as_slice() {
        [ServerMessage::GuestItems { document: DOCUMENT, items, more: false }] => items.clone(),
        other => panic!("expected items, heard {other:?}"),
    }
}

fn open_window(world: &World, seconds: i64) -> ClientMessage {
    ClientMessage::PutGuestReading {
        document: DOCUMENT,
        link: link().id(),
        verifier: token_verifier(&CODE),
        until: world.now_ms / 1_000 + seconds,
        sealed: b"sealed reading".to_vec(),
        renews: false,
    }
}

/// The same window with what is true by now in it.
fn renews(window: &ClientMessage, with: &[u8]) -> ClientMessage {
    let ClientMessage::PutGuestReading { document, link, verifier, until, .. } = *window else { unreachable!() };
    ClientMessage::PutGuestReading { document, link, verifier, until, sealed: with.to_vec(), renews: true }
}

fn read(world: &mut World, code: [u8; 32]) -> GuestAnswer {
    ask(world, GuestAsk::Read { link: link().id(), token: link().token(), code })
}

#[test]
fn from_a_link_to_an_item_taken_in() {
    let (mut world, alice) = alone();
    assert_eq!(card(&mut world), GuestAnswer::NoLink);
    assert_eq!(send(&mut world, 1), GuestAnswer::NoLink);
    put(&mut world, &alice);
    assert_eq!(card(&mut world), GuestAnswer::Card(Bytes::from_static(b"card")));
    let one = GuestAsk::Send { token: link().token(), sealed: sealed(1) };
    for _ in 0..2 {
        assert_eq!(ask(&mut world, one.clone()), GuestAnswer::Kept, "the same again is no error");
    }
    let one = GuestItem { link: link().id(), item: GuestItemId([1; 16]), sealed: sealed_in_store(&world) };
    assert_eq!(items(&mut world, &alice), [one]);
    let drop = ClientMessage::DropGuestItem { document: DOCUMENT, link: link().id(), item: GuestItemId([1; 16]) };
    for _ in 0..2 {
        assert_eq!(world.say(alice.conn, &drop), [ServerMessage::GuestItemDropped { item: GuestItemId([1; 16]) }]);
    }
    assert_eq!(items(&mut world, &alice), []);
}

#[test]
fn who_has_asked_hears_of_what_comes_later_and_nobody_else() {
    let (mut world, alice, bob) = pair(Role::Reader);
    put(&mut world, &alice);
    assert_eq!(send(&mut world, 1), GuestAnswer::Kept);
    assert_eq!(world.heard(alice.conn), [], "nobody has asked yet");
    assert_eq!(items(&mut world, &alice).len(), 1);
    world.refused(bob.conn, &ClientMessage::GuestItems { document: DOCUMENT, after: None });
    assert_eq!(send(&mut world, 2), GuestAnswer::Kept);
    let heard = world.heard(alice.conn);
    assert!(
        matches!(heard.as_slice(), [ServerMessage::GuestItems { items, more: false, .. }] if items[0].item == GuestItemId([2; 16])),
        "{heard:?}"
    );
    assert_eq!(world.heard(bob.conn), []);
}

fn sealed_in_store(world: &World) -> Vec<u8> {
    world.store.guest_item(&link().id(), &GuestItemId([1; 16])).unwrap().unwrap().to_vec()
}

#[test]
fn other_bytes_under_an_items_name_are_refused() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    assert_eq!(send(&mut world, 1), GuestAnswer::Kept);
    let mut other = sealed_in_store(&world);
    *other.last_mut().unwrap() ^= 1;
    let changed = GuestAsk::Send { token: link().token(), sealed: other.into() };
    assert_eq!(ask(&mut world, changed), GuestAnswer::Taken);
    let cut = GuestAsk::Send { token: link().token(), sealed: Bytes::from_static(b"\x01\x80") };
    assert_eq!(ask(&mut world, cut), GuestAnswer::NotAnItem);
    let long = GuestAsk::Send { token: link().token(), sealed: vec![1; MAX_ITEM + 1].into() };
    assert_eq!(ask(&mut world, long), GuestAnswer::NotAnItem);
}

#[test]
fn asking_writes_nothing_and_only_the_token_opens() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    let before = format!("{:?}", world.store);
    card(&mut world);
    for token in [[0; 32], link().verifier().0] {
        assert_eq!(ask(&mut world, GuestAsk::Card { link: link().id(), token }), GuestAnswer::NoLink);
        assert_eq!(ask(&mut world, GuestAsk::Send { token, sealed: sealed(1) }), GuestAnswer::NoLink);
        assert_eq!(ask(&mut world, GuestAsk::Read { link: link().id(), token, code: CODE }), GuestAnswer::NoLink);
    }
    assert_eq!(format!("{:?}", world.store), before, "opening a page is not recorded");
}

#[test]
fn a_stopped_or_expired_link_opens_nothing_and_what_came_before_is_still_there() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    send(&mut world, 1);
    world.say(alice.conn, &open_window(&world, 3_600));
    let stop = ClientMessage::StopGuestLink { document: DOCUMENT, link: link().id() };
    for _ in 0..2 {
        assert_eq!(world.say(alice.conn, &stop), [ServerMessage::GuestLinkStopped { link: link().id() }]);
    }
    assert_eq!(card(&mut world), GuestAnswer::NoLink);
    assert_eq!(send(&mut world, 2), GuestAnswer::NoLink);
    assert_eq!(read(&mut world, CODE), GuestAnswer::NoLink);
    assert_eq!(world.store.guest_reading(&link().id()).unwrap(), None, "what lay in the window is deleted");
    assert_eq!(items(&mut world, &alice).len(), 1);
    let again = put_with(&world, b"card", 48);
    assert_eq!(world.refused(alice.conn, &again), Reason::Expired);

    let (mut world, alice) = alone();
    put(&mut world, &alice);
    world.pass(48 * 3_600_000 + 1_000);
    assert_eq!(card(&mut world), GuestAnswer::NoLink);
    assert_eq!(send(&mut world, 1), GuestAnswer::NoLink);
}

#[test]
fn a_card_is_replaced_and_a_verifier_never() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    let newer = put_with(&world, b"newer card", 24);
    world.say(alice.conn, &newer);
    assert_eq!(card(&mut world), GuestAnswer::Card(Bytes::from_static(b"newer card")));
    let ClientMessage::PutGuestLink { document, link, expires, card, .. } = newer else { unreachable!() };
    let other = ClientMessage::PutGuestLink { document, link, verifier: Digest([1; 32]), expires, card };
    assert_eq!(world.refused(alice.conn, &other), Reason::Taken);
    let long = put_with(&world, &vec![0; MAX_CARD + 1], 24);
    assert_eq!(world.refused(alice.conn, &long), Reason::TooLarge);
}

#[test]
fn links_and_items_are_for_who_may_write_in_the_document() {
    let (mut world, alice, bob) = pair(Role::Reader);
    put(&mut world, &alice);
    send(&mut world, 1);
    let carol = Person::new(&mut world, 3);
    let (document, link) = (DOCUMENT, link().id());
    for message in [
        put_with(&world, b"card", 1),
        ClientMessage::StopGuestLink { document, link },
        ClientMessage::GuestItems { document, after: None },
        ClientMessage::DropGuestItem { document, link, item: GuestItemId([1; 16]) },
        open_window(&world, 60),
        ClientMessage::CloseGuestReading { document, link },
    ] {
        assert_eq!(world.refused(bob.conn, &message), Reason::NotAllowed);
        assert_eq!(world.refused(carol.conn, &message), Reason::NotMember);
    }
    let elsewhere = ClientMessage::StopGuestLink { document: DocumentId([99; 16]), link };
    assert_eq!(world.refused(alice.conn, &elsewhere), Reason::NotMember);
    let unknown = ClientMessage::StopGuestLink { document, link: kith_group::GuestLinkId([1; 16]) };
    assert_eq!(world.refused(alice.conn, &unknown), Reason::Unknown);
}

#[test]
fn what_was_answered_is_read_with_link_and_code_word_within_the_window_only() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    assert_eq!(read(&mut world, CODE), GuestAnswer::Closed);
    let long = open_window(&world, 24 * 3_600 + 1);
    assert_eq!(world.refused(alice.conn, &long), Reason::NotAllowed);
    let ClientMessage::PutGuestReading { document, link, verifier, until, .. } = open_window(&world, 60) else { unreachable!() };
    let large =
        ClientMessage::PutGuestReading { document, link, verifier, until, sealed: vec![0; MAX_READING + 1], renews: false };
    assert_eq!(world.refused(alice.conn, &large), Reason::TooLarge);

    let message = open_window(&world, 24 * 3_600);
    assert_eq!(world.say(alice.conn, &message), [ServerMessage::GuestReadingStored { link }]);
    let sealed = Bytes::from_static(b"sealed reading");
    assert_eq!(read(&mut world, CODE), GuestAnswer::Reading { sealed: sealed.clone(), seconds: 24 * 3_600 });
    world.pass(23 * 3_600_000);
    assert_eq!(read(&mut world, CODE), GuestAnswer::Reading { sealed, seconds: 3_600 }, "again, for what is left of the day");
    world.pass(3_600_000 + 1_000);
    assert_eq!(world.store.guest_reading(&link).unwrap(), None, "the window closes by itself");
    assert_eq!(read(&mut world, CODE), GuestAnswer::Closed);
}

#[test]
fn five_wrong_code_words_delete_what_could_be_read() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    world.say(alice.conn, &open_window(&world, 3_600));
    for left in (0..5).rev() {
        assert_eq!(read(&mut world, [left; 32]), GuestAnswer::WrongCode { left });
    }
    assert_eq!(read(&mut world, CODE), GuestAnswer::Closed);
    assert_eq!(world.store.guest_reading(&link().id()).unwrap(), None);
}

#[test]
fn what_lies_in_a_window_is_renewed_until_the_same_end_and_with_the_tries_that_are_left() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    let link = link().id();
    let closed = [ServerMessage::GuestReadingClosed { link }];
    let window = open_window(&world, 3_600);
    assert_eq!(world.say(alice.conn, &renews(&window, b"early")), closed, "nothing is opened by renewing it");
    assert_eq!(read(&mut world, CODE), GuestAnswer::Closed);
    world.say(alice.conn, &window);
    for left in [4, 3] {
        assert_eq!(read(&mut world, [left; 32]), GuestAnswer::WrongCode { left });
    }
    world.pass(60_000);
    assert_eq!(world.say(alice.conn, &renews(&window, b"newer")), [ServerMessage::GuestReadingStored { link }]);
    let newer = GuestAnswer::Reading { sealed: Bytes::from_static(b"newer"), seconds: 3_540 };
    assert_eq!(read(&mut world, CODE), newer, "until the same end");
    // Of another window, or for another code word, it is not.
    let other = open_window(&world, 3_600);
    assert_eq!(world.say(alice.conn, &renews(&other, b"later")), closed);
    let ClientMessage::PutGuestReading { document, until, .. } = window else { unreachable!() };
    let verifier = token_verifier(&[3; 32]);
    let anothers = ClientMessage::PutGuestReading { document, link, verifier, until, sealed: b"x".to_vec(), renews: true };
    assert_eq!(world.say(alice.conn, &anothers), closed);
    assert_eq!(read(&mut world, CODE), newer);
    for left in [2, 1, 0] {
        assert_eq!(read(&mut world, [left; 32]), GuestAnswer::WrongCode { left }, "five tries in all");
    }
    assert_eq!(world.say(alice.conn, &renews(&window, b"again")), closed);
    assert_eq!(read(&mut world, CODE), GuestAnswer::Closed, "what wrong code words closed stays closed");
}

#[test]
fn a_try_counts_even_if_the_relay_dies_before_it_answers() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    world.say(alice.conn, &open_window(&world, 3_600));
    read(&mut world, [0; 32]);
    world.store.crash();
    assert_eq!(read(&mut world, [0; 32]), GuestAnswer::WrongCode { left: 3 });
}

#[test]
fn ten_thousand_items_of_junk_meet_a_limit_and_real_ones_come_through_later() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    let mut kept = 0;
    let real = sealed(1);
    for number in 0..10_000_u32 {
        // The relay cannot read an item: junk under a new name is an item like any other.
        let mut name = [1; 16];
        name[..4].copy_from_slice(&number.to_be_bytes());
        match ask(&mut world, GuestAsk::Send { token: link().token(), sealed: renamed(&real, name) }) {
            GuestAnswer::Kept => kept += 1,
            answer => assert_eq!(answer, GuestAnswer::Later),
        }
        world.now_ms += 10;
    }
    assert!((20..=31).contains(&kept), "{kept} were kept");
    world.pass(60_000);
    assert_eq!(send(&mut world, 1), GuestAnswer::Kept);
}

/// An item nearly as large as there are any. The relay cannot read it: other items are the same under other names.
fn largest(byte: u8) -> Bytes {
    static FIRST: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let to = [GuestKey::from_bytes([3; 32]).public()];
        let voice = |length| {
            let (question, media) = ("friends".into(), "audio/webm".into());
            Attachment::Voice { question, media, seconds: 90, sound: vec![7; length] }
        };
        let attached = vec![voice(MAX_VOICE), voice(MAX_VOICE), voice(MAX_ITEM - 2 * MAX_VOICE - 24 * 1024)];
        let said = Said { language: "en".into(), replaces: None, saying: Saying::Said(vec![]), code: None, attached };
        seal_item(&link(), &GuestItemId([1; 16]), &to, &said, &mut SeededRandom::new(1)).unwrap()
    });
    assert!(FIRST.len() > MAX_ITEM - 24 * 1024, "{} bytes", FIRST.len());
    renamed(&FIRST, [byte; 16])
}

/// The same item under another name than `[1; 16]`.
fn renamed(item: &[u8], name: [u8; 16]) -> Bytes {
    let mut renamed = item.to_vec();
    let at = renamed.windows(16).position(|bytes| bytes == [1; 16]).unwrap();
    renamed[at..at + 16].copy_from_slice(&name);
    renamed.into()
}

#[test]
fn the_largest_item_reaches_whoever_asked_and_whoever_asks_later() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    items(&mut world, &alice);
    for byte in 1..=3 {
        let message = GuestAsk::Send { token: link().token(), sealed: largest(byte) };
        assert_eq!(ask(&mut world, message), GuestAnswer::Kept);
        let heard = world.heard(alice.conn);
        assert!(
            matches!(heard.as_slice(), [ServerMessage::GuestItems { items, more: false, .. }] if items[0].sealed == largest(byte)),
            "item {byte} is told as it comes, though it is as much as a connection's window"
        );
    }
    // One frame for each: together they would be more than a page.
    let (mut after, mut pages) = (None, 0);
    loop {
        match world.say(alice.conn, &ClientMessage::GuestItems { document: DOCUMENT, after }).as_slice() {
            [ServerMessage::GuestItems { items, more, .. }] => {
                assert_eq!(items.len(), 1);
                pages += 1;
                after = items.last().map(|item| (item.link, item.item));
                if !more {
                    break;
                }
            }
            other => panic!("expected items, heard {other:?}"),
        }
    }
    assert_eq!(pages, 3);
}

#[test]
fn many_large_items_meet_the_documents_limit_and_nothing_breaks() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    let bytes = Limits::default().guest_bytes;
    let mut kept = 0;
    for byte in 1..=80 {
        match ask(&mut world, GuestAsk::Send { token: link().token(), sealed: largest(byte) }) {
            GuestAnswer::Kept => kept += 1,
            answer => assert_eq!(answer, GuestAnswer::Later),
        }
        world.now_ms += 10_000;
    }
    assert_eq!(kept, bytes / largest(1).len() as u64, "as many as fit");
}

#[test]
fn many_items_come_in_pages() {
    let (mut world, alice) = alone();
    put(&mut world, &alice);
    for byte in 1..=40 {
        assert_eq!(send(&mut world, byte), GuestAnswer::Kept);
        world.now_ms += 10_000;
    }
    let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
    loop {
        match world.say(alice.conn, &ClientMessage::GuestItems { document: DOCUMENT, after }).as_slice() {
            [ServerMessage::GuestItems { items, more, .. }] => {
                seen.extend(items.iter().map(|item| item.item.0[0]));
                after = items.last().map(|item| (item.link, item.item));
                pages += 1;
                if !more {
                    break;
                }
            }
            other => panic!("expected items, heard {other:?}"),
        }
    }
    assert_eq!(seen, (1..=40).collect::<Vec<u8>>());
    assert!(pages > 1, "40 items of more than 4 KiB do not fit into one frame of records");
}
