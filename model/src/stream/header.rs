//! The header by which a target knows who sends.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::QueryError;

/// The longest name of a header, in bytes.
const MAX_HEADER_NAME: usize = 64;
/// The longest value of a header, in bytes.
const MAX_HEADER_VALUE: usize = 4 * 1024;
/// Headers that say how a request is sent, which is not the admin's to say.
const OWN_HEADERS: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header that says to the target who sends. Its value is kept and never shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StreamHeader {
    /// `Authorization`, mostly.
    pub name: String,
    /// What is secret about it.
    pub value: String,
}

impl fmt::Debug for StreamHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: …", self.name)
    }
}

impl StreamHeader {
    pub(super) fn check(&self) -> Result<(), QueryError> {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if self.name.is_empty()
            || self.name.len() > MAX_HEADER_NAME
            || !self.name.bytes().all(token)
        {
            let problem = "is not the name of a header, such as Authorization";
            return Err(QueryError::new("header.name", problem));
        }
        if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(&self.name)) {
            let problem = "is a header that the stream sets itself; give another one";
            return Err(QueryError::new("header.name", problem));
        }
        let plain = |b: u8| b.is_ascii_graphic() || b == b' ';
        if self.value.trim().is_empty()
            || self.value.len() > MAX_HEADER_VALUE
            || !self.value.bytes().all(plain)
        {
            let problem = format!("is not a line of 1 to {MAX_HEADER_VALUE} ASCII characters");
            return Err(QueryError::new("header.value", problem));
        }
        Ok(())
    }
}
