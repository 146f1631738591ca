//! What a member with bad bytes may try. Each test names the line that it fails without.

use automerge::ExpandedChange;
use automerge::legacy::{ElementId, Key, ObjectId, OpId};
use automerge::transaction::{CommitOptions, Transactable};

use super::*;

/// A document with some history, and the next change that an honest device 2 would make.
fn with_next(write: impl FnOnce(&mut Automerge) -> Result<(), AutomergeError>) -> (Replica, Vec<u8>) {
    let replica = begun();
    let mut author = begun();
    let next = author.edit(&device(2), write).unwrap().changes.remove(0);
    (replica, next)
}

fn type_a_word(doc: &mut Automerge) -> Result<(), AutomergeError> {
    let text = doc.get(ROOT, "worries")?.unwrap().1;
    let mut transaction = doc.transaction();
    transaction.splice_text(&text, 4, 2, "word")?;
    transaction.put(ROOT, "title", "A")?;
    transaction.commit();
    Ok(())
}

/// Changes a change as its own author could, and signs it again.
fn rewritten(raw: &[u8], rewrite: impl FnOnce(&mut ExpandedChange)) -> Vec<u8> {
    let mut change = Change::try_from(raw).unwrap().decode();
    rewrite(&mut change);
    change.hash = None;
    Change::from(change).raw_bytes().to_vec()
}

#[test]
fn the_honest_change_that_these_tests_bend_is_admitted() {
    let (mut replica, next) = with_next(type_a_word);
    assert!(admitted(&replica.admit(&[arrival(2, 2, &[next])])[0]));
}

// Without `catch_unwind` in `admit::apply` this test panics; without the reading back in `admit::apply` its last lines fail.
#[test]
fn mutated_changes_never_break_the_replica_nor_its_save() {
    // With the second one, before `adrift` was a rule, a change was taken that spoiled the save.
    for seed in [7, 114] {
        mutate(seed);
    }
}

fn mutate(seed: u64) {
    let mut dice = Dice(seed);
    let log = written(&mut dice, 4, 40);
    let mut replica = Replica::empty(rules());
    assert!(replica.admit(&log).iter().all(admitted));
    let mut author = Replica::empty(rules());
    author.admit(&log);
    let mut refused_by_name = std::collections::BTreeMap::new();
    let (mut taken, mut seq) = (0, 100);
    for _ in 0..12 {
        let me = device(1 + u8::try_from(dice.roll(4)).unwrap());
        // A bent change that was taken may have put something else where the edit looks.
        let Ok(next) = author.edit(&me, |doc| some_edit(doc, &mut dice)) else { continue };
        let Some(next) = next.changes.first() else { continue };
        for _ in 0..150 {
            let mut bent = next.clone();
            for _ in 0..=dice.roll(2) {
                let at = 11 + dice.roll(bent.len() - 11);
                bent[at] = match dice.roll(3) {
                    0 => bent[at] ^ (1 << dice.roll(8)),
                    1 => bent[at].wrapping_add(1),
                    _ => u8::try_from(dice.roll(256)).unwrap(),
                };
            }
            if bent == *next {
                continue;
            }
            fix_checksum(&mut bent);
            seq += 1;
            let before = replica.heads();
            match &replica.admit(&[Arrival { seq, author: me, changes: vec![bent.into()], lasts: None }])[0] {
                Verdict::Admitted { .. } => taken += 1,
                Verdict::Refused(refusal) => {
                    assert_eq!(replica.heads(), before, "a refused record left something behind");
                    let name = format!("{refusal:?}").split([' ', '(']).next().unwrap().to_owned();
                    *refused_by_name.entry(name).or_insert(0) += 1;
                }
            }
        }
        // Whatever was taken, the honest change of this round goes its way or is refused by a name, never a panic.
        seq += 1;
        replica.admit(&[Arrival { seq, author: me, changes: vec![next.clone().into()], lasts: None }]);
        let rebased = replica.rebase();
        assert_eq!(rebased.expelled, Vec::new(), "a change passed every check and spoiled the save");
        let base = rebased.base.unwrap_or_else(|| replica.base.clone());
        author = Replica::load(rules(), &Stored { base: &base, ..Stored::default() }).unwrap();
        assert_eq!(author.heads_digest(), replica.heads_digest());
    }
    eprintln!("mutated changes: {taken} taken as valid, refused: {refused_by_name:?}");
    assert!(refused_by_name.len() >= 3);
    loads(&mut replica);
}

