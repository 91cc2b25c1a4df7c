//! The entries of the log that match a rule, in the order in which they happened: to learn from, and to try a
//! rule on. From the column index, where it has what is asked for.

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use daybook_model::{Entry, Field, Seq, Timestamp, sort::SortKey};

use super::{machine::Sighting, matcher::Facts};
use crate::store::{
    Key, Line, Parts, Position, Rows, Scope, Store, StoreError,
    dictionary::{Kind, Word},
};

/// How many entries are read together as numbers.
const ROWS: usize = 1 << 15;
/// How many are read together as entries.
const ENTRIES: usize = 2_000;

/// What a rule asks of an entry beside its filter: its group, and the facet of its condition.
pub(super) type Asked = (Option<Field>, Option<Field>);

/// Shows each entry of the scope but those that tell of alerts to a visitor, oldest first, until that has seen
/// enough. On a thread for such work: nothing else waits.
pub(super) async fn walk<V: Send + 'static>(
    store: &dyn Store,
    scope: &Scope,
    asked: Asked,
    ours: HashSet<Seq>,
    mut visitor: V,
    visit: fn(&mut V, &Sighting<'_>) -> bool,
) -> Result<V, StoreError> {
    let (ours, mut last) = (Arc::new(ours), None);
    loop {
        let page = match store.rows(scope, false, last, ROWS).await? {
            Some(rows) => Page::Rows(rows),
            None => Page::Entries(
                store
                    .walk(scope, false, last.map(position).as_ref(), ENTRIES, Parts::Narrow)
                    .await?,
            ),
        };
        let Some(end) = page.last() else { return Ok(visitor) };
        last = Some(end);
        let ours = Arc::clone(&ours);
        let work = move || {
            let on = page.show(asked, &mut |sighting| {
                ours.contains(&sighting.seq) || visit(&mut visitor, sighting)
            });
            (visitor, on)
        };
        let shown = tokio::task::spawn_blocking(work).await;
        let on;
        (visitor, on) = shown.map_err(|e| StoreError::Failed(e.to_string()))?;
        if !on {
            return Ok(visitor);
        }
    }
}

/// Where a list in the order of time goes on behind an entry.
pub(super) fn position((time, seq): Key) -> Position {
    Position { key: SortKey::Absent, time: Timestamp::saturating(time), seq }
}

enum Page {
    Rows(Rows),
    Entries(Vec<Entry>),
}

impl Page {
    fn last(&self) -> Option<Key> {
        match self {
            Self::Rows(rows) => rows.last(),
            Self::Entries(entries) => {
                entries.last().map(|entry| (entry.event.occurred_at.millis(), entry.seq))
            }
        }
    }

    fn show(&self, (by, field): Asked, visit: &mut dyn FnMut(&Sighting<'_>) -> bool) -> bool {
        match self {
            Self::Rows(rows) => rows.iter().all(|line| {
                let (group, value) = (named(line, by), named(line, field));
                by.is_some() && group.is_none()
                    || seen((line.occurred_at(), line.seq()), group.as_ref(), value.as_ref(), visit)
            }),
            Self::Entries(entries) => entries.iter().all(|entry| {
                let facts = Facts::of(&entry.event);
                let owned = |field: Option<Field>| {
                    let (value, label) = facts.named(field?)?;
                    Some((Cow::Borrowed(value), Cow::Owned(label)))
                };
                let (group, value) = (owned(by), owned(field));
                let key = (entry.event.occurred_at, entry.seq);
                by.is_some() && group.is_none() || seen(key, group.as_ref(), value.as_ref(), visit)
            }),
        }
    }
}

/// A value, and its name.
type Named<'a> = (Cow<'a, str>, Cow<'a, str>);

fn lent<'a>((value, label): &'a Named<'_>) -> (&'a str, &'a str) {
    (value, label)
}

fn seen(
    (at, seq): (Timestamp, u64),
    group: Option<&Named<'_>>,
    value: Option<&Named<'_>>,
    visit: &mut dyn FnMut(&Sighting<'_>) -> bool,
) -> bool {
    let at = at.millis();
    visit(&Sighting { at, seq, received: at, group: group.map(lent), value: value.map(lent) })
}

/// The value of a facet, and its name.
fn named(line: Line<'_>, field: Option<Field>) -> Option<Named<'_>> {
    let same = |text: Cow<'static, str>| Some((text.clone(), text));
    let field = field?;
    match field {
        Field::Status => same(Cow::Owned(line.status()?.to_string())),
        Field::Outcome => same(Cow::Borrowed(line.outcome()?.as_str())),
        Field::ActorType | Field::ResourceType => {
            let of =
                line.word(Kind::of_field(field)?).and_then(|word: &Word| word.of.as_deref())?;
            Some((Cow::Borrowed(of), Cow::Borrowed(of)))
        }
        _ => {
            let kind = Kind::of_field(field)?;
            let word = line.word(kind)?;
            Some((Cow::Borrowed(&word.value), Cow::Borrowed(word.label(kind))))
        }
    }
}
