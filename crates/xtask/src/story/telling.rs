//! The voice of the story: numbered steps, plain paragraphs, and what stands on somebody's screen.

use std::time::Instant;

/// Columns of a page.
const WIDTH: usize = 92;

/// Tells the story.
pub(super) struct Teller {
    step: usize,
    began: Instant,
}

impl Teller {
    pub(super) fn new() -> Self {
        Self { step: 0, began: Instant::now() }
    }

    /// A new step of the story.
    pub(super) fn step(&mut self, title: &str) {
        self.step += 1;
        println!("\n{:>2}. {title}   [{:.1} s]", self.step, self.began.elapsed().as_secs_f64());
    }

    /// A paragraph.
    pub(super) fn say(&self, text: &str) {
        for line in wrapped(text, WIDTH - 4) {
            println!("    {line}");
        }
    }

    /// What somebody sees, as it is.
    pub(super) fn screen(&self, whose: &str, text: &str) {
        println!("    {whose}:");
        for line in text.trim_end().lines() {
            println!("      | {line}");
        }
    }

    /// A paragraph of the assessment, under a label.
    pub(super) fn quote(&self, label: &str, text: &str) {
        println!("    {label}:");
        for line in wrapped(text, WIDTH - 8) {
            println!("      | {line}");
        }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
