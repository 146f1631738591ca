//! The story of Larch: started, shared, written apart and together, one person taken out, and all of it proved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use kith::cli::{self, Verb};
use kith::engine::Engine;
use kith_assessment::{AssessmentView, Command, EntryId, Heard, Mark, Sample, Who, entry_text, plain_text, sample_larch};
use kith_group::{DocumentId, Space};
use kith_relay::check::check;
use kith_sync::client::Standing;
use kith_tests::replay::{Relay, does, let_in, new_assessment, profile, until_same};

use super::log::Log;
use super::search::{Words, files};
use super::telling::Teller;

const PRIYA: &str = "Priya Marsh";
const NADIA: &str = "Nadia Sorrell";
const DELROY: &str = "Delroy Finch";

/// Where the paragraph begins that two people change at once.
const PARAGRAPH: &str = "The bus station after seven is warm";
const OF_PRIYA: &str = "after seven, and all day on Sundays,";
const OF_DELROY: &str = " The kiosk keeper has promised to ring the hub.";
/// Where the entry begins that two people put in different places.
const MOVED: &str = "They are short of sleep";
const AFTERWARDS: &str = "From next month the hall by the station opens on three evenings.";
const TOO_LATE: &str = "I will ask at the hub whether Friday evenings are possible too.";

/// How long the relay and others may take.
const PATIENCE: Duration = Duration::from_secs(30);

struct Cast {
    priya: Engine,
    nadia: Engine,
    delroy: Engine,
    document: DocumentId,
    /// Entries by their first text.
    entries: BTreeMap<String, EntryId>,
}

/// Tells it from the first profile to the search for words.
pub(super) fn tell(teller: &mut Teller, relay: &Relay, folder: &Path, log: &Log) -> anyhow::Result<()> {
    let sample = sample_larch();
    let words = words(&sample)?;
    let known = rehearsed(&folder.join("rehearsal"), log, &words)?;
    let words = words.without(&known);
    let mut cast = begin(teller, relay, folder, &sample)?;
    share(teller, relay, &mut cast, &sample)?;
    apart(teller, &cast)?;
    together(teller, &cast)?;
    removed(teller, relay, &cast)?;
    proved(teller, &cast)?;
    held(teller, relay, folder, log, &words, &known)?;
    for engine in [cast.priya, cast.nadia, cast.delroy] {
        engine.stop()?;
    }
    Ok(())
}

/// Words that a relay's own tables, formats and log say of an assessment in which nobody has written a word: they are no leak.
fn rehearsed(folder: &Path, log: &Log, words: &Words) -> anyhow::Result<BTreeSet<String>> {
    let relay = Relay::start(&folder.join("relay"))?;
    let engine = profile(&folder.join("profile"), "-", "-", "-", &relay.url())?;
    let document = new_assessment(&engine, &relay.url())?;
    engine.connect_all()?;
    until_same(&[&engine], document)?;
    let known = files(relay.folder())?.values().chain([&log.so_far()]).flat_map(|bytes| words.found_in(bytes)).collect();
    engine.stop()?;
    relay.stop()?;
    Ok(known)
}

fn begin(teller: &mut Teller, relay: &Relay, folder: &Path, sample: &Sample) -> anyhow::Result<Cast> {
    teller.step("A relay starts, and three people set up Kith");
    teller.say(&format!("The relay listens on {}. It passes on and keeps sealed records; it never gets a key.", relay.url()));
    let make = |name: &str, folder_name: &str| {
        let person = sample.people.iter().find(|person| person.name == name).context("the sample lacks a person")?;
        teller.say(&format!("{name}, {}, {}: an encrypted store of their own.", person.role, person.agency));
        profile(&folder.join(folder_name), name, &person.agency, &person.role, &relay.url())
    };
    let (priya, nadia, delroy) = (make(PRIYA, "profile-1")?, make(NADIA, "profile-2")?, make(DELROY, "profile-3")?);
    let document = new_assessment(&priya, &relay.url())?;
    Ok(Cast { priya, nadia, delroy, document, entries: BTreeMap::new() })
}

