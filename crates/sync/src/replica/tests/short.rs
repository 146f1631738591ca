//! Changes in short: smaller, the same bytes again on every device, and never another dependency than the author's.

use kith_group::{Dependency, ShortChange};

use super::*;

/// A log with all its changes in short.
pub(super) fn in_short(log: &[Arrival]) -> Vec<Arrival> {
    let mut everything = Replica::empty(rules());
    assert!(everything.admit(log).iter().all(admitted));
    let short = |one: &Arrival| {
        let changes = everything.shorten(&one.author, &raw(&one.changes)).unwrap();
        Arrival { changes: changes.into_iter().map(Brought::Short).collect(), ..one.clone() }
    };
    log.iter().map(short).collect()
}

/// Types one letter as a device.
fn letter(replica: &mut Replica, who: u8) -> Vec<u8> {
    let edited = replica.edit(&device(who), |doc| {
        let text = doc.get(ROOT, "plan")?.unwrap().1;
        doc.transact(|transaction| transaction.splice_text(&text, 0, 0, "k")).map(drop).map_err(|failure| failure.error)
    });
    edited.unwrap().changes.remove(0)
}

/// A document in which `people` devices have just written beside one another, and the next keystroke of device 1.
fn meeting(people: u8) -> (Replica, Vec<u8>) {
    let mut log = vec![arrival(1, 1, &[genesis()])];
    for who in 1..=people {
        log.push(arrival(u64::from(who) + 1, who, &[letter(&mut begun(), who)]));
    }
    let mut replica = Replica::empty(rules());
    assert!(replica.admit(&log).iter().all(admitted));
    let next = letter(&mut replica, 1);
    (replica, next)
}

fn bytes(short: &[ShortChange]) -> usize {
    minicbor::to_vec(kith_group::Payload::Short(short.to_vec())).unwrap().len()
}

#[test]
fn a_keystroke_in_a_meeting_is_no_larger_than_one_alone() {
    let (replica, raw) = meeting(16);
    assert!(raw.len() > 550, "it names its dependencies by hash");
    let short = replica.shorten(&device(1), std::slice::from_ref(&raw)).unwrap();
    assert!(bytes(&short) < 190, "{} bytes", bytes(&short));
    let mut other = Replica::empty(rules());
    for who in 1..=16 {
        if who == 1 {
            other.admit(&[arrival(1, 1, &[genesis()])]);
        }
        other.admit(&[arrival(u64::from(who) + 1, who, &[letter(&mut begun(), who)])]);
    }
    let arrives = Arrival { changes: vec![Brought::Short(short[0].clone())], ..arrival(18, 1, &[]) };
    assert!(admitted(&other.admit(&[arrives])[0]));
    assert_eq!(other.brought_by(18), [raw]);
}

#[test]
fn a_log_in_short_gives_the_document_of_the_log_as_it_was_written() {
    for seed in 40..48 {
        let log = written(&mut Dice(seed), 4, 40);
        let (mut whole, mut named) = (Replica::empty(rules()), Replica::empty(rules()));
        let verdicts = whole.admit(&log);
        assert_eq!(named.admit(&in_short(&log)), verdicts);
        assert_eq!(named.heads_digest(), whole.heads_digest());
        for one in &log {
            assert_eq!(named.brought_by(one.seq), whole.brought_by(one.seq));
        }
    }
}

#[test]
fn a_name_that_leads_nowhere_is_a_missing_dependency() {
    let (replica, raw) = meeting(3);
    let mut short = replica.shorten(&device(1), &[raw]).unwrap().remove(0);
    let Some(Dependency::Last(actor, _)) = short.deps.first_mut() else { panic!("not named") };
    *actor = [9; 4];
    let (mut other, _) = meeting(3);
    let arrives = Arrival { changes: vec![Brought::Short(short)], ..arrival(5, 1, &[]) };
    assert_eq!(refusal(&other.admit(&[arrives])[0]), Refusal::MissingDependency);
}

#[test]
fn an_operation_in_the_middle_of_a_change_is_no_name() {
    let (replica, raw) = meeting(3);
    let mut short = replica.shorten(&device(1), &[raw]).unwrap().remove(0);
    // Device 1's genesis change has many operations; only the last of them names it.
    let first = shape::first_operation(&short.rest).unwrap();
    short.deps = vec![Dependency::Last([1; 4], first - 2)];
    let (mut other, _) = meeting(3);
    let arrives = Arrival { changes: vec![Brought::Short(short)], ..arrival(5, 1, &[]) };
    assert_eq!(refusal(&other.admit(&[arrives])[0]), Refusal::MissingDependency);
}

#[test]
fn actors_that_begin_alike_are_named_by_hash_and_never_guessed() {
    let twin = DeviceId([2, 2, 2, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
    let typed_by_twin = begun()
        .edit(&twin, |doc| {
            let text = doc.get(ROOT, "plan")?.unwrap().1;
            doc.transact(|transaction| transaction.splice_text(&text, 0, 0, "k")).map(drop).map_err(|failure| failure.error)
        })
        .unwrap()
        .changes;
    let log = [
        arrival(1, 1, &[genesis()]),
        arrival(2, 2, &[letter(&mut begun(), 2)]),
        Arrival { seq: 3, author: twin, changes: brought(&typed_by_twin), lasts: None },
    ];
    // Whoever has not met the twin names device 2; whoever has met it does not know who is meant.
    let mut replica = Replica::empty(rules());
    replica.admit(&log[..2]);
    let next = letter(&mut replica, 1);
    let short = replica.shorten(&device(1), std::slice::from_ref(&next)).unwrap().remove(0);
    assert!(short.deps.iter().any(|dep| matches!(dep, Dependency::Last([2, 2, 2, 2], _))));
    let arrives = Arrival { changes: vec![Brought::Short(short)], ..arrival(4, 1, &[]) };
    let together: Vec<_> = log.iter().cloned().chain([arrives.clone()]).collect();
    assert_eq!(refusal(&Replica::empty(rules()).admit(&together)[3]), Refusal::MissingDependency);
    let mut apart = Replica::empty(rules());
    apart.admit(&log);
    assert_eq!(refusal(&apart.admit(&[arrives])[0]), Refusal::MissingDependency);
    let next = letter(&mut apart, 1);
    let short = apart.shorten(&device(1), &[next]).unwrap().remove(0);
    assert_eq!(short.deps.iter().filter(|dep| matches!(dep, Dependency::Hash(_))).count(), 2);
}
