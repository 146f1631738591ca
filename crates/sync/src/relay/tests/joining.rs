//! From a link to a member, knowing only the link.

use kith_group::{BlobId, Digest, InviteId, RequestId, Role, voucher_digest};

use super::team::{DOCUMENT, Person, alone, pair, record_in, welcome_in};
use super::world::World;
use crate::relay::{MAX_REQUEST, RelayStore as _};
use crate::wire::{ClientMessage, Reason, RequestState, ServerMessage, WaitingRequest};

const INVITE: InviteId = InviteId([5; 16]);
const REQUEST: RequestId = RequestId([6; 16]);

fn invite(world: &mut World, lead: &Person) {
    let message = ClientMessage::PutInvite {
        document: DOCUMENT,
        invite: INVITE,
        voucher: voucher_digest(&[7; 16]),
        expires: world.now_ms / 1_000 + 3_600,
    };
    for _ in 0..2 {
        assert_eq!(world.say(lead.conn, &message), [ServerMessage::InviteStored { invite: INVITE }]);
    }
}

fn request() -> ClientMessage {
    ClientMessage::Request { invite: INVITE, request: REQUEST, sealed: b"sealed request".to_vec() }
}

fn waiting(nonce: Option<Digest>) -> ServerMessage {
    let row = WaitingRequest { request: REQUEST, invite: INVITE, sealed: b"sealed request".to_vec(), nonce };
    ServerMessage::Requests { document: DOCUMENT, waiting: vec![row], all: None }
}

fn standing(state: RequestState) -> ServerMessage {
    ServerMessage::Request { request: REQUEST, state }
}

#[test]
fn from_link_to_member() {
    let (mut world, mut alice) = alone();
    invite(&mut world, &alice);
    let mut bob = Person::new(&mut world, 2);
    let nothing = ServerMessage::Requests { document: DOCUMENT, waiting: Vec::new(), all: Some(true) };
    assert_eq!(world.say(alice.conn, &ClientMessage::Requests { document: DOCUMENT }), [nothing]);
    for _ in 0..2 {
        assert_eq!(world.say(bob.conn, &request()), [standing(RequestState::Waiting)]);
    }
    assert_eq!(world.heard(alice.conn), [waiting(None)]);

    let nonce = Digest([8; 32]);
    let reveal = ClientMessage::Reveal { document: DOCUMENT, request: REQUEST, nonce };
    let decided = ServerMessage::Decided { request: REQUEST };
    assert_eq!(world.say(alice.conn, &reveal).last(), Some(&decided));
    assert_eq!(world.heard(bob.conn), [standing(RequestState::Revealed { nonce })]);

    let blob = BlobId([9; 16]);
    alice.upload(&mut world, blob);
    let message = alice.admission_message(&world, &mut bob, Role::Contributor, blob, vec![REQUEST]);
    world.say(alice.conn, &message);
    let admitted = RequestState::Admitted {
        seq: 1,
        record: record_in(&message),
        welcome: welcome_in(&message),
        pack: b"sealed pack".to_vec(),
        blob,
    };
    assert_eq!(world.heard(bob.conn), [standing(admitted.clone())]);
    // The same after a cut line.
    (bob.conn, bob.nonce) = world.signed_in(&bob.enrolment);
    assert_eq!(world.say(bob.conn, &ClientMessage::Watch { request: REQUEST }), [standing(admitted)]);
    let read = ClientMessage::ReadBlob { document: DOCUMENT, blob, index: 0 };
    let chunk = ServerMessage::BlobChunk { blob, index: 0, total: 1, bytes: b"sealed snapshot".to_vec() };
    assert_eq!(world.say(bob.conn, &read), [chunk]);
    bob.join(&welcome_in(&message));
    bob.prove(&mut world);
    bob.catch_up(&mut world, 1);
    bob.write(&mut world);
    let done = ServerMessage::Requests { document: DOCUMENT, waiting: Vec::new(), all: Some(true) };
    assert_eq!(world.say(alice.conn, &ClientMessage::Requests { document: DOCUMENT }), [done]);
}

#[test]
fn an_invitation_is_used_once_and_by_one() {
    let (mut world, alice) = alone();
    invite(&mut world, &alice);
    let bob = Person::new(&mut world, 2);
    let carol = Person::new(&mut world, 3);
    world.say(bob.conn, &request());
    let second = ClientMessage::Request { invite: INVITE, request: RequestId([7; 16]), sealed: b"x".to_vec() };
    assert_eq!(world.refused(bob.conn, &second), Reason::CredentialUsed);
    assert_eq!(world.refused(carol.conn, &second), Reason::CredentialUsed);
    // The same id with other bytes, or from somebody else, is no repetition.
    let changed = ClientMessage::Request { invite: INVITE, request: REQUEST, sealed: b"changed".to_vec() };
    assert_eq!(world.refused(bob.conn, &changed), Reason::Taken);
    assert_eq!(world.refused(carol.conn, &request()), Reason::Taken);
    // What somebody else asked is nobody else's business.
    let watch = ClientMessage::Watch { request: REQUEST };
    assert_eq!(world.say(carol.conn, &watch), [standing(RequestState::Unknown)]);
}

