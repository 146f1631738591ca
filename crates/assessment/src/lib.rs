//! The working document of a peer assessment: its framework, what people can do to it, and what they can see of it; and the strand
//! record, a document of its own for who a label is ([`strand_genesis`], [`apply_strand`], [`view_strand`]).
//!
//! ```text
//! genesis(framework) -> Automerge document      (one change: every standing object)
//! apply(document, Command, Context) -> Done     (one change, or a Refusal and nothing changed)
//! view(document) -> AssessmentView              (plain values, with what waits for somebody to look)
//! history(document) -> Vec<HistoryLine>         (who did what, when)
//! nudge::Checker::check(text) -> findings        (hints for whoever writes; never stored)
//! on_the_day(view, me, leads, today) -> OnTheDay   (what waits, what may be out of date, what is overdue)
//! then_and_now(document, then, now)            (what was added, changed, taken back); search(view, words) (where did we say that)
//! ```
//!
//! Pure: no I/O, no clock, no randomness but what is passed in. Commands and views are the only way in and out for the screens, the
//! command line and tests. A command checks the rules of practice and may be refused; a merge cannot be, so what rules say about
//! merged state is computed in the view and shown: two versions, edited apart, taken back and edited (design 4).
//!
//! Positions are UTF-16 code units everywhere; documents are always opened with [`open`], never with `Automerge::load`.

mod apply;
mod caseload;
mod choose;
mod command;
mod copy_text;
mod danger;
mod dates;
mod day;
mod digest;
mod entry;
mod families;
mod framework;
mod guide;
mod hint_review;
mod hints;
mod history;
mod ids;
mod life;
mod limits;
mod lines;
mod look;
mod meetings;
pub mod nudge;
mod openness;
mod overview;
mod page;
mod people;
mod picture;
mod plain_text;
mod plan;
mod positions;
mod practice_text;
mod prose;
mod read;
mod reading_roles;
mod record;
mod refusal;
mod sample;
mod sample_played;
mod schema;
mod search;
mod sharing;
mod strand_record;
mod strands;
mod summary;
mod tasks;
mod team_words;
mod texts;
mod then;
mod together;
mod typing;
mod view;
mod vocabulary;
mod voices;
mod weighting;
mod working_days;
mod write;

