//! The drawing: shapes, lines, legend, source and date. A screen and a file draw the same one; the rules of drawing are here.

use serde::{Deserialize, Serialize};

use super::layout::{self, Rect};
use super::look::{PictureView, TieView};
use super::rules::{Audience, for_audience};
use super::summary::{NOW, capital, ends_words, tie_words};
use lines::{Tied, curve};
use shapes::{Moments, Part, adult_part, group_part, place_part};

mod legend;
mod lines;
mod own;
mod shapes;

pub use own::draw_own_map;

/// Which of two drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum Sheet {
    /// The group in its places: what a picture opens as.
    Places,
    /// Ties that those at their ends described and agreed to have drawn.
    Ties,
}

/// One line of text, by the middle of its base line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TextLine {
    /// Its middle, or its beginning in a legend.
    pub x: i32,
    /// Its base line.
    pub y: i32,
    /// The text.
    pub text: String,
    /// "small", "normal" or "strong".
    pub size: String,
}

/// A box. Its size comes from its text alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Shape {
    /// What it shows: an id, or "group".
    pub id: String,
    /// "group", "place", "adult", "strand", "friend" or "part"; on an own map "me", too.
    pub what: String,
    /// Everything that it says, in one sentence: its name for whoever does not see it.
    pub name: String,
    /// Least x.
    pub x: i32,
    /// Least y.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// Radius of its corners.
    pub corner: i32,
    /// Its text.
    pub lines: Vec<TextLine>,
    /// Of a place: "ok", "depends", "not-ok", "not-known".
    pub how: Option<String>,
    /// Between two moments: "added", "ended", "changed"; else empty.
    pub state: String,
    /// Next to what it goes with a step with the clock.
    pub on: Option<String>,
    /// Next to what it goes with a step against it.
    pub back: Option<String>,
}

/// The head of an arrow: only where somebody said which way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Arrow {
    /// Three corners, "x,y x,y x,y".
    pub points: String,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Curve {
    /// Which tie, or which place or adult.
    pub id: String,
    /// "friendship", "family", "support", "worry"; "goes" to a place, "trusts" to an adult.
    pub kind: String,
    /// What it says, in one sentence.
    pub name: String,
    /// As the `d` of an SVG path.
    pub path: String,
    /// Its width. A worry is never wider than what protects.
    pub width: i32,
    /// Its dashes; empty for a whole line.
    pub dashes: String,
    /// Heads of arrows.
    pub arrows: Vec<Arrow>,
    /// What stands on it: words, or a number that the legend explains.
    pub label: Option<TextLine>,
    /// Between two moments: "added", "ended"; else empty.
    pub state: String,
}

/// One line of the legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct LegendLine {
    /// Its words.
    pub text: TextLine,
    /// A sample of a line of this kind, from its beginning to its end.
    pub sample: Option<Curve>,
}

/// A drawing with its legend, source and date, which never leave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Drawing {
    /// Which.
    pub sheet: Sheet,
    /// Its title.
    pub title: String,
    /// What it shows, in sentences.
    pub description: String,
    /// Width, in CSS pixels at full size.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// Where the title stands.
    pub heading: TextLine,
    /// Boxes, in the order in which they are read.
    pub shapes: Vec<Shape>,
    /// Lines, below the boxes.
    pub curves: Vec<Curve>,
    /// The legend.
    pub legend: Vec<LegendLine>,
    /// Source, date and limits, below the legend.
    pub notes: Vec<TextLine>,
    /// Nothing is drawn.
    pub empty: bool,
}

const NORMAL: i32 = 15;
const SMALL: i32 = 13;
const STRONG: i32 = 17;
const MARGIN: i32 = 16;
const TOP: i32 = 56;

/// The drawing for an audience, as of `today` ("YYYY-MM-DD"); with `then`, what changed since that day is marked.
pub fn draw(view: &PictureView, sheet: Sheet, audience: Audience, then: Option<&str>, today: &str) -> Drawing {
    let view = for_audience(view, audience);
    let moments = Moments { then: then.filter(|then| *then < today), now: if then.is_some() { today } else { NOW } };
    let mut drawing = match sheet {
        Sheet::Places => places(&view, &moments),
        Sheet::Ties => ties(&view, &moments),
    };
    let source = legend::source(&view, audience, &moments, today);
    let about: &[&str] = match sheet {
        Sheet::Places => &[],
        Sheet::Ties => {
            &[legend::WIDER_IS_STRONGER, "drawn only: ties that those at their ends described and agreed to have drawn"]
        }
    };
    legend::finish(&mut drawing, about, moments.then.is_some(), &source);
    drawing
}

fn nothing(sheet: Sheet, title: &str) -> Drawing {
    Drawing {
        sheet,
        title: title.to_owned(),
        description: String::new(),
        width: 0,
        height: TOP,
        heading: TextLine { x: MARGIN, y: 34, text: title.to_owned(), size: "strong".to_owned() },
        shapes: Vec::new(),
        curves: Vec::new(),
        legend: Vec::new(),
        notes: Vec::new(),
        empty: true,
    }
}

