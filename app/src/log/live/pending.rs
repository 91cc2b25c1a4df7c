//! What the stream has told and the list does not show yet.

use daybook_model::{Seq, Timestamp, live::Message};

/// More pieces than that are put together.
const PIECES: usize = 1_000;

/// Entries that arrived: one, or more that were only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// The last one's place in the log.
    seq: Seq,
    /// When it happened; the earliest there is where it was only counted.
    time: Timestamp,
    entries: u64,
}

/// Everything that matches behind the place `shown`, up to the place `read`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pending {
    shown: Seq,
    read: Seq,
    pieces: Vec<Piece>,
}

impl Pending {
    /// Nothing yet, behind a list as of this place.
    pub(super) fn behind(shown: Seq) -> Self {
        Self { shown, read: shown, pieces: Vec::new() }
    }

    /// Where to read on.
    pub(super) fn read(&self) -> Seq {
        self.read
    }

    /// Takes a message in.
    pub(super) fn take(&mut self, message: &Message) {
        let piece = match message {
            Message::Entry(entry) => {
                Some(Piece { seq: entry.seq, time: entry.event.occurred_at, entries: 1 })
            }
            Message::Missed(missed) => {
                let (seq, entries) = (missed.head, missed.missed);
                Some(Piece { seq, time: Timestamp::MIN, entries })
            }
            Message::Head(_) => None,
        };
        self.read = message.id();
        self.pieces.extend(piece.filter(|piece| piece.entries > 0));
        if self.pieces.len() > PIECES {
            let entries = self.pieces.iter().map(|piece| piece.entries).sum();
            self.pieces = vec![Piece { seq: self.read, time: Timestamp::MIN, entries }];
        }
    }

    /// The list is now as of this place and shows what happened before this time. What lies ahead of
    /// the time is kept until the list reaches it.
    pub(super) fn show(&mut self, shown: Seq, upto: Timestamp) {
        if (self.shown..=self.read).contains(&shown) {
            self.shown = shown;
            self.pieces.retain(|piece| piece.seq > shown || piece.time >= upto);
        } else {
            *self = Self::behind(shown);
        }
    }

    /// How many entries the list would show if it were asked for at this time.
    pub(super) fn count(&self, now: Timestamp) -> u64 {
        self.pieces.iter().filter(|piece| piece.time <= now).map(|piece| piece.entries).sum()
    }

    /// Whether the list is complete up to where the stream has read.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use daybook_model::live::{Head, Missed};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::saturating(1_790_000_000_000 + seconds * 1_000)
    }

    fn entry(seq: Seq, time: Timestamp) -> Message {
        let json = format!(
            r#"{{"seq":{seq},"received_at":"{time}","occurred_at":"{time}","actor":{{"type":"user"}},"action":"A"}}"#
        );
        Message::Entry(serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn what_the_list_shows_by_now_is_not_newer_any_more() {
        let mut pending = Pending::behind(10);
        pending.take(&entry(11, at(1)));
        pending.take(&entry(14, at(-500)));
        pending.take(&Message::Missed(Missed { missed: 5_000, head: 9_000 }));
        pending.take(&Message::Head(Head { head: 9_100, now: at(2) }));
        assert_eq!((pending.count(at(2)), pending.read()), (5_002, 9_100));
        pending.show(11, at(3));
        assert_eq!((pending.count(at(2)), pending.is_empty()), (5_001, false));
        pending.show(9_050, at(3));
        assert_eq!((pending.count(at(2)), pending.read(), pending.is_empty()), (0, 9_100, true));
    }

    #[test]
    fn what_happens_later_by_our_clock_waits_for_its_time() {
        let mut pending = Pending::behind(10);
        pending.take(&entry(11, at(60)));
        assert_eq!((pending.count(at(0)), pending.count(at(60))), (0, 1));
        pending.show(11, at(30));
        assert_eq!(pending.count(at(60)), 1, "a list that ends before its time does not show it");
        pending.show(11, at(61));
        assert!(pending.is_empty());
    }

    #[test]
    fn a_list_of_another_moment_begins_anew() {
        let mut pending = Pending::behind(10);
        pending.take(&entry(11, at(0)));
        pending.show(7, at(1));
        assert_eq!(pending, Pending::behind(7), "what came between 7 and 10 has to be read again");
        pending.show(20, at(1));
        assert_eq!(pending, Pending::behind(20));
    }

    #[test]
    fn a_day_of_waiting_takes_no_more_room_than_an_hour() {
        let mut pending = Pending::behind(0);
        for seq in 1..=5_000 {
            pending.take(&entry(seq, at(0)));
        }
        assert_eq!(pending.count(at(0)), 5_000);
        assert!(pending.pieces.len() <= PIECES);
    }
}
