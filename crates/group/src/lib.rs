//! Who may read and write, and the proof of it.
//!
//! This crate is a face without type parameters over OpenMLS (RFC 9420) and a few formats of our own; nobody else in the
//! workspace compiles MLS. It knows no network and no clock, and takes randomness and storage from its caller.
//!
//! # The loop
//!
//! 1. **Identity.** A device makes a [`DeviceKey`] for each document that it takes part in. Its id is a hash of the key; there is
//!    no name in it. The same id is the device's Automerge actor ([`actor_family`]).
//! 2. **Roster.** Each document has an MLS group whose context carries the [`Roster`]: every device's person and [`Role`]. Leads
//!    admit, remove and give roles; everybody renews their own keys.
//! 3. **Commit.** A lead calls [`member::stage`], which writes a *pending* commit into the store and gives bytes to send. Nothing
//!    changes until the relay's log delivers a commit: then every member, its maker included, calls [`member::process`]. If two
//!    leads commit at once, the log's first wins and the other's pending commit is dropped. The relay runs [`RelayGroup::judge`]
//!    before it takes a commit into the log; both run the same [`judge_commit`].
//! 4. **Epoch key.** Each commit begins an epoch, and each epoch exports one [`EpochKey`]. [`member::stage`] gives the next one
//!    already, so that what an admitted device needs ([`AdmitPack`]) travels with the Add that admits it. A removed device never
//!    gets a newer key.
//! 5. **Records.** A [`Bundle`] of changes is frozen and signed once, then sealed in a [`Record`] under the epoch of the moment
//!    ([`seal`], [`open`]): for this a [`GroupState`] is enough, and no MLS state is loaded. [`chain`] links records, so that
//!    whoever saw one can prove what stood before it; a [`SignedReceipt`] says who saw what, a [`Snapshot`] starts the next reader.
//!
//! # Rules that callers keep
//!
//! - One step is one transaction of the store: call with [`Rows`] of an open transaction, then commit or roll back as a whole. On
//!   any error, roll back. A KeyPackage that a failed join consumed comes back only so (notes 6.8).
//! - Merge commits only in the order of the log, and send nothing before the transaction that made it is committed.
//! - Signatures are verified by whoever uses what is signed, with a key from the roster or an author table: decoding never does.
//!
//! Every format starts with a version byte, has a limit that is checked before it is read, and is frozen by a test.

#![forbid(unsafe_code)]

mod admit;
mod blob;
mod bundle;
mod error;
mod format;
mod generation;
mod guest;
mod identity;
mod ids;
mod invite;
mod mls;
mod payload;
mod policy;
mod presence;
mod proofs;
mod random;
mod receipt;
mod record;
mod roster;
mod rows;
mod seal;
mod snapshot;
mod state;
#[cfg(test)]
mod testing;
mod words;

pub use admit::{AdmitPack, CommitAad, MAX_ADMIT_PACK, TailRecord};
pub use blob::{BlobKey, MAX_CHUNK, blob_digest, open_blob, seal_blob};
pub use bundle::{ActorLast, Bundle, Seen, SignedStatement, Statement};
pub use error::GroupError;
pub use format::{FormatError, RecordError};
pub use generation::{Continuity, GenerationOpening, OpeningError, SnapshotNote};
pub use guest::{
    Answer, Attachment, Audience, CODE_SECONDS, Choice, CodeWord, Drawing, DrawnMark, GuestCard, GuestCode, GuestKey, GuestLink,
    GuestPublicKey, IsFair, IsRight, ItemError, MAX_CARD, MAX_ITEM, MAX_READING, MAX_SEALED_CODE, MAX_VOICE, NotACode,
    OnAgreement, OnPart, OnPoint, OnSummary, Outcome, PAPER, Point, Reading, Rights, Said, Saying, SealedItem, SharedAction,
    SharedPart, SharedReply, SharedSummary, TakingPart, Team, open_card, open_code, open_item, open_reading, seal_card,
    seal_code, seal_item, seal_reading, token_verifier,
};
pub use identity::{DeviceKey, actor_family, device_id, verify_signature};
pub use ids::{
    BlobId, ChainHash, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, IdError, InviteId, PersonId,
    PublicKey, RelayId, RequestId, Signature, from_base32, to_base32,
};
pub use invite::{
    JoinRequest, Link, LinkError, MAX_JOIN_REQUEST, four_words, open_request, request_digest, seal_request, voucher_digest,
    words_of,
};
pub use mls::member;
pub use mls::relay::{Judged, RelayGroup};
pub use payload::{Dependency, Payload, ShortChange};
pub use policy::{CommitFacts, CommitSender, ContextChange, LeafFacts, PolicyRefusal, judge_commit, may_append};
pub use presence::Presence;
pub use proofs::{sign_in_message, subscribe_message};
pub use random::{Random, SeededRandom, SystemRandom};
pub use receipt::{Receipt, SignedReceipt};
pub use record::{EpochKey, MAX_PLAIN, MAX_RECORD, Record, RecordHead, RecordKind, chain, open, seal};
pub use roster::{AppendRule, DocumentKind, Member, Role, RoleError, Roster, RosterClaims};
pub use rows::{MemoryRows, Row, Rows, RowsError, Space};
pub use snapshot::{AuthorRow, MAX_SNAPSHOT, Snapshot};
pub use state::{GroupName, GroupState};
