//! How somebody comes in: a link, a sealed request, and four words that both sides compare aloud.
//!
//! The link's secret authenticates the request: who has no link cannot ask. The lead answers with a fresh nonce only after the
//! request is fixed, so that nobody in the middle can search for a request with the same four words (protocol 9).

use std::fmt;
use std::str::FromStr;

use hkdf::Hkdf;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use sha2::Sha256;
use zeroize::Zeroize as _;

use crate::format::{self, Format};
use crate::seal::{self, Secret};
use crate::words::WORDS;
use crate::{Digest, DocumentId, FormatError, InviteId, PersonId, Random, RequestId, Role, from_base32, to_base32};

/// The most that a sealed request may take, in bytes.
pub const MAX_JOIN_REQUEST: usize = 16 * 1024;

const LINK: Format = Format { what: "link", version: 1, limit: 1024 };
const LINK_SCHEME: &str = "kith:join/";
const REQUEST: Format = Format { what: "request to join", version: 1, limit: MAX_JOIN_REQUEST };
const REQUEST_PREFIX: &str = "kith join request 1";

/// What an invitation's link holds. The secret and the voucher are wiped when dropped and never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// The relay's address, `wss://…`.
    pub relay: String,
    /// The invitation, as the relay knows it.
    pub invite: InviteId,
    /// Known to the inviter and whoever holds the link; never to the relay.
    pub secret: [u8; 32],
    /// Lets an unknown device use the relay once, against the inviter's quota; the relay knows [`voucher_digest`] of it.
    pub voucher: [u8; 16],
    /// The document.
    pub document: DocumentId,
    /// As what.
    pub role: Role,
    /// Until when, in Unix seconds.
    pub expires: i64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct LinkWire {
    #[n(0)]
    relay: String,
    #[n(1)]
    invite: InviteId,
    #[cbor(n(2), with = "minicbor::bytes")]
    secret: [u8; 32],
    #[cbor(n(3), with = "minicbor::bytes")]
    voucher: [u8; 16],
    #[n(4)]
    document: DocumentId,
    #[n(5)]
    role: Role,
    #[n(6)]
    expires: i64,
}

/// What is wrong with a text that should be a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It does not look like one.
    #[error("that is not a Kith link: a link starts with kith:join/")]
    NotALink,
    /// Letters are missing or changed.
    #[error("this link is incomplete or was changed on the way: copy it again, whole, or ask for a new one")]
    Mangled,
    /// Made by a later version.
    #[error("this link was made by a newer version of Kith: update Kith to use it")]
    Newer,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.voucher.zeroize();
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({} to {} as {})", self.invite, self.document, self.role)
    }
}

/// Base32 of the version byte, the CBOR, and the first four bytes of a digest of both.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = LINK.encode(&LinkWire {
            relay: self.relay.clone(),
            invite: self.invite,
            secret: self.secret,
            voucher: self.voucher,
            document: self.document,
            role: self.role,
            expires: self.expires,
        });
        bytes.extend_from_slice(&checksum(&bytes));
        let text = to_base32(&bytes);
        bytes.zeroize();
        write!(f, "{LINK_SCHEME}{text}")
    }
}

impl FromStr for Link {
    type Err = LinkError;

