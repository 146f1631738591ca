//! A receipt: a device says, signed, how far it has applied the log and what the document was there.
//!
//! "Seen by" is computed from receipts, never from the relay's word, and a relay that shows two logs cannot forge one
//! (protocol 2). It holds nothing personal and is not sealed, so that the relay can keep the latest of each device.

use minicbor::{Decode, Encode};

use crate::format::{self, Format};
use crate::{DeviceId, DeviceKey, Digest, DocumentId, FormatError, PublicKey, Seen, Signature, device_id, verify_signature};

const RECEIPT: Format = Format { what: "receipt", version: 1, limit: 512 };
const RECEIPT_PREFIX: &[u8] = b"kith receipt 1";

/// What a device has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Receipt {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The device.
    #[n(1)]
    pub device: DeviceId,
    /// The last record applied.
    #[n(2)]
    pub seen: Seen,
    /// The digest of the replica's heads there.
    #[n(3)]
    pub digest: Digest,
    /// When, in Unix seconds, by the device's own clock.
    #[n(4)]
    pub at: i64,
}

impl Receipt {
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = RECEIPT_PREFIX.to_vec();
        format::write(&mut bytes, self);
        bytes
    }

    /// Signs it.
    pub fn sign(self, key: &DeviceKey) -> SignedReceipt {
        SignedReceipt { receipt: self, signature: key.sign(&self.signed_bytes()) }
    }
}

/// A receipt and its device's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SignedReceipt {
    /// What is signed.
    #[n(0)]
    pub receipt: Receipt,
    /// The device's signature.
    #[n(1)]
    pub signature: Signature,
}

impl SignedReceipt {
    /// A receipt record's body.
    pub fn encode(&self) -> Vec<u8> {
        RECEIPT.encode(self)
    }

    /// Reads it. The signature is not yet verified.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        RECEIPT.decode(bytes)
    }

    /// Whether `public` is the device's key and the signature is its.
    pub fn verify(&self, public: &PublicKey) -> bool {
        device_id(public) == self.receipt.device && verify_signature(public, &self.receipt.signed_bytes(), &self.signature)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::ChainHash;
    use crate::testing::{bytes_like, hex};
    use proptest::prelude::*;

    fn receipt() -> SignedReceipt {
        let key = DeviceKey::from_seed([1; 32]);
        Receipt {
            document: DocumentId([2; 16]),
            device: key.id(),
            seen: Seen { seq: 41, hash: ChainHash([3; 32]) },
            digest: Digest([4; 32]),
            at: 1_795_000_000,
        }
        .sign(&key)
    }

    #[test]
    fn the_receipt_is_frozen() {
        insta::assert_snapshot!(hex(&receipt().encode()));
        assert_eq!(SignedReceipt::decode(&receipt().encode()), Ok(receipt()));
    }

    #[test]
    fn a_receipt_holds_for_what_it_says_and_by_its_device_only() {
        let public = DeviceKey::from_seed([1; 32]).public();
        assert!(receipt().verify(&public));
        assert!(!receipt().verify(&DeviceKey::from_seed([2; 32]).public()));
        let changes: [fn(&mut Receipt); 4] =
            [|r| r.seen.seq += 1, |r| r.digest = Digest([5; 32]), |r| r.at += 1, |r| r.document = DocumentId([5; 16])];
        for change in changes {
            let mut other = receipt();
            change(&mut other.receipt);
            assert!(!other.verify(&public));
        }
    }

    proptest! {
        #[test]
        fn decoding_a_receipt_never_panics(bytes in bytes_like(receipt().encode())) {
            let _ = SignedReceipt::decode(&bytes);
        }
    }
}
