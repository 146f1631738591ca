//! What must work, and go on working.

use super::{Device, NAME, World};
use crate::member::{self, Change, Outcome};
use crate::mls::storage::MLS;
use crate::{GroupError, GroupName, PolicyRefusal, RecordHead, RecordKind, Role, Rows as _, SeededRandom};

#[test]
fn everybody_agrees_on_the_key_after_every_kind_of_change() {
    let mut world = World::new(&[Role::Contributor, Role::Reader, Role::Lead]);
    let mut keys = Vec::new();
    let (two, four) = (world.devices[1].person, world.devices[3].key.id());
    for (who, change) in [
        (1, Change::Refresh),
        (2, Change::Refresh),
        (0, Change::SetRole { person: two, role: Role::Lead }),
        (1, Change::SetRole { person: world.devices[0].person, role: Role::Contributor }),
        (1, Change::Remove(vec![four])),
    ] {
        let staged = world.commit(who, &change);
        assert!(!keys.contains(&staged.next.key));
        keys.push(staged.next.key);
    }
    assert_eq!(world.relay.roster().members.len(), 3);
    assert_eq!(world.relay.epoch(), 6);
}

#[test]
fn what_a_commit_signs_reaches_relay_and_members() {
    let mut world = World::new(&[Role::Contributor]);
    let staged = world.devices[1].stage(&Change::Refresh).unwrap();
    assert_eq!(member::peek(&staged.commit), Ok((1, b"signed with it".to_vec())));
    let judged = world.relay.judge(&staged.commit, &world.devices[1].key.id()).unwrap();
    assert_eq!(judged.authenticated, b"signed with it");
    assert!(judged.refresh_only && judged.added.is_empty() && judged.removed.is_empty());
    let processed = world.devices[0].process(&staged.commit).unwrap();
    assert_eq!(processed.authenticated, b"signed with it");
    assert_eq!(processed.sender, world.devices[1].key.id());
    assert!(!processed.was_mine);
    assert!(world.devices[1].process(&staged.commit).unwrap().was_mine);
}

#[test]
fn a_removed_device_opens_nothing_newer_and_says_so() {
    let mut world = World::new(&[Role::Contributor, Role::Contributor]);
    let removed = world.devices[1].key.id();
    let staged = world.commit(0, &Change::Remove(vec![removed]));
    let later = world.commit(2, &Change::Refresh);
    let device = &mut world.devices[1];
    assert_eq!(device.process(&later.commit), Err(GroupError::Removed));
    assert_eq!(device.stage(&Change::Refresh), Err(GroupError::Removed));
    // Nothing in its store holds the new key, in any encoding of 32 bytes that a store could have.
    for key in [&staged.next.key, &later.next.key] {
        let cbor_array = minicbor_serde::to_vec(key.0.0.to_vec()).unwrap();
        for value in device.rows.0.values() {
            assert!(!contains(value, &key.0.0) && !contains(value, &cbor_array[2..]));
        }
    }
    let head = RecordHead {
        document: NAME.document,
        generation: 0,
        epoch: staged.next.epoch,
        sender: world.devices[0].key.id(),
        k: 1,
        kind: RecordKind::Change,
    };
    let record = crate::seal(&staged.next.key, &head, b"after", &mut SeededRandom::new(1)).unwrap();
    assert_eq!(crate::open(&staged.next.key, &record).unwrap(), b"after");
    assert!(crate::open(&later.next.key, &record).is_err());
}

