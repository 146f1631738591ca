//! What a guest sent, put into the strand record's own words: the same from every device.

use std::collections::BTreeMap;

use kith_assessment::{
    Arrived, ArrivedAgreement, ArrivedAnswer, ArrivedAttachment, ArrivedChoice, ArrivedDrawing, ArrivedMark, ArrivedOnPart,
    ArrivedOnPoint, ArrivedOnSummary, ArrivedOther, ArrivedTakingPart, EntryId, Fair, RightOrNot, Secret,
};
use kith_group::{
    Attachment, Audience, Choice, Drawing, IsFair, IsRight, OnAgreement, OnPoint, OnSummary, Said, Saying, TakingPart,
};

/// What arrived by the link that the record knows as `link`, and the recordings of its voice notes by the number of the attachment.
pub(super) fn arrived(link: EntryId, said: Said) -> (Arrived, BTreeMap<usize, Vec<u8>>) {
    let (attached, sounds) = attachments(said.attached);
    let (mut withdraws, mut answers, mut other) = (false, Vec::new(), None);
    match said.saying {
        Saying::Said(said) => answers = said,
        Saying::Withdrawn => withdraws = true,
        Saying::WantsToRead => other = Some(ArrivedOther::WantsToRead),
        Saying::OnPoints(points) => {
            other = Some(ArrivedOther::OnPoints { points: points.into_iter().map(on_point).collect() });
        }
        Saying::OnSummary(on) => other = Some(ArrivedOther::OnSummary(on_summary(on))),
        Saying::OnAgreement(on) => other = Some(ArrivedOther::OnAgreement(on_agreement(on))),
        Saying::Circle(circle) => other = Some(ArrivedOther::Circle(drawing(circle))),
    }
    let answers = answers.into_iter().map(|answer| ArrivedAnswer {
        question: answer.question,
        choices: choices(answer.choices),
        words: answer.words,
        skipped: answer.skipped,
        team: answer.audience == Audience::Team,
    });
    let arrived = Arrived {
        link,
        language: said.language,
        replaces: said.replaces.map(|item| EntryId(item.0)),
        withdraws,
        answers: answers.collect(),
        other,
        attached,
        code: said.code.map(|code| (code.verifier.to_string(), Secret(code.key))),
        together: None,
    };
    (arrived, sounds)
}

/// Voice notes and drawings in the record's words, and the recordings by the number of the attachment.
pub(super) fn attachments(all: Vec<Attachment>) -> (Vec<ArrivedAttachment>, BTreeMap<usize, Vec<u8>>) {
    let sounds = all.iter().enumerate().filter_map(|(number, attached)| match attached {
        Attachment::Voice { sound, .. } => Some((number, sound.clone())),
        Attachment::Drawing { .. } => None,
    });
    let sounds = sounds.collect();
    (all.into_iter().map(attached).collect(), sounds)
}

fn choices(choices: Vec<Choice>) -> Vec<ArrivedChoice> {
    choices.into_iter().map(|choice| ArrivedChoice { code: choice.code, words: choice.words }).collect()
}

fn on_point(on: OnPoint) -> ArrivedOnPoint {
    let fair = on.fair.map(|fair| match fair {
        IsFair::Yes => Fair::Yes,
        IsFair::NotReally => Fair::NotReally,
        IsFair::No => Fair::No,
    });
    ArrivedOnPoint { point: on.point, fair, why: on.why, take_out: on.take_out }
}

fn on_summary(on: OnSummary) -> ArrivedOnSummary {
    let parts = on.parts.into_iter().map(|part| {
        let right = match part.right {
            IsRight::Right => RightOrNot::Right,
            IsRight::Partly => RightOrNot::Partly,
            IsRight::NotRight => RightOrNot::NotRight,
            IsRight::NotKnown => RightOrNot::NotKnown,
        };
        ArrivedOnPart { part: part.part, right, why: part.why }
    });
    let parts = parts.collect();
    let OnSummary { version, missed, reply, other_families, .. } = on;
    ArrivedOnSummary { version, parts, missed, reply, other_families }
}

fn on_agreement(on: OnAgreement) -> ArrivedAgreement {
    let taking_part = on.taking_part.map(|answer| match answer {
        TakingPart::Yes => ArrivedTakingPart::Yes,
        TakingPart::InPart => ArrivedTakingPart::InPart,
        TakingPart::No => ArrivedTakingPart::No,
        TakingPart::TalkFirst => ArrivedTakingPart::TalkFirst,
        TakingPart::Later => ArrivedTakingPart::Later,
    });
    let OnAgreement { read, but_not, object, words, shown, .. } = on;
    ArrivedAgreement { read, taking_part, but_not: choices(but_not), object, words, shown }
}

fn attached(attachment: Attachment) -> ArrivedAttachment {
    match attachment {
        Attachment::Voice { question, media, seconds, sound } => {
            let bytes = u32::try_from(sound.len()).unwrap_or(u32::MAX);
            ArrivedAttachment::Voice { question, media, seconds, bytes }
        }
        Attachment::Drawing { question, drawing: drawn } => ArrivedAttachment::Drawing { question, drawing: drawing(drawn) },
    }
}

fn drawing(drawing: Drawing) -> ArrivedDrawing {
    let marks = drawing.marks.into_iter().map(|mark| ArrivedMark { x: mark.x, y: mark.y, sign: mark.sign, words: mark.words });
    ArrivedDrawing { marks: marks.collect(), lines: drawing.lines, words: drawing.words }
}
