//! The summary: a document of its own that readers hold, and nothing else of the assessment (R6). Only leads write in it, which its
//! group's rule says; each publishing is a copy of chosen parts of the working document, made by somebody and whole, so that a reader
//! never sees a half-written plan. A copy holds no voice, strand, picture, entry, history or draft: it is made here, from these fields.
//!
//! ```text
//! schema: 1   document: bytes   kind: "summary"
//! published/{random id}/  content: JSON of Published, at          said/{random id}/  from, agency, text, date, at
//! people/  devices/       as in every document: who the leads are
//! ```

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, ObjType, ROOT, ScalarValue, TextEncoding};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Done, Refusal};
use crate::dates;
use crate::entry::Reader;
use crate::families::{ReplyPartView, ReplyView};
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT};
use crate::people::{Owners, People};
use crate::read::{entries, number, text_scalar};
use crate::record::{Kept, Record};
use crate::schema::{SCHEMA, change_bytes};
use crate::view::{AssessmentView, DifferingView, Mark, NewerField, PersonView};
use crate::vocabulary::Status;
use crate::write::{Written, fresh_at, real_day};

/// Standing maps of a summary.
const MAPS: [&str; 4] = ["published", "said", "people", "devices"];

/// What readers see, as it was shared at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct Published {
    /// The assessment's name.
    pub title: String,
    /// What should be better for these young people at the end.
    pub better: String,
    /// Which agency leads.
    pub lead_agency: Option<String>,
    /// The summary.
    pub summary: String,
    /// What must change first, in words.
    pub weighting: Vec<String>,
    /// Goals.
    pub goals: Vec<PublishedGoal>,
    /// Actions.
    pub actions: Vec<PublishedAction>,
    /// Who sees what otherwise.
    pub positions: Vec<PublishedPosition>,
    /// What young people and families reply to the text: it stands beside it (R17). Without labels, and without what else they said.
    pub replies: Vec<PublishedReply>,
}

/// A reply beside the text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct PublishedReply {
    /// "a young person", "a parent or carer".
    pub whose: String,
    /// Part by part: the heading of their version, and whether it is right, with why.
    pub parts: Vec<String>,
    /// What was missed.
    pub missed: String,
    /// The reply.
    pub reply: String,
}

/// One goal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct PublishedGoal {
    /// What there will be.
    pub text: String,
    /// How we will know.
    pub measure: String,
    /// When to ask again.
    pub ask_again: Option<String>,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PublishedAction {
    /// What is done.
    pub what: String,
    /// Why.
    pub why: String,
    /// The agency that owns it.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<String>,
    /// How it stands.
    pub status: Status,
}

/// An agency that sees something otherwise. In its own words only if their author confirmed words for readers (R44).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct PublishedPosition {
    /// The goal or action, or the weighting.
    pub about: String,
    /// Which agency.
    pub agency: String,
    /// What it says; `None`: that it differs, and no more.
    pub words: Option<String>,
}

/// Something to do in a summary; only leads can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum SummaryCommand {
    /// Shares a copy with readers.
    Publish(Published),
    /// Writes down what a reader said about it. Readers write nothing themselves; all readers see this.
    NoteSaid {
        /// Who: a role, or a name that they agreed to.
        from: String,
        /// Their agency.
        #[serde(default)]
        agency: Option<String>,
        /// What they said.
        text: String,
        /// When; today if not given.
        #[serde(default)]
        date: Option<String>,
    },
}

/// One publishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PublishedView {
    /// Who shared it, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// What.
    pub content: Published,
}

/// What a reader said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SaidView {
    /// Who wrote it down, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// Who said it.
    pub from: String,
    /// Their agency.
    pub agency: Option<String>,
    /// What.
    pub text: String,
    /// When.
    pub date: Option<String>,
}

/// A summary as its readers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SummaryView {
    /// Schema of the document; larger than ours if a newer Kith wrote it.
    pub schema: i64,
    /// What was shared last; `None`: nothing yet.
    pub now: Option<PublishedView>,
    /// What was shared before, newest first.
    pub before: Vec<PublishedView>,
    /// What readers said, oldest first.
    pub said: Vec<SaidView>,
    /// Who leads.
    pub people: Vec<PersonView>,
    /// What a newer version wrote.
    pub newer: Vec<NewerField>,
}

