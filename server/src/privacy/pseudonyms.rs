//! Which values of the log a pseudonym stands for.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use daybook_model::{Choice, Field, Filter, Term, privacy::has_pseudonym};
use tokio::sync::Mutex;

use super::Masks;
use crate::database::{Database, query};
use crate::store::{ProjectId, StoreError, dictionary::Kind};

/// How many bytes of values are kept, about; beyond, what is longest known is learnt anew.
const CAP: usize = 64 << 20;

/// The values behind pseudonyms, learnt from the log's dictionary as it grows: words never change,
/// so that only new ones are looked at. Clones are the same.
#[derive(Debug, Clone)]
pub struct Pseudonyms(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    log: Database,
    shelves: Mutex<HashMap<(ProjectId, Field, Masks), Shelf>>,
}

/// The masked values of a field.
#[derive(Debug, Default)]
struct Shelf {
    last: i64,
    bytes: usize,
    values: HashMap<String, BTreeSet<String>>,
}

impl Pseudonyms {
    /// Those of the log in this database.
    pub fn of(log: &Database) -> Self {
        Self(Arc::new(Inner { log: log.clone(), shelves: Mutex::default() }))
    }

    /// The same filter with values where it has pseudonyms. A pseudonym that stands for nothing is
    /// left, and matches nothing.
    pub(super) async fn resolve(
        &self,
        project: ProjectId,
        masks: &Masks,
        filter: &Filter,
    ) -> Result<Filter, StoreError> {
        let mut resolved = filter.clone();
        for (&field, choice) in &mut resolved.choices {
            let Choice { include, exclude } = choice;
            for side in [include, exclude] {
                *side = self.terms(project, masks, field, side).await?;
            }
        }
        Ok(resolved)
    }

    async fn terms(
        &self,
        project: ProjectId,
        masks: &Masks,
        field: Field,
        terms: &BTreeSet<Term>,
    ) -> Result<BTreeSet<Term>, StoreError> {
        let mut resolved = BTreeSet::new();
        for term in terms {
            let Term::Is(value) = term else {
                resolved.insert(term.clone());
                continue;
            };
            let values = if has_pseudonym(value.as_str()) {
                self.values(project, masks, field, value.as_str()).await?
            } else {
                BTreeSet::new()
            };
            if values.is_empty() {
                resolved.insert(term.clone());
            }
            resolved.extend(values.iter().filter_map(|v| field.value(v).ok()).map(Term::Is));
        }
        Ok(resolved)
    }

    /// The values of a field that are shown as this one.
    async fn values(
        &self,
        project: ProjectId,
        masks: &Masks,
        field: Field,
        shown: &str,
    ) -> Result<BTreeSet<String>, StoreError> {
        let Some(kind) = Kind::of_field(field) else { return Ok(BTreeSet::new()) };
        let mut kept = self.0.shelves.lock().await;
        let learnt = kept.entry((project, field, *masks)).or_default();
        if learnt.bytes > CAP {
            *learnt = Shelf::default();
        }
        let rows = query(
            "SELECT number, value FROM word WHERE project = $1 AND kind = $2 AND number > $3 ORDER BY number",
        )
        .bind(project.0)
        .bind(kind.code())
        .bind(learnt.last)
        .fetch_all(self.0.log.readers())
        .await?;
        for row in rows {
            learnt.last = row.try_get(0)?;
            let value: String = row.try_get(1)?;
            let masked = masks.field(field, &value).into_owned();
            if masked != value {
                learnt.bytes += masked.len() + value.len() + 96;
                learnt.values.entry(masked).or_default().insert(value);
            }
        }
        Ok(learnt.values.get(shown).cloned().unwrap_or_default())
    }
}
