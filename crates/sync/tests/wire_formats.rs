//! Every message's bytes are frozen, and no bytes are dangerous to read.
#![allow(clippy::unwrap_used)]

use kith_group::{
    BlobId, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, PublicKey, RelayId, RequestId,
    Signature,
};
use kith_sync::wire::{
    About, Admission, ClientMessage, Credential, GuestItem, MAX_FRAME, Reason, RequestState, ServerMessage, VERSION,
    WaitingRequest, WireError,
};
use proptest::prelude::*;

const DOCUMENT: DocumentId = DocumentId([1; 16]);
const REQUEST: RequestId = RequestId([2; 16]);
const INVITE: InviteId = InviteId([3; 16]);
const BLOB: BlobId = BlobId([4; 16]);
const DEVICE: DeviceId = DeviceId([5; 16]);
const LINK: GuestLinkId = GuestLinkId([6; 16]);
const ITEM: GuestItemId = GuestItemId([7; 16]);
const CODE: GuestCodeId = GuestCodeId([8; 16]);

fn client() -> Vec<ClientMessage> {
    let sign_in = |credential| ClientMessage::SignIn { enrolment: PublicKey([6; 32]), signature: Signature([7; 64]), credential };
    vec![
        sign_in(None),
        sign_in(Some(Credential::Open)),
        sign_in(Some(Credential::Token(vec![8; 4]))),
        sign_in(Some(Credential::Voucher { invite: INVITE, voucher: vec![9; 16] })),
        ClientMessage::Create { document: DOCUMENT, group_info: vec![1, 2] },
        ClientMessage::Prove { document: DOCUMENT, device: DEVICE, signature: Signature([7; 64]) },
        ClientMessage::CatchUp { document: DOCUMENT, from: 70_000 },
        ClientMessage::Append { record: vec![1, 2, 3] },
        ClientMessage::Commit { record: vec![1], admission: None },
        ClientMessage::Commit {
            record: vec![1],
            admission: Some(Admission { welcome: vec![2], pack: vec![3], blob: BLOB, requests: vec![REQUEST] }),
        },
        ClientMessage::Hold { document: DOCUMENT },
        ClientMessage::Release { document: DOCUMENT },
        ClientMessage::PutBlob { document: DOCUMENT, blob: BLOB, index: 0, total: 2, bytes: vec![5] },
        ClientMessage::ReadBlob { document: DOCUMENT, blob: BLOB, index: 1 },
        ClientMessage::Receipt { receipt: vec![6] },
        ClientMessage::PutInvite { document: DOCUMENT, invite: INVITE, voucher: Digest([8; 32]), expires: 1_800_000_000 },
        ClientMessage::Request { invite: INVITE, request: REQUEST, sealed: vec![7] },
        ClientMessage::Requests { document: DOCUMENT },
        ClientMessage::Reveal { document: DOCUMENT, request: REQUEST, nonce: Digest([9; 32]) },
        ClientMessage::Decline { document: DOCUMENT, request: REQUEST },
        ClientMessage::Watch { request: REQUEST },
        ClientMessage::Presence { document: DOCUMENT, sealed: vec![8] },
        ClientMessage::Ping { number: 3 },
        ClientMessage::PutGuestLink {
            document: DOCUMENT,
            link: LINK,
            verifier: Digest([8; 32]),
            expires: 1_800_000_000,
            card: vec![9],
        },
        ClientMessage::StopGuestLink { document: DOCUMENT, link: LINK },
        ClientMessage::GuestItems { document: DOCUMENT, after: None },
        ClientMessage::GuestItems { document: DOCUMENT, after: Some((LINK, ITEM)) },
        ClientMessage::DropGuestItem { document: DOCUMENT, link: LINK, item: ITEM },
        ClientMessage::PutGuestReading {
            document: DOCUMENT,
            link: LINK,
            verifier: Digest([8; 32]),
            until: 1_800_000_000,
            sealed: vec![9],
            renews: true,
        },
        ClientMessage::CloseGuestReading { document: DOCUMENT, link: LINK },
        ClientMessage::PutGuestCode { document: DOCUMENT, link: LINK, code: CODE, until: 1_790_000_000, sealed: vec![9] },
    ]
}

