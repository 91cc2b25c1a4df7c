//! Views: what the address bar holds, and what the API is asked.

mod panel;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    Chart, Choice, Field, Filter, QueryError, Seq, Sort, StackBy, export,
    filter::{read_choices, unknown, write_choices},
    page::{DEFAULT_LIMIT, MAX_LIMIT},
    query::{self, Pair, Writer},
};

pub use panel::{MAX_OPEN, Part};

/// The one value of `hidden`.
const SHOWN: &str = "shown";

/// Keys of the page that the API accepts and ignores, so that an address can be pasted there.
const PAGE_KEYS: &[&str] = &["event", "part", "open"];

/// What the page shows: all of it is in the address bar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Which entries.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Which page; the first if absent. Opaque to the page.
    pub cursor: Option<String>,
    /// The opened entry.
    pub event: Option<Seq>,
    /// Which part of it is shown; the first that says something if absent.
    pub part: Option<Part>,
    /// The entries that show their changes in place.
    pub open: BTreeSet<Seq>,
    /// Choices that are switched off but not forgotten.
    pub off: BTreeMap<Field, Choice>,
    /// The tab.
    pub tab: Option<String>,
    /// Whether what the tab hides is shown all the same (`hidden=shown`).
    pub hidden: bool,
    /// How the chart is drawn.
    pub chart: Chart,
}

impl View {
    /// Reads a raw query string. What is wrong is reported, to be shown; the rest stands.
    pub fn read(raw: &str) -> (Self, Vec<QueryError>) {
        let (mut pairs, mut errors) = query::split(raw);
        let filter = Filter::read(&mut pairs, &mut errors);
        let sort = read_sort(&mut pairs, &mut errors);
        let off = read_choices(&mut pairs, "off.", &mut errors);
        let chart = Chart::read(&mut pairs, &mut errors);
        let mut scalar = |key: &str| query::scalar(&mut pairs, key, &mut errors);
        let (cursor, event, tab) = (scalar("cursor"), scalar("event"), scalar("tab"));
        let (part, open, hidden) = (scalar("part"), scalar("open"), scalar("hidden"));
        let event = event
            .and_then(|text| read_number(&text, "event", "the number of an entry", &mut errors));
        let part = part.and_then(|text| text.parse().map_err(|error| errors.push(error)).ok());
        let open = open.map(|text| panel::read_open(&text, &mut errors)).unwrap_or_default();
        let hidden = read_hidden(hidden.as_deref(), &mut errors);
        errors.extend(pairs.iter().map(|(key, _)| unknown(key)));
        (Self { filter, sort, cursor, event, part, open, off, tab, hidden, chart }, errors)
    }

    /// The same query with the API's own keys only: what the page sends.
    pub fn to_api_query(&self) -> String {
        let mut out = Writer::default();
        self.write_list(&mut out);
        out.finish()
    }

    /// The same question in another tab, from its first page.
    #[must_use]
    pub fn in_tab(mut self, tab: &str) -> Self {
        self.tab = (tab != crate::tab::ALL).then(|| tab.to_owned());
        self.hidden = false;
        self.from_the_top()
    }

    /// This view on its first page, with nothing opened: where every change of filter leads.
    #[must_use]
    pub fn from_the_top(mut self) -> Self {
        self.cursor = None;
        self.close();
        self.open.clear();
        self
    }

    /// Closes the entry that is open beside the list.
    pub fn close(&mut self) {
        self.event = None;
        self.part = None;
    }

    /// Shows the changes of an entry in place, or no longer. Where there are too many already, the
    /// one that was stored first is closed.
    pub fn toggle_open(&mut self, seq: Seq) {
        if !self.open.remove(&seq) {
            self.open.insert(seq);
            if self.open.len() > MAX_OPEN {
                let oldest = self.open.iter().copied().find(|&other| other != seq);
                self.open.retain(|&other| Some(other) != oldest);
            }
        }
    }

    fn write_list(&self, out: &mut Writer) {
        if let Some(tab) = &self.tab {
            out.push("tab", tab);
        }
        if self.hidden {
            out.push("hidden", SHOWN);
        }
        self.filter.write(out);
        if self.sort != Sort::default() {
            out.push("sort", &self.sort.to_string());
        }
        if let Some(cursor) = &self.cursor {
            out.push("cursor", cursor);
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::default();
        self.write_list(&mut out);
        write_choices(&self.off, "off.", &mut out);
        self.chart.write(&mut out);
        if let Some(event) = self.event {
            out.push("event", &event.to_string());
        }
        if let Some(part) = self.part {
            out.push("part", part.as_str());
        }
        if let Some(open) = panel::open_text(&self.open) {
            out.push("open", &open);
        }
        f.write_str(&out.finish())
    }
}

/// What the API is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiQuery {
    /// Which part of the log; all of it if absent.
    pub tab: Option<String>,
    /// Whether what the tab hides is meant as well.
    pub hidden: bool,
    /// Which entries.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Which page.
    pub cursor: Option<String>,
    /// How many rows.
    pub limit: u16,
    /// IANA name of the zone whose calendar the bars follow; UTC if absent.
    pub tz: Option<String>,
    /// What the bars are stacked by.
    pub stack: StackBy,
    /// How many bars are wanted; the answer has about as many, at most 180 or so.
    pub buckets: Option<u16>,
    /// Which facets to count; the nine of the default rail if absent.
    pub facets: Option<Vec<Field>>,
    /// Only values of facets that contain this text (`facet.q`).
    pub facet_search: Option<String>,
    /// The place in the log behind which a live stream begins.
    pub after: Option<Seq>,
}

