//! The embedded default: one file, SQLite.
