//! Versions of the summary for young people and families (R17): plain words, audiences, what stands against sharing, replies.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Writer, exchange};
use kith_assessment::nudge::{CaseloadName, Checker, Lists};
use kith_assessment::{
    ActionFields, AddAction, AddPlace, AddReply, AddVoice, Agreed, AttachStrand, Command, ConfirmForFamilies, ConfirmTwin,
    DetachStrand, DifferOnWeighting, EntryId, FamilyPreview, Kind, KitchenTable, LetRead, PlaceKind, PublishVersion, Refusal,
    ReplyPart, RightOrNot, TakeBackVersion, TheirWords, Trigger, VersionFor, Whose, history, preview_version, say_instead,
    summary_for_guest, to_publish, version_hints,
};

struct World {
    writer: Writer,
    a: EntryId,
    c: EntryId,
}

impl World {
    /// A group with a purpose, a summary, an action, two young people, and words of each and of a parent.
    fn begin() -> Self {
        let mut writer = Writer::begin(1);
        writer.introduces("Priya Marsh", "Children's social care");
        writer.does(Command::AnswerPurpose {
            trigger: Some(Trigger::OverTime),
            why_now: None,
            better: Some("The friends can spend their evenings without being frightened.".into()),
            find_out: Some("Talking with them.".into()),
            could_go_wrong: Some("They could be kept apart.".into()),
            less_intrusive: Some("Each worker alone.".into()),
            lead_agency: None,
        });
        writer.does(Command::EditText {
            field: "analysis/summary".into(),
            text: "These friends look after each other. We start with the places.".into(),
        });
        writer.adds("1.6", Kind::Strength, "They wait for each other.");
        writer.does(Command::AddAction(AddAction {
            what: "Open the youth room on Mondays".into(),
            why: "Somewhere warm to be".into(),
            fields: ActionFields { owner: Some("youth service".into()), sides: vec!["3".into()], ..ActionFields::default() },
            ..AddAction::default()
        }));
        let attach = || Command::AttachStrand(AttachStrand { label: None, phone: "01".into() });
        let a = writer.does(attach()).id.unwrap();
        let c = writer.does(attach()).id.unwrap();
        Self { writer, a, c }
    }

    fn voice(&mut self, strand: EntryId, whose: Whose, words: &str) -> EntryId {
        let voice = AddVoice {
            side: "1".into(),
            whose,
            words: words.into(),
            how: "link".into(),
            agreed: Agreed::Agreed,
            strand: Some(strand),
            ..AddVoice::default()
        };
        self.writer.does(Command::AddVoice(voice)).id.unwrap()
    }

    fn confirm_all(&mut self) {
        for part in self.writer.view().families.parts {
            let text = part.twin.map_or(part.draft, |twin| twin.text);
            self.writer.does(Command::ConfirmTwin(ConfirmTwin { part: part.part, text }));
        }
    }

    fn confirm(&mut self, part: &str, text: &str) {
        self.writer.does(Command::ConfirmTwin(ConfirmTwin { part: part.into(), text: text.into() }));
    }

    fn preview(&self, for_whom: &VersionFor) -> FamilyPreview {
        preview_version(&self.writer.view(), for_whom, &[]).unwrap()
    }

    fn try_publish(&mut self, for_whom: &VersionFor, kitchen_table: KitchenTable) -> Result<EntryId, Refusal> {
        let seen = self.preview(for_whom).digest;
        let publish = PublishVersion { for_whom: for_whom.clone(), leave_out: Vec::new(), kitchen_table, seen };
        self.writer.try_to(&Command::PublishVersion(publish)).map(|done| done.id.unwrap())
    }

    fn publish(&mut self, for_whom: &VersionFor) -> EntryId {
        self.writer.now += 60;
        self.try_publish(for_whom, KitchenTable::Nobody).unwrap()
    }

    fn everything_read(&self, strand: EntryId, adult: bool) -> String {
        serde_json::to_string(&summary_for_guest(&self.writer.view(), &strand.to_string(), adult)).unwrap()
    }
}

fn young(strand: EntryId) -> VersionFor {
    VersionFor::YoungPerson { strand }
}

fn family(strand: EntryId) -> VersionFor {
    VersionFor::Family { strand }
}

