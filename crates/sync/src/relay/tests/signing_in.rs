//! Who may use the relay at all.

use kith_group::{DeviceKey, Digest, InviteId, Role, voucher_digest};

use super::team::{DOCUMENT, Person, pair};
use super::world::World;
use crate::relay::{ConnId, Enrolment, RelayEngine as _, RelayEvent, RelayStore as _, token_digest};
use crate::wire::{About, ClientMessage, Credential, Reason, ServerMessage};

fn refusal(reason: Reason) -> ServerMessage {
    ServerMessage::Refused { about: About::Connection, reason, expected: None }
}

/// Signs in with a credential; what is heard.
fn try_sign_in(world: &mut World, seed: u8, credential: Option<Credential>) -> (ConnId, Vec<ServerMessage>) {
    let (conn, nonce) = world.connect();
    let message = world.sign_in_with(&DeviceKey::from_seed([seed; 32]), &nonce, credential);
    (conn, world.say(conn, &message))
}

#[test]
fn nothing_is_answered_before_sign_in() {
    let mut world = World::new(Enrolment::Open);
    let (conn, _) = world.connect();
    let asked = ClientMessage::CatchUp { document: DOCUMENT, from: 0 };
    assert_eq!(world.say(conn, &asked), [refusal(Reason::Malformed)]);
    assert!(world.is_closed(conn));
    assert!(world.say(conn, &asked).is_empty());
}

#[test]
fn a_connection_that_never_signs_in_is_closed() {
    let mut world = World::new(Enrolment::Open);
    let (conn, _) = world.connect();
    world.pass(30_000);
    assert!(!world.is_closed(conn));
    world.pass(1);
    assert!(world.is_closed(conn));
}

#[test]
fn a_wrong_signature_does_not_sign_in() {
    let mut world = World::new(Enrolment::Open);
    let (conn, nonce) = world.connect();
    let message = match world.sign_in_with(&DeviceKey::from_seed([1; 32]), &nonce, None) {
        ClientMessage::SignIn { signature, .. } => {
            let enrolment = DeviceKey::from_seed([2; 32]).public();
            ClientMessage::SignIn { enrolment, signature, credential: Some(Credential::Open) }
        }
        other => other,
    };
    assert_eq!(world.say(conn, &message), [refusal(Reason::BadSignature)]);
    assert!(world.is_closed(conn));
}

#[test]
fn a_sign_in_of_another_connection_cannot_be_replayed() {
    let mut world = World::new(Enrolment::Open);
    let key = DeviceKey::from_seed([1; 32]);
    let (first, nonce) = world.connect();
    let message = world.sign_in_with(&key, &nonce, Some(Credential::Open));
    assert_eq!(world.say(first, &message), [ServerMessage::SignedIn]);
    let (second, _) = world.connect();
    assert_eq!(world.say(second, &message), [refusal(Reason::BadSignature)]);
}

#[test]
fn a_proof_of_another_connection_cannot_be_replayed() {
    let (mut world, _alice, bob) = pair(Role::Contributor);
    let proof = bob.prove_message();
    let thief = Person::new(&mut world, 3);
    assert_eq!(world.refused(thief.conn, &proof), Reason::BadSignature);
    assert_eq!(world.refused(thief.conn, &ClientMessage::CatchUp { document: DOCUMENT, from: 0 }), Reason::NotMember);
}

#[test]
fn one_connection_keeps_one_enrolment_key() {
    let mut world = World::new(Enrolment::Open);
    let (conn, nonce) = world.signed_in(&DeviceKey::from_seed([1; 32]));
    let again = world.sign_in_with(&DeviceKey::from_seed([1; 32]), &nonce, None);
    assert_eq!(world.say(conn, &again), [ServerMessage::SignedIn]);
    let other = world.sign_in_with(&DeviceKey::from_seed([2; 32]), &nonce, Some(Credential::Open));
    assert_eq!(world.say(conn, &other), [refusal(Reason::Malformed)]);
}

#[test]
fn a_stranger_does_not_enrol_without_a_credential_that_works() {
    let mut world = World::new(Enrolment::Token);
    for credential in [None, Some(Credential::Open), Some(Credential::Token(b"guess".to_vec()))] {
        let (conn, heard) = try_sign_in(&mut world, 1, credential);
        assert_eq!(heard, [refusal(Reason::NotEnrolled)]);
        assert!(world.is_closed(conn));
    }
}

#[test]
fn a_token_enrols_as_many_devices_as_it_says() {
    let mut world = World::new(Enrolment::Token);
    world.store.begin().unwrap();
    world.store.put_token(&token_digest(b"secret"), 2).unwrap();
    world.store.commit().unwrap();
    let token = || Some(Credential::Token(b"secret".to_vec()));
    assert_eq!(try_sign_in(&mut world, 1, token()).1, [ServerMessage::SignedIn]);
    assert_eq!(try_sign_in(&mut world, 2, token()).1, [ServerMessage::SignedIn]);
    assert_eq!(try_sign_in(&mut world, 3, token()).1, [refusal(Reason::CredentialUsed)]);
    // Who is enrolled needs it no more, and uses nothing up.
    assert_eq!(try_sign_in(&mut world, 1, token()).1, [ServerMessage::SignedIn]);
    assert_eq!(try_sign_in(&mut world, 2, None).1, [ServerMessage::SignedIn]);
}

