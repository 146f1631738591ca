//! One process holds a profile; others ask it.
//!
//! While `kith sync --watch` runs, the store is locked by it. It listens on `kith.sock` in the profile folder, which only the
//! profile's own user may enter (folder 0700, socket 0600); whoever connects there could read the folder anyway. Another `kith`
//! sends its verb, the holder does it, and the answer is printed as if it had been done at home: same text, same exit code.
//!
//! A message is a length (four bytes, big endian), that many bytes of JSON, and for an answer with a file its bytes after that.

#[cfg(unix)]
mod asking;
#[cfg(unix)]
mod serving;

use serde::{Deserialize, Serialize};

use crate::cli::Verb;
use crate::failure::Failure;
use crate::verbs::Answer;

#[cfg(unix)]
pub use asking::Asker;
#[cfg(unix)]
pub(crate) use asking::at_folder;
#[cfg(unix)]
pub use serving::Service;

/// The socket's name in the profile folder.
const SOCKET: &str = "kith.sock";
/// The version of what is said on it; both sides are usually the same program, but an update may lie between them.
const VERSION: u32 = 1;
/// The longest message: an answer that shows a very large assessment.
const LONGEST: u32 = 256 << 20;
/// The longest question: texts are limited long before this.
const LONGEST_QUESTION: u32 = 64 << 20;

/// What the other process asks.
#[derive(Debug, Serialize, Deserialize)]
struct Question {
    version: u32,
    verb: Verb,
}

/// What the holder says.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    /// Done, or does not hold.
    Answer(Box<Answer>),
    /// Refused.
    Refused(Failure),
}

#[cfg(unix)]
mod frames {
    use std::io::{self, Read, Write};

    use serde::Serialize;
    use serde::de::DeserializeOwned;

    fn wrong(text: &'static str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, text)
    }

    /// Writes one message.
    pub(super) fn write(to: &mut impl Write, value: &impl Serialize, beside: &[u8]) -> io::Result<()> {
        let json = serde_json::to_vec(value)?;
        let length = u32::try_from(json.len()).map_err(|_| wrong("too long"))?;
        to.write_all(&length.to_be_bytes())?;
        to.write_all(&json)?;
        to.write_all(beside)?;
        to.flush()
    }

    /// Reads one message of at most `most` bytes.
    pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read, most: u32) -> io::Result<T> {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > most {
            return Err(wrong("too long"));
        }
        serde_json::from_slice(&bytes(from, u64::from(length))?).map_err(io::Error::from)
    }

    /// Exactly `length` bytes, without believing the length before they are there.
    pub(super) fn bytes(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        from.take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}
