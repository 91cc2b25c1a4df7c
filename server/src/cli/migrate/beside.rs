//! What is kept beside the log: people, tokens, views, rules, holds and all the rest, table by table.

use std::collections::{BTreeSet, HashMap};

use sqlx::{
    Arguments as _, AssertSqlSafe, PgConnection, Row as _, postgres::PgArguments, sqlite::SqliteRow,
};

use super::Move;
use crate::cli::CliError;

/// The log itself, and what is of one database alone.
const OTHERS: &[&str] = &[
    "project",
    "word",
    "entry",
    "detail",
    "place",
    "event_id",
    "reference",
    "migration",
    "server",
];
/// What is kept of who is signed in: it is in another file, and not moved.
const SESSIONS: &[&str] = &["session", "device", "token_use", "reading"];

/// A table's columns, and their types there.
struct Table {
    name: String,
    columns: Vec<(String, String)>,
}

impl Move {
    /// Copies all of it, in one transaction, in the place of what is there.
    pub(super) async fn beside(&self) -> Result<(), CliError> {
        let mut transaction = self.to.database().writer().begin().await?;
        let tables = self.tables(&mut transaction).await?;
        for table in tables.iter().rev() {
            let emptied = AssertSqlSafe(format!("DELETE FROM {}", table.name));
            sqlx::query(emptied).execute(&mut *transaction).await?;
        }
        for table in &tables {
            self.table(&mut transaction, table).await?;
        }
        let projects = "SELECT number, created_at, removed FROM project";
        for row in sqlx::query(projects).fetch_all(self.from.database().readers()).await? {
            let same = "UPDATE project SET created_at = $2, removed = $3 WHERE number = $1";
            let mut same = sqlx::query(same);
            for column in 0..3 {
                same = same.bind(row.try_get::<i64, _>(column)?);
            }
            same.execute(&mut *transaction).await?;
        }
        let given = sqlx::query_as("SELECT name, seq FROM sqlite_sequence");
        let given: Vec<(String, i64)> = given.fetch_all(self.from.database().readers()).await?;
        go_on_counting(&mut transaction, &given.into_iter().collect()).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The tables that both have, each behind those that it refers to.
    async fn tables(&self, to: &mut PgConnection) -> Result<Vec<Table>, CliError> {
        let known = "SELECT name FROM sqlite_schema WHERE type = 'table'";
        let known: Vec<String> =
            sqlx::query_scalar(known).fetch_all(self.from.database().readers()).await?;
        let known: BTreeSet<String> = known.into_iter().collect();
        let columns = "SELECT CAST(c.table_name AS text), CAST(c.column_name AS text), CAST(c.data_type AS text) \
             FROM information_schema.columns c JOIN information_schema.tables t \
             ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
             WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' \
             ORDER BY c.table_name, c.ordinal_position";
        let mut tables: Vec<Table> = Vec::new();
        for row in sqlx::query(columns).fetch_all(&mut *to).await? {
            let (name, column, kind): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let apart = [OTHERS, SESSIONS].concat().contains(&name.as_str());
            if apart || name.starts_with('_') || !known.contains(&name) {
                continue;
            }
            // Which server has an export is of servers there.
            if name == "open_export" && column == "server" {
                continue;
            }
            match tables.last_mut().filter(|table| table.name == name) {
                Some(table) => table.columns.push((column, kind)),
                None => tables.push(Table { name, columns: vec![(column, kind)] }),
            }
        }
        let refer = "SELECT CAST(CAST(conrelid AS regclass) AS text), CAST(CAST(confrelid AS regclass) AS text) \
             FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid";
        let mut refer: Vec<(String, String)> = sqlx::query_as(refer).fetch_all(to).await?;
        let mut sorted = Vec::new();
        while !tables.is_empty() {
            let free = |table: &Table| {
                let waits = |of: &String| tables.iter().any(|table| table.name == *of);
                !refer.iter().any(|(by, of)| *by == table.name && waits(of))
            };
            let next = tables.iter().position(free);
            let next =
                next.ok_or_else(|| CliError::say("tables refer to each other in a circle"))?;
            let table = tables.remove(next);
            refer.retain(|(by, _)| *by != table.name);
            sorted.push(table);
        }
        Ok(sorted)
    }

    async fn table(&self, to: &mut PgConnection, table: &Table) -> Result<(), CliError> {
        let names: Vec<String> =
            table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let names = names.join(", ");
        // Safe: names of our own tables and columns.
        let found = AssertSqlSafe(format!("SELECT {names} FROM {}", table.name));
        let rows = sqlx::query(found).fetch_all(self.from.database().readers()).await?;
        let marks: Vec<String> = (1..=table.columns.len()).map(|mark| format!("${mark}")).collect();
        let text = format!("INSERT INTO {} ({names}) VALUES ({})", table.name, marks.join(", "));
        for row in rows {
            let values = values(&row, table)?;
            sqlx::query_with(AssertSqlSafe(text.clone()), values).execute(&mut *to).await?;
        }
        Ok(())
    }
}

/// The values of a row, as they are there.
fn values(row: &SqliteRow, table: &Table) -> Result<PgArguments, CliError> {
    let mut values = PgArguments::default();
    for (column, (_, kind)) in table.columns.iter().enumerate() {
        let added = match kind.as_str() {
            "boolean" => values.add(row.try_get::<Option<bool>, _>(column)?),
            "bytea" => values.add(row.try_get::<Option<Vec<u8>>, _>(column)?),
            "text" => values.add(row.try_get::<Option<String>, _>(column)?),
            "smallint" => {
                let number = row.try_get::<Option<i64>, _>(column)?;
                values.add(number.and_then(|number| i16::try_from(number).ok()))
            }
            "integer" => {
                let number = row.try_get::<Option<i64>, _>(column)?;
                values.add(number.and_then(|number| i32::try_from(number).ok()))
            }
            "bigint" => values.add(row.try_get::<Option<i64>, _>(column)?),
            other => {
                return Err(CliError::say(format!("{} has a column of type {other}", table.name)));
            }
        };
        added.map_err(|error| CliError::say(error.to_string()))?;
    }
    Ok(values)
}

/// Numbers that are given by themselves go on behind those that were given, also of what is gone.
async fn go_on_counting(
    to: &mut PgConnection,
    given: &HashMap<String, i64>,
) -> Result<(), CliError> {
    let counted = "SELECT CAST(table_name AS text), CAST(column_name AS text) FROM information_schema.columns \
         WHERE table_schema = current_schema() AND is_identity = 'YES'";
    let counted: Vec<(String, String)> = sqlx::query_as(counted).fetch_all(&mut *to).await?;
    for (table, column) in counted {
        let last = given.get(&table).copied().unwrap_or(0);
        // Safe: names of our own tables and columns, and a number.
        let set = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), \
             (SELECT GREATEST(COALESCE(MAX({column}), 0), {last}) + 1 FROM {table}), false)"
        );
        sqlx::query(AssertSqlSafe(set)).execute(&mut *to).await?;
    }
    Ok(())
}
