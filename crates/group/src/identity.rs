//! A device: one Ed25519 key per document and machine, and the id that is bound to it by a hash.
//!
//! The same key is the MLS leaf key, signs bundles, receipts and snapshots, and proves membership to the relay. Each use signs
//! under its own fixed ASCII prefix, and MLS signs under `"MLS 1.0 "` labels, so no signature can be taken for another.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{DeviceId, PublicKey, Random, Signature};

/// The bytes that Automerge puts before an actor id, with a level in LEB128, when it must write at older heads (notes 6.4).
const DERIVED_ACTOR: [u8; 4] = [0x13, 0xb2, 0x23, 0x09];

/// A device's secret key. Wiped from memory when dropped; `Debug` shows the id only.
#[derive(Clone)]
pub struct DeviceKey {
    secret: SigningKey,
    id: DeviceId,
}

impl DeviceKey {
    /// A fresh key.
    pub fn generate(random: &mut dyn Random) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(seed.as_mut_slice());
        Self::from_seed(*seed)
    }

    /// The key that `seed` determines (RFC 8032).
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        let secret = SigningKey::from_bytes(&seed);
        let id = device_id(&PublicKey(secret.verifying_key().to_bytes()));
        Self { secret, id }
    }

    /// The secret seed, for the encrypted store and nothing else.
    pub fn seed(&self) -> [u8; 32] {
        self.secret.to_bytes()
    }

    /// The device's id.
    pub fn id(&self) -> DeviceId {
        self.id
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.secret.verifying_key().to_bytes())
    }

    /// Signs `message`. The message must start with a domain prefix of its own.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.secret.sign(message).to_bytes())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.id)
    }
}

/// The id of the device that holds `public`: the first 16 bytes of its SHA-256 (design 3).
pub fn device_id(public: &PublicKey) -> DeviceId {
    let hash: [u8; 32] = Sha256::digest(public.as_bytes()).into();
    let mut id = [0; 16];
    id.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    DeviceId(id)
}

/// Whether `signature` is `public`'s over `message`. Strict (no small-order keys, no second form of a signature), so that
/// every version of every device reaches the same verdict.
pub fn verify_signature(public: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&public.0) else { return false };
    key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
}

/// The device under whose family an Automerge actor writes: sixteen bytes are the device itself; Automerge's derived form
/// (a prefix and a level before the actor it derives from, any number of times) is taken off. `None` for anything else.
pub fn actor_family(actor: &[u8]) -> Option<DeviceId> {
    let mut rest = actor;
    loop {
        if let Some(id) = DeviceId::from_slice(rest) {
            return Some(id);
        }
        rest = rest.strip_prefix(&DERIVED_ACTOR)?;
        // A level is an unsigned LEB128 number of at most ten bytes; its last byte has the high bit clear.
        let end = rest.iter().take(10).position(|byte| byte & 0x80 == 0)?;
        rest = rest.get(end + 1..)?;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::SeededRandom;
    use proptest::prelude::*;

    #[test]
    fn a_device_id_is_bound_to_its_key() {
        let key = DeviceKey::from_seed([1; 32]);
        assert_eq!(key.id(), device_id(&key.public()));
        assert_ne!(key.id(), DeviceKey::from_seed([2; 32]).id());
        insta::assert_snapshot!(key.id());
    }

    #[test]
    fn a_secret_is_never_printed() {
        let key = DeviceKey::from_seed([0x5a; 32]);
        let printed = format!("{key:?}");
        assert_eq!(printed, format!("DeviceKey({})", key.id()));
        assert!(!printed.contains("90"));
    }

    #[test]
    fn a_signature_holds_for_its_message_and_key_only() {
        let key = DeviceKey::generate(&mut SeededRandom::new(1));
        let other = DeviceKey::generate(&mut SeededRandom::new(2));
        let signature = key.sign(b"kith test");
        assert!(verify_signature(&key.public(), b"kith test", &signature));
        assert!(!verify_signature(&key.public(), b"kith tesT", &signature));
        assert!(!verify_signature(&other.public(), b"kith test", &signature));
        assert_eq!(DeviceKey::from_seed(key.seed()).public(), key.public());
    }

    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        // The identity point: with cofactored, lenient verification this "signature" holds for every message.
        let mut public = [0; 32];
        public[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!verify_signature(&PublicKey(public), b"anything", &Signature(signature)));
    }

    #[test]
    fn an_actor_derived_by_automerge_belongs_to_its_device() {
        let id = [9u8; 16];
        let once = [&DERIVED_ACTOR[..], &[1], &id].concat();
        let twice = [&DERIVED_ACTOR[..], &[0x80, 0x01], &once].concat();
        assert_eq!(actor_family(&id), Some(DeviceId(id)));
        assert_eq!(actor_family(&once), Some(DeviceId(id)));
        assert_eq!(actor_family(&twice), Some(DeviceId(id)));
        for strange in [&id[..15], &[0; 17], &[], &DERIVED_ACTOR[..], &once[..20], &[&[0u8; 5], &id[..]].concat()] {
            assert_eq!(actor_family(strange), None);
        }
    }

    proptest! {
        #[test]
        fn actor_family_never_panics(actor in proptest::collection::vec(any::<u8>(), 0..80), levels in 0usize..4) {
            let mut bytes = DERIVED_ACTOR.repeat(levels);
            bytes.extend_from_slice(&actor);
            let _ = actor_family(&bytes);
        }
    }
}
