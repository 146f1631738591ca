//! What belongs to this computer alone: how its app is set, and which other programs may read.

use kith_assessment::NamesOnMaps;
use kith_group::Digest;
use minicbor::{Decode, Encode};

use super::kept::{self, PROGRAM, SETTING};
use super::{EngineError, Work};

/// Another program on this computer that a person lets read.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Program {
    /// SHA-256 of its token. The token itself is nowhere but with the program.
    #[n(0)]
    pub digest: Digest,
    /// What the person calls it.
    #[n(1)]
    pub name: String,
    /// Since when, in Unix seconds.
    #[n(2)]
    pub since: i64,
}

const NAMES_ON_MAPS: &[u8] = b"names-on-maps";

/// What the agency decided about names on own maps.
#[derive(Encode, Decode)]
#[cbor(array)]
struct NamesRow {
    #[n(0)]
    reference: String,
    #[n(1)]
    signed_off_by: String,
}

impl Work<'_> {
    /// Programs that may read, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn programs(&self) -> Result<Vec<Program>, EngineError> {
        let rows = self.rows().scan_rows(PROGRAM, &[], &[], usize::MAX)?;
        let mut programs: Vec<Program> = rows.iter().filter_map(|(_, value)| kept::read(value)).collect();
        programs.sort_by(|a, b| (a.since, &a.name).cmp(&(b.since, &b.name)));
        Ok(programs)
    }

    /// Lets a program read.
    ///
    /// # Errors
    /// When the store fails.
    pub fn add_program(&mut self, program: &Program) -> Result<(), EngineError> {
        self.put(PROGRAM, &program.digest.0, &kept::written(program))
    }

    /// Lets it read no more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn stop_program(&mut self, digest: &Digest) -> Result<(), EngineError> {
        self.delete(PROGRAM, &digest.0)
    }

    /// How many minutes the app waits for a key or a press before it locks itself, where a person has chosen.
    ///
    /// # Errors
    /// When the store fails.
    pub fn lock_after(&self) -> Result<Option<u16>, EngineError> {
        Ok(self.rows().row(SETTING, b"lock-after")?.and_then(|bytes| kept::read(&bytes)))
    }

    /// Chooses it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn set_lock_after(&mut self, minutes: u16) -> Result<(), EngineError> {
        self.put(SETTING, b"lock-after", &kept::written(&minutes))
    }

    /// What this agency decided about names on young people's own maps (R34), where it did.
    ///
    /// # Errors
    /// When the store fails.
    pub fn names_on_maps(&self) -> Result<Option<NamesOnMaps>, EngineError> {
        let row: Option<NamesRow> = self.rows().row(SETTING, NAMES_ON_MAPS)?.and_then(|bytes| kept::read(&bytes));
        Ok(row.map(|NamesRow { reference, signed_off_by }| NamesOnMaps { reference, signed_off_by }))
    }

    /// Sets it; none: friends stand on maps by initials.
    ///
    /// # Errors
    /// When the store fails, or half of it is missing.
    pub fn set_names_on_maps(&mut self, policy: Option<&NamesOnMaps>) -> Result<(), EngineError> {
        let Some(policy) = policy else { return self.delete(SETTING, NAMES_ON_MAPS) };
        let NamesOnMaps { reference, signed_off_by } = policy.checked()?;
        self.put(SETTING, NAMES_ON_MAPS, &kept::written(&NamesRow { reference, signed_off_by }))
    }
}
