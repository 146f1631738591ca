//! The sample assessment Larch, every part of it, as its people write it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::{START, Writer};
use kith_assessment::nudge::{CaseloadName, Checker, Lists};
use kith_assessment::{
    Agreement, Audience, Command, Context, EntryId, Mark, Part, PersonId, Sample, SampleAct, Sheet, VersionHints, apply_strand,
    case_notes, history, history_text, part_text, picture_svg, plain_text, sample_larch, stale, strand_genesis, tasks,
    version_hints, view_strand,
};

const TODAY: &str = "2026-05-05";

fn caseload_name(full: &str) -> CaseloadName {
    CaseloadName { full: full.to_owned(), also: Vec::new() }
}

struct Cast {
    writers: Vec<(String, Writer)>,
    made: BTreeMap<String, EntryId>,
}

impl Cast {
    /// Everybody introduces themselves, and writes the entries.
    fn play(sample: &Sample) -> Self {
        let mut writers: Vec<(String, Writer)> = Vec::new();
        for (number, person) in (1_u8..).zip(&sample.people) {
            let mut writer = if number == 1 { Writer::begin(1) } else { writers[0].1.copy(number) };
            writer.now = START - 31 * 86_400;
            writer.does(Command::IntroduceMyself {
                name: person.name.clone(),
                agency: person.agency.clone(),
                role: person.role.clone(),
            });
            if number > 1 {
                writers[0].1.takes_from(&mut writer);
            }
            writers.push((person.name.clone(), writer));
        }
        let mut document = writers[0].1.doc.clone();
        for step in sample.steps(START) {
            let writer = &mut writers.iter_mut().find(|(name, _)| *name == step.by).expect("every author is one of its people").1;
            writer.doc = document.clone();
            writer.now = step.when;
            writer.does(step.command);
            document = writer.doc.clone();
        }
        let mut cast = Self { writers, made: BTreeMap::new() };
        cast.all_have(&document);
        cast
    }

    fn all_have(&mut self, document: &automerge::Automerge) {
        self.writers.iter_mut().for_each(|(_, writer)| writer.doc = document.clone());
    }

    fn does(&mut self, act: &SampleAct, place: usize) -> automerge::Automerge {
        let writer = &mut self.writers.iter_mut().find(|(name, _)| *name == act.by).expect("one of its people").1;
        let command = act.command(&writer.doc, &self.made, START).unwrap();
        writer.now = act.when(START, place);
        let done = writer.does(command);
        if let (Some(name), Some(id)) = (&act.makes, done.id) {
            self.made.insert(name.clone(), id);
        }
        writer.doc.clone()
    }

    /// The rest, one after another, and what two do apart.
    fn play_rest(&mut self, sample: &Sample) {
        for (place, act) in sample.rest().iter().enumerate() {
            let document = self.does(act, place);
            self.all_have(&document);
        }
        let mut apart: Vec<automerge::Automerge> =
            sample.apart().iter().enumerate().map(|(place, act)| self.does(act, place)).collect();
        let mut document = apart.remove(0);
        apart.iter_mut().for_each(|other| {
            document.merge(other).unwrap();
        });
        self.all_have(&document);
    }
}

