//! What came by a link and waits: said in the assessment as a number and a day, late after a working day, gone when it is read.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use kith::engine::{Clock, Engine, Person, Profile, ToAdd, ToAttach};
use kith::store::KeyCost;
use kith_assessment::{
    AnswerVoice, Arrived, ArrivedAnswer, Command, EntryId, HeardWaits, MakeGuestLink, NoteArrived, Outcome, Secret,
    StrandCommand, TakeIn, tasks, working_days_after,
};
use kith_group::DocumentId;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn sent(link: EntryId, words: &str) -> Arrived {
    let answer = |question: &str, team| ArrivedAnswer {
        question: question.into(),
        choices: Vec::new(),
        words: format!("{words} {question}"),
        skipped: false,
        team,
    };
    let answers = vec![answer("friends", true), answer("places", true), answer("feel", false)];
    Arrived {
        link,
        language: "cy".into(),
        replaces: None,
        withdraws: false,
        answers,
        other: None,
        attached: Vec::new(),
        code: None,
        together: None,
    }
}

struct Desk {
    engine: Engine,
    assessment: DocumentId,
    record: DocumentId,
    link: EntryId,
}

impl Desk {
    fn begin(folder: &std::path::Path) -> Self {
        let person = Person { name: "Priya Marsh".into(), agency: "care".into(), role: "social worker".into() };
        let profile = Profile::create(folder, "otter lantern maple spoon", &person, None, KeyCost::TESTS).unwrap();
        let engine = Engine::start(profile).unwrap();
        let (assessment, record, link) = engine
            .step(|work| {
                let assessment = work.create_assessment(None)?.document;
                let attach =
                    ToAttach { name: "Keziah Ansah-Rowe".into(), phone: Some("01632 960001".into()), ..ToAttach::default() };
                let record = work.attach(&assessment, &attach)?.record;
                let make = MakeGuestLink {
                    name: "phone".into(),
                    secret: Secret([1; 32]),
                    key: Secret([2; 32]),
                    origin: "https://relay.example".into(),
                    language: "cy".into(),
                    expires: work.now() + 30 * 24 * 3600,
                    adult: false,
                    safe_to_send: None,
                    agreed_by: "Keziah".into(),
                    say: true,
                    summary: false,
                    agree: false,
                };
                let link = work.record_command(&record, &StrandCommand::MakeGuestLink(make))?.id.unwrap();
                Ok((assessment, record, link))
            })
            .unwrap();
        Self { engine, assessment, record, link }
    }

    fn arrives(&self, item: u8, words: &str) {
        let (record, arrived) = (self.record, sent(self.link, words));
        let take = StrandCommand::TakeIn(TakeIn { item: EntryId([item; 16]), arrived });
        self.engine.step(move |work| work.record_command(&record, &take).and_then(|_| work.tend_record(&record))).unwrap();
    }

    fn waits(&self) -> HeardWaits {
        self.engine.view(self.assessment).unwrap().strands[0].heard_waits.clone()
    }

    /// The same profile on a later day.
    fn days_later(self, folder: &std::path::Path, days: i64) -> Self {
        let Self { engine, assessment, record, link } = self;
        let offset_ms = engine.clock().offset_ms + days * DAY_MS;
        engine.stop().unwrap();
        let profile = Profile::open(folder, "otter lantern maple spoon").unwrap().with_clock(Clock { offset_ms });
        Self { engine: Engine::start(profile).unwrap(), assessment, record, link }
    }

    fn today(&self) -> String {
        kith_assessment::day_of(self.engine.clock().now())
    }
}

