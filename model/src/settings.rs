//! What a person prefers, kept for them: texts by key. What they mean is the page's affair.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::QueryError;

/// The most settings a person may have.
pub const MOST: usize = 500;
/// The longest key, in bytes.
pub const MAX_KEY: usize = 160;
/// The longest value, in bytes.
pub const MAX_VALUE: usize = 4 * 1024;

/// All settings of a person, by key.
pub type Settings = BTreeMap<String, String>;

/// What to change of them: a text is kept, `null` forgets it, what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SettingsChange(pub BTreeMap<String, Option<String>>);

impl SettingsChange {
    /// Checks keys and values.
    pub fn checked(self) -> Result<Self, QueryError> {
        let wrong = |key: &str, problem: String| Err(QueryError::new(key, problem));
        if self.0.len() > MOST {
            return wrong("settings", format!("are more than {MOST}"));
        }
        for (key, value) in &self.0 {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
            if !(1..=MAX_KEY).contains(&key.len()) || !key.bytes().all(plain) {
                return wrong(
                    "settings",
                    format!(
                        "have a key that is not 1 to {MAX_KEY} of A-Z, a-z, 0-9, `.`, `_` and `-`"
                    ),
                );
            }
            if value.as_ref().is_some_and(|value| value.len() > MAX_VALUE) {
                return wrong(key, format!("is longer than {MAX_VALUE} bytes"));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: &str, value: Option<&str>) -> Result<SettingsChange, String> {
        let change = [(key.to_owned(), value.map(str::to_owned))].into_iter().collect();
        SettingsChange(change).checked().map_err(|e| e.to_string())
    }

    #[test]
    fn keys_are_words_and_values_have_an_end() {
        assert!(change("columns.acme.all", Some("time actor:240")).is_ok());
        assert!(change("columns.acme.all", None).is_ok());
        for key in ["", "a b", "ключ", &"k".repeat(MAX_KEY + 1)] {
            assert!(change(key, None).expect_err(key).contains("key"));
        }
        let long = "v".repeat(MAX_VALUE + 1);
        assert!(change("zone", Some(&long)).expect_err("too long").contains("zone"));
        let all = (0..=MOST).map(|n| (n.to_string(), None)).collect();
        assert!(SettingsChange(all).checked().is_err());
    }
}
