//! The bars as rectangles in pixels.

use daybook_model::Histogram;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    /// Its left edge.
    pub(crate) x: f64,
    /// Its width.
    pub(crate) width: f64,
    /// The height of each severity, the lowest first.
    pub(crate) heights: [f64; 3],
}

/// The bars between the given edges, `height` pixels standing for `top` entries.
///
/// One failure among ten thousand entries is what a reader looks for, so whatever is there at all
/// is at least a pixel high, and a failure two. A bar that would then pass the top gives way where
/// it is highest. Between bars is a gap where there is room for one.
pub(crate) fn bars(
    histogram: &Histogram,
    edges: &[f64],
    height: f64,
    top: u64,
    snap: impl Fn(f64) -> f64,
) -> Vec<Bar> {
    const LEAST: [f64; 3] = [1.0, 2.0, 2.0];
    let per_entry = height / top.max(1) as f64;
    let end = edges.last().copied().unwrap_or_default();
    let between = edges.windows(2).zip(&histogram.buckets).filter(|(_, bucket)| bucket.total() > 0);
    between
        .map(|(edge, bucket)| {
            let room = edge[1] - edge[0];
            let gap = match room {
                ..4.0 => 0.0,
                4.0..12.0 => 1.0,
                _ => 2.0,
            };
            let mut heights = [0.0; 3];
            for (i, &count) in bucket.counts.iter().enumerate() {
                if count > 0 {
                    heights[i] = snap(count as f64 * per_entry).max(LEAST[i]);
                }
            }
            let over = heights.iter().sum::<f64>() - height;
            if over > 0.0 {
                let tallest = heights.iter_mut().max_by(|a, b| a.total_cmp(b));
                if let Some(tallest) = tallest {
                    *tallest = (*tallest - over).max(1.0);
                }
            }
            let width = (room - gap).max(1.0);
            // A cut bar without a width of its own borrows a pixel, and not beyond the end.
            Bar { x: edge[0].min(end - width).max(0.0), width, heights }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{Bucket, Span, Timestamp};

    #[test]
    fn whatever_is_there_can_be_seen() {
        let bucket = |i: i64, counts| Bucket {
            from: Timestamp::saturating(i * 10),
            to: Timestamp::saturating(i * 10 + 10),
            counts,
        };
        let buckets = vec![
            bucket(0, [9_999, 0, 1]),
            bucket(1, [0, 0, 0]),
            bucket(2, [1, 0, 0]),
            bucket(3, [3_000, 40, 0]),
            bucket(4, [9, 0, 0]),
        ];
        let span = Span { from: Timestamp::saturating(0), to: Timestamp::saturating(40) };
        let histogram = Histogram { buckets, width: "1h".into(), sum: 0, total: 0, span, as_of: 0 };
        let bars =
            bars(&histogram, &[0.0, 10.0, 20.0, 30.0, 33.0, 33.0], 100.0, 10_000, f64::round);
        let heights: Vec<_> = bars.iter().map(|b| b.heights).collect();
        assert_eq!(heights, [[98.0, 0.0, 2.0], [1.0, 0.0, 0.0], [30.0, 2.0, 0.0], [1.0, 0.0, 0.0]]);
        let places: Vec<_> = bars.iter().map(|b| (b.x, b.width)).collect();
        assert_eq!(places, [(0.0, 9.0), (20.0, 9.0), (30.0, 3.0), (32.0, 1.0)]);
    }
}