fn contains(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_pending_commit_survives_a_restart_and_is_merged_when_the_log_brings_it() {
    let mut world = World::new(&[Role::Contributor]);
    let staged = world.devices[0].stage(&Change::Refresh).unwrap();
    // A restart is a new process over the same rows: all that a device has are its rows.
    let processed = world.devices[0].process(&staged.commit).unwrap();
    assert!(processed.was_mine);
    assert_eq!(processed.outcome, Outcome::Member(staged.next));
}

#[test]
fn a_foreign_winner_replaces_an_own_pending_commit() {
    let mut world = World::new(&[Role::Contributor]);
    let lost = world.devices[0].stage(&Change::Refresh).unwrap();
    let won = world.devices[1].stage(&Change::Refresh).unwrap();
    world.deliver(1, &won.commit);
    assert_eq!(world.devices[0].process(&lost.commit), Err(GroupError::WrongEpoch { commit: 1, group: 2 }));
    world.commit(0, &Change::Refresh);
}

#[test]
fn staging_again_drops_what_was_pending_and_a_dropped_commit_is_named_if_it_wins() {
    let mut world = World::new(&[Role::Contributor]);
    let first = world.devices[0].stage(&Change::Refresh).unwrap();
    let second = world.devices[0].stage(&Change::Refresh).unwrap();
    assert_eq!(world.devices[0].process(&first.commit), Err(GroupError::OwnCommitLost));
    member::clear_pending(&mut world.devices[0].rows, NAME).unwrap();
    assert_eq!(world.devices[0].process(&second.commit), Err(GroupError::OwnCommitLost));
}

#[test]
fn replayed_commits_are_harmless() {
    let mut world = World::new(&[]);
    let add = world.admit(vec![(Device::new(2), Role::Contributor)]);
    let own = world.commit(0, &Change::Refresh);
    let rows: Vec<_> = world.devices.iter().map(|device| device.rows.clone()).collect();
    for commit in [&add.commit, &own.commit] {
        for device in &mut world.devices {
            assert!(matches!(device.process(commit), Err(GroupError::WrongEpoch { .. })));
        }
        assert!(matches!(world.relay.judge(commit, &world.devices[0].key.id()), Err(GroupError::WrongEpoch { .. })));
    }
    assert!(world.devices.iter().map(|device| &device.rows).eq(&rows));
}

#[test]
fn a_member_that_was_offline_for_fifty_epochs_catches_up() {
    let mut world = World::new(&[Role::Contributor, Role::Contributor]);
    let mut offline = world.devices.remove(2);
    let commits: Vec<_> = (0..50).map(|at| world.commit(at % 2, &Change::Refresh)).collect();
    for staged in commits {
        assert_eq!(offline.process(&staged.commit).unwrap().outcome, Outcome::Member(staged.next));
    }
}

#[test]
fn a_key_package_that_a_failed_join_consumed_comes_back_with_the_rollback() {
    let mut world = World::new(&[]);
    let mut device = Device::new(2);
    let new = device.as_new(Role::Reader);
    let staged = world.commit(0, &Change::Admit(vec![new]));
    let welcome = staged.welcome.unwrap();
    let elsewhere = GroupName { generation: 7, ..NAME };
    let before = device.rows.clone();
    assert_eq!(
        member::join(&mut device.rows, &mut device.random, &device.key, &welcome, elsewhere),
        Err(GroupError::UnexpectedGroup(NAME))
    );
    // Without the rollback the keys are gone: what callers must not do.
    let kept = device.rows.clone();
    assert!(matches!(device.join(&welcome), Err(GroupError::BadWelcome(_))));
    assert_ne!(kept, before);
    device.rows = before;
    assert_eq!(device.join(&welcome), Ok(staged.next));
}

#[test]
fn a_lost_device_is_swapped_for_a_new_one_in_one_commit() {
    let mut world = World::new(&[Role::Contributor, Role::Lead]);
    let lost = world.devices[1].key.id();
    let mut fresh = Device::new(9);
    fresh.person = world.devices[1].person;
    let admit = vec![fresh.as_new(Role::Contributor)];
    let staged = world.commit(2, &Change::Swap { remove: vec![lost], admit });
    assert_eq!(fresh.join(&staged.welcome.unwrap()), Ok(staged.next));
    assert_eq!(world.relay.roster().devices_of(&fresh.person).count(), 1);
}

#[test]
fn a_device_that_lost_its_state_but_not_its_key_is_admitted_anew() {
    let mut world = World::new(&[Role::Contributor]);
    let id = world.devices[1].key.id();
    let admit = vec![world.devices[1].as_new(Role::Contributor)];
    let staged = world.devices[0].stage(&Change::Swap { remove: vec![id], admit }).unwrap();
    world.relay = world.relay.judge(&staged.commit, &world.devices[0].key.id()).unwrap().next;
    world.devices[0].process(&staged.commit).unwrap();
    // It still has an old group of that name in its rows: joining replaces it.
    assert_eq!(world.devices[1].join(&staged.welcome.unwrap()), Ok(staged.next));
    world.commit(1, &Change::Refresh);
}

#[test]
fn one_person_has_several_devices_and_one_role() {
    let mut world = World::new(&[Role::Contributor]);
    let mut second = Device::new(8);
    second.person = world.devices[1].person;
    let person = second.person;
    world.admit(vec![(second, Role::Contributor)]);
    world.commit(0, &Change::SetRole { person, role: Role::Reader });
    assert!(world.relay.roster().devices_of(&person).all(|member| member.role == Role::Reader));
    assert_eq!(world.relay.roster().persons().len(), 2);
}

#[test]
fn leads_can_change_places_but_the_last_cannot_go() {
    let mut world = World::new(&[Role::Lead, Role::Contributor]);
    let (one, two) = (world.devices[0].person, world.devices[1].person);
    let second = world.devices[1].key.id();
    world.commit(0, &Change::SetRole { person: two, role: Role::Reader });
    let refused = world.devices[0].stage(&Change::SetRole { person: one, role: Role::Contributor });
    assert_eq!(refused, Err(PolicyRefusal::LastLead.into()));
    let own = world.devices[0].key.id();
    assert_eq!(world.devices[0].stage(&Change::Remove(vec![own])), Err(PolicyRefusal::RemovesItself.into()));
    world.commit(0, &Change::SetRole { person: two, role: Role::Lead });
    world.commit(1, &Change::SetRole { person: one, role: Role::Reader });
    assert!(world.relay.roster().is_lead(&second));
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_made() {
    let mut world = World::new(&[Role::Contributor]);
    let stranger = Device::new(7);
    let again = world.devices[1].as_new(Role::Lead);
    let own = world.devices[1].person;
    let device = &mut world.devices[0];
    assert_eq!(device.stage(&Change::Admit(vec![again])), Err(PolicyRefusal::AlreadyAMember.into()));
    assert_eq!(device.stage(&Change::Remove(vec![stranger.key.id()])), Err(GroupError::NoSuchDevice(stranger.key.id())));
    assert_eq!(device.stage(&Change::SetRole { person: stranger.person, role: Role::Lead }), Err(GroupError::NoSuchPerson));
    let contributor = &mut world.devices[1];
    let before = contributor.rows.clone();
    assert_eq!(contributor.stage(&Change::SetRole { person: own, role: Role::Lead }), Err(PolicyRefusal::NotALead.into()));
    assert_eq!(contributor.rows, before);
}

#[test]
fn a_group_that_is_forgotten_leaves_no_row() {
    let mut world = World::new(&[Role::Contributor]);
    world.commit(1, &Change::Refresh);
    let device = &mut world.devices[1];
    member::forget(&mut device.rows, NAME).unwrap();
    assert_eq!(device.rows.scan_rows(MLS, b"", b"", 10).unwrap(), []);
    assert_eq!(device.stage(&Change::Refresh), Err(GroupError::NoGroup));
    member::forget(&mut device.rows, NAME).unwrap();
    let package = device.key_package();
    member::forget_key_package(&mut device.rows, &package).unwrap();
    assert_eq!(device.rows.scan_rows(MLS, b"", b"", 10).unwrap(), []);
}

#[test]
fn cleared_and_lost_commits_leave_no_rows_behind() {
    let mut world = World::new(&[Role::Contributor]);
    world.commit(0, &Change::Refresh);
    let rows = world.devices[0].rows.0.len();
    for _ in 0..10 {
        world.devices[0].stage(&Change::Refresh).unwrap();
        world.commit(1, &Change::Refresh);
        world.devices[0].stage(&Change::Refresh).unwrap();
        member::clear_pending(&mut world.devices[0].rows, NAME).unwrap();
    }
    assert_eq!(world.devices[0].rows.0.len(), rows);
}

#[test]
fn a_group_of_forty_works_and_its_sizes_are_what_was_measured() {
    let roles: Vec<_> = (1..40).map(|at| if at == 1 { Role::Lead } else { Role::Contributor }).collect();
    let mut world = World::new(&roles);
    let add = world.admit(vec![(Device::new(200), Role::Reader)]);
    let first_self_update = world.commit(20, &Change::Refresh).commit.len();
    let last = world.devices[40].key.id();
    let remove = world.commit(1, &Change::Remove(vec![last]));
    let (commit, welcome) = (add.commit.len(), add.welcome.unwrap().len());
    let state = world.relay.to_bytes().len();
    let stored: usize = world.devices[0].rows.0.values().map(Vec::len).sum();
    // Bounds with room for what may come, far below the limits of a record.
    let sizes = format!(
        "40 members: Add {commit}, Welcome {welcome}, first self-update {first_self_update}, Remove {}, relay {state}, member {stored}",
        remove.commit.len()
    );
    assert!(commit < 8_000 && welcome < 16_000 && state < 60_000 && stored < 90_000, "{sizes}");
    #[allow(clippy::print_stdout)] // Shown by `--nocapture` only.
    {
        println!("{sizes}");
    }
}
