//! What each person types, and when: a stretch of a recording.

use std::time::Duration;

use anyhow::ensure;
use kith_tests::traces::Concurrent;

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// When it is pressed, from the beginning of the meeting.
    pub(super) at: Duration,
    /// Where it is typed, in UTF-16 code units from where the stretch begins. A text that is shorter takes it at its end.
    pub(super) position: usize,
    /// What is put there: one code unit, so that the length of a field says how many of its keys are in it. The recording's
    /// deletions are typed as a dot for the same reason.
    pub(super) inserted: char,
}

/// The longest pause that is kept, in seconds: in the meeting everybody writes all the time.
const PAUSE: i64 = 2;

/// Deals `people` stretches of what the busiest person of a recording typed, each cut off after `long`. The recording's times are
/// to the second: what was typed in one second is spread over it. Pauses of more than two seconds are shortened to two.
///
/// # Errors
/// When the recording is too short for that.
pub(super) fn deal(trace: &Concurrent, people: usize, long: Duration) -> anyhow::Result<Vec<Vec<Key>>> {
    let typed_by = |agent: usize| trace.transactions.iter().filter(move |transaction| transaction.agent == agent);
    let busiest = (0..trace.agents).max_by_key(|agent| typed_by(*agent).count()).unwrap_or(0);
    let mut typed: Vec<_> = typed_by(busiest).filter_map(|t| Some((t.time.as_second(), t.patches.first()?))).collect();
    typed.sort_by_key(|(second, _)| *second);
    let mut keys = Vec::with_capacity(typed.len());
    let (mut clock, mut before) = (0, None);
    for second in typed.chunk_by(|(a, _), (b, _)| a == b) {
        let now = second.first().map_or(0, |(now, _)| *now);
        clock += before.replace(now).map_or(0, |before| (now - before).min(PAUSE));
        for (index, (_, patch)) in second.iter().enumerate() {
            let at = Duration::from_secs(1).mul_f64(clock as f64 + index as f64 / second.len() as f64);
            let inserted = patch.inserted.chars().next().filter(|one| one.len_utf16() == 1).unwrap_or('.');
            keys.push(Key { at, position: patch.position, inserted });
        }
    }
    let mut parts = Vec::new();
    for part in keys.chunks((keys.len() / people.max(1)).max(1)).take(people) {
        let (began, base) = part.first().map_or((Duration::ZERO, 0), |key| (key.at, key.position));
        let stretch = part.iter().take_while(|key| key.at - began < long);
        let moved = |key: &Key| Key { at: key.at - began, position: key.position.saturating_sub(base), ..key.clone() };
        parts.push(stretch.map(moved).collect());
    }
    ensure!(parts.len() == people, "the recording is too short for {people} people");
    Ok(parts)
}
