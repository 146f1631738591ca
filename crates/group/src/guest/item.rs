//! What a guest says, sealed on the phone to the link's maker and stand-in. The phone keeps no key that opens it again.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::keys::{self, GuestKey, GuestPublicKey};
use super::link::GuestLink;
use crate::format::{self, Format};
use crate::seal::Secret;
use crate::{Digest, FormatError, GuestItemId, GuestLinkId, Random};

/// The most that a sealed item may take, in bytes.
pub const MAX_ITEM: usize = 64 * 1024;

const ITEM: Format = Format { what: "item by a link", version: 1, limit: MAX_ITEM };
const ITEM_PREFIX: &[u8] = b"kith guest item 1";
const BODY_PREFIX: &[u8] = b"kith guest body 1";
/// Whatever is said, the item is at least this long: that somebody said little does not show.
const SHORTEST: usize = 4 * 1024;
const MAX_ANSWERS: usize = 64;
const MAX_CHOICES: usize = 64;
/// The longest text of one answer, in bytes of UTF-8.
const MAX_WORDS: usize = 16 * 1024;
const MAX_NAME: usize = 512;

/// Who may see an answer, as the guest chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Audience {
    /// The holder and the stand-in only.
    #[n(0)]
    Holder,
    /// The team, without the guest's name.
    #[n(1)]
    Team,
}

/// A card that was pressed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Choice {
    /// Its name in every language: `listen`.
    #[n(0)]
    pub code: String,
    /// What stood on it, as the guest read it.
    #[n(1)]
    pub words: String,
}

/// What was said to one question.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Answer {
    /// The question's name: `friends`, `together`, `places`, … (`client/guest/src/steps.ts`).
    #[n(0)]
    pub question: String,
    /// The cards that were pressed.
    #[n(1)]
    pub choices: Vec<Choice>,
    /// In their own words; empty if nothing was typed.
    #[n(2)]
    pub words: String,
    /// Whether they pressed Skip: not the same as choosing nothing.
    #[n(3)]
    pub skipped: bool,
    /// Who may see it.
    #[n(4)]
    pub audience: Audience,
}

/// What link and code word together open (protocol 14): made on the phone, kept by nobody but the readers of the item.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CodeWord {
    /// What the relay is to know, while a window is open: the digest of a token made from link and code word.
    #[n(0)]
    pub verifier: Digest,
    /// The key under which an answer is sealed for this guest.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key: [u8; 32],
}

impl std::fmt::Debug for CodeWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeWord(…)")
    }
}

/// What an item is for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Saying {
    /// This was said.
    #[n(0)]
    Said(#[n(0)] Vec<Answer>),
    /// The item that [`Said::replaces`] names is withdrawn.
    #[n(1)]
    Withdrawn,
}

/// What is in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The language in which it was said.
    pub language: String,
    /// An item of the same link, in the place of which this one stands if nobody has read that one yet.
    pub replaces: Option<GuestItemId>,
    /// What is said.
    pub saying: Saying,
    /// How it can be read again, if the guest chose a code word.
    pub code: Option<CodeWord>,
}

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

impl Said {
    fn is_within_limits(&self) -> bool {
        let answers: &[Answer] = match &self.saying {
            Saying::Said(answers) => answers,
            Saying::Withdrawn => &[],
        };
        let short = |text: &String| text.len() <= MAX_NAME;
        (self.saying != Saying::Withdrawn || self.replaces.is_some())
            && short(&self.language)
            && answers.len() <= MAX_ANSWERS
            && answers.iter().all(|answer| {
                short(&answer.question)
                    && answer.words.len() <= MAX_WORDS
                    && answer.choices.len() <= MAX_CHOICES
                    && answer.choices.iter().all(|choice| short(&choice.code) && short(&choice.words))
            })
    }

    /// Takes out what cannot be seen and would change how other words look (see [`visible`]).
    fn cleaned(mut self) -> Self {
        self.language = visible(&self.language);
        if let Saying::Said(answers) = &mut self.saying {
            for answer in answers {
                answer.question = visible(&answer.question);
                answer.words = visible(&answer.words);
                for choice in &mut answer.choices {
                    choice.code = visible(&choice.code);
                    choice.words = visible(&choice.words);
                }
            }
        }
        self
    }
}

/// A text without control characters (but line breaks), without marks that turn the direction of what stands beside them, and
/// without characters of no width other than the joiners that some scripts and emoji need.
fn visible(text: &str) -> String {
    text.chars()
        .filter(|c| match c {
            '\n' => true,
            '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}' | '\u{180E}' => false,
            '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}' => false,
            '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' => false,
            c => !c.is_control(),
        })
        .collect()
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
    let said = Said { language: said.language, replaces: said.replaces, saying: said.saying, code: said.code };
    if !said.is_within_limits() {
        return Err(ITEM.malformed().into());
    }
    Ok(said.cleaned())
}

fn place(prefix: &[u8], link: &GuestLinkId, item: &GuestItemId) -> Vec<u8> {
    [prefix, link.as_bytes(), item.as_bytes()].concat()
}
