//! The card: what the page shows before anything is said, and whom it seals to. Made by the practitioner's program, sealed under the
//! link, kept by the relay, and replaced whenever a name, a date or the team changes.

use minicbor::{Decode, Encode};

use super::keys::{self, GuestPublicKey};
use super::link::GuestLink;
use crate::format::{self, Format};
use crate::{FormatError, Random};

/// The most that a sealed card may take, in bytes.
pub const MAX_CARD: usize = 8 * 1024;

const CARD: Format = Format { what: "link's card", version: 1, limit: MAX_CARD };
const CARD_PREFIX: &[u8] = b"kith guest card 1";
/// The most people that an item is sealed to.
const MAX_RECIPIENTS: usize = 4;
const MAX_AGENCIES: usize = 16;
const MAX_FIELD: usize = 512;

/// What a link may be used for; of itself nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Rights {
    /// Say something.
    #[n(0)]
    pub say: bool,
    /// See the shared summary.
    #[n(1)]
    pub summary: bool,
    /// Answer what agreement asks.
    #[n(2)]
    pub agree: bool,
}

/// The team as the guest is told of it: made from who is a member, never from a setting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Team {
    /// A sentence in the card's language: "There is a school worker, a youth worker and a nurse."
    #[n(0)]
    pub line: String,
    /// 0: no police. 1: an officer sees the plan. 2: an officer reads what is shared with the team.
    #[n(1)]
    pub police: u8,
}

/// What the page is told. No name of the young person, no label, no title.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct GuestCard {
    /// The holder's first name.
    #[n(0)]
    pub holder: String,
    /// Their role, in the card's language.
    #[n(1)]
    pub role: String,
    /// The stand-in's first name, if there is one.
    #[n(2)]
    pub stand_in: Option<String>,
    /// The team.
    #[n(3)]
    pub team: Team,
    /// The day by which the holder will read what is sent today, `YYYY-MM-DD`.
    #[n(4)]
    pub read_by: String,
    /// What the link may be used for.
    #[n(5)]
    pub rights: Rights,
    /// The language to begin with: `en`, `cy`, `ar`.
    #[n(6)]
    pub language: String,
    /// Until when the link works, in Unix seconds.
    #[n(7)]
    pub expires: i64,
    /// Whom items are sealed to: the link's maker, and the stand-in.
    #[n(8)]
    pub recipients: Vec<GuestPublicKey>,
    /// Whether a parent or carer is asked, not a young person.
    #[n(9)]
    pub adult: bool,
    /// A number to call when nobody has read in time.
    #[n(10)]
    pub call: Option<String>,
    /// A helpline, with its number.
    #[n(11)]
    pub helpline: Option<String>,
    /// The area's own words for danger, checked by its lead; none: the page's own.
    #[n(12)]
    pub danger: Option<String>,
    /// Whom to tell "if you think that we got it wrong".
    #[n(13)]
    pub complain: Option<String>,
    /// The agencies that write, for "Yes, but not this agency".
    #[n(14)]
    pub agencies: Vec<String>,
    /// Whether something for the same young person has waited for more than a working day: the page says that the holder is late.
    #[n(15)]
    pub late: bool,
}

impl GuestCard {
    fn is_within_limits(&self) -> bool {
        let texts = [&self.holder, &self.role, &self.team.line, &self.read_by, &self.language];
        let optional = [&self.stand_in, &self.call, &self.helpline, &self.danger, &self.complain];
        texts.into_iter().chain(optional.into_iter().flatten()).chain(&self.agencies).all(|text| text.len() <= MAX_FIELD)
            && (1..=MAX_RECIPIENTS).contains(&self.recipients.len())
            && self.agencies.len() <= MAX_AGENCIES
            && self.team.police <= 2
    }
}

/// Seals a card under its link.
pub fn seal_card(link: &GuestLink, card: &GuestCard, random: &mut dyn Random) -> Result<Vec<u8>, FormatError> {
    if !card.is_within_limits() {
        return Err(CARD.malformed());
    }
    let mut plain = Vec::new();
    format::write(&mut plain, card);
    let padded = crate::seal::pad(&plain, crate::seal::bucket((plain.len() + 1).max(1_024)));
    let mut sealed = vec![CARD.version];
    sealed.extend_from_slice(&keys::seal(&link.card_key(), &associated(link), &padded, random));
    CARD.check_length(sealed.len())?;
    Ok(sealed)
}

/// Opens a card with its link.
pub fn open_card(link: &GuestLink, sealed: &[u8]) -> Result<GuestCard, FormatError> {
    let sealed = CARD.payload(sealed)?;
    let padded = keys::open(&link.card_key(), &associated(link), sealed).ok_or_else(|| CARD.does_not_open())?;
    let plain = crate::seal::unpad(&padded).ok_or_else(|| CARD.malformed())?;
    let card: GuestCard = format::read(plain).ok_or_else(|| CARD.malformed())?;
    if card.is_within_limits() { Ok(card) } else { Err(CARD.malformed()) }
}

fn associated(link: &GuestLink) -> Vec<u8> {
    [CARD_PREFIX, link.id().as_bytes()].concat()
}
