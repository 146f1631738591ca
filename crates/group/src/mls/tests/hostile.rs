//! What must be refused: by the relay, and by members who do not trust it, before anything is merged.

use openmls::prelude::tls_codec::{DeserializeBytes as _, Serialize as _};
use openmls::prelude::{
    BasicCredential, CredentialWithKey, Extension, ExtensionType, Extensions, ExternalSendersExtension, GroupContext, GroupId,
    KeyPackage, KeyPackageIn, LeafNodeIndex, LeafNodeParameters, Lifetime, MlsGroup, MlsMessageBodyIn, MlsMessageIn,
    NewSignerBundle, OpenMlsProvider as _, ProtocolVersion, RequiredCapabilitiesExtension, UnknownExtension,
};
use openmls_rust_crypto::RustCrypto;

use super::{Device, NAME, World};
use crate::member::{self, Change};
use crate::mls::provider::{
    CIPHERSUITE, Provider, ROSTER_EXTENSION, capabilities, context_extensions, create_config, credential, join_config,
    required_capabilities,
};
use crate::{AppendRule, DeviceKey, DocumentKind, GroupError, PersonId, PolicyRefusal, Role, RosterClaims};

fn package(bytes: &[u8]) -> KeyPackage {
    let package = KeyPackageIn::tls_deserialize_exact_bytes(bytes).unwrap();
    package.validate(&RustCrypto::default(), ProtocolVersion::Mls10).unwrap()
}

fn both(refusal: PolicyRefusal) -> (GroupError, GroupError) {
    (refusal.into(), refusal.into())
}

fn extensions(claims: &RosterClaims) -> Extensions<GroupContext> {
    context_extensions(claims).unwrap()
}

/// The roster of a world, with something done to it.
fn altered(world: &World, alter: impl FnOnce(&mut RosterClaims)) -> Extensions<GroupContext> {
    let mut claims = world.relay.roster().claims();
    alter(&mut claims);
    extensions(&claims)
}

#[test]
fn nobody_but_a_lead_admits_removes_or_changes_the_roster() {
    let mut world = World::new(&[Role::Contributor, Role::Reader, Role::Lead]);
    let new = Device::new(9).as_new(Role::Lead);
    let own = world.devices[1].key.id();
    let promoted = altered(&world, |claims| {
        claims.rows.get_mut(&own).unwrap().1 = Role::Lead;
    });
    for who in [1, 2] {
        let commits = [
            world.devices[who].raw_commit(|commit| commit.propose_adds([package(&new.key_package)])),
            world.devices[who].raw_commit(|commit| commit.propose_removals([LeafNodeIndex::new(0)])),
            world.devices[who].raw_commit(|commit| commit.propose_group_context_extensions(promoted.clone()).unwrap()),
        ];
        for commit in commits {
            assert_eq!(world.verdicts(who, 3, &commit), both(PolicyRefusal::NotALead));
        }
    }
    world.commit(1, &Change::Refresh);
}

#[test]
fn a_roster_that_does_not_match_the_change_of_members_is_refused() {
    let mut world = World::new(&[Role::Contributor]);
    let mut newcomer = Device::new(9);
    let new = newcomer.as_new(Role::Reader);
    let (id, person) = (newcomer.key.id(), newcomer.person);
    let other = world.devices[1].key.id();
    let row = (person, Role::Reader);

    let without = world.devices[0].raw_commit(|commit| commit.propose_adds([package(&new.key_package)]));
    assert_eq!(world.verdicts(0, 1, &without), both(PolicyRefusal::RosterMissing));

    let cases = [
        (altered(&world, |_| ()), PolicyRefusal::RosterMismatch),
        (
            altered(&world, |claims| {
                claims.rows.insert(id, row);
                claims.rows.remove(&other);
            }),
            PolicyRefusal::RosterMismatch,
        ),
        (
            altered(&world, |claims| {
                claims.rows.insert(id, row);
                claims.rows.insert(crate::DeviceId([8; 16]), row);
            }),
            PolicyRefusal::RosterMismatch,
        ),
        (
            altered(&world, |claims| {
                claims.rows.insert(id, row);
                claims.rule = AppendRule::LeadsOnly;
            }),
            PolicyRefusal::DocumentRuleChanged,
        ),
        (
            altered(&world, |claims| {
                claims.rows.insert(id, row);
                claims.kind = DocumentKind::SUMMARY;
            }),
            PolicyRefusal::DocumentRuleChanged,
        ),
        (
            altered(&world, |claims| {
                claims.rows.insert(id, row);
                claims.rows.get_mut(&other).unwrap().0 = PersonId([0xee; 16]);
            }),
            PolicyRefusal::PersonChanged,
        ),
        (
            altered(&world, |claims| {
                claims.rows.insert(id, row);
                claims.rows.values_mut().for_each(|(_, role)| *role = Role::Reader);
            }),
            PolicyRefusal::LastLead,
        ),
    ];
    for (extensions, refusal) in cases {
        let commit = world.devices[0].raw_commit(|commit| {
            commit.propose_adds([package(&new.key_package)]).propose_group_context_extensions(extensions).unwrap()
        });
        assert_eq!(world.verdicts(0, 1, &commit), both(refusal));
    }
}

