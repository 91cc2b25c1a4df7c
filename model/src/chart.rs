//! How a chart is drawn: what its bars are stacked by, to which scale, and beside what.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Field, QueryError,
    query::{self, Pair, Writer},
    vocabulary::{UnknownWord, vocabulary},
};

/// The most values that a chart shows apart; the others are summed up.
pub const MAX_SERIES: usize = 8;

vocabulary! {
    /// What bars are stacked by: unless said otherwise by [`Severity`](crate::Severity).
    #[derive(Default)]
    StackBy {
        #[default]
        Outcome = "outcome", "Outcome";
        Status = "status", "Status class";
        Method = "method", "Method";
        Source = "source", "Source";
        Operation = "operation", "Operation";
    }
}

vocabulary! {
    /// The scale of the axis of counts.
    #[derive(Default)]
    Scale {
        #[default]
        Linear = "linear", "Linear";
        Log = "log", "Logarithmic";
    }
}

vocabulary! {
    /// What bars are compared with.
    Compare {
        Previous = "previous", "Previous period";
    }
}

impl StackBy {
    /// The field whose values are told apart; the outcome has its own three numbers in each bar.
    pub const fn field(self) -> Option<Field> {
        match self {
            Self::Outcome => None,
            Self::Status => Some(Field::Status),
            Self::Method => Some(Field::Method),
            Self::Source => Some(Field::Source),
            Self::Operation => Some(Field::Operation),
        }
    }
}

/// Everything about a chart that is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chart {
    /// What its bars are stacked by.
    pub stack: StackBy,
    /// The scale of the axis of counts.
    pub scale: Scale,
    /// What it is compared with.
    pub compare: Option<Compare>,
}

impl Chart {
    pub(crate) fn read(pairs: &mut Vec<Pair>, errors: &mut Vec<QueryError>) -> Self {
        Self {
            stack: word(pairs, "stack", errors).unwrap_or_default(),
            scale: word(pairs, "scale", errors).unwrap_or_default(),
            compare: word(pairs, "compare", errors),
        }
    }

    pub(crate) fn write(self, out: &mut Writer) {
        if self.stack != StackBy::default() {
            out.push("stack", self.stack.as_str());
        }
        if self.scale != Scale::default() {
            out.push("scale", self.scale.as_str());
        }
        if let Some(compare) = self.compare {
            out.push("compare", compare.as_str());
        }
    }
}

fn word<T: FromStr<Err = UnknownWord>>(
    pairs: &mut Vec<Pair>,
    key: &str,
    errors: &mut Vec<QueryError>,
) -> Option<T> {
    let text = query::scalar(pairs, key, errors)?;
    text.parse().map_err(|e| errors.push(QueryError::new(key, format!("{text:?} {e}")))).ok()
}
