//! Versions of the summary for young people and families: `publish --for`, `versions`, `plain`, and replies (`reply`).

use kith_assessment::nudge::{Checker, Choice, Lists};
use kith_assessment::{
    AssessmentView, ConfirmTwin, Distinct, EntryId, FamilyPreview, HintCount, KitchenTable, NoteHintReview, Part, PublishVersion,
    TakeBackVersion, VersionFor, VersionHints, part_text, preview_version, say_instead, version_hints,
};
use kith_group::DocumentId;

use super::{Answer, Manner, find, writing};
use crate::cli::{ForFamilies, Reply};
use crate::engine::{Engine, ToReply};
use crate::failure::Failure;
use crate::json::{PlainShown, RepliedShown, VersionPreviewShown, VersionShared, VersionsShown};
use crate::terminal::{short, visible_line};

/// What is asked for when a version is shared.
#[derive(Debug, Clone)]
pub(crate) struct ToShare {
    pub(crate) publish: PublishVersion,
    /// What was found and may stay, by key.
    pub(crate) keep: Vec<String>,
    pub(crate) why: Option<String>,
}

fn checker(engine: &Engine, assessment: DocumentId) -> Result<Checker, Failure> {
    let colleagues = engine.look(move |work| Ok(kith_assessment::colleagues(work.read(&assessment)?)))?;
    Ok(Checker::new(Lists::shipped(), &super::names(engine)?).with_colleagues(&colleagues))
}

fn view(engine: &Engine, assessment: DocumentId) -> Result<AssessmentView, Failure> {
    Ok(engine.look(move |work| work.view_now(&assessment))?)
}

/// What they would read, what stands against sharing it, and what has to be decided first.
pub(crate) fn review(
    engine: &Engine,
    assessment: DocumentId,
    for_whom: &VersionFor,
    leave_out: &[String],
) -> Result<VersionPreviewShown, Failure> {
    let preview = preview_version(&view(engine, assessment)?, for_whom, leave_out)?;
    let hints = version_hints(&preview.version, &checker(engine, assessment)?);
    Ok(VersionPreviewShown { assessment: assessment.to_string(), preview, hints })
}

/// Shares what was looked at, once every name and kind that the rules find has been decided.
pub(crate) fn share(engine: &Engine, assessment: DocumentId, asked: &ToShare) -> Result<VersionShared, Failure> {
    let VersionPreviewShown { preview, hints, .. } =
        review(engine, assessment, &asked.publish.for_whom, &asked.publish.leave_out)?;
    let open: Vec<String> = hints.found.iter().filter(|one| !asked.keep.contains(&one.key)).map(named).collect();
    if !open.is_empty() {
        let open = open.join("; ");
        return Err(Failure::refused("not-decided", format!("Decide first what becomes of: {open}. Nothing was shared")));
    }
    if !hints.not_looked_at.is_empty() {
        let parts = hints.not_looked_at.join("; ");
        return Err(Failure::refused("not-checked", format!("Nothing was shared, because a part could not be checked: {parts}")));
    }
    let counts = hints.found.iter().map(|one| HintCount {
        kind: one.kind.clone(),
        choice: Choice::Kept.as_str().to_owned(),
        count: u32::try_from(one.words.len()).unwrap_or(u32::MAX),
    });
    let hints = NoteHintReview { counts: summed(counts) };
    let (publish, why) = (asked.publish.clone(), asked.why.clone());
    let version = engine.step(move |work| work.publish_version(&assessment, &publish, &hints, why.as_deref()))?;
    Ok(VersionShared { assessment: assessment.to_string(), version: version.to_string(), for_words: preview.for_words })
}

/// One count for each kind.
fn summed(counts: impl Iterator<Item = HintCount>) -> Vec<HintCount> {
    let mut all: Vec<HintCount> = Vec::new();
    for one in counts {
        match all.iter_mut().find(|other| other.kind == one.kind && other.choice == one.choice) {
            Some(other) => other.count = other.count.saturating_add(one.count),
            None => all.push(one),
        }
    }
    all
}

/// Other words in the place of what was found, in every part. Whoever decides so confirms those parts.
pub(crate) fn say(engine: &Engine, assessment: DocumentId, key: &str, instead: &str) -> Result<usize, Failure> {
    let instead = instead.trim();
    if instead.is_empty() {
        return Err(Failure::refused("empty", "Write the words to say instead. Nothing was changed"));
    }
    let twins = say_instead(&view(engine, assessment)?, &checker(engine, assessment)?, key, instead);
    let count = twins.len();
    if count == 0 {
        return Err(Failure::refused("unknown-entry", "That is not found in any part now. Look again at what is"));
    }
    engine.step(move |work| work.confirm_twins(&assessment, &twins))?;
    Ok(count)
}

