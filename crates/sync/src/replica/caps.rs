//! How large anything may be. Part of protocol 1: two devices with other limits would reach other verdicts.

/// Limits on what is read and written. [`Caps::default`] is the protocol's; tests lower single fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of one raw change that this device may write. It has to fit into a record of 64 KiB, sealed.
    pub own_change: usize,
    /// Bytes of one raw change that may arrive (unpacked from a bundle, so it may exceed a record).
    pub change: usize,
    /// Changes in one arrival.
    pub changes: usize,
    /// Operations in one arrival.
    pub operations: u64,
    /// Bytes of the raw changes of one arrival, unpacked.
    pub unpacked: u64,
    /// Bytes of a saved document.
    pub base: usize,
    /// Bytes of a saved document with its columns inflated.
    pub inflated: u64,
    /// Operations, and changes, in a saved document.
    pub base_operations: u64,
    /// How far a change's first operation number may lie above all that came before it in the log.
    pub leap: u64,
    /// The highest operation number. Automerge truncates to 32 bits, so a hostile change near that end would spoil the document for good.
    pub last_operation: u64,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            own_change: 60 * 1024,
            change: 256 * 1024,
            changes: 65_536,
            operations: 262_144,
            unpacked: 16 * 1024 * 1024,
            base: 32 * 1024 * 1024,
            inflated: 256 * 1024 * 1024,
            base_operations: 8 * 1024 * 1024,
            leap: 262_144,
            last_operation: 1 << 31,
        }
    }
}
