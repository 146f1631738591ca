//! However the log is cut into calls, the verdicts and the document are the same.

use super::*;

/// A log with honest and bad records mixed.
fn mixed(dice: &mut Dice) -> Vec<Arrival> {
    let mut log = written(dice, 3, 16);
    for _ in 0..6 {
        let at = 1 + dice.roll(log.len() - 1);
        let mut bad = log[1 + dice.roll(log.len() - 1)].clone();
        if bad.changes.is_empty() {
            continue;
        }
        match dice.roll(5) {
            0 => bad.author = device(9),
            1 => bad.changes.reverse(),
            2 => {
                let change = dice.roll(bad.changes.len());
                let raw = &mut bad.changes[change];
                let byte = 11 + dice.roll(raw.len() - 11);
                raw[byte] ^= 1 << dice.roll(8);
                fix_checksum(raw);
            }
            3 => {
                bad.changes.remove(0);
            }
            _ => {
                let lost = 1 + dice.roll(log.len() - 1);
                log.remove(lost);
                continue;
            }
        }
        log.insert(at.min(log.len()), bad);
    }
    for (index, one) in log.iter_mut().enumerate() {
        one.seq = index as u64 + 1;
    }
    log
}

/// Cuts one log in several ways. `Err` says what differed.
fn cut(seed: u64) -> Result<(), String> {
    let mut dice = Dice(seed);
    let log = mixed(&mut dice);
    let mut whole = Replica::empty(rules());
    let expected = whole.admit(&log);
    if !expected.iter().any(admitted) {
        return Err("nothing was admitted".to_owned());
    }
    for most in [1, 2, 5] {
        let mut replica = Replica::empty(rules());
        let mut verdicts = Vec::new();
        let mut rest = &log[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at((1 + dice.roll(most)).min(rest.len()));
            verdicts.extend(replica.admit(now));
            if dice.roll(4) == 0 {
                let expelled = replica.rebase().expelled;
                if !expelled.is_empty() {
                    return Err(format!("a rebase expelled {expelled:?}"));
                }
            }
            rest = later;
        }
        if verdicts != expected {
            return Err(format!("at most {most} at once: {verdicts:?}\nall at once: {expected:?}"));
        }
        if replica.heads_digest() != whole.heads_digest() || replica.refused() != whole.refused() {
            return Err(format!("at most {most} at once: other heads or other refused changes"));
        }
    }
    Ok(())
}

#[test]
fn verdicts_do_not_depend_on_batching() {
    for seed in 0..12 {
        if let Err(difference) = cut(seed) {
            panic!("seed {seed}: {difference}");
        }
    }
}
