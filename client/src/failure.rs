//! Why something was not done: a stable code, one plain sentence and what to do, and an exit code.

use kith_assessment::{FindError, Refusal};
use kith_group::LinkError;
use kith_sync::client::ClientError;
use serde::{Deserialize, Serialize};

use crate::engine::{AddressError, EngineError};
use crate::json::{Refused, RefusedError};
use crate::store::StoreError;

/// A refusal, as it crosses from the holder of a profile to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Stays the same over versions; listed in `docs/cli.md`.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
    /// 1 refused, 2 usage.
    pub exit: u8,
}

impl Failure {
    /// Refused: exit 1.
    pub fn refused(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: sentence(&message.into()), exit: 1 }
    }

    /// Wrong usage: exit 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: "usage".to_owned(), message: sentence(&message.into()), exit: 2 }
    }

    /// As `--json` shows it.
    pub fn json(&self) -> Refused {
        Refused { error: RefusedError { code: self.code.clone(), message: self.message.clone() } }
    }
}

/// With a capital and a full stop, whatever crate it comes from.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut characters = text.chars();
    let first: String = characters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::refused(error.code(), error.to_string())
    }
}

impl From<AddressError> for Failure {
    fn from(error: AddressError) -> Self {
        let code = match error {
            AddressError::NotAnAddress(_) => "not-an-address",
            AddressError::InTheClear(_) => "not-encrypted",
        };
        Self::refused(code, error.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(error: Refusal) -> Self {
        let code = match error {
            Refusal::Unknown { .. } => "unknown-entry",
            Refusal::UnknownDimension { .. } => "unknown-dimension",
            Refusal::Empty { .. } => "empty",
            Refusal::TooLong { .. } | Refusal::TooMuchAtOnce { .. } => "too-long",
            Refusal::ControlCharacter { .. } => "control-character",
            Refusal::NotYours { .. } => "not-yours",
            Refusal::NotForFamiliesYet(_) => "not-for-families-yet",
            _ => "refused",
        };
        Self::refused(code, error.to_string())
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        let code = match error {
            FindError::None(_) => "unknown-entry",
            FindError::Several { .. } => "ambiguous",
        };
        Self::refused(code, error.to_string())
    }
}

impl From<LinkError> for Failure {
    fn from(error: LinkError) -> Self {
        let code = match error {
            LinkError::NotALink => "not-a-link",
            LinkError::Mangled => "link-mangled",
            LinkError::Newer => "link-newer",
        };
        Self::refused(code, error.to_string())
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Refused(error) => error.into(),
            EngineError::Address(error) => error.into(),
            EngineError::Client(error) => {
                let code = match error {
                    ClientError::UnknownDocument => "unknown-assessment",
                    ClientError::NotALead => "not-a-lead",
                    ClientError::MayNotWrite(_) => "may-not-write",
                    ClientError::TooLong { .. } => "too-long",
                    ClientError::Join(_) => "join",
                    _ => "protocol",
                };
                Self::refused(code, error.to_string())
            }
            EngineError::Stopped => Self::refused("stopped", error.to_string()),
            EngineError::TooLate(text) => Self::refused("relay", text),
            EngineError::Unreadable(_) => Self::refused("store-newer", error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_reads_as_a_sentence() {
        assert_eq!(Failure::refused("x", "only a lead can do this").message, "Only a lead can do this.");
        assert_eq!(Failure::refused("x", "Is it so?").message, "Is it so?");
    }
}
