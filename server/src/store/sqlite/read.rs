//! Reading: rows into entries, and counts.

use std::{collections::HashMap, fmt::Write as _, ops::DerefMut};

use async_trait::async_trait;
use daybook_model::{Entry, Field, Sort, Span, Timestamp, page::Direction};
use sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};
use sqlx::{
    AssertSqlSafe, Decode, Row as _, Sqlite, SqliteConnection, TypeInfo as _, ValueRef as _,
    error::BoxDynError,
    sqlite::{SqliteRow, SqliteTypeInfo, SqliteValueRef},
};

use super::words::Words;
use crate::store::{
    Parts, Position, ProjectId, Scope, StoreError,
    dictionary::{Kind, Word},
    row::{Id, Narrow, Wide, assemble},
    rows::Spelling as _,
    sql::{self, Dictionary, Statement, Where},
};

/// Something that runs questions: a connection, and the words it need not ask for.
pub(super) struct Reader<'a, C = sqlx::pool::PoolConnection<Sqlite>> {
    pub(super) connection: C,
    pub(super) words: &'a Words,
}

#[async_trait]
impl<C: DerefMut<Target = SqliteConnection> + Send> Dictionary for Reader<'_, C> {
    async fn pairs(&mut self, select: SelectStatement) -> Result<Vec<(i64, i64)>, StoreError> {
        let rows = self.rows(&select.into()).await?;
        rows.iter().map(|r| Ok((r.try_get(0)?, r.try_get(1)?))).collect()
    }
}

impl Decode<'_, Sqlite> for Id {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.type_info().name() == "BLOB" {
            let bytes = <&[u8] as Decode<Sqlite>>::decode(value)?;
            return Ok(Self::Uuid(bytes.try_into()?));
        }
        Ok(Self::Text(<String as Decode<Sqlite>>::decode(value)?))
    }
}

impl sqlx::Type<Sqlite> for Id {
    fn type_info() -> SqliteTypeInfo {
        <Vec<u8> as sqlx::Type<Sqlite>>::type_info()
    }

    fn compatible(_: &SqliteTypeInfo) -> bool {
        true
    }
}