pub(crate) fn take_back(engine: &Engine, assessment: DocumentId, version: &str, why: &str) -> Result<String, Failure> {
    let versions = view(engine, assessment)?.families.versions;
    let version = find::by_id(version, versions, |one| one.kept.id.clone(), "version", "kith versions")?.kept.id;
    let id = version.parse().map_err(|_| Failure::refused("store-newer", "This version cannot be read here. Update Kith"))?;
    let back = TakeBackVersion { id, why: why.to_owned() };
    engine.step(move |work| work.take_back_version(&assessment, &back))?;
    Ok(version)
}

/// "A", "family-of-A", "young-people".
fn audience(view: &AssessmentView, given: &str) -> Result<VersionFor, Failure> {
    let given = given.trim();
    if given.eq_ignore_ascii_case("young-people") {
        return Ok(VersionFor::YoungPeople);
    }
    let (family, label) = match given.to_ascii_lowercase().strip_prefix("family-of-") {
        Some(label) => (true, label.to_uppercase()),
        None => (false, given.to_uppercase()),
    };
    let strand =
        view.strands.iter().find(|strand| strand.label == label).and_then(|strand| strand.kept.id.parse::<EntryId>().ok());
    let labels: Vec<&str> = view.strands.iter().map(|strand| strand.label.as_str()).collect();
    let strand = strand.ok_or_else(|| {
        let labels = labels.join(", ");
        Failure::refused(
            "unknown-entry",
            format!("There is no {label} in this assessment. Choose a label ({labels}), family-of-LABEL, or young-people"),
        )
    })?;
    Ok(if family { VersionFor::Family { strand } } else { VersionFor::YoungPerson { strand } })
}

pub(super) fn publish(
    engine: &Engine,
    id: &str,
    preview: bool,
    why: Option<&str>,
    asked: &ForFamilies,
    manner: &Manner,
) -> Result<Answer, Failure> {
    let found = find::assessment(engine, id)?;
    found.refuse_removed(&manner.zone)?;
    let assessment = found.id;
    let for_whom = audience(&view(engine, assessment)?, asked.audience.as_deref().unwrap_or_default())?;
    for say_so in &asked.say {
        let (key, words) = pair(say_so, "--say KEY=WORDS")?;
        say(engine, assessment, key, words)?;
    }
    let shown = review(engine, assessment, &for_whom, &asked.leave_out)?;
    if preview {
        let text = preview_text(&shown.preview, &shown.hints);
        return Ok(Answer::new(&shown, text).note("Nothing was shared. The same without --preview shares exactly this."));
    }
    if shown.preview.waits.is_empty() && !asked.nobody_in_danger {
        return Err(Failure::refused(
            "kitchen-table",
            "Would anyone be in danger if this lay on the kitchen table? If nobody would, say so with --nobody-in-danger; if somebody might, \
             do not share it. Nothing was shared",
        ));
    }
    let kitchen_table = if asked.nobody_in_danger { KitchenTable::Nobody } else { KitchenTable::NotSure };
    let seen = asked.seen.clone().unwrap_or(shown.preview.digest);
    let publish = PublishVersion { for_whom, leave_out: asked.leave_out.clone(), kitchen_table, seen };
    let shared = share(engine, assessment, &ToShare { publish, keep: asked.keep.clone(), why: why.map(str::to_owned) })?;
    let text = format!(
        "Shared with {} as it stands now, as {}. They read it by their link and code word when a window is open, or with you. \
         `kith sync` tells colleagues.",
        visible_line(&shared.for_words),
        short(&shared.version)
    );
    Ok(Answer::new(&shared, text))
}

fn named(one: &Distinct) -> String {
    format!("{} ({}), key \"{}\"", one.words.join(", "), one.what, one.key)
}

