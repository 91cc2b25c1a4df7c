//! The same log in PostgreSQL: whether the page waits longer for what the index answers there.

use std::{sync::Arc, time::Instant};

use daybook::{
    people::People,
    store::{
        ProjectId, Store as _,
        index::{Index, Settings},
        postgres::Postgres,
    },
};
use daybook_model::Timestamp;

use super::{
    Error, fill,
    machine::Machine,
    page::{self, Client, p95},
    peers::Question,
    table::Table,
};

pub(crate) async fn measure(
    on_sqlite: &Client,
    events: u64,
    now: Timestamp,
    questions: &[Question],
    table: &mut Table,
) -> Result<(), Error> {
    let machine = tokio::task::spawn_blocking(Machine::new).await?;
    let store = Arc::new(Postgres::open(&machine.url()).await?);
    let project = ProjectId(store.create_project("acme", now).await?.number);
    let begun = Instant::now();
    fill(store.clone(), project, now, events).await?;
    let rate = events as f64 / begun.elapsed().as_secs_f64();
    table.row("in PostgreSQL: events stored a second", rate, "/s", None, None);
    let bytes = machine.ask("daybook", "SELECT pg_database_size('daybook')").parse::<f64>()?;
    table.row("in PostgreSQL: disk an entry", bytes / events as f64, "B", None, None);
    let begun = Instant::now();
    let index = Arc::new(Index::over(Arc::clone(&store), Settings::default()));
    index.settled(project).await?;
    table.row("in PostgreSQL: read from the log", begun.elapsed().as_secs_f64(), "s", None, None);

    let sessions = tempfile::tempdir()?;
    let people = People::open(store.database(), &sessions.path().join("sessions")).await?;
    let client = page::serve(people, index, project, now).await?;
    for question in questions {
        let path = page::overview(now, &question.query)?;
        // One after the other, so that whatever else the machine does falls on both.
        let beside = p95(&on_sqlite.times(&path).await?);
        let time = p95(&client.times(&path).await?);
        table.row(
            &format!("in PostgreSQL: overview, {}, 95th percentile", question.name),
            time,
            "ms",
            None,
            None,
        );
        let ratio = time / beside;
        table.note("  beside the same from SQLite", &format!("{beside:.1} ms: {ratio:.2} ×"));
    }
    Ok(())
}
