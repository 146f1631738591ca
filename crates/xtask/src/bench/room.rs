//! Devices and a relay in one room: the real cores over real stores, without sockets and on a clock of the room's own, so that
//! what takes a team days is made in seconds. Frames arrive at once and in order; nothing fails.
//!
//! What is made here lies on the disk as profiles and a relay's folder, and can be opened by the real programs afterwards.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use kith::engine::{Person, Profile};
use kith::store::{KeyCost, Store};
use kith_assessment::{Command, Context, Framework, Refusal};
use kith_group::{
    AppendRule, DocumentId, DocumentKind, InviteId, Link, Random, Role, SystemRandom, open_request, voucher_digest,
};
use kith_relay::SqliteStore;
use kith_sync::client::{ClientCore, ClientError, EditError, Effects, Identity, Input, Intent, JoinDetails, LineId, Notice};
use kith_sync::relay::{ConnId, Enrolment, RelayConfig, RelayCore, RelayEngine as _, RelayEvent};
use kith_sync::wire::ClientMessage;

/// The passphrase of every profile here; they hold nothing real.
pub(super) const PASSPHRASE: &str = "otter lantern maple spoon";

/// The relay lets one admission begin in ten seconds.
const BETWEEN_ADMISSIONS_MS: i64 = 11_000;

/// What waits within this many milliseconds belongs to the moment; later ticks (receipts, renewals) do not.
const MOMENT_MS: i64 = 100;

/// One device: a profile whose store is open here, without an engine.
pub(super) struct Device {
    /// Its side of the protocol.
    pub(super) core: ClientCore,
    /// Its store.
    pub(super) store: Store,
    line: Option<LineId>,
}

/// A relay and the devices that talk to it.
pub(super) struct Room {
    /// What the clock shows, in Unix milliseconds.
    pub(super) now_ms: i64,
    /// In the order in which they came.
    pub(super) devices: Vec<Device>,
    relay: RelayCore,
    log: SqliteStore,
    url: String,
    lines: u32,
    /// Events on their way to the relay.
    up: Vec<RelayEvent>,
    /// Frames on their way to devices.
    down: VecDeque<(LineId, Bytes)>,
    /// Bytes of all frames so far by which devices appended records.
    appended: usize,
}