    /// Reads a link, in upper or lower case, with any white space that a mail program put into it.
    fn from_str(text: &str) -> Result<Self, LinkError> {
        if text.len() > 16 * LINK.limit {
            return Err(LinkError::NotALink);
        }
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (scheme, rest) = text.split_at_checked(LINK_SCHEME.len()).ok_or(LinkError::NotALink)?;
        if !scheme.eq_ignore_ascii_case(LINK_SCHEME) {
            return Err(LinkError::NotALink);
        }
        let bytes = from_base32(rest).ok_or(LinkError::Mangled)?;
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(LinkError::Mangled)?;
        if checksum(body) != *sum {
            return Err(LinkError::Mangled);
        }
        let wire: LinkWire = LINK.decode(body).map_err(|error| match error {
            FormatError::UnknownVersion { .. } => LinkError::Newer,
            _ => LinkError::Mangled,
        })?;
        Ok(Self {
            relay: wire.relay,
            invite: wire.invite,
            secret: wire.secret,
            voucher: wire.voucher,
            document: wire.document,
            role: wire.role,
            expires: wire.expires,
        })
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = format::digest("kith link 1", &[bytes]).0;
    [a, b, c, d]
}

/// What the relay keeps of a voucher.
pub fn voucher_digest(voucher: &[u8; 16]) -> Digest {
    format::digest("kith voucher 1", &[voucher])
}

/// What somebody with a link asks. The relay sees none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// Their person in this document family: fresh, or theirs already if this is another device of theirs.
    pub person: PersonId,
    /// Their name, at most [`JoinRequest::MAX_FIELD`] bytes.
    pub name: String,
    /// Their agency, at most as long.
    pub agency: String,
    /// Their role in their own words, at most as long.
    pub role_words: String,
    /// For each document of the family: a KeyPackage of a device made for it.
    pub packages: Vec<(DocumentId, Vec<u8>)>,
    /// When, in Unix seconds, by their clock.
    pub at: i64,
}

impl fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinRequest({}, {} documents)", self.person, self.packages.len())
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct RequestWire {
    #[n(0)]
    person: PersonId,
    #[n(1)]
    name: String,
    #[n(2)]
    agency: String,
    #[n(3)]
    role_words: String,
    #[n(4)]
    packages: Vec<(DocumentId, ByteVec)>,
    #[n(5)]
    at: i64,
}

impl JoinRequest {
    /// The longest name, agency or role, in bytes of UTF-8.
    pub const MAX_FIELD: usize = 256;
    /// The most documents in one request.
    pub const MAX_PACKAGES: usize = 8;
    /// The longest KeyPackage, in bytes.
    pub const MAX_PACKAGE: usize = 1024;

    fn check(&self) -> Result<(), FormatError> {
        let longest = [&self.name, &self.agency, &self.role_words].into_iter().map(String::len).max().unwrap_or(0);
        if longest > Self::MAX_FIELD {
            return Err(FormatError::TooLong { what: "name, agency or role", limit: Self::MAX_FIELD });
        }
        let fits = self.packages.iter().all(|(_, package)| package.len() <= Self::MAX_PACKAGE);
        if !fits || self.packages.is_empty() || self.packages.len() > Self::MAX_PACKAGES {
            return Err(REQUEST.malformed());
        }
        Ok(())
    }
}

/// The key of requests under one link: HKDF-SHA256 of its secret, salted with the invitation.
fn request_key(secret: &[u8; 32], invite: &InviteId) -> Secret {
    let mut key = Secret([0; 32]);
    // Thirty-two bytes are far below what HKDF can give: this cannot fail.
    let _ = Hkdf::<Sha256>::new(Some(invite.as_bytes()), secret).expand(REQUEST_PREFIX.as_bytes(), &mut key.0);
    key
}

fn associated(invite: &InviteId, request_id: &RequestId) -> Vec<u8> {
    [REQUEST_PREFIX.as_bytes(), invite.as_bytes(), request_id.as_bytes()].concat()
}

/// Seals a request under a link's secret. `TooLong` or `Malformed` if a field is beyond its limit.
pub fn seal_request(
    secret: &[u8; 32],
    invite: &InviteId,
    request_id: &RequestId,
    request: &JoinRequest,
    random: &mut dyn Random,
) -> Result<Vec<u8>, FormatError> {
    request.check()?;
    let plain = REQUEST.encode(&RequestWire {
        person: request.person,
        name: request.name.clone(),
        agency: request.agency.clone(),
        role_words: request.role_words.clone(),
        packages: request.packages.iter().map(|(document, package)| (*document, package.clone().into())).collect(),
        at: request.at,
    });
    // At least a kilobyte, so that the length says nothing of a name.
    let padded = seal::pad(&plain, seal::bucket((plain.len() + 1).max(1024)));
    Ok(seal::seal(&request_key(secret, invite), &associated(invite, request_id), &padded, random))
}

