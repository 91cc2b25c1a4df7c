//! Text that is shown as it is: JSON in colours, and characters that would hide or turn the others
//! round made visible.

use leptos::prelude::*;

use crate::ui::text::visible;

/// Longer texts are shown without colours: they would be too many elements.
const COLOURED: usize = 64 * 1024;

/// What a part of JSON is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Key,
    Text,
    Number,
    Word,
    Rest,
}

/// Indented JSON in colours.
pub(crate) fn json(text: &str) -> impl IntoView + use<> {
    let text = visible(text);
    if text.len() > COLOURED {
        return view! { <code>{text.into_owned()}</code> }.into_any();
    }
    let part = |(token, text): (Token, &str)| {
        let class = match token {
            Token::Key => "json-key",
            Token::Text => "json-text",
            Token::Number => "json-number",
            Token::Word => "json-word",
            Token::Rest => return text.to_owned().into_any(),
        };
        view! { <span class=class>{text.to_owned()}</span> }.into_any()
    };
    view! { <code>{tokens(&text).into_iter().map(part).collect_view()}</code> }.into_any()
}

/// Takes JSON apart; together the parts are the text.
fn tokens(text: &str) -> Vec<(Token, &str)> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (token, length) = match bytes[at] {
            b'"' => {
                let length = string_length(&bytes[at..]);
                let key = text[at + length..].trim_start().starts_with(':');
                (if key { Token::Key } else { Token::Text }, length)
            }
            b'-' | b'0'..=b'9' => (
                Token::Number,
                run(&bytes[at..], |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')),
            ),
            b if b.is_ascii_alphabetic() => {
                (Token::Word, run(&bytes[at..], |b| b.is_ascii_alphabetic()))
            }
            _ => (
                Token::Rest,
                run(&bytes[at..], |b| !b.is_ascii_alphanumeric() && !matches!(b, b'"' | b'-')),
            ),
        };
        tokens.push((token, &text[at..at + length]));
        at += length;
    }
    tokens
}

/// How long the string is that begins here, with its quotation marks.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn run(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&b| !is(b)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken_apart() {
        let text = r#"{"a\"b": [-1.5e+3, "x: é", true, {"k": null}], "": ""}"#;
        let tokens = tokens(text);
        assert_eq!(tokens.iter().map(|(_, part)| *part).collect::<String>(), text);
        let of = |token| tokens.iter().filter(|t| t.0 == token).map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(of(Token::Key), [r#""a\"b""#, r#""k""#, r#""""#]);
        assert_eq!(of(Token::Text), [r#""x: é""#, r#""""#]);
        assert_eq!(of(Token::Number), ["-1.5e+3"]);
        assert_eq!(of(Token::Word), ["true", "null"]);
    }

    #[test]
    fn what_is_no_json_is_taken_apart_as_well() {
        for text in ["", "\"", "\"\\", "é-", "\"é\\"] {
            assert_eq!(tokens(text).iter().map(|(_, part)| *part).collect::<String>(), text);
        }
    }
}
