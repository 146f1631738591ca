//! How an assessment lies in its Automerge document (schema 1).
//!
//! Two devices that create one object at the same key lose one of them, so objects are made in two places only (protocol 6): the
//! genesis change, which makes every standing map and Text of its framework, or under a fresh random id. Nothing is ever deleted
//! from a map. What may be set by two people at once is a scalar, whose values are all kept; prose is Text.
//!
//! ```text
//! schema: 1   document: bytes   kind: "working"   title: scalar   framework: version
//! frameworks/{version}: the framework's JSON
//! purpose/  trigger, lead-agency, act-today: scalars;  why-now, better, find-out, go-wrong, less-intrusive: Text;  edited-{text}: mark
//! sides/{side}/ asked-{whose}: scalar    dimensions/{dimension}/ state: scalar
//! analysis/{heading}: Text, edited-{heading}: mark;  weighting.{place, took-part}.{…}, weighting.{date, young-people}: scalars
//! entries/{random id}/  dimension, kind, at, framework, said-by, heard, basis, date, agreed, look-again, strand.{id}, retired, retired-saw, together, edited: scalars; text: Text
//! differing/{random id}/  about, at, text, withdrawn, for-families: scalars (a differing view is never merged: R44)
//! positions/{random id}/  about, at, position: scalars
//! voices/{random id}/   side, whose, words, how, agreed, date, strand, speaker, about.{…}, read-by.{…}, withdrawn, at: scalars (nobody edits them: R29)
//! answers/{random id}/  voice, outcome, where.{…}, told, fair, fair-words, at: scalars; text: Text
//! plan/goals/{random id}/  side.{…}, finding.{…}, then, then-date, ask-again, at: scalars; text, measure: Text
//! plan/measures/{random id}/  goal, value, date, at: scalars
//! plan/responses/{random id}/  side.{…}, goal.{…}, owner, person, due, status, note, …: scalars; what, why, lost: Text
//! picture/  words: Text;  places/ said/ conduct/ adults/ parts/ ties/ {random id}/ …, turns/ {id}: scalar: see picture.rs
//! meetings/{random id}/  meeting-kind, date, there.{person}, other.{role}, closed, closed-saw, closed-why, at: scalars; notes: Text
//! strands/{random id}/  label, holder, phone, agreement, review, decide-by, after-no, because, not-drawn, followed.{item}, detached, their-words, at: scalars
//! labels/ {label}: true   openness/  asked-all, why, …   lawful/ {agency}   life/  review, closed, still-true.{side}, …
//! life/  hints.{random id}: counts of what became of hints at a review before sharing, never a word
//! families/  twins/ versions/ {random id}/ …, replies/ {item}: scalar: see families.rs
//! people/  {person}.name, {person}.agency, {person}.role     confirmed/  the same, as the admitting lead checked them
//! devices/ {device}: person, written by that device          invites/{random id}/ secret, role, expires, for, used, stopped
//! ```
//!
//! `edited` is a mark: whoever edits prose sets it. Two people who edit apart set it apart, Automerge then holds both, and that is
//! what "edited apart" in the view means; the next edit, or a look, sets it once more.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ChangeHash, LoadOptions, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, TextEncoding};

use crate::{Context, Framework};

/// The schema that this version writes.
pub const SCHEMA: i64 = 1;

/// The standing Texts of the purpose.
pub(crate) const PURPOSE_TEXTS: [&str; 5] = ["why-now", "better", "find-out", "go-wrong", "less-intrusive"];

/// Standing maps at the root, besides those of the framework.
pub(crate) const MAPS: [&str; 17] = [
    "entries",
    "differing",
    "people",
    "confirmed",
    "devices",
    "invites",
    "voices",
    "strands",
    "frameworks",
    "answers",
    "positions",
    "labels",
    "openness",
    "lawful",
    "life",
    "families",
    "meetings",
];

/// Standing maps of the plan, whatever the headings of its framework.
pub(crate) const PLAN: [&str; 3] = ["goals", "responses", "measures"];

/// Standing Texts of the analysis, whatever the headings of its framework.
pub(crate) const ANALYSIS: [&str; 2] = ["weighting", "summary"];

/// Every key of the root that this version knows.
pub(crate) const ROOT_KEYS: [&str; 28] = [
    "schema",
    "document",
    "kind",
    "title",
    "framework",
    "frameworks",
    "purpose",
    "sides",
    "dimensions",
    "analysis",
    "plan",
    "voices",
    "strands",
    "entries",
    "differing",
    "people",
    "confirmed",
    "devices",
    "invites",
    "answers",
    "positions",
    "labels",
    "openness",
    "lawful",
    "life",
    "picture",
    "families",
    "meetings",
];

/// Every key of an entry that this version knows.
pub(crate) const ENTRY_KEYS: [&str; 15] = [
    "dimension",
    "kind",
    "text",
    "at",
    "framework",
    "said-by",
    "heard",
    "basis",
    "date",
    "agreed",
    "retired",
    "retired-saw",
    "edited",
    "look-again",
    "together",
];

/// Why bytes are not an assessment.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Automerge cannot read them.
    #[error(
        "this file is damaged, or is not an assessment ({0}). Open an earlier copy, or ask a colleague's Kith to send it again"
    )]
    Damaged(String),
    /// An Automerge document of another kind.
    #[error("this is not an assessment: it has no schema that Kith knows")]
    NotAnAssessment,
    /// An Automerge document of another kind, where a strand record was expected.
    #[error("this is not a strand record: it has no schema that Kith knows")]
    NotAStrandRecord,
}

