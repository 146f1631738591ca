//! How a document stands, for people: saved, sent, seen by.

use kith_group::{DeviceId, Digest, PersonId, Role, Rows, SignedReceipt, words_of};

use super::ClientError;
use super::document::Document;
use super::rows::{self, FindingRow, LogRow, Standing, Verdict};

/// A colleague's latest receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBy {
    /// Their device.
    pub device: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// The last record that they had applied.
    pub seq: u64,
    /// Whether that covers everything of mine that is in the log.
    pub all_mine: bool,
    /// Unix seconds, by their clock.
    pub at: i64,
}

/// How a document stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocStatus {
    /// My role, while I am a member.
    pub role: Option<Role>,
    /// How this device stands.
    pub standing: Standing,
    /// The group's epoch.
    pub epoch: u64,
    /// The last record read.
    pub cursor: u64,
    /// Four words of the chain there: equal on every device that has read the same log this far (protocol 2).
    pub head_words: [&'static str; 4],
    /// Own changes that are saved here and not frozen into a bundle.
    pub unsent: u64,
    /// Own bundles that the relay has not acknowledged.
    pub waiting_to_send: u64,
    /// The place in the log of the last own record there.
    pub mine_upto: u64,
    /// Colleagues' receipts.
    pub seen_by: Vec<SeenBy>,
    /// How many records were put aside.
    pub quarantined: u64,
    /// What did not hold, oldest first.
    pub findings: Vec<String>,
}

impl Document {
    pub(super) fn status(&mut self, rows: &dyn Rows) -> Result<DocStatus, ClientError> {
        self.load_authors(rows)?;
        let me = self.key.id();
        let mut mine_upto = 0;
        let mut quarantined = 0;
        rows::each(rows, rows::LOG, &self.id, 0, |key, value| {
            let row: LogRow = rows::read(rows::LOG, &value)?;
            if row.sender == me {
                mine_upto = rows::number(key);
            }
            quarantined += u64::from(matches!(row.verdict, Verdict::Refused(_)));
            Ok(())
        })?;
        let mut unsent = 0;
        rows::each(rows, rows::UNSENT, &self.id, 0, |_, _| {
            unsent += 1;
            Ok(())
        })?;
        let mut seen_by = Vec::new();
        for (_, value) in rows.scan_rows(rows::RECEIPT, &self.id.0, &[], usize::MAX)? {
            let Ok(signed) = SignedReceipt::decode(&value) else { continue };
            let receipt = signed.receipt;
            let Some(person) = self.person_of(&receipt.device) else { continue };
            seen_by.push(SeenBy {
                device: receipt.device,
                person,
                seq: receipt.seen.seq,
                all_mine: receipt.seen.seq >= mine_upto,
                at: receipt.at,
            });
        }
        let mut findings = Vec::new();
        rows::each(rows, rows::FINDING, &self.id, 0, |_, value| {
            findings.push(rows::read::<FindingRow>(rows::FINDING, &value)?.text);
            Ok(())
        })?;
        Ok(DocStatus {
            role: self.role(),
            standing: self.row.standing.clone(),
            epoch: self.state.epoch,
            cursor: self.hot.seen.seq,
            head_words: words_of(&Digest(self.hot.seen.hash.0)),
            unsent,
            waiting_to_send: self.hot.next_k - 1 - self.hot.accepted_k.min(self.hot.next_k - 1),
            mine_upto,
            seen_by,
            quarantined,
            findings,
        })
    }
}
