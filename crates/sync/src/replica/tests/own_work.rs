//! What the person writes: there at once, there until the log brings it back, and never half there.

use automerge::transaction::Transactable;

use super::*;

fn append(replica: &mut Replica, me: u8, field: &str, words: &str) -> Vec<Vec<u8>> {
    let edited = replica.edit(&device(me), |doc| {
        let text = doc.get(ROOT, field)?.unwrap().1;
        let end = doc.length(&text);
        doc.transact(|transaction| transaction.splice_text(&text, end, 0, words)).map(drop).map_err(|failure| failure.error)
    });
    edited.unwrap().changes
}

#[test]
fn own_work_is_seen_at_once_and_is_not_in_the_replica() {
    let mut replica = begun();
    let digest = replica.heads_digest();
    let changes = append(&mut replica, 2, "plan", " and more");
    assert!(text(&replica, "plan").ends_with(" and more"));
    assert_eq!(replica.heads_digest(), digest);
    assert_eq!(replica.unsent(), changes);
    assert!(admitted(&replica.admit(&[arrival(2, 2, &changes)])[0]));
    assert_ne!(replica.heads_digest(), digest);
    assert!(replica.unsent().is_empty());
    replica.rest();
    assert!(replica.working.is_none());
    assert!(text(&replica, "plan").ends_with(" and more"));
}

#[test]
fn an_edit_that_fails_leaves_nothing() {
    let mut replica = begun();
    append(&mut replica, 2, "plan", " kept");
    let heads = replica.doc().get_heads();
    let outcome = replica.edit(&device(2), |doc| {
        doc.transact(|transaction| transaction.put(ROOT, "half", 1)).map(drop).map_err(|failure| failure.error)?;
        doc.get(ROOT, "half")?.ok_or(AutomergeError::NotAnObject)?;
        Err::<(), _>(AutomergeError::NotAnObject)
    });
    assert!(matches!(outcome, Err(EditError::Refused(_))));
    assert_eq!(replica.doc().get_heads(), heads);
    assert!(text(&replica, "plan").ends_with(" kept"));
    assert_eq!(replica.unsent().len(), 1);
}

#[test]
fn an_edit_beyond_a_record_or_in_another_name_is_refused_before_it_is_kept() {
    let mut replica = begun();
    let heads = replica.doc().get_heads();
    let large = replica.edit(&device(2), |doc| {
        doc.transact(|transaction| transaction.put(ROOT, "title", "x".repeat(100_000))).map(drop).map_err(|failure| failure.error)
    });
    assert!(matches!(large, Err(EditError::TooLarge { .. })));
    let stranger = replica.edit(&device(2), |doc| {
        doc.set_actor(actor(3));
        doc.transact(|transaction| transaction.put(ROOT, "title", "x")).map(drop).map_err(|failure| failure.error)
    });
    assert!(matches!(stranger, Err(EditError::WrongActor)));
    assert_eq!(replica.doc().get_heads(), heads);
    assert!(replica.working.is_none());
}

// An editor's splice against heads that others have long left behind: a large gap in operation numbers, and a derived actor.
#[test]
fn an_edit_at_old_heads_is_admitted_and_loads_again() {
    let mut replica = begun();
    let old = replica.admitted().get_heads();
    let mut changes = append(&mut replica, 2, "plan", &"with many characters, each an operation ".repeat(20));
    for words in ["x", "pasted ".repeat(60).as_str(), "y"] {
        let edited = replica.edit(&device(2), |doc| {
            let text = doc.get(ROOT, "plan")?.unwrap().1;
            let mut transaction = doc.transaction_at(PatchLog::inactive(), &old).unwrap();
            transaction.splice_text(&text, 0, 0, words)?;
            transaction.commit();
            Ok::<_, AutomergeError>(())
        });
        changes.extend(edited.unwrap().changes);
    }
    assert!(admitted(&replica.admit(&[arrival(2, 2, &changes)])[0]));
    assert_eq!(replica.lasts_of(&device(2)).len(), 4, "no derived actors: this test has lost its subject");
    let again = loads(&mut replica);
    assert_eq!(again.marks, replica.marks);
    assert_eq!(text(&again, "plan"), text(&replica, "plan"));
}

#[test]
fn what_others_write_is_told_as_splices_in_utf16_units() {
    for writing in [false, true] {
        let mut replica = begun();
        let mut other = begun();
        if writing {
            append(&mut replica, 3, "worries", "mine");
        }
        replica.touched();
        let mut view = text(&replica, "plan").encode_utf16().collect::<Vec<_>>();
        let mut changes = Vec::new();
        for (at, delete, insert) in [(0, 4, "🙂🙂"), (4, 0, "é"), (6, 5, ""), (2, 2, "ab🏡")] {
            let edited = other.edit(&device(2), |doc| {
                let text = doc.get(ROOT, "plan")?.unwrap().1;
                doc.transact(|transaction| transaction.splice_text(&text, at, delete, insert))
                    .map(drop)
                    .map_err(|failure| failure.error)
            });
            changes.push(edited.unwrap().changes);
        }
        let log: Vec<_> = changes.iter().enumerate().map(|(index, changes)| arrival(index as u64 + 2, 2, changes)).collect();
        for part in [&log[..1], &log[1..]] {
            assert!(replica.admit(part).iter().all(admitted));
            for touched in replica.touched() {
                let TouchedKind::Text { at, delete, insert } = touched.kind else { panic!("{touched:?}") };
                view.splice(at..at + delete, insert.encode_utf16());
            }
            let shown = String::from_utf16(&view).unwrap();
            assert_eq!(shown, text(&replica, "plan"));
        }
        assert_eq!(text(&replica, "plan"), text(&other, "plan"));
    }
}

