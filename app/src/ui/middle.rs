//! Text whose end matters: ids, paths, addresses.

use leptos::prelude::*;

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
    let (head, tail) = (head.to_owned(), tail.to_owned());
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
    // A text that is hardly longer than its end needs no cut.
    if at <= end / 2 { ("", text) } else { text.split_at(at) }
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
        assert_eq!(split("žluťoučký kůň pěl", 4), ("žluťoučký kůň", " pěl"));
    }
}
