//! One suite that every engine must pass: memory, SQLite, and PostgreSQL when it comes.
//!
//! An engine's own tests call [`run`] with a function that opens a fresh, empty store.

use bytes::Bytes;
use kith_group::{
    BlobId, ChainHash, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, PublicKey, RequestId, chain,
};

use super::store::{
    AdmissionRow, Appended, BlobRow, Decision, DocumentRow, GuestCodeRow, GuestItemRow, GuestLinkRow, GuestReadingRow, Head,
    InviteRow, NewRecord, Place, ReceiptRow, RelayEngine, RemovedRow, RequestRow, StoreError,
};

type Checked = Result<(), StoreError>;
type Check = fn(&mut dyn RelayEngine) -> Checked;

/// Every property with its name.
const CHECKS: &[(&str, Check)] = &[
    ("a document is created once", a_document_is_created_once),
    ("an append is conditional on every part of the head", an_append_is_conditional_on_every_part_of_the_head),
    ("records come back in order and as they were", records_come_back_in_order_and_as_they_were),
    ("records are read up to a limit but never none", records_are_read_up_to_a_limit_but_never_none),
    ("marks and places follow numbered records only", marks_and_places_follow_numbered_records_only),
    ("a commit is found by the epoch that it consumed", a_commit_is_found_by_the_epoch_that_it_consumed),
    ("logs do not mix", logs_do_not_mix),
    ("a group is replaced", a_group_is_replaced),
    ("a removal is remembered and forgotten", a_removal_is_remembered_and_forgotten),
    ("the latest receipt of each device is kept", the_latest_receipt_of_each_device_is_kept),
    ("invitations are counted while they can be used", invitations_are_counted_while_they_can_be_used),
    ("a request waits until it is decided", a_request_waits_until_it_is_decided),
    ("only the admitted may read an admission's blob", only_the_admitted_may_read_an_admissions_blob),
    ("a blob grows by each chunk once", a_blob_grows_by_each_chunk_once),
    ("accounts count what is theirs", accounts_count_what_is_theirs),
    ("tokens count down", tokens_count_down),
    ("a guests' link is replaced and counted while it works", a_guests_link_is_replaced_and_counted_while_it_works),
    ("guests' items wait in order until they are dropped", guests_items_wait_in_order_until_they_are_dropped),
    ("what may be read again goes with its window", what_may_be_read_again_goes_with_its_window),
    ("a code is found by its name until it ends", a_code_is_found_by_its_name_until_it_ends),
    ("a rollback leaves nothing behind", a_rollback_leaves_nothing_behind),
];

/// Runs every check on a fresh store from `open`. Panics, naming the property, if one does not hold or the engine fails.
pub fn run(open: &mut dyn FnMut() -> Box<dyn RelayEngine>) {
    for (property, check) in CHECKS {
        let mut engine = open();
        let outcome = engine.begin().and_then(|()| check(engine.as_mut())).and_then(|()| engine.commit());
        assert_eq!(outcome, Ok(()), "{property}");
    }
}

const DOCUMENT: DocumentId = DocumentId([1; 16]);
const OTHER: DocumentId = DocumentId([2; 16]);
const ALICE: DeviceId = DeviceId([3; 16]);
const BOB: DeviceId = DeviceId([4; 16]);
const ACCOUNT: PublicKey = PublicKey([5; 32]);
const GUEST: PublicKey = PublicKey([6; 32]);

fn head() -> Head {
    Head { generation: 0, epoch: 0, seq: 0, hash: ChainHash::START }
}

fn row() -> DocumentRow {
    DocumentRow { head: head(), creation: Digest([7; 32]), account: ACCOUNT, committed_ms: i64::MIN, bytes: 0 }
}

fn create(store: &mut dyn RelayEngine, document: DocumentId) -> Checked {
    assert!(store.create_document(&document, &row(), b"group")?);
    Ok(())
}

