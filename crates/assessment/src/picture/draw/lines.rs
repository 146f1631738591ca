//! Lines: how each kind looks, boxes on a circle with ties between them, and the words on a line.

use super::super::layout::{self, Rect, width_of};
use super::legend::legend_line;
use super::shapes::{Part, with_state};
use super::{Arrow, Curve, Drawing, MARGIN, NORMAL, TOP, TextLine, moved, steps};
use crate::vocabulary::{Direction, Strength, TieKind};

/// Ties of which each gets a number that the legend explains, where words on the lines would touch.
const MOST_NUMBERS: usize = 40;

/// How a line looks: its width, its dashes. What protects is at least as wide as any worry, whatever its strength.
fn look_of(kind: &str, strength: i32) -> (i32, &'static str) {
    match kind {
        "worry" => (3, "2 7"),
        "goes" => (2, ""),
        "trusts" => (4, ""),
        "family" => (4 + strength, "16 5"),
        "support" => (4 + strength, "9 7"),
        _ => (4 + strength, ""),
    }
}

fn strength_of(strength: Option<&Strength>) -> i32 {
    match strength {
        Some(Strength::Strong) => 2,
        Some(Strength::Middling) => 1,
        _ => 0,
    }
}

pub(super) fn curve(id: &str, kind: &str, name: &str, path: String, state: &str, strength: i32) -> Curve {
    let (width, dashes) = look_of(kind, strength);
    Curve {
        id: id.to_owned(),
        kind: kind.to_owned(),
        name: with_state(state, name),
        path,
        width,
        dashes: dashes.to_owned(),
        arrows: Vec::new(),
        label: None,
        state: state.to_owned(),
    }
}

fn points(corners: [(i32, i32); 3]) -> Arrow {
    let corners: Vec<String> = corners.iter().map(|(x, y)| format!("{x},{y}")).collect();
    Arrow { points: corners.join(" ") }
}

fn kind_class(kind: &TieKind) -> &'static str {
    // Only our own words become a class; a kind of a newer Kith is drawn as a plain line with its word.
    match kind {
        TieKind::Family => "family",
        TieKind::Support => "support",
        TieKind::Worry => "worry",
        TieKind::Friendship | TieKind::Newer(_) => "friendship",
    }
}

/// A tie that is drawn, whatever it comes from.
pub(super) struct Tied {
    pub(super) id: String,
    pub(super) kind: TieKind,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) strength: Option<Strength>,
    pub(super) direction: Option<Direction>,
    /// "A and B".
    pub(super) ends: String,
    /// "friendship, strong, both ways".
    pub(super) words: String,
    /// Who said so.
    pub(super) said_by: String,
    pub(super) state: &'static str,
}

type Line<'t> = (Curve, [(i32, i32); 4], &'t Tied);

/// Sets boxes on a circle, in the order of their turns, and lines between them.
pub(super) fn on_a_circle(drawing: &mut Drawing, mut parts: Vec<Part>, ties: &[Tied]) {
    parts.sort_by(|a, b| (a.turn, &a.id).cmp(&(b.turn, &b.id)));
    let sizes: Vec<(i32, i32)> = parts.iter().map(|part| (part.width, part.height())).collect();
    let circle = layout::circle(&sizes, 640, TOP);
    let centre = (circle.centre.0 + MARGIN, circle.centre.1);
    let boxes: Vec<Rect> = circle.boxes.iter().map(moved).collect();
    let mut lines: Vec<Line<'_>> = Vec::new();
    for tie in ties {
        let at = |to: &str| parts.iter().position(|part| part.id == to).and_then(|index| boxes.get(index));
        let (Some(from), Some(to)) = (at(&tie.from), at(&tie.to)) else { continue };
        let bow = layout::bow(from, to, centre);
        let [a, b, c, d] = bow;
        let path = format!("M{} {}C{} {} {} {} {} {}", a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1);
        let name = format!("{}: {}. Said by {}", tie.ends, tie.words, tie.said_by);
        let mut line = curve(&tie.id, kind_class(&tie.kind), &name, path, tie.state, strength_of(tie.strength.as_ref()));
        if tie.direction.is_some() {
            line.arrows.push(points(layout::arrow(c, d)));
        }
        if tie.direction == Some(Direction::Both) {
            line.arrows.push(points(layout::arrow(b, a)));
        }
        lines.push((line, bow, tie));
    }
    drawing.shapes = parts.into_iter().zip(&boxes).map(|(part, rect)| part.shape(rect)).collect();
    steps(&mut drawing.shapes);
    drawing.width = circle.width + 2 * MARGIN;
    drawing.height = circle.height;
    let numbered = label_lines(&mut lines, &boxes, drawing.width, drawing.height);
    let explained = |(line, _, tie): &Line<'_>| {
        line.label.as_ref().map(|label| legend_line(format!("{}  {}: {}", label.text, tie.ends, tie.words), None))
    };
    drawing.legend = if numbered { lines.iter().filter_map(explained).collect() } else { Vec::new() };
    drawing.curves = lines.into_iter().map(|(line, _, _)| line).collect();
}

/// Words on every line, if they all find a free place; else a number on each that finds one. Whether there are numbers.
fn label_lines(lines: &mut [Line<'_>], boxes: &[Rect], width: i32, height: i32) -> bool {
    let said = |tie: &Tied, state: &str| {
        let strength = tie.strength.as_ref().map_or("strength not known", Strength::words);
        let state = match state {
            "added" => "new: ",
            "ended" => "no longer: ",
            _ => "",
        };
        format!("{state}{}, {strength}", tie.kind.words())
    };
    let texts: Vec<String> = lines.iter().map(|(line, _, tie)| said(tie, &line.state)).collect();
    let bows: Vec<[(i32, i32); 4]> = lines.iter().map(|(_, bow, _)| *bow).collect();
    let free = |taken: &[Rect], bow: &[(i32, i32); 4], text: &str| {
        let (wide, high) = (width_of(text, NORMAL) + 8, NORMAL + 7);
        let shares = [50, 42, 58, 35, 65, 28, 72, 22, 78, 16, 84];
        shares.iter().find_map(|share| {
            let (x, y) = layout::point(bow, *share);
            let rect = Rect { x: x - wide / 2, y: y - high / 2, width: wide, height: high };
            let within = rect.x >= 0 && rect.x + wide <= width && rect.y >= TOP - 16 && rect.y + high <= height;
            let clear = !taken.iter().chain(boxes).any(|other| rect.is_near(other, 3));
            (within && clear).then_some(rect)
        })
    };
    let mut taken: Vec<Rect> = Vec::new();
    for (text, bow) in texts.iter().zip(&bows) {
        match free(&taken, bow, text) {
            Some(rect) => taken.push(rect),
            None => break,
        }
    }
    let label = |rect: &Rect, text: String| {
        let (x, y) = rect.centre();
        TextLine { x, y: y + 5, text, size: "normal".to_owned() }
    };
    if taken.len() == lines.len() {
        for ((line, _, _), (rect, text)) in lines.iter_mut().zip(taken.iter().zip(texts)) {
            line.label = Some(label(rect, text));
        }
        return false;
    }
    if lines.len() > MOST_NUMBERS {
        return false;
    }
    taken.clear();
    for (number, (line, bow, _)) in (1_u32..).zip(lines.iter_mut()) {
        let text = number.to_string();
        if let Some(rect) = free(&taken, bow, &text) {
            line.label = Some(label(&rect, text));
            taken.push(rect);
        }
    }
    true
}
