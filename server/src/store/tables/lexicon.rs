//! The dictionary, as the writer knows it: numbers for words, new ones where needed.

use std::collections::HashMap;

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
const LOOK_UP: usize = 512;

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
    kind: Kind,
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
        self.catch_up(connection, project, head).await?;
        let mut numbers = vec![[None; Kind::COUNT]; events.len()];
        let (mut unknown, mut open) = (Vec::<Unknown>::new(), Vec::new());
        let mut key = String::new();
        for (column, &kind) in Kind::ALL.iter().enumerate() {
            let kept = &self.shelf(project, kind).numbers;
            let mut met = HashMap::<Box<str>, usize>::new();
            for (row, event) in events.iter().enumerate() {
                let Some(spoken) = kind.spoken(event) else { continue };
                let key = spoken.key(&mut key);
                if let Some(&number) = kept.get(key) {
                    numbers[row][column] = Some(number);
                    continue;
                }
                let index = *met.entry(key.into()).or_insert_with(|| {
                    let (key, word) = (key.into(), spoken.to_word());
                    let hash = Word::hash(&word.value);
                    unknown.push(Unknown { kind, key, word, hash, number: 0 });
                    unknown.len() - 1
                });
                open.push((row, column, index));
            }
        }
        // All kinds together: what is asked of a database elsewhere is asked seldom.
        let may_be_there = |item: &&mut Unknown| {
            self.0.get(&(project, item.kind)).is_none_or(|shelf| !shelf.complete)
        };
        let mut sought: Vec<_> = unknown.iter_mut().filter(may_be_there).collect();
        look_up(connection, project, &mut sought).await?;
        self.learn(connection, project, &mut unknown).await?;
        for (row, column, index) in open {
            numbers[row][column] = Some(unknown[index].number);
        }
        for Unknown { kind, key, number, .. } in unknown {
            self.shelf(project, kind).put(key, number);
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

    fn shelf(&mut self, project: ProjectId, kind: Kind) -> &mut Shelf {
        self.0.entry((project, kind)).or_default()
    }

    /// Looks which number is the last of each kind, unless that is known.
    async fn catch_up(
        &mut self,
        connection: &mut impl Ask,
        project: ProjectId,
        head: i64,
    ) -> Result<(), StoreError> {
        let is_there = |kind| self.0.get(&(project, kind)).is_some_and(|shelf| shelf.head == head);
        if Kind::ALL.iter().all(|&kind| is_there(kind)) {
            return Ok(());
        }
        let mut lasts = HashMap::new();
        for row in connection.ask(lasts_of_kinds(), vec![project.0.into()]).await? {
            lasts.insert(row.int(0)?, row.int_or_none(1)?.unwrap_or(0));
        }
        for &kind in Kind::ALL {
            let last = lasts.get(&kind.code()).copied().unwrap_or(0);
            let kept = self.shelf(project, kind);
            if last < kept.last || head < kept.head {
                // Another machine took over that had not seen the last of it.
                *kept = Shelf::default();
            }
            // Of what is new here, there is all while there is nothing.
            let complete =
                if kept.head == 0 { last == 0 } else { kept.complete && kept.last == last };
            (kept.last, kept.head, kept.complete) = (last, head, complete);
        }
        Ok(())
    }

    /// Numbers the words that are new, and writes them down.
    async fn learn(
        &mut self,
        connection: &mut impl Ask,
        project: ProjectId,
        unknown: &mut [Unknown],
    ) -> Result<(), StoreError> {
        let mut new = Vec::new();
        for item in unknown.iter_mut().filter(|u| u.number == 0) {
            let kept = self.shelf(project, item.kind);
            kept.last += 1;
            item.number = kept.last;
            new.push(&*item);
        }
        WORD.insert(connection, &new, |row, item: &&Unknown| {
            let (kind, word) = (item.kind, &item.word);
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
}

impl Shelf {
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

/// The last number of each kind, by its code.
fn lasts_of_kinds() -> String {
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| format!("({})", kind.code())).collect();
    format!(
        "SELECT k.column1, (SELECT max(number) FROM word WHERE project = $1 AND kind = k.column1) \
         FROM (VALUES {}) AS k",
        kinds.join(", ")
    )
}

/// Words with one of some kinds and hashes, as a JSON array of pairs.
const fn by_hash(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "SELECT w.kind, w.number, w.value, w.type, w.id, w.name, w.email \
             FROM json_each($2) AS s CROSS JOIN word AS w WHERE w.project = $1 \
             AND w.kind = json_extract(s.value, '$[0]') AND w.hash = json_extract(s.value, '$[1]')"
        }
        // One after the other, and by their hashes, whatever is known of the table.
        Dialect::Postgres => {
            "SELECT w.kind, w.number, w.value, w.type, w.id, w.name, w.email \
             FROM json_array_elements(CAST($2 AS json)) AS s CROSS JOIN LATERAL (SELECT * FROM word \
             WHERE project = $1 AND kind + 0 = CAST(s.value ->> 0 AS smallint) \
             AND hash = CAST(s.value ->> 1 AS bigint) OFFSET 0) AS w"
        }
    }
}

/// Fills in the numbers of the words that the dictionary has.
async fn look_up<C: Ask>(
    connection: &mut C,
    project: ProjectId,
    sought: &mut [&mut Unknown],
) -> Result<(), StoreError> {
    let mut known = HashMap::new();
    for some in sought.chunks(LOOK_UP) {
        let pairs: Vec<_> = some.iter().map(|item| (item.kind.code(), item.hash)).collect();
        let list = serde_json::to_string(&pairs).map_err(|e| StoreError::Failed(e.to_string()))?;
        let values = vec![project.0.into(), list.into()];
        for row in connection.ask(by_hash(C::DIALECT).into(), values).await? {
            known.insert((row.int(0)?, word(&row, 2)?), row.int(1)?);
        }
    }
    for item in sought {
        // A word is compared as a whole: others may have its hash.
        let key = (item.kind.code(), std::mem::take(&mut item.word));
        item.number = known.get(&key).copied().unwrap_or(0);
        item.word = key.1;
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
            let steps: Vec<String> =
                steps.iter().map(|step| step.try_get("detail").expect("a step")).collect();
            assert!(steps.iter().any(|step| step.contains("word_hash")), "{steps:?}");
        }
    }
}
