//! Every decoder that bytes from outside reach, behind one function: for `cargo test` (frozen formats and what was found before,
//! then mutations of them), and for coverage-guided runs (`fuzz/`).
//!
//! Each must answer with a value or an error. What it accepts must read back as the same value.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::{fs, io};

use automerge::transaction::Transactable as _;
use automerge::{ActorId, Automerge, ObjType, ROOT, TextEncoding};
use data_encoding::HEXLOWER_PERMISSIVE;
use kith_group::{
    AdmitPack, AppendRule, Bundle, CommitAad, DeviceId, DeviceKey, DocumentId, DocumentKind, EpochKey, GroupName, GroupState,
    GuestItemId, GuestKey, GuestLink, InviteId, Link, MemoryRows, PersonId, Record, RelayGroup, RequestId, Role, RosterClaims,
    SeededRandom, SignedReceipt, Snapshot, member, open_blob, open_request,
};
use kith_sync::replica::{Arrival, Caps, Replica, Rules, Stored, unpack};
use kith_sync::wire::{ClientMessage, ServerMessage};

const DOCUMENT: DocumentId = DocumentId([1; 16]);
const NAME: GroupName = GroupName { document: DOCUMENT, generation: 0 };

/// The decoders, and the honest surroundings that some of them need.
pub struct Decoders {
    lead: DeviceKey,
    joiner: DeviceKey,
    /// The lead's store, with a group of one in it, and the joiner's, with a KeyPackage.
    stores: [MemoryRows; 2],
    state: GroupState,
    relay: RelayGroup,
    base: Vec<u8>,
    /// Honest bytes of what only a run of the code can make.
    honest: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Decoders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoders({} honest samples)", self.honest.len())
    }
}

impl Decoders {
    /// Makes a group of one, somebody who asks to join it, and a document.
    ///
    /// # Errors
    /// Where the honest path itself fails.
    pub fn new() -> anyhow::Result<Self> {
        let random = &mut SeededRandom::new(1);
        let (lead, joiner) = (DeviceKey::from_seed([1; 32]), DeviceKey::from_seed([2; 32]));
        let mut stores = [MemoryRows::default(), MemoryRows::default()];
        let [leads, joiners] = &mut stores;
        let (kind, rule, person) = (DocumentKind::WORKING, AppendRule::Everyone, PersonId([1; 16]));
        let (state, info) = member::create(leads, random, &lead, NAME, kind, rule, person)?;
        let relay = RelayGroup::from_group_info(&info)?;
        let package = member::key_package(joiners, random, &joiner)?;
        let new = member::NewMember { key_package: package.clone(), person: PersonId([2; 16]), role: Role::Contributor };
        // Staged on a copy: the store that is fed has no pending commit of its own.
        let staged = member::stage(&mut leads.clone(), random, &lead, NAME, &member::Change::Admit(vec![new]), b"\x01")?;
        let (base, changes) = document(&joiner)?;
        let mut honest = vec![info, relay.to_bytes(), package, staged.commit, base.clone()];
        honest.extend(staged.welcome);
        honest.extend(changes);
        Ok(Self { lead, joiner, stores, state, relay, base, honest })
    }

