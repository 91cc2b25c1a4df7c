//! Long lists, a page at a time: for whoever wants all of it.

use std::{collections::HashMap, ops::DerefMut, sync::Arc};

use daybook_model::{Entry, Sort, Timestamp, page::Direction, sort::SortKey};
use sea_query::{Expr, ExprTrait as _, Func};

use super::{read::Reader, source};
use crate::store::{
    Key, Parts, Position, ProjectId, Rows, Scope, StoreError,
    dictionary::Kind,
    engine::{Ask, Columns as _},
    index::Row,
    row::{Narrow, has},
    sql::{self, Dictionary as _, Statement},
};

/// How many columns a narrow row has.
const COLUMNS: usize = 5 + Kind::COUNT;

/// A narrow row, its columns those of [`sql::narrow`].
fn unpacked(row: [Option<i64>; COLUMNS]) -> Result<Narrow, StoreError> {
    let [Some(occurred_at), Some(seq), status, outcome, Some(has), words @ ..] = row else {
        return Err(StoreError::Failed("an entry's row is not complete".into()));
    };
    Ok(Narrow { occurred_at, seq, status, outcome, words, has })
}

/// How many bytes of states are read together.
const TOGETHER: i64 = 2 << 20;

impl<C: DerefMut<Target: Ask> + Send> Reader<'_, C> {
    /// At most `limit` entries behind a position in the order of time: one sequential read.
    pub(super) async fn walk(
        &mut self,
        scope: &Scope,
        newest_first: bool,
        from: Option<&Position>,
        limit: usize,
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = self.next(scope, newest_first, from, limit, Ok).await?;
        self.first(scope.project, &rows, parts).await
    }

    /// At most `limit` rows behind a key in the order of time, and their words.
    pub(super) async fn lines(
        &mut self,
        scope: &Scope,
        newest_first: bool,
        from: Option<Key>,
        limit: usize,
    ) -> Result<Rows, StoreError> {
        let from = from.map(|(time, seq)| Position {
            key: SortKey::Absent,
            time: Timestamp::saturating(time),
            seq,
        });
        let rows = self.next(scope, newest_first, from.as_ref(), limit, |row| source::row(&row));
        let rows: Vec<Row> = rows.await?;
        let words = self.spelled(scope.project, rows.iter().flat_map(Row::words)).await?;
        Rows::new(rows, Arc::new(words))
    }

    /// At most `limit` narrow rows behind a position in the order of time, each taken in by `take`.
    async fn next<T>(
        &mut self,
        scope: &Scope,
        newest_first: bool,
        from: Option<&Position>,
        limit: usize,
        take: impl Fn(Narrow) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let Some(found) = self.resolve(scope, None).await? else { return Ok(Vec::new()) };
        let sort = Sort { descending: newest_first, ..Sort::default() };
        let (project, limit) = (scope.project, limit as u64);
        let statement =
            sql::keys(sql::narrow, project, &found, sort, from, Direction::Next, limit)?;
        let Statement::Select(select) = statement else {
            return Err(StoreError::Failed("a page is more than a selection".into()));
        };
        let found = self.rows(&sql::packed(self.dialect(), select)).await?;
        let text = found.first().map(|row| row.text_or_none(0)).transpose()?.flatten();
        let mut rows: Vec<[Option<i64>; COLUMNS]> =
            serde_json::from_str(text.as_deref().unwrap_or("[]"))
                .map_err(|e| StoreError::Failed(format!("a page's rows cannot be read: {e}")))?;
        rows.sort_unstable_by_key(|row| (row[0], row[1]));
        if newest_first {
            rows.reverse();
        }
        rows.into_iter().map(|row| take(unpacked(row)?)).collect()
    }

    /// Times and places of at most `limit` entries behind a position.
    pub(super) async fn keys(
        &mut self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        let Some(found) = self.resolve(scope, None).await? else { return Ok(Vec::new()) };
        let (columns, limit) = (sql::time_and_place as fn(&mut _) -> &mut _, limit as u64);
        let statement =
            sql::keys(columns, scope.project, &found, sort, from, Direction::Next, limit)?;
        let mut keys = Vec::new();
        let mut key = |row: <C::Target as Ask>::Row| {
            keys.push((row.int(0)?, row.count(1)?));
            Ok(())
        };
        self.each(&statement, &mut key).await?;
        Ok(keys)
    }

    /// The entries of these rows; only of the first ones where their states are large.
    pub(super) async fn first(
        &mut self,
        project: ProjectId,
        rows: &[Narrow],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let fitting = match parts {
            Parts::Narrow | Parts::Listed => rows.len(),
            Parts::Whole => self.fitting(project, rows).await?,
        };
        self.complete(project, &rows[..fitting], parts).await
    }

    /// How many of these rows fit into memory together with their states: the first one at the least.
    async fn fitting(&mut self, project: ProjectId, rows: &[Narrow]) -> Result<usize, StoreError> {
        let large = rows.iter().filter(|row| row.has & (has::CHANGE | has::CONTEXT) != 0);
        let keys: Vec<_> = large.map(|row| (row.occurred_at, row.seq)).collect();
        if keys.len() < 2 {
            return Ok(rows.len());
        }
        // The length in bytes is known without reading the text.
        let length = |column| {
            let length = Func::cust("octet_length").arg(Expr::col(("detail", column)));
            Func::coalesce([length.into(), Expr::val(0)])
        };
        let statement = sql::wide(self.dialect(), project, &keys, |select| {
            select.expr(Expr::expr(length("change")).add(length("context")));
        });
        let found = self.rows(&statement).await?;
        let lengths = found.iter().map(|row| Ok((row.int(0)?, row.int(1)?)));
        let lengths = lengths.collect::<Result<HashMap<_, _>, StoreError>>()?;
        let mut bytes = 0;
        let fit = rows.iter().position(|row| {
            bytes += lengths.get(&row.seq).copied().unwrap_or(0);
            bytes > TOGETHER
        });
        Ok(fit.map_or(rows.len(), |first_over| first_over.max(1)))
    }
}