#[test]
fn own_work_touches_what_it_changed() {
    let mut replica = begun();
    replica.touched();
    append(&mut replica, 2, "plan", "more");
    let object = replica.doc().get(ROOT, "plan").unwrap().unwrap().1;
    assert_eq!(replica.touched(), [Touched { object, kind: TouchedKind::Object }]);
}

#[test]
fn own_work_that_the_log_refuses_leaves_the_view_and_says_so() {
    let mut replica = begun();
    let first = append(&mut replica, 2, "plan", " first");
    append(&mut replica, 2, "plan", " second");
    // A copy of this device's disk wrote number 1 elsewhere, and was faster.
    let mut copy = begun();
    let faster = append(&mut copy, 2, "plan", " other");
    let verdicts = replica.admit(&[arrival(2, 2, &faster), arrival(3, 2, &first)]);
    assert!(admitted(&verdicts[0]));
    assert_eq!(refusal(&verdicts[1]), Refusal::SeqReused { seq: 1 });
    assert!(replica.unsent().is_empty());
    assert_eq!(text(&replica, "plan"), text(&copy, "plan"));
    assert!(replica.touched().iter().any(|touched| touched.kind == TouchedKind::Everything));
}

#[test]
fn a_stored_document_loads_as_it_was_with_tail_and_unsent() {
    let mut dice = Dice(11);
    let log = written(&mut dice, 3, 30);
    let mut replica = Replica::empty(rules());
    replica.admit(&log[..10]);
    let base = replica.rebase().base.unwrap();
    assert!(replica.tail().is_empty());
    replica.admit(&log[10..]);
    append(&mut replica, 8, "plan", " unsent");
    let unsent = replica.unsent();
    let stored = Stored { base: &base, tail: replica.tail(), unsent: &unsent, refused: &[] };
    let mut again = Replica::load(rules(), &stored).unwrap();
    assert_eq!(again.heads_digest(), replica.heads_digest());
    assert_eq!(again.doc().get_heads(), replica.doc().get_heads());
    assert_eq!(again.marks, replica.marks);
    assert_eq!(again.max_op, replica.max_op);
    // Both go on alike, the numbers of authors included.
    let next = append(&mut again, 8, "plan", " still");
    assert_eq!(append(&mut replica, 8, "plan", " still"), next);
    let mut bad = replica.tail().to_vec();
    bad[2].changes[0][20] ^= 1;
    let stored = Stored { base: &base, tail: &bad, ..Stored::default() };
    assert_eq!(Replica::load(rules(), &stored).unwrap_err(), LoadError::Tail { seq: bad[2].seq });
}

#[test]
fn the_marks_of_a_loaded_document_are_those_of_its_history() {
    let log = written(&mut Dice(5), 4, 90);
    let mut replica = Replica::empty(rules());
    replica.admit(&log);
    let again = loads(&mut replica);
    assert_eq!(again.marks, replica.marks);
    for meta in again.admitted().get_changes_meta(&[]) {
        assert!(again.marks[meta.actor.as_ref()].seq >= meta.seq);
    }
}

#[test]
fn a_base_checked_elsewhere_covers_what_it_covers_and_no_more() {
    let log = written(&mut Dice(6), 3, 20);
    let mut replica = Replica::empty(rules());
    replica.admit(&log[..12]);
    let candidate = replica.candidate().unwrap();
    let verified = std::thread::spawn(|| candidate.verify()).join().unwrap().unwrap();
    replica.admit(&log[12..]);
    let base = replica.adopt(verified);
    let stored = Stored { base: &base, tail: replica.tail(), ..Stored::default() };
    assert_eq!(Replica::load(rules(), &stored).unwrap().heads_digest(), replica.heads_digest());
    assert_eq!(replica.tail().first().unwrap().seq, 13);
}

#[test]
fn coverage_names_what_a_statement_leaves_out() {
    let mut author = begun();
    let first = append(&mut author, 2, "plan", " first");
    let second = append(&mut author, 2, "plan", " second");
    let mut replica = begun();
    replica.admit(&[arrival(2, 2, &first)]);
    let early = replica.lasts_of(&device(2));
    replica.admit(&[arrival(3, 2, &second)]);
    let late = replica.lasts_of(&device(2));
    let second_hash = late[0].hash;
    assert_eq!(replica.coverage(&device(2), &late), Coverage::Whole);
    assert_eq!(replica.coverage(&device(2), &early), Coverage::AllBut(vec![second_hash]));
    assert_eq!(begun().coverage(&device(2), &late), Coverage::Missing(second_hash));
    assert_eq!(replica.coverage(&device(3), &[]), Coverage::Whole);
    assert!(matches!(replica.coverage(&device(2), &[]), Coverage::AllBut(all) if all.len() == 2));
}

#[test]
fn the_heads_digest_is_frozen() {
    insta::assert_snapshot!(Replica::empty(rules()).heads_digest().to_string(), @"gti5qqel5drgjbhdvjn6bhsrt3omtdmxhragxarbx7a3jgq2v4rq");
    insta::assert_snapshot!(begun().heads_digest().to_string(), @"lmrauyhgwqcpd4ryqm6yujzjlpatqsmdrxbwlr5jrri2ycgaf47a");
}
