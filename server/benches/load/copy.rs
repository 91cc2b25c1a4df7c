//! The same rows, copied by PostgreSQL.

use std::time::Instant;

use daybook::store::{ProjectId, Store as _, postgres::Postgres};
use daybook_model::{Event, Timestamp};
use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{BATCH, Error};

/// What is copied of a batch: a table, and which of its rows.
const PARTS: [(&str, &str); 6] = [
    (
        "entry",
        "SELECT e.* FROM entry e JOIN place p USING (project, occurred_at, seq) WHERE p.seq BETWEEN {first} AND {last}",
    ),
    (
        "detail",
        "SELECT d.* FROM detail d JOIN place p USING (project, occurred_at, seq) WHERE p.seq BETWEEN {first} AND {last}",
    ),
    ("place", "SELECT * FROM place WHERE seq BETWEEN {first} AND {last}"),
    ("event_id", "SELECT * FROM event_id WHERE seq BETWEEN {first} AND {last}"),
    ("reference", "SELECT * FROM reference WHERE seq BETWEEN {first} AND {last}"),
    (
        "word",
        "SELECT project, kind, number, hash, value, type, id, name, email, sort, folded FROM placed_word \
      WHERE row BETWEEN {word} AND {words}",
    ),
];

/// How many entries PostgreSQL copies into a log of the same layout, in transactions of a batch each, and how
/// many our own statements store.
pub(crate) fn rates(
    log: &str,
    empty: [&str; 2],
    events: &[Event],
    now: Timestamp,
) -> Result<(f64, f64), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let copied = copied(log, empty[0], now).await?;
        let own = own(empty[1], events, now).await?;
        Ok((copied, own))
    })
}

async fn own(url: &str, events: &[Event], now: Timestamp) -> Result<f64, Error> {
    let store = Postgres::open(url).await?;
    let project = ProjectId(store.create_project("acme", now).await?.number);
    let begun = Instant::now();
    for batch in events.chunks(BATCH) {
        store.append(project, batch, now).await?;
    }
    let rate = events.len() as f64 / begun.elapsed().as_secs_f64();
    store.database().close().await;
    Ok(rate)
}

async fn copied(log: &str, empty: &str, now: Timestamp) -> Result<f64, Error> {
    let mut from = PgConnection::connect(log).await?;
    let all: Vec<(i64, i64)> =
        sqlx::query_as("SELECT number, head FROM project WHERE slug = 'acme'")
            .fetch_all(&mut from)
            .await?;
    let (project, head) = *all.first().ok_or("there is no log")?;
    let placed = format!(
        "CREATE TEMP TABLE placed_word AS SELECT row_number() OVER (ORDER BY number) AS row, word.* \
         FROM word WHERE project = {project}"
    );
    sqlx::query(AssertSqlSafe(placed)).execute(&mut from).await?;
    let words: i64 =
        sqlx::query_scalar("SELECT count(*) FROM placed_word").fetch_one(&mut from).await?;
    // Everything that is copied is in memory beforehand.
    let (mut batches, mut copied) = (Vec::new(), 0);
    while copied < head {
        let last = (copied + i64::try_from(BATCH)?).min(head);
        let [word, to] = [copied, last].map(|place| words * place / head);
        let mut batch = Vec::new();
        for (table, rows) in PARTS {
            let rows = rows.replace("{first}", &(copied + 1).to_string());
            let rows = rows.replace("{last}", &last.to_string());
            let rows = rows.replace("{words}", &to.to_string());
            let rows = rows.replace("{word}", &(word + 1).to_string());
            let rows = format!(
                "COPY (SELECT * FROM ({rows}) AS r WHERE project = {project}) TO STDOUT (FORMAT binary)"
            );
            let mut read = from.copy_out_raw(&rows).await?;
            let mut bytes = Vec::new();
            while let Some(piece) = read.try_next().await? {
                bytes.extend_from_slice(&piece);
            }
            drop(read);
            batch.push((table, bytes));
        }
        batches.push((last, batch));
        copied = last;
    }
    let months: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT occurred_at / 86400000 FROM place")
        .fetch_all(&mut from)
        .await?;
    let store = Postgres::open(empty).await?;
    store.create_project("acme", now).await?;
    store.make_room(&months.iter().map(|day| day * 86_400_000).collect::<Vec<_>>()).await?;
    store.database().close().await;
    let mut to = PgConnection::connect(empty).await?;
    let begun = Instant::now();
    for (last, batch) in batches {
        let mut transaction = to.begin().await?;
        for (table, bytes) in batch {
            let mut copy = transaction
                .copy_in_raw(&format!("COPY {table} FROM STDIN (FORMAT binary)"))
                .await?;
            copy.send(bytes).await?;
            copy.finish().await?;
        }
        sqlx::query("UPDATE project SET head = $1 WHERE slug = 'acme'")
            .bind(last)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(head as f64 / begun.elapsed().as_secs_f64())
}
