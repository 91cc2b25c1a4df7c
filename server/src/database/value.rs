//! What goes into a statement.

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number, or none.
    Int(Option<i64>),
    /// True or false, or neither.
    Bool(Option<bool>),
    /// A text, or none.
    Text(Option<String>),
    /// Bytes, or none.
    Bytes(Option<Vec<u8>>),
}

macro_rules! from {
    ($($type:ty => $variant:ident, $convert:expr;)+) => {
        $(
            impl From<$type> for Value {
                fn from(value: $type) -> Self {
                    Self::$variant(Some($convert(value)))
                }
            }

            impl From<Option<$type>> for Value {
                fn from(value: Option<$type>) -> Self {
                    Self::$variant(value.map($convert))
                }
            }
        )+
    };
}

from! {
    i64 => Int, i64::from;
    u32 => Int, i64::from;
    bool => Bool, bool::from;
    &i64 => Int, |value: &i64| *value;
    &str => Text, str::to_owned;
    &&str => Text, |value: &&str| (*value).to_owned();
    String => Text, String::from;
    &String => Text, String::clone;
    &[u8] => Bytes, <[u8]>::to_vec;
    Vec<u8> => Bytes, Vec::from;
    &Vec<u8> => Bytes, Vec::clone;
}

impl From<&Option<String>> for Value {
    fn from(value: &Option<String>) -> Self {
        Self::Text(value.clone())
    }
}