/// Appends after `from` and gives the new head.
fn append(
    store: &mut dyn RelayEngine,
    document: DocumentId,
    from: Head,
    sender: DeviceId,
    place: Place,
    bytes: &[u8],
) -> Result<Head, StoreError> {
    let epoch = from.epoch + u64::from(place == Place::Commit);
    let next = Head { epoch, seq: from.seq + 1, hash: chain(&from.hash, bytes), ..from };
    let record = NewRecord { sender, place, bytes: Bytes::copy_from_slice(bytes), received_ms: 1_000 + next.seq as i64 };
    assert_eq!(store.append(&document, &from, &next, &record)?, Appended::Stored);
    Ok(next)
}

fn a_document_is_created_once(store: &mut dyn RelayEngine) -> Checked {
    assert_eq!(store.relay_id()?, store.relay_id()?);
    assert_eq!(store.document(&DOCUMENT)?, None);
    assert_eq!(store.group(&DOCUMENT)?, None);
    create(store, DOCUMENT)?;
    assert_eq!(store.document(&DOCUMENT)?, Some(row()));
    let changed = DocumentRow { creation: Digest([8; 32]), ..row() };
    assert!(!store.create_document(&DOCUMENT, &changed, b"another group")?);
    assert_eq!(store.document(&DOCUMENT)?, Some(row()));
    assert_eq!(store.group(&DOCUMENT)?.as_deref(), Some(&b"group"[..]));
    Ok(())
}

fn an_append_is_conditional_on_every_part_of_the_head(store: &mut dyn RelayEngine) -> Checked {
    let next = Head { seq: 1, ..head() };
    let record =
        NewRecord { sender: ALICE, place: Place::Numbered { k: 1 }, bytes: Bytes::from_static(b"record"), received_ms: 1 };
    assert_eq!(store.append(&DOCUMENT, &head(), &next, &record)?, Appended::Conflict);
    create(store, DOCUMENT)?;
    let wrong = [
        Head { generation: 1, ..head() },
        Head { epoch: 1, ..head() },
        Head { seq: 1, ..head() },
        Head { hash: ChainHash([9; 32]), ..head() },
    ];
    for expected in wrong {
        let next = Head { seq: expected.seq + 1, ..expected };
        assert_eq!(store.append(&DOCUMENT, &expected, &next, &record)?, Appended::Conflict);
    }
    let leap = Head { seq: 2, ..head() };
    assert_eq!(store.append(&DOCUMENT, &head(), &leap, &record)?, Appended::Conflict);
    assert_eq!(store.document(&DOCUMENT)?, Some(row()));
    assert!(store.records(&DOCUMENT, 0, usize::MAX)?.is_empty());
    assert_eq!(store.mark(&DOCUMENT, &ALICE)?, 0);
    assert_eq!(store.append(&DOCUMENT, &head(), &next, &record)?, Appended::Stored);
    assert_eq!(store.append(&DOCUMENT, &head(), &next, &record)?, Appended::Conflict);
    assert_eq!(store.document(&DOCUMENT)?, Some(DocumentRow { head: next, bytes: 6, ..row() }));
    Ok(())
}

fn records_come_back_in_order_and_as_they_were(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let mut at = head();
    let mut sent = Vec::new();
    for k in 1..=300_u64 {
        let bytes = [k.to_be_bytes().as_slice(), &[0, 0xff]].concat();
        at = append(store, DOCUMENT, at, ALICE, Place::Numbered { k }, &bytes)?;
        sent.push(Bytes::from(bytes));
    }
    assert_eq!(store.records(&DOCUMENT, 0, usize::MAX)?, sent);
    assert_eq!(Some(store.records(&DOCUMENT, 255, usize::MAX)?.as_slice()), sent.get(255..));
    assert!(store.records(&DOCUMENT, 300, usize::MAX)?.is_empty());
    assert!(store.records(&DOCUMENT, u64::MAX, usize::MAX)?.is_empty());
    assert_eq!(store.document(&DOCUMENT)?.map(|row| row.head), Some(at));
    Ok(())
}