#[test]
fn a_voucher_binds_its_invitation_to_the_key_that_it_enrolled() {
    let (mut world, alice) = alone();
    invite(&mut world, &alice);
    let guest = kith_group::DeviceKey::from_seed([60; 32]);
    let (conn, nonce) = world.connect();
    let voucher = crate::wire::Credential::Voucher { invite: INVITE, voucher: vec![7; 16] };
    let message = world.sign_in_with(&guest, &nonce, Some(voucher));
    assert_eq!(world.say(conn, &message), [ServerMessage::SignedIn]);
    let carol = Person::new(&mut world, 3);
    assert_eq!(world.refused(carol.conn, &request()), Reason::CredentialUsed);
    assert_eq!(world.say(conn, &request()), [standing(RequestState::Waiting)]);
}

#[test]
fn expired_unknown_or_overlong_requests_are_refused() {
    let (mut world, alice) = alone();
    let bob = Person::new(&mut world, 2);
    assert_eq!(world.refused(bob.conn, &request()), Reason::Unknown);
    invite(&mut world, &alice);
    let long = ClientMessage::Request { invite: INVITE, request: REQUEST, sealed: vec![0; MAX_REQUEST + 1] };
    assert_eq!(world.refused(bob.conn, &long), Reason::TooLarge);
    world.pass(3_601_000);
    assert_eq!(world.refused(bob.conn, &request()), Reason::Expired);
    let late = ClientMessage::PutInvite {
        document: DOCUMENT,
        invite: InviteId([1; 16]),
        voucher: Digest([1; 32]),
        expires: world.now_ms / 1_000 - 1,
    };
    assert_eq!(world.refused(alice.conn, &late), Reason::Expired);
    let other = ClientMessage::PutInvite { document: DOCUMENT, invite: INVITE, voucher: Digest([1; 32]), expires: i64::MAX };
    assert_eq!(world.refused(alice.conn, &other), Reason::Taken);
}

#[test]
fn the_first_nonce_stands_and_a_later_one_is_told_which() {
    let (mut world, alice, bob) = pair(Role::Lead);
    invite(&mut world, &alice);
    let carol = Person::new(&mut world, 3);
    world.say(carol.conn, &request());
    let reveal = |byte| ClientMessage::Reveal { document: DOCUMENT, request: REQUEST, nonce: Digest([byte; 32]) };
    world.say(alice.conn, &reveal(1));
    world.heard(carol.conn);
    let heard = world.say(bob.conn, &reveal(2));
    assert_eq!(heard.first(), Some(&waiting(Some(Digest([1; 32])))));
    assert!(matches!(heard.last(), Some(ServerMessage::Refused { reason: Reason::Taken, .. })));
    assert!(world.heard(carol.conn).is_empty());
    assert_eq!(world.say(alice.conn, &reveal(1)), [ServerMessage::Decided { request: REQUEST }]);
}

#[test]
fn a_declined_request_stays_declined() {
    let (mut world, mut alice) = alone();
    invite(&mut world, &alice);
    let mut bob = Person::new(&mut world, 2);
    world.say(bob.conn, &request());
    let decline = ClientMessage::Decline { document: DOCUMENT, request: REQUEST };
    let decided = ServerMessage::Decided { request: REQUEST };
    assert_eq!(world.say(alice.conn, &decline), std::slice::from_ref(&decided));
    assert_eq!(world.heard(bob.conn), [standing(RequestState::Declined)]);
    assert_eq!(world.say(alice.conn, &decline), [decided]);
    assert_eq!(world.say(bob.conn, &request()), [standing(RequestState::Declined)]);
    let blob = BlobId([9; 16]);
    alice.upload(&mut world, blob);
    let message = alice.admission_message(&world, &mut bob, Role::Contributor, blob, vec![REQUEST]);
    assert_eq!(world.refused(alice.conn, &message), Reason::Unknown);
    assert_eq!(world.store.document(&DOCUMENT).unwrap().unwrap().head.epoch, 0);
}

#[test]
fn requests_are_for_leads_of_that_document() {
    let (mut world, alice, bob) = pair(Role::Contributor);
    invite(&mut world, &alice);
    let carol = Person::new(&mut world, 3);
    world.say(carol.conn, &request());
    let nonce = Digest([1; 32]);
    for message in [
        ClientMessage::Reveal { document: DOCUMENT, request: REQUEST, nonce },
        ClientMessage::Decline { document: DOCUMENT, request: REQUEST },
        ClientMessage::Requests { document: DOCUMENT },
    ] {
        assert_eq!(world.refused(bob.conn, &message), Reason::NotAllowed);
        assert_eq!(world.refused(carol.conn, &message), Reason::NotMember);
    }
    let unknown = ClientMessage::Decline { document: DOCUMENT, request: RequestId([9; 16]) };
    assert_eq!(world.refused(alice.conn, &unknown), Reason::Unknown);
}
