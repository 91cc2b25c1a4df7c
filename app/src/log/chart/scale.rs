//! Where an instant lies on the chart, in whole pixels of the screen.

use daybook_model::{Histogram, Span};

/// A linear scale from a span of time to the width of the chart.
///
/// Every edge is rounded to a pixel of the screen, and bars, selection and hover all take their
/// edges from here: they cannot disagree, and bars are crisp.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    span: Span,
    width: f64,
    /// Screen pixels to a CSS pixel.
    density: f64,
}

impl Scale {
    /// The span over so many CSS pixels.
    pub(crate) fn new(span: Span, width: f64, density: f64) -> Self {
        Self { span, width, density: density.max(0.1) }
    }

    /// The width of the whole, in CSS pixels.
    pub(crate) fn width(&self) -> f64 {
        self.width
    }

    /// The length nearest to this one that the screen can show.
    pub(crate) fn snap(&self, length: f64) -> f64 {
        (length * self.density).round() / self.density
    }

    /// Where an instant lies, in CSS pixels from the left.
    pub(crate) fn x(&self, millis: i64) -> f64 {
        let share = (millis - self.span.from.millis()) as f64 / self.span.millis().max(1) as f64;
        self.snap(share.clamp(0.0, 1.0) * self.width)
    }
}

/// Where the bars of a histogram begin and end: one edge more than there are bars.
pub(crate) fn edges(histogram: &Histogram, scale: &Scale) -> Vec<f64> {
    let ends = histogram.buckets.iter().map(|b| b.to);
    histogram
        .buckets
        .first()
        .map(|b| b.from)
        .into_iter()
        .chain(ends)
        .map(|at| scale.x(at.millis()))
        .collect()
}

/// The bar under a place; outside, the nearest.
pub(crate) fn bar_at(edges: &[f64], x: f64) -> usize {
    let begun = edges.partition_point(|edge| *edge <= x);
    begun.saturating_sub(1).min(edges.len().saturating_sub(2))
}

/// The edge nearest to a place.
pub(crate) fn edge_at(edges: &[f64], x: f64) -> usize {
    let after = edges.partition_point(|edge| *edge <= x);
    match (after.checked_sub(1), edges.get(after)) {
        (Some(before), Some(next)) if x - edges[before] > next - x => after,
        (Some(before), _) => before,
        (None, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::Timestamp;

    fn scale(millis: i64, width: f64) -> Scale {
        let from = Timestamp::saturating(1_000_000);
        Scale::new(Span { from, to: from.plus_millis(millis) }, width, 1.0)
    }

    #[test]
    fn the_span_fills_the_width_in_whole_pixels() {
        let scale = scale(1_000, 333.0);
        assert_eq!(
            [0, 500, 1_000, 2_000, -5].map(|at| scale.x(1_000_000 + at)),
            [0.0, 167.0, 333.0, 333.0, 0.0]
        );
        let fine = Scale { density: 2.0, ..scale };
        assert!((fine.x(1_000_500) - 166.5).abs() < 1e-9);
    }

    #[test]
    fn a_place_belongs_to_the_bar_that_begins_there() {
        let edges = [0.0, 4.0, 14.0, 24.0, 30.0];
        assert_eq!(
            [-3.0, 0.0, 3.9, 4.0, 20.0, 29.0, 30.0, 99.0].map(|x| bar_at(&edges, x)),
            [0, 0, 0, 1, 2, 3, 3, 3]
        );
        assert_eq!(
            [-3.0, 1.9, 2.1, 19.5, 28.0, 99.0].map(|x| edge_at(&edges, x)),
            [0, 0, 1, 3, 4, 4]
        );
    }
}
