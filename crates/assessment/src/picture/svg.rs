//! The drawing as SVG: text stays text, every box and line is named, colours are the reader's own (`currentColor`), so that it
//! reads in light, in dark, in forced colours and on paper. No style attribute, no script, nothing from elsewhere.

use std::fmt::Write;

use super::draw::{Curve, Drawing, Shape, Sheet, TextLine, draw};
use super::look::PictureView;
use super::rules::Audience;

/// The picture of a sheet for an audience, as one SVG.
pub fn picture_svg(view: &PictureView, sheet: Sheet, audience: Audience, then: Option<&str>, today: &str) -> String {
    svg(&draw(view, sheet, audience, then, today))
}

/// Text for XML: what somebody typed can end no element and no attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn font_size(size: &str) -> i32 {
    match size {
        "small" => 13,
        "strong" => 17,
        _ => 15,
    }
}

fn text(out: &mut String, line: &TextLine, anchor: &str, class: &str) {
    let weight = if line.size == "strong" { " font-weight=\"700\"" } else { "" };
    let _ = write!(
        out,
        "<text class=\"kith-picture__{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" font-size=\"{}\"{weight} fill=\"currentColor\">{}</text>",
        line.x,
        line.y,
        font_size(&line.size),
        escaped(&line.text)
    );
}

fn curve(out: &mut String, curve: &Curve) {
    let dashes = if curve.dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{}\"", curve.dashes) };
    let _ = write!(
        out,
        "<path d=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"{}\" stroke-linecap=\"round\"{dashes}/>",
        curve.path, curve.width
    );
    for arrow in &curve.arrows {
        let _ = write!(out, "<polygon points=\"{}\" fill=\"currentColor\"/>", arrow.points);
    }
}

fn line(out: &mut String, line: &Curve) {
    let _ = write!(
        out,
        "<g class=\"kith-line kith-line--{} kith-is-{}\" role=\"img\" aria-label=\"{}\"><title>{}</title>",
        line.kind,
        if line.state.is_empty() { "so" } else { &line.state },
        escaped(&line.name),
        escaped(&line.name)
    );
    curve(out, line);
    out.push_str("</g>");
}

fn label(out: &mut String, line: &TextLine) {
    // A rim of the page's own colour keeps the words apart from the line under them.
    let _ = write!(
        out,
        "<text class=\"kith-picture__label\" x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"{}\" fill=\"currentColor\" stroke=\"Canvas\" stroke-width=\"5\" stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>",
        line.x,
        line.y,
        font_size(&line.size),
        escaped(&line.text)
    );
}

fn shape(out: &mut String, shape: &Shape) {
    let state = if shape.state.is_empty() { "so" } else { &shape.state };
    let _ = write!(
        out,
        "<g class=\"kith-shape kith-shape--{} kith-is-{state}\" role=\"group\" tabindex=\"0\" aria-label=\"{}\"><title>{}</title>",
        shape.what,
        escaped(&shape.name),
        escaped(&shape.name)
    );
    let dashes = if shape.state == "ended" { " stroke-dasharray=\"6 5\"" } else { "" };
    let mut border = |by: i32, width: i32| {
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\"{dashes}/>",
            shape.x - by,
            shape.y - by,
            shape.width + 2 * by,
            shape.height + 2 * by,
            shape.corner + by
        );
    };
    border(0, 2);
    if shape.state == "added" {
        border(4, 2);
    }
    for one in &shape.lines {
        text(out, one, "middle", "text");
    }
    out.push_str("</g>");
}

/// One SVG from a drawing.
pub fn svg(drawing: &Drawing) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kith-picture\" role=\"group\" viewBox=\"0 0 {} {}\" aria-label=\"{}\" font-family=\"system-ui, arial, sans-serif\">",
        drawing.width,
        drawing.height,
        escaped(&drawing.title)
    );
    let _ = write!(out, "<title>{}</title><desc>{}</desc>", escaped(&drawing.title), escaped(&drawing.description));
    text(&mut out, &drawing.heading, "start", "heading");
    drawing.curves.iter().for_each(|curve| line(&mut out, curve));
    drawing.shapes.iter().for_each(|one| shape(&mut out, one));
    drawing.curves.iter().filter_map(|curve| curve.label.as_ref()).for_each(|one| label(&mut out, one));
    out.push_str("<g class=\"kith-picture__legend\" role=\"group\" aria-label=\"Legend\">");
    for one in &drawing.legend {
        if let Some(sample) = &one.sample {
            let _ = write!(out, "<g class=\"kith-line kith-line--{}\" aria-hidden=\"true\">", sample.kind);
            curve(&mut out, sample);
            out.push_str("</g>");
        }
        text(&mut out, &one.text, "start", "note");
    }
    out.push_str("</g>");
    drawing.notes.iter().for_each(|note| text(&mut out, note, "start", "note"));
    out.push_str("</svg>");
    out
}
