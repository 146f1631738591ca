//! Versions of the summary for young people and families (R17): a plain-language twin of each part, confirmed by its author; a version for
//! one audience, kept as it was shared; and replies, which stand beside the text from then on.
//!
//! A version stays in the working document and in the readings that the holders' programs seal for the phones of that audience. It never
//! stands in the summary that readers hold; of what came back, only replies that were added do.
//!
//! ```text
//! families/twins/{random id}/      part, text, of (digest of what it was made from), at          (never changed: a new one follows)
//! families/versions/{random id}/   for, content (JSON of FamilyVersion), digest, in-danger, at; taken-back: scalar
//! families/replies/                {item}: what was replied, as JSON (Reply): the same from every device
//! ```

mod audience;
mod draft;
mod guest;
mod level;
mod reply;
mod review;
mod twin;
mod version;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::entry::Reader;
use crate::strands::Known;
use crate::view::{AssessmentView, Mark, NewerField};

pub use audience::VersionFor;
pub use guest::{GuestAction, GuestPart, GuestReply, GuestSummary, summary_for_guest};
pub use level::{ReadingLevel, reading_level};
pub use reply::{AddReply, ReplyPart, ReplyPartView, ReplyView};
pub use review::{Distinct, VersionHints, say_instead, version_hints};
pub use twin::{ConfirmTwin, PlainPart, TwinView};
pub use version::{
    FamilyAction, FamilyPart, FamilyPreview, FamilyVersion, PublishVersion, TakeBackVersion, VersionTakenBack, VersionView,
    preview_version,
};

pub(crate) use reply::add as add_reply;
pub(crate) use twin::confirm;
pub(crate) use version::{gone, publish, take_back};

/// Standing maps below "families".
pub(crate) const MAPS: [&str; 3] = ["twins", "versions", "replies"];

/// What stands in the assessment for families, and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct FamiliesView {
    /// The parts of the summary with their plain-language twins, in the order of a version.
    pub parts: Vec<PlainPart>,
    /// Versions that were shared, newest first; those that were taken back too.
    pub versions: Vec<VersionView>,
    /// Replies, oldest first.
    pub replies: Vec<ReplyView>,
}

/// What the document holds, before it is put beside the rest of the view.
pub(crate) struct Written {
    twins: Vec<TwinView>,
    versions: Vec<VersionView>,
    replies: Vec<ReplyView>,
}

/// Reads it. Versions for, and replies of, young people who were taken out are not in it (R4), unless their words were to stay.
pub(crate) fn read(reader: &Reader<'_>, known: &[Known], marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Written {
    let versions = version::all(reader, known, marks, newer);
    let replies = reply::all(reader, known, &versions);
    Written { twins: twin::all(reader, marks, newer), versions, replies }
}

/// Puts it beside the rest.
pub(crate) fn view(written: Written, view: &AssessmentView) -> FamiliesView {
    let Written { twins, mut versions, replies } = written;
    versions.reverse();
    FamiliesView { parts: twin::parts(view, &twins), versions, replies }
}

/// SHA-256 of a text, in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
