//! Members with real groups and keys, connected to a [`World`].

use kith_group::member::{self, Change, NewMember, Outcome};
use kith_group::{
    AppendRule, BlobId, CommitAad, DeviceKey, Digest, DocumentId, DocumentKind, GroupName, GroupState, MemoryRows, PersonId,
    Record, RecordHead, RecordKind, Role, SeededRandom, Seen, Signature, subscribe_message,
};

use super::world::{RELAY, World};
use crate::relay::{ConnId, Enrolment, RelayConfig, RelayStore as _};
use crate::wire::{Admission, ClientMessage, ServerMessage};

pub(super) const DOCUMENT: DocumentId = DocumentId([1; 16]);
pub(super) const GROUP: GroupName = GroupName { document: DOCUMENT, generation: 0 };

/// Somebody's device and profile.
pub(super) struct Person {
    pub(super) key: DeviceKey,
    pub(super) enrolment: DeviceKey,
    pub(super) person: PersonId,
    pub(super) conn: ConnId,
    pub(super) nonce: Digest,
    rows: MemoryRows,
    random: SeededRandom,
    state: Option<GroupState>,
    k: u64,
}

impl Person {
    /// Somebody with a signed-in connection and no document.
    pub(super) fn new(world: &mut World, seed: u8) -> Self {
        let key = DeviceKey::from_seed([seed; 32]);
        let enrolment = DeviceKey::from_seed([seed + 100; 32]);
        let (conn, nonce) = world.signed_in(&enrolment);
        Self {
            key,
            enrolment,
            person: PersonId([seed; 16]),
            conn,
            nonce,
            rows: MemoryRows::default(),
            random: SeededRandom::new(seed.into()),
            state: None,
            k: 0,
        }
    }

    pub(super) fn epoch(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| state.epoch)
    }

    pub(super) fn proof(&self) -> Signature {
        self.key.sign(&subscribe_message(&RELAY, &self.nonce.0, &DOCUMENT))
    }

    pub(super) fn prove_message(&self) -> ClientMessage {
        ClientMessage::Prove { document: DOCUMENT, device: self.key.id(), signature: self.proof() }
    }

    pub(super) fn prove(&self, world: &mut World) -> Vec<ServerMessage> {
        world.say(self.conn, &self.prove_message())
    }

    pub(super) fn catch_up(&self, world: &mut World, from: u64) -> Vec<ServerMessage> {
        world.say(self.conn, &ClientMessage::CatchUp { document: DOCUMENT, from })
    }

    /// A new connection of the same profile and device, following the log from `from`.
    pub(super) fn reconnect(&mut self, world: &mut World, from: u64) -> Vec<ServerMessage> {
        (self.conn, self.nonce) = world.signed_in(&self.enrolment);
        self.prove(world);
        self.catch_up(world, from)
    }

    pub(super) fn record_of(&self, kind: RecordKind, k: u64, epoch: u64, body: &[u8]) -> Vec<u8> {
        let head = RecordHead { document: DOCUMENT, generation: 0, epoch, sender: self.key.id(), k, kind };
        Record { head, body: body.to_vec() }.encode()
    }

    pub(super) fn change(&self, k: u64) -> ClientMessage {
        ClientMessage::Append { record: self.record_of(RecordKind::Change, k, self.epoch(), b"sealed") }
    }

    /// Appends the next change; the sequence number that it is given.
    pub(super) fn write(&mut self, world: &mut World) -> u64 {
        self.k += 1;
        let message = self.change(self.k);
        let heard = world.say(self.conn, &message);
        heard
            .iter()
            .find_map(|message| match message {
                ServerMessage::Accepted { seq, .. } => Some(*seq),
                _ => None,
            })
            .unwrap_or_else(|| panic!("not accepted: {heard:?}"))
    }

    /// Stages a commit on the log as it stands in the store.
    pub(super) fn stage(&mut self, world: &World, change: &Change, pack: Option<Digest>) -> member::Staged {
        let head = world.store.document(&DOCUMENT).unwrap().unwrap().head;
        let aad = CommitAad { seen: Seen { seq: head.seq, hash: head.hash }, pack };
        member::stage(&mut self.rows, &mut self.random, &self.key, GROUP, change, &aad.encode()).unwrap()
    }

    pub(super) fn commit_message(&mut self, world: &World, change: &Change) -> ClientMessage {
        let staged = self.stage(world, change, None);
        ClientMessage::Commit { record: self.record_of(RecordKind::Commit, 0, self.epoch(), &staged.commit), admission: None }
    }

    pub(super) fn key_package(&mut self) -> Vec<u8> {
        member::key_package(&mut self.rows, &mut self.random, &self.key).unwrap()
    }

    /// The message that admits somebody, after their snapshot was uploaded as `blob`.
    pub(super) fn admission_message(
        &mut self,
        world: &World,
        newcomer: &mut Person,
        role: Role,
        blob: BlobId,
        requests: Vec<kith_group::RequestId>,
    ) -> ClientMessage {
        let new = NewMember { key_package: newcomer.key_package(), person: newcomer.person, role };
        let staged = self.stage(world, &Change::Admit(vec![new]), Some(Digest([7; 32])));
        let admission = Admission { welcome: staged.welcome.unwrap(), pack: b"sealed pack".to_vec(), blob, requests };
        let record = self.record_of(RecordKind::Commit, 0, self.epoch(), &staged.commit);
        ClientMessage::Commit { record, admission: Some(admission) }
    }

    pub(super) fn upload(&self, world: &mut World, blob: BlobId) {
        let message = ClientMessage::PutBlob { document: DOCUMENT, blob, index: 0, total: 1, bytes: b"sealed snapshot".to_vec() };
        assert_eq!(world.say(self.conn, &message), [ServerMessage::BlobStored { blob, index: 0 }]);
    }

    /// Merges a commit that the log took.
    pub(super) fn merge(&mut self, record: &[u8]) {
        let Some(state) = &self.state else { return };
        let record = Record::decode(record).unwrap();
        if record.head.kind != RecordKind::Commit || record.head.epoch != state.epoch {
            return;
        }
        let done = member::process(&mut self.rows, &mut self.random, &self.key, GROUP, &record.body).unwrap();
        self.state = match done.outcome {
            Outcome::Member(state) => Some(state),
            Outcome::Removed => None,
        };
    }

    pub(super) fn join(&mut self, welcome: &[u8]) {
        self.state = Some(member::join(&mut self.rows, &mut self.random, &self.key, welcome, GROUP).unwrap());
    }
}