#[test]
fn what_waits_is_known_to_leads_as_a_number_and_a_day_and_is_late_after_a_working_day() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::begin(folder.path());
    assert_eq!(desk.waits(), HeardWaits::default());
    desk.arrives(1, "Golau ar y gamlas");
    let since = desk.today();
    assert_eq!(desk.waits(), HeardWaits { count: 1, since: Some(since.clone()) });
    let told = |desk: &Desk| {
        let view = desk.engine.view(desk.assessment).unwrap();
        tasks(&view, None, &desk.today()).into_iter().find(|task| task.kind == "heard-waits").map(|task| task.what)
    };
    let reading = |desk: &Desk| {
        let (record, link) = (desk.record, desk.link);
        desk.engine.look(move |work| work.reading(&record, &link)).unwrap()
    };
    assert!(told(&desk).is_none() && !reading(&desk).late);
    let desk = desk.days_later(folder.path(), 7);
    assert!(working_days_after(&since, 1) < desk.today());
    let what = told(&desk).unwrap();
    assert!(what.starts_with("1 message from A for Priya Marsh to read") && !what.contains("gamlas"), "{what}");
    assert!(reading(&desk).late);
    desk.arrives(2, "Rhywbeth arall");
    assert_eq!(desk.waits(), HeardWaits { count: 2, since: Some(since) });
    let record = desk.record;
    for item in [1, 2] {
        desk.engine.step(move |work| work.read_arrived(&record, &EntryId([item; 16]))).unwrap();
    }
    assert_eq!(desk.waits(), HeardWaits::default());
    assert!(told(&desk).is_none() && !reading(&desk).late);
}

#[test]
fn a_reading_has_one_point_for_each_thing_said_to_the_team_with_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::begin(folder.path());
    let (record, assessment, link) = (desk.record, desk.assessment, desk.link);
    let points = || {
        let reading = desk.engine.look(move |work| work.reading(&record, &link)).unwrap();
        let words = |point: kith_group::Point| (point.said, point.outcome, point.words);
        (reading.read_on.is_some(), reading.points.into_iter().map(words).collect::<Vec<_>>())
    };
    desk.arrives(1, "x");
    assert_eq!(points(), (false, Vec::new()));
    desk.engine.step(move |work| work.read_arrived(&record, &EntryId([1; 16]))).unwrap();
    let (read, both) = points();
    assert!(read && both.len() == 2, "what is said to the holder alone is nothing for the team to answer: {both:?}");
    assert!(
        both.iter().all(|(_, _, words)| words.contains("Dydyn ni ddim yn gwybod eto")),
        "in the language of the page: {both:?}"
    );
    let add = |question: &str, words: Option<&str>| ToAdd {
        record,
        item: EntryId([1; 16]),
        question: question.into(),
        words: words.map(str::to_owned),
        assessment,
        side: "1".into(),
        about: Vec::new(),
    };
    let private = add("feel", None);
    assert!(desk.engine.step(move |work| work.add_arrived(&private)).unwrap_err().to_string().contains("not to the team"));
    let friends = add("friends", None);
    let again = friends.clone();
    let voice = desk.engine.step(move |work| work.add_arrived(&friends)).unwrap();
    assert!(desk.engine.step(move |work| work.add_arrived(&again)).is_err(), "once");
    assert!(points().1[0].2.contains("Does dim ateb eto"));
    let answer = AnswerVoice { voice, outcome: Outcome::AskMore, text: "When?".into(), where_used: Vec::new() };
    desk.engine.command(assessment, Command::AnswerVoice(answer)).unwrap();
    let note =
        NoteArrived { item: EntryId([1; 16]), question: Some("places".into()), not_added: Some("It names a friend.".into()) };
    desk.engine.step(move |work| work.not_added(&record, note)).unwrap();
    assert_eq!(
        points().1,
        [
            ("x friends".to_owned(), kith_group::Outcome::AskMore, "When?".to_owned()),
            ("x places".to_owned(), kith_group::Outcome::NotUsed, "It names a friend.".to_owned()),
        ]
    );
}

#[test]
fn a_window_needs_a_code_word_that_was_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::begin(folder.path());
    let (record, link) = (desk.record, desk.link);
    desk.arrives(1, "x");
    let refused = desk.engine.step(move |work| work.open_window(&record, &link, None)).unwrap_err().to_string();
    assert!(refused.contains("no code word"), "{refused}");
    let view = desk.engine.look(move |work| work.record(&record)).unwrap();
    assert_eq!(view.links[0].window, None);
}
