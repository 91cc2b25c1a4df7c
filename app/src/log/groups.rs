//! The order in which rows stand: as they are listed, or run by run.

use daybook_model::{Entry, RunSummary};

/// Entries that stand together.
pub(crate) struct Group<'a> {
    /// The one whose place in the list they have.
    pub(crate) lead: &'a Entry,
    /// All of them, from top to bottom.
    pub(crate) entries: Vec<&'a Entry>,
}

/// The entries of each run together, as they happened, at the place of the first that is listed;
/// each of the others by itself. Without runs everything stands as it is listed.
pub(crate) fn groups<'a>(entries: &'a [Entry], runs: &[RunSummary]) -> Vec<Group<'a>> {
    let run_of = |entry: &'a Entry| entry.event.run_id.as_deref().filter(|_| !runs.is_empty());
    let mut groups = Vec::<Group<'a>>::with_capacity(entries.len());
    for entry in entries {
        let run = run_of(entry);
        let same = |group: &&mut Group<'a>| run.is_some() && run_of(group.lead) == run;
        match groups.iter_mut().find(same) {
            Some(group) => group.entries.push(entry),
            None => groups.push(Group { lead: entry, entries: vec![entry] }),
        }
    }
    for group in groups.iter_mut().filter(|group| group.entries.len() > 1) {
        group.entries.sort_by_key(|entry| (entry.event.occurred_at, entry.seq));
    }
    groups
}
