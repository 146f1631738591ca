//! "Write together": what the screen says of who is there, before a young person or a parent writes on the holder's own computer.

use kith_assessment::{ArrivedAnswer, EntryId, SaidTogether, StrandCommand, Whose};
use kith_group::{DocumentId, Team};

use super::EngineError;
use super::guests::first;
use super::work::Work;

/// Who is there, and who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitting {
    /// The first name of whose computer it is.
    pub holder: String,
    /// Their role.
    pub role: String,
    /// The first name of who reads it when they are away.
    pub stand_in: Option<String>,
    /// Who is in the team.
    pub team: Team,
}

impl Work<'_> {
    /// Who is there, for a record that this person reads.
    pub fn sitting(&mut self, record: &DocumentId) -> Result<Sitting, EngineError> {
        let view = self.record(record)?;
        let profile = self.profile()?;
        let holder = first(&profile.name);
        let other = match view.holder.as_ref().map(|held| first(&held.name)) {
            // Whoever stands in sits there today; then the holder reads it too.
            Some(held) if held != holder => Some(held),
            _ => view.stand_in.as_deref().map(first),
        };
        let stand_in = other.filter(|name| !name.is_empty());
        let (team, _) = self.team(&view, "en")?;
        Ok(Sitting { holder, role: profile.role, stand_in, team })
    }

    /// Keeps what was said, in the record.
    pub fn said_together(
        &mut self,
        record: &DocumentId,
        whose: Whose,
        language: String,
        answers: Vec<ArrivedAnswer>,
    ) -> Result<EntryId, EngineError> {
        let write = StrandCommand::SaidTogether(SaidTogether { whose, language, answers });
        self.record_command(record, &write)?.id.ok_or(EngineError::Unreadable("what was just kept"))
    }
}
