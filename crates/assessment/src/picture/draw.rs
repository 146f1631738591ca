//! The drawing: shapes, lines, legend, source and date. A screen and a file draw the same one; the rules of drawing are here.

use serde::{Deserialize, Serialize};

use super::layout::{self, Rect, width_of, wrapped};
use super::look::{AdultView, PictureView, PlaceView, TieView};
use super::rules::{Audience, for_audience};
use super::summary::{Lasts, NOW, capital, ends_words, how_words, said_by_then, tie_words};
use super::{GROUP, look::listed, write};
use crate::dates::long_day;
use crate::vocabulary::{Direction, PlaceIs, Strength, TieKind};

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
    /// "group", "place", "adult", "strand", "friend" or "part".
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
/// Ties of which each gets a number that the legend explains, where words on the lines would touch.
const MOST_NUMBERS: usize = 40;

/// A text of a box before it has its place.
struct Words {
    text: String,
    size: &'static str,
}

fn size_of(size: &str) -> i32 {
    match size {
        "small" => SMALL,
        "strong" => STRONG,
        _ => NORMAL,
    }
}

fn words(text: impl Into<String>, size: &'static str) -> Words {
    Words { text: text.into(), size }
}

/// A box before it has its place.
struct Part {
    id: String,
    what: &'static str,
    name: String,
    how: Option<String>,
    state: &'static str,
    lines: Vec<(String, &'static str)>,
    width: i32,
    turn: i64,
}

impl Part {
    fn new(id: &str, what: &'static str, name: String, width: i32, texts: &[Words]) -> Self {
        let inner = width - 2 * 12;
        let lines =
            texts.iter().flat_map(|one| wrapped(&one.text, inner, size_of(one.size)).into_iter().map(|line| (line, one.size)));
        let lines = lines.collect();
        Self { id: id.to_owned(), what, name, how: None, state: "", lines, width, turn: 0 }
    }

    fn height(&self) -> i32 {
        self.lines.iter().map(|(_, size)| size_of(size) + 5).sum::<i32>() + 2 * 10
    }

    fn shape(self, at: &Rect) -> Shape {
        // Text stands in the middle of a box that is higher than it needs to be.
        let mut y = at.y + 10 + (at.height - self.height()) / 2;
        let mut lines = Vec::with_capacity(self.lines.len());
        for (text, size) in self.lines {
            y += size_of(size) + 5;
            lines.push(TextLine { x: at.x + at.width / 2, y: y - 5, text, size: size.to_owned() });
        }
        Shape {
            id: self.id,
            what: self.what.to_owned(),
            name: self.name,
            x: at.x,
            y: at.y,
            width: at.width,
            height: at.height,
            corner: if matches!(self.what, "place" | "group") { 4 } else { 18 },
            lines,
            how: self.how,
            state: self.state.to_owned(),
            on: None,
            back: None,
        }
    }
}

/// Two moments, or now alone.
struct Moments<'m> {
    then: Option<&'m str>,
    now: &'m str,
}

impl Moments<'_> {
    /// Whether a thing is drawn, and what became of it.
    fn state(&self, thing: &dyn Lasts) -> Option<&'static str> {
        let now = thing.is_so_on(self.now);
        match self.then.map(|then| thing.is_so_on(then)) {
            None | Some(true) if now => Some(""),
            Some(false) if now => Some("added"),
            Some(true) => Some("ended"),
            _ => None,
        }
    }
}

fn with_state(state: &str, words: &str) -> String {
    match state {
        "added" => format!("{words}. New."),
        "ended" => format!("{words}. No longer so."),
        "changed" => format!("{words}. Changed."),
        _ => format!("{words}."),
    }
}

/// The mark of how a place is: a shape to see besides words to read.
fn sign(how: &PlaceIs) -> &'static str {
    match how {
        PlaceIs::Ok => "\u{2713}",
        PlaceIs::Depends => "~",
        PlaceIs::NotOk => "\u{2715}",
        _ => "?",
    }
}

fn place_part(place: &PlaceView, moments: &Moments<'_>) -> Option<Part> {
    let state = moments.state(place)?;
    let said = said_by_then(place, moments.now);
    let how = said.last().map_or(PlaceIs::NotKnown, |said| said.how.clone());
    let differ = said.iter().any(|one| one.how != how);
    let how_now = how_words(&said);
    let mut texts = vec![
        words(place.place_kind.words(), "small"),
        words(&place.name, "strong"),
        words(format!("{} {how_now}", if differ { "?" } else { sign(&how) }), "normal"),
    ];
    let mut name = format!("{}, {}: {how_now}", place.name, place.place_kind.words());
    let before = moments.then.filter(|_| state.is_empty()).map(|then| how_words(&said_by_then(place, then)));
    let changed = before.filter(|before| *before != how_now);
    if let Some(before) = &changed {
        texts.push(words(format!("then: {before}"), "small"));
        name.push_str(&format!("; then: {before}"));
    }
    for conduct in &place.conduct {
        let Some(conduct_state) = moments.state(conduct) else { continue };
        let no_longer = if conduct_state == "ended" { " (no longer)" } else { "" };
        let what = format!("Worry: {}, {}{no_longer}", conduct.who, conduct.what);
        name.push_str(&format!(". {what}"));
        texts.push(words(what, "small"));
    }
    if place.not_shared {
        texts.push(words("not in shared versions", "small"));
        name.push_str(". Not in shared versions");
    }
    let state = if changed.is_some() { "changed" } else { state };
    push_state(&mut texts, state);
    let mut part = Part::new(&place.kept.id, "place", with_state(state, &name), layout::FRAME_BOX, &texts);
    part.how = Some(if differ { PlaceIs::NotKnown.as_str().to_owned() } else { how.as_str().to_owned() });
    (part.state, part.turn) = (state, place.turn);
    Some(part)
}

