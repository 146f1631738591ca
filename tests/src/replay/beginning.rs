//! The beginning of a recording, with the text that plain Automerge gives for it.

use anyhow::Context as _;
use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, AutomergeError, ChangeHash, ObjType, PatchLog, ROOT, ReadDoc, TextEncoding};

use crate::traces::Concurrent;

/// How many transactions make a beginning that is replayed in seconds.
pub const BEGINNING: usize = 1_500;

/// A recording cut after `transactions`, ending in the text of one Automerge document that all of them were applied to.
///
/// # Errors
/// A recording that names transactions which it does not hold.
pub fn beginning(mut trace: Concurrent, transactions: usize) -> anyhow::Result<Concurrent> {
    if trace.transactions.len() <= transactions {
        return Ok(trace);
    }
    trace.transactions.truncate(transactions);
    let mut doc = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
    let made = doc.transact::<_, _, AutomergeError>(|tx| tx.put_object(ROOT, "text", ObjType::Text));
    let text = made.map_err(|failure| failure.error)?.result;
    let start = doc.get_heads();
    let mut ends: Vec<Vec<ChangeHash>> = Vec::new();
    for transaction in &trace.transactions {
        let mut heads = Vec::new();
        for parent in &transaction.parents {
            heads.extend_from_slice(ends.get(*parent).context("a transaction before this one is missing")?);
        }
        if heads.is_empty() {
            heads.clone_from(&start);
        }
        doc.set_actor(ActorId::from([u8::try_from(transaction.agent)?.wrapping_add(1); 16].as_slice()));
        let mut tx = doc.transaction_at(PatchLog::inactive(), &heads)?;
        for patch in &transaction.patches {
            tx.splice_text(&text, patch.position, patch.deleted.cast_signed(), &patch.inserted)?;
        }
        let (hash, _) = tx.commit();
        ends.push(hash.map_or(heads, |hash| vec![hash]));
    }
    trace.end_content = doc.text(&text)?;
    Ok(trace)
}
