//! Coming into a group of forty: from the relay's acceptance of the Add to the joiner's reading the whole assessment.
//!
//! The assessment has the text and history of a real session (23,136 transactions), typed by three of its members in turn. The
//! group is made in a room without sockets (`room.rs`); then its relay and members are started for real: a relay on its disk,
//! engines on their profiles, loopback sockets, through a tap (`tap.rs`) that sees when the relay's word "accepted" leaves. The
//! joiner is let in as people are, by link and four words. The time runs from that word to the joiner's view, built from the
//! document. First with lead and joiner alone online; then while twenty members type five keystrokes a second each. All
//! twenty-two devices and the relay share this machine, which in life they do not.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, ensure};
use kith::engine::{Clock, Engine, Event, Profile};
use kith_assessment::EntryId;
use kith_group::{DocumentId, Role};
use kith_sync::client::Notice;
use kith_sync::wire::{ClientMessage, ServerMessage};
use kith_tests::replay::{Relay, let_in, profile, until_same};
use kith_tests::traces::sequential;

use super::dealt::{Keystroke, dealt};
use super::record::{AUTHOR, new_entries, splice};
use super::room::{PASSPHRASE, Room};
use super::tap::{Passed, Seen, Tap};
use super::{Figure, median};

/// The recording.
const RECORDING: &str = "clownschool_flat";
/// Members before anybody joins.
const MEMBERS: usize = 40;
/// How many of them typed the recording.
const TYPISTS: usize = 3;
/// How much one of them types before it is the next one's turn.
const TURN: usize = 500;
/// How many write while somebody joins.
const WRITERS: usize = 20;
/// How long a writer waits between two keystrokes.
const PAUSE: Duration = Duration::from_millis(200);
/// How many join, each way.
const JOINERS: usize = 3;
/// How long before now the group was made: its renewals are over.
const AGO_MS: i64 = 6 * 3_600_000;

pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let Some(recording) = sequential(RECORDING)? else { return Ok(Vec::new()) };
    let strokes = dealt(&recording, 1)?;
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let mut tap = Tap::new()?;
    let Team { document, entries } = Team::gathered(folder, &tap.url(), &strokes)?;
    let relay = Relay::start(&folder.join("relay"))?;
    let seen = tap.open(&relay.url(), is_wanted)?;

    let lead = member(folder, AUTHOR)?;
    lead.connect_all()?;
    until_same(&[&lead], document)?;
    let door = Door { folder, url: &tap.url(), lead: &lead, document, seen: &seen };
    let quiet = (0..JOINERS).map(|number| door.lets_in(&format!("quiet-{number}"))).collect::<anyhow::Result<Vec<_>>>()?;

    let writers = (1..=WRITERS).map(|number| member(folder, number)).collect::<anyhow::Result<Vec<_>>>()?;
    writers.iter().try_for_each(|writer| writer.connect_all().map(drop))?;
    until_same(&writers.iter().chain([&lead]).collect::<Vec<_>>(), document)?;
    let (stop, typed) = (AtomicBool::new(false), AtomicUsize::new(0));
    let began = Instant::now();
    let busy = std::thread::scope(|scope| {
        let typing: Vec<_> = writers
            .iter()
            .zip(entries.iter().skip(1))
            .map(|(writer, entry)| scope.spawn(|| writes(writer, document, *entry, &strokes, &stop, &typed)))
            .collect();
        let busy = (0..JOINERS).map(|number| door.lets_in(&format!("busy-{number}"))).collect::<anyhow::Result<Vec<_>>>();
        stop.store(true, Ordering::Relaxed);
        typing.into_iter().try_for_each(|one| one.join().map_err(|_| anyhow!("a writer panicked"))?)?;
        busy
    })?;
    #[allow(clippy::cast_precision_loss)] // Far fewer than 2^52 keystrokes.
    let pace = typed.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();

    let figure = |of: String, times: Vec<f64>| {
        let what = format!("joining: accepted to readable, {MEMBERS} members, one download, the median of {}; {of}", times.len());
        Figure { what, unit: "ms", floor: None, ours: median(times), target: 300.0 }
    };
    Ok(vec![figure("nobody writes".to_owned(), quiet), figure(format!("{WRITERS} write, {pace:.0} keystrokes a second"), busy)])
}

