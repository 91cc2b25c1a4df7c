//! An investigation as one file that needs nothing else: no script, no picture, nothing from elsewhere.
//! Everything in it was written by strangers, so that each writer has one way to put text down.

mod facts;
mod html;
mod markdown;

use daybook_model::{
    Entry, Seq, Timestamp, View,
    investigation::{Absence, DocumentFormat, Findings, Removed},
    paths,
};

/// How long an entry's states, and how long its context may be to be written down, in bytes of JSON.
const LONGEST: usize = 32 * 1024;

/// What a document says of itself.
#[derive(Debug, Clone)]
pub struct Made<'a> {
    /// The project, by its slug.
    pub project: &'a str,
    /// Where the server is, if that is known: `https://daybook.example.com`.
    pub site: Option<&'a str>,
    /// Who wrote it: an e-mail address, or the name of a token.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

impl Made<'_> {
    /// A link to an entry, where it is known where the server is.
    fn link(&self, seq: Seq) -> Option<String> {
        let view = View { event: Some(seq), ..View::default() };
        self.site.map(|site| format!("{site}{}?{view}", paths::log(self.project)))
    }
}

/// The file.
pub fn write(findings: &Findings, made: &Made<'_>, format: DocumentFormat) -> String {
    match format {
        DocumentFormat::Html => html::write(findings, made),
        DocumentFormat::Markdown => markdown::write(findings, made),
    }
}

/// What a document takes of an entry: of what is too long it says so.
pub fn part(mut entry: Entry) -> Entry {
    let long =
        |json: Result<String, serde_json::Error>| json.is_ok_and(|json| json.len() > LONGEST);
    if entry.event.change.as_ref().is_some_and(|change| long(serde_json::to_string(change))) {
        entry.event.change = None;
        entry.omitted.push("change".into());
    }
    if entry.event.context.as_ref().is_some_and(|context| long(serde_json::to_string(context))) {
        entry.event.context = None;
        entry.omitted.push("context".into());
    }
    entry
}

/// Puts more behind a text.
fn add(out: &mut String, more: &str) {
    out.push_str(more);
}

/// `2026-11-20 13:32:04.118 UTC`.
fn time(at: Timestamp) -> String {
    at.to_utc().format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string()
}

/// Why an entry is not shown, in words.
fn missing(why: Option<Absence>, removed: Option<&Removed>) -> String {
    let why = why.map_or("It is not shown", Absence::label);
    match removed {
        Some(Removed { run, at, entry }) => {
            format!("{why}: run {run}, {}, of which the entry {entry} tells", time(*at))
        }
        None => why.to_owned(),
    }
}

/// What an entry omits, in words.
fn omitted(entry: &Entry) -> Option<String> {
    let parts: Vec<_> = entry
        .omitted
        .iter()
        .map(|part| if part == "change" { "states before and after" } else { part.as_str() })
        .collect();
    let parts = parts.join(", ");
    (!parts.is_empty()).then(|| format!("Too long for a document, and in the log alone: {parts}."))
}

/// What is told at the head of a document.
fn heading(findings: &Findings, made: &Made<'_>) -> [String; 2] {
    let it = &findings.investigation;
    let entries = if it.pins == 1 { "1 entry".to_owned() } else { format!("{} entries", it.pins) };
    [
        format!(
            "{} · opened by {} on {} · {entries}",
            it.status.label(),
            it.opened_by,
            time(it.opened_at)
        ),
        format!(
            "Investigation {} of the project {}, written down by {} on {}. Entries are as the log has them for whoever wrote this.",
            it.number,
            made.project,
            made.by,
            time(made.at)
        ),
    ]
}

/// A text in which nothing is hidden: what has no shape of its own, or turns the order of others around,
/// is named instead. Lines stay.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => {
                add(&mut shown, &format!("<U+{:04X}>", u32::from(c)));
            }
            c if c.is_control() => add(&mut shown, &format!("<U+{:04X}>", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}
