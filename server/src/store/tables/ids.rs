//! Which ids of producers the log knows.

use std::collections::HashMap;

use daybook_model::Event;
use sea_query::{Expr, ExprTrait as _, Query};

use crate::{
    export::stream::hex,
    store::{
        ProjectId, StoreError,
        engine::{Ask, Columns as _},
        row::Id,
        sql::{Dialect, Statement},
    },
};

/// How many ids SQLite is asked for at once: the statement has a mark for each.
const MARKS: usize = 128;
/// How many PostgreSQL is: what is asked of a database elsewhere is asked seldom.
const LISTED: usize = 5_000;

/// Ids in a JSON array, in hexadecimal: each is looked up by the index. Asked for in a list of values, PostgreSQL
/// reads all ids of the project as long as it has no statistics of a table that grows.
const ONE_BY_ONE: &str = "SELECT s.n - 1, e.seq \
     FROM json_array_elements_text(CAST($2 AS json)) WITH ORDINALITY AS s (id, n) CROSS JOIN LATERAL \
     (SELECT seq FROM event_id WHERE project = $1 AND id = decode(s.id, 'hex') OFFSET 0) AS e";

/// The places of those ids of events that the log knows.
pub(super) async fn places<'a, C: Ask>(
    connection: &mut C,
    project: ProjectId,
    events: &'a [Event],
) -> Result<HashMap<&'a str, i64>, StoreError> {
    let mut ids: Vec<_> =
        events.iter().filter_map(|e| e.id.as_deref()).map(|id| (Id::of(id), id)).collect();
    ids.sort_unstable();
    ids.dedup();
    match C::DIALECT {
        Dialect::Sqlite => marked(connection, project, &ids).await,
        Dialect::Postgres => listed(connection, project, &ids).await,
    }
}

async fn marked<'a, C: Ask>(
    connection: &mut C,
    project: ProjectId,
    ids: &[(Id, &'a str)],
) -> Result<HashMap<&'a str, i64>, StoreError> {
    let mut found = HashMap::new();
    for some in ids.chunks(MARKS) {
        // The last id is repeated, so that the statement is always the same.
        let sought = (0..MARKS).map(|i| Expr::val(some[i.min(some.len() - 1)].0.value(C::DIALECT)));
        let select = Query::select()
            .columns(["id", "seq"])
            .from("event_id")
            .and_where(Expr::col("project").eq(project.0))
            .and_where(Expr::col("id").is_in(sought))
            .take();
        let (text, values) = Statement::from(select).build(C::DIALECT);
        for row in connection.ask(text, values).await? {
            let Some(id) = row.id_or_none(0)? else { continue };
            if let Ok(at) = some.binary_search_by(|(i, _)| i.cmp(&id)) {
                found.insert(some[at].1, row.int(1)?);
            }
        }
    }
    Ok(found)
}

async fn listed<'a, C: Ask>(
    connection: &mut C,
    project: ProjectId,
    ids: &[(Id, &'a str)],
) -> Result<HashMap<&'a str, i64>, StoreError> {
    let mut found = HashMap::new();
    for some in ids.chunks(LISTED) {
        let list: Vec<_> = some.iter().map(|(id, _)| hex(&id.sought())).collect();
        let list = serde_json::to_string(&list).map_err(|e| StoreError::Failed(e.to_string()))?;
        for row in connection.ask(ONE_BY_ONE.into(), vec![project.0.into(), list.into()]).await? {
            let at = usize::try_from(row.int(0)?).ok().and_then(|at| some.get(at));
            found.insert(at.ok_or_else(StoreError::incomplete)?.1, row.int(1)?);
        }
    }
    Ok(found)
}
