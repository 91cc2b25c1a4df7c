//! Which entries come next in a list.

use std::{borrow::Cow, cmp::Ordering, collections::HashMap, ops::Range};

use daybook_model::{Outcome, Sort, page::Direction, sort::SortKey};
use rayon::prelude::*;

use super::{
    chunk::Chunk,
    lexicon::Lexicon,
    plan::{CodeSet, Plan, outcome_number},
    row::{Coded, Key, Row},
    scan::{Scan, Window},
    snapshot::Snapshot,
};
use crate::store::{Position, row::outcome_of};

/// How many chunks are looked at together, before what was found in them is taken.
const TOGETHER: usize = 4;
/// How many rows are looked at in the order of time before it is asked whether more are needed, and how many
/// times as many then.
const STEP: usize = 4_096;
const GROWTH: usize = 8;
/// The rank of a code that is not wanted.
const NONE: u32 = u32::MAX;

/// Which end of the time comes first, and from where.
#[derive(Debug, Clone, Copy)]
struct Course {
    newest_first: bool,
    /// Only rows behind this one.
    behind: Option<Key>,
}

impl Course {
    fn is_behind(self, key: Key) -> bool {
        self.behind.is_none_or(|at| if self.newest_first { key < at } else { key > at })
    }

    /// Brings places into order and keeps the first ones.
    fn first(self, mut places: Vec<Place<'_>>, limit: usize) -> Vec<Place<'_>> {
        // Not the unstable one: what comes from several chunks is in order already, but for where they meet.
        places.sort_by_key(|place| place.key);
        if self.newest_first {
            places.reverse();
        }
        places.truncate(limit);
        places
    }
}

/// Where a row is held.
#[derive(Clone, Copy)]
struct Place<'a> {
    key: Key,
    chunk: &'a Chunk,
    row: usize,
}

impl Snapshot {
    /// At most `limit` rows behind a key, in the order of time, with what is in some columns.
    pub(super) fn rows(
        &self,
        window: Window,
        plan: &Plan,
        newest_first: bool,
        behind: Option<Key>,
        limit: usize,
        columns: &[usize],
    ) -> Vec<Row> {
        let places = self.next(window, plan, Course { newest_first, behind }, limit);
        places.into_iter().map(|place| place.chunk.row_in(place.row, columns)).collect()
    }

    /// At most `limit` rows behind a position, in any order.
    pub(super) fn sorted_rows(
        &self,
        window: Window,
        plan: &Plan,
        sort: Sort,
        from: Option<&Position>,
        limit: usize,
    ) -> Vec<Row> {
        let places = self.places(window, plan, sort, from, Direction::Next, limit);
        places.into_iter().map(|place| place.chunk.row(place.row)).collect()
    }

    /// The keys of at most `limit` entries next to a position, the nearest first.
    pub(super) fn keys(
        &self,
        window: Window,
        plan: &Plan,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: usize,
    ) -> Vec<Key> {
        let places = self.places(window, plan, sort, from, direction, limit);
        places.into_iter().map(|place| place.key).collect()
    }