// Without the family check in `Before::check`.
#[test]
fn a_change_in_somebody_elses_name_is_refused() {
    let (mut replica, next) = with_next(type_a_word);
    assert_eq!(refusal(&replica.admit(&[arrival(2, 3, &[next])])[0]), Refusal::WrongAuthor);
    assert_eq!(replica.last_of(device(2).as_bytes()), None);
}

// Without `actor_family` in `Before::check` (comparing whole actors), an editor's splice at older heads would be refused.
#[test]
fn a_derived_actor_belongs_to_its_device() {
    // Device 3 wrote much; device 2, which also wrote something, writes on top of that alone.
    let theirs = begun().edit(&device(3), type_a_word).unwrap().changes;
    let mut author = begun();
    let mut changes = author.edit(&device(2), |doc| {
        doc.transact(|transaction| transaction.put(ROOT, "title", "B")).map(drop).map_err(|failure| failure.error)
    });
    let mut changes = std::mem::take(&mut changes.as_mut().unwrap().changes);
    author.admit(&[arrival(2, 3, &theirs)]);
    let head = Change::try_from(&theirs[0][..]).unwrap().hash();
    let edited = author.edit(&device(2), |doc| {
        let text = doc.get(ROOT, "plan")?.unwrap().1;
        let mut transaction = doc.transaction_at(PatchLog::inactive(), &[head]).unwrap();
        transaction.splice_text(&text, 0, 0, "one ")?;
        transaction.commit();
        Ok::<_, AutomergeError>(())
    });
    changes.extend(edited.unwrap().changes);
    let actors: BTreeSet<_> = changes.iter().map(|raw| Change::try_from(&raw[..]).unwrap().actor_id().clone()).collect();
    assert_eq!(actors.len(), 2, "Automerge made no derived actor: this test has lost its subject");
    let mut replica = begun();
    assert!(replica.admit(&[arrival(2, 3, &theirs), arrival(3, 2, &changes)]).iter().all(admitted));
    assert_eq!(replica.lasts_of(&device(2)).len(), 2);
    assert_eq!(author.lasts_to_sign(&device(2)), replica.lasts_of(&device(2)));
    assert_eq!(refusal(&begun().admit(&[arrival(2, 3, &theirs), arrival(3, 3, &changes)])[1]), Refusal::WrongAuthor);
    loads(&mut replica);
}

// Without the comparison with `lasts_after` in `admit` a statement could leave out what its record brings, and nobody's signature
// would cover it; or claim what nobody has.
#[test]
fn a_statement_that_does_not_cover_exactly_what_it_brings_is_refused() {
    let mut author = begun();
    let first = author.edit(&device(2), type_a_word).unwrap().changes;
    let after_first = author.lasts_to_sign(&device(2));
    let second = author.edit(&device(2), type_a_word).unwrap().changes;
    let after_second = author.lasts_to_sign(&device(2));
    let signed =
        |seq, changes: &[Vec<u8>], lasts: &[LastChange]| Arrival { lasts: Some(lasts.to_vec()), ..arrival(seq, 2, changes) };
    let mut other_hash = after_first.clone();
    other_hash[0].hash.0[0] ^= 1;
    let twice = [after_first.clone(), after_first.clone()].concat();
    for wrong in [&[][..], &after_second, &other_hash, &twice] {
        let mut replica = begun();
        assert_eq!(refusal(&replica.admit(&[signed(2, &first, wrong)])[0]), Refusal::Uncovered);
        assert_eq!(replica.lasts_of(&device(2)), []);
    }
    let mut replica = begun();
    assert!(admitted(&replica.admit(&[signed(2, &first, &after_first)])[0]));
    assert_eq!(refusal(&replica.admit(&[signed(3, &second, &after_first)])[0]), Refusal::Uncovered);
    assert!(admitted(&replica.admit(&[signed(4, &second, &after_second)])[0]));
    // What brings nothing new has no effect, whatever it says.
    assert_eq!(replica.admit(&[signed(5, &second, &after_first)]), [Verdict::Admitted { new: Vec::new() }]);
    assert_eq!(replica.lasts_of(&device(2)), after_second);
}

