//! The 53 methods of the storage: groups exercise most of them; here are the odd ones, and every round trip by itself.

use openmls_traits::storage::{CURRENT_VERSION, Entity, Key, StorageProvider as _, traits};
use serde::{Deserialize, Serialize};

use crate::MemoryRows;
use crate::mls::storage::Storage;

/// Stands for every key and every value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Thing(Vec<u8>);

impl Key<CURRENT_VERSION> for Thing {}
impl Entity<CURRENT_VERSION> for Thing {}

macro_rules! is {
    ($($name:ident),*) => { $(impl traits::$name<CURRENT_VERSION> for Thing {})* };
}

is!(
    GroupId,
    SignaturePublicKey,
    HashReference,
    PskId,
    EncryptionKey,
    EpochKey,
    QueuedProposal,
    TreeSync,
    GroupContext,
    InterimTranscriptHash,
    ConfirmationTag,
    SignatureKeyPair,
    PskBundle,
    HpkeKeyPair,
    GroupState,
    GroupEpochSecrets,
    LeafNodeIndex,
    MessageSecrets,
    ResumptionPskStore,
    KeyPackage,
    MlsGroupJoinConfig,
    LeafNode,
    ProposalRef
);

fn thing(byte: u8) -> Thing {
    Thing(vec![byte; 3])
}

macro_rules! round_trips {
    ($($test:ident: $write:ident, $read:ident, $delete:ident;)*) => { $(
        #[test]
        fn $test() {
            let mut rows = MemoryRows::default();
            let storage = Storage::new(&mut rows);
            assert_eq!(storage.$read::<Thing, Thing>(&thing(1)), Ok(None));
            storage.$write(&thing(1), &thing(2)).unwrap();
            storage.$write(&thing(9), &thing(8)).unwrap();
            assert_eq!(storage.$read(&thing(1)), Ok(Some(thing(2))));
            storage.$write(&thing(1), &thing(3)).unwrap();
            assert_eq!(storage.$read(&thing(1)), Ok(Some(thing(3))));
            storage.$delete(&thing(1)).unwrap();
            assert_eq!(storage.$read::<Thing, Thing>(&thing(1)), Ok(None));
            assert_eq!(storage.$read(&thing(9)), Ok(Some(thing(8))));
        }
    )* };
}

round_trips! {
    tree_round_trips: write_tree, tree, delete_tree;
    context_round_trips: write_context, group_context, delete_context;
    interim_hash_round_trips: write_interim_transcript_hash, interim_transcript_hash, delete_interim_transcript_hash;
    confirmation_tag_round_trips: write_confirmation_tag, confirmation_tag, delete_confirmation_tag;
    join_config_round_trips: write_mls_join_config, mls_group_join_config, delete_group_config;
    group_state_round_trips: write_group_state, group_state, delete_group_state;
    message_secrets_round_trip: write_message_secrets, message_secrets, delete_message_secrets;
    resumption_psks_round_trip: write_resumption_psk_store, resumption_psk_store, delete_all_resumption_psk_secrets;
    own_leaf_index_round_trips: write_own_leaf_index, own_leaf_index, delete_own_leaf_index;
    epoch_secrets_round_trip: write_group_epoch_secrets, group_epoch_secrets, delete_group_epoch_secrets;
    signature_key_pair_round_trips: write_signature_key_pair, signature_key_pair, delete_signature_key_pair;
    encryption_key_pair_round_trips: write_encryption_key_pair, encryption_key_pair, delete_encryption_key_pair;
    key_package_round_trips: write_key_package, key_package, delete_key_package;
    psk_round_trips: write_psk, psk, delete_psk;
}

#[test]
fn own_leaf_nodes_are_a_list_in_order() {
    let mut rows = MemoryRows::default();
    let storage = Storage::new(&mut rows);
    for byte in 0..5 {
        storage.append_own_leaf_node(&thing(1), &thing(byte)).unwrap();
    }
    storage.append_own_leaf_node(&thing(2), &thing(9)).unwrap();
    let expected: Vec<_> = (0..5).map(thing).collect();
    assert_eq!(storage.own_leaf_nodes(&thing(1)), Ok(expected));
    storage.delete_own_leaf_nodes(&thing(1)).unwrap();
    assert_eq!(storage.own_leaf_nodes::<_, Thing>(&thing(1)), Ok(vec![]));
    assert_eq!(storage.own_leaf_nodes(&thing(2)), Ok(vec![thing(9)]));
}

