//! How far streams are.

use daybook_model::{Seq, Timestamp, stream::MAX_DEAD_LETTERS};

use super::{Stream, StreamsError, Table, place};
use crate::database::{On, query};

/// The longest error that is kept, in characters.
const MAX_ERROR: usize = 300;

impl Table {
    /// Everything up to a place is settled, of which the target took so many. `false`: somebody moved the
    /// stream to another place meanwhile, where it stays.
    pub(in crate::streams) async fn settle(
        &self,
        stream: &Stream,
        upto: Seq,
        taken: usize,
        now: Timestamp,
    ) -> Result<bool, StreamsError> {
        let mut transaction = self.log.writer().begin().await?;
        let moved = moved(&mut *transaction, stream, upto).await?;
        if taken > 0 {
            took(&mut *transaction, stream, taken, now).await?;
        }
        transaction.commit().await?;
        Ok(moved)
    }

    /// An entry is refused for good; the stream goes on behind it. `false`: so many are kept already
    /// that there is no room for it.
    pub(in crate::streams) async fn refuse(
        &self,
        stream: &Stream,
        seq: Seq,
        upto: Seq,
        error: &str,
        now: Timestamp,
    ) -> Result<bool, StreamsError> {
        let mut transaction = self.log.writer().begin().await?;
        let kept = query(
            "INSERT INTO dead_letter (stream, seq, at, error) SELECT $1, $2, $3, $4 \
             WHERE (SELECT count(*) FROM dead_letter WHERE stream = $1) < $5 \
             OR EXISTS (SELECT 1 FROM dead_letter WHERE stream = $1 AND seq = $2) \
             ON CONFLICT (stream, seq) DO UPDATE SET at = $3, error = $4, again = FALSE",
        )
        .bind(stream.id)
        .bind(place(seq))
        .bind(now.millis())
        .bind(cut(error))
        .bind(i64::try_from(MAX_DEAD_LETTERS).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
        if kept.rows_affected() == 0 {
            return Ok(false);
        }
        moved(&mut *transaction, stream, upto).await?;
        // It does get on.
        query(
            "UPDATE stream SET error = NULL, failing_since = NULL, again_at = NULL WHERE id = $1",
        )
        .bind(stream.id)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// A dead letter was taken after all.
    pub(in crate::streams) async fn revive(
        &self,
        stream: &Stream,
        seq: Seq,
        now: Timestamp,
    ) -> Result<(), StreamsError> {
        let mut transaction = self.log.writer().begin().await?;
        query("DELETE FROM dead_letter WHERE stream = $1 AND seq = $2")
            .bind(stream.id)
            .bind(place(seq))
            .execute(&mut *transaction)
            .await?;
        took(&mut *transaction, stream, 1, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The stream does not get on; it is tried again then.
    pub(in crate::streams) async fn fail(
        &self,
        stream: &Stream,
        error: &str,
        now: Timestamp,
        again_at: Timestamp,
    ) -> Result<(), StreamsError> {
        query(
            "UPDATE stream SET error = $2, failing_since = COALESCE(failing_since, $3), again_at = $4 WHERE id = $1",
        )
        .bind(stream.id)
        .bind(cut(error))
        .bind(now.millis())
        .bind(again_at.millis())
        .execute(self.log.writer())
        .await?;
        Ok(())
    }
}

/// Moves a stream on, unless somebody moved it meanwhile.
async fn moved(to: impl On, stream: &Stream, upto: Seq) -> Result<bool, sqlx::Error> {
    // Neither its place nor its filter may have been changed meanwhile.
    let moved = query("UPDATE stream SET upto = $3 WHERE id = $1 AND upto = $2 AND filter = $4");
    let moved = moved.bind(stream.id).bind(place(stream.upto)).bind(place(upto));
    let moved = moved.bind(stream.filter.to_string());
    Ok(moved.execute(to).await?.rows_affected() > 0)
}

/// The target took some.
async fn took(
    to: impl On,
    stream: &Stream,
    taken: usize,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    query(
        "UPDATE stream SET sent = sent + $2, sent_at = $3, error = NULL, failing_since = NULL, again_at = NULL \
         WHERE id = $1",
    )
    .bind(stream.id)
    .bind(i64::try_from(taken).unwrap_or(i64::MAX))
    .bind(now.millis())
    .execute(to)
    .await
    .map(drop)
}

/// An error as it is kept: a line of bounded length.
fn cut(error: &str) -> String {
    let plain = error.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut text: String = plain.clone().take(MAX_ERROR).collect();
    if plain.count() > MAX_ERROR {
        text.push('…');
    }
    text
}