/// What readers would see if it were shared now, or why it cannot be: readers stand outside, and without its purpose an assessment of a
/// group reads as surveillance of it (R16).
pub fn to_publish(view: &AssessmentView) -> Result<Published, Refusal> {
    if view.purpose.no_version_for_families.is_some() {
        return Err(Refusal::Rule(
            "why this group is not written yet, and it stands above everything that is shared: answer the purpose first",
        ));
    }
    let mut positions = Vec::new();
    let goals = view.planned.goals.iter().map(|goal| {
        positions_on(&goal.text.text, &goal.differing, &mut positions);
        let (text, measure) = (goal.text.text.clone(), goal.measure.text.clone());
        PublishedGoal { text, measure, ask_again: goal.ask_again.clone() }
    });
    let goals = goals.collect();
    let actions = view.planned.actions.iter().map(|action| {
        positions_on(&action.what.text, &action.differing, &mut positions);
        PublishedAction {
            what: action.what.text.clone(),
            why: action.why.text.clone(),
            owner: action.owner.clone(),
            due: action.due.clone(),
            status: action.status.clone(),
        }
    });
    let actions = actions.collect();
    positions_on("what must change first", &view.weighting.differing, &mut positions);
    let title =
        |side: &str| view.sides.iter().find(|one| one.id == side).map_or_else(|| side.to_owned(), |one| one.title.clone());
    let weighting = view.weighting.places.iter().map(|place| format!("{}: {}", capital(place.turn.words()), title(&place.side)));
    let published = Published {
        title: view.title.clone().unwrap_or_default(),
        better: view.purpose.better.text.clone(),
        lead_agency: view.purpose.lead_agency.clone(),
        summary: view.summary.text.clone(),
        weighting: weighting.collect(),
        goals,
        actions,
        positions,
        replies: view.families.replies.iter().map(published_reply).collect(),
    };
    if published.summary.trim().is_empty() && published.goals.is_empty() && published.actions.is_empty() {
        return Err(Refusal::Rule("there is nothing to share yet: write the summary, a goal or an action first"));
    }
    Ok(published)
}

/// Whose it is stays with the team: readers know nobody by label.
fn published_reply(reply: &ReplyView) -> PublishedReply {
    PublishedReply {
        whose: if reply.adult { "a parent or carer" } else { "a young person" }.to_owned(),
        parts: reply.parts.iter().map(ReplyPartView::line).collect(),
        missed: reply.missed.clone(),
        reply: reply.reply.clone(),
    }
}