#[test]
fn a_context_with_anything_else_in_it_is_refused() {
    let mut world = World::new(&[Role::Contributor]);
    let claims = world.relay.roster().claims();
    let roster = || Extension::Unknown(ROSTER_EXTENSION, UnknownExtension(claims.encode()));
    let ours = || Extension::RequiredCapabilities(required_capabilities());
    let outsider = openmls::prelude::ExternalSender::new(
        DeviceKey::from_seed([9; 32]).public().as_bytes().to_vec().into(),
        BasicCredential::new(vec![9; 16]).into(),
    );
    let weaker =
        RequiredCapabilitiesExtension::new(&[ExtensionType::Unknown(ROSTER_EXTENSION), ExtensionType::LastResort], &[], &[]);
    let damaged = UnknownExtension(claims.encode()[..20].to_vec());
    let contexts = [
        vec![ours(), roster(), Extension::ExternalSenders(ExternalSendersExtension::from(vec![outsider]))],
        vec![Extension::RequiredCapabilities(weaker), roster()],
        vec![ours(), Extension::Unknown(ROSTER_EXTENSION, damaged)],
    ];
    for context in contexts {
        let extensions = Extensions::from_vec(context).unwrap();
        let commit = world.devices[0].raw_commit(|commit| commit.propose_group_context_extensions(extensions).unwrap());
        assert_eq!(world.verdicts(0, 1, &commit), both(PolicyRefusal::RosterMismatch));
    }
}

#[test]
fn a_device_cannot_change_its_credential_or_its_key() {
    let mut world = World::new(&[Role::Contributor]);
    let key = world.devices[1].key.clone();
    let disguised = CredentialWithKey {
        credential: BasicCredential::new(world.devices[0].key.id().as_bytes().to_vec()).into(),
        ..credential(&key)
    };
    let parameters = LeafNodeParameters::builder().with_credential_with_key(disguised).build();
    let commit = world.devices[1].raw_commit(|commit| commit.leaf_node_parameters(parameters));
    assert_eq!(world.verdicts(1, 0, &commit), both(PolicyRefusal::CredentialChanged));

    let other = DeviceKey::from_seed([77; 32]);
    let device = &mut world.devices[1];
    let mut rows = device.rows.clone();
    let provider = Provider::new(&mut rows, &mut device.random);
    let mut group = MlsGroup::load(provider.storage(), &GroupId::from_slice(&NAME.to_bytes())).unwrap().unwrap();
    let signer = NewSignerBundle { signer: &other, credential_with_key: credential(&other) };
    let bundle = group
        .commit_builder()
        .load_psks(provider.storage())
        .unwrap()
        .build_with_new_signer(provider.rand(), provider.crypto(), &key, signer, |_| true)
        .unwrap()
        .stage_commit(&provider)
        .unwrap();
    let commit = bundle.commit().tls_serialize_detached().unwrap();
    assert_eq!(world.verdicts(1, 0, &commit), both(PolicyRefusal::CredentialChanged));
}

