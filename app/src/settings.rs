//! The parts of the settings: of a project, of the instance, and of the reader.

pub(crate) mod bar;
pub(crate) mod dead_letters;
pub(crate) mod exports;
pub(crate) mod form;
pub(crate) mod grant_form;
pub(crate) mod invite;
pub(crate) mod limit;
pub(crate) mod parts;
pub(crate) mod password;
pub(crate) mod people;
pub(crate) mod person_row;
pub(crate) mod privacy;
pub(crate) mod projects;
pub(crate) mod retention;
pub(crate) mod schedules;
pub(crate) mod section;
pub(crate) mod sessions;
pub(crate) mod stream_form;
pub(crate) mod stream_row;
pub(crate) mod streams;
pub(crate) mod token_form;
pub(crate) mod tokens;
