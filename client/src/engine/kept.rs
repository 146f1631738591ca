//! Rows of the client's own, beside the protocol's: spaces from 100. Each value starts with a version byte.

use kith_assessment::Command;
use kith_group::{DocumentId, Rows, Space};
use kith_sync::client::IntentId;
use minicbor::{Decode, Encode};

use super::EngineError;

/// One row: whose profile this is ([`ProfileRow`]).
const PROFILE: Space = Space(100);
/// document: the last stored view ([`ViewRow`]); a cache, rebuilt at will.
const VIEW: Space = Space(101);
/// document: introduce me there once I am in. No value.
const INTRODUCTION: Space = Space(102);
/// document, intent: commands to do once the intent is done, as JSON.
const FOLLOW_UP: Space = Space(103);
/// request: the nonce that this lead has revealed for its four words.
pub(crate) const NONCE: Space = Space(104);
/// document, device: why somebody was removed, as a lead here put it; kept on this computer only.
pub(crate) const REMOVAL: Space = Space(105);
/// document, field: what is typed and not added yet, as JSON; on this computer only.
pub(crate) const DRAFT: Space = Space(106);
/// document, "word " and a word: somebody chose to keep it; document, "count ", kind and choice: how often. On this computer only.
pub(crate) const HINT: Space = Space(108);
/// document: how it stood when the person last said that they have looked ([`LookedRow`]); on this computer only.
const LOOKED: Space = Space(110);

/// One row: the last backup that was kept ([`super::LastBackup`]).
pub(crate) const LAST_BACKUP: Space = Space(120);
/// name of a choice: how this computer's app is set.
pub(crate) const SETTING: Space = Space(121);
/// digest of its token: another program on this computer that may read.
pub(crate) const PROGRAM: Space = Space(122);

/// Rows that mean something on this computer and in this group only: they are no part of a backup.
pub(crate) const OF_THIS_COMPUTER: [Space; 7] = [INTRODUCTION, FOLLOW_UP, NONCE, LAST_BACKUP, PROGRAM, CARD, OPENED];

/// instant (Unix milliseconds): names were shown or text was copied for somebody in danger, as JSON; until somebody says what was
/// shared. On this computer only.
pub(crate) const ASKED_TO_TELL: Space = Space(130);

/// summary's document: the working document that it belongs to, on a lead's computer; 16 bytes. Readers have none.
const HOME: Space = Space(131);

/// strand record's document, link: digest of the card that was last put at the relay from this computer.
pub(crate) const CARD: Space = Space(132);

/// strand record's document, link: the window that this computer opened for it, and what was put into it last ([`OpenedRow`]).
pub(crate) const OPENED: Space = Space(133);

/// name: a wish of this person that is on. No value.
const WISH: Space = Space(112);
/// The wish not to be seen where one is.
pub(super) const HIDDEN: &str = "hidden";

const VERSION: u8 = 1;

/// Who uses this profile.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ProfileRow {
    /// Their name.
    #[n(0)]
    pub name: String,
    /// Their agency.
    #[n(1)]
    pub agency: String,
    /// Their role in it.
    #[n(2)]
    pub role: String,
    /// The relay for new assessments, if any yet.
    #[n(3)]
    pub relay: Option<String>,
    /// Their duty team's telephone, for "Someone in danger now".
    #[n(4)]
    pub phone: Option<String>,
}

/// What a person saw last of a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ViewRow {
    /// The document's edition that it shows.
    #[n(0)]
    pub edition: u64,
    /// The assessment's title, for lists; the young person's name for a strand record.
    #[n(1)]
    pub title: Option<String>,
    /// `AssessmentView`, or `StrandRecordView` of a strand record, as JSON.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub json: Vec<u8>,
}

/// How a document stood when the person last looked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(super) struct LookedRow {
    /// When, in Unix seconds.
    #[n(0)]
    pub(super) at: i64,
    /// Hashes of the heads, 32 bytes each, one after the other.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) heads: Vec<u8>,
}

pub(super) fn written<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    if let Err(never) = minicbor::encode(value, &mut bytes) {
        debug_assert!(false, "encoding a row failed: {never}");
    }
    bytes
}

pub(super) fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Option<T> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => minicbor::decode(rest).ok(),
        _ => None,
    }
}

pub(super) fn profile(rows: &dyn Rows) -> Result<ProfileRow, EngineError> {
    rows.row(PROFILE, b"profile")?.and_then(|bytes| read(&bytes)).ok_or(EngineError::Unreadable("who it belongs to"))
}

pub(super) fn put_profile(rows: &mut dyn Rows, row: &ProfileRow) -> Result<(), EngineError> {
    Ok(rows.put_row(PROFILE, b"profile", &written(row))?)
}

/// The stored view. One of another version is as good as none: it is only a cache.
pub(super) fn view(rows: &dyn Rows, document: &DocumentId) -> Result<Option<ViewRow>, EngineError> {
    Ok(rows.row(VIEW, &document.0)?.and_then(|bytes| read(&bytes)))
}

pub(super) fn put_view(rows: &mut dyn Rows, document: &DocumentId, row: &ViewRow) -> Result<(), EngineError> {
    Ok(rows.put_row(VIEW, &document.0, &written(row))?)
}

pub(super) fn looked(rows: &dyn Rows, document: &DocumentId) -> Result<Option<LookedRow>, EngineError> {
    Ok(rows.row(LOOKED, &document.0)?.and_then(|bytes| read(&bytes)))
}

