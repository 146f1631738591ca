//! Commits as bytes: reading them, and putting MLS's refusals into our words.

use openmls::group::MlsGroupStateError;
use openmls::prelude::tls_codec::DeserializeBytes as _;
use openmls::prelude::{
    ContentType, MlsMessageIn, ProcessMessageError, ProtocolMessage, PublicProcessMessageError, StageCommitError, ValidationError,
};

use crate::mls::storage::{StorageError, storage_failed};
use crate::{GroupError, GroupName, MAX_RECORD, PolicyRefusal};

/// Reads a commit for the group `name`, which stands at `epoch`.
pub(crate) fn read(bytes: &[u8], name: GroupName, epoch: u64) -> Result<ProtocolMessage, GroupError> {
    if bytes.len() > MAX_RECORD {
        return Err(GroupError::NotACommit);
    }
    let message = MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(|_| GroupError::NotACommit)?;
    let message = message.try_into_protocol_message().map_err(|_| GroupError::NotACommit)?;
    if !matches!(message, ProtocolMessage::PublicMessage(_)) || message.content_type() != ContentType::Commit {
        return Err(GroupError::NotACommit);
    }
    if message.group_id().as_slice() != name.to_bytes() {
        return Err(GroupError::WrongGroup);
    }
    if message.epoch().as_u64() != epoch {
        return Err(GroupError::WrongEpoch { commit: message.epoch().as_u64(), group: epoch });
    }
    Ok(message)
}

/// What a member's MLS says against a commit. Epochs were compared before.
pub(crate) fn refused_by_member(error: ProcessMessageError<StorageError>) -> GroupError {
    match error {
        ProcessMessageError::StorageError(error) => storage_failed(error),
        ProcessMessageError::InvalidCommit(StageCommitError::OwnCommitMismatch) => GroupError::OwnCommitLost,
        ProcessMessageError::GroupStateError(MlsGroupStateError::UseAfterEviction) => GroupError::Removed,
        ProcessMessageError::UnauthorizedExternalCommitMessage
        | ProcessMessageError::ValidationError(ValidationError::ExternalCommitValidation(_)) => {
            PolicyRefusal::OutsiderCommit.into()
        }
        other => GroupError::BadCommit(other.to_string()),
    }
}

/// What the relay's MLS says against a commit.
pub(crate) fn refused_by_relay(error: &PublicProcessMessageError) -> GroupError {
    match error {
        PublicProcessMessageError::UnauthorizedExternalCommitMessage
        | PublicProcessMessageError::ValidationError(ValidationError::ExternalCommitValidation(_)) => {
            PolicyRefusal::OutsiderCommit.into()
        }
        other => GroupError::BadCommit(other.to_string()),
    }
}

/// Epoch and authenticated data of a PublicMessage (RFC 9420, 6), by hand: MLS shows the latter only once it is verified.
pub(crate) fn peek(bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
    const MLS_10: u16 = 1;
    const PUBLIC_MESSAGE: u16 = 1;
    let mut rest = Reader(bytes);
    if u16::from_be_bytes(rest.array()?) != MLS_10 || u16::from_be_bytes(rest.array()?) != PUBLIC_MESSAGE {
        return None;
    }
    let _group_id = rest.vector()?;
    let epoch = u64::from_be_bytes(rest.array()?);
    match rest.array::<1>()? {
        // A member or an external sender, each with an index; the two kinds of new member have none.
        [1 | 2] => drop(rest.array::<4>()?),
        [3 | 4] => {}
        _ => return None,
    }
    Some((epoch, rest.vector()?.to_vec()))
}

/// TLS presentation language, as far as it is needed here.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A vector with the variable-size length of RFC 9420, 2.1.2.
    fn vector(&mut self) -> Option<&'b [u8]> {
        let [first] = self.array::<1>()?;
        let more = match first >> 6 {
            0 => 0,
            1 => 1,
            2 => 3,
            _ => return None,
        };
        let low = usize::from(first & 0x3f);
        let length = self.take(more)?.iter().fold(low, |length, byte| length << 8 | usize::from(*byte));
        self.take(length)
    }
}
