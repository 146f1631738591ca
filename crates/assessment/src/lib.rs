//! The working document of a peer assessment: its framework, what people can do to it, and what they can see of it; and the strand
//! record, a document of its own for who a label is ([`strand_genesis`], [`apply_strand`], [`view_strand`]).
//!
//! ```text
//! genesis(framework) -> Automerge document      (one change: every standing object)
//! apply(document, Command, Context) -> Done     (one change, or a Refusal and nothing changed)
//! view(document) -> AssessmentView              (plain values, with what waits for somebody to look)
//! history(document) -> Vec<HistoryLine>         (who did what, when)
//! nudge::Checker::check(text) -> findings        (hints for whoever writes; never stored)
//! tasks(view, me, today) -> Vec<Task>           (what waits), stale(view, today) (what may be out of date)
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
mod hints;
mod history;
mod ids;
mod life;
mod limits;
mod look;
pub mod nudge;
mod openness;
mod overview;
mod page;
mod people;
mod plain_text;
mod plan;
mod positions;
mod practice_text;
mod prose;
mod read;
mod record;
mod refusal;
mod sample;
mod schema;
mod strand_record;
mod strands;
mod tasks;
mod texts;
mod together;
mod typing;
mod view;
mod vocabulary;
mod voices;
mod weighting;
mod working_days;
mod write;

pub use apply::apply;
pub use command::{Command, Context, Done, Heads, Refusal, Secret};
pub use copy_text::copy_text;
pub use entry::{FindError, Invite, entry_text, find, invites, text_object};
pub use framework::{Framework, FrameworkError, Heading, Side};
pub use hints::{FEW_GOALS, Hint, hints_version};
pub use history::{HistoryLine, history, history_with};
pub use ids::{DeviceId, EntryId, IdError, InviteId, PersonId, device_of_actor};
pub use life::{
    ActToday, CloseAssessment, ClosedView, LifeView, LookAgainAt, ReopenAssessment, STALE_AFTER_DAYS, SayStillTrue, SetReview,
    Stale, StillTrueView, stale,
};
pub use limits::{INSERT_LIMIT, NAME_LIMIT, TEXT_LIMIT, TITLE_LIMIT, WHY_LIMIT};
pub use look::{view, view_entry, view_entry_with, view_with};
pub use openness::{LawfulBasis, OpennessView, SetAskedAll, SetLawfulBasis};
pub use overview::{Overview, SideAtAGlance, overview};
pub use people::{Owners, who};
pub use plain_text::{history_text, plain_text};
pub use plan::{
    ActionFields, ActionView, AddAction, AddGoal, GoalView, MeasureGoal, Measured, PlanView, PutBack, TakeBack, UpdateAction,
    UpdateGoal,
};
pub use positions::{ConfirmForFamilies, DifferOnWeighting, PersonPosition, Seen, Subject, TakePosition};
pub use practice_text::{Part, case_notes, part_text};
pub use prose::Splice;
pub use record::Kept;
pub use sample::{Sample, SampleAct, SamplePerson, SampleStep, SampleStrand, sample_larch};
pub use schema::{OpenError, SCHEMA, document_id, framework, genesis, is_assessment, open};
pub use strand_record::{
    AgreementView, CompetenceView, JoinedView, NotAskedView, ReferenceView, StrandCommand, StrandRecordView, UnjoinedView,
    apply_strand, is_strand_record, open_strand, strand_genesis, view_strand, view_strand_with,
};
pub use strands::{
    AttachStrand, DecideAfterNo, DetachStrand, HandOverStrand, KeepAsTheme, RelabelStrand, RestEntryOn, SetAgreement, StrandView,
};
pub use tasks::{ForWhom, Task, tasks};
pub use texts::text_object_at;
pub use together::WriteTogether;
pub use typing::{field_of, splices_since, text_of};
pub use view::{
    Answered, AssessmentView, Confirmed, DifferingView, DimensionView, EntryView, InviteView, Mark, NewerField, PersonView,
    Provenance, PurposeView, Retired, SideView, TwoVersions, Version, Who,
};
pub use vocabulary::{
    AfterNo, Agreed, Agreement, AgreementAbout, Answer, AskedAll, Basis, Competent, Fair, Heard, Kind, Outcome, Position, Said,
    Status, StillTrue, TheirWords, Told, Trigger, Turn, Whom, Whose,
};
pub use voices::{AddVoice, AnswerView, AnswerVoice, Pointed, RecordFair, TieVoice, UpdateAnswer, VoiceView, WithdrawVoice};
pub use weighting::{Placed, SetWeighting, WeightingView};
pub use working_days::{after as working_days_after, calendar_until, calendar_version, is_working_day};
