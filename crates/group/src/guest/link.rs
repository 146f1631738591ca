//! The link itself: an address whose fragment holds one secret. All else follows from the secret, or is fetched sealed.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize as _;

use crate::format;
use crate::seal::Secret;
use crate::{Digest, GuestItemId, GuestLinkId, LinkError, Random};

/// Version, secret and checksum in the fragment.
const BYTES: usize = 1 + 32 + 4;
const VERSION: u8 = 1;
const PATH: &str = "/g/#";
const LONGEST: usize = 512;

/// A guest's link: where the page is, and the secret. Wiped when dropped; the secret is never printed by `Debug`.
///
/// The address is the same for every link up to the `#`, and no browser sends what follows it: so neither the relay nor
/// whoever keeps a log in front of it learns which link was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestLink {
    /// The relay's address for browsers, `https://relay.example` (or `http://127.0.0.1:…` on one's own machine), without a path.
    pub origin: String,
    secret: Secret,
}

impl GuestLink {
    /// A fresh link at a relay.
    pub fn random(origin: &str, random: &mut dyn Random) -> Self {
        let mut secret = [0; 32];
        random.fill(&mut secret);
        let link = Self::from_secret(origin, secret);
        secret.zeroize();
        link
    }

    /// A link from the secret that a document keeps.
    pub fn from_secret(origin: &str, secret: [u8; 32]) -> Self {
        Self { origin: origin.trim_end_matches('/').to_owned(), secret: Secret(secret) }
    }

    /// The secret, for the document that keeps it.
    pub fn secret(&self) -> [u8; 32] {
        self.secret.0
    }

    /// The name by which the relay knows the link.
    pub fn id(&self) -> GuestLinkId {
        GuestLinkId(self.derive("kith guest id 1"))
    }

    /// What the phone shows the relay with everything that it asks: proves the link without telling the secret.
    pub fn token(&self) -> [u8; 32] {
        self.derive("kith guest token 1")
    }

    /// What the relay keeps: [`token_verifier`] of [`GuestLink::token`].
    pub fn verifier(&self) -> Digest {
        token_verifier(&self.token())
    }

    /// The key of the card ([`crate::GuestCard`]).
    pub(super) fn card_key(&self) -> Secret {
        Secret(self.derive("kith guest card 1"))
    }

    /// What only somebody with the link could have put into an item: without it the relay could make items of its own.
    pub(super) fn speaker(&self, item: &GuestItemId) -> [u8; 32] {
        let mut info = b"kith guest speaker 1".to_vec();
        info.extend_from_slice(&item.0);
        self.expand(&info)
    }

    fn derive<const N: usize>(&self, info: &str) -> [u8; N] {
        self.expand(info.as_bytes())
    }

    #[allow(clippy::expect_used)] // HKDF-SHA256 gives up to 8,160 bytes; at most 32 are asked for.
    fn expand<const N: usize>(&self, info: &[u8]) -> [u8; N] {
        let mut bytes = [0; N];
        Hkdf::<Sha256>::new(None, &self.secret.0).expand(info, &mut bytes).expect("this length is allowed");
        bytes
    }
}

/// What the relay keeps of a token, so that its disk opens nothing.
pub fn token_verifier(token: &[u8; 32]) -> Digest {
    format::digest("kith guest verifier 1", &[token])
}

impl fmt::Debug for GuestLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GuestLink({} at {})", self.id(), self.origin)
    }
}

/// The address to send, or to show as a square code.
impl fmt::Display for GuestLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.secret.0);
        bytes.extend_from_slice(&checksum(&bytes));
        let text = BASE64URL_NOPAD.encode(&bytes);
        bytes.zeroize();
        write!(f, "{}{PATH}{text}", self.origin)
    }
}

impl FromStr for GuestLink {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        if text.len() > LONGEST {
            return Err(LinkError::NotALink);
        }
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (origin, rest) = text.split_once(PATH).ok_or(LinkError::NotALink)?;
        if !(origin.starts_with("https://") || origin.starts_with("http://")) {
            return Err(LinkError::NotALink);
        }
        let mut bytes = BASE64URL_NOPAD.decode(rest.as_bytes()).map_err(|_| LinkError::Mangled)?;
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(LinkError::Mangled)?;
        if checksum(body) != *sum {
            return Err(LinkError::Mangled);
        }
        if body.first() != Some(&VERSION) {
            return Err(LinkError::Newer);
        }
        let secret = body.get(1..).and_then(|secret| secret.try_into().ok()).ok_or(LinkError::Mangled)?;
        debug_assert_eq!(bytes.len(), BYTES);
        bytes.zeroize();
        Ok(Self::from_secret(origin, secret))
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = format::digest("kith guest link 1", &[bytes]).0;
    [a, b, c, d]
}
