//! The strand record: a document of its own, of kind "strand", that only the holder and a stand-in of the same agency read (R2).
//!
//! It says who a label is, and holds what colleagues must not see: references in case systems, who agreed to what and how, why
//! somebody is not asked, how competence was judged, words that have not joined an assessment yet, when and why the young person was
//! taken out. Rules of the working document hold here too: nothing is deleted, two people's values are both shown, what is newer is kept.
//!
//! `IntroduceMyself`, `ConfirmPerson` and invitations are [`crate::Command`]s in this document as in any other.
//!
//! ```text
//! schema: 1   document: bytes   kind: "strand"
//! person/  name, known-as, born, stand-in, stand-in-phone, holder, was-holder: scalars      references/ {system}: scalar
//! joined/{random id}/  assessment, strand, label, attached, detached, detached-why, their-words, at
//! agreements/{random id}/  who, relation, about, said, not-to, how, explained-by, named, agencies, date, at     (never changed)
//! competence/{random id}/  decision, judged, reason, date, review, at
//! not-asked/{random id}/  who, why, reviewer, look-again, at
//! guest-links/  arrived/  arrived-notes/             links, and what came by them: by_link.rs, taken_in.rs, reading_first.rs
//! maps/  map-actions/  map-things/  map-ties/      the young person's own maps (R32): own_map.rs
//! words/{random id}/  whose, words, how, agreed, date, voice, at      shared/{random id}/  what, with, why, date, at
//! people/  devices/  confirmed/  invites/       as in every document
//! ```

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, ObjType, ROOT, ScalarValue, TextEncoding};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Done, Refusal};
use crate::dates;
use crate::ids::{EntryId, PersonId};
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT, WHY_LIMIT};
use crate::schema::{OpenError, SCHEMA, change_bytes, load};
use crate::sharing::{self, NoteShared};
use crate::vocabulary::{Agreed, AgreementAbout, Competent, Said, TheirWords, Whom, Whose};
use crate::write::{Written, day, fresh_at, known, line, object_at, real_day, sentences, settle, standing_map};

mod agreed;
mod arrived;
mod by_link;
pub(crate) mod covering;
mod look;
mod own_map;
mod reading_first;
mod references;
mod said_together;
mod taken_in;

pub use agreed::{AgreedByLink, agreed_lines};
pub use arrived::{
    Arrived, ArrivedAgreement, ArrivedAnswer, ArrivedAttachment, ArrivedChoice, ArrivedDrawing, ArrivedMark, ArrivedOnPart,
    ArrivedOnPoint, ArrivedOnSummary, ArrivedOther, ArrivedTakingPart, RightOrNot,
};
pub use by_link::{
    CodeWordIs, GuestLinkKeys, GuestLinkView, MakeGuestLink, NoteWindow, StopGuestLink, WINDOW, guest_link_keys, read_by,
};
pub use covering::{Cover, check_covered, covered, covers};
pub use look::{
    AgreementView, CompetenceView, JoinedView, NotAskedView, ReferenceView, StrandRecordView, UnjoinedView, view_strand,
    view_strand_with,
};
pub use own_map::{
    AddMapAction, BeginMap, CloseMap, EndOnMap, MapNames, MapThing, MapTie, NamesOnMaps, OnMap, OwnMapView, PutBackOnMap,
    PutOnMap, ReopenMap, SetNamesOnMap, TakeOffMap, TieOnMap, UpdateMap,
};
pub use reading_first::{
    AnswerTakeOut, AnsweredOut, ArrivedView, HeardAnswer, HeardWaits, Holds, KeepArrived, NoteArrived, NoteBeside,
    answer_stands_on, as_said, contribution, heard_waits, point_name, point_of,
};
pub use said_together::{SaidTogether, to_say_together};
pub use taken_in::{TakeIn, TakeInPart, TakeInWhole, arrived, arrived_sound, code_words, to_take_in};

