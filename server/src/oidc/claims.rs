//! What a provider says of somebody.

use std::collections::HashMap;

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whatever else is said, by name: which claim lists groups is told at the start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Others(HashMap<String, Value>);

impl AdditionalClaims for Others {}

impl Others {
    /// The groups in this claim, a list or one text; `None` where nothing is said of them.
    pub(super) fn groups(&self, claim: &str) -> Option<Vec<String>> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match self.0.get(claim)? {
            Value::Array(groups) => Some(groups.iter().filter_map(text).collect()),
            Value::String(group) => Some(vec![group.clone()]),
            _ => None,
        }
    }
}

/// Somebody for whom the provider vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouch {
    /// Its own name for the account.
    pub subject: String,
    /// The address, if it was verified.
    pub email: Option<String>,
    /// The groups that the account is in.
    pub groups: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_are_a_list_or_one() {
        let said = json!({"groups": ["a", 7, "b"], "role": "c", "odd": {"x": 1}});
        let said: Others = serde_json::from_value(said).expect("claims");
        let groups = |claim| said.groups(claim).map(|groups| groups.join(" "));
        assert_eq!(groups("groups").as_deref(), Some("a b"));
        assert_eq!(groups("role").as_deref(), Some("c"));
        assert_eq!((groups("odd"), groups("absent")), (None, None));
    }
}
