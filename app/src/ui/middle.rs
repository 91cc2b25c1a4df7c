//! Text whose end matters: ids, paths, addresses.

use leptos::prelude::*;

/// As long as `\u202e`.
const ESCAPE: usize = 6;

/// A text that is cut in the middle where there is no room for all of it. Its last characters
/// always stay; the whole is in the tooltip, and in what is selected and copied.
#[component]
pub(crate) fn Middle(
    /// The whole text.
    #[prop(into)]
    text: String,
    /// How many characters of the end stay.
    #[prop(default = 8)]
    end: usize,
) -> impl IntoView {
    let (head, tail) = split(&text, end);
    let (head, tail) = (whole_escapes(head), whole_escapes(tail));
    view! {
        <span class="middle" title=text>
            <span class="middle-head">{head}</span>
            <span class="middle-tail">{tail}</span>
        </span>
    }
}

/// The text before its last characters, and those.
fn split(text: &str, end: usize) -> (&str, &str) {
    let at = text.char_indices().rev().nth(end.saturating_sub(1)).map_or(0, |(at, _)| at);
    let at = escape_around(text, at).unwrap_or(at);
    // A text that is hardly longer than its end needs no cut.
    if at <= end / 2 { ("", text) } else { text.split_at(at) }
}

/// Where the escape begins, such as `\u202e`, that a cut here would take apart.
fn escape_around(text: &str, at: usize) -> Option<usize> {
    let begins = text[..at].rfind('\\')?;
    (at < begins + escape_length(&text[begins..])).then_some(begins)
}

/// How long the escape is that a text begins with, if it does.
fn escape_length(text: &str) -> usize {
    match text.as_bytes() {
        [b'\\', b'n' | b't', ..] => 2,
        [b'\\', b'u', digits @ ..]
            if digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit) =>
        {
            ESCAPE
        }
        _ => 0,
    }
}

/// A text whose escapes are left out as a whole where there is no room for all of it.
pub(crate) fn whole_escapes(text: &str) -> AnyView {
    if !text.contains('\\') {
        return text.to_owned().into_any();
    }
    let part = |part: &str| {
        if part.len() > 1 && escape_length(part) == part.len() {
            view! { <span class="escape">{part.to_owned()}</span> }.into_any()
        } else {
            part.to_owned().into_any()
        }
    };
    parts(text).into_iter().map(part).collect_view().into_any()
}

/// The escapes of a text, and what is between them.
fn parts(mut text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let length = match escape_length(text) {
            0 => {
                let next = text.char_indices().skip(1).find(|(_, c)| *c == '\\');
                next.map_or(text.len(), |(at, _)| at)
            }
            length => length,
        };
        let (part, rest) = text.split_at(length);
        parts.push(part);
        text = rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_stays_whole() {
        assert_eq!(
            split("/api/v2/projects/12492/environment-groups", 8),
            ("/api/v2/projects/12492/environmen", "t-groups")
        );
        assert_eq!(split("req_7f3a", 8), ("", "req_7f3a"));
        assert_eq!(split("", 8), ("", ""));
        assert_eq!(split("invoice\\u202efdp.exe", 8), ("invoice", "\\u202efdp.exe"));
        assert_eq!(split("one two three\\nand another", 12), ("one two three", "\\nand another"));
        assert_eq!(split("žluťoučký kůň pěl", 4), ("žluťoučký kůň", " pěl"));
    }

    #[test]
    fn escapes_are_told_from_what_is_around_them() {
        assert_eq!(parts("é\\u202eé\\\\n\\u20"), ["é", "\\u202e", "é", "\\", "\\n", "\\u20"]);
        assert_eq!(parts("plain"), ["plain"]);
        assert!(parts("").is_empty());
    }
}
