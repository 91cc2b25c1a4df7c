//! Instants as text, of which many are of one day.

use daybook_model::Timestamp;

/// How many milliseconds a day has.
const DAY: i64 = 86_400_000;

/// Writes instants as [`Timestamp`] does, and makes the date once a day.
#[derive(Default)]
pub(super) struct Instants {
    day: i64,
    date: String,
}

impl Instants {
    /// Writes an instant.
    pub(super) fn write(&mut self, at: Timestamp, out: &mut Vec<u8>) {
        let day = at.millis().div_euclid(DAY);
        if self.date.is_empty() || day != self.day {
            self.date = at.to_utc().format("%Y-%m-%dT").to_string();
            self.day = day;
        }
        out.extend_from_slice(self.date.as_bytes());
        let millis = at.millis().rem_euclid(DAY).unsigned_abs();
        let (seconds, minutes, hours) = (millis / 1_000, millis / 60_000, millis / 3_600_000);
        let digit =
            |number: u64, of: u64| b"0123456789"[usize::try_from(number / of % 10).unwrap_or(0)];
        let two = |number: u64| [digit(number, 10), digit(number, 1)];
        out.extend_from_slice(&two(hours));
        out.push(b':');
        out.extend_from_slice(&two(minutes % 60));
        out.push(b':');
        out.extend_from_slice(&two(seconds % 60));
        out.push(b'.');
        out.extend_from_slice(&[digit(millis, 100), digit(millis, 10), digit(millis, 1), b'Z']);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn instants_are_written_as_everywhere(all in proptest::collection::vec(0_i64..7_258_118_400_000, 1..9)) {
            let mut instants = Instants::default();
            for millis in all.into_iter().flat_map(|m| [m, m + 1, m + DAY]) {
                let (at, mut out) = (Timestamp::saturating(millis), Vec::new());
                instants.write(at, &mut out);
                prop_assert_eq!(String::from_utf8_lossy(&out), at.to_string());
            }
        }
    }
}
