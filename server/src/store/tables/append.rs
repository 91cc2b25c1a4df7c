//! Writing: a batch of events in one transaction.

use std::{collections::HashMap, time::Duration};

use daybook_model::{Entry, Event, Seq, Severity, Timestamp};
use sqlx::Connection as _;
use tokio::time::timeout;

use super::{ids, lexicon::Lexicon, read::Reader, words::Words};
use crate::store::{
    Appended, Parts, ProjectId, StoreError,
    dictionary::Kind,
    engine::{Ask, Engine, head},
    index::Row,
    insert::{Batch as _, Table, fit},
    row::{Exact, Id, Narrow, Sought, Wide, bits, outcome_code, severity_code},
    sql::{Dialect, place},
};

const ENTRY: Table = Table {
    name: "entry",
    columns: &[
        "project",
        "occurred_at",
        "seq",
        "severity",
        "status",
        "outcome",
        "has",
        "method",
        "actor",
        "operation",
        "source",
        "action",
        "resource",
        "application",
        "cluster",
        "environment",
        "ip",
        "path",
        "blueprint",
        "entity",
        "integration",
        "user_agent",
    ],
};
/// The columns of the wide row behind those that tell which one it is.
macro_rules! detail {
    ($($key:literal),+) => {
        Table {
            name: "detail",
            columns: &[
                $($key,)+
                "occurred_at",
                "received_at",
                "id",
                "request",
                "session",
                "run",
                "webhook",
                "webhook_event",
                "rest",
                "context",
                "change",
            ],
        }
    };
}

const DETAIL_BY_KEY: Table = detail!("key");
const DETAIL: Table = detail!("project", "seq");
const PLACE: Table =
    Table { name: "place", columns: &["project", "seq", "occurred_at", "received_at"] };
const EVENT_ID: Table = Table { name: "event_id", columns: &["project", "id", "seq"] };
const REFERENCE: Table = Table { name: "reference", columns: &["project", "kind", "value", "seq"] };

/// Where entries came back from an archive.
const BACK: &str = "INSERT INTO restored (project, first, last, row_count, first_at, last_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";

/// How long a batch may take: where a machine is lost without a word, its answer never comes.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long a connection may take to be closed.
const FAREWELL: Duration = Duration::from_secs(5);

/// What the one who writes remembers.
#[derive(Debug, Default)]
pub(super) struct Writer {
    lexicon: Lexicon,
}

/// An event that is new, at its place.
struct New<'a> {
    seq: i64,
    received_at: Timestamp,
    event: &'a Event,
    words: [Option<i64>; Kind::COUNT],
}

impl Writer {
    /// See [`crate::store::Store::append`], and `restore` for what is back. What is new is told as rows as well.
    pub(super) async fn append<E: Engine>(
        &mut self,
        engine: &E,
        words: &Words,
        project: ProjectId,
        events: &[Event],
        came: (Timestamp, bool),
    ) -> Result<(Vec<Appended>, Vec<Row>), StoreError> {
        let times: Vec<_> = events.iter().map(|event| event.occurred_at.millis()).collect();
        let mut is_first = true;
        loop {
            engine.make_room(&times).await?;
            let mut connection = engine.writer().acquire().await?;
            let appended = self.append_with(engine, &mut connection, words, project, events, came);
            let result = timeout(PATIENCE, appended).await.unwrap_or_else(|_| {
                Err(StoreError::Unavailable("the database does not answer".into()))
            });
            if result.is_ok() {
                return result;
            }
            engine.forget_room();
            // Where the disk is full SQLite rolls back by itself. sqlx does not notice, and would
            // begin no transaction on this connection any more: the next batch gets a new one.
            let _ = timeout(FAREWELL, connection.close()).await;
            // Nothing was written, and what is missing is made again.
            if !is_first || result != Err(StoreError::PartGone) {
                return result;
            }
            is_first = false;
        }
    }

