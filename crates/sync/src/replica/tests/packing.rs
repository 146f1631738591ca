//! Payloads: a bundle is used only where it is smaller and provably the same, and a hostile one costs nothing.

use std::io::Write as _;

use automerge::transaction::Transactable;

use super::*;

fn a_day(count: usize) -> (Replica, Vec<Vec<u8>>) {
    let mut replica = begun();
    let mut raw = Vec::new();
    for index in 0..count {
        let edited = replica.edit(&device(2), |doc| {
            let text = doc.get(ROOT, "plan")?.unwrap().1;
            let end = doc.length(&text);
            doc.transact(|transaction| {
                if index % 10 == 9 {
                    transaction.splice_text(&text, end - 5, 1, "")
                } else {
                    transaction.splice_text(&text, end, 0, "k")
                }
            })
            .map(drop)
            .map_err(|failure| failure.error)
        });
        raw.extend(edited.unwrap().changes);
    }
    (replica, raw)
}

#[test]
fn many_changes_become_a_small_bundle_that_unpacks_to_the_same_bytes() {
    let (replica, raw) = a_day(400);
    let packed = replica.pack(&raw);
    let Packed::Bundled(bytes) = &packed else { panic!("not bundled") };
    assert_eq!(unpack(bytes, &Caps::default()).unwrap(), raw);
    assert!(bytes.len() * 20 < raw.iter().map(Vec::len).sum::<usize>());
    let mut other = begun();
    assert!(admitted(&other.admit(&[arrival(2, 2, &unpack(bytes, &Caps::default()).unwrap())])[0]));
    assert_eq!(other.heads(), replica.doc().get_heads());
}

#[test]
fn one_change_goes_raw_and_nothing_is_ever_larger_than_raw() {
    let (replica, raw) = a_day(5);
    assert_eq!(replica.pack(&raw[..1]), Packed::Changes(raw[..1].to_vec()));
    for count in 1..=5 {
        assert!(replica.pack(&raw[..count]).size() <= raw[..count].iter().map(Vec::len).sum());
    }
    // Out of order it could not come back as it went in.
    let reversed: Vec<_> = raw.iter().rev().cloned().collect();
    assert_eq!(replica.pack(&reversed), Packed::Changes(reversed.clone()));
    assert_eq!(replica.pack(&[]), Packed::Changes(Vec::new()));
}

#[test]
fn what_several_people_wrote_packs_as_it_is() {
    let log = written(&mut Dice(21), 4, 60);
    let mut replica = Replica::empty(rules());
    replica.admit(&log);
    for one in &log {
        if let Packed::Bundled(bytes) = replica.pack(&raw(&one.changes)) {
            assert_eq!(brought(&unpack(&bytes, &Caps::default()).unwrap()), one.changes);
        }
    }
}

#[test]
fn a_payload_is_split_to_fit_a_record() {
    let (replica, raw) = a_day(300);
    let parts = replica.pack_within(&raw, 400);
    assert!(parts.len() > 1 && parts.iter().all(|part| part.size() <= 400));
    let back: Vec<_> = parts
        .iter()
        .flat_map(|part| match part {
            Packed::Changes(changes) => changes.clone(),
            Packed::Bundled(bytes) => unpack(bytes, &Caps::default()).unwrap(),
        })
        .collect();
    assert_eq!(back, raw);
}

// Without `quietly` in `unpack`.
#[test]
fn mutated_bundles_never_panic_and_never_exhaust_memory() {
    let (replica, raw) = a_day(60);
    let Packed::Bundled(bundle) = replica.pack(&raw) else { panic!("not bundled") };
    let mut dice = Dice(9);
    let mut unpacked = 0;
    for _ in 0..1_000 {
        let mut bent = bundle.clone();
        for _ in 0..=dice.roll(2) {
            let at = 10 + dice.roll(bent.len() - 10);
            bent[at] = u8::try_from(dice.roll(256)).unwrap();
        }
        fix_checksum(&mut bent);
        if let Ok(changes) = unpack(&bent, &Caps::default()) {
            unpacked += 1;
            begun().admit(&[arrival(2, 2, &changes)]);
        }
    }
    eprintln!("mutated bundles that unpacked: {unpacked} of 1000");
}

// Without `inflate`'s limit in `shape`: 64 KiB of a record would become 64 MiB, and a column in it any number of rows.
#[test]
fn a_bundle_that_would_inflate_or_run_without_end_is_refused_at_once() {
    let mut deflater = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    deflater.write_all(&vec![0; 40 << 20]).unwrap();
    let zeros = deflater.finish().unwrap();
    assert!(zeros.len() < 64 * 1024);
    let mut body = vec![0, 0, 1, 0x0f];
    body.extend(unsigned(zeros.len() as u64));
    body.extend(&zeros);
    body.push(0);
    assert_eq!(unpack(&chunk(3, &body), &Caps::default()), Err(UnpackError::TooLarge));
    // A run of 2^56 operations, and a dependency count of 2^56.
    for column in [0x01, 0x50] {
        let mut run = if column == 0x50 { vec![1] } else { Vec::new() };
        run.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
        run.extend(if column == 0x50 { &[][..] } else { &[0][..] });
        let mut body = vec![0, 0, 1, column];
        body.extend(unsigned(run.len() as u64));
        body.extend(&run);
        body.push(0);
        assert_eq!(unpack(&chunk(3, &body), &Caps::default()), Err(UnpackError::TooLarge), "column {column:#x}");
    }
    assert_eq!(unpack(b"hello", &Caps::default()), Err(UnpackError::NotABundle));
}
