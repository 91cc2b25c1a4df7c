//! Entries for people and for programs.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use daybook_model::{Entry, export::Formulas};

use crate::{
    cli::CliError,
    export::{
        columns::{Cell, Columns},
        csv::Csv,
        encode::Encoder as _,
    },
};

/// How entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Columns for people
    Table,
    /// An entry a line
    Json,
    /// CSV with a header
    Csv,
}

/// How entries are written.
#[derive(Debug, Clone, Args)]
pub(super) struct Output {
    /// How entries are written
    #[arg(long, short, value_enum, default_value = "table")]
    output: Form,
    /// Which columns a table or CSV has: those of the page or of an export, with commas between
    #[arg(
        long,
        default_value = "time,actor_name,method,status,resource_type,resource_name,action"
    )]
    columns: String,
}

/// How wide a cell of a table is at most.
const WIDEST: usize = 40;

/// Writes entries to standard output.
pub(super) struct Printer {
    form: Form,
    columns: Columns,
    csv: Csv,
    begun: bool,
}

impl Output {
    pub(super) fn printer(&self) -> Result<Printer, CliError> {
        let columns = Columns::parse(&self.columns).map_err(|e| CliError::say(e.to_string()))?;
        let csv = Csv::new(columns.clone(), Formulas::Escaped);
        Ok(Printer { form: self.output, columns, csv, begun: false })
    }

    /// Whether what it writes needs whole entries.
    pub(super) fn is_json(&self) -> bool {
        self.output == Form::Json
    }
}

impl Printer {
    /// Writes some entries; those that are written together have one width in a table.
    pub(super) fn print(&mut self, entries: &[Entry]) -> Result<(), CliError> {
        let mut out = Vec::new();
        let first = !std::mem::replace(&mut self.begun, true);
        match self.form {
            Form::Json => {
                for entry in entries {
                    serde_json::to_writer(&mut out, entry)
                        .map_err(io::Error::other)
                        .map_err(failed)?;
                    out.push(b'\n');
                }
            }
            Form::Csv => {
                let broken = |e: crate::export::encode::EncodeError| CliError::say(e.to_string());
                if first {
                    self.csv.begin(&mut out).map_err(broken)?;
                }
                for entry in entries {
                    self.csv.entry(entry, &mut out).map_err(broken)?;
                }
            }
            Form::Table => table(&self.columns, entries, first, &mut out),
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&out).and_then(|()| stdout.flush()).map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: io::Error) -> CliError {
    CliError::say(format!("what was read cannot be written: {error}"))
}

fn table(columns: &Columns, entries: &[Entry], head: bool, out: &mut Vec<u8>) {
    let names = columns.list().iter().map(|column| column.name().to_uppercase().replace('_', " "));
    let mut rows: Vec<Vec<String>> = Vec::new();
    if head {
        rows.push(names.collect());
    }
    let row = |entry: &Entry| columns.list().iter().map(|c| shown(&c.cell(entry))).collect();
    rows.extend(entries.iter().map(row));
    let widths: Vec<usize> = (0..columns.list().len())
        .map(|i| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0))
        .collect();
    for row in rows {
        let mut line = String::new();
        for (cell, &width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        out.extend_from_slice(line.trim_end().as_bytes());
        out.push(b'\n');
    }
}

/// A cell as people read it. Strangers chose the text: nothing in it moves the cursor.
fn shown(cell: &Cell<'_>) -> String {
    let text = match cell {
        Cell::Absent => "—".to_owned(),
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Time(at) => at.to_string(),
        Cell::Json(value) => value.to_string(),
    };
    let harmless = |c: char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns { '\u{fffd}' } else { c }
    };
    let mut text: String = text.chars().map(harmless).take(WIDEST + 1).collect();
    if text.chars().count() > WIDEST {
        text = text.chars().take(WIDEST - 1).chain(['…']).collect();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_does_not_speak_to_the_terminal() {
        assert_eq!(shown(&Cell::Text("\u{1b}[2Jgone\u{202e}".into())), "\u{fffd}[2Jgone\u{fffd}");
        assert_eq!(shown(&Cell::Text("x".repeat(90).into())).chars().count(), WIDEST);
    }
}
