//! Who may do what: every request is judged here, before a handler sees it.

mod again;
mod bounded;
mod caller;
mod rule;

pub use again::Again;
pub use bounded::{Bounded, Limit};
pub use caller::{Caller, DEVICE_COOKIE, SESSION_COOKIE, bearer, cookie, session_cookie};
pub use rule::{Access, Rule, Sight, guard, on_behalf};