// Without the comparison of `seq` in `Before::check` Automerge refuses the whole batch, honest records and all.
#[test]
fn a_number_used_twice_is_refused_and_others_go_on() {
    let (mut replica, first) = with_next(type_a_word);
    let (_, second) = with_next(|doc| {
        doc.transact(|transaction| transaction.put(ROOT, "title", "another")).map(drop).map_err(|failure| failure.error)
    });
    let (_, other) = (replica.heads(), {
        let mut third = begun();
        third.edit(&device(3), type_a_word).unwrap().changes.remove(0)
    });
    let verdicts = replica.admit(&[arrival(2, 2, &[first]), arrival(3, 2, &[second]), arrival(4, 3, &[other])]);
    assert!(admitted(&verdicts[0]) && admitted(&verdicts[2]));
    assert_eq!(refusal(&verdicts[1]), Refusal::SeqReused { seq: 1 });
}

#[test]
fn what_arrives_twice_is_admitted_and_changes_nothing() {
    let (mut replica, next) = with_next(type_a_word);
    let verdicts = replica.admit(&[arrival(2, 2, std::slice::from_ref(&next)), arrival(3, 2, std::slice::from_ref(&next))]);
    assert!(matches!(&verdicts[0], Verdict::Admitted { new } if new.len() == 1));
    assert_eq!(verdicts[1], Verdict::Admitted { new: Vec::new() });
    let digest = replica.heads_digest();
    assert_eq!(replica.admit(&[arrival(4, 2, &[next])]), [Verdict::Admitted { new: Vec::new() }]);
    assert_eq!(replica.heads_digest(), digest);
}

// Without the loop over `deps` in `Before::check` Automerge keeps the change aside for ever, and says `Ok`.
// The simulation found it (seed 936): a member who sent a colleague's old change again made every device that was opened anew
// forget what the colleague had written since, and refuse what followed.
#[test]
fn what_arrived_twice_is_counted_once_when_the_stored_log_is_opened_again() {
    let mut replica = begun();
    let words = |replica: &mut Replica| replica.edit(&device(2), type_a_word).unwrap().changes;
    let first = words(&mut replica);
    let second = words(&mut replica);
    let third = words(&mut replica);
    let log = [arrival(1, 1, &[genesis()]), arrival(2, 2, &first), arrival(3, 2, &second), arrival(4, 2, &first)];
    let tail: Vec<KeptRecord> = log.iter().map(|known| KeptRecord { seq: known.seq, changes: raw(&known.changes) }).collect();
    let mut opened = Replica::load(rules(), &Stored { base: &[], tail: &tail, unsent: &[], refused: &[] }).unwrap();
    assert!(admitted(&opened.admit(&[arrival(5, 2, &third)])[0]));
    replica.admit(&log[1..]);
    replica.admit(&[arrival(5, 2, &third)]);
    assert_eq!(opened.heads_digest(), replica.heads_digest());
}

#[test]
fn a_change_whose_dependency_is_missing_is_refused_and_not_kept_aside() {
    let mut author = begun();
    let first = author.edit(&device(2), type_a_word).unwrap().changes;
    let second = author.edit(&device(2), type_a_word).unwrap().changes;
    let mut replica = begun();
    let verdicts = replica.admit(&[arrival(2, 2, &second), arrival(3, 2, &first)]);
    assert_eq!(refusal(&verdicts[0]), Refusal::MissingDependency);
    assert!(admitted(&verdicts[1]));
    let second_hash = Change::try_from(&second[0][..]).unwrap().hash();
    assert!(!replica.has(&second_hash), "an orphan came to life behind the log's back");
    // Sent again in its right place it is as good as any.
    assert!(admitted(&replica.admit(&[arrival(4, 2, &second)])[0]));
    assert!(replica.refused().is_empty());
}

// Without `Refusal::DependsOnRefused` in `Before::check` the reason shown would be a riddle.
#[test]
fn a_refused_record_takes_its_dependents_with_it_by_name() {
    let mut author = begun();
    let first = author.edit(&device(2), type_a_word).unwrap().changes;
    let second = author.edit(&device(2), type_a_word).unwrap().changes;
    let mut replica = begun();
    // Carried under a wrong author: refused as a record.
    let verdicts = replica.admit(&[arrival(2, 3, &first), arrival(3, 2, &second)]);
    assert_eq!(refusal(&verdicts[0]), Refusal::WrongAuthor);
    assert_eq!(refusal(&verdicts[1]), Refusal::DependsOnRefused { seq: 2 });
    assert_eq!(replica.refused().len(), 2);
    let stored = replica.refused();
    let base = replica.admitted().save();
    let mut again = Replica::load(rules(), &Stored { base: &base, refused: &stored, ..Stored::default() }).unwrap();
    let third = author.edit(&device(2), type_a_word).unwrap().changes;
    assert_eq!(refusal(&again.admit(&[arrival(4, 2, &third)])[0]), Refusal::DependsOnRefused { seq: 3 });
}

