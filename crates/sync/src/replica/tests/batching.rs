//! However the log is cut into calls, the verdicts and the document are the same.

use kith_group::{Dependency, ShortChange};

use super::short::in_short;
use super::*;

/// A log with honest and bad records mixed; the honest ones as they are written, or in short where that is possible.
fn mixed(dice: &mut Dice, short: bool) -> Vec<Arrival> {
    let mut log = written(dice, 3, 16);
    if short {
        log = in_short(&log);
    }
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
                match &mut bad.changes[change] {
                    Brought::Raw(raw) => {
                        let byte = 11 + dice.roll(raw.len() - 11);
                        raw[byte] ^= 1 << dice.roll(8);
                        fix_checksum(raw);
                    }
                    Brought::Short(short) => bend(short, dice),
                }
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

/// Names other dependencies, or has other bytes.
fn bend(short: &mut ShortChange, dice: &mut Dice) {
    match short.deps.first_mut() {
        Some(Dependency::Last(actor, _)) if dice.roll(3) == 0 => actor[0] = u8::try_from(1 + dice.roll(3)).unwrap(),
        Some(Dependency::Last(_, below)) if dice.roll(2) == 0 => *below += dice.roll(4) as u64,
        _ => {
            let byte = dice.roll(short.rest.len());
            short.rest[byte] ^= 1 << dice.roll(8);
        }
    }
}

/// Cuts one log in several ways. `Err` says what differed.
fn cut(seed: u64, short: bool) -> Result<(), String> {
    let mut dice = Dice(seed);
    let log = mixed(&mut dice, short);
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
        for short in [false, true] {
            if let Err(difference) = cut(seed, short) {
                panic!("seed {seed}, short {short}: {difference}");
            }
        }
    }
}
