//! A page of text for a terminal or a plain file: folded lines, headings, hanging labels.

use crate::limits::for_terminal;
use crate::view::Who;

/// Columns of a page.
pub(crate) const WIDTH: usize = 88;

/// How much of an id is shown: enough to name an entry on the command line.
const ID_SHOWN: usize = 6;

pub(crate) fn short(id: &str) -> String {
    id.chars().take(ID_SHOWN).collect()
}

pub(crate) fn name(who: &Who) -> String {
    match &who.agency {
        Some(agency) => format!("{}, {agency}", who.name),
        None => who.name.clone(),
    }
}

pub(crate) fn names(who: &[Who]) -> String {
    let mut names: Vec<&str> = who.iter().map(|who| who.name.as_str()).collect();
    names.dedup();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "somebody".to_owned(),
    }
}

/// Lines of text, folded at a width that is counted in characters.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    pub(crate) fn heading(&mut self, words: &str) {
        self.gap();
        self.line(0, words);
        self.rule('-', words);
    }

    pub(crate) fn rule(&mut self, character: char, under: &str) {
        let width = under.chars().count().min(WIDTH);
        self.text.extend(std::iter::repeat_n(character, width));
        self.text.push('\n');
    }

    pub(crate) fn line(&mut self, indent: usize, words: &str) {
        self.hanging(indent, "", words);
    }

    /// A label and a text whose further lines stand under its first; the column at which the text stands.
    pub(crate) fn hanging(&mut self, indent: usize, label: &str, words: &str) -> usize {
        let (label, words) = (for_terminal(label), for_terminal(words));
        let column = (indent + label.chars().count()).min(WIDTH / 2);
        let mut start = format!("{:indent$}{label}", "");
        for paragraph in words.trim_end().split('\n') {
            let mut width = start.chars().count();
            self.text.push_str(&start);
            let mut first = true;
            for word in paragraph.split_whitespace() {
                let length = word.chars().count();
                if !first && width + 1 + length > WIDTH {
                    self.text.push('\n');
                    self.text.extend(std::iter::repeat_n(' ', column));
                    width = column;
                } else if !first {
                    self.text.push(' ');
                    width += 1;
                }
                self.text.push_str(word);
                width += length;
                first = false;
            }
            // No spaces at a line's end, whatever stood there.
            let end = self.text.trim_end_matches(' ').len();
            self.text.truncate(end);
            self.text.push('\n');
            start = format!("{:column$}", "");
        }
        column
    }
}
