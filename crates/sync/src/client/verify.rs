//! `verify`: who wrote what, proved from what this device keeps, and a name for everything that does not hold.

use std::collections::BTreeMap;

use kith_group::{Bundle, ChainHash, DeviceId, PersonId, RecordKind, Rows, Seen, SignedReceipt, actor_family};

use super::ClientError;
use super::document::Document;
use super::join::last_change;
use super::rows::{self, FindingRow, LogRow, Verdict};
use crate::replica::Coverage;

/// What is proved of one author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorProof {
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// How many changes of theirs are in the document.
    pub changes: u64,
    /// Whether a signature of theirs covers all of them.
    pub held: bool,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A sentence.
    pub text: String,
    /// The place in the log, if it has one.
    pub seq: Option<u64>,
    /// Whose.
    pub device: Option<DeviceId>,
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// No problem was found.
    pub ok: bool,
    /// Every author, in order of devices.
    pub authors: Vec<AuthorProof>,
    /// What does not hold.
    pub problems: Vec<Problem>,
    /// What cannot be checked from here, and why.
    pub notes: Vec<String>,
    /// How many records were checked.
    pub records: u64,
}

/// The log as it is checked, record by record.
struct Chain {
    expected: u64,
    hashes: BTreeMap<u64, ChainHash>,
    k: BTreeMap<DeviceId, u64>,
    seen: BTreeMap<DeviceId, u64>,
}

impl Document {
    pub(super) fn verify(&mut self, rows: &dyn Rows) -> Result<Report, ClientError> {
        self.load(rows)?;
        let mut problems = Vec::new();
        rows::each(rows, rows::FINDING, &self.id, 0, |_, value| {
            let finding: FindingRow = rows::read(rows::FINDING, &value)?;
            problems.push(Problem { text: finding.text, seq: finding.seq, device: finding.device });
            Ok(())
        })?;
        let records = self.check_log(rows, &mut problems)?;
        self.check_receipts(rows, &mut problems)?;
        let authors = self.check_authors(&mut problems)?;
        let mut notes = Vec::new();
        if self.row.base.seq > 0 {
            notes.push(format!(
                "this device joined at record {}: that nothing is missing before it rests on the lead who let it in, and cannot be checked here",
                self.row.base.seq
            ));
        }
        let earlier = self.authors.values().filter(|author| author.said_in.is_some()).count();
        if earlier > 0 {
            notes.push(format!(
                "this goes on from an earlier assessment: what {earlier} of its devices wrote is signed there, and their signatures hold here; that nothing of it is missing rests on whoever went on, and cannot be checked here"
            ));
        }
        if self.has_unsent || self.hot.accepted_k + 1 < self.hot.next_k {
            notes.push("own changes that are not sent yet are not part of this proof".into());
        }
        let mut seen = std::collections::BTreeSet::new();
        problems.retain(|problem| seen.insert((problem.text.clone(), problem.seq)));
        Ok(Report { ok: problems.is_empty(), authors, problems, notes, records })
    }