fn share(teller: &mut Teller, relay: &Relay, cast: &mut Cast, sample: &Sample) -> anyhow::Result<()> {
    let document = cast.document;
    let steps = sample.steps(Timestamp::now().as_second());
    let (entries, first): (Vec<_>, Vec<_>) = steps.into_iter().partition(|step| matches!(step.command, Command::AddEntry { .. }));

    teller.step("Priya starts the assessment. Nobody else is needed, and no network");
    for step in first.iter().filter(|step| step.by == PRIYA) {
        cast.priya.command(document, step.command.clone())?;
    }
    let view = cast.priya.view(document)?;
    teller.say(&format!("She names it after a tree: {}.", view.title.as_deref().unwrap_or_default()));
    teller.quote("What should be better at the end", &view.purpose.better.text);

    teller.step("She lets Nadia and Delroy in");
    cast.priya.connect(&relay.url())?;
    for (name, guest, role) in [(NADIA, &cast.nadia, "contributor"), (DELROY, &cast.delroy, "lead")] {
        let admission = let_in(&cast.priya, guest, &document, role, name)?;
        let link: String = admission.link.chars().take(40).collect();
        teller.say(&format!("Priya sends {name} a link: {link}… By itself it opens nothing."));
        teller.say(&format!("They ring each other. Priya sees: {}.", admission.lead_words.join(" · ")));
        teller.say(&format!("{name} sees: {}. The same, so Priya lets them in, as {role}.", admission.guest_words.join(" · ")));
    }
    for engine in [&cast.priya, &cast.nadia, &cast.delroy] {
        engine.connect_all()?;
    }
    until_same(&[&cast.priya, &cast.nadia, &cast.delroy], document)?;

    teller.step("All three write what they know");
    for step in first.iter().filter(|step| step.by != PRIYA) {
        author(cast, &step.by).0.command(document, step.command.clone())?;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for step in &entries {
        let (engine, own) = author(cast, &step.by);
        let mut command = step.command.clone();
        let Command::AddEntry { text, said_by, first_hand_or_passed_on, .. } = &mut command else { continue };
        if !own {
            // Without a profile here: Priya writes it down, and says whose word it is.
            let person = sample.people.iter().find(|person| person.name == step.by).context("somebody unknown")?;
            *said_by = Some(format!("{}, {}", person.name, person.role));
            *first_hand_or_passed_on = Some(Heard::PassedOn);
        }
        let text = text.clone();
        let id = engine.command(document, command)?.id.context("an entry without an id")?;
        *counts.entry(if own { step.by.as_str() } else { PRIYA }).or_default() += 1;
        cast.entries.insert(text, id);
    }
    until_same(&[&cast.priya, &cast.nadia, &cast.delroy], document)?;
    let counted: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let entries = cast.nadia.view(document)?.entries().count();
    ensure!(entries == cast.entries.len(), "Nadia sees {entries} entries of {}", cast.entries.len());
    teller.say(&format!(
        "Entries: {}. Some of Priya's are passed on: Mair Tolland and Colin Ashdown told her and are named. All {entries} are on \
         all three computers.",
        counted.join(", ")
    ));
    Ok(())
}

/// Whose engine does it, and whether it is their own.
fn author<'a>(cast: &'a Cast, name: &str) -> (&'a Engine, bool) {
    match name {
        NADIA => (&cast.nadia, true),
        DELROY => (&cast.delroy, true),
        _ => (&cast.priya, name == PRIYA),
    }
}

impl Cast {
    fn entry(&self, start: &str) -> anyhow::Result<EntryId> {
        let found = self.entries.iter().find(|(text, _)| text.starts_with(start));
        found.map(|(_, id)| *id).with_context(|| format!("the sample has no entry \"{start}…\""))
    }

    fn text(&self, engine: &Engine, start: &str) -> anyhow::Result<String> {
        let (document, entry) = (self.document, self.entry(start)?);
        let text = engine.look(move |work| Ok(entry_text(work.read(&document)?, &entry)))?;
        text.context("an entry is gone")
    }
}

