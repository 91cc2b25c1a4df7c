//! The part of a log that somebody is limited to: read from a link, and told in words.

use daybook_model::{Filter, QueryError, Range, Timestamp, View};

use crate::{
    log::{names::Names, terms::ChipId},
    ui::time::{Zone, span_text},
};

/// The filter of a link to a view, or of its part behind the `?`. Nothing that narrows the view is left
/// out in silence.
pub(crate) fn read(text: &str) -> Result<Filter, QueryError> {
    let text = text.trim();
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let (view, errors) = View::read(query);
    if let Some(QueryError { key, problem }) = errors.into_iter().next() {
        return Err(QueryError::new("filter", format!("{key} {problem}")));
    }
    if view.tab.is_some() {
        let problem = "is a view of a tab: open All, filter there, and take the link of that";
        return Err(QueryError::new("filter", problem));
    }
    // A shared link has the place in the log up to which it was true; time alone is a limit here.
    Ok(Filter { as_of: None, ..view.filter })
}

/// A filter as a sentence: `Application is billing, Wed 18 Nov – Fri 20 Nov`. Everything, where it leaves
/// everything.
pub(crate) fn words(filter: &Filter, names: Names, now: Timestamp, zone: Zone) -> String {
    let view = View { filter: filter.clone(), ..View::default() };
    let mut parts: Vec<_> =
        ChipId::all(&view).into_iter().map(|chip| chip.phrase(&view, names)).collect();
    parts.extend(filter.search.iter().map(|text| format!("contains “{text}”")));
    if let Range::Between(span) = filter.range {
        parts.push(span_text(span, now, zone));
    }
    if parts.is_empty() { "Everything".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_link_is_its_filter() {
        let filter = "application=billing&from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z";
        let expected: Filter = filter.parse().expect("a filter");
        let link = format!("https://daybook.example/projects/acme/log?{filter}");
        for text in [filter, &link, &format!(" ?{filter}&event=12&as_of=900#entries ")] {
            assert_eq!(read(text).expect(text), expected);
        }
        assert_eq!(read("").expect("nothing"), Filter::default());
        for text in ["application=billing&tab=runs", "aplication=billing", "billing"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