    /// Where to start from: every frozen format, what earlier runs found (`tests/corpus`), and honest bytes of this run.
    ///
    /// # Errors
    /// Where a folder of the workspace cannot be read.
    pub fn seeds(&self) -> io::Result<Vec<Vec<u8>>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut seeds = self.honest.clone();
        for folder in [root.join("crates/group/src"), root.join("crates/sync/src"), root.join("tests/corpus")] {
            for file in files(&folder)? {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = match name.rsplit_once('.') {
                    Some((_, "snap")) => fs::read_to_string(&file)?,
                    Some((_, "hex")) => format!("---\n---\n{}", fs::read_to_string(&file)?),
                    _ => continue,
                };
                let body: String = text.splitn(3, "---\n").nth(2).unwrap_or_default().split_whitespace().collect();
                // A snapshot of words is fed as words.
                seeds.push(HEXLOWER_PERMISSIVE.decode(body.as_bytes()).unwrap_or_else(|_| body.into_bytes()));
            }
        }
        Ok(seeds)
    }

    /// Hands `bytes` to every decoder.
    ///
    /// # Panics
    /// If a decoder does, or if what was accepted does not read back: that is what this looks for.
    pub fn feed(&self, bytes: &[u8]) {
        self.formats(bytes);
        self.group(bytes);
        self.document(bytes);
    }

    /// To the decoders of frames and of every format of our own: fast.
    ///
    /// # Panics
    /// As [`Decoders::feed`].
    pub fn formats(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(link) = Link::from_str(&text) {
            assert!(Link::from_str(&link.to_string()).as_ref() == Ok(&link), "a link reads back");
        }
        let _ = (DeviceId::from_str(&text), Role::from_str(&text));

        if let Ok(message) = ClientMessage::from_frame(bytes) {
            assert_eq!(ClientMessage::from_frame(&message.to_frame()), Ok(message));
        }
        if let Ok(message) = ServerMessage::from_frame(bytes) {
            assert_eq!(ServerMessage::from_frame(&message.to_frame()), Ok(message));
        }
        if let Ok(record) = Record::decode(bytes) {
            assert_eq!(record.encode(), bytes, "a record has one encoding");
            let _ = kith_group::open(&EpochKey::from_bytes([9; 32]), &record);
        }
        let sender = self.joiner.id();
        if let Ok(bundle) = Bundle::decode_for(&DOCUMENT, &sender, bytes) {
            assert_eq!(Bundle::decode_for(&DOCUMENT, &sender, &bundle.encode_for(&sender)), Ok(bundle.clone()));
            let _ = bundle.signed.verify(&self.joiner.public());
        }
        if let Ok(receipt) = SignedReceipt::decode(bytes) {
            assert_eq!(SignedReceipt::decode(&receipt.encode()), Ok(receipt));
            let _ = receipt.verify(&self.joiner.public());
        }
        if let Ok(snapshot) = Snapshot::decode(bytes) {
            assert_eq!(snapshot.encode().and_then(|bytes| Snapshot::decode(&bytes)), Ok(snapshot.clone()));
            let _ = snapshot.verify(&self.joiner.public());
        }
        if let Ok(aad) = CommitAad::decode(bytes) {
            assert_eq!(CommitAad::decode(&aad.encode()), Ok(aad));
        }
        if let Ok(claims) = RosterClaims::decode(bytes) {
            assert_eq!(RosterClaims::decode(&claims.encode()), Ok(claims));
        }
        if let Ok(link) = GuestLink::from_str(&text) {
            assert!(GuestLink::from_str(&link.to_string()).as_ref() == Ok(&link), "a guest's link reads back");
        }
        if let Ok(code) = kith_group::GuestCode::from_str(&text) {
            assert!(kith_group::GuestCode::from_str(&code.to_string()).as_ref() == Ok(&code), "a guest's code reads back");
        }
        let link = GuestLink::from_secret("https://relay.example", [2; 32]);
        let _ = (kith_group::SealedItem::read(bytes), kith_group::open_card(&link, bytes));
        let _ = kith_group::open_item(&link, &GuestItemId([5; 16]), &GuestKey::from_bytes([3; 32]), bytes);
        let _ = kith_group::open_reading(&link, &[7; 32], bytes);
        let _ = GroupState::decode(bytes);
        let _ = AdmitPack::open(&self.state, bytes);
        let _ = open_request(&[1; 32], &InviteId([1; 16]), &RequestId([1; 16]), bytes);
        let _ = open_blob(&kith_group::BlobKey::from_bytes([1; 32]), &[bytes.to_vec()]);
        let _ = kith_group::actor_family(bytes);
    }

    /// To what reads MLS: a relay's group, a member, somebody who joins.
    pub fn group(&self, bytes: &[u8]) {
        let random = &mut SeededRandom::new(2);
        let _ = (member::peek(bytes), member::read_key_package(bytes));
        let _ = (RelayGroup::from_group_info(bytes).is_ok(), RelayGroup::from_bytes(bytes).is_ok());
        let _ = self.relay.judge(bytes, &self.lead.id()).is_ok();
        let [leads, joiners] = &self.stores;
        let _ = member::process(&mut leads.clone(), random, &self.lead, NAME, bytes).is_ok();
        let _ = member::join(&mut joiners.clone(), random, &self.joiner, bytes, NAME).is_ok();
    }

    /// To what reads changes and documents, and to the views of what was taken.
    pub fn document(&self, bytes: &[u8]) {
        let load = |base: &[u8]| Replica::load(Rules::new(DOCUMENT), &Stored { base, ..Stored::default() });
        let mut arrivals = vec![vec![bytes.to_vec()]];
        arrivals.extend(unpack(bytes, &Caps::default()).ok());
        for changes in arrivals {
            let changes = changes.into_iter().map(Into::into).collect();
            if let Ok(mut replica) = load(&self.base) {
                let _ = replica.admit(&[Arrival { seq: 1, author: self.joiner.id(), changes, lasts: None }]);
                look(&replica);
            }
        }
        if let Ok(replica) = load(bytes) {
            look(&replica);
        }
    }
}

/// What is in a document by whatever way is shown to people.
fn look(replica: &Replica) {
    let _ = kith_assessment::view(replica.admitted());
    let _ = kith_assessment::history(replica.admitted());
}

/// A small saved document, and raw changes that stand on it.
fn document(author: &DeviceKey) -> anyhow::Result<(Vec<u8>, Vec<Vec<u8>>)> {
    let mut document = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    document.set_actor(ActorId::from(author.id().as_bytes()));
    let mut transaction = document.transaction();
    let entries = transaction.put_object(ROOT, "entries", ObjType::Map)?;
    let text = transaction.put_object(&entries, "text", ObjType::Text)?;
    transaction.commit();
    let base = document.save();
    let before = document.get_heads();
    for (at, letter) in ["a", "b", "🙂"].into_iter().enumerate() {
        let mut transaction = document.transaction();
        transaction.splice_text(&text, at, 0, letter)?;
        transaction.commit();
    }
    let changes = document.get_changes(&before);
    let hashes: Vec<_> = changes.iter().map(automerge::Change::hash).collect();
    let mut raw: Vec<_> = changes.iter().map(|change| change.raw_bytes().to_vec()).collect();
    raw.push(document.bundle(hashes)?.bytes().to_vec());
    Ok((base, raw))
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    // So that a seed of a run of mutations means the same on every machine.
    found.sort();
    Ok(found)
}
