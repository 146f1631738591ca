//! Five people writing at once end with one document, whatever order the log took their work in.

use super::*;

fn meeting(seed: u64) {
    const PEOPLE: usize = 5;
    let mut dice = Dice(seed);
    let mut log = vec![arrival(1, 1, &[genesis()])];
    let mut replicas: Vec<(Replica, usize, Vec<Vec<u8>>)> =
        (0..PEOPLE).map(|_| (Replica::empty(rules()), 0, Vec::new())).collect();
    for (replica, applied, _) in &mut replicas {
        replica.admit(&log);
        *applied = 1;
    }
    for _ in 0..200 {
        let who = dice.roll(PEOPLE);
        let me = device(u8::try_from(who).unwrap() + 1);
        let (replica, applied, outbox) = &mut replicas[who];
        match dice.roll(4) {
            0 | 1 => outbox.extend(replica.edit(&me, |doc| some_edit(doc, &mut dice)).unwrap().changes),
            2 => {
                if !outbox.is_empty() {
                    let now = 1 + dice.roll(outbox.len());
                    log.push(Arrival {
                        seq: log.len() as u64 + 1,
                        author: me,
                        changes: outbox.drain(..now).map(Brought::Raw).collect(),
                        lasts: None,
                    });
                }
            }
            _ => {
                let until = *applied + dice.roll(log.len() - *applied + 1);
                let verdicts = replica.admit(&log[*applied..until]);
                assert!(verdicts.iter().all(admitted), "{verdicts:?}");
                *applied = until;
            }
        }
        if dice.roll(10) == 0 {
            // A restart: what is stored is what there is.
            let base = replica.rebase().base.unwrap_or_else(|| replica.base.clone());
            let unsent = replica.unsent();
            let stored = Stored { base: &base, tail: replica.tail(), unsent: &unsent, refused: &[] };
            let again = Replica::load(rules(), &stored).unwrap();
            assert_eq!(again.heads_digest(), replica.heads_digest());
            assert_eq!(again.doc().get_heads(), replica.doc().get_heads());
            assert_eq!(again.marks, replica.marks);
            *replica = again;
        }
    }
    for (who, (_, _, outbox)) in replicas.iter_mut().enumerate() {
        if !outbox.is_empty() {
            let me = device(u8::try_from(who).unwrap() + 1);
            log.push(Arrival { seq: log.len() as u64 + 1, author: me, changes: brought(&std::mem::take(outbox)), lasts: None });
        }
    }
    let mut ends = Vec::new();
    for (replica, applied, _) in &mut replicas {
        assert!(replica.admit(&log[*applied..]).iter().all(admitted));
        assert!(replica.unsent().is_empty());
        assert_eq!(replica.doc().get_heads(), replica.heads(), "working copy and replica part ways");
        replica.rest();
        ends.push((replica.heads_digest(), text(replica, "plan"), text(replica, "worries")));
    }
    ends.dedup();
    assert_eq!(ends.len(), 1);
    loads(&mut replicas[0].0);
}

#[test]
fn replicas_converge_under_any_order_of_the_log() {
    for seed in 0..8 {
        meeting(seed);
    }
}
