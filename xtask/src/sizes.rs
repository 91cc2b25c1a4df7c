//! How much the browser has to load for the first view.

use std::fs;
use std::path::Path;

use crate::{Result, paths};

/// The limits, in bytes with brotli.
const WASM_LIMIT: u64 = 300_000;
const TOTAL_LIMIT: u64 = 520_000;

/// The lines of the table: what it is called, how the names of its files end, and whether the first
/// view needs them. A file belongs to the first part that its name fits.
const PARTS: [(&str, &[&str], bool); 8] = [
    ("WASM", &["_bg.wasm"], true),
    ("chart library", &["echarts.js"], true),
    ("JS", &[".js"], true),
    ("CSS", &[".css"], true),
    ("fonts for more", &["-names.woff2", "newsreader.woff2"], false),
    ("fonts", &[".woff2"], true),
    ("HTML and icon", &[".html", ".svg"], true),
    ("WASM for more", &[".wasm"], false),
];

/// Prints the table, and fails if a limit is passed.
pub(crate) fn report() -> Result {
    let mut sums = [0; PARTS.len()];
    add_up(&paths::dist(), &mut sums)
        .map_err(|e| format!("Run `cargo xtask build` first: {e}."))?;
    let lines = |first: bool| PARTS.iter().zip(sums).filter(move |(part, _)| part.2 == first);
    let total: u64 = lines(true).map(|(_, size)| size).sum();
    println!("\nThe first view, with brotli");
    for ((name, ..), size) in lines(true) {
        row(name, size, (*name == "WASM").then_some(WASM_LIMIT));
    }
    row("total", total, Some(TOTAL_LIMIT));
    println!("Loaded later, or when it is shown");
    for ((name, ..), size) in lines(false) {
        row(name, size, None);
    }
    if sums[0] > WASM_LIMIT || total > TOTAL_LIMIT {
        return Err("Make the app smaller: a limit is passed.".to_owned());
    }
    Ok(())
}

fn row(name: &str, bytes: u64, limit: Option<u64>) {
    let limit = limit.map_or_else(String::new, |limit| {
        let mark = if bytes <= limit { "✓" } else { "✗" };
        format!("   {mark} at most {} kB", limit / 1000)
    });
    println!("  {name:<16}{:>8.1} kB{limit}", bytes as f64 / 1000.0);
}

/// Adds the size that each file to be loaded has on the wire to its part.
fn add_up(folder: &Path, sums: &mut [u64]) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        if path.is_dir() {
            add_up(&path, sums)?;
        } else if let Some(part) = part(&name) {
            let compressed = fs::metadata(format!("{name}.br"));
            sums[part] += compressed.or_else(|_| fs::metadata(&path))?.len();
        }
    }
    Ok(())
}

/// The part a file belongs to: none for the compressed forms of another.
fn part(name: &str) -> Option<usize> {
    PARTS.iter().position(|(_, ends, _)| ends.iter().any(|end| name.ends_with(end)))
}