    fn places(
        &self,
        window: Window,
        plan: &Plan,
        sort: Sort,
        from: Option<&Position>,
        direction: Direction,
        limit: usize,
    ) -> Vec<Place<'_>> {
        let forward = direction == Direction::Next;
        let behind = from.map(|p| (p.time.millis(), p.seq));
        let newest_first = sort.ties_descending() == forward;
        match Coded::of_column(sort.column) {
            None => self.next(window, plan, Course { newest_first, behind }, limit),
            Some(column) => {
                let descending = sort.descending == forward;
                let groups = self.groups(window, plan, column, (descending, forward), from, limit);
                self.grouped(window, plan, column, &groups, Course { newest_first, behind }, limit)
            }
        }
    }

    /// The next entries in the order of time.
    fn next<'a>(
        &'a self,
        window: Window,
        plan: &Plan,
        course: Course,
        limit: usize,
    ) -> Vec<Place<'a>> {
        let window = match course.behind {
            Some((time, _)) if course.newest_first => {
                Window { to: window.to.min(time.saturating_add(1)), ..window }
            }
            Some((time, _)) => Window { from: window.from.max(time), ..window },
            None => window,
        };
        let (mut left, mut step) = (window, limit.max(STEP));
        let mut found = Vec::new();
        while let Some(slice) = self.slice(left, course, step) {
            let wanted = limit - found.len();
            let look = |&(chunk, window): &(&'a Chunk, Window)| {
                let Some(scan) = Scan::of(chunk, window, plan, &[]) else { return Vec::new() };
                rows_of(&scan, course.newest_first)
                    .map(|row| Place { key: chunk.key(row), chunk, row })
                    .filter(|place| course.is_behind(place.key))
                    .take(wanted)
                    .collect()
            };
            let more: Vec<Vec<Place<'_>>> = self.parts(slice).par_iter().map(look).collect();
            found.extend(course.first(more.concat(), wanted));
            if found.len() == limit {
                break;
            }
            if course.newest_first {
                left.to = slice.from;
            } else {
                left.from = slice.to;
            }
            step = step.saturating_mul(GROWTH);
        }
        found
    }

    /// The nearest part of a time that has about so many rows, whether these match or not; none where there are
    /// no more. Chunks may lie beside each other in time: each gives its share.
    fn slice(&self, window: Window, course: Course, rows: usize) -> Option<Window> {
        let parts: Vec<_> = self
            .parts(window)
            .into_iter()
            .map(|(chunk, window)| (chunk, chunk.between(window.from, window.to)))
            .filter(|(_, rows)| !rows.is_empty())
            .map(|(chunk, rows)| (chunk, chunk.key(rows.start).0, chunk.key(rows.end - 1).0, rows))
            .collect();
        let share = |beside: usize, all: &Range<usize>| (rows / beside).clamp(1, all.len());
        if course.newest_first {
            let (chunk, first, _, all) = parts.iter().max_by_key(|(_, _, last, _)| *last)?;
            let beside = parts.iter().filter(|(_, _, last, _)| last >= first).count();
            let from = chunk.key(all.end - share(beside, all)).0;
            return Some(Window { from, ..window });
        }
        let (chunk, _, last, all) = parts.iter().min_by_key(|(_, first, ..)| *first)?;
        let beside = parts.iter().filter(|(_, first, ..)| first <= last).count();
        let to = chunk.key(all.start + share(beside, all) - 1).0.saturating_add(1);
        Some(Window { to, ..window })
    }

    /// The groups of codes that list the same, in order, as many as are needed for `limit` rows.
    fn groups(
        &self,
        window: Window,
        plan: &Plan,
        column: Coded,
        (descending, forward): (bool, bool),
        from: Option<&Position>,
        limit: usize,
    ) -> Vec<Group> {
        let at = from.map(|position| &position.key);
        let counts = self.code_counts(window, plan, column);
        let absent = (counts.first().is_some_and(|&n| n > 0))
            .then(|| Group { codes: vec![0], ties: at == Some(&SortKey::Absent) });
        let position = at.and_then(|key| sort_text(column, key));
        let order =
            |a: &SortText<'_>, b: &SortText<'_>| if descending { b.cmp(a) } else { a.cmp(b) };
        let mut first = First { texts: Vec::new(), ties: 0, room: 0, limit };
        // Behind the absent ones there is nothing, before them everything.
        let none = position.is_none() && at.is_some() && forward;
        let occurring = (0..).zip(&counts).skip(1).filter(|(_, n)| **n > 0 && !none);
        for (code, _) in occurring {
            let Some(text) = text(&self.lexicon, column, code) else { continue };
            let compared = position.as_ref().map(|position| order(&text, position));
            if compared.is_none_or(Ordering::is_ge) {
                first.ties += usize::from(compared == Some(Ordering::Equal));
                first.push((text, code), order);
            }
        }
        first.texts.sort_unstable_by(|a, b| order(&a.0, &b.0));
        let mut groups: Vec<Group> = Vec::new();
        let mut last = None;
        for (text, code) in first.texts {
            if last.as_ref() != Some(&text) {
                groups.push(Group { codes: Vec::new(), ties: position.as_ref() == Some(&text) });
            }
            groups.last_mut().into_iter().for_each(|group| group.codes.push(code));
            last = Some(text);
        }
        // Absent ones are last going forward. Going back from anything else, they are behind.
        if forward {
            groups.extend(absent);
        } else if at.is_none_or(|key| *key == SortKey::Absent) {
            groups.splice(0..0, absent);
        }
        // How many rows of the position's own key lie behind it is not known; of the others all do.
        let mut rows = 0;
        let enough = groups.iter().position(|group| {
            let all = group.codes.iter().filter_map(|&code| counts.get(code as usize));
            rows += if group.ties { 0 } else { all.map(|&n| u64::from(n)).sum::<u64>() };
            rows >= limit as u64
        });
        groups.truncate(enough.map_or(usize::MAX, |last| last + 1));
        groups
    }

    /// How often each code of a column occurs, by the code.
    fn code_counts(&self, window: Window, plan: &Plan, column: Coded) -> Vec<u32> {
        let mut all = vec![0_u32; self.codes(column)];
        let look = |scan: Scan<'_>| {
            scan.occurring(column, scan.matching(None).as_ref(), scan.rows.clone())
        };
        self.few_by_few(window, plan, look, |occurring| {
            for (code, n) in occurring {
                if let Some(all) = all.get_mut(code as usize) {
                    *all = all.saturating_add(n);
                }
            }
        });
        all
    }

    /// Looks at a few chunks at once on all cores, and takes what is found there before it looks at the next:
    /// what is found in all of them may be more than there is memory for.
    fn few_by_few<'a, T: Send>(
        &'a self,
        window: Window,
        plan: &Plan,
        look: impl Fn(Scan<'a>) -> T + Sync,
        mut take: impl FnMut(T),
    ) {
        for parts in self.parts(window).chunks(TOGETHER) {
            let look = |&(chunk, window): &(&'a Chunk, Window)| {
                Scan::of(chunk, window, plan, &[]).map(&look)
            };
            let found: Vec<T> = parts.par_iter().filter_map(look).collect();
            found.into_iter().for_each(&mut take);
        }
    }

    /// The first rows, group by group.
    fn grouped<'a>(
        &'a self,
        window: Window,
        plan: &Plan,
        column: Coded,
        groups: &[Group],
        course: Course,
        limit: usize,
    ) -> Vec<Place<'a>> {
        let ranks: HashMap<u32, u32> = (0..)
            .zip(groups)
            .flat_map(|(rank, group)| group.codes.iter().map(move |&code| (code, rank)))
            .collect();
        let mut wanted = CodeSet::only(ranks.keys().copied().filter(|&code| code != 0).collect());
        wanted.absent = ranks.contains_key(&0);
        let plan = plan.clone().and(column, wanted);
        let order = |(a_rank, a): &(u32, Place<'_>), (b_rank, b): &(u32, Place<'_>)| {
            let keys = if course.newest_first { b.key.cmp(&a.key) } else { a.key.cmp(&b.key) };
            a_rank.cmp(b_rank).then(keys)
        };
        let keep = |places: &mut Vec<(u32, Place<'_>)>| {
            if places.len() > limit {
                places.select_nth_unstable_by(limit, order);
                places.truncate(limit);
            }
        };
        let look = |scan: Scan<'a>| {
            let Some(packed) = scan.chunk.column(column) else { return Vec::new() };
            let ranks: Vec<_> = packed
                .distinct()
                .iter()
                .map(|code| ranks.get(code).copied().unwrap_or(NONE))
                .collect();
            let mut taken = vec![0; groups.len()];
            let mut full = 0;
            let mut places = Vec::new();
            for row in rows_of(&scan, course.newest_first) {
                let group = ranks[packed.place(row)];
                if group == NONE {
                    continue;
                }
                let rank = group as usize;
                let key = scan.chunk.key(row);
                if taken[rank] == limit || groups[rank].ties && !course.is_behind(key) {
                    continue;
                }
                if places.len() == 2 * limit {
                    keep(&mut places);
                }
                places.push((group, Place { key, chunk: scan.chunk, row }));
                taken[rank] += 1;
                full += usize::from(taken[rank] == limit);
                if full == groups.len() {
                    break;
                }
            }
            keep(&mut places);
            places.shrink_to_fit();
            places
        };
        let mut found = Vec::new();
        self.few_by_few(window, &plan, look, |places| {
            found.extend(places);
            keep(&mut found);
        });
        found.sort_unstable_by(order);
        found.into_iter().map(|(_, place)| place).collect()
    }

    /// The code that the latest matching entry has among some of a column.
    pub(super) fn latest(
        &self,
        window: Window,
        plan: &Plan,
        column: Coded,
        codes: Vec<u32>,
    ) -> Option<u32> {
        let plan = plan.clone().and(column, CodeSet::only(codes));
        let found = self.scan(window, &plan, |scan| {
            let row = rows_of(&scan, true).next()?;
            Some((scan.chunk.key(row), scan.chunk.column(column)?.get(row)))
        });
        found.into_iter().flatten().max().map(|(_, code)| code)
    }
}

