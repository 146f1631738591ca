//! "Write together": what the screen says of who is there, before a young person or a parent writes on the holder's own computer.

use kith_assessment::{ArrivedAnswer, EntryId, Refusal, SaidTogether, Whose, to_say_together};
use kith_group::{Attachment, DocumentId, Random as _, SystemRandom, Team};

use super::EngineError;
use super::arrived::attachments;
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

    /// Keeps what was said, in the record. Voice notes and drawings are kept as those that come by a link.
    pub fn said_together(
        &mut self,
        record: &DocumentId,
        whose: Whose,
        language: String,
        answers: Vec<ArrivedAnswer>,
        attached: Vec<Attachment>,
    ) -> Result<EntryId, EngineError> {
        let attached: Option<Vec<_>> = attached.into_iter().map(Attachment::checked).collect();
        let attached = attached.ok_or(Refusal::Rule(
            "a voice note or a drawing is too long to be kept: throw it away, or make it shorter. Nothing else is lost",
        ))?;
        let (attached, sounds) = attachments(attached);
        let mut item = EntryId([0; 16]);
        SystemRandom.fill(&mut item.0);
        let said = SaidTogether { whose, language, answers, attached, item: Some(item) };
        for command in to_say_together(item, said, &sounds)? {
            self.record_command(record, &command)?;
        }
        Ok(item)
    }
}
