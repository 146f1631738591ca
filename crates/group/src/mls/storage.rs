//! OpenMLS's storage over [`Rows`]: one space, one row per value, CBOR throughout.
//!
//! A key is a label byte and the CBOR of what OpenMLS names the value by. CBOR says itself where it ends, so no key is the
//! beginning of another's with the same label, and everything of one group can be found by prefix. Labels and encoding are part
//! of the disk format; OpenMLS's own types in it are pinned with its version (Cargo.toml).

use std::cell::RefCell;

use openmls_traits::storage::{CURRENT_VERSION, Key, StorageProvider, traits};
use zeroize::Zeroizing;

use crate::{GroupError, Rows, RowsError, Space};

/// Where MLS state lives.
pub(crate) const MLS: Space = Space(1);

/// A key, and a value that is wiped after use.
type SecretRow = (Vec<u8>, Zeroizing<Vec<u8>>);

/// How many rows one scan asks for.
const PAGE: usize = 256;

/// Why a value could not be stored or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StorageError {
    #[error(transparent)]
    Rows(#[from] RowsError),
    #[error("a value of the group's keys cannot be encoded")]
    Encode,
    #[error("a stored value of the group's keys cannot be read")]
    Decode,
}

/// What a row holds. Numbers are part of the disk format and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Label {
    Tree = 1,
    GroupContext = 2,
    InterimTranscriptHash = 3,
    ConfirmationTag = 4,
    JoinConfig = 5,
    OwnLeafNodes = 6,
    GroupState = 7,
    MessageSecrets = 8,
    ResumptionPskStore = 9,
    OwnLeafIndex = 10,
    GroupEpochSecrets = 11,
    QueuedProposal = 12,
    EpochKeyPairs = 13,
    // Not of one group: kept apart from those above.
    SignatureKeyPair = 32,
    EncryptionKeyPair = 33,
    KeyPackage = 34,
    Psk = 35,
}

impl Label {
    /// Everything that belongs to one group.
    const OF_GROUP: [Self; 13] = [
        Self::Tree,
        Self::GroupContext,
        Self::InterimTranscriptHash,
        Self::ConfirmationTag,
        Self::JoinConfig,
        Self::OwnLeafNodes,
        Self::GroupState,
        Self::MessageSecrets,
        Self::ResumptionPskStore,
        Self::OwnLeafIndex,
        Self::GroupEpochSecrets,
        Self::QueuedProposal,
        Self::EpochKeyPairs,
    ];
}

/// Storage inside the caller's transaction. OpenMLS reads and writes through shared references, hence the cell.
pub(crate) struct Storage<'r>(RefCell<&'r mut dyn Rows>);

impl<'r> Storage<'r> {
    pub(crate) fn new(rows: &'r mut dyn Rows) -> Self {
        Self(RefCell::new(rows))
    }

    fn key<K: Key<CURRENT_VERSION>>(label: Label, id: &K) -> Result<Vec<u8>, StorageError> {
        let mut key = vec![label as u8];
        key.extend_from_slice(&minicbor_serde::to_vec(id).map_err(|_| StorageError::Encode)?);
        Ok(key)
    }

    fn put<T: serde::Serialize>(&self, key: &[u8], value: &T) -> Result<(), StorageError> {
        let bytes = Zeroizing::new(minicbor_serde::to_vec(value).map_err(|_| StorageError::Encode)?);
        Ok(self.0.borrow_mut().put_row(MLS, key, &bytes)?)
    }

    fn value<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StorageError> {
        let bytes = self.0.borrow().row(MLS, key)?.map(Zeroizing::new);
        bytes.map(|bytes| minicbor_serde::from_slice(&bytes).map_err(|_| StorageError::Decode)).transpose()
    }

    fn delete(&self, key: &[u8]) -> Result<(), StorageError> {
        Ok(self.0.borrow_mut().delete_row(MLS, key)?)
    }

    /// The keys of all rows that start with `prefix`, in order, each with its value.
    fn scan(&self, prefix: &[u8]) -> Result<Vec<SecretRow>, StorageError> {
        let mut found: Vec<SecretRow> = Vec::new();
        let mut from = prefix.to_vec();
        loop {
            let page = self.0.borrow().scan_rows(MLS, prefix, &from, PAGE)?;
            let whole = page.len() == PAGE;
            found.extend(page.into_iter().map(|(key, value)| (key, Zeroizing::new(value))));
            let Some((last, _)) = found.last().filter(|_| whole) else { return Ok(found) };
            from = [last.as_slice(), &[0]].concat();
        }
    }

    /// Adds a row after all others of `prefix`: a list, kept in order by a number of four bytes.
    fn append<T: serde::Serialize>(&self, prefix: &[u8], value: &T) -> Result<(), StorageError> {
        let last = self.scan(prefix)?.pop();
        let next = match last.as_ref().and_then(|(key, _)| key.last_chunk::<4>()) {
            Some(number) => u32::from_be_bytes(*number).checked_add(1).ok_or(StorageError::Encode)?,
            None => 0,
        };
        self.put(&[prefix, &next.to_be_bytes()].concat(), value)
    }