pub use apply::apply;
pub use caseload::{
    Caseload, CaseloadPerson, CaseloadPlace, HeldAs, HeldAssessment, HeldLabel, HeldRecord, agency_of, caseload, caseload_names,
};
pub use choose::{ChosenView, NameResolver, ResolverView};
pub use command::{Command, Context, Done, Heads, Refusal, Secret};
pub use copy_text::copy_text;
pub use danger::{DangerHolder, DangerPerson, DangerPlace, InDanger, in_danger};
pub use dates::day as day_of;
pub use day::{OnTheDay, WaitsToRead, on_the_day};
pub use entry::{FindError, Invite, entry_text, find, invites, text_object};
pub use families::{
    AddReply, ConfirmTwin, Distinct, FamiliesView, FamilyAction, FamilyPart, FamilyPreview, FamilyVersion, GuestAction,
    GuestPart, GuestReply, GuestSummary, PlainPart, PublishVersion, ReadingLevel, ReplyPart, ReplyPartView, ReplyView,
    TakeBackVersion, TwinView, VersionFor, VersionHints, VersionTakenBack, VersionView, preview_version, reading_level,
    say_instead, summary_for_guest, version_hints,
};
pub use framework::{Framework, FrameworkError, Heading, Side};
pub use guide::{Guide, GuideDimension, GuideExample, GuideSide, WordsToSay, guide};
pub use hint_review::{HintCount, HintReviewView, NoteHintReview};
pub use hints::{FEW_GOALS, Hint, hints_version};
pub use history::{HistoryLine, history, history_with};
pub use ids::{DeviceId, EntryId, IdError, InviteId, PersonId, device_of_actor};
pub use life::{
    ActToday, CloseAssessment, ClosedView, ContinuedView, LifeView, LookAgainAt, ReopenAssessment, STALE_AFTER_DAYS,
    SayStillTrue, SetReview, Stale, StillTrueView, stale,
};
pub use limits::{INSERT_LIMIT, NAME_LIMIT, TEXT_LIMIT, TITLE_LIMIT, WHY_LIMIT};
pub use lines::{Line, lines};
pub use look::{SUMMARY_LEAD, view, view_entry, view_entry_with, view_with};
pub use meetings::{
    AddMeeting, AgencyThere, AgreeNotes, MeetingView, MeetingsView, NotesAgreed, ReopenNotes, UpdateMeeting, about_meeting,
};
pub use openness::{LawfulBasis, OpennessView, SetAskedAll, SetLawfulBasis};
pub use overview::{Overview, Quotation, SideAtAGlance, overview};
pub use people::{Owners, colleagues, who};
pub use picture::{
    AddAdult, AddConduct, AddPart, AddPlace, AddTie, AdultView, Arrow, Audience, ConductView, Curve, Drawing, EndInPicture,
    EndView, GoesOnInPicture, LegendLine, MoveInPicture, PartView, PictureChange, PictureThenAndNow, PictureView, PlaceView,
    SaidOfPlace, SayOfPlace, Shape, Sheet, TakenBack, TextLine, TieView, UpdateAdult, UpdateConduct, UpdatePart, UpdatePlace,
    UpdateTie, Young, draw, draw_own_map, for_audience, picture_svg, picture_then_and_now, svg,
};
pub use plain_text::{history_text, plain_text};
pub use plan::{
    ActionFields, ActionView, AddAction, AddGoal, GoalView, MeasureGoal, Measured, PlanView, PutBack, TakeBack, UpdateAction,
    UpdateGoal,
};
pub use positions::{ConfirmForFamilies, DifferOnWeighting, PersonPosition, Seen, Subject, TakePosition};
pub use practice_text::{Part, case_notes, part_text};
pub use prose::Splice;
pub use reading_roles::{ByDefault, by_default};
pub use record::Kept;
pub use sample::{Sample, SampleAct, SamplePerson, SampleStep, SampleStrand, sample_larch};
pub use schema::{OpenError, SCHEMA, document_id, framework, genesis, is_assessment, open};
pub use search::{Found, Piece, search};
pub use sharing::{NoteShared, SharedView, task_to_tell, tell_by};
pub use strand_record::{
    AddMapAction, AgreedByLink, AgreementView, AnswerTakeOut, AnsweredOut, Arrived, ArrivedAgreement, ArrivedAnswer,
    ArrivedAttachment, ArrivedChoice, ArrivedDrawing, ArrivedMark, ArrivedOnPart, ArrivedOnPoint, ArrivedOnSummary, ArrivedOther,
    ArrivedTakingPart, ArrivedView, BeginMap, CloseMap, CodeWordIs, CompetenceView, Cover, EndOnMap, GuestLinkKeys,
    GuestLinkView, HeardAnswer, HeardWaits, Holds, JoinedView, KeepArrived, MakeGuestLink, MapNames, MapThing, MapTie,
    NamesOnMaps, NotAskedView, NoteArrived, NoteBeside, NoteWindow, OnMap, OwnMapView, PutBackOnMap, PutOnMap, ReferenceView,
    ReopenMap, RightOrNot, SaidTogether, SetNamesOnMap, StopGuestLink, StrandCommand, StrandRecordView, TakeIn, TakeInPart,
    TakeInWhole, TakeOffMap, TieOnMap, UnjoinedView, UpdateMap, WINDOW, agreed_lines, answer_stands_on, apply_strand, arrived,
    arrived_sound, as_said, check_covered, code_words, contribution, covered, covers, guest_link_keys, heard_waits,
    is_strand_record, open_strand, point_name, point_of, read_by, strand_genesis, to_say_together, to_take_in, view_strand,
    view_strand_with,
};
pub use strands::{
    AttachStrand, DecideAfterNo, DetachStrand, FollowAnswer, HandOverStrand, KeepAsTheme, RelabelStrand, RestEntryOn,
    SayHeardWaits, SetAgreement, StrandView, decide_by, strand_label,
};
pub use summary::{
    Published, PublishedAction, PublishedGoal, PublishedPosition, PublishedReply, PublishedView, SaidView, SummaryCommand,
    SummaryView, apply_summary, is_summary, summary_genesis, summary_text, to_publish, view_summary,
};
pub use tasks::{ANSWER_WITHIN, ForWhom, Group, Task, tasks};
pub use team_words::{AnswerSays, answer_says, role_in, team_line};
pub use texts::text_object_at;
pub use then::{Changed, Sitting, ThenAndNow, history_since, sittings, then_and_now, view_at};
pub use together::WriteTogether;
pub use typing::{field_of, splices_since, text_of};
pub use view::{
    Answered, AssessmentView, Confirmed, DifferingView, DimensionView, EntryView, InviteView, Mark, NewerField, PersonView,
    Provenance, PurposeView, Retired, SideView, TwoVersions, Version, Who,
};
pub use vocabulary::{
    AfterNo, Agreed, Agreement, AgreementAbout, Answer, AskedAll, Basis, Competent, Direction, Fair, Heard, Kind, KitchenTable,
    MapPurpose, MeetingKind, Outcome, PlaceIs, PlaceKind, Position, Said, Status, StillTrue, Strength, TheirWords, TieKind, Told,
    Trigger, Turn, Whom, Whose,
};
pub use voices::{
    AddVoice, AnswerView, AnswerVoice, LetRead, Pointed, RecordFair, TieVoice, UpdateAnswer, VoiceView, WithdrawVoice,
};
pub use weighting::{Placed, SetWeighting, WeightingView};
pub use working_days::{after as working_days_after, calendar_until, calendar_version, is_working_day};