fn push_state(texts: &mut Vec<Words>, state: &str) {
    match state {
        "added" => texts.push(words("new", "small")),
        "ended" => texts.push(words("no longer", "small")),
        _ => {}
    }
}

/// By whom an adult is trusted, on a drawing that names nobody.
fn trusted_words(adult: &AdultView) -> &'static str {
    match &adult.trusted_by {
        None => "not known who trusts them",
        Some(_) if adult.trusted_by_ids.iter().any(|id| id == GROUP) => "trusted by the group",
        Some(_) => "trusted by some of them",
    }
}

fn adult_part(adult: &AdultView, moments: &Moments<'_>) -> Option<Part> {
    let state = moments.state(adult)?;
    let trusted = trusted_words(adult);
    let mut texts = vec![words(&adult.role, "strong"), words(trusted, "normal")];
    let mut name = format!("{}, an adult, {trusted}", adult.role);
    if let Some(place) = &adult.place_name {
        texts.push(words(format!("at: {place}"), "small"));
        name.push_str(&format!(", at {place}"));
    }
    push_state(&mut texts, state);
    let mut part = Part::new(&adult.kept.id, "adult", with_state(state, &name), layout::FRAME_BOX, &texts);
    (part.state, part.turn) = (state, adult.turn);
    Some(part)
}

fn group_part(view: &PictureView, moments: &Moments<'_>) -> Part {
    let mut texts = vec![words("The group", "strong")];
    let mut name = "The group".to_owned();
    for one in view.parts.iter().filter(|part| !part.one) {
        let Some(state) = moments.state(one) else { continue };
        let note = one.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        let state = match state {
            "added" => ", new",
            "ended" => ", no longer",
            _ => "",
        };
        let line = format!("{}{note}{state}", one.name);
        name.push_str(&format!("; {line}"));
        texts.push(words(line, "normal"));
    }
    Part::new(GROUP, "group", format!("{name}."), 2 * layout::FRAME_BOX + layout::GAP, &texts)
}

/// The drawing for an audience, as of `today` ("YYYY-MM-DD"); with `then`, what changed since that day is marked.
pub fn draw(view: &PictureView, sheet: Sheet, audience: Audience, then: Option<&str>, today: &str) -> Drawing {
    let view = for_audience(view, audience);
    let moments = Moments { then: then.filter(|then| *then < today), now: if then.is_some() { today } else { NOW } };
    let mut drawing = match sheet {
        Sheet::Places => places(&view, &moments),
        Sheet::Ties => ties(&view, &moments),
    };
    finish(&mut drawing, &view, audience, &moments, today);
    drawing
}

fn nothing(sheet: Sheet) -> Drawing {
    let title = match sheet {
        Sheet::Places => "The group in its places",
        Sheet::Ties => "Ties, as they described them",
    };
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
    let mut drawing = nothing(Sheet::Places);
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

fn strength_of(tie: &TieView) -> i32 {
    match tie.strength {
        Some(Strength::Strong) => 2,
        Some(Strength::Middling) => 1,
        _ => 0,
    }
}

fn curve(id: &str, kind: &str, name: &str, path: String, state: &str, strength: i32) -> Curve {
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

/// Everybody at the end of a tie that is drawn. Size and place come from words and ids, never from ties.
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
        let text = capital(end);
        let width = (width_of(&text, STRONG) + 2 * 14).clamp(56, 148);
        let width = if caption.is_empty() { width } else { width.max(width_of(caption, SMALL) + 2 * 14) };
        let name = if caption.is_empty() { format!("{text}.") } else { format!("{text}, {caption}.") };
        let mut texts = vec![words(text, "strong")];
        texts.extend(Some(words(caption, "small")).filter(|caption| !caption.text.is_empty()));
        let mut part = Part::new(&end.to, what, name, width, &texts);
        part.turn = turns.into_iter().flatten().next().unwrap_or_else(|| write::turn_of(&end.to));
        parts.push(part);
    }
    parts.sort_by(|a, b| (a.turn, &a.id).cmp(&(b.turn, &b.id)));
    parts
}