#[test]
fn queued_proposals_keep_their_order_and_go_one_by_one_or_all() {
    let mut rows = MemoryRows::default();
    let storage = Storage::new(&mut rows);
    for byte in [3, 1, 2] {
        storage.queue_proposal(&thing(1), &thing(byte), &thing(byte + 10)).unwrap();
    }
    storage.queue_proposal(&thing(2), &thing(3), &thing(3)).unwrap();
    assert_eq!(storage.queued_proposal_refs(&thing(1)), Ok(vec![thing(3), thing(1), thing(2)]));
    storage.remove_proposal(&thing(1), &thing(1)).unwrap();
    let left: Vec<(Thing, Thing)> = storage.queued_proposals(&thing(1)).unwrap();
    assert_eq!(left, [(thing(3), thing(13)), (thing(2), thing(12))]);
    storage.queue_proposal(&thing(1), &thing(1), &thing(11)).unwrap();
    assert_eq!(storage.queued_proposal_refs(&thing(1)), Ok(vec![thing(3), thing(2), thing(1)]));
    storage.clear_proposal_queue::<_, Thing>(&thing(1)).unwrap();
    assert_eq!(storage.queued_proposal_refs::<_, Thing>(&thing(1)), Ok(vec![]));
    assert_eq!(storage.queued_proposal_refs(&thing(2)), Ok(vec![thing(3)]));
}

#[test]
fn epoch_key_pairs_are_named_by_group_epoch_and_leaf() {
    let mut rows = MemoryRows::default();
    let storage = Storage::new(&mut rows);
    storage.write_encryption_epoch_key_pairs(&thing(1), &thing(2), 3, &[thing(4), thing(5)]).unwrap();
    for (group, epoch, leaf) in [(9, 2, 3), (1, 9, 3), (1, 2, 9)] {
        let other: Vec<Thing> = storage.encryption_epoch_key_pairs(&thing(group), &thing(epoch), leaf).unwrap();
        assert_eq!(other, []);
    }
    assert_eq!(storage.encryption_epoch_key_pairs(&thing(1), &thing(2), 3), Ok(vec![thing(4), thing(5)]));
    storage.delete_encryption_epoch_key_pairs(&thing(1), &thing(2), 3).unwrap();
    assert_eq!(storage.encryption_epoch_key_pairs::<_, _, Thing>(&thing(1), &thing(2), 3), Ok(vec![]));
}

#[test]
fn a_list_longer_than_one_scan_is_read_whole() {
    let mut rows = MemoryRows::default();
    let storage = Storage::new(&mut rows);
    for at in 0..600u16 {
        storage.append_own_leaf_node(&thing(1), &Thing(at.to_be_bytes().to_vec())).unwrap();
    }
    let list: Vec<Thing> = storage.own_leaf_nodes(&thing(1)).unwrap();
    assert_eq!(list.len(), 600);
    assert!(list.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn a_deleted_group_leaves_others_and_device_keys() {
    let mut rows = MemoryRows::default();
    let storage = Storage::new(&mut rows);
    for group in [1, 2] {
        storage.write_tree(&thing(group), &thing(7)).unwrap();
        storage.append_own_leaf_node(&thing(group), &thing(7)).unwrap();
        storage.write_encryption_epoch_key_pairs(&thing(group), &thing(2), 3, &[thing(4)]).unwrap();
    }
    storage.write_key_package(&thing(1), &thing(6)).unwrap();
    storage.delete_group(&thing(1)).unwrap();
    assert_eq!(storage.key_package(&thing(1)), Ok(Some(thing(6))));
    assert_eq!(storage.tree(&thing(2)), Ok(Some(thing(7))));
    assert_eq!(rows.0.len(), 4);
}

#[test]
fn a_damaged_row_is_an_error_and_no_panic() {
    let mut rows = MemoryRows::default();
    Storage::new(&mut rows).write_tree(&thing(1), &thing(7)).unwrap();
    rows.0.values_mut().for_each(|value| value.truncate(1));
    let read = Storage::new(&mut rows).tree::<Thing, Thing>(&thing(1));
    assert_eq!(read, Err(crate::mls::storage::StorageError::Decode));
}
