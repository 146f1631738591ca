//! What a device signs to prove itself to a relay. Each names the relay and its challenge, so that no other relay, and no
//! other connection, can use the signature.

use crate::format;
use crate::{DocumentId, RelayId};

/// What the enrolment key signs to sign in (protocol 8): `"kith sign-in 1"`, then CBOR `[relay, nonce]`.
pub fn sign_in_message(relay: &RelayId, nonce: &[u8; 32]) -> Vec<u8> {
    let mut bytes = b"kith sign-in 1".to_vec();
    format::write(&mut bytes, &(relay, minicbor::bytes::ByteArray::from(*nonce)));
    bytes
}

/// What a device's key signs to subscribe to a document: `"kith subscribe 1"`, then CBOR `[relay, nonce, document]`. The nonce
/// is the connection's.
pub fn subscribe_message(relay: &RelayId, nonce: &[u8; 32], document: &DocumentId) -> Vec<u8> {
    let mut bytes = b"kith subscribe 1".to_vec();
    format::write(&mut bytes, &(relay, minicbor::bytes::ByteArray::from(*nonce), document));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;

    #[test]
    fn what_is_signed_for_a_relay_is_frozen() {
        insta::assert_snapshot!(hex(&sign_in_message(&RelayId([1; 16]), &[2; 32])));
        insta::assert_snapshot!(hex(&subscribe_message(&RelayId([1; 16]), &[2; 32], &DocumentId([3; 16]))));
    }
}
