//! How changes are shown.

use leptos::prelude::*;

use super::{recall, remember};
use crate::reactive::effect;

/// How much of two states is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Extent {
    /// The fields that changed.
    #[default]
    Changed,
    /// Every field, those that changed first.
    Fields,
    /// Both states as they are.
    States,
}

impl Extent {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Changed, "changed"), (Self::Fields, "fields"), (Self::States, "states")];
}

/// How changes are shown.
#[derive(Clone, Copy)]
pub(crate) struct DiffStyle {
    /// How much.
    pub(crate) extent: RwSignal<Extent>,
    /// Whether before and after stand side by side.
    pub(crate) split: RwSignal<bool>,
}

impl DiffStyle {
    /// Recalls it and remembers what becomes of it.
    pub(super) fn recall() -> Self {
        let extent = recall("diff.extent");
        let found = Extent::ALL.into_iter().find(|(_, word)| extent.as_deref() == Some(word));
        let style = Self {
            extent: RwSignal::new(found.map(|(extent, _)| extent).unwrap_or_default()),
            split: RwSignal::new(recall("diff.layout").as_deref() == Some("split")),
        };
        effect(move || {
            let extent = style.extent.get();
            let word = Extent::ALL.into_iter().find(|(other, _)| *other == extent);
            remember("diff.extent", word.map(|(_, word)| word).unwrap_or_default());
        });
        effect(move || {
            remember("diff.layout", if style.split.get() { "split" } else { "unified" });
        });
        style
    }
}
