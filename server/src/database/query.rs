//! Statements.

use std::{future::Future, marker::PhantomData};

use futures_util::TryStreamExt as _;
use sqlx::{
    Arguments as _, Either, Executor as _, PgConnection, SqlSafeStr, SqlStr, SqliteConnection,
    postgres::PgArguments, sqlite::SqliteArguments,
};

use super::{Column, Connection, Kind, Pool, Row, Transaction, Value};

/// A statement, and the values of its marks `$1`, `$2`, ….
#[derive(Debug)]
#[must_use = "a statement does nothing until it is given to a connection"]
pub struct Query {
    text: SqlStr,
    values: Vec<Value>,
}

/// A statement of whose rows the first column is wanted.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is given to a connection"]
pub struct Scalar<T>(Query, PhantomData<fn() -> T>);

/// What came of a statement.
#[derive(Debug, Default)]
pub struct Done {
    rows: Vec<Row>,
    changed: u64,
}

impl Done {
    /// How many rows it changed.
    pub fn rows_affected(&self) -> u64 {
        self.changed
    }
}

/// A statement.
pub fn query(text: impl SqlSafeStr) -> Query {
    Query { text: text.into_sql_str(), values: Vec::new() }
}

/// A statement of whose rows the first column is wanted.
pub fn scalar<T>(text: impl SqlSafeStr) -> Scalar<T> {
    Scalar(query(text), PhantomData)
}

impl Query {
    /// Gives the next mark its value.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Does it.
    pub async fn execute(self, on: impl On) -> Result<Done, sqlx::Error> {
        on.run(self).await
    }

    /// All rows.
    pub async fn fetch_all(self, on: impl On) -> Result<Vec<Row>, sqlx::Error> {
        Ok(on.run(self).await?.rows)
    }

    /// The first row, if there is one.
    pub async fn fetch_optional(self, on: impl On) -> Result<Option<Row>, sqlx::Error> {
        Ok(on.run(self).await?.rows.into_iter().next())
    }

    /// The first row.
    pub async fn fetch_one(self, on: impl On) -> Result<Row, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }
}

impl<T: for<'r> Column<'r>> Scalar<T> {
    /// Gives the next mark its value.
    pub fn bind(self, value: impl Into<Value>) -> Self {
        Self(self.0.bind(value), PhantomData)
    }

    /// The column of all rows.
    pub async fn fetch_all(self, on: impl On) -> Result<Vec<T>, sqlx::Error> {
        self.0.fetch_all(on).await?.iter().map(|row| row.try_get(0)).collect()
    }

    /// That of the first row, if there is one.
    pub async fn fetch_optional(self, on: impl On) -> Result<Option<T>, sqlx::Error> {
        self.0.fetch_optional(on).await?.map(|row| row.try_get(0)).transpose()
    }

    /// That of the first row.
    pub async fn fetch_one(self, on: impl On) -> Result<T, sqlx::Error> {
        self.0.fetch_one(on).await?.try_get(0)
    }
}

/// What statements are given to.
pub trait On: Send {
    /// Does one.
    fn run(self, query: Query) -> impl Future<Output = Result<Done, sqlx::Error>> + Send;
}

impl On for &Pool {
    async fn run(self, query: Query) -> Result<Done, sqlx::Error> {
        if let Pool::Postgres { in_turn: true, .. } = self {
            let mut transaction = self.begin().await?;
            let done = transaction.run(query).await?;
            transaction.commit().await?;
            return Ok(done);
        }
        self.acquire().await?.run(query).await
    }
}

impl On for &mut Connection {
    async fn run(self, query: Query) -> Result<Done, sqlx::Error> {
        match &mut self.0 {
            Kind::Sqlite(connection) => on_sqlite(connection, query).await,
            Kind::SqliteBegun(connection) => on_sqlite(connection, query).await,
            Kind::Postgres(connection) => on_postgres(connection, query).await,
            Kind::PostgresBegun(connection) => on_postgres(connection, query).await,
        }
    }
}

impl On for &mut Transaction {
    async fn run(self, query: Query) -> Result<Done, sqlx::Error> {
        On::run(&mut **self, query).await
    }
}

macro_rules! run {
    ($name:ident, $connection:ty, $arguments:ty, $row:path) => {
        async fn $name(connection: &mut $connection, query: Query) -> Result<Done, sqlx::Error> {
            let mut arguments = <$arguments>::default();
            for value in query.values {
                match value {
                    Value::Int(value) => arguments.add(value),
                    Value::Bool(value) => arguments.add(value),
                    Value::Text(value) => arguments.add(value),
                    Value::Bytes(value) => arguments.add(value),
                }
                .map_err(sqlx::Error::Encode)?;
            }
            let mut done = Done::default();
            let query = sqlx::query_with(query.text, arguments);
            let mut found = connection.fetch_many(query);
            while let Some(next) = found.try_next().await? {
                match next {
                    Either::Left(result) => done.changed += result.rows_affected(),
                    Either::Right(row) => done.rows.push($row(row)),
                }
            }
            Ok(done)
        }
    };
}

run!(on_sqlite, SqliteConnection, SqliteArguments, Row::Sqlite);
run!(on_postgres, PgConnection, PgArguments, Row::Postgres);