fn offline(engine: &Engine, document: DocumentId) -> anyhow::Result<()> {
    engine.disconnect(None)?;
    let gone = engine.wait_for(PATIENCE, move |work| Ok((!work.core().is_live(&document)).then_some(())))?;
    gone.context("somebody did not get offline")
}

fn apart(teller: &mut Teller, cast: &Cast) -> anyhow::Result<()> {
    let document = cast.document;
    teller.step("Priya and Delroy lose their signal, and write in the same paragraph");
    offline(&cast.priya, document)?;
    offline(&cast.delroy, document)?;
    let before = cast.text(&cast.nadia, PARAGRAPH)?;
    teller.quote("Before, on all three computers", &before);
    let (id, moved) = (cast.entry(PARAGRAPH)?, cast.entry(MOVED)?);
    cast.priya.command(document, Command::EditEntry { id, text: before.replacen("after seven", OF_PRIYA, 1) })?;
    cast.delroy.command(document, Command::EditEntry { id, text: format!("{before}{OF_DELROY}") })?;
    cast.priya.command(document, Command::MoveEntry { id: moved, dimension: "3.5".to_owned() })?;
    cast.delroy.command(document, Command::MoveEntry { id: moved, dimension: "3.2".to_owned() })?;
    teller.quote("Priya, in a car park", &cast.text(&cast.priya, PARAGRAPH)?);
    teller.quote("Delroy, on a bus", &cast.text(&cast.delroy, PARAGRAPH)?);
    teller.say("Both also move the entry about sleep somewhere else: Priya to 3.5 (families), Delroy to 3.2 (ways and buses).");
    ensure!(cast.text(&cast.nadia, PARAGRAPH)? == before, "Nadia sees what was written offline");
    teller.say("Nadia, at school, is online. She sees none of it yet.");
    Ok(())
}

fn together(teller: &mut Teller, cast: &Cast) -> anyhow::Result<()> {
    let document = cast.document;
    let all = [&cast.priya, &cast.nadia, &cast.delroy];
    teller.step("They come back, and everything joins");
    cast.priya.connect_all()?;
    cast.delroy.connect_all()?;
    until_same(&all, document)?;
    let merged = cast.text(&cast.nadia, PARAGRAPH)?;
    for engine in all {
        ensure!(cast.text(engine, PARAGRAPH)? == merged, "the paragraph differs between two computers");
    }
    ensure!(merged.contains(OF_PRIYA) && merged.contains(OF_DELROY.trim()), "words were lost: {merged}");
    teller.quote("The paragraph now, on all three computers", &merged);
    let view = cast.nadia.view(document)?;
    let marks: Vec<String> = view.marks.iter().filter_map(waiting).collect();
    let apart = view.marks.iter().any(|mark| matches!(mark, Mark::EditedApart { .. }));
    let two = view.marks.iter().find_map(|mark| match mark {
        Mark::TwoVersions(two) => Some(two.clone()),
        _ => None,
    });
    ensure!(apart, "the paragraph is not marked for a look");
    let two = two.context("the two places are not shown")?;
    teller.screen("Nadia sees what waits for somebody to look", &marks.join("\n"));

    teller.step("Nadia looks, and chooses");
    let value = two.values.iter().find(|version| version.value == "3.2").context("a version is missing")?.value.clone();
    cast.nadia.command(document, Command::LookedAt { id: cast.entry(PARAGRAPH)? })?;
    cast.nadia.command(document, Command::Choose { field: two.field, value })?;
    until_same(&all, document)?;
    let left = cast.priya.view(document)?;
    ensure!(left.marks.iter().filter_map(waiting).count() == 0, "something still waits: {:?}", left.marks);
    teller.say(
        "She read the paragraph: both sentences are right. Sleep belongs to 3.2. Nothing waits any more, on anyone's computer.",
    );
    Ok(())
}

