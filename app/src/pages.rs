//! The pages. A page knows the address and the server; its parts take values.

pub(crate) mod home;
pub(crate) mod log;
pub(crate) mod not_found;
pub(crate) mod set_up;
pub(crate) mod sign_in;