/// Opens a request; `DoesNotOpen` if its sender did not have the link.
pub fn open_request(
    secret: &[u8; 32],
    invite: &InviteId,
    request_id: &RequestId,
    sealed: &[u8],
) -> Result<JoinRequest, FormatError> {
    REQUEST.check_length(sealed.len())?;
    let padded = seal::open(&request_key(secret, invite), &associated(invite, request_id), sealed)
        .ok_or_else(|| REQUEST.does_not_open())?;
    let wire: RequestWire = REQUEST.decode(seal::unpad(&padded).ok_or_else(|| REQUEST.malformed())?)?;
    let request = JoinRequest {
        person: wire.person,
        name: wire.name,
        agency: wire.agency,
        role_words: wire.role_words,
        packages: wire.packages.into_iter().map(|(document, package)| (document, package.into())).collect(),
        at: wire.at,
    };
    request.check()?;
    Ok(request)
}

/// What names a sealed request in [`four_words`].
pub fn request_digest(sealed: &[u8]) -> Digest {
    format::digest(REQUEST_PREFIX, &[sealed])
}

/// Four words that joiner and lead compare aloud: over the link's secret, the request (and so the joiner's keys) and the
/// lead's nonce, which is revealed only after the request is fixed.
pub fn four_words(secret: &[u8; 32], request_digest: &Digest, nonce: &[u8; 32]) -> [&'static str; 4] {
    words_of(&format::digest("kith words 1", &[secret, request_digest.as_bytes(), nonce]))
}