/// What a commit message carries.
pub(super) fn record_in(message: &ClientMessage) -> Vec<u8> {
    match message {
        ClientMessage::Commit { record, .. } | ClientMessage::Append { record } => record.clone(),
        other => panic!("no record in {other:?}"),
    }
}

pub(super) fn welcome_in(message: &ClientMessage) -> Vec<u8> {
    match message {
        ClientMessage::Commit { admission: Some(admission), .. } => admission.welcome.clone(),
        other => panic!("no welcome in {other:?}"),
    }
}

/// A document with Alice as its lead, connected and live.
pub(super) fn founded(world: &mut World, rule: AppendRule) -> Person {
    let mut alice = Person::new(world, 1);
    let (state, group_info) =
        member::create(&mut alice.rows, &mut alice.random, &alice.key, GROUP, DocumentKind::WORKING, rule, alice.person).unwrap();
    alice.state = Some(state);
    let created = world.say(alice.conn, &ClientMessage::Create { document: DOCUMENT, group_info });
    assert_eq!(created, [ServerMessage::Created { document: DOCUMENT }]);
    alice.prove(world);
    alice.catch_up(world, 0);
    alice
}

/// A relay that is open, and a document with Alice as its lead.
pub(super) fn alone() -> (World, Person) {
    let mut world = World::new(Enrolment::Open);
    let alice = founded(&mut world, AppendRule::Everyone);
    (world, alice)
}

/// Admits `newcomer`, who is then connected and live. More than a second passes.
pub(super) fn admit(world: &mut World, lead: &mut Person, newcomer: &mut Person, role: Role) -> u64 {
    world.pass(1_500);
    let mut blob = BlobId([0; 16]);
    blob.0[0] = newcomer.key.id().0[0];
    lead.upload(world, blob);
    let message = lead.admission_message(world, newcomer, role, blob, Vec::new());
    let heard = world.say(lead.conn, &message);
    let seq = world.store.document(&DOCUMENT).unwrap().unwrap().head.seq;
    assert!(heard.contains(&ServerMessage::Accepted { document: DOCUMENT, k: 0, seq }), "{heard:?}");
    lead.merge(&record_in(&message));
    newcomer.join(&welcome_in(&message));
    newcomer.prove(world);
    newcomer.catch_up(world, seq);
    world.pass(1_500);
    world.heard(newcomer.conn);
    world.heard(lead.conn);
    seq
}

/// Alice (lead) and Bob, on a relay with usual limits.
pub(super) fn pair(role: Role) -> (World, Person, Person) {
    pair_with(RelayConfig::new(Enrolment::Open), AppendRule::Everyone, role)
}

pub(super) fn pair_with(config: RelayConfig, rule: AppendRule, role: Role) -> (World, Person, Person) {
    let mut world = World::with(config);
    let mut alice = founded(&mut world, rule);
    let mut bob = Person::new(&mut world, 2);
    admit(&mut world, &mut alice, &mut bob, role);
    (world, alice, bob)
}