impl Room {
    /// An empty one. `url` is how documents will name the relay, whose data is in `folder`.
    pub(super) fn new(folder: &Path, url: &str, now_ms: i64) -> anyhow::Result<Self> {
        Ok(Self {
            now_ms,
            devices: Vec::new(),
            relay: RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(SystemRandom)),
            log: SqliteStore::open(folder)?,
            url: url.to_owned(),
            lines: 0,
            up: Vec::new(),
            down: VecDeque::new(),
            appended: 0,
        })
    }

    /// Somebody comes, with a new profile in `folder`; their number.
    pub(super) fn enter(&mut self, folder: &Path, name: &str) -> anyhow::Result<usize> {
        let person = Person { name: name.to_owned(), agency: "a recording".to_owned(), role: "writer".to_owned() };
        drop(Profile::create(folder, PASSPHRASE, &person, Some(&self.url), KeyCost::TESTS)?);
        let store = Store::open(folder, PASSPHRASE)?;
        let core = ClientCore::open(&store, Box::new(SystemRandom))?;
        self.devices.push(Device { core, store, line: None });
        Ok(self.devices.len() - 1)
    }

    /// Connects a device.
    pub(super) fn connect(&mut self, who: usize) -> anyhow::Result<()> {
        self.lines += 1;
        let (line, relay) = (LineId(self.lines), self.url.clone());
        self.device(who)?.line = Some(line);
        self.step(who, |core, store, now| core.handle(store, now, Input::Opened { line, relay }))?;
        self.up.push(RelayEvent::Opened(ConnId(line.0.into())));
        self.settle()
    }

    /// Cuts a device off.
    pub(super) fn disconnect(&mut self, who: usize) -> anyhow::Result<()> {
        let Some(line) = self.device(who)?.line.take() else { return Ok(()) };
        self.step(who, |core, store, now| core.handle(store, now, Input::Closed { line }))?;
        self.up.push(RelayEvent::Closed(ConnId(line.0.into())));
        self.settle()
    }

    /// One step of a device's core. Its frames are on their way afterwards; they do not arrive before [`Room::settle`].
    pub(super) fn step(
        &mut self,
        who: usize,
        f: impl FnOnce(&mut ClientCore, &mut Store, i64) -> Result<Effects, ClientError>,
    ) -> anyhow::Result<Vec<Notice>> {
        let now = self.now_ms;
        let device = self.device(who)?;
        device.store.begin()?;
        let effects = f(&mut device.core, &mut device.store, now)?;
        self.send(effects)
    }

    /// Puts what a core wants sent on its way; its news.
    pub(super) fn send(&mut self, effects: Effects) -> anyhow::Result<Vec<Notice>> {
        ensure!(effects.close.is_empty(), "a device closes its connection: {:?}", effects.close);
        if let Some(Notice::Finding { text, .. }) = effects.notices.iter().find(|news| matches!(news, Notice::Finding { .. })) {
            bail!("something did not hold: {text}");
        }
        let appends = effects.frames.iter().filter(|(_, frame)| is_append(frame));
        self.appended += appends.map(|(_, frame)| frame.len()).sum::<usize>();
        let frames = effects.frames.into_iter();
        self.up.extend(frames.map(|(line, frame)| RelayEvent::Frame(ConnId(line.0.into()), frame.into())));
        Ok(effects.notices)
    }

    /// The relay takes all that is on its way to it, in one transaction; the frames that it answers with, by line.
    pub(super) fn relay(&mut self) -> anyhow::Result<Vec<(LineId, Bytes)>> {
        self.log.begin()?;
        let mut send = Vec::new();
        for event in std::mem::take(&mut self.up) {
            let effects = self.relay.handle(&mut self.log, self.now_ms, event)?;
            ensure!(effects.close.is_empty(), "the relay closes a connection");
            send.extend(effects.send);
        }
        send.extend(self.relay.flush(&mut self.log, self.now_ms)?.send);
        self.log.commit()?;
        send.into_iter()
            .map(|(conn, frame)| {
                self.up.push(RelayEvent::Drained { conn, bytes: frame.len() });
                Ok((LineId(u32::try_from(conn.0)?), frame))
            })
            .collect()
    }

    /// Hands a frame to the device whose line it came on; its news.
    pub(super) fn hand(&mut self, line: LineId, frame: &Bytes) -> anyhow::Result<Vec<Notice>> {
        let Some(who) = self.devices.iter().position(|device| device.line == Some(line)) else { return Ok(Vec::new()) };
        self.step(who, |core, store, now| core.handle(store, now, Input::Frame { line, bytes: frame.to_vec() }))
    }

    /// Bytes of all frames so far by which devices appended records.
    pub(super) fn appended(&self) -> usize {
        self.appended
    }

    /// Whether a device has nothing left to send, receive or do.
    pub(super) fn is_quiet(&mut self, who: usize) -> anyhow::Result<bool> {
        let device = self.device(who)?;
        Ok(device.core.is_quiet(&device.store)?)
    }

    /// What is on its way to the relay does not arrive.
    pub(super) fn lose(&mut self) {
        self.up.clear();
    }

    /// The line of a connected device.
    pub(super) fn line(&self, who: usize) -> Option<LineId> {
        self.devices.get(who).and_then(|device| device.line)
    }

    /// Lets everything arrive, and the ticks of this moment happen; then commits every store.
    pub(super) fn settle(&mut self) -> anyhow::Result<()> {
        loop {
            while self.up.iter().any(|event| !matches!(event, RelayEvent::Drained { .. })) || !self.down.is_empty() {
                let answers = self.relay()?;
                self.down.extend(answers);
                while let Some((line, frame)) = self.down.pop_front() {
                    self.hand(line, &frame)?;
                }
            }
            match self.next_tick() {
                Some(at) if at <= self.now_ms + MOMENT_MS => self.tick(at)?,
                _ => break,
            }
        }
        self.devices.iter_mut().try_for_each(|device| device.store.commit().map_err(Into::into))
    }

    /// Time passes, with everything that becomes due.
    pub(super) fn pass(&mut self, ms: i64) -> anyhow::Result<()> {
        let end = self.now_ms + ms;
        self.settle()?;
        while let Some(at) = self.next_tick().filter(|at| *at <= end) {
            self.tick(at)?;
            self.up.push(RelayEvent::Tick);
            self.settle()?;
        }
        self.now_ms = self.now_ms.max(end);
        self.up.push(RelayEvent::Tick);
        self.settle()
    }

    fn next_tick(&self) -> Option<i64> {
        self.devices.iter().filter_map(|device| device.core.next_tick()).min()
    }

    fn tick(&mut self, at: i64) -> anyhow::Result<()> {
        self.now_ms = self.now_ms.max(at);
        for who in 0..self.devices.len() {
            if self.devices.get(who).and_then(|device| device.core.next_tick()).is_some_and(|at| at <= self.now_ms) {
                self.step(who, |core, store, now| core.handle(store, now, Input::Tick))?;
            }
        }
        Ok(())
    }

    fn device(&mut self, who: usize) -> anyhow::Result<&mut Device> {
        self.devices.get_mut(who).context("there is no such device")
    }

    /// Starts an assessment on a device.
    pub(super) fn found(&mut self, who: usize) -> anyhow::Result<DocumentId> {
        let framework = Framework::peer_default();
        let (now, url) = (self.now_ms.div_euclid(1000), self.url.clone());
        let mut genesis =
            |me: &Identity| as_me(me, now, |context| kith_assessment::genesis(&framework, me.document.0, context).1);
        let device = self.device(who)?;
        device.store.begin()?;
        let (kind, rule) = (DocumentKind::WORKING, AppendRule::Everyone);
        let made = device.core.create_document(&mut device.store, now * 1000, kind, rule, Some(&url), &mut genesis)?;
        Ok(made.document)
    }

    /// Does commands one after the other in one step, each a change of its own; the entries that they made.
    pub(super) fn commands(
        &mut self,
        who: usize,
        document: DocumentId,
        commands: &[Command],
    ) -> anyhow::Result<Vec<kith_assessment::EntryId>> {
        let mut made = Vec::new();
        let mut refused = None;
        self.step(who, |core, store, now| {
            let done = core.edit(store, now, &document, |doc, me| {
                as_me(me, now.div_euclid(1000), |context| {
                    commands.iter().try_for_each(|command| {
                        made.extend(kith_assessment::apply(doc, command, context)?.id);
                        Ok::<_, Refusal>(())
                    })
                })
            });
            match done {
                Ok(((), effects)) => Ok(effects),
                Err(EditError::Client(error)) => Err(error),
                Err(EditError::Refused(refusal)) => {
                    refused = Some(refusal);
                    Ok(Effects::default())
                }
            }
        })?;
        match refused {
            Some(refusal) => bail!("a command was refused: {refusal}"),
            None => Ok(made),
        }
    }

    /// Lets `guest` in. Takes eleven seconds of the room's time.
    pub(super) fn let_in(&mut self, lead: usize, guest: usize, document: DocumentId, role: Role) -> anyhow::Result<()> {
        let mut link = Link {
            relay: self.url.clone(),
            invite: InviteId::random(&mut SystemRandom),
            secret: [0; 32],
            voucher: [0; 16],
            document,
            role,
            expires: self.now_ms.div_euclid(1000) + 3600,
        };
        SystemRandom.fill(&mut link.secret);
        SystemRandom.fill(&mut link.voucher);
        let invite = Intent::Invite { invite: link.invite, voucher: voucher_digest(&link.voucher), expires: link.expires };
        self.intend(lead, document, invite)?;
        let text = |text: &str| text.to_owned();
        let details = JoinDetails { name: text("Somebody"), agency: text("a recording"), role_words: text("writer") };
        self.step(guest, |core, store, now| core.begin_join(store, now, &link, &details).map(|(_, effects)| effects))?;
        self.settle()?;
        let device = self.device(lead)?;
        let waiting = device.core.waiting(&device.store, &document)?;
        let request = waiting.into_iter().find(|one| one.invite == link.invite).context("no request came")?;
        let asked = open_request(&link.secret, &link.invite, &request.request, &request.sealed)?;
        let (_, key_package) = asked.packages.into_iter().next().context("a request without a package")?;
        let admit = Intent::Admit { request: request.request, person: asked.person, role, key_package };
        self.intend(lead, document, admit)?;
        self.pass(BETWEEN_ADMISSIONS_MS)?;
        ensure!(self.device(guest)?.core.is_live(&document), "somebody was not let in");
        Ok(())
    }

    fn intend(&mut self, who: usize, document: DocumentId, intent: Intent) -> anyhow::Result<()> {
        self.step(who, |core, store, now| core.add_intent(store, now, &document, intent).map(|(_, effects)| effects))?;
        self.settle()
    }

    /// As when the program has been idle for a while: documents are brought into order.
    pub(super) fn rest(&mut self, who: usize) -> anyhow::Result<()> {
        self.step(who, |core, store, now| core.rest(store, now).map(|()| Effects::default()))?;
        self.settle()
    }
}

fn is_append(frame: &[u8]) -> bool {
    matches!(ClientMessage::from_frame(frame), Ok(ClientMessage::Append { .. }))
}

fn as_me<R>(me: &Identity, now: i64, f: impl FnOnce(&mut Context<'_>) -> R) -> R {
    let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
    f(&mut Context { person: me.person.0, device: me.device.0, now, random: &mut random })
}
