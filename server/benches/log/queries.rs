//! Counting and listing a million entries.

use std::{path::Path, time::Instant};

use daybook::{
    buckets,
    store::{ProjectId, Scope, Store as _, sqlite::Sqlite},
};
use daybook_model::{Field, Filter, Sort, Span, Timestamp, page::Direction};

use super::{shell, table::Table};

type Error = Box<dyn std::error::Error>;

/// The median of five runs after one that warms up, in milliseconds.
async fn median<T, E>(work: impl AsyncFn() -> Result<T, E>) -> Result<f64, E> {
    work().await?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        std::hint::black_box(work().await?);
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[2])
}

pub(crate) async fn measure(
    store: &Sqlite,
    file: &Path,
    project: ProjectId,
    end: Timestamp,
    table: &mut Table,
) -> Result<(), Error> {
    let span = Span::new(end.plus_millis(-30 * 86_400_000), end.plus_millis(1))
        .ok_or("the span is empty")?;
    let as_of = store.head(project).await?;
    let scope = |query: &str| -> Result<Scope, Error> {
        Ok(Scope { project, within: Vec::new(), filter: query.parse::<Filter>()?, span, as_of })
    };
    let all = scope("")?;
    let actors = store.facet(&all, Field::Actor, 7, None).await?;
    let seven =
        actors.values.iter().map(|v| format!("&actor={}", v.value)).collect::<Vec<_>>().concat();
    let three = scope(&format!("method.not=GET&status=2xx{seven}"))?;
    let rare_ip = store.facet(&all, Field::Ip, 100_000, None).await?;
    let rare = rare_ip.values.last().map(|v| (v.value.clone(), v.count)).ok_or("no addresses")?;
    let rare_scope = scope(&format!("ip={}", rare.0))?;
    let one_percent = scope("status=4xx")?;

    for (name, scope) in [("no filter", &all), ("three filters", &three)] {
        let (_, edges) = buckets::edges(span, chrono_tz::UTC, 120);
        let total = median(async || store.count(scope).await).await?;
        let peer = shell_time(file, store.count_sql(scope).await?);
        table.row(&format!("total, {name}"), total, "ms", peer.map(|p| 1.3 * p), peer);
        let bars = median(async || store.histogram(scope, &edges).await).await?;
        let peer = shell_time(file, store.histogram_sql(scope, &edges).await?);
        table.row(
            &format!("histogram of {} bars, {name}", edges.len() - 1),
            bars,
            "ms",
            peer.map(|p| 1.3 * p),
            peer,
        );
        let both =
            median(async || tokio::try_join!(store.count(scope), store.histogram(scope, &edges)))
                .await?;
        table.row(
            &format!("total and histogram, {name}"),
            both,
            "ms",
            (name == "three filters").then_some(400.0),
            None,
        );
        for field in [Field::Actor, Field::Status, Field::Resource] {
            let counts = median(async || store.facet(scope, field, 10, None).await).await?;
            let peer = shell_time(file, store.facet_sql(scope, field).await?);
            table.row(&format!("facet {field}, {name}"), counts, "ms", peer.map(|p| 1.3 * p), peer);
        }
    }
    let matching = store.count(&one_percent).await?;
    for (name, scope, limit) in [
        ("no filter".to_owned(), &all, 20.0),
        (format!("{matching} match"), &one_percent, 20.0),
        (format!("a rare value, {} match", rare.1), &rare_scope, 400.0),
    ] {
        let page = async || store.list(scope, Sort::default(), None, Direction::Next, 51).await;
        let time = median(page).await?;
        let sql = store.list_sql(scope, Sort::default(), None, Direction::Next, 51).await?;
        table.row(&format!("a page of 50, {name}"), time, "ms", Some(limit), shell_time(file, sql));
    }
    for search in ["billing", "maya@"] {
        let scope = scope(&format!("q={search}"))?;
        let page =
            median(async || store.list(&scope, Sort::default(), None, Direction::Next, 51).await)
                .await?;
        table.row(&format!("a page of 50, searching {search:?}"), page, "ms", None, None);
    }
    Ok(())
}

fn shell_time(file: &Path, sql: Option<String>) -> Option<f64> {
    shell::time(file, &sql?)
}