/// Standing maps of a strand record.
const MAPS: [&str; 12] = [
    "person",
    "references",
    "joined",
    "agreements",
    "competence",
    "not-asked",
    "words",
    "shared",
    "people",
    "devices",
    "confirmed",
    "invites",
];

/// Something to do in a strand record. In JSON: `{"do": "set-person", "name": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum StrandCommand {
    /// Says who it is. What is not given stays; empty takes it away.
    SetPerson {
        /// Their name.
        #[serde(default)]
        name: Option<String>,
        /// What they like to be called.
        #[serde(default)]
        known_as: Option<String>,
        /// When they were born.
        #[serde(default)]
        born: Option<String>,
    },
    /// Keeps what another system calls them: opaque, never a key (R55).
    SetReference {
        /// Which system.
        system: String,
        /// Its reference; empty takes it away.
        value: String,
    },
    /// Keeps one more of a kind beside what is kept there already: what leads to one person and was taken out of a shared text.
    KeepReference {
        /// Which system, or what it is: "NHS number".
        system: String,
        /// As it was written.
        value: String,
    },
    /// Takes it out again, and nothing else that is kept there.
    DropReference {
        /// Which system, or what it is.
        system: String,
        /// As it was written.
        value: String,
    },
    /// Says who stands in for me.
    SetStandIn {
        /// Their name.
        name: String,
        /// Their phone.
        #[serde(default)]
        phone: Option<String>,
    },
    /// Says who holds this record from now on (R2): whoever makes it, and at a hand-over the next holder.
    SetHolder {
        /// Their person in this record's group.
        to: PersonId,
        /// The last holder stays, as who stands in. Otherwise the next one is asked to take them out.
        #[serde(default)]
        stays: bool,
    },
    /// Notes that they take part in an assessment, under which label (R3).
    NoteAttached {
        /// Which assessment's document.
        assessment: EntryId,
        /// Which strand in it.
        strand: EntryId,
        /// "A".
        label: String,
    },
    /// Notes that they were taken out, with date and reason (R3): nowhere else do these stand.
    NoteDetached {
        /// Which of the assessments in this record.
        id: EntryId,
        /// Why.
        why: String,
        /// When; today if not given.
        #[serde(default)]
        date: Option<String>,
        /// What becomes of their words: their own choice.
        their_words: TheirWords,
    },
    /// Notes what somebody said when asked: each person apart, openness apart from agreement to the work (R7, R8).
    RecordAgreement {
        /// The young person, or a parent or carer.
        who: Whom,
        /// Which parent or carer, in a word: "mother", "grandmother".
        #[serde(default)]
        relation: Option<String>,
        /// Openness, or the work.
        about: AgreementAbout,
        /// What they said.
        said: Said,
        /// What they said no to, if yes to the rest.
        #[serde(default)]
        not_to: Option<String>,
        /// How they were asked: "at home, read together".
        how: String,
        /// Who explained it.
        explained_by: String,
        /// What was named: agencies, length, limits.
        #[serde(default)]
        named: Option<String>,
        /// Agencies that were in the assessment when they were asked: with one that comes later, they are asked again (R8).
        #[serde(default)]
        agencies: Vec<String>,
        /// When; today if not given.
        #[serde(default)]
        date: Option<String>,
    },
    /// Judges whether they can make one decision, with the reason. It may be otherwise for another decision, or another day.
    JudgeCompetence {
        /// Which decision.
        decision: String,
        /// Able, not able, not sure.
        judged: Competent,
        /// Why.
        reason: String,
        /// When; today if not given.
        #[serde(default)]
        date: Option<String>,
        /// When to look at it again.
        #[serde(default)]
        review: Option<String>,
    },
    /// Decides not to ask somebody yet (R9). Reason, reviewer and date: now, or as a task.
    DecideNotToAsk {
        /// Whom.
        who: Whom,
        /// Why.
        #[serde(default)]
        why: Option<String>,
        /// Who agreed to it.
        #[serde(default)]
        reviewer: Option<String>,
        /// When to look at it again.
        #[serde(default)]
        look_again: Option<String>,
    },
    /// Adds what such a decision lacked.
    CompleteNotAsked {
        /// Which.
        id: EntryId,
        /// Why.
        #[serde(default)]
        why: Option<String>,
        /// Who agreed to it.
        #[serde(default)]
        reviewer: Option<String>,
        /// When to look at it again.
        #[serde(default)]
        look_again: Option<String>,
    },
    /// Keeps words that have not joined an assessment: said only to me, or not read yet.
    KeepWords {
        /// A young person's, or a parent's or carer's.
        whose: Whose,
        /// Their words.
        words: String,
        /// How they were obtained.
        how: String,
        /// Whether they agreed to their being written for the team.
        agreed: Agreed,
        /// When; today if not given.
        #[serde(default)]
        date: Option<String>,
    },
    /// Notes that such words joined an assessment.
    NoteJoined {
        /// Which words.
        id: EntryId,
        /// As which voice.
        voice: EntryId,
    },
    /// The young person's own map (R32).
    BeginMap(BeginMap),
    /// Who keeps it, when to look again.
    UpdateMap(UpdateMap),
    /// What is done with it.
    AddMapAction(AddMapAction),
    /// A friend by initials, an adult by role, a place.
    PutOnMap(PutOnMap),
    /// A tie on it.
    TieOnMap(TieOnMap),
    /// Something on it is no longer so.
    EndOnMap(EndOnMap),
    /// Names may stand on it, by the agency's decision (R34), or may not any more.
    SetNamesOnMap(SetNamesOnMap),
    /// It has done its work.
    CloseMap(CloseMap),
    /// It goes on.
    ReopenMap(ReopenMap),
    /// It, or something on it, is taken away.
    TakeOffMap(TakeOffMap),
    /// And put back.
    PutBackOnMap(PutBackOnMap),
    /// Notes what was shared about them (R45, R46).
    NoteShared(NoteShared),
    /// Keeps a link that was made for them or their family.
    MakeGuestLink(MakeGuestLink),
    /// Stops one.
    StopGuestLink(StopGuestLink),
    /// The window of one was opened or closed.
    NoteWindow(NoteWindow),
    /// Takes in what arrived by one.
    TakeIn(TakeIn),
    /// Takes in a part of it.
    TakeInPart(TakeInPart),
    /// All parts of it are here.
    TakeInWhole(TakeInWhole),
    /// It was read, or is not added, and why.
    NoteArrived(NoteArrived),
    /// Keeps an answer in it as words, with names covered.
    KeepArrived(KeepArrived),
    /// A reply stands beside the summary.
    NoteBeside(NoteBeside),
    /// Answers somebody who asks to have it taken out.
    AnswerTakeOut(AnswerTakeOut),
    /// Keeps what was said on this computer, with the holder beside them.
    SaidTogether(SaidTogether),
    /// All parts of it are here.
    SaidTogetherWhole(TakeInWhole),
}

