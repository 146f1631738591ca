//! The working document of a peer assessment: its framework, what people can do to it, and what they can see of it.
//!
//! ```text
//! genesis(framework) -> Automerge document      (one change: every standing object)
//! apply(document, Command, Context) -> Done     (one change, or a Refusal and nothing changed)
//! view(document) -> AssessmentView              (plain values, with what waits for somebody to look)
//! history(document) -> Vec<HistoryLine>         (who did what, when)
//! ```
//!
//! Pure: no I/O, no clock, no randomness but what is passed in. Commands and views are the only way in and out for the screens, the
//! command line and tests. A command checks the rules of practice and may be refused; a merge cannot be, so what rules say about
//! merged state is computed in the view and shown: two versions, edited apart, taken back and edited (design 4).
//!
//! Positions are UTF-16 code units everywhere; documents are always opened with [`open`], never with `Automerge::load`.

mod apply;
mod choose;
mod command;
mod copy_text;
mod dates;
mod digest;
mod entry;
mod framework;
mod history;
mod ids;
mod limits;
mod look;
mod overview;
mod people;
mod plain_text;
mod prose;
mod read;
mod sample;
mod schema;
mod view;
mod vocabulary;

pub use apply::apply;
pub use command::{Command, Context, Done, Heads, Refusal, Secret};
pub use copy_text::copy_text;
pub use entry::{FindError, Invite, entry_text, find, invites, text_object};
pub use framework::{Framework, FrameworkError, Heading, Side};
pub use history::{HistoryLine, history, history_with};
pub use ids::{DeviceId, EntryId, IdError, InviteId, PersonId, device_of_actor};
pub use limits::{INSERT_LIMIT, NAME_LIMIT, TEXT_LIMIT, TITLE_LIMIT, WHY_LIMIT};
pub use look::{view, view_entry, view_entry_with, view_with};
pub use overview::{Overview, SideAtAGlance, overview};
pub use people::Owners;
pub use plain_text::{history_text, plain_text};
pub use sample::{Sample, SamplePerson, SampleStep, sample_larch};
pub use schema::{OpenError, SCHEMA, document_id, framework, genesis, is_assessment, open};
pub use view::{
    Answered, AssessmentView, Confirmed, DifferingView, DimensionView, EntryView, InviteView, Mark, NewerField, PersonView,
    Provenance, PurposeView, Retired, SideView, TwoVersions, Version, Who,
};
pub use vocabulary::{Agreed, Answer, Basis, Heard, Kind, Trigger, Whose};
