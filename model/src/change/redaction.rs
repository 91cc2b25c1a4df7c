//! Values that were taken out before they were stored.
//!
//! Where a value was redacted by the log, an object with the one key `$redacted` stands in its
//! place: `{"$redacted": true}`, and in the state after, where the value had become another one,
//! `{"$redacted": "changed"}`. So the two differ exactly where the values did, whoever compares
//! them, and nothing else of the value is kept.

use serde_json::Value;

/// The key that stands for a value that was taken out.
const KEY: &str = "$redacted";

/// How it is known that a value is not the one that was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redaction {
    /// The log took it out before it stored the entry.
    ByLog {
        /// Whether it had become another value.
        changed: bool,
    },
    /// The producer sent a mask in its place, such as `***` or `[REDACTED]`.
    ByProducer,
}

impl Redaction {
    /// What stands in place of a value that the log takes out.
    pub fn marker(changed: bool) -> Value {
        let said = if changed { Value::from("changed") } else { Value::Bool(true) };
        Value::Object([(KEY.to_owned(), said)].into_iter().collect())
    }

    /// Whether this value stands for one that was taken out.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Object(object) if object.len() == 1 => match object.get(KEY)? {
                Value::Bool(true) => Some(Self::ByLog { changed: false }),
                Value::String(said) if said == "changed" => Some(Self::ByLog { changed: true }),
                _ => None,
            },
            Value::String(text) => is_mask(text).then_some(Self::ByProducer),
            _ => None,
        }
    }

    /// Whether the log took this value out, or one in it.
    pub fn is_ours_within(value: &Value) -> bool {
        match value {
            value if matches!(Self::of(value), Some(Self::ByLog { .. })) => true,
            Value::Object(object) => object.values().any(Self::is_ours_within),
            Value::Array(list) => list.iter().any(Self::is_ours_within),
            _ => false,
        }
    }

    /// Whether this value is one that was taken out, or has one in it.
    pub(super) fn is_within(value: &Value) -> bool {
        match value {
            value if Self::of(value).is_some() => true,
            Value::Object(object) => object.values().any(Self::is_within),
            Value::Array(list) => list.iter().any(Self::is_within),
            _ => false,
        }
    }
}

/// Whether a text is what producers write in place of a secret.
fn is_mask(text: &str) -> bool {
    // Words that also mean something else are masks only between brackets or stars.
    const ALWAYS: [&str; 2] = ["redacted", "hidden_due_to_security_reasons"];
    const ENCLOSED: [&str; 5] = ["filtered", "hidden", "masked", "secret", "sensitive value"];
    const LONGEST: usize = 48;
    if text.len() > LONGEST {
        return false;
    }
    if text.chars().all(|c| matches!(c, '*' | '•' | '●')) {
        return text.chars().count() >= 3;
    }
    let word = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    ALWAYS.contains(&word.as_str())
        || (ENCLOSED.contains(&word.as_str()) && text.starts_with(['[', '(', '<', '*', '{']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn markers_and_masks_are_told_from_values() {
        for changed in [false, true] {
            let marker = Redaction::marker(changed);
            assert_eq!(Redaction::of(&marker), Some(Redaction::ByLog { changed }));
        }
        for mask in [
            json!("***"),
            json!("••••••••"),
            json!("[REDACTED]"),
            json!("<redacted>"),
            json!("(sensitive value)"),
            json!("[Filtered]"),
            json!("***REDACTED***"),
            json!("HIDDEN_DUE_TO_SECURITY_REASONS"),
        ] {
            assert_eq!(Redaction::of(&mask), Some(Redaction::ByProducer), "{mask}");
        }
        for value in [
            json!("**"),
            json!("hidden"),
            json!("secret"),
            json!(""),
            json!({}),
            json!(null),
            json!({"$redacted": false}),
            json!({"$redacted": true, "more": 1}),
            json!("* * *"),
            json!("the redacted part"),
        ] {
            assert_eq!(Redaction::of(&value), None, "{value}");
        }
        assert!(Redaction::is_within(&json!({"a": [1, {"b": {"$redacted": true}}]})));
        assert!(!Redaction::is_within(&json!({"a": [1, {"b": "c"}]})));
        assert!(Redaction::is_ours_within(&json!([{"a": {"$redacted": "changed"}}])));
        assert!(!Redaction::is_ours_within(&json!([{"a": "[REDACTED]"}])));
    }
}
