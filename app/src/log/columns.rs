//! Which columns a tab shows, in which order and how wide: as the viewer left it, else as the tab
//! says. Remembered for each project and tab.

use std::collections::BTreeMap;

use daybook_model::{Column, Tab, tab};
use leptos::prelude::*;

use crate::{
    preferences::{self, Preferences},
    reactive::{effect, memo},
    url::LogAddress,
};

pub(crate) mod heading;
pub(crate) mod menu;
mod pull;

/// The narrowest a column can be, in pixels.
pub(crate) const NARROWEST: u16 = 56;
/// The widest.
const WIDEST: u16 = 960;

/// A column in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// The column.
    pub(crate) column: Column,
    /// Its width in pixels, where the viewer chose one.
    pub(crate) width: Option<u16>,
}

impl Placed {
    /// A track of a grid: figures have the width they need, texts share the rest.
    fn track(self) -> String {
        if let Some(width) = self.width {
            return format!("{width}px");
        }
        match self.column {
            Column::Time => "var(--time)".into(),
            Column::Method => "var(--method)".into(),
            Column::Status => "var(--status)".into(),
            Column::Outcome | Column::Operation => "minmax(64px, 124px)".into(),
            Column::Path => "minmax(72px, 3fr)".into(),
            Column::Resource => "minmax(72px, 2.4fr)".into(),
            Column::Actor => "minmax(var(--actor), 1.6fr)".into(),
            Column::Action | Column::Error => "minmax(72px, 1.6fr)".into(),
            _ => "minmax(64px, 1fr)".into(),
        }
    }
}

/// The columns of the tab that is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Columns {
    project: StoredValue<String>,
    tab: Memo<String>,
    /// What the viewer chose, by tab; `None` where nothing was.
    chosen: RwSignal<BTreeMap<String, Option<Vec<Placed>>>>,
    placed: Memo<Vec<Placed>>,
}

impl Columns {
    /// The columns of this log, whose tabs are told by an answer.
    pub(crate) fn of(log: LogAddress, tabs: Signal<Option<Vec<Tab>>>) -> Self {
        let project = StoredValue::new(log.project());
        let tab = log.part(|view| view.tab.clone().unwrap_or_else(|| tab::ALL.into()));
        let chosen = RwSignal::new(BTreeMap::new());
        let adopted = expect_context::<Preferences>().adopted;
        effect(move || {
            adopted.track();
            chosen.update(BTreeMap::clear);
        });
        let placed = memo(move || {
            let key = tab.get();
            let chosen = chosen.with(|chosen: &BTreeMap<_, _>| chosen.get(&key).cloned());
            let own = chosen.unwrap_or_else(|| recall(&project.read_value(), &key));
            own.unwrap_or_else(|| usual(tabs, &key))
        });
        Self { project, tab, chosen, placed }
    }

    /// From left to right.
    pub(crate) fn placed(self) -> Vec<Placed> {
        self.placed.get()
    }

    /// The same as tracks of a grid.
    pub(crate) fn tracks(self) -> String {
        let tracks: Vec<_> = self.placed.with(|placed| placed.iter().map(|p| p.track()).collect());
        tracks.join(" ")
    }

    /// Whether a column is shown.
    pub(crate) fn shows(self, column: Column) -> bool {
        self.placed.with(|placed| placed.iter().any(|p| p.column == column))
    }

    /// Whether the viewer chose them.
    pub(crate) fn is_own(self) -> bool {
        let key = self.tab.get();
        let chosen = self.chosen.with(|chosen| chosen.get(&key).cloned());
        chosen.unwrap_or_else(|| recall(&self.project.read_value(), &key)).is_some()
    }

    /// Shows a column behind the others, or hides it. The last one stays.
    pub(crate) fn toggle(self, column: Column) {
        self.change(|placed| match placed.iter().position(|p| p.column == column) {
            Some(at) if placed.len() > 1 => drop(placed.remove(at)),
            Some(_) => {}
            None => placed.push(Placed { column, width: None }),
        });
    }

