//! The entries of the log that match a rule, in the order in which they happened: to learn from, and to try a
//! rule on. From the column index, where it has what is asked for.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use daybook_model::{Entry, Field, Seq, Timestamp, sort::SortKey};

use super::{
    machine::{Sighting, Value},
    matcher::Facts,
};
use crate::store::{
    Key, Line, Parts, Position, Rows, Scope, Store, StoreError,
    dictionary::{Kind, Word},
};

/// How many entries are read together as numbers: so many stay near the core that looks at them.
const ROWS: usize = 1 << 13;
/// How many are read together as entries.
const ENTRIES: usize = 2_000;
/// So many hashes are kept at once.
const HASHES: usize = 100_000;

/// What a rule asks of an entry beside its filter: its group, and the facet of its condition.
pub(super) type Asked = (Option<Field>, Option<Field>);

/// Shows each entry of the scope but those that tell of alerts to a visitor, oldest first, until that has seen
/// enough. On a thread for such work: nothing else waits, and the next ones are read meanwhile.
pub(super) async fn walk<V: Send + 'static>(
    store: &dyn Store,
    scope: &Scope,
    asked: Asked,
    ours: HashSet<Seq>,
    mut visitor: V,
    visit: fn(&mut V, &Sighting<'_>) -> bool,
) -> Result<V, StoreError> {
    let (ours, mut hashes) = (Arc::new(ours), Hashes::default());
    let fields: Vec<Field> = asked.0.into_iter().chain(asked.1).collect();
    let mut page = Page::behind(store, scope, &fields, None).await?;
    while let Some(last) = page.last() {
        let ours = Arc::clone(&ours);
        let shown = tokio::task::spawn_blocking(move || {
            let on = page.show(asked, &mut hashes, &mut |sighting| {
                ours.contains(&sighting.seq) || visit(&mut visitor, sighting)
            });
            (visitor, hashes, on)
        });
        let (shown, next) = tokio::join!(shown, Page::behind(store, scope, &fields, Some(last)));
        let on;
        (visitor, hashes, on) = shown.map_err(|e| StoreError::Failed(e.to_string()))?;
        if !on {
            break;
        }
        page = next?;
    }
    Ok(visitor)
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
    /// The next ones in the order of time.
    async fn behind(
        store: &dyn Store,
        scope: &Scope,
        fields: &[Field],
        last: Option<Key>,
    ) -> Result<Self, StoreError> {
        if let Some(rows) = store.rows(scope, false, last, ROWS, Some(fields)).await? {
            return Ok(Self::Rows(rows));
        }
        let from = last.map(position);
        let entries = store.walk(scope, false, from.as_ref(), ENTRIES, Parts::Narrow).await?;
        Ok(Self::Entries(entries))
    }

    fn last(&self) -> Option<Key> {
        match self {
            Self::Rows(rows) => rows.last(),
            Self::Entries(entries) => {
                entries.last().map(|entry| (entry.event.occurred_at.millis(), entry.seq))
            }
        }
    }

    fn show(
        &self,
        (by, field): Asked,
        hashes: &mut Hashes,
        visit: &mut dyn FnMut(&Sighting<'_>) -> bool,
    ) -> bool {
        match self {
            Self::Rows(rows) => rows.iter().all(|line| {
                let mut of = |field: Option<Field>| Found::in_line(line, field?, hashes);
                let found = (of(by), of(field));
                let key = (line.occurred_at().millis(), line.seq());
                by.is_some() && found.0.is_none() || seen(key, &found, visit)
            }),
            Self::Entries(entries) => entries.iter().all(|entry| {
                let facts = Facts::of(&entry.event);
                let of = |field: Option<Field>| Found::in_facts(&facts, field?);
                let found = (of(by), of(field));
                let key = (entry.event.occurred_at.millis(), entry.seq);
                by.is_some() && found.0.is_none() || seen(key, &found, visit)
            }),
        }
    }
}

fn seen(
    (at, seq): Key,
    (group, value): &(Option<Found<'_>>, Option<Found<'_>>),
    visit: &mut dyn FnMut(&Sighting<'_>) -> bool,
) -> bool {
    let (group, value) = (group.as_ref().map(Found::lent), value.as_ref().map(Found::lent));
    visit(&Sighting { at, seq, received: at, group, value })
}

/// The value of a facet in an entry.
struct Found<'a> {
    text: Cow<'a, str>,
    label: Cow<'a, str>,
    hash: i64,
}

impl<'a> Found<'a> {
    fn in_line(line: Line<'a>, field: Field, hashes: &mut Hashes) -> Option<Self> {
        let (text, label): (Cow<'a, str>, Cow<'a, str>) = match field {
            Field::Status => {
                let status = line.status()?.to_string();
                (status.clone().into(), status.into())
            }
            Field::Outcome => {
                let outcome = line.outcome()?.as_str();
                (outcome.into(), outcome.into())
            }
            Field::ActorType | Field::ResourceType => {
                let of = line.word(Kind::of_field(field)?)?.of.as_deref()?;
                (of.into(), of.into())
            }
            _ => {
                let kind = Kind::of_field(field)?;
                let word = line.word(kind)?;
                (word.value.as_str().into(), word.label(kind).into())
            }
        };
        let hash = hashes.of(field, line, &text);
        Some(Self { text, label, hash })
    }

    fn in_facts(facts: &'a Facts<'_>, field: Field) -> Option<Self> {
        let (text, label) = facts.named(field)?;
        Some(Self { hash: Word::hash(text), text: text.into(), label: label.into() })
    }

    fn lent(&self) -> Value<'_> {
        Value { text: &self.text, label: &self.label, hash: self.hash }
    }
}

/// What values are kept as, by the codes that stand for them: a hash takes longer than all else.
#[derive(Default)]
struct Hashes(HashMap<(Field, u32), i64>);

impl Hashes {
    fn of(&mut self, field: Field, line: Line<'_>, text: &str) -> i64 {
        let Some(code) = line.code(field) else { return Word::hash(text) };
        if self.0.len() >= HASHES {
            self.0.clear();
        }
        *self.0.entry((field, code)).or_insert_with(|| Word::hash(text))
    }
}
