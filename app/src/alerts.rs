//! The parts of the pages of alerts: what was found, what is watched for, and who is told.

pub(crate) mod backtest;
pub(crate) mod bell;
pub(crate) mod condition;
pub(crate) mod counts;
pub(crate) mod deliveries;
pub(crate) mod draft;
pub(crate) mod firing;
pub(crate) mod firings;
pub(crate) mod marks;
pub(crate) mod notes;
pub(crate) mod parts;
pub(crate) mod recipient_form;
pub(crate) mod recipients;
pub(crate) mod rule;
pub(crate) mod rule_form;
pub(crate) mod rules;
pub(crate) mod this;
pub(crate) mod tried;
pub(crate) mod watched;
