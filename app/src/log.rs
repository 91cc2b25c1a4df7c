//! The parts of the log page.

pub(crate) mod answer;
pub(crate) mod cell;
pub(crate) mod chart;
pub(crate) mod chip;
pub(crate) mod chip_editor;
pub(crate) mod chips;
pub(crate) mod columns;
pub(crate) mod diff;
pub(crate) mod empty;
pub(crate) mod entry;
pub(crate) mod facts;
pub(crate) mod names;
pub(crate) mod problems;
pub(crate) mod rail;
pub(crate) mod range_menu;
pub(crate) mod row;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod sentence;
pub(crate) mod shortcuts;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod tabs;
pub(crate) mod terms;
pub(crate) mod title;
pub(crate) mod top_bar;
