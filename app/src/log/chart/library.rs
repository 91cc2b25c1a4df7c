//! ECharts itself, fetched when a chart is first shown: the rows do not wait for it.

use std::cell::RefCell;

use js_sys::{Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlScriptElement;

const ADDRESS: &str = "/echarts.js";

thread_local! {
    static FETCHED: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Waits until the global `echarts` is there; false where it cannot be had. The next call tries
/// again.
pub(crate) async fn library() -> bool {
    if is_here() {
        return true;
    }
    let promise = FETCHED.with_borrow_mut(|fetched| fetched.get_or_insert_with(fetch).clone());
    let done = JsFuture::from(promise).await.is_ok() && is_here();
    if !done {
        FETCHED.set(None);
    }
    done
}

fn is_here() -> bool {
    Reflect::has(&window(), &"echarts".into()).unwrap_or(false)
}

fn fetch() -> Promise {
    Promise::new(&mut |done, failed| {
        if insert(&done, &failed).is_none() {
            // A call of the promise's own function does not fail.
            let _ = failed.call0(&JsValue::NULL);
        }
    })
}

fn insert(done: &js_sys::Function, failed: &js_sys::Function) -> Option<()> {
    let script = document().create_element("script").ok()?.dyn_into::<HtmlScriptElement>().ok()?;
    script.set_src(ADDRESS);
    script.set_async(true);
    script.set_onload(Some(done));
    script.set_onerror(Some(failed));
    document().head()?.append_child(&script).ok()?;
    Some(())
}