// Without the gap check in `Before::check` a withheld change would go unnoticed until Automerge panics.
#[test]
fn a_gap_in_an_authors_numbers_is_named() {
    let (mut replica, next) = with_next(type_a_word);
    let bent = rewritten(&next, |change| change.seq = 3);
    assert_eq!(refusal(&replica.admit(&[arrival(2, 2, &[bent])])[0]), Refusal::Gap { expected: 1, found: 3 });
}

// Without the comparison of the checksum in `parse`.
#[test]
fn a_wrong_checksum_trailing_bytes_and_other_chunks_are_not_changes() {
    let (mut replica, next) = with_next(type_a_word);
    let mut wrong = next.clone();
    wrong[4] ^= 1;
    let trailing = [next.clone(), vec![0]].concat();
    let two = [next.clone(), next.clone()].concat();
    let document = replica.admitted().save();
    for bytes in [wrong, trailing, two, document, Vec::new(), b"hello".to_vec()] {
        assert_eq!(refusal(&replica.admit(&[arrival(2, 2, &[bytes])])[0]), Refusal::NotAChange);
    }
}

// Without the type check in `shape::change` Automerge inflates a compressed change without a limit.
#[test]
fn a_compressed_change_is_not_admitted() {
    let (mut replica, next) = with_next(|doc| {
        doc.transact(|transaction| transaction.put(ROOT, "title", "kith ".repeat(200))).map(drop).map_err(|failure| failure.error)
    });
    let compressed = Change::try_from(&next[..]).unwrap().bytes().into_owned();
    assert_eq!(compressed[8], 2);
    assert_eq!(refusal(&replica.admit(&[arrival(2, 2, &[compressed])])[0]), Refusal::NotAChange);
}

/// A change of `count` equal operations in run-length columns: small whatever the count.
fn run_of(count: u64) -> Vec<u8> {
    let run = |value: &[u8]| {
        let mut bytes = Vec::new();
        let mut rest = count;
        // A positive signed LEB128 number.
        loop {
            let byte = u8::try_from(rest & 0x7f).unwrap();
            rest >>= 7;
            if rest == 0 && byte & 0x40 == 0 {
                bytes.push(byte);
                break;
            }
            bytes.push(byte | 0x80);
        }
        bytes.extend(value);
        bytes
    };
    let columns: [(u8, Vec<u8>); 5] =
        [(0x15, run(&[1, b'k'])), (0x34, unsigned(count)), (0x42, run(&[1])), (0x56, run(&[0])), (0x70, run(&[0]))];
    let mut body = vec![0, 16];
    body.extend(device(2).as_bytes());
    body.extend([1, 1, 0, 0, 0, 5]);
    for (spec, data) in &columns {
        body.push(*spec);
        body.extend(unsigned(data.len() as u64));
    }
    for (_, data) in &columns {
        body.extend(data);
    }
    chunk(1, &body)
}

// Without `shape::change` in `parse` this test never ends.
#[test]
fn a_change_that_claims_endless_operations_is_refused_at_once() {
    assert_eq!(Change::try_from(&run_of(3)[..]).unwrap().len(), 3, "this bomb would not go off: the test has lost its subject");
    let bomb = run_of(1 << 50);
    assert!(bomb.len() < 100);
    assert_eq!(refusal(&begun().admit(&[arrival(2, 2, &[bomb])])[0]), Refusal::TooLarge);
}

