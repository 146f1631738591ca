//! Properties of the replica; `hostile` holds what a member with bad bytes may try.

mod batching;
mod convergence;
mod derived;
mod hostile;
mod own_work;
mod packing;
mod short;

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, AutomergeError, ChangeHash, ObjType, PatchLog, ROOT, ReadDoc, ScalarValue};
use kith_group::{DeviceId, DocumentId};
use sha2::{Digest as _, Sha256};

use super::*;

pub(super) fn device(number: u8) -> DeviceId {
    DeviceId([number; 16])
}

pub(super) fn rules() -> Rules {
    Rules::new(DocumentId([0xd0; 16]))
}

/// Small seeded numbers: the same test run twice does the same.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }
}

pub(super) fn arrival(seq: u64, author: u8, changes: &[Vec<u8>]) -> Arrival {
    Arrival { seq, author: device(author), changes: brought(changes), lasts: None }
}

pub(super) fn brought(changes: &[Vec<u8>]) -> Vec<Brought> {
    changes.iter().cloned().map(Brought::Raw).collect()
}

/// The changes of an arrival that came whole.
pub(super) fn raw(changes: &[Brought]) -> Vec<Vec<u8>> {
    let whole = changes.iter().map(|change| match change {
        Brought::Raw(raw) => raw.clone(),
        Brought::Short(_) => panic!("came in short"),
    });
    whole.collect()
}

pub(super) fn admitted(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Admitted { .. })
}

pub(super) fn refusal(verdict: &Verdict) -> Refusal {
    match verdict {
        Verdict::Refused(refusal) => *refusal,
        Verdict::Admitted { .. } => panic!("admitted"),
    }
}

/// The change that every document here begins with.
pub(super) fn genesis() -> Vec<u8> {
    let mut replica = Replica::empty(rules());
    let edited = replica.edit(&device(1), |doc| {
        let mut transaction = doc.transaction();
        for field in ["worries", "strengths", "plan"] {
            let text = transaction.put_object(ROOT, field, ObjType::Text)?;
            transaction.splice_text(&text, 0, 0, "what is known so far 🏡")?;
        }
        transaction.put_object(ROOT, "facts", ObjType::Map)?;
        let list = transaction.put_object(ROOT, "steps", ObjType::List)?;
        transaction.insert(&list, 0, ScalarValue::counter(1))?;
        transaction.commit();
        Ok::<_, AutomergeError>(())
    });
    edited.unwrap().changes.remove(0)
}

/// A replica with genesis in it, at record 1.
pub(super) fn begun() -> Replica {
    let mut replica = Replica::empty(rules());
    assert!(admitted(&replica.admit(&[arrival(1, 1, &[genesis()])])[0]));
    replica
}

/// One edit such as people make, of a random kind.
pub(super) fn some_edit(doc: &mut Automerge, dice: &mut Dice) -> Result<(), AutomergeError> {
    let field = ["worries", "strengths", "plan"][dice.roll(3)];
    let text = doc.get(ROOT, field)?.unwrap().1;
    let facts = doc.get(ROOT, "facts")?.unwrap().1;
    let steps = doc.get(ROOT, "steps")?.unwrap().1;
    let length = doc.length(&text);
    let kind = dice.roll(10);
    // Now and then as an editor does: against heads that are not the newest, under a derived actor if need be.
    let heads = doc.get_heads();
    let mut transaction = if dice.roll(6) == 0 {
        let older: Vec<ChangeHash> = heads.iter().take(1).copied().collect();
        doc.transaction_at(PatchLog::inactive(), &older).unwrap()
    } else {
        doc.transaction()
    };
    match kind {
        0..=4 => {
            let length = transaction.length(&text).min(length);
            transaction.splice_text(&text, dice.roll(length + 1), 0, ["a", "why ", "é", "🙂"][dice.roll(4)])?;
        }
        5 | 6 => {
            let length = transaction.length(&text);
            if length > 2 {
                transaction.splice_text(&text, dice.roll(length - 1), 1, "")?;
            }
        }
        7 => transaction.put(&facts, ["when", "who"][dice.roll(2)], i64::try_from(dice.roll(100)).unwrap())?,
        8 => {
            let map = transaction.put_object(&facts, format!("entry {}", dice.roll(4)), ObjType::Map)?;
            let note = transaction.put_object(&map, "note", ObjType::Text)?;
            transaction.splice_text(&note, 0, 0, "noted")?;
        }
        _ => {
            if transaction.length(&steps) > 0 {
                transaction.increment(&steps, 0, 1)?;
            }
            transaction.insert(&steps, 0, ScalarValue::counter(2))?;
        }
    }
    transaction.commit();
    Ok(())
}

/// A log that several devices wrote, each knowing more or less of the others.
pub(super) fn written(dice: &mut Dice, devices: u8, records: usize) -> Vec<Arrival> {
    let mut log = vec![arrival(1, 1, &[genesis()])];
    let mut replicas: Vec<(Replica, usize)> = (0..devices).map(|_| (Replica::empty(rules()), 0)).collect();
    while log.len() < records {
        let who = dice.roll(usize::from(devices));
        let (replica, applied) = &mut replicas[who];
        if *applied == 0 || dice.roll(3) == 0 {
            assert!(replica.admit(&log[*applied..]).iter().all(admitted));
            *applied = log.len();
            replica.rest();
        }
        let me = DeviceId([u8::try_from(who).unwrap() + 1; 16]);
        let mut changes = Vec::new();
        for _ in 0..=dice.roll(3) {
            changes.extend(replica.edit(&me, |doc| some_edit(doc, dice)).unwrap().changes);
        }
        if !changes.is_empty() {
            log.push(Arrival { seq: log.len() as u64 + 1, author: me, changes: brought(&changes), lasts: None });
        }
    }
    log
}

/// Makes a changed change pass for a whole one again, as its sender would.
pub(super) fn fix_checksum(raw: &mut [u8]) {
    let mut at = 9;
    while raw[at] & 0x80 != 0 {
        at += 1;
    }
    let mut hasher = Sha256::new();
    hasher.update([raw[8]]);
    hasher.update(&raw[9..]);
    let hash: [u8; 32] = hasher.finalize().into();
    raw[4..8].copy_from_slice(&hash[..4]);
}

/// A whole chunk of `kind` around `body`.
pub(super) fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut raw = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, kind];
    raw.extend(unsigned(body.len() as u64));
    raw.extend(body);
    fix_checksum(&mut raw);
    raw
}

pub(super) fn unsigned(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

pub(super) fn text(replica: &Replica, field: &str) -> String {
    let object = replica.doc().get(ROOT, field).unwrap().unwrap().1;
    replica.doc().text(&object).unwrap()
}

pub(super) fn loads(replica: &mut Replica) -> Replica {
    let rebased = replica.rebase();
    assert_eq!(rebased.expelled, Vec::new(), "a record that passed `admit` spoiled the save");
    let base = rebased.base.unwrap_or_else(|| replica.admitted().save());
    let again = Replica::load(rules(), &Stored { base: &base, ..Stored::default() }).unwrap();
    assert_eq!(again.heads_digest(), replica.heads_digest());
    again
}

pub(super) fn actor(number: u8) -> ActorId {
    ActorId::from(device(number).as_bytes())
}