    async fn append_with<E: Engine>(
        &mut self,
        engine: &E,
        connection: &mut E::Connection,
        words: &Words,
        project: ProjectId,
        events: &[Event],
        (received_at, is_back): (Timestamp, bool),
    ) -> Result<(Vec<Appended>, Vec<Row>), StoreError> {
        // Taken out: whatever ends this early, an error or a dropped future, must not leave numbers
        // behind that were never committed.
        let mut lexicon = std::mem::take(&mut self.lexicon);
        let mut transaction = connection.begin_with(E::WRITE).await?;
        let head = head(&mut *transaction, E::HEAD, project).await?;
        let (outcomes, fresh) = sift(&mut *transaction, words, project, events, head).await?;
        let (mut rows, mut last) = (Vec::new(), head);
        if !fresh.is_empty() {
            let numbers = lexicon.numbers(&mut *transaction, project, head, &fresh).await?;
            let new: Vec<_> = (head + 1..)
                .zip(fresh)
                .zip(numbers)
                .map(|((seq, event), words)| New { seq, received_at, event, words })
                .collect();
            rows = new.iter().map(row).collect::<Result<_, _>>()?;
            last = new.last().map_or(head, |n| n.seq);
            store(&mut *transaction, project, new, last).await?;
            if is_back {
                let times = || rows.iter().map(|row| row.key.0);
                let (first_at, last_at) = (times().min(), times().max());
                let (first_at, last_at) = (first_at.unwrap_or(0), last_at.unwrap_or(0));
                let back = [project.0, head + 1, last, last - head, first_at, last_at];
                transaction.change(BACK, back.map(Into::into).into()).await?;
            }
            engine.announce(&mut transaction, project, last).await?;
        }
        transaction.commit().await?;
        // Where nothing was new, what other servers wrote up to there was not looked at.
        if last > head {
            lexicon.wrote(project, last);
        }
        self.lexicon = lexicon;
        Ok((outcomes, rows))
    }
}

impl Writer {
    /// Writes entries of another log down as they are, behind those that are there, up to a place.
    pub(super) async fn copy<E: Engine>(
        &mut self,
        engine: &E,
        project: ProjectId,
        entries: &[Entry],
        upto: Seq,
    ) -> Result<(), StoreError> {
        let times: Vec<_> = entries.iter().map(|entry| entry.event.occurred_at.millis()).collect();
        engine.make_room(&times).await?;
        let mut connection = engine.writer().acquire().await?;
        let mut lexicon = std::mem::take(&mut self.lexicon);
        let mut transaction = connection.begin_with(E::WRITE).await?;
        let head = head(&mut *transaction, E::HEAD, project).await?;
        let first = entries.first().map_or(upto, |entry| entry.seq);
        if place(first) <= head {
            return Err(StoreError::Failed(format!("the log goes up to {head} already")));
        }
        let events: Vec<_> = entries.iter().map(|entry| &entry.event).collect();
        let numbers = lexicon.numbers(&mut *transaction, project, head, &events).await?;
        let new = entries.iter().zip(numbers).map(|(entry, words)| New {
            seq: place(entry.seq),
            received_at: entry.received_at,
            event: &entry.event,
            words,
        });
        store(&mut *transaction, project, new.collect(), place(upto)).await?;
        transaction.commit().await?;
        lexicon.wrote(project, place(upto));
        self.lexicon = lexicon;
        Ok(())
    }
}

/// A new event as the column index takes it in.
fn row(new: &New<'_>) -> Result<Row, StoreError> {
    let event = new.event;
    super::source::row(&Narrow {
        occurred_at: event.occurred_at.millis(),
        seq: new.seq,
        status: event.request.status_code.map(i64::from),
        outcome: event.outcome.map(outcome_code),
        words: new.words,
        has: bits(event),
    })
}

/// Parts the new events from those whose id is known, and gives the new ones their places.
async fn sift<'a, C: Ask>(
    connection: &mut C,
    words: &Words,
    project: ProjectId,
    events: &'a [Event],
    head: i64,
) -> Result<(Vec<Appended>, Vec<&'a Event>), StoreError> {
    let stored = ids::places(connection, project, events).await?;
    let same = compare(connection, words, project, events, &stored).await?;
    let mut outcomes = Vec::with_capacity(events.len());
    let mut fresh = Vec::new();
    let mut first: HashMap<&str, (u64, &Event)> = HashMap::new();
    let mut next = head.unsigned_abs() + 1;
    for (index, event) in events.iter().enumerate() {
        let id = event.id.as_deref();
        let earlier = id.and_then(|id| first.get(id));
        outcomes.push(if let Some(seq) = id.and_then(|id| stored.get(id)) {
            let seq = seq.unsigned_abs();
            if same[index] { Appended::Duplicate(seq) } else { Appended::Differs(seq) }
        } else if let Some(&(seq, earlier)) = earlier {
            if earlier == event { Appended::Duplicate(seq) } else { Appended::Differs(seq) }
        } else {
            first.extend(id.map(|id| (id, (next, event))));
            fresh.push(event);
            next += 1;
            Appended::Stored(next - 1)
        });
    }
    Ok((outcomes, fresh))
}