/// Begins an assessment: a document with one change, which holds the framework and makes every standing map and Text (protocol 6).
/// Returns it with the raw bytes of that change. Title and purpose follow as commands.
#[allow(clippy::expect_used)] // An empty document of our own: none of these writes depends on anything from outside.
pub fn genesis(framework: &Framework, document: [u8; 16], ctx: &Context<'_>) -> (Automerge, Vec<u8>) {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(ActorId::from(ctx.device));
    let mut tx = doc.transaction();
    let mut fill = || -> Result<(), automerge::AutomergeError> {
        tx.put(ROOT, "schema", SCHEMA)?;
        tx.put(ROOT, "document", ScalarValue::Bytes(document.to_vec()))?;
        tx.put(ROOT, "kind", "working")?;
        tx.put(ROOT, "framework", framework.version())?;
        for key in MAPS {
            let map = tx.put_object(ROOT, key, ObjType::Map)?;
            if key == "frameworks" {
                tx.put(&map, framework.version(), framework.source())?;
            } else if key == "families" {
                for key in crate::families::MAPS {
                    tx.put_object(&map, key, ObjType::Map)?;
                }
            }
        }
        let purpose = tx.put_object(ROOT, "purpose", ObjType::Map)?;
        for key in PURPOSE_TEXTS {
            tx.put_object(&purpose, key, ObjType::Text)?;
        }
        let sides = tx.put_object(ROOT, "sides", ObjType::Map)?;
        let dimensions = tx.put_object(ROOT, "dimensions", ObjType::Map)?;
        for side in framework.sides() {
            tx.put_object(&sides, side.id.as_str(), ObjType::Map)?;
            for dimension in &side.dimensions {
                tx.put_object(&dimensions, dimension.id.as_str(), ObjType::Map)?;
            }
        }
        let analysis = tx.put_object(ROOT, "analysis", ObjType::Map)?;
        for heading in with(&ANALYSIS, framework.analysis()) {
            tx.put_object(&analysis, heading, ObjType::Text)?;
        }
        let picture = tx.put_object(ROOT, "picture", ObjType::Map)?;
        tx.put_object(&picture, "words", ObjType::Text)?;
        for key in crate::picture::MAPS {
            tx.put_object(&picture, key, ObjType::Map)?;
        }
        let plan = tx.put_object(ROOT, "plan", ObjType::Map)?;
        for heading in with(&PLAN, framework.plan()) {
            tx.put_object(&plan, heading, ObjType::Map)?;
        }
        Ok(())
    };
    fill().expect("a fresh document takes its standing objects");
    let options = CommitOptions::default().with_time(ctx.now).with_message("begin");
    let hash = tx.commit_with(options).0.expect("the genesis change is not empty");
    let bytes = change_bytes(&doc, &hash).expect("a change that was just made can be read");
    (doc, bytes)
}

/// Ours, and what a framework has besides.
fn with<'a>(ours: &[&'a str], theirs: &'a [crate::Heading]) -> Vec<&'a str> {
    let mut all = ours.to_vec();
    all.extend(theirs.iter().map(|heading| heading.id.as_str()).filter(|id| !ours.contains(id)));
    all
}

/// The raw, uncompressed bytes of a change.
pub(crate) fn change_bytes(doc: &Automerge, hash: &ChangeHash) -> Option<Vec<u8>> {
    doc.get_change_by_hash(hash).map(|change| change.raw_bytes().to_vec())
}

/// Opens a saved assessment, of this schema or a newer one. Positions are UTF-16 code units from here on.
///
/// Never panics on damaged bytes. Whether the history is honest is not judged here (that is the replica's work).
pub fn open(bytes: &[u8]) -> Result<Automerge, OpenError> {
    let doc = load(bytes)?;
    if is_assessment(&doc) { Ok(doc) } else { Err(OpenError::NotAnAssessment) }
}

/// Loads a document of any kind.
pub(crate) fn load(bytes: &[u8]) -> Result<Automerge, OpenError> {
    // Automerge can panic on malformed bytes (measured): a damaged file must be a sentence, not a crash.
    let loaded = std::panic::catch_unwind(|| {
        Automerge::load_with_options(bytes, LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit))
    });
    match loaded {
        Ok(Ok(doc)) => Ok(doc),
        Ok(Err(error)) => Err(OpenError::Damaged(error.to_string())),
        Err(_) => Err(OpenError::Damaged("its inside does not fit together".to_owned())),
    }
}

/// Whether a document has what the genesis change makes.
pub fn is_assessment(doc: &Automerge) -> bool {
    crate::read::number(doc, &ROOT, "schema").is_some_and(|schema| schema >= SCHEMA)
        && !crate::read::objects(doc, &ROOT, "entries", ObjType::Map).is_empty()
}

/// The document's own id, written in its genesis change.
pub fn document_id(doc: &Automerge) -> Option<[u8; 16]> {
    crate::read::bytes16(doc, &ROOT, "document")
}

/// The framework that an entry was written under, or the current one, as the document holds it.
pub fn framework(doc: &Automerge) -> Option<Framework> {
    let version = crate::read::text_scalar(doc, &ROOT, "framework")?;
    crate::read::objects(doc, &ROOT, "frameworks", ObjType::Map)
        .iter()
        .filter_map(|map| crate::read::text_scalar(doc, map, &version))
        .find_map(|json| Framework::from_json(&json).ok())
}

/// The one object to write to at a standing key: where several stand (which only a broken member can cause), the first made.
pub(crate) fn standing(doc: &impl ReadDoc, parent: &ObjId, key: &str, kind: ObjType) -> Option<ObjId> {
    crate::read::objects(doc, parent, key, kind).into_iter().next()
}
