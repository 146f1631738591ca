//! Where everything stands: sizes of boxes by their text, a frame of boxes round the group, a circle without a head.
//!
//! Nothing here knows a tie. Order comes from ids (or from where somebody put a thing), size from text alone, so a young person with
//! many ties stands, and looks, like one with none; and two machines draw the same picture (no random numbers, no function whose
//! last digit differs between systems).

/// Distance between boxes, in the units of the drawing (a CSS pixel at full size).
pub(super) const GAP: i32 = 16;

/// A box, by its corner of least x and y.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Rect {
    pub(super) fn centre(&self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }

    /// Whether two boxes come closer than a distance.
    pub(super) fn is_near(&self, other: &Self, distance: i32) -> bool {
        self.x < other.x + other.width + distance
            && other.x < self.x + self.width + distance
            && self.y < other.y + other.height + distance
            && other.y < self.y + self.height + distance
    }

    /// The point of this box that is nearest to another point.
    pub(super) fn nearest(&self, (x, y): (i32, i32)) -> (i32, i32) {
        (x.clamp(self.x, self.x + self.width), y.clamp(self.y, self.y + self.height))
    }
}

/// How wide a character is, in thousandths of its font's size: a little more than in the widest of the usual system fonts, so that
/// a text never leaves its box.
fn thousandths(character: char) -> i32 {
    match character {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '|' | '!' | '\'' | ' ' | '\u{2019}' => 340,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 440,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '\u{2014}' | '\u{2026}' => 1_000,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0,
        'A'..='Z' => 760,
        'a'..='z' | '0'..='9' => 640,
        '\u{2e80}'.. => 1_080,
        _ => 780,
    }
}

/// The width of a text at a font size, rounded up.
pub(super) fn width_of(text: &str, size: i32) -> i32 {
    (text.chars().map(thousandths).sum::<i32>() * size).div_euclid(1_000) + 1
}

