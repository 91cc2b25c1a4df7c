//! The bars on a canvas, by charming and ECharts.
//!
//! A bar chart of categories gives every bar the same width, which is not true of a first and a
//! last bar that are cut, of months, nor of the day the clocks change. So ECharts is given a plane of
//! pixels: both axes are lengths, and the bars of one width in pixels are one set of series with
//! axes of their own, so that no set makes room for another. Widths differ by the rounding to
//! whole pixels alone, which makes two or three sets.

use charming::{
    Chart, Echarts, WasmRenderer,
    component::{Axis, Grid},
    datatype::{CompositeValue, DataFrame, DataPoint},
    element::{AxisType, Color, ItemStyle},
    renderer::ChartResize,
    series,
};
use js_sys::{Function, Reflect};

use super::bars::Bar;

/// What is drawn, and how large.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    /// The bars.
    pub(crate) bars: Vec<Bar>,
    /// In CSS pixels.
    pub(crate) width: f64,
    /// In CSS pixels.
    pub(crate) height: f64,
    /// Screen pixels to a CSS pixel.
    pub(crate) density: f64,
    /// By severity.
    pub(crate) colours: [String; 3],
}

/// The canvas in an element.
pub(crate) struct Canvas {
    echarts: Echarts,
    size: (u32, u32),
    density: f64,
}

impl Canvas {
    /// Draws into the element with this id. `None` while it is not there or has no size.
    pub(crate) fn new(id: &str, drawing: &Drawing) -> Option<Self> {
        let size = size(drawing)?;
        let echarts = WasmRenderer::new(size.0, size.1).render(id, &chart(drawing)).ok()?;
        Some(Self { echarts, size, density: drawing.density })
    }

    /// Draws something else. False where that takes a new canvas: it has the density it was made
    /// with.
    pub(crate) fn draw(&mut self, drawing: &Drawing) -> bool {
        let Some(size) = size(drawing) else { return true };
        if (drawing.density - self.density).abs() > f64::EPSILON {
            return false;
        }
        if size != self.size {
            WasmRenderer::resize_chart(&self.echarts, ChartResize::new(size.0, size.1, true, None));
            self.size = size;
        }
        // Options are merged into those before, and sets of bars would stay: start anew.
        self.call("clear");
        WasmRenderer::update(&self.echarts, &chart(drawing));
        true
    }

    /// Calls a method that charming does not know.
    fn call(&self, method: &str) {
        let method = Reflect::get(&self.echarts, &method.into());
        if let Ok(Ok(method)) = method.map(wasm_bindgen::JsCast::dyn_into::<Function>) {
            // `clear` and `dispose` do not fail.
            let _ = method.call0(&self.echarts);
        }
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        self.call("dispose");
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from f64 saturates"
)]
fn size(drawing: &Drawing) -> Option<(u32, u32)> {
    let size = (drawing.width.round() as u32, drawing.height.round() as u32);
    (size.0 > 0 && size.1 > 0).then_some(size)
}

/// ECharts widens an axis by half the least distance between bars, so that the outermost fit on it.
/// Ours fit as they are: two bars of no height make that distance less than can be seen.
const NARROW: [f64; 2] = [0.0, 1e-6];

fn chart(drawing: &Drawing) -> Chart {
    let mut widths: Vec<f64> = drawing.bars.iter().map(|b| b.width).collect();
    widths.sort_by(f64::total_cmp);
    widths.dedup();

    let axis = |length: f64| Axis::new().type_(AxisType::Value).show(false).min(0.0).max(length);
    let grid = Grid::new().left(0).right(0).top(0).bottom(0);
    let mut chart = Chart::new().animation(false).grid(grid).y_axis(axis(drawing.height));
    for (set, width) in (0_u32..).zip(widths) {
        chart = chart.x_axis(axis(drawing.width));
        for (severity, colour) in drawing.colours.iter().enumerate() {
            let bars = drawing.bars.iter().filter(|b| b.width.total_cmp(&width).is_eq());
            let bars = bars.map(|b| point(b.x + b.width / 2.0, b.heights[severity]));
            let data: DataFrame = NARROW.map(|x| point(x, 0.0)).into_iter().chain(bars).collect();
            let bar = series::Bar::new()
                .x_axis_index(set)
                .stack(set.to_string())
                .bar_width(width)
                .item_style(ItemStyle::new().color(Color::Value(colour.clone())))
                .data(data);
            chart = chart.series(bar);
        }
    }
    chart
}

fn point(x: f64, y: f64) -> DataPoint {
    DataPoint::Value(CompositeValue::from(vec![CompositeValue::from(x), CompositeValue::from(y)]))
}