/// Begins a strand record: one change with every standing map. Returns it with the raw bytes of that change.
#[allow(clippy::expect_used)] // An empty document of our own: none of these writes depends on anything from outside.
pub fn strand_genesis(document: [u8; 16], ctx: &Context<'_>) -> (Automerge, Vec<u8>) {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(ActorId::from(ctx.device));
    let mut tx = doc.transaction();
    let mut fill = || -> Result<(), automerge::AutomergeError> {
        tx.put(ROOT, "schema", SCHEMA)?;
        tx.put(ROOT, "document", ScalarValue::Bytes(document.to_vec()))?;
        tx.put(ROOT, "kind", "strand")?;
        for key in MAPS {
            tx.put_object(ROOT, key, ObjType::Map)?;
        }
        by_link::genesis(&mut tx)?;
        own_map::genesis(&mut tx)
    };
    fill().expect("a fresh document takes its standing objects");
    let options = CommitOptions::default().with_time(ctx.now).with_message("begin");
    let hash = tx.commit_with(options).0.expect("the genesis change is not empty");
    let bytes = change_bytes(&doc, &hash).expect("a change that was just made can be read");
    (doc, bytes)
}

/// Opens a saved strand record. Never panics on damaged bytes.
pub fn open_strand(bytes: &[u8]) -> Result<Automerge, OpenError> {
    let doc = load(bytes)?;
    if is_strand_record(&doc) { Ok(doc) } else { Err(OpenError::NotAStrandRecord) }
}

