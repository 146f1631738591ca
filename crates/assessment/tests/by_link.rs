//! What a young person says by a link, in the strand record: once, read first, theirs to take back.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use automerge::{ActorId, Automerge};
use kith_assessment::{
    Agreed, Arrived, ArrivedAnswer, ArrivedChoice, Context, Done, EntryId, KeepArrived, LinkSecret, MakeGuestLink, NoteArrived,
    Refusal, StopGuestLink, StrandCommand, TakeIn, Whose, SaidTogether, apply_strand, arrived, guest_link_keys, strand_genesis, view_strand,
};

const START: i64 = 1_778_000_000;

/// A device that writes in a strand record.
struct Device {
    doc: Automerge,
    id: u8,
    at: i64,
}

impl Device {
    fn begin() -> Self {
        let mut none = |_: &mut [u8]| {};
        let context = Context { person: [1; 16], device: [1; 16], now: START, random: &mut none };
        Self { doc: strand_genesis([9; 16], &context).0, id: 1, at: START }
    }

    fn copy(&self, id: u8) -> Self {
        Self { doc: self.doc.fork().with_actor(ActorId::from([id; 16])), id, at: self.at }
    }

    #[allow(clippy::needless_pass_by_value)] // Written where it is done.
    fn tries(&mut self, command: StrandCommand) -> Result<Done, Refusal> {
        self.at += 1;
        let (id, at) = (self.id, self.at);
        let mut random = |bytes: &mut [u8]| {
            bytes.fill(id);
            bytes[..8].copy_from_slice(&at.to_be_bytes());
        };
        let mut context = Context { person: [id; 16], device: [id; 16], now: at, random: &mut random };
        apply_strand(&mut self.doc, &command, &mut context)
    }

    fn does(&mut self, command: StrandCommand) -> EntryId {
        self.tries(command).unwrap().id.unwrap()
    }

    fn link(&mut self, adult: bool) -> EntryId {
        self.does(StrandCommand::MakeGuestLink(made(adult)))
    }
}

fn made(adult: bool) -> MakeGuestLink {
    MakeGuestLink {
        name: "B's link".into(),
        secret: LinkSecret("very secret".into()),
        key: LinkSecret("secret too".into()),
        origin: "https://relay.example".into(),
        language: "en".into(),
        expires: START + 14 * 86_400,
        adult,
        safe_to_send: Some(true),
        agreed_by: "B, on 5 May".into(),
    }
}

fn sent(link: EntryId, replaces: Option<EntryId>, words: &str) -> Arrived {
    let answer = |question: &str, words: &str, team| ArrivedAnswer {
        question: question.into(),
        choices: vec![ArrivedChoice { code: "listen".into(), words: "They listen".into() }],
        words: words.into(),
        skipped: false,
        team,
    };
    let answers = vec![answer("friends", words, true), answer("feel", "", false)];
    Arrived { link, language: "en".into(), replaces, withdraws: false, answers, other: None, attached: Vec::new(), code: None, together: None }
}

fn take(item: u8, arrived: Arrived) -> StrandCommand {
    StrandCommand::TakeIn(TakeIn { item: EntryId([item; 16]), arrived })
}

fn read(item: u8) -> StrandCommand {
    StrandCommand::NoteArrived(NoteArrived { item: EntryId([item; 16]), not_added: None })
}

fn keep(item: u8, question: &str, words: Option<&str>) -> StrandCommand {
    let words = words.map(str::to_owned);
    StrandCommand::KeepArrived(KeepArrived { item: EntryId([item; 16]), question: question.into(), words })
}

