//! Texts as people write them, and as strangers do.

use std::{borrow::Cow, fmt::Write as _};

/// The text with a capital in front.
pub(crate) fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(chars).collect()
    })
}

/// The server's words as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let text = first_upper(text);
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// The text with characters that cannot be seen (but for those that join letters and emoji), or that
/// turn the order of others round, written as JSON writes them: `\u202e`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// [`visible`], and no line ends in it: a name stays in its row.
pub(crate) fn one_line(text: &str) -> String {
    escaped(text, |c| is_hidden(c) || c.is_control()).into_owned()
}

fn escaped(text: &str, is_hidden: fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if !is_hidden(c) {
            out.push(c);
        } else if c == '\n' {
            out.push_str("\\n");
        } else if c == '\t' {
            out.push_str("\\t");
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    Cow::Owned(out)
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_seen_and_mean_the_same() {
        let text = "a\u{202e}b\u{200b}\u{e0041}\té";
        let seen = visible(text);
        assert_eq!(seen, "a\\u202eb\\u200b\\udb40\\udc41\té");
        let json = serde_json::to_string(text).unwrap_or_default();
        assert_eq!(serde_json::from_str::<String>(&visible(&json)).ok().as_deref(), Some(text));
        assert_eq!(visible("plain\nČesky"), "plain\nČesky");
        assert_eq!(one_line("plain\n\tČesky\r"), "plain\\n\\tČesky\\u000d");
    }
}