/// Whether a document is a strand record.
pub fn is_strand_record(doc: &Automerge) -> bool {
    crate::read::text_scalar(doc, &ROOT, "kind").as_deref() == Some("strand")
        && crate::read::number(doc, &ROOT, "schema").is_some_and(|schema| schema >= SCHEMA)
}

/// Does a command in a strand record as exactly one change; on a refusal the record is as it was.
pub fn apply_strand(doc: &mut Automerge, command: &StrandCommand, ctx: &mut Context<'_>) -> Result<Done, Refusal> {
    crate::apply::transact(doc, None, ctx, |tx, ctx| write(tx, ctx, command))
}

fn date_or_today(date: Option<&String>, ctx: &Context<'_>) -> Result<String, Refusal> {
    let date = date.cloned().unwrap_or_else(|| dates::day(ctx.now));
    real_day(&date)?;
    Ok(date)
}

/// One object with these scalars.
fn record(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, path: &str, fields: &[(&str, &str)]) -> Result<EntryId, Refusal> {
    let (id, object) = fresh_at(tx, ctx, path)?;
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        tx.put(&object, *key, *value)?;
    }
    Ok(id)
}

fn optional(what: &'static str, words: Option<&String>, limit: usize) -> Result<String, Refusal> {
    words.map_or_else(|| Ok(String::new()), |words| limits::prose(what, words, limit))
}

