//! Tables for a terminal: columns as wide as their widest cell, figures to the right.

use std::fmt;

/// A table that is printed when it is complete.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these column heads. A head that starts with `>` stands over figures: its column is set to the right.
    pub(crate) fn new<const COLUMNS: usize>(heads: [&str; COLUMNS]) -> Self {
        Self { heads: heads.map(String::from).to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells that are missing stay empty.
    pub(crate) fn row<const COLUMNS: usize>(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let right: Vec<bool> = self.heads.iter().map(|head| head.starts_with('>')).collect();
        let heads: Vec<String> = self.heads.iter().map(|head| head.trim_start_matches('>').into()).collect();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).chain(heads.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
        for row in [&heads, &rule].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for ((cell, &width), &right) in row.iter().zip(&widths).zip(&right) {
                let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
                line += &if right { format!("{padding}{cell}  ") } else { format!("{cell}{padding}  ") };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_figures_stand_to_the_right() {
        let mut table = Table::new(["what", ">how many"]);
        table.row(["é".into(), "7".into()]);
        table.row(["longer than its head".into(), "1,200".into()]);
        let lines = [
            "what                  how many",
            "--------------------  --------",
            "é                            7",
            "longer than its head     1,200\n",
        ];
        assert_eq!(table.to_string(), lines.join("\n"));
    }
}
