//! Narrow rows and words, for the column index.

use async_trait::async_trait;
use daybook_model::{Entry, Seq, Timestamp};
use futures_util::TryStreamExt as _;
use sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement};
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    Sqlite, Store as _,
    read::{key, narrow, word},
};
use crate::store::{
    Parts, ProjectId, Removal, StoreError,
    dictionary::{Kind, Word},
    gate::Gate,
    index::{COLUMNS, Coded, Key, Row, Source},
    row::Narrow,
    sql::{self, place},
};

/// A narrow row, as the column index takes it in.
pub(super) fn row(narrow: &Narrow) -> Result<Row, StoreError> {
    let broken = |_| StoreError::Failed("an entry's numbers cannot be read".into());
    let number = |n: Option<i64>| n.map(u32::try_from).transpose().map_err(broken);
    let mut codes = [0; COLUMNS];
    codes[Coded::Status.index()] = number(narrow.status)?.unwrap_or(0);
    codes[Coded::Outcome.index()] = number(narrow.outcome)?.map_or(0, |outcome| outcome + 1);
    for (&kind, word) in Kind::ALL.iter().zip(narrow.words) {
        codes[Coded::Word(kind).index()] = number(word)?.unwrap_or(0);
    }
    let has = u8::try_from(narrow.has).map_err(broken)?;
    Ok(Row { key: (narrow.occurred_at, narrow.seq.unsigned_abs()), has, codes })
}

impl Sqlite {
    /// The first place from one on that has an entry, and when that was received.
    pub(super) async fn received_from(
        &self,
        project: ProjectId,
        from: i64,
    ) -> Result<Option<(Seq, Timestamp)>, StoreError> {
        // Behind these there is nothing, and their keys would be another project's.
        let [first, last] = [Ord::max(from, 1), (1 << 40) - 1].map(|place| key(project, place));
        let select = Query::select()
            .columns(["key", "received_at"])
            .from("detail")
            .and_where(Expr::col("key").between(first, last))
            .order_by("key", Order::Asc)
            .limit(1)
            .take();
        let rows = self.reader().await?.rows(&select.into()).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let place = row.try_get::<i64, _>(0)? - key(project, 0);
        Ok(Some((place.unsigned_abs(), Timestamp::saturating(row.try_get(1)?))))
    }

    async fn narrow(&self, select: SelectStatement) -> Result<Vec<Row>, StoreError> {
        let mut reader = self.reader().await?;
        let (text, values) = sql::Statement::from(select).build();
        // Row by row: all of them as the driver has them would take ten times the memory. Safe:
        // every value is bound, and every name in the text is a constant of ours.
        let mut found =
            sqlx::query_with(AssertSqlSafe(text), values).fetch(&mut *reader.connection);
        let mut rows = Vec::new();
        while let Some(next) = found.try_next().await? {
            rows.push(row(&narrow(&next)?)?);
        }
        Ok(rows)
    }
}

#[async_trait]
impl Source for Sqlite {
    async fn rows_after(
        &self,
        project: ProjectId,
        after: Seq,
        limit: usize,
    ) -> Result<(Vec<Row>, Seq), StoreError> {
        if let Some(rows) = self.recent.after(project, after, limit) {
            let upto = rows.last().map_or(after, |row| row.key.1);
            return Ok((rows, upto));
        }
        let head = self.head(project).await?;
        // Behind that place keys would be another project's.
        let upto = Ord::min(after.saturating_add(limit as u64), head);
        let end = place(upto).clamp(0, (1 << 40) - 1);
        let start = place(after).clamp(0, end);
        // By way of the wide rows, which are in the order of the log.
        let seq = Expr::col(("detail", "key")).sub(key(project, 0));
        let same = Expr::col((sql::ENTRY, "project"))
            .eq(project.0)
            .and(Expr::col((sql::ENTRY, "occurred_at")).equals(("detail", "occurred_at")))
            .and(Expr::col((sql::ENTRY, "seq")).eq(seq));
        let mut select = Query::select();
        sql::narrow(&mut select)
            .from("detail")
            .inner_join(sql::ENTRY, same)
            .and_where(Expr::col(("detail", "key")).gt(key(project, start)))
            .and_where(Expr::col(("detail", "key")).lte(key(project, end)))
            .order_by(("detail", "key"), Order::Asc);
        Ok((self.narrow(select).await?, upto))
    }

    async fn rows_before(
        &self,
        project: ProjectId,
        as_of: Seq,
        before: Option<Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let entry = |column: &'static str| Expr::col((sql::ENTRY, column));
        let mut select = Query::select();
        sql::narrow(&mut select)
            .from(sql::ENTRY)
            .and_where(entry("project").eq(project.0))
            .and_where(entry("seq").lte(place(as_of)))
            .order_by((sql::ENTRY, "occurred_at"), Order::Desc)
            .order_by((sql::ENTRY, "seq"), Order::Desc)
            .limit(limit as u64);
        if let Some((time, seq)) = before {
            // The bound on the time alone is what the clustered key can seek to.
            let earlier = entry("occurred_at").lt(time).or(entry("seq").lt(place(seq)));
            select.and_where(entry("occurred_at").lte(time)).and_where(earlier);
        }
        self.narrow(select).await
    }

    async fn words_after(
        &self,
        project: ProjectId,
        kind: Kind,
        after: u32,
        limit: usize,
    ) -> Result<Vec<(u32, Word)>, StoreError> {
        let select = Query::select()
            .columns(["number", "value", "type", "id", "name", "email"])
            .from(sql::WORD)
            .and_where(Expr::col("project").eq(project.0))
            .and_where(Expr::col("kind").eq(kind.code()))
            .and_where(Expr::col("number").gt(after))
            .order_by("number", Order::Asc)
            .limit(limit as u64)
            .take();
        let rows = self.reader().await?.rows(&select.into()).await?;
        rows.iter()
            .map(|row| {
                let number = row.try_get::<i64, _>(0)?;
                let number = u32::try_from(number)
                    .map_err(|_| StoreError::Failed("a word's number is too large".into()))?;
                Ok((number, word(row, 1)?))
            })
            .collect()
    }

    fn gate(&self) -> &Gate {
        &self.gate
    }

    async fn remove_behind(&self, removal: &Removal) -> Result<u64, StoreError> {
        self.take_out(removal).await
    }

    async fn removed(&self, project: ProjectId) -> Result<u64, StoreError> {
        self.taken_out(project).await
    }

    async fn count_between(
        &self,
        project: ProjectId,
        keys: (Key, Key),
        places: (u64, u64),
    ) -> Result<u64, StoreError> {
        self.held_between(project, keys, places).await
    }

    async fn received_at(&self, project: ProjectId, seq: Seq) -> Result<Option<i64>, StoreError> {
        let at = Some(place(seq)).filter(|place| (1..1 << 40).contains(place));
        let Some(at) = at else { return Ok(None) };
        let select = Query::select()
            .column("received_at")
            .from("detail")
            .and_where(Expr::col("key").eq(key(project, at)))
            .take();
        let rows = self.reader().await?.rows(&select.into()).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }

    async fn entries_at(&self, project: ProjectId, keys: &[Key]) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<_> = keys.iter().map(|&(time, seq)| (time, place(seq))).collect();
        self.reader().await?.entries_at(project, &keys, Parts::Listed).await
    }
}
