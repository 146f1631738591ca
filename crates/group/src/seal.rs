//! The one way in which this crate seals bytes: XChaCha20-Poly1305 with a fresh random nonce of 24 bytes, and padding.
//!
//! Random nonces of this length need no counter, so many devices can share one epoch's key (notes 3).

use std::fmt;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::Random;

/// What sealing adds: the nonce before and the tag behind.
pub(crate) const OVERHEAD: usize = NONCE + TAG;
const NONCE: usize = 24;
const TAG: usize = 16;

/// Thirty-two secret bytes: wiped when dropped, never printed, compared in constant time.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) [u8; 32]);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Secret {}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Nonce and ciphertext of `plain`, bound to `associated`.
#[allow(clippy::expect_used)] // It fails only beyond 256 GiB, and every caller has a limit far below.
pub(crate) fn seal(key: &Secret, associated: &[u8], plain: &[u8], random: &mut dyn Random) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce);
    let sealed = XChaCha20Poly1305::new(&Key::from(key.0))
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: associated })
        .expect("the text is far below the cipher's limit");
    let mut bytes = Vec::with_capacity(NONCE + sealed.len());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    bytes
}

/// Opens what [`seal`] made; `None` if anything differs.
pub(crate) fn open(key: &Secret, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
    XChaCha20Poly1305::new(&Key::from(key.0))
        .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: associated })
        .ok()
        .map(Zeroizing::new)
}

/// The length to which a frame of `length` bytes is padded: 256, 512, 1,024, then Padmé, which leaks at most a logarithm of a
/// logarithm of the length and costs at most 12 % (protocol 10).
pub(crate) fn bucket(length: usize) -> usize {
    match length {
        0..=256 => 256,
        257..=512 => 512,
        513..=1024 => 1024,
        _ => padme(length),
    }
}

/// Padmé (Nikitin and others 2019, algorithm 1): the length keeps only its top bits.
fn padme(length: usize) -> usize {
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1usize << (exponent - kept)) - 1;
    (length + mask) & !mask
}

/// `plain`, then one bit, then zeros up to `length` bytes in all. `length` must be greater than `plain`'s.
pub(crate) fn pad(plain: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let mut padded = Zeroizing::new(Vec::with_capacity(length.max(plain.len() + 1)));
    padded.extend_from_slice(plain);
    padded.push(0x80);
    if padded.len() < length {
        padded.resize(length, 0);
    }
    padded
}

/// Takes off what [`pad`] added.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded.get(end) == Some(&0x80)).then(|| padded.get(..end)).flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::SeededRandom;
    use proptest::prelude::*;

    #[test]
    fn two_seals_of_one_text_share_no_nonce() {
        let mut random = SeededRandom::new(1);
        let key = Secret([1; 32]);
        let (one, two) = (seal(&key, b"", b"text", &mut random), seal(&key, b"", b"text", &mut random));
        assert_ne!(one[..NONCE], two[..NONCE]);
        assert_eq!(one.len(), 4 + OVERHEAD);
        assert_eq!(*open(&key, b"", &one).unwrap(), b"text");
    }

    #[test]
    fn a_secret_prints_nothing() {
        assert_eq!(format!("{:?}", Secret([0x41; 32])), "…");
    }

    #[test]
    fn padding_wastes_at_most_an_eighth_beyond_a_kilobyte() {
        for length in 1025..70_000 {
            let padded = padme(length);
            assert!(padded >= length && padded - length <= length / 8, "{length} -> {padded}");
        }
        assert_eq!([1, 256, 257, 1024, 1025].map(bucket), [256, 256, 512, 1024, 1088]);
    }

    proptest! {
        #[test]
        fn what_is_padded_comes_back(plain in proptest::collection::vec(any::<u8>(), 0..300), more in 1usize..400) {
            let padded = pad(&plain, plain.len() + more);
            prop_assert_eq!(padded.len(), plain.len() + more);
            prop_assert_eq!(unpad(&padded), Some(&plain[..]));
        }

        #[test]
        fn a_changed_byte_does_not_open(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let key = Secret([1; 32]);
            let mut sealed = seal(&key, b"head", b"some text", &mut SeededRandom::new(3));
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(open(&key, b"head", &sealed).is_none());
            let _ = unpad(&sealed);
        }
    }
}
