//! The pages. A page knows the address and the server; its parts take values.

pub(crate) mod account;
pub(crate) mod beside;
pub(crate) mod home;
pub(crate) mod invitation;
pub(crate) mod log;
pub(crate) mod no_access;
pub(crate) mod not_found;
pub(crate) mod set_up;
pub(crate) mod settings;
pub(crate) mod sign_in;
