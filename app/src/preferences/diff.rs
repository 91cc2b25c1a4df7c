//! How changes are shown.

use leptos::prelude::*;

use super::{adopt, keep, recall};

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
        let style = Self { extent: RwSignal::new(extent()), split: RwSignal::new(is_split()) };
        keep("diff.extent", move || {
            let extent = style.extent.get();
            let word = Extent::ALL.into_iter().find(|(other, _)| *other == extent);
            word.map(|(_, word)| word).unwrap_or_default().to_owned()
        });
        keep("diff.layout", move || if style.split.get() { "split" } else { "unified" }.to_owned());
        style
    }

    /// Takes over what is remembered now.
    pub(super) fn adopt(self) {
        adopt(self.extent, extent());
        adopt(self.split, is_split());
    }
}

fn extent() -> Extent {
    let word = recall("diff.extent");
    let found = Extent::ALL.into_iter().find(|(_, known)| word.as_deref() == Some(known));
    found.map(|(extent, _)| extent).unwrap_or_default()
}

fn is_split() -> bool {
    recall("diff.layout").as_deref() == Some("split")
}
