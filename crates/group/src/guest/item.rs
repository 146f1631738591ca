//! What a guest says, sealed on the phone to the link's maker and stand-in. The phone keeps no key that opens it again.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::drawn::Attachment;
use super::keys::{self, GuestKey, GuestPublicKey};
use super::link::GuestLink;
use super::said::{CodeWord, Said, Saying};
use crate::format::{self, Format};
use crate::seal::Secret;
use crate::{FormatError, GuestItemId, GuestLinkId, Random};

/// The most that a sealed item may take, in bytes.
pub const MAX_ITEM: usize = 512 * 1024;

const ITEM: Format = Format { what: "item by a link", version: 1, limit: MAX_ITEM };
const ITEM_PREFIX: &[u8] = b"kith guest item 1";
const BODY_PREFIX: &[u8] = b"kith guest body 1";
/// Whatever is said, the item is at least this long: that somebody said little does not show.
const SHORTEST: usize = 4 * 1024;

#[derive(Encode, Decode)]
#[cbor(array)]
struct SaidWire {
    #[cbor(n(0), with = "minicbor::bytes")]
    speaker: [u8; 32],
    #[n(1)]
    language: String,
    #[n(2)]
    replaces: Option<GuestItemId>,
    #[n(3)]
    saying: Saying,
    #[n(4)]
    code: Option<CodeWord>,
    #[n(5)]
    attached: Option<Vec<Attachment>>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct SealedWire {
    #[n(0)]
    link: GuestLinkId,
    #[n(1)]
    item: GuestItemId,
    /// For each recipient: the encapsulated key, and the body's key sealed to them.
    #[n(2)]
    to: Vec<(ByteVec, ByteVec)>,
    #[cbor(n(3), with = "minicbor::bytes")]
    body: Vec<u8>,
}

/// Why an item was not taken. The sentences hold nothing of the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// Its bytes are not what they should be, or it is sealed for somebody else.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It names another link or another item than the place where it was found.
    #[error("this item was put in the place of another one")]
    Misplaced,
    /// Whoever made it did not have the link.
    #[error("this item was not made with the link that it names")]
    NotByTheLink,
}

/// The outside of an item: what stands on it without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedItem {
    /// The link that it says it came by.
    pub link: GuestLinkId,
    /// The item: also the id of the contribution that is made of it.
    pub item: GuestItemId,
}

impl SealedItem {
    /// Reads the outside.
    pub fn read(sealed: &[u8]) -> Result<Self, FormatError> {
        let wire: SealedWire = ITEM.decode(sealed)?;
        Ok(Self { link: wire.link, item: wire.item })
    }
}

/// Seals what is said: to every recipient, with the proof that it was made with the link.
///
/// The page does this; here it is for tests, and for what a practitioner writes together with a young person.
pub fn seal_item(
    link: &GuestLink,
    item: &GuestItemId,
    recipients: &[GuestPublicKey],
    said: &Said,
    random: &mut dyn Random,
) -> Result<Vec<u8>, FormatError> {
    if !said.is_within_limits() || recipients.is_empty() {
        return Err(ITEM.malformed());
    }
    let sealed = sealed(link, item, recipients, said, link.speaker(item), random).ok_or_else(|| ITEM.malformed())?;
    ITEM.check_length(sealed.len())?;
    Ok(sealed)
}

/// `None` if a recipient's key is no point of the curve.
fn sealed(
    link: &GuestLink,
    item: &GuestItemId,
    recipients: &[GuestPublicKey],
    said: &Said,
    speaker: [u8; 32],
    random: &mut dyn Random,
) -> Option<Vec<u8>> {
    let wire = SaidWire {
        speaker,
        language: said.language.clone(),
        replaces: said.replaces,
        saying: said.saying.clone(),
        code: said.code.clone(),
        attached: (!said.attached.is_empty()).then(|| said.attached.clone()),
    };
    let mut plain = zeroize::Zeroizing::new(Vec::new());
    format::write(&mut plain, &wire);
    let padded = crate::seal::pad(&plain, crate::seal::bucket((plain.len() + 1).max(SHORTEST)));
    let key = keys::content_key(random);
    let info = place(ITEM_PREFIX, &link.id(), item);
    let mut to = Vec::new();
    for recipient in recipients {
        let (enc, sealed) = keys::hpke_seal(recipient, &info, &key.0)?;
        to.push((enc.into(), sealed.into()));
    }
    let body = keys::seal(&key, &place(BODY_PREFIX, &link.id(), item), &padded, random);
    Some(ITEM.encode(&SealedWire { link: link.id(), item: *item, to, body }))
}

/// What a forger would make who has every name right and not the link.
#[cfg(test)]
pub(super) fn seal_with_speaker(
    link: &GuestLink,
    item: &GuestItemId,
    recipients: &[GuestPublicKey],
    said: &Said,
    speaker: [u8; 32],
) -> Vec<u8> {
    sealed(link, item, recipients, said, speaker, &mut crate::SeededRandom::new(2)).unwrap_or_default()
}

/// Opens an item found at the relay under `link` and `item`, with the key of one recipient.
pub fn open_item(link: &GuestLink, item: &GuestItemId, key: &GuestKey, sealed: &[u8]) -> Result<Said, ItemError> {
    let wire: SealedWire = ITEM.decode(sealed)?;
    if wire.link != link.id() || wire.item != *item {
        return Err(ItemError::Misplaced);
    }
    let info = place(ITEM_PREFIX, &wire.link, item);
    let content: Secret = wire
        .to
        .iter()
        .take(8)
        .find_map(|(enc, sealed)| key.open(enc, sealed, &info).and_then(keys::key_from))
        .ok_or_else(|| ITEM.does_not_open())?;
    let padded = keys::open(&content, &place(BODY_PREFIX, &wire.link, item), &wire.body).ok_or_else(|| ITEM.does_not_open())?;
    let plain = crate::seal::unpad(&padded).ok_or_else(|| ITEM.malformed())?;
    let said: SaidWire = format::read(plain).ok_or_else(|| ITEM.malformed())?;
    if !bool::from(subtle::ConstantTimeEq::ct_eq(&said.speaker[..], &link.speaker(item)[..])) {
        return Err(ItemError::NotByTheLink);
    }
    let attached = said.attached.unwrap_or_default();
    let said = Said { language: said.language, replaces: said.replaces, saying: said.saying, code: said.code, attached };
    if !said.is_within_limits() {
        return Err(ITEM.malformed().into());
    }
    Ok(said.cleaned())
}

fn place(prefix: &[u8], link: &GuestLinkId, item: &GuestItemId) -> Vec<u8> {
    [prefix, link.as_bytes(), item.as_bytes()].concat()
}