impl<C: DerefMut<Target = SqliteConnection> + Send> Reader<'_, C> {
    /// All rows of a statement.
    pub(super) async fn rows(
        &mut self,
        statement: &Statement,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let (text, values) = statement.build();
        // Safe: every value is bound, and every name in the text is a constant of ours.
        Ok(sqlx::query_with(AssertSqlSafe(text), values).fetch_all(&mut *self.connection).await?)
    }

    /// The scope as conditions.
    pub(super) async fn resolve(
        &mut self,
        scope: &Scope,
        without: Option<Field>,
    ) -> Result<Option<Where>, StoreError> {
        sql::resolve(self, scope, without).await
    }

    pub(super) async fn count(&mut self, scope: &Scope) -> Result<u64, StoreError> {
        let Some(found) = self.resolve(scope, None).await? else { return Ok(0) };
        let rows = self.rows(&sql::count(&found)).await?;
        rows.first().map_or(Ok(0), |row| number(row, 0))
    }

    pub(super) async fn extent(&mut self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        let all = Where::unfiltered(scope);
        let mut ends = [None; 2];
        for (end, last) in ends.iter_mut().zip([false, true]) {
            let rows = self.rows(&sql::extent(&all, last)).await?;
            *end = rows.first().map(|r| r.try_get(0)).transpose()?.map(Timestamp::saturating);
        }
        Ok(ends[0].zip(ends[1]).and_then(|(first, last)| Span::new(first, last.plus_millis(1))))
    }

    pub(super) async fn histogram(
        &mut self,
        scope: &Scope,
        edges: &[Timestamp],
    ) -> Result<Vec<[u64; 3]>, StoreError> {
        let Some(found) = self.resolve(scope, None).await? else {
            return Ok(vec![[0; 3]; edges.len().saturating_sub(1)]);
        };
        let bars = self.bars(edges, |edges| sql::histogram(&found, edges)).await?;
        let severities = |counts: Vec<u64>| match counts[..] {
            [all, failures, errors] => [all.saturating_sub(failures + errors), failures, errors],
            _ => [0; 3],
        };
        Ok(bars.into_iter().map(severities).collect())
    }

    /// Counts between each two edges, as many for each bar as the statement asks for.
    pub(super) async fn bars(
        &mut self,
        edges: &[Timestamp],
        statement: impl Fn(&[Timestamp]) -> Statement,
    ) -> Result<Vec<Vec<u64>>, StoreError> {
        let mut bars = vec![Vec::new(); edges.len().saturating_sub(1)];
        // A statement holds so many values; a chart has far fewer bars.
        for (first, chunk) in (0..).step_by(2_000).zip(bars.chunks_mut(2_000)) {
            for row in self.rows(&statement(&edges[first..=first + chunk.len()])).await? {
                let bar =
                    usize::try_from(row.try_get::<i64, _>(0)?).ok().and_then(|i| chunk.get_mut(i));
                let counts: Vec<Option<u64>> =
                    serde_json::from_str(row.try_get(1)?).map_err(|e| {
                        StoreError::Failed(format!("a bar's counts cannot be read: {e}"))
                    })?;
                if let Some(bar) = bar {
                    // The sum of nothing is null.
                    *bar = counts.into_iter().map(Option::unwrap_or_default).collect();
                }
            }
        }
        Ok(bars)
    }

    pub(super) async fn list(
        &mut self,
        scope: &Scope,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        let Some(found) = self.resolve(scope, None).await? else { return Ok(Vec::new()) };
        let limit = limit.into();
        let statement =
            sql::keys(sql::narrow, scope.project, &found, sort, from, direction, limit)?;
        let rows = self.rows(&statement).await?;
        let narrow = rows.iter().map(narrow).collect::<Result<Vec<_>, _>>()?;
        self.complete(scope.project, &narrow, Parts::Listed).await
    }

    /// The entries at these places, whole or as lists show them, in this order; those that do not
    /// exist are left out.
    pub(super) async fn entries(
        &mut self,
        project: ProjectId,
        places: &[i64],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::with_capacity(places.len());
        // Behind these there is nothing, and their keys would be another project's.
        let places: Vec<_> =
            places.iter().copied().filter(|place| (1..1 << 40).contains(place)).collect();
        for places in places.chunks(500) {
            let times = Query::select()
                .columns(["occurred_at", "key"])
                .from("detail")
                .and_where(among(places.iter().map(|&p| key(project, p))))
                .take();
            let times = self.pairs(times).await?;
            let times: HashMap<i64, i64> =
                times.into_iter().map(|(time, at)| (at - key(project, 0), time)).collect();
            let keys: Vec<_> =
                places.iter().filter_map(|&place| Some((*times.get(&place)?, place))).collect();
            let narrow = self.narrow_at(project, &keys).await?;
            entries.extend(self.complete(project, &narrow, parts).await?);
        }
        Ok(entries)
    }

    /// The entries at these times and places, in this order; the first ones where all are large.
    pub(super) async fn entries_at(
        &mut self,
        project: ProjectId,
        keys: &[(i64, i64)],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let narrow = self.narrow_at(project, keys).await?;
        self.first(project, &narrow, parts).await
    }

    /// The narrow rows at these times and places, in this order.
    async fn narrow_at(
        &mut self,
        project: ProjectId,
        keys: &[(i64, i64)],
    ) -> Result<Vec<Narrow>, StoreError> {
        let mut found = HashMap::new();
        for keys in keys.chunks(500) {
            for row in self.rows(&sql::at(project, keys)).await? {
                let row = narrow(&row)?;
                found.insert(row.seq, row);
            }
        }
        Ok(keys.iter().filter_map(|(_, place)| found.remove(place)).collect())
    }

    /// Adds the wide rows and the words to narrow rows.
    pub(super) async fn complete(
        &mut self,
        project: ProjectId,
        narrow: &[Narrow],
        parts: Parts,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut wide = match parts {
            Parts::Narrow => narrow.iter().map(|row| (row.seq, Wide::default())).collect(),
            Parts::Listed => self.wide(project, narrow, false).await?,
            Parts::Whole => self.wide(project, narrow, true).await?,
        };
        let words = self.spelled(project, narrow.iter().flat_map(Narrow::spoken)).await?;
        narrow
            .iter()
            .map(|row| {
                let wide = wide.remove(&row.seq).ok_or_else(StoreError::incomplete)?;
                let mut entry = assemble(row, wide)?;
                for (kind, number) in row.spoken() {
                    let word = words.word(kind, number).ok_or_else(StoreError::incomplete)?;
                    word.put(kind, &mut entry.event)?;
                }
                Ok(entry)
            })
            .collect()
    }

    async fn wide(
        &mut self,
        project: ProjectId,
        narrow: &[Narrow],
        whole: bool,
    ) -> Result<HashMap<i64, Wide>, StoreError> {
        let mut select = Query::select();
        select
            .columns([
                "key",
                "received_at",
                "id",
                "request",
                "session",
                "run",
                "webhook",
                "webhook_event",
                "rest",
            ])
            .from("detail")
            .and_where(among(narrow.iter().map(|n| key(project, n.seq))));
        if whole {
            select.columns(["context", "change"]);
        }
        let rows = self.rows(&select.take().into()).await?;
        rows.iter()
            .map(|row| {
                let mut references = [const { None }; 5];
                for (i, reference) in references.iter_mut().enumerate() {
                    *reference = row.try_get(3 + i)?;
                }
                let (context, change) =
                    if whole { (row.try_get(9)?, row.try_get(10)?) } else { (None, None) };
                let wide = Wide {
                    received_at: row.try_get(1)?,
                    id: row.try_get(2)?,
                    references,
                    rest: row.try_get(8)?,
                    context,
                    change,
                };
                Ok((row.try_get::<i64, _>(0)? - key(project, 0), wide))
            })
            .collect()
    }
}

