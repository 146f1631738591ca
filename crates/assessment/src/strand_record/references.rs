//! Several references of one kind: two names, two telephones. Each stays as it was written; one is taken out without the others.

use automerge::transaction::Transaction;
use automerge::{ObjId, ScalarValue};

use crate::command::Refusal;
use crate::limits::{self, NAME_LIMIT};
use crate::read;
use crate::write::{Written, settle, standing_map};

/// Between two of a kind.
const AND: &str = "; ";
/// How many lines of one kind there can be; each holds as many as fit.
const LINES: usize = 20;

fn words(system: &str, value: &str) -> Result<(String, String), Refusal> {
    let system = limits::line("name of the system", system, NAME_LIMIT - 3)?;
    Ok((system, limits::line("reference", value, NAME_LIMIT)?.replace(AND, ", ")))
}

/// The lines of a kind: "Name", "Name 2".
fn lines(system: &str) -> impl Iterator<Item = String> {
    let system = system.to_owned();
    (1..=LINES).map(move |line| if line == 1 { system.clone() } else { format!("{system} {line}") })
}

fn kept(tx: &Transaction<'_>, map: &ObjId, key: &str) -> Vec<String> {
    let all = read::text_scalar(tx, map, key).unwrap_or_default();
    all.split(AND).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

pub(super) fn keep(tx: &mut Transaction<'_>, system: &str, value: &str) -> Result<Written, Refusal> {
    let (system, value) = words(system, value)?;
    let map = standing_map(tx, "references")?;
    if lines(&system).any(|key| kept(tx, &map, &key).contains(&value)) {
        return Err(Refusal::AlreadySo("this is in the record already"));
    }
    for key in lines(&system) {
        let mut all = kept(tx, &map, &key);
        all.push(value.clone());
        let all = all.join(AND);
        if limits::units(&all) <= NAME_LIMIT {
            settle(tx, &map, &key, all.as_str().into())?;
            return Ok((None, "reference".to_owned()));
        }
    }
    Err(Refusal::Rule("there are too many of these in this record already"))
}

pub(super) fn take_out(tx: &mut Transaction<'_>, system: &str, value: &str) -> Result<Written, Refusal> {
    let (system, value) = words(system, value)?;
    let map = standing_map(tx, "references")?;
    for key in lines(&system) {
        let all = kept(tx, &map, &key);
        if !all.contains(&value) {
            continue;
        }
        let rest: Vec<String> = all.into_iter().filter(|one| *one != value).collect();
        let rest = if rest.is_empty() { ScalarValue::Null } else { rest.join(AND).as_str().into() };
        settle(tx, &map, &key, rest)?;
        return Ok((None, "reference".to_owned()));
    }
    Err(Refusal::AlreadySo("this is not in the record any more"))
}
