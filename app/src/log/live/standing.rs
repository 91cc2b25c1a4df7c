//! Whether the list follows the log, and if not, why.

use daybook_model::{Column, Range, Seq, Sort, Timestamp, View, page::DEFAULT_LIMIT};

use crate::ui::{
    number::grouped,
    time::{Zone, minute},
};

/// How the list stands to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The stream is asked for.
    Connecting,
    /// What arrives appears.
    Live,
    /// What arrives is counted, for a reason.
    Waiting(Wait),
    /// The reader has switched it off.
    Paused,
    /// The stream was cut; it is asked for again at this time.
    Reconnecting(Timestamp),
    /// The server does not give it. In its words.
    Refused(String),
}

/// Why what arrives does not appear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The tab is in the background.
    Hidden,
    /// The question itself has no answer.
    Unanswered,
    /// The view is pinned to a place in the log.
    Pinned(Seq),
    /// The reader has turned pages.
    Page(u64),
    /// The range is not one that ends now. Its end.
    Range(Timestamp),
    /// The newest is not on top.
    Sorted(Sort),
    /// A selection is drawn on the bars.
    Selecting,
    /// The first row is out of sight.
    Scrolled,
}

impl Wait {
    /// What of a view keeps its list from following the log; `before` is how many rows stand in front
    /// of the page.
    pub(super) fn of(view: &View, before: u64) -> Option<Self> {
        if let Some(seq) = view.filter.as_of {
            return Some(Self::Pinned(seq));
        }
        if view.cursor.is_some() {
            return Some(Self::Page(before / u64::from(DEFAULT_LIMIT) + 1));
        }
        match view.filter.range {
            Range::Between(span) => Some(Self::Range(span.to)),
            Range::Last(_) if view.sort != Sort::default() => Some(Self::Sorted(view.sort)),
            Range::Last(_) => None,
        }
    }

    fn words(&self, now: Timestamp, zone: Zone) -> String {
        match self {
            Self::Hidden => "this tab is in the background".into(),
            Self::Unanswered => "the entries could not be read".into(),
            Self::Pinned(seq) => format!("pinned to #{}", grouped(*seq)),
            Self::Page(1) => "this page stays as you left it".into(),
            Self::Page(page) => format!("you are on page {page}"),
            Self::Range(to) if *to <= now => {
                format!("this range ended {}", minute(*to, now, zone))
            }
            Self::Range(_) => "this range is fixed".into(),
            Self::Sorted(Sort { column: Column::Time, .. }) => "oldest first".into(),
            Self::Sorted(sort) => format!("sorted by {}", sort.column.key().replace('_', " ")),
            Self::Selecting => "a time is selected".into(),
            Self::Scrolled => "you are further down".into(),
        }
    }
}

impl Standing {
    /// A word for the style sheet.
    pub(super) const fn key(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Waiting(_) => "waiting",
            Self::Paused => "paused",
            Self::Reconnecting(_) => "reconnecting",
            Self::Refused(_) => "refused",
        }
    }

    /// In a word.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Connecting | Self::Live => "Live",
            Self::Waiting(_) => "Live waits",
            Self::Paused => "Paused",
            Self::Reconnecting(_) => "Reconnecting",
            Self::Refused(_) => "Not live",
        }
    }

    /// Why, where there is something to say.
    pub(super) fn why(&self, now: Timestamp, zone: Zone) -> Option<String> {
        match self {
            Self::Connecting | Self::Live | Self::Paused => None,
            Self::Waiting(wait) => Some(wait.words(now, zone)),
            Self::Reconnecting(at) => {
                Some(format!("in {} s", ((at.millis() - now.millis()) / 1_000).max(0) + 1))
            }
            Self::Refused(message) => Some(message.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(query: &str, before: u64) -> Option<String> {
        let (view, errors) = View::read(query);
        assert!(errors.is_empty(), "{errors:?}");
        let now = "2026-11-21T15:00:00Z".parse().unwrap();
        Wait::of(&view, before).map(|wait| wait.words(now, Zone::Utc))
    }

    #[test]
    fn only_the_first_page_of_a_running_range_newest_first_is_live() {
        let hour = "from=2026-11-21T13:00:00Z&to=2026-11-21T14:32:00Z";
        assert_eq!(wait("", 0), None);
        assert_eq!(wait("range=all&status=4xx&event=7", 0), None);
        for (query, before, why) in [
            (hour, 0, "this range ended at 14:32"),
            ("from=2026-11-21T13:00:00Z&to=2026-11-21T16:00:00Z", 0, "this range is fixed"),
            (
                "from=2026-11-01T13:00:00Z&to=2026-11-02T14:32:00Z",
                0,
                "this range ended on Mon 2 Nov at 14:32",
            ),
            ("cursor=x", 50, "you are on page 2"),
            ("cursor=x", 0, "this page stays as you left it"),
            ("as_of=8841220&cursor=x", 50, "pinned to #8,841,220"),
            ("sort=time", 0, "oldest first"),
            ("sort=resource", 0, "sorted by resource"),
        ] {
            assert_eq!(wait(query, before).as_deref(), Some(why), "{query}");
        }
    }

    #[test]
    fn the_wait_for_the_next_try_is_counted_down() {
        let now: Timestamp = "2026-11-21T15:00:00Z".parse().unwrap();
        let why = |millis| Standing::Reconnecting(now.plus_millis(millis)).why(now, Zone::Utc);
        assert_eq!(why(3_400).as_deref(), Some("in 4 s"));
        assert_eq!(why(-5).as_deref(), Some("in 1 s"));
    }
}