/// Four words of a digest, for people to compare: of a log's head in `kith status` (protocol 2).
pub fn words_of(digest: &Digest) -> [&'static str; 4] {
    let [a, b, c, d, ..] = digest.0;
    [a, b, c, d].map(|byte| WORDS.get(usize::from(byte)).copied().unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::SeededRandom;
    use crate::testing::{bytes_like, hex};
    use proptest::prelude::*;

    fn link() -> Link {
        Link {
            relay: "wss://relay.example/".to_owned(),
            invite: InviteId([1; 16]),
            secret: [2; 32],
            voucher: [3; 16],
            document: DocumentId([4; 16]),
            role: Role::Contributor,
            expires: 1_795_000_000,
        }
    }

    fn request() -> JoinRequest {
        JoinRequest {
            person: PersonId([1; 16]),
            name: "Name".to_owned(),
            agency: "Agency".to_owned(),
            role_words: "youth worker".to_owned(),
            packages: vec![(DocumentId([4; 16]), vec![9; 275])],
            at: 1_795_000_000,
        }
    }

    fn sealed() -> Vec<u8> {
        seal_request(&[2; 32], &InviteId([1; 16]), &RequestId([5; 16]), &request(), &mut SeededRandom::new(1)).unwrap()
    }

    #[test]
    fn the_link_is_frozen_and_reads_back() {
        insta::assert_snapshot!(link());
        let text = link().to_string();
        assert_eq!(text.parse(), Ok(link()));
        assert_eq!(text.to_uppercase().parse(), Ok(link()));
        let wrapped = format!(" {}\r\n {} ", &text[..60], &text[60..]);
        assert_eq!(wrapped.parse(), Ok(link()));
    }

    #[test]
    fn a_mangled_link_is_told_from_a_text_that_is_none_and_from_a_newer_one() {
        let text = link().to_string();
        for other in ["", "kith:join", "https://example.org/", "larch"] {
            assert_eq!(other.parse::<Link>(), Err(LinkError::NotALink));
        }
        assert_eq!(text[..text.len() - 1].parse::<Link>(), Err(LinkError::Mangled));
        assert_eq!(text.replace("join/a", "join/b").parse::<Link>(), Err(LinkError::Mangled));
        assert_eq!("kith:join/".parse::<Link>(), Err(LinkError::Mangled));
        let mut newer = vec![2, 0x80];
        newer.extend_from_slice(&checksum(&newer));
        assert_eq!(format!("{LINK_SCHEME}{}", to_base32(&newer)).parse::<Link>(), Err(LinkError::Newer));
    }

    #[test]
    fn any_one_letter_changed_in_a_link_is_noticed() {
        let text = link().to_string();
        for at in LINK_SCHEME.len()..text.len() {
            let mut letters: Vec<char> = text.chars().collect();
            letters[at] = if letters[at] == 'a' { 'b' } else { 'a' };
            let changed: String = letters.into_iter().collect();
            assert!(changed.parse::<Link>().is_err(), "letter {at}");
        }
    }

    #[test]
    fn a_link_and_a_request_print_no_secret_and_no_name() {
        assert!(!format!("{:?}", link()).contains("2, 2"));
        let printed = format!("{:?}", request());
        assert!(!printed.contains("Name") && !printed.contains("Agency"));
    }

    #[test]
    fn the_request_is_frozen_and_opens_with_its_link_only() {
        insta::assert_snapshot!(hex(&sealed()));
        let open = |secret: [u8; 32], invite: u8, id: u8| {
            open_request(&secret, &InviteId([invite; 16]), &RequestId([id; 16]), &sealed())
        };
        assert_eq!(open([2; 32], 1, 5), Ok(request()));
        assert!(open([3; 32], 1, 5).is_err());
        assert!(open([2; 32], 2, 5).is_err());
        assert!(open([2; 32], 1, 6).is_err());
    }

    #[test]
    fn a_request_beyond_its_limits_is_refused() {
        let seal = |request: &JoinRequest| {
            seal_request(&[2; 32], &InviteId([1; 16]), &RequestId([5; 16]), request, &mut SeededRandom::new(1))
        };
        assert!(matches!(seal(&JoinRequest { name: "n".repeat(257), ..request() }), Err(FormatError::TooLong { .. })));
        assert!(seal(&JoinRequest { packages: vec![], ..request() }).is_err());
        assert!(seal(&JoinRequest { packages: vec![(DocumentId([4; 16]), vec![0; 1025])], ..request() }).is_err());
        let full = JoinRequest {
            name: "n".repeat(256),
            agency: "n".repeat(256),
            role_words: "n".repeat(256),
            packages: vec![(DocumentId([4; 16]), vec![0; 1024]); 8],
            ..request()
        };
        assert!(seal(&full).unwrap().len() <= MAX_JOIN_REQUEST);
    }

    #[test]
    fn four_words_cover_the_link_the_request_and_the_nonce() {
        let words = four_words(&[2; 32], &request_digest(&sealed()), &[7; 32]);
        insta::assert_snapshot!(words.join(" "));
        assert_ne!(words, four_words(&[3; 32], &request_digest(&sealed()), &[7; 32]));
        assert_ne!(words, four_words(&[2; 32], &request_digest(b"another"), &[7; 32]));
        assert_ne!(words, four_words(&[2; 32], &request_digest(&sealed()), &[8; 32]));
    }

    proptest! {
        #[test]
        fn reading_a_link_never_panics(text in "(kith:join/)?\\PC{0,200}", bytes in bytes_like(vec![1; 120])) {
            let _ = text.parse::<Link>();
            let mut summed = bytes;
            summed.extend_from_slice(&checksum(&summed));
            let _ = format!("{LINK_SCHEME}{}", to_base32(&summed)).parse::<Link>();
        }

        #[test]
        fn opening_a_request_never_panics(bytes in bytes_like(sealed())) {
            let opened = open_request(&[2; 32], &InviteId([1; 16]), &RequestId([5; 16]), &bytes);
            prop_assert!(opened.is_err() || bytes == sealed());
            let _ = REQUEST.decode::<RequestWire>(&bytes);
        }
    }
}