/// A mark of two people's work, in words.
fn waiting(mark: &Mark) -> Option<String> {
    let names = |who: &[Who]| who.iter().map(|who| who.name.as_str()).collect::<Vec<_>>().join(" and ");
    match mark {
        Mark::EditedApart { label, by, .. } => Some(format!("{label}: {} wrote here apart. Please look.", names(by))),
        Mark::TwoVersions(two) => {
            let versions = two.values.iter().map(|version| format!("{} ({})", version.words, names(&version.by)));
            Some(format!("{}: two versions: {}.", two.label, versions.collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    }
}

fn removed(teller: &mut Teller, relay: &Relay, cast: &Cast) -> anyhow::Result<()> {
    let document = cast.document;
    let id = document.to_string();
    teller.step("Delroy changes jobs: Priya takes him out while his laptop is asleep");
    offline(&cast.delroy, document)?;
    let answer = does(
        &cast.priya,
        &Verb::Remove(cli::Remove { id: id.clone(), member: DELROY.to_owned(), why: "He has left the hub.".to_owned() }),
    )?;
    teller.screen("Priya", &format!("{}\n{}", answer.text, answer.notes.join("\n")));
    let add = |text: &str| Command::AddEntry {
        dimension: "3.3".to_owned(),
        kind: kith_assessment::Kind::Strength,
        text: text.to_owned(),
        said_by: None,
        first_hand_or_passed_on: None,
        basis: None,
        date: None,
        agreed: None,
    };
    cast.priya.command(document, add(AFTERWARDS))?;
    until_same(&[&cast.priya, &cast.nadia], document)?;
    teller.quote("Priya writes afterwards, and Nadia sees it", AFTERWARDS);
    ensure!(shows(&cast.nadia.view(document)?, AFTERWARDS), "Nadia does not see what Priya wrote");

    let before = check(relay.folder())?.records;
    cast.delroy.command(document, add(TOO_LATE))?;
    teller.quote("Delroy, who does not know yet, writes one more", TOO_LATE);
    cast.delroy.connect_all()?;
    let told = cast.delroy.wait_for(PATIENCE, move |work| {
        let standing = work.documents().into_iter().find(|summary| summary.id == document).map(|summary| summary.standing);
        Ok(standing.filter(|standing| matches!(standing, Standing::Removed { .. })))
    })?;
    let told = told.context("the relay did not tell Delroy that he is out")?;
    ensure!(matches!(told, Standing::Removed { proved: true, .. }), "Delroy has only the relay's word for it");
    // Time for whatever a relay would wrongly send or take.
    std::thread::sleep(Duration::from_millis(500));
    ensure!(check(relay.folder())?.records == before, "the relay took a record from somebody who is out");
    ensure!(!shows(&cast.priya.view(document)?, TOO_LATE), "Priya got what Delroy wrote after he was out");
    let status = does(&cast.delroy, &Verb::Status { id: Some(id.clone()) })?;
    let standing = &status.value["assessments"][0];
    let (words, upto) = (standing["standing"]["words"].as_str().unwrap_or_default(), standing["record"].as_u64().unwrap_or(0));
    ensure!(upto < before, "Delroy has read the whole log");
    teller.screen("Delroy's laptop wakes and asks the relay; then his copy says", words);
    teller.say(&format!(
        "The relay gave him the signed decision and nothing newer: his copy ends at record {upto} of {before}. It did not take what \
         he wrote."
    ));
    let write = Verb::Write(cli::Write {
        id,
        dimension: "3.3".to_owned(),
        kind: "strength".to_owned(),
        text: "Anything".to_owned(),
        said_by: None,
        basis: None,
        passed_on: false,
        date: None,
        agreed: None,
    });
    let refused = does(&cast.delroy, &write).err().context("Delroy can still write")?;
    teller.screen("Delroy tries to write again", &refused.to_string());
    ensure!(!shows(&cast.delroy.view(document)?, AFTERWARDS), "Delroy reads what was written after he was out");
    let searched = rows_without(&cast.delroy, AFTERWARDS)?;
    teller.say(&format!("What Priya wrote afterwards is nowhere in his store: all {searched} rows were opened and searched."));
    Ok(())
}

fn shows(view: &AssessmentView, text: &str) -> bool {
    view.entries().any(|entry| entry.text == text)
}

/// Searches every row of an opened store; how many there are.
fn rows_without(engine: &Engine, text: &'static str) -> anyhow::Result<usize> {
    let (count, held) = engine.look(move |work| {
        let (mut count, mut held) = (0, 0);
        for space in 0..=u8::MAX {
            for (_, value) in work.rows().scan_rows(Space(space), &[], &[], usize::MAX)? {
                count += 1;
                held += usize::from(value.windows(text.len()).any(|window| window == text.as_bytes()));
            }
        }
        Ok((count, held))
    })?;
    ensure!(held == 0, "{held} rows of his store hold what was written after he was out");
    ensure!(count > 0, "his store seems empty");
    Ok(count)
}

fn proved(teller: &mut Teller, cast: &Cast) -> anyhow::Result<()> {
    teller.step("Who wrote what? Nadia has it proved");
    let answer = does(&cast.nadia, &Verb::Verify { id: cast.document.to_string() })?;
    teller.screen("Nadia", &answer.text);
    teller.step("The assessment, as Nadia and Priya have it");
    let view = cast.nadia.view(cast.document)?;
    println!("{}", plain_text(&view));
    Ok(())
}

/// What may be found nowhere: every name, agency, role, label and longer word of the sample and of this story.
fn words(sample: &Sample) -> anyhow::Result<Words> {
    let mut names = BTreeSet::from([sample.title.clone()]);
    for person in &sample.people {
        names.extend([person.name.clone(), person.agency.clone(), person.role.clone()]);
    }
    let mut texts: BTreeSet<String> = [OF_PRIYA, OF_DELROY, AFTERWARDS, TOO_LATE].map(|text| text.trim().to_owned()).into();
    for step in sample.steps(0) {
        let command = serde_json::to_value(&step.command)?;
        let fields = command.as_object().into_iter().flatten().filter(|(key, _)| key.as_str() != "do");
        texts.extend(fields.filter_map(|(_, value)| value.as_str().map(str::to_owned)));
    }
    Ok(Words::of(&names, &texts))
}

fn held(
    teller: &mut Teller,
    relay: &Relay,
    folder: &Path,
    log: &Log,
    words: &Words,
    known: &BTreeSet<String>,
) -> anyhow::Result<()> {
    teller.step("What the relay holds, and whether a word of it can be found anywhere");
    let report = check(relay.folder())?;
    ensure!(report.ok, "the relay's store is not whole: {:?}", report.problems);
    for (path, bytes) in files(relay.folder())? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        teller.say(&format!("{name:<22} {:>9} bytes", bytes.len()));
    }
    teller.say(&format!("{} sealed records of {} document; every chain is whole.", report.records, report.documents));
    let (mut searched, mut size) = (0_usize, 0_usize);
    let mut places =
        vec![("the relay's folder", files(relay.folder())?), ("the log", BTreeMap::from([("log".into(), log.so_far())]))];
    for number in 1..=3 {
        places.push(("a profile folder", files(&folder.join(format!("profile-{number}")))?));
    }
    let logged = log.so_far().len();
    ensure!(logged > 0, "nothing was logged, so the log proves nothing");
    for (place, files) in &places {
        for (path, bytes) in files {
            searched += 1;
            size += bytes.len();
            let found = words.found_in(bytes);
            let lines = String::from_utf8_lossy(bytes);
            let line = || lines.lines().find(|line| found.iter().any(|word| line.contains(word.as_str()))).unwrap_or_default();
            ensure!(found.is_empty(), "{place} can be read ({}): {found:?}, such as in: {:.400}", path.display(), line());
        }
    }
    let left_out = if known.is_empty() {
        String::new()
    } else {
        let listed: Vec<&str> = known.iter().map(String::as_str).collect();
        format!(
            " (Left out, because a relay's own tables, formats and log say them when nobody has written yet: {}.)",
            listed.join(", ")
        )
    };
    teller.say(&format!(
        "Looked for {} names, labels and words, each in several forms, in {searched} files and logs ({size} bytes, {logged} of them \
         everything that was logged, at every level): 0 found.{left_out}",
        words.count()
    ));
    Ok(())
}