pub(super) fn put_looked(rows: &mut dyn Rows, document: &DocumentId, row: &LookedRow) -> Result<(), EngineError> {
    Ok(rows.put_row(LOOKED, &document.0, &written(row))?)
}

/// Whether a wish is on. What is not there is off.
pub(super) fn is_set(rows: &dyn Rows, name: &str) -> Result<bool, EngineError> {
    Ok(rows.row(WISH, name.as_bytes())?.is_some())
}

pub(super) fn set(rows: &mut dyn Rows, name: &str, on: bool) -> Result<(), EngineError> {
    if on {
        rows.put_row(WISH, name.as_bytes(), &[VERSION])?;
    } else {
        rows.delete_row(WISH, name.as_bytes())?;
    }
    Ok(())
}

pub(super) fn put_introduction(rows: &mut dyn Rows, document: &DocumentId) -> Result<(), EngineError> {
    Ok(rows.put_row(INTRODUCTION, &document.0, &[VERSION])?)
}

pub(super) fn introductions(rows: &dyn Rows) -> Result<Vec<DocumentId>, EngineError> {
    let waiting = rows.scan_rows(INTRODUCTION, &[], &[], usize::MAX)?;
    Ok(waiting.iter().filter_map(|(key, _)| DocumentId::from_slice(key)).collect())
}

pub(super) fn delete_introduction(rows: &mut dyn Rows, document: &DocumentId) -> Result<(), EngineError> {
    Ok(rows.delete_row(INTRODUCTION, &document.0)?)
}

/// The working document of a summary.
pub(super) fn home(rows: &dyn Rows, summary: &DocumentId) -> Result<Option<DocumentId>, EngineError> {
    Ok(rows.row(HOME, &summary.0)?.and_then(|bytes| DocumentId::from_slice(&bytes)))
}

pub(super) fn put_home(rows: &mut dyn Rows, summary: &DocumentId, assessment: &DocumentId) -> Result<(), EngineError> {
    Ok(rows.put_row(HOME, &summary.0, &assessment.0)?)
}

fn intent_key(document: &DocumentId, intent: IntentId) -> Vec<u8> {
    [document.0.as_slice(), &intent.0.to_be_bytes()].concat()
}

pub(super) fn put_follow_up(
    rows: &mut dyn Rows,
    document: &DocumentId,
    intent: IntentId,
    commands: &[Command],
) -> Result<(), EngineError> {
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, commands).map_err(|_| EngineError::Unreadable("a command"))?;
    Ok(rows.put_row(FOLLOW_UP, &intent_key(document, intent), &bytes)?)
}

/// Takes the commands that wait for an intent.
pub(super) fn take_follow_up(rows: &mut dyn Rows, document: &DocumentId, intent: IntentId) -> Result<Vec<Command>, EngineError> {
    let key = intent_key(document, intent);
    let Some(bytes) = rows.row(FOLLOW_UP, &key)? else { return Ok(Vec::new()) };
    rows.delete_row(FOLLOW_UP, &key)?;
    match bytes.split_first() {
        Some((&VERSION, rest)) => serde_json::from_slice(rest).map_err(|_| EngineError::Unreadable("a command that waits")),
        _ => Err(EngineError::Unreadable("a command that waits")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_formats_of_own_rows_are_frozen() {
        let profile = ProfileRow {
            name: "Priya".into(),
            agency: "care".into(),
            role: "lead".into(),
            relay: Some("wss://r".into()),
            phone: None,
        };
        insta::assert_snapshot!(data_encoding::HEXLOWER.encode(&written(&profile)), @"01846550726979616463617265646c656164677773733a2f2f72");
        assert_eq!(read::<ProfileRow>(&written(&profile)), Some(profile.clone()));
        // A telephone was added later: a profile without one is written and read as before.
        let with_phone = ProfileRow { phone: Some("01".into()), ..profile };
        insta::assert_snapshot!(data_encoding::HEXLOWER.encode(&written(&with_phone)), @"01856550726979616463617265646c656164677773733a2f2f72623031");
        assert_eq!(read::<ProfileRow>(&written(&with_phone)), Some(with_phone));
        let view = ViewRow { edition: 7, title: None, json: b"{}".to_vec() };
        insta::assert_snapshot!(data_encoding::HEXLOWER.encode(&written(&view)), @"018307f6427b7d");
        assert_eq!(read::<ViewRow>(&written(&view)), Some(view));
        let looked = LookedRow { at: 7, heads: vec![9; 2] };
        insta::assert_snapshot!(data_encoding::HEXLOWER.encode(&written(&looked)), @"018207420909");
        assert_eq!(read::<LookedRow>(&written(&looked)), Some(looked));
    }

    #[test]
    fn no_two_kinds_of_rows_share_a_space() {
        let all = [
            PROFILE,
            VIEW,
            INTRODUCTION,
            FOLLOW_UP,
            NONCE,
            REMOVAL,
            DRAFT,
            HINT,
            LOOKED,
            LAST_BACKUP,
            SETTING,
            PROGRAM,
            ASKED_TO_TELL,
            HOME,
            CARD,
            OPENED,
            WISH,
        ];
        assert_eq!(all.iter().map(|space| space.0).collect::<BTreeSet<_>>().len(), all.len());
    }
}
