//! The words of some rows.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    ops::DerefMut,
    sync::Arc,
};

use sea_query::{Expr, ExprTrait as _, Query};

use super::read::{Reader, word};
use crate::store::{
    ProjectId, StoreError,
    dictionary::{Kind, Word},
    engine::{Ask, Columns as _},
    rows::Spelling,
    sql,
};

/// The words of some rows, by kind and number.
#[derive(Default)]
pub(super) struct Spelled(
    [HashMap<u32, Option<Arc<Word>>, BuildHasherDefault<Plain>>; Kind::COUNT],
);

impl Spelling for Spelled {
    fn word(&self, kind: Kind, number: u32) -> Option<&Word> {
        self.0[kind as usize].get(&number)?.as_deref()
    }
}

/// Words are numbered one after the other, whoever says them: spreading the numbers is enough.
#[derive(Default)]
pub(super) struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(byte.into());
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl<C: DerefMut<Target: Ask> + Send> Reader<'_, C> {
    /// The words of these numbers: what was read before is not asked for again.
    pub(super) async fn spelled(
        &mut self,
        project: ProjectId,
        numbers: impl Iterator<Item = (Kind, u32)>,
    ) -> Result<Spelled, StoreError> {
        let mut spelled = Spelled::default();
        for (kind, number) in numbers {
            spelled.0[kind as usize].entry(number).or_insert(None);
        }
        for (&kind, words) in Kind::ALL.iter().zip(&mut spelled.0) {
            self.words.fill(project, kind, words);
            let unknown = words.iter().filter(|(_, word)| word.is_none()).map(|(&n, _)| n);
            let mut unknown: Vec<u32> = unknown.collect();
            unknown.sort_unstable();
            for numbers in unknown.chunks(TOGETHER) {
                let select = Query::select()
                    .columns(["number", "value", "type", "id", "name", "email"])
                    .from(sql::WORD)
                    .and_where(Expr::col("project").eq(project.0))
                    .and_where(Expr::col("kind").eq(kind.code()))
                    .and_where(Expr::col("number").is_in(numbers.iter().copied()))
                    .take();
                for row in self.rows(&select.into()).await? {
                    let found = Arc::new(word(&row, 1)?);
                    let number = u32::try_from(row.int(0)?).unwrap_or(u32::MAX);
                    self.words.put((project, kind, number), Arc::clone(&found));
                    words.insert(number, Some(found));
                }
            }
        }
        Ok(spelled)
    }
}

/// How many words are asked for at once: a statement holds only so many values.
const TOGETHER: usize = 4_096;