fn records_are_read_up_to_a_limit_but_never_none(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let mut at = head();
    for k in 1..=4 {
        at = append(store, DOCUMENT, at, ALICE, Place::Numbered { k }, &[0; 100])?;
    }
    for (limit, expected) in [(0, 1), (99, 1), (100, 1), (199, 1), (200, 2), (350, 3), (400, 4), (1_000, 4)] {
        assert_eq!(store.records(&DOCUMENT, 0, limit)?.len(), expected, "limit {limit}");
    }
    Ok(())
}

fn marks_and_places_follow_numbered_records_only(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let at = append(store, DOCUMENT, head(), ALICE, Place::Numbered { k: 1 }, b"a")?;
    let at = append(store, DOCUMENT, at, BOB, Place::Numbered { k: 1 }, b"b")?;
    let at = append(store, DOCUMENT, at, ALICE, Place::Commit, b"c")?;
    append(store, DOCUMENT, at, ALICE, Place::Numbered { k: 2 }, b"d")?;
    assert_eq!(store.mark(&DOCUMENT, &ALICE)?, 2);
    assert_eq!(store.mark(&DOCUMENT, &BOB)?, 1);
    assert_eq!(store.numbered(&DOCUMENT, &ALICE, 2)?, Some(4));
    assert_eq!(store.numbered(&DOCUMENT, &BOB, 1)?, Some(2));
    assert_eq!(store.numbered(&DOCUMENT, &BOB, 2)?, None);
    assert_eq!(store.numbered(&DOCUMENT, &BOB, u64::MAX)?, None);
    Ok(())
}

fn a_commit_is_found_by_the_epoch_that_it_consumed(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let at = append(store, DOCUMENT, head(), ALICE, Place::Commit, b"first")?;
    assert_eq!(store.document(&DOCUMENT)?.map(|row| row.committed_ms), Some(1_001));
    let at = append(store, DOCUMENT, at, ALICE, Place::Numbered { k: 1 }, b"between")?;
    append(store, DOCUMENT, at, BOB, Place::Commit, b"second")?;
    assert_eq!(store.commit_at(&DOCUMENT, 0, 0)?, Some((1, Bytes::from_static(b"first"))));
    assert_eq!(store.commit_at(&DOCUMENT, 0, 1)?, Some((3, Bytes::from_static(b"second"))));
    assert_eq!(store.commit_at(&DOCUMENT, 0, 2)?, None);
    assert_eq!(store.commit_at(&DOCUMENT, 1, 0)?, None);
    assert_eq!(store.document(&DOCUMENT)?.map(|row| row.head.epoch), Some(2));
    Ok(())
}

fn logs_do_not_mix(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    create(store, OTHER)?;
    append(store, DOCUMENT, head(), ALICE, Place::Numbered { k: 1 }, b"one")?;
    let at = append(store, OTHER, head(), ALICE, Place::Numbered { k: 1 }, b"two")?;
    append(store, OTHER, at, ALICE, Place::Commit, b"three")?;
    assert_eq!(store.records(&DOCUMENT, 0, usize::MAX)?, [Bytes::from_static(b"one")]);
    assert_eq!(store.records(&OTHER, 0, usize::MAX)?.len(), 2);
    assert_eq!(store.commit_at(&DOCUMENT, 0, 0)?, None);
    Ok(())
}

fn a_group_is_replaced(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    store.replace_group(&DOCUMENT, b"later group")?;
    assert_eq!(store.group(&DOCUMENT)?.as_deref(), Some(&b"later group"[..]));
    Ok(())
}

