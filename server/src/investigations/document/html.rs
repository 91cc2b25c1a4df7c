//! The document as HTML: one file, to read on a screen and on paper.

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

/// Nothing is fetched and nothing runs, wherever the file is opened.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "\
:root{color-scheme:light}\
body{margin:0;background:#fff;color:#1c1b18;font:14px/1.5 ui-sans-serif,system-ui,sans-serif}\
main{max-width:760px;margin:0 auto;padding:40px 24px 64px}\
h1,h2{font:500 26px/1.2 Georgia,serif;margin:0 0 8px;overflow-wrap:anywhere}\
h2{font-size:18px;margin:0 0 4px}h3{font-size:12px;font-weight:600;margin:16px 0 4px}\
p{margin:0 0 8px;overflow-wrap:anywhere}\
.quiet,dt,th{color:#68645a}.quiet,dl,table,pre{font-size:13px}\
section{margin-top:32px;padding-top:16px;border-top:1px solid #d3cfc4}\
ol{list-style:none;margin:0;padding:0}ol>li{margin-top:24px;padding-top:16px;border-top:1px solid #e8e5dd}\
dl{display:grid;grid-template-columns:140px minmax(0,1fr);gap:2px 12px;margin:8px 0 0}dd{margin:0;overflow-wrap:anywhere}\
table{width:100%;border-collapse:collapse;table-layout:fixed}\
th,td{padding:4px 12px 4px 0;border-bottom:1px solid #e8e5dd;text-align:left;vertical-align:top;font-weight:400;overflow-wrap:anywhere;white-space:pre-wrap}\
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:12px}\
blockquote{margin:8px 0 0;padding:0 0 0 12px;border-left:2px solid #2347b5}blockquote p{margin:0;white-space:pre-wrap}\
a{color:#2347b5}bdi{unicode-bidi:isolate}\
@media print{main{max-width:none;padding:0}h2,h3,dt{break-after:avoid}tr,blockquote{break-inside:avoid}a{color:inherit}}";

/// The file.
pub(super) fn write(findings: &Findings, made: &Made<'_>) -> String {
    let title = escaped(&findings.investigation.title);
    let [head, about] = heading(findings, made);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{title}</h1>\n\
         <p>{}</p>\n<p class=\"quiet\">{}</p>\n</header>\n",
        escaped(&head),
        escaped(&about),
    );
    if !findings.comments.is_empty() {
        out.push_str("<section>\n<h2>Findings</h2>\n");
        said(&mut out, &findings.comments);
        out.push_str("</section>\n");
    }
    out.push_str("<section>\n<h2>Entries</h2>\n");
    if findings.pins.is_empty() {
        out.push_str("<p class=\"quiet\">None is pinned.</p>\n");
    }
    out.push_str("<ol>\n");
    for pin in &findings.pins {
        pinned(&mut out, pin, made);
    }
    out.push_str("</ol>\n</section>\n</main>\n</body>\n</html>\n");
    out
}

fn pinned(out: &mut String, pin: &Pin, made: &Made<'_>) {
    out.push_str("<li>\n");
    match (&pin.entry, pin.absent) {
        (Some(entry), _) => shown(out, entry, made),
        (None, why) => {
            let why = missing(why, pin.removed.as_ref());
            add(out, &format!("<h2>Entry {}</h2>\n<p>{}.</p>\n", pin.seq, escaped(&why)));
        }
    }
    said(out, &pin.comments);
    let (by, at) = (escaped(&pin.by), time(pin.at));
    add(out, &format!("<p class=\"quiet\">Pinned by {by} on {at}.</p>\n</li>\n"));
}

fn shown(out: &mut String, entry: &Entry, made: &Made<'_>) {
    let place = format!("Entry {}", entry.seq);
    let place = match made.link(entry.seq) {
        Some(link) => format!("<a href=\"{}\">{place}</a>", escaped(&link)),
        None => place,
    };
    let (what, at) = (escaped(&sentence(&entry.event)), time(entry.event.occurred_at));
    add(out, &format!("<h2>{what}</h2>\n<p class=\"quiet\">{at} · {place}</p>\n<dl>\n"));
    for (label, value) in facts(entry) {
        add(out, &format!("<dt>{label}</dt><dd><bdi>{}</bdi></dd>\n", escaped(&value)));
    }
    out.push_str("</dl>\n");
    if let Some(changes) = changes(entry) {
        out.push_str("<h3>Changes</h3>\n<table>\n<thead><tr><th>Field</th><th>Before</th><th>After</th></tr></thead>\n<tbody>\n");
        for cells in changes {
            let cells = cells.map(|cell| format!("<td><bdi>{}</bdi></td>", escaped(&cell)));
            add(out, &format!("<tr>{}</tr>\n", cells.concat()));
        }
        out.push_str("</tbody>\n</table>\n");
    }
    if let Some(context) = context(entry) {
        add(out, &format!("<h3>Context</h3>\n<pre>{}</pre>\n", escaped(&context)));
    }
    if let Some(omitted) = omitted(entry) {
        add(out, &format!("<p class=\"quiet\">{omitted}</p>\n"));
    }
}

fn said(out: &mut String, comments: &[Comment]) {
    for Comment { by, at, text, .. } in comments {
        let (by, at, text) = (escaped(by), time(*at), escaped(text));
        add(
            out,
            &format!(
                "<blockquote>\n<p>{text}</p>\n<p class=\"quiet\">{by}, {at}</p>\n</blockquote>\n"
            ),
        );
    }
}

/// Text within HTML, in an attribute as well.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