// Without `adrift` in `Before::check`: admitted, read back byte-equal, and the save does not load.
#[test]
fn a_change_that_does_not_stand_on_its_actors_last_is_refused() {
    let mut author = begun();
    let first = author.edit(&device(2), type_a_word).unwrap().changes;
    let second = author.edit(&device(2), |doc| {
        doc.transact(|transaction| transaction.put(ROOT, "other", 1)).map(drop).map_err(|failure| failure.error)
    });
    let root = Change::try_from(&genesis()[..]).unwrap().hash();
    let bent = rewritten(&second.unwrap().changes[0], |change| change.deps = vec![root]);
    let mut replica = begun();
    let mut plain = replica.admitted().clone();
    plain.apply_changes([&first[0], &bent].map(|raw| Change::try_from(&raw[..]).unwrap())).unwrap();
    assert!(open(&plain.save(), &Caps::default()).is_err(), "Automerge loads it now: no need of this rule");
    let verdicts = replica.admit(&[arrival(2, 2, &first), arrival(3, 2, &[bent])]);
    assert!(admitted(&verdicts[0]));
    assert_eq!(refusal(&verdicts[1]), Refusal::Incoherent);
    loads(&mut replica);
}

// Without `absurd` in `Before::check` every later edit of anyone would overflow Automerge's 32-bit operation numbers.
#[test]
fn an_absurd_operation_number_is_refused() {
    let (mut replica, next) =
        with_next(|doc| doc.transact(|transaction| transaction.put(ROOT, "title", 1)).map(drop).map_err(|failure| failure.error));
    let start = Change::try_from(&next[..]).unwrap().start_op().get();
    for wrong in [1, start - 1, start + 300_000, u64::from(u32::MAX) - 1] {
        let bent = rewritten(&next, |change| change.start_op = wrong.try_into().unwrap());
        assert_eq!(refusal(&replica.admit(&[arrival(2, 2, &[bent])])[0]), Refusal::Incoherent);
    }
    assert!(admitted(&replica.admit(&[arrival(3, 2, &[next])])[0]));
}

// Without `Before::operations`: admitted or not by the accident of what arrived together with it.
#[test]
fn a_change_may_refer_only_to_what_came_before_it_in_the_log() {
    let mut third = begun();
    let later = third.edit(&device(3), |doc| {
        doc.transact(|transaction| transaction.put_object(ROOT, "later", ObjType::Map)).map(drop).map_err(|failure| failure.error)
    });
    let later = later.unwrap().changes;
    let object = Change::try_from(&later[0][..]).unwrap();
    let (_, next) =
        with_next(|doc| doc.transact(|transaction| transaction.put(ROOT, "title", 1)).map(drop).map_err(|failure| failure.error));
    let bent = rewritten(&next, |change| {
        change.operations[0].obj = ObjectId::Id(OpId::new(object.start_op().get(), object.actor_id()));
        change.operations[0].pred = Vec::new().into();
    });
    let log = [arrival(2, 2, &[bent]), arrival(3, 3, &later)];
    let together = begun().admit(&log);
    let mut alone = begun();
    let one_by_one: Vec<_> = log.iter().flat_map(|one| alone.admit(std::slice::from_ref(one))).collect();
    assert_eq!(refusal(&together[0]), Refusal::Incoherent);
    assert_eq!(together, one_by_one);
}

// Without `catch_unwind` in `admit::apply`, and without `rebuild_admitted`, the document would be lost.
#[test]
fn after_a_panic_the_document_is_as_it_was_and_others_go_on() {
    let (mut replica, next) = with_next(type_a_word);
    let words = text(&replica, "worries");
    // It inserts after a character of another text: every part exists, and Automerge panics.
    let (_, foreign) = with_next(|doc| {
        let text = doc.get(ROOT, "plan")?.unwrap().1;
        doc.transact(|transaction| transaction.splice_text(&text, 3, 0, "x")).map(drop).map_err(|failure| failure.error)
    });
    let element = Change::try_from(&foreign[..]).unwrap().decode().operations[0].key.clone();
    let bent = rewritten(&next, |change| {
        let insertion = change.operations.iter_mut().find(|operation| operation.insert).unwrap();
        assert!(matches!(element, Key::Seq(ElementId::Id(_))));
        insertion.key = element;
    });
    let mut third = begun();
    let honest = third.edit(&device(3), type_a_word).unwrap().changes;
    let verdicts = replica.admit(&[arrival(2, 2, &[bent]), arrival(3, 3, &honest)]);
    assert_eq!(refusal(&verdicts[0]), Refusal::Panicked);
    assert!(admitted(&verdicts[1]));
    assert_ne!(text(&replica, "worries"), words);
    assert_eq!(text(&replica, "worries"), text(&third, "worries"));
    // The author's own honest change still finds its place: a refused record leaves no number behind.
    assert!(admitted(&replica.admit(&[arrival(4, 2, &[next])])[0]));
    loads(&mut replica);
}