    fn list<T: serde::de::DeserializeOwned>(&self, prefix: &[u8]) -> Result<Vec<T>, StorageError> {
        let rows = self.scan(prefix)?.into_iter();
        rows.map(|(_, bytes)| minicbor_serde::from_slice(&bytes).map_err(|_| StorageError::Decode)).collect()
    }

    fn delete_all(&self, prefix: &[u8]) -> Result<(), StorageError> {
        for (key, _) in self.scan(prefix)? {
            self.delete(&key)?;
        }
        Ok(())
    }

    /// Deletes everything of a group, whatever state it is in.
    pub(crate) fn delete_group<K: Key<CURRENT_VERSION>>(&self, group_id: &K) -> Result<(), StorageError> {
        for label in Label::OF_GROUP {
            self.delete_all(&Self::key(label, group_id)?)?;
        }
        Ok(())
    }

    fn epoch_key<G: Key<CURRENT_VERSION>, E: Key<CURRENT_VERSION>>(
        group_id: &G,
        epoch: &E,
        leaf_index: u32,
    ) -> Result<Vec<u8>, StorageError> {
        let mut key = Self::key(Label::EpochKeyPairs, group_id)?;
        key.extend_from_slice(&minicbor_serde::to_vec(epoch).map_err(|_| StorageError::Encode)?);
        key.extend_from_slice(&leaf_index.to_be_bytes());
        Ok(key)
    }
}

/// A value that is written, read and deleted whole: three methods whose generic parameters have the order of the trait.
macro_rules! value {
    ($label:ident: $write:ident<$($w:ident: $wt:ident),*>, $read:ident<$($r:ident: $rt:ident),*>, $delete:ident<$kt:ident>, $V:ident) => {
        fn $write<$($w: traits::$wt<CURRENT_VERSION>),*>(&self, id: &K, value: &$V) -> Result<(), StorageError> {
            self.put(&Self::key(Label::$label, id)?, value)
        }

        fn $read<$($r: traits::$rt<CURRENT_VERSION>),*>(&self, id: &K) -> Result<Option<$V>, StorageError> {
            self.value(&Self::key(Label::$label, id)?)
        }

        fn $delete<K: traits::$kt<CURRENT_VERSION>>(&self, id: &K) -> Result<(), StorageError> {
            self.delete(&Self::key(Label::$label, id)?)
        }
    };
}

