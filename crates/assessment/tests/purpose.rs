//! The purpose stands above everything that leaves an assessment; where it is not written yet, that is said instead (R16).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Writer;
use kith_assessment::{
    Audience, Command, Context, Kind, Sheet, SummaryCommand, apply_summary, case_notes, copy_text, picture_svg, plain_text,
    summary_genesis, summary_text, to_publish, view_summary,
};

const TODAY: &str = "2026-05-05";
const BETTER: &str = "They can spend their evenings without fear.";
const INSIDE: &str = "They wait for each other.";

fn answer(writer: &mut Writer) {
    let words = |words: &str| Some(words.to_owned());
    writer.does(Command::AnswerPurpose {
        trigger: Some(kith_assessment::Trigger::OverTime),
        why_now: None,
        better: words(BETTER),
        find_out: words("Talking."),
        could_go_wrong: words("Labels."),
        less_intrusive: words("Each of us alone."),
        lead_agency: None,
    });
}

fn texts(writer: &Writer) -> [(&'static str, String); 3] {
    let view = writer.view();
    [("as text", plain_text(&view)), ("to copy in danger", copy_text(&view)), ("for case notes", case_notes(&view, None, TODAY))]
}

#[test]
fn every_text_that_leaves_begins_with_the_purpose_or_says_that_it_is_not_written() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    priya.adds("1.6", Kind::Strength, INSIDE);
    for (which, text) in texts(&priya) {
        let (head, inside) = (text.find("Why: not yet written"), text.find(INSIDE));
        assert!(head.is_some() && head < inside, "{which}: {text}");
    }
    answer(&mut priya);
    for (which, text) in texts(&priya) {
        let (head, inside) = (text.find(BETTER), text.find(INSIDE));
        assert!(head.is_some() && head < inside, "{which}: {text}");
        assert!(!text.contains("Why: not yet written"), "{which}");
    }
}

#[test]
fn nothing_goes_to_readers_without_it_and_it_stands_above_what_does() {
    let mut priya = Writer::begin(1);
    priya.introduces("Priya Marsh", "children's social care");
    priya.does(Command::EditText { field: "analysis/summary".into(), text: INSIDE.into() });
    assert!(to_publish(&priya.view()).unwrap_err().to_string().contains("answer the purpose first"));
    answer(&mut priya);
    let content = to_publish(&priya.view()).unwrap();
    let mut count = 0;
    let mut random = |bytes: &mut [u8]| {
        count += 1;
        bytes.fill(count);
    };
    let mut ctx = Context { person: priya.person, device: priya.device, now: priya.now, random: &mut random };
    let (mut doc, _) = summary_genesis([7; 16], &ctx);
    apply_summary(&mut doc, &SummaryCommand::Publish(content), &mut ctx).unwrap();
    let text = summary_text(&view_summary(&doc, None));
    assert!(text.find(BETTER).unwrap() < text.find(INSIDE).unwrap(), "{text}");
}

/// The drawing by itself says what it is, of when, and what its marks mean; it leaves only inside a page that begins with the purpose.
#[test]
fn a_drawing_for_others_has_its_legend_its_source_and_its_day() {
    let priya = Writer::begin(1);
    for sheet in [Sheet::Places, Sheet::Ties] {
        let svg = picture_svg(&priya.view().picture, sheet, Audience::Shared, None, TODAY);
        assert!(svg.contains("5 May 2026") && svg.contains("means nothing"), "{svg}");
    }
}