#[test]
fn each_part_is_drafted_from_what_is_there_and_waits_for_its_author() {
    let mut world = World::begin();
    let parts = world.writer.view().families.parts;
    let names: Vec<&str> = parts.iter().map(|part| part.part.split('/').next().unwrap()).collect();
    assert_eq!(names, ["better", "summary", "side", "action"]);
    assert!(parts.iter().all(|part| part.twin.is_none()));
    assert_eq!(parts[2].draft, "What is good: They wait for each other.");
    let waits = world.preview(&young(world.a)).waits.join(" ");
    assert!(waits.contains("Summary: nobody has confirmed plain words for it yet."), "{waits}");
    assert!(matches!(world.try_publish(&young(world.a), KitchenTable::Nobody), Err(Refusal::NotForFamiliesYet(_))));

    world.confirm_all();
    world.confirm("summary", "You look after each other.");
    let summary = &world.writer.view().families.parts[1];
    let twin = summary.twin.as_ref().unwrap();
    assert_eq!((twin.text.as_str(), twin.by.name.as_str()), ("You look after each other.", "Priya Marsh"));
    assert!(twin.at.is_some() && !twin.out_of_date);
    assert!(summary.reading.as_ref().unwrap().plain);
    assert!(world.preview(&young(world.a)).waits.is_empty());

    // The text behind it changes: its plain words are looked at again.
    world.writer.does(Command::EditText { field: "analysis/summary".into(), text: "It is otherwise now.".into() });
    assert!(world.writer.view().families.parts[1].twin.as_ref().unwrap().out_of_date);
    let refused = world.try_publish(&young(world.a), KitchenTable::Nobody).unwrap_err();
    assert!(refused.to_string().contains("look at its plain words again"), "{refused}");
    let unknown = world.writer.try_to(&Command::ConfirmTwin(ConfirmTwin { part: "side/9".into(), text: "x".into() }));
    assert!(matches!(unknown, Err(Refusal::Unknown { .. })));
}

#[test]
fn nobody_reads_anothers_words_unless_the_speaker_agreed_to_that_audience() {
    let mut world = World::begin();
    let (a, c) = (world.a, world.c);
    let of_a = world.voice(a, Whose::YoungPeople, "canary of A");
    world.voice(c, Whose::YoungPeople, "canary of C");
    let parent = world.voice(a, Whose::Parents, "canary of a parent of A");
    world.confirm_all();
    for whom in [young(a), young(c), family(a), family(c), VersionFor::YoungPeople] {
        world.publish(&whom);
    }
    let holds = |world: &World, strand, adult| {
        let read = world.everything_read(strand, adult);
        ["canary of A", "canary of C", "canary of a parent of A"].map(|canary| read.contains(canary))
    };
    // The version for all young people is newer than those for one: in it nobody's words are.
    assert_eq!(holds(&world, a, false), [false, false, false]);
    world.publish(&young(a));
    assert_eq!(holds(&world, a, false), [true, false, false]);
    assert_eq!(holds(&world, a, true), [false, false, true], "a parent does not read what their child said");
    assert_eq!(holds(&world, c, true), [false, false, false]);

    world.writer.does(Command::LetRead(LetRead { id: of_a, young_people: Some(true), families: None }));
    world.writer.does(Command::LetRead(LetRead { id: parent, young_people: None, families: Some(true) }));
    for whom in [young(c), family(c)] {
        world.publish(&whom);
    }
    assert_eq!(holds(&world, c, false), [true, true, false]);
    assert_eq!(holds(&world, c, true), [false, false, true]);
    world.writer.does(Command::LetRead(LetRead { id: of_a, young_people: Some(false), families: None }));
    world.publish(&young(c));
    assert_eq!(holds(&world, c, false), [false, true, false]);

    // A colleague cannot say for somebody that they agreed; and of a yes and a no set apart the no holds.
    let mut nadia = world.writer.copy(2);
    let refused = nadia.try_to(&Command::LetRead(LetRead { id: of_a, young_people: Some(true), families: None }));
    assert!(matches!(refused, Err(Refusal::NotYours { .. })));

    // Readers, who are others again, have nothing of it.
    let readers = serde_json::to_string(&to_publish(&world.writer.view()).unwrap()).unwrap();
    assert!(!readers.contains("canary") && !readers.contains("The friends\""), "{readers}");
}

