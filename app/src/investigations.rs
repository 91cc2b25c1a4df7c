//! The parts of the pages of investigations.

pub(crate) mod comments;
pub(crate) mod file;
pub(crate) mod head;
pub(crate) mod list;
pub(crate) mod one;
pub(crate) mod order;
pub(crate) mod pinned;
