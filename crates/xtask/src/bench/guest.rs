//! The guests' page on a slow line and a slow processor, in headless Chromium: first screen, shortest way, leaving, size.
//!
//! `client/guest/tests/bench.mjs` drives it and says there what each figure spans. The relay is a real one, with one link in its store.

use std::path::Path;
use std::process::{Command as Process, Stdio};

use anyhow::{Context as _, ensure};
use kith_group::{
    ChainHash, Digest, DocumentId, GuestCard, GuestKey, GuestLink, PublicKey, Rights, SystemRandom, Team, seal_card,
};
use kith_relay::SqliteStore;
use kith_sync::relay::{DocumentRow, GuestLinkRow, Head, RelayEngine as _, RelayStore as _};
use kith_tests::replay::Relay;
use serde::Deserialize;

use super::{Figure, median};
use crate::cargo::root;

/// What a press takes a person beside what the page takes: thinking, pointing and pressing (the keystroke-level model's 1.35 + 1.1 + 0.2 s).
const PRESS_SECONDS: f64 = 2.65;

/// Milliseconds, but for `presses` and the bytes `first` (until the first screen) and `all`.
#[derive(Deserialize)]
struct Measured {
    usable: Vec<f64>,
    leave: Vec<f64>,
    shortest: Vec<f64>,
    presses: f64,
    first: f64,
    all: f64,
}

pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("relay");
    let secret = GuestLink::random("http://127.0.0.1", &mut SystemRandom).secret();
    put_link(&data, &GuestLink::from_secret("http://127.0.0.1", secret))?;
    let relay = Relay::start(&data)?;
    let origin = relay.url().replace("ws://", "http://");
    let Measured { usable, leave, shortest, presses, first, all } = drive(&GuestLink::from_secret(&origin, secret))?;
    let figure = |what: &str, unit, ours, target| Figure { what: what.to_owned(), unit, floor: None, ours, target };
    let way = median(shortest) / 1_000.0 + presses * PRESS_SECONDS;
    Ok(vec![
        figure("guest: first screen, slow 3G and a processor four times slower, p50", "ms", median(usable), 2_000.0),
        figure("guest: from Start to Sent by the shortest way there, 2.65 s a press", "s", way, 60.0),
        figure("guest: Leave now, until nothing is on the page, p50", "ms", median(leave), 100.0),
        figure("guest: what the first screen loads, gzipped", "kB", first / 1_000.0, 60.0),
        figure("guest: all that the page ever loads, gzipped", "kB", all / 1_000.0, 60.0),
    ])
}

/// A link in the store of a relay that does not run yet.
fn put_link(data: &Path, link: &GuestLink) -> anyhow::Result<()> {
    let document = DocumentId([1; 16]);
    let recipients = vec![GuestKey::random(&mut SystemRandom).public(), GuestKey::random(&mut SystemRandom).public()];
    let card = GuestCard {
        holder: "Priya".into(),
        role: "social worker".into(),
        stand_in: Some("Colin".into()),
        team: Team { line: "There is a school worker, a youth worker and a nurse.".into(), police: 1 },
        rights: Rights { say: true, ..Rights::default() },
        read_by: "2026-05-14".into(),
        language: "en".into(),
        expires: i64::MAX,
        recipients,
        ..GuestCard::default()
    };
    let card = seal_card(link, &card, &mut SystemRandom)?;
    let mut store = SqliteStore::open(data)?;
    store.begin()?;
    let head = Head { generation: 0, epoch: 0, seq: 0, hash: ChainHash::START };
    let row = DocumentRow { head, creation: Digest([1; 32]), account: PublicKey([1; 32]), committed_ms: i64::MIN, bytes: 0 };
    store.create_document(&document, &row, b"")?;
    let row = GuestLinkRow { document, verifier: link.verifier(), expires: i64::MAX, card: Some(card.into()) };
    store.put_guest_link(&link.id(), &row)?;
    store.commit()?;
    Ok(())
}

fn drive(link: &GuestLink) -> anyhow::Result<Measured> {
    let said = Process::new("node")
        .arg(root().join("client/guest/tests/bench.mjs"))
        .env("KITH_LINK", link.to_string())
        .stderr(Stdio::inherit())
        .output()
        .context("the bench of the guests' page needs Node.js and Chromium")?;
    ensure!(said.status.success(), "the script did not end well ({})", said.status);
    serde_json::from_slice(&said.stdout).with_context(|| format!("the script said {}", String::from_utf8_lossy(&said.stdout)))
}