#[test]
fn a_version_is_what_was_looked_at_and_somebody_answers_for_the_kitchen_table() {
    let mut world = World::begin();
    world.confirm_all();
    let whom = young(world.a);
    for answer in [KitchenTable::Somebody, KitchenTable::NotSure] {
        let refused = world.try_publish(&whom, answer).unwrap_err();
        assert!(refused.to_string().contains("kitchen table"), "{refused}");
    }
    let seen = world.preview(&whom).digest;
    world.confirm("summary", "Other words.");
    let publish = PublishVersion { for_whom: whom.clone(), leave_out: Vec::new(), kitchen_table: KitchenTable::Nobody, seen };
    let refused = world.writer.try_to(&Command::PublishVersion(publish)).unwrap_err();
    assert!(refused.to_string().contains("reads otherwise now"), "{refused}");

    let first = world.publish(&whom);
    let view = world.writer.view();
    let version = &view.families.versions[0];
    assert_eq!((version.for_words.as_str(), version.kept.by.name.as_str()), ("A", "Priya Marsh"));
    assert_eq!(version.kitchen_table, KitchenTable::Nobody);
    assert_eq!(version.digest.len(), 64);
    assert!(version.stands && version.kept.at.is_some());
    // What the lead looked at is what the phone shows, but for its name and day.
    let mut shown = summary_for_guest(&view, &world.a.to_string(), false).unwrap();
    assert_eq!((shown.version.as_str(), shown.shared_on.as_str()), (first.to_string().as_str(), "2026-05-05"));
    (shown.version, shown.shared_on) = (String::new(), String::new());
    assert_eq!(shown, world.preview(&whom).guest);

    world.confirm("summary", "Newer words.");
    let second = world.publish(&whom);
    let versions = world.writer.view().families.versions;
    let ids: Vec<_> = versions.iter().map(|one| (one.kept.id.clone(), one.stands)).collect();
    assert_eq!(ids, [(second.to_string(), true), (first.to_string(), false)], "older ones stay listed");
    world.writer.does(Command::TakeBackVersion(TakeBackVersion { id: second, why: "It names a place.".into() }));
    let versions = world.writer.view().families.versions;
    assert_eq!(versions[0].taken_back.as_ref().unwrap().why, "It names a place.");
    assert_eq!(versions.len(), 2);
    assert_eq!(world.everything_read(world.a, false), "null", "no older version comes in the place of one that was taken back");
    let again = world.writer.try_to(&Command::TakeBackVersion(TakeBackVersion { id: second, why: "x".into() }));
    assert!(matches!(again, Err(Refusal::AlreadySo(_))));
}

#[test]
fn what_was_written_last_counts_whatever_the_clocks_say() {
    let mut world = World::begin();
    world.confirm_all();
    let whom = young(world.a);
    let summary = |world: &World| {
        let parts = world.writer.view().families.parts;
        parts.into_iter().find(|part| part.part == "summary").and_then(|part| part.twin).unwrap().text
    };
    // Within one second, as programs and quick hands do; enough of them that chance does not put them in order.
    for round in 0..12 {
        let words = format!("Words number {round}.");
        world.confirm("summary", &words);
        assert_eq!(summary(&world), words);
        let version = world.try_publish(&whom, KitchenTable::Nobody).unwrap();
        let standing = world.writer.view().families.versions.into_iter().find(|one| one.stands).unwrap();
        assert_eq!(standing.kept.id, version.to_string());
    }
    // From a computer whose clock is behind.
    world.writer.now -= 600;
    world.confirm("summary", "Words from behind.");
    assert_eq!(summary(&world), "Words from behind.");
    let version = world.try_publish(&whom, KitchenTable::Nobody).unwrap();
    let versions = world.writer.view().families.versions;
    assert_eq!((versions[0].kept.id.clone(), versions[0].stands), (version.to_string(), true), "newest first");
    assert!(world.everything_read(world.a, false).contains("Words from behind."));
}

