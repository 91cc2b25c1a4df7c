//! The rows that were written last, for the column index: it reads them from here at the pace at
//! which they are written, without asking the database for each.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use crate::store::{ProjectId, index::Row};

/// How many rows of a project are kept, about 100 bytes each.
const ROWS: usize = 1 << 15;
/// Of how many projects.
const PROJECTS: usize = 16;

/// The newest rows of the projects that were written to last, without gaps.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<HashMap<ProjectId, VecDeque<Row>>>);

impl Recent {
    /// Keeps rows that are on disk, in the order of the log.
    pub(super) fn put(&self, project: ProjectId, rows: Vec<Row>) {
        let Some(first) = rows.first().map(|row| row.key.1) else { return };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= PROJECTS && !kept.contains_key(&project) {
            kept.clear();
        }
        let queue = kept.entry(project).or_default();
        if queue.back().is_some_and(|last| last.key.1 + 1 != first) {
            queue.clear();
        }
        queue.extend(rows);
        let excess = queue.len().saturating_sub(ROWS);
        queue.drain(..excess);
    }

    /// Keeps nothing of a project: some of its rows are gone.
    pub(super) fn forget(&self, project: ProjectId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }

    /// At most `limit` rows behind a place; `None` where these are not all kept.
    pub(super) fn after(&self, project: ProjectId, after: u64, limit: usize) -> Option<Vec<Row>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = kept.get(&project)?;
        let first = queue.front()?.key.1;
        let skip = usize::try_from((after + 1).checked_sub(first)?).ok()?;
        let rows: Vec<_> = queue.iter().skip(skip).take(limit).cloned().collect();
        (!rows.is_empty()).then_some(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::index::COLUMNS;

    fn rows(places: std::ops::Range<u64>) -> Vec<Row> {
        places.map(|seq| Row { key: (0, seq), has: 0, codes: [0; COLUMNS] }).collect()
    }

    fn places(rows: Option<Vec<Row>>) -> Option<Vec<u64>> {
        rows.map(|rows| rows.iter().map(|row| row.key.1).collect())
    }

    #[test]
    fn what_is_not_all_there_is_not_told() {
        let (recent, project) = (Recent::default(), ProjectId(1));
        assert_eq!(recent.after(project, 0, 9), None);
        recent.put(project, rows(5..8));
        assert_eq!(recent.after(project, 3, 9), None, "the place 4 is not kept");
        assert_eq!(places(recent.after(project, 4, 2)), Some(vec![5, 6]));
        assert_eq!(places(recent.after(project, 6, 9)), Some(vec![7]));
        assert_eq!(recent.after(project, 7, 9), None);
        assert_eq!(recent.after(ProjectId(2), 4, 9), None);
        recent.put(project, rows(9..10));
        assert_eq!(recent.after(project, 6, 9), None, "there is a gap");
        assert_eq!(places(recent.after(project, 8, 9)), Some(vec![9]));
    }

    #[test]
    fn memory_is_bounded() {
        let (recent, project) = (Recent::default(), ProjectId(1));
        recent.put(project, rows(1..ROWS as u64 + 11));
        assert_eq!(recent.after(project, 9, 1), None);
        assert_eq!(places(recent.after(project, 10, 1)), Some(vec![11]));
    }
}