#[test]
fn three_devices_take_in_a_thousand_items_apart_and_each_is_there_once() {
    let mut holder = Device::begin();
    let link = holder.link(false);
    let (mut laptop, mut stand_in) = (holder.copy(2), holder.copy(3));
    for number in 0..1_000_u32 {
        let mut item = [7; 16];
        item[..4].copy_from_slice(&number.to_be_bytes());
        let command =
            StrandCommand::TakeIn(TakeIn { item: EntryId(item), arrived: sent(link, None, &format!("words {number}")) });
        // Each of them has heard of some; one item in three all take in at once.
        for (device, part) in [(&mut holder, 0), (&mut laptop, 1), (&mut stand_in, 2)] {
            if number % 3 == 0 || number % 3 == part {
                device.does(command.clone());
            }
        }
    }
    let mut all = [holder, laptop, stand_in];
    for _ in 0..2 {
        for from in 0..3 {
            let mut other = all[from].doc.clone();
            for to in &mut all {
                to.doc.merge(&mut other).unwrap();
            }
        }
    }
    let views: Vec<_> = all.iter().map(|device| view_strand(&device.doc)).collect();
    assert_eq!(views[0].arrived.len(), 1_000);
    assert!(views.iter().all(|view| view.arrived == views[0].arrived && view.marks.is_empty() && view.newer.is_empty()));
    assert!(all.iter().all(|device| device.doc.get_heads() == all[0].doc.get_heads()));
    assert!(all[1].tries(take(7, sent(link, None, ""))).is_ok());
    assert!(matches!(all[1].tries(take(7, sent(link, None, ""))), Err(Refusal::AlreadySo(_))));
}

#[test]
fn one_person_reads_first_and_what_is_kept_is_seen_by_whom_they_chose() {
    let mut holder = Device::begin();
    let link = holder.link(false);
    holder.does(take(5, sent(link, None, "Keziah waits for me.")));
    assert!(view_strand(&holder.doc).arrived[0].waits());
    assert!(holder.tries(keep(5, "friends", None)).unwrap_err().to_string().contains("read it first"));
    holder.does(read(5));
    assert!(holder.tries(read(5)).is_err());
    holder.does(keep(5, "friends", Some("They listen. [a name, covered] waits for me.")));
    holder.does(keep(5, "feel", None));
    assert!(holder.tries(keep(5, "places", None)).is_err());
    let view = view_strand(&holder.doc);
    assert_eq!(view.arrived[0].answers[0].words, "Keziah waits for me.", "the original stays");
    assert!(!view.arrived[0].waits());
    assert_eq!(view.arrived[0].kept_as.len(), 2);
    let kept: Vec<_> = view.words.iter().map(|words| (words.words.as_str(), words.agreed.clone(), words.whose.clone())).collect();
    assert!(kept.contains(&("They listen. [a name, covered] waits for me.", Agreed::Agreed, Whose::YoungPeople)));
    assert!(kept.contains(&("They listen", Agreed::NotAgreed, Whose::YoungPeople)));
    assert!(view.newer.is_empty(), "{:?}", view.newer);
}

#[test]
fn not_adding_takes_a_reason() {
    let mut holder = Device::begin();
    let link = holder.link(true);
    holder.does(take(5, sent(link, None, "x")));
    let not_added = |why: &str| StrandCommand::NoteArrived(NoteArrived { item: EntryId([5; 16]), not_added: Some(why.into()) });
    assert!(holder.tries(not_added("  ")).is_err());
    holder.does(not_added("It says who a friend is."));
    let arrived = &view_strand(&holder.doc).arrived[0];
    assert_eq!((arrived.not_added.as_deref(), arrived.waits()), (Some("It says who a friend is."), false));
    holder.does(keep(5, "friends", None));
    assert_eq!(view_strand(&holder.doc).words[0].whose, Whose::Parents);
}

#[test]
fn what_is_changed_or_taken_back_before_it_is_read_is_not_shown() {
    let mut holder = Device::begin();
    let (link, other) = (holder.link(false), holder.link(false));
    holder.does(take(1, sent(link, None, "first")));
    holder.does(take(2, sent(link, Some(EntryId([1; 16])), "second")));
    let view = view_strand(&holder.doc);
    assert_eq!((view.arrived[0].answers.len(), view.arrived[0].waits()), (0, false));
    assert_eq!((view.arrived[1].answers[0].words.as_str(), view.arrived[1].waits()), ("second", true));
    // By another link nobody takes back what is not theirs.
    let back = |link, item: u8| Arrived { withdraws: true, answers: Vec::new(), ..sent(link, Some(EntryId([item; 16])), "") };
    holder.does(take(3, back(other, 2)));
    assert!(view_strand(&holder.doc).arrived[1].waits());
    // After it was read it can be asked for, and the words stay until somebody decides.
    holder.does(read(2));
    holder.does(take(4, back(link, 2)));
    let view = view_strand(&holder.doc);
    assert_eq!(view.arrived.len(), 2, "a withdrawal is nothing to read itself");
    assert!(view.arrived[1].taken_back && view.arrived[1].answers[0].words == "second");
}

