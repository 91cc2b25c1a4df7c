//! How a server was told to be.

use crate::{people::Lifetimes, site::Site, tabs::Tabs};

/// How a server was told to be; as it is unless something was said.
#[derive(Debug, Default)]
pub struct Settings {
    /// The tabs of each project.
    pub tabs: Tabs,
    /// Where it is on the web.
    pub site: Site,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
}
