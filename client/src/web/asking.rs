//! What the API's calls do with the running engine, as plain functions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kith_assessment::{
    AfterNo, Agreed, Agreement, Answer, AskedAll, Audience, Basis, Command, Competent, Direction, Fair, Heard, Kind,
    KitchenTable, MapPurpose, MeetingKind, Outcome, PlaceIs, PlaceKind, Position, Said, Sheet, Status, StillTrue, Strength,
    TheirWords, TieKind, Told, Trigger, Turn, Whom, Whose, about_meeting, draw, on_the_day, overview, picture_then_and_now,
};
use kith_group::{Digest, SystemRandom, words_of};

use super::house::House;
use super::shapes::{AppProfile, AssessmentShown, Choice, CommandDone, NewProfile, PictureShown};
use crate::cli::{self, Format, Verb};
use crate::engine::{Engine, Person};
use crate::failure::Failure;
use crate::verbs::{self, Manner, label};

/// The longest telephone number, in characters.
const LONGEST_PHONE: usize = 40;

/// Whose profile it is.
pub(super) fn profile(engine: &Engine) -> Result<AppProfile, Failure> {
    let row = engine.look(|work| work.profile())?;
    let folder = engine.folder().display().to_string();
    Ok(AppProfile { name: row.name, agency: row.agency, role: row.role, phone: row.phone, relay: row.relay, folder })
}

/// Six words that are easy to type, as a suggestion: one of 256 each, and every guess is dear (Argon2id).
pub(super) fn suggested_passphrase() -> String {
    let draw = || words_of(&Digest::random(&mut SystemRandom));
    draw().into_iter().chain(draw().into_iter().take(2)).collect::<Vec<_>>().join(" ")
}

/// Trees, to name an assessment after: never a place, school, street or person.
const TREES: [&str; 16] = [
    "Larch",
    "Alder",
    "Beech",
    "Cedar",
    "Elder",
    "Field maple",
    "Hornbeam",
    "Juniper",
    "Linden",
    "Medlar",
    "Pine",
    "Quince",
    "Rowan",
    "Spindle",
    "Sycamore",
    "Wild cherry",
];

/// The first tree that no assessment here is named after.
pub(super) fn suggested_tree(taken: &[String]) -> String {
    let free = TREES.iter().find(|tree| !taken.iter().any(|title| title.eq_ignore_ascii_case(tree)));
    (*free.unwrap_or(&"Another tree")).to_owned()
}

/// The names of the assessments here.
pub(super) fn titles(engine: &Engine, manner: &Manner) -> Result<Vec<String>, Failure> {
    let listed = verbs::run(engine, &Verb::List, manner)?.value;
    let all = listed["assessments"].as_array().cloned().unwrap_or_default();
    Ok(all.iter().filter_map(|one| one["title"].as_str().map(str::to_owned)).collect())
}

/// Every fixed choice with the words to show for it.
pub(super) fn choices() -> BTreeMap<String, Vec<Choice>> {
    macro_rules! of {
        ($kind:ident) => {
            $kind::CHOICES
                .iter()
                .map(|value| Choice { value: (*value).to_owned(), words: $kind::from(*value).words().to_owned() })
                .collect()
        };
    }
    [
        ("kind", of!(Kind)),
        ("heard", of!(Heard)),
        ("basis", of!(Basis)),
        ("agreed", of!(Agreed)),
        ("trigger", of!(Trigger)),
        ("answer", of!(Answer)),
        ("whose", of!(Whose)),
        ("outcome", of!(Outcome)),
        ("meeting-kind", of!(MeetingKind)),
        ("about-meeting", about_meetings()),
        ("fair", of!(Fair)),
        ("turn", of!(Turn)),
        ("status", of!(Status)),
        ("position", of!(Position)),
        ("still-true", of!(StillTrue)),
        ("told", of!(Told)),
        ("asked-all", of!(AskedAll)),
        ("place-kind", of!(PlaceKind)),
        ("place-is", of!(PlaceIs)),
        ("tie-kind", of!(TieKind)),
        ("map-purpose", of!(MapPurpose)),
        ("strength", of!(Strength)),
        ("direction", of!(Direction)),
        ("agreement", of!(Agreement)),
        ("after-no", of!(AfterNo)),
        ("their-words", of!(TheirWords)),
        ("whom", of!(Whom)),
        // That somebody has read what this is stands apart: it is openness, and no answer about taking part.
        ("said", without(of!(Said), Said::HasRead.as_str())),
        ("competent", of!(Competent)),
        ("kitchen-table", of!(KitchenTable)),
    ]
    .map(|(name, choices): (&str, Vec<Choice>)| (name.to_owned(), choices))
    .into_iter()
    .collect()
}

/// What each kind of meeting is for.
fn about_meetings() -> Vec<Choice> {
    let words = |kind: &str| about_meeting(&MeetingKind::from(kind)).to_owned();
    MeetingKind::CHOICES.iter().map(|kind| Choice { value: (*kind).to_owned(), words: words(kind) }).collect()
}

fn without(mut choices: Vec<Choice>, value: &str) -> Vec<Choice> {
    choices.retain(|choice| choice.value != value);
    choices
}