fn write(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, command: &StrandCommand) -> Result<Written, Refusal> {
    match command {
        StrandCommand::SetPerson { name, known_as, born } => {
            let map = standing_map(tx, "person")?;
            line(tx, &map, "name", "name", name.as_deref())?;
            line(tx, &map, "known-as", "name that they like", known_as.as_deref())?;
            day(tx, &map, "born", born.as_deref())?;
            Ok((None, "person".to_owned()))
        }
        StrandCommand::SetReference { system, value } => {
            let map = standing_map(tx, "references")?;
            let system = limits::line("name of the system", system, NAME_LIMIT)?;
            line(tx, &map, &system, "reference", Some(value))?;
            Ok((None, "reference".to_owned()))
        }
        StrandCommand::KeepReference { system, value } => references::keep(tx, system, value),
        StrandCommand::DropReference { system, value } => references::take_out(tx, system, value),
        StrandCommand::SetStandIn { name, phone } => {
            let map = standing_map(tx, "person")?;
            let name = limits::line("name of who stands in", name, NAME_LIMIT)?;
            settle(tx, &map, "stand-in", name.as_str().into())?;
            line(tx, &map, "stand-in-phone", "phone", phone.as_deref())?;
            Ok((None, "stand-in".to_owned()))
        }
        StrandCommand::SetHolder { to, stays } => {
            let map = standing_map(tx, "person")?;
            let last = crate::read::scalars(tx, &map, "holder").pop().map(|held| held.value);
            let new = ScalarValue::Bytes(to.0.to_vec());
            if last.as_ref() == Some(&new) {
                return Err(Refusal::AlreadySo("they hold this record already"));
            }
            settle(tx, &map, "holder", new)?;
            settle(tx, &map, "was-holder", last.filter(|_| !stays).unwrap_or(ScalarValue::Null))?;
            Ok((None, "holder".to_owned()))
        }
        StrandCommand::NoteAttached { assessment, strand, label } => {
            let label = limits::line("label", label, 2)?;
            let (assessment, strand, today) = (assessment.to_string(), strand.to_string(), dates::day(ctx.now));
            let fields = [("assessment", assessment.as_str()), ("strand", &strand), ("label", &label), ("attached", &today)];
            Ok((Some(record(tx, ctx, "joined", &fields)?), "attached".to_owned()))
        }
        StrandCommand::NoteDetached { id, why, date, their_words } => {
            known(their_words.is_known(), "choice", their_words.as_str(), TheirWords::CHOICES)?;
            let object = object_at(tx, "joined", "assessment", id)?;
            let why = limits::prose("reason", why, WHY_LIMIT)?;
            settle(tx, &object, "detached", date_or_today(date.as_ref(), ctx)?.as_str().into())?;
            settle(tx, &object, "detached-why", why.as_str().into())?;
            settle(tx, &object, "their-words", their_words.as_str().into())?;
            Ok((Some(*id), "detached".to_owned()))
        }
        StrandCommand::RecordAgreement { who, relation, about, said, not_to, how, explained_by, named, agencies, date } => {
            known(who.is_known(), "person to ask", who.as_str(), Whom::CHOICES)?;
            known(about.is_known(), "thing to ask about", about.as_str(), AgreementAbout::CHOICES)?;
            known(said.is_known(), "answer", said.as_str(), Said::CHOICES)?;
            if (*about == AgreementAbout::Openness) != (*said == Said::HasRead) {
                return Err(Refusal::Rule(
                    "openness is \"has read\", and is not agreement; agreement to the work is one of the other answers. Note each by itself",
                ));
            }
            let not_to = optional("list of what they said no to", not_to.as_ref(), WHY_LIMIT)?;
            if *said == Said::YesBut && not_to.is_empty() {
                return Err(Refusal::Rule("say to what they said no: the picture, links to their phone, an agency"));
            }
            let relation =
                relation.as_deref().map_or_else(|| Ok(String::new()), |words| limits::line("relation", words, NAME_LIMIT))?;
            let how = limits::line("way in which they were asked", how, NAME_LIMIT)?;
            let explained_by = limits::line("name of who explained it", explained_by, NAME_LIMIT)?;
            let named = optional("list of what was named", named.as_ref(), WHY_LIMIT)?;
            let agencies: Vec<String> =
                agencies.iter().map(|agency| limits::line("agency", agency, NAME_LIMIT)).collect::<Result<_, _>>()?;
            let agencies = agencies.join("\n");
            let date = date_or_today(date.as_ref(), ctx)?;
            let fields = [
                ("who", who.as_str()),
                ("relation", &relation),
                ("about", about.as_str()),
                ("said", said.as_str()),
                ("not-to", &not_to),
                ("how", &how),
                ("explained-by", &explained_by),
                ("named", &named),
                ("agencies", &agencies),
                ("date", &date),
            ];
            Ok((Some(record(tx, ctx, "agreements", &fields)?), "agreement".to_owned()))
        }
        StrandCommand::JudgeCompetence { decision, judged, reason, date, review } => {
            known(judged.is_known(), "judgement", judged.as_str(), Competent::CHOICES)?;
            let decision = limits::line("decision", decision, NAME_LIMIT)?;
            let reason = limits::prose("reason", reason, WHY_LIMIT)?;
            let date = date_or_today(date.as_ref(), ctx)?;
            let review = review.as_deref().map_or(Ok(""), real_day)?;
            let fields = [
                ("decision", decision.as_str()),
                ("judged", judged.as_str()),
                ("reason", &reason),
                ("date", &date),
                ("review", review),
            ];
            Ok((Some(record(tx, ctx, "competence", &fields)?), "competence".to_owned()))
        }
        StrandCommand::DecideNotToAsk { who, why, reviewer, look_again } => {
            known(who.is_known(), "person to ask", who.as_str(), Whom::CHOICES)?;
            let why = optional("reason", why.as_ref(), WHY_LIMIT)?;
            let reviewer = optional("name of who agreed to it", reviewer.as_ref(), NAME_LIMIT)?;
            let look_again = look_again.as_deref().map_or(Ok(""), real_day)?;
            let fields = [("who", who.as_str()), ("why", &why), ("reviewer", &reviewer), ("look-again", look_again)];
            Ok((Some(record(tx, ctx, "not-asked", &fields)?), "not-asked".to_owned()))
        }
        StrandCommand::CompleteNotAsked { id, why, reviewer, look_again } => {
            let object = object_at(tx, "not-asked", "decision not to ask", id)?;
            sentences(tx, &object, "why", "reason", why.as_deref())?;
            line(tx, &object, "reviewer", "name of who agreed to it", reviewer.as_deref())?;
            day(tx, &object, "look-again", look_again.as_deref())?;
            Ok((Some(*id), "not-asked".to_owned()))
        }
        StrandCommand::KeepWords { whose, words, how, agreed, date } => {
            known(whose.is_known(), "view", whose.as_str(), Whose::CHOICES)?;
            known(agreed.is_known(), "agreement", agreed.as_str(), Agreed::CHOICES)?;
            let words = limits::prose("text of what they said", words, TEXT_LIMIT / 5)?;
            limits::at_once(std::iter::once(words.as_str()))?;
            let how = limits::line("way in which it was obtained", how, NAME_LIMIT)?;
            let date = date_or_today(date.as_ref(), ctx)?;
            let fields = [
                ("whose", whose.as_str()),
                ("words", words.as_str()),
                ("how", &how),
                ("agreed", agreed.as_str()),
                ("date", &date),
            ];
            Ok((Some(record(tx, ctx, "words", &fields)?), "words".to_owned()))
        }
        StrandCommand::NoteJoined { id, voice } => {
            let object = object_at(tx, "words", "text of what they said", id)?;
            settle(tx, &object, "voice", voice.to_string().as_str().into())?;
            Ok((Some(*id), "joined".to_owned()))
        }
        StrandCommand::MakeGuestLink(given) => by_link::make(tx, ctx, given),
        StrandCommand::StopGuestLink(given) => by_link::stop(tx, ctx, given),
        StrandCommand::NoteWindow(given) => by_link::window(tx, ctx, given),
        StrandCommand::TakeIn(given) => taken_in::take_in(tx, ctx, given),
        StrandCommand::TakeInPart(given) => taken_in::part(tx, given),
        StrandCommand::TakeInWhole(given) => taken_in::whole(tx, ctx, given),
        StrandCommand::NoteArrived(given) => reading_first::note(tx, ctx, given),
        StrandCommand::KeepArrived(given) => reading_first::keep(tx, ctx, given),
        StrandCommand::NoteBeside(given) => reading_first::note_beside(tx, given),
        StrandCommand::AnswerTakeOut(given) => reading_first::take_out(tx, ctx, given),
        StrandCommand::SaidTogether(given) => said_together::write(tx, ctx, given),
        StrandCommand::SaidTogetherWhole(given) => said_together::whole(tx, ctx, given),
        StrandCommand::BeginMap(given) => own_map::begin(tx, ctx, given),
        StrandCommand::UpdateMap(given) => own_map::update(tx, given),
        StrandCommand::AddMapAction(given) => own_map::add_action(tx, ctx, given),
        StrandCommand::PutOnMap(given) => own_map::put_on(tx, ctx, given),
        StrandCommand::TieOnMap(given) => own_map::tie(tx, ctx, given),
        StrandCommand::EndOnMap(given) => own_map::end(tx, ctx, given),
        StrandCommand::SetNamesOnMap(given) => own_map::set_names(tx, given),
        StrandCommand::CloseMap(given) => own_map::close(tx, ctx, given),
        StrandCommand::ReopenMap(given) => own_map::reopen(tx, given),
        StrandCommand::TakeOffMap(given) => own_map::take_off(tx, given),
        StrandCommand::PutBackOnMap(given) => own_map::put_back(tx, given),
        StrandCommand::NoteShared(given) => sharing::note(tx, ctx, "shared", given),
    }
}