impl StorageProvider<CURRENT_VERSION> for Storage<'_> {
    type Error = StorageError;

    value!(Tree: write_tree<K: GroupId, V: TreeSync>, tree<K: GroupId, V: TreeSync>, delete_tree<GroupId>, V);
    value!(GroupContext: write_context<K: GroupId, V: GroupContext>, group_context<K: GroupId, V: GroupContext>,
        delete_context<GroupId>, V);
    value!(InterimTranscriptHash: write_interim_transcript_hash<K: GroupId, V: InterimTranscriptHash>,
        interim_transcript_hash<K: GroupId, V: InterimTranscriptHash>, delete_interim_transcript_hash<GroupId>, V);
    value!(ConfirmationTag: write_confirmation_tag<K: GroupId, V: ConfirmationTag>,
        confirmation_tag<K: GroupId, V: ConfirmationTag>, delete_confirmation_tag<GroupId>, V);
    value!(JoinConfig: write_mls_join_config<K: GroupId, V: MlsGroupJoinConfig>,
        mls_group_join_config<K: GroupId, V: MlsGroupJoinConfig>, delete_group_config<GroupId>, V);
    value!(GroupState: write_group_state<V: GroupState, K: GroupId>, group_state<V: GroupState, K: GroupId>,
        delete_group_state<GroupId>, V);
    value!(MessageSecrets: write_message_secrets<K: GroupId, V: MessageSecrets>,
        message_secrets<K: GroupId, V: MessageSecrets>, delete_message_secrets<GroupId>, V);
    value!(ResumptionPskStore: write_resumption_psk_store<K: GroupId, V: ResumptionPskStore>,
        resumption_psk_store<K: GroupId, V: ResumptionPskStore>, delete_all_resumption_psk_secrets<GroupId>, V);
    value!(OwnLeafIndex: write_own_leaf_index<K: GroupId, V: LeafNodeIndex>, own_leaf_index<K: GroupId, V: LeafNodeIndex>,
        delete_own_leaf_index<GroupId>, V);
    value!(GroupEpochSecrets: write_group_epoch_secrets<K: GroupId, V: GroupEpochSecrets>,
        group_epoch_secrets<K: GroupId, V: GroupEpochSecrets>, delete_group_epoch_secrets<GroupId>, V);

    value!(SignatureKeyPair: write_signature_key_pair<K: SignaturePublicKey, V: SignatureKeyPair>,
        signature_key_pair<K: SignaturePublicKey, V: SignatureKeyPair>, delete_signature_key_pair<SignaturePublicKey>, V);
    value!(EncryptionKeyPair: write_encryption_key_pair<K: EncryptionKey, V: HpkeKeyPair>,
        encryption_key_pair<V: HpkeKeyPair, K: EncryptionKey>, delete_encryption_key_pair<EncryptionKey>, V);
    value!(KeyPackage: write_key_package<K: HashReference, V: KeyPackage>, key_package<K: HashReference, V: KeyPackage>,
        delete_key_package<HashReference>, V);
    value!(Psk: write_psk<K: PskId, V: PskBundle>, psk<V: PskBundle, K: PskId>, delete_psk<PskId>, V);

    fn append_own_leaf_node<G: traits::GroupId<CURRENT_VERSION>, L: traits::LeafNode<CURRENT_VERSION>>(
        &self,
        group_id: &G,
        leaf_node: &L,
    ) -> Result<(), StorageError> {
        self.append(&Self::key(Label::OwnLeafNodes, group_id)?, leaf_node)
    }

    fn own_leaf_nodes<G: traits::GroupId<CURRENT_VERSION>, L: traits::LeafNode<CURRENT_VERSION>>(
        &self,
        group_id: &G,
    ) -> Result<Vec<L>, StorageError> {
        self.list(&Self::key(Label::OwnLeafNodes, group_id)?)
    }

    fn delete_own_leaf_nodes<G: traits::GroupId<CURRENT_VERSION>>(&self, group_id: &G) -> Result<(), StorageError> {
        self.delete_all(&Self::key(Label::OwnLeafNodes, group_id)?)
    }

    fn queue_proposal<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        P: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group_id: &G,
        proposal_ref: &R,
        proposal: &P,
    ) -> Result<(), StorageError> {
        self.append(&Self::key(Label::QueuedProposal, group_id)?, &(proposal_ref, proposal))
    }

    fn queued_proposal_refs<G: traits::GroupId<CURRENT_VERSION>, R: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group_id: &G,
    ) -> Result<Vec<R>, StorageError> {
        let pairs: Vec<(R, serde::de::IgnoredAny)> = self.list(&Self::key(Label::QueuedProposal, group_id)?)?;
        Ok(pairs.into_iter().map(|(proposal_ref, _)| proposal_ref).collect())
    }

    fn queued_proposals<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        P: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group_id: &G,
    ) -> Result<Vec<(R, P)>, StorageError> {
        self.list(&Self::key(Label::QueuedProposal, group_id)?)
    }

    fn remove_proposal<G: traits::GroupId<CURRENT_VERSION>, R: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group_id: &G,
        proposal_ref: &R,
    ) -> Result<(), StorageError> {
        // References have no equality here: their encodings do.
        let wanted = minicbor_serde::to_vec(proposal_ref).map_err(|_| StorageError::Encode)?;
        for (key, bytes) in self.scan(&Self::key(Label::QueuedProposal, group_id)?)? {
            let (found, _): (R, serde::de::IgnoredAny) = minicbor_serde::from_slice(&bytes).map_err(|_| StorageError::Decode)?;
            if minicbor_serde::to_vec(&found).map_err(|_| StorageError::Encode)? == wanted {
                self.delete(&key)?;
            }
        }
        Ok(())
    }

    fn clear_proposal_queue<G: traits::GroupId<CURRENT_VERSION>, R: traits::ProposalRef<CURRENT_VERSION>>(
        &self,
        group_id: &G,
    ) -> Result<(), StorageError> {
        self.delete_all(&Self::key(Label::QueuedProposal, group_id)?)
    }

    fn write_encryption_epoch_key_pairs<
        G: traits::GroupId<CURRENT_VERSION>,
        E: traits::EpochKey<CURRENT_VERSION>,
        H: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &G,
        epoch: &E,
        leaf_index: u32,
        key_pairs: &[H],
    ) -> Result<(), StorageError> {
        self.put(&Self::epoch_key(group_id, epoch, leaf_index)?, &key_pairs)
    }

    fn encryption_epoch_key_pairs<
        G: traits::GroupId<CURRENT_VERSION>,
        E: traits::EpochKey<CURRENT_VERSION>,
        H: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &G,
        epoch: &E,
        leaf_index: u32,
    ) -> Result<Vec<H>, StorageError> {
        Ok(self.value(&Self::epoch_key(group_id, epoch, leaf_index)?)?.unwrap_or_default())
    }

    fn delete_encryption_epoch_key_pairs<G: traits::GroupId<CURRENT_VERSION>, E: traits::EpochKey<CURRENT_VERSION>>(
        &self,
        group_id: &G,
        epoch: &E,
        leaf_index: u32,
    ) -> Result<(), StorageError> {
        self.delete(&Self::epoch_key(group_id, epoch, leaf_index)?)
    }
}

/// The store's own error, where there is one.
pub(crate) fn storage_failed(error: StorageError) -> GroupError {
    match error {
        StorageError::Rows(error) => GroupError::Rows(error),
        other => GroupError::Rows(RowsError::Damaged(other.to_string())),
    }
}
