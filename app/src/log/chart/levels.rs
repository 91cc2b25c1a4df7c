//! From entries to heights: the axis of counts.

use daybook_model::Scale;

/// The axis of counts: what its top stands for, and its scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Levels {
    /// The entries at the top.
    pub(crate) top: u64,
    scale: Scale,
}

/// The least distance between two labels, in pixels.
const APART: f64 = 16.0;

impl Levels {
    /// An axis on which this many entries have a place.
    pub(crate) fn up_to(highest: u64, scale: Scale) -> Self {
        let top = match scale {
            Scale::Linear => 3 * round_step(highest),
            Scale::Log => round_up(highest),
        };
        Self { top, scale }
    }

    /// How high so many entries stand, as a part of the whole. On the logarithmic scale it is
    /// log(1 + n), so that nothing stands at nothing.
    pub(crate) fn share(self, entries: u64) -> f64 {
        let (entries, top) = (entries as f64, self.top.max(1) as f64);
        match self.scale {
            Scale::Linear => entries / top,
            Scale::Log => entries.ln_1p() / top.ln_1p(),
        }
    }

    /// Where lines are drawn over `height` pixels, the highest first.
    pub(crate) fn lines(self, height: f64) -> Vec<u64> {
        match self.scale {
            Scale::Linear => vec![self.top, self.top / 3 * 2, self.top / 3],
            Scale::Log => {
                let powers = (0..19).rev().map(|power| 10_u64.pow(power));
                let mut lines = vec![self.top];
                for line in powers.filter(|power| *power < self.top) {
                    let at = |entries| self.share(entries) * height;
                    let above = lines.last().map_or(height, |above| at(*above));
                    if above - at(line) >= APART && at(line) >= APART / 2.0 {
                        lines.push(line);
                    }
                }
                lines
            }
        }
    }
}

/// The height of the chart in entries: three lines of a round number each, and the highest bar not
/// above the third.
fn round_step(highest: u64) -> u64 {
    const ROUND: [u64; 9] = [10, 15, 20, 25, 30, 40, 50, 60, 80];
    let least = highest.div_ceil(3).max(1);
    let mut unit = 1;
    while unit <= least / 10 {
        unit *= 10;
    }
    // Below ten every whole number is round enough.
    if unit == 1 {
        return least;
    }
    ROUND.iter().map(|r| r * unit / 10).find(|step| *step >= least).unwrap_or(unit * 10)
}

/// The next of 10, 20, 50, 100, …
fn round_up(highest: u64) -> u64 {
    let mut unit = 10_u64;
    while unit <= highest / 10 {
        unit *= 10;
    }
    [1, 2, 5].map(|digit| digit * unit).into_iter().find(|n| *n >= highest).unwrap_or(unit * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_stand_at_round_numbers() {
        let all = [
            (0, 1),
            (1, 1),
            (3, 1),
            (4, 2),
            (25, 9),
            (28, 10),
            (420, 150),
            (1_000, 400),
            (2_401, 1_000),
        ];
        for (highest, step) in all {
            assert_eq!(round_step(highest), step, "{highest}");
        }
        let all = [
            (0, 10),
            (10, 10),
            (11, 20),
            (99, 100),
            (100, 100),
            (101, 200),
            (4_711, 5_000),
            (50_001, 100_000),
        ];
        for (highest, top) in all {
            assert_eq!(round_up(highest), top, "{highest}");
        }
    }

    #[test]
    fn a_logarithmic_axis_has_every_power_of_ten_that_fits() {
        let levels = Levels::up_to(4_711, Scale::Log);
        assert_eq!(levels.lines(108.0), [5_000, 1_000, 100, 10, 1]);
        assert_eq!(Levels::up_to(7, Scale::Log).lines(108.0), [10, 1]);
        assert_eq!(Levels::up_to(1_200, Scale::Linear).lines(108.0), [1_200, 800, 400]);
    }

    #[test]
    fn more_is_always_higher_and_nothing_is_nothing() {
        for scale in [Scale::Linear, Scale::Log] {
            let levels = Levels::up_to(90_000, scale);
            let heights: Vec<f64> =
                [0, 1, 9, 800, 90_000, levels.top].map(|n| levels.share(n)).into();
            assert!(heights[0].abs() < 1e-12 && (heights[5] - 1.0).abs() < 1e-12, "{heights:?}");
            assert!(heights.is_sorted_by(|a, b| a < b || scale == Scale::Linear), "{heights:?}");
        }
    }
}