#[test]
fn a_link_asks_whether_it_is_safe_and_who_agreed_and_keeps_its_secrets_out_of_view() {
    let mut holder = Device::begin();
    let make = |change: &dyn Fn(&mut MakeGuestLink)| {
        let mut link = made(false);
        change(&mut link);
        StrandCommand::MakeGuestLink(link)
    };
    assert!(holder.tries(make(&|link| link.safe_to_send = Some(false))).unwrap_err().to_string().contains("in person"));
    assert!(holder.tries(make(&|link| link.agreed_by = " ".into())).is_err());
    assert!(holder.tries(make(&|link| link.expires = START - 1)).is_err());
    assert!(holder.tries(make(&|link| link.expires = START + 200 * 86_400)).is_err());
    let id = holder.does(make(&|link| link.safe_to_send = None));
    let view = view_strand(&holder.doc);
    assert!(view.links[0].in_person);
    let shown = format!("{} {:?}", serde_json::to_string(&view).unwrap(), made(false));
    assert!(!shown.contains("very secret") && !shown.contains("secret too"), "{shown}");
    let keys = &guest_link_keys(&holder.doc)[0];
    assert_eq!((keys.id, keys.secret.0.as_str(), keys.stopped), (id, "very secret", false));
    holder.does(StrandCommand::StopGuestLink(StopGuestLink { id }));
    assert!(holder.tries(StrandCommand::StopGuestLink(StopGuestLink { id })).is_err());
    assert!(guest_link_keys(&holder.doc)[0].stopped && view_strand(&holder.doc).links[0].stopped.is_some());
    assert_eq!(arrived(&holder.doc, &EntryId([1; 16])), None);
}

#[test]
fn what_is_said_with_the_holder_beside_them_is_read_already_and_joins_as_they_let_it() {
    let mut holder = Device::begin();
    let together = |whose, answers| StrandCommand::SaidTogether(SaidTogether { whose, language: "cy".into(), answers });
    let skipped =
        ArrivedAnswer { question: "places".into(), choices: Vec::new(), words: String::new(), skipped: true, team: false };
    assert!(holder.tries(together(Whose::YoungPeople, vec![skipped.clone()])).is_err(), "nothing was said");
    assert!(holder.tries(together(Whose::YoungPeople, Vec::new())).is_err());
    let mut answers = sent(EntryId([0; 16]), None, "Lights on the canal").answers;
    answers.push(skipped);
    let item = holder.does(together(Whose::Parents, answers.clone()));
    let view = view_strand(&holder.doc);
    let here = &view.arrived[0];
    assert!(here.together && !here.waits() && here.read.is_some() && !here.taken_back, "{here:?}");
    assert_eq!((here.item.as_str(), here.language.as_str(), &here.answers), (item.to_string().as_str(), "cy", &answers));
    let kept = |question: &str| StrandCommand::KeepArrived(KeepArrived { item, question: question.into(), words: None });
    holder.does(kept("friends"));
    holder.does(kept("feel"));
    let view = view_strand(&holder.doc);
    let words = |agreed| view.words.iter().find(|words| words.agreed == agreed).unwrap();
    assert_eq!((words(Agreed::Agreed).how.as_str(), words(Agreed::Agreed).whose.clone()), ("write together", Whose::Parents));
    assert_eq!(words(Agreed::NotAgreed).how, "write together");
    // Again on another device: each sitting is one of its own.
    assert_ne!(holder.copy(2).does(together(Whose::Parents, answers)), item);
}
