//! Filters as text that mean the same whenever they are asked.

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

use crate::{Filter, QueryError, query};

/// Reads a filter that is given without `range`. Where that is given it means something else tomorrow, also where
/// it is the range that an address without one has: whoever gives it means it, and it must not be dropped.
pub fn read(text: &str) -> Result<Filter, QueryError> {
    let (pairs, _) = query::split(text);
    if pairs.iter().any(|(key, _)| key == "range") {
        let problem = "moves with the clock, and what this means must not: leave it out";
        return Err(QueryError::new("range", problem));
    }
    text.parse()
}

/// As in the address.
pub fn serialize<S: Serializer>(filter: &Filter, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(filter)
}

/// From an address without `range`.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Filter, D::Error> {
    read(&String::deserialize(from)?).map_err(D::Error::custom)
}

/// The same, or none.
pub mod optional {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    use crate::{Filter, stream::optional_filter};

    /// As in the address, if there is one.
    pub fn serialize<S: Serializer>(filter: &Option<Filter>, to: S) -> Result<S::Ok, S::Error> {
        optional_filter::serialize(filter, to)
    }

    /// From an address without `range`, if there is one.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Filter>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| super::read(&text).map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_refused_whichever_it_is() {
        for text in ["range=7d", "range=24h", "outcome=failure&range=7d", "ra%6ege=7d", "range="] {
            assert_eq!(read(text).map_err(|e| e.key), Err("range".to_owned()), "{text}");
        }
        assert_eq!(read("outcome=failure"), "outcome=failure".parse());
        assert!(read("colour=red").is_err());
    }
}
