//! What was said in an investigation.

use daybook_model::{Seq, Timestamp, investigation::MAX_COMMENTS};

use super::{Investigations, InvestigationsError, is_open, most, pins::is_pinned, place, touch};
use crate::database::{Row, Transaction, query, scalar};
use crate::store::ProjectId;

/// A comment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptComment {
    /// Its number in the investigation.
    pub number: i64,
    /// Of which entry; of all of it where there is none.
    pub seq: Option<Seq>,
    /// Whose it is.
    pub person: i64,
    /// Their address.
    pub by: String,
    /// When it was said.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

impl Investigations {
    /// All that was said, oldest first.
    pub async fn comments(
        &self,
        project: ProjectId,
        number: i64,
    ) -> Result<Vec<KeptComment>, InvestigationsError> {
        let rows = query(
            "SELECT c.number, c.seq, c.person, p.email, c.said_at, c.text FROM investigation_comment c \
             JOIN person p ON p.id = c.person \
             WHERE c.project = $1 AND c.investigation = $2 ORDER BY c.number",
        )
        .bind(project.0)
        .bind(number)
        .fetch_all(self.log.readers())
        .await?;
        let comment = |row: &Row| {
            Ok(KeptComment {
                number: row.try_get(0)?,
                seq: row.try_get::<Option<i64>>(1)?.map(i64::unsigned_abs),
                person: row.try_get(2)?,
                by: row.try_get(3)?,
                at: Timestamp::saturating(row.try_get(4)?),
                text: row.try_get(5)?,
            })
        };
        rows.iter().map(comment).collect()
    }

    /// Says something of all of it, or of one of its entries; its number.
    pub async fn comment(
        &self,
        project: ProjectId,
        (number, seq): (i64, Option<Seq>),
        person: i64,
        text: &str,
        now: Timestamp,
    ) -> Result<i64, InvestigationsError> {
        let mut transaction = self.log.writer().begin().await?;
        is_open(&mut transaction, project, number).await?;
        if let Some(seq) = seq
            && !is_pinned(&mut transaction, project, number, seq).await?
        {
            return Err(InvestigationsError::NotPinned);
        }
        let said = say(&mut transaction, project, (number, seq), person, text, now).await?;
        touch(&mut transaction, project, number, now).await?;
        transaction.commit().await?;
        Ok(said)
    }

    /// Takes back a comment that the person made.
    pub async fn take_back(
        &self,
        project: ProjectId,
        number: i64,
        (person, comment): (i64, i64),
        now: Timestamp,
    ) -> Result<(), InvestigationsError> {
        let mut transaction = self.log.writer().begin().await?;
        is_open(&mut transaction, project, number).await?;
        let gone = query(
            "DELETE FROM investigation_comment \
             WHERE project = $1 AND investigation = $2 AND number = $3 AND person = $4",
        )
        .bind(project.0)
        .bind(number)
        .bind(comment)
        .bind(person)
        .execute(&mut *transaction)
        .await?;
        if gone.rows_affected() == 0 {
            return Err(InvestigationsError::NotSaid);
        }
        touch(&mut transaction, project, number, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Adds a comment; its number.
pub(super) async fn say(
    transaction: &mut Transaction,
    project: ProjectId,
    (number, seq): (i64, Option<Seq>),
    person: i64,
    text: &str,
    now: Timestamp,
) -> Result<i64, InvestigationsError> {
    let there: i64 = scalar(
        "SELECT count(*) FROM investigation_comment WHERE project = $1 AND investigation = $2",
    )
    .bind(project.0)
    .bind(number)
    .fetch_one(&mut *transaction)
    .await?;
    if there >= most(MAX_COMMENTS) {
        return Err(InvestigationsError::TooManyComments);
    }
    // Counted apart, so that the number of one that was taken back is not given again.
    let next: i64 = scalar(
        "UPDATE investigation SET last_comment = last_comment + 1 \
         WHERE project = $1 AND number = $2 RETURNING last_comment",
    )
    .bind(project.0)
    .bind(number)
    .fetch_one(&mut *transaction)
    .await?;
    query(
        "INSERT INTO investigation_comment (project, investigation, number, seq, person, said_at, text) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(project.0)
    .bind(number)
    .bind(next)
    .bind(seq.map(place))
    .bind(person)
    .bind(now.millis())
    .bind(text)
    .execute(&mut *transaction)
    .await?;
    Ok(next)
}

/// Forgets what was said of an entry.
pub(super) async fn forget(
    transaction: &mut Transaction,
    project: ProjectId,
    number: i64,
    seq: Seq,
) -> Result<(), InvestigationsError> {
    query(
        "DELETE FROM investigation_comment WHERE project = $1 AND investigation = $2 AND seq = $3",
    )
    .bind(project.0)
    .bind(number)
    .bind(place(seq))
    .execute(&mut *transaction)
    .await?;
    Ok(())
}
