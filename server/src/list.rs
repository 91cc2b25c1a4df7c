//! Lists, a page at a time: which rows a cursor means, and the cursors of its neighbours.

use daybook_model::{
    ApiQuery, Cursor, Entry, Filter, Page, QueryError, Sort, Timestamp, page::Direction,
};

use crate::store::{Position, ProjectId, Scope, Store, StoreError};

/// A query whose range and moment are settled: all parts of one answer are about this.
#[derive(Debug, Clone)]
pub struct List {
    /// Which entries.
    pub scope: Scope,
    /// In which order.
    pub sort: Sort,
    /// How many rows a page has.
    pub limit: u16,
    /// From where, unless from the start.
    cursor: Option<Cursor>,
    /// The mark that this list's cursors carry.
    mark: u64,
    /// The clock when it was settled.
    now: Timestamp,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The query is wrong.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The store cannot say.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl List {
    /// Settles the range and the moment of a query, asked within some bounds: those of the cursor
    /// where there is one, else those of this moment. A cursor of another project, filter or order is refused.
    pub async fn resolve(
        store: &dyn Store,
        project: ProjectId,
        within: Vec<Filter>,
        query: ApiQuery,
        now: Timestamp,
    ) -> Result<Self, ListError> {
        let ApiQuery { filter, sort, cursor, limit, .. } = query;
        let mark = Cursor::mark(&project.0.to_string(), &within, &filter, sort);
        let cursor = cursor.map(|text| text.parse::<Cursor>()).transpose()?;
        if cursor.as_ref().is_some_and(|c| c.mark != mark) {
            return Err(QueryError::new(
                "cursor",
                "belongs to another filter, order or project; drop it to see the first page",
            )
            .into());
        }
        if cursor.as_ref().is_some_and(|c| !c.is_in(sort)) {
            return Err(QueryError::new(
                "cursor",
                "is not one that Daybook gave out; drop it to see the first page",
            )
            .into());
        }
        let asked = cursor.as_ref().map(|c| c.as_of).or(filter.as_of);
        let as_of = match asked {
            // A replica that is behind does not make it an earlier moment.
            Some(asked) => asked.min(store.head(project).await?),
            None => store.moment(project).await?,
        };
        let span = cursor.as_ref().map_or_else(|| filter.range.resolve(now), |c| c.span);
        let scope = Scope { project, within, filter, span, as_of };
        Ok(Self { scope, sort, limit, cursor, mark, now })
    }

    /// The page at the cursor.
    pub async fn page(&self, store: &dyn Store) -> Result<Page, StoreError> {
        let direction = self.cursor.as_ref().map_or(Direction::Next, |c| c.direction);
        let position =
            self.cursor.as_ref().map(|c| Position { key: c.key.clone(), time: c.time, seq: c.seq });
        // One more than asked for tells whether there is a page behind this one.
        let mut entries = store
            .list(&self.scope, self.sort, position.as_ref(), direction, self.limit + 1)
            .await?;
        let more = entries.len() > usize::from(self.limit);
        entries.truncate(self.limit.into());
        let rows = entries.len() as u64;
        let (before, has_previous, has_next) = match (direction, &self.cursor) {
            (Direction::Next, None) => (0, false, more),
            (Direction::Next, Some(c)) => (c.ordinal + 1, true, more),
            (Direction::Previous, c) => {
                entries.reverse();
                let before =
                    if more { c.as_ref().map_or(0, |c| c.ordinal).saturating_sub(rows) } else { 0 };
                (before, more, true)
            }
        };
        let cursor = |entry: Option<&Entry>, ordinal, direction| {
            entry.map(|e| self.cursor_at(e, ordinal, direction).to_string())
        };
        Ok(Page {
            previous: has_previous
                .then(|| cursor(entries.first(), before, Direction::Previous))
                .flatten(),
            next: has_next
                .then(|| cursor(entries.last(), (before + rows).saturating_sub(1), Direction::Next))
                .flatten(),
            entries,
            before,
            span: self.scope.span,
            as_of: self.scope.as_of,
            now: self.now,
        })
    }

    fn cursor_at(&self, entry: &Entry, ordinal: u64, direction: Direction) -> Cursor {
        let (key, time, seq) = self.sort.position(entry);
        Cursor {
            direction,
            span: self.scope.span,
            as_of: self.scope.as_of,
            key,
            time,
            seq,
            ordinal,
            mark: self.mark,
        }
    }
}
