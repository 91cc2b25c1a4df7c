//! Which entries are meant. A filter has one meaning, here, in SQL and on the screen.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use crate::{
    Entry, Event, Field, FieldValue, QueryError, Range, Seq, Span, Timestamp,
    field::StatusTerm,
    query::{self, Pair, Writer},
};

/// The longest search, in characters.
pub const MAX_SEARCH: usize = 255;

/// Which entries are meant: all conditions hold at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// When it happened.
    pub range: Range,
    /// A text that must occur in one of the searched fields, whatever the case; never empty.
    pub search: Option<String>,
    /// Includes and excludes by field; never an empty [`Choice`].
    pub choices: BTreeMap<Field, Choice>,
    /// Only entries up to this place in the log.
    pub as_of: Option<Seq>,
}

/// Which values of one field are wanted and which are not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// One of these must hold, unless there are none.
    pub include: BTreeSet<Term>,
    /// None of these may hold. An absent value is not excluded by a value.
    pub exclude: BTreeSet<Term>,
}

/// A condition on one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// The field is absent (`field=`).
    Absent,
    /// The field has some value (`field=*`).
    Present,
    /// The field has this value (`field=value`).
    Is(FieldValue),
}

/// The form in which text is searched: lower case by Unicode's rules. Stores keep it beside the
/// text, so that the rules are the same everywhere.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

impl Term {
    /// Reads the value of a key: empty, `*`, or a value. A backslash in front takes the rest
    /// literally, so that the value `*` can be written too.
    pub fn parse(field: Field, text: &str) -> Result<Self, QueryError> {
        match text {
            "" => Ok(Self::Absent),
            "*" => Ok(Self::Present),
            _ => field.value(text.strip_prefix('\\').unwrap_or(text)).map(Self::Is),
        }
    }

    /// The inverse of [`Term::parse`].
    pub fn to_query(&self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Present => "*".into(),
            Self::Is(v)
                if v.as_str().is_empty() || v.as_str() == "*" || v.as_str().starts_with('\\') =>
            {
                format!("\\{v}")
            }
            Self::Is(v) => v.to_string(),
        }
    }

    /// Whether the event satisfies it.
    pub fn matches(&self, field: Field, event: &Event) -> bool {
        let value = field.value_of(event);
        match self {
            Self::Absent => value.is_none(),
            Self::Present => value.is_some(),
            Self::Is(wanted) => match (field, value) {
                (_, None) => false,
                (Field::Status, Some(_)) => StatusTerm::parse(wanted.as_str())
                    .map(StatusTerm::codes)
                    .zip(event.request.status_code)
                    .is_some_and(|((first, last), code)| (first..=last).contains(&code)),
                (Field::Path, Some(path)) => fold(&path).contains(&fold(wanted.as_str())),
                (_, Some(value)) => value == wanted.as_str(),
            },
        }
    }
}

impl Choice {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether the event satisfies it.
    pub fn matches(&self, field: Field, event: &Event) -> bool {
        (self.include.is_empty() || self.include.iter().any(|t| t.matches(field, event)))
            && !self.exclude.iter().any(|t| t.matches(field, event))
    }
}

impl Filter {
    /// The parts of an event that are searched.
    pub fn searched(event: &Event) -> impl Iterator<Item = &str> {
        let resource = event.resource.as_ref();
        let named = [&event.application, &event.cluster];
        [event.request.path.as_deref(), event.actor.name.as_deref(), event.actor.email.as_deref()]
            .into_iter()
            .chain([
                resource.and_then(|r| r.id.as_deref()),
                resource.and_then(|r| r.name.as_deref()),
            ])
            .chain(
                named.into_iter().flatten().flat_map(|n| [Some(n.id.as_str()), n.name.as_deref()]),
            )
            .chain([Some(event.action.as_str())])
            .flatten()
    }

    /// The one meaning of a filter: whether it means this entry, where its range is this span.
    /// Every store is tested against it.
    pub fn matches(&self, entry: &Entry, span: Span) -> bool {
        let event = &entry.event;
        span.contains(event.occurred_at)
            && self.as_of.is_none_or(|as_of| entry.seq <= as_of)
            && self.choices.iter().all(|(&field, choice)| choice.matches(field, event))
            && self
                .search
                .as_deref()
                .map(fold)
                .is_none_or(|wanted| Self::searched(event).any(|text| fold(text).contains(&wanted)))
    }

    /// The choice for this field, if there is one.
    pub fn choice(&self, field: Field) -> Option<&Choice> {
        self.choices.get(&field)
    }

    /// Adds a term to include or to exclude; it leaves the other side.
    pub fn add(&mut self, field: Field, exclude: bool, term: Term) {
        let choice = self.choices.entry(field).or_default();
        let (to, from) = if exclude {
            (&mut choice.exclude, &mut choice.include)
        } else {
            (&mut choice.include, &mut choice.exclude)
        };
        from.remove(&term);
        to.insert(term);
    }

    /// Takes a term from both sides.
    pub fn remove(&mut self, field: Field, term: &Term) {
        if let Some(choice) = self.choices.get_mut(&field) {
            choice.include.remove(term);
            choice.exclude.remove(term);
            if choice.is_empty() {
                self.choices.remove(&field);
            }
        }
    }

