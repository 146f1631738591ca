//! Legend, source, date and limits, which never leave a drawing.

use super::super::layout::{width_of, wrapped};
use super::super::look::{PictureView, listed};
use super::super::rules::Audience;
use super::lines::curve;
use super::shapes::Moments;
use super::{Curve, Drawing, LegendLine, MARGIN, SMALL, TextLine};
use crate::dates::long_day;

/// Of a drawing of ties.
pub(super) const WIDER_IS_STRONGER: &str = "the wider a line of friendship, family or support, the stronger they call it";

pub(super) fn legend_line(text: String, sample: Option<Curve>) -> LegendLine {
    LegendLine { text: TextLine { x: 0, y: 0, text, size: "small".to_owned() }, sample }
}

/// The legend, then the notes below it, in every drawing.
pub(super) fn finish(drawing: &mut Drawing, about: &[&str], compared: bool, notes: &[String]) {
    drawing.width = drawing.width.max(640 + 2 * MARGIN);
    let mut items: Vec<LegendLine> = Vec::new();
    let mut line = |kind: &str, words: &str| {
        let sample = curve(kind, kind, words, String::new(), "", 0);
        items.push(legend_line(words.to_owned(), Some(sample)));
    };
    let used = |kind: &str| drawing.curves.iter().any(|curve| curve.kind == kind);
    for (kind, words) in [
        ("goes", "a place they use"),
        ("trusts", "an adult they trust"),
        ("friendship", "friendship"),
        ("family", "family"),
        ("support", "support"),
        ("worry", "worry"),
    ] {
        if used(kind) {
            line(kind, words);
        }
    }
    let arrows = drawing.curves.iter().any(|curve| !curve.arrows.is_empty());
    let has_places = drawing.shapes.iter().any(|shape| shape.how.is_some());
    let mut say = |words: &str| items.push(legend_line(words.to_owned(), None));
    if has_places {
        say("\u{2713} OK \u{b7} ~ it depends \u{b7} \u{2715} not OK \u{b7} ? not known: as young people say it");
    }
    if arrows {
        say("arrow: somebody said which way");
    }
    about.iter().for_each(|words| say(words));
    if compared {
        say("double border: new; broken border: no longer so");
    }
    say("Where things stand, and in which order, means nothing.");
    let mut numbers = std::mem::take(&mut drawing.legend);
    numbers.append(&mut items);
    let mut y = drawing.height + 40;
    let mut x = MARGIN;
    let right = drawing.width - MARGIN;
    for mut one in numbers {
        let lead = if one.sample.is_some() { 52 } else { 0 };
        let wide = lead + width_of(&one.text.text, SMALL);
        // Many lines of one legend stand beside each other where there is room.
        if x > MARGIN && x + wide > right {
            x = MARGIN;
            y += 24;
        }
        let mut rest = wrapped(&one.text.text, right - x - lead, SMALL).into_iter();
        let first = rest.next().unwrap_or_default();
        (one.text.x, one.text.y, one.text.text) = (x + lead, y, first);
        if let Some(sample) = &mut one.sample {
            sample.path = format!("M{} {}L{} {}", x, y - 4, x + 44, y - 4);
        }
        drawing.legend.push(one);
        for text in rest {
            y += 20;
            let mut more = legend_line(text, None);
            (more.text.x, more.text.y) = (MARGIN, y);
            drawing.legend.push(more);
        }
        x += wide + 28;
    }
    y += 30;
    for text in notes {
        for line in wrapped(text, right - MARGIN, SMALL) {
            drawing.notes.push(TextLine { x: MARGIN, y, text: line, size: "small".to_owned() });
            y += 20;
        }
    }
    drawing.height = y;
}

/// Source, date and limits of a picture of the group.
pub(super) fn source(view: &PictureView, audience: Audience, moments: &Moments<'_>, today: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let when = match moments.then {
        Some(then) => format!("Then, {}, and now, {}.", long_day(then), long_day(today)),
        None => format!("As it stands on {}.", long_day(today)),
    };
    match audience {
        Audience::Shared => {
            notes.push(format!("{when} Source: young people and adults here. Safe places are left out on purpose."));
        }
        Audience::Team => {
            let kept = view.places.iter().map(|one| &one.kept).chain(view.adults.iter().map(|one| &one.kept));
            let kept = kept.chain(view.parts.iter().map(|one| &one.kept)).chain(view.ties.iter().map(|one| &one.kept));
            let mut names: Vec<String> = kept.map(|kept| kept.by.name.clone()).collect();
            names.sort();
            names.dedup();
            let by = if names.is_empty() { "nobody yet".to_owned() } else { listed(&names) };
            notes.push(format!("{when} Source: who said what is in the table; written down by {by}."));
            notes
                .push("For the professionals who write here: it leaves this assessment only inside a shared version.".to_owned());
        }
    }
    notes.push("It is about a group of friends. It shows what somebody said, not what is known of anybody.".to_owned());
    notes
}