/// Which events are the same as the stored ones with their ids.
async fn compare<C: Ask>(
    connection: &mut C,
    words: &Words,
    project: ProjectId,
    events: &[Event],
    stored: &HashMap<&str, i64>,
) -> Result<Vec<bool>, StoreError> {
    let mut same = vec![false; events.len()];
    let mut known: Vec<(i64, usize)> = events
        .iter()
        .enumerate()
        .filter_map(|(i, e)| stored.get(e.id.as_deref()?).map(|&seq| (seq, i)))
        .collect();
    known.sort_unstable();
    for known in known.chunks(500) {
        let mut places: Vec<i64> = known.iter().map(|k| k.0).collect();
        places.dedup();
        let entries = Reader { connection: &mut *connection, words }
            .entries(project, &places, Parts::Whole)
            .await?;
        let entries: HashMap<u64, Entry> = entries.into_iter().map(|e| (e.seq, e)).collect();
        for &(seq, index) in known {
            same[index] =
                entries.get(&seq.unsigned_abs()).is_some_and(|e| e.event == events[index]);
        }
    }
    Ok(same)
}

/// Writes new events down and raises the head.
async fn store<C: Ask>(
    connection: &mut C,
    project: ProjectId,
    mut new: Vec<New<'_>>,
    last: i64,
) -> Result<(), StoreError> {
    let detail = match C::DIALECT {
        Dialect::Sqlite => &DETAIL_BY_KEY,
        Dialect::Postgres => &DETAIL,
    };
    detail
        .insert(connection, &new, |row, New { seq, received_at, event, .. }| {
            let wide = Wide::of(event, *received_at)?;
            match C::DIALECT {
                Dialect::Sqlite => row.add((project.0 << 40) + seq)?,
                Dialect::Postgres => row.add(project.0)?.add(*seq)?,
            };
            row.add(event.occurred_at.millis())?.add(wide.received_at)?.add(wide.id)?;
            for reference in wide.references {
                row.add(reference)?;
            }
            row.add(wide.rest)?.add(wide.context)?.add(wide.change)?;
            Ok(())
        })
        .await?;
    if C::DIALECT == Dialect::Postgres {
        let bind = |row: &mut C::Batch, New { seq, received_at, event, .. }: &New<'_>| {
            row.add(project.0)?.add(*seq)?.add(event.occurred_at.millis())?;
            row.add(received_at.millis()).map(drop)
        };
        PLACE.insert(connection, &new, bind).await?;
    }
    // Rows go in by key, so that neighbours are written together.
    let mut ids: Vec<(Id, i64)> =
        new.iter().filter_map(|n| n.event.id.as_deref().map(|id| (Id::of(id), n.seq))).collect();
    ids.sort_unstable();
    EVENT_ID
        .insert(connection, &ids, |row, (id, seq)| {
            row.add(project.0)?.add(Sought(id))?.add(*seq).map(drop)
        })
        .await?;
    let mut references = Vec::new();
    for exact in Exact::REFERENCES {
        let some = new
            .iter()
            .filter_map(|n| exact.value(n.event).map(|value| (exact.code(), Id::of(value), n.seq)));
        references.extend(some);
    }
    references.sort_unstable();
    REFERENCE
        .insert(connection, &references, |row, (kind, value, seq)| {
            row.add(project.0)?
                .add(kind.map(fit::<i16>).transpose()?)?
                .add(Sought(value))?
                .add(*seq)
                .map(drop)
        })
        .await?;
    new.sort_unstable_by_key(|n| (n.event.occurred_at, n.seq));
    ENTRY
        .insert(connection, &new, |row, New { seq, event, words, .. }| {
            row.add(project.0)?
                .add(event.occurred_at.millis())?
                .add(*seq)?
                .add(fit::<i16>(severity_code(Severity::of(event)))?)?;
            let (status, outcome) = (event.request.status_code, event.outcome);
            row.add(status.map(i64::from).map(fit::<i16>).transpose()?)?
                .add(outcome.map(outcome_code).map(fit::<i16>).transpose()?)?
                .add(fit::<i16>(bits(event))?)?;
            for number in words {
                row.add(number.map(fit::<i32>).transpose()?)?;
            }
            Ok(())
        })
        .await?;
    let values = vec![project.0.into(), last.into()];
    connection.change("UPDATE project SET head = $2 WHERE number = $1", values).await?;
    Ok(())
}