#[test]
fn larch_is_written_by_its_people_and_reads_well_in_a_terminal() {
    let sample = sample_larch();
    let mut cast = Cast::play(&sample);
    cast.play_rest(&sample);
    let doc = &cast.writers[0].1.doc;
    let view = kith_assessment::view(doc);
    assert_eq!(view.entries().count(), 32);
    assert_eq!((view.voices.len(), view.planned.goals.len(), view.planned.actions.len(), view.strands.len()), (6, 3, 6, 3));
    let waiting: Vec<&Mark> = view.marks.iter().filter(|mark| !matches!(mark, Mark::NotYetAsked { .. })).collect();
    let [Mark::TwoVersions(two)] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!(two.label, "the day when an action is due");
    assert!(view.newer.is_empty(), "{:?}", view.newer);
    // What it is meant to show: one action overdue, one voice unanswered, one entry that may be out of date, no hint, one side unasked.
    assert_eq!(view.planned.actions.iter().filter(|action| action.is_overdue(TODAY)).count(), 1);
    assert_eq!(view.voices.iter().filter(|voice| !voice.is_answered()).count(), 1);
    assert_eq!(stale(&view, TODAY).len(), 1);
    let hints: Vec<_> = view
        .planned
        .goals
        .iter()
        .flat_map(|goal| &goal.hints)
        .chain(view.planned.actions.iter().flat_map(|a| &a.hints))
        .collect();
    assert!(hints.is_empty(), "{hints:?}");
    // A version in plain words stands for the young people: each part easy to read, and nothing in it about which somebody must decide.
    assert!(view.families.parts.iter().all(|part| part.twin.as_ref().is_some_and(|twin| !twin.out_of_date)));
    let hard: Vec<_> = view.families.parts.iter().filter(|part| part.reading.as_ref().is_none_or(|one| !one.plain)).collect();
    assert!(hard.is_empty(), "{hard:?}");
    let [version] = view.families.versions.as_slice() else { panic!("{:?}", view.families.versions) };
    assert!(version.stands && version.content.parts.len() == 8 && version.content.actions.len() == 6, "{version:?}");
    let replies: Vec<_> = view.families.replies.iter().map(|one| (one.whose.as_str(), one.other_families)).collect();
    assert_eq!(replies, [("A", true)]);
    let checker =
        Checker::new(Lists::shipped(), &["Keziah Ansah-Rowe", "Tomasz Harrowgill", "Aaliyah Brannick"].map(caseload_name));
    assert_eq!(version_hints(&version.content, &checker), VersionHints::default());
    assert!(view.marks.iter().any(|mark| matches!(mark, Mark::NotYetAsked { label, .. } if label.starts_with("Parents'"))));
    let mine = PersonId(cast.writers[0].1.person);
    let tasks: Vec<String> = tasks(&view, Some(&mine), TODAY).into_iter().map(|task| task.kind).collect();
    for kind in ["voice-not-answered", "answer-not-told", "two-versions", "overdue-action", "stale"] {
        assert!(tasks.iter().any(|task| task == kind), "{kind} in {tasks:?}");
    }
    insta::assert_snapshot!("larch_in_a_terminal", plain_text(&view));
    insta::assert_snapshot!("larch_history", history_text(&history(doc)));
    let parts = [Part::Picture, Part::Plan, Part::Tasks, Part::Life].map(|part| part_text(&view, part, Some(&mine), TODAY));
    insta::assert_snapshot!("larch_parts", parts.join("\n"));
    let drawn = |sheet, then| picture_svg(&view.picture, sheet, Audience::Team, then, TODAY);
    insta::assert_snapshot!("larch_picture_places", drawn(Sheet::Places, None));
    insta::assert_snapshot!("larch_picture_then_and_now", drawn(Sheet::Places, Some("2026-04-17")));
    insta::assert_snapshot!("larch_picture_ties", drawn(Sheet::Ties, None));
    insta::assert_snapshot!("larch_picture_shared", picture_svg(&view.picture, Sheet::Places, Audience::Shared, None, TODAY));
    let a = cast.made.get("A").map(ToString::to_string);
    insta::assert_snapshot!("larch_case_notes", case_notes(&view, a.as_deref(), TODAY));
}

#[test]
fn no_name_of_a_young_person_is_in_larch_and_each_holder_has_theirs() {
    let sample = sample_larch();
    let mut cast = Cast::play(&sample);
    cast.play_rest(&sample);
    let all = serde_json::to_string(&kith_assessment::view(&cast.writers[0].1.doc)).unwrap();
    for name in ["Keziah", "Tomasz", "Tomek", "Aaliyah", "Ansah", "Harrowgill", "Brannick"] {
        assert!(!all.contains(name), "{name}");
    }
    let mut shown = Vec::new();
    for (number, record) in (0_u8..).zip(sample.strand_records(START).unwrap()) {
        let mut counter = 0_u8;
        let mut random = |bytes: &mut [u8]| {
            counter += 1;
            bytes.fill(counter);
        };
        let mut ctx = Context { person: [1; 16], device: [0x81; 16], now: START, random: &mut random };
        let (mut doc, _) = strand_genesis([number; 16], &ctx);
        for (when, command) in record.commands {
            ctx.now = when;
            apply_strand(&mut doc, &command, &mut ctx).unwrap();
        }
        let view = view_strand(&doc);
        shown.push((record.label, view.name.unwrap(), view.for_colleagues));
    }
    let expected = [
        ("A", "Keziah Ansah-Rowe", Agreement::Yes),
        ("B", "Tomasz Harrowgill", Agreement::InPart),
        ("C", "Aaliyah Brannick", Agreement::Yes),
    ];
    assert_eq!(shown, expected.map(|(label, name, agreement)| (label.to_owned(), name.to_owned(), Some(agreement))));
}
