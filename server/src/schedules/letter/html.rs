//! A mail as HTML.

use super::{Links, Words, grouped};
use crate::{
    outbound::escaped,
    schedules::summary::{Count, Summary},
};

/// Programs that show mail know little CSS, and only what stands at each thing.
pub(super) fn page(summary: &Summary, words: &Words, links: &Links) -> String {
    const SANS: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
    const CELL: &str = "padding:5px 0;border-top:1px solid #e8e5dd";
    const QUIET: &str = "color:#68645a";
    let mut body = String::new();
    let mut add = |html: &str| body.push_str(html);
    add(&format!(
        "<p style=\"margin:0 0 4px;{QUIET};font-size:13px\">{}</p>\
         <h1 style=\"margin:0 0 4px;font-size:20px;line-height:28px;font-weight:600\">{}</h1>\
         <p style=\"margin:0 0 20px;{QUIET};font-size:13px;line-height:20px\">{}</p>",
        escaped(&summary.project),
        escaped(&summary.view),
        escaped(&words.period),
    ));
    add(&format!(
        "<p style=\"margin:0;font-size:28px;line-height:36px;font-weight:600\">{}</p>\
         <p style=\"margin:0 0 4px;font-size:14px;line-height:22px\">{}<br>{}</p>",
        escaped(&words.count),
        escaped(&words.against),
        escaped(&words.failed),
    ));
    if let Some(late) = &words.late {
        add(&format!(
            "<p style=\"margin:0;{QUIET};font-size:13px;line-height:20px\">{}</p>",
            escaped(late)
        ));
    }
    for (title, rows) in &words.tables {
        add(&format!(
            "<table role=\"presentation\" width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" \
             style=\"margin:20px 0 0;border-collapse:collapse;font-size:14px;line-height:20px\">\
             <tr style=\"{QUIET};font-size:12px\"><td style=\"padding:0 0 5px\">{title}</td>\
             <td align=\"right\" width=\"84\" style=\"padding:0 0 5px\">Now</td>\
             <td align=\"right\" width=\"84\" style=\"padding:0 0 5px\">Before</td></tr>"
        ));
        for (label, Count { now, before }) in rows {
            add(&format!(
                "<tr><td style=\"{CELL};word-break:break-word\">{}</td>\
                 <td align=\"right\" style=\"{CELL};font-variant-numeric:tabular-nums\">{}</td>\
                 <td align=\"right\" style=\"{CELL};font-variant-numeric:tabular-nums;{QUIET}\">{}</td></tr>",
                escaped(label),
                grouped(*now),
                grouped(*before),
            ));
        }
        add("</table>");
    }
    add(&format!(
        "<p style=\"margin:24px 0 0\"><a href=\"{}\" style=\"display:inline-block;padding:9px 16px;border-radius:6px;\
         background:#2347b5;color:#ffffff;text-decoration:none;font-size:14px;line-height:20px\">{}</a>",
        escaped(&links.entries),
        words.open,
    ));
    if let Some(file) = words.file {
        add(&format!(
            "&nbsp;&nbsp;&nbsp;<a href=\"{}\" style=\"color:#2347b5;font-size:14px\">{file}</a>",
            escaped(&links.schedules)
        ));
    }
    add("</p>");
    add(&format!(
        "<p style=\"margin:24px 0 0;padding:12px 0 0;border-top:1px solid #e8e5dd;{QUIET};font-size:12px;line-height:18px\">{}</p>",
        escaped(&words.why)
    ));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light\">\
         <title>{}</title></head>\
         <body style=\"margin:0;padding:0;background:#faf9f6;color:#1c1b18;{SANS}\">\
         <table role=\"presentation\" width=\"100%\" cellspacing=\"0\" cellpadding=\"0\"><tr>\
         <td align=\"center\" style=\"padding:24px 12px\">\
         <table role=\"presentation\" width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" \
         style=\"max-width:560px;background:#ffffff;border:1px solid #e8e5dd;border-radius:8px\">\
         <tr><td align=\"left\" style=\"padding:24px;{SANS}\">{body}</td></tr></table></td></tr></table></body></html>",
        escaped(&summary.view),
    )
}