fn with_voucher(expires_in: i64) -> (World, Person, Credential) {
    let (mut world, alice, _bob) = pair(Role::Contributor);
    let invite = InviteId([5; 16]);
    let message = ClientMessage::PutInvite {
        document: DOCUMENT,
        invite,
        voucher: voucher_digest(&[6; 16]),
        expires: world.now_ms / 1_000 + expires_in,
    };
    assert_eq!(world.say(alice.conn, &message), [ServerMessage::InviteStored { invite }]);
    (world, alice, Credential::Voucher { invite, voucher: vec![6; 16] })
}

#[test]
fn a_voucher_enrols_one_key_once_on_the_inviters_account() {
    let (mut world, alice, voucher) = with_voucher(60);
    let before = world.store.usage(&alice.enrolment.public()).unwrap().0;
    assert_eq!(try_sign_in(&mut world, 50, Some(voucher.clone())).1, [ServerMessage::SignedIn]);
    assert_eq!(world.store.usage(&alice.enrolment.public()).unwrap().0, before + 1);
    assert_eq!(try_sign_in(&mut world, 51, Some(voucher.clone())).1, [refusal(Reason::CredentialUsed)]);
    assert_eq!(try_sign_in(&mut world, 50, Some(voucher)).1, [ServerMessage::SignedIn]);
}

#[test]
fn an_expired_or_wrong_voucher_enrols_nobody() {
    let (mut world, _alice, voucher) = with_voucher(60);
    let wrong = Credential::Voucher { invite: InviteId([5; 16]), voucher: vec![7; 16] };
    let unknown = Credential::Voucher { invite: InviteId([4; 16]), voucher: vec![6; 16] };
    let short = Credential::Voucher { invite: InviteId([5; 16]), voucher: vec![6; 15] };
    for credential in [wrong, unknown, short] {
        assert_eq!(try_sign_in(&mut world, 50, Some(credential)).1, [refusal(Reason::NotEnrolled)]);
    }
    world.pass(61_000);
    assert_eq!(try_sign_in(&mut world, 50, Some(voucher)).1, [refusal(Reason::Expired)]);
}

#[test]
fn a_document_is_opened_once_and_the_same_bytes_again_are_no_error() {
    let (mut world, alice, bob) = pair(Role::Contributor);
    let mut rows = kith_group::MemoryRows::default();
    let name = kith_group::GroupName { document: kith_group::DocumentId([2; 16]), generation: 0 };
    let (_, group_info) = kith_group::member::create(
        &mut rows,
        &mut kith_group::SeededRandom::new(5),
        &alice.key,
        name,
        kith_group::DocumentKind::WORKING,
        kith_group::AppendRule::Everyone,
        alice.person,
    )
    .unwrap();
    let create = ClientMessage::Create { document: name.document, group_info: group_info.clone() };
    for _ in 0..2 {
        assert_eq!(world.say(alice.conn, &create), [ServerMessage::Created { document: name.document }]);
    }
    assert_eq!(world.say(bob.conn, &create), [ServerMessage::Created { document: name.document }]);
    let taken = ClientMessage::Create { document: DOCUMENT, group_info: group_info.clone() };
    assert_eq!(world.refused(bob.conn, &taken), Reason::Taken);
    let elsewhere = ClientMessage::Create { document: kith_group::DocumentId([3; 16]), group_info };
    assert_eq!(world.refused(bob.conn, &elsewhere), Reason::NotAllowed);
    let nonsense = ClientMessage::Create { document: kith_group::DocumentId([3; 16]), group_info: b"no group".to_vec() };
    assert_eq!(world.refused(bob.conn, &nonsense), Reason::NotAllowed);
    let long = ClientMessage::Create { document: kith_group::DocumentId([3; 16]), group_info: vec![0; 65 << 10] };
    assert_eq!(world.refused(bob.conn, &long), Reason::TooLarge);
}

#[test]
fn stopping_tells_and_closes_everybody() {
    let (mut world, alice, bob) = pair(Role::Contributor);
    world.batch(vec![RelayEvent::Stop]);
    for conn in [alice.conn, bob.conn] {
        assert_eq!(world.heard(conn), [refusal(Reason::Stopping)]);
        assert!(world.is_closed(conn));
    }
}

#[test]
fn the_challenge_of_every_connection_is_another() {
    let mut world = World::new(Enrolment::Open);
    let nonces: std::collections::BTreeSet<Digest> = (0..20).map(|_| world.connect().1).collect();
    assert_eq!(nonces.len(), 20);
}
