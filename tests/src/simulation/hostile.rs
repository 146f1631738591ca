//! Records that no honest client makes, from a member who has all the keys that a member has.

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, ROOT, TextEncoding};
use kith_group::{
    ActorLast, Bundle, ChainHash, DeviceKey, Digest, DocumentId, GroupState, Payload, Random, Record, RecordHead, RecordKind,
    Rows, SeededRandom, Seen, Space, Statement, seal,
};
use kith_sync::wire::ClientMessage;
use rand::{Rng, RngExt};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha256};

use super::Disk;

/// Where a client keeps a document's keys; the row's layout is frozen by a test of its own crate.
const DOCUMENT: Space = Space(10);

/// What a member knows, taken from its disk.
pub(super) struct Keys {
    key: DeviceKey,
    state: GroupState,
    document: DocumentId,
}

impl Keys {
    /// Reads them as any member could read their own store.
    pub(super) fn of(disk: &Disk, document: DocumentId) -> Option<Self> {
        let row = disk.row(DOCUMENT, &document.0).ok()??;
        let mut decoder = minicbor::Decoder::new(row.get(1..)?);
        decoder.array().ok()?;
        for _ in 0..3 {
            decoder.skip().ok()?;
        }
        let key = DeviceKey::from_seed(decoder.bytes().ok()?.try_into().ok()?);
        decoder.skip().ok()?;
        decoder.skip().ok()?;
        let state = GroupState::decode(decoder.bytes().ok()?).ok()?;
        Some(Self { key, state, document })
    }

    fn head(&self, k: u64) -> RecordHead {
        RecordHead {
            document: self.document,
            generation: self.state.name.generation,
            epoch: self.state.epoch,
            sender: self.key.id(),
            k,
            kind: RecordKind::Change,
        }
    }

    fn sealed(&self, k: u64, plain: &[u8], random: &mut dyn Random) -> Option<Vec<u8>> {
        let record = seal(&self.state.key, &self.head(k), plain, random).ok()?;
        Some(ClientMessage::Append { record: record.encode() }.to_frame())
    }

    /// One hostile frame. `others` are raw changes of the document, one's own and colleagues'.
    pub(super) fn frame(&self, k: u64, others: &[Vec<u8>], random: &mut ChaCha20Rng) -> Option<Vec<u8>> {
        let mut seeded = SeededRandom::new(random.next_u64());
        let some =
            |random: &mut ChaCha20Rng| others.get(random.random_range(0..others.len().max(1))).cloned().unwrap_or_default();
        let mut seen = Seen { seq: 0, hash: ChainHash::START };
        let mut signer = &self.key;
        let stranger = DeviceKey::from_seed([9; 32]);
        let changes = match random.random_range(0..9) {
            // Bytes that are no bundle at all.
            0 => {
                let mut noise = vec![0; random.random_range(0..400)];
                random.fill_bytes(&mut noise);
                return self.sealed(k, &noise, &mut seeded);
            }
            // A record whose body is noise: nobody can open it.
            1 => {
                let mut body = vec![0; 200];
                random.fill_bytes(&mut body);
                return Some(ClientMessage::Append { record: Record { head: self.head(k), body }.encode() }.to_frame());
            }
            // Somebody else's change as one's own.
            2 => vec![some(random)],
            // A change with a few bytes altered and its checksum put right.
            3..=5 => vec![altered(some(random), random)],
            // A change that leaves out what its author wrote before, on top of nothing.
            6 => vec![orphan(self.key.id().0, random)],
            // A true change with somebody else's signature.
            7 => {
                signer = &stranger;
                vec![orphan(self.key.id().0, random)]
            }
            // A change of an honest shape whose author claims to have seen the future.
            _ => {
                seen = Seen { seq: 1 << 40, hash: ChainHash([1; 32]) };
                vec![orphan(self.key.id().0, random)]
            }
        };
        let lasts = vec![ActorLast { actor: self.key.id().0.to_vec(), seq: 1, hash: Digest([3; 32]) }];
        let statement = Statement { document: self.document, author: self.key.id(), seen, lasts };
        let bundle = Bundle { signed: statement.sign(signer), payload: Payload::Changes(changes) };
        self.sealed(k, &bundle.encode(&self.head(k)), &mut seeded)
    }
}

/// Flips bytes in a change's content and corrects its checksum, so that only a reader of the content can tell.
fn altered(mut change: Vec<u8>, random: &mut ChaCha20Rng) -> Vec<u8> {
    if change.len() < 20 {
        return change;
    }
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(10..change.len());
        change[at] ^= 1 << random.random_range(0..8);
    }
    let digest = Sha256::digest(&change[8..]);
    change[4..8].copy_from_slice(&digest[..4]);
    change
}

/// A change with no regard for anything before it.
fn orphan(actor: [u8; 16], random: &mut ChaCha20Rng) -> Vec<u8> {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(ActorId::from(actor.as_slice()));
    for _ in 0..random.random_range(1..4) {
        let number = i64::from(random.next_u32());
        let put = doc.transact::<_, _, automerge::AutomergeError>(|tx| tx.put(ROOT, "orphan", number));
        debug_assert!(put.is_ok());
    }
    doc.get_last_local_change().map(|change| change.raw_bytes().to_vec()).unwrap_or_default()
}