fn a_removal_is_remembered_and_forgotten(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    assert_eq!(store.removed(&DOCUMENT, &ALICE)?, None);
    let row = RemovedRow { public: PublicKey([1; 32]), seq: 3 };
    store.put_removed(&DOCUMENT, &ALICE, Some(&row))?;
    let again = RemovedRow { seq: 9, ..row };
    store.put_removed(&DOCUMENT, &ALICE, Some(&again))?;
    assert_eq!(store.removed(&DOCUMENT, &ALICE)?, Some(again));
    assert_eq!(store.removed(&DOCUMENT, &BOB)?, None);
    store.put_removed(&DOCUMENT, &ALICE, None)?;
    store.put_removed(&DOCUMENT, &BOB, None)?;
    assert_eq!(store.removed(&DOCUMENT, &ALICE)?, None);
    Ok(())
}

fn the_latest_receipt_of_each_device_is_kept(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let receipt = |device, seq| ReceiptRow { device, seq, bytes: Bytes::from(vec![seq as u8]) };
    for row in [receipt(BOB, 1), receipt(ALICE, 2), receipt(BOB, 3)] {
        store.put_receipt(&DOCUMENT, &row)?;
    }
    assert_eq!(store.receipts(&DOCUMENT)?, [receipt(ALICE, 2), receipt(BOB, 3)]);
    assert!(store.receipts(&OTHER)?.is_empty());
    Ok(())
}

fn invitation() -> InviteRow {
    InviteRow { document: DOCUMENT, voucher: Digest([1; 32]), expires: 100, account: ACCOUNT, used_by: None }
}

fn invitations_are_counted_while_they_can_be_used(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    create(store, OTHER)?;
    assert_eq!(store.invite(&InviteId([1; 16]))?, None);
    store.put_invite(&InviteId([1; 16]), &invitation())?;
    store.put_invite(&InviteId([2; 16]), &InviteRow { expires: 50, ..invitation() })?;
    store.put_invite(&InviteId([3; 16]), &InviteRow { document: OTHER, ..invitation() })?;
    assert_eq!(store.open_invites(&DOCUMENT, 50)?, 2);
    assert_eq!(store.open_invites(&DOCUMENT, 51)?, 1);
    let used = InviteRow { used_by: Some(GUEST), ..invitation() };
    store.put_invite(&InviteId([1; 16]), &used)?;
    assert_eq!(store.invite(&InviteId([1; 16]))?, Some(used));
    assert_eq!(store.open_invites(&DOCUMENT, 51)?, 0);
    Ok(())
}

fn ask(store: &mut dyn RelayEngine, number: u8) -> Result<RequestRow, StoreError> {
    store.put_invite(&InviteId([number; 16]), &invitation())?;
    let row = RequestRow {
        request: RequestId([number; 16]),
        invite: InviteId([number; 16]),
        document: DOCUMENT,
        enrolment: GUEST,
        sealed: Bytes::from_static(b"sealed"),
        nonce: None,
        decision: Decision::Waiting,
    };
    store.put_request(&row)?;
    Ok(row)
}

fn a_request_waits_until_it_is_decided(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let second = ask(store, 2)?;
    let first = ask(store, 1)?;
    let third = ask(store, 3)?;
    assert_eq!(store.waiting(&DOCUMENT)?, [first.clone(), second.clone(), third.clone()]);
    assert_eq!(store.request_of(&InviteId([2; 16]))?, Some(second.clone()));
    assert_eq!(store.request_of(&InviteId([9; 16]))?, None);
    assert_eq!(store.request(&RequestId([9; 16]))?, None);
    let second = RequestRow { nonce: Some(Digest([3; 32])), ..second };
    store.put_request(&second)?;
    store.put_request(&RequestRow { decision: Decision::Declined, ..first.clone() })?;
    store.put_request(&RequestRow { decision: Decision::Admitted { seq: 7 }, ..third.clone() })?;
    assert_eq!(store.waiting(&DOCUMENT)?, [second]);
    assert_eq!(store.request(&first.request)?.map(|row| row.decision), Some(Decision::Declined));
    assert_eq!(store.request(&third.request)?.map(|row| row.decision), Some(Decision::Admitted { seq: 7 }));
    Ok(())
}

