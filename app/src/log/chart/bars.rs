//! The bars as rectangles in pixels.

use super::{levels::Levels, series::Series};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    /// Its left edge.
    pub(crate) x: f64,
    /// Its width.
    pub(crate) width: f64,
    /// The height of each series, the lowest first.
    pub(crate) heights: Vec<f64>,
}

/// The bars between the given edges, `height` pixels high at the most.
///
/// A bar stands as high as all of its entries do, and each part takes its share of that: on a
/// logarithmic scale parts could not be told apart otherwise. Whatever has a least height has at
/// least that. A bar that would then pass the top gives way where it is highest. Between bars is a
/// gap where there is room for one.
pub(crate) fn bars(
    series: &[Series],
    edges: &[f64],
    height: f64,
    levels: Levels,
    snap: impl Fn(f64) -> f64,
) -> Vec<Bar> {
    let end = edges.last().copied().unwrap_or_default();
    let bar = |(i, edge): (usize, &[f64])| {
        let counts: Vec<u64> =
            series.iter().map(|s| s.counts.get(i).copied().unwrap_or(0)).collect();
        let total: u64 = counts.iter().sum();
        if total == 0 {
            return None;
        }
        let whole = snap(levels.share(total) * height).max(1.0);
        let (mut below, mut ground) = (0, 0.0);
        let mut heights = Vec::with_capacity(series.len());
        for (series, &count) in series.iter().zip(&counts) {
            below += count;
            let top = snap(below as f64 / total as f64 * whole);
            let least = if count > 0 { series.least() } else { 0.0 };
            heights.push((top - ground).max(least));
            ground = top;
        }
        let over = heights.iter().sum::<f64>() - height;
        if over > 0.0
            && let Some(tallest) = heights.iter_mut().max_by(|a, b| a.total_cmp(b))
        {
            *tallest = (*tallest - over).max(1.0);
        }
        let room = edge[1] - edge[0];
        let gap = match room {
            ..4.0 => 0.0,
            4.0..12.0 => 1.0,
            _ => 2.0,
        };
        let width = (room - gap).max(1.0);
        // A cut bar without a width of its own borrows a pixel, and not beyond the end.
        Some(Bar { x: edge[0].min(end - width).max(0.0), width, heights })
    };
    edges.windows(2).enumerate().filter_map(bar).collect()
}

/// The line over other counts in the same bars, as the data of an SVG path: a step for each bar.
pub(crate) fn line(counts: &[u64], edges: &[f64], height: f64, levels: Levels) -> String {
    let tenth = |x: f64| crate::ui::number::px(x).trim_end_matches("px").to_owned();
    let mut path = String::new();
    for (edge, &count) in edges.windows(2).zip(counts) {
        let y = tenth((1.0 - levels.share(count)) * height);
        let go = if path.is_empty() { format!("M{},", tenth(edge[0])) } else { "V".into() };
        path = format!("{path}{go}{y}H{}", tenth(edge[1]));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::chart::series::What;
    use daybook_model::Scale;

    fn series(class: &'static str, counts: &[u64]) -> Series {
        Series { label: class.into(), class, what: What::Others, counts: counts.to_vec() }
    }

    #[test]
    fn whatever_is_there_can_be_seen() {
        let all = [
            series("quiet", &[9_999, 0, 1, 3_000, 9]),
            series("failure", &[0, 0, 0, 40, 0]),
            series("error", &[1, 0, 0, 0, 0]),
        ];
        let linear = Levels::up_to(12_000, Scale::Linear);
        let edges = [0.0, 10.0, 20.0, 30.0, 33.0, 33.0];
        let bars = bars(&all, &edges, 120.0, linear, f64::round);
        let heights: Vec<_> = bars.iter().map(|b| b.heights.clone()).collect();
        assert_eq!(
            heights,
            [[100.0, 0.0, 2.0], [1.0, 0.0, 0.0], [30.0, 2.0, 0.0], [1.0, 0.0, 0.0]]
        );
        let places: Vec<_> = bars.iter().map(|b| (b.x, b.width)).collect();
        assert_eq!(places, [(0.0, 9.0), (20.0, 9.0), (30.0, 3.0), (32.0, 1.0)]);
    }

    #[test]
    fn a_bar_never_passes_the_top_and_its_parts_are_its_height() {
        let all = [
            series("hue1", &[3, 700, 1]),
            series("hue2", &[3, 200, 0]),
            series("other", &[3, 100, 0]),
        ];
        for scale in [Scale::Linear, Scale::Log] {
            let levels = Levels::up_to(1_000, scale);
            for bar in bars(&all, &[0.0, 10.0, 20.0, 30.0], 108.0, levels, f64::round) {
                let sum: f64 = bar.heights.iter().sum();
                assert!((1.0..=108.0).contains(&sum), "{bar:?}");
            }
            let highest = &bars(&all, &[0.0, 10.0, 20.0, 30.0], 108.0, levels, f64::round)[1];
            let whole = (levels.share(1_000) * 108.0).round();
            assert!((highest.heights.iter().sum::<f64>() - whole).abs() < 1e-9);
            // By their share, whatever the scale.
            assert!((highest.heights[0] - whole * 0.7).abs() <= 1.0);
        }
    }

    #[test]
    fn a_line_steps_from_bar_to_bar() {
        let levels = Levels::up_to(30, Scale::Linear);
        assert_eq!(
            line(&[30, 0, 15], &[0.0, 10.0, 20.0, 25.5], 100.0, levels),
            "M0.0,0.0H10.0V100.0H20.0V50.0H25.5"
        );
        assert_eq!(line(&[], &[0.0], 100.0, levels), "");
    }
}