    /// For a filter that only includes values of one field: the one that excludes them.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let swapped = |choice: &Choice| Choice {
            include: choice.exclude.clone(),
            exclude: choice.include.clone(),
        };
        let choices = self.choices.iter().map(|(&field, choice)| (field, swapped(choice)));
        Self { choices: choices.collect(), ..Self::default() }
    }

    /// Whether it asks for anything but a range and a moment.
    pub fn is_narrowed(&self) -> bool {
        self.search.is_some() || !self.choices.is_empty()
    }

    /// Takes the filter's keys out of the pairs. What is wrong is reported and left out; the rest
    /// of the filter stands.
    pub fn read(pairs: &mut Vec<Pair>, errors: &mut Vec<QueryError>) -> Self {
        let range = read_range(pairs, errors).unwrap_or_default();
        let search = query::scalar(pairs, "q", errors).and_then(|q| read_search(&q, errors));
        let as_of = query::scalar(pairs, "as_of", errors).and_then(|text| {
            let parsed = text.parse().ok().filter(|&seq: &Seq| i64::try_from(seq).is_ok());
            if parsed.is_none() {
                errors.push(QueryError::new(
                    "as_of",
                    format!("{text:?} is not a place in the log, such as 8841220"),
                ));
            }
            parsed
        });
        Self { range, search, choices: read_choices(pairs, "", errors), as_of }
    }

    /// Appends the filter's keys; what is at its default is left out.
    pub fn write(&self, out: &mut Writer) {
        match self.range {
            range if range == Range::default() => {}
            Range::Last(preset) => drop(out.push("range", preset.as_str())),
            Range::Between(span) => {
                out.push("from", &span.from.to_string()).push("to", &span.to.to_string());
            }
        }
        if let Some(search) = &self.search {
            out.push("q", search);
        }
        write_choices(&self.choices, "", out);
        if let Some(as_of) = self.as_of {
            out.push("as_of", &as_of.to_string());
        }
    }
}

/// White space at the ends is dropped and any other run of it is one space; alone it is none.
fn read_search(text: &str, errors: &mut Vec<QueryError>) -> Option<String> {
    if text.chars().count() > MAX_SEARCH {
        errors.push(QueryError::new("q", format!("is longer than {MAX_SEARCH} characters")));
        return None;
    }
    // Stores keep several texts in one folded form, parted by control characters.
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        errors.push(QueryError::new("q", "contains a control character"));
        return None;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn read_range(pairs: &mut Vec<Pair>, errors: &mut Vec<QueryError>) -> Option<Range> {
    let mut instant = |key: &str, errors: &mut Vec<QueryError>| {
        let given = pairs.iter().any(|(k, _)| k == key);
        let at = query::scalar(pairs, key, errors).and_then(|text| {
            text.parse::<Timestamp>()
                .map_err(|e| errors.push(QueryError::new(key, format!("{text:?} {e}"))))
                .ok()
        });
        (given, at)
    };
    let (has_from, from) = instant("from", errors);
    let (has_to, to) = instant("to", errors);
    let preset = query::scalar(pairs, "range", errors);
    if let Some(text) = preset {
        if has_from || has_to {
            errors.push(QueryError::new(
                "range",
                "is given together with from and to; keep one of them",
            ));
            return None;
        }
        let preset = text.parse().ok();
        if preset.is_none() {
            errors.push(QueryError::new(
                "range",
                format!("{text:?} is not one of 15m, 1h, 24h, 7d, 30d, 90d, all"),
            ));
        }
        return preset.map(Range::Last);
    }
    match (has_from, has_to) {
        (true, false) => errors.push(QueryError::new("from", "needs to as well")),
        (false, true) => errors.push(QueryError::new("to", "needs from as well")),
        _ => {}
    }
    let (from, to) = from.zip(to)?;
    let span = Span::new(from, to);
    if span.is_none() {
        errors.push(QueryError::new("from", "is not before to"));
    }
    span.map(Range::Between)
}

/// Reads `PREFIXfield=…` and `PREFIXfield.not=…`.
pub(crate) fn read_choices(
    pairs: &mut Vec<Pair>,
    prefix: &str,
    errors: &mut Vec<QueryError>,
) -> BTreeMap<Field, Choice> {
    let mut choices = BTreeMap::<Field, Choice>::new();
    pairs.retain(|(key, value)| {
        let Some(name) = key.strip_prefix(prefix) else { return true };
        let (name, exclude) = name.strip_suffix(".not").map_or((name, false), |n| (n, true));
        let Some(field) = Field::from_key(name) else { return true };
        match Term::parse(field, value) {
            Ok(term) => {
                let choice = choices.entry(field).or_default();
                if exclude {
                    choice.exclude.insert(term)
                } else {
                    choice.include.insert(term)
                };
            }
            Err(e) => errors.push(QueryError::new(key.clone(), e.problem)),
        }
        false
    });
    choices
}

pub(crate) fn write_choices(choices: &BTreeMap<Field, Choice>, prefix: &str, out: &mut Writer) {
    for (field, choice) in choices {
        for term in &choice.include {
            out.push(&format!("{prefix}{field}"), &term.to_query());
        }
        for term in &choice.exclude {
            out.push(&format!("{prefix}{field}.not"), &term.to_query());
        }
    }
}

/// The error for a key that means nothing.
pub(crate) fn unknown(key: &str) -> QueryError {
    QueryError::new(key, "is not a key that Daybook knows")
}

impl FromStr for Filter {
    type Err = QueryError;

    /// Reads a raw query string that holds a filter and nothing else.
    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let (mut pairs, mut errors) = query::split(raw);
        let filter = Self::read(&mut pairs, &mut errors);
        errors.extend(pairs.iter().map(|(key, _)| unknown(key)));
        errors.into_iter().next().map_or(Ok(filter), Err)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::default();
        self.write(&mut out);
        f.write_str(&out.finish())
    }
}
