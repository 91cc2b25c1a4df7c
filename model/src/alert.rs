//! Alerts: rules that watch the log, what they found, and who is told.
//!
//! - An [`AlertRule`] has a filter, a [`Condition`], a severity, a quiet time and recipients.
//! - A [`Firing`] is one time at which a rule found something: open, acknowledged, closed.
//! - A [`Recipient`] is told of firings; each [`Delivery`] is in a log, with its attempts.
//! - A [`Backtest`] says where a rule would have fired.
//!
//! Windows and quiet times are in seconds. They are measured by when things happened (`occurred_at`),
//! not by when they arrived.

mod backtest;
mod built_in;
mod condition;
mod delivery;
mod firing;
mod recipient;
mod rule;
mod sentence;
mod view;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::vocabulary::{UnknownWord, vocabulary};
pub use backtest::{Backtest, BacktestRequest, Episode, MAX_EPISODES, MAX_SAMPLES};
pub use built_in::BuiltIn;
pub use condition::{
    Condition, HOURS_DAYS, HOURS_LEARNED, MAX_AT_LEAST, MAX_QUIET, MAX_WINDOW, MIN_WINDOW,
};
pub use delivery::{Deliveries, Delivery, DeliveryReason, DeliveryState};
pub use firing::{
    AlertCounts, Firing, FiringChange, FiringNote, FiringState, Firings, Group, MAX_FIRING_SEQS,
    MAX_NOTE,
};
pub use recipient::{
    Channel, MAX_ADDRESSES, MAX_RECIPIENTS, MadeRecipient, NewRecipient, Recipient,
    RecipientChange, RecipientState,
};
pub use rule::{AlertRule, AlertRules, MAX_RULES, NewRule, RuleChange, RuleProblem};
pub use sentence::{duration, filter_words, sentence};
pub use view::filter_of_view;

vocabulary! {
    /// How much a firing matters, least first.
    AlertSeverity {
        Low = "low", "Low";
        Medium = "medium", "Medium";
        High = "high", "High";
        Critical = "critical", "Critical";
    }
}
