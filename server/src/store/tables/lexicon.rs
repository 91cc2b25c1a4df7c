//! The dictionary, as the writer knows it: numbers for words, new ones where needed.

use std::collections::{HashMap, HashSet};

use daybook_model::Event;

use super::read::word;
use crate::store::{
    ProjectId, StoreError,
    dictionary::{Kind, Word},
    engine::{Ask, Columns as _},
    insert::{Batch as _, Table, fit},
    sql::Dialect,
};

const WORD: Table = Table {
    name: "word",
    columns: &[
        "project", "kind", "number", "hash", "value", "type", "id", "name", "email", "sort",
        "folded",
    ],
};

/// How many bytes of keys a kind's shelf may hold, about. Beyond it is emptied: words with ids in
/// them are seldom said twice.
const CAP: usize = 8 << 20;

/// How many words are looked up at once.
const LOOK_UP: usize = 128;

/// Numbers of a kind's words.
#[derive(Debug, Default)]
struct Shelf {
    numbers: HashMap<Box<str>, i64>,
    bytes: usize,
    last: i64,
    /// The head of the log for which that was so.
    head: i64,
    /// Whether every word of the kind is here, so that one that is not is new.
    complete: bool,
}

/// A word that is not on its shelf yet.
struct Unknown {
    key: Box<str>,
    word: Word,
    hash: i64,
    number: i64,
}

/// Numbers of words by project and kind. Valid only while what it has seen is committed.
#[derive(Debug, Default)]
pub(super) struct Lexicon(HashMap<(ProjectId, Kind), Shelf>);

impl Lexicon {
    /// The numbers of the events' words of each kind, in the order of [`Kind::ALL`]; what is new
    /// is added to the dictionary. The log's head is known to nobody else than who writes: where it is
    /// not that of the last time, another server has written, and may have added words.
    pub(super) async fn numbers(
        &mut self,
        connection: &mut impl Ask,
        project: ProjectId,
        head: i64,
        events: &[&Event],
    ) -> Result<Vec<[Option<i64>; Kind::COUNT]>, StoreError> {
        let mut numbers = vec![[None; Kind::COUNT]; events.len()];
        for (column, &kind) in Kind::ALL.iter().enumerate() {
            let kept = self.of_kind(connection, project, head, kind).await?;
            let mut unknown = Vec::<Unknown>::new();
            let mut met = HashMap::<Box<str>, usize>::new();
            let mut open = Vec::new();
            let mut key = String::new();
            for (row, event) in events.iter().enumerate() {
                let Some(spoken) = kind.spoken(event) else { continue };
                let key = spoken.key(&mut key);
                if let Some(&number) = kept.numbers.get(key) {
                    numbers[row][column] = Some(number);
                    continue;
                }
                let index = *met.entry(key.into()).or_insert_with(|| {
                    let word = spoken.to_word();
                    unknown.push(Unknown {
                        key: key.into(),
                        hash: Word::hash(&word.value),
                        word,
                        number: 0,
                    });
                    unknown.len() - 1
                });
                open.push((row, index));
            }
            if unknown.is_empty() {
                continue;
            }
            if !kept.complete {
                look_up(connection, project, kind, &mut unknown).await?;
            }
            kept.learn(connection, project, kind, &mut unknown).await?;
            for (row, index) in open {
                numbers[row][column] = Some(unknown[index].number);
            }
            for Unknown { key, number, .. } in unknown {
                kept.put(key, number);
            }
        }
        Ok(numbers)
    }

    /// What was written of a project is on disk, up to its new head.
    pub(super) fn wrote(&mut self, project: ProjectId, head: i64) {
        for &kind in Kind::ALL {
            if let Some(shelf) = self.0.get_mut(&(project, kind)) {
                shelf.head = head;
            }
        }
    }

