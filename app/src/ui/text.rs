//! Texts as people write them.

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
