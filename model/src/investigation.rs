//! Investigations: entries that somebody pinned together, in an order, with what they found.
//!
//! Entries are referred to by their place in the log and shown as the log has them for whoever looks, so
//! that an investigation never shows more than the log does.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Entry, QueryError, Seq, Timestamp,
    vocabulary::{UnknownWord, vocabulary},
};

/// The longest title, in characters.
pub const MAX_TITLE: usize = 120;
/// The longest comment, in characters: the log tells of it whole.
pub const MAX_COMMENT: usize = 2_000;
/// How many investigations a project may have.
pub const MAX_INVESTIGATIONS: usize = 2_000;
/// How many entries may be pinned to one.
pub const MAX_PINS: usize = 200;
/// How many comments one may have.
pub const MAX_COMMENTS: usize = 1_000;

vocabulary! {
    /// Whether an investigation goes on. What is closed stays as it is until it is opened again.
    InvestigationStatus {
        Open = "open", "Open";
        Closed = "closed", "Closed";
    }
}

vocabulary! {
    /// Why a pinned entry is not shown.
    Absence {
        Hidden = "hidden", "Outside the part of the log that you may see";
        Removed = "removed", "Removed from the log since, by the retention of the project";
    }
}

vocabulary! {
    /// What an investigation is written as.
    DocumentFormat {
        Html = "html", "HTML, to read and to print";
        Markdown = "markdown", "Markdown, for a ticket or a wiki";
    }
}

/// An investigation, as lists have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Investigation {
    /// Its number in the project: 1, 2, 3, …
    pub number: i64,
    /// What it is about.
    pub title: String,
    /// Whether it goes on.
    pub status: InvestigationStatus,
    /// Who opened it: an e-mail address.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// When something about it was changed last.
    pub changed_at: Timestamp,
    /// How many entries are pinned to it.
    pub pins: u64,
    /// How many comments it has.
    pub comments: u64,
}

/// An investigation with all that is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Findings {
    /// What lists have of it.
    pub investigation: Investigation,
    /// Its entries, in its order.
    pub pins: Vec<Pin>,
    /// What was said of all of it, oldest first.
    pub comments: Vec<Comment>,
}

/// An entry of an investigation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pin {
    /// Its place in the log.
    pub seq: Seq,
    /// Who pinned it: an e-mail address.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The entry as the log has it for whoever asks, without its states and its context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub entry: Option<Box<Entry>>,
    /// Why there is none. Of what is hidden no comments are told either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Absence>,
    /// What took it out of the log, where that is known and the asker sees the whole log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// What was said of it, oldest first.
    pub comments: Vec<Comment>,
}

/// The run of retention that took an entry out of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Removed {
    /// Its number in the project.
    pub run: i64,
    /// When it was over; when it began, while it goes on.
    pub at: Timestamp,
    /// The `id` of the entry by which the log tells of it.
    pub entry: String,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comment {
    /// Its number in the investigation.
    pub number: i64,
    /// Who said it: an e-mail address.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What, as plain text.
    pub text: String,
    /// Whether it is the asker's own, who may delete it.
    pub own: bool,
}

/// An investigation to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInvestigation {
    /// What it is about.
    pub title: String,
    /// The entry that it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<NewPin>,
}

/// An entry to pin. One that is pinned already stays where it is, and is commented on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPin {
    /// Its place in the log.
    pub seq: Seq,
    /// What there is to say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What to change of an investigation; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InvestigationChange {
    /// Another title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Closes it, or opens it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<InvestigationStatus>,
}

/// Where a pinned entry is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PinMove {
    /// In front of this one; absent: to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
}

/// Something to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// What, as plain text.
    pub text: String,
    /// Of this pinned entry; absent: of all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
}

impl NewInvestigation {
    /// Checks it and brings its texts to one form.
    pub fn checked(self) -> Result<Self, QueryError> {
        let pin = self.pin.map(NewPin::checked).transpose()?;
        Ok(Self { title: checked_title(&self.title)?, pin })
    }
}

impl NewPin {
    /// Checks it. A comment of white space alone is none.
    pub fn checked(self) -> Result<Self, QueryError> {
        let said = self.comment.filter(|text| !text.trim().is_empty());
        let comment = said.map(|text| checked_text("comment", &text)).transpose()?;
        Ok(Self { seq: self.seq, comment })
    }
}

impl InvestigationChange {
    /// Checks it and brings its title to one form.
    pub fn checked(self) -> Result<Self, QueryError> {
        Ok(Self { title: self.title.as_deref().map(checked_title).transpose()?, ..self })
    }
}

impl NewComment {
    /// Checks it and brings its text to one form.
    pub fn checked(self) -> Result<Self, QueryError> {
        Ok(Self { text: checked_text("text", &self.text)?, ..self })
    }
}

fn checked_title(title: &str) -> Result<String, QueryError> {
    let title = title.trim();
    let length = title.chars().count();
    if !(1..=MAX_TITLE).contains(&length) || title.chars().any(char::is_control) {
        let problem = format!("is not a line of 1 to {MAX_TITLE} characters");
        return Err(QueryError::new("title", problem));
    }
    Ok(title.to_owned())
}

fn checked_text(field: &str, text: &str) -> Result<String, QueryError> {
    let text = text.trim().replace("\r\n", "\n");
    let odd = text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    if !(1..=MAX_COMMENT).contains(&text.chars().count()) || odd {
        let problem = format!("is not a text of 1 to {MAX_COMMENT} characters");
        return Err(QueryError::new(field, problem));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_brought_to_one_form() {
        let new = NewInvestigation {
            title: "  Leaked token ".into(),
            pin: Some(NewPin { seq: 7, comment: Some(" \n ".into()) }),
        };
        let made = new.checked().expect("it is right");
        assert_eq!(made.title, "Leaked token");
        assert_eq!(made.pin.expect("a pin").comment, None);
        let said = NewComment { text: " one\r\n\ttwo ".into(), seq: None };
        assert_eq!(said.checked().expect("it is right").text, "one\n\ttwo");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let long = "x".repeat(MAX_TITLE + 1);
        for title in ["", "  ", "two\nlines", long.as_str()] {
            let new = NewInvestigation { title: title.into(), pin: None };
            assert_eq!(new.checked().expect_err(title).key, "title");
        }
        for text in ["", " \n", "\u{1b}[31m", &"x".repeat(MAX_COMMENT + 1)] {
            let said = NewComment { text: text.into(), seq: None };
            assert_eq!(said.checked().expect_err("it is wrong").key, "text");
        }
        let pin = NewPin { seq: 1, comment: Some("x".repeat(MAX_COMMENT + 1)) };
        assert_eq!(pin.checked().expect_err("it is too long").key, "comment");
    }
}
