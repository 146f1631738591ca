//! A code to type, for a link that is handed over in person: three short words of made-up sounds, good for a quarter of an hour.
//!
//! The relay keeps the link's secret for it, sealed under a key that only the code gives, under a name that only the code gives. Both
//! come out of a slow derivation, so that a guess is dear for whoever has the relay's disk, and the phone pays it once.

use std::fmt;
use std::str::FromStr;

use hkdf::Hkdf;
use pbkdf2::pbkdf2_hmac;
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use super::keys;
use super::link::GuestLink;
use crate::format::Format;
use crate::seal::Secret;
use crate::{FormatError, GuestCodeId, Random};

/// How long a code works, in seconds.
pub const CODE_SECONDS: i64 = 15 * 60;
/// The most that a link's sealed secret may take at the relay, in bytes.
pub const MAX_SEALED_CODE: usize = 128;

const CODE: Format = Format { what: "code for a guest", version: 1, limit: MAX_SEALED_CODE };
const CODE_PREFIX: &[u8] = b"kith guest typed 1";
/// As for the code word: about a second of a phone's work.
const ROUNDS: u32 = 600_000;
/// No `c`, `q`, `w`, `x`, `y`: each of these sounds or looks like another.
const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
/// No `e`: read aloud, it is another letter in many languages.
const VOWELS: &[u8; 4] = b"aiou";
/// Three words of five letters: consonant, vowel, consonant, vowel, consonant; 16 bits each.
const WORDS: usize = 3;
const LETTERS: usize = 5 * WORDS;

/// A code to type: `lusab-babad-gutih`, 48 bits. Wiped when dropped, never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestCode(Zeroizing<String>);

/// Why a text is no code. The sentence holds none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a whole code: it has three words of five letters")]
pub struct NotACode;

/// What follows from a code.
struct Derived {
    id: GuestCodeId,
    key: Secret,
}

impl GuestCode {
    /// A fresh code.
    pub fn random(random: &mut dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 2 * WORDS]);
        random.fill(&mut bytes[..]);
        let mut letters = Zeroizing::new(String::with_capacity(LETTERS));
        for pair in bytes.chunks_exact(2) {
            let [high, low] = [pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)];
            let mut rest = u16::from_be_bytes([high, low]);
            for at in 0..5 {
                let (alphabet, bits): (&[u8], u16) = if at % 2 == 0 { (CONSONANTS, 4) } else { (VOWELS, 2) };
                let letter = alphabet.get(usize::from(rest & ((1 << bits) - 1)));
                letters.push(char::from(letter.copied().unwrap_or(b'b')));
                rest >>= bits;
            }
        }
        Self(letters)
    }

    /// The name under which the relay keeps what the code opens. Slow by design: about a second.
    pub fn id(&self) -> GuestCodeId {
        self.derived().id
    }

    fn derived(&self) -> Derived {
        let mut master = Zeroizing::new([0; 32]);
        pbkdf2_hmac::<Sha256>(self.0.as_bytes(), CODE_PREFIX, ROUNDS, &mut master[..]);
        let mut derived = Derived { id: GuestCodeId([0; 16]), key: Secret([0; 32]) };
        expand(&master, b"kith guest typed id 1", &mut derived.id.0);
        expand(&master, b"kith guest typed key 1", &mut derived.key.0);
        derived
    }
}

#[allow(clippy::expect_used)] // HKDF-SHA256 gives up to 8,160 bytes; at most 32 are asked for.
fn expand(master: &[u8; 32], info: &[u8], bytes: &mut [u8]) {
    Hkdf::<Sha256>::new(None, master).expand(info, bytes).expect("this length is allowed");
}

/// With a hyphen between the words.
impl fmt::Display for GuestCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % 5 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for GuestCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GuestCode(…)")
    }
}

/// As people type: capitals, spaces and hyphens do not matter.
impl FromStr for GuestCode {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let letters: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(LETTERS + 1).collect();
        let mut letters = Zeroizing::new(letters);
        letters.make_ascii_lowercase();
        let fits = |(at, letter): (usize, u8)| {
            let alphabet: &[u8] = if at % 5 % 2 == 0 { CONSONANTS } else { VOWELS };
            alphabet.contains(&letter)
        };
        if letters.len() == LETTERS && letters.bytes().enumerate().all(fits) { Ok(Self(letters)) } else { Err(NotACode) }
    }
}

/// What the relay keeps for a quarter of an hour: the name, and the link's secret sealed. Slow by design: about a second.
pub fn seal_code(link: &GuestLink, code: &GuestCode, random: &mut dyn Random) -> (GuestCodeId, Vec<u8>) {
    let Derived { id, key } = code.derived();
    let mut secret = link.secret();
    let mut sealed = vec![CODE.version];
    sealed.extend_from_slice(&keys::seal(&key, &associated(&id), &secret, random));
    secret.zeroize();
    (id, sealed)
}

/// Opens it: the link at `origin`. The page does this; here it is for tests. Slow by design: about a second.
pub fn open_code(origin: &str, code: &GuestCode, sealed: &[u8]) -> Result<GuestLink, FormatError> {
    let sealed = CODE.payload(sealed)?;
    let Derived { id, key } = code.derived();
    let secret = keys::open(&key, &associated(&id), sealed).ok_or_else(|| CODE.does_not_open())?;
    let secret = secret.as_slice().try_into().map_err(|_| CODE.malformed())?;
    Ok(GuestLink::from_secret(origin, secret))
}

fn associated(id: &GuestCodeId) -> Vec<u8> {
    [CODE_PREFIX, id.as_bytes()].concat()
}
