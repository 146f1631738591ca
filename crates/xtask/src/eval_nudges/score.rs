//! What was found against what was to be found.

use std::collections::BTreeMap;

use kith_assessment::nudge::{Checker, Finding, Identifier, Kind, NotChecked, Words};
use serde::Serialize;

use super::make::{Example, Form, Gold};

/// How much of a thing must be marked for it to count as found.
const COVERED: f64 = 0.8;

/// Counts of one row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Score {
    /// How many were there.
    pub(super) there: usize,
    /// Of these, how many were found.
    pub(super) found: usize,
    /// How many were marked where nothing of the kind was.
    pub(super) wrong: usize,
}

impl Score {
    /// Found of those that were there; 1 where none was.
    pub(super) fn recall(self) -> f64 {
        if self.there == 0 { 1.0 } else { self.found as f64 / self.there as f64 }
    }

    /// Right of those that were marked; 1 where none was.
    pub(super) fn precision(self) -> f64 {
        let marked = self.found + self.wrong;
        if marked == 0 { 1.0 } else { self.found as f64 / marked as f64 }
    }

    fn add(&mut self, other: Self) {
        self.there += other.there;
        self.found += other.found;
        self.wrong += other.wrong;
    }
}

/// What a row is about: a kind, and of identifiers which.
pub(super) type Row = (Kind, Option<Identifier>);

/// Everything that was counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Scores {
    /// By row, then whether the template was held out.
    pub(super) rows: BTreeMap<(Row, bool), Score>,
    /// Names of caseloads, by group.
    pub(super) groups: BTreeMap<usize, Score>,
    /// Names of caseloads, by how they are written.
    pub(super) forms: BTreeMap<Form, Score>,
    /// Names of strangers, by group.
    pub(super) strangers: BTreeMap<usize, Score>,
    /// Some of what was missed or wrong, for whoever mends the rules: only invented words.
    pub(super) misses: Vec<String>,
}

impl Scores {
    /// Both splits of a row together.
    pub(super) fn row(&self, row: Row) -> Score {
        let mut sum = Score::default();
        [false, true].iter().filter_map(|split| self.rows.get(&(row, *split))).for_each(|score| sum.add(*score));
        sum
    }

    /// Checks one example and counts.
    pub(super) fn count(&mut self, example: &Example, checker: &Checker) -> Result<(), NotChecked> {
        let findings = checker.check(&example.text, Words::Professional)?;
        let mut used = vec![false; findings.len()];
        for gold in &example.gold {
            let mut covered = 0;
            for (finding, used) in findings.iter().zip(&mut used) {
                let shared = shared(finding, gold);
                if same(finding, gold) && shared > 0 {
                    covered += shared;
                    // Much more than the thing itself is not right either.
                    *used |= shared as f64 >= 0.5 * (finding.end - finding.start) as f64;
                }
            }
            let hit = covered as f64 >= COVERED * (gold.end - gold.start) as f64;
            let score = Score { there: 1, found: usize::from(hit), wrong: 0 };
            self.rows.entry(((gold.kind, gold.identifier), example.held_out)).or_default().add(score);
            match (gold.kind, gold.group) {
                (Kind::CaseloadName, Some(group)) => self.groups.entry(group).or_default().add(score),
                (Kind::PossibleName, Some(group)) => self.strangers.entry(group).or_default().add(score),
                _ => {}
            }
            if let Some(form) = gold.form {
                self.forms.entry(form).or_default().add(score);
            }
            if !hit {
                let words = cut(&example.text, gold.start, gold.end);
                self.misses.push(format!("missed {} {words:?} in {:?}", label((gold.kind, gold.identifier)), example.text));
            }
        }
        for (finding, _) in findings.iter().zip(&used).filter(|(_, used)| !**used) {
            // A second mark on something that is there, under another kind, is wrong for the kind that was given.
            let row = (finding.kind, finding.identifier);
            self.rows.entry((row, example.held_out)).or_default().wrong += 1;
            let words = cut(&example.text, finding.start, finding.end);
            self.misses.push(format!("wrong {} {words:?} in {:?}", label(row), example.text));
        }
        Ok(())
    }
}

/// The name of a row.
pub(super) fn label((kind, identifier): Row) -> String {
    identifier.map_or_else(|| kind.as_str().to_owned(), |which| which.as_str().to_owned())
}

/// The words of a span.
pub(super) fn cut(text: &str, start: usize, end: usize) -> String {
    let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
    String::from_utf16_lossy(&units)
}

fn shared(finding: &Finding, gold: &Gold) -> usize {
    finding.end.min(gold.end).saturating_sub(finding.start.max(gold.start))
}

fn same(finding: &Finding, gold: &Gold) -> bool {
    finding.kind == gold.kind && finding.identifier == gold.identifier
}
