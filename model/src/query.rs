//! Query strings: taken apart and put together, nothing more.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::QueryError;

/// The longest query string, in bytes; longer filters go by POST.
pub const MAX_BYTES: usize = 16 * 1024;
/// The most values a query string may carry.
pub const MAX_VALUES: usize = 200;

/// What must be escaped in a value. `:`, `*`, `/`, `@` and `,` stay readable.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'\'')
    .add(b'=')
    .add(b'?');

/// A key and a value, decoded.
pub type Pair = (String, String);

/// Takes a raw query string (without `?`) apart. What cannot be decoded becomes an error and the
/// rest is kept.
pub fn split(raw: &str) -> (Vec<Pair>, Vec<QueryError>) {
    split_within(raw, MAX_BYTES, MAX_VALUES)
}

/// As [`split`], with limits of its own: for what comes by POST.
pub fn split_within(
    raw: &str,
    max_bytes: usize,
    max_values: usize,
) -> (Vec<Pair>, Vec<QueryError>) {
    let mut pairs = Vec::new();
    let mut errors = Vec::new();
    if raw.len() > max_bytes {
        errors.push(QueryError::new(
            "",
            format!("the address has more than {max_bytes} bytes of filters; send them by POST"),
        ));
        return (pairs, errors);
    }
    for part in raw.split('&').filter(|p| !p.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match (decode(key), decode(value)) {
            (Some(key), Some(value)) if value.contains('\0') => {
                errors.push(QueryError::new(key, "contains a NUL character"));
            }
            (Some(key), Some(value)) => pairs.push((key, value)),
            (Some(key), None) => errors.push(QueryError::new(key, "is not valid UTF-8")),
            (None, _) => errors.push(QueryError::new(key, "is not valid UTF-8")),
        }
    }
    if pairs.len() > max_values {
        let key = pairs[max_values].0.clone();
        errors.push(QueryError::new(
            key,
            format!(
                "there are {} values, at most {max_values} are taken; send them by POST",
                pairs.len()
            ),
        ));
        pairs.truncate(max_values);
    }
    (pairs, errors)
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Puts a query string together.
#[derive(Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// Appends `key=value`.
    pub fn push(&mut self, key: &str, value: &str) -> &mut Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        let key = utf8_percent_encode(key, ESCAPED);
        let value = utf8_percent_encode(value, ESCAPED);
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{key}={value}");
        self
    }

    /// The query string, without `?`.
    pub fn finish(self) -> String {
        self.0
    }
}

/// Reads a scalar: at most one value under this key; a second one is an error.
pub(crate) fn scalar(
    pairs: &mut Vec<Pair>,
    key: &str,
    errors: &mut Vec<QueryError>,
) -> Option<String> {
    let mut values = take(pairs, key);
    if values.len() > 1 {
        errors.push(QueryError::new(key, "is given twice; keep one"));
        return None;
    }
    values.pop()
}

/// Removes and returns the values under this key.
pub(crate) fn take(pairs: &mut Vec<Pair>, key: &str) -> Vec<String> {
    let mut values = Vec::new();
    pairs.retain_mut(|(k, v)| {
        let found = k == key;
        if found {
            values.push(std::mem::take(v));
        }
        !found
    });
    values
}