/// What of all that passes is needed.
fn is_wanted(passed: &Passed) -> bool {
    matches!(passed, Passed::Down(ServerMessage::Accepted { k: 0, .. }) | Passed::Up(ClientMessage::ReadBlob { .. }))
}

/// Where a member's profile is.
fn place(folder: &Path, number: usize) -> std::path::PathBuf {
    folder.join(format!("member-{number}"))
}

fn member(folder: &Path, number: usize) -> anyhow::Result<Engine> {
    Ok(Engine::start(Profile::open(&place(folder, number), PASSPHRASE)?)?)
}

/// The group, as it lies on the disks.
struct Team {
    document: DocumentId,
    /// The first is the recorded text; every writer has one more.
    entries: Vec<EntryId>,
}

impl Team {
    fn gathered(folder: &Path, url: &str, strokes: &[Keystroke]) -> anyhow::Result<Self> {
        let mut room = Room::new(&folder.join("relay"), url, Clock::default().now_ms() - AGO_MS)?;
        for number in 0..MEMBERS {
            room.enter(&place(folder, number), &format!("Member {}", number + 1))?;
        }
        let document = room.found(AUTHOR)?;
        room.connect(AUTHOR)?;
        let entries = new_entries(&mut room, document, WRITERS + 1)?;
        let text = *entries.first().context("no entry was made")?;
        for number in 1..MEMBERS {
            if number == TYPISTS {
                // The rest of the group comes to a text that stands.
                for (turn, strokes) in strokes.chunks(TURN).enumerate() {
                    let commands: Vec<_> = strokes.iter().map(|stroke| splice(text, stroke)).collect();
                    room.commands(turn % TYPISTS, document, &commands)?;
                    room.pass(60_000)?;
                }
            }
            room.connect(number)?;
            room.let_in(AUTHOR, number, document, Role::Contributor)?;
        }
        // Everybody has renewed their leaf.
        room.pass(15 * 60_000)?;
        (0..MEMBERS).try_for_each(|number| room.rest(number))?;
        Ok(Self { document, entries })
    }
}

/// Types a recording's beginning into an entry of one's own until told to stop.
fn writes(
    writer: &Engine,
    document: DocumentId,
    entry: EntryId,
    strokes: &[Keystroke],
    stop: &AtomicBool,
    typed: &AtomicUsize,
) -> anyhow::Result<()> {
    for stroke in strokes {
        if stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        writer.command(document, splice(entry, stroke))?;
        typed.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Where people are let in.
struct Door<'a> {
    folder: &'a Path,
    url: &'a str,
    lead: &'a Engine,
    document: DocumentId,
    seen: &'a Receiver<Seen>,
}

impl Door<'_> {
    /// Lets somebody in; from the relay's "accepted" to their view, in milliseconds.
    fn lets_in(&self, name: &str) -> anyhow::Result<f64> {
        let Self { folder, url, lead, document, seen } = *self;
        let joiner = profile(&folder.join(name), name, "a recording", "writer", url)?;
        let events = joiner.subscribe()?;
        let reader = joiner.clone();
        let reads = std::thread::spawn(move || {
            while let Ok(event) = events.recv() {
                if matches!(event, Event::Notice(Notice::Joined { .. })) {
                    let view = reader.view(document)?;
                    return Ok((Instant::now(), view.entries().map(|entry| entry.text.len()).sum::<usize>()));
                }
            }
            Err(anyhow!("nobody joined"))
        });
        while seen.try_recv().is_ok() {}
        let_in(lead, &joiner, &document, "contributor", name)?;
        let (readable, length) = reads.join().map_err(|_| anyhow!("the joiner panicked"))??;
        ensure!(length > 20_000, "the joiner sees only {length} bytes of text");
        let seen: Vec<Seen> = seen.try_iter().filter(|seen| seen.at <= readable).collect();
        // The joiner's own renewal and everybody else's commits are not theirs: the last before their download is.
        let reads = seen.iter().filter(|seen| matches!(seen.passed, Passed::Up(ClientMessage::ReadBlob { .. })));
        let asked = reads.clone().next().context("nothing was downloaded")?.at;
        ensure!(reads.count() == 1, "the joiner downloaded more than once");
        let accepted = seen.iter().filter(|seen| matches!(seen.passed, Passed::Down(_)) && seen.at <= asked);
        let accepted = accepted.map(|seen| seen.at).max().context("the relay's word was not seen")?;
        joiner.stop()?;
        Ok((readable - accepted).as_secs_f64() * 1e3)
    }
}
