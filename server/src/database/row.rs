//! What comes out of a statement.

use sqlx::{
    ColumnIndex, Row as _, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow,
};

/// A row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From a file.
    Sqlite(SqliteRow),
    /// From a server.
    Postgres(PgRow),
}

/// A column of a row, by its name or by its place.
pub trait Index: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Copy {}

impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Copy> Index for T {}

/// What a column is read as.
pub trait Column<'r>: Sized {
    /// The value.
    fn of(row: &'r Row, column: impl Index) -> Result<Self, sqlx::Error>;
}

impl Row {
    /// A column.
    pub fn try_get<'r, T: Column<'r>>(&'r self, column: impl Index) -> Result<T, sqlx::Error> {
        T::of(self, column)
    }

    /// A column that is known to be there and to be of this type.
    ///
    /// # Panics
    ///
    /// Where it is not.
    pub fn get<'r, T: Column<'r>>(&'r self, column: impl Index) -> T {
        self.try_get(column).unwrap_or_else(|error| panic!("{error}"))
    }
}

macro_rules! columns {
    ($($type:ty),+) => {
        $(
            impl<'r> Column<'r> for $type {
                fn of(row: &'r Row, column: impl Index) -> Result<Self, sqlx::Error> {
                    match row {
                        Row::Sqlite(row) => row.try_get(column),
                        Row::Postgres(row) => row.try_get(column),
                    }
                }
            }
        )+
    };
}

columns!(String, Option<String>, &'r str, Option<&'r str>, Vec<u8>, Option<Vec<u8>>, &'r [u8]);

impl<'r> Column<'r> for Option<i64> {
    fn of(row: &'r Row, column: impl Index) -> Result<Self, sqlx::Error> {
        match row {
            Row::Sqlite(row) => row.try_get(column),
            // Its integers have several widths, which are read alike.
            Row::Postgres(row) => match row.try_get_raw(column)?.type_info().name() {
                "INT2" | "INT4" | "INT8" => row.try_get_unchecked(column),
                _ => row.try_get(column),
            },
        }
    }
}

impl<'r> Column<'r> for i64 {
    fn of(row: &'r Row, column: impl Index) -> Result<Self, sqlx::Error> {
        Option::<Self>::of(row, column)?.ok_or_else(missing)
    }
}

impl<'r> Column<'r> for u32 {
    fn of(row: &'r Row, column: impl Index) -> Result<Self, sqlx::Error> {
        let number = i64::of(row, column)?;
        Self::try_from(number).map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

impl<'r> Column<'r> for Option<bool> {
    fn of(row: &'r Row, column: impl Index) -> Result<Self, sqlx::Error> {
        match row {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(found) => match found.try_get_raw(column)?.type_info().name() {
                "BOOL" => found.try_get(column),
                _ => Ok(Option::<i64>::of(row, column)?.map(|number| number != 0)),
            },
        }
    }
}

impl<'r> Column<'r> for bool {
    fn of(row: &'r Row, column: impl Index) -> Result<Self, sqlx::Error> {
        Option::<Self>::of(row, column)?.ok_or_else(missing)
    }
}

fn missing() -> sqlx::Error {
    sqlx::Error::Decode("a value is missing".into())
}
