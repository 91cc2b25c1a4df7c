//! Ids of producers, as each database keeps them.
//!
//! SQLite has columns of any type: sixteen bytes where an id is a UUID, else text. PostgreSQL has bytes,
//! of which the first says what follows.

use sea_query::Value;
use sha2::{Digest as _, Sha256};
use sqlx::{
    Decode, Encode, Postgres, Sqlite, Type, TypeInfo as _, ValueRef as _,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef},
    sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef},
};
use uuid::Uuid;

use crate::store::sql::Dialect;

/// An id of a producer's: sixteen bytes where it is a UUID in its one form, else its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// The bytes of a UUID.
    Uuid([u8; 16]),
    /// Anything else.
    Text(String),
}

const TEXT: u8 = 0;
const UUID: u8 = 1;
const HASH: u8 = 2;
/// No index of PostgreSQL takes more than a few kilobytes: texts beyond this are found by their hash.
const LONG: usize = 512;

impl Id {
    /// The form in which an id is kept.
    pub(crate) fn of(text: &str) -> Self {
        match Uuid::try_parse(text) {
            // Only what is written back as it came; the parser takes other forms as well.
            Ok(uuid) if uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text => {
                Self::Uuid(*uuid.as_bytes())
            }
            _ => Self::Text(text.to_owned()),
        }
    }

    /// The id as its producer wrote it.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Uuid(bytes) => Uuid::from_bytes(bytes).hyphenated().to_string(),
            Self::Text(text) => text,
        }
    }

    /// As PostgreSQL keeps it.
    pub(crate) fn tagged(&self) -> Vec<u8> {
        match self {
            Self::Uuid(bytes) => [&[UUID][..], bytes].concat(),
            Self::Text(text) => [&[TEXT][..], text.as_bytes()].concat(),
        }
    }

    /// As PostgreSQL finds it; `sought` in its migrations says the same.
    pub(crate) fn sought(&self) -> Vec<u8> {
        match self {
            Self::Text(text) if text.len() > LONG => {
                [&[HASH][..], &Sha256::digest(text.as_bytes())].concat()
            }
            _ => self.tagged(),
        }
    }

    /// As it is found by, bound to a statement.
    pub(crate) fn value(&self, dialect: Dialect) -> Value {
        match (self, dialect) {
            (id, Dialect::Postgres) => id.sought().into(),
            (Self::Uuid(bytes), Dialect::Sqlite) => bytes.to_vec().into(),
            (Self::Text(text), Dialect::Sqlite) => text.as_str().into(),
        }
    }

    fn from_tagged(bytes: &[u8]) -> Result<Self, BoxDynError> {
        match bytes.split_first() {
            Some((&UUID, bytes)) => Ok(Self::Uuid(bytes.try_into()?)),
            Some((&TEXT, bytes)) => Ok(Self::Text(std::str::from_utf8(bytes)?.to_owned())),
            _ => Err("no id of a producer".into()),
        }
    }
}

impl Decode<'_, Sqlite> for Id {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.type_info().name() == "BLOB" {
            let bytes = <&[u8] as Decode<Sqlite>>::decode(value)?;
            return Ok(Self::Uuid(bytes.try_into()?));
        }
        Ok(Self::Text(<String as Decode<Sqlite>>::decode(value)?))
    }
}

impl Decode<'_, Postgres> for Id {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        Self::from_tagged(<&[u8] as Decode<Postgres>>::decode(value)?)
    }
}

impl Encode<'_, Sqlite> for Id {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        match self {
            Self::Uuid(bytes) => <Vec<u8> as Encode<Sqlite>>::encode(bytes.to_vec(), buffer),
            Self::Text(text) => <String as Encode<Sqlite>>::encode(text.clone(), buffer),
        }
    }
}

impl Encode<'_, Postgres> for Id {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <Vec<u8> as Encode<Postgres>>::encode(self.tagged(), buffer)
    }
}

/// An id as it is found by.
#[derive(Debug)]
pub(crate) struct Sought<'a>(pub(crate) &'a Id);

impl Encode<'_, Sqlite> for Sought<'_> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <Id as Encode<Sqlite>>::encode_by_ref(self.0, buffer)
    }
}

impl Encode<'_, Postgres> for Sought<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <Vec<u8> as Encode<Postgres>>::encode(self.0.sought(), buffer)
    }
}

macro_rules! typed {
    ($type:ty) => {
        impl Type<Sqlite> for $type {
            fn type_info() -> SqliteTypeInfo {
                <Vec<u8> as Type<Sqlite>>::type_info()
            }

            fn compatible(_: &SqliteTypeInfo) -> bool {
                true
            }
        }

        impl Type<Postgres> for $type {
            fn type_info() -> PgTypeInfo {
                <Vec<u8> as Type<Postgres>>::type_info()
            }
        }
    };
}

typed!(Id);
typed!(Sought<'_>);
