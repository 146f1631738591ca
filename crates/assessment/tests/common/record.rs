//! A strand record at several devices, and what comes into it by a link.

use automerge::{ActorId, Automerge};
use kith_assessment::{
    Arrived, Context, Done, EntryId, MakeGuestLink, Refusal, Secret, StrandCommand, StrandRecordView, apply_strand,
    strand_genesis, view_strand,
};

pub const START: i64 = 1_778_000_000; // 5 May 2026, a Tuesday

/// A device that writes in a strand record; its clock goes on by a second with each command.
pub struct Device {
    pub doc: Automerge,
    id: u8,
    pub at: i64,
}

impl Device {
    pub fn begin() -> Self {
        let mut none = |_: &mut [u8]| {};
        let context = Context { person: [1; 16], device: [1; 16], now: START, random: &mut none };
        Self { doc: strand_genesis([9; 16], &context).0, id: 1, at: START }
    }

    pub fn copy(&self, id: u8) -> Self {
        Self { doc: self.doc.fork().with_actor(ActorId::from([id; 16])), id, at: self.at }
    }

    pub fn tries(&mut self, command: StrandCommand) -> Result<Done, Refusal> {
        self.at += 1;
        let (id, at) = (self.id, self.at);
        let mut random = |bytes: &mut [u8]| {
            bytes.fill(id);
            bytes[..8].copy_from_slice(&at.to_be_bytes());
        };
        let mut context = Context { person: [id; 16], device: [id; 16], now: at, random: &mut random };
        apply_strand(&mut self.doc, &command, &mut context)
    }

    pub fn does(&mut self, command: StrandCommand) -> EntryId {
        self.tries(command).unwrap().id.unwrap()
    }

    pub fn links(&mut self, link: MakeGuestLink) -> EntryId {
        self.does(StrandCommand::MakeGuestLink(link))
    }

    pub fn view(&self) -> StrandRecordView {
        view_strand(&self.doc)
    }
}

/// A link for two weeks by which one says something, and nothing else.
pub fn to_say(name: &str, adult: bool) -> MakeGuestLink {
    MakeGuestLink {
        name: name.into(),
        secret: Secret([7; 32]),
        key: Secret([8; 32]),
        origin: "https://relay.example".into(),
        language: "en".into(),
        expires: START + 14 * 86_400,
        adult,
        safe_to_send: Some(true),
        agreed_by: "B, on 5 May".into(),
        say: true,
        summary: false,
        agree: false,
    }
}

/// Something by a link that holds nothing yet.
pub fn by(link: EntryId) -> Arrived {
    Arrived {
        link,
        language: "en".into(),
        replaces: None,
        withdraws: false,
        answers: Vec::new(),
        other: None,
        attached: Vec::new(),
        code: None,
        together: None,
    }
}
