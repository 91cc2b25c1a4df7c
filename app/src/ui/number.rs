//! Numbers as people read them.

/// Digits in groups of three: `12,431`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A grouped number with its word: `1 entry`, `12,431 entries`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// The whole number nearest to a length in pixels or milliseconds; far outside, the outermost one.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a cast from f64 saturates, which is what is meant"
)]
pub(crate) fn whole(x: f64) -> i64 {
    x.round() as i64
}

/// A length for the style sheet, to a tenth of a pixel. (The formatting of floats that `format!`
/// does would be several kB of the app.)
pub(crate) fn px(length: f64) -> String {
    let tenths = whole(length * 10.0);
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}px", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_threes() {
        let all = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_431, "12,431"),
            (8_841_220, "8,841,220"),
        ];
        for (n, text) in all {
            assert_eq!(grouped(n), text);
        }
    }
}