impl ApiQuery {
    /// Reads a raw query string; the first thing that is wrong is the answer.
    pub fn read(raw: &str) -> Result<Self, QueryError> {
        Self::of(query::split(raw))
    }

    /// As [`ApiQuery::read`], for a query that came by POST and may be longer.
    pub fn read_long(raw: &str) -> Result<Self, QueryError> {
        Self::of(query::split_within(raw, export::MAX_BODY, export::MAX_VALUES))
    }

    fn of((mut pairs, mut errors): (Vec<Pair>, Vec<QueryError>)) -> Result<Self, QueryError> {
        let filter = Filter::read(&mut pairs, &mut errors);
        let sort = read_sort(&mut pairs, &mut errors);
        // Of how a chart is drawn only the parts of its bars are asked for.
        let Chart { stack, .. } = Chart::read(&mut pairs, &mut errors);
        let mut scalar = |key: &str| query::scalar(&mut pairs, key, &mut errors);
        let (tab, cursor, tz) = (scalar("tab"), scalar("cursor"), scalar("tz"));
        let hidden = scalar("hidden");
        let (limit, buckets, facets) = (scalar("limit"), scalar("buckets"), scalar("facets"));
        let facet_search = scalar("facet.q").filter(|text| !text.trim().is_empty());
        let after = scalar("after").and_then(|text| {
            read_number(&text, "after", "a place in the log, such as 8841220", &mut errors)
        });
        let limit = limit.map_or(DEFAULT_LIMIT, |text| {
            let limit = read_number(&text, "limit", "a number of rows from 1 to 500", &mut errors);
            limit.filter(|n| (1..=MAX_LIMIT).contains(n)).unwrap_or_else(|| {
                errors.push(QueryError::new("limit", "is not a number of rows from 1 to 500"));
                DEFAULT_LIMIT
            })
        });
        let buckets =
            buckets.and_then(|text| read_number(&text, "buckets", "a number of bars", &mut errors));
        if buckets == Some(0) {
            errors.push(QueryError::new("buckets", "is 0; ask for at least one bar"));
        }
        let facets = facets.map(|text| read_facets(&text, &mut errors));
        let hidden = read_hidden(hidden.as_deref(), &mut errors);
        // The choices that the page has switched off are checked like the others, then ignored.
        read_choices(&mut pairs, "off.", &mut errors);
        for key in PAGE_KEYS {
            query::scalar(&mut pairs, key, &mut errors);
        }
        errors.extend(pairs.iter().map(|(key, _)| unknown(key)));
        errors.into_iter().next().map_or(
            Ok(Self {
                tab,
                hidden,
                filter,
                sort,
                cursor,
                limit,
                tz,
                stack,
                buckets,
                facets,
                facet_search,
                after,
            }),
            Err,
        )
    }
}

fn read_hidden(text: Option<&str>, errors: &mut Vec<QueryError>) -> bool {
    let wrong = text.filter(|text| *text != SHOWN);
    errors.extend(wrong.map(|text| QueryError::new("hidden", format!("{text:?} is not {SHOWN}"))));
    text.is_some() && wrong.is_none()
}

fn read_sort(pairs: &mut Vec<Pair>, errors: &mut Vec<QueryError>) -> Sort {
    query::scalar(pairs, "sort", errors)
        .and_then(|text| text.parse().map_err(|e| errors.push(e)).ok())
        .unwrap_or_default()
}

fn read_facets(text: &str, errors: &mut Vec<QueryError>) -> Vec<Field> {
    let facet = |key: &str| {
        let field = Field::from_key(key).filter(|f| f.is_facet());
        if field.is_none() {
            errors.push(QueryError::new("facets", format!("{key:?} is not a facet")));
        }
        field
    };
    let facets: Vec<Field> = text.split(',').filter(|k| !k.is_empty()).filter_map(facet).collect();
    // Each is counted by itself: twice would be work for nothing.
    let twice = facets.iter().enumerate().find(|(i, field)| facets[..*i].contains(field));
    if let Some((_, field)) = twice {
        errors.push(QueryError::new("facets", format!("names {field} twice; keep one")));
        return Vec::new();
    }
    facets
}

fn read_number<T: std::str::FromStr>(
    text: &str,
    key: &str,
    what: &str,
    errors: &mut Vec<QueryError>,
) -> Option<T> {
    text.parse()
        .map_err(|_| errors.push(QueryError::new(key, format!("{text:?} is not {what}"))))
        .ok()
}