    /// Moves a column by so many places.
    pub(crate) fn shift(self, column: Column, by: isize) {
        self.change(|placed| {
            let Some(at) = placed.iter().position(|p| p.column == column) else { return };
            let to = at.saturating_add_signed(by).min(placed.len() - 1);
            let moved = placed.remove(at);
            placed.insert(to, moved);
        });
    }

    /// Gives a column a width in pixels.
    pub(crate) fn widen(self, column: Column, width: f64) {
        // Bounded before it is cut off.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
        let width = width.clamp(NARROWEST.into(), WIDEST.into()) as u16;
        self.change(|placed| {
            for p in placed.iter_mut().filter(|p| p.column == column) {
                p.width = Some(width);
            }
        });
    }

    /// The columns as text, where the viewer chose them.
    pub(crate) fn own_text(self) -> Option<String> {
        untrack(|| self.is_own().then(|| write(&self.placed())))
    }

    /// Shows columns that were kept as text in a tab.
    pub(crate) fn take(self, tab: Option<&str>, text: &str) {
        let tab = tab.unwrap_or(tab::ALL).to_owned();
        self.keep_in(tab, read(text));
    }

    /// Shows the columns that the tab says.
    pub(crate) fn reset(self) {
        self.keep(None);
    }

    fn change(self, change: impl FnOnce(&mut Vec<Placed>)) {
        let mut placed = self.placed.get_untracked();
        change(&mut placed);
        self.keep(Some(placed));
    }

    fn keep(self, placed: Option<Vec<Placed>>) {
        self.keep_in(self.tab.get_untracked(), placed);
    }

    fn keep_in(self, tab: String, placed: Option<Vec<Placed>>) {
        let text = placed.as_deref().map(write);
        preferences::remember(&key(&self.project.read_value(), &tab), text.as_deref());
        self.chosen.update(|chosen| drop(chosen.insert(tab, placed)));
    }
}

/// Remembers columns that were kept as text, for a page that is not open yet.
pub(crate) fn remember(project: &str, tab: Option<&str>, text: &str) {
    if let Some(placed) = read(text) {
        preferences::remember(&key(project, tab.unwrap_or(tab::ALL)), Some(&write(&placed)));
    }
}

/// What the tab says, as far as it is known.
fn usual(tabs: Signal<Option<Vec<Tab>>>, key: &str) -> Vec<Placed> {
    const UNTOLD: [Column; 6] = [
        Column::Time,
        Column::Actor,
        Column::Method,
        Column::Status,
        Column::Resource,
        Column::Action,
    ];
    let told = tabs.with(|tabs| {
        tabs.as_ref()?.iter().find(|tab| tab.key == key).map(|tab| tab.columns.clone())
    });
    let columns = told.unwrap_or_else(|| UNTOLD.to_vec());
    columns.into_iter().map(|column| Placed { column, width: None }).collect()
}

fn key(project: &str, tab: &str) -> String {
    format!("columns.{project}.{tab}")
}

/// `time actor:240 status`
fn write(placed: &[Placed]) -> String {
    let word = |p: &Placed| match p.width {
        Some(width) => format!("{}:{width}", p.column.key()),
        None => p.column.key().to_owned(),
    };
    placed.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// What was chosen earlier.
fn recall(project: &str, tab: &str) -> Option<Vec<Placed>> {
    read(&preferences::recall(&key(project, tab))?)
}

/// Reads what [`write()`] wrote. Columns that there are no longer are left out.
fn read(text: &str) -> Option<Vec<Placed>> {
    let mut placed = Vec::<Placed>::new();
    for word in text.split(' ') {
        let (column, width) = word.split_once(':').map_or((word, None), |(c, w)| (c, Some(w)));
        let Ok(column) = column.parse::<Column>() else { continue };
        if placed.iter().all(|p| p.column != column) {
            let width = width.and_then(|w| w.parse().ok());
            placed.push(Placed { column, width: width.map(|w: u16| w.clamp(NARROWEST, WIDEST)) });
        }
    }
    (!placed.is_empty()).then_some(placed)
}
