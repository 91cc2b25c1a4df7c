//! What the page asks, through HTTP.

use std::{sync::Arc, time::Instant};

use daybook::{
    api, buckets,
    clock::Clock,
    connections,
    ledger::Ledger,
    people::{People, Scope as TokenScope},
    secret::Secret,
    state::AppState,
    store::{AnyStore, ProjectId, Scope, Store as _, index::Index},
};
use daybook_model::{Column, Field, Span, Timestamp};

use super::{Error, peers::Question, table::Table};

/// The facets of the page.
pub(crate) const FACETS: [Field; 9] = [
    Field::Actor,
    Field::Action,
    Field::Method,
    Field::Status,
    Field::Outcome,
    Field::ResourceType,
    Field::Application,
    Field::Cluster,
    Field::Source,
];
/// How often each question is asked, after three times that warm up.
const RUNS: usize = 40;

/// Asks over HTTP, as the page does.
#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    token: String,
}

impl Client {
    /// How long the answers take to be there whole, in milliseconds, ascending.
    pub(crate) async fn times(&self, path: &str) -> Result<Vec<f64>, Error> {
        let (client, path) = (self.clone(), path.to_owned());
        let times = tokio::task::spawn_blocking(move || -> Result<Vec<f64>, Error> {
            let agent = ureq::agent();
            let mut times = Vec::new();
            for run in 0..RUNS + 3 {
                let begun = Instant::now();
                let mut answer = agent
                    .get(format!("{}{path}", client.address))
                    .header("authorization", format!("Bearer {}", client.token))
                    .header("accept-encoding", "gzip")
                    .call()?;
                std::hint::black_box(answer.body_mut().read_to_vec()?);
                if run >= 3 {
                    times.push(begun.elapsed().as_secs_f64() * 1000.0);
                }
            }
            times.sort_by(f64::total_cmp);
            Ok(times)
        });
        times.await?
    }
}

/// The 95th percentile.
pub(crate) fn p95(times: &[f64]) -> f64 {
    times[(times.len() * 95).div_ceil(100) - 1]
}

/// All of the thirty days.
fn span(now: Timestamp) -> Result<Span, Error> {
    let span = Span::new(now.plus_millis(-30 * 86_400_000), now.plus_millis(1));
    Ok(span.ok_or("the span is empty")?)
}

/// Where the page asks for an overview of what matches.
pub(crate) fn overview(now: Timestamp, query: &str) -> Result<String, Error> {
    let (span, facets) = (span(now)?, FACETS.map(Field::key).join(","));
    let and = if query.is_empty() { "" } else { "&" };
    Ok(format!(
        "/api/projects/acme/overview?from={}&to={}{and}{query}&buckets=120&facets={facets}",
        span.from, span.to
    ))
}

pub(crate) async fn measure(
    client: &Client,
    index: Arc<Index>,
    project: ProjectId,
    now: Timestamp,
    table: &mut Table,
) -> Result<Vec<Question>, Error> {
    let span = span(now)?;
    let as_of = index.head(project).await?;
    let scope = |query: &str| -> Result<Scope, Error> {
        Ok(Scope { project, within: Vec::new(), filter: query.parse()?, span, as_of })
    };
    let all = scope("")?;
    let actors = index.facet(&all, Field::Actor, 7, None).await?;
    let seven: Vec<String> = actors.values.into_iter().map(|value| value.value).collect();
    let ips = index.facet(&all, Field::Ip, 100_000, None).await?;
    let rare = ips.values.last().map(|value| value.value.clone()).ok_or("no addresses")?;
    let filter = seven.iter().map(|actor| format!("&actor={actor}")).collect::<Vec<_>>().concat();
    let three = format!("method.not=GET&status=2xx{filter}");

    let range = format!("from={}&to={}", span.from, span.to);
    let facets = FACETS.map(Field::key).join(",");
    let mut questions = Vec::new();
    for (name, query) in [("no filter", ""), ("three filters", three.as_str())] {
        let times = client.times(&overview(now, query)?).await?;
        table.row(
            &format!("overview, {name}, 95th percentile"),
            p95(&times),
            "ms",
            Some(100.0),
            None,
        );
        table.row(&format!("overview, {name}, median"), times[times.len() / 2], "ms", None, None);
        let (_, edges) = buckets::edges(span, chrono_tz::UTC, 120);
        let scope = scope(query)?;
        let begun = Instant::now();
        let counts = index.counts(&scope, &edges, &FACETS, 10).await?.ok_or("not held")?;
        let alone = begun.elapsed().as_secs_f64() * 1000.0;
        let chosen = if query.is_empty() { Vec::new() } else { seven.clone() };
        questions.push(Question {
            name: name.into(),
            query: query.into(),
            span,
            edges,
            seven: chosen,
            counts,
            alone,
        });
    }
    let mut slowest = (0.0_f64, String::new());
    // Those two are found in the wide rows, which the index does not hold.
    let held = |column: &&Column| !matches!(column, Column::Run | Column::Error);
    for &column in Column::ALL.iter().filter(held) {
        for sign in ["", "-"] {
            let sort = format!("{sign}{}", column.key());
            let path = format!("/api/projects/acme/events?{range}&sort={sort}");
            let time = p95(&client.times(&path).await?);
            if time > slowest.0 {
                slowest = (time, sort);
            }
        }
    }
    let (time, sort) = slowest;
    table.row(&format!("slowest order, by {sort}, 95th percentile"), time, "ms", Some(150.0), None);
    for (name, query) in [
        ("rare value", format!("ip={rare}")),
        ("search, one word", "q=payments".to_owned()),
        ("search, few hits", "q=%2Fapps%2F1234".to_owned()),
    ] {
        for (part, extra) in [("events", String::new()), ("overview", format!("&facets={facets}"))]
        {
            let path = format!("/api/projects/acme/{part}?{range}&{query}{extra}");
            let time = p95(&client.times(&path).await?);
            table.row(&format!("{name}, {part}, 95th percentile"), time, "ms", Some(150.0), None);
        }
    }
    Ok(questions)
}

/// A server on a free port.
pub(crate) async fn serve(
    people: People,
    store: AnyStore,
    project: ProjectId,
    now: Timestamp,
) -> Result<Client, Error> {
    let clock = Clock::standing_at(now);
    let token = people.create_token(project, "bench", &[TokenScope::Read], now).await?;
    let ledger = Ledger::start(Arc::clone(&store), clock.clone());
    let (key, link) = (Secret::generate(""), Secret::generate(""));
    let state = AppState::new(
        store,
        ledger,
        people,
        clock,
        daybook::settings::Settings::default(),
        key.hash(),
        link.hash(),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let (router, patience) = (api::router(state.clone()), state.patience);
    tokio::spawn(connections::serve(listener, router, patience, std::future::pending()));
    Ok(Client { address, token: token.reveal().into() })
}
