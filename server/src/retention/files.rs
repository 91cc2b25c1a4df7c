//! What is known of the archive's files.

use daybook_model::{Timestamp, retention::ArchiveFile};

use super::{Keeping, RetentionError};
use crate::database::{Row, query, scalar};
use crate::store::{Key, ProjectId};

/// Which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId {
    /// The run that wrote it.
    pub run: i64,
    /// The day, since 1970, in UTC.
    pub day: i64,
    /// Which one of this day.
    pub part: i64,
}

/// A file of the archive, and where it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Which one.
    pub id: FileId,
    /// The folder within the archive.
    pub path: String,
    /// Its name in there.
    pub name: String,
    /// The last entry in it, in the order of time.
    pub last: Key,
    /// What is told of it.
    pub shown: ArchiveFile,
}

impl std::fmt::Display for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.run, self.day, self.part)
    }
}

impl std::str::FromStr for FileId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse().map_err(drop));
        let mut next = || parts.next().unwrap_or(Err(()));
        Ok(Self { run: next()?, day: next()?, part: next()? })
    }
}

const COLUMNS: &str = "run, day, part, path, name, place, row_count, first_at, last_at, last_seq, \
     bytes, sha256, written_at, settled";

fn file(row: &Row) -> Result<KeptFile, RetentionError> {
    let id = FileId { run: row.try_get(0)?, day: row.try_get(1)?, part: row.try_get(2)? };
    let last: i64 = row.try_get(8)?;
    Ok(KeptFile {
        id,
        path: row.try_get(3)?,
        name: row.try_get(4)?,
        last: (last, row.try_get::<i64>(9)?.unsigned_abs()),
        shown: ArchiveFile {
            id: id.to_string(),
            place: row.try_get(5)?,
            count: row.try_get::<i64>(6)?.unsigned_abs(),
            first: Timestamp::saturating(row.try_get(7)?),
            last: Timestamp::saturating(last),
            bytes: row.try_get::<i64>(10)?.unsigned_abs(),
            sha256: row.try_get(11)?,
            written_at: Timestamp::saturating(row.try_get(12)?),
            settled: row.try_get(13)?,
        },
    })
}

impl Keeping {
    /// The files whose entries are not all out of the log yet, whichever run wrote them: all, or those of
    /// a day.
    pub(super) async fn unsettled(
        &self,
        project: ProjectId,
        day: Option<i64>,
    ) -> Result<Vec<KeptFile>, RetentionError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM archive_file \
             WHERE project = $1 AND ($2 IS NULL OR day = $2) AND settled = 0 ORDER BY run, day, part"
        )));
        let rows = rows.bind(project.0).bind(day);
        rows.fetch_all(self.log.writer()).await?.iter().map(file).collect()
    }

    /// The number of the last file of a run's day; 0 where there is none.
    pub(super) async fn last_part(
        &self,
        project: ProjectId,
        run: i64,
        day: i64,
    ) -> Result<i64, RetentionError> {
        let parts = scalar(
            "SELECT COALESCE(MAX(part), 0) FROM archive_file \
             WHERE project = $1 AND run = $2 AND day = $3",
        );
        let parts = parts.bind(project.0).bind(run).bind(day);
        Ok(parts.fetch_one(self.log.writer()).await?)
    }

    /// Takes down a file that was written and read back.
    pub(super) async fn written(
        &self,
        project: ProjectId,
        file: &KeptFile,
    ) -> Result<(), RetentionError> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let shown = &file.shown;
        query(sqlx::AssertSqlSafe(format!(
            "INSERT INTO archive_file (project, {COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)"
        )))
        .bind(project.0)
        .bind(file.id.run)
        .bind(file.id.day)
        .bind(file.id.part)
        .bind(&file.path)
        .bind(&file.name)
        .bind(&shown.place)
        .bind(number(shown.count))
        .bind(shown.first.millis())
        .bind(file.last.0)
        .bind(number(file.last.1))
        .bind(number(shown.bytes))
        .bind(&shown.sha256)
        .bind(shown.written_at.millis())
        .execute(self.log.writer())
        .await?;
        Ok(())
    }

    /// What is in a file is out of the log.
    pub(super) async fn settle(
        &self,
        project: ProjectId,
        file: FileId,
    ) -> Result<(), RetentionError> {
        query(
            "UPDATE archive_file SET settled = 1 \
             WHERE project = $1 AND run = $2 AND day = $3 AND part = $4",
        )
        .bind(project.0)
        .bind(file.run)
        .bind(file.day)
        .bind(file.part)
        .execute(self.log.writer())
        .await?;
        Ok(())
    }

    /// The files with entries of a time, in the order of time.
    pub async fn files(
        &self,
        project: ProjectId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<KeptFile>, RetentionError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM archive_file WHERE project = $1 AND first_at < $3 AND last_at >= $2 \
             ORDER BY first_at, run, day, part"
        )));
        let rows = rows.bind(project.0).bind(from.millis()).bind(to.millis());
        rows.fetch_all(self.log.readers()).await?.iter().map(file).collect()
    }

    /// One of them.
    pub async fn file(
        &self,
        project: ProjectId,
        id: FileId,
    ) -> Result<Option<KeptFile>, RetentionError> {
        let row = query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM archive_file \
             WHERE project = $1 AND run = $2 AND day = $3 AND part = $4"
        )));
        let row = row.bind(project.0).bind(id.run).bind(id.day).bind(id.part);
        row.fetch_optional(self.log.readers()).await?.as_ref().map(file).transpose()
    }
}
