//! The dictionary, as the writer knows it: numbers for words, new ones where needed.

use std::collections::{HashMap, HashSet};

use daybook_model::Event;
use sqlx::{Row as _, SqliteConnection};

use super::{
    insert::{Row, Table},
    read::word,
};
use crate::store::{
    ProjectId, StoreError,
    dictionary::{Kind, Word},
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
    /// is added to the dictionary.
    pub(super) async fn numbers(
        &mut self,
        connection: &mut SqliteConnection,
        project: ProjectId,
        events: &[&Event],
    ) -> Result<Vec<[Option<i64>; Kind::COUNT]>, StoreError> {
        let mut numbers = vec![[None; Kind::COUNT]; events.len()];
        for (column, &kind) in Kind::ALL.iter().enumerate() {
            let kept = self.of_kind(connection, project, kind).await?;
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

    async fn of_kind(
        &mut self,
        connection: &mut SqliteConnection,
        project: ProjectId,
        kind: Kind,
    ) -> Result<&mut Shelf, StoreError> {
        use std::collections::hash_map::Entry;
        Ok(match self.0.entry((project, kind)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let last: Option<i64> = sqlx::query_scalar(
                    "SELECT max(number) FROM word WHERE project = ? AND kind = ?",
                )
                .bind(project.0)
                .bind(kind.code())
                .fetch_one(connection)
                .await?;
                place.insert(Shelf {
                    last: last.unwrap_or(0),
                    complete: last.is_none(),
                    ..Shelf::default()
                })
            }
        })
    }
}

impl Shelf {
    /// Numbers the words that are new, and writes them down.
    async fn learn(
        &mut self,
        connection: &mut SqliteConnection,
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
        WORD.insert(connection, &new, |row: &mut Row, item: &&Unknown| {
            let word = &item.word;
            row.add(project.0)?
                .add(kind.code())?
                .add(item.number)?
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
const BY_HASH: &str = "SELECT number, value, type, id, name, email FROM word WHERE project = ?1 AND kind = ?2 AND hash IN (SELECT value FROM json_each(?3))";

/// Fills in the numbers of the words that the dictionary has.
async fn look_up(
    connection: &mut SqliteConnection,
    project: ProjectId,
    kind: Kind,
    unknown: &mut [Unknown],
) -> Result<(), StoreError> {
    let hashes: Vec<i64> =
        unknown.iter().map(|u| u.hash).collect::<HashSet<_>>().into_iter().collect();
    let mut known = HashMap::new();
    for hashes in hashes.chunks(LOOK_UP) {
        let list = serde_json::to_string(hashes).map_err(|e| StoreError::Failed(e.to_string()))?;
        let rows = sqlx::query(BY_HASH)
            .bind(project.0)
            .bind(kind.code())
            .bind(list)
            .fetch_all(&mut *connection)
            .await?;
        for row in rows {
            known.insert(word(&row, 1)?, row.try_get::<i64, _>(0)?);
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

    use super::BY_HASH;
    use crate::store::sqlite::Database;

    #[tokio::test]
    async fn a_word_is_found_without_reading_all_of_its_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("log.db");
        let database = Database::open(&format!("sqlite://{}", file.display())).await;
        let database = database.expect("a database");
        for pool in [database.writer(), database.readers()] {
            let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {BY_HASH}")));
            let steps = plan.fetch_all(pool).await.expect("a plan");
            let first: String = steps[0].try_get("detail").expect("a step");
            assert!(first.contains("word_hash"), "{first}");
        }
    }
}
