//! The bars on a canvas, by charming and ECharts.
//!
//! A bar chart of categories gives every bar the same width, which is not true of a first and a
//! last bar that are cut, of months, nor of the day the clocks change. So ECharts is given a plane of
//! pixels: both axes are lengths, and the bars of one width in pixels are one set of series with
//! axes of their own, so that no set makes room for another. Widths differ by the rounding to
//! whole pixels alone, which makes two or three sets.

use charming::{
    component::Grid,
    datatype::{CompositeValue, DataFrame, DataPoint},
    element::{AxisType, Color, ItemStyle},
    series,
};
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::Element;

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
    /// By series.
    pub(crate) colours: Vec<String>,
}

#[wasm_bindgen]
extern "C" {
    /// A chart of ECharts.
    type Echarts;

    #[wasm_bindgen(js_namespace = echarts)]
    fn init(place: &Element, theme: Option<&str>, size: &JsValue) -> Echarts;

    #[wasm_bindgen(method, js_name = "setOption")]
    fn set_option(this: &Echarts, option: &JsValue);

    #[wasm_bindgen(method)]
    fn resize(this: &Echarts, size: &JsValue);

    #[wasm_bindgen(method)]
    fn clear(this: &Echarts);

    #[wasm_bindgen(method)]
    fn dispose(this: &Echarts);
}

/// The canvas in an element.
pub(crate) struct Canvas {
    echarts: Echarts,
    size: Size,
    density: f64,
}

impl Canvas {
    /// Draws into an element. `None` while it has no size.
    pub(crate) fn new(place: &Element, drawing: &Drawing) -> Option<Self> {
        let size = Size::of(drawing)?;
        let echarts = init(place, None, &object(&size));
        echarts.set_option(&object(&option(drawing)));
        Some(Self { echarts, size, density: drawing.density })
    }

    /// Draws something else. False where that takes a new canvas: it has the density it was made
    /// with.
    pub(crate) fn draw(&mut self, drawing: &Drawing) -> bool {
        let Some(size) = Size::of(drawing) else { return true };
        if (drawing.density - self.density).abs() > f64::EPSILON {
            return false;
        }
        // Options are merged into those before, and sets of bars would stay: start anew.
        self.echarts.clear();
        if size != self.size {
            self.echarts.resize(&object(&size));
            self.size = size;
        }
        self.echarts.set_option(&object(&option(drawing)));
        true
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        self.echarts.dispose();
    }
}

/// In CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Size {
    width: u32,
    height: u32,
    /// No event is wanted of a change.
    silent: bool,
}

impl Size {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast from f64 saturates"
    )]
    fn of(drawing: &Drawing) -> Option<Self> {
        let (width, height) = (drawing.width.round() as u32, drawing.height.round() as u32);
        (width > 0 && height > 0).then_some(Self { width, height, silent: true })
    }
}

/// The value as an object of the browser's. It goes by JSON, whose writer is here anyway.
fn object(value: &impl Serialize) -> JsValue {
    let json = serde_json::to_string(value).unwrap_or_default();
    js_sys::JSON::parse(&json).unwrap_or(JsValue::UNDEFINED)
}

/// What ECharts is told. `charming::Chart` could say it too, and would bring every other kind of
/// chart along into the browser.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EchartsOption {
    animation: bool,
    grid: Grid,
    x_axis: Vec<Axis>,
    y_axis: Axis,
    series: Vec<series::Bar>,
}

/// A length in pixels. `charming::component::Axis` would bring all that an axis can show along; ours
/// shows nothing.
#[derive(Serialize)]
struct Axis {
    #[serde(rename = "type")]
    kind: AxisType,
    show: bool,
    min: f64,
    max: f64,
}

/// ECharts widens an axis by half the least distance between bars, so that the outermost fit on it.
/// Ours fit as they are: two bars of no height make that distance less than can be seen.
const NARROW: [f64; 2] = [0.0, 1e-6];

fn option(drawing: &Drawing) -> EchartsOption {
    // Two or three of them.
    let mut widths: Vec<f64> = Vec::new();
    for bar in &drawing.bars {
        if !widths.iter().any(|width| width.total_cmp(&bar.width).is_eq()) {
            widths.push(bar.width);
        }
    }

    let axis = |max: f64| Axis { kind: AxisType::Value, show: false, min: 0.0, max };
    let mut option = EchartsOption {
        animation: false,
        grid: Grid::new().left(0).right(0).top(0).bottom(0),
        x_axis: Vec::new(),
        y_axis: axis(drawing.height),
        series: Vec::new(),
    };
    for (set, width) in (0_u32..).zip(widths) {
        option.x_axis.push(axis(drawing.width));
        for (series, colour) in drawing.colours.iter().enumerate() {
            let bars = drawing.bars.iter().filter(|b| b.width.total_cmp(&width).is_eq());
            let bars = bars.map(|b| {
                point(b.x + b.width / 2.0, b.heights.get(series).copied().unwrap_or_default())
            });
            let data: DataFrame = NARROW.map(|x| point(x, 0.0)).into_iter().chain(bars).collect();
            let bar = series::Bar::new()
                .x_axis_index(set)
                .stack(set.to_string())
                .bar_width(width)
                .item_style(ItemStyle::new().color(Color::Value(colour.clone())))
                .data(data);
            option.series.push(bar);
        }
    }
    option
}

fn point(x: f64, y: f64) -> DataPoint {
    DataPoint::Value(CompositeValue::from(vec![CompositeValue::from(x), CompositeValue::from(y)]))
}
