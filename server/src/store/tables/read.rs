//! Reading: rows into entries, and counts.

use std::{collections::HashMap, ops::DerefMut};

use async_trait::async_trait;
use daybook_model::{Entry, Field, Sort, Span, Timestamp, page::Direction};
use sea_query::SelectStatement;

use super::words::Words;
use crate::store::{
    Parts, Position, ProjectId, Scope, StoreError,
    dictionary::{Kind, Word},
    engine::{Ask, Columns},
    row::{Narrow, Wide, assemble},
    rows::Spelling as _,
    sql::{self, Dialect, Dictionary, Statement, Where},
};

/// Something that runs questions: a connection, and the words it need not ask for.
pub(super) struct Reader<'a, C> {
    pub(super) connection: C,
    pub(super) words: &'a Words,
}

#[async_trait]
impl<C: DerefMut<Target: Ask> + Send> Dictionary for Reader<'_, C> {
    fn dialect(&self) -> Dialect {
        <C::Target as Ask>::DIALECT
    }

    async fn pairs(&mut self, select: SelectStatement) -> Result<Vec<(i64, i64)>, StoreError> {
        let rows = self.rows(&select.into()).await?;
        rows.iter().map(|r| Ok((r.int(0)?, r.int(1)?))).collect()
    }
}

impl<C: DerefMut<Target: Ask> + Send> Reader<'_, C> {
    /// All rows of a statement.
    pub(super) async fn rows(
        &mut self,
        statement: &Statement,
    ) -> Result<Vec<<C::Target as Ask>::Row>, StoreError> {
        let (text, values) = statement.build(<C::Target as Ask>::DIALECT);
        self.connection.ask(text, values).await
    }

    /// The same, row by row.
    pub(super) async fn each(
        &mut self,
        statement: &Statement,
        take: &mut (dyn FnMut(<C::Target as Ask>::Row) -> Result<(), StoreError> + Send),
    ) -> Result<(), StoreError> {
        let (text, values) = statement.build(<C::Target as Ask>::DIALECT);
        self.connection.each(text, values, take).await
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
        rows.first().map_or(Ok(0), |row| row.count(0))
    }

    pub(super) async fn extent(&mut self, scope: &Scope) -> Result<Option<Span>, StoreError> {
        let all = Where::unfiltered(<C::Target as Ask>::DIALECT, scope);
        let mut ends = [None; 2];
        for (end, last) in ends.iter_mut().zip([false, true]) {
            let rows = self.rows(&sql::extent(&all, last)).await?;
            *end = rows.first().map(|r| r.int(0)).transpose()?.map(Timestamp::saturating);
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
                let bar = usize::try_from(row.int(0)?).ok().and_then(|i| chunk.get_mut(i));
                let counts: Vec<Option<u64>> =
                    serde_json::from_str(&row.text(1)?).map_err(|e| {
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
            let times = self.pairs(sql::timed(self.dialect(), project, places)).await?;
            let times: HashMap<i64, i64> =
                times.into_iter().map(|(time, place)| (place, time)).collect();
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
        // PostgreSQL knows no list of values that is empty.
        if narrow.is_empty() {
            return Ok(HashMap::new());
        }
        let keys: Vec<_> = narrow.iter().map(|n| (n.occurred_at, n.seq)).collect();
        let statement = sql::wide(self.dialect(), project, &keys, |select| {
            select.columns(WIDE.map(|column| ("detail", column)));
            if whole {
                select.columns(["context", "change"].map(|column| ("detail", column)));
            }
        });
        let rows = self.rows(&statement).await?;
        rows.iter()
            .map(|row| {
                let mut references = [const { None }; 5];
                for (i, reference) in references.iter_mut().enumerate() {
                    *reference = row.id_or_none(3 + i)?;
                }
                let (context, change) = if whole {
                    (row.text_or_none(9)?, row.text_or_none(10)?)
                } else {
                    (None, None)
                };
                let wide = Wide {
                    received_at: row.int(1)?,
                    id: row.id_or_none(2)?,
                    references,
                    rest: row.text_or_none(8)?,
                    context,
                    change,
                };
                Ok((row.int(0)?, wide))
            })
            .collect()
    }
}

/// The columns of a wide row that lists show, in the order in which they are read; the place stands first.
const WIDE: [&str; 8] =
    ["received_at", "id", "request", "session", "run", "webhook", "webhook_event", "rest"];

/// The word whose value is in this column and whose other parts follow it.
pub(super) fn word(row: &impl Columns, first: usize) -> Result<Word, StoreError> {
    Ok(Word {
        value: row.text(first)?,
        of: row.text_or_none(first + 1)?,
        id: row.text_or_none(first + 2)?,
        name: row.text_or_none(first + 3)?,
        email: row.text_or_none(first + 4)?,
    })
}

/// A narrow row, its columns those of [`sql::narrow`].
pub(super) fn narrow(row: &impl Columns) -> Result<Narrow, StoreError> {
    let mut words = [None; Kind::COUNT];
    for (i, number) in words.iter_mut().enumerate() {
        *number = row.int_or_none(5 + i)?;
    }
    Ok(Narrow {
        occurred_at: row.int(0)?,
        seq: row.int(1)?,
        status: row.int_or_none(2)?,
        outcome: row.int_or_none(3)?,
        has: row.int(4)?,
        words,
    })
}