/// The picture as it is drawn today, with what changed since another day.
pub(super) fn picture(engine: &Engine, id: &str, then: Option<&str>, manner: &Manner) -> Result<PictureShown, Failure> {
    let view = verbs::shown(engine, id, manner)?.view.picture;
    let now = Timestamp::from_second(engine.clock().now()).unwrap_or(Timestamp::UNIX_EPOCH);
    let today = now.to_zoned_datetime(manner.zone.clone()).date().to_string();
    let then = then.filter(|then| !then.is_empty());
    let sheet = |sheet| draw(&view, sheet, Audience::Team, then, &today);
    let compared = then.map(|then| picture_then_and_now(&view, then, &today));
    Ok(PictureShown { places: sheet(Sheet::Places), ties: sheet(Sheet::Ties), compared, today })
}

/// What changes nothing for anybody.
pub(super) fn only_reads(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::List
            | Verb::History { .. }
            | Verb::Members { .. }
            | Verb::Caseload
            | Verb::Record { .. }
            | Verb::Maps { .. }
            | Verb::Danger(_)
            | Verb::Links { .. }
    )
}

/// What would connect by itself, and so must wait while a person has chosen to work offline.
pub(super) fn needs_a_connection(verb: &Verb) -> bool {
    matches!(
        verb,
        Verb::Invite(_)
            | Verb::Join(_)
            | Verb::Requests { .. }
            | Verb::Admit(_)
            | Verb::Decline { .. }
            | Verb::Remove(_)
            | Verb::Role(_)
            | Verb::Link(_)
            | Verb::Unlink { .. }
            | Verb::Window(_)
            | Verb::Code { .. }
    )
}

/// A telephone number as it is kept; `None` for an empty one.
fn phone(text: &str) -> Result<Option<String>, Failure> {
    match text.trim() {
        "" => Ok(None),
        phone if phone.chars().count() > LONGEST_PHONE || phone.chars().any(char::is_control) => {
            Err(Failure::refused("phone", "The telephone number is too long. Write the number alone"))
        }
        phone => Ok(Some(phone.to_owned())),
    }
}

/// Sets the telephone of the duty team.
pub(super) fn set_phone(engine: &Engine, text: &str) -> Result<(), Failure> {
    let phone = phone(text)?;
    Ok(engine.step(move |work| work.set_phone(phone))?)
}

/// Makes the profile from what "About you" and "Lock it" asked.
pub(super) fn set_up(house: &House, new: &NewProfile) -> Result<(), Failure> {
    let person =
        Person { name: label("name", &new.name)?, agency: label("agency", &new.agency)?, role: label("role", &new.role)? };
    let phone = phone(new.phone.as_deref().unwrap_or_default())?;
    house.set_up(&person, phone, &new.passphrase.0)
}

/// An assessment as the app shows it.
pub(super) fn shown(engine: &Engine, id: &str, manner: &Manner) -> Result<AssessmentShown, Failure> {
    let shown = verbs::shown(engine, id, manner)?;
    let document = verbs::document(engine, id)?;
    let (me, role) = engine.look(move |work| {
        let me = work.core().identity(&document).map(|me| me.person);
        let role =
            work.documents().into_iter().find(|one| one.id == document).and_then(|one| one.role).map(|role| role.to_string());
        Ok((me, role))
    })?;
    let drafts = super::drafts::of(engine, document)?;
    let overview = overview(&shown.view);
    let leads = role.as_deref() == Some("lead");
    let day = on_the_day(&shown.view, me.map(|me| me.0.into()).as_ref(), leads, &verbs::today(engine, manner));
    let me = me.map(|me| me.to_string());
    let (assessment, standing, view) = (shown.assessment, shown.standing, shown.view);
    Ok(AssessmentShown { assessment, standing, view, overview, day, me, role, drafts })
}

/// Does a command that a person gives on a page. What belongs to letting somebody in is done by its own calls.
pub(super) fn command(engine: &Engine, id: &str, command: Command) -> Result<(String, CommandDone), Failure> {
    let by_its_own_call = matches!(
        command,
        Command::RecordInvite { .. }
            | Command::UseInvite { .. }
            | Command::ConfirmPerson { .. }
            | Command::IntroduceMyself { .. }
            | Command::SetSummary { .. }
            | Command::NoteContinued { .. }
            | Command::StateSummaryDevice { .. }
            | Command::PublishVersion(_)
            | Command::TakeBackVersion(_)
            | Command::AddReply(_)
            | Command::FollowAnswer(_)
    );
    if by_its_own_call {
        return Err(Failure::refused("refused", "That has a call of its own"));
    }
    let document = verbs::document(engine, id)?;
    let done = match command {
        Command::AddEntry { .. } => {
            let id = verbs::add_entry(engine, document, command)?;
            CommandDone { id: id.map(|id| id.to_string()), hash: None }
        }
        command => {
            let done = engine.command(document, command)?;
            CommandDone { id: done.id.map(|id| id.to_string()), hash: Some(done.hash.to_string()) }
        }
    };
    Ok((document.to_string(), done))
}

/// A page to print or send, and the name to keep it under: chosen here, with nobody's name in it.
pub(super) fn page_to_keep(engine: &Engine, id: &str, manner: &Manner) -> Result<(String, Vec<u8>), Failure> {
    let day = Timestamp::from_second(engine.clock().now())
        .map(|now| now.to_zoned_datetime(manner.zone.clone()).strftime("%Y-%m-%d").to_string())
        .unwrap_or_default();
    let name = format!("kith-assessment-{day}.html");
    let verb = Verb::Export(cli::Export { id: id.to_owned(), format: Format::Html, to: name.clone().into(), replace: false });
    Ok((name, verbs::run(engine, &verb, manner)?.bytes))
}
