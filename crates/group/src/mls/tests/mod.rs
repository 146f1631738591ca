//! Groups of several devices with a relay between them, all in memory.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod formats;
mod hostile;
mod lawful;
mod storage;

use openmls::prelude::tls_codec::Serialize as _;
use openmls::prelude::{CommitBuilder, GroupId, Initial, MlsGroup, OpenMlsProvider as _};

use crate::member::{self, Change, NewMember, Outcome, Processed, Staged};
use crate::mls::provider::Provider;
use crate::{
    AppendRule, DeviceKey, DocumentId, DocumentKind, GroupError, GroupName, GroupState, MemoryRows, PersonId, RelayGroup, Role,
    SeededRandom,
};

pub(super) const NAME: GroupName = GroupName { document: DocumentId([1; 16]), generation: 0 };

/// One device of one person.
pub(super) struct Device {
    pub(super) key: DeviceKey,
    pub(super) person: PersonId,
    pub(super) rows: MemoryRows,
    pub(super) random: SeededRandom,
}

impl Device {
    pub(super) fn new(seed: u8) -> Self {
        Self {
            key: DeviceKey::from_seed([seed; 32]),
            person: PersonId([seed; 16]),
            rows: MemoryRows::default(),
            random: SeededRandom::new(u64::from(seed)),
        }
    }

    pub(super) fn key_package(&mut self) -> Vec<u8> {
        member::key_package(&mut self.rows, &mut self.random, &self.key).unwrap()
    }

    pub(super) fn as_new(&mut self, role: Role) -> NewMember {
        NewMember { key_package: self.key_package(), person: self.person, role }
    }

    pub(super) fn stage(&mut self, change: &Change) -> Result<Staged, GroupError> {
        member::stage(&mut self.rows, &mut self.random, &self.key, NAME, change, b"signed with it")
    }

    /// One transaction: what failed leaves nothing.
    pub(super) fn process(&mut self, commit: &[u8]) -> Result<Processed, GroupError> {
        let mut rows = self.rows.clone();
        let processed = member::process(&mut rows, &mut self.random, &self.key, NAME, commit)?;
        self.rows = rows;
        Ok(processed)
    }

    pub(super) fn join(&mut self, welcome: &[u8]) -> Result<GroupState, GroupError> {
        member::join(&mut self.rows, &mut self.random, &self.key, welcome, NAME)
    }

    /// A commit made by MLS itself, without any of our rules; the device's own rows are left as they were.
    pub(super) fn raw_commit(
        &mut self,
        build: impl for<'a> FnOnce(CommitBuilder<'a, Initial, &'a mut MlsGroup>) -> CommitBuilder<'a, Initial, &'a mut MlsGroup>,
    ) -> Vec<u8> {
        let mut rows = self.rows.clone();
        let provider = Provider::new(&mut rows, &mut self.random);
        let mut group = MlsGroup::load(provider.storage(), &GroupId::from_slice(&NAME.to_bytes())).unwrap().unwrap();
        let bundle = build(group.commit_builder().force_self_update(true))
            .load_psks(provider.storage())
            .unwrap()
            .build(provider.rand(), provider.crypto(), &self.key, |_| true)
            .unwrap()
            .stage_commit(&provider)
            .unwrap();
        bundle.commit().tls_serialize_detached().unwrap()
    }
}

/// A group, its relay, and all that ever were in it. Device 0 founded it.
pub(super) struct World {
    pub(super) relay: RelayGroup,
    pub(super) devices: Vec<Device>,
}

impl World {
    /// A founder, and one device more for each role, seeds 2, 3, …
    pub(super) fn new(others: &[Role]) -> Self {
        let mut founder = Device::new(1);
        let (_, info) = member::create(
            &mut founder.rows,
            &mut founder.random,
            &founder.key,
            NAME,
            DocumentKind::WORKING,
            AppendRule::Everyone,
            founder.person,
        )
        .unwrap();
        let mut world = Self { relay: RelayGroup::from_group_info(&info).unwrap(), devices: vec![founder] };
        if !others.is_empty() {
            let newcomers = others.iter().zip(2..).map(|(role, seed)| (Device::new(seed), *role)).collect();
            world.admit(newcomers);
        }
        world
    }

    /// The founder admits devices in one commit.
    pub(super) fn admit(&mut self, newcomers: Vec<(Device, Role)>) -> Staged {
        let mut devices = Vec::new();
        let mut news = Vec::new();
        for (mut device, role) in newcomers {
            news.push(device.as_new(role));
            devices.push(device);
        }
        let staged = self.commit(0, &Change::Admit(news));
        for mut device in devices {
            assert_eq!(device.join(staged.welcome.as_ref().unwrap()).unwrap(), staged.next);
            self.devices.push(device);
        }
        staged
    }

    /// One device's change, through the relay to everybody.
    pub(super) fn commit(&mut self, who: usize, change: &Change) -> Staged {
        let staged = self.devices[who].stage(change).unwrap();
        self.deliver(who, &staged.commit);
        assert_eq!(self.relay.roster(), &staged.next.roster);
        assert_eq!(self.relay.epoch(), staged.next.epoch);
        staged
    }

    /// A commit through the relay to everybody that was in the group.
    pub(super) fn deliver(&mut self, who: usize, commit: &[u8]) {
        let before = self.relay.roster().clone();
        self.relay = self.relay.judge(commit, &self.devices[who].key.id()).unwrap().next;
        let mut states = Vec::new();
        for device in &mut self.devices {
            if before.member(&device.key.id()).is_none() {
                continue;
            }
            match device.process(commit).unwrap().outcome {
                Outcome::Member(state) => states.push(state),
                Outcome::Removed => assert!(self.relay.roster().member(&device.key.id()).is_none()),
            }
        }
        assert!(states.iter().all(|state| *state == states[0] && state.roster == *self.relay.roster()));
    }

    /// What relay and a bystander say of a commit, each judging before it merges, and unharmed after.
    pub(super) fn verdicts(&mut self, who: usize, bystander: usize, commit: &[u8]) -> (GroupError, GroupError) {
        let before = self.devices[bystander].rows.clone();
        let relay = self.relay.judge(commit, &self.devices[who].key.id()).map(|_| ()).unwrap_err();
        let member = self.devices[bystander].process(commit).map(|_| ()).unwrap_err();
        assert_eq!(self.devices[bystander].rows, before);
        (relay, member)
    }
}
