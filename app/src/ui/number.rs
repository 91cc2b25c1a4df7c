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

/// A number that has little room: `9,000`, `12k`, `1.5M`.
pub(crate) fn short(n: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")];
    match UNITS.iter().find(|(least, _)| n >= *least) {
        None => grouped(n),
        Some(&(least, sign)) => {
            let tenths = n / (if sign == "k" { 1_000 } else { least } / 10);
            match tenths % 10 {
                0 => format!("{}{sign}", grouped(tenths / 10)),
                rest => format!("{}.{rest}{sign}", grouped(tenths / 10)),
            }
        }
    }
}

/// A grouped number with its word: `1 entry`, `12,431 entries`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// So many bytes, as people read them: `812 bytes`, `3.2 MB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|(least, _)| bytes >= *least) {
        None => format!("{bytes} bytes"),
        Some(&(least, unit)) => {
            let tenths = bytes / (least / 10);
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
    }
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
    fn what_has_little_room_is_short() {
        let all = [
            (0, "0"),
            (9_000, "9,000"),
            (12_000, "12k"),
            (12_500, "12.5k"),
            (900_000, "900k"),
            (1_500_000, "1.5M"),
            (3_000_000_000, "3G"),
        ];
        for (n, text) in all {
            assert_eq!(short(n), text);
        }
    }

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

    #[test]
    fn sizes_are_read_at_a_glance() {
        for (bytes, text) in [
            (812, "812 bytes"),
            (1_000, "1.0 kB"),
            (3_260_000, "3.2 MB"),
            (41_000_000_000, "41.0 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