    async fn of_kind(
        &mut self,
        connection: &mut impl Ask,
        project: ProjectId,
        head: i64,
        kind: Kind,
    ) -> Result<&mut Shelf, StoreError> {
        let new = !self.0.contains_key(&(project, kind));
        let kept = self.0.entry((project, kind)).or_default();
        if new || kept.head != head {
            let last = "SELECT max(number) FROM word WHERE project = $1 AND kind = $2";
            let rows = connection.ask(last.into(), vec![project.0.into(), kind.code().into()]);
            let last = rows.await?.first().map(|row| row.int_or_none(0)).transpose()?.flatten();
            let last = last.unwrap_or(0);
            if last < kept.last || head < kept.head {
                // Another machine took over that had not seen the last of it.
                *kept = Shelf::default();
            }
            kept.complete = if new { last == 0 } else { kept.complete && kept.last == last };
            kept.last = last;
            kept.head = head;
        }
        Ok(kept)
    }
}

impl Shelf {
    /// Numbers the words that are new, and writes them down.
    async fn learn(
        &mut self,
        connection: &mut impl Ask,
        project: ProjectId,
        kind: Kind,
        unknown: &mut [Unknown],
    ) -> Result<(), StoreError> {
        let mut new = Vec::new();
        for item in unknown.iter_mut().filter(|u| u.number == 0) {
            self.last += 1;
            item.number = self.last;
            new.push(&*item);
        }
        WORD.insert(connection, &new, |row, item: &&Unknown| {
            let word = &item.word;
            row.add(project.0)?
                .add(fit::<i16>(kind.code())?)?
                .add(fit::<i32>(item.number)?)?
                .add(item.hash)?
                .add(word.value.as_str())?;
            row.add(word.of.as_deref())?
                .add(word.id.as_deref())?
                .add(word.name.as_deref())?
                .add(word.email.as_deref())?;
            row.add(word.sort(kind))?.add(word.folded(kind))?;
            Ok(())
        })
        .await
    }

    fn put(&mut self, key: Box<str>, number: i64) {
        self.bytes += key.len() + 48;
        if self.bytes > CAP {
            self.numbers.clear();
            self.bytes = 0;
            self.complete = false;
        }
        self.numbers.insert(key, number);
    }
}

/// Words with one of some hashes, as a JSON array.
const fn by_hash(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "SELECT number, value, type, id, name, email FROM word WHERE project = $1 AND kind = $2 \
             AND hash IN (SELECT value FROM json_each($3))"
        }
        Dialect::Postgres => {
            "SELECT number, value, type, id, name, email FROM word WHERE project = $1 AND kind = $2 \
             AND hash = ANY (ARRAY(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST($3 AS json))))"
        }
    }
}

/// Fills in the numbers of the words that the dictionary has.
async fn look_up<C: Ask>(
    connection: &mut C,
    project: ProjectId,
    kind: Kind,
    unknown: &mut [Unknown],
) -> Result<(), StoreError> {
    let hashes: Vec<i64> =
        unknown.iter().map(|u| u.hash).collect::<HashSet<_>>().into_iter().collect();
    let mut known = HashMap::new();
    for hashes in hashes.chunks(LOOK_UP) {
        let list = serde_json::to_string(hashes).map_err(|e| StoreError::Failed(e.to_string()))?;
        let values = vec![project.0.into(), kind.code().into(), list.into()];
        for row in connection.ask(by_hash(C::DIALECT).into(), values).await? {
            known.insert(word(&row, 1)?, row.int(0)?);
        }
    }
    for item in unknown {
        item.number = known.get(&item.word).copied().unwrap_or(0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Row as _};

    use super::by_hash;
    use crate::store::{sql::Dialect, sqlite::Database};

    #[tokio::test]
    async fn a_word_is_found_without_reading_all_of_its_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("log.db");
        let database = Database::open(&format!("sqlite://{}", file.display())).await;
        let database = database.expect("a database");
        for pool in [database.writer(), database.readers()] {
            let text = format!("EXPLAIN QUERY PLAN {}", by_hash(Dialect::Sqlite));
            let plan = sqlx::query(AssertSqlSafe(text));
            let steps = plan.fetch_all(pool).await.expect("a plan");
            let first: String = steps[0].try_get("detail").expect("a step");
            assert!(first.contains("word_hash"), "{first}");
        }
    }
}
