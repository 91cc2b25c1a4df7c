//! Saved views: a name for a way to look at the log.

use serde::{Deserialize, Serialize};

use crate::{QueryError, View};

/// The longest name, in characters.
pub const MAX_NAME: usize = 80;
/// The longest query and the longest list of columns, in bytes.
pub const MAX_TEXT: usize = 16 * 1024;

/// A saved view, as one viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is said of a view by itself")]
pub struct SavedView {
    /// Ours.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The query of the address.
    pub query: String,
    /// The columns of its tab as the page keeps them, where they were chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// Whether everybody of the project sees it.
    pub shared: bool,
    /// Whether this viewer saved it, and so may rename and delete it.
    pub own: bool,
    /// Whether this viewer starred it.
    pub starred: bool,
    /// Whether this viewer begins with it.
    pub default: bool,
}

/// A view to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// What to call it.
    pub name: String,
    /// The query of the address.
    pub query: String,
    /// The columns of its tab, where they were chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// For everybody of the project, or for the viewer alone.
    pub shared: bool,
}

impl NewView {
    /// Checks it and brings its name to one form.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.name = checked_name(&self.name)?;
        if self.query.len() > MAX_TEXT || self.columns.as_ref().is_some_and(|c| c.len() > MAX_TEXT)
        {
            return Err(QueryError::new("query", format!("is longer than {MAX_TEXT} bytes")));
        }
        match View::read(&self.query).1.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }
}

/// What to change of a saved view; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ViewChange {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether this viewer stars it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starred: Option<bool>,
    /// Whether this viewer begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
}

/// A name without white space around it.
pub fn checked_name(name: &str) -> Result<String, QueryError> {
    let name = name.trim();
    let length = name.chars().count();
    if !(1..=MAX_NAME).contains(&length) || name.chars().any(char::is_control) {
        let problem = format!("is not a text of 1 to {MAX_NAME} characters");
        return Err(QueryError::new("name", problem));
    }
    Ok(name.to_owned())
}