#[test]
fn without_a_purpose_nothing_goes_to_families() {
    let mut writer = Writer::begin(1);
    writer.does(Command::EditText { field: "analysis/summary".into(), text: "They are friends.".into() });
    writer.does(Command::ConfirmTwin(ConfirmTwin { part: "summary".into(), text: "You are friends.".into() }));
    let preview = preview_version(&writer.view(), &VersionFor::YoungPeople, &[]).unwrap();
    assert!(preview.waits[0].contains("why this group"), "{:?}", preview.waits);
    let publish = PublishVersion {
        for_whom: VersionFor::YoungPeople,
        leave_out: Vec::new(),
        kitchen_table: KitchenTable::Nobody,
        seen: preview.digest,
    };
    assert!(matches!(writer.try_to(&Command::PublishVersion(publish)), Err(Refusal::NotForFamiliesYet(_))));
}

#[test]
fn a_safe_place_is_never_in_a_version() {
    let mut world = World::begin();
    world.writer.does(Command::AddPlace(AddPlace {
        name: "A grandmother's kitchen".into(),
        kind: PlaceKind::Home,
        not_shared: Some(true),
        said_by_words: Some("a youth worker".into()),
        ..AddPlace::default()
    }));
    world.writer.now += 1;
    world.writer.adds("3.5", Kind::Strength, "A grandmother's kitchen is open to all of them.");
    world.writer.adds("3.5", Kind::Strength, "Families ring round.");
    let parts = world.writer.view().families.parts;
    let side = parts.iter().find(|part| part.part == "side/3").unwrap();
    assert_eq!(side.draft, "What is good: Families ring round.", "a draft leaves it out");
    world.confirm_all();
    world.confirm("side/3", "You can go to the Grandmother's kitchen.");
    let waits = world.preview(&young(world.a)).waits;
    assert!(waits[0].contains("names a place that is not in shared versions"), "{waits:?}");
    assert!(matches!(world.try_publish(&young(world.a), KitchenTable::Nobody), Err(Refusal::NotForFamiliesYet(_))));
    let preview = preview_version(&world.writer.view(), &young(world.a), &["side/3".into()]).unwrap();
    assert!(preview.waits.is_empty());
}

#[test]
fn that_adults_differ_is_said_in_words_their_author_confirmed() {
    let mut world = World::begin();
    let id = world
        .writer
        .does(Command::DifferOnWeighting(DifferOnWeighting { text: "canary: I see it otherwise".into() }))
        .id
        .unwrap();
    world.confirm_all();
    let preview = world.preview(&young(world.a));
    assert!(preview.not_in_it[0].contains("Priya Marsh sees something differently"), "{:?}", preview.not_in_it);
    assert!(!serde_json::to_string(&preview.guest).unwrap().contains("canary"));
    let words = "We do not all think that the place comes first.";
    world.writer.does(Command::ConfirmForFamilies(ConfirmForFamilies { id, words: words.into() }));
    let preview = world.preview(&young(world.a));
    let part = preview.guest.parts.iter().find(|part| part.id == "differ").unwrap();
    assert_eq!((part.heading.as_str(), part.text.as_str()), ("Where the adults do not agree", words));
}

#[test]
fn one_decision_for_each_distinct_name_and_other_words_go_into_every_part() {
    let mut world = World::begin();
    world.voice(world.a, Whose::YoungPeople, "Keziah is my friend");
    world.confirm_all();
    world.confirm("summary", "Keziah is kind. Keziah's friends are kind too. Ring 07700 900123.");
    world.confirm("side/1", "Keziah waits.");
    let checker = Checker::new(Lists::shipped(), &[CaseloadName { full: "Keziah Ansah-Rowe".into(), also: Vec::new() }]);
    let version = world.preview(&young(world.a)).version;
    let hints = version_hints(&version, &checker);
    let keys: Vec<&str> = hints.found.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["identifier phone", "name keziah"], "three places, one decision; own words are not looked at");
    let name = &hints.found[1];
    assert_eq!(name.places, ["What we think", "The friends"]);
    assert_eq!(name.instead.as_deref(), Some("a friend"));

    let changed = say_instead(&world.writer.view(), &checker, "name keziah", "a friend");
    assert_eq!(changed.len(), 2);
    for one in changed {
        world.writer.does(Command::ConfirmTwin(one));
    }
    let version = world.preview(&young(world.a)).version;
    let summary = version.parts.iter().find(|part| part.part == "summary").unwrap();
    assert!(summary.text.starts_with("A friend is kind. A friend"), "{}", summary.text);
    assert_eq!(version_hints(&version, &checker).found.len(), 1);
}

