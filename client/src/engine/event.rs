//! News from a running engine.

use kith_sync::client::Notice;

/// Something that somebody may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// From the protocol.
    Notice(Notice),
    /// About the connection to a relay.
    Relay {
        /// Its address.
        relay: String,
        /// How it stands.
        state: RelayState,
    },
    /// A step of the network was rolled back; connections are made anew.
    Failed(String),
}

/// How the connection to a relay stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayState {
    /// On its way.
    Connecting,
    /// It stands; the relay has not yet accepted this profile.
    Open,
    /// The relay accepted this profile.
    SignedIn,
    /// Cut, or not there; tried again by itself.
    Down {
        /// In words that follow "The relay … cannot be used now:".
        why: String,
    },
    /// The relay refused this profile, or speaks another version: not tried again by itself.
    Refused {
        /// A sentence.
        why: String,
    },
}

impl RelayState {
    /// Whether waiting longer will not help.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}