/// A text in lines that are no wider than `width`. A word that is wider is broken.
pub(super) fn wrapped(text: &str, width: i32, size: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width_of(&joined, size) <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in word.chars() {
            let mut longer = line.clone();
            longer.push(character);
            if width_of(&longer, size) > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A frame of boxes round one in the middle.
pub(super) struct Frame {
    pub(super) boxes: Vec<Rect>,
    pub(super) middle: Rect,
    /// The free space round the middle, in which lines can run without touching a box.
    pub(super) inside: Rect,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// How wide a box of the frame is.
pub(super) const FRAME_BOX: i32 = 208;
/// Room for the lines between the frame and its middle.
const ROOM: i32 = 52;

/// Boxes of these heights, in order with the clock from the top left: four above, four below, the rest left and right. One layer
/// only, so that a line from the middle to any box crosses no other.
pub(super) fn frame(heights: &[i32], middle_height: i32, top: i32) -> Frame {
    let count = heights.len();
    let rows = (count.saturating_sub(8)).div_ceil(2).max(1);
    let slots = 8 + 2 * rows;
    // Evenly round the frame, whatever the count.
    let slot = |index: usize| index * slots / count.max(1);
    let column = |place: usize| match place {
        0 => 0,
        1 => FRAME_BOX + ROOM,
        2 => 2 * FRAME_BOX + ROOM + GAP,
        _ => 3 * FRAME_BOX + 2 * ROOM + GAP,
    };
    let width = column(3) + FRAME_BOX;
    // Where a slot is: (column, row), row 0 above, 1 ..= rows beside the middle, rows + 1 below.
    let cell = |slot: usize| match slot {
        _ if slot < 4 => (slot, 0),
        _ if slot < 4 + rows => (3, slot - 3),
        _ if slot < 8 + rows => (3 - (slot - 4 - rows), rows + 1),
        _ => (0, rows - (slot - 8 - rows)),
    };
    let cells: Vec<(usize, usize)> = (0..count).map(|index| cell(slot(index))).collect();
    let row_height = |row: usize| {
        let here = cells.iter().zip(heights).filter(|((_, at), _)| *at == row);
        here.map(|(_, height)| *height).max().unwrap_or(0)
    };
    let mut tops = vec![top];
    for row in 0..=rows {
        let gap = if row == 0 || row == rows { ROOM } else { GAP };
        let empty = row_height(row) == 0;
        let last = tops.last().copied().unwrap_or(top);
        tops.push(if empty && row == 0 { last } else { last + row_height(row) + gap });
    }
    let beside: i32 = (1..=rows).map(row_height).sum::<i32>() + GAP * (rows as i32 - 1);
    let more = (middle_height - beside).max(0);
    // A middle that is higher than what stands beside it moves the row below it down.
    if let Some(last) = tops.last_mut() {
        *last += more;
    }
    let at = |row: usize| tops.get(row).copied().unwrap_or(top);
    let place = |((column_at, row), height): (&(usize, usize), &i32)| {
        // Above, boxes stand on one line; beside the middle they are spread over its height.
        let y = match *row {
            0 => at(0) + row_height(0) - height,
            row if row <= rows => at(row) + (row_height(row) - height) / 2 + more * (2 * row as i32 - 1) / (2 * rows as i32),
            row => at(row),
        };
        Rect { x: column(*column_at), y, width: FRAME_BOX, height: *height }
    };
    let boxes: Vec<Rect> = cells.iter().zip(heights).map(place).collect();
    let high = beside.max(middle_height);
    let (y, lower) = (at(1), (high - middle_height) / 2);
    let middle = Rect { x: column(1), y: y + lower, width: 2 * FRAME_BOX + GAP, height: middle_height };
    let below = row_height(rows + 1);
    let bottom = if below == 0 { y + high } else { at(rows + 1) + below };
    let inside = Rect {
        x: FRAME_BOX,
        y: y - if row_height(0) == 0 { 0 } else { ROOM },
        width: width - 2 * FRAME_BOX,
        height: high + if row_height(0) == 0 { 0 } else { ROOM } + if below == 0 { 0 } else { ROOM },
    };
    Frame { boxes, middle, inside, width, height: bottom }
}

const TURN: f64 = std::f64::consts::TAU;

/// Sine and cosine of a part of a turn (0 to 1), by their series: adding and multiplying give the same digits everywhere.
fn sine_and_cosine(part: f64) -> (f64, f64) {
    let part = part - part.floor();
    let quarter = (part * 4.0).floor();
    let angle = (part - quarter / 4.0) * TURN;
    let (mut sine, mut cosine, mut term) = (0.0, 0.0, 1.0);
    for power in 0..20_u8 {
        match power % 4 {
            0 => cosine += term,
            1 => sine += term,
            2 => cosine -= term,
            _ => sine -= term,
        }
        term = term * angle / f64::from(power + 1);
    }
    match quarter as i32 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// A circle of boxes.
pub(super) struct Circle {
    pub(super) boxes: Vec<Rect>,
    pub(super) centre: (i32, i32),
    pub(super) width: i32,
    pub(super) height: i32,
}

/// How far it is from a point to another.
pub(super) fn length(x: f64, y: f64) -> f64 {
    // The square root is exact to the last digit on every system.
    (x * x + y * y).sqrt()
}

/// Boxes of these sizes in a circle, with the clock: nobody is first, nobody is in the middle. Large boxes get more of the round.
pub(super) fn circle(sizes: &[(i32, i32)], least_width: i32, top: i32) -> Circle {
    let room = |(width, height): &(i32, i32)| length(f64::from(*width), f64::from(*height)) + f64::from(2 * GAP);
    let whole: f64 = sizes.iter().map(room).sum();
    let mut parts = Vec::with_capacity(sizes.len());
    let mut so_far = 0.0;
    for size in sizes {
        parts.push(if whole > 0.0 { (so_far + room(size) / 2.0) / whole } else { 0.0 });
        so_far += room(size);
    }
    let mut radius = (whole / TURN).max(190.0);
    let place = |radius: f64| -> Vec<Rect> {
        let boxes = sizes.iter().zip(&parts).map(|((width, height), part)| {
            let (sine, cosine) = sine_and_cosine(*part);
            let (x, y) = ((radius * sine).round() as i32, (-radius * cosine).round() as i32);
            Rect { x: x - width / 2, y: y - height / 2, width: *width, height: *height }
        });
        boxes.collect()
    };
    let mut boxes = place(radius);
    while too_near(&boxes) {
        radius *= 1.04;
        boxes = place(radius);
    }
    let left = boxes.iter().map(|one| one.x).min().unwrap_or(0);
    let right = boxes.iter().map(|one| one.x + one.width).max().unwrap_or(0);
    let high = boxes.iter().map(|one| one.y).min().unwrap_or(0);
    let low = boxes.iter().map(|one| one.y + one.height).max().unwrap_or(0);
    let width = (right - left).max(least_width);
    let (dx, dy) = ((width - (right - left)) / 2 - left, top - high);
    for one in &mut boxes {
        one.x += dx;
        one.y += dy;
    }
    Circle { boxes, centre: (dx, dy), width, height: low + dy }
}

fn too_near(boxes: &[Rect]) -> bool {
    boxes.iter().enumerate().any(|(index, one)| boxes.iter().skip(index + 1).any(|other| one.is_near(other, GAP)))
}

/// A curve between two boxes of a circle: it leaves each towards the middle, so that it passes behind no other box.
pub(super) fn bow(from: &Rect, to: &Rect, centre: (i32, i32)) -> [(i32, i32); 4] {
    let (start, end) = (edge(from, centre), edge(to, centre));
    let pulled = |(x, y): (i32, i32)| ((x + centre.0) / 2, (y + centre.1) / 2);
    [start, pulled(start), pulled(end), end]
}

/// Where the line from a box's middle to a point leaves the box.
pub(super) fn edge(one: &Rect, centre: (i32, i32)) -> (i32, i32) {
    let (x, y) = one.centre();
    let (dx, dy) = (f64::from(centre.0 - x), f64::from(centre.1 - y));
    let across = |half: i32, by: f64| if by == 0.0 { f64::INFINITY } else { (f64::from(half) / by).abs() };
    let share = across(one.width / 2, dx).min(across(one.height / 2, dy)).min(1.0);
    (x + (dx * share).round() as i32, y + (dy * share).round() as i32)
}

/// The point of a curve at a share of its length (0 to 100).
pub(super) fn point([a, b, c, d]: &[(i32, i32); 4], share: i32) -> (i32, i32) {
    let (t, u) = (i64::from(share), i64::from(100 - share));
    let one = |a: i32, b: i32, c: i32, d: i32| {
        let sum =
            u * u * u * i64::from(a) + 3 * u * u * t * i64::from(b) + 3 * u * t * t * i64::from(c) + t * t * t * i64::from(d);
        i32::try_from(sum / 1_000_000).unwrap_or_default()
    };
    (one(a.0, b.0, c.0, d.0), one(a.1, b.1, c.1, d.1))
}

/// A point of an arrow at the end of a line that comes from `from`: its tip and its two wings.
pub(super) fn arrow(from: (i32, i32), tip: (i32, i32)) -> [(i32, i32); 3] {
    let (dx, dy) = (f64::from(tip.0 - from.0), f64::from(tip.1 - from.1));
    let far = length(dx, dy).max(1.0);
    let (ux, uy) = (dx / far, dy / far);
    let wing = |side: f64| {
        let (x, y) = (-14.0 * ux - side * 7.0 * uy, -14.0 * uy + side * 7.0 * ux);
        (tip.0 + x.round() as i32, tip.1 + y.round() as i32)
    };
    [tip, wing(1.0), wing(-1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_give_the_sines_of_a_school_book() {
        for (part, sine, cosine) in [
            (0.0, 0.0, 1.0),
            (1.0 / 12.0, 0.5, 0.866_025_4),
            (0.25, 1.0, 0.0),
            (0.625, -std::f64::consts::FRAC_1_SQRT_2, -std::f64::consts::FRAC_1_SQRT_2),
        ] {
            let (s, c) = sine_and_cosine(part);
            assert!((s - sine).abs() < 1e-6 && (c - cosine).abs() < 1e-6, "{part}: {s} {c}");
        }
    }

    #[test]
    fn long_words_are_broken_and_no_line_is_too_wide() {
        for text in [
            "",
            "a",
            "the grandmother\u{2019}s kitchen",
            "Donaudampfschifffahrtsgesellschaft",
            "祖母の台所はみんなに開かれている",
        ] {
            let lines = wrapped(text, 120, 16);
            assert!(lines.iter().all(|line| width_of(line, 16) <= 120), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