fn moved(rect: &Rect) -> Rect {
    Rect { x: rect.x + MARGIN, ..*rect }
}

/// Where each goes with one step round the picture.
fn steps(shapes: &mut [Shape]) {
    let ids: Vec<String> = shapes.iter().map(|shape| shape.id.clone()).collect();
    let count = ids.len();
    if count < 3 {
        return;
    }
    for (index, shape) in shapes.iter_mut().enumerate() {
        shape.on = ids.get((index + 1) % count).cloned();
        shape.back = ids.get((index + count - 2) % count).cloned();
    }
}

fn places(view: &PictureView, moments: &Moments<'_>) -> Drawing {
    let mut drawing = nothing(Sheet::Places, "The group in its places");
    let mut parts: Vec<Part> = view.places.iter().filter_map(|place| place_part(place, moments)).collect();
    parts.extend(view.adults.iter().filter_map(|adult| adult_part(adult, moments)));
    parts.sort_by(|a, b| (a.turn, &a.id).cmp(&(b.turn, &b.id)));
    drawing.empty = parts.is_empty() && !view.parts.iter().any(|part| !part.one && moments.state(part).is_some());
    let middle = group_part(view, moments);
    let heights: Vec<i32> = parts.iter().map(Part::height).collect();
    let frame = layout::frame(&heights, middle.height().max(96), TOP);
    let inside = moved(&frame.inside);
    let centre = moved(&frame.middle);
    let (mut count_places, mut count_adults) = (0, 0);
    for (part, rect) in parts.into_iter().zip(&frame.boxes) {
        let rect = moved(rect);
        let is_place = part.what == "place";
        let trusted = view.adults.iter().any(|adult| adult.kept.id == part.id && adult.trusted_by.is_some());
        if is_place {
            count_places += 1;
        } else {
            count_adults += 1;
        }
        if is_place || trusted {
            let end = inside.nearest(rect.centre());
            let end = rect.nearest(end);
            let start = layout::edge(&centre, end);
            let kind = if is_place { "goes" } else { "trusts" };
            let name = if is_place { "They go there" } else { "They trust this adult" };
            let path = format!("M{} {}L{} {}", start.0, start.1, end.0, end.1);
            drawing.curves.push(curve(&part.id, kind, name, path, part.state, 0));
        }
        drawing.shapes.push(part.shape(&rect));
    }
    steps(&mut drawing.shapes);
    drawing.shapes.insert(0, middle.shape(&centre));
    drawing.width = frame.width + 2 * MARGIN;
    drawing.height = frame.height;
    drawing.description = format!(
        "{} and {} round the group. The table says the same in words.",
        counted(count_places, "place", "places"),
        counted(count_adults, "adult", "adults")
    );
    drawing
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Everybody at the end of a tie that is drawn.
fn people(view: &PictureView, drawn: &[(&TieView, &'static str)]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for end in drawn.iter().flat_map(|(tie, _)| [&tie.from, &tie.to]) {
        if parts.iter().any(|part| part.id == end.to) {
            continue;
        }
        let turns = [
            view.young.iter().find(|one| one.id == end.to).map(|one| one.turn),
            view.parts.iter().find(|one| one.kept.id == end.to).map(|one| one.turn),
            view.adults.iter().find(|one| one.kept.id == end.to).map(|one| one.turn),
        ];
        let (what, caption) = match end.what.as_str() {
            "strand" => ("strand", ""),
            "friend" => ("friend", ""),
            "adult" => ("adult", "adult"),
            "part" => ("part", "part of the group"),
            _ => ("group", ""),
        };
        parts.push(shapes::on_circle(&end.to, what, capital(end), caption, turns.into_iter().flatten().next()));
    }
    parts
}

fn ties(view: &PictureView, moments: &Moments<'_>) -> Drawing {
    let mut drawing = nothing(Sheet::Ties, "Ties, as they described them");
    let drawn = view.ties.iter().filter(|tie| tie.not_drawn.is_none());
    let drawn: Vec<(&TieView, &'static str)> = drawn.filter_map(|tie| moments.state(tie).map(|state| (tie, state))).collect();
    drawing.empty = drawn.is_empty();
    let parts = people(view, &drawn);
    let tied = drawn.into_iter().map(|(tie, state)| Tied {
        id: tie.kept.id.clone(),
        kind: tie.tie_kind.clone(),
        from: tie.from.to.clone(),
        to: tie.to.to.clone(),
        strength: tie.strength.clone(),
        direction: tie.direction.clone(),
        ends: ends_words(tie),
        words: tie_words(tie),
        said_by: tie.said_by.clone(),
        state,
    });
    lines::on_a_circle(&mut drawing, parts, &tied.collect::<Vec<_>>());
    drawing.description = format!(
        "{} between {} who described them and agreed. The table has every tie, drawn or not.",
        counted(drawing.curves.len(), "tie", "ties"),
        counted(drawing.shapes.len(), "end", "ends")
    );
    drawing
}
