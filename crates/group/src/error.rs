//! What can go wrong with a group.

use crate::{DeviceId, FormatError, GroupName, PolicyRefusal, RowsError};

/// Why an operation on a group was refused or failed. Nothing was changed, once the caller has rolled its transaction back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// The store failed.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The rules do not allow it.
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    /// Bytes of a format of ours are not what they should be.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// This device has no such group.
    #[error("this device holds no keys for this assessment")]
    NoGroup,
    /// This device was removed; its copy can still be read.
    #[error("this device was removed from the assessment")]
    Removed,
    /// The message is of another group.
    #[error("this message belongs to another assessment")]
    WrongGroup,
    /// The commit does not follow on the group's epoch: it is a replay, or was overtaken.
    #[error("this change of members is for step {commit}, and the group stands at step {group}")]
    WrongEpoch {
        /// The epoch that the commit would end.
        commit: u64,
        /// The epoch at which the group stands.
        group: u64,
    },
    /// The device's own commit of this epoch, but not the one that is pending: its secrets are gone, so it cannot be merged.
    #[error("this device's own change of members can no longer be completed: a lead must admit this device anew")]
    OwnCommitLost,
    /// A commit that the relay let pass and that a member can tell is broken or forged: its tags or its path do not hold.
    /// No member can go on from it; a lead forms the group anew (notes 6.1).
    #[error("this change of members is broken or forged, and was not applied: {0}")]
    BadCommit(String),
    /// It is no message of a kind that is used here.
    #[error("this is not a change of members")]
    NotACommit,
    /// The KeyPackage cannot be read, or is not a device's.
    #[error("the device to be admitted sent keys that cannot be used")]
    BadKeyPackage,
    /// The Welcome cannot be opened by this device.
    #[error("this device cannot open the welcome: {0}")]
    BadWelcome(String),
    /// A GroupInfo, or a relay's stored group, that cannot be used.
    #[error("the state of the group at the relay cannot be used: {0}")]
    BadGroup(String),
    /// The device to be removed or given a role is not a member.
    #[error("{0} is not a member of the assessment")]
    NoSuchDevice(DeviceId),
    /// The person to be given a role is not a member.
    #[error("this person is not a member of the assessment")]
    NoSuchPerson,
    /// The Welcome is for another group than the one asked for.
    #[error("this welcome is for another assessment")]
    UnexpectedGroup(GroupName),
    /// MLS refused, in its own words.
    #[error("the group's keys could not be changed: {0}")]
    Mls(String),
}
