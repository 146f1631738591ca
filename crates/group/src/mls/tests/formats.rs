//! The bytes of groups: frozen where they are ours, and read without panic whatever they are.

use proptest::prelude::*;

use super::{Device, NAME, World};
use crate::member::{self, Change};
use crate::testing::{bytes_like, hex};
use crate::{FormatError, GroupError, RelayGroup, Role};

#[test]
fn a_relays_group_reads_back_and_goes_on() {
    let mut world = World::new(&[Role::Contributor, Role::Reader]);
    let bytes = world.relay.to_bytes();
    assert_eq!(RelayGroup::from_bytes(&bytes), Ok(world.relay.clone()));
    world.relay = RelayGroup::from_bytes(&bytes).unwrap();
    world.commit(1, &Change::Refresh);
}

#[test]
fn the_relays_group_is_frozen() {
    // A founder's group is made of what our randomness gives, and nothing of the system's.
    let bytes = World::new(&[]).relay.to_bytes();
    assert_eq!(bytes, World::new(&[]).relay.to_bytes());
    insta::assert_snapshot!(hex(&bytes));
}

#[test]
fn the_stored_keys_of_a_group_are_frozen() {
    let world = World::new(&[]);
    let keys: Vec<_> = world.devices[0].rows.0.keys().map(|(space, key)| format!("{} {}", space.0, hex(key))).collect();
    insta::assert_snapshot!(keys.join("\n"));
}

#[test]
fn damaged_bytes_of_a_relays_group_are_told() {
    let bytes = World::new(&[]).relay.to_bytes();
    for at in 1..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert_eq!(
            RelayGroup::from_bytes(&damaged),
            Err(FormatError::Malformed { what: "group at the relay" }.into()),
            "byte {at}"
        );
    }
    assert!(matches!(RelayGroup::from_bytes(&[2, 0]), Err(GroupError::Format(FormatError::UnknownVersion { version: 2, .. }))));
}

#[test]
fn a_key_package_tells_its_device() {
    let mut device = Device::new(3);
    let bytes = device.key_package();
    let facts = member::read_key_package(&bytes).unwrap();
    assert_eq!((facts.device, facts.public), (device.key.id(), device.key.public()));
    assert_ne!(facts.digest, member::read_key_package(&device.key_package()).unwrap().digest);
}

#[test]
fn a_length_that_promises_more_than_there_is_is_a_refusal_and_no_panic() {
    // The codec of MLS asserts on it in debug builds; a member who sends it must not stop anybody.
    let mut package = Device::new(3).key_package();
    package[4] = 0xc2;
    assert_eq!(member::read_key_package(&package), Err(GroupError::BadKeyPackage));
    let mut world = World::new(&[Role::Contributor]);
    let mut commit = world.devices[0].stage(&Change::Refresh).unwrap().commit;
    for at in 0..commit.len() {
        let kept = std::mem::replace(&mut commit[at], 0xc2);
        if kept != 0xc2 {
            assert!(world.devices[1].process(&commit).is_err());
        }
        commit[at] = kept;
    }
    world.deliver(0, &commit);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_what_strangers_send_never_panics(
        group in bytes_like(World::new(&[]).relay.to_bytes()),
        package in bytes_like(Device::new(3).key_package()),
        raw in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = RelayGroup::from_bytes(&group);
        prop_assert!(RelayGroup::from_group_info(&raw).is_err());
        let _ = member::read_key_package(&package);
        let _ = member::peek(&raw);
    }
}

#[test]
fn commits_welcomes_and_group_infos_altered_at_random_never_panic() {
    let mut world = World::new(&[Role::Contributor]);
    let mut newcomer = Device::new(9);
    let new = newcomer.as_new(Role::Reader);
    let staged = world.devices[0].stage(&Change::Admit(vec![new])).unwrap();
    let mut founder = Device::new(50);
    let (_, info) = member::create(
        &mut founder.rows,
        &mut founder.random,
        &founder.key,
        NAME,
        crate::DocumentKind::WORKING,
        crate::AppendRule::Everyone,
        founder.person,
    )
    .unwrap();
    let submitter = world.devices[0].key.id();
    let before = newcomer.rows.clone();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    let inputs = (bytes_like(staged.commit.clone()), bytes_like(staged.welcome.clone().unwrap()), bytes_like(info));
    let world = std::cell::RefCell::new(world);
    let newcomer = std::cell::RefCell::new(newcomer);
    runner
        .run(&inputs, |(commit, welcome, info)| {
            let mut world = world.borrow_mut();
            let mut newcomer = newcomer.borrow_mut();
            let _ = member::peek(&commit);
            let _ = world.relay.judge(&commit, &submitter);
            if commit != staged.commit {
                prop_assert!(world.devices[1].process(&commit).is_err());
            }
            newcomer.rows = before.clone();
            let _ = newcomer.join(&welcome);
            let _ = RelayGroup::from_group_info(&info);
            Ok(())
        })
        .unwrap();
}
