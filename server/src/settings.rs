//! How a server was told to be.

use crate::{
    alerts, intake::Redactor, journal::Journal, oidc::SingleSignOn, outbound::Outbound,
    patience::Patience, people::Lifetimes, retention::Pace, site::Site, streams, tabs::Tabs,
};

/// How a server was told to be; as it is unless something was said.
#[derive(Debug, Default)]
pub struct Settings {
    /// The tabs of each project.
    pub tabs: Tabs,
    /// What is taken out of events before they are stored.
    pub redactor: Redactor,
    /// Where the log of the log is written; none is kept without it.
    pub journal: Option<Journal>,
    /// Where it is on the web.
    pub site: Site,
    /// How long the other side of a connection may take.
    pub patience: Patience,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// Through whom people may come in beside by a password.
    pub single_sign_on: Option<SingleSignOn>,
    /// How entries are sent to other systems.
    pub streams: streams::Options,
    /// How alerts are delivered.
    pub alerts: alerts::Options,
    /// Where it can take files and mail.
    pub outbound: Outbound,
    /// How fast entries that are old enough go.
    pub pace: Pace,
}