fn only_the_admitted_may_read_an_admissions_blob(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let request = ask(store, 1)?;
    let blob = BlobId([1; 16]);
    let row = AdmissionRow { welcome: Bytes::from_static(b"welcome"), pack: Bytes::from_static(b"pack"), blob };
    assert_eq!(store.admission(&DOCUMENT, 4)?, None);
    store.put_admission(&DOCUMENT, 4, &row)?;
    assert_eq!(store.admission(&DOCUMENT, 4)?, Some(row));
    assert!(!store.may_read_blob(&DOCUMENT, &blob, &GUEST)?);
    store.put_request(&RequestRow { decision: Decision::Admitted { seq: 4 }, ..request })?;
    assert!(store.may_read_blob(&DOCUMENT, &blob, &GUEST)?);
    assert!(!store.may_read_blob(&DOCUMENT, &blob, &ACCOUNT)?);
    assert!(!store.may_read_blob(&DOCUMENT, &BlobId([2; 16]), &GUEST)?);
    assert!(!store.may_read_blob(&OTHER, &blob, &GUEST)?);
    Ok(())
}

fn a_blob_grows_by_each_chunk_once(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let blob = BlobId([1; 16]);
    assert_eq!(store.blob(&DOCUMENT, &blob)?, None);
    store.create_blob(&DOCUMENT, &blob, 2)?;
    store.create_blob(&DOCUMENT, &blob, 3)?;
    store.put_chunk(&DOCUMENT, &blob, 1, b"second")?;
    store.put_chunk(&DOCUMENT, &blob, 1, b"other bytes")?;
    assert_eq!(store.blob(&DOCUMENT, &blob)?, Some(BlobRow { total: 2, stored: 1 }));
    assert_eq!(store.chunk(&DOCUMENT, &blob, 1)?, Some(Bytes::from_static(b"second")));
    assert_eq!(store.chunk(&DOCUMENT, &blob, 0)?, None);
    assert_eq!((store.blobs(&DOCUMENT)?, store.blobs(&OTHER)?), (1, 0));
    Ok(())
}

fn accounts_count_what_is_theirs(store: &mut dyn RelayEngine) -> Checked {
    assert_eq!(store.account(&ACCOUNT)?, None);
    store.put_enrolment(&ACCOUNT, &ACCOUNT)?;
    store.put_enrolment(&GUEST, &ACCOUNT)?;
    store.put_enrolment(&PublicKey([9; 32]), &PublicKey([9; 32]))?;
    create(store, DOCUMENT)?;
    assert_eq!(store.account(&GUEST)?, Some(ACCOUNT));
    assert_eq!(store.usage(&ACCOUNT)?, (2, 1));
    assert_eq!(store.usage(&GUEST)?, (0, 0));
    Ok(())
}

fn tokens_count_down(store: &mut dyn RelayEngine) -> Checked {
    assert_eq!(store.token(&Digest([1; 32]))?, None);
    store.put_token(&Digest([1; 32]), 2)?;
    store.put_token(&Digest([1; 32]), 1)?;
    assert_eq!(store.token(&Digest([1; 32]))?, Some(1));
    Ok(())
}

