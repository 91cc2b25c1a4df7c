//! Taking entries out, in small transactions.

use std::fmt::Write as _;

use sqlx::Connection as _;

use super::Tables;
use crate::store::{
    Key, ProjectId, Removal, StoreError,
    engine::{Ask as _, Columns as _, Engine},
    sql::place,
};

const RECORD: &str = "INSERT INTO removal \
     (project, run, rule, row_count, first_at, last_at, first_seq, last_seq) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (project, run, rule) DO UPDATE SET \
     row_count = removal.row_count + $4, \
     first_at = CASE WHEN removal.first_at < $5 THEN removal.first_at ELSE $5 END, \
     last_at = CASE WHEN removal.last_at > $6 THEN removal.last_at ELSE $6 END, \
     first_seq = CASE WHEN removal.first_seq < $7 THEN removal.first_seq ELSE $7 END, \
     last_seq = CASE WHEN removal.last_seq > $8 THEN removal.last_seq ELSE $8 END";

impl<E: Engine> Tables<E> {
    /// See [`crate::store::Store::remove`]; whoever calls this sees to it that nobody reads there.
    pub(super) async fn take_out(&self, removal: &Removal) -> Result<u64, StoreError> {
        // Whoever writes waits for its turn here.
        let _writer = self.writer.lock().await;
        let mut connection = self.engine.writer().acquire().await?;
        let result = take_out(&self.engine, &mut connection, removal).await;
        if result.is_err() {
            // As after a batch that failed: see `append`.
            let _ = connection.close().await;
        }
        // What is remembered of the newest rows has no gaps.
        self.recent.forget(removal.project);
        result
    }

    /// How many entries of a project were taken out so far.
    pub(super) async fn taken_out(&self, project: ProjectId) -> Result<u64, StoreError> {
        let removed = "SELECT removed FROM project WHERE number = $1";
        let mut connection = self.engine.primary().acquire().await?;
        let rows = connection.ask(removed.into(), vec![project.0.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.count(0))
    }

    /// How many entries lie between two keys and two places, all included.
    pub(super) async fn held_between(
        &self,
        project: ProjectId,
        (first, last): (Key, Key),
        (from, to): (u64, u64),
    ) -> Result<u64, StoreError> {
        let text = "SELECT COUNT(*) FROM entry WHERE project = $1 AND occurred_at BETWEEN $2 AND $4 \
             AND (occurred_at, seq) >= ($2, $3) AND (occurred_at, seq) <= ($4, $5) \
             AND seq BETWEEN $6 AND $7";
        let (from, to) = (place(from), place(to));
        let values =
            [project.0, first.0, place(first.1), last.0, place(last.1), from, to].map(Into::into);
        let mut connection = self.engine.primary().acquire().await?;
        let rows = connection.ask(text.into(), values.into()).await?;
        rows.first().map_or(Ok(0), |row| row.count(0))
    }
}

async fn take_out<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    removal: &Removal,
) -> Result<u64, StoreError> {
    let project = removal.project.0;
    let meant = || {
        let received = removal.received_before.millis();
        vec![project.into(), places(&removal.keys).into(), received.into()]
    };
    let mut transaction = connection.begin_with(E::WRITE).await?;
    let rows = transaction.ask(E::REMOVAL.sum.into(), meant()).await?;
    let Some(sum) = rows.first() else { return Ok(0) };
    let count = sum.int(0)?;
    if count == 0 {
        return Ok(0);
    }
    for statement in E::REMOVAL.deletes {
        transaction.change(statement, meant()).await?;
    }
    let mut record = vec![project.into(), removal.run.into(), removal.rule.as_str().into()];
    record.push(count.into());
    for bound in 1..5 {
        record.push(sum.int(bound)?.into());
    }
    transaction.change(RECORD, record).await?;
    let raised = "UPDATE project SET removed = removed + $2 WHERE number = $1";
    transaction.change(raised, vec![project.into(), count.into()]).await?;
    engine.announce_removal(&mut transaction, removal.project).await?;
    transaction.commit().await?;
    Ok(count.unsigned_abs())
}

/// Places as a JSON array: as one value, a statement is the same for any number of them.
fn places(keys: &[Key]) -> String {
    let mut list = String::from("[");
    // Behind these there is nothing, and in SQLite their keys would be another project's.
    for (_, place) in keys.iter().filter(|(_, place)| (1..1 << 40).contains(place)) {
        // Writing to a String cannot fail.
        let _ = write!(list, "{}{place}", if list.len() > 1 { "," } else { "" });
    }
    list + "]"
}
