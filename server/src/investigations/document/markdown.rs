//! The document as Markdown (`CommonMark` with tables), for a ticket or a wiki.

use daybook_model::{
    Entry,
    investigation::{Comment, Findings, Pin},
    sentence,
};

use super::{
    Made, add,
    facts::{changes, context, facts},
    heading, missing, omitted, time, visible,
};

/// The file.
pub(super) fn write(findings: &Findings, made: &Made<'_>) -> String {
    let [head, about] = heading(findings, made).map(|text| line(&text));
    let mut out = format!("# {}\n\n{head}\n\n{about}\n", line(&findings.investigation.title));
    if !findings.comments.is_empty() {
        out.push_str("\n## Findings\n");
        said(&mut out, &findings.comments);
    }
    out.push_str("\n## Entries\n");
    if findings.pins.is_empty() {
        out.push_str("\nNone is pinned.\n");
    }
    for (at, pin) in (1..).zip(&findings.pins) {
        pinned(&mut out, at, pin, made);
    }
    out
}

fn pinned(out: &mut String, at: usize, pin: &Pin, made: &Made<'_>) {
    match (&pin.entry, pin.absent) {
        (Some(entry), _) => shown(out, at, entry, made),
        (None, why) => {
            let why = missing(why, pin.removed.as_ref());
            add(out, &format!("\n### {at}. Entry {}\n\n{}.\n", pin.seq, line(&why)));
        }
    }
    said(out, &pin.comments);
    add(out, &format!("\nPinned by {} on {}.\n", line(&pin.by), time(pin.at)));
}

fn shown(out: &mut String, at: usize, entry: &Entry, made: &Made<'_>) {
    let place = format!("Entry {}", entry.seq);
    // A link of ours has no character that ends it.
    let place = match made.link(entry.seq) {
        Some(link) => format!("[{place}](<{link}>)"),
        None => place,
    };
    let (what, when) = (line(&sentence(&entry.event)), time(entry.event.occurred_at));
    add(out, &format!("\n### {at}. {what}\n\n{when} · {place}\n\n| Field | Value |\n|---|---|\n"));
    for (label, value) in facts(entry) {
        add(out, &format!("| {label} | {} |\n", line(&value)));
    }
    if let Some(changes) = changes(entry) {
        out.push_str("\n| Changed | Before | After |\n|---|---|---|\n");
        for cells in changes {
            add(out, &format!("| {} |\n", cells.map(|cell| line(&cell)).join(" | ")));
        }
    }
    if let Some(context) = context(entry) {
        add(out, &format!("\nContext:\n\n{}\n", fenced(&visible(&context))));
    }
    if let Some(omitted) = omitted(entry) {
        add(out, &format!("\n{omitted}\n"));
    }
}

fn said(out: &mut String, comments: &[Comment]) {
    for Comment { by, at, text, .. } in comments {
        out.push('\n');
        for part in text.lines() {
            add(out, &format!("> {}\\\n", line(part)));
        }
        add(out, &format!("> — {}, {}\n", line(by), time(*at)));
    }
}

/// A text on one line, in which nothing means anything but itself: neither to Markdown nor to HTML.
fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An address by itself becomes a link where programs are eager.
            ':' | '@' => out.push_str(if c == ':' { "&#58;" } else { "&#64;" }),
            c if c.is_ascii_punctuation() && !matches!(c, ',' | '/' | ';' | '\'' | '"' | '%') => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A block that ends where it is meant to, whatever is in it.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}json\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::{fenced, line};

    #[test]
    fn what_strangers_wrote_stays_text() {
        assert_eq!(line("# <img src=x>"), "\\# &lt;img src\\=x&gt;");
        assert_eq!(line("[a](javascript:b) | c\n- d"), "\\[a\\]\\(javascript&#58;b\\) \\| c \\- d");
        assert_eq!(line("1. `x` *y* _z_ \\"), "1\\. \\`x\\` \\*y\\* \\_z\\_ \\\\");
        assert_eq!(line("a\u{202e}b"), "a&lt;U\\+202E&gt;b");
        assert_eq!(fenced("````\nx"), "`````json\n````\nx\n`````");
        assert_eq!(fenced("x"), "```json\nx\n```");
    }
}
