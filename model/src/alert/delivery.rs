//! Deliveries: that somebody was told, or is to be.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    vocabulary::{UnknownWord, vocabulary},
};

vocabulary! {
    /// How far a delivery is.
    DeliveryState {
        Waiting = "waiting", "Waiting";
        Delivered = "delivered", "Delivered";
        Failed = "failed", "Given up";
    }
}

vocabulary! {
    /// Why something is delivered.
    DeliveryReason {
        Fired = "fired", "A rule fired";
        Test = "test", "A test";
    }
}

/// One message to one recipient. It is in the log of deliveries once, however often it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// Ours.
    pub id: i64,
    /// What the recipient knows it by (`webhook-id`): the same however often it is tried.
    pub message: String,
    /// The recipient, unless it was deleted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<i64>,
    /// What the recipient was called.
    pub name: String,
    /// Why.
    pub reason: DeliveryReason,
    /// The firing that it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firing: Option<i64>,
    /// How far it is.
    pub state: DeliveryState,
    /// When it was to be told.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Timestamp>,
    /// When it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
    /// The status that was answered last, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A page of deliveries, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Deliveries {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// `before=` for the page that follows, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}
