//! Writing: a batch of events in one transaction.

use std::collections::HashMap;

use daybook_model::{Entry, Event, Severity, Timestamp};
use sqlx::{
    Connection as _, Encode, Row as _, Sqlite, SqliteConnection, encode::IsNull,
    error::BoxDynError, sqlite::SqliteArgumentsBuffer,
};

use super::{
    Database, head,
    insert::Table,
    lexicon::Lexicon,
    read::{Reader, key},
    words::Words,
};
use crate::store::{
    Appended, Parts, ProjectId, StoreError,
    dictionary::Kind,
    index::Row,
    row::{Exact, Id, Narrow, Wide, bits, outcome_code, severity_code},
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
const DETAIL: Table = Table {
    name: "detail",
    columns: &[
        "key",
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
};
const EVENT_ID: Table = Table { name: "event_id", columns: &["project", "id", "seq"] };
const REFERENCE: Table = Table { name: "reference", columns: &["project", "kind", "value", "seq"] };

/// How many ids are looked up at once.
const LOOK_UP: usize = 128;

/// What the one who writes remembers.
#[derive(Debug, Default)]
pub(super) struct Writer {
    lexicon: Lexicon,
}

/// An event that is new, at its place.
struct New<'a> {
    seq: i64,
    event: &'a Event,
    words: [Option<i64>; Kind::COUNT],
}

impl Encode<'_, Sqlite> for Id {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        match self {
            Self::Uuid(bytes) => <Vec<u8> as Encode<Sqlite>>::encode(bytes.to_vec(), buffer),
            Self::Text(text) => <String as Encode<Sqlite>>::encode(text.clone(), buffer),
        }
    }
}

impl Writer {
    /// See [`crate::store::Store::append`]. What is new is told as rows as well.
    pub(super) async fn append(
        &mut self,
        database: &Database,
        words: &Words,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<(Vec<Appended>, Vec<Row>), StoreError> {
        let mut connection = database.writer().acquire().await?;
        let result = self.append_with(&mut connection, words, project, events, received_at).await;
        if result.is_err() {
            // Where the disk is full SQLite rolls back by itself. sqlx does not notice, and would
            // begin no transaction on this connection any more: the next batch gets a new one.
            let _ = connection.close().await;
        }
        result
    }

    async fn append_with(
        &mut self,
        connection: &mut SqliteConnection,
        words: &Words,
        project: ProjectId,
        events: &[Event],
        received_at: Timestamp,
    ) -> Result<(Vec<Appended>, Vec<Row>), StoreError> {
        // Taken out: whatever ends this early, an error or a dropped future, must not leave numbers
        // behind that were never committed.
        let mut lexicon = std::mem::take(&mut self.lexicon);
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let head = head(&mut transaction, project).await?;
        let (outcomes, fresh) = sift(&mut transaction, words, project, events, head).await?;
        let mut rows = Vec::new();
        if !fresh.is_empty() {
            let numbers = lexicon.numbers(&mut transaction, project, &fresh).await?;
            let new: Vec<_> = (head + 1..)
                .zip(fresh)
                .zip(numbers)
                .map(|((seq, event), words)| New { seq, event, words })
                .collect();
            rows = new.iter().map(row).collect::<Result<_, _>>()?;
            store(&mut transaction, project, new, received_at).await?;
        }
        transaction.commit().await?;
        self.lexicon = lexicon;
        Ok((outcomes, rows))
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
async fn sift<'a>(
    connection: &mut SqliteConnection,
    words: &Words,
    project: ProjectId,
    events: &'a [Event],
    head: i64,
) -> Result<(Vec<Appended>, Vec<&'a Event>), StoreError> {
    let stored = stored(connection, project, events).await?;
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

/// The places of the ids that the log knows.
async fn stored<'a>(
    connection: &mut SqliteConnection,
    project: ProjectId,
    events: &'a [Event],
) -> Result<HashMap<&'a str, i64>, StoreError> {
    let text = format!(
        "SELECT id, seq FROM event_id WHERE project = ? AND id IN ({})",
        vec!["?"; LOOK_UP].join(", ")
    );
    let mut ids: Vec<_> =
        events.iter().filter_map(|e| e.id.as_deref()).map(|id| (Id::of(id), id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = HashMap::new();
    for chunk in ids.chunks(LOOK_UP) {
        // Safe: the text holds marks only. The last id is repeated to fill them up.
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text.as_str())).bind(project.0);
        for i in 0..LOOK_UP {
            query = query.bind(&chunk[i.min(chunk.len() - 1)].0);
        }
        for row in query.fetch_all(&mut *connection).await? {
            let id: Id = row.try_get(0)?;
            if let Ok(at) = chunk.binary_search_by(|(i, _)| i.cmp(&id)) {
                found.insert(chunk[at].1, row.try_get(1)?);
            }
        }
    }
    Ok(found)
}

/// Which events are the same as the stored ones with their ids.
async fn compare(
    connection: &mut SqliteConnection,
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
async fn store(
    connection: &mut SqliteConnection,
    project: ProjectId,
    mut new: Vec<New<'_>>,
    received_at: Timestamp,
) -> Result<(), StoreError> {
    let last = new.last().map_or(0, |n| n.seq);
    DETAIL
        .insert(connection, &new, |row, New { seq, event, .. }| {
            let wide = Wide::of(event, received_at)?;
            row.add(key(project, *seq))?
                .add(event.occurred_at.millis())?
                .add(wide.received_at)?
                .add(wide.id)?;
            for reference in wide.references {
                row.add(reference)?;
            }
            row.add(wide.rest)?.add(wide.context)?.add(wide.change)?;
            Ok(())
        })
        .await?;
    // Rows go in by key, so that neighbours are written together.
    let mut ids: Vec<(Id, i64)> =
        new.iter().filter_map(|n| n.event.id.as_deref().map(|id| (Id::of(id), n.seq))).collect();
    ids.sort_unstable();
    EVENT_ID
        .insert(connection, &ids, |row, (id, seq)| row.add(project.0)?.add(id)?.add(*seq).map(drop))
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
            row.add(project.0)?.add(*kind)?.add(value)?.add(*seq).map(drop)
        })
        .await?;
    new.sort_unstable_by_key(|n| (n.event.occurred_at, n.seq));
    ENTRY
        .insert(connection, &new, |row, New { seq, event, words }| {
            row.add(project.0)?
                .add(event.occurred_at.millis())?
                .add(*seq)?
                .add(severity_code(Severity::of(event)))?;
            row.add(event.request.status_code.map(i64::from))?
                .add(event.outcome.map(outcome_code))?
                .add(bits(event))?;
            for number in words {
                row.add(*number)?;
            }
            Ok(())
        })
        .await?;
    sqlx::query("UPDATE project SET head = ? WHERE number = ?")
        .bind(last)
        .bind(project.0)
        .execute(connection)
        .await?;
    Ok(())
}
