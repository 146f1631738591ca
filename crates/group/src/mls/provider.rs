//! What OpenMLS needs from its surroundings: cryptography, randomness and storage of the caller; and this crate's one way of
//! setting up groups.

use std::cell::RefCell;

use openmls::prelude::{
    BasicCredential, Capabilities, Ciphersuite, CredentialType, CredentialWithKey, Extension, ExtensionType, Extensions,
    GroupContext, Lifetime, MlsGroupCreateConfig, MlsGroupJoinConfig, OpenMlsProvider, PURE_PLAINTEXT_WIRE_FORMAT_POLICY,
    ProtocolVersion, RequiredCapabilitiesExtension, UnknownExtension,
};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::random::OpenMlsRand;
use openmls_traits::signatures::{Signer, SignerError};
use openmls_traits::types::SignatureScheme;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use crate::mls::storage::Storage;
use crate::{DeviceKey, GroupError, Random, RosterClaims, Rows};

/// The one ciphersuite (notes 2).
pub(crate) const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

/// The GroupContext extension that holds [`RosterClaims`]: of the range for private use.
pub(crate) const ROSTER_EXTENSION: u16 = 0xff01;

/// 1 January 3000. A lifetime that ran out would stop everybody who replays an old Add (notes 6.2): keys here do not expire,
/// the relay throws old stock away by the time of its upload.
const NEVER: u64 = 32_503_680_000;

/// The surroundings of one operation.
pub(crate) struct Provider<'r> {
    crypto: RustCrypto,
    random: OperationRandom,
    storage: Storage<'r>,
}

impl<'r> Provider<'r> {
    /// Over the caller's open transaction; randomness is a stream seeded from the caller's source (HPKE draws from the
    /// system's in any case).
    pub(crate) fn new(rows: &'r mut dyn Rows, random: &mut dyn Random) -> Self {
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        random.fill(seed.as_mut_slice());
        Self::seeded(rows, *seed)
    }

    /// For operations that need no randomness: reading, and the relay.
    pub(crate) fn reading(rows: &'r mut dyn Rows) -> Self {
        Self::seeded(rows, [0; 32])
    }

    fn seeded(rows: &'r mut dyn Rows, seed: [u8; 32]) -> Self {
        Self {
            crypto: RustCrypto::default(),
            random: OperationRandom(RefCell::new(ChaCha20Rng::from_seed(seed))),
            storage: Storage::new(rows),
        }
    }
}

impl<'r> OpenMlsProvider for Provider<'r> {
    type CryptoProvider = RustCrypto;
    type RandProvider = OperationRandom;
    type StorageProvider = Storage<'r>;

    fn storage(&self) -> &Storage<'r> {
        &self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        &self.crypto
    }

    fn rand(&self) -> &OperationRandom {
        &self.random
    }
}

/// The stream of one operation.
pub(crate) struct OperationRandom(RefCell<ChaCha20Rng>);

impl OpenMlsRand for OperationRandom {
    type Error = std::convert::Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Self::Error> {
        let mut bytes = [0; N];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Self::Error> {
        let mut bytes = vec![0; len];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }
}

/// The device's key signs for MLS, which puts a label `"MLS 1.0 …"` before whatever it signs.
impl Signer for DeviceKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(Self::sign(self, payload).0.to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// The device's pseudonymous credential: its id, and its key.
pub(crate) fn credential(key: &DeviceKey) -> CredentialWithKey {
    CredentialWithKey {
        credential: BasicCredential::new(key.id().as_bytes().to_vec()).into(),
        signature_key: key.public().as_bytes().to_vec().into(),
    }
}

/// What every leaf can do. LastResort is not used yet; listed, it can be later without new leaves.
pub(crate) fn capabilities() -> Capabilities {
    Capabilities::builder()
        .versions(vec![ProtocolVersion::Mls10])
        .ciphersuites(vec![CIPHERSUITE])
        .extensions(vec![ExtensionType::LastResort, ExtensionType::Unknown(ROSTER_EXTENSION)])
        .credentials(vec![CredentialType::Basic])
        .build()
}

/// Keys that do not expire.
pub(crate) fn lifetime() -> Lifetime {
    Lifetime::init(0, NEVER)
}

/// The whole GroupContext's extensions for a roster: a proposal replaces all of them, so both are always sent.
pub(crate) fn context_extensions(claims: &RosterClaims) -> Result<Extensions<GroupContext>, GroupError> {
    Extensions::from_vec(vec![
        Extension::RequiredCapabilities(required_capabilities()),
        Extension::Unknown(ROSTER_EXTENSION, UnknownExtension(claims.encode())),
    ])
    .map_err(|error| GroupError::Mls(error.to_string()))
}

/// What every leaf must be able to do: without it the roster could not be changed.
pub(crate) fn required_capabilities() -> RequiredCapabilitiesExtension {
    RequiredCapabilitiesExtension::new(&[ExtensionType::Unknown(ROSTER_EXTENSION)], &[], &[CredentialType::Basic])
}

pub(crate) fn create_config(claims: &RosterClaims) -> Result<MlsGroupCreateConfig, GroupError> {
    Ok(MlsGroupCreateConfig::builder()
        .ciphersuite(CIPHERSUITE)
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .number_of_resumption_psks(0)
        .max_past_epochs(0)
        .lifetime(lifetime())
        .capabilities(capabilities())
        .with_group_context_extensions(context_extensions(claims)?)
        .build())
}

pub(crate) fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .number_of_resumption_psks(0)
        .max_past_epochs(0)
        .build()
}
