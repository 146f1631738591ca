//! A guest's link, and what comes and goes by it (protocol 14): for young people and families, who have a phone and install nothing.
//!
//! Everything here must be opened and made by a browser too, so it stands on what WebCrypto can do: HPKE (RFC 9180) over P-256,
//! AES-256-GCM, HKDF-SHA256. `client/guest/src/seal` is the other side; `tests/tests/guest_formats.rs` lets both open each other's.

mod card;
mod code;
#[cfg(test)]
mod code_tests;
mod drawn;
mod item;
mod keys;
mod link;
mod reading;
mod said;
#[cfg(test)]
mod tests;

pub use card::{GuestCard, MAX_CARD, Rights, Team, open_card, seal_card};
pub use code::{CODE_SECONDS, GuestCode, MAX_SEALED_CODE, NotACode, open_code, seal_code};
pub use drawn::{Attachment, Drawing, DrawnMark, MAX_VOICE, PAPER};
pub use item::{ItemError, MAX_ITEM, SealedItem, open_item, seal_item};
pub use keys::{GuestKey, GuestPublicKey};
pub use link::{GuestLink, token_verifier};
pub use reading::{
    MAX_READING, Outcome, Point, Reading, SharedAction, SharedPart, SharedReply, SharedSummary, open_reading, seal_reading,
};
pub use said::{
    Answer, Audience, Choice, CodeWord, IsFair, IsRight, OnAgreement, OnPart, OnPoint, OnSummary, Said, Saying, TakingPart,
};
