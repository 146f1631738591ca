//! A code to type: used, used again, too late, wrong, and hammered.

use bytes::Bytes;
use kith_group::{CODE_SECONDS, GuestCodeId, GuestLink, GuestLinkId, MAX_SEALED_CODE, Role};

use super::team::{DOCUMENT, Person, alone, pair};
use super::world::World;
use crate::relay::{GuestAnswer, GuestAsk, RelayEngine as _, RelayStore as _};
use crate::wire::{ClientMessage, Reason, ServerMessage};

const CODE: GuestCodeId = GuestCodeId([7; 16]);
const NOT_IT: GuestCodeId = GuestCodeId([8; 16]);

fn link() -> GuestLink {
    GuestLink::from_secret("https://relay.example", [2; 32])
}

fn put_link(world: &mut World, who: &Person) {
    let put = ClientMessage::PutGuestLink {
        document: DOCUMENT,
        link: link().id(),
        verifier: link().verifier(),
        expires: world.now_ms / 1_000 + 48 * 3_600,
        card: b"card".to_vec(),
    };
    assert_eq!(world.say(who.conn, &put), [ServerMessage::GuestLinkStored { link: link().id() }]);
}

fn code_for(world: &World, code: GuestCodeId, seconds: i64) -> ClientMessage {
    ClientMessage::PutGuestCode {
        document: DOCUMENT,
        link: link().id(),
        code,
        until: world.now_ms / 1_000 + seconds,
        sealed: b"sealed secret".to_vec(),
    }
}

/// A link, and a code for it that was just made.
fn with_code() -> (World, Person) {
    let (mut world, alice) = alone();
    put_link(&mut world, &alice);
    let put = code_for(&world, CODE, CODE_SECONDS);
    assert_eq!(world.say(alice.conn, &put), [ServerMessage::GuestCodeStored { code: CODE }]);
    (world, alice)
}

fn typed(world: &mut World, code: GuestCodeId) -> GuestAnswer {
    world.store.begin().unwrap();
    let (answer, effects) = world.core.guest(&mut world.store, world.now_ms, GuestAsk::Code { code }).unwrap();
    world.store.commit_as(true);
    world.release(&effects);
    answer
}

fn opened() -> GuestAnswer {
    GuestAnswer::Code(Bytes::from_static(b"sealed secret"))
}

#[test]
fn a_code_is_handed_out_once() {
    let (mut world, _alice) = with_code();
    assert_eq!(typed(&mut world, NOT_IT), GuestAnswer::NoLink);
    assert_eq!(typed(&mut world, CODE), opened());
    assert_eq!(typed(&mut world, CODE), GuestAnswer::NoLink);
    assert!(!format!("{:?}", world.store).contains("GuestCode("), "nothing of it is kept");
}

#[test]
fn a_code_ends_after_a_quarter_of_an_hour_whatever_its_maker_says() {
    let (mut world, alice) = with_code();
    let long = code_for(&world, CODE, 10 * CODE_SECONDS);
    world.say(alice.conn, &long);
    let ends = world.store.guest_code(&CODE).unwrap().map(|(_, row)| row.until);
    assert_eq!(ends, Some(world.now_ms / 1_000 + CODE_SECONDS));
    world.now_ms += CODE_SECONDS * 1_000;
    assert_eq!(typed(&mut world, CODE), GuestAnswer::NoLink);

    let (mut world, alice) = with_code();
    world.pass(CODE_SECONDS * 1_000);
    assert_eq!(world.store.guest_code(&CODE).unwrap(), None, "it goes by itself");
    let late = code_for(&world, CODE, 0);
    assert_eq!(world.refused(alice.conn, &late), Reason::Expired);
}

#[test]
fn a_newer_code_takes_the_place_of_the_one_before_and_a_stopped_link_has_none() {
    let (mut world, alice) = with_code();
    let newer = code_for(&world, NOT_IT, 60);
    assert_eq!(world.say(alice.conn, &newer), [ServerMessage::GuestCodeStored { code: NOT_IT }]);
    assert_eq!(typed(&mut world, CODE), GuestAnswer::NoLink);
    let stop = ClientMessage::StopGuestLink { document: DOCUMENT, link: link().id() };
    world.say(alice.conn, &stop);
    assert_eq!(typed(&mut world, NOT_IT), GuestAnswer::NoLink);
    let again = code_for(&world, CODE, 60);
    assert_eq!(world.refused(alice.conn, &again), Reason::Expired);
}

#[test]
fn who_hammers_is_held_up_and_the_right_code_is_not_used_up_by_it() {
    let (mut world, _alice) = with_code();
    let mut tried = 0;
    for number in 0..10_000_u32 {
        let mut guess = [0; 16];
        guess[..4].copy_from_slice(&number.to_be_bytes());
        match typed(&mut world, GuestCodeId(guess)) {
            GuestAnswer::NoLink => tried += 1,
            answer => assert_eq!(answer, GuestAnswer::Later),
        }
        world.now_ms += 10;
    }
    assert!((60..=261).contains(&tried), "{tried} guesses in a hundred seconds");
    // No guess is told right from wrong while too many come: so nobody learns anything by going on.
    while typed(&mut world, NOT_IT) != GuestAnswer::Later {}
    assert_eq!(typed(&mut world, CODE), GuestAnswer::Later);
    world.pass(60_000);
    assert_eq!(typed(&mut world, CODE), opened());
}

#[test]
fn codes_are_for_links_of_ones_own_document() {
    let (mut world, alice, bob) = pair(Role::Reader);
    put_link(&mut world, &alice);
    let put = code_for(&world, CODE, 60);
    assert_eq!(world.refused(bob.conn, &put), Reason::NotAllowed);
    let carol = Person::new(&mut world, 3);
    assert_eq!(world.refused(carol.conn, &put), Reason::NotMember);
    let ClientMessage::PutGuestCode { document, code, until, sealed, .. } = put else { unreachable!() };
    let unknown = ClientMessage::PutGuestCode { document, link: GuestLinkId([1; 16]), code, until, sealed };
    assert_eq!(world.refused(alice.conn, &unknown), Reason::Unknown);
    let large = ClientMessage::PutGuestCode { document, link: link().id(), code, until, sealed: vec![0; MAX_SEALED_CODE + 1] };
    assert_eq!(world.refused(alice.conn, &large), Reason::TooLarge);
}
