//! The page's one question: rows, then bars and total, then facets, each sent as soon as it is
//! known, all under one span and one moment, so that nothing can disagree.

use std::io::Write as _;

use async_stream::try_stream;
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use daybook_model::{FacetCounts, Field, Histogram, Overview, Tab};
use daybook_recorder::Recording;
use flate2::{Compression, write::GzEncoder};
use futures_util::Stream;

use super::runs;
use super::stats::{Bars, DEFAULT_FACETS, TOP, count_facets};
use crate::{
    error::Error,
    extract::Question,
    list::List,
    state::AppState,
    store::{Scope, Store, StoreError},
};

/// Streams the parts, one JSON object a line. What is wrong with the query is told before.
pub(super) async fn show(
    State(state): State<AppState>,
    Question { access, tab, query, list }: Question,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let bars = Bars::read(&query)?;
    let fields = query.facets.clone().unwrap_or_else(|| DEFAULT_FACETS.to_vec());
    let tabs = state.tabs.of(&access.project);
    let gzip = accepts_gzip(&headers);
    let mut lines = Lines::new(gzip);
    let parts = async_stream::stream! {
        for await part in parts(&*access.store, &list, &bars, &fields, &tabs, &tab) {
            if let (Some(recording), Ok(part)) = (&access.recording, &part) {
                note(recording, part);
            }
            let part = part.unwrap_or_else(|e| Overview::Failed { error: Error::from(e).detail() });
            yield lines.write(&part);
        }
        yield lines.finish();
    };
    let mut response = Body::from_stream(parts).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Notes how much is read.
fn note(recording: &Recording, part: &Overview) {
    let (key, number) = match part {
        Overview::Page(page) => ("rows", page.entries.len() as u64),
        Overview::Histogram(bars) => ("matched", bars.total),
        _ => return,
    };
    recording.detail(key, number);
}

/// The parts, in the order in which a reader needs them. After an error there is nothing.
fn parts<'a>(
    store: &'a dyn Store,
    list: &'a List,
    bars: &'a Bars,
    fields: &'a [Field],
    tabs: &'a [Tab],
    here: &'a Tab,
) -> impl Stream<Item = Result<Overview, StoreError>> + 'a {
    let scope = &list.scope;
    try_stream! {
        // All of it is of one moment, whatever retention takes out meanwhile.
        let _steady = store.steady(scope.project, scope.span.from).await;
        yield Overview::Tabs { tabs: tabs.to_vec() };
        let page = list.page(store).await?;
        let runs = here.by_run.then(|| runs::of(&page));
        yield Overview::Page(page);
        if let Some(runs) = runs {
            yield Overview::Runs { runs: runs::summaries(store, scope, runs).await? };
        }
        let edges = bars.edges(store, scope).await?;
        if let Some(counts) = store.counts(scope, &edges.at, fields, TOP).await? {
            let stack = edges.stack(store, scope, bars.stack).await?;
            let histogram = edges.histogram(&counts.bars, counts.total, scope.as_of);
            yield Overview::Histogram(Histogram { stack, ..histogram });
            yield Overview::Facets { facets: light(counts.facets) };
        } else {
            yield Overview::Histogram(edges.count(store, scope, bars.stack).await?);
            yield Overview::Facets { facets: count_facets(store, scope, fields).await? };
        }
        yield Overview::TabTotals { totals: count_tabs(store, scope, tabs, here).await? };
    }
}

/// How many entries each tab has under the same filter, whatever tab the question is asked in.
async fn count_tabs(
    store: &dyn Store,
    scope: &Scope,
    tabs: &[Tab],
    here: &Tab,
) -> Result<Vec<u64>, StoreError> {
    // Only here is what is hidden shown, if it is.
    let bounds = |tab: &Tab| {
        if tab.key == here.key { scope.within.clone() } else { tab.bounds(false, &scope.filter) }
    };
    let bounds: Vec<_> = tabs.iter().map(bounds).collect();
    store.count_each(&Scope { within: Vec::new(), ..scope.clone() }, &bounds).await
}

/// How many numbers of facets by bar travel with an answer: about 150 kB, compressed.
const CELLS: usize = 60_000;

/// Leaves the bars out of those facets with which they would become too many.
fn light(mut facets: Vec<FacetCounts>) -> Vec<FacetCounts> {
    let mut left = CELLS;
    for facet in &mut facets {
        facet.bars = facet.bars.take().filter(|bars| {
            let cells = (bars.values.len() + 2) * bars.other.len();
            let fits = cells <= left;
            left = left.saturating_sub(cells);
            fits
        });
    }
    facets
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted =
        headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|v| v.to_str().ok());
    accepted.flat_map(|v| v.split(',')).any(|v| v.trim() == "gzip")
}

/// Lines of JSON, each sent whole at once even when compressed: a general compression layer would
/// hold the first part back until the next one comes.
enum Lines {
    Plain,
    Gzip(GzEncoder<Vec<u8>>),
}

impl Lines {
    fn new(gzip: bool) -> Self {
        if gzip { Self::Gzip(GzEncoder::new(Vec::new(), Compression::new(5))) } else { Self::Plain }
    }

    fn write(&mut self, part: &Overview) -> std::io::Result<Bytes> {
        let mut line = serde_json::to_vec(part)?;
        line.push(b'\n');
        match self {
            Self::Plain => Ok(line.into()),
            Self::Gzip(encoder) => {
                encoder.write_all(&line)?;
                encoder.flush()?;
                Ok(std::mem::take(encoder.get_mut()).into())
            }
        }
    }

    fn finish(self) -> std::io::Result<Bytes> {
        match self {
            Self::Plain => Ok(Bytes::new()),
            Self::Gzip(encoder) => Ok(encoder.finish()?.into()),
        }
    }
}
