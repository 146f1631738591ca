//! The keys to which guests' items are sealed, and this module's two ways of sealing.

use minicbor::{Decode, Encode};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::crypto::OpenMlsCrypto as _;
use openmls_traits::types::{AeadType, HpkeAeadType, HpkeCiphertext, HpkeConfig, HpkeKdfType, HpkeKemType};
use zeroize::{Zeroize as _, Zeroizing};

use crate::Random;
use crate::seal::Secret;

/// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM: what every browser's WebCrypto can do.
const SUITE: HpkeConfig = HpkeConfig(HpkeKemType::DhKemP256, HpkeKdfType::HkdfSha256, HpkeAeadType::AesGcm256);

/// Bytes of an uncompressed point of P-256.
const POINT: usize = 65;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Whom a guest's items are sealed to: a point of P-256, uncompressed (a browser cannot read compressed ones).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestPublicKey(pub(crate) [u8; POINT]);

impl GuestPublicKey {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<C> Encode<C> for GuestPublicKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for GuestPublicKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let bytes = d.bytes()?.try_into().map_err(|_| minicbor::decode::Error::message("a guest key has 65 bytes"))?;
        Ok(Self(bytes))
    }
}

/// The private half. Kept in the strand record, so that each device of holder and stand-in can open; wiped when dropped, never
/// printed. The phone never has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestKey {
    seed: Secret,
}

impl GuestKey {
    /// A fresh key.
    pub fn random(random: &mut dyn Random) -> Self {
        let mut seed = Secret([0; 32]);
        random.fill(&mut seed.0);
        Self { seed }
    }

    /// A key from its seed, for documents that keep it.
    pub fn from_bytes(seed: [u8; 32]) -> Self {
        Self { seed: Secret(seed) }
    }

    /// Its seed, for documents that keep it.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.seed.0
    }

    /// The public half.
    pub fn public(&self) -> GuestPublicKey {
        let point = self.pair().1;
        // The derivation gives an uncompressed point; anything else fails the tests, and seals to nobody.
        GuestPublicKey(point.as_slice().try_into().unwrap_or([0; POINT]))
    }

    /// Private scalar and public point by RFC 9180's DeriveKeyPair.
    #[allow(clippy::expect_used)] // For P-256 it fails once in 2^256 seeds 256 times over.
    fn pair(&self) -> (Zeroizing<Vec<u8>>, Vec<u8>) {
        let pair = RustCrypto::default().derive_hpke_keypair(SUITE, &self.seed.0).expect("every seed gives a key");
        (Zeroizing::new(pair.private.to_vec()), pair.public)
    }

    /// Opens what was sealed to [`GuestKey::public`] under the same `info`.
    pub(super) fn open(&self, enc: &[u8], sealed: &[u8], info: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        // A point that is not on the curve is refused by the key's own decoding.
        let input = HpkeCiphertext { kem_output: enc.to_vec().into(), ciphertext: sealed.to_vec().into() };
        RustCrypto::default().hpke_open(SUITE, &input, &self.pair().0, info, b"").ok().map(Zeroizing::new)
    }
}

/// Seals to a public key: the encapsulated key and the ciphertext. `None` if the key is no point of the curve.
pub(super) fn hpke_seal(to: &GuestPublicKey, info: &[u8], plain: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let sealed = RustCrypto::default().hpke_seal(SUITE, &to.0, info, b"", plain).ok()?;
    Some((sealed.kem_output.as_slice().to_vec(), sealed.ciphertext.as_slice().to_vec()))
}

/// AES-256-GCM with a fresh random nonce in front. Each key seals a handful of texts at most, so twelve bytes are enough.
#[allow(clippy::expect_used)] // It fails only beyond 64 GiB, and every caller has a limit far below.
pub(super) fn seal(key: &Secret, associated: &[u8], plain: &[u8], random: &mut dyn Random) -> Vec<u8> {
    let mut sealed = vec![0; NONCE];
    random.fill(&mut sealed);
    let ciphertext = RustCrypto::default()
        .aead_encrypt(AeadType::Aes256Gcm, &key.0, plain, &sealed, associated)
        .expect("the text is far below the cipher's limit");
    sealed.extend_from_slice(&ciphertext);
    sealed
}

/// Opens what [`seal`] made; `None` if anything differs.
pub(super) fn open(key: &Secret, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
    if ciphertext.len() < TAG {
        return None;
    }
    let opened = RustCrypto::default().aead_decrypt(AeadType::Aes256Gcm, &key.0, ciphertext, nonce, associated);
    opened.ok().map(Zeroizing::new)
}

/// The key that seals one item's body.
pub(super) fn content_key(random: &mut dyn Random) -> Secret {
    let mut key = Secret([0; 32]);
    random.fill(&mut key.0);
    key
}

/// A key from what HPKE opened.
pub(super) fn key_from(mut bytes: Zeroizing<Vec<u8>>) -> Option<Secret> {
    let key = bytes.as_slice().try_into().ok().map(Secret);
    bytes.zeroize();
    key
}