    /// Walks the log as it is kept: numbers without holes, senders' counts without holes, what each author had seen, signatures.
    fn check_log(&self, rows: &dyn Rows, problems: &mut Vec<Problem>) -> Result<u64, ClientError> {
        let base = self.row.base;
        let mut chain = Chain {
            // A joiner keeps the record that let it in; the creator starts at the first.
            expected: base.seq.max(1),
            hashes: BTreeMap::from([(base.seq, base.hash)]),
            k: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        let mut count = 0;
        rows::each(rows, rows::LOG, &self.id, 0, |key, value| {
            let row: LogRow = rows::read(rows::LOG, &value)?;
            count += 1;
            self.check_record(&mut chain, rows::number(key), &row, problems);
            Ok(())
        })?;
        if chain.expected != self.hot.seen.seq + 1 {
            let text =
                format!("records {} to {} are missing from this device's copy of the log", chain.expected, self.hot.seen.seq);
            problems.push(Problem { text, seq: Some(chain.expected), device: None });
        } else if chain.hashes.get(&self.hot.seen.seq).is_some_and(|hash| *hash != self.hot.seen.hash) {
            problems.push(Problem { text: "the cursor does not fit the log".into(), seq: Some(self.hot.seen.seq), device: None });
        }
        Ok(count)
    }

    fn check_record(&self, chain: &mut Chain, seq: u64, row: &LogRow, problems: &mut Vec<Problem>) {
        let mut problem = |text: String| problems.push(Problem { text, seq: Some(seq), device: Some(row.sender) });
        if seq != chain.expected {
            problem(format!(
                "records {} to {} are missing from this device's copy of the log",
                chain.expected,
                seq.saturating_sub(1)
            ));
        }
        chain.expected = seq + 1;
        chain.hashes.insert(seq, row.hash);
        if let Verdict::Refused(why) = &row.verdict {
            problem(format!("record {seq} was put aside: {why}"));
            return;
        }
        if let Some(seen) = row.seen {
            self.check_seen_again(chain, seq, seen, &mut problem);
        }
        if row.kind != RecordKind::Change.number() {
            return;
        }
        let last = chain.k.insert(row.sender, row.k);
        if last.is_some_and(|last| row.k != last + 1) || (last.is_none() && self.row.base.seq == 0 && row.k != 1) {
            problem(format!(
                "before record {seq}, records of its sender are missing (its number is {}, the one before {})",
                row.k,
                last.unwrap_or(0)
            ));
        }
        let Ok(bundle) = Bundle::decode_for(&self.id, &row.sender, &row.body) else {
            return problem(format!("record {seq} cannot be read any more"));
        };
        let author = bundle.signed.statement.author;
        if !self.authors.get(&author).is_some_and(|known| bundle.signed.verify(&known.public)) {
            problem(format!("record {seq} is not signed by the one in whose name it is"));
        }
        if bundle.signed.statement.lasts.iter().any(|last| actor_family(&last.actor) != Some(author)) {
            problem(format!("record {seq} speaks for another device's changes"));
        }
        let before = chain.seen.insert(author, bundle.signed.statement.seen.seq).unwrap_or(0);
        if author == row.sender && bundle.signed.statement.seen.seq < before {
            problem(format!("the author of record {seq} says to have seen less than before"));
        }
    }

    fn check_seen_again(&self, chain: &Chain, seq: u64, seen: Seen, problem: &mut impl FnMut(String)) {
        if seen.seq >= seq {
            problem(format!("the author of record {seq} says to have seen what came after it"));
        } else if chain.hashes.get(&seen.seq).is_some_and(|hash| *hash != seen.hash) {
            problem(format!("the author of record {seq} had seen another log than this one up to record {}", seen.seq));
        }
    }

    /// A colleague's signed receipt names a place: what they had applied must be here, and the same.
    fn check_receipts(&self, rows: &dyn Rows, problems: &mut Vec<Problem>) -> Result<(), ClientError> {
        for (_, value) in rows.scan_rows(rows::RECEIPT, &self.id.0, &[], usize::MAX)? {
            let Ok(signed) = SignedReceipt::decode(&value) else { continue };
            let receipt = signed.receipt;
            let mut problem = |text: String| {
                problems.push(Problem { text, seq: Some(receipt.seen.seq), device: Some(receipt.device) });
            };
            if !self.authors.get(&receipt.device).is_some_and(|author| signed.verify(&author.public)) {
                problem("a receipt in somebody's name is not signed by them".into());
            } else if receipt.seen.seq > self.hot.seen.seq {
                problem(format!(
                    "a colleague has signed that they saw record {}, and the relay's log ends here at record {}",
                    receipt.seen.seq, self.hot.seen.seq
                ));
            } else if self.hash_at(rows, receipt.seen.seq)?.is_some_and(|hash| hash != receipt.seen.hash) {
                problem(format!("a colleague has seen another log than this one up to record {}", receipt.seen.seq));
            }
        }
        Ok(())
    }

    /// Each author's latest statement covers all that is theirs in the document.
    fn check_authors(&self, problems: &mut Vec<Problem>) -> Result<Vec<AuthorProof>, ClientError> {
        let Some(replica) = &self.replica else { return Ok(Vec::new()) };
        for (actor, device) in replica.authors() {
            let known = device.is_some_and(|device| self.authors.contains_key(&device));
            if !known {
                let text = format!("the document holds changes by {}, who was never let in", kith_group::to_base32(&actor));
                problems.push(Problem { text, seq: None, device });
            }
        }
        let mut proofs = Vec::new();
        for (device, author) in &self.authors {
            let changes = replica.lasts_of(device).iter().map(|last| last.seq).sum();
            let last = author.last(&self.id, device);
            if changes == 0 && last.is_none() {
                continue;
            }
            let held = last.is_some_and(|last| {
                let lasts: Vec<_> = last.statement.lasts.iter().map(last_change).collect();
                last.verify(&author.public) && replica.coverage(device, &lasts) == Coverage::Whole
            });
            if !held {
                let text = format!("changes in the name of {device} are not covered by a signature of theirs");
                problems.push(Problem { text, seq: None, device: Some(*device) });
            }
            proofs.push(AuthorProof { device: *device, person: author.person, changes, held });
        }
        Ok(proofs)
    }
}
