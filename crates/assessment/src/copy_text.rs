//! What is known, as plain text to paste elsewhere when somebody is in danger (R46): no hint, mark or id on the way.

use crate::view::{AssessmentView, EntryView};

/// Purpose and every entry, by side and dimension, each with who said it and when.
pub fn copy_text(view: &AssessmentView) -> String {
    let mut text = view.title.clone().unwrap_or_else(|| "An assessment without a name".to_owned());
    text.push('\n');
    if view.purpose.better.text.trim().is_empty() {
        text.push_str(&format!("{}\n", view.purpose.head));
    } else {
        text.push_str(&format!("What should be better: {}\n", view.purpose.better.text));
    }
    for side in &view.sides {
        let mut under = |heading: &str, entries: &[EntryView]| {
            if !entries.is_empty() {
                text.push_str(&format!("\n{heading}\n"));
                entries.iter().for_each(|entry| text.push_str(&line(entry)));
            }
        };
        for dimension in &side.dimensions {
            under(&format!("{} {}", dimension.id, dimension.title), &dimension.entries);
        }
        under(&side.title, &side.entries);
    }
    if !view.elsewhere.is_empty() {
        text.push_str("\nElsewhere\n");
        view.elsewhere.iter().for_each(|entry| text.push_str(&line(entry)));
    }
    text
}

fn line(entry: &EntryView) -> String {
    let from = entry.provenance.said_by.as_deref().unwrap_or(&entry.by.name);
    let how = [
        Some(from),
        entry.provenance.basis.as_ref().map(crate::Basis::words),
        entry.provenance.first_hand_or_passed_on.as_ref().map(crate::Heard::words),
        entry.provenance.date.as_deref(),
    ];
    let how: Vec<&str> = how.into_iter().flatten().collect();
    format!("- {}: {} ({})\n", entry.kind.words(), entry.text, how.join(", "))
}