#[test]
fn a_newcomer_whose_identity_is_not_the_hash_of_its_key_is_refused() {
    let mut world = World::new(&[Role::Contributor]);
    let impostor = Device::new(9);
    let mut scratch = impostor.rows.clone();
    let stolen = CredentialWithKey { credential: BasicCredential::new(vec![0x33; 16]).into(), ..credential(&impostor.key) };
    let bundle = KeyPackage::builder()
        .key_package_lifetime(crate::mls::provider::lifetime())
        .leaf_node_capabilities(capabilities())
        .build(CIPHERSUITE, &Provider::reading(&mut scratch), &impostor.key, stolen)
        .unwrap();
    let bytes = bundle.key_package().tls_serialize_detached().unwrap();
    assert_eq!(member::read_key_package(&bytes), Err(PolicyRefusal::IdentityNotBound.into()));
    let extensions = altered(&world, |claims| {
        claims.rows.insert(crate::DeviceId([0x33; 16]), (impostor.person, Role::Reader));
    });
    let commit = world.devices[0].raw_commit(|commit| {
        commit.propose_adds([bundle.key_package().clone()]).propose_group_context_extensions(extensions).unwrap()
    });
    assert_eq!(world.verdicts(0, 1, &commit), both(PolicyRefusal::IdentityNotBound));
}

#[test]
#[allow(deprecated)] // The builder that replaces it does the same; only the commit's bytes matter here.
fn nobody_joins_by_an_external_commit() {
    let mut world = World::new(&[Role::Contributor]);
    let info = {
        let device = &mut world.devices[0];
        let provider = Provider::new(&mut device.rows, &mut device.random);
        let group = MlsGroup::load(provider.storage(), &GroupId::from_slice(&NAME.to_bytes())).unwrap().unwrap();
        group.export_group_info(provider.crypto(), &device.key, true).unwrap().tls_serialize_detached().unwrap()
    };
    let MlsMessageBodyIn::GroupInfo(info) = MlsMessageIn::tls_deserialize_exact_bytes(&info).unwrap().extract() else {
        panic!("a GroupInfo");
    };
    let mut outsider = Device::new(9);
    let provider = Provider::new(&mut outsider.rows, &mut outsider.random);
    let (_, commit, _) = MlsGroup::join_by_external_commit(
        &provider,
        &outsider.key,
        None,
        info,
        &join_config(),
        Some(capabilities()),
        None,
        b"",
        credential(&outsider.key),
    )
    .unwrap();
    let commit = commit.tls_serialize_detached().unwrap();
    world.devices.push(outsider);
    assert_eq!(world.verdicts(2, 1, &commit), both(PolicyRefusal::OutsiderCommit));
}

#[test]
fn a_commit_is_sent_by_its_maker() {
    let mut world = World::new(&[Role::Contributor]);
    let staged = world.devices[0].stage(&Change::Refresh).unwrap();
    let refused = world.relay.judge(&staged.commit, &world.devices[1].key.id()).unwrap_err();
    assert_eq!(refused, PolicyRefusal::SenderIsAnother.into());
}

#[test]
fn a_standalone_proposal_is_no_commit() {
    let mut world = World::new(&[Role::Lead]);
    let device = &mut world.devices[1];
    let mut rows = device.rows.clone();
    let provider = Provider::new(&mut rows, &mut device.random);
    let mut group = MlsGroup::load(provider.storage(), &GroupId::from_slice(&NAME.to_bytes())).unwrap().unwrap();
    let (proposal, _) = group.propose_remove_member(&provider, &device.key, LeafNodeIndex::new(0)).unwrap();
    let proposal = proposal.tls_serialize_detached().unwrap();
    assert_eq!(world.verdicts(1, 0, &proposal), (GroupError::NotACommit, GroupError::NotACommit));
}

