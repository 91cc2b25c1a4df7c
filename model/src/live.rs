//! The live stream: what arrives in a log, told as it arrives, as server-sent events.
//!
//! Entries come in the order of the log. Whoever has read a message whose id is N has missed
//! nothing that matches up to N, and goes on from there with `after=N`, or with `Last-Event-ID: N`.

use serde::{Deserialize, Serialize};

use crate::{Entry, Seq, Span, Timestamp};

/// How often a stream says something at the least, in milliseconds.
pub const HEARTBEAT_MILLIS: i64 = 5_000;
/// How many entries are told one by one; of more, only their number.
pub const MOST: usize = 1_000;

/// What a stream says.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// An entry that matches.
    Entry(Box<Entry>),
    /// Everything that matches up to this place was told.
    Head(Head),
    /// Too many match to be told one by one: ask for the list instead.
    Missed(Missed),
}

/// Up to where a stream has read the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The place in the log.
    pub head: Seq,
    /// The server's clock.
    pub now: Timestamp,
}

/// Entries that are not told one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// How many.
    pub missed: u64,
    /// The place up to which they were counted.
    pub head: Seq,
}

/// What was stored later than a moment: who opens a link that is pinned to the moment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Newer {
    /// How many entries.
    pub newer: u64,
    /// The moment, as a place in the log.
    pub as_of: Seq,
    /// When the log received the entry at that place; absent where the log is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The time that they were counted in: that of the link, without an end where it reached the
    /// end of the log at that moment.
    pub span: Span,
    /// The last place in the log, up to which was counted.
    pub head: Seq,
}

impl Message {
    /// The place in the log up to which this message makes its reader complete.
    pub fn id(&self) -> Seq {
        match self {
            Self::Entry(entry) => entry.seq,
            Self::Head(Head { head, .. }) | Self::Missed(Missed { head, .. }) => *head,
        }
    }

    /// The message as a server-sent event.
    pub fn frame(&self) -> serde_json::Result<String> {
        let (event, data) = match self {
            Self::Entry(entry) => ("entry", serde_json::to_string(entry)?),
            Self::Head(head) => ("head", serde_json::to_string(head)?),
            Self::Missed(missed) => ("missed", serde_json::to_string(missed)?),
        };
        // JSON on one line: the line breaks of texts are escaped.
        Ok(format!("event: {event}\nid: {}\ndata: {data}\n\n", self.id()))
    }
}

/// Reads messages from the pieces in which a stream arrives.
#[derive(Debug, Default)]
pub struct Reader {
    held: Vec<u8>,
    event: String,
}

impl Reader {
    /// The messages that this piece completes. What is not known of later versions is skipped.
    pub fn read(&mut self, piece: &[u8]) -> serde_json::Result<Vec<Message>> {
        self.held.extend_from_slice(piece);
        let mut messages = Vec::new();
        let mut start = 0;
        while let Some(length) = self.held[start..].iter().position(|&byte| byte == b'\n') {
            let line = &self.held[start..start + length];
            start += length + 1;
            if let Some(event) = line.strip_prefix(b"event: ") {
                self.event = String::from_utf8_lossy(event).into_owned();
            } else if let Some(data) = line.strip_prefix(b"data: ") {
                messages.extend(match self.event.as_str() {
                    "entry" => Some(Message::Entry(serde_json::from_slice(data)?)),
                    "head" => Some(Message::Head(serde_json::from_slice(data)?)),
                    "missed" => Some(Message::Missed(serde_json::from_slice(data)?)),
                    _ => None,
                });
            }
        }
        self.held.drain(..start);
        Ok(messages)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn messages() -> Vec<Message> {
        let entry = r#"{"seq":7,"received_at":"2026-11-20T12:00:00.000Z","occurred_at":"2026-11-20T11:59:00.000Z","actor":{"type":"user","name":"Zdeňka\ndata: x"},"action":"A"}"#;
        let now = Timestamp::saturating(1_790_000_000_000);
        vec![
            Message::Entry(serde_json::from_str(entry).unwrap()),
            Message::Head(Head { head: 9, now }),
            Message::Missed(Missed { missed: 5_120, head: 8_841_220 }),
        ]
    }

    proptest! {
        #[test]
        fn a_stream_is_read_in_whatever_pieces_it_comes(cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
            let mut text = "retry: 3000\n\n: nothing\n\n".to_owned();
            for message in messages() {
                text += &message.frame().unwrap();
            }
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut reader = Reader::default();
            let mut read = Vec::new();
            for pair in cuts.windows(2) {
                read.extend(reader.read(&text.as_bytes()[pair[0]..pair[1]]).unwrap());
            }
            prop_assert_eq!(read, messages());
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_skipped() {
        let mut reader = Reader::default();
        let read = reader.read(b"event: colour\ndata: red\n\nevent: head\nid: 1\ndata: {\"head\":1,\"now\":\"2026-11-20T12:00:00.000Z\"}\n\n");
        assert_eq!(read.unwrap().len(), 1);
    }
}