/// That the key is one of these: as one value, so that a statement is the same for any number of them.
pub(super) fn among(keys: impl Iterator<Item = i64>) -> Expr {
    let mut list = String::from("[");
    for key in keys {
        // Writing to a String cannot fail.
        let _ = write!(list, "{}{key}", if list.len() > 1 { "," } else { "" });
    }
    let each = Func::cust("json_each").arg(list + "]");
    let keys = Query::select().column("value").from_function(each, "wanted").take();
    Expr::col("key").in_subquery(keys)
}

/// The key of a wide row.
pub(super) const fn key(project: ProjectId, place: i64) -> i64 {
    (project.0 << 40) + place
}

/// The word whose value is in this column and whose other parts follow it.
pub(super) fn word(row: &SqliteRow, first: usize) -> Result<Word, sqlx::Error> {
    Ok(Word {
        value: row.try_get(first)?,
        of: row.try_get(first + 1)?,
        id: row.try_get(first + 2)?,
        name: row.try_get(first + 3)?,
        email: row.try_get(first + 4)?,
    })
}

/// A count in a column.
pub(super) fn number(row: &SqliteRow, column: usize) -> Result<u64, StoreError> {
    Ok(row.try_get::<i64, _>(column)?.unsigned_abs())
}

/// A narrow row, its columns those of [`sql::narrow`].
pub(super) fn narrow(row: &SqliteRow) -> Result<Narrow, sqlx::Error> {
    let mut words = [None; Kind::COUNT];
    for (i, number) in words.iter_mut().enumerate() {
        *number = row.try_get(5 + i)?;
    }
    Ok(Narrow {
        occurred_at: row.try_get(0)?,
        seq: row.try_get(1)?,
        status: row.try_get(2)?,
        outcome: row.try_get(3)?,
        has: row.try_get(4)?,
        words,
    })
}
