//! What is wrong with one event.

use std::fmt;

use daybook_model::ingest::Refusal;

/// The longest path and the longest message of a refusal, in characters. Both quote what came in.
const MAX_FIELD: usize = 200;
const MAX_MESSAGE: usize = 400;

/// The words for programs in which a refusal says what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A value that cannot be taken.
    Invalid,
    /// A required field is not there.
    Missing,
    /// A field that events do not have.
    UnknownField,
    /// A key twice in one object.
    DuplicateField,
    /// Too long: the event, or one of its texts.
    TooLarge,
    /// Not JSON, where lines are read by themselves.
    NotJson,
}

impl Code {
    /// As sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Missing => "missing",
            Self::UnknownField => "unknown_field",
            Self::DuplicateField => "duplicate_field",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
        }
    }
}

/// Why one event cannot be taken: a code, the path of the field and the rest of a sentence that
/// begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault.
    pub code: Code,
    /// The path, such as `request.status_code`; empty where it is the whole event.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Fault {
    /// A fault of this field.
    pub fn new(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            field: cut(field.into(), MAX_FIELD),
            message: cut(message.into(), MAX_MESSAGE),
        }
    }

    /// A fault of the event as a whole.
    pub fn whole(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, "", message)
    }

    /// A value of this field that cannot be taken.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Code::Invalid, field, message)
    }

    /// The refusal of the event at this index.
    pub fn at(self, index: u64) -> Refusal {
        Refusal {
            index,
            code: self.code.as_str().to_owned(),
            field: self.field,
            message: self.message,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() { "the event" } else { &self.field };
        write!(f, "{field} {}", self.message)
    }
}

impl std::error::Error for Fault {}

/// The beginning of a text that may have come from anywhere and be of any length.
pub(super) fn cut(mut text: String, characters: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(characters) {
        text.truncate(end);
        text.push('…');
    }
    text
}
