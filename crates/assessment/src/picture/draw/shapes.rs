//! Boxes: what stands in each, and what each is called for whoever does not see it.

use super::super::layout::{self, Rect, width_of, wrapped};
use super::super::look::{AdultView, PictureView, PlaceView};
use super::super::summary::{Lasts, how_words, said_by_then};
use super::super::{GROUP, write};
use super::{NORMAL, SMALL, STRONG, Shape, TextLine};
use crate::vocabulary::PlaceIs;

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
pub(super) struct Part {
    pub(super) id: String,
    pub(super) what: &'static str,
    pub(super) name: String,
    pub(super) how: Option<String>,
    pub(super) state: &'static str,
    pub(super) lines: Vec<(String, &'static str)>,
    pub(super) width: i32,
    pub(super) turn: i64,
}

impl Part {
    fn new(id: &str, what: &'static str, name: String, width: i32, texts: &[Words]) -> Self {
        let inner = width - 2 * 12;
        let lines =
            texts.iter().flat_map(|one| wrapped(&one.text, inner, size_of(one.size)).into_iter().map(|line| (line, one.size)));
        let lines = lines.collect();
        Self { id: id.to_owned(), what, name, how: None, state: "", lines, width, turn: 0 }
    }

    pub(super) fn height(&self) -> i32 {
        self.lines.iter().map(|(_, size)| size_of(size) + 5).sum::<i32>() + 2 * 10
    }

    pub(super) fn shape(self, at: &Rect) -> Shape {
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
pub(super) struct Moments<'m> {
    pub(super) then: Option<&'m str>,
    pub(super) now: &'m str,
}

impl Moments<'_> {
    /// Whether a thing is drawn, and what became of it.
    pub(super) fn state(&self, thing: &dyn Lasts) -> Option<&'static str> {
        let now = thing.is_so_on(self.now);
        match self.then.map(|then| thing.is_so_on(then)) {
            None | Some(true) if now => Some(""),
            Some(false) if now => Some("added"),
            Some(true) => Some("ended"),
            _ => None,
        }
    }
}

pub(super) fn with_state(state: &str, words: &str) -> String {
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

pub(super) fn place_part(place: &PlaceView, moments: &Moments<'_>) -> Option<Part> {
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

pub(super) fn adult_part(adult: &AdultView, moments: &Moments<'_>) -> Option<Part> {
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

pub(super) fn group_part(view: &PictureView, moments: &Moments<'_>) -> Part {
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

/// The box of somebody on a circle. Its size comes from its words, never from ties.
pub(super) fn on_circle(id: &str, what: &'static str, text: String, caption: &'static str, turn: Option<i64>) -> Part {
    let width = (width_of(&text, STRONG) + 2 * 14).clamp(56, 148);
    let width = if caption.is_empty() { width } else { width.max(width_of(caption, SMALL) + 2 * 14) };
    let name = if caption.is_empty() { format!("{text}.") } else { format!("{text}, {caption}.") };
    let mut texts = vec![words(text, "strong")];
    texts.extend(Some(words(caption, "small")).filter(|caption| !caption.text.is_empty()));
    let mut part = Part::new(id, what, name, width, &texts);
    part.turn = turn.unwrap_or_else(|| write::turn_of(id));
    part
}
