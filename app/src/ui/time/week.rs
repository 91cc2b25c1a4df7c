//! On which day a week begins where the reader lives.

use chrono::Weekday;
use js_sys::{Array, Function, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};

/// The first day of a week, as the browser's language has it; Monday where it does not say.
pub(crate) fn first_weekday() -> Weekday {
    // Numbered from Monday, which is 1.
    let day = told().and_then(|day| Weekday::try_from(day.checked_sub(1)?).ok());
    day.unwrap_or(Weekday::Mon)
}

fn told() -> Option<u8> {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
    let language = window().navigator().language()?;
    let class: Function = get(&get(&window(), "Intl")?, "Locale")?.dyn_into().ok()?;
    let locale = Reflect::construct(&class, &Array::of1(&language.into())).ok()?;
    // Some browsers have a function, some a property.
    let info = match get(&locale, "getWeekInfo")?.dyn_into::<Function>() {
        Ok(ask) => ask.call0(&locale).ok()?,
        Err(_) => get(&locale, "weekInfo")?,
    };
    let day = super::super::number::whole(get(&info, "firstDay")?.as_f64()?);
    u8::try_from(day).ok()
}