fn a_rollback_leaves_nothing_behind(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    let at = append(store, DOCUMENT, head(), ALICE, Place::Numbered { k: 1 }, b"kept")?;
    store.commit()?;
    store.begin()?;
    append(store, DOCUMENT, at, ALICE, Place::Commit, b"dropped")?;
    store.replace_group(&DOCUMENT, b"dropped")?;
    create(store, OTHER)?;
    store.put_enrolment(&GUEST, &GUEST)?;
    store.put_removed(&DOCUMENT, &BOB, Some(&RemovedRow { public: GUEST, seq: 2 }))?;
    // Reads see the open transaction's own writes.
    assert_eq!(store.records(&DOCUMENT, 0, usize::MAX)?.len(), 2);
    store.rollback()?;
    store.begin()?;
    assert_eq!(store.document(&DOCUMENT)?.map(|row| (row.head, row.committed_ms)), Some((at, i64::MIN)));
    assert_eq!(store.records(&DOCUMENT, 0, usize::MAX)?, [Bytes::from_static(b"kept")]);
    assert_eq!(store.group(&DOCUMENT)?.as_deref(), Some(&b"group"[..]));
    assert_eq!(store.document(&OTHER)?, None);
    assert_eq!(store.account(&GUEST)?, None);
    assert_eq!(store.removed(&DOCUMENT, &BOB)?, None);
    assert_eq!(store.commit_at(&DOCUMENT, 0, 0)?, None);
    Ok(())
}

const LINK: GuestLinkId = GuestLinkId([10; 16]);
const OTHER_LINK: GuestLinkId = GuestLinkId([11; 16]);

fn link_row(document: DocumentId) -> GuestLinkRow {
    GuestLinkRow { document, verifier: Digest([7; 32]), expires: 1_000, card: Some(Bytes::from_static(b"card")) }
}

fn a_guests_link_is_replaced_and_counted_while_it_works(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    create(store, OTHER)?;
    assert_eq!(store.guest_link(&LINK)?, None);
    store.put_guest_link(&LINK, &link_row(DOCUMENT))?;
    store.put_guest_link(&OTHER_LINK, &link_row(OTHER))?;
    assert_eq!(store.guest_link(&LINK)?, Some(link_row(DOCUMENT)));
    assert_eq!((store.open_guest_links(&DOCUMENT, 1_000)?, store.open_guest_links(&DOCUMENT, 1_001)?), (1, 0));
    let later = GuestLinkRow { expires: 2_000, card: Some(Bytes::from_static(b"another card")), ..link_row(DOCUMENT) };
    store.put_guest_link(&LINK, &later)?;
    assert_eq!(store.guest_link(&LINK)?, Some(later.clone()));
    assert_eq!(store.open_guest_links(&DOCUMENT, 1_001)?, 1);
    let stopped = GuestLinkRow { card: None, ..later };
    store.put_guest_link(&LINK, &stopped)?;
    assert_eq!(store.guest_link(&LINK)?, Some(stopped));
    assert_eq!((store.open_guest_links(&DOCUMENT, 0)?, store.open_guest_links(&OTHER, 0)?), (0, 1));
    Ok(())
}

fn guests_items_wait_in_order_until_they_are_dropped(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    create(store, OTHER)?;
    let second = GuestLinkId([12; 16]);
    store.put_guest_link(&LINK, &link_row(DOCUMENT))?;
    store.put_guest_link(&OTHER_LINK, &link_row(OTHER))?;
    store.put_guest_link(&second, &link_row(DOCUMENT))?;
    let item = |link, byte| GuestItemRow { link, item: GuestItemId([byte; 16]), sealed: Bytes::from(vec![byte; 10]) };
    let all = [item(LINK, 1), item(LINK, 3), item(second, 2)];
    for row in [&all[2], &all[1], &item(OTHER_LINK, 9), &all[0]] {
        store.put_guest_item(row)?;
    }
    assert_eq!(store.guest_items(&DOCUMENT, None, usize::MAX)?, all);
    // The same item's name by another link is another item.
    assert_eq!(store.guest_item(&second, &GuestItemId([1; 16]))?, None);
    assert_eq!(store.guest_item(&LINK, &GuestItemId([1; 16]))?, Some(Bytes::from(vec![1; 10])));
    assert_eq!(store.guest_items(&DOCUMENT, None, 20)?, all[..2]);
    assert_eq!(store.guest_items(&DOCUMENT, None, 1)?, all[..1]);
    assert_eq!(store.guest_items(&DOCUMENT, Some(&(LINK, GuestItemId([1; 16]))), usize::MAX)?, all[1..]);
    assert_eq!(store.guest_items(&DOCUMENT, Some(&(LINK, GuestItemId([3; 16]))), usize::MAX)?, all[2..]);
    assert_eq!(store.guest_items(&OTHER, None, usize::MAX)?, [item(OTHER_LINK, 9)]);
    assert_eq!((store.guest_waiting(&LINK)?, store.guest_waiting(&second)?), ((2, 30), (1, 30)));
    for _ in 0..2 {
        store.drop_guest_item(&LINK, &GuestItemId([1; 16]))?;
    }
    assert_eq!(store.guest_items(&DOCUMENT, None, usize::MAX)?, all[1..]);
    assert_eq!(store.guest_waiting(&LINK)?, (1, 20));
    Ok(())
}