/// The first texts of a list, with their codes: as many as there are to be rows, and all codes of each.
struct First<'a> {
    texts: Vec<(SortText<'a>, u32)>,
    /// How many are those of the position itself, which may have no row behind it.
    ties: usize,
    /// From how many on it is looked which of them are not needed.
    room: usize,
    limit: usize,
}

impl<'a> First<'a> {
    fn push(
        &mut self,
        text: (SortText<'a>, u32),
        order: impl Fn(&SortText<'a>, &SortText<'a>) -> Ordering,
    ) {
        self.texts.push(text);
        // Each code has a row at least, so that more codes than rows are not needed, but all of a text.
        let needed = self.limit + self.ties;
        if self.texts.len() > self.room.max(2 * needed) {
            let (_, last, _) = self.texts.select_nth_unstable_by(needed, |a, b| order(&a.0, &b.0));
            let last = last.0.clone();
            self.texts.retain(|(text, _)| order(text, &last).is_le());
            // Where one text has many codes, that is not done for each of them.
            self.room = 2 * self.texts.len();
        }
    }
}

/// Codes that list the same.
struct Group {
    codes: Vec<u32>,
    /// Whether the position is among them, so that only rows behind it count.
    ties: bool,
}

/// The rows that match, in the order of time.
fn rows_of(scan: &Scan<'_>, newest_first: bool) -> impl Iterator<Item = usize> {
    let bits = scan.matching(None);
    let (start, len) = (scan.rows.start, scan.rows.len());
    let rows = (0..len).map(move |i| if newest_first { len - 1 - i } else { i });
    rows.filter(move |&row| bits.as_ref().is_none_or(|bits| bits.has(row)))
        .map(move |row| start + row)
}

/// What a code is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SortText<'a> {
    Code(u32),
    Text(Cow<'a, str>),
}

fn text(lexicon: &Lexicon, column: Coded, code: u32) -> Option<SortText<'_>> {
    let Coded::Word(kind) = column else { return Some(SortText::Code(code)) };
    let word = lexicon.word(kind, code)?;
    Some(SortText::Text(word.sort(kind).map_or(Cow::Borrowed(word.value.as_str()), Cow::Owned)))
}

/// A position's key in the same terms.
fn sort_text(column: Coded, key: &SortKey) -> Option<SortText<'_>> {
    match (column, key) {
        (Coded::Status, SortKey::Number(code)) => u32::try_from(*code).ok().map(SortText::Code),
        (Coded::Outcome, SortKey::Text(text)) => {
            text.parse::<Outcome>().ok().map(|o| SortText::Code(outcome_number(o)))
        }
        (Coded::Word(_), SortKey::Text(text)) => Some(SortText::Text(Cow::Borrowed(text))),
        _ => None,
    }
}

/// The word of an outcome's code.
pub(super) fn outcome_word(code: u32) -> &'static str {
    outcome_of(i64::from(code) - 1).map_or("", Outcome::as_str)
}
