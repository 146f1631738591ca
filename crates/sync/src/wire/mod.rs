//! What a client and a relay say to each other: one version byte, then one CBOR value (`docs/protocol.md` has worked examples).
//!
//! Every message is an array `[number, [fields...]]`; numbers are never reused and fields are only ever added at the end.
//! Text never travels here: a relay cannot hold words that no message can carry.
//!
//! [`ClientMessage`] and [`ServerMessage`] are the two directions; [`Reason`] is why a relay says no; here is what all frames share.

mod from_client;
mod from_relay;
mod refusal;

use minicbor::{Decode, Encode};

pub use from_client::{Admission, ClientMessage, Credential};
pub use from_relay::{GuestItem, RequestState, ServerMessage, WaitingRequest};
pub use refusal::{About, Reason};

/// The version of this protocol: the first byte of every frame.
pub const VERSION: u8 = 1;

/// The longest frame either side accepts, in bytes: an admission of forty members with its tail fits.
pub const MAX_FRAME: usize = 3 << 20;

/// How many bytes of records one [`ServerMessage::Records`] frame carries at most (a single larger record travels alone).
pub const MAX_RECORDS_BYTES: usize = 128 << 10;

/// The longest chunk of a sealed blob, in bytes (protocol 4).
pub const MAX_CHUNK: usize = (64 << 10) + 64;

/// Why bytes are not a message of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Longer than [`MAX_FRAME`].
    #[error("the message is too long ({0} bytes)")]
    TooLong(usize),
    /// Another version of Kith speaks on the other side.
    #[error("the other side speaks version {theirs} of the protocol, this side version {VERSION}; update the older one")]
    OtherVersion {
        /// The version byte received.
        theirs: u8,
    },
    /// Not a message.
    #[error("the message could not be read")]
    Malformed,
}

/// Writes a message as a frame.
fn encode<T: Encode<()>>(message: &T) -> Vec<u8> {
    let mut frame = vec![VERSION];
    // Writing to a Vec cannot fail (its error type is uninhabited); no message has a fallible encoder.
    if let Err(never) = minicbor::encode(message, &mut frame) {
        debug_assert!(false, "encoding a message failed: {never}");
    }
    frame
}

/// Reads a frame that must hold exactly one message.
fn decode<'b, T: Decode<'b, ()>>(frame: &'b [u8]) -> Result<T, WireError> {
    if frame.len() > MAX_FRAME {
        return Err(WireError::TooLong(frame.len()));
    }
    let (&version, rest) = frame.split_first().ok_or(WireError::Malformed)?;
    if version != VERSION {
        return Err(WireError::OtherVersion { theirs: version });
    }
    let mut decoder = minicbor::Decoder::new(rest);
    let message = decoder.decode().map_err(|_| WireError::Malformed)?;
    if decoder.position() != rest.len() {
        return Err(WireError::Malformed);
    }
    Ok(message)
}