fn what_may_be_read_again_goes_with_its_window(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    store.put_guest_link(&LINK, &link_row(DOCUMENT))?;
    store.put_guest_link(&OTHER_LINK, &link_row(DOCUMENT))?;
    let row = |until| GuestReadingRow { verifier: Digest([8; 32]), until, tries: 5, sealed: Bytes::from_static(b"sealed") };
    assert_eq!(store.guest_reading(&LINK)?, None);
    store.put_guest_reading(&LINK, Some(&row(100)))?;
    store.put_guest_reading(&OTHER_LINK, Some(&row(200)))?;
    let tried = GuestReadingRow { tries: 4, ..row(100) };
    store.put_guest_reading(&LINK, Some(&tried))?;
    assert_eq!(store.guest_reading(&LINK)?, Some(tried.clone()));
    store.close_guest_readings(99)?;
    assert_eq!(store.guest_reading(&LINK)?, Some(tried));
    store.close_guest_readings(100)?;
    assert_eq!((store.guest_reading(&LINK)?, store.guest_reading(&OTHER_LINK)?), (None, Some(row(200))));
    store.put_guest_reading(&OTHER_LINK, None)?;
    assert_eq!(store.guest_reading(&OTHER_LINK)?, None);
    Ok(())
}

fn a_code_is_found_by_its_name_until_it_ends(store: &mut dyn RelayEngine) -> Checked {
    create(store, DOCUMENT)?;
    store.put_guest_link(&LINK, &link_row(DOCUMENT))?;
    store.put_guest_link(&OTHER_LINK, &link_row(DOCUMENT))?;
    let row = |byte, until| GuestCodeRow { code: GuestCodeId([byte; 16]), until, sealed: Bytes::from_static(b"sealed") };
    store.put_guest_code(&LINK, Some(&row(1, 100)))?;
    store.put_guest_code(&OTHER_LINK, Some(&row(2, 200)))?;
    assert_eq!(store.guest_code(&GuestCodeId([1; 16]))?, Some((LINK, row(1, 100))));
    store.put_guest_code(&LINK, Some(&row(3, 100)))?;
    assert_eq!(store.guest_code(&GuestCodeId([1; 16]))?, None, "one code a link");
    assert_eq!(store.guest_code(&GuestCodeId([3; 16]))?, Some((LINK, row(3, 100))));
    store.drop_guest_codes(99)?;
    assert!(store.guest_code(&GuestCodeId([3; 16]))?.is_some());
    store.drop_guest_codes(100)?;
    assert_eq!(store.guest_code(&GuestCodeId([3; 16]))?, None);
    assert_eq!(store.guest_code(&GuestCodeId([2; 16]))?, Some((OTHER_LINK, row(2, 200))));
    store.put_guest_code(&OTHER_LINK, None)?;
    assert_eq!(store.guest_code(&GuestCodeId([2; 16]))?, None);
    Ok(())
}
