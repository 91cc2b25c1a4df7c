//! What targets refused for good.

use daybook_model::{Seq, Timestamp, stream::DeadLetter};

use super::{Stream, StreamsError, Table, place};
use crate::database::{Row, query};

impl Table {
    /// What a stream's target refused for good, in the order of the log.
    pub async fn dead_letters(&self, stream: &Stream) -> Result<Vec<DeadLetter>, StreamsError> {
        let rows =
            query("SELECT seq, at, error, again FROM dead_letter WHERE stream = $1 ORDER BY seq")
                .bind(stream.id)
                .fetch_all(self.log.readers())
                .await?;
        let letter = |row: &Row| {
            Ok(DeadLetter {
                seq: row.try_get::<i64>(0)?.unsigned_abs(),
                at: Timestamp::saturating(row.try_get(1)?),
                error: row.try_get(2)?,
                again: row.try_get(3)?,
            })
        };
        rows.iter().map(letter).collect()
    }

    /// Has some of them sent again, or all. Says how many.
    pub async fn send_again(
        &self,
        stream: &Stream,
        seqs: Option<&[Seq]>,
    ) -> Result<u64, StreamsError> {
        let marked = query(
            "UPDATE dead_letter SET again = TRUE WHERE stream = $1 \
             AND ($2 IS NULL OR seq IN (SELECT CAST(value AS bigint) FROM json_each($2)))",
        )
        .bind(stream.id)
        .bind(seqs.map(list))
        .execute(self.log.writer())
        .await?;
        Ok(marked.rows_affected())
    }

    /// Drops one of them, or all. Says how many.
    pub async fn drop_letters(
        &self,
        stream: &Stream,
        seq: Option<Seq>,
    ) -> Result<u64, StreamsError> {
        let dropped =
            query("DELETE FROM dead_letter WHERE stream = $1 AND ($2 IS NULL OR seq = $2)")
                .bind(stream.id)
                .bind(seq.map(place))
                .execute(self.log.writer())
                .await?;
        Ok(dropped.rows_affected())
    }
}

/// Places as a list that a statement takes.
fn list(seqs: &[Seq]) -> String {
    let seqs: Vec<_> = seqs.iter().map(ToString::to_string).collect();
    format!("[{}]", seqs.join(","))
}
