//! A project's alerts: rules, what they found, and who is told.

pub(super) mod firings;
pub(super) mod recipients;
pub(super) mod rules;

use axum::http::StatusCode;
use daybook_model::{QueryError, query};

use crate::{alerts::AlertsError, error::Error, extract::Access};

/// Alerts are of all of the log: whoever sees a part of it alone sees none of them.
fn whole(access: &Access) -> Result<(), Error> {
    if access.is_limited() {
        return Err(Error::Forbidden(
            "alerts are of the whole log, of which you see a part: ask one of its admins",
        ));
    }
    Ok(())
}

fn number(id: &str, missing: AlertsError) -> Result<i64, Error> {
    id.parse().map_err(|_| missing.into())
}

/// A query string with these keys and no others.
struct Asked(Vec<query::Pair>);

impl Asked {
    fn read(raw: Option<&str>, keys: &[&str]) -> Result<Self, QueryError> {
        let (pairs, errors) = query::split(raw.unwrap_or_default());
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
        match pairs.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
            Some((key, _)) => Err(QueryError::new(key, "is not a key that Daybook knows")),
            None => Ok(Self(pairs)),
        }
    }

    /// Every value of a key.
    fn all<T: std::str::FromStr>(&self, key: &str, what: &str) -> Result<Vec<T>, QueryError> {
        let values = self.0.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
        let read = |value: &String| {
            value.parse().map_err(|_| QueryError::new(key, format!("{value:?} is not {what}")))
        };
        values.map(read).collect()
    }

    /// The value of a key, if it has one.
    fn one<T: std::str::FromStr>(&self, key: &str, what: &str) -> Result<Option<T>, QueryError> {
        let mut values = self.all(key, what)?;
        if values.len() > 1 {
            return Err(QueryError::new(key, "is given twice; keep one"));
        }
        Ok(values.pop())
    }

    /// How many are wanted.
    fn limit(&self) -> Result<i64, QueryError> {
        let limit = self.one("limit", "a number from 1 to 200")?.unwrap_or(50);
        if (1..=200).contains(&limit) {
            return Ok(limit);
        }
        Err(QueryError::new("limit", format!("{limit} is not a number from 1 to 200")))
    }
}

impl From<AlertsError> for Error {
    fn from(e: AlertsError) -> Self {
        match e {
            AlertsError::NoRule => Self::NotFound("this project has no such rule"),
            AlertsError::NoFiring => Self::NotFound("this project has no such alert"),
            AlertsError::NoRecipient => Self::NotFound("this project has no such recipient"),
            AlertsError::NoDelivery => Self::NotFound("this project has no such delivery"),
            AlertsError::Given(e) => e.into(),
            AlertsError::Store(e) => e.into(),
            AlertsError::Taken => {
                QueryError::new("name", "is taken by another one: choose another name").into()
            }
            AlertsError::TooManyRules | AlertsError::TooManyRecipients => Self::Body {
                status: StatusCode::CONFLICT,
                code: "too_many",
                message: e.to_string(),
            },
            AlertsError::Database(_) | AlertsError::Unreadable(_) => {
                tracing::error!(error = %e, "alerts did not answer");
                Self::Unavailable
            }
        }
    }
}