fn preview_text(preview: &FamilyPreview, hints: &VersionHints) -> String {
    let mut lines = vec![format!("For {}", preview.for_words)];
    for part in &preview.guest.parts {
        lines.push(format!("\n{}  [{}]\n{}", part.heading, part.id, part.text));
    }
    if !preview.guest.actions.is_empty() {
        lines.push("\nWhat we will do".to_owned());
    }
    for action in &preview.version.actions {
        lines.push(format!("- {}\n  Why we do this: {}  [{}]", action.what, action.why, action.part));
    }
    for reply in &preview.guest.replies {
        lines.push(format!("\nA reply ({}): \u{201c}{}\u{201d}", reply.whose, reply.words));
    }
    for (head, list) in [("\nBefore it can be shared", &preview.waits), ("\nNot in it", &preview.not_in_it)] {
        if !list.is_empty() {
            lines.push(head.to_owned());
            lines.extend(list.iter().map(|line| format!("- {line}")));
        }
    }
    if !hints.found.is_empty() {
        lines.push("\nTo decide, each once".to_owned());
        lines.extend(hints.found.iter().map(|one| format!("- {}: in {}", named(one), one.places.join(", "))));
    }
    lines.push(format!("\nDigest {}", preview.digest));
    lines.join("\n").lines().map(visible_line).collect::<Vec<_>>().join("\n")
}

pub(super) fn versions(
    engine: &Engine,
    id: &str,
    back: Option<&str>,
    why: Option<&str>,
    manner: &Manner,
) -> Result<Answer, Failure> {
    let assessment = find::assessment(engine, id)?.id;
    if let Some(version) = back {
        take_back(engine, assessment, version, why.unwrap_or_default())?;
    }
    let view = view(engine, assessment)?;
    let shown = VersionsShown {
        assessment: assessment.to_string(),
        versions: view.families.versions.clone(),
        replies: view.families.replies.clone(),
    };
    let text = match (back, shown.versions.is_empty()) {
        (Some(_), _) => "Taken back. No phone is given it from now on; whoever has read it cannot unsee it.".to_owned(),
        (None, true) => {
            "Nothing has been shared with young people or families yet. `kith publish ID --for … --preview` shows what would be."
                .to_owned()
        }
        (None, false) => part_text(&view, Part::Families, None, &super::today(engine, manner)),
    };
    Ok(Answer::new(&shown, text))
}

pub(super) fn plain(
    engine: &Engine,
    id: &str,
    part: Option<&str>,
    text: Option<&str>,
    manner: &Manner,
) -> Result<Answer, Failure> {
    let assessment = find::assessment(engine, id)?.id;
    if let (Some(part), Some(text)) = (part, text) {
        let twin = ConfirmTwin { part: part.to_owned(), text: text.to_owned() };
        let done = engine.command(assessment, kith_assessment::Command::ConfirmTwin(twin))?;
        return Ok(writing::written(assessment, done.id.map(|id| id.to_string())));
    }
    let view = view(engine, assessment)?;
    let text = part_text(&view, Part::Families, None, &super::today(engine, manner));
    Ok(Answer::new(&PlainShown { assessment: assessment.to_string(), parts: view.families.parts }, text))
}

pub(super) fn reply(engine: &Engine, asked: &Reply) -> Result<Answer, Failure> {
    let whys =
        asked.because.iter().map(|one| pair(one, "--because PART=TEXT").map(|(part, text)| (part.to_owned(), text.to_owned())));
    let whys = whys.collect::<Result<Vec<_>, _>>()?;
    let shown = set_beside(engine, &asked.record, &asked.item, asked.words.clone(), asked.missed.clone(), whys)?;
    Ok(Answer::new(&shown, "It stands beside the version that they read, for everybody who writes here. `kith sync` sends it."))
}

/// Sets a reply beside the text, with what identifies covered.
pub(crate) fn set_beside(
    engine: &Engine,
    record: &str,
    item: &str,
    reply: Option<String>,
    missed: Option<String>,
    whys: Vec<(String, String)>,
) -> Result<RepliedShown, Failure> {
    let record = find::record(engine, record)?.id;
    let view = engine.look(move |work| work.record_now(&record))?;
    let item = find::by_id(item, view.arrived, |one| one.item.clone(), "item", "kith record")?.item;
    let id = item.parse().map_err(|_| Failure::refused("store-newer", "This item cannot be read here. Update Kith"))?;
    let asked = ToReply { record, item: id, reply, missed, whys };
    let done = engine.step(move |work| work.add_reply(&asked))?;
    Ok(RepliedShown {
        record: record.to_string(),
        item,
        assessment: done.assessment.to_string(),
        version: done.version.to_string(),
    })
}

fn pair<'t>(text: &'t str, form: &str) -> Result<(&'t str, &'t str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::usage(format!("Write it as {form}")))
}