#[test]
fn a_welcome_from_a_group_without_our_rules_is_refused() {
    // A stranger founds a group of the same name whose roster makes somebody else the lead.
    let mut stranger = Device::new(9);
    let mut victim = Device::new(2);
    let new = victim.as_new(Role::Reader);
    let lead = (PersonId([5; 16]), Role::Lead);
    let claims = RosterClaims {
        kind: DocumentKind::WORKING,
        rule: AppendRule::Everyone,
        rows: [(stranger.key.id(), (stranger.person, Role::Reader)), (victim.key.id(), lead)].into(),
    };
    let provider = Provider::new(&mut stranger.rows, &mut stranger.random);
    let id = GroupId::from_slice(&NAME.to_bytes());
    let mut group =
        MlsGroup::new_with_group_id(&provider, &stranger.key, &create_config(&claims).unwrap(), id, credential(&stranger.key))
            .unwrap();
    let (_, welcome, _) = group.add_members(&provider, &stranger.key, &[package(&new.key_package)]).unwrap();
    let welcome = welcome.tls_serialize_detached().unwrap();
    assert_eq!(victim.join(&welcome), Err(PolicyRefusal::NotALead.into()));
}

#[test]
fn a_poison_commit_is_refused_by_every_member_whatever_the_relay_says() {
    let mut world = World::new(&[Role::Contributor]);
    let commit = world.devices[0].stage(&Change::Refresh).unwrap().commit;
    let own = world.devices[0].key.id();
    let bystander = world.devices[1].rows.clone();
    let mut passed_by_relay = Vec::new();
    for at in 0..commit.len() {
        let mut poisoned = commit.clone();
        poisoned[at] ^= 0x01;
        if world.relay.judge(&poisoned, &own).is_ok() {
            passed_by_relay.push(at);
        }
        let refused = world.devices[1].process(&poisoned).unwrap_err();
        assert!(!refused.to_string().is_empty());
        // Its maker has it pending and must not take the poisoned one for it.
        assert!(world.devices[0].process(&poisoned).is_err(), "byte {at}");
    }
    // Only what the relay cannot check, the two tags, gets past it: at the end of the message (notes 6.1).
    assert!(passed_by_relay.len() <= 64, "{passed_by_relay:?}");
    let tail = commit.len() - 66;
    assert!(passed_by_relay.iter().all(|at| *at >= tail), "{passed_by_relay:?} of {}", commit.len());
    for at in passed_by_relay {
        let mut poisoned = commit.clone();
        poisoned[at] ^= 0x80;
        assert!(matches!(world.devices[1].process(&poisoned), Err(GroupError::BadCommit(_))));
    }
    assert_eq!(world.devices[1].rows, bystander);
    world.deliver(0, &commit);
}

#[test]
fn keys_never_expire_though_mls_enforces_expiry_on_replay() {
    let mut world = World::new(&[Role::Contributor]);
    let mut offline = world.devices.remove(1);
    // What Kith does: no expiry, a range above what MLS recommends. If this fails after an update of OpenMLS, it has begun to
    // enforce a maximum range, and every Add would be refused (notes 6.2).
    let mut newcomer = Device::new(3);
    let bytes = newcomer.key_package();
    let lifetime = *package(&bytes).life_time();
    assert_eq!(lifetime.not_before(), 0);
    assert!(lifetime.not_after() > 30_000_000_000);
    assert!(!lifetime.has_acceptable_range());
    member::read_key_package(&bytes).unwrap();
    let staged = world.admit(vec![(newcomer, Role::Reader)]);
    offline.process(&staged.commit).unwrap();

    // What would happen otherwise: an Add that was lawful when the relay took it, and has expired since.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let short = Device::new(4);
    let mut scratch = short.rows.clone();
    let bundle = KeyPackage::builder()
        .key_package_lifetime(Lifetime::init(0, now + 2))
        .leaf_node_capabilities(capabilities())
        .build(CIPHERSUITE, &Provider::reading(&mut scratch), &short.key, credential(&short.key))
        .unwrap();
    let extensions = altered(&world, |claims| {
        claims.rows.insert(short.key.id(), (short.person, Role::Reader));
    });
    let commit = world.devices[0].raw_commit(|commit| {
        commit.propose_adds([bundle.key_package().clone()]).propose_group_context_extensions(extensions).unwrap()
    });
    std::thread::sleep(std::time::Duration::from_millis(3100));
    assert!(matches!(offline.process(&commit), Err(GroupError::BadCommit(_))));
}
