//! How the streams of all projects fare together.

use std::sync::atomic::Ordering;

use super::{Streams, StreamsError, Table};
use crate::database::{Row, query};

/// How the streams of all projects fare together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// How many get on.
    pub running: usize,
    /// How many try again.
    pub failing: usize,
    /// How many wait until somebody resumes them.
    pub paused: usize,
    /// How many entries are not settled yet, of those that are not paused the one where these are most.
    pub lag: u64,
    /// How many entries were refused and are kept.
    pub dead_letters: u64,
}

/// A stream, as far as this is about it.
pub(super) struct Stand {
    id: i64,
    paused: bool,
    failing: bool,
    upto: u64,
    head: u64,
    dead_letters: u64,
}

const SELECT: &str = "SELECT stream.id, paused, error IS NOT NULL, upto, project.head, \
     (SELECT count(*) FROM dead_letter WHERE stream = stream.id) \
     FROM stream JOIN project ON project.number = stream.project";

impl Table {
    /// How each stream fares.
    pub(super) async fn stands(&self) -> Result<Vec<Stand>, StreamsError> {
        let rows = query(SELECT).fetch_all(self.log.readers()).await?;
        let stand = |row: &Row| {
            let number = |column: usize| row.try_get::<i64>(column).map(i64::unsigned_abs);
            Ok(Stand {
                id: row.try_get(0)?,
                paused: row.try_get(1)?,
                failing: row.try_get(2)?,
                upto: number(3)?,
                head: number(4)?,
                dead_letters: number(5)?,
            })
        };
        Ok(rows.iter().map(stand).collect::<Result<_, sqlx::Error>>()?)
    }
}

impl Streams {
    /// How the streams of all projects fare together.
    pub async fn standing(&self) -> Result<Standing, StreamsError> {
        let stands = self.0.table.stands().await?;
        let running = self.0.running();
        let mut all = Standing::default();
        for stand in stands {
            all.dead_letters += stand.dead_letters;
            if stand.paused {
                all.paused += 1;
                continue;
            }
            *(if stand.failing { &mut all.failing } else { &mut all.running }) += 1;
            let worker = running.get(&stand.id);
            let passed = worker.map_or(0, |worker| worker.passed.load(Ordering::Acquire));
            all.lag = all.lag.max(stand.head.saturating_sub(passed.max(stand.upto)));
        }
        Ok(all)
    }
}