fn reply(world: &World, version: EntryId, words: &str, other_families: bool) -> AddReply {
    AddReply {
        item: EntryId([7; 16]),
        version,
        strand: world.a,
        adult: false,
        parts: vec![ReplyPart { part: "summary".into(), right: RightOrNot::Partly, why: "Not all of us".into() }],
        missed: "The chat".into(),
        reply: words.into(),
        other_families,
    }
}

#[test]
fn the_same_reply_from_two_devices_stands_once_and_beside_the_text_for_professionals() {
    let mut world = World::begin();
    world.confirm_all();
    let version = world.publish(&young(world.a));
    let mut other = world.writer.copy(2);
    let add = Command::AddReply(reply(&world, version, "You forgot the chat.", false));
    world.writer.does(add.clone());
    assert!(matches!(world.writer.try_to(&add), Err(Refusal::AlreadySo(_))));
    other.does(add);
    exchange(&mut world.writer, &mut other);
    let view = world.writer.view();
    let [only] = view.families.replies.as_slice() else { panic!("{:?}", view.families.replies) };
    assert_eq!((only.whose.as_str(), only.reply.as_str()), ("A", "You forgot the chat."));
    assert_eq!((only.parts[0].heading.as_str(), only.parts[0].right_words.as_str()), ("What we think", "Partly"));
    // Wherever the text goes among professionals.
    for text in [kith_assessment::plain_text(&view), serde_json::to_string(&to_publish(&view).unwrap()).unwrap()] {
        assert!(text.contains("You forgot the chat."), "{text}");
    }
    // To the writer it is "you"; to another family it is nothing, because they did not agree.
    assert!(world.everything_read(world.a, false).contains("\"whose\":\"you\""));
    world.publish(&young(world.c));
    assert!(!world.everything_read(world.c, false).contains("forgot"));
    assert!(!world.everything_read(world.a, true).contains("forgot"), "nor to a parent");

    let mut agreed = reply(&world, version, "Read this, all of you.", true);
    agreed.item = EntryId([8; 16]);
    world.writer.does(Command::AddReply(agreed));
    let read = world.everything_read(world.c, false);
    assert!(read.contains("Read this, all of you.") && read.contains("a young person") && !read.contains("\"A\""), "{read}");

    let mut unknown = reply(&world, EntryId([99; 16]), "x", false);
    unknown.item = EntryId([9; 16]);
    assert!(matches!(world.writer.try_to(&Command::AddReply(unknown)), Err(Refusal::Unknown { .. })));
}

#[test]
fn what_either_of_two_devices_covered_is_covered() {
    let mut world = World::begin();
    world.confirm_all();
    let version = world.publish(&young(world.a));
    let mut other = world.writer.copy(2);
    world.writer.does(Command::AddReply(reply(&world, version, "[a name, covered] was at Brook Row", false)));
    other.does(Command::AddReply(reply(&world, version, "Keziah was at [a place, covered]", false)));
    exchange(&mut world.writer, &mut other);
    let view = world.writer.view();
    let [only] = view.families.replies.as_slice() else { panic!("{:?}", view.families.replies) };
    assert!(!only.reply.contains("Keziah") && !only.reply.contains("Brook"), "{}", only.reply);
    assert!(view.marks.iter().all(|mark| !format!("{mark:?}").contains("Keziah")), "nobody is asked to choose");
}

#[test]
fn who_is_taken_out_leaves_no_version_and_their_reply_goes_or_stays_as_their_words_do() {
    for (choice, left) in [(TheirWords::Go, 0), (TheirWords::Stay, 1)] {
        let mut world = World::begin();
        world.confirm_all();
        let version = world.publish(&young(world.a));
        let add = reply(&world, version, "canary", false);
        world.writer.does(Command::AddReply(add));
        let before = history(&world.writer.doc).len();
        world.writer.does(Command::DetachStrand(DetachStrand { id: world.a, their_words: choice.clone() }));
        let view = world.writer.view();
        assert!(view.families.versions.is_empty());
        assert_eq!(view.families.replies.len(), left, "{choice:?}");
        assert!(view.families.replies.iter().all(|reply| reply.whose == "a young person" && reply.strand.is_none()));
        assert!(history(&world.writer.doc).len() < before, "history has no line of the version");
    }
}
