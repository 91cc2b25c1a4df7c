//! Many rows with few statements.

use std::fmt::Write as _;

use crate::store::{StoreError, engine::Ask, sql::Dialect};

/// A table to insert into.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [&'static str],
}

/// How many rows go into one statement: few sizes, so that each is prepared once.
const SIZES: [usize; 3] = [128, 16, 1];

impl Table {
    /// Inserts a row for each item, in this order.
    pub(super) async fn insert<C: Ask, T: Sync>(
        &self,
        connection: &mut C,
        mut items: &[T],
        bind: impl Fn(&mut C::Cells, &T) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let mut next = move || {
            let Some(size) = SIZES.into_iter().find(|&size| size <= items.len()) else {
                return Ok(None);
            };
            let (now, later) = items.split_at(size);
            items = later;
            let mut cells = C::Cells::default();
            now.iter().try_for_each(|item| bind(&mut cells, item))?;
            Ok::<_, StoreError>(Some((size, cells)))
        };
        let mut ready = next()?;
        while let Some((size, cells)) = ready {
            // The names are constants, and each value has its mark.
            let text = self.text(C::DIALECT, size);
            // The database works elsewhere: meanwhile the next rows are made ready.
            let (done, following) = tokio::join!(connection.put(text, cells), async { next() });
            done?;
            ready = following?;
        }
        Ok(())
    }

    fn text(&self, dialect: Dialect, rows: usize) -> String {
        let mut text = format!("INSERT INTO {} ({}) VALUES ", self.name, self.columns.join(", "));
        let width = self.columns.len();
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..width {
                text.push_str(if column == 0 { "" } else { ", " });
                // Writing to a String cannot fail.
                let _ = match dialect {
                    Dialect::Sqlite => write!(text, "?"),
                    Dialect::Postgres => write!(text, "${}", row * width + column + 1),
                };
            }
            text.push(')');
        }
        text
    }
}
