//! Narrow rows and words, for the column index.

use async_trait::async_trait;
use daybook_model::{Entry, Seq, Timestamp};
use sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement};

use super::{
    Tables,
    read::{Reader, narrow, word},
};
use crate::store::{
    Parts, ProjectId, Removal, Store as _, StoreError,
    dictionary::{Kind, Word},
    engine::{Ask, Columns as _, Engine},
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

impl<E: Engine> Tables<E> {
    /// The first place from one on that has an entry, and when that was received.
    pub(super) async fn received_from(
        &self,
        project: ProjectId,
        from: i64,
    ) -> Result<Option<(Seq, Timestamp)>, StoreError> {
        let dialect = <E::Connection as Ask>::DIALECT;
        let select = Query::select()
            .expr(dialect.seq(project))
            .column("received_at")
            .from(dialect.log())
            .and_where(dialect.at_places(project, from, i64::MAX))
            .order_by(dialect.order(), Order::Asc)
            .limit(1)
            .take();
        let mut reader = self.reader(project, from.unsigned_abs()).await?;
        let rows = reader.rows(&select.into()).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some((row.count(0)?, Timestamp::saturating(row.int(1)?))))
    }

    async fn narrow(
        &self,
        project: ProjectId,
        place: Seq,
        select: SelectStatement,
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        let mut take = |found: <E::Connection as Ask>::Row| {
            rows.push(row(&narrow(&found)?)?);
            Ok(())
        };
        self.reader(project, place).await?.each(&select.into(), &mut take).await?;
        Ok(rows)
    }
}

#[async_trait]
impl<E: Engine> Source for Tables<E> {
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
        let upto = Ord::min(after.saturating_add(limit as u64), head);
        let (first, last) = (place(after), place(upto));
        // By way of what is in the order of the log.
        let select = sql::behind(<E::Connection as Ask>::DIALECT, project, first, last);
        Ok((self.narrow(project, upto, select).await?, upto))
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
        self.narrow(project, as_of, select).await
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
        // Of all that was written: rows with these words were read already.
        let mut reader = Reader { connection: self.begin().await?, words: &self.words };
        let rows = reader.rows(&select.into()).await?;
        rows.iter()
            .map(|row| {
                let number = u32::try_from(row.int(0)?)
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
        let found = self.received_from(project, place(seq)).await?;
        Ok(found.filter(|found| found.0 == seq).map(|found| found.1.millis()))
    }

    async fn entries_at(&self, project: ProjectId, keys: &[Key]) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<_> = keys.iter().map(|&(time, seq)| (time, place(seq))).collect();
        let last = keys.iter().map(|key| key.1).max().unwrap_or(0);
        let mut reader = self.reader(project, last.unsigned_abs()).await?;
        reader.entries_at(project, &keys, Parts::Listed).await
    }
}