fn positions_on(about: &str, differing: &[DifferingView], positions: &mut Vec<PublishedPosition>) {
    for view in differing.iter().filter(|view| view.withdrawn.is_none()) {
        positions.push(PublishedPosition {
            about: about.to_owned(),
            agency: view.by.agency.clone().unwrap_or_else(|| "an agency".to_owned()),
            words: view.for_families.clone(),
        });
    }
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Begins a summary: one change with every standing map. Returns it with the raw bytes of that change.
#[allow(clippy::expect_used)] // An empty document of our own: none of these writes depends on anything from outside.
pub fn summary_genesis(document: [u8; 16], ctx: &Context<'_>) -> (Automerge, Vec<u8>) {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(ActorId::from(ctx.device));
    let mut tx = doc.transaction();
    let mut fill = || -> Result<(), automerge::AutomergeError> {
        tx.put(ROOT, "schema", SCHEMA)?;
        tx.put(ROOT, "document", ScalarValue::Bytes(document.to_vec()))?;
        tx.put(ROOT, "kind", "summary")?;
        for key in MAPS {
            tx.put_object(ROOT, key, ObjType::Map)?;
        }
        Ok(())
    };
    fill().expect("a fresh document takes its standing objects");
    let options = CommitOptions::default().with_time(ctx.now).with_message("begin");
    let hash = tx.commit_with(options).0.expect("the genesis change is not empty");
    let bytes = change_bytes(&doc, &hash).expect("a change that was just made can be read");
    (doc, bytes)
}

/// Whether a document is a summary.
pub fn is_summary(doc: &Automerge) -> bool {
    text_scalar(doc, &ROOT, "kind").as_deref() == Some("summary")
        && number(doc, &ROOT, "schema").is_some_and(|schema| schema >= SCHEMA)
}

/// Does a command in a summary as exactly one change; on a refusal it is as it was.
pub fn apply_summary(doc: &mut Automerge, command: &SummaryCommand, ctx: &mut Context<'_>) -> Result<Done, Refusal> {
    crate::apply::transact(doc, None, ctx, |tx, ctx| write(tx, ctx, command))
}

fn write(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, command: &SummaryCommand) -> Result<Written, Refusal> {
    match command {
        SummaryCommand::Publish(published) => {
            let json = serde_json::to_string(published).map_err(|error| Refusal::Document(error.to_string()))?;
            limits::at_once(std::iter::once(json.as_str()))?;
            let (id, object) = fresh_at(tx, ctx, "published")?;
            tx.put(&object, "content", json)?;
            Ok((Some(id), "publish".to_owned()))
        }
        SummaryCommand::NoteSaid { from, agency, text, date } => {
            let from = limits::line("name of who said it", from, NAME_LIMIT)?;
            let agency = agency.as_deref().map(|agency| limits::line("agency", agency, NAME_LIMIT)).transpose()?;
            let text = limits::prose("text of what they said", text, TEXT_LIMIT / 5)?;
            limits::at_once(std::iter::once(text.as_str()))?;
            let date = date.clone().unwrap_or_else(|| dates::day(ctx.now));
            real_day(&date)?;
            let (id, object) = fresh_at(tx, ctx, "said")?;
            for (key, words) in [("from", Some(from)), ("agency", agency), ("text", Some(text)), ("date", Some(date))] {
                if let Some(words) = words {
                    tx.put(&object, key, words)?;
                }
            }
            Ok((Some(id), "said".to_owned()))
        }
    }
}

/// What readers see. `owners`: the group's own knowledge of which device is whose.
pub fn view_summary(doc: &Automerge, owners: Option<&Owners>) -> SummaryView {
    let people = People::of(doc, owners);
    let reader = Reader { doc, people: &people };
    let mut newer = Vec::new();
    for item in entries(doc, &ROOT) {
        if !MAPS.contains(&item.key.as_str()) && !["schema", "document", "kind"].contains(&item.key.as_str()) {
            newer.push(NewerField { value: crate::read::described(doc, &item.id, &item.value), field: item.key });
        }
    }
    let mut marks: Vec<Mark> = Vec::new();
    let mut kept = |record: &Record<'_>, keys: &'static [&'static str]| {
        let kept = record.kept(|key| keys.contains(&key).then_some("a summary"));
        kept.collect(&mut marks, &mut newer, "a summary");
        kept
    };
    let mut published = Vec::new();
    for record in Record::as_written(&reader, "published") {
        // What is not a copy of ours (a newer Kith's, or damaged) is left out, and shown as newer by its field.
        if let Some(content) = record.word("content").and_then(|json| serde_json::from_str(&json).ok()) {
            published.push(PublishedView { kept: kept(&record, &["content"]), content });
        }
    }
    let said = Record::all(&reader, "said").into_iter().map(|record| SaidView {
        kept: kept(&record, &["from", "agency", "text", "date"]),
        from: record.word("from").unwrap_or_default(),
        agency: record.word("agency"),
        text: record.word("text").unwrap_or_default(),
        date: record.word("date"),
    });
    let said = said.collect();
    let now = published.pop();
    published.reverse();
    SummaryView {
        schema: number(doc, &ROOT, "schema").unwrap_or(SCHEMA),
        now,
        before: published,
        said,
        people: people.views(),
        newer,
    }
}

/// A summary as text.
pub fn summary_text(view: &SummaryView) -> String {
    let Some(PublishedView { kept, content }) = &view.now else { return "Nothing has been shared yet.".to_owned() };
    let mut text = format!("{}\n", content.title);
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(&format!("What should be better: {}", content.better));
    if let Some(agency) = &content.lead_agency {
        line(&format!("Led by {agency}"));
    }
    let when = kept.at.map(|at| dates::long_day(&dates::day(at))).unwrap_or_default();
    line(&format!("Shared by {} on {when}", kept.by.name));
    if !content.summary.trim().is_empty() {
        line(&format!("\nSummary\n{}", content.summary));
    }
    if !content.weighting.is_empty() {
        line(&format!("\nWhat must change first\n{}", content.weighting.join("\n")));
    }
    if !content.goals.is_empty() {
        line("\nGoals");
    }
    for goal in &content.goals {
        line(&format!("- {}", goal.text));
        if !goal.measure.trim().is_empty() {
            line(&format!("  How we will know: {}", goal.measure));
        }
    }
    if !content.actions.is_empty() {
        line("\nActions");
    }
    for action in &content.actions {
        let due = action.due.as_deref().map(|due| format!(", by {}", dates::long_day(due))).unwrap_or_default();
        let owner = action.owner.as_deref().unwrap_or("nobody yet");
        line(&format!("- {} ({owner}{due}: {})", action.what, action.status.words()));
        if !action.why.trim().is_empty() {
            line(&format!("  Why: {}", action.why));
        }
    }
    if !content.positions.is_empty() {
        line("\nSeen differently");
    }
    for position in &content.positions {
        let words =
            position.words.as_deref().map_or_else(|| "sees this differently".to_owned(), |words| format!("says: {words}"));
        line(&format!("- {}: {} {words}", position.about, position.agency));
    }
    if !content.replies.is_empty() {
        line("\nReplies from young people and families");
    }
    for reply in &content.replies {
        let texts = [&reply.reply, &reply.missed].into_iter().filter(|text| !text.trim().is_empty());
        let words: Vec<String> = texts.map(|text| format!("\u{201c}{text}\u{201d}")).chain(reply.parts.iter().cloned()).collect();
        line(&format!("- {}: {}", reply.whose, words.join(" \u{b7} ")));
    }
    if !view.said.is_empty() {
        line("\nWhat readers said");
    }
    for said in &view.said {
        let agency = said.agency.as_deref().map(|agency| format!(", {agency}")).unwrap_or_default();
        line(&format!("- {}{agency}: {}", said.from, said.text));
    }
    limits::for_terminal(text.trim_end())
}