fn server() -> Vec<ServerMessage> {
    let state = |state| ServerMessage::Request { request: REQUEST, state };
    let refused = |about| ServerMessage::Refused { about, reason: Reason::NotAllowed, expected: None };
    vec![
        ServerMessage::Challenge { relay: RelayId([6; 16]), nonce: Digest([7; 32]) },
        ServerMessage::SignedIn,
        ServerMessage::Created { document: DOCUMENT },
        ServerMessage::Proved { document: DOCUMENT, generation: 0, epoch: 3, head: 70_000, k: 12 },
        ServerMessage::Records { document: DOCUMENT, first: 9, records: vec![vec![1, 2].into(), vec![3].into()] },
        ServerMessage::Live { document: DOCUMENT, head: 10 },
        ServerMessage::Accepted { document: DOCUMENT, k: 4, seq: 11 },
        ServerMessage::Stale { document: DOCUMENT, k: 4, generation: 0, epoch: 4 },
        refused(About::Connection),
        refused(About::Document(DOCUMENT)),
        ServerMessage::Refused { about: About::Record { document: DOCUMENT, k: 5 }, reason: Reason::Gap, expected: Some(4) },
        refused(About::Commit { document: DOCUMENT, epoch: 5 }),
        refused(About::Invite(INVITE)),
        refused(About::Request(REQUEST)),
        refused(About::Blob(BLOB)),
        ServerMessage::Held { document: DOCUMENT, head: 12, left: 2_000 },
        ServerMessage::BlobStored { blob: BLOB, index: 1 },
        ServerMessage::BlobChunk { blob: BLOB, index: 1, total: 2, bytes: vec![4] },
        ServerMessage::Receipts { document: DOCUMENT, receipts: vec![vec![5].into()] },
        ServerMessage::InviteStored { invite: INVITE },
        ServerMessage::Requests {
            document: DOCUMENT,
            waiting: vec![WaitingRequest { request: REQUEST, invite: INVITE, sealed: vec![6], nonce: None }],
            all: None,
        },
        state(RequestState::Waiting),
        state(RequestState::Revealed { nonce: Digest([9; 32]) }),
        state(RequestState::Declined),
        state(RequestState::Admitted { seq: 13, record: vec![1], welcome: vec![2], pack: vec![3], blob: BLOB }),
        state(RequestState::Unknown),
        ServerMessage::Presence { document: DOCUMENT, device: DEVICE, sealed: vec![7] },
        ServerMessage::Pong { number: 3 },
        ServerMessage::Removed { document: DOCUMENT, seq: 14, record: vec![8] },
        ServerMessage::Decided { request: REQUEST },
        ServerMessage::GuestLinkStored { link: LINK },
        ServerMessage::GuestLinkStopped { link: LINK },
        ServerMessage::GuestItems {
            document: DOCUMENT,
            items: vec![GuestItem { link: LINK, item: ITEM, sealed: vec![9] }],
            more: true,
        },
        ServerMessage::GuestItemDropped { item: ITEM },
        ServerMessage::GuestReadingStored { link: LINK },
        ServerMessage::GuestReadingClosed { link: LINK },
        ServerMessage::GuestCodeStored { code: CODE },
        refused(About::GuestLink(LINK)),
        refused(About::GuestItem(ITEM)),
        refused(About::GuestCode(CODE)),
    ]
}

fn hex(frame: &[u8]) -> String {
    frame.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_message_of_a_client_is_frozen_and_reads_back() {
    let mut shown = String::new();
    for message in client() {
        let frame = message.to_frame();
        assert_eq!(ClientMessage::from_frame(&frame), Ok(message.clone()));
        shown.push_str(&format!("{message:?}\n    {}\n", hex(&frame)));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_message_of_a_relay_is_frozen_and_reads_back() {
    let mut shown = String::new();
    for message in server() {
        let frame = message.to_frame();
        assert_eq!(ServerMessage::from_frame(&frame), Ok(message.clone()));
        shown.push_str(&format!("{message:?}\n    {}\n", hex(&frame)));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_reason_has_its_own_number() {
    let numbers: Vec<_> = [
        Reason::Malformed,
        Reason::BadSignature,
        Reason::NotEnrolled,
        Reason::CredentialUsed,
        Reason::Expired,
        Reason::Unknown,
        Reason::NotMember,
        Reason::NotAllowed,
        Reason::TooLarge,
        Reason::Later,
        Reason::Gap,
        Reason::EpochTaken,
        Reason::Taken,
        Reason::StoreFailed,
        Reason::Stopping,
        Reason::Moved,
    ]
    .iter()
    .map(|reason| minicbor::to_vec(reason).unwrap())
    .collect();
    assert_eq!(numbers, (0..16).map(|number: u8| vec![number]).collect::<Vec<_>>());
}

#[test]
fn a_catch_up_asks_at_most_64_bytes_for_each_document() {
    let ask = ClientMessage::CatchUp { document: DOCUMENT, from: u64::MAX }.to_frame();
    assert!(ask.len() <= 64, "{} bytes", ask.len());
}

#[test]
fn another_version_is_named_and_too_long_a_frame_is_refused_unread() {
    let mut frame = ClientMessage::Ping { number: 1 }.to_frame();
    frame[0] = VERSION + 1;
    assert_eq!(ClientMessage::from_frame(&frame), Err(WireError::OtherVersion { theirs: VERSION + 1 }));
    assert_eq!(ServerMessage::from_frame(&vec![VERSION; MAX_FRAME + 1]), Err(WireError::TooLong(MAX_FRAME + 1)));
    assert_eq!(ServerMessage::from_frame(&[]), Err(WireError::Malformed));
}

#[test]
fn bytes_after_a_message_are_refused() {
    let mut frame = ClientMessage::Ping { number: 1 }.to_frame();
    frame.push(0);
    assert_eq!(ClientMessage::from_frame(&frame), Err(WireError::Malformed));
}

proptest! {
    #[test]
    fn random_bytes_are_never_dangerous(mut bytes in proptest::collection::vec(any::<u8>(), 1..600)) {
        bytes[0] = VERSION;
        let _ = ClientMessage::from_frame(&bytes);
        let _ = ServerMessage::from_frame(&bytes);
    }

    #[test]
    fn altered_messages_are_never_dangerous(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        for mut frame in [which.get(&client()).to_frame(), which.get(&server()).to_frame()] {
            let at = at.index(frame.len());
            frame[at] ^= 1 << bit;
            let _ = ClientMessage::from_frame(&frame);
            let _ = ServerMessage::from_frame(&frame);
        }
    }
}