// Without the comparison of bytes in `admit::apply`: Automerge drops what it cannot place, and says `Ok`.
#[test]
fn a_change_that_reads_back_differently_is_refused() {
    let (mut replica, next) =
        with_next(|doc| doc.transact(|transaction| transaction.put(ROOT, "title", 1)).map(drop).map_err(|failure| failure.error));
    // It claims to replace an operation that exists, but in another object.
    let bent = rewritten(&next, |change| {
        let other = OpId::new(5, &actor(1));
        change.operations[0].pred = vec![other].into();
    });
    let verdict = refusal(&replica.admit(&[arrival(2, 2, &[bent])])[0]);
    assert!(matches!(verdict, Refusal::Altered | Refusal::Panicked), "{verdict:?}");
    loads(&mut replica);
}

// Without `expel` in `rebase` a document that is unsound would be stored, or never again.
#[test]
fn a_record_that_spoils_the_save_is_found_and_expelled_by_name() {
    let mut replica = begun();
    let mut author = begun();
    let mut log = Vec::new();
    for seq in 2..8 {
        log.push(arrival(seq, 2, &author.edit(&device(2), type_a_word).unwrap().changes));
    }
    let (_, next) = {
        let mut third = begun();
        let next = third.edit(&device(3), type_a_word).unwrap().changes.remove(0);
        (third, next)
    };
    let bent = rewritten(&next, |change| {
        let put = change.operations.iter_mut().find(|operation| matches!(operation.key, Key::Map(_))).unwrap();
        put.pred = vec![OpId::new(5, &actor(1))].into();
    });
    assert!(replica.admit(&log[..3]).iter().all(admitted));
    // Past the checks, as a change would be that none of them catches.
    let change = Change::try_from(&bent[..]).unwrap();
    if quietly(|| replica.admitted.apply_changes([change.clone()])).is_err() {
        replica.rebuild_admitted();
    }
    replica.tail.push(KeptRecord { seq: 100, changes: vec![bent] });
    assert!(replica.admit(&log[3..]).iter().all(admitted));
    let rebased = replica.rebase();
    assert_eq!(rebased.expelled, [(100, Refusal::Altered)]);
    assert_eq!(replica.refused(), [(change.hash(), 100)]);
    let again = Replica::load(rules(), &Stored { base: &rebased.base.unwrap(), ..Stored::default() }).unwrap();
    assert_eq!(again.heads_digest(), author_digest(&log));
    assert!(replica.tail().is_empty());
}

fn author_digest(log: &[Arrival]) -> kith_group::Digest {
    let mut replica = begun();
    replica.admit(log);
    replica.heads_digest()
}

// Without `shape::document` in `open` (the load would allocate what the columns claim).
#[test]
fn a_damaged_or_endless_base_is_refused() {
    let base = begun().admitted().save();
    let mut dice = Dice(3);
    for _ in 0..300 {
        let mut bent = base.clone();
        let at = dice.roll(bent.len());
        bent[at] ^= 1 << dice.roll(8);
        if dice.roll(2) == 0 {
            fix_checksum(&mut bent);
        }
        if let Ok(replica) = Replica::load(rules(), &Stored { base: &bent, ..Stored::default() }) {
            let _ = replica.heads_digest();
        }
    }
    let mut small = rules();
    small.caps.inflated = 100;
    assert_eq!(Replica::load(small, &Stored { base: &base, ..Stored::default() }).unwrap_err(), LoadError::TooLarge);
    let mut body = vec![0, 0, 1, 0x01, 2];
    body.extend([0, 0xff, 0x01]);
    body.push(0x7f);
    assert!(Replica::load(rules(), &Stored { base: &chunk(0, &body), ..Stored::default() }).is_err());
}

// Without the rule of one root in `Before::check` two geneses would both be "the" genesis of deterministic changes.
#[test]
fn a_second_genesis_is_refused() {
    let mut other = Replica::empty(rules());
    let second = other.edit(&device(2), |doc| {
        let mut transaction = doc.transaction();
        transaction.put(ROOT, "mine", 1)?;
        transaction.commit_with(CommitOptions::default());
        Ok::<_, AutomergeError>(())
    });
    assert_eq!(refusal(&begun().admit(&[arrival(2, 2, &second.unwrap().changes)])[0]), Refusal::MissingDependency);
}
