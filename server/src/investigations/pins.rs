//! The entries of an investigation.

use daybook_model::{Seq, Timestamp, investigation::MAX_PINS};

use super::{Investigations, InvestigationsError, comments, is_open, most, place, touch};
use crate::database::{Row, Transaction, query, scalar};
use crate::store::ProjectId;

/// An entry as it is pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPin {
    /// Its place in the log.
    pub seq: Seq,
    /// The address of whoever pinned it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Investigations {
    /// What is pinned, in the order of the investigation.
    pub async fn pins(
        &self,
        project: ProjectId,
        number: i64,
    ) -> Result<Vec<KeptPin>, InvestigationsError> {
        let rows = query(
            "SELECT n.seq, p.email, n.pinned_at FROM investigation_pin n JOIN person p ON p.id = n.person \
             WHERE n.project = $1 AND n.investigation = $2 ORDER BY n.place, n.seq",
        )
        .bind(project.0)
        .bind(number)
        .fetch_all(self.log.readers())
        .await?;
        let pin = |row: &Row| {
            Ok(KeptPin {
                seq: row.try_get::<i64>(0)?.unsigned_abs(),
                by: row.try_get(1)?,
                at: Timestamp::saturating(row.try_get(2)?),
            })
        };
        rows.iter().map(pin).collect()
    }

    /// Pins an entry behind the others, and says something of it. Whether it was not pinned before, and
    /// the number of the comment.
    pub async fn pin(
        &self,
        project: ProjectId,
        number: i64,
        person: i64,
        (seq, comment): (Seq, Option<&str>),
        now: Timestamp,
    ) -> Result<(bool, Option<i64>), InvestigationsError> {
        let mut transaction = self.log.writer().begin().await?;
        is_open(&mut transaction, project, number).await?;
        let pinned: i64 = scalar(
            "SELECT count(*) FROM investigation_pin WHERE project = $1 AND investigation = $2",
        )
        .bind(project.0)
        .bind(number)
        .fetch_one(&mut *transaction)
        .await?;
        let added = query(
            "INSERT INTO investigation_pin (project, investigation, seq, place, person, pinned_at) \
             SELECT $1, $2, $3, (SELECT COALESCE(MAX(place), 0) + 1 FROM investigation_pin \
             WHERE project = $1 AND investigation = $2), $4, $5 WHERE true ON CONFLICT DO NOTHING",
        )
        .bind(project.0)
        .bind(number)
        .bind(place(seq))
        .bind(person)
        .bind(now.millis())
        .execute(&mut *transaction)
        .await?;
        let new = added.rows_affected() > 0;
        if new && pinned >= most(MAX_PINS) {
            return Err(InvestigationsError::TooManyPins);
        }
        let said = match comment {
            Some(text) => {
                let of = (number, Some(seq));
                Some(comments::say(&mut transaction, project, of, person, text, now).await?)
            }
            None => None,
        };
        touch(&mut transaction, project, number, now).await?;
        transaction.commit().await?;
        Ok((new, said))
    }

    /// Moves an entry in front of another one, or to the end.
    pub async fn move_pin(
        &self,
        project: ProjectId,
        number: i64,
        (seq, before): (Seq, Option<Seq>),
        now: Timestamp,
    ) -> Result<(), InvestigationsError> {
        let mut transaction = self.log.writer().begin().await?;
        is_open(&mut transaction, project, number).await?;
        let order = moved(ordered(&mut transaction, project, number).await?, seq, before)
            .ok_or(InvestigationsError::NotPinned)?;
        for (at, seq) in (1_i64..).zip(order) {
            query(
                "UPDATE investigation_pin SET place = $4 \
                 WHERE project = $1 AND investigation = $2 AND seq = $3 AND place <> $4",
            )
            .bind(project.0)
            .bind(number)
            .bind(place(seq))
            .bind(at)
            .execute(&mut *transaction)
            .await?;
        }
        touch(&mut transaction, project, number, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Pins an entry no longer; what was said of it goes.
    pub async fn unpin(
        &self,
        project: ProjectId,
        number: i64,
        seq: Seq,
        now: Timestamp,
    ) -> Result<(), InvestigationsError> {
        let mut transaction = self.log.writer().begin().await?;
        is_open(&mut transaction, project, number).await?;
        let gone = query(
            "DELETE FROM investigation_pin WHERE project = $1 AND investigation = $2 AND seq = $3",
        )
        .bind(project.0)
        .bind(number)
        .bind(place(seq))
        .execute(&mut *transaction)
        .await?;
        if gone.rows_affected() == 0 {
            return Err(InvestigationsError::NotPinned);
        }
        comments::forget(&mut transaction, project, number, seq).await?;
        touch(&mut transaction, project, number, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Whether an entry is pinned.
pub(super) async fn is_pinned(
    transaction: &mut Transaction,
    project: ProjectId,
    number: i64,
    seq: Seq,
) -> Result<bool, InvestigationsError> {
    Ok(ordered(transaction, project, number).await?.contains(&seq))
}

async fn ordered(
    transaction: &mut Transaction,
    project: ProjectId,
    number: i64,
) -> Result<Vec<Seq>, InvestigationsError> {
    let seqs: Vec<i64> = scalar(
        "SELECT seq FROM investigation_pin WHERE project = $1 AND investigation = $2 ORDER BY place, seq",
    )
    .bind(project.0)
    .bind(number)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(seqs.into_iter().map(i64::unsigned_abs).collect())
}

/// The order after one of it went in front of another, or to the end; `None` where either is not in it.
fn moved(mut order: Vec<Seq>, seq: Seq, before: Option<Seq>) -> Option<Vec<Seq>> {
    let from = order.iter().position(|&other| other == seq)?;
    if before == Some(seq) {
        return Some(order);
    }
    order.remove(from);
    let to = match before {
        Some(before) => order.iter().position(|&other| other == before)?,
        None => order.len(),
    };
    order.insert(to, seq);
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn an_entry_goes_in_front_of_another_or_to_the_end() {
        for (seq, before, order) in [
            (3, Some(1), Some(vec![3, 1, 2])),
            (1, Some(3), Some(vec![2, 1, 3])),
            (1, None, Some(vec![2, 3, 1])),
            (2, Some(2), Some(vec![1, 2, 3])),
            (9, None, None),
            (1, Some(9), None),
        ] {
            assert_eq!(moved(vec![1, 2, 3], seq, before), order, "{seq} {before:?}");
        }
    }
}
