//! The one way in: order, group commit, announcement.