fn ties(view: &PictureView, moments: &Moments<'_>) -> Drawing {
    let mut drawing = nothing(Sheet::Ties);
    let drawn = view.ties.iter().filter(|tie| tie.not_drawn.is_none());
    let drawn: Vec<(&TieView, &'static str)> = drawn.filter_map(|tie| moments.state(tie).map(|state| (tie, state))).collect();
    drawing.empty = drawn.is_empty();
    let parts = people(view, &drawn);
    let sizes: Vec<(i32, i32)> = parts.iter().map(|part| (part.width, part.height())).collect();
    let circle = layout::circle(&sizes, 640, TOP);
    let centre = (circle.centre.0 + MARGIN, circle.centre.1);
    let boxes: Vec<Rect> = circle.boxes.iter().map(moved).collect();
    let mut lines = Vec::new();
    for (tie, state) in &drawn {
        let at = |to: &str| parts.iter().position(|part| part.id == to).and_then(|index| boxes.get(index));
        let (Some(from), Some(to)) = (at(&tie.from.to), at(&tie.to.to)) else { continue };
        let bow = layout::bow(from, to, centre);
        let [a, b, c, d] = bow;
        let path = format!("M{} {}C{} {} {} {} {} {}", a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1);
        let name = format!("{}: {}. Said by {}", ends_words(tie), tie_words(tie), tie.said_by);
        let mut line = curve(&tie.kept.id, kind_class(&tie.tie_kind), &name, path, state, strength_of(tie));
        if tie.direction.is_some() {
            line.arrows.push(points(layout::arrow(c, d)));
        }
        if tie.direction == Some(Direction::Both) {
            line.arrows.push(points(layout::arrow(b, a)));
        }
        lines.push((line, bow, *tie));
    }
    drawing.shapes = parts.into_iter().zip(&boxes).map(|(part, rect)| part.shape(rect)).collect();
    steps(&mut drawing.shapes);
    drawing.width = circle.width + 2 * MARGIN;
    drawing.height = circle.height;
    drawing.description = format!(
        "{} between {} who described them and agreed. The table has every tie, drawn or not.",
        counted(lines.len(), "tie", "ties"),
        counted(drawing.shapes.len(), "end", "ends")
    );
    let numbered = label_lines(&mut lines, &boxes, drawing.width, drawing.height);
    let numbers: Vec<String> = match numbered {
        true => lines
            .iter()
            .filter_map(|(line, _, tie)| {
                line.label.as_ref().map(|label| format!("{}  {}: {}", label.text, ends_words(tie), tie_words(tie)))
            })
            .collect(),
        false => Vec::new(),
    };
    drawing.curves = lines.into_iter().map(|(line, _, _)| line).collect();
    drawing.legend = numbers.into_iter().map(|text| legend_line(text, None)).collect();
    drawing
}

type Line<'t> = (Curve, [(i32, i32); 4], &'t TieView);

/// Words on every line, if they all find a free place; else a number on each that finds one. Whether there are numbers.
fn label_lines(lines: &mut [Line<'_>], boxes: &[Rect], width: i32, height: i32) -> bool {
    let said = |tie: &TieView, state: &str| {
        let strength = tie.strength.as_ref().map_or("strength not known", Strength::words);
        let state = match state {
            "added" => "new: ",
            "ended" => "no longer: ",
            _ => "",
        };
        format!("{state}{}, {strength}", tie.tie_kind.words())
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

fn legend_line(text: String, sample: Option<Curve>) -> LegendLine {
    LegendLine { text: TextLine { x: 0, y: 0, text, size: "small".to_owned() }, sample }
}

/// Legend, source, date and limits, in every drawing.
fn finish(drawing: &mut Drawing, view: &PictureView, audience: Audience, moments: &Moments<'_>, today: &str) {
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
    let has_places = drawing.shapes.iter().any(|shape| shape.what == "place");
    for (is, words) in [
        (has_places, "\u{2713} OK \u{b7} ~ it depends \u{b7} \u{2715} not OK \u{b7} ? not known: as young people say it"),
        (arrows, "arrow: somebody said which way"),
        (drawing.sheet == Sheet::Ties, "the wider a line of friendship, family or support, the stronger they call it"),
        (drawing.sheet == Sheet::Ties, "drawn only: ties that those at their ends described and agreed to have drawn"),
        (moments.then.is_some(), "double border: new; broken border: no longer so"),
        (true, "Where things stand, and in which order, means nothing."),
    ] {
        if is {
            items.push(legend_line(words.to_owned(), None));
        }
    }
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
    for text in source(view, audience, moments, today) {
        for line in wrapped(&text, right - MARGIN, SMALL) {
            drawing.notes.push(TextLine { x: MARGIN, y, text: line, size: "small".to_owned() });
            y += 20;
        }
    }
    drawing.height = y;
}

fn source(view: &PictureView, audience: Audience, moments: &Moments<'_>, today: &str) -> Vec<String> {
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
