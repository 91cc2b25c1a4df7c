//! Addresses are masked for those who may not see them: everything is as if the log held
//! pseudonyms in their place.
//!
//! [`mask()`] is the one way to take addresses out of an event. What is asked by somebody who sees
//! masks goes through the same, so that no filter, search, order or count tells a raw address.

mod mask;
mod pseudonyms;
mod scan;
mod settings;
mod spelling;
mod veil;

pub use mask::{Masks, mask};
pub use pseudonyms::Pseudonyms;
pub use settings::Settings;
pub use veil::{Veiled, refuse, refuse_name};
